# Every call of the programs fails once: each allocation and each system call, one at a time, for
# every kind of request. tools/calls.py checks what must hold: the reply is whole, and it is either
# the right one or an error, and a worker continues to serve.
# modes: scgi cgi
load helpers

setup_file() { start_redis; }
teardown_file() { stop_servers; }
# Each string that may have escapes has some, because reading a string without escapes
# allocates no memory.
setup() {
  fresh
  write_users '[{"username":"us\u0065r1","password":"A1B2C3D4E5F6G7H8I9H\u0044"},
    {"username":"has\u0068ed","password":"$argon2id$v=19$m=1024,t=1,p=1$Zml4dHVyZS1zYWx0LTAx$qs\/1Gee4a5oQQbK\/TywkOaFpWj\/25HNSk\/PaJy72S6A","machines":[200,100]},
    {"username":"DOM\\q","password":"A1B2C3D4E5F6G7H8I9HD","machines":[100]}]'
}

each() { # KIND
  run "${ISOLATED[@]}" python3 -EsSB "$ROOT/tests/tools/calls.py" "$1" "$SSA_MODE" "${SSA_TEST_UNIT_BIN:-$ROOT/build/unit}/calls" "$BATS_FILE_TMPDIR/redis.sock" \
    "$DATA_DIR" "$BATS_TEST_TMPDIR"
  echo "$output"
  echo "# ${lines[-1]}" >&3
  [ "$status" -eq 0 ]
}

# bats test_tags=transport,load
@test "one allocation fails" { each memory; }
# bats test_tags=long
@test "all allocations fail from one on" { each drought; }
# bats test_tags=load
@test "one system call fails" { each error; }
# bats test_tags=long
@test "killed at one call: the data in Redis are complete" {
  [[ $SSA_MODE == scgi ]] || each kill # the steps are the same in a worker
}
# bats test_tags=long
@test "a signal interrupts one call" { each signal; }
# bats test_tags=long
@test "one call transfers only one byte" { each short; }
