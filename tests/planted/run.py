#!/usr/bin/python3 -EsSB
"""Plants each fault of faults.txt in a copy of the project, builds it, and runs the files of the
suite or the unit tests (unit:NAME) that should see it: run.py [WORD...]. With words, only faults
whose title has one of them. The test that found a fault before is tried first. What no test sees is
tried again with the long tests, too. The last line is `N passed, N failed`. A fault that does not
apply or does not compile is a failure.

found.txt has the test that found each fault; a run brings it up to date. `run.py check` plants
nothing. It prints which faults do not apply or were never found, and which files have no fault."""

import filecmp
import os
import re
import shutil
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
COPY = os.path.join(ROOT, 'build/planted')
FOUND = os.path.join(HERE, 'found.txt')
PLACES = 'libcommon', 'cgi-bin', 'sbin', 'scripts', 'lighttpd.conf', 'conf.d'
CALLS = 'calls.bats', 'ssactl.bats', 'ssactl-machines.bats', 'workers.bats'  # these also fail at single calls
KINDS = '.c', '.h', '.sh', '.conf', '.lua'


def faults():
    """(title, old, new, files) of each."""
    with open(os.path.join(HERE, 'faults.txt')) as f:
        text = re.sub(r'^#.*\n', '', f.read(), flags=re.M)
    for block in re.split(r'\n{2,}', text.strip()):
        yield re.fullmatch(r'(.*?)\n- (.*?)\n\+ (.*?)\n\? (.*)', block, re.S).groups()


def run(*words):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode(errors='replace')


def make(*words):
    return run('make', '-s', '-C', COPY, *words)


def refresh():
    """The copy is the working tree, with the libraries. What was built there before stays. A file
    that is the same is not written again: a source must not become older than what a fault in it
    was built to."""
    files = subprocess.run(['git', '-C', ROOT, 'ls-files', '-z', '-c', '-o', '--exclude-standard'], stdout=subprocess.PIPE, check=True).stdout
    names = [name for name in os.fsdecode(files).split('\0') if name and os.path.exists(os.path.join(ROOT, name))]
    for folder, _, old in os.walk(COPY):
        for name in old:
            path = os.path.relpath(os.path.join(folder, name), COPY)
            if path.startswith(PLACES) and path.endswith(KINDS) and path not in names:
                os.unlink(os.path.join(COPY, path))
    for name in names:
        ours, copy = os.path.join(ROOT, name), os.path.join(COPY, name)
        if not os.path.exists(copy) or not filecmp.cmp(ours, copy, shallow=False):
            os.makedirs(os.path.dirname(copy), exist_ok=True)
            shutil.copy(ours, copy)
    if not os.path.exists(COPY + '/build/musl'):
        shutil.copytree(ROOT + '/build/musl', COPY + '/build/musl', symlinks=True)


def sources(root):
    for place in PLACES:
        top = os.path.join(root, place)
        for folder, _, names in os.walk(top) if os.path.isdir(top) else [(root, [], [place])]:
            yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith(KINDS))


def places(root, old):
    """The files that have this text, each as often as it has it."""
    for path in sources(root):
        with open(path) as f:
            yield from [path] * f.read().count(old)


def failures(said):
    """The failed tests, as `FILE: TEST`. The line of a file comes after its failures."""
    failed, some = [], []
    for line in said.split('\n'):
        if late := re.match(r'    .*: no test ended for \d+ s, so the file was ended (after: .*)', line):
            some.append('it hangs ' + re.sub(r'(not )?ok \d+ ', '', late.group(1))[:80])
        elif test := re.match(r'    not ok \d+ (.*?)(?: in \d+ms)?$', line):
            some.append(re.sub(r'^\S+\.rows:\d+ \(\S+\) ', '', ' '.join(test.group(1).split()))[:90])
        elif end := re.match(r'(\S+\.(?:bats|rows)).* passed +(\d+) failed ', line):
            if int(end.group(2)) > len(some):
                some.append('not all of its tests ended')
            failed += ['%s: %s' % (end.group(1), name) for name in some]
            some = []
    return failed


def failed_tests(name, long, only):
    """Of a file of the suite, also of its long tests, or of `unit:NAME`, one unit test. only: a
    regular expression for the names of a bats file's tests, or empty."""
    if not name.startswith('unit:'):
        return failures(run('env', 'SSA_TEST_FULL=%d' % long, 'SSA_TEST_FILTER=' + only, COPY + '/tests/run.py', name)[1])
    path = 'build/unit/' + name[5:]
    return ['unit.bats: ' + name[5:]] if make(path)[0] or run(os.path.join(COPY, path))[0] else []


def known_test(test):
    """What to run of a line of found.txt, as failed_tests wants it."""
    name, title = test.split(': ', 1)
    long = title.endswith(' (test-full)')
    title = title.removesuffix(' (test-full)')
    if name == 'unit.bats':
        return 'unit:' + title.split(':')[0], long, ''
    hangs = title.startswith(('it hangs ', 'not all '))
    return name, long, '' if hangs or name.endswith('.rows') else re.sub(r'[^A-Za-z0-9]+', '.*', title)


def outcome(old, new, tests, before):
    """Whether it was found, and by which test, or why not. before: the tests that fail without a
    fault."""
    found = list(places(COPY, old))
    if len(found) != 1:
        return False, 'the text is there %d times' % len(found)
    with open(found[0]) as f:
        text = f.read()
    try:
        with open(found[0], 'w') as f:
            f.write(text.replace(old, new))
        names = {name for name, *_ in tests}
        targets = {'build/unit/' + name[5:] if name.startswith('unit:') else 'all' for name in names}
        if any(name in CALLS for name in names):
            targets.update('build/unit/calls/' + name for name in ('status', 'ticket', 'info', 'ssactl'))
        status, said = make(*sorted(targets))
        if status:
            return False, 'does not compile: ' + said[-300:]
        for name, long, only in tests:
            failed = [test for test in failed_tests(name, long, only) if test not in before]
            if failed:
                return True, failed[0] + ' (test-full)' * long
        return False, 'not found'
    finally:
        with open(found[0], 'w') as f:
            f.write(text)


def known():
    if not os.path.exists(FOUND):
        return {}
    with open(FOUND) as f:
        return dict(line.rstrip('\n').split(' | ', 1) for line in f)


def remember(by):
    """by: the test that found each, or None."""
    tests = {**known(), **by}
    with open(FOUND, 'w') as f:
        f.writelines('%s | %s\n' % (title, tests[title]) for title, *_ in faults() if tests.get(title))


def check():
    tests, counted = known(), {path: 0 for path in sources(ROOT)}
    for title, old, *_ in faults():
        found = list(places(ROOT, old))
        if len(found) != 1:
            print('%s: the text is there %d times' % (title, len(found)))
        for path in found:
            counted[path] += 1
        if title not in tests:
            print('%s: no run has found it' % title)
    for path, count in counted.items():
        if count == 0 and path.endswith('.c'):
            print('%s: no fault' % os.path.relpath(path, ROOT))


def main(words):
    if words == ['check']:
        return check()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # after the planted text is restored
    refresh()
    status, said = make('all')
    if status:
        sys.exit('the copy does not build:\n' + said)
    chosen = [fault for fault in faults() if not words or any(word in fault[0] for word in words)]
    by, how, tests = {}, {}, known()

    def plant(some, tests_of):
        make('all')  # without the fault before
        wanted = {}
        for name, long, only in (test for fault in some for test in tests_of(fault)):
            wanted.setdefault((name, long), set()).add(only)
        before = [test for (name, long), only in sorted(wanted.items()) for test in failed_tests(name, long, '' if '' in only else '|'.join(only))]
        for name in before:
            print('fails without a fault: ' + name, flush=True)
        for fault in some:
            title, old, new, _ = fault
            found, how[title] = outcome(old, new, tests_of(fault), before)
            by[title] = how[title] if found else None
            print('%-10s %-58s %s' % ('found' if found else 'NOT FOUND', title, how[title]), flush=True)
            remember(by)

    def missed():
        return [fault for fault in chosen if how.get(fault[0], 'not found') == 'not found']

    plant([fault for fault in chosen if fault[0] in tests], lambda fault: [known_test(tests[fault[0]])])
    for long in False, True:
        if missed():
            print('all%s tests of the files:' % (' but the long', '')[long], flush=True)
            plant(missed(), lambda fault: [(name, long, '') for name in fault[3].split()])
    bad = sum(not by[fault[0]] for fault in chosen)
    print('%d passed, %d failed' % (len(chosen) - bad, bad))
    return bad > 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
