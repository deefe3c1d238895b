# Faults of Redis: it is down, frozen, full or read-only, another service answers in its place, or
# its clock is different.
# modes: scgi cgi
# bats file_tags=load
load helpers
load faults

restart_redis() { start_redis --appendonly yes --appendfsync everysec; }

@test "Redis is down, comes back with its tickets, and restarts between two requests" {
  stop_redis
  none_works
  restart_redis
  all_well
  stop_redis
  restart_redis
  all_well
}

@test "Redis is frozen: 503 soon, and 200 as soon as it runs again" {
  kill -STOP "$(redis_pid)"
  none_works
  kill -CONT "$(redis_pid)"
  all_well
}

@test "Redis becomes a read-only replica, which serves stale data or does not" {
  needs_no_cluster "a node refuses REPLICAOF"
  redis replicaof 127.0.0.1 1 >/dev/null
  refuses_writes
  answers 503 log_out
  redis config set replica-serve-stale-data no >/dev/null
  none_works
  redis replicaof no one >/dev/null
  redis config set replica-serve-stale-data yes >/dev/null
  all_well
}

@test "Redis requires a password that the programs do not have" {
  redis config set requirepass secret-of-redis >/dev/null
  drop_connections "$S" || true
  REDISCLI_AUTH=secret-of-redis redis client kill type normal >/dev/null
  none_works
  REDISCLI_AUTH=secret-of-redis redis config set requirepass '' >/dev/null
  all_well
}

@test "a wrong password in REDIS_URL, and the right one" {
  redis acl setuser ours on '>right-secret' '~ssa:*' +@all >/dev/null
  local url
  for url in "unix://ours:wrong-secret@$S" "unix://:wrong-secret@$S" "unix://nobody:right-secret@$S"; do
    stop_workers
    REDIS_URL=$url asked 503 GET info
    [[ $stderr == *WRONGPASS* || $stderr == *ERR* ]]
    [[ $stderr != *-secret* ]]
  done
  stop_workers
  REDIS_URL=unix://ours:right-secret@$S asked 200 GET info
  redis acl deluser ours >/dev/null
}

@test "the ACL of Redis permits nothing, or only reading, or only other keys" {
  # The default user loses its rights. The user admin keeps all of them and gives them back
  # at the end.
  redis acl setuser admin on '>x' '~*' '&*' +@all >/dev/null
  redis acl setuser default -@all >/dev/null
  none_works
  as_admin acl setuser default +@read +@connection +time >/dev/null
  refuses_writes
  as_admin acl setuser default resetkeys '~other:*' +@all >/dev/null
  none_works
  as_admin acl setuser default on nopass '~*' '&*' +@all >/dev/null
  redis acl deluser admin >/dev/null
  all_well
}
as_admin() { redis --no-auth-warning --user admin --pass x "$@"; }

@test "the disk under Redis is full (MISCONF)" {
  prlimit --pid "$(redis_pid)" --fsize=1:unlimited
  wait_until 10 "$(redis_pid)" eval 'redis set trigger 1 ex 9 | grep MISCONF'
  refuses_writes
  answers 503 log_out
  prlimit --pid "$(redis_pid)" --fsize=unlimited:unlimited
  wait_until 10 "$(redis_pid)" eval 'redis set trigger 1 ex 9 | grep OK'
  all_well
}

@test "Redis is still loading its data" {
  needs_single "the false Redis has no port"
  instead all-loading
  none_works
  back
  all_well
}

# bats test_tags=long
@test "another service answers in place of Redis: garbage, half answers, answers that never end, huge lengths" {
  needs_single "the false Redis has no port"
  local behaviour behaviours refused='503 {"code":503,"message":"service unavailable, try again later","data":""}'
  behaviours=$(python3 -EsSB "$ROOT/tests/tools/fake-redis.py" list)
  # Each behaviour takes half a second, as the contract says. A worker speaks to Redis with the same
  # code, so in scgi mode only those behaviours run that could leave something behind in the worker.
  if [[ $SSA_MODE == scgi ]]; then
    behaviours='silent leaves-later http garbage half half-array half-of-the-replies endless-bulk endless-replies huge-array all-1 all-nested'
  fi
  for behaviour in $behaviours; do
    instead "$behaviour"
    ask_all
    back
    echo "$behaviour: $info $status_reply $login_reply"
    [ "$login_reply" = "$refused" ]
    if [[ $behaviour =~ ^(all-.*|endless-replies|endless-arrays|half-of-the-replies)$ ]]; then
      # A well-formed answer that is not a session says that there is no session. To status it is
      # an answer that is not an error.
      [[ $info == "401 "* || $info == "$refused" ]]
      [[ $status_reply =~ ^(200|503)\  ]]
    else
      # No other answer may refuse a ticket, and none may accept one.
      [ "$info" = "$refused" ]
      [ "$status_reply" = '503 {"code":503,"message":"redis","data":""}' ]
    fi
    ask_all
    [ "$info" = "200 $good_info" ] # already the first request
    [[ $login_reply == "200 "* && $status_reply == "200 "* ]]
  done
  run ! grep -E 'deadline passed|FORGED|xxxxxxxx' "$LOG"
  all_well
}

@test "a Redis that echoes commands in its errors does not bring a secret into the log" {
  redis acl setuser ours on '>right-secret' '~ssa:*' +@all >/dev/null
  instead echo
  stop_workers
  REDIS_URL=unix://ours:right-secret@$S direct POST ticket "$(credentials user1 "$PASSWORD")"
  expect_error 503
  [[ $stderr != *right-secret* && $stderr != *"$PASSWORD"* ]]
  stop_workers
  back
  redis acl deluser ours >/dev/null
}

@test "the clocks of this machine and of Redis differ by an hour: the clock of Redis counts" {
  needs_single "the false Redis has no port"
  local offset now key first
  for offset in 3600 -3600; do
    instead "clock $offset"
    now=$(redis_says time | head -n 1)
    (((now - EPOCHSECONDS) * offset > 0)) # the fake Redis really moves the clock
    redis-cli -s "$REAL" flushall >/dev/null
    answers 200 login user1 "$PASSWORD"
    ((expires - now >= 7200 && expires - now <= 7210))
    key=$(redis-cli -s "$REAL" keys 'ssa:{*}:ticket:*')
    (($(redis-cli -s "$REAL" ttl "$key") > 7190))
    first=$ticket
    answers 200 api /api/info -H "X-Auth-Token: $first"
    answers 200 login user1 "$first"
    (($(redis-cli -s "$REAL" ttl "$key") <= 60))
    answers 204 api /api/ticket -X DELETE -H "X-Auth-Token: $ticket"
    back
  done
}
