# Redis servers on TCP ports of the loopback, for the tests of Sentinel and of a cluster. Each file
# has its own ports and its own folders.

# redis_on_port NAME PORT [OPTION...]: starts a Redis with its own folder. Its log is NAME.log.
redis_on_port() {
  local name=$1 port=$2 dir=$BATS_FILE_TMPDIR/$1
  shift 2
  mkdir -p "$dir"
  redis-server --port "$port" --bind 127.0.0.1 --dir "$dir" --save '' --appendonly no \
    --repl-diskless-sync-delay 0 "$@" >"$dir.log" 2>&1 3>&- &
  echo $! >"$dir.pid"
  wait_until 10 "$!" redis-cli -p "$port" ping
}

# sentinel_on_port NAME PORT MASTER-PORT [LINE...]: starts a sentinel that watches it as `ssa`, or
# as $service.
sentinel_on_port() {
  local name=$1 port=$2 master=$3 dir=$BATS_FILE_TMPDIR/$1
  shift 3
  mkdir -p "$dir"
  printf '%s\n' "port $port" 'bind 127.0.0.1' "dir $dir" "sentinel monitor ${service:-ssa} 127.0.0.1 $master 1" "$@" >"$dir/conf"
  redis-server "$dir/conf" --sentinel >"$dir.log" 2>&1 3>&- &
  echo $! >"$dir.pid"
  wait_until 10 "$!" listens "$port"
}
listens() { : <"/dev/tcp/127.0.0.1/$1"; }

pid_of() {
  local pid
  read -r pid <"$BATS_FILE_TMPDIR/$1.pid" && echo "$pid"
}

stop_stores() {
  local file
  for file in "$BATS_FILE_TMPDIR"/*.pid; do
    kill -CONT "$(<"$file")" 2>/dev/null || true
    kill -KILL "$(<"$file")" 2>/dev/null || true
    wait_gone 10 "$(<"$file")"
  done
}

# new_ports COUNT: sets the array `ports`. They differ.
new_ports() {
  ports=()
  local port
  while ((${#ports[@]} < $1)); do
    port=$(free_port)
    [[ " ${ports[*]} " == *" $port "* ]] || ports+=("$port")
  done
}

# whole_life [USER]: a login, what a ticket is for, a renewal and the end.
whole_life() {
  local first
  enter 200 "${1-user1}" "$PASSWORD"
  first=$ticket
  asked 200 GET info
  enter 200 "${1-user1}" "$ticket"
  [[ $ticket != "$first" ]]
  asked 200 GET ticket
  [[ $body == *"\"username\":\"${1-user1}\""* ]]
  asked 204 DELETE ticket
  asked 401 GET info
  ticket=$first asked 401 GET info
}

# check_says STATUS TEXT: ssactl check has this exit status and prints the text.
check_says() {
  run "$SSACTL" --data "$DATA_DIR" check
  [[ $status == "$1" && $output == *"$2"* ]] || {
    echo "$status: $output"
    return 1
  }
}

# verbose_says TEXT: status is a 200, and what it says of Redis begins with this.
verbose_says() {
  asked 200 GET status verbose
  [[ $body == *"\"redis\":\"$1"* ]]
}
