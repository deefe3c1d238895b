#!/usr/bin/python3 -EsSB
"""Runs the test suite, or the given files: tests/run.py [FILE...]

A file is one of suite/*.bats or rows/*.rows. Several run at a time, those that take longest first.
A failed test is printed in full when its file ends. The last line is `N passed, N failed`. The
exit status is 1 if a test failed, if a file did not run all of its tests or has none, if it left a
process behind, or if the suite started more processes than its budget allows.

Comments in the first lines of a bats file say how it runs:

    # modes: scgi cgi   through lighttpd, in these modes. All tests run in the first mode, and in
                        the second those with the tag `transport`: the reply takes another way there
    # seconds: 40       what it takes, until build/test-seconds has it, to begin it early
    # alone: WHY        it runs at the end, when no other file does

A test with the tag `long` runs in `make test-full` only (`# bats test_tags=long` above the test).
The tag `load` is for those that have failed beside other work: `make test-steady` repeats them.

    SSA_CGI_BIN, SSA_TEST_UNIT_BIN   the programs and the unit tests to run (cgi-bin, build/unit)
    SSA_TEST_FULL       1: all tests in both modes, rows by each transport
    SSA_TEST_MODES      only these modes, with all of their tests
    SSA_TEST_JOBS       files at a time (two for each processor)
    SSA_TEST_TIMES      how often each file runs (1)
    SSA_TEST_FILTER     only tests of bats whose names match this regular expression
    SSA_TEST_TAGS       only tests of bats with this tag, in both modes
    SSA_TEST_BUSY       busy loops beside the tests (0)
    SSA_TEST_TIMEOUT    seconds without the end of a test, after which its file is ended (120)
    SSA_TEST_REDIS      valkey: Valkey in place of Redis
    SSA_TEST_STORE      sentinel, cluster: the programs find Redis in this way
    SSA_TEST_EMULATED   the programs run in an emulator, which cannot do all
    SSA_TEST_RECORD     a folder for all replies that rows get, for tests/web/"""

import collections
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

TESTS = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(TESTS)
SECONDS = os.path.join(ROOT, 'build/test-seconds')
FULL, MODES = os.environ.get('SSA_TEST_FULL') == '1', os.environ.get('SSA_TEST_MODES')
JOBS = int(os.environ.get('SSA_TEST_JOBS') or 2 * len(os.sched_getaffinity(0)))
TIMEOUT_S = int(os.environ.get('SSA_TEST_TIMEOUT') or 120)
TIMES, BUSY = (int(os.environ.get(name) or default) for name, default in (('SSA_TEST_TIMES', 1), ('SSA_TEST_BUSY', 0)))
FILTER, TAGS = os.environ.get('SSA_TEST_FILTER'), os.environ.get('SSA_TEST_TAGS')
QUIET_S = 8  # at least one line in this time
PROCESSES_MAX = 20000  # what `make test` may start
RESULT = re.compile(r'(not )?ok \d+ (.*)')

Job = collections.namedtuple('Job', 'name command mode tests seconds alone')


# --- what is to be run ----------------------------------------------------------------------------

def jobs_of(path, known):
    """One for each mode of the file."""
    with open(path) as f:
        text = f.read()
    base, head = os.path.basename(path), '\n'.join(text.split('\n')[:20])
    alone = '\n# alone' in '\n' + head
    hint = re.search(r'^# seconds: (\d+)', head, re.M)

    def job(name, command, mode, count):
        return Job(name, command, mode, count, known.get(name, float(hint.group(1)) if hint else count / 2), alone)

    if base.endswith('.rows'):
        if TAGS:
            return
        ways = {'cgi': ['cgi', 'http-cgi'], 'scgi': ['scgi', 'http']}
        chosen = [way for mode in (MODES or 'scgi cgi').split() for way in ways[mode] if MODES or FULL or way != 'http-cgi']
        yield job(base, ['python3', '-EsSB', TESTS + '/rows/run.py', path, *chosen], 'scgi', text.count(' -> ') * len(chosen))
        return
    file_tags = ' '.join(re.findall(r'^# bats file_tags=(.*)', text, re.M))
    tags = [set((file_tags + ' ' + own).replace(',', ' ').split())
            for own, title in re.findall(r'^(?:# bats test_tags=(.*)\n)?@test "(.*)" ', text, re.M) if re.search(FILTER or '', title)]
    listed = re.search(r'^# modes: *(.*)', head, re.M)
    modes = listed.group(1).split() if listed else ['cgi']
    for mode in modes:
        if listed and MODES and mode not in MODES.split():
            continue
        wanted = {TAGS} if TAGS else (set() if FULL else {'!long'}) | ({'transport'} if mode != modes[0] and not (FULL or MODES) else set())
        count = sum(all((tag in own) or (tag[0] == '!' and tag[1:] not in own) for tag in wanted) for own in tags)
        if count or not (tags or FILTER):
            # Without --timing, which starts four processes for each test.
            options = (['--filter-tags', ','.join(sorted(wanted))] if wanted else []) + (['--filter', FILTER] if FILTER else [])
            yield job('%s (%s)' % (base, mode) if listed else base, ['bats', '--formatter', 'tap', *options, path], mode, count)


def find(name):
    for path in (name, os.path.join(TESTS, 'suite', name), os.path.join(TESTS, 'rows', name)):
        if os.path.isfile(path):
            return os.path.abspath(path)


# --- processes ------------------------------------------------------------------------------------

# The first process of a PID namespace: it runs the command, and prints how many processes there
# were. It ends with its input, and with it all that are left.
COUNTING = '"$@" </dev/null; status=$?; sh -c \'echo "# processes: $$"\'; read _; exit $status'


def left_in(folder):
    """The processes that have the folder in their environment or command line, or work in it."""
    found = {}
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            command, environment = (open('/proc/%s/%s' % (pid, name), 'rb').read() for name in ('cmdline', 'environ'))
            if command and COUNTING.encode() not in command and (folder.encode() in command + environment or os.readlink('/proc/%s/cwd' % pid).startswith(folder)):
                found[int(pid)] = command.replace(b'\0', b' ').decode(errors='replace')
        except OSError:
            pass  # it has ended, or belongs to another user
    return found


def kill(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass


def isolation():
    """The words before a file's command, and before a program of it. The hashing slots belong to
    the host; where the system allows it, each has its own. A file has its own numbers of processes,
    too, because only these count them beside other work."""
    def works(*words):
        return subprocess.run([*words, 'true'], stderr=subprocess.DEVNULL).returncode == 0
    for_program = ['unshare', '--ipc']
    for_file = [*for_program, '--pid', '--fork', '--kill-child', '--mount-proc']
    return (for_file + ['sh', '-c', COUNTING, 'sh'] if works(*for_file) else for_program if works(*for_program) else [],
            for_program if works(*for_program) else [])


class Run(threading.Thread):
    """One running file. It puts (self, line) into the queue for each line, and (self, None) at the
    end."""

    def __init__(self, job, folder, events):
        super().__init__(daemon=True)
        self.job, self.folder, self.events = job, folder, events
        self.lines, self.done, self.began, self.moved, self.late, self.left = [], 0, time.monotonic(), time.monotonic(), False, {}
        self.processes = 0
        os.mkdir(folder)
        self.process = subprocess.Popen(ISOLATED + job.command, env={**os.environ, 'TMPDIR': folder, 'SSA_MODE': job.mode},
                                        stdin=subprocess.PIPE if COUNTING in ISOLATED else subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        self.start()

    def run(self):
        for line in self.process.stdout:
            if counted := re.match(rb'# processes: (\d+)', line):
                self.processes = int(counted.group(1))
                break
            self.moved = time.monotonic()
            self.events.put((self, line.decode(errors='replace').rstrip('\n')))
        # Processes may need a moment to end.
        end = time.monotonic() + 5
        while (left := left_in(self.folder)) and time.monotonic() < end:
            time.sleep(0.05)
        self.left = left
        kill(left)
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)  # it may have files of 64 MiB
        self.events.put((self, None))

    def end(self):
        self.late = True
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except OSError:
            pass
        kill(left_in(self.folder))


# --- the suite ------------------------------------------------------------------------------------

class Suite:
    def __init__(self, work):
        self.work, self.events, self.serial = work, queue.Queue(), 0
        self.passed = self.failed = self.done = self.processes = 0
        self.skipped, self.seconds = collections.Counter(), {}
        self.running, self.waiting = set(), []
        self.began = self.said = time.monotonic()

    def say(self, text):
        self.said = time.monotonic()
        print(text, flush=True)

    def fill(self):
        """Starts what may run now."""
        while self.waiting and len(self.running) < JOBS:
            if self.waiting[0].alone and self.running or any(run.job.alone for run in self.running):
                return
            self.serial += 1
            # The dot, because a folder is looked for in command lines, and /1 begins /16, too.
            self.running.add(Run(self.waiting.pop(0), '%s/%d.' % (self.work, self.serial), self.events))

    def time_left(self):
        now = time.monotonic()
        rest = [max(run.job.seconds - (now - run.began), 1) for run in self.running]
        beside = sum(job.seconds for job in self.waiting if not job.alone)
        return max(rest + [(sum(rest) + beside) / JOBS]) + sum(job.seconds for job in self.waiting if job.alone)

    def progress(self):
        total = self.done + sum(run.job.tests - run.done for run in self.running) + sum(job.tests for job in self.waiting)
        self.say('  %d of %d tests, %d failed; about %d s left; now: %s' % (
            self.done, max(total, self.done), self.failed, self.time_left(), ', '.join(sorted(run.job.name for run in self.running))))

    def report(self, run):
        """Counts the results of a file that has ended, and prints what failed."""
        name, lines, show, faults = run.job.name, run.lines, False, []
        planned = next((int(line[3:]) for line in lines if re.fullmatch(r'1\.\.\d+', line)), 0)
        ok = not_ok = skip = 0
        for line in lines:
            if result := RESULT.match(line):
                show = bool(result.group(1))
                reason = re.search(r'# skip ?(.*)', line)
                not_ok += show
                skip += bool(reason)
                ok += not show and not reason
                if reason:
                    self.skipped[reason.group(1).strip('()')] += 1
            if show or not result and not line.startswith(('#', '1..')):
                print('    ' + line)
        if planned == 0:
            faults.append('no test was run')
        elif ok + skip + not_ok < planned:
            faults.append('%d of %d tests were not run' % (planned - ok - skip - not_ok, planned))
        elif run.process.returncode and not not_ok:
            faults.append('exit status %d without a failed test' % run.process.returncode)
        if run.late:
            faults.append('no test ended for %d s, so the file was ended after: %s' % (TIMEOUT_S, lines[-1] if lines else 'nothing'))
        faults += ['left behind: %d: %s' % one for one in run.left.items()]
        for fault in faults:
            print('    %s: %s' % (name, fault))
        took = time.monotonic() - run.began
        self.seconds[name] = took
        self.passed, self.failed = self.passed + ok, self.failed + not_ok + bool(faults)
        self.processes += run.processes
        self.say('%-26s %4d passed %3d failed %6.1f s%s' % (name, ok, not_ok + bool(faults), took, ' %5d processes' % run.processes * bool(run.processes)))

    def run(self, jobs):
        self.waiting = sorted(jobs, key=lambda job: (job.alone, -job.seconds))
        while self.waiting or self.running:
            self.fill()
            try:
                run, line = self.events.get(timeout=1)
                if line is None:
                    self.running.remove(run)
                    self.report(run)
                else:
                    run.lines.append(line)
                    ended = bool(RESULT.match(line))
                    run.done, self.done = run.done + ended, self.done + ended
            except queue.Empty:
                pass
            now = time.monotonic()
            for run in self.running:
                if now - run.moved > TIMEOUT_S and not run.late:
                    run.end()
            if now - self.said > QUIET_S:
                self.progress()


def prepare(work):
    # A relative path starts at the caller's folder, but the tests would start at the project's.
    for name, value in ('SSA_CGI_BIN', 'cgi-bin'), ('SSA_TEST_UNIT_BIN', 'build/unit'):
        given = os.environ.get(name)
        os.environ[name] = os.path.abspath(given) if given and os.path.isdir(given) else given or os.path.join(ROOT, value)
    # The tests set what they need. The settings of the caller must not change the results.
    for name in list(os.environ):
        if name == 'REDIS_URL' or name.lower().endswith('_proxy') or re.match('SSA_(?!TEST_|CGI_BIN|UNIT_BIN)', name):
            del os.environ[name]
    os.environ['LC_ALL'] = 'C.UTF-8'
    # The commands that make deps installs. Another python3 in PATH, such as that of a version
    # manager, can take ten times as long to start.
    os.environ['PATH'] = '/usr/sbin:/usr/bin:/sbin:/bin:' + os.environ['PATH']
    os.environ['SSA_TEST_ISOLATED'] = ' '.join(ISOLATED_PROGRAM)
    # The tests ask for Redis by its commands' names.
    engine = os.environ.get('SSA_TEST_REDIS', 'redis')
    if engine != 'redis':
        os.mkdir(work + '/bin')
        for name in 'server', 'cli':
            os.symlink(shutil.which('%s-%s' % (engine, name)) or sys.exit('%s-%s is not installed' % (engine, name)), work + '/bin/redis-' + name)
        os.environ['PATH'] = work + '/bin:' + os.environ['PATH']


def known_seconds():
    try:
        with open(SECONDS) as f:
            return {name: float(value) for value, name in (line.rstrip('\n').split(' ', 1) for line in f)}
    except OSError:
        return {}


def main(names, work):
    prepare(work)
    known = known_seconds()
    suite = Suite(work)
    paths = [find(name) or name for name in names] or [
        os.path.join(TESTS, folder, name) for folder in ('rows', 'suite') for name in os.listdir(os.path.join(TESTS, folder))
        if name.endswith(('.rows', '.bats'))]
    for path in paths:
        if not os.path.isfile(path):
            suite.failed += 1
            print('%s: no such file' % path)
    jobs = [job for path in paths if os.path.isfile(path) for job in jobs_of(path, known)] * TIMES
    if not jobs:
        suite.failed += 1
        print('no test has this name, or this tag')
    loops = [subprocess.Popen(['sh', '-c', 'while :; do :; done']) for _ in range(BUSY)]
    try:
        suite.run(jobs)
    finally:
        for run in suite.running:
            run.end()
        kill(loop.pid for loop in loops)
        kill(set(left_in(work)) - {os.getpid()})
    if not FULL:
        os.makedirs(os.path.dirname(SECONDS), exist_ok=True)
        with open(SECONDS, 'w') as f:
            f.writelines('%.1f %s\n' % (value, name) for name, value in {**known, **suite.seconds}.items())
    if suite.skipped:
        print('%d skipped: %s' % (suite.skipped.total(), '; '.join('%s (%d)' % one for one in suite.skipped.most_common())))
    print('%d s' % (time.monotonic() - suite.began) + (', %d processes' % suite.processes if suite.processes else ''))
    if suite.processes > PROCESSES_MAX and not (names or FULL or MODES or TIMES > 1):
        suite.failed += 1
        print('more than the %d processes that make test may start' % PROCESSES_MAX)
    print('%d passed, %d failed' % (suite.passed, suite.failed))
    return suite.failed > 0


if __name__ == '__main__':
    ISOLATED, ISOLATED_PROGRAM = isolation()
    for number in signal.SIGTERM, signal.SIGHUP:
        signal.signal(number, lambda *_: sys.exit(1))
    # A shell ignores SIGINT in what it starts with &, and so would all servers, which end by it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # The path is short, because the path of a Unix socket has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix='ssa-test.', ignore_cleanup_errors=True) as folder:
        try:
            sys.exit(main(sys.argv[1:], folder))
        except KeyboardInterrupt:
            sys.exit(130)
