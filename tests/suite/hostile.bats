# Hostile requests, byte for byte, through the real lighttpd. tools/rows.py is the table of
# requests. tools/hostile.py sends them. After every row it checks that nothing was created, lost or
# echoed, and that nothing was written to the log without escapes.
# modes: scgi cgi
load helpers

setup_file() {
  isolate_lighttpd
  fresh
  start_redis
  # The rows contain hundreds of wrong logins. The login limits have tests of their own.
  SSA_LOGIN_LIMITS=100000/600,100000/600,100000/600 start_lighttpd
}
teardown_file() { stop_servers; }
setup() { fresh; }

send() { # GROUP
  run python3 -EsB "$ROOT/tests/tools/hostile.py" "$1" "$BATS_FILE_TMPDIR/http.sock" "$BATS_FILE_TMPDIR/redis.sock" "$DATA_DIR" "$LOG"
  echo "$output"
  [ "$status" -eq 0 ]
}

@test "bodies and JSON" { send json; }
@test "content types and encodings" { send types; }
@test "injection through names and passwords" { send inject; }
@test "methods" { send methods; }
@test "paths" { send paths; }
@test "queries" { send queries; }
@test "request lines and versions" { send lines; }
@test "headers" { send headers; }
@test "framing" { send framing; }
@test "tickets" { send tokens; }

@test "the table has at least 150 rows, each with a name of its own" {
  run python3 -EsB -c "
import sys
sys.path.insert(0, '$ROOT/tests/tools')
from rows import ROWS
assert len(ROWS) >= 150, len(ROWS)
names = [row[:2] for row in ROWS]
assert len(set(names)) == len(names), [name for name in names if names.count(name) > 1]
print(len(ROWS))"
  echo "$output"
  [ "$status" -eq 0 ]
}
