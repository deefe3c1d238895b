# The log: one line for each event, in one form. No client can forge a line, and no line
# has a secret.
load helpers

setup_file() { start_redis; }
teardown_file() { stop_servers; }
setup() { fresh; }

# line PATTERN: the log is one line, and the part after time, program and process matches this glob.
line() {
  [[ $(grep -c '' <<<"$stderr") == 1 && $stderr =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\ ssa-(status|ticket|info)\[[0-9]+\]:\ (.*)$ ]] || {
    printf 'not one line of the log: %s\n' "$stderr"
    return 1
  }
  # shellcheck disable=SC2053  # $1 is a pattern
  [[ ${BASH_REMATCH[2]} == $1 ]] || {
    printf 'wanted: %s\ngot:    %s\n' "$1" "$stderr"
    return 1
  }
}

# digest TICKET: what the log has of it.
digest() {
  local all
  all=$(ticket_digest "$1")
  echo "${all:0:8}"
}

@test "a login, with the first 8 digits of the ticket's hash" {
  post "$LOGIN"
  expect 200
  local ticket
  take_tokens
  line "login; rhost=192.0.2.1 user=\"user1\" ticket=\"$(digest "$ticket")\" method=\"POST\" status=\"200\""
  [[ $stderr != *"$ticket"* && $stderr != *A1B2C3* ]]
  [[ $(redis_says --scan --pattern 'ssa:{*}:ticket:*') == *"}:ticket:$(digest "$ticket")"* ]]
}

@test "a renewal and a logout of all tickets" {
  post "$LOGIN"
  local old ticket
  take_tokens
  old=$ticket
  post "{\"username\":\"user1\",\"password\":\"$old\"}"
  expect 200
  take_tokens
  line "renewal; rhost=192.0.2.1 user=\"user1\" ticket=\"$(digest "$ticket")\" method=\"POST\" status=\"200\""
  [[ $stderr != *"$old"* && $stderr != *"$ticket"* ]]
  cgi DELETE ticket '' HTTP_X_AUTH_TOKEN="$ticket" QUERY_STRING=all
  expect 204
  line "logout of all tickets; rhost=192.0.2.1 user=\"user1\" ticket=\"$(digest "$ticket")\" method=\"DELETE\" status=\"204\""
  [[ $stderr != *"$ticket"* ]]
}

# until_answered FILE: sends a request whose body never comes. The reply goes to FILE, and the
# seconds that it took go to FILE.took.
until_answered() {
  local begin=$EPOCHREALTIME
  env -i REDIS_URL="$REDIS_URL" SSA_REDIS_WAIT="${SSA_REDIS_WAIT-}" SSA_DATA_DIR="$DATA_DIR" REQUEST_METHOD=POST CONTENT_LENGTH=20 "$CGI_BIN/ticket" \
    <"$BATS_TEST_TMPDIR/silent" >"$BATS_TEST_TMPDIR/$1" 3>&- || true
  awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }' >"$BATS_TEST_TMPDIR/$1.took"
}

@test "after 5 seconds a whole 503 and a line in the log; a log that nobody reads delays no reply" {
  local name
  mkfifo "$BATS_TEST_TMPDIR/silent" "$BATS_TEST_TMPDIR/stuck"
  exec 8<>"$BATS_TEST_TMPDIR/silent" 9<>"$BATS_TEST_TMPDIR/stuck"
  python3 -EsSB -c 'import os
os.set_blocking(9, False)
try:
    while True:
        os.write(9, bytes(4096))
except BlockingIOError:
    os.set_blocking(9, True)'
  until_answered read 2>"$BATS_TEST_TMPDIR/log" &
  local read=$!
  until_answered unread 2>&9 &
  # This reply must not wait for the deadline.
  REDIS_URL=unix:///nowhere run -0 timeout 3 env -i REDIS_URL=unix:///nowhere SSA_DATA_DIR="$DATA_DIR" REQUEST_METHOD=GET "$CGI_BIN/status" 2>&9
  split_reply "$output"
  expect_error 503
  wait $read $!
  exec 8>&- 9>&-
  for name in read unread; do
    split_reply "$(<"$BATS_TEST_TMPDIR/$name")"
    expect_error 503
    header Retry-After
    awk '{ print; exit !($1 > 4.5 && $1 < 7) }' "$BATS_TEST_TMPDIR/$name.took"
  done
  stderr=$(<"$BATS_TEST_TMPDIR/log")
  line 'deadline passed'
}

@test "the line has the form that fail2ban's filters know" {
  post '{"username":"user1","password":"wr0ng"}'
  line 'authentication failure; rhost=192.0.2.1 user="user1" reason="wrong password"*'
  [[ $stderr != *wr0ng* ]]
  post '{"username":"nobody","password":"wr0ng"}' REMOTE_ADDR=2001:db8::1
  line 'authentication failure; rhost=2001:db8::1 user="nobody" reason="unknown user"*'
  post '{"username":"former","password":"still-known"}'
  line 'authentication failure; rhost=192.0.2.1 user="former" reason="the user is disabled"*'
}

@test "the line has the current time in UTC, the program and the process" {
  local before after stamp
  before=$(date -u +%s)
  TZ=Asia/Tokyo post '{"username":"user1","password":"wrong"}' TZ=Asia/Tokyo
  after=$(date -u +%s)
  stamp=$(date -u -d "${stderr%% *}" +%s)
  [ "$stamp" -ge "$before" ]
  [ "$stamp" -le "$after" ]
  [[ $stderr == *' ssa-ticket['* ]]
}

@test "a name cannot forge a line, a field or a quote" {
  local name
  while read -r name; do
    post "{\"username\":\"$name\",\"password\":\"wrong\"}"
    expect_error 401
    line 'authentication failure; rhost=192.0.2.1 user="*" reason="unknown user" method="POST" status="401"'
    [[ ${stderr#*user=\"} =~ ^[^\"]*\"\ reason ]]
    LC_ALL=C grep -qvP '[^\x20-\x7e]' <<<"$stderr"
  done <<'EOT'
x\n2026-01-31T09:30:00Z ssa-ticket[1]: login; rhost=192.0.2.1 user=\"root\"
x\r\nlogin
x\" reason=\"none
x\\\" reason=\"none
\u001b[2J\u0007\u0008
\u2028\u2029\u0085
%s%n%d$HOME`id`
é🖥
\u007f
EOT
  post '{"username":"a\"b\\c\nd é","password":"wrong"}'
  line '*user="a\x22b\x5cc\x0ad \xc3\xa9"*' || [[ $stderr == *'user="a\x22b\x5cc\x0ad \xc3\xa9"'* ]]
}

@test "user text is cut at 256 bytes" {
  post "{\"username\":\"$(printf 'n%.0s' {1..256})\",\"password\":\"wrong\"}"
  [[ $stderr == *"user=\"$(printf 'n%.0s' {1..256})\""* ]]
  cgi "$(printf 'M%.0s' {1..3000})" status
  expect_error 405
  [[ $stderr == *"method=\"$(printf 'M%.0s' {1..256})\""* && $stderr != *"$(printf 'M%.0s' {1..257})"* ]]
  cgi $'GET\nforged' info
  expect_error 405
  line '*method="GET\\x0aforged"*'
}

@test "every refusal has its reason" {
  local ticket csrf a43
  a43=$(printf 'A%.0s' {1..43})
  cgi GET info
  line 'refused; rhost=192.0.2.1 reason="no ticket" method="GET" status="401"'
  cgi GET info '' HTTP_X_AUTH_TOKEN=s3cret
  line '*reason="malformed ticket"*'
  [[ $stderr != *s3cret* ]]
  cgi GET info '' HTTP_X_AUTH_TOKEN="$a43"
  line "*reason=\"unknown or expired ticket\" ticket=\"$(digest "$a43")\"*"
  [[ $stderr != *AAAA* ]]
  post 's3cret'
  line '*reason="the body is not valid JSON"*status="400"'
  post '{"username":"a"}'
  line '*reason="password is missing"*status="400"'
  post '{}' CONTENT_TYPE=text/plain
  line '*status="415"'
  post '{}' CONTENT_LENGTH=99999
  line '*status="413"'
  cgi PUT info
  line '*reason="method not allowed" method="PUT" status="405"'
  cgi GET info '' PATH_INFO=/s3cret/
  line '*status="404"'
  [[ $stderr != *s3cret* ]]
  post "$LOGIN"
  take_tokens
  cgi DELETE ticket '' HTTP_X_AUTH_TOKEN="$ticket" HTTP_CSRFPREVENTIONTOKEN="${csrf}0"
  line '*user="user1" reason="wrong CSRFPreventionToken"*status="403"'
  [[ $stderr != *"$csrf"* ]]
  cgi DELETE ticket '' HTTP_X_AUTH_TOKEN="$ticket" HTTP_CSRFPREVENTIONTOKEN="$csrf"
  line "logout; rhost=192.0.2.1 user=\"user1\" ticket=\"$(digest "$ticket")\"*status=\"204\""
  [[ $stderr != *"$ticket"* && $stderr != *"$csrf"* ]]
}

@test "reading is not logged" {
  post "$LOGIN"
  local ticket
  take_tokens
  info
  [ -z "$stderr" ]
  cgi GET ticket '' HTTP_X_AUTH_TOKEN="$ticket"
  [ -z "$stderr" ]
  cgi GET status
  [ -z "$stderr" ]
}

@test "the line of a fault names the back end, and is not an authentication failure" {
  post "$LOGIN" REDIS_URL=unix:///nonexistent/redis.sock
  line 'fault; rhost=192.0.2.1 user="user1" reason="redis: connect: No such file or directory" method="POST" status="503"'
  post "$LOGIN" REDIS_URL=redis://name:s3cret@127.0.0.1:1
  line 'fault;*reason="redis: connect: Connection refused"*'
  [[ $stderr != *s3cret* ]]
}

@test "the service works if the log cannot be written" {
  printf "$LOGIN" >"$BATS_TEST_TMPDIR/in"
  output=$(env -i REDIS_URL="$REDIS_URL" SSA_REDIS_WAIT="${SSA_REDIS_WAIT-}" SSA_DATA_DIR="$DATA_DIR" REQUEST_METHOD=POST CONTENT_LENGTH=54 "$CGI_BIN/ticket" \
    <"$BATS_TEST_TMPDIR/in" 2>/dev/full)
  split_reply "$output"
  expect 200
  redis monitor >"$BATS_TEST_TMPDIR/monitor" 3>&- &
  local monitor=$!
  wait_until 5 $monitor grep -q OK "$BATS_TEST_TMPDIR/monitor"
  output=$(env -i REDIS_URL="$REDIS_URL" SSA_REDIS_WAIT="${SSA_REDIS_WAIT-}" SSA_DATA_DIR="$DATA_DIR" REQUEST_METHOD=POST CONTENT_LENGTH=54 "$CGI_BIN/ticket" \
    <"$BATS_TEST_TMPDIR/in" 2>&-)
  redis echo the-end >/dev/null
  wait_until 5 $monitor grep -q the-end "$BATS_TEST_TMPDIR/monitor"
  kill $monitor
  split_reply "$output"
  expect 200
  # If fd 2 is closed, the next socket of the program would be fd 2. Nothing of the log may
  # go to it.
  [ "$(redis_says info errorstats | grep -c errorstat_ERR)" = 0 ]
}
