"""The servers under load and the load itself. Everything is on loopback or on Unix sockets, in one
temporary folder, and ends with the `with` block that began it."""

import collections
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILT = ROOT / "build" / "bench"
BUILDS = {"musl": ROOT / "cgi-bin", "system": ROOT / "build" / "system" / "cgi-bin"}
ENDPOINTS = ("status", "ticket", "info")
TICKS = os.sysconf("SC_CLK_TCK")

Load = collections.namedtuple("Load", "rate p50_ms p99_ms cpu_us")


class Failed(Exception):
    """The bench cannot continue. The text says why."""


def run(name, main):
    """Runs the whole program. Whatever signal ends it, the servers are stopped."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except Failed as failure:
        sys.exit(f"{name}: {failure}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def children(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(child) for child in text.split()]


def descendants(pid):
    return [each for child in children(pid) for each in (child, *descendants(child))]


def cpu_s(pids):
    """The processor time of these processes, of their children, and of children that ended."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / TICKS


def run_time_s(pids):
    """The time that these processes were on a processor, to the nanosecond."""
    return sum(int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in pids) / 1e9


def memory_kb(pid):
    """{"Rss": …, "Pss": …, "Pss_Anon": …} of one process."""
    lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {key: int(value.split()[0]) for key, value in (line.split(":", 1) for line in lines)}


class Server:
    """A child process. It is waited for, and stopped by its pid."""

    def __init__(self, command, log, environment=None, stop=signal.SIGTERM):
        self.log = log
        self.stop = stop
        environment = {"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", **(environment or {})}
        with open(log, "ab") as out:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out)

    def wait_until(self, ready, what):
        end = time.monotonic() + 20
        while not ready():
            if self.process.poll() is not None or time.monotonic() > end:
                tail = pathlib.Path(self.log).read_text(errors="replace").splitlines()[-5:]
                raise Failed(f"{what} does not start:\n  " + "\n  ".join(tail))
            time.sleep(0.02)

    def pids(self):
        return [self.process.pid, *descendants(self.process.pid)]

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(self.stop)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Redis(Server):
    def __init__(self, folder):
        self.path = folder / "redis.sock"
        super().__init__(
            ["redis-server", "--port", "0", "--unixsocket", str(self.path), "--save", "",
             "--dir", str(folder), "--maxmemory-policy", "noeviction"], folder / "redis.log")
        self.wait_until(lambda: self.path.exists() and self.ask("PING") == "+PONG", "redis-server")
        self.url = f"unix://{self.path}"

    def ask(self, command):
        with socket.socket(socket.AF_UNIX) as s:
            try:
                s.connect(str(self.path))
            except OSError:
                return None
            s.sendall(command.encode() + b"\r\n")
            return s.recv(4096).decode().strip()

    def forget(self):
        """Every measurement begins with the same Redis, because millions of tickets would make the
        later ones slower."""
        self.ask("FLUSHALL")


class Web(Server):
    """A server on a loopback port."""

    def ready(self):
        try:
            return self.ask("GET", "/api/status")[0] == 200
        except OSError:
            return False

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            reply = connection.getresponse()
            return reply.status, reply.read()
        finally:
            connection.close()

    def log_in(self, username, password):
        status, body = self.ask("POST", "/api/ticket", credentials(username, password),
                                {"Content-Type": "application/json"})
        if status != 200:
            raise Failed(f"login of {username} answers {status}: {body.decode()}")
        return json.loads(body)["data"]["ticket"]

    def load(self, redis, path, connections=16, seconds=1.0, body=None, ticket=None):
        """Runs wrk for so long. If a single reply is lost or is not a 2xx, the figure is not valid,
        so there is no result."""
        environment = {"PATH": os.environ["PATH"]}
        if body is not None:
            environment |= {"BENCH_METHOD": "POST", "BENCH_BODY": body}
        if ticket is not None:
            environment["BENCH_TICKET"] = ticket
        watched = [*self.pids(), redis.process.pid]
        before = cpu_s(watched)
        found = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "10s",
             "-s", str(HERE / "load.lua"), f"http://127.0.0.1:{self.port}{path}"],
            env=environment, capture_output=True, text=True, check=False)
        used = cpu_s(watched) - before
        if found.returncode != 0:
            raise Failed("wrk: " + found.stderr)
        numbers = json.loads(found.stdout.splitlines()[-1])
        if numbers["refused"] or numbers["lost"] or not numbers["requests"]:
            tail = pathlib.Path(self.log).read_text(errors="replace").splitlines()[-3:]
            raise Failed(f"{self.name} {path}: of {numbers['requests']} requests {numbers['refused']} were refused "
                         f"and {numbers['lost']} lost; its log ends with\n  " + "\n  ".join(tail))
        return Load(numbers["requests"] / numbers["duration_us"] * 1e6, numbers["p50_us"] / 1e3,
                    numbers["p99_us"] / 1e3, used / numbers["requests"] * 1e6)


class Lighttpd(Web):
    """The project's own lighttpd.conf, with other programs if needed."""

    def __init__(self, folder, name, mode, programs, redis, data, **settings):
        self.name, self.port = name, free_port()
        place = folder / name
        place.mkdir(exist_ok=True)
        super().__init__(
            ["lighttpd", "-D", "-f", "lighttpd.conf"], place / "log",
            {"SSA_MODE": mode, "SSA_PORT": str(self.port), "SSA_BIND": "127.0.0.1", "REDIS_URL": redis.url,
             "SSA_CGI_BIN": str(programs), "SSA_DATA_DIR": str(data), "SSA_RUN_DIR": str(place / "run"),
             **settings}, stop=signal.SIGINT)
        self.wait_until(self.ready, f"lighttpd ({name})")

    def workers(self, program):
        """The processes that serve. A keeper that has workers only waits for them, and
        does not count."""
        return [pid for pid in descendants(self.process.pid) if not children(pid)
                and os.readlink(f"/proc/{pid}/exe").endswith("/" + program)]


class Peer(Web):
    """FastAPI with four workers."""

    def __init__(self, folder, redis, data):
        self.name, self.port = "peer", free_port()
        super().__init__(
            ["/usr/bin/python3", "-m", "gunicorn", "--workers", "4", "--worker-class",
             "uvicorn.workers.UvicornWorker", "--bind", f"127.0.0.1:{self.port}", "--log-level", "warning",
             "--chdir", str(HERE), "peer:app"], folder / "peer.log",
            {"REDIS_URL": redis.url, "SSA_DATA_DIR": str(data), "PYTHONDONTWRITEBYTECODE": "1"})
        self.wait_until(self.ready, "gunicorn")


def credentials(username, password):
    return json.dumps({"username": username, "password": password})


def empty_programs(folder):
    """Folders in which the empty program has the names of the three programs: {"cgi":
    …, "scgi": …}."""
    folders = {}
    for mode, program in (("cgi", "empty"), ("scgi", "empty-scgi")):
        folders[mode] = folder / program
        folders[mode].mkdir()
        for name in ENDPOINTS:
            shutil.copy(BUILT / program, folders[mode] / name)
    return folders


def cgi_environment(redis, data, ticket):
    return {"REDIS_URL": redis.url, "SSA_DATA_DIR": str(data), "REQUEST_METHOD": "GET", "QUERY_STRING": "",
            "CONTENT_LENGTH": "0", "REMOTE_ADDR": "127.0.0.1", "GATEWAY_INTERFACE": "CGI/1.1",
            "HTTP_X_AUTH_TOKEN": ticket}


def run_cgi(program, environment, arguments=()):
    """Wall-clock seconds of one run, from start to exit. Its output is thrown away."""
    with open(os.devnull, "r+b") as null:
        begin = time.perf_counter()
        pid = os.posix_spawn(str(program), [str(program), *map(str, arguments)], environment, file_actions=[
            (os.POSIX_SPAWN_DUP2, null.fileno(), 0), (os.POSIX_SPAWN_DUP2, null.fileno(), 1)])
        _, status = os.waitpid(pid, 0)
        took = time.perf_counter() - begin
    if status != 0:
        raise Failed(f"{program} ends with status {status}")
    return took


def cgi_memory_kb(program, environment):
    """The memory of one CGI process after it has done all its work. Its reply goes to a pipe that
    is full, so it waits there while its memory is read."""
    ends = os.pipe()
    try:
        os.set_blocking(ends[1], False)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(ends[1], b"\0" * 4096)
        os.set_blocking(ends[1], True)
        process = subprocess.Popen([str(program)], env=environment, stdin=subprocess.DEVNULL, stdout=ends[1])
        last, same, end = None, 0, time.monotonic() + 5
        while same < 5 and process.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
            now = memory_kb(process.pid)
            same = same + 1 if now == last else 0
            last = now
        process.kill()
        process.wait()
    finally:
        os.close(ends[0])
        os.close(ends[1])
    if same < 5:
        raise Failed(f"{program}: its memory could not be read")
    return last
