# What the programs need of their surroundings: the way to Redis and to the data, and no more. Bad
# values of the variables are in rows/config.rows.
load helpers

setup_file() { start_redis; }
teardown_file() { stop_servers; }
setup() { fresh; }
teardown() {
  stop_workers
  [[ ! -e $BATS_TEST_TMPDIR/tcp.pid ]] || kill "$(<"$BATS_TEST_TMPDIR/tcp.pid")" || true
}

@test "Redis by TCP, with a database, a user and a password, which is in no log and no command line" {
  local port _
  # A port that is free now may be taken a moment later. That is no fault of the service.
  for _ in 1 2 3 4 5; do
    port=$(free_port)
    printf '%s\n' "port $port" 'bind 127.0.0.1' 'save ""' "dir $BATS_TEST_TMPDIR" 'user default off' \
      'user user:1 on >p@ss/wörd ~* &* +@all' >"$BATS_TEST_TMPDIR/redis.conf"
    redis-server "$BATS_TEST_TMPDIR/redis.conf" >"$BATS_TEST_TMPDIR/redis.log" 2>&1 3>&- &
    echo $! >"$BATS_TEST_TMPDIR/tcp.pid"
    ! wait_until 10 $! grep -q 'Ready to accept' "$BATS_TEST_TMPDIR/redis.log" || break
  done
  says() { # STATUS URL [TEXT OF THE LOG]
    REDIS_URL=$2 cgi GET status
    expect "$1"
    [[ $stderr == *"${3-}"* && $stderr != *wr0ng* ]]
  }
  says 200 "redis://user%3A1:p%40ss%2Fw%C3%B6rd@127.0.0.1:$port/3"
  REDIS_URL=redis://user%3A1:p%40ss%2Fw%C3%B6rd@127.0.0.1:$port/3 cgi POST ticket "$LOGIN"
  expect 200
  [ "$(redis-cli -p "$port" --user user:1 --pass p@ss/wörd --no-auth-warning -n 3 dbsize)" = 2 ]
  ! grep -qE '^127\.0\.0\.1\s.*\blocalhost\b' /etc/hosts || says 200 "redis://user%3A1:p%40ss%2Fw%C3%B6rd@localhost:$port/3"
  says 503 "redis://user%3A1:wr0ng@127.0.0.1:$port/3" WRONGPASS
  says 503 "redis://127.0.0.1:$port"
  says 503 redis://127.0.0.1:1
  says 503 redis://no..host 'unknown host name' # a name for which no name server is asked
  REDIS_URL=redis://user%3A1:p%40ss%2Fw%C3%B6rd@127.0.0.1:$port/3 start_worker status
  run -1 grep -aE 'p%40|p@ss' "/proc/${WORKERS[status]}/cmdline" "$BATS_TEST_TMPDIR/status.log"
}

# place FOLDER: makes this folder with the programs and the data.
place() {
  mkdir -p "$1"/{cgi-bin,data}
  cp "$CGI_BIN"/{status,info,ticket} "$1/cgi-bin"
  cp "$DATA_DIR"/*.json "$1/data"
}

@test "without SSA_DATA_DIR the data are in ../data of the program's folder" {
  needs_native "the program is in another folder"
  local home=$BATS_TEST_TMPDIR/home folder program
  place "$home"
  # The program is started by an absolute path, by a relative path, and from the folder itself.
  while read -r folder program; do
    run --separate-stderr env -C "$folder" -i REDIS_URL="$REDIS_URL" REQUEST_METHOD=GET "$program" </dev/null
    split_reply "$output"
    expect 200
  done <<EOT
/ $home/cgi-bin/status
$home cgi-bin/status
$home/cgi-bin ./status
$home/data ../cgi-bin/status
EOT
  rm "$home/data/users.json"
  run --separate-stderr env -C / -i REDIS_URL="$REDIS_URL" REQUEST_METHOD=GET "$home/cgi-bin/status" </dev/null
  split_reply "$output"
  expect_error 503
}

@test "in an empty root, with the program, the data and Redis's socket only" {
  needs_native "it is not in that root"
  is_static || skip "these programs need shared libraries"
  if ! unshare -r true 2>/dev/null && [ "$(id -u)" != 0 ]; then skip "no right to chroot here"; fi
  local home=$BATS_FILE_TMPDIR/root enter=(unshare -r chroot)
  [ "$(id -u)" != 0 ] || enter=(chroot)
  place "$home"
  ln -f "$BATS_FILE_TMPDIR/redis.sock" "$home/redis.sock"
  inside() { # METHOD PROGRAM BODY [NAME=VALUE...]
    split_reply "$(printf %s "$3" | env -i PATH="$PATH" REDIS_URL=unix:///redis.sock REQUEST_METHOD="$1" REMOTE_ADDR=192.0.2.1 \
      CONTENT_LENGTH=${#3} "${@:4}" "${enter[@]}" "$home" "/cgi-bin/$2" 2>"$BATS_TEST_TMPDIR/stderr")"
    stderr=$(<"$BATS_TEST_TMPDIR/stderr")
    expect 200
  }
  inside GET status ''
  inside POST ticket '{"username":"hashed","password":"correct horse"}'
  take_tokens
  inside GET info '' HTTP_X_AUTH_TOKEN="$ticket"
  expect_json '[.data[].id] == [100, 200]'
}

# has_no_rights PID: the process has entered the sandbox. unit/sandbox.c tests what
# the sandbox forbids.
has_no_rights() { grep -qE '^NoNewPrivs:\s+1$' "/proc/$1/status"; }

@test "a program gives up its rights before it reads a request, and so does a worker" {
  is_static || skip "a build for tests may have no sandbox"
  run "${SSA_TEST_UNIT_BIN:-$ROOT/build/unit}/sandbox"
  if [[ $output == *'Landlock: version 0'* ]]; then skip "no Landlock in this kernel"; fi
  # A CGI program that waits for a body.
  mkfifo "$BATS_TEST_TMPDIR/body"
  env -i REDIS_URL="$REDIS_URL" SSA_REDIS_WAIT="${SSA_REDIS_WAIT-}" SSA_DATA_DIR="$DATA_DIR" REQUEST_METHOD=POST CONTENT_LENGTH=2 "$CGI_BIN/ticket" \
    <"$BATS_TEST_TMPDIR/body" >"$BATS_TEST_TMPDIR/reply" 2>/dev/null 3>&- &
  local pid=$!
  exec 9>"$BATS_TEST_TMPDIR/body"
  wait_until 5 $pid has_no_rights $pid
  printf '{}' >&9
  exec 9>&-
  wait $pid
  grep -q '^Status: 400 ' "$BATS_TEST_TMPDIR/reply"
  # A worker that waits for requests.
  env -i REDIS_URL="$REDIS_URL" SSA_REDIS_WAIT="${SSA_REDIS_WAIT-}" SSA_DATA_DIR="$DATA_DIR" "$SOCKETS" listen "$BATS_TEST_TMPDIR/scgi" \
    "$CGI_BIN/status" </dev/null >/dev/null 2>&1 3>&- &
  pid=$!
  echo $pid >"$BATS_TEST_TMPDIR/tcp.pid"
  wait_until 5 $pid has_no_rights $pid
}
