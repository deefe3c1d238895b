"""The set-ups of examples/, unchanged: each machine has its own /etc/redis and /var/lib/redis."""

import os
import pathlib
import re
import shutil
import subprocess

import engines

EXAMPLES = pathlib.Path(__file__).resolve().parent.parent.parent / "examples"


def settings_of(name, file="users.acl"):
    return (EXAMPLES / name / file).read_text()


def password(name, user):
    return re.search(rf"^user {user} on >(\S+)", settings_of(name), re.M)[1]


def install(name, folder, place):
    """The files of the example and an empty disk, on one machine."""
    etc, data = folder / "etc", folder / "data"
    shutil.copytree(EXAMPLES / name, etc)
    data.mkdir()
    for here, there in (etc, "/etc/redis"), (data, "/var/lib/redis"):
        done = subprocess.run([*place, "mount", "--bind", here, there], capture_output=True, text=True, check=False)
        if done.returncode:
            raise engines.Failed(f"mount {there}: {done.stderr.strip()}")


def path_of(folder):
    """A PATH on which redis-server is the server under test."""
    folder.mkdir()
    (folder / "redis-server").symlink_to(shutil.which(engines.SERVER))
    return f"{folder}:{os.environ['PATH']}"


class Installed(engines.Engine):
    """A server, started by a script of the example."""

    def __init__(self, folder, command, address, path, place):  # pylint: disable=super-init-not-called
        engines.Process.__init__(self, command, folder, {"PATH": path}, place)
        self.address = address


class SentinelSetup(engines.SentinelSet):
    """examples/sentinel on three machines."""

    network, service = [("10.0.0", 21)], "mymaster"

    def __init__(self, folder, stack, machines):  # pylint: disable=super-init-not-called
        engines.Topology.__init__(self, folder, stack)
        self.wait, path = None, None
        admin = password("sentinel", "admin")
        between = re.search(r"^requirepass (\S+)", settings_of("sentinel", "sentinel.conf"), re.M)[1]
        for i, (host, place) in enumerate(machines.places):
            install("sentinel", machines.holders[i].folder, place)
            path = path or path_of(machines.holders[i].folder / "bin")
            self.engines.append(Installed(folder / f"engine{i}", ["/etc/redis/start-redis", host], (host, 6379), path, place))
            self.sentinels.append(Installed(folder / f"sentinel{i}", ["/etc/redis/start-sentinel", host], (host, 26379), path, place))
            engines.CREDENTIALS[host, 6379] = "admin", admin
            engines.CREDENTIALS[host, 26379] = (between,)
            stack.callback(engines.CREDENTIALS.clear)
        for engine in self.engines:
            engine.start()
        engines.wait_until(lambda: all(map(engines.Engine.is_synced, self.engines[1:])), "replicas")
        self.start_sentinels()
        self.url = self.url_of(sentinel.address for sentinel in self.sentinels).replace("ssa", "mymaster").replace(
            "//", f"//ssa:{password('sentinel', 'ssa')}@") + f"?sentinel_password={between}"


class ClusterSetup(engines.Cluster):
    """examples/cluster: nine nodes on three machines."""

    network = [("10.0.0", 31)]

    def __init__(self, folder, stack, machines):  # pylint: disable=super-init-not-called
        engines.Topology.__init__(self, folder, stack)
        self.replicas_each, self.has_spare, path = 2, True, None
        for i, (host, place) in enumerate(machines.places):
            install("cluster", machines.holders[i].folder, place)
            path = path or path_of(machines.holders[i].folder / "bin")
        for port in (6379, 6380, 6381):
            for host, place in machines.places:
                engines.CREDENTIALS[host, port] = "admin", password("cluster", "admin")
                self.engines.append(Installed(folder / f"engine{len(self.engines)}", ["/etc/redis/start-node", host, str(port)],
                                              (host, port), path, place))
        stack.callback(engines.CREDENTIALS.clear)
        for engine in self.engines:
            engine.start()
            engine.id = engine.ask("CLUSTER", "MYID")
        done = subprocess.run([*machines.places[0][1], "/etc/redis/create"], capture_output=True, text=True, check=False)
        if done.returncode:
            raise engines.Failed(f"create: {done.stdout[-300:]}{done.stderr[-300:]}")
        engines.wait_until(lambda: all(self.knows(engine, 9) for engine in self.engines), "cluster")
        self.bounds = [0, 5461, 10923, engines.SLOTS]
        self.know()
        hosts = ",".join("%s:%d" % engine.address for engine in self.engines[:3])
        self.url = f"redis+cluster://ssa:{password('cluster', 'ssa')}@{hosts}"
