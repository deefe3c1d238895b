# Several front nodes: two lighttpds with one Redis behind HAProxy, with the files of examples/ as
# they stand there. Only addresses and paths are those of the test. The nodes trust 127.0.0.1, from
# which HAProxy connects. All other addresses of 127.0.0.0/8 are foreign.
# bats file_tags=long
load helpers
load snippets

setup_file() {
  isolate_lighttpd
  start_redis
  export SSA_MODE=scgi SSA_WORKERS=2 SSA_PROXY_FROM=127.0.0.1
}

setup() {
  started=()
  T=$BATS_FILE_TMPDIR/$BATS_TEST_NUMBER # short enough for the names of sockets
  mkdir "$T"
  [[ -e $BATS_FILE_TMPDIR/redis.pid ]] || start_redis # a failed test may have stopped it
  fresh
}

teardown() {
  [[ ! -v load ]] || touch "$T/stop"
  stop_started
}

teardown_file() { stop_servers; }

# ask_node NAME [CURL OPTION...]: asks the node itself for its status, as the balancer does.
ask_node() { curl -s --haproxy-protocol "${@:2}" "http://127.0.0.1:${ports[$1]}/api/status"; }

# start_node NAME: starts lighttpd with data of its own in $T/NAME/data and its log in $T/NAME.log.
declare -gA ports=() nodes=()
start_node() {
  mkdir -p "$T/$1"
  [[ -d $T/$1/data ]] || cp -r "$DATA_DIR" "$T/$1/data"
  [[ -v ports[$1] ]] || ports[$1]=$(free_port)
  (cd "$ROOT" && SSA_BIND=127.0.0.1 SSA_PORT=${ports[$1]} SSA_RUN_DIR=$T/$1 SSA_CGI_BIN=$CGI_BIN \
    SSA_DATA_DIR=$T/$1/data exec lighttpd -D -f lighttpd.conf) >>"$T/$1.log" 2>&1 3>&- &
  nodes[$1]=$!
  started+=($!)
  wait_until 10 $! ask_node "$1" -f || {
    tail -n 5 "$T/$1.log"
    return 1
  }
}

# certificate NAME HOST: makes a key and a certificate that is its own authority.
certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$2" -addext "subjectAltName=DNS:$2" \
    -days 2 -keyout "$T/$1.key" -out "$T/$1.crt" 2>/dev/null
}

# write_haproxy NAME...: writes the example with these nodes to $T/haproxy.cfg.
write_haproxy() {
  local name lines=
  for name; do lines+="    server $name 127.0.0.1:${ports[$name]}\n"; done
  awk -v lines="$lines" '/^    server / { if (!done++) printf "%s", lines; next } !/^    (user|group) /' \
    "$ROOT/examples/haproxy/haproxy.cfg" | sed "s|log /dev/log local0|log stdout format raw local0|
      s|/run/haproxy/|$T/|; s|:443 ssl crt /etc/haproxy/ssa.pem|127.0.0.1:$port ssl crt $T/ssa.pem|" >"$T/haproxy.cfg"
  haproxy -c -q -f "$T/haproxy.cfg"
}

# start_front: starts two nodes and HAProxy on $port.
start_front() {
  needs haproxy openssl socat
  start_node node1
  start_node node2
  port=$(free_port)
  certificate ssa localhost
  cat "$T/ssa.crt" "$T/ssa.key" >"$T/ssa.pem"
  write_haproxy node1 node2
  haproxy -W -db -f "$T/haproxy.cfg" >"$T/haproxy.log" 2>&1 3>&- &
  haproxy=$!
  started=($! "${started[@]}")
  wait_until 10 $! curl -skf "https://127.0.0.1:$port/api/status"
}

# The commands of docs/scaling.md for HAProxy's socket.
ha() { echo "$1" | socat - "$T/admin.sock"; }

# state NAME: the column "status" of this node, such as UP.
state() { ha 'show stat' | awk -F, -v name="$1" '$1 == "ssa" && $2 == name { print $18 }'; }
is() { [[ $(state "$1") == "$2"* ]]; } # NAME STATE

# via ADDRESS PATH [CURL OPTION...]: asks HAProxy from ADDRESS. Sets $http, $head and $body.
via() {
  output=$(exec curl -q -sk -i --noproxy '*' --max-time 15 --interface "$1" "${@:3}" "https://127.0.0.1:$port$2" 3>&-) || true
  split_reply "$output"
}

# guess CLIENT-ADDRESS [CURL OPTION...]: a login that fails.
guess() { via "$1" /api/ticket -H 'Content-Type: application/json' -d '{"username":"nobody","password":"x"}' "${@:2}"; }

log_in() {
  via 127.0.0.7 /api/ticket -H 'Content-Type: application/json' -d "$LOGIN"
  expect 200
  take_tokens
}

# begin_load THREADS: loads HAProxy in the background until end_load.
begin_load() {
  log_in
  rm -f "$T/stop"
  python3 -EsSB "$ROOT/tests/tools/load.py" "$port" "$1" "$ticket" "$T/stop" >"$T/load" 2>&1 3>&- &
  load=$!
  started+=($!)
}

end_load() {
  touch "$T/stop"
  wait "$load"
  unset load
  failures=$(grep -c ' failed-' "$T/load") || true
  echo "requests: $(wc -l <"$T/load"), failed: $failures"
  grep ' failed-' "$T/load" | cut -d ' ' -f 1-2 | head -n 20 || true
  grep -E ' (200|400) ' "$T/load" >/dev/null
}

# wait_served NAME COUNT: waits until this node has answered COUNT more requests.
served() { ha 'show stat' | awk -F, -v name="$1" '$1 == "ssa" && $2 == name { print $8 }'; }
has_served() { (($(served "$1") >= $2)); }
wait_served() { wait_until 20 "$haproxy" has_served "$1" $(($(served "$1") + $2)); }

# --- the client's address -------------------------------------------------------------------------

@test "the client's address goes through HAProxy, and no header changes it" {
  export SSA_LOGIN_LIMITS=2/600,0,0
  start_front
  guess 127.0.0.2 && expect 401
  guess 127.0.0.2 -H 'X-Forwarded-For: 192.0.2.1' && expect 401
  # Both failures are those of 127.0.0.2, on whichever node, and whatever the header says.
  guess 127.0.0.2 -H 'X-Forwarded-For: 192.0.2.2, 127.0.0.1' -H 'Forwarded: for=192.0.2.2' && expect 429
  guess 127.0.0.2 -H 'Forwarded-For: 192.0.2.3' -H 'X-Real-IP: 192.0.2.3' && expect 429
  guess 127.0.0.3 && expect 401
  # A client with an address that the nodes trust cannot give itself another one either.
  guess 127.0.0.1 -H 'X-Forwarded-For: 192.0.2.4' && expect 401
  guess 127.0.0.1 -H 'X-Forwarded-For: 192.0.2.5' -H 'Forwarded: for=192.0.2.5' && expect 401
  guess 127.0.0.1 -H 'X-Forwarded-For: 192.0.2.6' && expect 429
  run grep -ho 'rhost=[^ ]*' "$T"/node[12].log
  [ "$(sort <<<"$output" | uniq -c | paste -sd' ' | tr -s ' ')" = ' 3 rhost=127.0.0.1 4 rhost=127.0.0.2 1 rhost=127.0.0.3' ]
}

# raw_guess NODE FROM BEGIN: sends BEGIN (with escapes) and a wrong login from this address to the
# node itself. Prints the status of the reply, or nothing if there is none.
raw_guess() {
  python3 -EsSB - "${ports[$1]}" "$2" "$3" <<'END'
import socket, sys
port, address, begin = int(sys.argv[1]), sys.argv[2], sys.argv[3].encode().decode('unicode_escape').encode('latin-1')
body = b'{"username":"nobody","password":"x"}'
with socket.create_connection(('127.0.0.1', port), 10, (address, 0)) as s:
    if begin.endswith(b'...'):  # nothing follows
        s.sendall(begin[:-3])
    else:
        s.sendall(begin + b'POST /api/ticket HTTP/1.0\r\nX-Forwarded-For: 192.0.2.9\r\nContent-Type: application/json\r\n'
                  b'Content-Length: %d\r\n\r\n' % len(body) + body)
    try:
        print(s.recv(65536)[9:12].decode())
    except ConnectionResetError:
        print()
END
}

V2='\r\n\r\n\0\r\nQUIT\n!\x11' # how version 2 of PROXY begins

@test "PROXY from an address that is not listed is refused; plain HTTP from there has its own address" {
  export SSA_LOGIN_LIMITS=2/600,0,0
  start_node node1
  local v1='PROXY TCP4 192.0.2.1 127.0.0.1 1 2\r\n' v2="$V2"'\0\x0c\xc0\0\x02\x02\x7f\0\0\x01\0\x01\0\x02'
  [ "$(raw_guess node1 127.0.0.9 "$v1")" = 400 ]
  [ "$(raw_guess node1 127.0.0.9 "$v2")" = 400 ]
  [ "$(raw_guess node1 127.0.0.9 '')" = 401 ]
  # From the balancer both are taken, and a connection without them is closed.
  [ "$(raw_guess node1 127.0.0.1 "$v1")" = 401 ]
  [ "$(raw_guess node1 127.0.0.1 "$v2")" = 401 ]
  [ -z "$(raw_guess node1 127.0.0.1 '')" ]
  # Behind the balancer's header, a client's own is no header.
  [ "$(raw_guess node1 127.0.0.1 "$v2$v1")" = 400 ]
  [ "$(grep -ho 'rhost=[^ ]*' "$T/node1.log" | paste -sd' ')" = 'rhost=127.0.0.9 rhost=192.0.2.1 rhost=192.0.2.2' ]
}

# docs/scaling.md: lighttpd reads the header of PROXY in one piece of at most 256 bytes.
@test "a PROXY header with short TLVs is taken; a longer one, or one in pieces, ends the connection" {
  start_node node1
  local addresses='\xc0\0\x02\x02\x7f\0\0\x01\0\x01\0\x02' fill
  fill=$(printf 'x%.0s' {1..300})
  [ "$(raw_guess node1 127.0.0.1 "$V2\\0\\x73$addresses\\x04\\0\\x64${fill:0:100}")" = 401 ]
  [ -z "$(raw_guess node1 127.0.0.1 "$V2\\x01\\x3b$addresses\\x04\\x01\\x2c$fill")" ]
  [ -z "$(raw_guess node1 127.0.0.1 "$V2...")" ] # it does not wait for the second piece
}

@test "all addresses of one /64 are one client, on two nodes together" {
  export SSA_LOGIN_LIMITS=0,0,4/600
  start_node node1
  start_node node2
  local host statuses=
  for host in :1 :2 ffff:: a:b:c:d :ffff :5; do
    statuses+="$(raw_guess "node$((${#statuses} / 4 % 2 + 1))" 127.0.0.1 "PROXY TCP6 2001:db8:1:2:$host ::1 1 2\\r\\n") "
  done
  [ "$statuses" = '401 401 401 401 429 429 ' ]
  [ "$(raw_guess node1 127.0.0.1 'PROXY TCP6 2001:db8:1:3::1 ::1 1 2\r\n')" = 401 ]
}

@test "SSA_CONNECTIONS_PER_ADDRESS counts the clients, not the balancer; of IPv6 a /64 is one client" {
  [[ -e /usr/lib/lighttpd/mod_magnet.so ]] || skip "lighttpd-modules-lua is not installed"
  export SSA_CONNECTIONS_PER_ADDRESS=3
  start_node node1
  run -0 python3 -EsSB - "${ports[node1]}" <<'END'
import socket, sys

def client(address):
    s = socket.create_connection(('127.0.0.1', int(sys.argv[1])), 10)
    kind = b'TCP6 %s ::1' if b':' in address else b'TCP4 %s 127.0.0.1'
    s.sendall(b'PROXY ' + kind % address + b' 1 2\r\nGET /api/status HTTP/1.1\r\nHost: x\r\n\r\n')
    return s, s.recv(65536)[9:12].decode()

ends = b':1', b'1:2:3:4', b'ffff::', b':2', b'a:b:c:d'  # of one /64, however they are written
rows = [b'192.0.2.%d' % i for i in range(1, 7)], [b'192.0.2.9'] * 5, [b'2001:db8:1:%d::1' % i for i in range(5)], [b'2001:db8:7:7:' + end for end in ends]
for clients in [[client(address) for address in row] for row in rows]:
    print(*[status for _, status in clients])
END
  [ "$output" = "$(printf '%s\n' '200 200 200 200 200 200' '200 200 200 403 403' '200 200 200 200 200' '200 200 200 403 403')" ]
}

# --- faults ---------------------------------------------------------------------------------------

# reply_of: the last reply without what differs from request to request, in lower case.
reply_of() {
  printf '%s\n' "$head" | tr '[:upper:]' '[:lower:]' | grep -vE '^(date|server|connection|http/1.1)' | sort
  printf '%s\n' "$http $body"
}

@test "without Redis both nodes are out, HAProxy's own 503 is ours, and the service comes back" {
  start_front
  stop_redis
  local ours code
  via 127.0.0.2 /api/info -H "X-Auth-Token: $(printf 'A%.0s' {1..43})"
  expect_error 503
  ours=$(reply_of)
  wait_until 20 "$haproxy" is node1 DOWN
  wait_until 20 "$haproxy" is node2 DOWN
  via 127.0.0.2 /api/info -H "X-Auth-Token: $(printf 'A%.0s' {1..43})"
  grep -q 'ssa/<NOSRV> .* 503 ' "$T/haproxy.log" # no node has answered
  diff <(echo "$ours") <(reply_of)
  [ "$body" = "$(<"$ROOT/www/errors/503.html")" ]
  for code in 502 504; do
    grep -F "http-error status $code " "$ROOT/examples/haproxy/haproxy.cfg" | grep -qF "'$(<"$ROOT/www/errors/$code.html")'"
  done
  start_redis
  wait_until 20 "$haproxy" is node1 UP
  wait_until 20 "$haproxy" is node2 UP
  log_in
}

@test "a node killed under load costs only the requests in its hands" {
  local family process gone
  SSA_DELAY=30 start_front
  begin_load 8
  wait_served node1 10
  wait_served node2 10
  # lighttpd first, so that it starts no worker again.
  family="${nodes[node1]} $(descendants "${nodes[node1]}")"
  # shellcheck disable=SC2086  # a list
  kill -KILL $family
  for process in $family; do wait_gone 10 "$process"; done
  gone=$EPOCHREALTIME
  wait_until 20 "$haproxy" is node1 DOWN
  wait_served node2 10
  end_load
  ((failures <= 8))
  # Nothing that began after the node was gone has failed, also before HAProxy knew it was down.
  awk -v gone="$gone" '/ failed-/ && $1 > gone { print; late = 1 } END { exit late }' "$T/load"
  awk -v gone="$gone" '$1 > gone' "$T/load" | grep -q ' 200 '
}

# descendants PID: the processes below this one.
descendants() {
  local child
  for child in $(pgrep -P "$1"); do
    echo "$child"
    descendants "$child"
  done
}

# --- adding and draining --------------------------------------------------------------------------

# snippet NAME: prints this block of the documentation with the paths of the test.
snippet() {
  snippet_of scaling.md "$1" | sed "s|/run/haproxy/|$T/|; s|/etc/haproxy/|$T/|
    s|ssh node1 systemctl stop ssa|stop_node1|; s|ssh node1 systemctl start ssa|start_node node1|
    s|systemctl reload haproxy|kill -USR2 $haproxy|"
}

stop_node1() {
  kill -INT "${nodes[node1]}"
  wait_gone 10 "${nodes[node1]}"
}

@test "a node is drained, stopped, started and taken back, and another one added, without a failed request" {
  SSA_DELAY=30 start_front # so that requests are in its hands all the time
  begin_load 6
  wait_served node1 10
  eval "$(snippet drain)"
  run ! kill -0 "${nodes[node1]}"
  wait_served node2 10
  eval "$(snippet ready)"
  wait_served node1 10
  start_node node3
  write_haproxy node1 node2 node3
  eval "$(snippet reload)"
  wait_until 20 "$haproxy" is node3 UP
  wait_served node3 10
  end_load
  [ "$failures" = 0 ]
}

# --- the data files -------------------------------------------------------------------------------

# fake_ssh: puts an `ssh` first in PATH that runs the command here, in the folder of that node.
fake_ssh() {
  mkdir -p "$T/bin" "$T/push"
  cat >"$T/bin/ssh" <<END
#!/bin/sh
[ ! -e "$T/\$1.unreachable" ] || exit 255
exec sh -c "\$(echo "\$2" | sed "s|/nodes/data|$T/\$1/data|g")"
END
  chmod 755 "$T/bin/ssh"
}

# push VERSION NODE...: pushes machines whose names have this version.
push() {
  jq --arg v "$1" 'map(.name = "v" + $v)' "$ROOT/tests/fixtures/machines.json" >"$T/push/machines.json"
  cp "$ROOT/tests/fixtures/users.json" "$T/push/"
  shift
  (cd "$T/push" && PATH=$T/bin:$PATH DATA=/nodes/data GROUP=$(id -gn) "$ROOT/examples/push-data/push-data.sh" "$@")
}

@test "the data files are pushed under load: no request fails, each reply is a whole version" {
  start_front
  fake_ssh
  local version node
  begin_load 4
  for version in {1..4}; do
    push "$version" node1 node2
    wait_served node1 4
    wait_served node2 4
    for node in node1 node2; do cmp "$T/push/machines.json" "$T/$node/data/machines.json"; done
    log_in
    via 127.0.0.7 /api/info -H "X-Auth-Token: $ticket"
    printf %s "$body" | sha256sum | cut -d ' ' -f 1 >>"$T/versions"
  done
  end_load
  [ "$failures" = 0 ]
  [ "$(sort -u "$T/versions" | wc -l)" = 4 ]
  [ "$(stat -c %a "$T/node1/data/users.json")" = 640 ]
  # Every list is one of these, or that of the beginning.
  awk '$2 == 200 { print $3 }' "$T/load" | sort -u >"$T/seen"
  (($(wc -l <"$T/seen") <= 5))
  (($(sort -u "$T/versions" | comm -13 - "$T/seen" | wc -l) <= 1))
}

@test "a push changes nothing if a file is broken or a node cannot be reached" {
  mkdir -p "$T/node1/data" "$T/node2/data"
  fake_ssh
  push 1 node1 node2
  touch "$T/node2.unreachable"
  run push 2 node1 node2
  [ "$status" != 0 ]
  rm "$T/node2.unreachable"
  grep -q '"v1"' "$T/node1/data/machines.json"
  grep -q '"v1"' "$T/node2/data/machines.json"
  echo '[{"id":' >"$T/push/machines.json"
  run -1 env -C "$T/push" PATH="$T/bin:$PATH" DATA=/nodes/data GROUP="$(id -gn)" "$ROOT/examples/push-data/push-data.sh" node1
  [[ $output == *'machines.json is not a JSON array'* ]]
  grep -q '"v1"' "$T/node1/data/machines.json"
}

# --- TLS to Redis ---------------------------------------------------------------------------------

# serve_tls CERTIFICATE: starts the Redis of the example with this certificate on port $tls.
serve_tls() {
  sed "s|/etc/redis/redis-ca.crt|$T/$1.crt|; s|/etc/redis/redis.crt|$T/$1.crt|; s|/etc/redis/redis.key|$T/$1.key|; s|6380|$tls|" \
    "$ROOT/examples/redis-tls/redis.conf" >"$T/redis.conf"
  redis-server "$T/redis.conf" --port 0 --bind 127.0.0.1 --save '' --dir "$T" >"$T/redis.log" 2>&1 3>&- &
  tls_redis=$!
  started+=($!)
  wait_until 10 $! grep -q 'Ready to accept' "$T/redis.log"
}

stop_tls_redis() {
  kill "$tls_redis"
  wait_gone 10 "$tls_redis"
}

@test "Redis over TLS through the documented stunnel; a wrong certificate is a 503" {
  needs stunnel4 openssl
  local tls plain
  (cd "$T" && eval "$(snippet certificate)")
  certificate other redis.example
  certificate elsewhere elsewhere.example
  tls=$(free_port) plain=$(free_port)
  serve_tls redis
  sed "s|redis.example:6380|127.0.0.1:$tls|; s|127.0.0.1:6379|127.0.0.1:$plain|; s|/etc/stunnel/redis-ca.pem|$T/ca.pem|" \
    "$ROOT/examples/redis-tls/stunnel.conf" >"$T/stunnel.conf"
  cat "$T/redis.crt" "$T/elsewhere.crt" >"$T/ca.pem"
  stunnel4 "$T/stunnel.conf" >"$T/stunnel.log" 2>&1 3>&- &
  started+=($!)
  wait_until 10 $! grep -q 'Configuration successful' "$T/stunnel.log"
  REDIS_URL=redis://127.0.0.1:$plain/0
  wait_until 10 $! status_is 200
  session
  info
  expect 200
  # What is not TLS gets no answer from that port.
  run redis-cli -p "$tls" ping
  [[ $output != *PONG* ]]
  # A server with the right name and another key, and one with a known key and another name.
  local name
  for name in other elsewhere redis; do
    stop_tls_redis
    serve_tls "$name"
    case $name in
    other) wait_until 20 $! refused 'certificate verify failed' ;;
    elsewhere) wait_until 20 $! refused 'Subject checks failed' ;;
    redis) wait_until 20 $! status_is 200 ;;
    esac
  done
}

# refused WORDS: the status is a 503, and stunnel has said why. On a busy machine a request may end
# before stunnel has looked at the certificate.
refused() { status_is 503 && grep -q "$1" "$T/stunnel.log"; }

status_is() {
  cgi GET status
  [[ $http == "$1" ]]
}
