# GET /api/info: the program alone, with an environment. The only server is Redis.
load helpers

setup_file() { start_redis; }
teardown_file() { stop_servers; }
setup() { fresh; }

record() { # ID [MORE]
  printf '{"id":%s,"cpus":1,"mem":2,"status":"s","GPU":"g","ip":"i"%s}' "$1" "${2-}"
}

@test "all machines, in the file's order, each value as the file has it" {
  local want
  session
  info
  expect 200
  # Each record of the fixture is on a line of its own. The reply has these lines without what
  # is between them.
  want=$(sed -nE 's/^  (\{.*\}),?$/\1/p' "$ROOT/tests/fixtures/machines.json" | paste -sd,)
  [ "$body" = "{\"data\":[$want]}" ]
  [[ $body == *'"mem": 9007199254740993'* && $body == *'"price": 1.10'* && $body == *'"huge": 1e999'* && $body == *'\u00e9 é 🖥'* ]]
  [ "$(header Content-Length)" = "$(printf %s "$body" | wc -c)" ]
  [ "$(header Content-Type)" = application/json ]
  [ "$(header Cache-Control)" = no-store ]
  [ "$(header X-Content-Type-Options)" = nosniff ]
  [ -z "$stderr" ]
}

@test "a user with machines sees these, in the file's order" {
  session hashed 'correct horse'
  info
  expect 200
  expect_json '[.data[].id] == [100, 200]'
}

@test "a user with an empty list sees no machine" {
  session user@1 $'p\u00e4ss "w\\rd'
  info
  expect 200
  [ "$body" = '{"data":[]}' ]
}

@test "the user's current list counts, not the list at the time of the login" {
  session
  local list want
  while read -r list want; do
    write_users "[{\"username\":\"user1\",\"password\":\"A1B2C3D4E5F6G7H8I9HD\",\"machines\":$list}]"
    info
    expect 200
    expect_json "[.data[].id] == $want"
  done <<'EOT'
[300] [300]
[300,100,300] [100,300]
[] []
[999] []
["100",null,[200],{"id":300},true] []
[100.0,1e2,-100] []
[100,999,200] [100,200]
EOT
  # A value that is not a list removes the user's record. It must not remove the user's restriction.
  for list in '"all"' null 100 '{}' true; do
    write_users "[{\"username\":\"user1\",\"password\":\"A1B2C3D4E5F6G7H8I9HD\",\"machines\":$list}]"
    info
    expect_error 401
    fresh
    session
  done
}

@test "query parameters do not show more machines" {
  session hashed 'correct horse'
  local query
  for query in id=300 machines=300 'machines=[300]' all user=user1 username=user1 'id=100&id=300'; do
    info QUERY_STRING="$query"
    [[ $body != *'"id": 300'* ]]
  done
}

@test "an empty list of machines" {
  session
  local content
  for content in '[]' '{}' ' [ ] ' $'{\n}\n'; do
    write_machines "$content"
    info
    expect 200
    [ "$body" = '{"data":[]}' ]
    [ "$(header Content-Length)" = 11 ]
  done
}

@test "numbers of any size, repeated names and deep members keep the bytes of the file" {
  session
  local big one
  big=$(printf '9%.0s' {1..400})
  for one in "$(record "$big")" "$(record 1e400 ',"a":-0.0e-0,"b":0.10')" "$(record 7 ',"x":1,"x":2,"":{"":[[[[]]]]}')" \
    "$(record 8 ',"s":"\/\u00e9\ud83d\udda5é🖥\b\"\\"')" "{ \"ip\" :\"\" ,\"GPU\":\"\",$(record 9 | tail -c +2)"; do
    write_machines "[
 $one ]"
    info
    expect 200
    if [[ $one == '{ "ip"'* ]]; then
      # The member ip is there twice, so no reader can know which one is meant.
      [ "$body" = '{"data":[]}' ]
    else
      [ "$body" = "{\"data\":[$one]}" ]
    fi
  done
}

@test "records that break the rules are left out and logged by index and field; the others are served" {
  session
  write_machines "[$(record 1), {\"id\":2}, $(record '"3"'), 4, null, $(record 5 ',"x":"\ud800"'), $(record 6)]"
  info
  expect 200
  expect_json '[.data[].id] == [1, 6]'
  [ "$(grep -c 'record left out; file="machines.json"' <<<"$stderr")" = 5 ]
  grep -q 'index="1" field="cpus" reason="missing"' <<<"$stderr"
  grep -q 'index="2" field="id" reason="of the wrong type"' <<<"$stderr"
  grep -q 'index="3" reason="not an object"' <<<"$stderr"
}

@test "500 if machines.json is not usable, and never a part of the list" {
  session
  local content
  for content in '' '[' "[$(record 1)" "[$(record 1),]" "[$(record 1)]x" "$(record 1)" 'null' $'\xef\xbb\xbf[]'; do
    write_machines "$content"
    info
    expect_error 500
    [[ $stderr == *'machines.json'* ]]
  done
  rm "$DATA_DIR/machines.json"
  info
  expect_error 500
  [[ $stderr == *'reason="No such file or directory"'* && $stderr != *"$DATA_DIR"* ]]
}

@test "401 without a ticket, without a command to Redis" {
  cgi GET info '' REDIS_URL=unix:///nonexistent
  expect_error 401
  [ "$(header WWW-Authenticate)" = 'X-Auth-Token realm="SimpleServerAPI"' ]
  cgi HEAD info
  expect 401
  [ -z "$body" ]
}

@test "a ticket in a cookie, a query, an Authorization header or a body does not count" {
  session
  cgi GET info "{\"ticket\":\"$ticket\"}" HTTP_COOKIE="ticket=$ticket; X-Auth-Token=$ticket" QUERY_STRING="ticket=$ticket&X-Auth-Token=$ticket" \
    HTTP_AUTHORIZATION="Bearer $ticket" HTTP_X_AUTH_TOKENS="$ticket" X_AUTH_TOKEN="$ticket" http_x_auth_token="$ticket"
  expect_error 401
}

@test "HEAD: the same head, no body" {
  session
  info
  local want=$head
  cgi HEAD info '' HTTP_X_AUTH_TOKEN="$ticket"
  expect 200
  [ "$head" = "$want" ]
  [ -z "$body" ]
}

@test "OPTIONS, other methods, and longer paths" {
  local method
  cgi OPTIONS info
  expect 204
  [ "$(header Allow)" = "GET, HEAD, OPTIONS" ]
  for method in POST PUT DELETE PATCH TRACE get; do
    cgi $method info
    expect_error 405
    [ "$(header Allow)" = "GET, HEAD, OPTIONS" ]
  done
  session
  info PATH_INFO=/100
  expect_error 404
}

@test "503 if Redis cannot be reached" {
  cgi GET info '' HTTP_X_AUTH_TOKEN="$(printf 'A%.0s' {1..43})" REDIS_URL=unix:///nonexistent/redis.sock
  expect_error 503
  [ "$(header Retry-After)" = 1 ]
}

@test "a value under a ticket's key that is not a session is refused" {
  session
  local key value
  key=$(redis --scan --pattern 'ssa:{*}:ticket:*')
  value=$(redis get "$key")
  local row
  for row in '' '{}' 'user1' '"user1"' '[]' "${value%\}}" "${value}x" "${value/fingerprint/fingerprint2}" "${value/user1/hashed}" \
    "${value/\"username\":\"user1\"/\"username\":1}" "${value/\"username\"/\"username\":\"user1\",\"username\"}"; do
    redis set "$key" "$row" ex 100 >/dev/null
    info
    expect_error 401
  done
  redis del "$key" >/dev/null
  redis sadd "$key" "$value" >/dev/null
  info
  [[ $http == 401 || $http == 503 ]]
  redis del "$key" >/dev/null
  redis set "$key" "$value" ex 100 >/dev/null
  info
  expect 200
}
