# The log, beyond what rows/log.rows says of single requests: the hash of a ticket, the time, a log
# that nobody reads, and one that cannot be written.
load helpers

setup_file() { start_redis; }
teardown_file() { stop_servers; }
setup() { fresh; }

# line PATTERN: the log is one line, and the part after time, program and process matches this glob.
line() {
  [[ $(grep -c '' <<<"$stderr") == 1 && $stderr =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\ ssa-(status|ticket|info)\[[0-9]+\]:\ (.*)$ ]] || {
    printf 'not one line of the log: %s\n' "$stderr"
    return 1
  }
  # shellcheck disable=SC2053  # $1 is a pattern
  [[ ${BASH_REMATCH[2]} == $1 ]] || {
    printf 'wanted: %s\ngot:    %s\n' "$1" "$stderr"
    return 1
  }
}

# digest TICKET: what the log has of it.
digest() {
  local all
  all=$(ticket_digest "$1")
  echo "${all:0:8}"
}

@test "a login, with the first 8 digits of the ticket's hash" {
  post "$LOGIN"
  expect 200
  local ticket
  take_tokens
  line "login; rhost=192.0.2.1 user=\"user1\" ticket=\"$(digest "$ticket")\" method=\"POST\" status=\"200\""
  [[ $stderr != *"$ticket"* && $stderr != *A1B2C3* ]]
  [[ $(redis_says --scan --pattern 'ssa:{*}:ticket:*') == *"}:ticket:$(digest "$ticket")"* ]]
}

@test "a renewal and a logout of all tickets" {
  post "$LOGIN"
  local old ticket
  take_tokens
  old=$ticket
  post "{\"username\":\"user1\",\"password\":\"$old\"}"
  expect 200
  take_tokens
  line "renewal; rhost=192.0.2.1 user=\"user1\" ticket=\"$(digest "$ticket")\" method=\"POST\" status=\"200\""
  [[ $stderr != *"$old"* && $stderr != *"$ticket"* ]]
  cgi DELETE ticket '' HTTP_X_AUTH_TOKEN="$ticket" QUERY_STRING=all
  expect 204
  line "logout of all tickets; rhost=192.0.2.1 user=\"user1\" ticket=\"$(digest "$ticket")\" method=\"DELETE\" status=\"204\""
  [[ $stderr != *"$ticket"* ]]
}

# until_answered FILE: sends a request whose body never comes. The reply goes to FILE, and the
# seconds that it took go to FILE.took.
until_answered() {
  local begin=$EPOCHREALTIME
  env -i REDIS_URL="$REDIS_URL" SSA_REDIS_WAIT="${SSA_REDIS_WAIT-}" SSA_DATA_DIR="$DATA_DIR" REQUEST_METHOD=POST CONTENT_LENGTH=20 "$CGI_BIN/ticket" \
    <"$BATS_TEST_TMPDIR/silent" >"$BATS_TEST_TMPDIR/$1" 3>&- || true
  awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }' >"$BATS_TEST_TMPDIR/$1.took"
}

@test "after 5 seconds a whole 503 and a line in the log; a log that nobody reads delays no reply" {
  local name
  mkfifo "$BATS_TEST_TMPDIR/silent" "$BATS_TEST_TMPDIR/stuck"
  exec 8<>"$BATS_TEST_TMPDIR/silent" 9<>"$BATS_TEST_TMPDIR/stuck"
  python3 -EsSB -c 'import os
os.set_blocking(9, False)
try:
    while True:
        os.write(9, bytes(4096))
except BlockingIOError:
    os.set_blocking(9, True)'
  until_answered read 2>"$BATS_TEST_TMPDIR/log" &
  local read=$!
  until_answered unread 2>&9 &
  # This reply must not wait for the deadline.
  REDIS_URL=unix:///nowhere run -0 timeout 3 env -i REDIS_URL=unix:///nowhere SSA_DATA_DIR="$DATA_DIR" REQUEST_METHOD=GET "$CGI_BIN/status" 2>&9
  split_reply "$output"
  expect_error 503
  wait $read $!
  exec 8>&- 9>&-
  for name in read unread; do
    split_reply "$(<"$BATS_TEST_TMPDIR/$name")"
    expect_error 503
    header Retry-After
    awk '{ print; exit !($1 > 4.5 && $1 < 7) }' "$BATS_TEST_TMPDIR/$name.took"
  done
  stderr=$(<"$BATS_TEST_TMPDIR/log")
  line 'deadline passed'
}

@test "the line has the current time in UTC, the program and the process" {
  local before after stamp
  before=$(date -u +%s)
  TZ=Asia/Tokyo post '{"username":"user1","password":"wrong"}' TZ=Asia/Tokyo
  after=$(date -u +%s)
  stamp=$(date -u -d "${stderr%% *}" +%s)
  [ "$stamp" -ge "$before" ]
  [ "$stamp" -le "$after" ]
  [[ $stderr == *' ssa-ticket['* ]]
}

@test "the service works if the log cannot be written" {
  printf "$LOGIN" >"$BATS_TEST_TMPDIR/in"
  output=$(env -i REDIS_URL="$REDIS_URL" SSA_REDIS_WAIT="${SSA_REDIS_WAIT-}" SSA_DATA_DIR="$DATA_DIR" REQUEST_METHOD=POST CONTENT_LENGTH=54 "$CGI_BIN/ticket" \
    <"$BATS_TEST_TMPDIR/in" 2>/dev/full)
  split_reply "$output"
  expect 200
  redis monitor >"$BATS_TEST_TMPDIR/monitor" 3>&- &
  local monitor=$!
  wait_until 5 $monitor grep -q OK "$BATS_TEST_TMPDIR/monitor"
  output=$(env -i REDIS_URL="$REDIS_URL" SSA_REDIS_WAIT="${SSA_REDIS_WAIT-}" SSA_DATA_DIR="$DATA_DIR" REQUEST_METHOD=POST CONTENT_LENGTH=54 "$CGI_BIN/ticket" \
    <"$BATS_TEST_TMPDIR/in" 2>&-)
  redis echo the-end >/dev/null
  wait_until 5 $monitor grep -q the-end "$BATS_TEST_TMPDIR/monitor"
  kill $monitor
  split_reply "$output"
  expect 200
  # If fd 2 is closed, the next socket of the program would be fd 2. Nothing of the log may
  # go to it.
  [ "$(redis_says info errorstats | grep -c errorstat_ERR)" = 0 ]
}
