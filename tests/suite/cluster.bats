# REDIS_URL=redis+cluster://…: which node gets which command. What happens when nodes fail under
# load is tested by `make test-engines`.
# modes: cgi scgi
load helpers
load stores
load ctl

setup_file() {
  new_ports 7
  export PORTS="${ports[*]:0:3}" DEAD=${ports[6]}
  local i
  for i in 0 1 2; do
    redis_on_port "node$i" "${ports[i]}" --cluster-enabled yes --cluster-port "${ports[i + 3]}" \
      --cluster-require-full-coverage no --cluster-node-timeout 2000
  done
  node 0 cluster addslotsrange 0 5460 >/dev/null
  node 1 cluster addslotsrange 5461 10922 >/dev/null
  node 2 cluster addslotsrange 10923 16383 >/dev/null
  for i in 1 2; do node 0 cluster meet 127.0.0.1 "${ports[i]}" "${ports[i + 3]}" >/dev/null; done
  for i in 0 1 2; do wait_until 20 "$(pid_of node0)" knows_all "$i"; done
}
teardown_file() { stop_stores; }
setup() {
  fresh
  local i name users=
  for i in 0 1 2; do node "$i" flushall >/dev/null; done
  for name in user{1..30}; do users+="${users:+,}{\"username\":\"$name\",\"password\":\"$PASSWORD\"}"; done
  write_users "[$users]"
  set -- $PORTS
  export REDIS_URL=redis+cluster://127.0.0.1:$1,127.0.0.1:$2 SSA_REDIS_WAIT=0
}
teardown() {
  stop_workers
  kill -CONT "$(pid_of node1)"
}

# node NUMBER COMMAND...: asks this node alone.
node() {
  local nodes
  read -ra nodes <<<"$PORTS"
  redis-cli -p "${nodes[$1]}" "${@:2}"
}
knows_all() { [[ $(node "$1" cluster info) == *cluster_state:ok*cluster_slots_ok:16384* ]]; }
keys_of() { node "$1" --scan --pattern "${2-*}" | grep -c . || true; }
tickets() { echo $(($(keys_of 0 'ssa:{*}:ticket:*') + $(keys_of 1 'ssa:{*}:ticket:*') + $(keys_of 2 'ssa:{*}:ticket:*'))); }

# give SLOT FROM TO: begins to move a slot. Its keys stay where they are, until `carry`.
give() {
  local from to
  from=$(node "$2" cluster myid) to=$(node "$3" cluster myid)
  node "$3" cluster setslot "$1" importing "$from" >/dev/null
  node "$2" cluster setslot "$1" migrating "$to" >/dev/null
}
# carry KEY FROM TO
carry() {
  local nodes
  read -ra nodes <<<"$PORTS"
  [ "$(node "$2" migrate 127.0.0.1 "${nodes[$3]}" "$1" 0 1000)" = OK ]
}
# finish SLOT FROM TO: carries what is left, and ends the move.
finish() {
  local key to
  for key in $(node "$2" cluster getkeysinslot "$1" 1000); do carry "$key" "$2" "$3"; done
  to=$(node "$3" cluster myid)
  node "$3" cluster setslot "$1" node "$to" >/dev/null
  node "$2" cluster setslot "$1" node "$to" >/dev/null
}

# locate TICKET: sets slot, the node $from that has it, and another node, $to.
locate() {
  slot=$(node 0 cluster keyslot "$(ticket_key "$1")")
  for from in 0 1 2; do [[ -z $(node "$from" cluster getkeysinslot "$slot" 1) ]] || break; done
  to=$(((from + 1) % 3))
}
# move SLOT FROM TO: all at once.
move() { give "$@" && finish "$@"; }

@test "twelve users on three nodes, each with all keys on one of them; one host of the URL is dead" {
  local i
  REDIS_URL=redis+cluster://127.0.0.1:$DEAD,${REDIS_URL##*,}
  for i in {1..12}; do
    enter 200 "user$i"
    asked 200 GET info
  done
  for i in 0 1 2; do
    (($(keys_of "$i" 'ssa:{*}:ticket:*') > 0))
    [ "$(keys_of "$i" 'ssa:{*}:ticket:*')" = "$(keys_of "$i" 'ssa:{*}:user:*')" ]
  done
  [ "$(tickets)" = 12 ]
  for i in 1 2 3; do whole_life "user$i"; done
  [ "$(tickets)" = 12 ]
}

@test "the documented rights of the Redis user are enough" {
  local i words
  read -ra words < <(sed -n 's/^user ssa /ACL SETUSER ssa reset /p' "$ROOT/examples/cluster/users.acl")
  for i in 0 1 2; do node "$i" "${words[@]}" >/dev/null; done
  set -- $PORTS
  REDIS_URL=redis+cluster://ssa:a-long-random-password@127.0.0.1:$1
  for i in {1..4}; do whole_life "user$i"; done
  verbose_says 'set '
  for i in 0 1 2; do node "$i" acl setuser ssa '-cluster|replicas' -ttl >/dev/null; done
  check_says 1 'the Redis user is refused (commands or ~ssa:*): +ttl +cluster|replicas'
}

# bats test_tags=long
@test "the limits hold, though their counters are on different nodes" {
  local i
  programs SSA_LOGIN_LIMITS=0,0,5/600
  for i in {1..5}; do enter 401 "user$i" wrong; done
  enter 429 user6
  programs SSA_LOGIN_LIMITS=2/600,0,0
  for i in 1 2; do enter 401 user7 wrong; done
  enter 429 user7
  enter 200 user8
}

@test "a slot that has moved is found on its new node" {
  local slot from to
  enter 200
  locate "$ticket"
  move "$slot" "$from" "$to"
  asked 200 GET info
  whole_life
  move "$slot" "$to" "$from"
}

# bats test_tags=long
@test "while a slot moves, its keys are found on both nodes, and each command is done once" {
  local slot from to here there index
  enter 200
  here=$ticket
  enter 200
  there=$ticket
  locate "$here"
  index=$(node "$from" --scan --pattern 'ssa:{*}:user:*')
  # First one ticket is on the other node, then the index, too.
  give "$slot" "$from" "$to"
  carry "$(ticket_key "$there")" "$from" "$to"
  for _ in 1 2; do
    for ticket in "$here" "$there"; do asked 200 GET info; done
    whole_life
    enter 401 user1 wrong
    [ "$(tickets)" = 2 ]
    [[ -z $(node "$from" cluster getkeysinslot "$slot" 10 | grep -xF "$index") ]] || carry "$index" "$from" "$to"
  done
  asked 200 GET status
  # The tickets of both nodes end.
  ticket=$there asked 204 DELETE ticket all
  [ "$(tickets)" = 0 ]
  for ticket in "$here" "$there"; do asked 401 GET info; done
  finish "$slot" "$from" "$to"
  move "$slot" "$to" "$from"
}

# bats test_tags=long,load
@test "a node that is silent: its users get a 503, the others are served" {
  local i statuses='' blocked
  programs SSA_LOGIN_LIMITS=0,0,0 # the counter of an address may be on any node
  kill -STOP "$(pid_of node1)"
  asked 503 GET status
  for i in {1..12}; do
    direct_login "user$i" "$PASSWORD"
    statuses+="$http "
    [ "$http" = 200 ] || blocked=user$i
  done
  [[ $statuses == *200* && $statuses == *503* && ! $statuses =~ 401|500 ]]
  kill -CONT "$(pid_of node1)"
  for i in 0 1 2; do wait_until 20 "$(pid_of node0)" knows_all "$i"; done
  is_up() { direct_login "$blocked" "$PASSWORD" && [ "$http" = 200 ]; }
  wait_until 10 $$ is_up
  for i in {1..12}; do enter 200 "user$i"; done
}

# bats test_tags=long
@test "ssactl: the sessions of all nodes" {
  local i
  for i in {1..6}; do direct_login "user$i" "$PASSWORD"; done
  run -0 --separate-stderr "$SSACTL" --json sessions
  [ "$(jq 'map(.username) | unique | length' <<<"$output")" = 6 ]
  run -0 "$SSACTL" revoke user3
  [ "$(tickets)" = 5 ]
  run -0 "$SSACTL" revoke --all
  [ "$(tickets)" = 0 ]
  for i in {1..10}; do direct_login user5 wrong; done
  run -0 --separate-stderr "$SSACTL" --json bans user5
  [ "$(jq length <<<"$output")" = 1 ]
  run -0 "$SSACTL" unban user5
  enter 200 user5
}

@test "a worker forgets the nodes that a cluster no longer has" {
  run -0 python3 -EsSB "$ROOT/tests/tools/cluster.py" "$CGI_BIN/info" "$DATA_DIR" 400
  [ "$output" = 401:400 ]
}
