# The limits on guessing passwords, with many guesses at the same time and clients that leave. What
# one guess after the other gets is in rows/regulation.rows.
# modes: scgi cgi
load helpers

setup_file() {
  isolate_lighttpd
  fresh
  start_redis
}
teardown_file() { stop_servers; }
setup() {
  fresh
  T=$BATS_TEST_TMPDIR
}
teardown() { stop_lighttpd; }

# guess NAME PASSWORD FILE: writes this login to the file.
guess() { BODY=$(credentials "$1" "$2") raw POST /api/ticket >"$3"; }

# values: how many attempts each counter has.
values() { redis keys 'ssa:{*}:fail:*' | xargs -r -n 1 redis-cli -s "$BATS_FILE_TMPDIR/redis.sock" zcard | sort -n | tr '\n' ' '; }

# bats test_tags=long
@test "parallel wrong guesses do not exceed a limit, and only those that got an answer are counted" {
  SSA_WORKERS=12 start_lighttpd
  guess hashed wrong "$T/wrong"
  for _ in 1 2 3; do
    fresh
    together 120 "$T/wrong" >"$T/replies"
    [ "$(tally "$T/replies")" = '401:10 429:110 ' ]
    [ "$(values)" = '10 10 10 ' ]
  done
}

# bats test_tags=long
@test "parallel good logins are never refused, also during wrong guesses for other users" {
  SSA_WORKERS=12 SSA_LOGIN_LIMITS=10/600,100/3600,0 start_lighttpd
  guess user1 "$PASSWORD" "$T/good"
  guess nobody wrong "$T/wrong"
  together 200 "$T/good" 50 "$T/wrong" >"$T/replies"
  # A busy machine may answer some with 503. That refuses nobody, and counts no failure.
  [ "$(grep -cE '^good (200|503) ' "$T/replies")" -eq 200 ]
  grep -q '^good 200 ' "$T/replies"
  [ "$(grep -cE '^wrong (401|429) ' "$T/replies")" -eq 50 ]
}

# hash_of PASSWORD PASSES: an Argon2id hash with 32 MiB. A pass takes about 20 ms.
hash_of() { printf %s "$1" | argon2 saltsaltsalt -id -k 32768 -t "$2" -p 1 -e; }

has_failures() { (($(grep -c 'authentication failure; .* reason="wrong password"' "$LOG") >= $1)); }

# bats test_tags=long,load
@test "a client that leaves while its password is checked is still counted and logged" {
  needs_native "ten hashes take too long"
  SSA_LOGIN_LIMITS=10/600,0,0 start_lighttpd_on_port
  write_users "[{\"username\":\"hashed\",\"password\":\"$(hash_of correct-horse 4)\"},{\"username\":\"plain\",\"password\":\"correct-horse\"}]"
  local name
  for name in hashed plain; do
    redis flushall >/dev/null
    : >"$LOG"
    guess $name wrong "$T/guess"
    python3 -EsSB "$ROOT/tests/tools/reset.py" "$port" 10 "$BATS_FILE_TMPDIR/redis.sock" <"$T/guess"
    wait_until 20 "$(lighttpd_pid)" has_failures 10
    split_reply "$(curl -s -i -H 'Content-Type: application/json' -d "$(credentials $name correct-horse)" "http://127.0.0.1:$port/api/ticket")"
    expect_error 429
  done
}

@test "each login costs the memory of a hash, also one with a right plain-text password" {
  is_static || skip "with shared libraries"
  write_users "[{\"username\":\"plain\",\"password\":\"open-sesame\"},{\"username\":\"hashed\",\"password\":\"$(hash_of x 1)\"}]"
  local row kib
  LAUNCHER=(/usr/bin/python3 -EsSB "$ROOT/tests/tools/cost.py" "$T/cost")
  for row in '200 plain open-sesame' '401 plain x' '200 hashed x' '401 nobody x'; do
    # shellcheck disable=SC2086  # three words
    set -- $row
    post "$(credentials "$2" "$3")"
    expect "$1"
    read -r _ kib <"$T/cost"
    ((kib > 32768))
  done
}
