"""Sends the request on stdin again and again, each time on a new connection, and resets the
connection a moment later.

    reset.py PORT COUNT MILLISECONDS [answers] < REQUEST

With `answers` it prints how many connections had an answer by then."""

import select
import socket
import struct
import sys
import time

PORT, COUNT, AFTER_MS = (int(word) for word in sys.argv[1:4])
REQUEST = sys.stdin.buffer.read()
SETTLE_S = 0.012  # so that the connection is in the server's event loop

answers = 0
for _ in range(COUNT):
    s = socket.create_connection(('127.0.0.1', PORT))
    time.sleep(SETTLE_S)
    s.sendall(REQUEST)
    answers += bool(select.select([s], [], [], AFTER_MS / 1000)[0])
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    s.close()
if sys.argv[4:] == ['answers']:
    print(answers)
