# What Redis holds of a login, and a variable that comes twice in CGI. The requests and their
# answers are in rows/ticket.rows.
load helpers

setup_file() { start_redis; }
teardown_file() { stop_servers; }
setup() { fresh; }

# alive: $ticket is accepted.
alive() {
  cgi GET ticket '' HTTP_X_AUTH_TOKEN="$ticket"
  expect 200
}

@test "Redis holds no ticket, password or CSRF token, and no name in a key; every key has a TTL" {
  local key dump='' wrong='wr0ng-w0rd'
  session
  post "{\"username\":\"s3cret-name\",\"password\":\"$wrong\"}"
  expect_error 401
  [ "$(redis_says --scan | wc -l)" -ge 5 ]
  while read -r key; do
    [[ $key =~ ^ssa:\{[A-Za-z0-9_-]{3}\}:(ticket|user|fail):[A-Za-z0-9_-]{43}$ ]]
    [ "$(redis_says ttl "$key")" -gt 0 ]
    case $(redis_says type "$key") in
    string) dump+="$key $(redis_says get "$key")"$'\n' ;;
    zset) dump+="$key $(redis_says zrange "$key" 0 -1 withscores)"$'\n' ;;
    *) return 1 ;;
    esac
  done < <(redis --scan)
  echo "$dump"
  [[ $dump != *"$ticket"* && $dump != *"$csrf"* && $dump != *A1B2C3D4E5F6G7H8I9HD* && $dump != *"$wrong"* && $dump != *s3cret-name* ]]
  # Only the value of the session may contain the user's name.
  [[ $(grep -v '^ssa:[^:]*:ticket:' <<<"$dump") != *user1* ]]
  [ "$(redis_says ttl "$(redis_says --scan --pattern 'ssa:{*}:ticket:*')")" -le 7200 ]
}

# raw_env PROGRAM NAME=VALUE...: `env` cannot set a variable twice, and this can.
raw_env() {
  local program=$1
  shift
  [[ -x $BATS_FILE_TMPDIR/raw-env ]] || cc -o "$BATS_FILE_TMPDIR/raw-env" "$ROOT/tests/tools/raw-env.c"
  run --separate-stderr "$BATS_FILE_TMPDIR/raw-env" "$CGI_BIN/$program" REDIS_URL="$REDIS_URL" SSA_DATA_DIR="$DATA_DIR" \
    REQUEST_METHOD=GET "$@" </dev/null
  split_reply "$output"
}

@test "a ticket that comes twice is refused, and so is a CSRF token" {
  needs_native "it joins variables of the same name"
  session
  raw_env info HTTP_X_AUTH_TOKEN="$ticket"
  expect 200
  local first second
  for first in "$ticket" '' x; do
    for second in "$ticket" '' x; do
      raw_env info HTTP_X_AUTH_TOKEN="$first" REMOTE_ADDR=192.0.2.1 HTTP_X_AUTH_TOKEN="$second"
      expect_error 401
    done
  done
  raw_env info HTTP_X_AUTH_TOKEN="$ticket" HTTP_CSRFPREVENTIONTOKEN="$csrf" HTTP_CSRFPREVENTIONTOKEN="$csrf"
  expect_error 403
  alive
}
