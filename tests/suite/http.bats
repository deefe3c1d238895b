# modes: scgi cgi
# The whole service: lighttpd with the project's own configuration, a real Redis, curl
# and raw sockets.
load helpers

setup_file() {
  fresh
  start_redis
  start_lighttpd
}
teardown_file() { stop_servers; }
setup() { fresh; }

# enter: logs user1 in, and sets $ticket and $csrf.
enter() {
  login user1 "$PASSWORD"
  expect 200
}

# send_bytes < <(REQUEST): sends these bytes unchanged and reads until the server closes the
# connection. $replies is all that it read.
send_bytes() {
  replies=$(python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.settimeout(10)
s.connect(sys.argv[1])
s.sendall(sys.stdin.buffer.read())
got = b""
try:
    while True:
        part = s.recv(65536)
        if not part:
            break
        got += part
except (socket.timeout, ConnectionResetError):
    pass
sys.stdout.buffer.write(got)' "$BATS_FILE_TMPDIR/http.sock" 3>&-)
  split_reply "$replies"
}

# count PATTERN: how many times the pattern is in all the replies.
count() { grep -oE "$1" <<<"$replies" | grep -c .; }

standing_headers() {
  [ "$(header Content-Type)" = application/json ] &&
    [ "$(header Cache-Control)" = no-store ] &&
    [ "$(header X-Content-Type-Options)" = nosniff ] &&
    [ "$(header Content-Length)" = "$(printf %s "$body" | wc -c)" ]
}

@test "the three endpoints, end to end" {
  api /api/status
  expect 200
  [ "$body" = '{"code":200,"message":"OK"}' ]
  standing_headers
  enter
  standing_headers
  api /api/info -H "X-Auth-Token: $ticket"
  expect 200
  standing_headers
  expect_json '[.data[].id] == [100, 200, 300]'
  [[ $body == *'"mem": 9007199254740993'* && $body == *'"huge": 1e999'* && $body == *'é 🖥'* ]]
  api /api/ticket -H "X-Auth-Token: $ticket"
  expect 200
  expect_json '.data.username == "user1"'
  api '/api/ticket?all' -X DELETE -H "X-Auth-Token: $ticket" -H "CSRFPreventionToken: $csrf"
  expect 204
  [ -z "$body" ]
  api /api/info -H "X-Auth-Token: $ticket"
  expect_error 401
  standing_headers
  [ "$(header WWW-Authenticate)" = 'X-Auth-Token realm="SimpleServerAPI"' ]
}

@test "no server name, no version, no cookie, no CORS" {
  api /api/status -H 'Origin: http://evil.example'
  run header Server
  [ "$status" != 0 ]
  run grep -iE '^(access-control|set-cookie|x-powered)' <<<"$head"
  [ "$status" = 1 ]
  api /api/status -X OPTIONS -H 'Origin: http://evil.example' -H 'Access-Control-Request-Method: GET'
  expect 204
  run grep -i '^access-control' <<<"$head"
  [ "$status" = 1 ]
}

@test "exactly three paths exist, and the pages" {
  local path
  for path in /main.html /console/ /console/main.js /api /api/ /api/status/ /api/status/x /api/statusx /api/stat /api/Status /API/status /api//status //api/status \
    /api/status.c /api/status.json /api/ticket/ /api/ticket/user1 /api/info/ /api/info/100 /status /cgi-bin/status /cgi-bin/ \
    /cgi-bin/status.c /cgi-bin/../api/status /data/users.json /data/machines.json /lighttpd.conf /Makefile /README.md /.git/config \
    /.gitignore /.env /www/errors/404.html /errors/404.html /404.html /index.html /favicon.ico /robots.txt /tests/suite/helpers.bash \
    /run/redis.sock /libcommon/json.c /etc/passwd /api/status%00 /api%2fstatus /api/%2e%2e/data/users.json '/api/status;x' \
    '/api/status%20' '/api/status%3fverbose' '/api/users.json' /api/.. /api/. /api/../../../../etc/passwd '/api/\..\data' /%61pi/statusx; do
    curl_api "$path" --path-as-is
    [[ $http == 404 || $http == 400 || $http == 403 ]] || {
      echo "$path: $http $body"
      return 1
    }
    expect_error "$http"
    # A 400 is only for a string that is not a path at all.
    [[ $http == 404 || $path == *[%\\]* || $path == *..* || $path == *//* || $path == */. ]]
    [[ $body != *"$path"* ]]
  done
  # No program received a request.
  run grep ssa- "$LOG"
  [ "$status" = 1 ]
  # A question mark ends the path, as in every URL.
  api '/api/status?/../x'
  expect 200
}

@test "HEAD: the same head as GET, no body" {
  enter
  local path want
  for path in /api/status '/api/status?verbose' /api/info /api/ticket; do
    curl_api "$path" -H "X-Auth-Token: $ticket"
    expect 200
    want=$(grep -vi ^date <<<"$head")
    curl_api "$path" -I -H "X-Auth-Token: $ticket"
    [ "$(grep -vi ^date <<<"$head")" = "$want" ]
    [ -z "$body" ]
  done
  curl_api /api/info -I
  expect 401
  [ -z "$body" ]
  curl_api /api/nothing -I
  expect 404
}

@test "OPTIONS, and any other method: 405 with Allow" {
  local method path
  declare -A allow=([status]='GET, HEAD, OPTIONS' [info]='GET, HEAD, OPTIONS' [ticket]='GET, HEAD, POST, DELETE, OPTIONS')
  for path in status info ticket; do
    api /api/$path -X OPTIONS
    expect 204
    [ "$(header Allow)" = "${allow[$path]}" ]
    for method in PUT PATCH TRACE PROPFIND MKCOL LOCK; do
      api /api/$path -X $method
      expect_error 405
      [ "$(header Allow)" = "${allow[$path]}" ]
      standing_headers
    done
  done
  api /api/info -X POST -d '{}'
  expect_error 405
  api /api/status -X DELETE
  expect_error 405
}

@test "the reply to TRACE does not repeat the request" {
  api /api/status -X TRACE -H 'X-Auth-Token: s3cret'
  expect_error 405
  [[ $output != *s3cret* ]]
}

@test "a body of 16384 bytes passes, one more is 413" {
  local pad type=(-H 'Content-Type: application/json')
  pad=$(printf '%*s' $((16384 - ${#LOGIN})) '')
  printf '%s%s' "$LOGIN" "$pad" >"$BATS_TEST_TMPDIR/body"
  curl_api /api/ticket "${type[@]}" --data-binary @"$BATS_TEST_TMPDIR/body"
  expect 200
  printf ' ' >>"$BATS_TEST_TMPDIR/body"
  curl_api /api/ticket "${type[@]}" --data-binary @"$BATS_TEST_TMPDIR/body"
  expect_error 413
  [ "$(header Content-Type)" = application/json ]
  head -c 1000000 /dev/zero >"$BATS_TEST_TMPDIR/body"
  curl_api /api/ticket "${type[@]}" --data-binary @"$BATS_TEST_TMPDIR/body"
  expect_error 413
}

# shellcheck disable=SC2059  # these formats are constants
@test "the true length of a chunked body counts" {
  local start='POST /api/ticket HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n'
  send_bytes < <(printf "$start"'Content-Type: application/json\r\n\r\n%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n' \
    16 "${LOGIN:0:16}" $((${#LOGIN} - 16)) "${LOGIN:16}")
  expect 200
  expect_json '.data.username == "user1"'
  send_bytes < <(printf "$start"'\r\n4001\r\n%s%*s\r\n0\r\n\r\n' "$LOGIN" $((16385 - ${#LOGIN})) '')
  expect_error 413
  send_bytes < <(printf "$start"'\r\nzz\r\n')
  expect_error 400
}

@test "100-continue is no obstacle" {
  curl_api /api/ticket -H 'Content-Type: application/json' -H 'Expect: 100-continue' -d "$LOGIN"
  expect 200
}

@test "lighttpd's own errors are JSON too: 400 404 411 413 431 501 505" {
  local row code
  send_bytes < <(printf 'GET /api/status HTTP/1.1\r\nHost: x\r\nBad Header\r\n\r\n')
  expect_error 400
  send_bytes < <(printf 'GET /api/status HTTP/1.1\r\n\r\n')
  expect_error 400
  send_bytes < <(printf 'GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  expect_error 404
  send_bytes < <(printf 'POST /api/ticket HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  expect_error 411
  send_bytes < <(printf 'POST /api/ticket HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n')
  expect_error 413
  send_bytes < <(printf 'GET /api/status HTTP/1.1\r\nHost: x\r\nX: %09000d\r\n\r\n' 0)
  expect_error 431
  # Newer versions of lighttpd answer this with a 400.
  send_bytes < <(printf 'GET /api/status HTTP/3.0\r\nHost: x\r\n\r\n')
  expect_error 505 || expect_error 400
  send_bytes < <(printf 'BREW /api/status HTTP/1.1\r\nHost: x\r\n\r\n')
  expect_error 501
  send_bytes < <(printf 'POST /api/ticket HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n')
  expect_error 400
  send_bytes < <(printf 'POST /api/ticket HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345')
  expect_error 400
  # The error pages as files, also those for errors that are hard to provoke.
  for row in "$ROOT"/www/errors/*.html; do
    code=$(basename "$row" .html)
    http=$code body=$(<"$row") expect_error "$code"
  done
  for code in 400 403 404 411 413 431 500 501 502 503 504 505; do [ -f "$ROOT/www/errors/$code.html" ]; done
}

@test "400 and 415 come from the program" {
  api /api/ticket -H 'Content-Type: application/json' -d '{'
  expect_error 400
  # With -d, curl sends the media type of a form.
  curl_api /api/ticket -d "$LOGIN"
  expect_error 415
  curl_api /api/ticket -H 'Content-Type:' -d "$LOGIN"
  expect 200
}

@test "a ticket that comes twice or in two spellings is refused" {
  enter
  api /api/info -H "X-Auth-Token: $ticket" -H "X-Auth-Token: $ticket"
  expect_error 401
  api /api/info -H "X-Auth-Token: $ticket" -H "X_Auth_Token: $ticket"
  expect_error 401
  api /api/info -H "X_Auth_Token: x" -H "X-Auth-Token: $ticket"
  expect_error 401
  api /api/info -H "x-auth-token: $ticket"
  expect 200
  api /api/ticket -X DELETE -H "X-Auth-Token: $ticket" -H "CSRFPreventionToken: $csrf" -H "CSRFPreventionToken: $csrf"
  expect_error 403
  api /api/info -H "X-Auth-Token: $ticket"
  expect 200
}

@test "X-Forwarded-For is not read" {
  api /api/ticket -H 'Content-Type: application/json' -H 'X-Forwarded-For: 203.0.113.9' -H 'Forwarded: for=203.0.113.9' \
    -H 'X-Real-IP: 203.0.113.9' -d '{"username":"user1","password":"wrong"}'
  expect_error 401
  grep -q 'authentication failure;' "$LOG"
  run grep -F 203.0.113.9 "$LOG"
  [ "$status" = 1 ]
}

@test "several requests on one connection, one after another and all at once" {
  enter
  send_bytes < <(
    for _ in 1 2 3 4 5; do
      printf 'GET /api/info HTTP/1.1\r\nHost: x\r\nX-Auth-Token: %s\r\n\r\n' "$ticket"
      printf 'GET /api/status HTTP/1.1\r\nHost: x\r\n\r\n'
    done
    printf 'POST /api/ticket HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s' ${#LOGIN} "$LOGIN"
    printf 'GET /api/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
  )
  [ "$(count 'HTTP/1.1 200 OK')" = 11 ]
  [ "$(count 'HTTP/1.1 404')" = 1 ]
  [ "$(count '"id": 300')" = 5 ]
  # curl itself keeps the connection.
  run curl -q -s -w '%{num_connects} ' --unix-socket "$BATS_FILE_TMPDIR/http.sock" http://x/api/status http://x/api/info http://x/api/status
  [ "$(grep -o '}[0-9] ' <<<"$output" | tr -d '}\n')" = '1 0 0 ' ]
}

@test "HTTP/1.0, with and without keep-alive" {
  send_bytes < <(printf 'GET /api/status HTTP/1.0\r\n\r\n')
  expect 200
  [ "$body" = '{"code":200,"message":"OK"}' ]
  send_bytes < <(printf 'GET /api/status HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /api/status HTTP/1.0\r\n\r\n')
  [ "$(count 'HTTP/1.[01] 200')" = 2 ]
}

@test "HTTP/2 is off" {
  curl_api /api/status --http2
  expect 200
  [[ $head == 'HTTP/1.1 200 OK'* ]]
  curl_api /api/status --http2-prior-knowledge
  [ "$status" != 0 ] || [ "$http" != 200 ]
}

@test "no range, no compression, no condition changes a reply" {
  api /api/status -H 'Range: bytes=0-3'
  expect 200
  [ "$body" = '{"code":200,"message":"OK"}' ]
  api /api/status -H 'Accept-Encoding: gzip, br' -H 'If-None-Match: *' -H 'If-Modified-Since: Sun, 22 Nov 2037 00:00:00 GMT'
  [[ $http == 200 && $body == '{"code":200,"message":"OK"}' ]]
}

@test "a user is removed, disabled or restricted: it works at once, without a restart" {
  enter
  write_users '[{"username":"user1","password":"A1B2C3D4E5F6G7H8I9HD","machines":[300]}]'
  api /api/info -H "X-Auth-Token: $ticket"
  expect 200
  expect_json '[.data[].id] == [300]'
  write_machines '[]'
  api /api/info -H "X-Auth-Token: $ticket"
  [ "$body" = '{"data":[]}' ]
  write_users '[{"username":"user1","password":"A1B2C3D4E5F6G7H8I9HD","disabled":true}]'
  api /api/info -H "X-Auth-Token: $ticket"
  expect_error 401
}

@test "the log: lines of the programs, of one form, with no secret" {
  enter
  local first=("$ticket" "$csrf")
  login user1 wr0ng-w0rd
  expect_error 401
  api /api/info -H 'X-Auth-Token: s3cret'
  expect_error 401
  grep -qE '^[0-9T:-]+Z ssa-ticket\[[0-9]+\]: login; rhost=[^ ]+ user="user1" ticket="[A-Za-z0-9_-]{8}"' "$LOG" ||
    grep -qE '^[0-9T:-]+Z ssa-ticket\[[0-9]+\]: login; .*user="user1" ticket="[A-Za-z0-9_-]{8}"' "$LOG"
  grep -qE '^[0-9T:-]+Z ssa-ticket\[[0-9]+\]: authentication failure;.* user="user1" reason="wrong password"' "$LOG"
  grep -qE '^[0-9T:-]+Z ssa-info\[[0-9]+\]: refused;.*reason="malformed ticket"' "$LOG"
  cat "$LOG"
  run grep -F -e "${first[0]}" -e "${first[1]}" -e wr0ng -e s3cret -e A1B2C3 "$LOG"
  [ "$status" = 1 ]
}

# within SECONDS STATUS PATH [CURL OPTION...]: the reply has this status, and comes
# within this time.
within() {
  local most=$1 want=$2 began=$EPOCHREALTIME
  shift 2
  api "$@"
  if [ "$want" = 503 ]; then
    expect_error 503 && header Retry-After >/dev/null || return 1
  else
    expect "$want" || return 1
  fi
  awk -v a="$began" -v b="$EPOCHREALTIME" -v most="$most" 'BEGIN { if (b - a > most) { print b - a " s"; exit 1 } }'
}

# all_of_them STATUS SECONDS: each endpoint answers with this status, within this time.
all_of_them() {
  within "$2" "$1" /api/status && within "$2" "$1" /api/info -H "X-Auth-Token: $ticket" &&
    within "$2" "$1" /api/ticket -H "X-Auth-Token: $ticket" &&
    within "$2" "$1" /api/ticket -H 'Content-Type: application/json' -d "$LOGIN"
}

@test "Redis frozen: 503 within 1.5 s; thawed: 200" {
  enter
  kill -STOP "$(redis_pid)"
  all_of_them 503 1.5 || {
    kill -CONT "$(redis_pid)"
    return 1
  }
  kill -CONT "$(redis_pid)"
  all_of_them 200 10
}

@test "Redis stopped and started: 503, then 200, with nothing else restarted" {
  enter
  local server
  server=$(lighttpd_pid)
  stop_redis
  all_of_them 503 1.5
  api '/api/status?verbose'
  expect_json '.checks.users == "OK" and .checks.redis != "OK"'
  start_redis
  enter
  all_of_them 200 10
  [ "$(lighttpd_pid)" = "$server" ]
  kill -0 "$server"
}

@test "a program under lighttpd has only its own environment variables" {
  # The environment in which lighttpd was started is not for the programs: HOME, the user's
  # PATH, or secrets.
  if [ "$SSA_MODE" = cgi ]; then skip "a CGI program ends too soon to be looked at"; fi
  local pid names='' found=0
  for pid in $(pgrep -P "$(lighttpd_pid)"); do
    # PHP_FCGI_CHILDREN comes from lighttpd itself. PWD comes from its shell, if it uses one.
    names=$(tr '\0' '\n' <"/proc/$pid/environ" | cut -d= -f1 | grep -vxE 'PHP_FCGI_CHILDREN|PWD' | sort | paste -sd' ')
    [ "$names" = 'PATH PROGRAM REDIS_URL SOCKET SSA_CORS_ORIGINS SSA_DATA_DIR SSA_DELAY SSA_LOGIN_LIMITS SSA_REDIS_WAIT SSA_SUPERVISED SSA_TICKETS_PER_USER SSA_TICKET_MAX SSA_TICKET_TTL SSA_WORKERS' ] || {
      echo "$names"
      return 1
    }
    found=$((found + 1))
  done
  [ "$found" -ge 3 ]
}

# peak_of PROGRAM NAME=VALUE...: prints the most memory that a CGI program used, and the first line
# of its reply. The program is measured while it waits to write its reply into a full pipe. (A
# child's ru_maxrss begins with its parent's value, so it cannot be used.)
peak_of() {
  python3 -c '
import fcntl, os, sys, time
reads, writes = os.pipe()
fcntl.fcntl(writes, 1031, 4096)  # F_SETPIPE_SZ
os.set_blocking(writes, False)
filled = os.write(writes, b"x" * 65536)
os.set_blocking(writes, True)
pid = os.fork()
if pid == 0:
    os.dup2(writes, 1)
    os.execve(sys.argv[1], [sys.argv[1]], dict(word.split("=", 1) for word in sys.argv[2:]))
os.close(writes)
def look(name):
    with open("/proc/%d/%s" % (pid, name)) as file:
        return file.read()
asleep = 0
end = time.monotonic() + 10
while asleep < 20 and time.monotonic() < end:
    time.sleep(0.01)
    status = look("status")
    asleep = asleep + 1 if "State:\tS" in status and "Name:\tpython" not in status else 0
peak = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")][0]
reply = b""
while True:
    part = os.read(reads, 65536)
    if not part:
        break
    reply += part
os.waitpid(pid, 0)
print(peak, reply[filled:].split(b"\r\n")[0].decode())' "$@" 3>&-
}

@test "memory of one program for info: under 1.5 MB resident" {
  needs_native "it needs memory itself"
  is_static || skip "with shared libraries"
  enter
  local peak pid found=0
  if [ "$SSA_MODE" = cgi ]; then
    peak=$(peak_of "$CGI_BIN/info" REDIS_URL="$REDIS_URL" SSA_REDIS_WAIT="${SSA_REDIS_WAIT-}" SSA_DATA_DIR="$DATA_DIR" REQUEST_METHOD=GET HTTP_X_AUTH_TOKEN="$ticket")
    echo "kB, and the reply: $peak"
    [[ $peak == *' Status: 200 OK' ]]
    [ "${peak%% *}" -lt 1500 ]
    return
  fi
  for _ in {1..50}; do
    api /api/info -H "X-Auth-Token: $ticket"
    expect 200
  done
  for pid in $(workers_of info); do
    peak=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status")
    echo "worker $pid: $peak kB"
    [ "$peak" -lt 1500 ]
    found=$((found + 1))
  done
  [ "$found" -ge 2 ]
}

@test "lighttpd accepts its configuration without a warning" {
  run env -C "$ROOT" SSA_BIND="$BATS_TEST_TMPDIR/x.sock" SSA_RUN_DIR="$BATS_TEST_TMPDIR/run" lighttpd -tt -f lighttpd.conf
  echo "$output"
  [ "$status" = 0 ]
  [ -z "$output" ]
}

@test "a bad mode, port or number of workers ends the start with one clear line" {
  local row
  for row in SSA_MODE=fcgi SSA_PORT=0 SSA_PORT=65536 SSA_PORT=http SSA_WORKERS=0 SSA_WORKERS=many \
    SSA_CONNECTIONS_PER_ADDRESS=513 SSA_CONNECTIONS_PER_ADDRESS=few \
    SSA_PROXY_FROM=all SSA_PROXY_FROM=10.0.0.1/33 SSA_PROXY_FROM=10.0.0.1/0 SSA_PROXY_FROM=10.0.0.256 \
    'SSA_PROXY_FROM=10.0.0.1,' SSA_PROXY_FROM='10.0.0.1 ::1' SSA_PROXY_FROM=::1/129 SSA_PROXY_FROM=lb.example \
    SSA_PROXY_FROM=$'10.0.0.1\nx'; do
    run timeout 10 env -C "$ROOT" SSA_BIND="$BATS_TEST_TMPDIR/x.sock" SSA_RUN_DIR="$BATS_TEST_TMPDIR/run" "$row" lighttpd -D -f lighttpd.conf
    [ "$status" != 0 ]
    [ "$status" != 124 ]
    [[ $output == *"${row%%=*} must be"* ]]
  done
}
