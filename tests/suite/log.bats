# The log, beyond what rows/log.rows and rows/sessions.rows say of single requests: the time, a
# deadline, and a log that nobody reads. faults-process.bats has one that cannot be written.
load helpers

setup_file() { start_redis; }
teardown_file() { stop_servers; }
setup() { fresh; }

@test "a line has the current time in UTC, whatever the time zone" {
  local before=$EPOCHSECONDS stamp
  post '{"username":"user1","password":"wrong"}' TZ=Asia/Tokyo
  [[ $stderr =~ ^[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}Z' ssa-ticket['[0-9]+']: authentication failure; ' ]]
  stamp=$(date -u -d "${stderr%% *}" +%s)
  ((before <= stamp && stamp <= EPOCHSECONDS))
}

# never_sent NAME: sends a request whose body never comes. The reply is in the file NAME.
never_sent() {
  exec env -i REDIS_URL="$REDIS_URL" SSA_REDIS_WAIT="${SSA_REDIS_WAIT-}" SSA_DATA_DIR="$DATA_DIR" REQUEST_METHOD=POST CONTENT_LENGTH=20 \
    "$CGI_BIN/ticket" <"$BATS_TEST_TMPDIR/silent" >"$BATS_TEST_TMPDIR/$1" 3>&-
}

@test "after 5 seconds a whole 503 and a line in the log; a log that nobody reads delays no reply" {
  local name first
  mkfifo "$BATS_TEST_TMPDIR/silent" "$BATS_TEST_TMPDIR/stuck"
  exec 8<>"$BATS_TEST_TMPDIR/silent" 9<>"$BATS_TEST_TMPDIR/stuck"
  python3 -EsSB -c 'import os
os.set_blocking(9, False)
try:
    while True:
        os.write(9, bytes(4096))
except BlockingIOError:
    os.set_blocking(9, True)'
  never_sent read 2>"$BATS_TEST_TMPDIR/log" &
  first=$!
  never_sent unread 2>&9 &
  split_reply "$(env -i REDIS_URL=unix:///nowhere SSA_DATA_DIR="$DATA_DIR" REQUEST_METHOD=GET "$CGI_BIN/status" 2>&9)"
  expect_error 503
  kill -0 $first # so this reply has not waited for its deadline
  wait $first $! || true
  exec 8>&- 9>&-
  for name in read unread; do
    split_reply "$(<"$BATS_TEST_TMPDIR/$name")"
    expect_error 503
    header Retry-After
  done
  [[ $(<"$BATS_TEST_TMPDIR/log") == *']: deadline passed' ]]
}
