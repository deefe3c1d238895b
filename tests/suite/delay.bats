# modes: scgi cgi
# SSA_DELAY and SSA_FAULTS, where a row of rows/faults.rows is not enough.
load helpers

setup_file() { start_redis; }
teardown_file() { stop_servers; }
setup() { fresh; }
teardown() { stop_workers; }

# bats test_tags=long
@test "100-800: the time of each reply is in the range, and not always the same" {
  local began took low=9999 high=0
  programs SSA_DELAY=100-800
  for _ in {1..8}; do
    began=${EPOCHREALTIME/./}
    direct GET status
    expect 200
    took=$(((${EPOCHREALTIME/./} - began) / 1000))
    low=$((took < low ? took : low)) high=$((took > high ? took : high))
  done
  ((low >= 100 && high - low >= 50))
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
