# The path /api/ticket: the program alone, with an environment and a body. The only server is Redis.
load helpers

setup_file() { start_redis; }
teardown_file() { stop_servers; }
setup() { fresh; }

# alive: $ticket is accepted. dead: it is refused.
alive() {
  cgi GET ticket '' HTTP_X_AUTH_TOKEN="$ticket"
  expect 200
}

dead() {
  cgi GET ticket '' HTTP_X_AUTH_TOKEN="$ticket"
  expect_error 401
}

# refused MESSAGE BODY: the reply is a 400 with this message.
refused() {
  post "$2"
  expect_error 400
  [ "$(jq -r .message <<<"$body")" = "$1" ] || {
    printf '%s\n' "for: $2" "$body"
    return 1
  }
  [[ $stderr == *'status="400"'* ]]
}

# --- log in ---------------------------------------------------------------------------------------

@test "log in: ticket, token, name and expiry" {
  local before after
  before=$(redis time | head -n 1)
  post "$LOGIN"
  after=$(redis time | head -n 1)
  expect 200
  expect_json '(keys == ["data"]) and (.data | keys_unsorted == ["CSRFPreventionToken", "ticket", "username", "expires"])'
  expect_json '(.data.ticket | test("^[A-Za-z0-9_-]{43}$")) and .data.username == "user1"'
  expect_json "(.data.CSRFPreventionToken | length >= 32) and .data.CSRFPreventionToken != .data.ticket"
  expect_json ".data.expires >= $before + 7200 and .data.expires <= $after + 7200"
  [ "$(header Content-Type)" = application/json ]
  [ "$(header Content-Length)" = "$(printf %s "$body" | wc -c)" ]
  [ "$(header Cache-Control)" = no-store ]
  [ "$(header X-Content-Type-Options)" = nosniff ]
}

@test "each login gets a new ticket, and all of them work" {
  local -A all=()
  local _
  for _ in 1 2 3 4 5; do
    session
    all[$ticket]=1
  done
  [ "${#all[@]}" = 5 ]
  for ticket in "${!all[@]}"; do alive; done
}

@test "other members, their order, white space and escapes do not matter" {
  local row
  for row in '{"password":"A1B2C3D4E5F6G7H8I9HD","username":"user1"}' \
    $' \n\t{ "x" : [1,{"username":"root"}], "username" :\r\n"user1" , "password": "A1B2C3D4E5F6G7H8I9HD" , "Username":"y" } \n' \
    '{"user\u006eame":"\u0075ser1","p\u0061ssword":"A1B2C3D4E5F6G7H8I9H\u0044","remember":true}'; do
    post "$row"
    expect 200
  done
}

@test "a plain password with an umlaut, a quote and a backslash" {
  post '{"username":"user@1","password":"p\u00e4ss \"w\\rd"}'
  expect 200
  expect_json '.data.username == "user@1"'
  post '{"username":"user@1","password":"päss \"w\\rd"}'
  expect 200
}

@test "an Argon2id password" {
  post '{"username":"hashed","password":"correct horse"}'
  expect 200
  post '{"username":"hashed","password":"correct horsE"}'
  expect_error 401
}

@test "hashes of the argon2 tool with other parameters match; those of other methods never match" {
  local row hash
  for row in '-id -k 32 -t 1 -p 1' '-id -k 2048 -t 2 -p 2' '-id -k 100 -t 4 -p 1 -l 24' '-id -m 12 -t 1 -p 4'; do
    hash=$(printf 'a good one' | argon2 some-salt $row -e)
    write_users "[{\"username\":\"u\",\"password\":\"$hash\"}]"
    post '{"username":"u","password":"a good one"}'
    expect 200
    post '{"username":"u","password":"a good on"}'
    expect_error 401
    post "{\"username\":\"u\",\"password\":\"$hash\"}"
    expect_error 401
  done
  for row in '-i -k 64 -t 1' '-d -k 64 -t 1' '-id -v 10 -k 64 -t 1'; do
    hash=$(printf 'a good one' | argon2 some-salt $row -e)
    write_users "[{\"username\":\"u\",\"password\":\"$hash\"}]"
    post '{"username":"u","password":"a good one"}'
    expect_error 401
    [[ $stderr == *'reason="password hash of an unsupported method"'* ]]
    post "{\"username\":\"u\",\"password\":\"$hash\"}"
    expect_error 401
  done
}

@test "names match exactly" {
  local name
  for name in User1 USER1 user user11 ' user1' 'user1 ' 'usér1' former2; do
    post "{\"username\":\"$name\",\"password\":\"A1B2C3D4E5F6G7H8I9HD\"}"
    expect_error 401
  done
}

@test "401: the same bytes for a wrong password, an unknown user and a disabled one" {
  local want='' row
  for row in '{"username":"user1","password":"wrong"}' '{"username":"user1","password":"A1B2C3D4E5F6G7H8I9H"}' \
    '{"username":"user1","password":"A1B2C3D4E5F6G7H8I9HDx"}' '{"username":"nobody","password":"A1B2C3D4E5F6G7H8I9HD"}' \
    '{"username":"former","password":"still-known"}' '{"username":"former","password":"wrong"}' \
    '{"username":"hashed","password":"wrong"}' '{"username":"x\ny","password":"x"}'; do
    post "$row"
    expect_error 401
    [ -n "$want" ] || want=$output
    [ "$output" = "$want" ]
  done
  [ "$(header WWW-Authenticate)" = 'X-Auth-Token realm="SimpleServerAPI"' ]
  expect_json '.data == ""'
}

@test "if two records have the same name, the first one counts" {
  write_users '[{"username":"u","password":"first"},{"username":"u","password":"second"}]'
  post '{"username":"u","password":"first"}'
  expect 200
  post '{"username":"u","password":"second"}'
  expect_error 401
}

# --- 400 ------------------------------------------------------------------------------------------

@test "400: not JSON" {
  local row
  for row in '' ' ' '{' '{"username":"user1","password":"x"' "$LOGIN x" "$LOGIN$LOGIN" "$LOGIN," "{'username':'user1'}" \
    '{"username":"user1","password":"x",}' '{username:"user1"}' '{"username":"user1" "password":"x"}' 'username=user1&password=x' \
    '{"username":"user1","password":"x","n":01}' '{"username":"user1","password":"x","n":1.}' '{"username":"user1","password":"a	b"}' \
    $'{"username":"user1","password":"\xff"}' $'{"username":"\xc0\xaf","password":"x"}' $'{"username":"\xed\xa0\x80","password":"x"}' \
    '{"username":"user1\u0000x","password":"x"}' '{"username":"user1","password":"\u0000"}' '{"\u0000":1,"username":"a","password":"b"}' \
    '{"username":"\ud800","password":"x"}' '{"username":"user1","password":"\udc00x"}' '{"username":"user1","password":"x","o":"\ud83d"}' \
    $'\xef\xbb\xbf'"$LOGIN" "/**/$LOGIN" 'nul' '[1' '"x'; do
    refused 'the body is not valid JSON' "$row"
  done
}

@test "400: JSON, but not an object" {
  local row
  for row in '[]' 'null' '1' '"{}"' 'true' "[$LOGIN]" ' [ ] '; do refused 'the body must be a JSON object' "$row"; done
}

@test "400: a field is missing, empty, not a string, there twice or too long; the message names it" {
  local long name=username other=password
  for name in username password; do
    [ $name = username ] && other=password || other=username
    refused "$name is missing" "{\"$other\":\"x\"}"
    refused "$name is missing" "{\"$other\":\"x\",\"${name^}\":\"x\"}"
    refused "$name is missing" "{\"$other\":\"x\",\"o\":{\"$name\":\"x\"}}"
    refused "$name is empty" "{\"$other\":\"x\",\"$name\":\"\"}"
    for value in 1 null true '["x"]' '{"x":"y"}' 1e5; do refused "$name must be a string" "{\"$other\":\"x\",\"$name\":$value}"; done
    refused "$name appears more than once" "{\"$other\":\"x\",\"$name\":\"x\",\"$name\":\"x\"}"
    refused "$name appears more than once" "{\"$other\":\"x\",\"$name\":\"x\",\"\\u00${name:0:0}$(printf %02x "'${name:0:1}")${name:1}\":\"y\"}"
  done
  refused 'username is missing' '{}'
  long=$(printf 'x%.0s' {1..257})
  refused 'username is too long' "{\"username\":\"$long\",\"password\":\"x\"}"
  refused 'username is too long' "{\"username\":\"é${long:0:255}\",\"password\":\"x\"}"
  refused 'username is too long' "{\"username\":\"\\u00e9${long:0:255}\",\"password\":\"x\"}"
  post "{\"username\":\"${long:0:256}\",\"password\":\"x\"}"
  expect_error 401
  long=$(printf 'x%.0s' {1..1025})
  refused 'password is too long' "{\"username\":\"user1\",\"password\":\"$long\"}"
  post "{\"username\":\"user1\",\"password\":\"${long:0:1024}\"}"
  expect_error 401
}

@test "the longest name and password that fit work" {
  local name password
  name=$(printf 'n%.0s' {1..256})
  password=$(printf 'p%.0s' {1..1024})
  write_users "[{\"username\":\"$name\",\"password\":\"$password\"}]"
  session "$name" "$password"
  alive
  expect_json ".data.username == \"$name\""
}

@test "400: deeper than 32 levels" {
  local open close
  open=$(printf '[%.0s' {1..31}) close=$(printf ']%.0s' {1..31})
  post "{\"username\":\"user1\",\"password\":\"A1B2C3D4E5F6G7H8I9HD\",\"o\":$open$close}"
  expect 200
  refused 'the body is not valid JSON' "{\"username\":\"user1\",\"password\":\"A1B2C3D4E5F6G7H8I9HD\",\"o\":[$open$close]}"
}

@test "400: the body is shorter than announced, or the length is not a number" {
  local length
  post "$LOGIN" CONTENT_LENGTH=16384
  expect_error 400
  for length in -1 1x 0x10 1e3 +5 ' 5' 99999999999999999999999; do
    post "$LOGIN" CONTENT_LENGTH="$length"
    expect_error 400
  done
  post "$LOGIN" CONTENT_LENGTH=
  expect_error 400
  # The program reads only as many bytes as CONTENT_LENGTH says.
  post "$LOGIN trailing" CONTENT_LENGTH="${#LOGIN}"
  expect 200
}

@test "no message contains a part of the request, a path or an error number" {
  post '{"username":"s3cret-name","password":"s3cret-word"}'
  [[ $output != *s3cret* ]]
  post '{"s3cret":'
  [[ $output != *s3cret* && $output != *line* && $output != *position* ]]
  rm "$DATA_DIR/users.json"
  post "$LOGIN"
  expect_error 500
  [[ $output != */* || $output == *'application/json'* ]]
  [[ $body != *users* && $body != *errno* && $body != *'No such file'* ]]
}

# --- 413 and 415 ----------------------------------------------------------------------------------

@test "413: 16384 bytes pass, 16385 do not" {
  local pad
  pad=$(printf '%*s' $((16384 - ${#LOGIN})) '')
  post "$LOGIN$pad"
  expect 200
  post "$LOGIN$pad "
  expect_error 413
  post "$LOGIN" CONTENT_LENGTH=4294967296
  expect_error 413
}

@test "415: a media type that is present and is not JSON" {
  local type
  for type in application/json 'application/json; charset=utf-8' 'application/json;charset=UTF-8' APPLICATION/JSON \
    application/vnd.api+json application/problem+json 'application/ld+json; profile="x"' Application/X+JSON ''; do
    post "$LOGIN" CONTENT_TYPE="$type"
    expect 200
  done
  for type in text/plain text/json application/x-www-form-urlencoded multipart/form-data application/jsonp application/js \
    application/json-seq application/xml application/ application json xapplication/json application/+json \
    'text/plain; application/json' application/jso application/json/x application/jsonx+xml '*/*' 'application/*'; do
    post "$LOGIN" CONTENT_TYPE="$type"
    expect_error 415 || {
      echo "for: $type"
      return 1
    }
  done
  [ "$(redis --scan | grep -c :ticket:)" = 9 ]
}

# --- GET, log out ---------------------------------------------------------------------------------

@test "GET: name and expiry; HEAD the same without the body" {
  local want
  session
  want=$(jq .data.expires <<<"$body")
  alive
  [ "$body" = "{\"data\":{\"username\":\"user1\",\"expires\":$want}}" ]
  want=$head
  cgi HEAD ticket '' HTTP_X_AUTH_TOKEN="$ticket"
  [ "$head" = "$want" ]
  [ -z "$body" ]
}

@test "reading does not prolong" {
  session
  local key
  key=$(redis --scan --pattern 'ssa:{*}:ticket:*')
  redis expire "$key" 100 >/dev/null
  alive
  info
  expect 200
  [ "$(redis ttl "$key")" -le 100 ]
  redis del "$key" >/dev/null
  dead
  [ -z "$(redis --scan --pattern 'ssa:{*}:ticket:*')" ]
}

@test "DELETE: 204, and the ticket is dead at once; others live" {
  local other
  session
  other=$ticket
  session
  cgi DELETE ticket '' HTTP_X_AUTH_TOKEN="$ticket"
  expect 204
  [ -z "$body" ]
  [ "$(header Cache-Control)" = no-store ]
  run header Content-Length
  [ "$status" != 0 ]
  dead
  cgi DELETE ticket '' HTTP_X_AUTH_TOKEN="$ticket"
  expect_error 401
  ticket=$other
  alive
}

@test "DELETE ?all: all tickets of the user, and no ticket of another user" {
  local mine=() _ stranger
  session hashed 'correct horse'
  stranger=$ticket
  for _ in 1 2 3; do
    session
    mine+=("$ticket")
  done
  cgi DELETE ticket '' HTTP_X_AUTH_TOKEN="$ticket" QUERY_STRING=all
  expect 204
  for ticket in "${mine[@]}"; do dead; done
  ticket=$stranger
  alive
  [ "$(redis --scan | grep -c .)" = 2 ]
}

@test "the CSRF token is that of the session or is not sent; otherwise 403" {
  local other
  session
  other=$csrf
  session
  cgi DELETE ticket '' HTTP_X_AUTH_TOKEN="$ticket" HTTP_CSRFPREVENTIONTOKEN="$other"
  expect_error 403
  for other in '' x "${csrf}0" "${csrf:0:42}" "${csrf^^}" "$ticket"; do
    info HTTP_CSRFPREVENTIONTOKEN="$other"
    expect_error 403
    cgi GET ticket '' HTTP_X_AUTH_TOKEN="$ticket" HTTP_CSRFPREVENTIONTOKEN="$other"
    expect_error 403
  done
  alive
  info HTTP_CSRFPREVENTIONTOKEN="$csrf"
  expect 200
  cgi DELETE ticket '' HTTP_X_AUTH_TOKEN="$ticket" HTTP_CSRFPREVENTIONTOKEN="$csrf"
  expect 204
}

@test "401 for a ticket: always the same shape and WWW-Authenticate" {
  local method
  for method in GET DELETE; do
    cgi $method ticket
    expect_error 401
    [ "$(header WWW-Authenticate)" = 'X-Auth-Token realm="SimpleServerAPI"' ]
    cgi $method ticket '' HTTP_X_AUTH_TOKEN="$(printf 'A%.0s' {1..43})"
    expect_error 401
    [ "$(header WWW-Authenticate)" = 'X-Auth-Token realm="SimpleServerAPI"' ]
  done
}

@test "renewal: a live ticket as the password gives a new one; the old lives 60 s at most" {
  local old
  session
  old=$ticket
  session user1 "$old"
  [ "$ticket" != "$old" ]
  alive
  ticket=$old
  alive
  expect_json ".data.expires <= $(redis time | head -n 1) + 60"
  # The ticket of another user is not a password of this user.
  post "{\"username\":\"hashed\",\"password\":\"$old\"}"
  expect_error 401
}

# --- methods, paths -------------------------------------------------------------------------------

@test "OPTIONS and other methods" {
  local method
  cgi OPTIONS ticket
  expect 204
  [ "$(header Allow)" = "GET, HEAD, POST, DELETE, OPTIONS" ]
  for method in PUT PATCH TRACE CONNECT post Post delete POSTS; do
    cgi "$method" ticket "$LOGIN"
    expect_error 405
    [ "$(header Allow)" = "GET, HEAD, POST, DELETE, OPTIONS" ]
  done
  [ -z "$(redis --scan)" ]
}

@test "a longer path is a 404" {
  cgi POST ticket "$LOGIN" PATH_INFO=/user1
  expect_error 404
  [ -z "$(redis --scan)" ]
}

# --- what Redis holds -----------------------------------------------------------------------------

@test "Redis holds no ticket, password or CSRF token, and no name in a key; every key has a TTL" {
  local key dump='' wrong='wr0ng-w0rd'
  session
  post "{\"username\":\"s3cret-name\",\"password\":\"$wrong\"}"
  expect_error 401
  [ "$(redis --scan | wc -l)" -ge 5 ]
  while read -r key; do
    [[ $key =~ ^ssa:\{[A-Za-z0-9_-]{3}\}:(ticket|user|fail):[A-Za-z0-9_-]{43}$ ]]
    [ "$(redis ttl "$key")" -gt 0 ]
    case $(redis type "$key") in
    string) dump+="$key $(redis get "$key")"$'\n' ;;
    zset) dump+="$key $(redis zrange "$key" 0 -1 withscores)"$'\n' ;;
    *) return 1 ;;
    esac
  done < <(redis --scan)
  echo "$dump"
  [[ $dump != *"$ticket"* && $dump != *"$csrf"* && $dump != *A1B2C3D4E5F6G7H8I9HD* && $dump != *"$wrong"* && $dump != *s3cret-name* ]]
  # Only the value of the session may contain the user's name.
  [[ $(grep -v '^ssa:[^:]*:ticket:' <<<"$dump") != *user1* ]]
  [ "$(redis ttl "$(redis --scan --pattern 'ssa:{*}:ticket:*')")" -le 7200 ]
}

@test "MONITOR shows no ticket, password or token" {
  local monitor
  redis monitor >"$BATS_TEST_TMPDIR/monitor" 3>&- &
  monitor=$!
  wait_until 5 $monitor grep -q OK "$BATS_TEST_TMPDIR/monitor"
  session
  session user1 "$ticket"
  alive
  info HTTP_CSRFPREVENTIONTOKEN="$csrf"
  cgi DELETE ticket '' HTTP_X_AUTH_TOKEN="$ticket" QUERY_STRING=all
  expect 204
  post '{"username":"user1","password":"wr0ng-w0rd"}'
  redis echo the-end >/dev/null
  wait_until 5 $monitor grep -q the-end "$BATS_TEST_TMPDIR/monitor"
  kill $monitor
  cat "$BATS_TEST_TMPDIR/monitor"
  grep -q :ticket: "$BATS_TEST_TMPDIR/monitor"
  run grep -iE -e "A1B2C3D4E5F6G7H8I9HD|wr0ng-w0rd" -e "$csrf" "$BATS_TEST_TMPDIR/monitor"
  [ "$status" = 1 ]
  run grep -F -e "$ticket" "$BATS_TEST_TMPDIR/monitor"
  [ "$status" = 1 ]
  # The programs send no command that only an administrator may use.
  run grep -iE '"(keys|eval|evalsha|flushall|flushdb|config|scan|fcall)"' "$BATS_TEST_TMPDIR/monitor"
  [ "$status" = 1 ]
}

@test "expired tickets are removed from the index" {
  local index
  session
  index=$(redis --scan --pattern 'ssa:{*}:user:*')
  redis zadd "$index" 1 0000 >/dev/null
  [ "$(redis zcard "$index")" = 2 ]
  session
  [ "$(redis zcard "$index")" = 2 ]
  [ -z "$(redis zscore "$index" 0000)" ]
}

@test "SSA_TICKET_TTL" {
  post "$LOGIN" SSA_TICKET_TTL=77
  expect 200
  expect_json ".data.expires - $(redis time | head -n 1) <= 77 and .data.expires - $(redis time | head -n 1) >= 75"
  local key
  while read -r key; do [ "$(redis ttl "$key")" -le 77 ]; done < <(redis --scan)
}

# --- the end of sessions --------------------------------------------------------------------------

@test "a user removed, disabled or with another password has no session any more" {
  local users
  for users in '[{"username":"other","password":"A1B2C3D4E5F6G7H8I9HD"}]' \
    '[{"username":"user1","password":"A1B2C3D4E5F6G7H8I9HD","disabled":true}]' \
    '[{"username":"user1","password":"A1B2C3D4E5F6G7H8I9HE"}]' '[{"username":"User1","password":"A1B2C3D4E5F6G7H8I9HD"}]' \
    '[{"username":"user1","password":"A1B2C3D4E5F6G7H8I9HD","disabled":"no"}]' '[]' '{}'; do
    fresh
    session
    alive
    write_users "$users"
    info
    expect_error 401
    dead
    # The session stays dead if the user comes back unchanged.
    fresh_users
    dead
  done
}

@test "a new hash of the same password counts as another password; any other change keeps the session" {
  session
  write_users '[{"more":1},{"note":"moved","username":"user1","password":"A1B2C3D4E5F6G7H8I9H\u0044","machines":[100],"disabled":false}]'
  alive
  write_users "[{\"username\":\"user1\",\"password\":\"$(printf A1B2C3D4E5F6G7H8I9HD | argon2 some-salt -id -k 32 -t 1 -e)\"}]"
  dead
}

# --- backend faults -------------------------------------------------------------------------------

@test "503 with Retry-After if Redis cannot be reached, before the password is checked" {
  local row REDIS_URL=unix:///nonexistent/redis.sock
  for row in "$LOGIN" '{"username":"user1","password":"wrong"}' '{"username":"nobody","password":"x"}'; do
    post "$row"
    expect_error 503
    [ "$(header Retry-After)" = 1 ]
    [[ $stderr == *'reason="redis: connect'* ]]
    [[ $stderr != *'authentication failure'* ]]
  done
  # An invalid request is still refused with its own error.
  refused 'the body is not valid JSON' '{'
  cgi GET ticket '' HTTP_X_AUTH_TOKEN="$(printf 'A%.0s' {1..43})"
  expect_error 503
  [ "$(header Retry-After)" = 1 ]
  cgi DELETE ticket '' HTTP_X_AUTH_TOKEN="$(printf 'A%.0s' {1..43})"
  expect_error 503
}

@test "503 if Redis cannot write; live sessions still work" {
  session
  redis config set maxmemory 1 >/dev/null
  post "$LOGIN"
  expect_error 503
  [ -n "$(header Retry-After)" ]
  post '{"username":"user1","password":"wrong"}'
  expect_error 503
  alive
  cgi DELETE ticket '' HTTP_X_AUTH_TOKEN="$ticket"
  redis config set maxmemory 0 >/dev/null
  expect 204
  dead
}

@test "500 if users.json is not valid" {
  session
  local content
  for content in '' '[' '{"username":"user1"}'; do
    write_users "$content"
    post "$LOGIN"
    expect_error 500
    alive_500
  done
  fresh_users
  alive
}

alive_500() {
  cgi GET ticket '' HTTP_X_AUTH_TOKEN="$ticket"
  expect_error 500
}

# --- invalid tickets ------------------------------------------------------------------------------

@test "malformed tickets are refused before Redis is asked" {
  local row a43 REDIS_URL=unix:///nonexistent/redis.sock
  a43=$(printf 'A%.0s' {1..43})
  for row in '' A "${a43:1}" "${a43}A" "$a43 " " $a43" "$a43,$a43" "$a43, $a43" "${a43:1}+" "${a43:1}/" "${a43:1}=" "${a43:1}." \
    "${a43:1}*" "${a43:2}é" "../../../../../../../../../../../../../../etc/" $'A\r\nDEL x'"${a43:10}" "${a43:1}%" "\"${a43:2}\"" \
    "$a43$a43$a43$a43"; do
    for program in info ticket; do
      cgi GET $program '' HTTP_X_AUTH_TOKEN="$row"
      expect_error 401
    done
    cgi DELETE ticket '' HTTP_X_AUTH_TOKEN="$row"
    expect_error 401
  done
  # A ticket of the right form is looked up in Redis, which does not run.
  cgi GET info '' HTTP_X_AUTH_TOKEN="$a43"
  expect_error 503
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
