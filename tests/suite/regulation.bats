# The limits on guessing passwords: three limits, counted in Redis under hashed names.
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

# fill KEY COUNT: adds so many attempts to a counter.
fill() { for ((n = 0; n < $2; n++)); do printf 'ZADD %s 0 by-hand-%d\n' "$1" "$n"; done | redis >/dev/null; }

# fill_shared COUNT: after two attempts, does this to the counter that both share.
fill_shared() {
  local key
  for key in $(redis_says keys 'ssa:{*}:fail:*'); do [ "$(redis_says zcard "$key")" != 2 ] || fill "$key" "$1"; done
}

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

@test "user and address: 10 failures in 10 minutes, the eleventh attempt is 429 whatever the password" {
  local n
  for n in {1..10}; do
    guess user1 192.0.2.1
    expect_error 401
  done
  guess user1 192.0.2.1
  refused_for_now 600
  guess user1 192.0.2.1 "$PASSWORD"
  refused_for_now 600
  [ -z "$ticket" ]
  # The same user from another address, and another user from this address, are not limited.
  guess user1 192.0.2.2 "$PASSWORD"
  expect 200
  guess hashed 192.0.2.1
  expect_error 401
}

@test "a refused attempt is not counted, so the window ends when it said" {
  programs SSA_LOGIN_LIMITS=2/600,0,0
  guess user1 192.0.2.1
  guess user1 192.0.2.1
  for _ in 1 2 3; do
    guess user1 192.0.2.1
    refused_for_now
  done
  [ "$(values)" = '2 ' ]
}

# bats test_tags=long
@test "user: 100 failures in an hour, from wherever" {
  # Most failures are added by hand. The counter of the user is the one that all addresses share.
  guess user1 192.0.2.1
  guess user1 192.0.2.2
  fill_shared 97
  guess user1 192.0.2.3
  expect_error 401
  guess user1 192.0.2.4 "$PASSWORD"
  refused_for_now 3600
  guess user1 192.0.2.1 "$PASSWORD"
  refused_for_now 3600
  guess user@1 192.0.2.4
  expect_error 401
}

# bats test_tags=long
@test "address: 60 failures in a minute, whatever the names" {
  guess name1 192.0.2.1
  guess name2 192.0.2.1
  fill_shared 57
  guess name3 192.0.2.1
  expect_error 401
  guess user1 192.0.2.1 "$PASSWORD"
  refused_for_now 60
  guess name4 192.0.2.1
  refused_for_now 60
  guess user1 192.0.2.2 "$PASSWORD"
  expect 200
}

# bats test_tags=long
@test "unknown and disabled users are counted like known ones: the same bytes, after the same number of attempts" {
  programs SSA_LOGIN_LIMITS=3/600,0,0
  local name n replies=()
  for name in user1 hashed former nobody; do
    fresh
    local seen=
    for n in {1..5}; do
      guess "$name" 192.0.2.1
      seen+="$http $body;"
    done
    replies+=("$seen")
  done
  [ "${replies[0]}" = "${replies[1]}" ]
  [ "${replies[0]}" = "${replies[2]}" ]
  [ "${replies[0]}" = "${replies[3]}" ]
  [[ ${replies[0]} == 401*401*401*429*429* ]]
}

@test "a disabled user's right password is a failure" {
  guess former 192.0.2.1 still-known
  expect_error 401
  [ "$(values)" = '1 1 1 ' ]
}

# bats test_tags=long
@test "names in other case, and with other bytes, are other names" {
  guess user1 192.0.2.1
  guess USER1 192.0.2.1
  guess 'user1 ' 192.0.2.1
  # Three counters of a user and an address, three of a user, and one of the address.
  [ "$(values)" = '1 1 1 1 1 1 3 ' ]
}

# bats test_tags=long
@test "no name shares a counter with another name and an address" {
  guess 'user1 192.0.2.1' ''
  guess user1 192.0.2.1
  guess 'user119' 2.0.2.1
  guess user1 192.0.2.10
  [ "$(redis_says keys 'ssa:{*}:fail:*' | wc -l)" -eq 11 ]
}

@test "success clears (user, address) only" {
  local n
  for n in 1 2 3; do guess user1 192.0.2.1; done
  guess user1 192.0.2.2
  # (user1, .1) has 3, (user1, .2) has 1, user1 has 4, .1 has 3, and .2 has 1.
  [ "$(values)" = '1 1 3 3 4 ' ]
  guess user1 192.0.2.1 "$PASSWORD"
  expect 200
  [ "$(values)" = '1 1 3 4 ' ]
}

# bats test_tags=long
@test "an attacker cannot clear the counter of their address with an account of their own" {
  programs SSA_LOGIN_LIMITS=0,0,3/60
  local n
  for n in 1 2 3; do
    guess user1 192.0.2.1
    guess user@1 192.0.2.1 $'p\u00e4ss "w\\rd'
  done
  guess user1 192.0.2.1
  refused_for_now 60
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

@test "0 turns a limit off" {
  local which n
  for which in 0,0,0 0,2/60,0 0/600,0/3600,2/60; do
    fresh
    programs SSA_LOGIN_LIMITS="$which"
    for n in 1 2 3; do guess user1 192.0.2.1; done
    guess user1 192.0.2.1 "$PASSWORD"
    case $which in
      0,0,0)
        expect 200
        [ "$(counters)" -eq 0 ]
        ;;
      *)
        refused_for_now 60
        [ "$(counters)" -eq 1 ]
        ;;
    esac
  done
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

@test "a login that too few replicas have is no failure: it is taken back" {
  local SSA_TEST_STORE=single REDIS_URL=unix://$BATS_FILE_TMPDIR/redis.sock
  programs SSA_REDIS_WAIT=1
  guess user1 192.0.2.1 "$PASSWORD"
  expect_error 503
  guess user1 192.0.2.1
  expect_error 503
  [ -z "$(values)" ]
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

@test "live tickets keep working for a user who is regulated" {
  programs SSA_LOGIN_LIMITS=1/600,1/600,1/600
  guess user1 192.0.2.1 "$PASSWORD"
  expect 200
  local live=$ticket
  guess user1 192.0.2.1
  guess user1 192.0.2.1 "$PASSWORD"
  refused_for_now
  direct GET info '' HTTP_X_AUTH_TOKEN="$live"
  expect 200
  direct GET ticket '' HTTP_X_AUTH_TOKEN="$live"
  expect 200
  direct DELETE ticket '' HTTP_X_AUTH_TOKEN="$live"
  expect 204
}

@test "a renewal that fails is counted like any wrong password" {
  programs SSA_LOGIN_LIMITS=3/600,0,0
  guess hashed 192.0.2.1 "$(printf 'A%.0s' {1..43})"
  expect_error 401
  guess user1 192.0.2.1 "$PASSWORD"
  local live=$ticket
  guess hashed 192.0.2.1 "$live"
  expect_error 401
  direct DELETE ticket '' HTTP_X_AUTH_TOKEN="$live"
  expect 204
  guess hashed 192.0.2.1 "$live"
  expect_error 401
  guess hashed 192.0.2.1 "$live"
  refused_for_now
  # A ticket that cannot be renewed any more counts as a wrong password too.
  guess user1 192.0.2.1 "$PASSWORD"
  live=$ticket
  local key
  key=$(redis_says keys 'ssa:{*}:ticket:*')
  redis set "$key" "$(redis_says get "$key" | sed -E 's/("renewable_until":)[0-9]+/\11/')" keepttl >/dev/null
  guess user1 192.0.2.9 "$live"
  expect_error 401
  [ "$(values)" = '1 3 ' ]
}

@test "a good renewal is not counted" {
  programs SSA_LOGIN_LIMITS=3/600,0,0
  guess user1 192.0.2.1 "$PASSWORD"
  for _ in 1 2 3 4 5; do
    guess user1 192.0.2.1 "$ticket"
    expect 200
  done
  [ "$(counters)" -eq 0 ]
}

@test "bad requests are not counted" {
  local bad
  for bad in '{}' 'x' '{"username":"user1"}' '{"username":"user1","password":""}' '{"username":"user1","username":"user1","password":"x"}'; do
    direct POST ticket "$bad"
    expect_error 400
  done
  [ "$(counters)" -eq 0 ]
}

@test "each failure is one line in the log, in fail2ban's form, and so is each refusal" {
  programs SSA_LOGIN_LIMITS=1/600,0,0
  guess user1 192.0.2.7
  [[ $stderr =~ ^[0-9TZ:-]+\ ssa-ticket\[[0-9]+\]:\ authentication\ failure\;\ rhost=192\.0\.2\.7\ user=\"user1\"\ reason=\"wrong\ password\" ]]
  [ "$(wc -l <<<"$stderr")" -eq 1 ]
  guess user1 192.0.2.7 "$PASSWORD"
  [[ $stderr == *"authentication failure; rhost=192.0.2.7 user=\"user1\" reason="* ]]
  [ "$(wc -l <<<"$stderr")" -eq 1 ]
  [[ $stderr != *"$PASSWORD"* ]]
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

has_failures() { (($(grep -c 'authentication failure; ' "$LOG") >= $1)); }

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
    wait_until 20 "$(lighttpd_pid)" has_failures 49
    # 10 of the 50 were counted, so the limit holds for the next attempt.
    [ "$(grep -c 'reason="wrong password"' "$LOG")" -eq 10 ]
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

@test "an IPv6 address counts by its /64, an IPv4 address in IPv6 form as that IPv4 address" {
  programs SSA_LOGIN_LIMITS=0,0,3/600
  local n
  for n in 1 2 3; do
    guess "name$n" "2001:db8:1:2:$n::$n"
    expect_error 401
  done
  guess user1 2001:DB8:1:2:ffff:ffff:ffff:ffff "$PASSWORD"
  refused_for_now 600
  guess user1 2001:db8:1:3::1 "$PASSWORD"
  expect 200
  for n in 192.0.2.1 ::ffff:c000:201 64:ff9b::192.0.2.1; do
    guess name "$n"
    expect_error 401
  done
  guess user1 192.0.2.1 "$PASSWORD"
  refused_for_now 600
  guess user1 ::ffff:192.0.2.2 "$PASSWORD"
  expect 200
}

# bats test_tags=long
@test "parallel good logins are never refused, also during wrong guesses for other users" {
  isolate_lighttpd
  SSA_WORKERS=12 SSA_LOGIN_LIMITS=10/600,100/3600,0 start_lighttpd
  BODY="{\"username\":\"user1\",\"password\":\"$PASSWORD\"}" raw POST /api/ticket >"$BATS_TEST_TMPDIR/good"
  BODY='{"username":"nobody","password":"wrong"}' raw POST /api/ticket >"$BATS_TEST_TMPDIR/wrong"
  together 200 "$BATS_TEST_TMPDIR/good" 50 "$BATS_TEST_TMPDIR/wrong" >"$BATS_TEST_TMPDIR/replies"
  tally "$BATS_TEST_TMPDIR/replies"
  [ "$(grep -c '^good 200 ' "$BATS_TEST_TMPDIR/replies")" -eq 200 ]
  [ "$(grep -cE '^wrong (401|429) ' "$BATS_TEST_TMPDIR/replies")" -eq 50 ]
}
