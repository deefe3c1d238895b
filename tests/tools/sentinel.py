"""A false sentinel on a port of the loopback.

    sentinel.py PORT silent       accepts, and never answers
    sentinel.py PORT HOST PORT    says that this is the master"""

import socket
import sys
import threading


def serve(connection, answer):
    with connection:
        while connection.recv(4096):
            connection.sendall(answer)


def main():
    host, *port = sys.argv[2:]
    answer = b''.join(b'$%d\r\n%s\r\n' % (len(text), text) for text in map(str.encode, (host, *port)))
    answer = b'*2\r\n' + answer if port else b''
    with socket.create_server(('127.0.0.1', int(sys.argv[1]))) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, answer), daemon=True).start()


main()
