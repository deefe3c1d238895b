# Every test file loads this file. Each test file has its own servers: Redis and lighttpd on Unix
# sockets in the file's own folder. So any number of copies of the suite can run at the same time.
#
#   setup_file()    { start_redis; start_lighttpd; }
#   teardown_file() { stop_servers; }
#   setup()         { fresh; }
#
# This file has the functions for waiting, servers, data and assertions. The functions that send
# requests are in requests.bash.

bats_require_minimum_version 1.5.0

# Before each command, bats notes where it stands, which makes a loop forty times slower. For the
# commands of these files it is left out. So if one of them fails, bats names the line of the test
# that called it.
trap_code=$(declare -f bats_debug_trap) || true
eval "${trap_code/\{/\{ [[ \$1 != *.bash ]] || return 0;}"
unset trap_code

# This file is read once for each test, so it starts hardly any process.
ROOT=${BATS_TEST_DIRNAME%/tests/suite}
CGI_BIN=${SSA_CGI_BIN:-cgi-bin}
[[ $CGI_BIN == /* ]] || CGI_BIN=$ROOT/$CGI_BIN
SOCKETS=$ROOT/build/tools/sockets DENY=$ROOT/build/tools/deny # tests/tools/*.c

# --- waiting --------------------------------------------------------------------------------------

# moment [SECONDS]: sleeps (20 ms). It reads from where nothing ever comes, so it needs no process.
moment() {
  [[ -v quiet ]] || exec {quiet}<> <(:)
  read -rt "${1-0.02}" -u "$quiet" || true
}

# wait_until SECONDS PID COMMAND...: returns when the command succeeds. It fails when the time is
# over or the process has ended.
wait_until() {
  local end=$((SECONDS + $1)) pid=$2 tries=0
  shift 2
  until "$@" >/dev/null 2>&1; do
    kill -0 "$pid" 2>/dev/null || return 1
    ((SECONDS < end)) || return 1
    # Most commands are processes. What takes long is asked less often.
    moment "0.0$((++tries < 10 ? 2 : 9))"
  done
}

# wait_gone SECONDS PID: returns when the process has ended. A zombie has ended too.
# It fails when the time is over.
wait_gone() {
  local end=$((SECONDS + $1)) stat
  while read -r stat 2>/dev/null <"/proc/$2/stat" && [[ $stat != *') Z '* ]]; do
    ((SECONDS < end)) || return 1
    moment
  done
}

# is_static: the programs under test need no shared libraries, as in the musl build.
is_static() { ! ldd "$CGI_BIN/info" >/dev/null 2>&1; }

# needs_native WHY: for a test that cannot pass in an emulator (make test-arm64).
needs_native() { [[ ! -v SSA_TEST_EMULATED ]] || skip "in an emulator: $1"; }

# needs_single WHY, needs_no_cluster WHY: for a test that cannot pass with the stores of
# SSA_TEST_STORE, or not with one of them.
needs_single() { [[ ${SSA_TEST_STORE:-single} == single ]] || skip "not with $SSA_TEST_STORE: $1"; }
needs_no_cluster() { [[ ${SSA_TEST_STORE:-single} != cluster ]] || needs_single "$1"; }

# --- servers --------------------------------------------------------------------------------------

store=() # more options of Redis

# redis COMMAND...: sends it. $(redis_says COMMAND...) needs one process less.
redis() { redis-cli -s "$BATS_FILE_TMPDIR/redis.sock" "$@"; }
redis_says() { exec redis-cli -s "$BATS_FILE_TMPDIR/redis.sock" "$@"; }

# start_redis [OPTION...]: starts a Redis for this file alone. SSA_TEST_STORE=sentinel or cluster:
# the programs find it by a sentinel, or it is a whole cluster.
start_redis() {
  export REDIS_URL=unix://$BATS_FILE_TMPDIR/redis.sock
  local port=0
  [[ ${SSA_TEST_STORE:-single} == single ]] || choose_store
  redis-server --port "$port" --bind 127.0.0.1 "${store[@]}" --unixsocket "$BATS_FILE_TMPDIR/redis.sock" --save '' --appendonly no \
    --dir "$BATS_FILE_TMPDIR" --maxmemory-policy noeviction "$@" >"$BATS_FILE_TMPDIR/redis.log" 2>&1 3>&- &
  echo $! >"$BATS_FILE_TMPDIR/redis.pid"
  wait_until 10 "$!" redis ping
  [[ ${SSA_TEST_STORE:-single} == single ]] || enter_store
  [[ ${SSA_TEST_ACL:-0} == 0 ]] || use_documented_user
}

# choose_store: sets $port and the options of Redis for a store that is not a single Redis. A Redis
# that is started again has the same port. There are no replicas.
choose_store() {
  local file=$BATS_FILE_TMPDIR/redis.port
  [[ -e $file ]] || free_port >"$file"
  port=$(<"$file")
  export SSA_REDIS_WAIT=0
  [[ $SSA_TEST_STORE != cluster ]] ||
    store=(--cluster-enabled yes --cluster-config-file "$BATS_FILE_TMPDIR/nodes.conf" --cluster-port "$((port + 1))")
}

# What checks.redis says when all is well. These stores have no replicas.
redis_check() {
  if [[ ${SSA_TEST_STORE:-single} == single ]]; then
    echo OK
  else
    echo 'set min-replicas-to-write 1: a replaced master may answer from old data'
  fi
}

cluster_is_ok() { redis cluster info | grep -q cluster_state:ok; }

# enter_store: completes it, when Redis runs.
enter_store() {
  if [[ $SSA_TEST_STORE == cluster ]]; then
    export REDIS_URL=redis+cluster://127.0.0.1:$port
    redis cluster addslotsrange 0 16383 >/dev/null # an error if it is not the first start
    wait_until 10 "$(redis_pid)" cluster_is_ok
    return
  fi
  local file=$BATS_FILE_TMPDIR/sentinel.pid
  if [[ ! -e $file ]]; then
    sentinel_port=$(free_port)
    printf '%s\n' "port $sentinel_port" 'bind 127.0.0.1' "dir $BATS_FILE_TMPDIR" \
      "sentinel monitor ssa 127.0.0.1 $port 1" >"$BATS_FILE_TMPDIR/sentinel.conf"
    redis-server "$BATS_FILE_TMPDIR/sentinel.conf" --sentinel >"$BATS_FILE_TMPDIR/sentinel.log" 2>&1 3>&- &
    echo $! >"$file"
    echo "$sentinel_port" >"$BATS_FILE_TMPDIR/sentinel.port"
  fi
  sentinel_port=$(<"$BATS_FILE_TMPDIR/sentinel.port")
  export REDIS_URL=redis+sentinel://127.0.0.1:$sentinel_port/ssa
  wait_until 10 "$(<"$file")" redis-cli -p "$sentinel_port" ping
}

# use_documented_user: gives the programs the Redis user of the README, with no other rights.
# SSA_TEST_ACL=1 does this for all tests.
use_documented_user() {
  local words
  read -ra words < <(grep -x 'ACL SETUSER ssa .*' "$ROOT/docs/operating.md")
  redis "${words[@]}" >/dev/null
  export REDIS_URL=unix://ssa:a-long-random-password@$BATS_FILE_TMPDIR/redis.sock
}

redis_pid() { read -r pid <"$BATS_FILE_TMPDIR/redis.pid" && echo "$pid"; }

# stop_server NAME SIGNAL: stops it, if it runs.
stop_server() {
  local pid
  read -r pid 2>/dev/null <"$BATS_FILE_TMPDIR/$1.pid" || return 0
  rm -f "$BATS_FILE_TMPDIR/$1.pid"
  kill -CONT "$pid" 2>/dev/null
  kill -"$2" "$pid" 2>/dev/null
  wait_gone 10 "$pid"
}

stop_redis() { stop_server redis TERM; }
stop_lighttpd() { stop_server lighttpd INT; }

stop_servers() {
  stop_lighttpd
  stop_redis
  stop_server sentinel TERM
}

# start_lighttpd: starts lighttpd with the project's own lighttpd.conf, in the mode of SSA_MODE, on
# a Unix socket. The data are in $DATA_DIR. The log of the server and of the programs is $LOG.
start_lighttpd() {
  start_lighttpd_until curl -sf --unix-socket "$BATS_FILE_TMPDIR/http.sock" http://x/api/status
}

# start_lighttpd_on_port: the same, but on a port of the loopback, $port, for tests that need TCP.
start_lighttpd_on_port() {
  port=$(free_port)
  SSA_BIND=127.0.0.1 SSA_PORT=$port start_lighttpd_until curl -sf "http://127.0.0.1:$port/api/status"
}

# start_lighttpd_until COMMAND...: starts lighttpd and waits until the command succeeds.
start_lighttpd_until() {
  export LOG=$BATS_FILE_TMPDIR/http.log
  (cd "$ROOT" && SSA_BIND=${SSA_BIND-$BATS_FILE_TMPDIR/http.sock} SSA_RUN_DIR=$BATS_FILE_TMPDIR/run SSA_CGI_BIN=$CGI_BIN \
    SSA_DATA_DIR=$DATA_DIR exec lighttpd -D -f lighttpd.conf) >"$LOG" 2>&1 3>&- &
  echo $! >"$BATS_FILE_TMPDIR/lighttpd.pid"
  wait_until 10 "$!" "$@"
}

lighttpd_pid() { read -r pid <"$BATS_FILE_TMPDIR/lighttpd.pid" && echo "$pid"; }

# free_port: prints a port of the loopback on which no process listens. It is below those that the
# kernel gives to clients.
free_port() {
  local port
  for _ in {1..50}; do
    port=$((10000 + RANDOM % 20000))
    (exec 8<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}

# workers_of PROGRAM: the processes that serve requests in scgi mode. With SSA_WORKERS=1 that is the
# process that lighttpd started. Otherwise they are the children of that process.
workers_of() {
  local keeper
  keeper=$(pgrep -P "$(lighttpd_pid)" -x "$1") || return 0
  pgrep -P "$keeper" -x "$1" || echo "$keeper"
}

# The hashing slots belong to the host. Where the system allows it, the programs of a test run
# in an IPC namespace of their own. Then no other copy of the suite waits for their slots, or
# makes them wait.
if [[ ! -v SSA_TEST_ISOLATED ]]; then
  export SSA_TEST_ISOLATED=''
  ! unshare --ipc true 2>/dev/null || SSA_TEST_ISOLATED='unshare --ipc'
fi
read -ra ISOLATED <<<"$SSA_TEST_ISOLATED" || true

# isolate_lighttpd: does the same for lighttpd. Call it in setup_file, before start_lighttpd.
isolate_lighttpd() {
  [[ -n ${ISOLATED[*]} ]] || return 0
  mkdir -p "$BATS_FILE_TMPDIR/bin"
  printf '#!/bin/sh\nexec unshare --ipc "%s" "$@"\n' "$(command -v lighttpd || echo /usr/sbin/lighttpd)" >"$BATS_FILE_TMPDIR/bin/lighttpd"
  chmod 755 "$BATS_FILE_TMPDIR/bin/lighttpd"
  PATH=$BATS_FILE_TMPDIR/bin:$PATH
}

# make_install [VARIABLE=VALUE...]: runs `make install` with DESTDIR=$DEST, without building.
make_install() {
  (umask 022 && env -u MAKEFLAGS -u MAKELEVEL make -s -C "$ROOT" -o all install DESTDIR="$DEST" CGI_BIN="$CGI_BIN" "$@")
}

# --- data -----------------------------------------------------------------------------------------

# user1 of the fixtures, and the body that logs this user in.
PASSWORD=A1B2C3D4E5F6G7H8I9HD
LOGIN='{"username":"user1","password":"A1B2C3D4E5F6G7H8I9HD"}'

# An Argon2id hash of "correct-horse" with 19 MiB and 1 pass, about 15 ms.
COSTLY='$argon2id$v=19$m=19456,t=1,p=1$dHJ1c3QtdGVzdC1zYWx0$PAVr/sRdH8kJ8FRc9KTuLPBpPRrDaIpU5KMM/HQws40'

# Every test file has its own copy of the fixtures. Its tests may change this copy.
export DATA_DIR=${BATS_FILE_TMPDIR:-}/data

# fresh: restores the fixtures of tests/fixtures, and empties Redis and the log.
fresh() {
  [[ -d $DATA_DIR ]] || mkdir -p "$DATA_DIR"
  cp --remove-destination "$ROOT"/tests/fixtures/{users,machines}.json "$DATA_DIR"
  [[ ! -e $BATS_FILE_TMPDIR/redis.pid ]] || redis flushall >/dev/null
  [[ ! -v LOG ]] || : >"$LOG"
}

# write_users JSON, write_machines JSON: replace the file by rename.
write_users() { printf %s "$1" >"$DATA_DIR/.users.new" && mv "$DATA_DIR/.users.new" "$DATA_DIR/users.json"; }
write_machines() { printf %s "$1" >"$DATA_DIR/.machines.new" && mv "$DATA_DIR/.machines.new" "$DATA_DIR/machines.json"; }

# fresh_users: restores the users of the fixtures, and leaves Redis unchanged.
fresh_users() { write_users "$(<"$ROOT/tests/fixtures/users.json")"; }

# --- assertions -----------------------------------------------------------------------------------

# If it fails, it prints the reply, so that the cause is in the test's output.
expect() { # HTTP-STATUS
  [[ $http == "$1" ]] || {
    printf 'expected %s, got %s\n%s\n\n%s\n%s\n' "$1" "$http" "$head" "$body" "${stderr-}"
    return 1
  }
}

# expect_error STATUS: checks the status, and that the body has exactly the one shape of all errors.
expect_error() {
  expect "$1" || return 1
  local shape='^\{"code":'$1',"message":"[^"\\]+","data":""\}$'
  [[ $body =~ $shape ]] || {
    printf 'not the shape of an error: %s\n' "$body"
    return 1
  }
}

# gets STATUS: the one or the other.
gets() { if (($1 < 400)); then expect "$1"; else expect_error "$1"; fi; }

# expect_json FILTER: checks that jq's filter is true of the body.
expect_json() {
  jq -e "$1" <<<"$body" >/dev/null || {
    printf 'not true of the body: %s\n%s\n' "$1" "$body"
    return 1
  }
}

load requests
