"""One CGI start, compared with its floor: floor.c, which does only what cannot be left out.

Two copies of one file differ by some microseconds, because other pages of memory hold them, so
each program has several copies, which run in turn. Beside other load, the fastest quarter of the
runs tells more than the median."""

import os
import re
import shutil
import socket
import statistics
import subprocess
import threading
import time

from servers import BUILDS, BUILT, Failed, cgi_environment

COPIES, RUNS = 4, 250  # RUNS of each copy in each round
TOOLS = {"instructions": (["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"], r"Collected : ([\d,]+)"),
         "calls": (["strace", "-f", "-c"], r"^100\.00 +\S+ +\S+ +(\d+)")}


def run_once(program, environment):
    """Returns the microseconds from start to exit and of processor time, and the page faults."""
    with open(os.devnull, "r+b") as null:
        begin = time.perf_counter()
        pid = os.posix_spawn(program, [program], environment, file_actions=[
            (os.POSIX_SPAWN_DUP2, null.fileno(), 0), (os.POSIX_SPAWN_DUP2, null.fileno(), 1)])
        _, status, used = os.wait4(pid, 0)
        took = time.perf_counter() - begin
    if status != 0:
        raise Failed(f"{program} ends with status {status}")
    return took * 1e6, (used.ru_utime + used.ru_stime) * 1e6, used.ru_minflt


def commands_of(program, environment, redis, folder):
    """What the program sends to Redis."""
    path, sent = str(folder / "recorder.sock"), []

    def relay():
        with listener.accept()[0] as client, socket.socket(socket.AF_UNIX) as server:
            server.connect(str(redis.path))
            sent.append(client.recv(65536))
            server.sendall(sent[0])
            client.sendall(server.recv(65536))
            client.recv(1)  # returns when the program has ended

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(1)
        thread = threading.Thread(target=relay)
        thread.start()
        run_once(program, {**environment, "REDIS_URL": "unix://" + path})
        thread.join()
    os.unlink(path)
    return sent[0].decode()


def count(tool, pattern, program, environment):
    """What a tool counts in one run. None: the tool is not here."""
    if shutil.which(tool[0]) is None:
        return None
    done = subprocess.run([*tool, program], env={"PATH": os.environ["PATH"], **environment}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    return int(re.search(pattern, done.stderr, re.M).group(1).replace(",", ""))


def programs(bench):
    """(name, program, environment) of each, a floor before its program."""
    ticket = bench.lighttpd("login", "scgi", BUILDS["musl"]).log_in("user1", "A1B2C3D4E5F6G7H8I9HD")
    environment = cgi_environment(bench.redis, bench.shipped, ticket)
    files = {"FLOOR_" + name.upper(): str(bench.shipped / (name + ".json")) for name in ("users", "machines")}
    yield "empty", str(BUILT / "empty"), environment
    for name in ("status", "info"):
        program = str(BUILDS["musl"] / name)
        commands = commands_of(program, environment, bench.redis, bench.folder)
        yield "floor of " + name, str(BUILT / "floor"), {**environment, **files, "FLOOR_COMMANDS": commands,
                                                         "FLOOR_REDIS": str(bench.redis.path)}
        yield name, program, environment


def start(bench, rounds):
    cells = list(programs(bench))
    runs = {name: [] for name, _, _ in cells}
    for i in range(COPIES):
        for name, program, _ in cells:
            shutil.copy(program, bench.folder / f"{name}.{i}")
    for turn in range(COPIES * RUNS * rounds):
        for name, _, environment in cells:
            runs[name].append(run_once(str(bench.folder / f"{name}.{turn % COPIES}"), environment))
    results = {}
    for name, program, environment in cells:
        wall, cpu, faults = zip(*runs[name])
        results[name] = {"wall_us": statistics.median(wall), "cpu_us": statistics.median(cpu),
                         "cpu_quarter_us": statistics.quantiles(cpu)[0], "faults": statistics.mean(faults),
                         **{what: count(*how, program, environment) for what, how in TOOLS.items()}}
    for name in ("status", "info"):
        results[name]["of_floor"] = {field: results[name][field] / results["floor of " + name][field]
                                     for field in ("wall_us", "cpu_us", "cpu_quarter_us")}
    return results
