# modes: scgi cgi
# SSA_DELAY: a test double that is slow on purpose. Only the lower bound of a time is checked,
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

@test "4000 is the most: such a reply comes before the deadline" {
  programs SSA_DELAY=4000
  timed direct GET status
  expect 200
  late 4000
}

@test "a bad SSA_DELAY: 500 at once, and the log says why" {
  local value
  for value in 200ms -1 - 100- -100 800-100 4001 100-4001 99999999999999999999 '100 - 200' ' 100' 1.5 1e3 100-200-300 on s3cret; do
    refuses_setting SSA_DELAY="$value"
  done
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
