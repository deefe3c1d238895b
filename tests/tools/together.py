"""Sends raw requests at the same moment, each on a connection of its own, as many times as asked,
and in another order each time. It sends everything but the last byte first, then the last bytes.

    together.py HTTP-SOCKET [COUNT FILE]...

It prints a line "FILE STATUS BODY" for each reply, in the order of the arguments. For a reply that
is not whole it prints "FILE 0 " and what came."""

import random
import socket
import sys
import threading

PATIENCE_S = 120  # with two slots, 200 hashes take as long as 100 of them, one after the other


def receive(s, name, found, place):
    got = b''
    try:
        while True:
            piece = s.recv(65536)
            if not piece:
                break
            got += piece
    except OSError:
        pass
    head, end, body = got.partition(b'\r\n\r\n')
    status = head[9:12]
    length = [line.split(b':')[1] for line in head.split(b'\r\n') if line.lower().startswith(b'content-length:')]
    whole = end and status.isdigit() and (status == b'204' or (length and int(length[0]) == len(body)))
    found[place] = b'%s %s %s' % (name, status, body) if whole else b'%s 0 %s' % (name, got)


def main():
    path, rest = sys.argv[1], sys.argv[2:]
    jobs = []
    for count, name in zip(rest[::2], rest[1::2]):
        with open(name, 'rb') as f:
            data = f.read()
        jobs += [(name.rsplit('/', 1)[-1].encode(), data)] * int(count)
    found, threads, last = [b''] * len(jobs), [], []
    threading.stack_size(128 * 1024)
    for place, (name, data) in enumerate(jobs):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(PATIENCE_S)
        s.connect(path)
        s.sendall(data[:-1])
        last.append((s, data[-1:]))
        threads.append(threading.Thread(target=receive, args=(s, name, found, place)))
    for thread in threads:
        thread.start()
    random.shuffle(last)
    for s, byte in last:
        s.sendall(byte)
    for thread in threads:
        thread.join()
    sys.stdout.buffer.write(b'\n'.join(found) + b'\n')


main()
