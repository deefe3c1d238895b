# For the files faults-*.bats: faults, each injected for real. What must hold: the contract's answer, whole; recovery
# without a restart of anything; and no ticket lost that Redis kept.

PASSWORD=A1B2C3D4E5F6G7H8I9HD
LONG='$argon2id$v=19$m=32768,t=60,p=1$dHJ1c3QtdGVzdC1zYWx0$AS5jr1Ca9DbjS1VvCTwnEeANHRJuu5a5TW5EqivfSeM'

setup_file() {
  isolate_lighttpd
  mkdir -p "$DATA_DIR"
  cp "$ROOT"/tests/fixtures/{users,machines}.json "$DATA_DIR"
  # A write over a file-size limit shall fail, as on a full disk, not kill.
  trap '' XFSZ
  start_redis --appendonly yes --appendfsync everysec
  # One worker of each program, so that what it has seen is known.
  SSA_WORKERS=1 SSA_LOGIN_LIMITS=0,0,0 start_lighttpd
  cc -O -o "$BATS_FILE_TMPDIR/deny" "$ROOT/tests/tools/deny.c"
}
teardown_file() { stop_servers; }

setup() {
  T=$BATS_TEST_TMPDIR
  S=$BATS_FILE_TMPDIR/redis.sock
  REAL=$BATS_FILE_TMPDIR/real.sock
  rm -rf "$DATA_DIR"/*.json
  fresh
  programs
  # every worker has seen good files
  api /api/status
  expect 200
  login user1 "$PASSWORD"
  expect 200
  live=$ticket
  api /api/info -H "X-Auth-Token: $live"
  expect 200
  good_info=$body
  raw GET /api/info "X-Auth-Token: $live" >"$T/info"
  raw GET /api/status >"$T/status"
  BODY=$(credentials user1 "$PASSWORD") raw POST /api/ticket >"$T/login"
}

# ask_all: info, status and login at the same moment; their replies in $info, $status_reply, $login_reply, each as
# "STATUS BODY", "0 ..." where it was not whole.
ask_all() {
  together 1 "$T/info" 1 "$T/status" 1 "$T/login" >"$T/replies"
  info=$(sed -n 's/^info //p' "$T/replies")
  status_reply=$(sed -n 's/^status //p' "$T/replies")
  login_reply=$(sed -n 's/^login //p' "$T/replies")
}

teardown() {
  stop_workers
  [[ -z ${fake-} ]] || kill "$fake" 2>/dev/null || true
  [[ ! -S $REAL ]] || mv "$REAL" "$S"
  [[ ! -f $BATS_FILE_TMPDIR/redis.pid ]] || kill -CONT "$(redis_pid)" 2>/dev/null || true
}

info() { api /api/info -H "X-Auth-Token: $live"; }

# all_well: everything works again, and the ticket from before the fault too.
all_well() {
  api /api/status
  expect 200
  info
  expect 200
  [ "$body" = "$good_info" ]
  api /api/ticket -H "X-Auth-Token: $live"
  expect 200
  login user1 "$PASSWORD"
  expect 200
}

# none_works: Redis cannot even be read. 503 by the program, whole, and soon: the limits are 200 and 500 ms.
none_works() {
  local before=$EPOCHREALTIME
  api /api/status
  expect_error 503
  [[ $body == *'"message":"redis"'* ]]
  info
  expect_error 503
  header Retry-After
  login user1 "$PASSWORD"
  expect_error 503
  header Retry-After
  login user1 wrong
  expect_error 503
  api /api/ticket -X DELETE -H "X-Auth-Token: $live"
  expect_error 503
  # a second each, where the contract says half a second and one to reconnect; the machine may be busy
  (((${EPOCHREALTIME/./} - ${before/./}) < 15000000))
  run grep -c 'deadline passed' "$LOG"
  [ "$output" = 0 ]
}

# cannot_write: Redis answers, but only to who reads.
cannot_write() {
  api /api/status
  expect_error 503
  [[ $body == *'"message":"redis"'* ]]
  info
  expect 200
  login user1 "$PASSWORD"
  expect_error 503
  header Retry-After
  # asked before the password: a wrong one is not told from a right one
  local right=$body
  login user1 wrong
  expect_error 503
  [ "$body" = "$right" ]
  login user1 "$live"
  expect_error 503
}

drop_connections() { redis-cli -s "$1" client kill type normal >/dev/null; }

# instead BEHAVIOUR: something else answers where Redis was.
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
