"""Sends the login on stdin again and again, each time on a new connection, and resets it as soon as
Redis has counted the attempt: its password is being checked then.

    reset.py PORT COUNT REDIS-SOCKET < REQUEST

Redis must be empty, and the service may have one limit only, because one key is looked at."""

import socket
import struct
import sys
import time

PORT, COUNT, REDIS = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
REQUEST = sys.stdin.buffer.read()
PATIENCE_S = 20


def redis(words):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(REDIS)
        s.sendall(words + b'\r\n')
        return s.recv(4096).split(b'\r\n')


def counted():
    keys = redis(b'KEYS ssa:{*}:fail:*')
    return int(redis(b'ZCARD ' + keys[2])[0][1:]) if len(keys) > 2 else 0


for number in range(1, COUNT + 1):
    s = socket.create_connection(('127.0.0.1', PORT))
    s.sendall(REQUEST)
    end = time.monotonic() + PATIENCE_S
    while counted() < number:
        if time.monotonic() > end:
            sys.exit('attempt %d was not counted' % number)
        time.sleep(0.002)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    s.close()
