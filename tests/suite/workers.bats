# Resident workers. All workers of a program share one socket, and the program itself replaces
# workers that end.
# bats file_tags=load
load helpers

setup_file() {
  export SSA_MODE=scgi SSA_WORKERS=2
  start_redis
}
teardown_file() { stop_servers; }

setup() {
  fresh
  start_lighttpd
  login user1 "$PASSWORD"
  expect 200
  wait_until 10 "$(lighttpd_pid)" is_back info none # lighttpd starts one program after the other
}
teardown() { stop_lighttpd; }

keeper_of() { pgrep -P "$(lighttpd_pid)" -x "$1"; }
has_workers() { [ "$(pgrep -cP "$1" -x info)" = 2 ]; } # KEEPER
all_gone() {
  local pid
  for pid; do ! kill -0 "$pid" 2>/dev/null || return 1; done
}

# under_load COMMAND...: runs it while requests for info are sent, eight at a time. It goes on until
# hundreds more are answered. All answers are 200.
under_load() {
  local sender statuses=$BATS_TEST_TMPDIR/statuses
  stdbuf -oL curl -s --parallel --parallel-max 8 --max-time 60 --unix-socket "$BATS_FILE_TMPDIR/http.sock" \
    -H "X-Auth-Token: $ticket" -o /dev/null -w '%{http_code}\n' "http://localhost/api/info?_=[1-1000000]" \
    >"$statuses" 2>/dev/null 3>&- &
  sender=$!
  wait_until 20 "$sender" answered 200
  "$@"
  wait_until 20 "$sender" answered $(($(wc -l <"$statuses") + 500))
  kill "$sender"
  wait "$sender" || true
  run grep -vx 200 "$statuses"
  [ -z "$output" ]
}
answered() { [ "$(wc -l <"$BATS_TEST_TMPDIR/statuses")" -ge "$1" ]; }

# replaces KEEPER: kills one of its two workers, and waits until there are two again.
replaces() {
  local victim
  victim=$(pgrep -P "$1" -x info | head -n 1)
  kill -KILL "$victim"
  wait_until 5 "$1" all_gone "$victim"
  wait_until 5 "$1" has_workers "$1"
}

@test "a killed worker is replaced by its keeper, of which there is one" {
  local keeper
  keeper=$(keeper_of info)
  replaces "$keeper"
  [ "$(keeper_of info)" = "$keeper" ]
  api /api/info -H "X-Auth-Token: $ticket"
  expect 200
}

# bats test_tags=long
@test "a killed worker is replaced also if the keeper was started with SIGCHLD ignored" {
  local keeper
  SSA_DATA_DIR=$DATA_DIR env --ignore-signal=CHLD "$SOCKETS" listen "$BATS_TEST_TMPDIR/scgi" "$CGI_BIN/info" >/dev/null 2>&1 3>&- &
  keeper=$!
  wait_until 5 $keeper has_workers $keeper
  replaces $keeper
  kill $keeper
  wait $keeper
}

@test "a worker that could not be started is started later" {
  local n keeper called=$BATS_TEST_TMPDIR/called
  for ((n = 1; n < 20; n++)); do
    : >"$called"
    SSA_TEST_FAIL=error:$n SSA_TEST_FAIL_LOG=$called SSA_DATA_DIR=$DATA_DIR "$SOCKETS" listen "$BATS_TEST_TMPDIR/$n" \
      "${SSA_TEST_UNIT_BIN:-$ROOT/build/unit}/calls/info" >/dev/null 2>&1 3>&- &
    keeper=$!
    wait_until 5 $keeper eval "[[ -s $called ]] && has_workers $keeper"
    kill $keeper
    wait $keeper || true
    [[ $(<"$called") != fork ]] || return 0
  done
  return 1 # fork has not failed
}

# is_back PROGRAM PROCESS: lighttpd has started another process than this one, and it has
# all its workers.
is_back() {
  local keeper
  keeper=$(keeper_of "$1") && [ "$keeper" != "$2" ] && [ "$(workers_of "$1" | wc -l)" = "$SSA_WORKERS" ]
}

# kill_keepers COUNT: kills each keeper as soon as the one before is replaced. Requests are
# answered all the time. If several are killed within one second, lighttpd waits before it starts
# the program again.
kill_keepers() {
  local keeper old=() n
  for ((n = 0; n < $1; n++)); do
    keeper=$(keeper_of info)
    old+=("$keeper" $(workers_of info))
    kill -KILL "$keeper"
    api /api/info -H "X-Auth-Token: $ticket"
    expect 200
    wait_until 5 "$(lighttpd_pid)" is_back info "$keeper"
    api /api/info -H "X-Auth-Token: $ticket"
    expect 200
  done
  wait_until 5 "$(lighttpd_pid)" all_gone "${old[@]}"
  is_back info none
}

# bats test_tags=long
@test "a killed keeper is replaced under load with all its workers; no request is lost, no old worker stays" {
  needs_native "a program starts too slowly"
  under_load kill_keepers 8
}

# bats test_tags=long
@test "a killed worker that is the only one of its program is replaced" {
  stop_lighttpd
  export SSA_WORKERS=1
  start_lighttpd
  local victim n
  wait_until 10 "$(lighttpd_pid)" is_back info none
  for n in 1 2 3; do
    victim=$(workers_of info)
    kill -KILL "$victim"
    api /api/info -H "X-Auth-Token: $ticket"
    expect 200
    wait_until 10 "$(lighttpd_pid)" is_back info "$victim"
  done
}

has_sockets() { [ "$(find "$BATS_FILE_TMPDIR/run" -type s | wc -l)" = "$1" ] && [ -z "$(find "$BATS_FILE_TMPDIR/run" -name '*-0')" ]; }

# lighttpd does not remove the sockets when it ends: it removes only the names that it created, and
# these are others. The second one is as in a container with the same folder, where the first
# lighttpd has the same process id.
@test "a second lighttpd in another PID namespace takes no socket of the first one; a start removes what is left" {
  unshare --pid --fork --mount-proc true 2>/dev/null || skip "no namespaces here"
  local run=$BATS_FILE_TMPDIR/run second
  sockets() { find "$run" -type s -printf '%i %p\n' | sort; }
  wait_until 10 "$(lighttpd_pid)" has_sockets 3
  sockets >"$BATS_TEST_TMPDIR/before"
  touch -d '1 hour ago' "$run"/lock.*
  (cd "$ROOT" && SSA_RUN_DIR=$run SSA_BIND=$BATS_TEST_TMPDIR/x.sock lighttpd -tt -f lighttpd.conf)
  (cd "$ROOT" && SSA_RUN_DIR=$run SSA_BIND=$BATS_TEST_TMPDIR/x.sock exec unshare --pid --fork --mount-proc --kill-child lighttpd -D -f lighttpd.conf) \
    >/dev/null 2>&1 3>&- &
  second=$!
  wait_until 10 $second curl -sf --unix-socket "$BATS_TEST_TMPDIR/x.sock" http://x/api/status
  wait_until 10 $second has_sockets 6
  [ -z "$(comm -23 "$BATS_TEST_TMPDIR/before" <(sockets))" ]
  # Both end, and what they leave is removed by the next start of the first.
  kill -KILL $second
  wait_gone 10 $second
  stop_lighttpd
  wait_until 5 $$ flock -n "$(ls "$run"/lock.*.1)" true
  touch -d '1 hour ago' "$run"/lock.*
  start_lighttpd
  wait_until 10 "$(lighttpd_pid)" has_sockets 3
  [ "$(find "$run" -type l | wc -l)" = 0 ]
}

# bats test_tags=long
@test "a killed lighttpd leaves nothing behind" {
  local pid all
  pid=$(lighttpd_pid)
  all=$(for keeper in $(pgrep -P "$pid"); do pgrep -P "$keeper" && echo "$keeper"; done)
  [ "$(wc -w <<<"$all")" = 9 ]
  kill -KILL "$pid"
  wait_until 5 "$$" all_gone $all
  rm "$BATS_FILE_TMPDIR/lighttpd.pid"
}

# bats test_tags=long
@test "all workers of a program get SIGTERM under load: the requests that wait are answered" {
  under_load kill -TERM $(pgrep -P "$(keeper_of info)" -x info)
}

# bats test_tags=long
@test "lighttpd restarted gracefully under load: no failed request" {
  under_load kill -USR1 "$(lighttpd_pid)"
  grep -q 'graceful' "$LOG"
}
