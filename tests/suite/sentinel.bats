# REDIS_URL=redis+sentinel://…: which server is used, and what it must not do. What happens when
# servers fail under load is tested by `make test-engines`.
# modes: cgi scgi
load helpers
load stores

SSACTL=${SSA_CGI_BIN:+$(dirname "$CGI_BIN")/sbin/ssactl}
[[ -x $SSACTL ]] || SSACTL=$ROOT/sbin/ssactl

setup_file() {
  fresh
  new_ports 4
  export MASTER=${ports[0]} REPLICA=${ports[1]} SENTINEL=${ports[2]} NOBODY=${ports[3]}
  redis_on_port master "$MASTER"
  redis_on_port replica "$REPLICA" --replicaof 127.0.0.1 "$MASTER"
  wait_until 20 "$(pid_of replica)" replicates
  sentinel_on_port sentinel "$SENTINEL" "$MASTER" 'sentinel down-after-milliseconds ssa 60000'
}
teardown_file() { stop_stores; }
setup() {
  fresh
  export REDIS_URL=redis+sentinel://127.0.0.1:$SENTINEL/ssa SSA_REDIS_WAIT=
  master flushall >/dev/null
  wait_until 20 "$(pid_of replica)" replicates
}
teardown() {
  stop_workers
  kill -CONT "$(pid_of replica)"
  master config set min-replicas-to-write 0 >/dev/null
  master config set maxmemory 0 >/dev/null
  local pid
  for pid in "${false[@]}"; do kill "$pid" 2>/dev/null || true; done
}

false=() # sentinels
# false_sentinel HOST PORT [FIELD=VALUE...]: starts one on $port. See tests/tools/sentinel.py.
false_sentinel() {
  port=$(free_port)
  python3 -EsSB "$ROOT/tests/tools/sentinel.py" "$port" "$@" 3>&- &
  false+=("$!")
  wait_until 10 "$!" listens "$port"
}

master() { redis-cli -p "$MASTER" "$@"; }
# replicates: the master counts a replica that answers.
replicates() { [[ $(master wait 1 100) == 1 ]]; }

@test "a ticket from its login to its end, on the master that the sentinel names" {
  whole_life user1 "$PASSWORD"
  [ "$(redis-cli -p "$REPLICA" dbsize)" = 0 ]
  direct GET status
  expect 200
}

@test "user and password of Redis, and the password of the sentinels" {
  local port
  port=$(free_port)
  sentinel_on_port guarded "$port" "$MASTER" 'requirepass s3cret-of-sentinels'
  # The documented rights of the Redis user, and no more.
  local words
  read -ra words < <(grep -x 'ACL SETUSER ssa .*' "$ROOT/docs/operating.md")
  master "${words[@]}" '>s3cret-of-redis' +role +wait +info >/dev/null
  grep -q 'needs `+role +wait +info` too' "$ROOT/docs/scaling.md"
  REDIS_URL="redis+sentinel://ssa:s3cret-of-redis@127.0.0.1:$port/ssa?sentinel_password=s3cret-of-sentinels"
  whole_life user1 "$PASSWORD"
  direct GET status '' QUERY_STRING=verbose
  expect_json '.checks.redis | startswith("set ")'
  stop_workers
  REDIS_URL="redis+sentinel://ssa:s3cret-of-redis@127.0.0.1:$port/ssa?sentinel_password=s3cret-wrong"
  cgi GET status
  expect_error 503
  [[ $stderr == *'no sentinel answers; the last one: redis: error reply: WRONGPASS'* && $stderr != *s3cret* ]]
  REDIS_URL="redis+sentinel://ssa:s3cret-wrong@127.0.0.1:$port/ssa?sentinel_password=s3cret-of-sentinels"
  cgi GET status
  expect_error 503
  [[ $stderr == *'redis: error reply: WRONGPASS'* && $stderr != *s3cret* ]]
}

@test "a database of its own" {
  REDIS_URL+=/3
  direct_login user1 "$PASSWORD"
  expect 200
  [ "$(master -n 0 dbsize) $(master -n 3 dbsize)" = '0 2' ]
}

@test "the next sentinel is asked when one is dead, is silent, or does not know the service" {
  local port ignorant
  REDIS_URL=redis+sentinel://127.0.0.1:$NOBODY,127.0.0.1:$SENTINEL/ssa
  whole_life user1 "$PASSWORD"
  stop_workers
  false_sentinel silent
  REDIS_URL=redis+sentinel://127.0.0.1:$port,127.0.0.1:$SENTINEL/ssa
  whole_life user1 "$PASSWORD"
  stop_workers
  REDIS_URL=redis+sentinel://127.0.0.1:$SENTINEL/another
  cgi GET status
  expect_error 503
  [[ $stderr == *'it does not know the service'* ]]
  ignorant=$(free_port)
  sentinel_on_port ignorant "$ignorant" "$MASTER" 'sentinel monitor another 127.0.0.1 '"$MASTER"' 1'
  REDIS_URL=redis+sentinel://127.0.0.1:$SENTINEL,127.0.0.1:$ignorant/another
  whole_life user1 "$PASSWORD"
}

@test "a server that a sentinel calls the master, but is a replica, is not used" {
  local port
  false_sentinel 127.0.0.1 "$REPLICA"
  REDIS_URL=redis+sentinel://127.0.0.1:$port,127.0.0.1:$SENTINEL/ssa
  whole_life user1 "$PASSWORD"
  stop_workers
  REDIS_URL=redis+sentinel://127.0.0.1:$port/ssa
  cgi GET status
  expect_error 503
  [[ $stderr == *'redis: connect: the server is not the master'* ]]
}

@test "a master that may not write does not answer reads either" {
  direct_login user1 "$PASSWORD"
  expect 200
  master config set min-replicas-to-write 5 >/dev/null
  direct GET info '' HTTP_X_AUTH_TOKEN="$ticket"
  expect_error 503
  [[ $stderr == *NOREPLICAS* ]]
  stop_workers
  # With one Redis there is no other that could know better.
  REDIS_URL=redis://127.0.0.1:$MASTER
  direct GET info '' HTTP_X_AUTH_TOKEN="$ticket"
  expect 200
}

@test "the memory is full: reading and logging out work, logging in does not" {
  direct_login user1 "$PASSWORD"
  expect 200
  local live=$ticket
  master config set maxmemory 1 >/dev/null
  direct GET status
  expect_error 503
  direct GET info '' HTTP_X_AUTH_TOKEN="$live"
  expect 200
  direct_login user1 "$PASSWORD"
  expect_error 503
  direct DELETE ticket '' HTTP_X_AUTH_TOKEN="$live"
  expect 204
}

@test "status and ssactl check name the settings that are missing, one after the other" {
  direct GET status '' QUERY_STRING=verbose
  expect 200
  expect_json '.checks.redis | startswith("set min-replicas-to-write 1: ")'
  master config set min-replicas-to-write 1 >/dev/null
  direct GET status '' QUERY_STRING=verbose
  expect_json '.checks.redis | startswith("set appendonly yes: ")'
  run "$SSACTL" --data "$DATA_DIR" check
  [[ $status == 1 && $output == *'set appendonly yes'* ]]
  master config set appendonly yes >/dev/null
  direct GET status '' QUERY_STRING=verbose
  expect_json '.checks.redis == "OK"'
  run "$SSACTL" --data "$DATA_DIR" check
  [[ $output != *Redis* ]]
  master config set appendonly no >/dev/null
  master acl setuser us on nopass '~ssa:*' +@all -info >/dev/null
  stop_workers
  REDIS_URL=redis+sentinel://us:x@127.0.0.1:$SENTINEL/ssa
  direct GET status '' QUERY_STRING=verbose
  expect 200
  expect_json '.checks.redis == "the settings of Redis are not known: INFO failed; its user needs +info"'
  stop_workers
  REDIS_URL=redis://127.0.0.1:$MASTER
  direct GET status '' QUERY_STRING=verbose
  expect_json '.checks.redis == "OK"'
}

@test "a login that no replica has is refused and taken back" {
  kill -STOP "$(pid_of replica)"
  # The attempt is counted on too few, and without limits the session is on too few.
  local limits
  for limits in 10/600,100/3600,60/60 0,0,0; do
    programs SSA_LOGIN_LIMITS=$limits
    direct_login user1 "$PASSWORD"
    expect_error 503
    [[ $stderr == *'redis: not replicated'* ]]
    [ -z "$(master --scan --pattern 'ssa:{*}:ticket:*')" ]
    [ -z "$(master --scan --pattern 'ssa:{*}:user:*')" ]
  done
  stop_workers
  SSA_REDIS_WAIT=0
  direct_login user1 "$PASSWORD"
  expect 200
}

@test "a renewal that no replica has is taken back, and the old ticket keeps its time" {
  local first left
  programs SSA_LOGIN_LIMITS=0,0,0
  direct_login user1 "$PASSWORD"
  expect 200
  first=$ticket
  kill -STOP "$(pid_of replica)"
  direct_login user1 "$first"
  expect_error 503
  [[ $stderr == *'redis: not replicated'* ]]
  [ "$(master --scan --pattern 'ssa:{*}:ticket:*')" = "$(ticket_key "$first")" ]
  left=$(master ttl "$(ticket_key "$first")")
  ((left > 7100))
}

@test "a logout that no replica has is a 503. It is over when the answer is 204 or 401" {
  direct_login user1 "$PASSWORD"
  expect 200
  kill -STOP "$(pid_of replica)"
  direct DELETE ticket '' HTTP_X_AUTH_TOKEN="$ticket"
  expect_error 503
  direct DELETE ticket '' HTTP_X_AUTH_TOKEN="$ticket"
  expect_error 503 # not 401, though the master has no such ticket any more
  [[ $stderr == *'redis: not replicated'* ]]
  kill -CONT "$(pid_of replica)"
  wait_until 20 "$(pid_of replica)" replicates
  direct DELETE ticket '' HTTP_X_AUTH_TOKEN="$ticket"
  [[ $http == 401 || $http == 204 ]]
  [ -z "$(redis-cli -p "$REPLICA" --scan --pattern 'ssa:{*}:ticket:*')" ]
}

# logs_in STATUS [WORDS]: what a login gets with the false sentinel on $port. WORDS are in the log.
logs_in() {
  local REDIS_URL=redis+sentinel://127.0.0.1:$port/ssa
  master flushall >/dev/null
  programs SSA_LOGIN_LIMITS=0,0,0
  direct_login user1 "$PASSWORD"
  expect "$1"
  [[ $stderr == *"${2-}"* ]]
  # A login that is refused leaves nothing behind.
  [[ $1 == 200 || -z $(master --scan --pattern 'ssa:{*}:ticket:*') ]]
}

REPLACED='redis: not confirmed: the master is being replaced'
FEW='redis: not confirmed: too few sentinels answer'

@test "a sentinel replaces the master: a login is taken back, and a logout is a 503" {
  local port
  direct_login user1 "$PASSWORD"
  expect 200
  stop_workers
  false_sentinel 127.0.0.1 "$MASTER" flags=master,failover_in_progress
  REDIS_URL=redis+sentinel://127.0.0.1:$port/ssa
  direct GET info '' HTTP_X_AUTH_TOKEN="$ticket" # a read needs no confirmation
  expect 200
  direct DELETE ticket '' HTTP_X_AUTH_TOKEN="$ticket"
  expect_error 503
  [[ $stderr == *"$REPLACED"* ]]
  direct DELETE ticket '' HTTP_X_AUTH_TOKEN="$ticket"
  expect_error 503 # not 401, though the master has no such ticket any more
  logs_in 503 "$REPLACED"
}

@test "it is enough if one sentinel replaces the master, or knows a newer one" {
  local port
  false_sentinel 127.0.0.1 "$MASTER" flags=master,failover_in_progress
  false_sentinel 127.0.0.1 "$MASTER" num-other-sentinels=1 other="$port"
  logs_in 503 "$REPLACED"
  false_sentinel 127.0.0.1 "$REPLICA" config-epoch=1
  false_sentinel 127.0.0.1 "$MASTER" num-other-sentinels=1 other="$port"
  logs_in 503 "$REPLACED"
  SSA_REDIS_WAIT=0 logs_in 200
  # It has put this master in the place of another, and is not through with the replicas.
  false_sentinel 127.0.0.1 "$MASTER" flags=master,failover_in_progress port="$NOBODY"
  logs_in 200
}

@test "a majority of the sentinels must answer, and all if one has voted for a failover that did not come" {
  local port
  false_sentinel 127.0.0.1 "$MASTER" num-other-sentinels=2 other="$NOBODY"
  logs_in 503 "$FEW"
  false_sentinel 127.0.0.1 "$MASTER"
  false_sentinel 127.0.0.1 "$MASTER" num-other-sentinels=2 other="$port" config-epoch=5 voted=6
  logs_in 503 "$FEW"
  false_sentinel 127.0.0.1 "$MASTER" config-epoch=5 voted=6
  false_sentinel 127.0.0.1 "$MASTER" num-other-sentinels=2 other="$port"
  logs_in 503 "$FEW"
  false_sentinel 127.0.0.1 "$MASTER" num-other-sentinels=1 other="$port"
  logs_in 200
  false_sentinel 127.0.0.1 "$MASTER"
  false_sentinel 127.0.0.1 "$MASTER" num-other-sentinels=2 other="$port" config-epoch=6 voted=6
  logs_in 200
  # One that was cut off, and names the master of an older epoch, does not count.
  local old
  false_sentinel 127.0.0.1 "$REPLICA" config-epoch=5
  old=$port
  false_sentinel 127.0.0.1 "$MASTER" config-epoch=6
  false_sentinel 127.0.0.1 "$MASTER" num-other-sentinels=2 other="$old,$port" config-epoch=6
  logs_in 200
  false_sentinel 127.0.0.1 "$MASTER" num-other-sentinels=2 other="$old,$NOBODY" config-epoch=6
  logs_in 503 "$FEW"
}
