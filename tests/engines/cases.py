"""The cases. Each one harms the engines under load, and returns when they are whole again."""

import collections
import functools
import json
import os
import threading
import time

import engines
import history
import service
import setups
import stage as stages


# --- one engine is killed, and started again ------------------------------------------------------

def kill_and_start(stage, engine, after=0.0):
    """Kills an engine and starts it again: at once, as systemd does with Restart=always, or after
    so many seconds, but not before the reference has seen that it is down."""
    since = stage.mark(f"kill -9 {engine.name}")
    engine.kill()
    stage.run(after)
    stage.wait_down(since)
    stage.mark(f"{engine.name} is started")
    engine.start(wait=False)
    stage.wait_back(since)


# --- one Redis ------------------------------------------------------------------------------------

def single_kill(stage):
    for _ in range(3):
        kill_and_start(stage, stage.topology.engine)
        stage.run(3)


def single_old_snapshot(stage):
    """With Debian's configuration, Redis comes back with the last snapshot."""
    stage.topology.engine.ask("SAVE")
    stage.mark("snapshot")
    stage.run(2)
    kill_and_start(stage, stage.topology.engine)
    stage.run(2)


# --- one Redis, or a master with replicas ---------------------------------------------------------

def everywhere(hurt, count, prepare=lambda stage: None):
    """A user with `count` tickets logs out everywhere, and the engine fails half-way."""
    def act(stage):
        user = service.CROWD
        stage.load.active = 0
        stage.load.crowd(user, count)
        stage.load.active = stage.load.clients
        own = stage.load.request("login", user)["got"]
        prepare(stage)
        with engines.Connection(stage.topology.master().address) as c:
            before = c.ask("DBSIZE")
            if before < count / 2:
                stage.faults.append("another master has the tickets")
            stage.mark("log out everywhere")
            asking = threading.Thread(target=stage.load.request, args=("everywhere", user, own))
            asking.start()
            engines.wait_until(lambda: not asking.is_alive() or c.ask("DBSIZE") < before - count / 5, "the first tickets to go")
        hurt(stage)
        asking.join()
        # Until it is acknowledged, with a new ticket if this one is dead.
        for _ in range(100):
            status = stage.load.request("everywhere", user, own)["status"]
            if status == 204:
                return
            if status == 401:
                own = stage.load.request("login", user).get("got") or own
            stage.run(0.1)
        stage.faults.append("log out everywhere never passed")
    return act


def kill_and_return(stage):
    kill_and_start(stage, stage.topology.engine)


def replace_master(stage):
    """Kills the master, and returns it when another one has replaced it."""
    old = stage.topology.master()
    since = stage.mark(f"kill -9 {old.name}")
    old.kill()
    stage.wait_switch(since)
    stage.wait_back(since)
    return old


def kill_and_fail_over(stage):
    old = stage.topology.master()
    since = stage.mark(f"kill -9 {old.name}")
    old.kill()
    stage.wait_switch(since)
    if not stage.topology.has_spare:
        old.start(wait=False)
    stage.wait_back(since)


def guesses(hurt):
    """Wrong passwords while the engine fails: at most GUESSES of them may be answered with 401."""
    def act(stage):
        answers = collections.Counter()
        for i in range(10 * GUESSES):
            if i == GUESSES // 3:
                hurt(stage)
            answers[stage.nodes[0].guess(service.USERS[0])] += 1
            if answers[429]:
                break
        stage.mark(f"answers: {dict(answers)}")
        if answers[401] > GUESSES:
            stage.faults.append(f"{answers[401]} guesses were answered, {GUESSES} may be")
        if not answers[429] or answers[401] + answers[503] < GUESSES:
            stage.faults.append(f"the limit of {GUESSES} guesses came at another place: {dict(answers)}")
    return act


# --- a master, two replicas, three Sentinels ------------------------------------------------------

def calm(stage):
    """Nothing happens, for comparison."""
    stage.run(10)


def freeze(stage, active=2):
    """The master is frozen for 10 s, like a virtual machine that is moved, and believes for 10 s
    more that it is the master. Few clients make requests meanwhile, so that many workers do not
    notice it and keep their connection."""
    old = stage.topology.master()
    stage.load.active = active
    since = stage.mark(f"{old.name} is frozen")
    old.freeze()
    stage.wait_switch(since)
    if stage.topology.has_spare:
        stage.wait_back(since)
    stage.run(max(0, since + 10 - time.monotonic()))
    stage.mark(f"{old.name} goes on")
    old.thaw()
    stage.load.active = stage.load.clients
    stage.wait_back(since)
    stage.run(20)
    stage.wait_whole()


def restart_after(seconds):
    """Kills the master and starts it again."""
    def act(stage):
        kill_and_start(stage, stage.topology.master(), seconds)
        stage.run(3)
        stage.wait_whole()
    return act


def freeze_for(seconds):
    """The master is frozen about as long as the Sentinels need to replace it. It goes on while
    another one is made the master, and keeps its other replica until the Sentinels tell that one to
    leave, a second later."""
    def act(stage):
        old = stage.topology.master()
        since = stage.mark(f"{old.name} is frozen")
        old.freeze()
        stage.run(seconds)
        stage.mark(f"{old.name} goes on")
        old.thaw()
        stage.wait_back(since)
        stage.run(5)
        stage.wait_whole()
    return act


def snapshot_and_restart(stage):
    """The master is back after 0.15 s, with Debian's configuration: an old snapshot wins."""
    stage.topology.master().ask("SAVE")
    stage.mark("snapshot")
    stage.run(3)
    restart_after(0.15)(stage)


def empty(stage):
    """The old master comes back without its disk, as an empty master."""
    old = replace_master(stage)
    old.forget()
    stage.mark(f"{old.name} is started, empty")
    old.start(wait=False)
    stage.run(3)
    stage.wait_whole()


def one_left(stage):
    """The master dies, then the next one. The last server alone takes no write."""
    first = stage.topology.master()
    since = stage.mark(f"kill -9 {first.name}")
    first.kill()
    stage.wait_switch(since)
    stage.wait_back(since)
    stage.run(2)
    second = stage.topology.master()
    since = stage.mark(f"kill -9 {second.name}")
    second.kill()
    stage.wait_switch(since)
    stage.run(3)
    for engine in (first, second):
        stage.mark(f"{engine.name} is started")
        engine.start(wait=False)
        stage.run(2)
    stage.wait_back(since)
    stage.wait_whole()


def renewals_end(stage):
    """Logins are renewed until that is refused. Meanwhile a server with another clock takes
    over."""
    chains = {stage.load.request("login", service.CROWD)["got"] for _ in range(6)}
    kill_and_fail_over(stage)
    end = time.monotonic() + LOGIN_MAX_S + stage.slack
    while chains and time.monotonic() < end:
        stage.run(1)
        answers = [(ticket, stage.load.request("renew", service.CROWD, ticket)) for ticket in chains]
        chains = {answer.get("got", ticket) for ticket, answer in answers if answer["status"] != 401}
    if chains:
        stage.faults.append(f"{len(chains)} logins could be renewed beyond their end")


def sentinel_dies(stage):
    """The Sentinel that the service asks first dies, and then the master."""
    stage.mark("kill -9 of a Sentinel")
    stage.topology.sentinels[0].kill()
    stage.run(3)
    old = replace_master(stage)
    stage.run(3)
    for process in (stage.topology.sentinels[0], old):
        process.start(wait=False)
    stage.wait_whole()


def sentinel_freezes(stage):
    """The same with a Sentinel that accepts connections and never answers."""
    stage.mark("a Sentinel is frozen")
    stage.topology.sentinels[0].freeze()
    stage.run(3)
    old = replace_master(stage)
    stage.run(3)
    stage.topology.sentinels[0].thaw()
    old.start(wait=False)
    stage.wait_whole()


def rolling(stage):
    """All servers are restarted one by one, as in an upgrade, the master last."""
    master = stage.topology.master()
    replicas = [engine for engine in stage.topology.engines if engine is not master]
    for process in (*stage.topology.sentinels, *replicas, master):
        since = stage.mark(f"restart of {process.name}")
        process.restart()
        stage.run(1)
        stage.wait_whole()
        if not stage.topology.has_spare:  # a master whose only replica restarts takes no write
            stage.excused.append((None, since, stage.marks[-1][0] + stages.BACK_S))


def full(stage):
    """The memory is full for a while."""
    master = stage.topology.master()
    since = stage.mark("memory is full")
    master.set("maxmemory", "1mb")
    stage.run(4)
    master.set("maxmemory", "0")
    stage.mark("there is memory again")
    for op, good in (("info", 200), ("logout", 204)):
        if not any(each["op"] == op and each["status"] == good and each["start"] > since + 1 for each in stage.load.history):
            stage.faults.append(f"with full memory no {op} passed")
    stage.wait_back(since)
    stage.run(3)


def liars(stage):
    """Two Sentinels lie, then all three. After each lie, they tell the truth."""
    old = next(engine for engine in stage.topology.engines if engine is not stage.topology.master()).address
    gone = "127.0.0.1", engines.free_port()
    for lie in (old, gone, "nil", "nothing"):
        for count in (2, 3):
            stage.mark(f"{count} Sentinels say {lie}")
            for liar in stage.topology.liars[:count]:
                liar.say = lie
            stage.topology.drop_clients()
            begin = stage.mark("connections are closed")
            stage.run(2)
            for liar in stage.topology.liars:
                liar.say = "truth"
            stage.excused.append((None, begin, stage.mark("truth") + stages.BACK_S))
            stage.run(2)


def cut(stage):
    """The master and one node of the service are cut off together. That node may give old answers
    as long as its master believes that it is one."""
    machines = stage.machines
    since = stage.mark("the master and node 0 are cut off")
    machines.cut(0)
    stage.windows.append((0, since, since + 3))
    stage.wait_switch(since)
    stage.wait_back(since)
    stage.run(8)
    joined = stage.mark("they are joined again")
    machines.join(0)
    stage.wait_switch(joined)
    # Until its Sentinel knows better, this node cannot serve.
    stage.excused.append((0, since, stage.mark("their Sentinel knows the master") + stages.BACK_S))
    stage.run(3)
    stage.wait_whole()


# --- a replica on the master's side, or one that is late ------------------------------------------

def part_for(stage, some, others, seconds):
    """Cuts two groups of machines from each other for a while. The service reaches both."""
    since = stage.mark(f"{some} and {others} are cut from each other")
    stage.machines.part(some, others)
    stage.run(seconds)
    stage.machines.heal(some, others)
    stage.mark("they are joined again")
    return since


def cut_with_replica(stage, prepare=None):
    """The master, a replica and a Sentinel on one side; on the other side the other replica, and
    the two Sentinels that replace the master."""
    if prepare:
        threading.Timer(0.3, prepare, [stage]).start()
    since = part_for(stage, [0, 1, 3], [2, 4, 5], 8)
    stage.wait_back(since)
    stage.run(3)
    stage.wait_whole()


def cut_with_reset(stage):
    """The same, and the Sentinel of the master's side forgets all others."""
    cut_with_replica(stage, lambda stage: stage.topology.sentinels[0].ask("SENTINEL", "RESET", engines.SERVICE))


def cut_with_template(stage):
    """The same, and the Sentinel of the master's side is set up anew."""
    sentinel = stage.topology.sentinels[0]
    stage.mark(f"{sentinel.name} is stopped")
    sentinel.kill()
    sentinel.write_settings()
    since = stage.mark("cut")
    stage.machines.part([0, 1, 3], [2, 4, 5])
    sentinel.start()
    stage.run(8)
    stage.machines.heal([0, 1, 3], [2, 4, 5])
    stage.mark("they are joined again")
    stage.wait_back(since)
    stage.run(3)
    stage.wait_whole()


def late_heir(stage):
    """A replica loses its master for 0.8 s. Then the master dies, and the other replica is frozen
    until the first one is promoted."""
    old, late, other = stage.topology.engines
    stage.machines.part([0], [1])
    stage.mark(f"{late.name} has lost {old.name}")
    stage.run(0.8)
    since = stage.mark(f"kill -9 {old.name}, {other.name} is frozen")
    other.freeze()
    old.kill()
    stage.run(1.5)
    other.thaw()
    stage.wait_switch(since)
    stage.machines.heal([0], [1])
    old.start(wait=False)
    stage.wait_back(since)
    stage.run(3)
    stage.wait_whole()


def only_heir(stage):
    """The master dies while the only replica that may be promoted is late. The other one is a mere
    copy, and has everything."""
    old = stage.topology.engines[0]
    stage.machines.part([0], [1])
    stage.mark("the heir has lost its master")
    stage.run(0.8)
    since = stage.mark(f"kill -9 {old.name}")
    old.kill()
    stage.wait_switch(since)
    stage.machines.heal([0], [1])
    old.start(wait=False)
    stage.wait_back(since)
    stage.run(3)
    stage.wait_whole()


def comes_back(stage):
    """A replaced master comes back, unreachable for 7 s. Then its successor dies."""
    old = replace_master(stage)
    stage.run(2)
    others = [i for i in range(6) if i != stage.topology.engines.index(old)]
    stage.machines.part([stage.topology.engines.index(old)], others)
    old.start(wait=False)
    stage.mark(f"{old.name} is started, alone")
    stage.run(7)
    stage.machines.heal([stage.topology.engines.index(old)], others)
    since = stage.mark("it is joined again")
    stage.run(0.3)
    new = stage.topology.master()
    stage.mark(f"kill -9 {new.name}")
    new.kill()
    stage.wait_switch(since)
    new.start(wait=False)
    stage.wait_back(since)
    stage.run(3)
    stage.wait_whole()


def replica_returns(stage):
    """A replica dies and comes back. Before it has all data, the master dies."""
    old, replica = stage.topology.engines[0], stage.topology.engines[1 if stage.topology.sentinels else 3]
    since = stage.mark(f"kill -9 {replica.name}")
    replica.kill()
    stage.wait_back(since)
    stage.run(3)
    replica.start(wait=False)
    since = stage.mark(f"{replica.name} is started, kill -9 {old.name}")
    old.kill()
    stage.wait_switch(since)
    old.start(wait=False)
    stage.wait_back(since)
    stage.run(3)
    stage.wait_whole()


def as_documented(stage):
    """The status finds no fault in the settings. A master dies, and comes back as a replica."""
    _, _, answer = stage.nodes[0].ask("GET", "/api/status?verbose")
    if json.loads(answer)["checks"]["redis"] != "OK":
        stage.faults.append(f"status: {answer.decode()}")
    old = replace_master(stage)
    since = stage.mark(f"{old.name} is started")
    old.start()
    if stage.topology.sentinels and old.ask("ROLE")[0] == "master":
        stage.faults.append("it comes back as a master")
    stage.wait_whole()
    stage.excused.append((None, since, stage.marks[-1][0] + stages.BACK_S))
    stage.run(3)


def change_master(stage):
    """Another server is made the master, as documented: the old one is told to follow it, or finds
    out ten seconds later."""
    for told in (True, False):
        old = stage.topology.master()
        since = stage.mark("SENTINEL FAILOVER")
        stage.topology.sentinels[0].ask("SENTINEL", "FAILOVER", engines.SERVICE)
        stage.wait_switch(since)
        if told:
            old.ask("REPLICAOF", *stage.topology.master().address)
        stage.wait_whole()
        stage.excused.append((None, since, stage.marks[-1][0] + stages.BACK_S))
        stage.run(6)  # a Sentinel waits so long before the next one


def misled(mislead):
    """An administrator changes the master of a replica, or makes it a master. Then the master
    dies."""
    def act(stage):
        old, replica, other = stage.topology.engines
        stage.mark(f"{replica.name} is misled")
        replica.ask("REPLICAOF", *mislead(other))
        stage.run(3)
        since = stage.mark(f"kill -9 {old.name}")
        old.kill()
        stage.wait_switch(since)
        old.start(wait=False)
        stage.wait_back(since)
        stage.run(3)
        stage.wait_whole()
    return act


def sentinels_die(stage):
    """Two of three Sentinels die: logins fail, and the status says so."""
    since = stage.mark("kill -9 of two Sentinels")
    for sentinel in stage.topology.sentinels[1:]:
        sentinel.kill()
    stage.run(3)
    status, _, _ = stage.nodes[0].ask("GET", "/api/status")
    if status != 503:
        stage.faults.append(f"status {status} though nobody can log in")
    for sentinel in stage.topology.sentinels[1:]:
        sentinel.start()
    stage.wait_back(since)
    stage.run(3)
    stage.wait_whole()


# --- a cluster ------------------------------------------------------------------------------------

def cluster_cut_with_replica(stage):
    """A master and one of its two replicas on one side, all others on the other."""
    some, others = [0, 3], [1, 2, 4, 5, 6, 7, 8]
    since = part_for(stage, some, others, 8)
    stage.wait_back(since)
    stage.run(3)
    stage.wait_whole()


def cluster_change_master(stage):
    """A replica takes over, as documented, and then the old master again."""
    for i in (3, 0, 3, 0):
        since = stage.mark(f"CLUSTER FAILOVER of engine{i}")
        stage.topology.engines[i].ask("CLUSTER", "FAILOVER")
        stage.wait_switch(since)
        stage.wait_whole()
        stage.excused.append((None, since, stage.marks[-1][0] + stages.BACK_S))
        stage.run(2)


def cluster_take_over(stage):
    """A replica is cut off alone, takes over without a vote and comes back: what the others took
    meanwhile is lost."""
    some, others = [6], [0, 1, 2, 3, 4, 5, 7, 8]
    stage.machines.part(some, others)
    stage.mark("engine6 is cut off")
    stage.run(6)
    stage.topology.engines[6].ask("CLUSTER", "FAILOVER", "TAKEOVER")
    stage.mark("it takes over")
    stage.run(2)
    stage.machines.heal(some, others)
    stage.run(5)
    stage.wait_whole()


def cluster_two_masters(stage):
    """A planned failover gives one machine two masters. Then that machine is cut off."""
    cluster = stage.topology
    heir = next(e for e in cluster.engines[3:] if e.address[0] == cluster.engines[0].address[0])
    heir.ask("CLUSTER", "FAILOVER")
    since = stage.mark(f"{heir.name} takes over")
    stage.wait_switch(since)
    stage.wait_whole()
    # A new master has no replica at first.
    stage.excused.append((None, since, stage.marks[-1][0] + stages.BACK_S))
    stage.run(2)
    cluster_cut_with_majority(stage)


def cluster_cut_with_majority(stage):
    """The machine that is cut off has most of the masters, so nobody can replace them."""
    since = stage.mark("machine 0 is cut off")
    stage.machines.cut(0)
    stage.windows.append((0, since, since + 3))
    stage.run(8)
    stage.mark("it is joined again")
    stage.machines.join(0)
    stage.wait_whole()
    stage.excused.append((0, since, stage.mark("all know it") + stages.BACK_S))
    stage.run(5)


def move(stage):
    """Slots move to the next master, one by one: first those with keys, which stay half moved for a
    while, then all others for as long as there is time. (Valkey takes 20 ms for a slot.)"""
    cluster, moves = stage.topology, []
    masters = cluster.engines[:3]
    for first, last, address in cluster.map():
        giver = cluster.engine_at(address)
        taker = masters[(masters.index(giver) + 1) % 3]
        moves += [(giver.ask("CLUSTER", "COUNTKEYSINSLOT", slot), slot, giver, taker) for slot in range(first, last + 1)]
    moves.sort(key=lambda each: -each[0])
    end, moved = time.monotonic() + MOVE_S, 0
    for _, slot, giver, taker in moves:
        cluster.begin_move(slot, giver, taker)
        while cluster.move_key(slot, giver, taker):
            stage.run(0.005)
        cluster.end_move(slot, giver, taker)
        moved += 1
        if time.monotonic() > end:
            break
    stage.mark(f"{moved} slots moved, {sum(each[0] > 0 for each in moves)} of them with keys")
    stage.run(3)
    stage.wait_whole()


def crowd_slot(stage):
    """The slot of the tickets that end, the master that has it, and another one."""
    ticket = next(ticket for user, ticket in stage.load.known.values() if user == service.CROWD)
    slot = engines.slot_of(ticket[:3])  # a ticket begins with the tag of all keys of its user
    return slot, *stage.topology.engines[:2]


def move_some(stage):
    """The slot begins to move to another master: the index of the tickets and a fifth of them."""
    slot, giver, taker = crowd_slot(stage)
    stage.topology.begin_move(slot, giver, taker)
    keys = giver.ask("CLUSTER", "GETKEYSINSLOT", slot, 2 * CROWD_SIZE)
    indexes = [key for key in keys if ":user:" in key]
    for key in [*indexes, *(key for key in keys if key not in indexes)][:CROWD_SIZE // 5]:
        stage.topology.move_key(slot, giver, taker, key)


def move_rest(stage):
    """All other tickets move one by one, while they end."""
    slot, giver, taker = crowd_slot(stage)
    left = 0
    while stage.topology.move_key(slot, giver, taker):
        left += 1
    stage.topology.end_move(slot, giver, taker)
    stage.mark(f"slot {slot} moved, with {left} more tickets")


def stays_dead(stage):
    """A master dies and does not come back. The second replica makes that harmless."""
    old = replace_master(stage)
    stage.run(10)


def cluster_cut(stage):
    """A machine is cut off, with one master, replicas of the others, and a node of the service."""
    since = stage.mark("machine 0 is cut off")
    stage.machines.cut(0)
    stage.windows.append((0, since, since + 3))
    stage.wait_switch(since)
    stage.wait_back(since)
    stage.run(8)
    stage.mark("it is joined again")
    stage.machines.join(0)
    stage.wait_whole()
    stage.excused.append((0, since, stage.mark("all know it") + stages.BACK_S))
    stage.run(5)


# --- the list -------------------------------------------------------------------------------------

class Case:
    """modes: where the case makes sense. The other options go to stage.perform."""

    def __init__(self, name, store, act, modes=("cgi", "scgi"), topology=None, **options):
        self.name, self.store, self.act, self.modes, self.options = name, store, act, modes, options
        self.topology = topology or TOPOLOGIES[store]

    def perform(self, mode, folder):
        return stages.perform(self.name, mode, self.act, folder, self.topology, **self.options)


def clock(ahead_s):
    """The clock of the replica that takes over is wrong by `ahead_s`."""
    return {"slack": abs(ahead_s) + 2,
            "topology_options": {"heir": {"LD_PRELOAD": os.environ.get("CLOCK"), "CLOCK_AHEAD_S": str(ahead_s)}}}


WRONG = history.UNDONE, history.LOST
TOPOLOGIES = {"single": engines.Single, "sentinel": engines.SentinelSet, "cluster": engines.Cluster}
DEBIAN = {"save": "3600 1 300 100 60 10000", "appendonly": "no"}
BUT_DEBIAN = {**engines.FENCED, **DEBIAN}
UNFENCED = {**engines.FENCED, "min-replicas-to-write": "0"}
AHEAD_S = 90
LOGIN_MAX_S = 40
CROWD_SIZE = 5000
MANY = {"workers": 32, "clients": 32, "pause": 0.1}
# A write waits for any one replica: the checker must see what is lost.
ANY = {"settings": {"SSA_REDIS_WAIT": "1"}, "planted": WRONG, "modes": ["scgi"]}
ALL = {"settings": {"SSA_REDIS_WAIT": "2"}, "topology_options": {"wait": 2}}
RESOLVE = {"sentinel resolve-hostnames": "yes"}
GUESSES = 30
MOVE_S = 60
BRIEF = {"settings": {"SSA_TICKET_TTL": str(LOGIN_MAX_S // 2), "SSA_TICKET_MAX": str(LOGIN_MAX_S)}, "login_max_s": LOGIN_MAX_S}
GUESSED = {"settings": {"SSA_LOGIN_LIMITS": f"{GUESSES}/600,0,0"}, "clients": 0, "judged_min": {}}

CASES = [
    Case("single-kill", "single", single_kill),
    Case("single-old-snapshot", "single", single_old_snapshot, planted=WRONG,
         topology_options={"settings": DEBIAN}),
    Case("single-everywhere", "single", everywhere(kill_and_return, CROWD_SIZE)),
    Case("single-guesses", "single", guesses(kill_and_return), **GUESSED),
    Case("calm", "sentinel", calm),
    Case("freeze", "sentinel", freeze, **MANY),
    Case("freeze-proxy", "sentinel", functools.partial(freeze, active=0), modes=["scgi"], planted=WRONG, topology=engines.ProxiedSentinels, **MANY),
    # From 1 to 2.4 s the master is away just as long as the sentinels need. They go on to replace
    # it while it works again, and one of its replicas stays with it for a second more.
    *[Case(f"restart-{seconds:g}", "sentinel", restart_after(seconds)) for seconds in (0.1, 0.5, 1, 1.3, 2, 5, 15)],
    *[Case(f"freeze-{seconds:g}", "sentinel", freeze_for(seconds)) for seconds in (1.2, 1.6, 2, 2.4)],
    # A write waits for both replicas: nothing is lost, and no write passes until the old master is
    # back.
    Case("restart-1.3-all", "sentinel", restart_after(1.3), **ALL),
    *[Case(f"freeze-{seconds:g}-all", "sentinel", freeze_for(seconds), **ALL) for seconds in (2, 2.4)],
    Case("old-snapshot", "sentinel", snapshot_and_restart, planted=WRONG,
         topology_options={"settings": BUT_DEBIAN}),
    Case("empty", "sentinel", empty),
    Case("one-left", "sentinel", one_left),
    Case("sentinel-dies", "sentinel", sentinel_dies),
    Case("sentinel-freezes", "sentinel", sentinel_freezes),
    Case("everywhere", "sentinel", everywhere(kill_and_fail_over, CROWD_SIZE)),
    Case("guesses", "sentinel", guesses(kill_and_fail_over), **GUESSED),
    Case("rolling", "sentinel", rolling),
    Case("full", "sentinel", full),
    Case("liars", "sentinel", liars, topology=engines.LyingSentinels),
    Case("cut", "sentinel", cut, machines=3, nodes=2),
    Case("cut-unfenced", "sentinel", cut, modes=["scgi"], planted=WRONG, machines=3, nodes=2,
         topology_options={"settings": UNFENCED}),
    # What the cut-off master took in its last two seconds is lost, and was acknowledged.
    Case("cut-no-wait", "sentinel", cut, planted=WRONG, machines=3, nodes=2, settings={"SSA_REDIS_WAIT": "0"}),
    *[Case(f"{name}{suffix}", "sentinel", act, machines=6, topology_options={"never": act is only_heir}, **more)
      for suffix, more in (("", {}), ("-any", ANY))
      for name, act in (("cut-with-replica", cut_with_replica), ("cut-with-reset", cut_with_reset),
                        ("cut-with-template", cut_with_template), ("late-heir", late_heir), ("only-heir", only_heir))],
    Case("example-sentinel", "sentinel", as_documented, machines=3, topology=setups.SentinelSetup),
    Case("example-cluster", "cluster", as_documented, machines=3, topology=setups.ClusterSetup),
    Case("comes-back", "sentinel", comes_back, machines=6),
    Case("replica-returns", "sentinel", replica_returns),
    Case("sentinels-die", "sentinel", sentinels_die),
    Case("change-master", "sentinel", change_master),
    Case("chained", "sentinel", misled(lambda other: other.address)),
    Case("second-master", "sentinel", misled(lambda _: ("NO", "ONE"))),
    # Replicas or Sentinels give a name for what the others know by its address.
    Case("names", "sentinel", restart_after(5), topology_options={
        "settings": {**engines.FENCED, "replica-announce-ip": "localhost"}, "watch": RESOLVE}),
    Case("names-of-sentinels", "sentinel", restart_after(5), topology_options={
        "name": "localhost", "watch": {**RESOLVE, "sentinel announce-hostnames": "yes"}}),
    Case("ipv6", "sentinel", restart_after(5), topology_options={"host": "::1"}),
    Case("clock", "sentinel", restart_after(15), **clock(AHEAD_S)),
    *[Case(f"clock{seconds:+d}-end", "sentinel", renewals_end, **clock(seconds), **BRIEF) for seconds in (5, -5)],
    *[Case(f"workers-{count}", "sentinel", restart_after(5), modes=["scgi"], workers=count, clients=min(64, 8 * count))
      for count in (1, 8, 64)],
    Case("cluster-calm", "cluster", calm),
    Case("cluster-freeze", "cluster", freeze, **MANY),
    *[Case(f"cluster-restart-{seconds:g}", "cluster", restart_after(seconds)) for seconds in (0.1, 0.5, 2, 5, 15)],
    Case("cluster-old-snapshot", "cluster", snapshot_and_restart, planted=WRONG, topology_options={"settings": BUT_DEBIAN}),
    Case("cluster-stays-dead", "cluster", stays_dead, topology_options={"replicas": 2}),
    Case("cluster-cut", "cluster", cluster_cut, machines=3, nodes=2, topology_options={"replicas": 2}),
    Case("cluster-cut-with-replica", "cluster", cluster_cut_with_replica, machines=9, topology_options={"replicas": 2}),
    Case("cluster-cut-with-replica-any", "cluster", cluster_cut_with_replica, machines=9, topology_options={"replicas": 2}, **ANY),
    Case("cluster-two-masters", "cluster", cluster_two_masters, machines=3, nodes=2, topology_options={"replicas": 2}),
    Case("cluster-take-over", "cluster", cluster_take_over, machines=9, planted=WRONG, topology_options={"replicas": 2}),
    Case("cluster-change-master", "cluster", cluster_change_master, topology_options={"replicas": 2}),
    Case("cluster-replica-returns", "cluster", replica_returns, topology_options={"replicas": 2}),
    Case("cluster-names", "cluster", restart_after(5), topology_options={"settings": {
        **engines.FENCED, "cluster-announce-hostname": "localhost", "cluster-preferred-endpoint-type": "hostname"}}),
    Case("cluster-ipv6", "cluster", restart_after(5), topology_options={"host": "::1"}),
    Case("cluster-everywhere", "cluster", everywhere(kill_and_fail_over, CROWD_SIZE)),
    Case("cluster-everywhere-move", "cluster", everywhere(move_rest, CROWD_SIZE, move_some), strays_max=1e-4),
    Case("cluster-guesses", "cluster", guesses(kill_and_fail_over), **GUESSED),
    Case("cluster-rolling", "cluster", rolling),
    Case("cluster-full", "cluster", full),
    Case("cluster-move", "cluster", move, strays_max=1e-4),
]
