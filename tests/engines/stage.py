"""One run: engines, nodes of the service, the load and the reference, from start to verdict."""

import collections
import contextlib
import json
import time

import engines
import history
import load
import service

BACK_S = 1.0  # after the engines can serve, the service serves within this
MARGIN_S = 0.1  # the reference looks only so often
# What a run must have judged at least, or it proves nothing.
JUDGED_MIN = {"alive": 50, "dead": 20, "login": 20}


class Stage:
    """What a case works with. marks: what it did, and when."""

    def __init__(self, folder, mode, topology, nodes, clients=8, pause=0.02):
        self.folder, self.mode, self.topology, self.nodes = folder, mode, topology, nodes
        self.load = load.Load(nodes, clients, pause)
        self.reference = None
        self.marks, self.slack = [], 2.0
        self.windows = []  # where old answers are no fault, see history.check
        self.faults = []  # what a case itself finds
        self.excused = []  # where a 503 is no fault: (node or None for all, from, until)

    def mark(self, what):
        self.marks.append((time.monotonic(), what))
        return self.marks[-1][0]

    def run(self, seconds):
        """The load goes on."""
        time.sleep(seconds)

    def wait_down(self, since, seconds=10.0):
        engines.wait_until(lambda: self.reference.is_down(since), "the reference to see that the engines are down", seconds)

    def wait_back(self, since, seconds=40.0):
        """Waits until the engines were down after this time, and are up again."""
        engines.wait_until(lambda: self.reference.is_back(since), "the engines after the fault", seconds)
        self.mark("the engines serve again")

    def wait_switch(self, since, seconds=40.0):
        engines.wait_until(lambda: any(at > since for at in self.topology.switched), "failover", seconds)
        with contextlib.suppress(OSError):
            self.mark(f"failover to {self.topology.master().name}")

    def wait_whole(self, seconds=60.0):
        """Waits until all engines run and replicate, and a write passes."""
        engines.wait_until(lambda: self.topology.is_whole() and self.reference.passes(), "all engines", seconds)
        self.mark("all engines are there")


class Result:
    """The numbers of a run. faults: why it failed; none: it passed."""

    def __init__(self, name, mode, stage=None, planted=None, fault=None):
        self.name, self.mode, self.planted = name, mode, planted
        self.faults = [fault] if fault else list(stage.faults)
        if stage is None:
            self.verdict = None
            return
        requests = stage.load.history
        self.requests = len(requests)
        outages = [(a, b or stage.marks[-1][0]) for a, b in stage.reference.outages]
        self.down = sum(b - a for a, b in outages)
        self.outages = self.with_switches(outages, stage.topology.switched)
        self.verdict = history.check(requests, stage.windows, stage.slack, stage.login_max_s)
        failed = [each for each in requests if each["status"] == 503]
        self.refused = len(failed)
        self.other = self.verdict.count(history.STATUS)
        excused = [*((None, a - MARGIN_S, b + BACK_S) for a, b in self.outages), *stage.excused]
        self.strays = [each for each in failed if not any(
            node in (None, each["node"]) and a <= each["end"] and each["start"] <= b for node, a, b in excused)]
        failed = [each for each in failed if not any(
            node in (None, each["node"]) and a <= each["end"] <= b for node, a, b in stage.excused)]
        self.late = max((self.last_503(failed, i) for i in range(len(self.outages))), default=0.0)
        self.after_switch = self.since_switch(failed, stage.topology.switched)
        self.slowest = max((each["end"] - each["start"] for each in requests), default=0.0)
        self.judge(stage.judged_min, stage.strays_max)

    @staticmethod
    def with_switches(outages, switched):
        """The same outages, but not ending before the switch: a master may take writes again while
        the sentinels still replace it."""
        following = [*(a for a, _ in outages[1:]), float("inf")]
        return [(a, max([b, *sorted(at for at in switched if a <= at < until)[:1]]))
                for (a, b), until in zip(outages, following)]

    def last_503(self, failed, i):
        """Seconds from the end of an outage to the last 503 that belongs to it."""
        begin, until = self.outages[i]
        following = self.outages[i + 1][0] if i + 1 < len(self.outages) else float("inf")
        return max([0.0, *(each["end"] - until for each in failed if begin <= each["end"] < following)])

    @staticmethod
    def since_switch(failed, switched):
        """Seconds from the announcement of the last failover to the last 503. None: there was no
        failover."""
        first = None
        for at in sorted(switched):
            first = at if first is None or at > first + 5 else first
        return None if first is None else max((each["end"] for each in failed if each["end"] > first), default=first) - first

    def judge(self, judged_min, strays_max):
        kinds = collections.Counter(each.kind for each in self.verdict.wrong)
        if self.planted:
            if not any(kinds[kind] for kind in self.planted):
                self.faults.append("the checker did not see what was planted: " + " or ".join(self.planted))
            return
        self.faults += [f"{count} × {kind}" for kind, count in kinds.items()]
        tolerated = len(self.strays) <= strays_max * self.requests
        if not tolerated:
            self.faults.append(f"{len(self.strays)} × 503 while the engines served")
        if self.late > BACK_S and not (self.strays and tolerated):
            self.faults.append(f"the last 503 came {self.late:.2f} s after the engines were back")
        for rule, least in judged_min.items():
            if self.verdict.judged[rule] < least:
                self.faults.append(f"only {self.verdict.judged[rule]} answers were judged ({rule})")


def write_down(stage, result):
    """Writes everything that was seen, with times from the start of the run."""
    requests = sorted(stage.load.history, key=lambda each: each["start"])
    zero = requests[0]["start"] if requests else 0.0

    def clean(entry):
        return {key: round(value - zero, 4) if key in ("start", "end", "expires") else value
                for key, value in entry.items() if value is not None}

    with open(stage.folder / "history.jsonl", "w") as out:
        for each in requests:
            out.write(json.dumps(clean(each)) + "\n")
    with open(stage.folder / "events", "w") as out:
        events = [(at, what) for at, what in stage.marks]
        events += [(at, "+switch-master") for at in stage.topology.switched]
        events += [(at, f"the engines {word}") for outage in stage.reference.outages
                   for at, word in zip(outage, ("stop serving", "serve")) if at]
        for at, what in sorted(events):
            out.write(f"{at - zero:9.3f} {what}\n")
        for each in (*result.verdict.wrong, *result.verdict.stale):
            out.write(f"{each.kind}: {each.why}: {clean(each.request)}\n")
        for each in result.strays:
            out.write(f"503 while the engines served: {clean(each)}\n")


def perform(name, mode, act, folder, topology, planted=None, machines=0, nodes=1, workers=2, clients=8, pause=0.02,
            slack=2.0, login_max_s=history.LOGIN_MAX_S, judged_min=None, strays_max=0.0, programs=None, settings=None, topology_options=None):
    """Runs one case, and ends everything that it started. planted: kinds of faults, one of which
    the checker must find, because something is wrong on purpose. machines: so many have a network
    of their own, with servers, and with nodes if they are three. slack, login_max_s: see
    history.check. strays_max: the share of requests that may fail while the engines serve.
    programs, settings: of the service."""
    folder.mkdir(parents=True)
    data = service.write_data(folder / "data")
    options, started, network = dict(topology_options or {}), [], None
    with contextlib.ExitStack() as stack:
        if machines:
            network = options["machines"] = engines.Machines(folder, stack, machines, *getattr(topology, "network", ()))
        engine = topology(folder / "engines", stack, **options)
        for i in range(nodes):
            node = service.Node(folder / f"node{i}", mode, engine.url, data, programs,
                                network.places[i][1][:2] if machines == 3 else (), SSA_WORKERS=str(workers), **(settings or {}))
            stack.callback(node.stop)
            node.start()
            started.append(node)
        stage = Stage(folder, mode, engine, started, clients, pause)
        stage.strays_max = strays_max
        stage.slack, stage.login_max_s, stage.machines = slack, login_max_s, network
        stage.judged_min = JUDGED_MIN if judged_min is None else judged_min
        stage.reference = load.Reference(engine)
        stack.callback(stage.reference.stop)
        stack.callback(stage.load.stop)
        stage.load.start()
        stage.run(2)
        act(stage)
        stage.load.stop()
        stage.mark("audit")
        stage.load.audit()
        stage.reference.stop()
        stage.mark("end")
        result = Result(name, mode, stage, planted)
        write_down(stage, result)
    return result
