# REDIS_URL=redis+sentinel://…: which server is used, and what it must not do. What happens when
# servers fail under load is tested by `make test-engines`.
# modes: cgi scgi
load helpers
load stores
load ctl

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
# replicates: the replica has what was written on this connection. Without a write WAIT counts it
# also before it has acknowledged anything.
replicates() { [[ $(printf 'set waited 1 px 1\nwait 1 100\n' | master) == $'OK\n1' ]]; }

# is_down WORDS: no service with this REDIS_URL, and the log says why, without a password.
is_down() {
  stop_workers
  cgi GET status
  expect_error 503
  [[ $stderr == *"$1"* && $stderr != *s3cret* ]]
}

# bats test_tags=load
@test "a ticket from its login to its end, on the master that the sentinel names, in the database of the URL" {
  whole_life
  [ -z "$(redis-cli -p "$REPLICA" --scan --pattern 'ssa:{*}:*:*')" ] # only the fence
  stop_workers
  REDIS_URL+=/3
  enter 200
  [[ -z $(master --scan --pattern 'ssa:{*}:ticket:*') && -n $(master -n 3 --scan --pattern 'ssa:{*}:ticket:*') ]]
}

# bats test_tags=load
@test "user and password of Redis, and the password of the sentinels" {
  local port
  port=$(free_port)
  # Under a name of its own, so that it and the other one do not find each other.
  service=guarded sentinel_on_port guarded "$port" "$MASTER" 'requirepass s3cret-of-sentinels'
  # The documented rights of the Redis user, and no more.
  local words
  read -ra words < <(sed -n 's/^user ssa /ACL SETUSER ssa reset /p' "$ROOT/examples/sentinel/users.acl")
  master "${words[@]}" '>s3cret-of-redis' >/dev/null
  REDIS_URL="redis+sentinel://ssa:s3cret-of-redis@127.0.0.1:$port/guarded?sentinel_password=s3cret-of-sentinels"
  whole_life
  verbose_says 'set '
  REDIS_URL="redis+sentinel://ssa:s3cret-of-redis@127.0.0.1:$port/guarded?sentinel_password=s3cret-wrong"
  is_down 'no sentinel answers; the last one: redis: error reply: WRONGPASS'
  REDIS_URL="redis+sentinel://ssa:s3cret-wrong@127.0.0.1:$port/guarded?sentinel_password=s3cret-of-sentinels"
  is_down 'redis: error reply: WRONGPASS'
}

@test "ssactl check prints the words that the Redis user lacks" {
  local words
  read -ra words < <(sed -n 's/^user ssa /ACL SETUSER few reset /p' "$ROOT/examples/sentinel/users.acl")
  master "${words[@]}" >/dev/null
  REDIS_URL=redis+sentinel://few:a-long-random-password@127.0.0.1:$SENTINEL/ssa
  check_says 1 'note: ssactl sessions and revoke --all need +scan'
  [[ $output != *refused* ]]
  master acl setuser few +scan >/dev/null
  check_says 1 ''
  [[ $output != *+scan* ]]
  master acl setuser few -zadd -wait -multi >/dev/null
  check_says 1 'the Redis user is refused (commands or ~ssa:*): +zadd +multi +wait'
  master acl setuser few -role >/dev/null
  check_says 1 'the Redis user is refused (commands or ~ssa:*): +role'
}

# bats test_tags=long
@test "the next sentinel is asked when one is dead, is silent, or does not know the service" {
  local port another SSA_REDIS_WAIT=0
  REDIS_URL=redis+sentinel://127.0.0.1:$NOBODY,127.0.0.1:$SENTINEL/ssa
  whole_life
  stop_workers
  false_sentinel silent
  REDIS_URL=redis+sentinel://127.0.0.1:$port,127.0.0.1:$SENTINEL/ssa
  whole_life
  REDIS_URL=redis+sentinel://127.0.0.1:$SENTINEL/another
  is_down 'it does not know the service'
  another=$(free_port)
  service=another sentinel_on_port another "$another" "$MASTER"
  REDIS_URL=redis+sentinel://127.0.0.1:$SENTINEL,127.0.0.1:$another/another
  whole_life
}

# bats test_tags=load
@test "a server that a sentinel calls the master, but is a replica, is not used" {
  local port
  false_sentinel 127.0.0.1 "$REPLICA"
  REDIS_URL=redis+sentinel://127.0.0.1:$port,127.0.0.1:$SENTINEL/ssa
  whole_life
  REDIS_URL=redis+sentinel://127.0.0.1:$port/ssa
  is_down 'redis: connect: the server is not the master'
}

@test "a master that may not write does not answer reads either" {
  enter 200
  master config set min-replicas-to-write 5 >/dev/null
  asked 503 GET info
  [[ $stderr == *NOREPLICAS* ]]
  stop_workers
  # With one Redis there is no other that could know better.
  REDIS_URL=redis://127.0.0.1:$MASTER asked 200 GET info
}

@test "the memory is full: reading and logging out work, logging in does not" {
  enter 200
  local live=$ticket
  master config set maxmemory 1 >/dev/null
  asked 503 GET status
  enter 503
  ticket=$live
  asked 200 GET info
  asked 204 DELETE ticket
}

@test "status and ssactl check name the settings that are missing, one after the other" {
  verbose_says 'set min-replicas-to-write 1: '
  master config set min-replicas-to-write 1 >/dev/null
  verbose_says 'set appendonly yes: '
  check_says 1 'set appendonly yes'
  master config set appendonly yes >/dev/null
  verbose_says 'OK"'
  run --separate-stderr "$SSACTL" --data "$DATA_DIR" check
  [[ $output != *Redis* ]]
  master config set appendonly no >/dev/null
  master acl setuser us on nopass '~ssa:*' +@all -info >/dev/null
  stop_workers
  REDIS_URL=redis+sentinel://us:x@127.0.0.1:$SENTINEL/ssa
  verbose_says 'the settings of Redis are not known: INFO failed; its user needs +info"'
  stop_workers
  REDIS_URL=redis://127.0.0.1:$MASTER verbose_says 'OK"'
}

@test "a login that no replica has is refused and taken back" {
  kill -STOP "$(pid_of replica)"
  # The attempt is counted on too few, and without limits the session is on too few.
  local limits
  for limits in 10/600,100/3600,60/60 0,0,0; do
    programs SSA_LOGIN_LIMITS=$limits
    enter 503
    [[ $stderr == *'redis: not replicated'* ]]
    [ -z "$(master --scan --pattern 'ssa:{*}:[tu]*:*')" ] # no ticket, no index
  done
  stop_workers
  SSA_REDIS_WAIT=0
  enter 200
}

@test "a renewal that no replica has is taken back, and the old ticket keeps its time" {
  local first left
  programs SSA_LOGIN_LIMITS=0,0,0
  enter 200
  first=$ticket
  kill -STOP "$(pid_of replica)"
  enter 503 user1 "$first"
  [[ $stderr == *'redis: not replicated'* ]]
  [ "$(master --scan --pattern 'ssa:{*}:ticket:*')" = "$(ticket_key "$first")" ]
  left=$(master ttl "$(ticket_key "$first")")
  ((left > 7100))
}

@test "a logout that no replica has is a 503. It is over when the answer is 204 or 401" {
  enter 200
  kill -STOP "$(pid_of replica)"
  asked 503 DELETE ticket
  asked 503 DELETE ticket # not 401, though the master has no such ticket any more
  [[ $stderr == *'redis: not replicated'* ]]
  kill -CONT "$(pid_of replica)"
  wait_until 20 "$(pid_of replica)" replicates
  direct DELETE ticket '' HTTP_X_AUTH_TOKEN="$ticket"
  [[ $http == 401 || $http == 204 ]]
  [ -z "$(redis-cli -p "$REPLICA" --scan --pattern 'ssa:{*}:ticket:*')" ]
}

# logs_in STATUS [WORDS]: what a login gets with the sentinels of REDIS_URL. WORDS are in the log.
logs_in() {
  master flushall >/dev/null
  programs SSA_LOGIN_LIMITS=0,0,0
  enter "$1"
  [[ $stderr == *"${2-}"* ]]
  # A login that is refused leaves nothing behind.
  [[ $1 == 200 || -z $(master --scan --pattern 'ssa:{*}:ticket:*') ]]
}

# sentinels FIELDS...: false sentinels, each with these fields with spaces between, on their own
# ports, are those of REDIS_URL.
sentinels() {
  local port each
  REDIS_URL=
  for each; do
    # shellcheck disable=SC2086  # several fields
    false_sentinel 127.0.0.1 "$MASTER" $each
    REDIS_URL+=,127.0.0.1:$port
  done
  REDIS_URL=redis+sentinel://${REDIS_URL#,}/ssa
}

@test "a write waits for every replica that one of the sentinels could promote" {
  local missing="redis: not replicated: 127.0.0.1:$NOBODY has not acknowledged in time"
  sentinels replicas="$REPLICA"
  logs_in 200
  sentinels replicas="$REPLICA,$NOBODY"
  logs_in 503 "$missing"
  SSA_REDIS_WAIT=1 logs_in 200 # a number takes any
  SSA_REDIS_WAIT=0 logs_in 200
  # All sentinels have to hold it for down, or for one that is never promoted.
  sentinels "id=a others=b replicas=$REPLICA,$NOBODY:s_down" "id=b others=a replicas=$REPLICA,$NOBODY:s_down+disconnected"
  logs_in 200
  sentinels "id=a others=b replicas=$REPLICA,$NOBODY::0" "id=b others=a replicas=$REPLICA,$NOBODY::0"
  logs_in 200
  sentinels "id=a others=b replicas=$REPLICA,$NOBODY:s_down" "id=b others=a replicas=$REPLICA,$NOBODY"
  logs_in 503 "$missing"
  sentinels "id=a others=b replicas=$REPLICA,$NOBODY::0" "id=b others=a replicas=$REPLICA,$NOBODY:disconnected"
  logs_in 503 "$missing"
}

@test "a replica that the sentinels know by its name, and the master by its address" {
  sentinels "called=localhost replicas=$REPLICA"
  logs_in 200
  sentinels "called=localhost replicas=$REPLICA,$NOBODY"
  logs_in 503 "redis: not replicated: localhost:$NOBODY has not acknowledged in time"
}

@test "a read and a logout while a replica is missing" {
  enter 200
  stop_workers
  sentinels replicas="$REPLICA,$NOBODY"
  asked 200 GET info
  asked 503 DELETE ticket
  asked 503 DELETE ticket # not 401, though the master has no such ticket any more
  asked 503 GET status # as a login
}

# bats test_tags=long
@test "a sentinel that has put another server in the place of the master" {
  local port
  sentinels "id=a others=b replicas=$REPLICA"
  false_sentinel 127.0.0.1 "$NOBODY" id=b others=a replicas="$REPLICA"
  REDIS_URL=${REDIS_URL/\/ssa/,127.0.0.1:$port/ssa}
  logs_in 503 "127.0.0.1:$NOBODY has not acknowledged in time"
}

# bats test_tags=long
@test "a majority of the sentinels must answer: at least those of the URL, and of those that one knows" {
  sentinels "replicas=$REPLICA"
  REDIS_URL=${REDIS_URL/\/ssa/,127.0.0.1:$NOBODY,127.0.0.1:$NOBODY/ssa}
  logs_in 503 '1 of 3 sentinels answer, which is no majority'
  sentinels "id=a replicas=$REPLICA" "id=b replicas=$REPLICA"
  REDIS_URL=${REDIS_URL/\/ssa/,127.0.0.1:$NOBODY/ssa}
  logs_in 200
  sentinels "id=a replicas=$REPLICA others=b,c"
  logs_in 503 '1 of 3 sentinels answer, which is no majority'
}

# bats test_tags=long
@test "a sentinel that is alive and was not asked could promote a replica that the others hold for down" {
  local down="replicas=$REPLICA,$NOBODY:s_down"
  sentinels "id=a others=b,c $down" "id=b others=a,c:s_down $down"
  logs_in 503 "127.0.0.1:$NOBODY has not acknowledged in time"
  sentinels "id=a others=b,c:s_down $down" "id=b others=a,c:s_down $down"
  logs_in 200
  sentinels "id=a others=b,c replicas=$REPLICA" "id=b others=a,c replicas=$REPLICA"
  logs_in 200 # all replicas have it
}

# bats test_tags=long
@test "a sentinel that was reset knows nothing: what the master says counts then" {
  sentinels ''
  logs_in 200
  kill -STOP "$(pid_of replica)"
  logs_in 503 "127.0.0.1:$REPLICA has not acknowledged in time"
  kill -CONT "$(pid_of replica)"
  wait_until 20 "$(pid_of replica)" replicates
}

# bats test_tags=long
@test "status and ssactl check show sentinels that would not replace the master" {
  says() {
    verbose_says "$1"
    check_says 1 "$1"
    stop_workers
  }
  sentinels "flags=master,s_down,disconnected"
  says 'a sentinel cannot talk to the master'
  sentinels ''
  says 'a sentinel knows no replica'
  sentinels "id=a replicas=$REPLICA" "id=b replicas=$REPLICA"
  says 'a sentinel does not know all others'
  sentinels "id=a others=b,c replicas=$REPLICA" "id=b others=a,c replicas=$REPLICA"
  says 'REDIS_URL does not name all sentinels'
  sentinels "id=a others=b,c replicas=$REPLICA" "id=b others=a,c replicas=$REPLICA"
  REDIS_URL=${REDIS_URL/\/ssa/,127.0.0.1:$NOBODY/ssa}
  says 'a sentinel of REDIS_URL does not answer'
}
