# modes: scgi cgi
# The whole service: lighttpd with the project's own configuration and a real Redis. The requests
# and their answers are in rows/http.rows.
load helpers
load snippets

setup_file() {
  fresh
  start_redis
  start_lighttpd
}
teardown_file() { stop_servers; }
setup() {
  fresh
  started=()
}
teardown() {
  [[ ! -e $BATS_FILE_TMPDIR/redis.pid ]] || kill -CONT "$(redis_pid)"
  stop_started
}

# enter: logs user1 in, and sets $ticket and $csrf.
enter() {
  login user1 "$PASSWORD"
  expect 200
}

@test "the error pages of lighttpd have the shape of all errors" {
  local row code
  for row in "$ROOT"/www/errors/*.html; do
    code=${row##*/} code=${code%.html}
    http=$code body=$(<"$row") expect_error "$code"
  done
  for code in 400 403 404 411 413 431 500 501 502 503 504 505; do [ -f "$ROOT/www/errors/$code.html" ]; done
}

@test "HTTP/2 is off" {
  curl_api /api/status --http2
  expect 200
  [[ $head == 'HTTP/1.1 200 OK'* ]]
  curl_api /api/status --http2-prior-knowledge
  [ "$status" != 0 ] || [ "$http" != 200 ]
}

# all_of_them STATUS: each endpoint answers with this status.
all_of_them() {
  local request
  for request in "/api/status" "/api/info -H X-Auth-Token:$ticket" "/api/ticket -H X-Auth-Token:$ticket" "/api/ticket -d $LOGIN"; do
    # shellcheck disable=SC2086  # none of these words has a space in it
    api $request
    expect "$1"
    [[ $1 != 503 ]] || header Retry-After
  done
}

@test "Redis frozen: 503; thawed: 200" {
  enter
  kill -STOP "$(redis_pid)"
  all_of_them 503
  kill -CONT "$(redis_pid)"
  all_of_them 200
}

@test "Redis stopped and started: 503, then 200, with nothing else restarted" {
  enter
  local server
  server=$(lighttpd_pid)
  stop_redis
  all_of_them 503
  api '/api/status?verbose'
  expect_json '.checks.users == "OK" and .checks.redis != "OK"'
  start_redis
  enter
  all_of_them 200
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
    names=$(tr '\0' '\n' <"/proc/$pid/environ" | cut -d= -f1 | grep -vxE 'PHP_FCGI_CHILDREN|PWD|SSA_UNIT_BIN' | sort | paste -sd' ')
    [ "$names" = 'PATH REDIS_URL SSA_DATA_DIR SSA_SUPERVISED SSA_WORKERS' ] || {
      echo "$names"
      return 1
    }
    found=$((found + 1))
  done
  [ "$found" -ge 3 ]
}

# peak_of PROGRAM NAME=VALUE...: prints the most memory that a CGI program used, and the status
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
print(peak, *[line.decode() for line in reply[filled:].split(b"\r\n") if line.startswith(b"Status: ")])' "$@" 3>&-
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
  [ ! -e "$BATS_TEST_TMPDIR/run" ]
}

# bats test_tags=long
@test "a bad mode, port or number of workers ends the start with one clear line" {
  local row
  for row in SSA_MODE=fcgi SSA_PORT=0 SSA_PORT=65536 SSA_PORT=http SSA_WORKERS=0 SSA_WORKERS=many \
    SSA_CONNECTIONS_PER_ADDRESS=4097 SSA_CONNECTIONS_PER_ADDRESS=few \
    SSA_PROXY_FROM=all SSA_PROXY_FROM=10.0.0.1/33 SSA_PROXY_FROM=10.0.0.1/0 SSA_PROXY_FROM=10.0.0.256 \
    'SSA_PROXY_FROM=10.0.0.1,' SSA_PROXY_FROM='10.0.0.1 ::1' SSA_PROXY_FROM=::1/129 SSA_PROXY_FROM=lb.example \
    SSA_PROXY_FROM=$'10.0.0.1\nx'; do
    run timeout 10 env -C "$ROOT" SSA_BIND="$BATS_TEST_TMPDIR/x.sock" SSA_RUN_DIR="$BATS_TEST_TMPDIR/run" "$row" lighttpd -D -f lighttpd.conf
    [ "$status" != 0 ]
    [ "$status" != 124 ]
    [[ $output == *"${row%%=*} must be"* ]]
  done
}

# on_ipv6 LAUNCHER...: starts one more lighttpd on [::1] by this command. `inside` asks it.
on_ipv6() {
  local port inside=()
  port=$(free_port)
  (cd "$ROOT" && SSA_BIND=::1 SSA_PORT=$port SSA_RUN_DIR=$BATS_TEST_TMPDIR/run SSA_CGI_BIN=$CGI_BIN \
    exec "$@" lighttpd -D -f lighttpd.conf) >"$BATS_TEST_TMPDIR/log" 2>&1 3>&- &
  started+=($!)
  [[ $# == 0 ]] || inside=(nsenter -t $! -n)
  wait_until 10 $! "${inside[@]}" curl -sfg "http://[::1]:$port/api/status"
  [[ $("${inside[@]}" curl -sg -H 'Content-Type: application/json' -d "$LOGIN" "http://[::1]:$port/api/ticket") == *'"username":"user1"'* ]]
  grep -q 'login; rhost=::1 user="user1"' "$BATS_TEST_TMPDIR/log"
}

@test "SSA_BIND=::1 answers on IPv6" {
  grep -q . /proc/net/if_inet6 2>/dev/null || skip "this host has no IPv6"
  on_ipv6
}

@test "a host that has only IPv6 is served" {
  local alone='ip link set lo up && ip addr del 127.0.0.1/8 dev lo && exec "$@"'
  needs ip nsenter unshare
  unshare --net sh -c "$alone" sh grep -q . /proc/net/if_inet6 2>/dev/null || skip "no network namespace with IPv6 alone can be made here"
  on_ipv6 unshare --net sh -c "$alone" sh
}
