"""The table: the bytes that are sent, and what must come back.

A row is (group, name, bytes to send, expected statuses, options). Expected is a list with one set
of statuses for each reply in order, because framing tricks are about how many requests a server
sees in one stream. @TICKET@ and @CSRF@ in the bytes are replaced by those of a live session.

Options: creates=True   the row logs in, so keys may appear
         plain=True     a success whose body is not an error shape (the default below 400)
         secrets=[...]  texts that must not be in the log or in the reply, in addition to the
                        passwords and the live ticket
         exact=b'...'   the whole body of the last reply"""

ROWS = []
WIDE_TICKET = b'@TICKET' + b'_' * 35 + b'@'  # as long as a ticket, for requests that announce a length
WRONG = b'{"code":401,"message":"authentication failed","data":""}'


def add(group, name, data, expected, **options):
    if not isinstance(expected, list):
        expected = [expected]
    ROWS.append((group, name, data, [e if isinstance(e, set) else {e} for e in expected], options))


def request(method=b'GET', path=b'/api/status', headers=b'', body=b'', version=b'HTTP/1.1', host=b'Host: x\r\n',
            close=b'Connection: close\r\n', length=None):
    body = body.replace(b'@TICKET@', WIDE_TICKET)
    if length is None and (body or method == b'POST'):
        length = b'Content-Length: %d\r\n' % len(body)
    return (method + b' ' + path + b' ' + version + b'\r\n' + host + headers + (length or b'') + close +
            b'\r\n' + body)


# This request follows a framing trick on the same connection. A second reply shows that the server
# saw a second request.
NEXT = request(b'OPTIONS', b'/api/status')

# --- bodies and JSON ------------------------------------------------------------------------------

JSON = b'Content-Type: application/json\r\n'


def login(name, body, expected, headers=JSON, group='json', **options):
    add(group, name, request(b'POST', b'/api/ticket', headers, body), expected, **options)


def member(name, written, expected, **options):
    """A wrong login with one more member. A 401 shows that the JSON was accepted, and a 400 that
    it was not."""
    login(name, b'{"username":"nobody","password":"wrong-secret","x":' + written + b'}', expected, **options)


def username(name, written, expected, group='json', **options):
    login(name, b'{"username":"' + written + b'","password":"wrong-secret"}', expected, group=group,
          secrets=[b'wrong-secret'], **options)


# ticket.rows has the plain refusals, and unit/scan.c what JSON is.
for name, body in [
    ('a NUL', b'\0'), ('NUL behind', b'{"username":"user1","password":"x"}\0'), ('NUL between', b'{"username":"user1",\0"password":"x"}'),
    ('username an object of a query', b'{"username":{"$ne":""},"password":"x"}'), ('password an object of a query', b'{"username":"user1","password":{"$gt":""}}'),
    ('password twice, once null', b'{"username":"user1","password":"A1B2C3D4E5F6G7H8I9HD","password":null}'),
    ('username over 256 bytes in UTF-8', b'{"username":"' + b'\xc3\xa9' * 129 + b'","password":"x"}'),
    ('username over 256 bytes once decoded', b'{"username":"' + b'\\u00e9' * 129 + b'","password":"x"}'),
    ('UTF-16', '{"username":"user1","password":"x"}'.encode('utf-16-le')), ('UTF-16 with a mark', '{"username":"user1","password":"x"}'.encode('utf-16')),
    ('UTF-32', '{"username":"user1","password":"x"}'.encode('utf-32-be')), ('only opened', b'{' * 100),
    ('form feed as space', b'{\f"username":"user1","password":"x"}'), ('no-break space', b'{\xc2\xa0"username":"user1","password":"x"}'),
    ('form', b'username=user1&password=A1B2C3D4E5F6G7H8I9HD'),
    ('XML', b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'),
    ('gzip without saying so', b'\x1f\x8b\x08\0\0\0\0\0\0\x03\xabV*-N-\xcaK\xccMU'),
]:
    login(name, body, 400)

for name, written in [
    ('NaN', b'NaN'), ('raw newline in a string', b'"a\nb"'), ('raw NUL in a string', b'"a\0b"'), ('raw escape character in a string', b'"\x1b[31m"'),
    ('overlong slash', b'"\xc0\xaf"'), ('overlong in three bytes', b'"\xe0\x80\xaf"'), ('over U+10FFFF', b'"\xf4\x90\x80\x80"'), ('cut UTF-8', b'"\xe2\x82"'),
    ('pair the wrong way round', b'"\\udc00\\ud800"'), ('escaped NUL', b'"\\u0000"'), ('\\x41', b'"\\x41"'),
    ('depth 5000', b'[' * 5000 + b']' * 5000), ('depth 5000, open', b'[' * 5000), ('objects to depth 33', b'{"a":' * 32 + b'1' + b'}' * 32),
]:
    member(name, written, 400)

for name, written in [
    ('1e999', b'1e999'), ('a thousand digits', b'9' * 1000), ('noncharacter', b'"\xef\xbf\xbf"'), ('DEL in a string', b'"\x7f"'),
    ('every escape', b'"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041"'), ('another name twice', b'1,"x":2'), ('__proto__', b'1,"__proto__":{"admin":true}'),
    ('extra fields that sound powerful', b'1,"disabled":false,"machines":[100],"admin":true,"expires":9999999999'),
    ('100 members', b','.join(b'"m%d":%d' % (i, i) for i in range(100)).join([b'1,', b'']))
]:
    member(name, written, 401, exact=WRONG)

username('username of 256 bytes once decoded', b'\\u00e9' * 128, 401, exact=WRONG)
login('password of 1024 bytes', b'{"username":"user1","password":"' + b'p' * 1024 + b'"}', 401, exact=WRONG,
      secrets=[b'p' * 100])
login('body of 1 MiB', b'{"x":"' + b'x' * (1 << 20) + b'"}', 413)
login('right login with escapes in the names', b'{"\\u0075sername":"\\u0075ser1","\\u0070assword":"\\u00411B2C3D4E5F6G7H8I9HD"}', 200,
      creates=True)

# --- content types and encodings ------------------------------------------------------------------

PLAIN = b'{"username":"nobody","password":"wrong-secret"}'
for value, status in [
    (b'application/json, text/plain', 415), (b'application/json\x80', {400, 415}), (b'\xff\xfe', {400, 415}), (b'a' * 4000, 415),
    (b'"application/json"', 415), (b'application/json;charset="utf-16"', 401), (b'', 401),
]:
    shown = value.decode('latin-1')
    login('content type ' + ascii(shown if len(shown) < 60 else shown[:20] + '…'), PLAIN, status, b'Content-Type: ' + value + b'\r\n',
          'types')
login('no content type', PLAIN, 401, b'', 'types')
login('content type twice', PLAIN, {400, 415}, JSON + b'Content-Type: text/plain\r\n', 'types')
login('content type twice, spelt in two ways', PLAIN, {400, 401, 415}, JSON + b'Content_Type: text/plain\r\n', 'types')
login('content encoding gzip', b'\x1f\x8b\x08\0\0\0\0\0\0\x03', {400, 415}, JSON + b'Content-Encoding: gzip\r\n', 'types')
login('content encoding of a plain body', PLAIN, {400, 401, 415}, JSON + b'Content-Encoding: deflate, br\r\n', 'types')
login('Accept that excludes JSON', PLAIN, {401, 406}, JSON + b'Accept: text/html;q=1, */*;q=0\r\n', 'types')

# --- injection through user text ------------------------------------------------------------------

MARK = b'FORGED'
for name, written in [
    ('SQL', b"' OR '1'='1' --"), ('LDAP', b'*)(uid=*))(|(uid=*'), ('shell', b'$(touch /tmp/FORGED)`id`;id|id'), ('path', b'../../../../etc/passwd'),
    ('format', b'%s%s%s%n%n%p%1000000d'), ('template', b'{{7*7}}${7*7}<%= 7*7 %>'), ('lookup', b'${jndi:ldap://127.0.0.1/FORGED}'),
    ('script', b'<script>alert(FORGED)</script>'), ('Redis line', b'x\\r\\nSET FORGED 1\\r\\n'), ('Redis array', b'*1\\r\\n$8\\r\\nFLUSHALL\\r\\n'),
    ('Redis array in raw counts', b'*3\\r\\n$3\\r\\nSET\\r\\n$6\\r\\nFORGED\\r\\n$1\\r\\n1\\r\\n'), ('Redis error', b'-ERR FORGED\\r\\n'),
    ('key of a ticket', b'ssa:{*}:ticket:*'), ('key with a space', b'nobody ssa:{AAA}:fail:FORGED 1 EX 1'), ('glob', b'*'),
    ('log line', b'x\\n2026-01-31T09:30:00Z ssa-ticket[1]: login; user=\\"FORGED\\"'),
    ('log line with a carriage return', b'x\\r2026-01-31T09:30:00Z ssa-ticket[1]: login; user=\\"FORGED\\"'),
    ('log line with LINE SEPARATOR', b'x\\u2028FORGED\\u0085FORGED\\u000bFORGED'), ('log field', b'x\\" reason=\\"FORGED\\" user=\\"root'),
    ('backslash before the quote', b'x\\\\\\" reason=\\"FORGED'), ('terminal escapes', b'\\u001b[2J\\u001b]0;FORGED\\u0007'),
    ('right-to-left', b'\\u202etxt.exe'), ('fail2ban', b'x\\" rhost=127.0.0.2 FORGED=\\"'), ('other controls', b'\\b\\f\\u0001\\u007f\\u009b31m'),
    ('case', b'USER1'), ('space behind', b'user1 '), ('space before', b' user1'), ('tab behind', b'user1\\t'), ('fullwidth', b'\xef\xbd\x95ser1'),
    ('combining', b'use\xcc\x81r1'), ('zero width', b'us\xe2\x80\x8ber1'), ('homoglyph', b'us\xd0\xb5r1'),
    ('header', b'x\\r\\nSet-Cookie: FORGED=1\\r\\n\\r\\n'), ('long and full of quotes', b'\\"' * 128), ('long and binary', b'\\u0001' * 256),
]:
    username('user text: ' + name, written, 401, 'inject', exact=WRONG)
for name, written in [
    ('password with a Redis command', b'x\\r\\nFLUSHALL\\r\\n-FORGED-'), ('password with a log line', b'x\\n2026-01-31T09:30:00Z ssa-ticket[1]: FORGED'),
    ('password in lower case', b'a1b2c3d4e5f6g7h8i9hd'), ('password with a space', b'A1B2C3D4E5F6G7H8I9HD '),
    ('password of ticket form', b'A' * 43), ('password of ticket form with a glob', b'*' * 43), ('empty-looking password', b'\\u200b'),
]:
    login(name, b'{"username":"user1","password":"' + written + b'"}', 401, group='inject', exact=WRONG, secrets=[written])
login('the stored hash as the password', b'{"username":"hashed","password":"$argon2id$v=19$m=1024,t=1,p=1$Zml4dHVyZS1zYWx0LTAx$'
      b'qs/1Gee4a5oQQbK/TywkOaFpWj/25HNSk/PaJy72S6A"}', 401, group='inject', exact=WRONG, secrets=[b'Zml4dHVyZS1zYWx0LTAx'])
login("a disabled user's password", b'{"username":"former","password":"still-known"}', 401, group='inject', exact=WRONG)
login("another user's live ticket as the password", b'{"username":"hashed","password":"@TICKET@"}', 401, group='inject', exact=WRONG)
login("a live ticket and its user's name in capitals", b'{"username":"USER1","password":"@TICKET@"}', 401, group='inject', exact=WRONG)
login('a live ticket with a byte behind', b'{"username":"user1","password":"@TICKET@\\u0020"}', 401, group='inject', exact=WRONG)
login('username cut by an escaped NUL', b'{"username":"user1\\u0000x","password":"A1B2C3D4E5F6G7H8I9HD"}', 400, group='inject')
login('password cut by an escaped NUL', b'{"username":"user1","password":"A1B2C3D4E5F6G7H8I9HD\\u0000"}', 400, group='inject')
login('username cut by a raw NUL', b'{"username":"user1\0x","password":"A1B2C3D4E5F6G7H8I9HD"}', 400, group='inject')

# --- methods --------------------------------------------------------------------------------------

for path in (b'/api/status', b'/api/info'):
    for method in (b'POST', b'PUT', b'PATCH', b'DELETE'):
        add('methods', '%s %s' % (method.decode(), path.decode()), request(method, path, length=b'Content-Length: 0\r\n'), 405)
for method in (b'PUT', b'PATCH', b'PROPFIND', b'LOCK'):
    add('methods', method.decode() + ' /api/ticket', request(method, b'/api/ticket', length=b'Content-Length: 0\r\n'), 405)
for method in (b'TRACE', b'PURGE', b'MKCOL', b'FORGED', b'get', b'Get', b'GETS', b'G', b'GET\0', b'GET\t', b'', b'@', b'\xff\xfe', b'M' * 4000, b'M' * 9000,
               b'GET /api/status HTTP/1.1\r\nX'):
    add('methods', 'method %s of %d' % (ascii(method[:30].decode('latin-1')), len(method)), request(method), [{400, 405, 431, 501}])
add('methods', 'CONNECT', request(b'CONNECT', b'x:443'), 400)
add('methods', 'CONNECT of a path', request(b'CONNECT'), 405)
add('methods', 'HEAD status', request(b'HEAD'), 200)
add('methods', 'HEAD info without a ticket', request(b'HEAD', b'/api/info'), 401)
add('methods', 'HEAD ticket without a ticket', request(b'HEAD', b'/api/ticket'), 401)
add('methods', 'HEAD of what is not there', request(b'HEAD', b'/api/none'), 404)
add('methods', 'OPTIONS status', request(b'OPTIONS'), 204)
add('methods', 'OPTIONS info with a body', request(b'OPTIONS', b'/api/info', body=b'FORGED'), 204)
add('methods', 'OPTIONS ticket across origins', request(b'OPTIONS', b'/api/ticket', b'Origin: http://127.0.0.1:1\r\n'
    b'Access-Control-Request-Method: POST\r\n'), 204)
add('methods', 'GET with a body', request(b'GET', body=b'FORGED'), [200])
add('methods', 'override to DELETE', request(b'GET', b'/api/ticket', b'X-Auth-Token: @TICKET@\r\nX-HTTP-Method-Override: DELETE\r\n'
    b'X-Method-Override: DELETE\r\n'), 200)
add('methods', 'override by a parameter', request(b'GET', b'/api/ticket?_method=DELETE&all', b'X-Auth-Token: @TICKET@\r\n'), 400)

# --- paths ----------------------------------------------------------------------------------------

for path in (b'/console', b'/api', b'/api/', b'/api/none', b'/api/statusx', b'/api/statu', b'/api/Status', b'/API/status', b'/api/status.c', b'/api/status.html',
             b'/status', b'/cgi-bin/status', b'/cgi-bin/status.c', b'/data/users.json', b'/users.json', b'/api/data/users.json', b'/.git/config',
             b'/.git/HEAD', b'/lighttpd.conf', b'/Makefile', b'/README.md', b'/www/errors/404.html', b'/404.html', b'/favicon.ico', b'/robots.txt',
             b'/api/libcommon.a', b'/server-status', b'/api/status;x=1', b'/api/status~', b'/api/ticket.bak', b'/run/redis.sock'):
    add('paths', path.decode(), request(path=path), 404)
for path in (b'/api/status/', b'/api/status/x', b'/api/ticket/all', b'/api/info/100/', b'/api/info/', b'//api/status', b'/api//status', b'/x/api/status', b'/api/info/../status',
             b'/api/./status', b'/../api/status', b'/api/..', b'/api/%2e%2e/api/status', b'/api%2Fstatus', b'/api/status%2f', b'/api\\status', b'/api/..\\status',
             b'/api/%5c..%5cstatus', b'/%c0%ae%c0%ae/api/status', b'/api/%252e%252e/status', b'/api/status%00', b'/api/status%00.html', b'/api/status%0d%0aX:1',
             b'/api/status%0a', b'/api/status%20', b'/api/status%', b'/api/status%zz', b'/api/status%80', b'/api/status\x80', b'/api/status\x01', b'/api/status\0',
             b'/api/\xff', b'/api/status%7f', b'api/status', b'.', b'*', b'?', b'#', b'/api/status x', b'http:/api/status', b'ftp://x/api/status',
             b'file:///etc/passwd', b'http://', b'http:///api/status'):
    add('paths', ascii(path.decode('latin-1')), request(path=path), [{400, 403, 404}])
for name in b'100', b'FORGED', b'%2e%2e', b'%2f', b'%00', b'9' * 4000, b'1e999999999999999999999', b'%F0%9F%96%A5':
    add('paths', 'info of ' + ascii(name[:20].decode('latin-1')), request(path=b'/api/info/' + name), [{400, 401, 404}])
    add('paths', 'info with a ticket of ' + ascii(name[:20].decode('latin-1')), request(path=b'/api/info/' + name, headers=b'X-Auth-Token: @TICKET@\r\n'),
        [{200} if name == b'100' else {400, 404}])
add('paths', 'letters as escapes', request(path=b'/api/%73tatus'), 200)
add('paths', 'absolute', request(path=b'http://x/api/status'), 200)
add('paths', 'absolute, another host', request(path=b'http://127.0.0.2:22/api/status'), [{200, 400}])
add('paths', 'absolute, with a user', request(path=b'http://u:p@x/api/status'), [{200, 400}])
add('paths', 'absolute, nothing behind the host', request(path=b'http://x'), [{400, 404}])
add('paths', 'OPTIONS *', request(b'OPTIONS', b'*'), [{200, 204, 400, 404, 405}], plain=True)
add('paths', 'path of 8 KiB', request(path=b'/' + b'a' * 8000), [{404, 414, 431}])
add('paths', 'path of 9 KiB', request(path=b'/' + b'a' * 9000), [{400, 414, 431}])
add('paths', 'path of 1 MiB', request(path=b'/' + b'a' * (1 << 20)), [{400, 414, 431}])
add('paths', 'query of 7 KiB', request(path=b'/api/status?' + b'a' * 7000), 400)
add('paths', 'query of many parameters', request(path=b'/api/status?' + b'&' * 3000 + b'verbose' * 500), 400)
add('paths', 'query with a NUL', request(path=b'/api/status?verbose%00'), [{200, 400}])
add('paths', 'query with a newline', request(path=b'/api/status?a=%0d%0aFORGED:1'), [{200, 400}])
add('paths', 'query with markup', request(path=b'/api/info?id=<FORGED>"\''), [{400, 401}])
add('paths', 'query with invalid UTF-8', request(path=b'/api/status?%ff%fe'), [{200, 400}])
add('paths', 'fragment', request(path=b'/api/status#FORGED'), 400)
add('paths', 'empty query', request(path=b'/api/status?'), 200)
add('paths', 'question marks', request(path=b'/api/status???FORGED'), 400)
add('paths', 'query cannot widen', request(path=b'/api/info?machines=*&username=user1&all'), 401)
add('paths', 'path info by a header', request(headers=b'Path-Info: /x\r\nPATH_INFO: /x\r\n'), 200)
add('paths', 'X-Original-URL', request(headers=b'X-Original-URL: /api/info\r\nX-Rewrite-URL: /api/info\r\n'), 200)
add('paths', 'script name by a header', request(path=b'/api/none', headers=b'Script-Name: /api/status\r\nScript-Filename: /bin/sh\r\n'), 404)

# --- queries --------------------------------------------------------------------------------------

EMPTY = b'{"data":[]}'
# query.rows and unit/query.c have the plain refusals.
for name, query, expected, options in [
    ('3,000 parameters', b'a&' * 3000, 400, {}), ('64 KiB', b'a=' + b'x' * 65536, {400, 431}, {}),
    ('64 parameters', b'&'.join([b'id:gte=FORGED'] * 64), 200, {'exact': EMPTY}),
    ('a percent sign without digits', b'FORGED=%zz', 400, {}), ('overlong UTF-8', b'FORGED=%c0%af', 400, {}), ('a NUL in a name', b'FOR%00GED=1', 400, {}),
    ('a raw byte', b'FORGED=\xff', 400, {}), ('an unknown operator', b'id:FORGED=1', 400, {}), ('an unknown parameter', b'_FORGED=1', 400, {}),
    ('_where of json-server', b'_where=%7B%22FORGED%22:1%7D', 400, {}), ('PHP arrays', b'id%5B%5D=100&id%5B$ne%5D=FORGED', 400, {}),
    ('a page of 7,000 digits', b'_page=' + b'9' * 7000, 200, {'exact': EMPTY}),
    ('dots that lead nowhere', b'a' + b'.' * 6000 + b'b=FORGED', 200, {'exact': EMPTY}),
    ('members of JavaScript objects', b'constructor.name=FORGED&toString=1', 200, {'exact': EMPTY}),
    ('a number of 7,000 digits', b'mem=' + b'7' * 7000, 200, {'exact': EMPTY}), ('an exponent of 7,000 digits', b'mem:gt=1e' + b'9' * 7000, 200, {'exact': EMPTY}),
    ('a list of 3,500 items', b'id:in=' + b'9,' * 3500, 200, {'exact': EMPTY}),
    ('a regular expression', b'name_like=(a%2B)%2B$FORGED', 200, {'exact': EMPTY}), ('SQL', b"name=' OR 1=1--FORGED", {200, 400}, {}),
    ('a header in a page link', b'_page=9&FORGED=%0d%0aSet-Cookie:%20x', {200, 400}, {}),
]:
    add('queries', name, request(path=b'/api/info?' + query, headers=b'X-Auth-Token: @TICKET@\r\n'), expected, **options)
    add('queries', name + ', without a ticket', request(path=b'/api/info?' + query), {401, 400, 431})

# --- versions and request lines -------------------------------------------------------------------

OLD = [{400, 505}]
add('lines', 'HTTP/0.9', b'GET /api/status\r\n\r\n', OLD)
add('lines', 'HTTP/0.9 with a ticket behind', b'GET /api/info\r\nX-Auth-Token: @TICKET@\r\n\r\n', OLD)
add('lines', 'HTTP/1.0 without a host', b'GET /api/status HTTP/1.0\r\n\r\n', 200)
for version in (b'HTTP/2.0', b'HTTP/1.2', b'HTTP/9.9', b'HTTP/1.10', b'HTTP/1', b'http/1.1', b'HTTP/-1.1', b'HTTP/1.1x', b'HTTP / 1.1', b'SIP/2.0', b'HTTP/1.1 x', b'HTTP/'):
    add('lines', 'version ' + version.decode(), request(version=version), [{200, 400, 505}] if version == b'HTTP/1.2' else OLD)
add('lines', 'preface of HTTP/2', b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [{400, 405, 501, 505}])
add('lines', 'TLS', b'\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03' + b'\0' * 100 + b'\r\n\r\n', OLD)
add('lines', 'Redis inline', b'SET FORGED 1\r\nPING\r\n\r\n', [{400, 501, 505}])
add('lines', 'SCGI', b'70:CONTENT_LENGTH\x000\x00SCGI\x001\x00\r\n\r\n', [{400, 501, 505}])
add('lines', 'NULs', b'\0' * 200 + b'\r\n\r\n', [{400, 501, 505}])
add('lines', 'two spaces', b'GET  /api/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 400)
add('lines', 'tab for a space', b'GET\t/api/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', [{400, 501}])
add('lines', 'space behind the version', b'GET /api/status HTTP/1.1 \r\nHost: x\r\nConnection: close\r\n\r\n', [{400, 505}])
add('lines', 'space before', b' GET /api/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', [{400, 501}])
add('lines', 'empty lines before', b'\r\n' + request(), [{200, 400}])
add('lines', 'bare newlines', request().replace(b'\r\n', b'\n'), [{200, 400}])
add('lines', 'bare carriage return in the line', b'GET /api/status\r HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 400)

# --- headers --------------------------------------------------------------------------------------

for name, headers, host, expected in [
    ('no host', b'', b'', 400), ('two hosts', b'Host: y\r\n', b'Host: x\r\n', 400), ('the same host twice', b'Host: x\r\n', b'Host: x\r\n', {200, 400}),
    ('empty host', b'', b'Host:\r\n', {200, 400}), ('host with a slash', b'', b'Host: x/y\r\n', 400), ('host with a user', b'', b'Host: a@b\r\n', 400),
    ('host with a NUL', b'', b'Host: x\0y\r\n', 400), ('host with a space', b'', b'Host: x y\r\n', 400), ('host of dots', b'', b'Host: ../..\r\n', 400),
    ('host of 300 bytes', b'', b'Host: ' + b'a' * 300 + b'\r\n', {200, 400}), ('host that is a script', b'', b'Host: <FORGED>\r\n', 400),
    ('host with an underscore', b'', b'Host: my_api:8000\r\n', 200),
    ('host with a port too large', b'', b'Host: x:99999\r\n', {200, 400}),
    ('folded header', b'X-A: 1\r\n FORGED\r\n', None, {200, 400}), ('folded first header', b'', b' Host: x\r\n', 400),
    ('space before the colon', b'X-A : 1\r\n', None, 400), ('no colon', b'FORGED\r\n', None, 400), ('empty name', b': FORGED\r\n', None, 400),
    ('NUL in a name', b'X-\0A: 1\r\n', None, 400), ('NUL in a value', b'X-A: a\0b\r\n', None, 400), ('control in a value', b'X-A: a\x01b\r\n', None, {200, 400}),
    ('carriage return in a value', b'X-A: a\rb\r\n', None, 400), ('newline ends a header', b'X-A: 1\nX-B: 2\r\n', None, {200, 400}),
    ('bytes over 0x7f in a name', b'X-\xc3\xa9: 1\r\n', None, {200, 400}), ('bytes over 0x7f in a value', b'X-A: \xff\xfe\r\n', None, {200, 400}),
    ('separators in a name', b'X(A): 1\r\n', None, {200, 400}), ('header of 9 KiB', b'X-A: ' + b'a' * 9000 + b'\r\n', None, {400, 431}),
    ('1,000 headers', b''.join(b'X-%d: 1\r\n' % i for i in range(1000)), None, {400, 431}), ('header of 1 MiB', b'X-A: ' + b'a' * (1 << 20) + b'\r\n', None, {400, 431}),
    ('name of 4 KiB', b'N' * 4000 + b': 1\r\n', None, {200, 400}), ('Range', b'Range: bytes=0-0\r\n', None, 200),
    ('ranges', b'Range: bytes=0-0,' + b'0-,' * 500 + b'-1\r\n', None, 200), ('If-None-Match', b'If-None-Match: *\r\n', None, 200),
    ('If-Match', b'If-Match: "x"\r\n', None, {200, 412}), ('If-Modified-Since', b'If-Modified-Since: Fri, 31 Dec 9999 23:59:59 GMT\r\n', None, 200),
    ('Upgrade to h2c', b'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nConnection: Upgrade, HTTP2-Settings\r\n', None, 200),
    ('Upgrade to websocket', b'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n', None, 200),
    ('Proxy', b'Proxy: http://127.0.0.1:1\r\n', None, 200), ('TE', b'TE: trailers, deflate;q=0.5\r\nConnection: TE\r\n', None, 200),
    ('environment by headers', b'REDIS_URL: redis://127.0.0.1:1\r\nSSA_DATA_DIR: /\r\nLD_PRELOAD: /FORGED.so\r\n', None, 200),
    ('Expect of something else', b'Expect: FORGED\r\n', None, {200, 417}), ('Max-Forwards', b'Max-Forwards: 0\r\n', None, 200),
    ('X-Forwarded-For', b'X-Forwarded-For: 127.0.0.1, ' + b'1.2.3.4, ' * 500 + b'FORGED\r\n', None, 200),
    ('Forwarded', b'Forwarded: for="[::1]:FORGED";proto=https\r\n', None, 200), ('X-Sendfile', b'X-Sendfile: /etc/passwd\r\n', None, 200),
    ('shell function', b'User-Agent: () { :; }; echo FORGED\r\n', None, 200), ('Remote-Addr', b'Remote-Addr: 127.0.0.9\r\nREMOTE_ADDR: 127.0.0.9\r\n', None, 200),
    ('CONTENT_LENGTH by an underscore', b'Content_Length: 5\r\n', None, {200, 400}),
]:
    add('headers', name, request(headers=headers, **({} if host is None else {'host': host})), [expected])
login('X-Forwarded-For in a login', PLAIN, 401, JSON + b'X-Forwarded-For: 203.0.113.77\r\nForwarded: for=203.0.113.77\r\nX-Real-IP: 203.0.113.77\r\n', 'headers',
      exact=WRONG, secrets=[b'203.0.113.77'])

# --- framing --------------------------------------------------------------------------------------

KEEP = {'close': b''}


def framed(name, headers, body, expected, version=b'HTTP/1.1', path=b'/api/ticket', method=b'POST'):
    """Sends no `Connection: close`, and another request after it, to see how many replies come."""
    add('framing', name, request(method, path, JSON + headers, body, version, length=b'', **KEEP) + NEXT, expected)


CL = b'Content-Length: %d\r\n' % len(PLAIN)
TE = b'Transfer-Encoding: chunked\r\n'
CHUNKS = b'%x\r\n%s\r\n0\r\n\r\n' % (len(PLAIN), PLAIN)
SMUGGLED = request(b'DELETE', b'/api/ticket?all', b'X-Auth-Token: @TICKET@\r\n')

framed('two requests in one stream', CL, PLAIN, [401, 204])
framed('chunked', TE, CHUNKS, [401, 204])
framed('chunked in letters of all cases', b'transfer-ENCODING: Chunked\r\n', CHUNKS, [{400, 401, 501}, 204])
framed('many small chunks', TE, b''.join(b'1\r\n%c\r\n' % c for c in PLAIN) + b'0\r\n\r\n', [401, 204])
framed('chunk extension', TE, CHUNKS.replace(b'\r\n', b';x=FORGED\r\n', 1), [401, 204])
framed('trailers', TE, CHUNKS[:-2] + b'X-Auth-Token: @TICKET@\r\nFORGED: 1\r\n\r\n', [401, 204])
framed('chunk size with zeros', TE, b'0000' + CHUNKS, [{400, 401}, 204])
for name, headers, body in [
    ('length twice, different', CL + b'Content-Length: 5\r\n', PLAIN), ('length of a list', b'Content-Length: 47, 5\r\n', PLAIN),
    ('length with a plus', b'Content-Length: +%d\r\n' % len(PLAIN), PLAIN), ('length below zero', b'Content-Length: -1\r\n', PLAIN),
    ('length in hexadecimal', b'Content-Length: 0x2f\r\n', PLAIN), ('length with a point', b'Content-Length: 47.0\r\n', PLAIN),
    ('length with a space inside', b'Content-Length: 4 7\r\n', PLAIN), ('length of letters', b'Content-Length: x\r\n', PLAIN),
    ('length and chunked', CL + TE, CHUNKS), ('chunked and length', TE + b'Content-Length: 5\r\n', CHUNKS),
    ('length 0 and chunked, a request inside', b'Content-Length: 0\r\n' + TE, b'0\r\n\r\n' + SMUGGLED),
    ('chunk of 2^64', TE, b'ffffffffffffffff\r\n' + PLAIN), ('chunk of 2^64 and more', TE, b'1' + b'0' * 20 + b'\r\n' + PLAIN),
    ('chunk size below zero', TE, b'-1\r\n' + PLAIN), ('chunk size that is none', TE, b'FORGED\r\n' + PLAIN), ('chunk size 0x', TE, b'0x2f\r\n' + PLAIN + b'\r\n0\r\n\r\n'),
    ('chunk longer than said', TE, b'5\r\n' + PLAIN + b'\r\n0\r\n\r\n'), ('no chunk size', TE, b'\r\n' + CHUNKS), ('chunk with a space before', TE, b' ' + CHUNKS),
    ('space before the colon of the encoding', b'Transfer-Encoding : chunked\r\n' + CL, CHUNKS), ('encoding in a folded line', b'Transfer-Encoding:\r\n chunked\r\nX-A: 1\r\n', CHUNKS),
]:
    framed(name, headers, body, [{400, 413, 501}])
for value in (b'xchunked', b'identity', b'gzip, chunked', b'chunked, identity', b'chunked, chunked', b'"chunked"', b'chunked\x0b', b'\tchunked\t,', b'cow', b''):
    add('framing', 'encoding ' + ascii(value.decode()), request(b'POST', b'/api/ticket', JSON + b'Transfer-Encoding: ' + value + b'\r\n', CHUNKS, length=b'',
        close=b'') + NEXT, [{400, 401, 411, 501}], more={204})
add('framing', 'encoding twice', request(b'POST', b'/api/ticket', JSON + TE + b'Transfer-Encoding: identity\r\n', CHUNKS, length=b'', **KEEP) + NEXT, [{400, 501}])
add('framing', 'encoding under another spelling', request(b'POST', b'/api/ticket', JSON + b'Transfer_Encoding: chunked\r\n', PLAIN, **KEEP) + NEXT, [401, 204])
add('framing', 'length under another spelling', request(b'POST', b'/api/ticket', JSON + b'Content_Length: 5\r\n', PLAIN, **KEEP) + NEXT, [{400, 401}], more={204})
add('framing', 'the same length twice', request(b'POST', b'/api/ticket', JSON + CL, PLAIN, **KEEP) + NEXT, [{400, 401}], more={204})
add('framing', 'length with zeros', request(b'POST', b'/api/ticket', JSON, PLAIN, length=b'Content-Length: 000047\r\n', **KEEP) + NEXT, [{400, 401}], more={204})
add('framing', 'length over 2^64', request(b'POST', b'/api/ticket', JSON, PLAIN, length=b'Content-Length: 99999999999999999999\r\n', **KEEP) + NEXT, [{400, 413}])
add('framing', 'length of 2^63', request(b'POST', b'/api/ticket', JSON, PLAIN, length=b'Content-Length: 9223372036854775808\r\n', **KEEP) + NEXT, [{400, 413}])
add('framing', 'length of 17 MiB, nothing sent', request(b'POST', b'/api/ticket', JSON, length=b'Content-Length: 17825792\r\n', **KEEP), 413)
add('framing', 'POST without a length', request(b'POST', b'/api/ticket', JSON, length=b'', **KEEP) + NEXT, [{400, 411}], more={204})
add('framing', 'chunks of 17 KiB', request(b'POST', b'/api/ticket', JSON + TE, b'4400\r\n' + b' ' * 0x4400 + b'\r\n0\r\n\r\n', length=b'', **KEEP) + NEXT, [{400, 413}], more={204})
add('framing', 'chunk extension of 10 KiB', request(b'POST', b'/api/ticket', JSON + TE, b'1;' + b'x' * 10000 + b'\r\n{\r\n0\r\n\r\n', length=b'', **KEEP) + NEXT,
    [{400, 413, 431}], more={204})
add('framing', 'chunked in HTTP/1.0', request(b'POST', b'/api/ticket', JSON + TE, CHUNKS, b'HTTP/1.0', length=b'', **KEEP), [{400, 501}])
add('framing', 'a request in a GET body', request(b'GET', b'/api/status', b'', SMUGGLED, **KEEP) + NEXT, [{200, 400}], more={204})
add('framing', 'a request in a POST body', request(b'POST', b'/api/ticket', JSON, SMUGGLED, **KEEP) + NEXT, [400, 204])
add('framing', 'a request in a body that is too large', request(b'POST', b'/api/ticket', JSON, SMUGGLED + b' ' * 17000, **KEEP) + NEXT, [413], more={204})
add('framing', 'a request behind Connection: close', request() + SMUGGLED, 200)
add('framing', 'a request behind HTTP/1.0', request(version=b'HTTP/1.0', close=b'') + SMUGGLED, 200)
add('framing', 'length named by Connection', request(b'POST', b'/api/ticket', JSON + b'Connection: Content-Length\r\n', PLAIN, **KEEP) + NEXT, [401, 204])
add('framing', 'Expect: 100-continue', request(b'POST', b'/api/ticket', JSON + b'Expect: 100-continue\r\n', PLAIN, **KEEP) + NEXT, [{100, 401}], more={401, 204})
add('framing', 'Expect: 100-continue, too large', request(b'POST', b'/api/ticket', JSON + b'Expect: 100-continue\r\n', length=b'Content-Length: 99999\r\n', **KEEP),
    [{413, 417}])
add('framing', 'body of NULs', request(b'POST', b'/api/ticket', JSON, b'\0' * 16384), 400)
add('framing', 'twenty requests in one stream', request(close=b'') * 20 + NEXT, [200] * 20 + [204])

# --- tokens ---------------------------------------------------------------------------------------

KEYED = '@DIGEST@'.encode()
for name, headers, expected in [
    ('none', b'', 401), ('empty', b'X-Auth-Token:\r\n', 401), ('a space', b'X-Auth-Token:  \r\n', 401), ('of another form', b'X-Auth-Token: x\r\n', 401),
    ('of 42', b'X-Auth-Token: ' + b'A' * 42 + b'\r\n', 401), ('of 44', b'X-Auth-Token: ' + b'A' * 44 + b'\r\n', 401), ('unknown', b'X-Auth-Token: ' + b'A' * 43 + b'\r\n', 401),
    ('with plus', b'X-Auth-Token: ' + b'+' * 43 + b'\r\n', 401), ('with slash', b'X-Auth-Token: ' + b'/' * 43 + b'\r\n', 401), ('padded', b'X-Auth-Token: @TICKET@=\r\n', 401),
    ('of stars', b'X-Auth-Token: ' + b'*' * 43 + b'\r\n', 401), ('of 7 KiB', b'X-Auth-Token: ' + b'A' * 7000 + b'\r\n', 401),
    ('with a letter behind', b'X-Auth-Token: @TICKET@A\r\n', 401), ('with a letter before', b'X-Auth-Token: A@TICKET@\r\n', 401),
    ('in quotes', b'X-Auth-Token: "@TICKET@"\r\n', 401), ('with a scheme', b'X-Auth-Token: Scheme @TICKET@\r\n', 401), ('with a comma', b'X-Auth-Token: @TICKET@,\r\n', 401),
    ('twice in one', b'X-Auth-Token: @TICKET@, @TICKET@\r\n', 401), ('twice', b'X-Auth-Token: @TICKET@\r\nX-Auth-Token: @TICKET@\r\n', 401),
    ('twice, another second', b'X-Auth-Token: @TICKET@\r\nX-Auth-Token: ' + b'A' * 43 + b'\r\n', 401), ('twice, another first', b'X-Auth-Token: ' + b'A' * 43 + b'\r\nX-Auth-Token: @TICKET@\r\n', 401),
    ('twice, spelt in two ways', b'X-Auth-Token: @TICKET@\r\nX_Auth_Token: @TICKET@\r\n', 401), ('twice, the other spelling first', b'X_Auth_Token: @TICKET@\r\nX-Auth-Token: @TICKET@\r\n', 401),
    ('twice, half a spelling', b'X-Auth_Token: @TICKET@\r\nX-Auth-Token: ' + b'A' * 43 + b'\r\n', 401), ('twice, the second empty under another spelling', b'X-Auth-Token: @TICKET@\r\nX_Auth_Token:\r\n', {200, 401}),
    ('with a NUL', b'X-Auth-Token: @TICKET@\0\r\n', 400), ('with a byte over 0x7f', b'X-Auth-Token: @TICKET@\xe9\r\n', {400, 401}), ('folded', b'X-Auth-Token: @TICKET@\r\n x\r\n', {400, 401}),
    ('with a tab inside', b'X-Auth-Token: ' + b'A' * 21 + b'\t' + b'A' * 21 + b'\r\n', 401), ('with a Redis command', b'X-Auth-Token: x 1 FLUSHALL *1 $8 FORGED\r\n', 401),
    ('with a format', b'X-Auth-Token: %s%s%n%b' + b'A' * 35 + b'\r\n', 401), ('that is its hash', b'X-Auth-Token: @DIGEST@\r\n', 401), ('that is its key', b'X-Auth-Token: ssa:{AAA}:ticket:@DIGEST@\r\n', 401),
    ('that is the first 43 digits of its hash', b'X-Auth-Token: @DIGEST43@\r\n', 401), ('in other case', b'X-Auth-Token: @SWAPPED@\r\n', 401), ('backwards', b'X-Auth-Token: @REVERSED@\r\n', 401),
    ('as a cookie', b'Cookie: X-Auth-Token=@TICKET@\r\n', 401), ('as Authorization', b'Authorization: Scheme @TICKET@\r\n', 401), ('as X-Auth-Tokens', b'X-Auth-Tokens: @TICKET@\r\n', 401),
    ('as HTTP-X-Auth-Token', b'HTTP-X-Auth-Token: @TICKET@\r\n', 401), ('that is the CSRF token', b'X-Auth-Token: @CSRF@\r\n', 401),
    ('of a path', b'X-Auth-Token: ../../../../../../../../../../etc/passwd/A\r\n', 401), ('with spaces around', b'X-Auth-Token:  \t @TICKET@ \t \r\n', 200),
    ('in lower case names', b'x-auth-token: @TICKET@\r\n', 200), ('with an unknown parameter', b'X-Auth-Token: @TICKET@\r\nX-Auth-Token-2: x\r\n', 200),
    ('and a wrong CSRF token', b'X-Auth-Token: @TICKET@\r\nCSRFPreventionToken: x\r\n', 403), ('and a cut CSRF token', b'X-Auth-Token: @TICKET@\r\nCSRFPreventionToken: @CSRF42@\r\n', 403),
    ('and a CSRF token with a byte more', b'X-Auth-Token: @TICKET@\r\nCSRFPreventionToken: @CSRF@0\r\n', 403), ('and the ticket as CSRF token', b'X-Auth-Token: @TICKET@\r\nCSRFPreventionToken: @TICKET@\r\n', 403),
    ('and the CSRF token twice', b'X-Auth-Token: @TICKET@\r\nCSRFPreventionToken: @CSRF@\r\nCSRFPreventionToken: @CSRF@\r\n', 403),
    ('and another CSRF token of the right form', b'X-Auth-Token: @TICKET@\r\nCSRFPreventionToken: ' + b'0' * 43 + b'\r\n', 403),
    ('and a CSRF token of 4 KiB', b'X-Auth-Token: @TICKET@\r\nCSRFPreventionToken: ' + b'0' * 4096 + b'\r\n', 403), ('and its CSRF token', b'X-Auth-Token: @TICKET@\r\nCSRFPreventionToken: @CSRF@\r\n', 200),
    ('of another form and a right CSRF token', b'X-Auth-Token: x\r\nCSRFPreventionToken: @CSRF@\r\n', 401),
]:
    add('tokens', 'info: ticket ' + name, request(path=b'/api/info', headers=headers), [expected])
    # A ticket that may not read may not end a session either.
    if expected != 200 and expected != {200, 401}:
        add('tokens', 'DELETE: ticket ' + name, request(b'DELETE', b'/api/ticket?all', headers), [expected])
add('tokens', 'info: ticket in the query', request(path=b'/api/info?X-Auth-Token=@TICKET@&ticket=@TICKET@'), 401)
add('tokens', 'info: ticket in a body', request(path=b'/api/info', body=b'{"ticket":"@TICKET@"}'), [{400, 401}])
add('tokens', 'info: ticket in a trailer', request(path=b'/api/info', headers=TE, body=b'1\r\nx\r\n0\r\nX-Auth-Token: @TICKET@\r\n\r\n', length=b''), [{400, 401}])
add('tokens', 'DELETE by GET', request(b'GET', b'/api/ticket?all', b'X-Auth-Token: @TICKET@\r\n'), 400)
