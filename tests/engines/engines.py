"""Redis or Valkey as an operator runs it, with the documented settings: one server; a master with
two replicas and three Sentinels; a cluster. Each server has its own folder and is stopped by its
pid. If this process is killed, the kernel kills the servers."""

import contextlib
import itertools
import os
import pathlib
import random
import select
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "tools"))
import resp

SERVER = next(filter(shutil.which, filter(None, [os.environ.get("ENGINE"), "valkey-server", "redis-server"])), None)

# What the documentation tells an operator to write into the configuration.
DURABLE = {"appendonly": "yes", "save": '""', "maxmemory-policy": "noeviction"}
# A master that was restarted refuses writes until a replica has all its data. Without the last
# setting, the replica gets them 5 s later.
FENCED = {**DURABLE, "min-replicas-to-write": "1", "min-replicas-max-lag": "2", "repl-diskless-sync-delay": "0"}
DOWN_AFTER_MS, NODE_TIMEOUT_MS = 1000, 2000
SERVICE = "ssa"
SLOTS = 16384


class Failed(Exception):
    """The run cannot continue, and the text says why."""


def wait_until(ready, what, seconds=20.0):
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise Failed(f"{what}: not within {seconds:g} s")
        time.sleep(0.02)


# --- the protocol ---------------------------------------------------------------------------------

class Refused(Exception):
    """An error reply."""


CREDENTIALS = {}  # user and password, or a password, by the address of a server


class Connection:
    """A connection to one server. An OSError means that it does not answer."""

    def __init__(self, address, seconds=0.5):
        self.socket = socket.create_connection(address, seconds)
        self.stream = self.socket.makefile("rb")
        if address in CREDENTIALS:
            self.ask("AUTH", *CREDENTIALS[address])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()

    def send(self, *words):
        words = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        self.socket.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words))

    def read(self):
        line = self.stream.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("closed")
        kind, text = line[:1], line[1:-2]
        if kind == b"-":
            raise Refused(text.decode())
        if kind == b":":
            return int(text)
        if kind == b"$":
            return None if text == b"-1" else self.stream.read(int(text) + 2)[:-2].decode()
        if kind == b"*":
            return [self.read() for _ in range(int(text))]
        return text.decode()

    def ask(self, *words):
        self.send(*words)
        return self.read()


def ask(address, *words, seconds=0.5):
    with Connection(address, seconds) as c:
        return c.ask(*words)


def asked(address, *words):
    """The same, but None if there is no answer or an error."""
    with contextlib.suppress(OSError, Refused):
        return ask(address, *words)


# --- processes ------------------------------------------------------------------------------------

def free_port():
    """A port on which nobody listens, below those that the kernel gives to clients: a server that
    is down for a moment must find its port free."""
    above = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(10000, above)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Process:
    """A child that the kernel kills when this process ends. Only the main thread may start it: to
    the kernel, the end of the thread that did is the end of the parent."""

    def __init__(self, command, folder, environment=None, place=(), cwd=None):
        self.command, self.folder, self.place, self.cwd = command, folder, place, cwd
        self.environment = environment or {}
        self.process = None
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "log"

    def start(self):
        environment = {"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", **self.environment}
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *self.place, *self.command], env=environment,
                cwd=self.cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=out)

    def runs(self):
        return self.process is not None and self.process.poll() is None

    def send(self, number):
        self.process.send_signal(number)

    def kill(self):
        """kill -9: nothing is saved."""
        self.process.kill()
        self.process.wait()

    def stop(self, number=signal.SIGTERM, seconds=10):
        if not self.runs():
            return
        self.send(signal.SIGCONT)
        self.send(number)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def tail(self):
        return "\n  ".join(self.log.read_text(errors="replace").splitlines()[-5:])


class Engine(Process):
    """One Redis or Valkey. Its configuration is written once: Sentinel and the cluster change it,
    and after a restart it says what the server is."""

    def __init__(self, folder, settings, host="127.0.0.1", kind=(), **more):
        self.address = host, free_port()
        self.file = folder / "engine.conf"
        super().__init__([SERVER, str(self.file), *kind], folder, **more)
        self.settings = {"bind": host, "port": self.address[1], "dir": folder, "daemonize": "no",
                         "protected-mode": "no", **settings}
        self.write_settings()

    def write_settings(self):
        """As an administrator wrote them at first."""
        self.file.write_text("".join(f"{name} {value}\n" for name, value in self.settings.items()))

    @property
    def name(self):
        return self.folder.name

    def start(self, wait=True):
        super().start()
        if wait:
            wait_until(lambda: not self.runs() or asked(self.address, "PING") == "PONG", f"start of {self.name}")
            if not self.runs():
                raise Failed(f"{self.name} does not start:\n  {self.tail()}")

    def restart(self):
        """As an administrator does, without a kill."""
        self.stop()
        self.start()

    def freeze(self):
        self.send(signal.SIGSTOP)

    def thaw(self):
        self.send(signal.SIGCONT)

    def forget(self):
        """It loses its disk while it is down."""
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.suffix in (".rdb", ".aof"):
                path.unlink()

    def ask(self, *words, seconds=2.0):
        return ask(self.address, *words, seconds=seconds)

    def set(self, name, value):
        self.ask("CONFIG", "SET", name, value)

    def info(self, section):
        text = self.ask("INFO", section)
        return dict(line.split(":", 1) for line in text.splitlines() if ":" in line)

    def is_synced(self):
        with contextlib.suppress(OSError, Refused):
            return self.info("replication").get("master_link_status") == "up"
        return False

    def replicas(self):
        """How many replicas have all its data."""
        return sum("state=online" in value for name, value in self.info("replication").items()
                   if name.startswith("slave"))


# --- topologies -----------------------------------------------------------------------------------

def address_of(host, port):
    """As an engine listens, for an address or a name."""
    return socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0], int(port)


def hosts_of(addresses):
    """As REDIS_URL names them."""
    return ",".join("[%s]:%d" % address if ":" in address[0] else "%s:%d" % address for address in addresses)


class Topology:
    """The engines of a run. `write` does what the service needs: it raises an OSError or Refused
    while they cannot acknowledge a write."""

    wait = 0  # replicas that must have a write; None: every one that could be promoted
    has_spare = True  # it can write though a master is gone

    def __init__(self, folder, stack):
        """`stack` closes this in the end, even if not everything starts."""
        self.folder = folder
        self.engines, self.sentinels, self.closed = [], [], False
        stack.callback(self.close)
        self.switched = []  # when the engines said that a failover was done

    def processes(self):
        return [*self.sentinels, *self.engines]

    def close(self):
        self.closed = True
        for process in self.processes():
            process.stop(signal.SIGKILL)

    def promotable(self, address):
        """The replicas of this master that could be promoted."""
        raise NotImplementedError

    def write_to(self, address, key="ssa-test:write"):
        """A replica refuses this, and so does a master that has lost its replicas."""
        named = self.promotable(address) if self.wait is None else set()
        wait = max(1, len(named)) if self.wait is None else self.wait
        with Connection(address, 0.3) as c:
            c.ask("SET", key, "1", "EX", "1")
            offset = c.ask("ROLE")[1] if named else 0
            if wait and c.ask("WAIT", wait, 200) < wait:
                raise ConnectionError("too few replicas")
            # WAIT does not wait for what others wrote before ROLE.
            end = time.monotonic() + 0.2
            while named and not named <= {address_of(host, port) for host, port, at in c.ask("ROLE")[2] if int(at) >= offset}:
                if time.monotonic() > end:
                    raise ConnectionError("others than those that count")
                time.sleep(0.01)


class Single(Topology):
    """One Redis. `settings`: the documented ones, or Debian's."""

    def __init__(self, folder, stack, settings=None):
        super().__init__(folder, stack)
        self.engine = Engine(folder / "single", settings or DURABLE)
        self.engines = [self.engine]
        self.engine.start()
        self.url = f"redis://127.0.0.1:{self.engine.address[1]}"

    def master(self):
        return self.engine

    def write(self):
        self.write_to(self.engine.address)


class SentinelSet(Topology):
    """A master, two replicas and three Sentinels, one of each on each of the machines. heir:
    environment of the replica that is chosen if the master fails. wait: see Topology. never: the
    second replica is never promoted. On six machines, no Sentinel shares one. watch:
    settings of the Sentinels. host: where there are no machines; name: what the Sentinels call
    it."""

    service = SERVICE

    def __init__(self, folder, stack, settings=None, machines=None, heir=None, wait=None, never=False, watch=None,
                 quorum=2, host="127.0.0.1", name=None):
        super().__init__(folder, stack)
        self.wait = wait
        places = machines.places if machines else [(host, ())] * 3
        for i, (host, place) in enumerate(places[:3]):
            more = {"replicaof": "%s %d" % self.engines[0].address} if i else {}
            if never and i == 2:
                more["replica-priority"] = 0
            environment = None
            if heir is not None and i == 1:
                environment, more["replica-priority"] = heir, 10
            self.engines.append(Engine(folder / f"engine{i}", {**(settings or FENCED), **more}, host, place=place,
                                       environment=environment))
        for engine in self.engines:
            engine.start()
        wait_until(lambda: all(map(Engine.is_synced, self.engines[1:])), "replicas")
        for i, (host, place) in enumerate(places[-3:]):
            first = self.engines[0].address
            self.sentinels.append(Engine(folder / f"sentinel{i}", {
                **(watch or {}), "sentinel monitor": f"{SERVICE} {name or first[0]} {first[1]} {quorum}",
                "sentinel down-after-milliseconds": f"{SERVICE} {DOWN_AFTER_MS}",
                "sentinel failover-timeout": f"{SERVICE} 5000"}, host, ["--sentinel"], place=place))
        self.start_sentinels()
        self.url = self.url_of(sentinel.address for sentinel in self.sentinels)

    def start_sentinels(self):
        for sentinel in self.sentinels:
            sentinel.start()
        wait_until(lambda: all(map(self.knows_all, self.sentinels)), "Sentinels")
        self.order = list(self.sentinels)
        for sentinel in self.sentinels:
            threading.Thread(target=self.listen, args=(sentinel,), daemon=True).start()

    @staticmethod
    def url_of(addresses):
        return f"redis+sentinel://{hosts_of(addresses)}/{SERVICE}"

    def knows_all(self, sentinel):
        found = asked(sentinel.address, "SENTINEL", "MASTER", self.service)
        if not found:
            return False
        found = dict(zip(found[::2], found[1::2]))
        return (found["num-slaves"], found["num-other-sentinels"], found["flags"]) == ("2", "2", "master")

    def listen(self, sentinel):
        """Keeps the times at which this Sentinel announces another master."""
        while not self.closed:
            with contextlib.suppress(OSError, Refused), Connection(sentinel.address, None) as c:
                c.send("SUBSCRIBE", "+switch-master")
                while message := c.read():
                    if message[0] == "message":
                        self.switched.append(time.monotonic())
            time.sleep(0.1)

    def says(self, sentinel):
        """The master that this Sentinel names."""
        return address_of(*ask(sentinel.address, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", self.service, seconds=0.2))

    def master(self):
        """The master that the Sentinels name."""
        for sentinel in list(self.sentinels):
            with contextlib.suppress(OSError, Refused):
                address = self.says(sentinel)
                if ask(address, "ROLE", seconds=0.2)[0] == "master":
                    return next(engine for engine in self.engines if engine.address == address)
        raise ConnectionError("no Sentinel knows a master")

    def view(self, sentinel):
        """The servers that this Sentinel could promote, and those that it knows."""
        known = [dict(zip(each[::2], each[1::2])) for each in
                 ask(sentinel.address, "SENTINEL", "REPLICAS", self.service, seconds=0.2)]
        up = [each for each in known if "s_down" not in each["flags"] and each["slave-priority"] != "0"]
        return {address_of(each["ip"], each["port"]) for each in up} | {self.says(sentinel)}

    def promotable(self, address):
        views = []
        for sentinel in list(self.sentinels):
            with contextlib.suppress(OSError, Refused):
                views.append(self.view(sentinel))
        if len(views) < 2:
            raise ConnectionError("no majority of the Sentinels")
        return set().union(*views) - {address}

    def write(self):
        """The Sentinel that led to a write is asked first the next time."""
        for i, sentinel in enumerate(self.order):
            with contextlib.suppress(OSError, Refused):
                self.write_to(self.says(sentinel))
                self.order.insert(0, self.order.pop(i))
                return
        raise ConnectionError("no Sentinel knows a master that writes")

    def drop_clients(self):
        """Closes the connections of all clients, which then ask a Sentinel again."""
        self.master().ask("CLIENT", "KILL", "TYPE", "normal")

    def is_whole(self):
        """Everything runs and replicates."""
        with contextlib.suppress(OSError, Refused):
            if not all(process.runs() for process in self.processes()):
                return False
            master = self.master()
            return master.replicas() == 2 and all(e.is_synced() for e in self.engines if e is not master)
        return False


def slot_of(key):
    """The slot of a key without braces: CRC16 (XMODEM) modulo 16384."""
    crc = 0
    for byte in key.encode():
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ (0x1021 if crc & 0x8000 else 0)) & 0xffff
    return crc % SLOTS


class Cluster(Topology):
    """Three masters, with so many replicas each. On three machines, a replica is on another machine
    than its master; on more, each has its own."""

    wait = None

    def __init__(self, folder, stack, settings=None, replicas=1, machines=None, host="127.0.0.1"):
        super().__init__(folder, stack)
        count = 3 * (1 + replicas)
        places = machines.places if machines else [(host, ())] * 3
        self.replicas_each, self.has_spare = replicas, replicas > 1
        for i in range(count):
            host, place = places[(i + i // 3) % 3 if len(places) == 3 else i]
            self.engines.append(Engine(folder / f"engine{i}", {
                **(settings or FENCED), "cluster-enabled": "yes", "cluster-node-timeout": NODE_TIMEOUT_MS,
                "cluster-port": free_port(), "cluster-require-full-coverage": "no", "cluster-allow-reads-when-down": "no"},
                host, place=place))
        for engine in self.engines:
            engine.start()
            engine.id = engine.ask("CLUSTER", "MYID")
        self.bounds = bounds = [SLOTS * i // 3 for i in range(4)]
        for i, engine in enumerate(self.engines[:3]):
            engine.ask("CLUSTER", "ADDSLOTSRANGE", bounds[i], bounds[i + 1] - 1)
            engine.ask("CLUSTER", "SET-CONFIG-EPOCH", i + 1)
        for engine in self.engines[1:]:
            engine.ask("CLUSTER", "MEET", *self.engines[0].address, self.engines[0].settings["cluster-port"])
        wait_until(lambda: all(self.knows(engine, count) for engine in self.engines), "cluster")
        for i, engine in enumerate(self.engines[3:]):
            engine.ask("CLUSTER", "REPLICATE", self.engines[i % 3].id)
        self.know()
        self.url = "redis+cluster://" + hosts_of(engine.address for engine in self.engines)

    def know(self):
        """A key of each of the three parts, for the reference."""
        self.keys, bounds = {}, self.bounds
        for number in itertools.count():
            slot = slot_of(f"ssa-test:{number}")
            self.keys.setdefault(next(i for i in range(3) if slot < bounds[i + 1]), (f"ssa-test:{number}", slot))
            if len(self.keys) == 3:
                break
        self.owners, self.order = {}, list(self.engines)
        wait_until(self.is_whole, "cluster with its replicas")

    @staticmethod
    def knows(engine, count):
        info = dict(line.split(":") for line in engine.ask("CLUSTER", "INFO").split())
        return (info["cluster_state"], info["cluster_slots_ok"], info["cluster_known_nodes"]) == ("ok", str(SLOTS), str(count))

    def map(self):
        """(first slot, last slot, address of the master) of each range, by the word of some engine
        that is in touch with the others."""
        for i, engine in enumerate(self.order):
            with contextlib.suppress(OSError, Refused):
                with Connection(engine.address, 0.2) as c:
                    if "cluster_state:ok" in c.ask("CLUSTER", "INFO"):
                        self.order = [engine, *self.order[:i], *self.order[i + 1:]]
                        return [(first, last, address_of(*node[:2])) for first, last, node, *_ in c.ask("CLUSTER", "SLOTS")]
        raise ConnectionError("no node of the cluster is in touch with the others")

    @staticmethod
    def owner(ranges, slot):
        for first, last, address in ranges:
            if first <= slot <= last:
                return address
        raise ConnectionError(f"nobody has slot {slot}")

    def engine_at(self, address):
        return next(engine for engine in self.engines if engine.address == address)

    def promotable(self, address):
        engine = self.engine_at(address)
        lines = [line.split() for line in engine.ask("CLUSTER", "REPLICAS", engine.id)]
        alive = [at.split("@")[0].rsplit(":", 1) for _, at, flags, *_ in lines if "fail" not in flags.split(",")]
        return {(host, int(port)) for host, port in alive}

    def master(self):
        """The master of the first third."""
        return self.engine_at(self.owner(self.map(), self.keys[0][1]))

    def write(self):
        """A write to each of the three."""
        ranges = self.map()
        for third, (key, slot) in self.keys.items():
            address = self.owner(ranges, slot)
            if address != self.owners.setdefault(third, address):
                self.switched.append(time.monotonic())
                self.owners[third] = address
            self.write_to(address, key)

    def is_whole(self):
        with contextlib.suppress(OSError, Refused):
            masters = {address for _, _, address in self.map()}
            for engine in self.engines:
                if not self.knows(engine, len(self.engines)) or "fail" in engine.ask("CLUSTER", "NODES"):
                    return False
                if engine.address in masters:
                    if engine.replicas() < 1:  # a second one may have moved to a master without
                        return False
                elif not engine.is_synced():
                    return False
            return True
        return False

    def begin_move(self, slot, giver, taker):
        taker.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", giver.id)
        giver.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", taker.id)

    def move_key(self, slot, giver, taker, key=None):
        """Moves this key of the slot, or any. Returns False if none is left."""
        key = key or next(iter(giver.ask("CLUSTER", "GETKEYSINSLOT", slot, 1)), None)
        if key:
            giver.ask("MIGRATE", *taker.address, key, 0, 2000)
        return key is not None

    def end_move(self, slot, giver, taker):
        """The new owner first: if everything stops here, the slot still has a master."""
        for engine in (taker, giver):
            engine.ask("CLUSTER", "SETSLOT", slot, "NODE", taker.id)


# --- Sentinels that lie ---------------------------------------------------------------------------

class Liar(socketserver.ThreadingTCPServer):
    """A proxy before a Sentinel. say: "truth"; an address, whoever asks for the master; "nil"; or
    "nothing", when it accepts and never answers."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, sentinel):
        self.sentinel, self.say = sentinel, "truth"
        super().__init__(("127.0.0.1", free_port()), LiarHandler)
        threading.Thread(target=self.serve_forever, args=(0.1,), daemon=True).start()

    def answer(self, words):
        if self.say == "nil":
            return b"*-1\r\n"
        if self.say != "truth" and words[1].upper() == "GET-MASTER-ADDR-BY-NAME":
            return resp.encode([self.say[0], str(self.say[1])])
        return resp.encode(ask(self.sentinel.address, *words))


class LiarHandler(socketserver.StreamRequestHandler):
    def handle(self):
        with contextlib.suppress(OSError, Refused, ValueError):
            while words := resp.read_command(self.rfile):
                if self.server.say == "nothing":
                    time.sleep(10)
                    return
                self.wfile.write(self.server.answer(words))


class LyingSentinels(SentinelSet):
    def __init__(self, folder, stack):
        super().__init__(folder, stack)
        self.liars = [Liar(sentinel) for sentinel in self.sentinels]
        self.url = self.url_of(liar.server_address for liar in self.liars)

        for liar in self.liars:
            stack.callback(liar.server_close)
            stack.callback(liar.shutdown)


# --- a proxy --------------------------------------------------------------------------------------

class Proxy(socketserver.ThreadingTCPServer):
    """Leads each new connection to the master that the Sentinels name, as a proxy that checks the
    role does, and then leaves it there. The service does not know that there are replicas."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, topology):
        self.topology = topology
        super().__init__(("127.0.0.1", free_port()), ProxyHandler)
        threading.Thread(target=self.serve_forever, args=(0.1,), daemon=True).start()


class ProxyHandler(socketserver.BaseRequestHandler):
    def handle(self):
        with contextlib.suppress(OSError, Refused), \
                socket.create_connection(self.server.topology.master().address, 0.2) as there:
            other = {self.request: there, there: self.request}
            while True:
                for side in select.select(list(other), [], [])[0]:
                    piece = side.recv(65536)
                    if not piece:
                        return
                    other[side].sendall(piece)


class ProxiedSentinels(SentinelSet):
    def __init__(self, folder, stack, **options):
        super().__init__(folder, stack, **options)
        self.proxy = Proxy(self)
        stack.callback(self.proxy.server_close)
        stack.callback(self.proxy.shutdown)
        self.url = "redis://%s:%d" % self.proxy.server_address


# --- a network that can be cut --------------------------------------------------------------------

class Machines:
    """Network namespaces, joined by a bridge in the namespace of this process. They end with the
    processes that are in them."""

    def __init__(self, folder, stack, count=3, network=("10.77.0", 10)):
        self.holders, self.places = [], []
        net, first = network
        if "SSA_TEST_OWN_NETWORK" not in os.environ:
            raise Failed("this system does not allow network namespaces")
        stack.callback(self.close)
        self.ip("link", "add", "bridge", "type", "bridge")
        self.ip("addr", "add", f"{net}.1/24", "dev", "bridge")
        self.ip("link", "set", "bridge", "up")
        for i in range(count):
            holder = Process(["unshare", "--net", "--mount", "sleep", "infinity"], folder / f"machine{i}")
            holder.start()
            self.holders.append(holder)
            here, there = "/proc/self/ns/net", f"/proc/{holder.process.pid}/ns/net"
            wait_until(lambda: os.readlink(here) != os.readlink(there), "network namespace")
            place = ["nsenter", f"--net={there}", f"--mount=/proc/{holder.process.pid}/ns/mnt"]
            self.ip("link", "add", f"port{i}", "type", "veth", "peer", "name", "eth0", "netns", str(holder.process.pid))
            self.ip("link", "set", f"port{i}", "master", "bridge", "up")
            self.ip("addr", "add", f"{net}.{first + i}/24", "dev", "eth0", place=place)
            self.ip("link", "set", "eth0", "up", place=place)
            self.ip("link", "set", "lo", "up", place=place)
            self.places.append((f"{net}.{first + i}", place))

    @staticmethod
    def ip(*words, place=()):
        done = subprocess.run([*place, "ip", *words], capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failed(f"ip {' '.join(words)}: {done.stderr.strip()}")

    def cut(self, i):
        """Drops everything that comes from this machine or goes to it."""
        self.ip("link", "set", f"port{i}", "nomaster")

    def join(self, i):
        self.ip("link", "set", f"port{i}", "master", "bridge")

    def part(self, some, others, word="add"):
        """Loses all between two groups of machines. Both stay in touch with this process: a route
        leads what they send each other to nowhere."""
        for here, there in (some, others), (others, some):
            for i in here:
                for j in there:
                    self.ip("route", word, f"{self.places[j][0]}/32", "dev", "lo", place=self.places[i][1])

    def heal(self, some, others):
        self.part(some, others, "del")

    def close(self):
        for holder in self.holders:
            holder.stop(signal.SIGKILL)
        # The kernel would remove what was in a network that has ended, but some time later.
        for name in (*(f"port{i}" for i in range(len(self.holders))), "bridge"):
            with contextlib.suppress(Failed):
                self.ip("link", "del", name)
