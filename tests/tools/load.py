"""Loads the API through a balancer with TLS. Each request has a connection of its own.

    load.py PORT THREADS TICKET STOP-FILE

Each thread sends GET /api/info with the ticket and a POST that is a 400, by turns, until the file
exists. It prints a line for each reply: START STATUS DIGEST, with the time in seconds and the
digest of the body. If the reply is not whole or not the expected one, the status is "failed-"
and what came."""

import hashlib
import os
import socket
import ssl
import sys
import threading
import time

PORT, THREADS, TICKET, STOP = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
GET = b'GET /api/info HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Auth-Token: %s\r\n\r\n' % TICKET.encode()
POST = b'POST /api/ticket HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n' \
       b'Content-Length: 2\r\n\r\n{}'
context = ssl._create_unverified_context()
lines = []


def ask(request):
    got = b''
    try:
        with socket.create_connection(('127.0.0.1', PORT), 20) as plain, context.wrap_socket(plain) as s:
            s.sendall(request)
            while piece := s.recv(65536):
                got += piece
    except OSError as error:
        return repr(error).replace(' ', '_'), b''
    head, _, body = got.partition(b'\r\n\r\n')
    length = [line.split(b':')[1] for line in head.split(b'\r\n') if line.lower().startswith(b'content-length:')]
    whole = length and int(length[0]) == len(body)
    return head[9:12].decode() if whole else 'cut', body


def run():
    turn = 0
    while not os.path.exists(STOP):
        request, wanted = ((GET, '200'), (POST, '400'))[turn % 2]
        turn += 1
        start = time.time()
        status, body = ask(request)
        if status != wanted:
            status = 'failed-' + status
        lines.append(f'{start:.6f} {status} {hashlib.sha256(body).hexdigest()}')


threads = [threading.Thread(target=run) for _ in range(THREADS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print('\n'.join(lines))
