#!/usr/bin/python3
"""make bench: how fast the programs are, compared with what is possible.

An empty program under the same lighttpd.conf is the limit for CGI, and an empty SCGI worker is the
limit for SCGI. Every figure is also given as a ratio to the empty program of its mode, measured in
the same round. The rounds are interleaved, and the ratio is the median over the rounds, so that the
other load of the machine does not change it.

Variables of the environment: BENCH_S is the seconds for each measurement (1). BENCH_ROUNDS is the
number of rounds (3). PEERS=1 also measures a FastAPI service. BENCH_BEFORE is the folder of another
release's programs, with which the part `before` compares. BENCH_PARTS is a list of the parts below
(all). The results are the tables on stdout, and results.json and results.svg in the folder of this
file. Figures that were not measured this time are kept there from the last time."""

import contextlib
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import report
import start
from servers import (BUILDS, BUILT, ENDPOINTS, HERE, ROOT, Failed, Lighttpd, Peer, Redis, cgi_environment,
                     cgi_memory_kb, credentials, empty_programs, memory_kb, run, run_cgi, run_time_s)

SECONDS = float(os.environ.get("BENCH_S") or 1)
ROUNDS = int(os.environ.get("BENCH_ROUNDS") or 3)
PASSWORD = "A1B2C3D4E5F6G7H8I9HD"
SIZES = (10, 100, 1000, 10_000, 100_000)
PLOT_CONNECTIONS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
LOGINS = 200


class Bench:
    """What all parts use: a folder, a Redis, and the programs under test."""

    def __init__(self, folder, stack):
        self.folder, self.stack = folder, stack
        self.redis = self.keep(Redis(folder))
        self.empty = empty_programs(folder)
        self.hash = subprocess.run([BUILT / "bare-hash", "make", PASSWORD], capture_output=True, text=True,
                                   check=True).stdout.strip()
        self.shipped = self.data("shipped", (ROOT / "data" / "users.json").read_text(),
                                 (ROOT / "data" / "machines.json").read_text())

    def keep(self, server):
        self.stack.callback(server.close)
        return server

    def data(self, name, users, machines):
        folder = self.folder / ("data-" + name)
        folder.mkdir()
        for file, content in (("users.json", users), ("machines.json", machines)):
            (folder / file).write_text(content if isinstance(content, str) else json.dumps(content))
        time.sleep(0.15)  # a file as young as the kernel's clock tick is read at every request, see records.c
        return folder

    def lighttpd(self, name, mode, programs, data=None, **settings):
        return self.keep(Lighttpd(self.folder, name, mode, programs, self.redis, data or self.shipped, **settings))

    def measure(self, server, endpoint, connections=16, seconds=SECONDS):
        """Measures one endpoint under load, beginning with an empty Redis."""
        self.redis.forget()
        ticket = server.log_in("user1", PASSWORD) if endpoint == "info" and "empty" not in server.name else "x" * 43
        body = credentials("user1", PASSWORD) if endpoint == "ticket" else None
        return server.load(self.redis, "/api/" + endpoint, connections, seconds, body, ticket)


def say(text):
    print(text, file=sys.stderr, flush=True)


def median_of(loads):
    return {field: statistics.median(getattr(load, field) for load in loads) for field in loads[0]._fields}


def median_ratio(loads, limits):
    return statistics.median(load.rate / limit.rate for load, limit in zip(loads, limits))


# --- The endpoints compared with the empty program ------------------------------------------------

def endpoints(bench):
    """The three endpoints, both modes, both builds, at 16 connections. The empty program is
    measured just before each."""
    servers = {(mode, build): bench.lighttpd(f"{build}-{mode}", mode, programs)
               for mode in ("cgi", "scgi")
               for build, programs in (("empty", bench.empty[mode]), *BUILDS.items())}
    cells = [(mode, build, endpoint) for mode in ("cgi", "scgi") for build in BUILDS for endpoint in ENDPOINTS]
    loads, limits = {cell: [] for cell in cells}, {cell: [] for cell in cells}
    for mode, build, endpoint in cells:  # so that the workers parse their data and the files are in memory
        servers[mode, build].ask("GET", "/api/" + endpoint)
    for turn in range(ROUNDS):
        for cell in cells:
            mode, build, endpoint = cell
            limits[cell].append(bench.measure(servers[mode, "empty"], endpoint))
            loads[cell].append(bench.measure(servers[mode, build], endpoint))
            say(f"round {turn + 1}: {mode} {endpoint} {build}: {loads[cell][-1].rate:.0f}/s "
                f"of {limits[cell][-1].rate:.0f}")

    environment = cgi_environment(bench.redis, bench.shipped, servers["scgi", "musl"].log_in("user1", PASSWORD))

    def memory(mode, build, endpoint, programs):
        found = (cgi_memory_kb(programs / endpoint, environment) if mode == "cgi"
                 else memory_kb(servers[mode, build].workers(endpoint)[0]))
        return {"rss_kb": found["Rss"], "pss_kb": found["Pss"]}

    results = []
    for mode in ("cgi", "scgi"):
        own = [cell for cell in cells if cell[0] == mode]
        results.append({"mode": mode, "build": "empty", "endpoint": "",
                        **median_of([load for cell in own for load in limits[cell]]), "of_empty": 1.0,
                        **memory(mode, "empty", "info", bench.empty[mode])})
        results += [{"mode": mode, "build": build, "endpoint": endpoint, **median_of(loads[mode, build, endpoint]),
                     "of_empty": median_ratio(loads[mode, build, endpoint], limits[mode, build, endpoint]),
                     **memory(mode, build, endpoint, BUILDS[build])} for _, build, endpoint in own]
    return results


def starts(bench):
    """One CGI start of status and info, compared with the least that one can cost."""
    results = start.start(bench, ROUNDS)
    say("starts done")
    return results


def crowd(bench):
    """SCGI info at 64 connections: how far is the 99th percentile from the median?"""
    server = bench.lighttpd("crowd", "scgi", BUILDS["musl"])
    loads = [bench.measure(server, "info", connections=64, seconds=2 * SECONDS) for _ in range(ROUNDS)]
    return {**median_of(loads), "p99_of_p50": statistics.median(load.p99_ms / load.p50_ms for load in loads)}


def plot(bench):
    """Throughput and latency over the number of connections."""
    lines = [{"mode": mode, "build": build, "points": []} for mode in ("cgi", "scgi") for build in ("empty", "musl")]
    servers = [bench.lighttpd(f"plot-{line['build']}-{line['mode']}", line["mode"],
                              BUILDS.get(line["build"], bench.empty[line["mode"]])) for line in lines]
    for connections in PLOT_CONNECTIONS:
        for line, server in zip(lines, servers):
            load = bench.measure(server, "info", connections)
            line["points"].append({"connections": connections, **load._asdict()})
        say(f"plot: {connections} connections done")
    return lines


# --- Growth with the data -------------------------------------------------------------------------

def machine(i):
    return {"id": 100 + i, "name": f"Aimlab{i:06}", "GPU": "RTX4090", "cpus": 32,
            "status": "running" if i % 3 else "stopped", "ip": f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}",
            "mem": 11591667560 + i, "maxdisk": 128849018880, "tags": ["training", "nvlink"]}


def grown_users(count):
    """`count` users. user1, in the middle, sees ten machines of the whole file, boss all."""
    users = [{"username": f"user{i:06}", "password": PASSWORD, "machines": [100 + i, 100 + count - 1 - i]}
             for i in range(count - 2)]
    own = [100 + i * count // 10 for i in range(10)]
    users.insert(count // 2, {"username": "user1", "password": PASSWORD, "machines": own})
    return [*users, {"username": "boss", "password": PASSWORD}]


def growth(bench):
    """From 10 machines and users to 100,000. The resident workers of all sizes are measured in
    turn. The ratio is to the smallest size."""
    stages = []
    for size in SIZES:
        data = bench.data(f"grown-{size}", grown_users(size), [machine(i) for i in range(size)])
        server = bench.lighttpd(f"grown-{size}", "scgi", BUILDS["musl"], data)
        stages.append({"size": size, "data": data, "server": server, "own": [], "whoami": [], "all": [],
                       "cgi": [], "cjson": []})
    for turn in range(ROUNDS):
        bench.redis.forget()
        for stage in stages:
            stage["ticket"] = {user: stage["server"].log_in(user, PASSWORD) for user in ("user1", "boss")}
            for path in ("ticket", "info"):  # the first request after a change parses the file
                for _ in range(8):
                    _, reply = stage["server"].ask("GET", "/api/" + path,
                                                   headers={"X-Auth-Token": stage["ticket"]["boss"]})
                if turn == 0:  # every worker must parse it
                    stage["server"].load(bench.redis, "/api/" + path, 16, 1, ticket=stage["ticket"]["user1"])
            stage["all_bytes"] = len(reply)
        for what, path, user, connections in (("own", "info", "user1", 16), ("whoami", "ticket", "user1", 16),
                                              ("all", "info", "boss", 2)):
            for stage in stages:  # one size directly after another, because they are compared
                stage[what].append(stage["server"].load(bench.redis, "/api/" + path, connections, SECONDS,
                                                        ticket=stage["ticket"][user]))
        for stage in stages:
            environment = cgi_environment(bench.redis, stage["data"], stage["ticket"]["boss"])
            files = [stage["data"] / "users.json", stage["data"] / "machines.json"]
            for _ in range(2 if stage["size"] == SIZES[-1] else 10):
                stage["cgi"].append(run_cgi(BUILDS["musl"] / "info", environment))
                stage["cjson"].append(run_cgi(BUILT / "cjson-parse", environment, files))
        say("growth: a round done")
    results = []
    for stage in stages:
        bytes_ = sum((stage["data"] / name).stat().st_size for name in ("users.json", "machines.json"))
        memory = max(memory_kb(pid)["Rss"] for pid in stage["server"].workers("info"))
        cgi, cjson = statistics.median(stage["cgi"]), statistics.median(stage["cjson"])
        results.append({
            "size": stage["size"], "file_bytes": bytes_, "worker_rss_kb": memory,
            "memory_of_file": memory * 1024 / bytes_,
            "own": median_of(stage["own"]), "own_of_smallest": median_ratio(stage["own"], stages[0]["own"]),
            "whoami": median_of(stage["whoami"]),
            "whoami_of_smallest": median_ratio(stage["whoami"], stages[0]["whoami"]),
            "all": median_of(stage["all"]), "all_bytes": stage["all_bytes"],
            "cgi_ms": cgi * 1e3, "cjson_ms": cjson * 1e3,
            "cgi_of_cjson": statistics.median(a / b for a, b in zip(stage["cgi"], stage["cjson"]))})
    return results


# --- Queries --------------------------------------------------------------------------------------

QUERIES = {
    "filter, sort, page": "status=running&cpus:gte=16&_sort=-mem,name&_page=3&_per_page=50",
    "sort by text, page": "_sort=name&_order=desc&_page=2",
    "filter on nothing, text": "q=aimlab000&name_like=9&_sort=ip&_end=20",
    "react-admin": "_end=10&_order=ASC&_sort=id&_start=0&cpus_gte=16&q=lab&status=running",
}
QUERY_SIZES = (10_000, 100_000)
ASKED = 40


def queries(bench):
    """What a filter, a sort and a page cost in a worker: the processor time of the workers for one
    request, so that the other load of the machine does not count."""
    results = []
    for size in QUERY_SIZES:
        data = bench.data(f"queried-{size}", grown_users(10), [machine(i) for i in range(size)])
        server = bench.lighttpd(f"queried-{size}", "scgi", BUILDS["musl"], data, SSA_WORKERS="1")
        ticket = server.log_in("boss", PASSWORD)
        worker = server.workers("info")
        server.ask("GET", "/api/info?_limit=0", headers={"X-Auth-Token": ticket})  # parses the file
        for name, query in QUERIES.items():
            used, took = [], []
            for _ in range(ROUNDS * ASKED):
                run_s, begin = run_time_s(worker), time.perf_counter()
                status, _ = server.ask("GET", "/api/info?" + query, headers={"X-Auth-Token": ticket})
                took.append(time.perf_counter() - begin)
                used.append(run_time_s(worker) - run_s)
                if status != 200:
                    raise Failed(f"queries: {query} answers {status}")
            results.append({"size": size, "name": name, "cpu_ms": statistics.median(used) * 1e3,
                            "p50_ms": statistics.median(took) * 1e3})
        say(f"queries: {size} machines done")
    return results


# --- Another release ------------------------------------------------------------------------------

def before(bench):
    """The three endpoints by the programs of two releases, in turn, each with the empty program
    just before it. The ratio of `cpu_us` is the steadier one on a machine that does other work."""
    programs = pathlib.Path(os.environ["BENCH_BEFORE"])
    results = []
    for mode in ("cgi", "scgi"):
        servers = {"empty": bench.lighttpd(f"empty-{mode}", mode, bench.empty[mode]),
                   "before": bench.lighttpd(f"before-{mode}", mode, programs),
                   "now": bench.lighttpd(f"now-{mode}", mode, BUILDS["musl"])}
        for endpoint in ENDPOINTS:
            loads = {name: [] for name in (*servers, "empty before")}
            for turn in range(2 * ROUNDS):
                first, second = ("before", "now") if turn % 2 else ("now", "before")
                for name in (first, second):
                    loads["empty" if name == "now" else "empty before"].append(bench.measure(servers["empty"], endpoint))
                    loads[name].append(bench.measure(servers[name], endpoint))
            results.append({"mode": mode, "endpoint": endpoint,
                            "of_empty": median_ratio(loads["now"], loads["empty"]),
                            "before_of_empty": median_ratio(loads["before"], loads["empty before"]),
                            "rate_of_before": median_ratio(loads["now"], loads["before"]),
                            "cpu_of_before": statistics.median(now.cpu_us / then.cpu_us for now, then in
                                                               zip(loads["now"], loads["before"]))})
            say(f"before: {mode} {endpoint} done")
    return results


# --- Logins ---------------------------------------------------------------------------------------

def argon2(bench):
    """Logins with a password of 19 MiB and 2 passes, compared with the same hash and
    nothing around it."""
    data = bench.data("argon2", [{"username": "user1", "password": bench.hash}], "[]")
    servers = {mode: bench.lighttpd(f"argon2-{mode}", mode, BUILDS["musl"], data) for mode in ("cgi", "scgi")}
    seconds = max(2, SECONDS)
    bare, loads = [], {mode: [] for mode in servers}
    for _ in range(ROUNDS):
        found = subprocess.run([BUILT / "bare-hash", "rate", bench.hash, PASSWORD, str(seconds)],
                               capture_output=True, text=True, check=True)
        bare.append(float(found.stdout))
        for mode, server in servers.items():
            loads[mode].append(bench.measure(server, "ticket", seconds=seconds))
        say(f"argon2: bare {bare[-1]:.1f}/s, cgi {loads['cgi'][-1].rate:.1f}/s, scgi {loads['scgi'][-1].rate:.1f}/s")
    return {"bare_rate": statistics.median(bare),
            **{mode: {**median_of(loads[mode]),
                      "of_bare": statistics.median(load.rate / rate for load, rate in zip(loads[mode], bare))}
               for mode in servers}}


def flood(bench):
    """How long does status take while many logins wait for a processor?"""
    data = bench.data("flood", [{"username": "user1", "password": bench.hash}], "[]")
    results = {}
    for mode in ("cgi", "scgi"):
        server = bench.lighttpd(f"flood-{mode}", mode, BUILDS["musl"], data)
        took, replies = [], []
        for _ in range(ROUNDS):
            bench.redis.forget()
            logins = [threading.Thread(target=lambda: replies.append(server.ask(
                "POST", "/api/ticket", credentials("user1", PASSWORD), {"Content-Type": "application/json"})[0]))
                for _ in range(LOGINS)]
            for login in logins:
                login.start()
            while any(login.is_alive() for login in logins):
                begin = time.perf_counter()
                status, _ = server.ask("GET", "/api/status")
                took.append(time.perf_counter() - begin)
                if status != 200:
                    raise Failed(f"flood: status answers {status}")
        took.sort()
        results[mode] = {"p50_ms": took[len(took) // 2] * 1e3, "p99_ms": took[len(took) * 99 // 100] * 1e3,
                         "count": len(took), "granted": replies.count(200) / len(replies)}
        say(f"flood: {mode} done")
    return results


def refusals(server, cases):
    """Medians in ms of the refused logins of each case, in an order in which a drift has no
    effect."""
    took = {name: [] for name in cases}
    headers = {"Content-Type": "application/json"}
    for _ in range(LOGINS):
        for name in random.sample(list(cases), len(cases)):
            body = credentials(*cases[name])
            begin = time.perf_counter()
            status, _ = server.ask("POST", "/api/ticket", body, headers)
            took[name].append(time.perf_counter() - begin)
            if status != 401:
                raise Failed(f"timing: {name} answers {status}")
    medians = {name: statistics.median(times) * 1e3 for name, times in took.items()}
    return {"medians_ms": medians, "spread": max(medians.values()) / min(medians.values()) - 1}


def timing(bench):
    """Does the time of a refused login tell which users exist? It is measured with hashes among the
    passwords, and with plain passwords only. The login limits are off, because otherwise they would
    refuse the logins."""
    wrong, other = "X" * len(PASSWORD), "X"
    users = [{"username": "known", "password": bench.hash},
             {"username": "former", "password": bench.hash, "disabled": True},
             {"username": "plain", "password": PASSWORD}]
    plain = [{**user, "password": PASSWORD} for user in users]
    cases = {"unknown user": ("nobody", wrong), "wrong password, right length": ("known", wrong),
             "wrong password, other length": ("known", other), "disabled user, right password": ("former", PASSWORD),
             "disabled user, wrong password": ("former", wrong), "plain password, wrong": ("plain", wrong)}
    results = {}
    for name, records in (("hashed", users), ("plain", plain)):
        data = bench.data("timing-" + name, records, "[]")
        server = bench.lighttpd("timing-" + name, "scgi", BUILDS["musl"], data, SSA_LOGIN_LIMITS="0,0,0")
        results[name] = refusals(server, cases)
        say(f"timing: {name} done")
    return results


# --- The peer -------------------------------------------------------------------------------------

def peers(bench):
    """The same work by FastAPI with four workers, in turn with the SCGI workers."""
    ours = bench.lighttpd("ours", "scgi", BUILDS["musl"])
    peer = bench.keep(Peer(bench.folder, bench.redis, bench.shipped))
    loads = {(server.name, endpoint): [] for server in (ours, peer) for endpoint in ENDPOINTS}
    for _ in range(ROUNDS):
        for endpoint in ENDPOINTS:
            for server in (peer, ours):
                loads[server.name, endpoint].append(bench.measure(server, endpoint, seconds=2 * SECONDS))
                say(f"peer: {server.name} {endpoint}: {loads[server.name, endpoint][-1].rate:.0f}/s")
    memory = max(memory_kb(pid)["Rss"] for pid in peer.pids())
    return [{"endpoint": endpoint, **median_of(loads["peer", endpoint]), "rss_kb": memory,
             "ours_times": median_ratio(loads["ours", endpoint], loads["peer", endpoint])}
            for endpoint in ENDPOINTS]


PARTS = {"endpoints": endpoints, "starts": starts, "crowd": crowd, "growth": growth, "queries": queries, "argon2": argon2, "flood": flood,
         "timing": timing, "plot": plot, "before": before, "peers": peers}


def main():
    asked_for = {"before": os.environ.get("BENCH_BEFORE"), "peers": os.environ.get("PEERS") == "1"}
    wanted = os.environ.get("BENCH_PARTS", "").split() or [name for name in PARTS if name not in asked_for]
    wanted += [name for name, asked in asked_for.items() if asked and name not in wanted]
    unknown = set(wanted) - set(PARTS)
    if unknown:
        raise Failed(f"no part called {', '.join(unknown)}; there are {', '.join(PARTS)}")
    begin = time.monotonic()
    file = HERE / "results.json"
    results = json.loads(file.read_text()) if file.exists() else {}
    with tempfile.TemporaryDirectory(prefix="ssa-bench.") as folder:
        for name in wanted:
            with contextlib.ExitStack() as stack:
                place = pathlib.Path(folder) / name
                place.mkdir()
                results[name] = PARTS[name](Bench(place, stack))
            file.write_text(json.dumps(results, indent=1) + "\n")
            if name == "plot":
                (HERE / "results.svg").write_text(report.svg(results[name]))
    print(report.text({name: results[name] for name in PARTS if name in wanted}))
    say(f"took {time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    run("bench", main)
