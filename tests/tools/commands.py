#!/usr/bin/python3 -EsSB
"""What the documents tell somebody to type, and whether a test runs it.

commands.py check: prints the commands that neither a test runs nor a mark excuses; none is well
commands.py inline: prints the commands of docs/messages.md that tests/suite/documents.bats runs
commands.py manual: prints the commands of the examples in man/ssactl.8

A command is a block of shell, fenced or indented, or a code span with a space in it in the last
column of docs/messages.md. The line before a block is "<!-- snippet: NAME -->", and a test takes
this snippet, or "<!-- not run: REASON -->". A span begins with one of the words of RUN, or with one
that a line "<!-- not run: WORD...: REASON -->" of docs/messages.md names. In all blocks and spans,
the goals of make and the commands of ssactl exist."""

import glob
import os.path
import re
import sys

RUN = {'ssactl', 'jq', 'redis-cli', 'curl', 'echo', 'iconv', 'set'}
MESSAGES = 'docs/messages.md'
SPAN = re.compile(r'(`+)(?!`)(.+?)(?<!`)\1(?!`)')


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def blocks(text):
    """The blocks of a document: number of the line, language, first line, line before."""
    lines = [''] + text.split('\n')
    at = 1
    while at < len(lines):
        start, before = at, lines[at - 1].strip()
        if fence := re.match(r'```(\S*)$', lines[at]):
            at = lines.index('```', at + 1)
            yield start, fence[1], lines[start + 1], before
        elif re.match(r'    \S', lines[at]) and (not before or before.startswith('<!--')):
            while at + 1 < len(lines) and lines[at + 1].startswith('    '):
                at += 1
            yield start, '', lines[start], before
        at += 1


def is_shell(language, line):
    """A block of no language may also be data, settings, a log or rules."""
    return language in ('sh', 'bash', 'console') if language else \
        not re.match(r'\s*([{[#\d]|var\.|include "|[A-Z_]+=\S+$|ACL |/etc/)', line)


def spans():
    """The code spans that the tables of docs/messages.md have in their column "what to do"."""
    in_table, messages, found = False, set(), []
    for number, line in enumerate(read(MESSAGES).split('\n'), 1):
        cells = re.split(r'(?<!\\)\|', line)
        if len(cells) < 4:
            in_table = False
        elif cells[-2].strip() == 'what to do':
            in_table = True
        elif in_table:
            messages |= {span[2] for span in SPAN.finditer(cells[1])}
            found += [(number, span[2].replace('\\|', '|').strip()) for span in SPAN.finditer(cells[-2])]
    return [(number, span) for number, span in found if ' ' in span and span not in messages]


def taken():
    """The snippets that tests take, as (document, name)."""
    for path in glob.glob('tests/suite/*.bats') + glob.glob('tests/clients/*.js'):
        text = read(path)
        document = re.search(r'snippet_of (\S+) "\$1"|/docs/(recipes\.md)', text)
        for document, name in re.findall(r'(?:snippet_of|request) (\S+\.md) ([\w.-]+)', text) + [
                (document[1] or document[2], name)
                for name in re.findall(r"\b(?:\w*snippet|apache|request)(?: |\(')([\w.-]+)", text) if document]:
            yield os.path.normpath('docs/' + document), name
            if document == '../README.md':  # translation.py compares the code of the two
                yield 'README.zh-CN.md', name


def check():
    run, excused, missing, known = 0, 0, [], set(taken())
    for path in sorted(glob.glob('*.md') + glob.glob('docs/*.md') + glob.glob('tests/*.md')):
        if path != 'CHANGELOG.md':
            missing += unknown(path, read(path))
        for number, language, line, before in blocks(read(path)):
            mark = re.fullmatch(r'<!-- (snippet|not run): (.+) -->', before)
            if not is_shell(language, line):
                continue
            if mark and mark[1] == 'not run':
                excused += 1
            elif mark and (path, mark[2]) in known:
                run += 1
            else:
                missing.append(f'{path}:{number}: {line.strip()}')
    words = set(' '.join(re.findall(r'^<!-- not run: ([^:]+): .+ -->$', read(MESSAGES), re.M)).split())
    for number, span in spans():
        word = span.split()[0]
        run += word in RUN
        excused += word in words
        if (word in RUN) == (word in words):
            missing.append(f'{MESSAGES}:{number}: {span}')
    print('\n'.join(missing + [f'{run} run, {excused} excused']))
    return bool(missing)


def unknown(path, text):
    """The goals of make and the commands of ssactl that a document names, and that are gone."""
    rules = '\n'.join(map(read, ['Makefile'] + glob.glob('tests/*.mk') + glob.glob('tests/*/*.mk')))
    goals = set(' '.join(re.findall(r'^([a-z][\w -]*):(?!=)', rules, re.M)).split())
    manual_page = ' , '.join(re.findall(r'^\.It Cm (.+)', read('man/ssactl.8'), re.M)).split(' , ')
    code = '\n'.join([span[2] for span in SPAN.finditer(re.sub(r'^```', '', text, flags=re.M))] +
                     re.findall(r'^```sh\n(.*?)^```', text, re.M | re.S) + re.findall(r'^    \S.*', text, re.M))
    code = re.sub(r'"[^"\n]*"', '', code)
    for words in re.findall(r'(?:^|sudo |&& )make((?: +[A-Z_]+=\S*| +[a-z][a-z0-9-]*)+)', code, re.M):
        yield from [f'{path}: make {word}' for word in words.split() if '=' not in word and word not in goals]
    for words in re.findall(r'(?:^|sudo |/)ssactl ([a-z]+(?: [a-z]+)?)', code, re.M):
        if not any(f'{name} '.startswith(f'{words} ') or f'{words} '.startswith(f'{name} ') for name in manual_page):
            yield f'{path}: ssactl {words}'


def manual():
    examples = read('man/ssactl.8').split('.Sh EXAMPLES\n')[1].split('\n.Sh ')[0]
    return re.findall(r'^(?:\.Dl )?(ssactl .+)', examples, re.M)


if sys.argv[1:] == ['check']:
    sys.exit(check())
print('\n'.join(manual() if sys.argv[1:] == ['manual'] else sorted({s for _, s in spans() if s.split()[0] in RUN})))
