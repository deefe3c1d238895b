"""The service under test: the project's lighttpd.conf and programs, with users for the test. A node
is one lighttpd, on a Unix socket: a test that cuts the network does not cut its clients off."""

import json
import os
import pathlib
import signal
import socket
import subprocess

import engines

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

# "correct horse", with the least that Argon2 can cost: the load is for the engines. Every user has
# another machine, so an answer that belongs to somebody else is seen.
PASSWORD = "correct horse"
HASH = "$argon2id$v=19$m=1024,t=1,p=1$Zml4dHVyZS1zYWx0LTAx$qs/1Gee4a5oQQbK/TywkOaFpWj/25HNSk/PaJy72S6A"
USERS = [f"user{i}" for i in range(24)]
CROWD = "crowd"  # not one of the load's
MACHINES = {name: 1000 + i for i, name in enumerate([*USERS, CROWD])}
NAMES = {machine: name for name, machine in MACHINES.items()}


def write_data(folder):
    folder.mkdir()
    users = [{"username": name, "password": HASH, "machines": [MACHINES[name]]} for name in MACHINES]
    machines = [{"id": machine, "name": name, "cpus": 1, "mem": 1, "status": "running", "GPU": "none", "ip": "192.0.2.1"}
                for name, machine in MACHINES.items()]
    (folder / "users.json").write_text(json.dumps(users))
    (folder / "machines.json").write_text(json.dumps(machines))
    return folder


def exchange(path, method, target, headers=(), body=b"", seconds=8.0):
    """Makes one request on one connection. Returns the status, the headers and the body. The status
    is 0 if the answer is not whole."""
    lines = [f"{method} {target} HTTP/1.1", "Host: x", "Connection: close", *headers]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    got = b""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(seconds)
        try:
            s.connect(path)
            s.sendall("\r\n".join([*lines, "", ""]).encode() + body)
            while piece := s.recv(65536):
                got += piece
        except OSError as error:
            return 0, {}, str(error).encode()
    head, end, body = got.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in lines[1:])
    if not end or len(body) != int(fields.get("content-length", len(body))):
        return 0, {}, b"the answer is cut"
    return int(lines[0].split()[1]), fields, body


class Node(engines.Process):
    """One lighttpd with its programs. settings: variables of its environment."""

    def __init__(self, folder, mode, url, data, programs=None, place=(), **settings):
        self.socket = str(folder / "http.sock")
        # The slots for hashing belong to the host; here, to the node.
        alone = ["unshare", "--ipc"]
        if subprocess.run([*alone, "true"], stderr=subprocess.DEVNULL, check=False).returncode:
            alone = []
        super().__init__(["lighttpd", "-D", "-f", "lighttpd.conf"], folder, {
            "SSA_MODE": mode, "REDIS_URL": url, "SSA_BIND": self.socket, "SSA_RUN_DIR": str(folder / "run"),
            "SSA_DATA_DIR": str(data), "SSA_CGI_BIN": str(programs or os.environ.get("SSA_CGI_BIN", "cgi-bin")),
            # The load logs in all the time, from one address. What failed stays counted.
            "SSA_LOGIN_LIMITS": "1000000/600,1000000/3600,1000000/60", "SSA_TICKETS_PER_USER": "100000",
            **settings}, place=[*place, *alone], cwd=ROOT)

    def start(self):
        super().start()
        engines.wait_until(lambda: not self.runs() or self.ask("GET", "/api/status")[0] == 200, "lighttpd")
        if not self.runs():
            raise engines.Failed(f"lighttpd does not start:\n  {self.tail()}")

    def ask(self, *request, **options):
        return exchange(self.socket, *request, **options)

    def guess(self, user):
        """Sends a wrong password, and returns the status."""
        return self.ask("POST", "/api/ticket", body=json.dumps({"username": user, "password": "wrong"}).encode())[0]

    def stop(self):
        super().stop(signal.SIGINT)
