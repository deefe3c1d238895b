# Sessions: what is sent to Redis and to the log, and a logout of all whose connection is cut. All
# else is in rows/sessions.rows and rows/ticket.rows.
# modes: scgi cgi
load helpers

setup_file() { start_redis; }
teardown_file() { stop_servers; }
setup() {
  fresh
  programs SSA_LOGIN_LIMITS=0,0,0
  WORKER_LOG=$BATS_TEST_TMPDIR/log
}
teardown() { stop_workers; }

@test "no ticket, password, CSRF token or user's name is sent to Redis, but the name in a session; no secret is in the log" {
  local monitor=$BATS_TEST_TMPDIR/monitor watcher first first_csrf
  redis monitor >"$monitor" 2>&1 3>&- &
  watcher=$!
  wait_until 5 "$watcher" grep -q OK "$monitor"
  direct_login user1 "$PASSWORD"
  first=$ticket first_csrf=$csrf
  direct GET info '' HTTP_X_AUTH_TOKEN="$first"
  direct_login user1 "$first"
  expect 200
  local secrets=("$first" "$first_csrf" "$ticket" "$csrf" "$PASSWORD" wrong-secret)
  direct DELETE ticket '' HTTP_X_AUTH_TOKEN="$first" HTTP_CSRFPREVENTIONTOKEN="$first_csrf"
  expect 204
  direct_login user1 wrong-secret
  direct_login hidden-name "$first"
  redis set seen-all 1 ex 9 >/dev/null
  wait_until 5 "$watcher" grep -q seen-all "$monitor"
  kill "$watcher"
  grep -q :ticket: "$monitor" && grep -q 'login;' "$WORKER_LOG"
  run ! grep -F "$(printf '%s\n' "${secrets[@]}")" "$monitor" "$WORKER_LOG"
  run ! grep -E '"ssa:[^"]*user1|hidden-name' "$monitor"
}

# A cut that comes in the middle of a reply is an honest 503, and no test can choose the moment.
# So there are several rounds, and one of them must go on after a cut. A program that never goes on
# fails in all of them.
# bats test_tags=long
@test "DELETE ?all goes on when its connection to Redis is cut again and again" {
  local index cutter n cuts=$BATS_TEST_TMPDIR/cuts
  for _ in {1..20}; do
    redis flushall >/dev/null
    rm -f "$cuts"
    direct_login user1 "$PASSWORD"
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
    direct DELETE ticket '' HTTP_X_AUTH_TOKEN="$ticket" QUERY_STRING=all
    kill "$cutter" 2>/dev/null || true
    wait "$cutter" || true
    if [[ $http == 204 && -s $cuts ]]; then break; fi
    [[ $http == 204 ]] || expect_error 503
  done
  expect 204
  [ "$(redis_says dbsize)" -eq 0 ]
  (($(awk '{ n += $1 } END { print n }' "$cuts") > 0))
}
