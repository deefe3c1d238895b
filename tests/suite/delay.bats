# modes: scgi cgi
# SSA_DELAY and SSA_FAULTS: a test double that is slow or broken on purpose; tests/rows/faults.rows
# has what a row can say. Only the lower bound of a time is checked,
# because a busy machine may add any time.
load helpers

setup_file() {
  fresh
  start_redis
  SSA_DELAY=300 start_lighttpd
  cp "$LOG" "$BATS_FILE_TMPDIR/started.log" # before `fresh` empties it
}
teardown_file() { stop_servers; }
setup() { fresh; }
teardown() { stop_workers; }

# timed COMMAND...: runs it, and sets $took to its milliseconds.
timed() {
  local began=${EPOCHREALTIME/./}
  "$@"
  took=$(((${EPOCHREALTIME/./} - began) / 1000))
}

# late MILLISECONDS: the last reply took at least this time.
late() {
  ((took >= $1)) || {
    echo "a reply after $took ms, earlier than $1"
    return 1
  }
}

@test "200: each reply is 200 ms late, and otherwise the same" {
  local row method program query
  for row in 'GET status verbose' 'GET info' 'PUT info' 'OPTIONS ticket' 'HEAD status'; do
    read -r method program query <<<"$row"
    programs
    direct "$method" "$program" '' QUERY_STRING="$query"
    local want=$output
    programs SSA_DELAY=200
    # The first request of a worker waits until the worker has started.
    timed direct "$method" "$program" '' QUERY_STRING="$query"
    late 200
    [ "$output" = "$want" ]
  done
}

# bats test_tags=long
@test "100-800: the time of each reply is in the range, and not always the same" {
  local n low=9999 high=0
  programs SSA_DELAY=100-800
  for n in {1..8}; do
    timed direct GET status
    expect 200
    late 100
    low=$((took < low ? took : low)) high=$((took > high ? took : high))
  done
  ((high - low >= 50))
}

@test "0 and 0-0 are no delay; a range of one value is one" {
  local value
  for value in 0 0-0 00; do
    programs SSA_DELAY=$value
    direct GET status
    expect 200
    [[ $stderr != *delayed* ]]
  done
  programs SSA_DELAY=150-150
  timed direct GET status
  expect 200
  late 150
}

# bats test_tags=long
@test "a delay does not count in the 5 s of a request" {
  programs SSA_DELAY=5500
  timed direct GET status
  expect 200
  late 5500
}

@test "a worker puts delayed requests aside, also of a slow endpoint: others do not wait" {
  [[ $SSA_MODE == scgi ]] || skip "one program, one request"
  local program sender n
  programs SSA_FAULTS=on
  for program in info ticket; do
    direct OPTIONS "$program" # starts the worker
    for n in 1 2 3; do
      "$SOCKETS" scgi "$BATS_TEST_TMPDIR/$program.scgi" REQUEST_METHOD=GET 'HTTP_PREFER=delay=30000, code=502' \
        </dev/null >"$BATS_TEST_TMPDIR/late.$n" 3>&- &
      sender=$!
    done
    for n in {1..20}; do
      direct GET "$program"
      expect_error 401
    done
    kill -0 "$sender"
    [ ! -s "$BATS_TEST_TMPDIR/late.3" ]
    # A worker that is told to end does not wait for them, and answers them.
    kill -TERM "${WORKERS[$program]}"
    wait "$sender"
    split_reply "$(<"$BATS_TEST_TMPDIR/late.3")"
    expect_error 502
  done
}

@test "cut: the head promises the whole body, half of it comes, and the connection ends" {
  local length
  programs SSA_FAULTS=on
  direct GET info '' HTTP_PREFER=cut
  expect 200
  length=$(header Content-Length)
  ((${#body} == length / 2))
  header_is Connection close
  header_is Preference-Applied cut
  [[ $stderr == *'fault; '*'reason="SSA_FAULTS"'*'status="200"'* ]]
  programs SSA_FAULTS=cut:100%
  direct POST ticket "$LOGIN"
  expect 200
  ((${#body} == $(header Content-Length) / 2))
  [ "$(redis_says dbsize)" = 0 ]
}

@test "cut, through lighttpd: a client sees that the body is too short" {
  stop_lighttpd
  SSA_FAULTS=on start_lighttpd
  grep -q 'faults are made on demand: SSA_FAULTS is set' "$LOG"
  run curl -s --max-time 10 --unix-socket "$BATS_FILE_TMPDIR/http.sock" -H 'Prefer: cut' http://x/api/info
  [ "$status" = 18 ] # a partial file
  stop_lighttpd
  SSA_DELAY=300 start_lighttpd
  cp "$LOG" "$BATS_FILE_TMPDIR/started.log"
}

@test "through lighttpd: late replies, and the log says at the start that they are" {
  if [ "$SSA_MODE" = cgi ]; then
    [ "$(grep -c 'every reply is delayed: SSA_DELAY is set' "$BATS_FILE_TMPDIR/started.log")" = 1 ]
  else
    [ "$(grep -c 'ssa-[a-z]*\[[0-9]*\]: every reply is delayed: SSA_DELAY is set' "$BATS_FILE_TMPDIR/started.log")" = 3 ]
  fi
  timed api /api/status
  expect 200
  late 300
  timed login user1 "$PASSWORD"
  expect 200
  late 300
  timed api /api/info -H "X-Auth-Token: $ticket"
  expect 200
  late 300
  # lighttpd's own replies are not late, but they are not the programs' replies.
  api /api/nothing
  expect_error 404
}
