"""Makes every call of the programs fail once (failing.c), one at a time, and compares the replies
with those when nothing fails.

    calls.py KIND cgi|scgi PROGRAMS REDIS-SOCKET DATA-DIR FOLDER

KIND is one of failing.c's: memory, drought, error, kill (cgi only), signal, short. It prints a line
for each fault, and exits with 1 if there was one. The last line says how many calls failed."""

import collections
import os
import re
import signal
import socket
import subprocess
import sys

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../rows'))
import service  # noqa: E402

KIND, MODE, PROGRAMS, REDIS, DATA, FOLDER = sys.argv[1:]
PATIENCE_S = 15  # longer than the programs' deadline
CALLS_MAX = 500  # no request makes more calls
CALLS_MIN = {'cgi': 3, 'scgi': 10}  # every request makes at least so many
HIT, LOG = os.path.join(FOLDER, 'hit'), os.path.join(FOLDER, 'log')
LOG_LINE = re.compile(rb'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ssa-(status|ticket|info)\[\d+\]: [\x20-\x7e]+')
ENVIRONMENT = {b'REDIS_URL': os.environb[b'REDIS_URL'], b'SSA_REDIS_WAIT': os.environb.get(b'SSA_REDIS_WAIT', b''),
               b'SSA_DATA_DIR': os.fsencode(DATA),
               b'SSA_WORKERS': b'2', b'SSA_LOGIN_LIMITS': b'100000/600,100000/600,100000/600'}

# The form that they have in a body.
PLAIN, HASHED, DOMAIN = (b'user1', b'A1B2C3D4E5F6G7H8I9HD'), (b'hashed', b'correct horse'), (b'DOM\\\\q', b'A1B2C3D4E5F6G7H8I9HD')
WRONG, ESCAPED = (b'user1', b'wrong-secret'), (b'\\u0075ser1', b'\\u0041' + PLAIN[1][1:])
SECRETS = (PLAIN[1], HASHED[1], WRONG[1])

# The requests, and the status of each reply when nothing fails. ticket: the request needs a live
# one. login: the name and the password to send. If the password is None, the ticket is sent as the
# password, to renew it.
Case = collections.namedtuple('Case', 'name program method query status ticket login', defaults=(False, None))
LOGIN = Case('login', 'ticket', b'POST', b'', 200, login=DOMAIN)
HASHED_LOGIN = Case('login with a hash', 'ticket', b'POST', b'', 200, login=HASHED)
MACHINES = Case('machines', 'info', b'GET', b'', 200, True)
CASES = [
    LOGIN,
    HASHED_LOGIN,
    Case('login in escapes', 'ticket', b'POST', b'', 200, login=ESCAPED),
    Case('wrong password', 'ticket', b'POST', b'', 401, login=WRONG),
    Case('renewal', 'ticket', b'POST', b'', 200, True, (DOMAIN[0], None)),
    Case('logout', 'ticket', b'DELETE', b'', 204, True),
    Case('logout everywhere', 'ticket', b'DELETE', b'all', 204, True),
    MACHINES,
    Case('chosen machines', 'info', b'GET', b'q=0&name_like=a&_sort=-name,mem&_page=1&_per_page=2', 200, True),
    Case('status', 'status', b'GET', b'verbose', 200),
]
# What a request does is the same in both modes. So make test sends one to a resident program.
if MODE == 'scgi' and os.environ.get('SSA_TEST_FULL') != '1':
    CASES = [MACHINES]

faults = []


class Reply:
    """A status of 0 means that there was no reply, or that it was not whole."""

    def __init__(self, data):
        self.data = data
        head, end, self.body = data.partition(b'\r\n\r\n')
        fields = dict(line.split(b': ', 1) for line in head.split(b'\r\n') if b': ' in line)
        status, length = fields.get(b'Status', b'')[:3], fields.get(b'Content-Length', b'0')
        whole = end and status.isdigit() and length.isdigit() and int(length) == len(self.body)
        self.status = int(status) if whole else 0
        # Without the values that are new in each reply.
        steady = re.sub(rb'"(ticket|CSRFPreventionToken)":"[^"]*"|"expires":\d+', b'', self.body)
        self.meaning = (self.status, steady)
        ticket = re.search(rb'"ticket":"([^"]+)"', self.body)
        self.ticket = ticket and ticket.group(1)

    def is_failure(self):
        """It reports a fault of the service, in the shape of errors."""
        shape = rb'\{"code":%d,"message":"[^"\\]+","data":""(,"checks":\{[^{}]+\})?\}' % self.status
        return self.status in (500, 503) and re.fullmatch(shape, self.body)


class Cgi:
    """One process for each request."""

    def __init__(self, program, environment):
        self.program, self.environment = program, environment

    def ask(self, fields, body):
        with open(LOG, 'ab') as log:
            done = subprocess.run([os.path.join(PROGRAMS, self.program)], env={**ENVIRONMENT, **fields, **self.environment},
                                  input=body, stdout=subprocess.PIPE, stderr=log, timeout=PATIENCE_S)
        self.status = done.returncode
        return Reply(done.stdout)

    def stop(self):
        return self.status


class Scgi:
    """A resident program: two workers and their keeper."""

    def __init__(self, program, environment, socket_name='scgi'):
        self.path = os.path.join(FOLDER, socket_name)
        if os.path.exists(self.path):
            os.unlink(self.path)
        with open(LOG, 'ab') as log, socket.socket(socket.AF_UNIX) as s:
            s.bind(self.path)
            s.listen(64)
            self.process = subprocess.Popen([os.path.join(PROGRAMS, program)], env={**ENVIRONMENT, **environment},
                                            stdin=s.fileno(), stdout=subprocess.DEVNULL, stderr=log)

    def ask(self, fields, body):
        headers = b''.join(b'%s\0%s\0' % pair for pair in {b'CONTENT_LENGTH': b'', b'SCGI': b'1', **fields}.items())
        return Reply(service.exchange(self.path, b'%d:%s,%s' % (len(headers), headers, body)))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)


SERVER = {'cgi': Cgi, 'scgi': Scgi}[MODE]


def request_of(case, ticket):
    """The variables and the body of a request."""
    fields, body = {b'REQUEST_METHOD': case.method, b'QUERY_STRING': case.query, b'REMOTE_ADDR': b'192.0.2.1'}, b''
    if case.login:
        name, password = case.login
        body = b'{"username":"%s","password":"%s"}' % (name, password or ticket)
    elif ticket:
        fields[b'HTTP_X_AUTH_TOKEN'] = ticket
    return {**fields, b'CONTENT_LENGTH': b'%d' % len(body)}, body


calm = {}  # resident programs of which no call fails


def ask_calmly(case, ticket=None):
    """Sends the request to one of these."""
    if case.program not in calm:
        calm[case.program] = Scgi(case.program, {}, 'calm-' + case.program)
    return calm[case.program].ask(*request_of(case, ticket))


def ask(server, case):
    return server.ask(*request_of(case, ask_calmly(LOGIN).ticket if case.ticket else None))


def faults_in(case, call, reply, good):
    """What is wrong with a reply, if this call failed. '' means that no call failed."""
    if reply.ticket and ask_calmly(MACHINES, reply.ticket).status != 200:
        yield 'a ticket that does not work'
    if reply.meaning == good.meaning:
        return
    if KIND == 'kill' and call:
        if reply.data:
            yield 'half a reply'
    # A lost log line, and a call that continues after a signal, do not change the reply.
    elif KIND in ('signal', 'short') or call in ('', 'write'):
        yield 'another answer'
    elif reply.data == b'':
        # The connection to the client is lost, or cannot be waited for.
        if call not in ('writev', 'recv', 'accept4', 'epoll_ctl'):
            yield 'no reply'
    # With Sentinel or a cluster the settings of the engine are only a warning.
    elif case.name == 'status' and b'the settings of Redis are not known' in reply.body:
        return
    elif not reply.is_failure():
        # If libsodium has no memory during a hash, it reports a wrong password. The program sees
        # the cause only if memory is still missing afterwards.
        if not (KIND == 'memory' and case == HASHED_LOGIN and reply.status == 401):
            yield 'another answer'


def hit():
    """The name of the call that failed. '' means that no call failed so far."""
    with open(HIT) as f:
        return f.read()


def half_done():
    """What a killed process must not leave: a ticket that is not in the index, or a key
    without a TTL."""
    keys = service.redis(REDIS, 'KEYS', '*').split()
    lists = [service.redis(REDIS, 'ZRANGE', key, 0, -1).split() for key in keys if b':user:' in key]
    known = [member.rpartition(b':')[2] for members in lists for member in members]
    for key in keys:
        if b':ticket:' in key and key.rpartition(b':')[2] not in known:
            yield 'a ticket outside the index'
        if service.redis(REDIS, 'TTL', key) == b'-1' and b':fail:' not in key:
            yield 'no end: %r' % key


def strike(case, number, good):
    """Makes this call fail, and checks whether the program continues after it. Returns the name of
    the call, and what was wrong."""
    # Otherwise every logout would make more calls than the one before.
    service.redis(REDIS, 'FLUSHALL')
    open(HIT, 'wb').close()
    environment = {b'SSA_TEST_FAIL': b'%s:%d' % (KIND.encode(), number), b'SSA_TEST_FAIL_LOG': os.fsencode(HIT)}
    server, call, found = SERVER(case.program, environment), '', []
    # A resident program gets more requests, on the same connection to Redis, until one request
    # after the failure.
    for _ in range(1 if MODE == 'cgi' else 3):
        before, reply = call, ask(server, case)
        call = before or hit()
        if before:
            if reply.meaning != good.meaning:
                found.append('does not recover: %r' % reply.data)
            break
        found += ['%s: %r' % (fault, reply.data) for fault in faults_in(case, call, reply, good)]
        if call and KIND == 'drought':
            os.unlink(HIT)
    status = server.stop()
    if KIND == 'kill' and call:
        return call, found + list(half_done())
    # A CGI program fails only if its reply cannot be written.
    if status != 0 and not (MODE == 'cgi' and call == 'writev' and status == 1):
        found.append('exit status %d' % status)
    return call, found


def exercise(case):
    """Sends one request once for each call that it makes. Returns the number of calls."""
    server = SERVER(case.program, {})
    good = ask(server, case)
    server.stop()
    if good.status != case.status:
        faults.append('%s: %d where %d was expected' % (case.name, good.status, case.status))
        return 0
    for number in range(1, CALLS_MAX):
        call, found = strike(case, number, good)
        faults.extend('%s, %s %d (%s): %s' % (case.name, KIND, number, call, fault) for fault in found)
        if call == '' and number <= CALLS_MIN[MODE]:
            faults.append('%s: only %d calls could fail' % (case.name, number - 1))
        if call == '':
            return number - 1
    faults.append('%s: no end of calls' % case.name)
    return CALLS_MAX


def check_log():
    with open(LOG, 'rb') as f:
        for line in f.read().splitlines():
            if not LOG_LINE.fullmatch(line) or any(secret in line for secret in SECRETS):
                faults.append('a line in the log: %r' % line)


def main():
    count = sum(exercise(case) for case in CASES)
    for server in calm.values():
        server.stop()
    check_log()
    for fault in faults:
        print(fault)
    print('%s, %s: %d calls failed, %d faults' % (MODE, KIND, count, len(faults)))
    return bool(faults)


sys.exit(main())
