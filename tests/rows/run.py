"""The table driver: sends the requests of tests/rows/*.rows and checks the replies. It prints TAP.

    run.py FILE TRANSPORT...    the transports are those of service.py

tests/README.md, "A test is a row", says how a row is written. Every reply must also be whole and
have what every reply has (`faults_of_any`), and GET is followed by HEAD, which must have the same
head."""

import base64
import hashlib
import json
import os
import re
import shlex
import shutil
import sys
import tempfile
import time

import service

FIXTURES = os.path.join(service.ROOT, 'tests/fixtures')
PASSWORDS = {'hashed': 'correct horse'}  # of users whose record has a hash
SILENT = {204, 304}  # replies without a body
REQUEST = re.compile(r'(\S+)\s+(\S+)\s+(\S+)((?:\s+\([A-Za-z][^()]*\))*)(?:\s+(.*))?')
PLACEHOLDER = re.compile(r'<(x[0-9a-f]{2}|[^<>*]+\*\d+|(?:login|wrong|renew|ticket|csrf|key|index|id|expires|last|empty|redis-check|redis-user)(?::[^<>]*)?|now[+-]\d+)>')
LOG_LINE = re.compile(rb'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ssa-(status|ticket|info)\[\d+\]: [A-Za-z][\x20-\x7e]+')
DIRECTIVES = {'users', 'machines', 'set', 'password', 'edit', 'only'}


def transports_of(names):
    """direct is without lighttpd, lighttpd is with it."""
    groups = {'direct': {'scgi', 'cgi'}, 'lighttpd': {'http', 'http-cgi'}, 'resident': {'scgi', 'http'}}
    return set().union(*(groups.get(name, {name}) for name in names.split()))


def fits(want, got):
    """Whether the text is the wanted one. A word A..B of it is a number from A to B."""
    pairs = list(zip(want.split(), got.split()))
    return want in (b'*', got) or len(want.split()) == len(got.split()) == len(pairs) and all(
        w == g or (limits := re.fullmatch(rb'(\d+)\.\.(\d+)', w)) and g.isdigit() and int(limits[1]) <= int(g) <= int(limits[2])
        for w, g in pairs)


class Row:
    """One line of a file, and the indented lines that follow it."""

    def __init__(self, number, text, more, section):
        self.number, self.text, self.more, self.section = number, text, more, section
        self.request, arrow, self.answer = text.partition(' -> ')
        self.times = 1
        if times := re.match(r'(\d+)x\s+', self.request):
            self.times, self.request = int(times.group(1)), self.request[times.end():]
        self.only = section.only.intersection(*(transports_of(line[5:]) for line in more if line.startswith('only ')))
        if not arrow:
            raise ValueError('line %d has no answer: %s' % (number, text))
        if re.search(r' \([A-Z_]+=', self.request):
            self.only = self.only & {'cgi', 'scgi'}


class Section:
    def __init__(self, title):
        self.title, self.steps, self.only, self.each = title, [], set(service.TRANSPORTS), []


def read_file(path):
    """The sections of a file. The steps of a section are rows, and directives: (word, text)."""
    sections, lines = [], []
    with open(path) as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip('\n')
            if line.startswith(' ') and line.strip() and lines:
                lines[-1][2].append(line.strip())
            elif line.strip() and not line.startswith('#'):
                lines.append((number, line, []))
    for number, line, more in lines:
        word, _, rest = line.partition(' ')
        if word == '==':
            sections.append(Section(rest))
        elif word == 'only':
            sections[-1].only = transports_of(rest)
        elif word == 'each':
            sections[-1].each = sections[-1].each + [rest]
        elif word in DIRECTIVES:
            sections[-1].steps.append((word, '\n'.join([rest] * bool(rest) + more)))
        else:
            sections[-1].steps.append(Row(number, line, sections[-1].each + more, sections[-1]))
    return sections


def records_of(text):
    """The bytes of each record of machines.json, by its id."""
    found, at, read = {}, text.index('[') + 1, json.JSONDecoder(parse_float=str).raw_decode
    while at := re.compile(r'[\s,]*').match(text, at).end():
        if text[at] == ']':
            return found
        record, end = read(text, at)
        found.setdefault(str(record['id']), text[at:end].encode())
        at = end


class Driver:
    """Runs the sections by one transport. Its `run` yields for each row what is wrong with it."""

    def __init__(self, transport, redis, folder, sections):
        self.redis, self.sections, self.transport = redis, sections, transport
        self.data = os.path.join(folder, 'data')
        os.makedirs(self.data, exist_ok=True)
        self.service = service.Service(transport, redis, folder, self.data)

    def run(self):
        for section in self.sections:
            if self.transport not in section.only:
                continue
            self.begin()
            for step in section.steps:
                if isinstance(step, Row):
                    if self.transport in step.only:
                        results = (self.faults_of(step) for _ in range(step.times))
                        yield step, next(filter(None, results), [])
                else:
                    getattr(self, 'do_' + step[0])(step[1])
        self.service.stop()

    def begin(self):
        """A section begins with the data of tests/fixtures, an empty Redis and no settings."""
        self.sessions, self.last, self.settings, self.passwords = {}, None, {}, dict(PASSWORDS)
        self.redis('flushall')
        self.do_users('@users.json')
        self.do_machines('@machines.json')

    # --- directives -------------------------------------------------------------------------------

    def write(self, name, text):
        path = os.path.join(self.data, name)
        if os.path.isdir(path):
            os.rmdir(path)
        if text in ('missing', 'folder'):
            if os.path.exists(path):
                os.unlink(path)
            if text == 'folder':
                os.mkdir(path)
            return
        if text.startswith('@'):
            shutil.copyfile(os.path.join(FIXTURES, text[1:]), path + '.new')
        else:
            with open(path + '.new', 'wb') as f:
                f.write(self.expand(text))
        os.rename(path + '.new', path)

    def do_users(self, text):
        self.write('users.json', text)

    def do_machines(self, text):
        self.write('machines.json', text)

    def do_set(self, text):
        name, _, value = text.partition('=')
        self.settings = {**self.settings, name: self.expand(value).decode()}

    def do_password(self, text):
        name, _, self.passwords[name] = text.partition(' ')

    def do_edit(self, text):
        """USER NAME=JSON, or USER NAME: changes or removes a member of the session in Redis."""
        who, name, value = re.fullmatch(r'(\S+) (\w+)=?(.*)', text).groups()
        key = self.expand('<key:%s>' % who)
        session = json.loads(self.redis('get', key))
        session.pop(name)
        if value:
            session[name] = json.loads(self.expand(value))
        self.redis('set', key, json.dumps(session), 'keepttl')

    # --- placeholders -----------------------------------------------------------------------------

    def expand(self, text):
        """The bytes of a text, with each <placeholder> replaced."""
        out, at = b'', 0
        for match in PLACEHOLDER.finditer(text):
            out += text[at:match.start()].encode() + self.value_of(match.group(1))
            at = match.end()
        return out + text[at:].encode()

    def value_of(self, name):
        if re.fullmatch('x[0-9a-f]{2}', name):
            return bytes.fromhex(name[1:])
        if times := re.fullmatch(r'(.+)\*(\d+)', name):
            return times.group(1).encode() * int(times.group(2))
        kind, _, of = name.partition(':')
        if kind == 'empty':
            return b''
        if kind == 'login':
            return self.credentials(of or 'user1')
        if kind == 'wrong':
            return json.dumps({'username': of, 'password': 'wrong'}).encode()
        if kind == 'renew':
            return json.dumps({'username': of.split('.')[0], 'password': self.session(of)['ticket']}).encode()
        if kind.startswith('now'):
            return b'%d' % (int(self.redis('time').split()[0]) + int(kind[3:]))
        if kind == 'last':
            return self.last.headers[of.lower().encode()]
        if kind == 'redis-user':
            return self.redis.user
        if kind == 'redis-check':
            return {'single': b'OK', 'sentinel': b'a sentinel knows no replica: nothing can replace the master',
                    'cluster': b'set min-replicas-to-write 1: a replaced master may answer from old data'}[service.STORE]
        session = self.session(of)
        if kind == 'index':
            return self.redis('keys', 'ssa:{%s}:user:*' % session['ticket'][:3])
        if kind in ('key', 'id'):
            digest = hashlib.blake2b(b'ticket\0' + session['ticket'].encode() + b'\0', digest_size=32).digest()
            digest = base64.urlsafe_b64encode(digest).rstrip(b'=')
            return digest[:8] if kind == 'id' else b'ssa:{%s}:ticket:%s' % (session['ticket'][:3].encode(), digest)
        return str(session[{'csrf': 'CSRFPreventionToken'}.get(kind, kind)]).encode()

    def credentials(self, user):
        if user not in self.passwords:
            with open(os.path.join(self.data, 'users.json')) as f:
                self.passwords[user] = next(r['password'] for r in json.load(f) if r.get('username') == user)
        return json.dumps({'username': user, 'password': self.passwords[user]}).encode()

    def session(self, who):
        """user1 is the first session of user1 in this section, user1.2 another one."""
        if who not in self.sessions:
            reply = self.service.ask(b'POST', b'/api/ticket', [(b'Content-Type', b'application/json')], self.credentials(who.split('.')[0]), {})
            if reply.status != 200:
                raise ValueError('%s cannot log in: %r' % (who, reply.raw))
            self.sessions[who] = json.loads(reply.body)['data']
        return self.sessions[who]

    # --- a row ------------------------------------------------------------------------------------

    def faults_of(self, row):
        self.service.use(self.settings)
        try:
            if got := self.got_of_redis(row.request.strip()):
                return [] if fits(self.expand(row.answer), got) else ['got %r' % got]
            return list(self.faults_of_request(row))
        except Exception as fault:  # a fault of the row, or of the server
            return ['%s: %s' % (type(fault).__name__, fault)]

    def got_of_redis(self, request):
        """What Redis has, if the row asks for that, and not for a reply."""
        word, *words = shlex.split(request) if re.match('redis |keys |session |counters$|tickets$', request) else ['']
        if word == 'redis':
            return self.redis(*map(self.expand, words)) or b'nothing'
        if word == 'session':
            return b'%d' % json.loads(self.redis('get', self.expand('<key:%s>' % words[0])))[words[1]]
        if word == 'tickets':
            digests = [key.rpartition(b':')[2] for key in self.redis('keys', 'ssa:{*}:ticket:*').split()]
            members = [member.rpartition(b':')[2] for index in self.redis('keys', 'ssa:{*}:user:*').split()
                       for member in self.redis('zrange', index, '0', '-1').split()]
            return b'%d' % len(digests) if sorted(digests) == sorted(members) else b'%d, but %d in the indexes' % (len(digests), len(members))
        if word:
            pattern, *command = words or ['ssa:{*}:fail:*', 'ZCARD']
            got = [self.redis(command[0], key, *command[1:]) for key in self.redis('keys', pattern).split()]
            return b' '.join(sorted(got, key=lambda text: (len(text), text))) or b'none'

    def faults_of_request(self, row):
        who, method, target, inline, body = REQUEST.fullmatch(row.request.rstrip()).groups()
        method, target, body = self.expand(method), self.expand(target), self.expand(body or '')
        headers, variables = [], {}
        for text in re.findall(r'\(([^()]*)\)', inline) + [line[2:] for line in row.more if line.startswith('> ')]:
            name, mark, value = re.fullmatch(r'([\w-]+)(=|: ?)(.*)', text).groups()
            if mark == '=':
                variables[name.encode()] = self.expand(value)
            else:
                headers.append((name.encode(), self.expand(value)))
        if who != '-':
            headers.append((b'X-Auth-Token', self.session(who)['ticket'].encode()))
        if body and b'Content-Type' not in dict(headers):
            headers.append((b'Content-Type', b'application/json'))
        self.service.new_log()
        began = time.monotonic()
        reply = self.service.ask(method, target, headers, body, variables)
        took_ms, cut = 1000 * (time.monotonic() - began), 'cut' in row.more
        self.record(method, target, reply)
        for line in row.more:
            if line.startswith('as ') and reply.status == 200:
                self.sessions[line[3:]] = json.loads(reply.body)['data']
        log = self.service.new_log()
        for line in row.more:  # a line of the log may come a moment after the reply
            if line.startswith('log ') and row.answer.startswith(str(reply.status)) and self.expand(line[4:]) not in log:
                log += service.until('%s in the log, which has %r' % (line, log),
                                     lambda: (new := self.service.new_log()) and self.expand(line[4:]) in log + new and new)
        faults = list(self.faults_of_any(method, target, reply, log, cut)) + list(self.faults_of_answer(row, target, reply, log))
        faults += ['after %d ms' % took_ms for line in row.more if line.startswith('late ') and took_ms < int(line[5:])]
        yield from faults
        if faults:
            yield 'reply: %r' % reply.raw[:2000]
            yield 'log: %r' % log[:2000]
        elif method == b'GET' and self.transport in ('scgi', 'http') and reply.status != 431 and '<last:' not in row.text and not cut:
            again = self.service.ask(b'HEAD', target, headers, body, variables)
            if again.body or {**again.headers, b'date': b''} != {**reply.headers, b'date': b''}:
                yield 'HEAD has another head: %r\ninstead of %r' % (again.raw, reply.head)
        self.last = reply

    def faults_of_any(self, method, target, reply, log, cut):
        """What must be true of every reply. cut: half of its body must be missing."""
        status, headers, body = reply.status, reply.headers, reply.body
        if status == 0:
            yield 'not a reply'
        elif headers.get(b'cache-control') != b'no-store' and target.startswith(b'/api/') and status not in (400, 411, 413, 431, 501, 505):
            yield 'no Cache-Control: no-store'
        if status in SILENT or method == b'HEAD':
            if body and status != 431:  # lighttpd does not know the method then
                yield 'a body'
        elif int(headers.get(b'content-length', -1)) // (1 + cut) != len(body):
            yield 'Content-Length is not that of %d bytes' % len(body)
        elif target.startswith(b'/api/') and headers.get(b'content-type') != b'application/json':
            yield 'not application/json'
        if b'x-content-type-options' not in headers and status not in (400, 411, 413, 431, 501, 505):
            yield 'no X-Content-Type-Options'
        if status >= 400 and method != b'HEAD':
            if not re.fullmatch(rb'\{"code":%d,"message":"[^"\\]+","data":""(,"checks":\{[^{}]+\})?\}' % status, body):
                yield 'not the shape of an error'
            wanted = {401: b'www-authenticate', 405: b'allow', 429: b'retry-after', 503: b'retry-after'}.get(status)
            if wanted and wanted not in headers:
                yield 'no %s' % wanted.decode()
        if self.transport in ('cgi', 'scgi') and not all(map(LOG_LINE.fullmatch, log.splitlines())):
            yield 'not the form of a line of the log'
        if self.data.encode() in reply.raw + log:
            yield 'the path of the data'
        for session in self.sessions.values():
            if session['ticket'].encode() in log or session['CSRFPreventionToken'].encode() in log:
                yield 'a secret in the log'

    def faults_of_answer(self, row, target, reply, log):
        """What this row says of it."""
        status, _, what = row.answer.partition(' ')
        what = what.strip()
        if reply.status != int(status):
            yield 'status %d' % reply.status
            return
        if what:
            yield from self.faults_of_body(what, target, reply)
        for line in row.more:
            word, _, text = line.partition(' ')
            name, _, value = text.partition(': ')
            want, got = self.expand(value), reply.headers.get(name.lower().encode())
            if limits := word == '<' and re.fullmatch(rb'(\d+)\.\.(\d+)', want):
                if not (got and int(limits[1]) <= int(got) <= int(limits[2])):
                    yield '%s: %r' % (name, got)
            elif word == '<' and got != want:
                yield '%s: %r' % (name, got)
            elif word == 'no' and got is not None:
                yield '%s is there: %r' % (name, got)
            elif word == 'log' and self.expand(text) not in log or word == 'nolog' and self.expand(text) in log:
                yield line
            elif word in ('json', '~'):
                yield from self.faults_of_body(line, target, reply)
            elif word not in ('<', '>', 'no', 'log', 'nolog', 'only', 'as', 'late', 'cut'):
                yield 'not understood: ' + line

    def faults_of_body(self, what, target, reply):
        word, _, text = what.partition(' ')
        if word == 'ids':
            listed, _, total = text.partition(' of ')
            want = [] if listed == 'none' else listed.split(',')
            got = [str(record['id']) for record in json.loads(reply.body, parse_float=str)['data']]
            if got != want:
                yield 'ids %s' % ','.join(got)
            want = (total or str(len(want))).encode() if target.partition(b'?')[2] else None
            if reply.headers.get(b'x-total-count') != want:
                yield 'X-Total-Count: %r' % reply.headers.get(b'x-total-count')
        elif word == 'records':
            with open(os.path.join(self.data, 'machines.json')) as f:
                records = records_of(f.read())
            if reply.body != b'{"data":[%s]}' % b','.join(records[i] for i in text.split(',')):
                yield 'not the bytes of the file'
        elif word == 'json':
            path, _, want = text.partition(' = ')
            got = json.loads(reply.body)
            for step in path.split('.'):
                got = got[int(step) if isinstance(got, list) else step]
            wanted = self.expand(want)
            if not fits(wanted, str(got).encode()) and (b'..' in wanted or got != json.loads(wanted)):
                yield '%s is %s' % (path, json.dumps(got))
        elif word == '~':
            if self.expand(text) not in reply.body:
                yield 'the body has no %s' % text
        else:
            want = self.expand(what)
            if not what.startswith('{'):
                want = b'{"code":%d,"message":%s,"data":""}' % (reply.status, json.dumps(want.decode(), ensure_ascii=False).encode())
            if reply.body != want:
                yield 'another body than %r' % want

    def record(self, method, target, reply):
        """For make check-web, which compares the replies with www/openapi.json."""
        if folder := os.environ.get('SSA_TEST_RECORD'):
            fields = b'rows', method, target, b'%d' % reply.status, reply.head.replace(b'\r', b''), reply.body
            with open(os.path.join(folder, '%s-%d' % (os.path.basename(sys.argv[1]), os.getpid())), 'ab') as f:
                f.write(b''.join(field + b'\0' for field in fields))


def main():
    path, transports = sys.argv[1], sys.argv[2:]
    sections = read_file(path)
    rows = [step for section in sections for step in section.steps if isinstance(step, Row)]
    print('1..%d' % sum(transport in row.only for row in rows for transport in transports), flush=True)
    number = failed = 0
    with tempfile.TemporaryDirectory(prefix='rows.') as folder:
        redis = service.Redis(folder)
        try:
            for transport in transports:
                for row, faults in Driver(transport, redis, folder, sections).run():
                    number += 1
                    failed += bool(faults)
                    print('%s %d %s:%d (%s) %s' % ('not ok' if faults else 'ok', number, os.path.basename(path), row.number, transport,
                                                   row.section.title if not faults else row.text))
                    for fault in faults:
                        print('# ' + fault.replace('\n', '\n# '), flush=True)
        finally:
            redis.stop()
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
