"""Sends raw requests at the same moment, each on a connection of its own, as many times as asked,
and in another order each time. It sends everything but the last byte first, then the last bytes.

    together.py HTTP-SOCKET [COUNT FILE]...

It prints a line "FILE STATUS BODY" for each reply, in the order of the arguments. For a reply that
is not whole it prints "FILE 0 " and what came."""

import random
import selectors
import socket
import sys

PATIENCE_S = 120  # with two slots, 200 hashes take as long as 100 of them, one after the other


def reply_of(got):
    """STATUS BODY, or 0 and what came."""
    head, end, body = got.partition(b'\r\n\r\n')
    status = head[9:12]
    length = [line.split(b':')[1] for line in head.split(b'\r\n') if line.lower().startswith(b'content-length:')]
    whole = end and status.isdigit() and (status == b'204' or (length and int(length[0]) == len(body)))
    return b'%s %s' % (status, body) if whole else b'0 ' + got


def main():
    path, rest = sys.argv[1], sys.argv[2:]
    names, got, waiting = [], [], selectors.DefaultSelector()
    for count, name in zip(rest[::2], rest[1::2]):
        with open(name, 'rb') as f:
            data = f.read()
        for _ in range(int(count)):
            s = socket.socket(socket.AF_UNIX)
            s.connect(path)
            s.sendall(data[:-1])
            waiting.register(s, selectors.EVENT_READ, (len(names), data[-1:]))
            names.append(name.rsplit('/', 1)[-1].encode())
            got.append(b'')
    keys = list(waiting.get_map().values())
    for key in random.sample(keys, len(keys)):
        key.fileobj.sendall(key.data[1])
    while waiting.get_map() and (ready := waiting.select(PATIENCE_S)):
        for key, _ in ready:
            try:
                piece = key.fileobj.recv(65536)
            except OSError:
                piece = b''
            got[key.data[0]] += piece
            if not piece:
                waiting.unregister(key.fileobj)
    sys.stdout.buffer.write(b''.join(b'%s %s\n' % (name, reply_of(data)) for name, data in zip(names, got)))


main()
