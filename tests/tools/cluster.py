"""Sends requests to one resident `info`, whose Redis Cluster changes its address after each of
them, as a container does that is started again. The address before the last one does not answer any
more. Prints how many requests got which status.

    cluster.py PROGRAM DATA COUNT    the addresses are 127.0.1.1 and so on"""

import collections
import os
import selectors
import socket
import subprocess
import sys
import tempfile

import resp

# Everything happens in this one thread: while a request waits, `status_of` plays the nodes. What is
# ready is handled by the function that was registered with it.
ready = selectors.DefaultSelector()
listeners, current, port = {}, 0, 0


def host(i):
    return f"127.0.{1 + i // 200}.{1 + i % 200}"


def listen(i):
    listeners[i] = socket.create_server((host(i), port))
    ready.register(listeners[i], selectors.EVENT_READ, lambda: accept(i))


def accept(i):
    connection, _ = listeners[i].accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    ready.register(connection, selectors.EVENT_READ, lambda: serve(i, connection))


def serve(i, connection):
    if data := connection.recv(65536):
        connection.sendall(b"".join(answer(i, words) for words in resp.commands(data)))
    else:
        ready.unregister(connection)
        connection.close()


def move():
    global current  # pylint: disable=global-statement
    listen(current + 1)
    current += 1
    if current > 1:
        ready.unregister(listeners[current - 2])
        listeners.pop(current - 2).close()


def answer(i, words):
    if words[:2] == ["CLUSTER", "SLOTS"]:
        return resp.encode([[0, 16383, [host(current), port, "0" * 40]]])
    if i != current:
        return f"-MOVED 1 {host(current)}:{port}\r\n".encode()
    return b"$-1\r\n" if words[0] == "GET" else b":0\r\n"


def status_of(path):
    """The status of GET /api/info with a ticket that nobody has."""
    variables = {"CONTENT_LENGTH": "0", "SCGI": "1", "REQUEST_METHOD": "GET", "HTTP_X_AUTH_TOKEN": "x" * 43}
    head = "".join(f"{name}\0{value}\0" for name, value in variables.items())
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(path)
        s.sendall(f"{len(head)}:{head},".encode())
        ready.register(s, selectors.EVENT_READ)
        while True:
            for key, _ in ready.select():
                if key.fileobj is s:
                    ready.unregister(s)
                    return s.makefile().readline().split()[1]
                key.data()


def main():
    global port  # pylint: disable=global-statement
    program, data, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with socket.create_server((host(0), 0)) as probe:
        port = probe.getsockname()[1]
    listen(0)
    statuses = collections.Counter()
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as front:
        path = os.path.join(folder, "info.scgi")
        front.bind(path)
        front.listen(8)
        environment = {"REDIS_URL": f"redis+cluster://{host(0)}:{port}", "SSA_DATA_DIR": data}
        with subprocess.Popen([program], stdin=front, env=environment, stderr=subprocess.DEVNULL) as worker:
            for _ in range(count):
                statuses[status_of(path)] += 1
                move()
            worker.terminate()
    print(*(f"{status}:{n}" for status, n in sorted(statuses.items())))


main()
