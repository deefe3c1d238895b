# Many requests at the same time. The assertions must hold in whatever order the requests run, so no
# test depends on a certain order.
# modes: scgi cgi
load helpers

setup_file() {
  isolate_lighttpd
  fresh
  start_redis
  # More workers than slots. Otherwise the number of workers alone would be the limit.
  SSA_WORKERS=8 SSA_LOGIN_LIMITS=0,0,0 SSA_TICKETS_PER_USER=5000 start_lighttpd
}
teardown_file() { stop_servers; }
setup() {
  fresh
  T=$BATS_TEST_TMPDIR
  rounds=$((${SSA_TEST_FULL:-0} ? 15 : 2))
}
teardown() {
  [[ -z ${watcher-} ]] || kill "$watcher" 2>/dev/null || true
}

login_request() { BODY=$(credentials "$1" "$2") raw POST /api/ticket; }
# status_of FILE NAMES: the different statuses of these requests, sorted.
status_of() { awk -v names="^($2)\$" '$1 ~ names {print $2}' "$1" | sort -u | tr '\n' ' '; }
tickets() { redis keys 'ssa:{*}:ticket:*' | grep -c . || true; }

# none_left: no ticket is left in Redis, and no index.
none_left() {
  [ "$(redis_says dbsize)" -eq 0 ] || {
    redis keys '*'
    cat "$T/replies"
    false
  }
}

# readers: writes requests of $ticket to $T/info and $T/whoami.
readers() {
  raw GET /api/info "X-Auth-Token: $ticket" >"$T/info"
  raw GET /api/ticket "X-Auth-Token: $ticket" >"$T/whoami"
}

# --- logging out ----------------------------------------------------------------------------------

@test "50 GETs at the same time as the logout: afterwards all are 401 and the key does not exist" {
  local round
  for ((round = 0; round < rounds; round++)); do
    login user1 "$PASSWORD"
    readers
    raw DELETE /api/ticket "X-Auth-Token: $ticket" >"$T/logout"
    together 25 "$T/info" 1 "$T/logout" 25 "$T/whoami" >"$T/replies"
    [ "$(status_of "$T/replies" logout)" = '204 ' ]
    [[ $(status_of "$T/replies" 'info|whoami') =~ ^(200 |401 |200 401 )$ ]]
    none_left
    together 25 "$T/info" 25 "$T/whoami" >"$T/replies"
    [ "$(status_of "$T/replies" 'info|whoami')" = '401 ' ]
    none_left
  done
}

@test "several logouts at the same time: at least one gets 204, and no key is left" {
  local round
  for ((round = 0; round < rounds; round++)); do
    login user1 "$PASSWORD"
    raw DELETE /api/ticket "X-Auth-Token: $ticket" >"$T/one"
    raw DELETE '/api/ticket?all' "X-Auth-Token: $ticket" >"$T/all"
    together 3 "$T/one" 3 "$T/all" >"$T/replies"
    [[ $(status_of "$T/replies" 'one|all') =~ ^204\ (401\ )?$ ]]
    none_left
  done
}

@test "renewals at the same time as a logout, of this ticket or of all, never leave a live ticket" {
  local round first
  for ((round = 0; round < 3 * rounds; round++)); do
    login user1 "$PASSWORD"
    first=$ticket
    if ((round % 3 == 0)); then
      login user1 "$PASSWORD"
      raw DELETE '/api/ticket?all' "X-Auth-Token: $first" >"$T/logout"
    else
      raw DELETE /api/ticket "X-Auth-Token: $first" >"$T/logout"
    fi
    login_request user1 "$ticket" >"$T/renewal"
    together $((1 + (round % 3 == 0))) "$T/renewal" 1 "$T/logout" >"$T/replies"
    echo "round $round"
    [ "$(status_of "$T/replies" logout)" = '204 ' ]
    [[ $(status_of "$T/replies" renewal) =~ ^(200 |401 )+$ ]]
    none_left
  done
}

@test "a user is removed while their requests run: afterwards all are 401, also when the user is back" {
  local round sender
  for round in 1 2; do
    fresh
    login user1 "$PASSWORD"
    readers
    rm -f "$T/codes" # of the round before
    stdbuf -oL curl -s --parallel --parallel-immediate --parallel-max 50 --max-time 40 --unix-socket "$BATS_FILE_TMPDIR/http.sock" \
      -H "X-Auth-Token: $ticket" -o /dev/null -w '%{http_code}\n' "http://localhost/api/info?_=[1-1000000]" >"$T/codes" 2>/dev/null 3>&- &
    sender=$!
    wait_until 20 "$sender" grep -q 200 "$T/codes"
    write_users '[]'
    # From now on this is true, whatever the concurrent requests get.
    api /api/info -H "X-Auth-Token: $ticket"
    expect_error 401
    wait_until 20 "$sender" grep -q 401 "$T/codes" # the requests are still being sent
    kill "$sender"
    wait "$sender" || true
    [ "$(grep -x ... "$T/codes" | sort -u | tr '\n' ' ')" = '200 401 ' ]
    fresh_users
    together 5 "$T/info" 5 "$T/whoami" >"$T/replies"
    [ "$(status_of "$T/replies" 'info|whoami')" = '401 ' ]
    [ "$(tickets)" -eq 0 ]
  done
}

# --- logging in -----------------------------------------------------------------------------------

@test "1,000 logins of one user at the same time: tickets that work or a 503, and an index that matches" {
  credentials user1 "$PASSWORD" >"$T/body"
  for _ in {1..1000}; do echo 'url = "http://localhost/api/ticket"'; done >"$T/urls"
  curl -s --parallel --parallel-immediate --parallel-max 300 --max-time 60 --unix-socket "$BATS_FILE_TMPDIR/http.sock" \
    -H 'Content-Type: application/json' --data "@$T/body" -w '\n%{http_code}\n' -K "$T/urls" >"$T/replies" 2>"$T/meter"
  [ "$(grep -cxE '[0-9]{3}' "$T/replies")" -eq 1000 ]
  [ -z "$(grep -xE '[0-9]{3}' "$T/replies" | grep -vxE '200|429|503')" ]
  # The bodies and codes of several transfers may be mixed in one stream, but each ticket is whole.
  grep -oE '"ticket":"[A-Za-z0-9_-]{43}"' "$T/replies" | cut -d '"' -f 4 | sort >"$T/tickets"
  local granted n=0
  granted=$(grep -cx 200 "$T/replies")
  echo "# granted at once: $granted of 1000" >&3
  ((granted > 0))
  [ "$(wc -l <"$T/tickets")" -eq "$granted" ]
  [ "$(uniq -d "$T/tickets" | wc -l)" -eq 0 ]
  # They work. As many are asked at a time as the service always serves.
  while read -r ticket; do
    ((++n))
    raw GET /api/ticket "X-Auth-Token: $ticket" >"$T/get.$n"
  done < <(head -n 50 "$T/tickets")
  together $(printf '1 %s ' "$T"/get.*) >"$T/codes"
  [ "$(tally "$T/codes")" = "200:$n " ]
  # The index has exactly the tickets that exist.
  [ "$(redis_says keys 'ssa:{*}:user:*' | grep -c .)" -eq 1 ]
  diff <(redis zrange "$(redis_says keys 'ssa:{*}:user:*')" 0 -1 | sed 's/^.*://' | sort) <(redis keys 'ssa:{*}:ticket:*' | sed 's/^.*://' | sort)
  [ "$(tickets)" -ge "$granted" ]
  # A logout of all ends all of them.
  api '/api/ticket?all' -X DELETE -H "X-Auth-Token: $(head -n 1 "$T/tickets")"
  expect 204
  [ "$(redis_says dbsize)" -eq 0 ]
}

# --- hashing slots --------------------------------------------------------------------------------

# bats test_tags=long
@test "200 logins at the same time: no more hashes at a time than processors, limited memory, and status still answers" {
  needs_native "it needs the memory of a hash itself"
  # A program that hashes is recognized by its memory. A sanitizer makes the memory of
  # every program larger.
  is_static || skip "with shared libraries"
  # Where all programs of the host share the slots, one such test runs at a time.
  exec 8>"/tmp/ssa-test-slots.$(id -u).lock"
  [[ -n ${ISOLATED[*]} ]] || flock -w 50 8
  write_users "[{\"username\":\"costly\",\"password\":\"$COSTLY\"}]"
  login_request costly correct-horse >"$T/login"
  local sender out in most_big largest_kb
  coproc WATCH { exec python3 -EsSB "$ROOT/tests/tools/watch.py" "$DATA_DIR" 12000 3>&- 8>&-; }
  watcher=$WATCH_PID
  # bash closes these two descriptors as soon as the watcher ends, so they are copied.
  exec {out}<&"${WATCH[0]}" {in}>&"${WATCH[1]}"
  eval "exec ${WATCH[1]}>&-"
  together 200 "$T/login" >"$T/replies" 3>&- &
  sender=$!
  for _ in {1..1000}; do
    kill -0 "$sender" 2>/dev/null || break
    curl -s -o /dev/null -w '%{http_code}\n' --max-time 10 --unix-socket "$BATS_FILE_TMPDIR/http.sock" http://x/api/status
  done >"$T/status"
  wait "$sender"
  eval "exec $in>&-"
  read -r most_big largest_kb <&"$out"
  echo "# most hashes at a time: $most_big, memory of the programs: $largest_kb kB" >&3
  ((most_big >= 1 && most_big <= $(nproc)))
  ((largest_kb <= 65536 + $(nproc) * 19456))
  [[ $(status_of "$T/replies" login) =~ ^(200 |200 503 )$ ]]
  [ "$(sort -u "$T/status")" = 200 ]
}
