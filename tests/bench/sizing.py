#!/usr/bin/python3
"""make sizing: what a session and a request need, for docs/scaling.md.

It fills a private Redis with SESSIONS sessions (100,000), in the keys and values that the programs
write, after it has compared them with a real login, byte for byte. scale_model.py
gets the memory of a tenth of the sessions, so that the memory of all of them shows whether the
model is right. It sends requests of each kind through lighttpd, and counts the commands and the
round trips of each. It times a command, a round trip and the hash of a login.

The results are printed. Those of a million sessions or more are kept in sizing.json and drawn in
docs/scaling.svg; the suite then holds the table of docs/scaling.md against them. The rates of a
node are those that `make bench` measured last."""

import base64
import contextlib
import hashlib
import json
import os
import pathlib
import re
import resource
import secrets
import socket
import subprocess
import sys
import tempfile
import time

import scale_model
from servers import BUILDS, BUILT, HERE, ROOT, Failed, Lighttpd, Redis, credentials, memory_kb, run, run_time_s

SESSIONS = int(os.environ.get("SESSIONS") or 100_000)
PASSWORD = "A1B2C3D4E5F6G7H8I9HD"
KEPT = 1_000_000
LAYOUTS = (1, 10)  # tickets of a user
LIFE_S, LOGIN_S = 7200, 43200  # SSA_TICKET_TTL and SSA_TICKET_MAX
USERS = 200  # that send a request of each kind
HASH_S = 2
TIMED = 50_000  # commands of redis-benchmark
OWN = ("info", "config|resetstat", "ping")  # commands of this program


class Client:
    """A connection to Redis. Commands are sent many at a time."""

    def __init__(self, redis):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(redis.path))
        self.file = self.socket.makefile("rb")

    def ask(self, *commands):
        self.socket.sendall(b"".join(map(encode, commands)))
        return [self.reply() for _ in commands]

    def one(self, *command):
        return self.ask(command)[0]

    def reply(self):
        line = self.file.readline()
        kind, rest = line[:1], line[1:-2].decode()
        if kind == b"-" or not line:
            raise Failed(f"redis: {rest}")
        if kind == b":":
            return int(rest)
        if kind == b"*":
            return [self.reply() for _ in range(int(rest))]
        if kind == b"$":
            return None if rest == "-1" else self.file.read(int(rest) + 2)[:-2].decode()
        return rest

    def info(self, section):
        lines = self.one("INFO", section).splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)


def encode(command):
    parts = [str(part).encode() for part in command]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


# --- Sessions as the programs write them ----------------------------------------------------------

def digest(*parts, key=""):
    """crypto_digest of core/crypto.c."""
    made = hashlib.blake2b("".join(part + "\0" for part in parts).encode(), digest_size=32,
                           key=key.encode())
    return base64.urlsafe_b64encode(made.digest()).decode().rstrip("=")


def session(username, ticket, password, expires, renewable_until):
    """The commands that make a session (store/tickets.c, store/session.c), without those that only
    change an index that is there: (ZADD, EXPIREAT, SET)."""
    user, name = digest("user", username), digest("ticket", ticket)
    index, login = f"ssa:{{{user[:3]}}}:user:{user}", name[:16]
    value = json.dumps({"username": username, "login": login,
                        "fingerprint": digest("fingerprint", password, key=ticket),
                        "expires": expires, "renewable_until": renewable_until},
                       separators=(",", ":"))
    return (("ZADD", index, expires * 1000000, f"{login}:{name}"), ("EXPIREAT", index, expires, "NX"),
            ("SET", f"ssa:{{{user[:3]}}}:ticket:{name}", value, "EXAT", expires, "NX"))


def ticket_of(username):
    return digest("user", username)[:3] + secrets.token_urlsafe(30)


def all_of(client):
    """Everything that Redis has: {key: (value, expiry, encoding)}."""
    found = {}
    for key in client.one("KEYS", "*"):
        read = (("GET", key) if client.one("TYPE", key) == "string"
                else ("ZRANGE", key, 0, -1, "WITHSCORES"))
        found[key] = client.ask(read, ("EXPIRETIME", key), ("OBJECT", "ENCODING", key))
    return found


def verify(redis, server):
    """Fails if a login leaves anything else in Redis than session() would."""
    client = Client(redis)
    redis.forget()
    status, body = server.ask("POST", "/api/ticket", credentials("u0000001", PASSWORD), JSON)
    if status != 200:
        raise Failed(f"the login answers {status}: {body.decode()}")
    data = json.loads(body)["data"]
    real = all_of(client)
    redis.forget()
    client.ask(*session("u0000001", data["ticket"], PASSWORD, data["expires"],
                        data["expires"] - LIFE_S + LOGIN_S))
    if real != all_of(client):
        raise Failed(f"a login makes\n{real}\nand not\n{all_of(client)}")
    redis.forget()
    return real


# --- Memory ---------------------------------------------------------------------------------------

def used(redis):
    """Bytes in use. When a table has grown, Redis moves the keys to the new one in its idle time, a
    millisecond at each of `hz` ticks, and has both until then. More ticks shorten that. It is over
    when the memory has been the same for so long as the larger tables need."""
    client = Client(redis)
    client.one("CONFIG", "SET", "hz", 500)
    quiet = 2 + client.one("DBSIZE") / 50_000
    last, since = 0, time.monotonic()
    while time.monotonic() - since < quiet:
        time.sleep(0.2)
        now = int(client.info("memory")["used_memory"])
        if abs(now - last) > 100_000:
            last, since = now, time.monotonic()
    client.one("CONFIG", "SET", "hz", 10)
    found = client.info("memory")
    return int(found["used_memory"]), int(found["used_memory_rss"])


def fill(client, first, last, tickets_a_user):
    now, batch = int(time.time()), []
    for number in range(first, last):
        username = f"u{number // tickets_a_user:07}"
        expires = now + LIFE_S - number % 600  # not all at the same second
        batch += session(username, ticket_of(username), PASSWORD, expires, now + LOGIN_S)
        if len(batch) >= 3000:
            client.ask(*batch)
            batch = []
    client.ask(*batch)


def memory(folder, tickets_a_user):
    """The memory of a tenth of the sessions, and of all."""
    place = folder / f"memory-{tickets_a_user}"
    place.mkdir()
    redis = Redis(place)
    try:
        fill(Client(redis), 0, 1000, 1)  # so that what Redis needs only once is not counted
        redis.forget()
        empty, empty_rss = used(redis)
        found, done = {}, 0
        for name, count in (("fit", SESSIONS // 10), ("point", SESSIONS)):
            fill(Client(redis), done, count, tickets_a_user)  # whose connection ends here
            done = count
            bytes_, rss = used(redis)
            keys = Client(redis).one("DBSIZE")
            if keys != scale_model.keys(count, tickets_a_user):
                raise Failed(f"{keys} keys for {count} sessions, {tickets_a_user} a user")
            found[name] = {"sessions": count, "tickets_a_user": tickets_a_user,
                           "bytes": bytes_ - empty, "rss": rss - empty_rss,
                           "process_kb": memory_kb(redis.process.pid)["Rss"]}
            say(f"memory: {count:,} sessions, {tickets_a_user} a user: "
                f"{(bytes_ - empty) / count:.1f} bytes a session")
        return found
    finally:
        redis.close()


# --- Requests -------------------------------------------------------------------------------------

JSON = {"Content-Type": "application/json"}


def counted(redis, server, requests, expected):
    """Sends the requests one after the other. Returns what Redis did for one of them, and the
    replies."""
    client = Client(redis)
    client.one("CONFIG", "RESETSTAT")
    replies = [server.ask(*request) for request in requests]
    calls = {name[len("cmdstat_"):]: int(re.match(r"calls=(\d+)", value)[1])
             for name, value in client.info("commandstats").items()}
    reads = int(client.info("stats")["total_reads_processed"]) - 2
    wrong = [status for status, _ in replies if status != expected]
    if wrong:
        raise Failed(f"{requests[0][:2]} answers {wrong[0]}")
    count = len(requests)
    found = {"commands": {name: round(number / count, 2) for name, number in sorted(calls.items())
                          if name not in OWN},
             "round_trips": round(reads / count, 1)}
    return found, [json.loads(body)["data"] if body and status == 200 and b'"data"' in body else None
                   for status, body in replies]


def requests(folder, redis):
    """Every kind of request, each by USERS users. Passwords are plain, so that a login is without
    its hash, which is timed by itself."""
    data = folder / "data"
    data.mkdir()
    names = [f"u{number:07}" for number in range(USERS)]
    (data / "users.json").write_text(json.dumps(
        [{"username": name, "password": PASSWORD, "machines": list(range(100, 110))}
         for name in names]))
    (data / "machines.json").write_text(json.dumps(
        [{"id": 100 + i, "name": f"Aimlab{i:06}", "status": "running"} for i in range(10)]))
    time.sleep(0.15)  # see bench.py
    server = Lighttpd(folder, "sizing", "scgi", BUILDS["musl"], redis, data, SSA_WORKERS="1",
                      SSA_LOGIN_LIMITS="100000/600,100000/3600,100000/60")
    try:
        login = verify(redis, server)
        say(f"a login: {len(login)} keys, as this program makes them")
        found, made = {}, {}

        def send(kind, expected, all_requests):
            found[kind], replies = counted(redis, server, all_requests, expected)
            say(f"{kind}: {found[kind]['commands']}")
            return replies

        def logins():
            return [("POST", "/api/ticket", credentials(name, PASSWORD), JSON) for name in names]

        def with_ticket(method, path):
            return [(method, path, None, {"X-Auth-Token": made[name]["ticket"],
                                          "CSRFPreventionToken": made[name]["CSRFPreventionToken"]})
                    for name in names]

        server.ask("GET", "/api/info", None, {"X-Auth-Token": "x" * 43})  # connects to Redis
        made.update(zip(names, send("login", 200, logins())))
        send("info", 200, with_ticket("GET", "/api/info"))
        send("status", 200, [("GET", "/api/status")] * USERS)
        send("logout", 204, with_ticket("DELETE", "/api/ticket"))
        for request, name in zip(logins(), names):
            made[name] = json.loads(server.ask(*request)[1])["data"]
        made.update(zip(names, send("renewal", 200, [
            ("POST", "/api/ticket", credentials(name, made[name]["ticket"]), JSON)
            for name in names])))
        send("logout after a renewal", 204, with_ticket("DELETE", "/api/ticket"))
        for _ in range(10):
            for request, name in zip(logins(), names):
                made[name] = json.loads(server.ask(*request)[1])["data"]
        send("logout of all ten", 204, with_ticket("DELETE", "/api/ticket?all"))
        send("refused login", 401, [("POST", "/api/ticket", credentials(name, "wrong"), JSON)
                                    for name in names])
        return found
    finally:
        server.close()


# --- Redis's thread and the hashes ----------------------------------------------------------------

def redis_us(redis):
    """The processor time of Redis for a round trip and for a command, in microseconds: from ZADD,
    the dearest command of a login, alone and 16 in a round trip, over 16 connections. The best of
    some rounds counts here and below, because what else the machine does can only cost time."""
    took = {}
    for commands in (1, 16):
        for _ in range(3):
            redis.forget()
            before = run_time_s([redis.process.pid])
            subprocess.run(["redis-benchmark", "-s", redis.path, "-q", "-n", str(TIMED), "-c", "16",
                            "-P", str(commands), "-r", str(TIMED), "ZADD", "ssa:__rand_int__", "1",
                            "x" * 60], stdout=subprocess.DEVNULL, check=True)
            each = (run_time_s([redis.process.pid]) - before) / TIMED * 1e6
            took[commands] = min(took.get(commands, each), each)
    redis.forget()
    trip = (took[1] - took[16]) * 16 / 15
    return {"trip": trip, "command": took[1] - trip}


def logins_a_core():
    """Argon2id verifications that one processor makes a second, by its own time. The cost is that
    of data/users.json. `bench` is the figure of `make bench`, when nothing else ran."""
    made = subprocess.run([BUILT / "bare-hash", "make", PASSWORD], capture_output=True, text=True,
                          check=True).stdout.strip()
    cost = re.escape(made.split("$")[3])
    if not re.search(rf"\$argon2id\$v=19\${cost}\$", (ROOT / "data" / "users.json").read_text()):
        raise Failed(f"data/users.json has no hash with the cost {made.split('$')[3]}")
    found = []
    for _ in range(6):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        rate = subprocess.run([BUILT / "bare-hash", "rate", made, PASSWORD, str(HASH_S)],
                              capture_output=True, text=True, check=True).stdout
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        found.append(float(rate) * HASH_S / took)
    bench = json.loads((HERE / "results.json").read_text())["argon2"]["bare_rate"]
    return {"now": max(found), "bench": bench / scale_model.ASSUMED["node_processors"]}


def node():
    """Requests a second of one node, from `make bench`."""
    return {r["endpoint"]: r["rate"] for r in json.loads((HERE / "results.json").read_text())["endpoints"]
            if r["mode"] == "scgi" and r["build"] == "musl"}


def say(text):
    print(text, file=sys.stderr, flush=True)


def main():
    begin = time.monotonic()
    if SESSIONS < 1000:
        raise Failed("SESSIONS: at least 1000, or a session is lost in what an empty Redis does")
    with tempfile.TemporaryDirectory(prefix="ssa-sizing.") as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        redis = Redis(folder)
        stack.callback(redis.close)
        inputs = {"redis": Client(redis).info("server")["redis_version"],
                  "requests": requests(folder, redis), "logins_a_core": logins_a_core(),
                  "redis_us": redis_us(redis), "node": node(),
                  "memory": {str(layout): memory(folder, layout) for layout in LAYOUTS}}
    if SESSIONS >= KEPT:
        scale_model.INPUTS.write_text(json.dumps(inputs, indent=1) + "\n")
        scale_model.FIGURE.write_text(scale_model.svg(inputs))
    print(report(inputs))
    try:
        scale_model.check(inputs)
    except AssertionError as error:
        raise Failed(f"the model does not hold: {error}") from None
    say(f"took {time.monotonic() - begin:.0f} s")


def report(inputs):
    lines = [f"Redis {inputs['redis']}", ""]
    for layout, found in inputs["memory"].items():
        for each in found.values():
            lines.append(f"{each['sessions']:>12,} sessions, {layout:>2} a user: "
                         f"{each['bytes'] / each['sessions']:7.1f} bytes a session, RSS "
                         f"{each['rss'] / each['bytes']:.2f} of that")
    lines += ["", "One request: commands, round trips"]
    for kind, found in inputs["requests"].items():
        names = " ".join(f"{name} {number:g}" for name, number in found["commands"].items())
        lines.append(f"  {kind:22} {sum(found['commands'].values()):5.1f} "
                     f"{found['round_trips']:5.1f}  {names}")
    cores, redis = inputs["logins_a_core"], inputs["redis_us"]
    lines += ["", f"Argon2id, logins/s of one processor: {cores['now']:.1f} now, "
              f"{cores['bench']:.1f} in make bench",
              f"Redis: {redis['trip']:.1f} us a round trip, {redis['command']:.1f} us a command", "",
              scale_model.text(inputs)]
    return "\n".join(lines)


if __name__ == "__main__":
    run("sizing", main)
