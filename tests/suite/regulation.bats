# The limits on guessing passwords: what Redis has of them, the end of a window, and many guesses at
# the same time. What one guess after the other gets is in rows/regulation.rows.
# modes: scgi cgi
load helpers

setup_file() {
  fresh
  start_redis
}
teardown_file() { stop_servers; }
setup() {
  fresh
  programs
}
teardown() {
  stop_lighttpd
  stop_workers
}

# counters: how many there are. values: how many attempts each of them has.
counters() { redis keys 'ssa:{*}:fail:*' | grep -c .; }
values() { redis keys 'ssa:{*}:fail:*' | xargs -r -n 1 redis-cli -s "$BATS_FILE_TMPDIR/redis.sock" zcard | sort -n | tr '\n' ' '; }

guess() { # NAME ADDRESS [PASSWORD]
  direct_login "$1" "${3-wrong}" REMOTE_ADDR="$2"
}

refused_for_now() { # [SECONDS-AT-MOST]
  expect_error 429
  local wait
  wait=$(header Retry-After)
  ((wait >= 1 && wait <= ${1-600}))
  [[ $body != *user* || $body == *"too many failed logins"* ]]
}

@test "the limits can be set, and windows end" {
  programs SSA_LOGIN_LIMITS=1/2,0,0
  guess user1 192.0.2.1
  expect_error 401
  guess user1 192.0.2.1 "$PASSWORD"
  refused_for_now 2
  wait_until 5 $$ eval '[ "$(redis_says dbsize)" = 0 ]'
  guess user1 192.0.2.1 "$PASSWORD"
  expect 200
}

@test "every counter has the TTL of its window from the first failure on, and a hashed name" {
  guess user1 192.0.2.77
  local key ttls
  ttls=$(redis_says keys 'ssa:{*}:fail:*' | xargs -n 1 redis-cli -s "$BATS_FILE_TMPDIR/redis.sock" ttl | sort -n | tr '\n' ' ')
  [[ $ttls =~ ^(60|59|58|57)\ (600|599|598|597)\ (3600|3599|3598|3597)\ $ ]]
  for key in $(redis_says keys 'ssa:{*}:fail:*'); do
    [[ $key =~ ^ssa:\{[A-Za-z0-9_-]{3}\}:fail:[A-Za-z0-9_-]{43}$ ]]
    redis expire "$key" 30 >/dev/null
  done
  guess user1 192.0.2.77
  # A second failure does not prolong the window.
  for key in $(redis_says keys 'ssa:{*}:fail:*'); do (($(redis_says ttl "$key") <= 30)); done
}

@test "a counter that lost its TTL gets one with the next failure" {
  guess user1 192.0.2.1
  local key
  for key in $(redis_says keys 'ssa:{*}:fail:*'); do redis persist "$key" >/dev/null; done
  guess user1 192.0.2.1
  for key in $(redis_says keys 'ssa:{*}:fail:*'); do (($(redis_says ttl "$key") > 0)); done
}

@test "a counter at its limit that lost its TTL gets one when it refuses" {
  programs SSA_LOGIN_LIMITS=2/2,0,0
  guess user1 192.0.2.1
  guess user1 192.0.2.1
  local key
  key=$(redis_says keys 'ssa:{*}:fail:*')
  redis persist "$key" >/dev/null
  guess user1 192.0.2.1 "$PASSWORD"
  refused_for_now 2
  (($(redis_says ttl "$key") > 0))
  wait_until 5 $$ eval '[ "$(redis_says exists "$key")" = 0 ]'
  guess user1 192.0.2.1 "$PASSWORD"
  expect 200
}

# bats test_tags=long
@test "a value under a counter's name that is not a counter: 503" {
  guess user1 192.0.2.1
  local key
  key=$(redis_says keys 'ssa:{*}:fail:*' | head -n 1)
  redis set "$key" 5 ex 100 >/dev/null
  guess user1 192.0.2.1 "$PASSWORD"
  expect_error 503
  [ -z "$ticket" ]
}

# bats test_tags=long
@test "if failures cannot be counted, no password gets an answer, whether it is right or wrong" {
  # This Redis user may run every command except the one that counts.
  redis acl setuser nocount on '>x' '~*' +@all -zadd >/dev/null
  programs
  REDIS_URL=unix://nocount:x@$BATS_FILE_TMPDIR/redis.sock guess user1 192.0.2.1
  expect_error 503
  header Retry-After
  [ "$(counters)" -eq 0 ]
  stop_workers
  # The same if the counters cannot be read.
  redis acl setuser noread on '>x' '~*' +@all -zcard >/dev/null
  REDIS_URL=unix://noread:x@$BATS_FILE_TMPDIR/redis.sock guess user1 192.0.2.1 "$PASSWORD"
  expect_error 503
  [ -z "$ticket" ]
  stop_workers
  # The same if the program cannot ask when the window ends.
  programs SSA_LOGIN_LIMITS=1/600,0,0
  redis acl setuser nottl on '>x' '~*' +@all -ttl >/dev/null
  REDIS_URL=unix://nottl:x@$BATS_FILE_TMPDIR/redis.sock guess user1 192.0.2.1
  REDIS_URL=unix://nottl:x@$BATS_FILE_TMPDIR/redis.sock guess user1 192.0.2.1 "$PASSWORD"
  [[ $http == 429 || $http == 503 ]]
  expect_error "$http"
  redis acl deluser nocount noread nottl >/dev/null
}

@test "a ticket that cannot be renewed any more counts as a wrong password" {
  guess user1 192.0.2.1 "$PASSWORD"
  local key
  key=$(redis_says keys 'ssa:{*}:ticket:*')
  redis set "$key" "$(redis_says get "$key" | sed -E 's/("renewable_until":)[0-9]+/\11/')" keepttl >/dev/null
  guess user1 192.0.2.9 "$ticket"
  expect_error 401
  [ "$(values)" = '1 1 1 ' ]
}

# --- many at the same time, through lighttpd ------------------------------------------------------

count() { awk -v want="$2" '$2 == want' "$1" | wc -l; }

# bats test_tags=long
@test "parallel wrong guesses do not exceed a limit" {
  isolate_lighttpd
  SSA_WORKERS=12 start_lighttpd
  local n
  BODY='{"username":"hashed","password":"wrong"}' raw POST /api/ticket >"$BATS_TEST_TMPDIR/wrong"
  for n in 1 2 3; do
    fresh
    together 120 "$BATS_TEST_TMPDIR/wrong" >"$BATS_TEST_TMPDIR/replies"
    tally "$BATS_TEST_TMPDIR/replies"
    local denied
    denied=$(count "$BATS_TEST_TMPDIR/replies" 401)
    [ "$denied" -eq 10 ]
    [ "$((denied + $(count "$BATS_TEST_TMPDIR/replies" 429)))" -eq 120 ]
    # Each failure was counted. The attempts that were refused were not counted.
    [ "$(values)" = '10 10 10 ' ]
  done
}

# leave_early COUNT MILLISECONDS [answers]: sends so many logins, and resets each connection
# after this time.
leave_early() { python3 -EsSB "$ROOT/tests/tools/reset.py" "$port" "$@" <"$BATS_TEST_TMPDIR/guess"; }

# hash_of PASSWORD PASSES: an Argon2id hash with 32 MiB. A pass takes about 20 ms.
hash_of() { printf %s "$1" | argon2 saltsaltsalt -id -k 32768 -t "$2" -p 1 -e; }

has_failures() { (($(grep -c "authentication failure; .* reason=\"$2" "$LOG") >= $1)); } # COUNT REASON

# bats test_tags=long
@test "a client that leaves while its password is checked is still counted and logged" {
  needs_native "ten hashes take too long"
  # A program with sanitizers starts slowly. It can be ended before it has read the request.
  [[ $SSA_MODE == scgi ]] || is_static || skip "with shared libraries"
  isolate_lighttpd
  start_lighttpd_on_port
  write_users "[{\"username\":\"hashed\",\"password\":\"$(hash_of correct-horse 4)\"},{\"username\":\"plain\",\"password\":\"correct-horse\"}]"
  local name
  for name in hashed plain; do
    redis flushall >/dev/null
    : >"$LOG"
    BODY="{\"username\":\"$name\",\"password\":\"wrong\"}" raw POST /api/ticket >"$BATS_TEST_TMPDIR/guess"
    leave_early 50 60
    # 10 of the 50 were counted, so the limit holds for the next attempt.
    wait_until 20 "$(lighttpd_pid)" has_failures 49 .
    wait_until 20 "$(lighttpd_pid)" has_failures 10 'wrong password'
    run ! has_failures 11 'wrong password'
    split_reply "$(curl -s -i -H 'Content-Type: application/json' -d "$(credentials "$name" correct-horse)" "http://127.0.0.1:$port/api/ticket")"
    refused_for_now 600
  done
}

# bats test_tags=long
@test "a right plain-text password costs a hash too: a client that leaves early learns nothing" {
  isolate_lighttpd
  start_lighttpd_on_port
  # The hash takes half a second. A client that waits for less time gets no answer, whether its
  # password is right or wrong.
  write_users "[{\"username\":\"plain\",\"password\":\"open-sesame\"},{\"username\":\"hashed\",\"password\":\"$(hash_of x 30)\"}]"
  BODY='{"username":"plain","password":"open-sesame"}' raw POST /api/ticket >"$BATS_TEST_TMPDIR/guess"
  run leave_early 3 100 answers
  [ "$output" = 0 ]
}

# bats test_tags=long
@test "parallel good logins are never refused, also during wrong guesses for other users" {
  isolate_lighttpd
  SSA_WORKERS=12 SSA_LOGIN_LIMITS=10/600,100/3600,0 start_lighttpd
  BODY="{\"username\":\"user1\",\"password\":\"$PASSWORD\"}" raw POST /api/ticket >"$BATS_TEST_TMPDIR/good"
  BODY='{"username":"nobody","password":"wrong"}' raw POST /api/ticket >"$BATS_TEST_TMPDIR/wrong"
  together 200 "$BATS_TEST_TMPDIR/good" 50 "$BATS_TEST_TMPDIR/wrong" >"$BATS_TEST_TMPDIR/replies"
  tally "$BATS_TEST_TMPDIR/replies"
  # A busy machine may answer some with 503. That refuses nobody, and counts no failure.
  [ "$(grep -cE '^good (200|503) ' "$BATS_TEST_TMPDIR/replies")" -eq 200 ]
  grep -q '^good 200 ' "$BATS_TEST_TMPDIR/replies"
  [ "$(grep -cE '^wrong (401|429) ' "$BATS_TEST_TMPDIR/replies")" -eq 50 ]
}
