# For the files faults-*.bats: each fault is injected for real. Three things must hold. The answer
# is the one of the contract, and it is whole. The service recovers without a restart of anything.
# No ticket that Redis kept is lost.

setup_file() {
  isolate_lighttpd
  fresh
  # A write beyond the file-size limit must fail, as it does on a full disk. It must not
  # kill the process.
  trap '' XFSZ
  start_redis --appendonly yes --appendfsync everysec
  # One worker of each program, so that the test knows which files the worker has read.
  SSA_WORKERS=1 SSA_LOGIN_LIMITS=0,0,0 start_lighttpd
}
teardown_file() { stop_servers; }

setup() {
  T=$BATS_TEST_TMPDIR
  S=$BATS_FILE_TMPDIR/redis.sock
  REAL=$BATS_FILE_TMPDIR/real.sock
  rm -rf "$DATA_DIR"/*.json
  fresh
  programs
  # Now every worker has read good files.
  answers 200 api /api/status
  answers 200 login user1 "$PASSWORD"
  live=$ticket
  answers 200 live_info
  good_info=$body
  raw GET /api/info "X-Auth-Token: $live" >"$T/info"
  raw GET /api/status >"$T/status"
  BODY=$(credentials user1 "$PASSWORD") raw POST /api/ticket >"$T/login"
}

# ask_all: sends info, status and login at the same moment. Their replies are in $info,
# $status_reply and $login_reply, each as "STATUS BODY", or as "0 ..." if the reply was not whole.
ask_all() {
  together 1 "$T/info" 1 "$T/status" 1 "$T/login" | tee "$T/replies"
  { read -r _ info && read -r _ status_reply && read -r _ login_reply; } <"$T/replies"
}

teardown() {
  stop_workers
  [[ -z ${fake-} ]] || kill "$fake" 2>/dev/null || true
  [[ ! -S $REAL ]] || mv "$REAL" "$S"
  [[ ! -f $BATS_FILE_TMPDIR/redis.pid ]] || kill -CONT "$(redis_pid)" 2>/dev/null || true
}

# answers STATUS COMMAND...: what this request gets. Each 503 says when to come back.
answers() {
  "${@:2}"
  gets "$1"
  [[ $1 != 503 ]] || header Retry-After
}

live_info() { api /api/info -H "X-Auth-Token: $live"; }
log_out() { api /api/ticket -X DELETE -H "X-Auth-Token: $live"; }

# all_well: everything works again, also the ticket from before the fault.
all_well() {
  answers 200 api /api/status
  answers 200 live_info
  [ "$body" = "$good_info" ]
  answers 200 api /api/ticket -H "X-Auth-Token: $live"
  answers 200 login user1 "$PASSWORD"
}

# none_works: Redis cannot even be read. The program answers 503 long before its deadline, because
# its limits are 200 ms to connect and 500 ms for a command.
none_works() {
  answers 503 api /api/status
  [[ $body == *'"message":"redis"'* ]]
  answers 503 live_info
  answers 503 login user1 "$PASSWORD"
  answers 503 login user1 wrong
  answers 503 log_out
  run ! grep 'deadline passed' "$LOG"
}

# cannot_write: Redis answers commands that read, and refuses those that write. It is asked before
# the password is checked, so the replies to a wrong and a right password are the same.
cannot_write() {
  answers 503 api /api/status
  [[ $body == *'"message":"redis"'* ]]
  answers 200 live_info
  answers 503 login user1 "$PASSWORD"
  local right=$body
  answers 503 login user1 wrong
  [ "$body" = "$right" ]
  answers 503 login user1 "$live"
}

# refuses_writes: Redis would answer commands that read. But with Sentinel or a cluster a server
# that refuses a write may have been replaced, so what it says does not count.
refuses_writes() {
  if [[ ${SSA_TEST_STORE:-single} == single ]]; then cannot_write; else none_works; fi
}

drop_connections() { redis-cli -s "$1" client kill type normal >/dev/null; }

# instead BEHAVIOUR: replaces Redis by a false one that behaves in this way.
instead() {
  mv "$S" "$REAL"
  python3 -EsSB "$ROOT/tests/tools/fake-redis.py" "$S" "$1" "$REAL" >"$T/fake.log" 2>&1 3>&- &
  fake=$!
  wait_until 10 "$fake" test -S "$S"
  drop_connections "$REAL"
}
back() {
  kill "$fake"
  wait_gone 5 "$fake"
  fake=
  mv "$REAL" "$S"
}
