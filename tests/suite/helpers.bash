# What every test file loads. A file owns its servers: Redis and lighttpd on Unix sockets in the file's own
# folder, so any number of copies of the suite can run at the same time.
#
#   setup_file()    { start_redis; start_lighttpd; }
#   teardown_file() { stop_servers; }
#   setup()         { fresh; }
#
# Here: waiting, servers, data, claims. How requests are sent is in requests.bash.

bats_require_minimum_version 1.5.0

ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
CGI_BIN=${SSA_CGI_BIN:-cgi-bin}
[[ $CGI_BIN == /* ]] || CGI_BIN=$ROOT/$CGI_BIN

# --- waiting -----------------------------------------------------------------------------------------------------

# wait_until SECONDS PID COMMAND...: ends when the command succeeds, the time is over or the process is gone.
wait_until() {
  local end=$((SECONDS + $1)) pid=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    kill -0 "$pid" 2>/dev/null || return 1
    ((SECONDS < end)) || return 1
    sleep 0.02
  done
}

# wait_gone SECONDS PID: ends when the process is gone.
wait_gone() {
  local end=$((SECONDS + $1))
  while kill -0 "$2" 2>/dev/null; do
    ((SECONDS < end)) || return 1
    sleep 0.02
  done
}

# --- servers -----------------------------------------------------------------------------------------------------

redis() { redis-cli -s "$BATS_FILE_TMPDIR/redis.sock" "$@"; }

# start_redis [OPTION...]: a Redis of this file's own.
start_redis() {
  export REDIS_URL=unix://$BATS_FILE_TMPDIR/redis.sock
  redis-server --port 0 --unixsocket "$BATS_FILE_TMPDIR/redis.sock" --save '' --appendonly no \
    --dir "$BATS_FILE_TMPDIR" --maxmemory-policy noeviction "$@" >"$BATS_FILE_TMPDIR/redis.log" 2>&1 3>&- &
  echo $! >"$BATS_FILE_TMPDIR/redis.pid"
  wait_until 10 "$!" redis ping
  [[ ${SSA_TEST_ACL:-0} == 0 ]] || use_documented_user
}

# use_documented_user: the programs get the rights in Redis that the README gives them; SSA_TEST_ACL=1 does it for all tests.
use_documented_user() {
  local words
  read -ra words < <(grep -x 'ACL SETUSER ssa .*' "$ROOT/docs/operating.md")
  redis "${words[@]}" >/dev/null
  export REDIS_URL=unix://ssa:a-long-random-password@$BATS_FILE_TMPDIR/redis.sock
}

redis_pid() { cat "$BATS_FILE_TMPDIR/redis.pid"; }

stop_redis() {
  local pid
  pid=$(redis_pid 2>/dev/null) || return 0
  rm -f "$BATS_FILE_TMPDIR/redis.pid"
  kill -CONT "$pid" 2>/dev/null
  kill "$pid" 2>/dev/null
  wait_gone 10 "$pid"
}

# start_lighttpd: the project's own lighttpd.conf, in the mode of SSA_MODE, on a Unix socket. Data are in
# $DATA_DIR, the log of server and programs in $LOG.
start_lighttpd() {
  start_lighttpd_until curl -sf --unix-socket "$BATS_FILE_TMPDIR/http.sock" http://x/api/status
}

# start_lighttpd_on_port: the same on a port of the loopback, $port, for what only TCP can do.
start_lighttpd_on_port() {
  port=$(free_port)
  SSA_BIND=127.0.0.1 SSA_PORT=$port start_lighttpd_until curl -sf "http://127.0.0.1:$port/api/status"
}

# start_lighttpd_until COMMAND...: and waits until the command succeeds.
start_lighttpd_until() {
  export LOG=$BATS_FILE_TMPDIR/http.log
  (cd "$ROOT" && SSA_BIND=${SSA_BIND-$BATS_FILE_TMPDIR/http.sock} SSA_RUN_DIR=$BATS_FILE_TMPDIR/run SSA_CGI_BIN=$CGI_BIN \
    SSA_DATA_DIR=$DATA_DIR exec lighttpd -D -f lighttpd.conf) >"$LOG" 2>&1 3>&- &
  echo $! >"$BATS_FILE_TMPDIR/lighttpd.pid"
  wait_until 10 "$!" "$@"
}

lighttpd_pid() { cat "$BATS_FILE_TMPDIR/lighttpd.pid"; }

stop_lighttpd() {
  local pid
  pid=$(lighttpd_pid 2>/dev/null) || return 0
  rm -f "$BATS_FILE_TMPDIR/lighttpd.pid"
  kill -INT "$pid" 2>/dev/null
  wait_gone 10 "$pid"
}

stop_servers() {
  stop_lighttpd
  stop_redis
}

# A port of the loopback on which nobody listens, below those that the kernel gives to clients.
free_port() {
  local port
  for _ in {1..50}; do
    port=$((10000 + RANDOM % 20000))
    curl -s "http://127.0.0.1:$port" >/dev/null || [[ $? != 7 ]] || break
  done
  echo "$port"
}

# workers_of PROGRAM: the processes that serve in scgi mode. With SSA_WORKERS=1 that is what lighttpd started, else the
# children of it.
workers_of() {
  local keeper
  keeper=$(pgrep -P "$(lighttpd_pid)" -x "$1") || return 0
  pgrep -P "$keeper" -x "$1" || echo "$keeper"
}

# The hashing slots belong to the host. Where it is allowed, the programs of a test get a host of their own in this
# respect, so that no other copy of the suite waits for them, or makes them wait.
ISOLATED=()
! unshare --ipc true 2>/dev/null || ISOLATED=(unshare --ipc)

# isolate_lighttpd: for start_lighttpd, in setup_file.
isolate_lighttpd() {
  [[ -n ${ISOLATED[*]} ]] || return 0
  mkdir -p "$BATS_FILE_TMPDIR/bin"
  printf '#!/bin/sh\nexec unshare --ipc "%s" "$@"\n' "$(command -v lighttpd || echo /usr/sbin/lighttpd)" >"$BATS_FILE_TMPDIR/bin/lighttpd"
  chmod 755 "$BATS_FILE_TMPDIR/bin/lighttpd"
  PATH=$BATS_FILE_TMPDIR/bin:$PATH
}

# --- data --------------------------------------------------------------------------------------------------------

# Every file has its own copy of the fixtures, which its tests may change.
export DATA_DIR=${BATS_FILE_TMPDIR:-}/data

# fresh: the fixtures as they are in tests/fixtures, an empty Redis, an empty log.
fresh() {
  mkdir -p "$DATA_DIR"
  local name
  for name in users machines; do
    cp "$ROOT/tests/fixtures/$name.json" "$DATA_DIR/.$name.new"
    mv "$DATA_DIR/.$name.new" "$DATA_DIR/$name.json"
  done
  [[ ! -e $BATS_FILE_TMPDIR/redis.pid ]] || redis flushall >/dev/null
  [[ ! -v LOG ]] || : >"$LOG"
}

# write_users / write_machines JSON: replaces the file by rename.
write_users() { printf %s "$1" >"$DATA_DIR/.users.new" && mv "$DATA_DIR/.users.new" "$DATA_DIR/users.json"; }
write_machines() { printf %s "$1" >"$DATA_DIR/.machines.new" && mv "$DATA_DIR/.machines.new" "$DATA_DIR/machines.json"; }

# --- claims ------------------------------------------------------------------------------------------------------

# fails with what was got, so that a red test explains itself
expect() { # HTTP-STATUS
  [[ $http == "$1" ]] || {
    printf 'expected %s, got %s\n%s\n\n%s\n%s\n' "$1" "$http" "$head" "$body" "${stderr-}"
    return 1
  }
}

# expect_error STATUS: and the one shape that all errors have, to the byte.
expect_error() {
  expect "$1" || return 1
  local shape='^\{"code":'$1',"message":"[^"\\]+","data":""\}$'
  [[ $body =~ $shape ]] || {
    printf 'not the shape of an error: %s\n' "$body"
    return 1
  }
}

# expect_json FILTER: jq's filter is true of the body.
expect_json() {
  jq -e "$1" <<<"$body" >/dev/null || {
    printf 'not true of the body: %s\n%s\n' "$1" "$body"
    return 1
  }
}

load requests
