"""A worker without a front-end server.

    scgi.py listen SOCKET PROGRAM             becomes PROGRAM, with a listening socket as fd 0
    scgi.py ask SOCKET NAME=VALUE... <BODY    sends one request, and prints the program's reply"""

import os
import socket
import sys


def listen(path, program):
    s = socket.socket(socket.AF_UNIX)
    s.bind(path + '.new')
    s.listen(1024)
    os.dup2(s.fileno(), 0)
    s.close()
    os.rename(path + '.new', path)
    os.execv(program, [program])


def ask(path, variables):
    body = sys.stdin.buffer.read()
    fields = [b'CONTENT_LENGTH', b'%d' % len(body), b'SCGI', b'1']
    for variable in variables:
        name, _, value = os.fsencode(variable).partition(b'=')
        fields += [name, value]
    headers = b'\0'.join(fields) + b'\0'
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(30)
    s.connect(path)
    s.sendall(b'%d:%s,%s' % (len(headers), headers, body))
    while True:
        piece = s.recv(65536)
        if not piece:
            break
        sys.stdout.buffer.write(piece)


if sys.argv[1] == 'listen':
    listen(*sys.argv[2:])
else:
    ask(sys.argv[2], sys.argv[3:])
