# Sessions from the login to the logout: renewal, GET /api/ticket, logging out, the CSRF token, and
# what Redis holds of a session.
# modes: scgi cgi
load helpers

setup_file() { start_redis; }
teardown_file() { stop_servers; }
setup() {
  fresh
  settings
  WORKER_LOG=$BATS_TEST_TMPDIR/log
}
teardown() { stop_workers; }

# settings [NAME=VALUE...]: those of the programs from now on. No limit of logins is in the way.
settings() { programs SSA_LOGIN_LIMITS=0,0,0 "$@"; }

# enter [PASSWORD]: logs user1 in. $ticket is the ticket, and $key is its Redis key.
enter() {
  local before
  before=$(redis_says keys 'ssa:{*}:ticket:*')
  login user1 "${1-$PASSWORD}"
  expect 200
  for key in $(redis_says keys 'ssa:{*}:ticket:*'); do [[ $'\n'$before$'\n' == *$'\n'$key$'\n'* ]] || break; done
}

login() { direct_login "$@"; }
get() { direct GET "${1#/api/}" '' HTTP_X_AUTH_TOKEN="$2"; }
leave() { direct DELETE ticket '' HTTP_X_AUTH_TOKEN="$1" QUERY_STRING="${2-}"; }

# expect_dead TICKET: every endpoint refuses it.
expect_dead() {
  local ticket csrf # because a login sets them
  get /api/info "$1"
  expect_error 401
  get /api/ticket "$1"
  expect_error 401
  leave "$1"
  expect_error 401
  login user1 "$1"
  expect_error 401
}
expect_alive() {
  get /api/info "$1"
  expect 200
  get /api/ticket "$1"
  expect 200
}

# index_matches: the one index has the digests of the tickets that exist, and no others.
index_matches() {
  local members tickets member
  members=($(redis_says zrange "$(redis_says keys 'ssa:{*}:user:*')" 0 -1))
  tickets=($(redis_says keys 'ssa:{*}:ticket:*'))
  [[ ${#members[@]} == "${#tickets[@]}" ]]
  for member in "${members[@]##*:}"; do [[ " ${tickets[*]##*:} " == *" $member "* ]] || return 1; done
}

# change JQ-FILTER: changes the session value in $key and keeps its TTL.
change() { redis set "$key" "$(redis_says get "$key" | jq -cj "$1")" keepttl >/dev/null; }

# --- GET /api/ticket ------------------------------------------------------------------------------

@test "a session lives 7200 s from the login and can be renewed for 43200 s, by the clock of Redis" {
  enter
  local now ttl
  now=$(redis_says time | head -n 1)
  ttl=$(redis_says ttl "$key")
  ((ttl > 7190 && ttl <= 7200))
  expect_json ".data.expires - $now | . > 7190 and . <= 7200"
  redis get "$key" | jq -e ".renewable_until - $now | . > 43190 and . <= 43200"
}

@test "an expired ticket is refused" {
  enter
  redis pexpire "$key" 1 >/dev/null
  wait_until 5 $$ eval '[ "$(redis_says exists "$key")" = 0 ]'
  expect_dead "$ticket"
}

@test "a value under a ticket's key that is not a session is refused" {
  enter
  local good=$ticket value
  for value in '' x '[]' '{}' null '{"username":"user1"}' "$(redis_says get "$key" | jq -c 'del(.fingerprint)')" \
    "$(redis_says get "$key" | jq -c '.username = "hashed"')" "$(redis_says get "$key" | jq -c '.fingerprint = ""')" \
    "$(redis_says get "$key" | jq -c '.fingerprint |= .[1:]')" "$(redis_says get "$key" | jq -c '.expires = "1"')" \
    "$(redis_says get "$key" | head -c 60)"; do
    redis set "$key" "$value" ex 100 >/dev/null
    get /api/info "$good"
    expect_error 401
  done
  redis del "$key" >/dev/null
  redis rpush "$key" x >/dev/null
  get /api/info "$good"
  expect_error 503
}

# --- renewal --------------------------------------------------------------------------------------

@test "a live ticket as the password gives a new ticket; the old one lives 60 s more" {
  enter
  local old=$ticket old_key=$key old_csrf=$csrf ttl
  enter "$old"
  [ "$ticket" != "$old" ]
  [ "$csrf" != "$old_csrf" ]
  expect_json '.data.username == "user1"'
  expect_alive "$ticket"
  expect_alive "$old"
  ttl=$(redis_says ttl "$old_key")
  ((ttl > 50 && ttl <= 60))
  ttl=$(redis_says ttl "$key")
  ((ttl > 7190 && ttl <= 7200))
  get /api/ticket "$old"
  expect_json ".data.expires - $(redis_says time | head -n 1) | . > 50 and . <= 60"
  index_matches
}

@test "a renewal does not prolong an old ticket that ends in less than 60 s" {
  enter
  local old=$ticket now
  now=$(redis_says time | head -n 1)
  change ".expires = $((now + 20))"
  redis expire "$key" 20 >/dev/null
  local old_key=$key
  enter "$old"
  (($(redis_says ttl "$old_key") <= 20))
}

@test "renewals end 12 hours after the login: the last ticket does not live longer, the next renewal is refused" {
  enter
  local first=$ticket now end
  now=$(redis_says time | head -n 1)
  end=$((now + 30))
  change ".renewable_until = $end"
  enter "$first"
  local ttl second=$ticket
  ttl=$(redis_says ttl "$key")
  ((ttl > 20 && ttl <= 30))
  expect_json ".data.expires == $end"
  redis get "$key" | jq -e ".renewable_until == $end"
  change ".renewable_until = $now"
  login user1 "$second"
  expect_error 401
  [ -z "$ticket" ]
  # The renewal was refused, but the ticket itself is still alive.
  expect_alive "$second"
}

# bats test_tags=long
@test "a chain of renewals ends, with a short SSA_TICKET_MAX" {
  settings SSA_TICKET_TTL=2 SSA_TICKET_MAX=3
  login user1 "$PASSWORD"
  expect 200
  local end=$((expires + 1)) renewals=0
  while login user1 "$ticket" && [[ $http == 200 ]]; do
    ((expires <= end))
    (($(redis_says time | head -n 1) <= end))
    renewals=$((renewals + 1))
    sleep 0.2 # much less than the lifetime of a ticket
  done
  expect_error 401
  ((renewals >= 1)) # usually six or more
  # No key is left, also not the index.
  wait_until 5 $$ eval '[ "$(redis_says dbsize)" = 0 ]'
}

# bats test_tags=long
@test "a renewal requires the same user, and this user must still be allowed to log in" {
  enter
  local live=$ticket users
  login hashed "$live"
  expect_error 401
  login user1 "$live"
  expect 200
  for users in '[{"username":"user1","password":"A1B2C3D4E5F6G7H8I9HD","disabled":true}]' \
    '[{"username":"user1","password":"another"}]' '[]'; do
    enter
    live=$ticket
    write_users "$users"
    login user1 "$live"
    expect_error 401
    # This ended the session, also if the user comes back unchanged.
    fresh_users
    get /api/ticket "$live"
    expect_error 401
  done
}

# --- the limit of tickets -------------------------------------------------------------------------

@test "a user has at most SSA_TICKETS_PER_USER live tickets: one more ends the one that was issued first" {
  settings SSA_TICKETS_PER_USER=3
  local n all=()
  for n in {0..9}; do
    enter
    all+=("$ticket")
  done
  for n in {0..6}; do
    get /api/ticket "${all[n]}"
    expect_error 401
  done
  for n in 7 8 9; do
    get /api/ticket "${all[n]}"
    expect 200
  done
  [ "$(redis_says zcard "$(redis_says keys 'ssa:{*}:user:*')")" -eq 3 ]
  index_matches
  # The tickets of another user do not count.
  login hashed 'correct horse'
  expect 200
  get /api/ticket "${all[7]}"
  expect 200
}

@test "at the limit, the ticket that a renewal replaces lives 60 s more, and ends no other" {
  settings SSA_TICKETS_PER_USER=2
  local other first second
  enter
  other=$ticket
  enter
  first=$ticket
  enter "$first"
  second=$ticket
  enter "$second"
  for n in "$other" "$first" "$second" "$ticket"; do
    get /api/ticket "$n"
    expect 200
  done
  # The replaced ones are bounded, too: the oldest of three ends.
  local third=$ticket
  enter "$third"
  get /api/ticket "$first"
  expect_error 401
  for n in "$other" "$second" "$third" "$ticket"; do
    get /api/ticket "$n"
    expect 200
  done
  index_matches
  # A login ends the one that was issued first of those that count.
  enter
  get /api/ticket "$other"
  expect_error 401
  get /api/ticket "$third"
  expect 200
  # Replaced tickets that have ended leave the index with the next renewal.
  redis zadd "$(redis_says keys 'ssa:{*}:user:*')" $(((-10000000000 + $(redis_says time | head -n 1) - 1) * 1000000)) ended >/dev/null
  login user1 "$ticket"
  expect 200
  run redis zscore "$(redis_says keys 'ssa:{*}:user:*')" ended
  [ -z "$output" ]
}

@test "a ticket that ends early, because its login is old, is not the first to go" {
  settings SSA_TICKETS_PER_USER=2 SSA_TICKET_TTL=100 SSA_TICKET_MAX=100
  login user1 "$PASSWORD"
  local first=$ticket
  sleep_until_next_second
  login user1 "$PASSWORD"
  local other=$ticket
  login user1 "$first"
  expect 200
  local renewed=$ticket
  login user1 "$PASSWORD"
  get /api/ticket "$other"
  expect_error 401
  get /api/ticket "$renewed"
  expect 200
}
sleep_until_next_second() {
  local now
  now=$(redis_says time | head -n 1)
  wait_until 3 $$ eval '(($(redis_says time | head -n 1) > '"$now"'))'
}

# bats test_tags=long
@test "one more ticket never ends the newest, also among tickets that were issued with a longer lifetime" {
  settings SSA_TICKETS_PER_USER=1
  local n older=
  for n in {1..12}; do
    enter
    get /api/ticket "$ticket"
    expect 200
    [[ -z $older ]] || expect_dead "$older"
    older=$ticket
    ((n % 3)) || redis zincrby "$(redis_says keys 'ssa:{*}:user:*')" 1000 "$(newest_member)" >/dev/null
  done
  [ "$(redis_says keys 'ssa:{*}:ticket:*' | wc -l)" -eq 1 ]
}
newest_member() { redis zrange "$(redis_says keys 'ssa:{*}:user:*')" 0 -1 rev | head -n 1; }

# bats test_tags=long
@test "100 tickets for each user, unless it is set" {
  enter
  local index n
  index=$(redis_says keys 'ssa:{*}:user:*')
  for n in {1..150}; do
    printf 'SET %s:ticket:%043d x EX 100\nZADD %s %d %016d:%043d\n' "${index%:user:*}" "$n" "$index" $(((2000000000 + n) * 1000000)) "$n" "$n"
  done | redis >/dev/null
  login hashed 'correct horse'
  login user1 "$PASSWORD"
  expect 200
  [ "$(redis_says zcard "$index")" -eq 100 ]
}

# --- logging out ----------------------------------------------------------------------------------

# bats test_tags=long
@test "logging out with any ticket of a login ends all that were renewed from it, and no other login" {
  local which
  for which in 0 1 2; do
    enter
    local other=$ticket chain=()
    enter
    chain+=("$ticket")
    enter "$ticket"
    chain+=("$ticket")
    enter "$ticket"
    chain+=("$ticket")
    leave "${chain[which]}"
    expect 204
    for ticket in "${chain[@]}"; do
      get /api/ticket "$ticket"
      expect_error 401
    done
    expect_alive "$other"
    index_matches
  done
}

@test "DELETE ?all ends all tickets of the user, also renewed ones, and no ticket of another user" {
  local mine=()
  for _ in 1 2 3; do
    enter
    mine+=("$ticket")
  done
  enter "$ticket"
  mine+=("$ticket")
  login hashed correct
  [[ $http == 200 ]] || login user@1 $'p\u00e4ss "w\\rd'
  expect 200
  local other=$ticket
  leave "${mine[0]}" all
  expect 204
  for ticket in "${mine[@]}"; do expect_dead "$ticket"; done
  get /api/ticket "$other"
  expect 200
  [ "$(redis_says keys 'ssa:{*}:user:*' | wc -l)" -eq 1 ]
  index_matches
}

# bats test_tags=long
@test "DELETE ?all ends more than a thousand tickets" {
  enter
  local index
  index=$(redis_says keys 'ssa:{*}:user:*')
  for n in {1..1234}; do
    printf 'SET %s:ticket:%043d x EX 100\nZADD %s 9999999999 %016d:%043d\n' "${index%:user:*}" "$n" "$index" "$n" "$n"
  done | redis >/dev/null
  leave "$ticket" all
  expect 204
  [ "$(redis_says dbsize)" -eq 0 ]
}

# A cut that comes in the middle of a reply is an honest 503, and no test can choose the moment.
# So there are several rounds, and one of them must go on after a cut. A program that never goes on
# fails in all of them.
# bats test_tags=long
@test "DELETE ?all goes on when its connection to Redis is cut again and again" {
  local index cutter round n cuts=$BATS_TEST_TMPDIR/cuts
  for round in {1..20}; do
    redis flushall >/dev/null
    rm -f "$cuts"
    enter
    index=$(redis_says keys 'ssa:{*}:user:*')
    for n in {1..6000}; do
      printf 'SET %s:ticket:%043d x EX 100\nZADD %s 9999999999 %016d:%043d\n' "${index%:user:*}" "$n" "$index" "$n" "$n"
    done | redis >/dev/null
    # Each cut comes when some tickets have ended since the last one. A redis-cli for each question
    # would start too slowly. Without the pause, the cuts would leave no time to go on.
    (
      coproc redis
      before=6002
      while ((before > 1)) && echo dbsize >&"${COPROC[1]}" && read -r now <&"${COPROC[0]}"; do
        if ((now < before)); then
          echo client kill type normal >&"${COPROC[1]}"
          read -r killed <&"${COPROC[0]}"
          echo "$killed" >>"$cuts"
        fi
        before=$now
        moment
      done
    ) 3>&- &
    cutter=$!
    leave "$ticket" all
    kill "$cutter" 2>/dev/null || true
    wait "$cutter" || true
    if [[ $http == 204 && -s $cuts ]]; then break; fi
    [[ $http == 204 ]] || expect_error 503
  done
  expect 204
  [ "$(redis_says dbsize)" -eq 0 ]
  (($(awk '{ n += $1 } END { print n }' "$cuts") > 0))
}

# bats test_tags=long
@test "DELETE ?all that fails half-way can be repeated: the ticket it was sent with ends last" {
  local other index
  enter
  other=$ticket
  enter
  index=$(redis_says keys 'ssa:{*}:user:*')
  redis zadd "$index" 9999999999 not-ours >/dev/null
  leave "$ticket" all
  expect_error 500
  expect_alive "$ticket"
  redis zrem "$index" not-ours >/dev/null
  leave "$ticket" all
  expect 204
  expect_dead "$ticket"
  expect_dead "$other"
}

# --- what Redis holds -----------------------------------------------------------------------------

@test "every key has a TTL, and an index lives as long as its last ticket" {
  enter
  local index
  index=$(redis_says keys 'ssa:{*}:user:*')
  # A first ticket that ends soon does not shorten the TTL of the index for the next ticket.
  redis expire "$key" 100 >/dev/null
  redis expire "$index" 100 >/dev/null
  enter
  (($(redis_says ttl "$index") > 7190))
  # A ticket also does not shorten the TTL of an index that must live longer.
  redis expire "$index" 9999 >/dev/null
  enter
  (($(redis_says ttl "$index") > 9990))
  # An index that lost its TTL gets one.
  redis persist "$index" >/dev/null
  enter
  (($(redis_says ttl "$index") > 7190 && $(redis_says ttl "$index") <= 7200))
  login user1 wrong
  for key in $(redis_says keys '*'); do
    (($(redis_says ttl "$key") > 0))
  done
}

@test "an index ends with its tickets" {
  settings SSA_TICKET_TTL=1 SSA_TICKET_MAX=1
  for _ in 1 2 3; do
    login user1 "$PASSWORD"
    expect 200
  done
  local index
  index=$(redis_says keys 'ssa:{*}:user:*')
  (($(redis_says ttl "$index") <= 1))
  wait_until 5 $$ eval '[ "$(redis_says dbsize)" = 0 ]'
}

@test "an index does not outlive the last ticket when a longer one is ended" {
  settings SSA_TICKET_TTL=100 SSA_TICKET_MAX=100
  enter
  settings
  enter
  local index
  index=$(redis_says keys 'ssa:{*}:user:*')
  (($(redis_says ttl "$index") > 7000))
  leave "$ticket"
  expect 204
  (($(redis_says ttl "$index") <= 100 && $(redis_says ttl "$index") > 90))
}

@test "a login removes expired tickets from the index" {
  enter
  local index
  index=$(redis_says keys 'ssa:{*}:user:*')
  redis zadd "$index" 1 expired-long-ago "$(($(redis_says time | head -n 1) - 1))" expired-just-now >/dev/null
  [ "$(redis_says zcard "$index")" -eq 3 ]
  enter
  index_matches
}

@test "an index member's score is its ticket's end, with the microsecond of its issue" {
  enter
  local index
  index=$(redis_says keys 'ssa:{*}:user:*')
  [[ $(redis_says zscore "$index" "$(redis_says zrange "$index" 0 -1)") =~ ^${expires}[0-9]{6}$ ]]
}

@test "no ticket, password or CSRF token appears in the commands to Redis or in the log" {
  redis monitor >"$BATS_TEST_TMPDIR/monitor" 2>&1 3>&- &
  local watcher=$!
  wait_until 5 "$watcher" grep -q OK "$BATS_TEST_TMPDIR/monitor"
  enter
  local first=$ticket first_csrf=$csrf
  expect_alive "$first"
  enter "$first"
  local second=$ticket second_csrf=$csrf
  login user1 wrong-secret-1
  login hashed "$first"
  direct DELETE ticket '' HTTP_X_AUTH_TOKEN="$first" HTTP_CSRFPREVENTIONTOKEN="$first_csrf"
  expect 204
  leave "$second" all
  redis set seen-all 1 ex 9 >/dev/null
  wait_until 5 "$watcher" grep -q seen-all "$BATS_TEST_TMPDIR/monitor"
  kill "$watcher"
  grep -q :ticket: "$BATS_TEST_TMPDIR/monitor"
  local secret
  for secret in "$first" "$second" "$first_csrf" "$second_csrf" "$PASSWORD" wrong-secret-1; do
    run grep -F -- "$secret" "$BATS_TEST_TMPDIR/monitor" "$WORKER_LOG"
    [ "$status" -eq 1 ]
  done
  # Names in keys are hashed.
  run grep -E '"ssa:[^"]*(user1|hashed)' "$BATS_TEST_TMPDIR/monitor"
  [ "$status" -eq 1 ]
}

@test "the log names a ticket by the first 8 digits of its hash" {
  enter
  local id=${key##*:}
  id=${id:0:8}
  grep "login; .*user=\"user1\".*ticket=\"$id\"" "$WORKER_LOG"
  leave "$ticket"
  grep "logout; .*user=\"user1\".*ticket=\"$id\"" "$WORKER_LOG"
}
