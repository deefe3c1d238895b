"""Changes a file from one version to another and back, until stdin ends.

    swap.py rename|rewrite FILE VERSION-1 VERSION-2

rename: at least 1,000 times a second, each time by rename. rewrite: the file is truncated and
written again in two halves, with a short pause between them and a longer one after them. It prints
a line when it has begun. At the end it prints how many changes it made, and how many per second."""

import os
import select
import sys
import time

how, path = sys.argv[1:3]
versions = [open(name, 'rb').read() for name in sys.argv[3:5]]
times, begin = 0, time.monotonic()


def ended(seconds):
    return select.select([sys.stdin], [], [], seconds)[0]


while not ended(0.0003 if how == 'rename' else 0.02):
    data = versions[times % 2]
    if how == 'rename':
        with open(path + '.swap', 'wb') as f:
            f.write(data)
        os.rename(path + '.swap', path)
    else:
        with open(path, 'wb', buffering=0) as f:
            f.write(data[:len(data) // 2])
            ended(0.003)
            f.write(data[len(data) // 2:])
    times += 1
    if times == 1:
        print('begun', flush=True)
print(times, round(times / (time.monotonic() - begin)))
