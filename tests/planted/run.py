#!/usr/bin/python3 -EsSB
"""Plants each fault of faults.txt in a copy of the project, builds it, and runs the files of the
suite that should see it: run.py [WORD...]. With words, only faults whose title has one of them. A
fault that is not found is tried with the whole `make test`. It lists what was found; the last line
is `N passed, N failed`. A fault that does not apply or does not compile is a failure."""

import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
COPY = os.path.join(ROOT, 'build/planted')
PLACES = 'libcommon', 'cgi-bin', 'sbin', 'scripts', 'lighttpd.conf', 'conf.d'


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
    """The copy is the working tree. What was built there before stays."""
    os.makedirs(COPY, exist_ok=True)
    files = subprocess.run(['git', '-C', ROOT, 'ls-files', '-z', '-c', '-o', '--exclude-standard'], stdout=subprocess.PIPE, check=True).stdout
    there = b''.join(name + b'\0' for name in files.split(b'\0') if name and os.path.exists(os.path.join(ROOT.encode(), name)))
    for names in there, b'' if os.path.exists(COPY + '/build') else b'build\0':
        with subprocess.Popen(['tar', '-C', ROOT, '-c', '--exclude=build/planted', '--null', '-T', '-'], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as pack, \
                subprocess.Popen(['tar', '-C', COPY, '-x'], stdin=pack.stdout) as unpack:
            pack.stdin.write(names)
            pack.stdin.close()
            unpack.wait()


def sources():
    for place in PLACES:
        top = os.path.join(COPY, place)
        for folder, _, names in os.walk(top) if os.path.isdir(top) else [(COPY, [], [place])]:
            for name in names:
                path = os.path.join(folder, name)
                if os.path.exists(path) and name.endswith(('.c', '.h', '.sh', '.conf', '.lua')):
                    yield path


def plant(old, new):
    """Returns the file and its text, or None and why not."""
    found = []
    for path in sources():
        with open(path) as f:
            text = f.read()
        found += [(path, text)] * text.count(old)
    if len(found) != 1:
        return None, 'the text is there %d times' % len(found)
    path, text = found[0]
    with open(path, 'w') as f:
        f.write(text.replace(old, new))
    return path, text


def failures(said):
    return set(re.findall(r'^    not ok \d+ (.*?)(?: in \d+ms)?$', said, re.M))


def outcome(old, new, files, before):
    """before: the tests that fail without a fault."""
    path, text = plant(old, new)
    if path is None:
        return False, text
    try:
        status, said = make('all', *['unit'] * ('unit.bats' in files))
        if status:
            return False, 'does not compile: ' + said[-300:]
        for tests in files, '':
            status, said = run(COPY + '/tests/run.py', *tests.split()) if tests else make('test')
            failed = failures(said) - before
            if status and failed:
                return True, '%s (%d failed%s)' % (min(failed)[:60], len(failed), '' if tests else ', not by those that should')
        return False, 'not found'
    finally:
        with open(path, 'w') as f:
            f.write(text)


def main(words):
    refresh()
    status, said = make('all', 'unit')
    if status:
        sys.exit('the copy does not build:\n' + said)
    chosen = [fault for fault in faults() if not words or any(word in fault[0] for word in words)]
    before = failures(run(COPY + '/tests/run.py', *sorted({name for fault in chosen for name in fault[3].split()}))[1])
    for name in sorted(before):
        print('fails without a fault: ' + name)
    good = bad = 0
    for title, old, new, files in chosen:
        found, how = outcome(old, new, files, before)
        good, bad = good + found, bad + (not found)
        print('%-10s %-58s %s' % ('found' if found else 'NOT FOUND', title, how), flush=True)
    print('%d passed, %d failed' % (good, bad))
    return bad > 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
