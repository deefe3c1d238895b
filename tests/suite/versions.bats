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
  login bob bob-secret
  expect 200
  raw GET /api/info "X-Auth-Token: $ticket" >"$T/info"
  raw GET /api/ticket "X-Auth-Token: $ticket" >"$T/whoami"
  BODY=$(credentials bob bob-secret) raw POST /api/ticket >"$T/login"
}
teardown() { stop_lighttpd; }

break_users() { write_users '[{"username":"user1",'; }

# ask_everybody: sends more requests at once than the workers of each program can have in hand.
ask_everybody() { together 60 "$T/good" 60 "$T/info" 20 "$T/whoami" 20 "$T/login" >"$T/replies"; }

# bob_is_gone: checks this, whichever worker answers.
bob_is_gone() {
  ask_everybody
  echo "good $(tally "$T/replies" good)info $(tally "$T/replies" info)whoami $(tally "$T/replies" whoami)login $(tally "$T/replies" login)"
  [ "$(tally "$T/replies" good)" = '200:60 ' ]
  [ "$(tally "$T/replies" info)" = '401:60 ' ]
  [ "$(tally "$T/replies" whoami)" = '401:20 ' ]
  [ "$(tally "$T/replies" login)" = '401:20 ' ]
}

# see_by_one: lets one worker read the new file, with a request of user1. An earlier request with
# bob's ticket would end bob's sessions.
see_by_one() {
  local reply
  together 1 "$T/good" >"$T/replies"
  [ "$(tally "$T/replies" good)" = '200:1 ' ]
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
    expect_error 503
    [[ $body == *'"message":"users"'* ]]
    # Bob comes back for the next round.
    write_users "$WITH_BOB"
    login bob bob-secret
    expect 200
    raw GET /api/info "X-Auth-Token: $ticket" >"$T/info"
    raw GET /api/ticket "X-Auth-Token: $ticket" >"$T/whoami"
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

# start_broken: starts lighttpd although a data file may be broken.
start_broken() {
  start_lighttpd_until curl -s -o /dev/null --unix-socket "$BATS_FILE_TMPDIR/http.sock" http://x/api/status
}

@test "if no process has a good version the reply is a 500, until there is one" {
  stop_lighttpd
  break_users
  start_broken
  ask_everybody
  [ "$(tally "$T/replies" good)" = '500:60 ' ]
  [ "$(tally "$T/replies" login)" = '500:20 ' ]
  write_users "$WITHOUT_BOB"
  bob_is_gone
}

# bats test_tags=long
@test "the next start of the service does not use the last good version of the start before" {
  break_users
  ask_everybody # the workers continue with the last good version
  [ "$(tally "$T/replies" info)" = '200:60 ' ]
  stop_lighttpd
  start_broken
  ask_everybody
  [ "$(tally "$T/replies" info)" = '500:60 ' ]
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
  echo "$output"
  [[ $output == *"while it runs: 4"* ]]
  [[ $output == *"afterwards: 0"* ]]
}
