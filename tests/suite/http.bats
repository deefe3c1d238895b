# modes: scgi
# lighttpd with the configuration of the project: what it starts, and with which settings. The
# requests and their answers are in rows/http.rows.
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
teardown() { stop_started; }

@test "the error pages of lighttpd have the shape of all errors" {
  local code
  for code in 400 403 404 411 413 431 500 501 502 503 504 505; do
    http=$code body=$(<"$ROOT/www/errors/$code.html") expect_error $code
  done
}

@test "HTTP/2 is off" {
  curl_api /api/status --http2
  expect 200
  [[ $head == 'HTTP/1.1 200 OK'* ]]
  curl_api /api/status --http2-prior-knowledge
  [ "$status" != 0 ] || [ "$http" != 200 ]
}

@test "a program under lighttpd has only its own environment variables" {
  local pid names='' found=0
  for pid in $(pgrep -P "$(lighttpd_pid)"); do
    # PHP_FCGI_CHILDREN comes from lighttpd, PWD from its shell, if it uses one.
    names=$(tr '\0' '\n' <"/proc/$pid/environ" | cut -d= -f1 | grep -vxE 'PHP_FCGI_CHILDREN|PWD|SSA_UNIT_BIN' | sort | paste -sd' ')
    [ "$names" = 'PATH REDIS_URL SSA_DATA_DIR SSA_SUPERVISED SSA_WORKERS' ] || {
      echo "$names"
      return 1
    }
    ((++found))
  done
  ((found >= 3))
}

@test "memory of a worker for info: under 1.5 MB resident" {
  needs_native "it needs memory itself"
  is_static || skip "with shared libraries"
  local pid peak found=0
  login user1 "$PASSWORD"
  for _ in {1..50}; do
    api /api/info -H "X-Auth-Token: $ticket"
    expect 200
  done
  for pid in $(workers_of info); do
    peak=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status")
    echo "worker $pid: $peak kB"
    ((peak < 1500))
    ((++found))
  done
  ((found >= 2))
}

@test "lighttpd accepts its configuration without a warning" {
  run env -C "$ROOT" SSA_BIND="$BATS_TEST_TMPDIR/x.sock" SSA_RUN_DIR="$BATS_TEST_TMPDIR/run" lighttpd -tt -f lighttpd.conf
  echo "$output"
  [[ $status == 0 && -z $output && ! -e $BATS_TEST_TMPDIR/run ]]
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
    [[ $status != 0 && $status != 124 ]]
    [[ $output == *"${row%%=*} must be"* ]]
  done
}

@test "a program that may not be run is not sent as a file" {
  local sock=$BATS_TEST_TMPDIR/x.sock bin=$BATS_TEST_TMPDIR/bin
  mkdir "$bin"
  cp "$CGI_BIN"/{status,info,ticket} "$bin/"
  chmod 600 "$bin/info"
  (cd "$ROOT" && SSA_MODE=cgi SSA_BIND=$sock SSA_RUN_DIR=$BATS_TEST_TMPDIR/run SSA_CGI_BIN=$bin SSA_DATA_DIR=$DATA_DIR \
    exec lighttpd -D -f lighttpd.conf) >"$BATS_TEST_TMPDIR/log" 2>&1 3>&- &
  started+=($!)
  wait_until 10 $! curl -sf --unix-socket "$sock" http://x/api/status
  [[ $(curl -s --unix-socket "$sock" http://x/api/info) == '{"code":403,'* ]]
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
