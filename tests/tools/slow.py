"""Clients that send their request one byte at a time, over TCP.

    slow.py PORT LIMIT    opens LIMIT + 10 of them from 127.0.0.2, whose bodies do not end

It checks that those over the limit get a 403 and are closed, and that the others wait.
Another address is served meanwhile, and this address is served when they have gone. A LIMIT
of 0 means no limit."""

import select
import socket
import sys

HEAD = (b'POST /api/ticket HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
        b'Content-Length: 60000\r\nExpect: 100-continue\r\n\r\n')
port, limit = int(sys.argv[1]), int(sys.argv[2])


def dial(address):
    s = socket.socket()
    s.bind((address, 0))
    s.settimeout(20)
    s.connect(('127.0.0.1', port))
    return s


def read_all(s):
    reply = b''
    while piece := s.recv(65536):
        reply += piece
    return reply


def status(address):
    with dial(address) as s:
        s.sendall(b'GET /api/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
        return read_all(s)[9:12]


slow = []
for _ in range(limit + 10):
    s = dial('127.0.0.2')
    s.sendall(HEAD)
    slow.append(s)
    if limit == 0 or len(slow) <= limit:
        # lighttpd must have seen this one before the next one connects.
        assert s.recv(4096).startswith(b'HTTP/1.1 100 ')
        s.sendall(b'{')
        continue
    reply = read_all(s)
    head, _, body = reply.partition(b'\r\n\r\n')
    assert head.startswith(b'HTTP/1.1 403 '), reply
    assert b'application/json' in head and b'no-store' in head, reply
    assert body.startswith(b'{"code":403,"message":"') and body.endswith(b'","data":""}'), reply

waiting = slow[:limit] if limit else slow
answered = select.select(waiting, [], [], 0.2)[0]
assert not answered, (len(answered), answered[0].recv(500))
assert status('127.0.0.1') == b'200'
assert status('127.0.0.2') == (b'403' if limit else b'200')
for s in slow:
    s.close()
for _ in range(100):
    if status('127.0.0.2') == b'200':
        break
    select.select([], [], [], 0.05)
else:
    raise AssertionError('still refused, with no connection left')
