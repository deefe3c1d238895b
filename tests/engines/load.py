"""Clients that log in, read, renew and log out all the time, and write down every answer."""

import collections
import concurrent.futures
import contextlib
import json
import random
import threading
import time

import engines
import service

ASK_MAX_S = 5.5  # the service gives itself 5 s
MOST_LIVE = 40  # tickets of a user; above that a client logs out

# How often each request is made. "dead" reads with a ticket that was logged out.
WEIGHTS = {"info": 30, "who": 8, "dead": 20, "login": 16, "renew": 10, "logout": 15, "everywhere": 1}


def said(op, body):
    """The user of a reply. For `info`, the user who may see this machine."""
    data = json.loads(body)["data"]
    return service.NAMES[data[0]["id"]] if op == "info" and len(data) == 1 else data["username"]


class Tickets:
    """The tickets of one user, as far as the load knows. Several clients use them at the same
    time."""

    def __init__(self):
        self.live, self.dead = [], collections.deque(maxlen=200)

    def pick(self, which):
        with contextlib.suppress(IndexError):  # another client was faster
            return random.choice(which)

    def end(self, tickets):
        for ticket in list(tickets):
            with contextlib.suppress(ValueError):
                self.live.remove(ticket)
                self.dead.append(ticket)


class Load:
    """`clients` threads that rest for `pause` seconds after each request. Only the first `active`
    ones make requests."""

    def __init__(self, nodes, clients=8, pause=0.02):
        self.nodes, self.clients, self.active, self.pause = nodes, clients, clients, pause
        self.history = []
        self.tickets = {name: Tickets() for name in service.MACHINES}
        self.known = {}  # the ticket itself by its name in the history: (user, ticket)
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.threads = []

    def start(self):
        self.threads = [threading.Thread(target=self.client, args=(i,), daemon=True) for i in range(self.clients)]
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def client(self, number):
        while not self.stopping.wait(self.pause * random.uniform(0.5, 1.5)):
            if number < self.active:
                self.step(random.choice(service.USERS), random.choices(list(WEIGHTS), WEIGHTS.values())[0])

    def step(self, user, op):
        own = self.tickets[user]
        if op == "login":
            op = "logout" if len(own.live) > MOST_LIVE else op
        ticket = own.pick(own.dead if op == "dead" else own.live)
        if ticket is None or op == "login":
            self.request("login", user)
        elif op == "everywhere":
            before = list(own.live)
            self.request(op, user, ticket)
            own.end(before)
        else:
            entry = self.request(random.choice(["info", "who"]) if op == "dead" else op, user, ticket)
            if op == "logout" or entry["status"] == 401:
                own.end([ticket])

    def request(self, op, user, ticket=None, node=None):
        """Makes one request, and returns its entry in the history."""
        if node is None:
            node = random.randrange(len(self.nodes))
        method, target, headers, body = "GET", "/api/ticket", [], b""
        if ticket and op != "renew":
            headers = [f"X-Auth-Token: {self.known[ticket][1]}"]
        if op in ("login", "renew"):
            method = "POST"
            password = self.known[ticket][1] if ticket else service.PASSWORD
            body = json.dumps({"username": user, "password": password}).encode()
        elif op == "info":
            target = "/api/info"
        elif op != "who":
            method, target = "DELETE", "/api/ticket" + ("?all" if op == "everywhere" else "")
        entry = {"op": op, "user": user, "ticket": ticket, "node": node, "start": time.monotonic()}
        status, fields, answer = self.nodes[node].ask(method, target, headers, body)
        entry["end"] = time.monotonic()
        entry["status"], entry["why"] = self.honest(status, fields, answer, entry["end"] - entry["start"])
        if entry["status"] == 200:
            self.take(entry, answer)
        self.history.append(entry)
        return entry

    @staticmethod
    def honest(status, fields, answer, took):
        """The status as the checker counts it, and why it is 0."""
        if status == 0:
            return 0, answer.decode("latin-1")
        if took > ASK_MAX_S:
            return 0, f"it took {took:.1f} s"
        if status == 503 and not (fields.get("retry-after") and answer.startswith(b'{"code":503,')):
            return 0, f"a 503 of another form: {answer[:80]!r}"
        return status, None

    def take(self, entry, answer):
        """What a 200 contains."""
        try:
            entry["said"] = said(entry["op"], answer)
            if entry["op"] not in ("login", "renew"):
                return
            data = json.loads(answer)["data"]
        except (ValueError, KeyError, TypeError, IndexError):
            entry["status"], entry["why"] = 0, f"a 200 of another form: {answer[:80]!r}"
            return
        with self.lock:
            name = f"t{len(self.known)}"
            self.known[name] = entry["user"], data["ticket"]
        entry["got"] = name
        # The end in seconds of this clock.
        entry["expires"] = data["expires"] - time.time() + time.monotonic()
        self.tickets[entry["user"]].live.append(name)

    def crowd(self, user, count):
        """Makes `count` logins of one user."""
        together(lambda _: self.request("login", user), range(count))

    def audit(self):
        """At the end, asks once about every ticket there ever was."""
        def ask(name):
            engines.wait_until(lambda: self.request("info", self.known[name][0], name)["status"] != 503,
                               "an answer about each ticket at the end")
        together(ask, list(self.known))


def together(function, items, threads=4):
    """Calls the function for each item, from a few threads."""
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(function, items):
            pass


class Reference:
    """Writes to the engines itself, twenty times a second, to learn when they can serve. outages:
    [from, until], from the last write that passed to the first one that passes again; the last
    outage may have no end."""

    def __init__(self, topology):
        self.topology, self.outages, self.stopping = topology, [], threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def passes(self):
        with contextlib.suppress(OSError, engines.Refused, StopIteration):
            self.topology.write()
            return True
        return False

    def run(self):
        last, down = time.monotonic(), False
        while not self.stopping.wait(0.02 if down else 0.05):
            began, passes = time.monotonic(), self.passes()
            if passes and down:
                self.outages[-1][1] = time.monotonic()
            elif not passes and not down:
                self.outages.append([last, None])
            down = not passes
            last = began if passes else last

    def is_down(self, after):
        """Whether an outage lasted beyond this time, or still lasts."""
        return any(until is None or until > after for _, until in self.outages)

    def is_back(self, after):
        """Whether an outage that began after this time is over."""
        return any(until is not None and until > after for _, until in self.outages)

    def stop(self):
        self.stopping.set()
        self.thread.join()
