"""Watches the programs of one test until stdin ends. It knows them by SSA_DATA_DIR
in their environment.

    watch.py DATA-DIR BIG-KB

It prints "most-big largest-sum-kb". The first is how many of the programs were larger than BIG-KB
at the same time (these are hashing). The second is the most memory that all of them together had,
in kB of their own and their share of the common memory (PSS)."""

import os
import select
import sys

mark = b'SSA_DATA_DIR=' + os.fsencode(sys.argv[1])
big_kb = int(sys.argv[2])
names = {b'ticket', b'status', b'info'}


def ours():
    for pid in os.listdir('/proc'):
        if not pid.isdigit():
            continue
        try:
            with open('/proc/%s/comm' % pid, 'rb') as f:
                if f.read().strip() not in names:
                    continue
            with open('/proc/%s/environ' % pid, 'rb') as f:
                if mark in f.read().split(b'\0'):
                    yield pid
        except OSError:
            pass  # it has ended


def resident_kb(pid):
    with open('/proc/%s/statm' % pid) as f:
        return int(f.read().split()[1]) * os.sysconf('SC_PAGE_SIZE') // 1024


def share_kb(pid):
    with open('/proc/%s/smaps_rollup' % pid) as f:
        for line in f:
            if line.startswith('Pss:'):
                return int(line.split()[1])
    return 0


def are_big(pids):
    big = set()
    for pid in pids:
        try:
            if resident_kb(pid) > big_kb:
                big.add(pid)
        except OSError:
            pass
    return big


most_big, largest = 0, 0
while not select.select([sys.stdin], [], [], 0.01)[0]:
    pids = list(ours())
    # Processes are checked one after another. A process that was big in two rounds was big at one
    # moment between them.
    most_big = max(most_big, len(are_big(are_big(pids))))
    total = 0
    for pid in pids:
        try:
            total += share_kb(pid)
        except OSError:
            pass
    largest = max(largest, total)
print(most_big, largest)
