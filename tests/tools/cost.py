"""Runs a program: cost.py FILE PROGRAM. FILE gets the milliseconds of processor time that the
program took, and its largest memory in KiB."""

import resource
import subprocess
import sys

status = subprocess.run(sys.argv[2:], check=False).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(sys.argv[1], "w", encoding="ascii") as file:
    print(round((used.ru_utime + used.ru_stime) * 1000), used.ru_maxrss, file=file)
sys.exit(status)
