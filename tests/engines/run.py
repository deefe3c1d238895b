"""Shows what happens to the service when engines fail.

    run.py [--store single|sentinel|cluster]… [--mode cgi|scgi]… [--patient] [CASE…]

Without cases, it runs all of these stores in these modes. It writes build/engines/CASE-MODE/, with
the history of every answer. The last line is `N passed, N failed`."""

import argparse
import io
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import traceback
import unittest

import cases
import engines
import report
import stage
import test_history

PATIENT_S = 30
OUT = pathlib.Path(__file__).resolve().parent.parent.parent / "build" / "engines"


def own_network():
    """Starts this program again with a private loopback: no port is taken by others, and
    machines can be made and cut off. Where the system does not allow that, it goes on without."""
    if os.environ.get("SSA_TEST_OWN_NETWORK"):
        engines.Machines.ip("link", "set", "lo", "up")
        return
    command = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    if subprocess.run([*command, "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
        os.environ["SSA_TEST_OWN_NETWORK"] = "1"
        os.execvp("unshare", [*command, sys.executable, "-B", *sys.argv])


def check_the_checker():
    """Its own tests. Returns how many passed and how many failed."""
    said = io.StringIO()
    tests = unittest.TextTestRunner(said, verbosity=0).run(unittest.defaultTestLoader.loadTestsFromModule(test_history))
    failed = len(tests.failures) + len(tests.errors)
    if failed:
        print(said.getvalue())
    return tests.testsRun - failed, failed


def perform(case, mode):
    folder = OUT / f"{case.name}-{mode}"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        return case.perform(mode, folder)
    except (engines.Failed, OSError, engines.Refused) as error:
        return stage.Result(case.name, mode, fault=str(error))
    except Exception as error:  # a fault of the case
        (folder / "traceback").write_text(traceback.format_exc())
        return stage.Result(case.name, mode, fault=f"{error!r}: see {folder}/traceback")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--store", action="append", choices=["single", "sentinel", "cluster"])
    parser.add_argument("--mode", action="append", choices=["cgi", "scgi"])
    parser.add_argument("--patient", action="store_true", help="judge the answers, not how soon the service is back")
    parser.add_argument("cases", nargs="*", metavar="CASE")
    arguments = parser.parse_args()
    unknown = set(arguments.cases) - {case.name for case in cases.CASES}
    if unknown:
        parser.error("no such case: " + " ".join(unknown) + "; there are: " + " ".join(c.name for c in cases.CASES))
    if engines.SERVER is None:
        sys.exit("run.py: there is no redis-server and no valkey-server")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    own_network()
    if arguments.patient:
        stage.BACK_S = PATIENT_S

    passed, failed = check_the_checker()
    report.head()
    for case in cases.CASES:
        if arguments.store and case.store not in arguments.store or arguments.cases and case.name not in arguments.cases:
            continue
        for mode in case.modes:
            if arguments.mode and mode not in arguments.mode:
                continue
            result = perform(case, mode)
            report.line(result)
            failed, passed = failed + bool(result.faults), passed + (not result.faults)
    print(f"{passed} passed, {failed} failed")
    return failed != 0


sys.exit(main())
