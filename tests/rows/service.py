"""The service under test: one Redis, and the programs behind one of four transports.

    cgi         each request is a process with an environment
    scgi        one resident worker a program, which gets SCGI from here
    http        lighttpd with the project's configuration and SSA_MODE=scgi
    http-cgi    the same with SSA_MODE=cgi"""

import collections
import itertools
import os
import re
import signal
import socket
import subprocess
import time
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CGI_BIN = os.path.join(ROOT, os.environ.get('SSA_CGI_BIN', 'cgi-bin'))
STORE = os.environ.get('SSA_TEST_STORE', 'single')
TRANSPORTS = 'scgi', 'cgi', 'http', 'http-cgi'
PATIENCE_S = 20

Reply = collections.namedtuple('Reply', 'status head headers body raw')


def until(what, happens):
    """Returns the first true result. The limit is for what never happens."""
    end = time.monotonic() + PATIENCE_S
    while not (result := happens()):
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.005)
    return result


def goes_on(every=50, calls=itertools.count(1)):
    """Tells tests/run.py, by bats' file descriptor 3, each time that it was called so often."""
    if (number := next(calls)) % every == 0 and 'BATS_TEST_FILENAME' in os.environ:
        os.write(3, b'# %d\n' % number)


def answered(address):
    with socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET) as s:
        return s.connect_ex(address) == 0


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def exchange(path, data):
    """Sends the bytes to a Unix socket. Returns all that comes back."""
    got = b''
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(PATIENCE_S)
        s.connect(path)
        try:
            s.sendall(data)
            while piece := s.recv(65536):
                got += piece
        except (ConnectionError, TimeoutError):
            pass  # what came before is the reply
    return got


def parse(raw, status_line):
    """status_line: the beginning of that line of the head. The status is 0 if the reply is not
    whole."""
    head, end, body = raw.partition(b'\r\n\r\n')
    status, headers = re.search(rb'(?:^|\r\n)' + status_line + rb'(\d{3}) [A-Z]', head), {}
    for line in head.split(b'\r\n'):
        name, colon, value = line.partition(b': ')
        if not (colon or line.startswith(b'HTTP/')) or b'\n' in line or name.lower() in headers:
            status = None
        headers[name.lower()] = value
    return Reply(int(status.group(1)) if status and end else 0, head, headers, body, raw)


def redis(path, *words):
    """Sends one command to a Redis. Lists come back as one text, with spaces."""
    words = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    with socket.socket(socket.AF_UNIX) as s, s.makefile('rb') as answer:
        s.settimeout(PATIENCE_S)
        s.connect(path)
        s.sendall(b'*%d\r\n' % len(words) + b''.join(b'$%d\r\n%s\r\n' % (len(word), word) for word in words))

        def read():
            kind, text = (line := answer.readline().rstrip(b'\r\n'))[:1], line[1:]
            if kind == b'$' and text != b'-1':
                return answer.read(int(text) + 2)[:-2]
            if kind == b'*':
                return b' '.join(read() for _ in range(int(text)))
            return b'nil' if kind == b'$' else text
        return read()


class Redis:
    def __init__(self, folder):
        self.folder, self.socket, self.processes = folder, os.path.join(folder, 'redis.sock'), []
        self.url, port, more = 'unix://' + self.socket, 0, []
        if STORE != 'single':
            port = free_port()
            more = ['--cluster-enabled', 'yes', '--cluster-port', str(free_port())] if STORE == 'cluster' else []
        self.start('redis', '--port', port, '--bind', '127.0.0.1', '--unixsocket', self.socket, '--save', '', '--appendonly', 'no',
                   '--dir', folder, *more)
        until('Redis', lambda: answered(self.socket))
        if STORE == 'cluster':
            self('cluster', 'addslotsrange', '0', '16383')
            until('the cluster', lambda: b'cluster_state:ok' in self('cluster', 'info'))
            self.url = 'redis+cluster://127.0.0.1:%d' % port
        if STORE == 'sentinel':
            conf, own = os.path.join(folder, 'sentinel.conf'), free_port()
            with open(conf, 'w') as f:
                f.write('port %d\nbind 127.0.0.1\ndir %s\nsentinel monitor ssa 127.0.0.1 %d 1\n' % (own, folder, port))
            self.start('sentinel', conf, '--sentinel')
            until('the sentinel', lambda: answered(('127.0.0.1', own)))
            self.url = 'redis+sentinel://127.0.0.1:%d/ssa' % own
        self.user = b'default'
        if os.environ.get('SSA_TEST_ACL') == '1':
            with open(os.path.join(ROOT, 'docs/operating.md')) as f:
                words = re.search('^ACL SETUSER ssa .*$', f.read(), re.M).group().split()
            self(*words)
            self.user = b'ssa'
            self.url = 'unix://ssa:a-long-random-password@' + self.socket

    def start(self, name, *arguments):
        with open(os.path.join(self.folder, name + '.log'), 'ab') as log:
            self.processes.append(subprocess.Popen(['redis-server', *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    def stop(self):
        for process in self.processes:
            process.terminate()
            process.wait()

    def __call__(self, *words):
        return redis(self.socket, *words)


class Service:
    """The programs behind one transport. `settings` are the variables of their environment."""

    def __init__(self, transport, redis, folder, data):
        self.transport, self.redis, self.folder, self.data = transport, redis, folder, data
        self.log_path, self.read_to = os.path.join(folder, transport + '.log'), 0
        self.log = open(self.log_path, 'ab')
        self.settings, self.processes, self.socket = None, {}, os.path.join(folder, 'http.sock')

    def use(self, settings):
        if settings != self.settings:
            self.stop()
            self.settings = settings

    def stop(self):
        for process in self.processes.values():
            process.send_signal(signal.SIGINT if self.transport.startswith('http') else signal.SIGTERM)
            process.wait()
        self.processes = {}
        # A child that lighttpd has just forked holds the old socket until it becomes its program.
        if os.path.exists(self.socket):
            os.unlink(self.socket)

    def environment(self):
        base = {'PATH': os.environ['PATH'], 'REDIS_URL': self.redis.url, 'SSA_DATA_DIR': self.data}
        if STORE != 'single':
            base['SSA_REDIS_WAIT'] = '0'
        return {**base, **self.settings}

    def new_log(self):
        """What was logged since the last call."""
        with open(self.log_path, 'rb') as f:
            f.seek(self.read_to)
            text = f.read()
        self.read_to += len(text)
        return text

    def ask(self, method, target, headers, body, variables):
        """headers: pairs. variables: more of the request's environment, where no web server is."""
        if self.transport.startswith('http'):
            return self.ask_lighttpd(method, target, headers, body)
        path, _, query = target.partition(b'?')
        program, slash, rest = path.removeprefix(b'/api/').partition(b'/')
        fields = {b'CONTENT_LENGTH': b'%d' % len(body), b'REQUEST_METHOD': method, b'QUERY_STRING': query, b'REQUEST_URI': target,
                  b'REMOTE_ADDR': b'192.0.2.1'}
        if slash:
            fields[b'PATH_INFO'] = urllib.parse.unquote_to_bytes(b'/' + rest)
        # A list, because SCGI can send a variable twice.
        fields = list({**fields, **variables}.items())
        for name, value in headers:
            name = name.upper().replace(b'-', b'_')
            fields.append((name if name == b'CONTENT_TYPE' else b'HTTP_' + name, value))
        ask = self.ask_program if self.transport == 'cgi' else self.ask_worker
        return parse(ask(program.decode(), fields, body), b'Status: ')

    def ask_program(self, program, fields, body):
        environment = {**{k.encode(): v.encode() for k, v in self.environment().items()}, **dict(fields)}
        done = subprocess.run([os.path.join(CGI_BIN, program)], env=environment, input=body, stdout=subprocess.PIPE, stderr=self.log,
                              timeout=PATIENCE_S)
        return done.stdout if done.returncode == 0 else b''

    def ask_worker(self, program, fields, body):
        path = os.path.join(self.folder, program)
        if program not in self.processes:
            if os.path.exists(path):
                os.unlink(path)
            with socket.socket(socket.AF_UNIX) as s:
                s.bind(path)
                s.listen(64)
                self.processes[program] = subprocess.Popen([os.path.join(CGI_BIN, program)], stdin=s.fileno(), stdout=subprocess.DEVNULL,
                                                           stderr=self.log, env={**self.environment(), 'SSA_WORKERS': '1'})
        # CONTENT_LENGTH is first, as the specification wants it.
        block = b''.join(b'%s\0%s\0' % pair for pair in [*fields, (b'SCGI', b'1')])
        return exchange(path, b'%d:%s,%s' % (len(block), block, body))

    def ask_lighttpd(self, method, target, headers, body):
        if not self.processes:
            self.start_lighttpd()
        given = {name.lower() for name, _ in headers}
        headers = [(b'Host', b'localhost')] * (b'host' not in given) + [(b'Connection', b'close')] * (b'connection' not in given) + headers
        if (body or method == b'POST') and not given & {b'content-length', b'transfer-encoding'}:
            headers.append((b'Content-Length', b'%d' % len(body)))
        lines = [b'%s %s HTTP/1.1' % (method, target)] + [b'%s: %s' % pair for pair in headers] + [b'', body]
        return parse(exchange(self.socket, b'\r\n'.join(lines)), rb'HTTP/1\.[01] ')

    def start_lighttpd(self):
        environment = {**self.environment(), 'SSA_MODE': 'cgi' if self.transport == 'http-cgi' else 'scgi', 'SSA_BIND': self.socket,
                       'SSA_RUN_DIR': os.path.join(self.folder, 'run'), 'SSA_CGI_BIN': CGI_BIN, 'LC_ALL': 'C.UTF-8'}
        server = subprocess.Popen(['lighttpd', '-D', '-f', 'lighttpd.conf'], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
                                  stdout=self.log, stderr=self.log)
        self.processes['lighttpd'] = server
        until('lighttpd', lambda: server.poll() is not None or answered(self.socket))
