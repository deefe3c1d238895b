"""Sends the rows of one group (rows.py) through a Unix socket. Compares every reply, and the state
afterwards, with the contract.

    hostile.py GROUP HTTP-SOCKET REDIS-SOCKET DATA-DIR LOG

It prints a line for each fault, and exits with 1 if there was one. The last line says how many
rows there were."""

import os
import re
import socket
import sys

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../rows'))
import service  # noqa: E402
from rows import ROWS, WIDE_TICKET, request

GROUP, HTTP, REDIS, DATA, LOG = sys.argv[1:]
REFUSED_UNPARSED = {400, 411, 413, 417, 431, 501, 505}
PATIENCE_S = 15  # longer than the deadlines of lighttpd and of the programs

PASSWORDS = [b'A1B2C3D4E5F6G7H8I9HD', b'still-known', b'wrong-secret']
# Words of the replies that a request may contain too.
OUR_WORDS = set(b'username password application authentication connection content status ticket request method '
                b'nosniff OPTIONS DELETE SimpleServerAPI CSRFPreventionToken location service Content Length Transfer '
                b'Encoding message string object already machines closed Connection'.split())
PROGRAM_LINE = re.compile(rb'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ssa-(status|ticket|info)\[\d+\]: [\x20-\x7e]+')
# The lines of lighttpd itself, which never have a client's text: 2026-01-31
# 09:30:00: (file.c.123) ...
SERVER_LINE = re.compile(rb'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d: \([\x20-\x7e]+')


class Fault(Exception):
    pass


def demand(truth, *what):
    if not truth:
        raise Fault(' '.join(w if isinstance(w, str) else ascii(w) for w in what))


def exchange(data):
    """Sends the bytes, and reads to the end of the connection."""
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(PATIENCE_S)
    s.connect(HTTP)
    got = b''
    try:
        try:
            s.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the reply came before the whole request was read
        while True:
            try:
                piece = s.recv(65536)
            except ConnectionResetError:
                break
            if not piece:
                break
            got += piece
            # If the server waits for the rest of a request, there will be only one whole reply.
            if complete(got):
                s.settimeout(0.25)
    except (socket.timeout, TimeoutError):
        demand(complete(got), 'no whole reply in time, got', got[:200])
    finally:
        s.close()
    return got


def complete(got):
    try:
        return bool(replies(got, []))
    except Fault:
        return False


def replies(stream, methods):
    """Splits a stream into replies: (status, headers, body). The methods say which replies
    have no body."""
    found = []
    while stream:
        head, end, rest = stream.partition(b'\r\n\r\n')
        demand(end, 'a cut head:', stream[:200])
        lines = head.split(b'\r\n')
        line = re.fullmatch(rb'HTTP/1\.[01] (\d{3}) [A-Za-z -]+', lines[0])
        demand(line, 'no status line:', lines[0][:100])
        headers = {}
        for field in lines[1:]:
            name, colon, value = field.partition(b': ')
            demand(colon and name.lower() not in headers, 'a bad header, or one that comes twice:', field)
            headers[name.lower()] = value
        status = int(line.group(1))
        if status == 100:
            stream = rest
            found.append((status, headers, b''))
            continue
        length = int(headers.get(b'content-length', b'0'))
        if status == 204 or (len(found) < len(methods) and methods[len(found)] == b'HEAD'):
            length = 0
        demand(len(rest) >= length, 'a cut body:', stream[:200])
        found.append((status, headers, rest[:length]))
        stream = rest[length:]
    return found


def judge(status, headers, body, head_only, by_program, options):
    """Compares one reply with the contract."""
    if status == 100:
        return
    # A request that lighttpd 1.4.69 refuses while it parses it does not reach the module that sets
    # these two headers.
    if by_program or status not in REFUSED_UNPARSED:
        demand(headers.get(b'cache-control') == b'no-store', 'Cache-Control', headers)
        demand(headers.get(b'x-content-type-options') == b'nosniff', 'X-Content-Type-Options', headers)
    demand(b'server' not in headers and b'access-control-allow-origin' not in headers, 'a header too many', headers)
    if status == 204:
        demand(b'allow' in headers and b'content-length' not in headers and not body, '204', headers)
        return
    if options.get('plain'):
        return
    demand(headers.get(b'content-type') == b'application/json', 'Content-Type', headers)
    demand(b'content-length' in headers and (not head_only or not body), 'Content-Length', headers)
    demand(status != 401 or headers.get(b'www-authenticate') == b'X-Auth-Token realm="SimpleServerAPI", Bearer realm="SimpleServerAPI"', 'WWW-Authenticate', headers)
    demand(status != 405 or b'allow' in headers, 'Allow', headers)
    if status >= 400 and not head_only:
        demand(re.fullmatch(rb'\{"code":%d,"message":"[a-zA-Z0-9 ,.:;=_/-]+","data":""\}' % status, body), 'not the shape of errors:', body[:200])
    elif not head_only:
        demand(body.startswith(b'{"data":') or body == b'{"code":200,"message":"OK"}' or body.startswith(b'{"code":200,"message":"OK","checks":{'),
               'not a shape of ours:', body[:200])


def keys():
    return set(service.redis(REDIS, 'KEYS', '*').split())


def log_in():
    body = b'{"username":"user1","password":"A1B2C3D4E5F6G7H8I9HD"}'
    (status, _, answer), = replies(exchange(request(b'POST', b'/api/ticket', body=body)), [b'POST'])
    demand(status == 200, 'no login:', answer)
    return (re.search(rb'"ticket":"([^"]+)"', answer).group(1), re.search(rb'"CSRFPreventionToken":"([^"]+)"', answer).group(1))


def data_files():
    found = []
    for name in ('users.json', 'machines.json'):
        with open(DATA + '/' + name, 'rb') as f:
            found.append(f.read())
    return found


def run(row, live, log, before, files):
    _, _, data, expected, options = row
    ticket, csrf, digest = live
    for mark, value in ((b'@TICKET@', ticket), (WIDE_TICKET, ticket), (b'@CSRF@', csrf), (b'@CSRF42@', csrf[:42]), (b'@DIGEST@', digest), (b'@DIGEST43@', digest[:43]),
                        (b'@SWAPPED@', ticket.swapcase()), (b'@REVERSED@', ticket[::-1])):
        data = data.replace(mark, value)
    head_only = data.startswith(b'HEAD ')
    stream = exchange(data)
    got = replies(stream, [b'HEAD'] if head_only else [])

    statuses = [status for status, _, _ in got]
    demand(len(got) >= len(expected), 'replies missing:', ascii(statuses), 'of', ascii(expected))
    for status, allowed in zip(statuses, expected):
        demand(status in allowed, 'expected', ascii(expected), 'got', ascii(statuses), got[-1][2][:200])
    for status in statuses[len(expected):]:
        demand(status in options.get('more', ()), 'a reply too many: expected', ascii(expected), 'got', ascii(statuses))
    if 'exact' in options:
        demand(got[-1][2] == options['exact'], 'not the same bytes as always:', got[-1][2])

    # The reply must not repeat any part of the request.
    if all(status >= 400 for status in statuses):
        for word in set(re.findall(rb'[A-Za-z0-9_]{6,}', data)):
            demand(word in OUR_WORDS or word not in stream, 'an echo of', word)

    # At most one line in the log, and no line that a client forged.
    added = log.read()
    demand(added == b'' or added.endswith(b'\n'), 'an open line in the log:', added)
    lines = added.split(b'\n')[:-1]
    for line in lines:
        demand(PROGRAM_LINE.fullmatch(line) or SERVER_LINE.fullmatch(line), 'not a line of ours in the log:', line)
    ours = [line for line in lines if b' ssa-' in line[:25]]
    demand(len(ours) <= len(got), 'more lines in the log than requests:', added)
    if len(got) == 1:
        demand(len(ours) <= 1, 'more than one line in the log:', added)
    for status, headers, body in got:
        judge(status, headers, body, head_only, bool(ours), options)
    for secret in PASSWORDS + [ticket, csrf] + options.get('secrets', []):
        demand(secret not in added, 'a secret in the log:', added)
        demand(secret not in stream, 'a secret in the reply:', stream)

    # No key is added or lost, and nothing else changed.
    now = keys()
    made = {key for key in now - before if b':fail:' not in key}
    demand(options.get('creates') or not made, 'keys made:', ascii(made))
    demand(not {key for key in before - now if b':fail:' not in key}, 'keys lost:', ascii(before - now))
    demand(data_files() == files, 'the data files changed')
    (status, _, answer), = replies(exchange(request(b'GET', b'/api/ticket', b'X-Auth-Token: ' + ticket + b'\r\n')), [b'GET'])
    demand(status == 200, 'the live ticket is dead:', answer)
    log.read()
    return now


def main():
    rows = [row for row in ROWS if row[0] == GROUP]
    demand(rows, 'no such group')
    faults = 0
    files = data_files()
    service.redis(REDIS, 'FLUSHALL')
    ticket, csrf = log_in()
    before = keys()
    digest = next(key for key in before if b':ticket:' in key).rpartition(b':')[2]
    with open(LOG, 'rb') as log:
        log.read()
        for row in rows:
            try:
                before = run(row, (ticket, csrf, digest), log, before, files)
            except (Fault, OSError) as fault:
                print('%s: %s: %s' % (GROUP, row[1], fault))
                faults += 1
                log.read()
                before = keys()
    print('%d rows, %d faults' % (len(rows), faults))
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
