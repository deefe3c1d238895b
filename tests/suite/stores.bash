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

# whole_life USER PASSWORD: a login, what a ticket is for, a renewal and the end.
whole_life() {
  direct_login "$1" "$2"
  expect 200
  local first=$ticket
  direct GET info '' HTTP_X_AUTH_TOKEN="$ticket"
  expect 200
  direct_login "$1" "$ticket"
  expect 200
  [[ $ticket != "$first" ]]
  direct GET ticket '' HTTP_X_AUTH_TOKEN="$ticket"
  expect 200
  expect_json ".data.username == \"$1\""
  direct DELETE ticket '' HTTP_X_AUTH_TOKEN="$ticket"
  expect 204
  direct GET info '' HTTP_X_AUTH_TOKEN="$first"
  expect_error 401
  direct GET info '' HTTP_X_AUTH_TOKEN="$ticket"
  expect_error 401
}
