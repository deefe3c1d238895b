# The last good version of the data files. When a file is broken, resident workers continue with its
# last good version. This version is the same for all workers of all three programs.
load helpers

WITH_BOB="[{\"username\":\"user1\",\"password\":\"$PASSWORD\"},{\"username\":\"bob\",\"password\":\"bob-secret\"}]"
WITHOUT_BOB="[{\"username\":\"user1\",\"password\":\"$PASSWORD\"}]"

setup_file() {
  export SSA_MODE=scgi SSA_WORKERS=4 SSA_LOGIN_LIMITS=0,0,0
  isolate_lighttpd
  start_redis
}
teardown_file() { stop_servers; }

setup() {
  T=$BATS_TEST_TMPDIR
  fresh
  write_users "$WITH_BOB"
  start_lighttpd
  login user1 "$PASSWORD"
  expect 200
  raw GET /api/info "X-Auth-Token: $ticket" >"$T/good"
  log_bob_in
  BODY=$(credentials bob bob-secret) raw POST /api/ticket >"$T/login"
}
teardown() { stop_lighttpd; }

break_users() { write_users '[{"username":"user1",'; }

# everybody GOOD INFO WHOAMI LOGIN: sends more requests at once than the workers of each program can
# have in hand, and checks the statuses: user1's list, and bob's list, name and login.
everybody() {
  local name tally
  together 60 "$T/good" 60 "$T/info" 20 "$T/whoami" 20 "$T/login" >"$T/replies"
  for name in good info whoami login; do
    tally=$(tally "$T/replies" $name)
    [[ $tally =~ ^$1:[26]0\ $ ]] || { echo "$name: $tally" && return 1; }
    shift
  done
}

bob_is_gone() { everybody 200 401 401 401; } # whichever worker answers

# see_by_one: lets one worker read the new file, with a request of user1. An earlier request with
# bob's ticket would end bob's sessions.
see_by_one() {
  together 1 "$T/good" >"$T/replies"
  [ "$(tally "$T/replies" good)" = '200:1 ' ]
}

log_bob_in() {
  login bob bob-secret
  expect 200
  raw GET /api/info "X-Auth-Token: $ticket" >"$T/info"
  raw GET /api/ticket "X-Auth-Token: $ticket" >"$T/whoami"
}

# bats test_tags=long
@test "a removed user stays removed when the file breaks, also in workers that have not read the file without the user" {
  local round
  for round in 1 2 3; do
    write_users "$WITHOUT_BOB"
    see_by_one
    break_users
    bob_is_gone
    api /api/status
    [[ $http == 503 && $body == *'"message":"users"'* ]]
    # Bob comes back for the next round.
    write_users "$WITH_BOB"
    log_bob_in
  done
}

# bats test_tags=long
@test "a version that existed for a second is the last good one, also if no request came" {
  write_users "$WITHOUT_BOB"
  sleep 2 # the promise is one second on a machine that is not busy
  break_users
  bob_is_gone
}

# bats test_tags=long
@test "a worker that is started while the file is broken serves the same as the others" {
  local program victims
  write_users "$WITHOUT_BOB"
  see_by_one
  break_users
  bob_is_gone
  for program in info ticket; do
    victims=$(workers_of "$program")
    [ "$(wc -w <<<"$victims")" = 4 ]
    # All but one. The one that is left holds the last good version.
    kill -KILL $(tail -n +2 <<<"$victims")
    wait_until 10 "$(lighttpd_pid)" eval "[ \"\$(workers_of $program | wc -l)\" = 4 ]"
  done
  bob_is_gone
}

@test "a start does not use the last good version of the one before; without one it is a 500, until there is one" {
  break_users
  everybody 200 200 200 200
  stop_lighttpd
  start_lighttpd_until curl -s -o /dev/null --unix-socket "$BATS_FILE_TMPDIR/http.sock" http://x/api/status
  everybody 500 500 500 500
  write_users "$WITHOUT_BOB"
  bob_is_gone
}

# bats test_tags=long
@test "nothing is left in shared memory when the service has ended" {
  [[ -n ${ISOLATED[*]} ]] || skip "needs an IPC namespace of its own"
  stop_lighttpd
  ROOT=$ROOT run unshare --ipc bash -c '
    PATH=${PATH#*:} # without the lighttpd that creates another namespace
    BATS_TEST_DIRNAME=$ROOT/tests/suite source "$ROOT/tests/suite/helpers.bash"
    segments() { ipcs -m | grep -c "^0x"; }
    start_lighttpd
    for program in status info ticket; do api "/api/$program"; done
    echo "while it runs: $(segments)"
    stop_lighttpd
    wait_until 10 $$ eval "[ \$(segments) = 0 ]" # the workers end after lighttpd
    echo "afterwards: $(segments)"'
  [[ $output == *"while it runs: 4"*"afterwards: 0"* ]]
}
