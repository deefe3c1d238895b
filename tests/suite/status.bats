# GET /api/status: the program alone, with an environment. The only server is Redis.
load helpers

setup_file() { start_redis; }
teardown_file() { stop_servers; }
setup() { fresh; }

ok='{"code":200,"message":"OK"}'

@test "all is well: 200 and the contract's bytes" {
  cgi GET status
  expect 200
  [ "$body" = "$ok" ]
  [ "$status" = 0 ]
  [ -z "$stderr" ]
}

@test "the head: type, true length, the standing headers, nothing else" {
  cgi GET status
  [ "$head" = "Status: 200 OK
Content-Type: application/json
Content-Length: ${#ok}
Cache-Control: no-store
X-Content-Type-Options: nosniff" ]
}

@test "lines end with CRLF, and the body ends the output" {
  env -i REQUEST_METHOD=GET REDIS_URL="$REDIS_URL" SSA_DATA_DIR="$DATA_DIR" "$CGI_BIN/status" >"$BATS_TEST_TMPDIR/out"
  printf 'Status: 200 OK\r\nContent-Type: application/json\r\nContent-Length: 27\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n%s' "$ok" |
    cmp - "$BATS_TEST_TMPDIR/out"
}

@test "verbose: the checks by name, no paths" {
  local query
  for query in verbose verbose= verbose=1 a=b\&verbose; do
    cgi GET status '' QUERY_STRING="$query"
    expect 200
    [ "$body" = '{"code":200,"message":"OK","checks":{"redis":"'"$(redis_check)"'","users":"OK","machines":"OK"}}' ]
  done
  cgi GET status '' QUERY_STRING=verbos
  [ "$body" = "$ok" ]
}

@test "verbose counts the records left out" {
  write_machines '[{"id":1}, {"id":100,"cpus":1,"mem":1,"status":"s","GPU":"g","ip":"i"}, 5]'
  write_users '[{"username":"a"}]'
  cgi GET status '' QUERY_STRING=verbose
  expect 200
  [ "$body" = '{"code":200,"message":"OK","checks":{"redis":"'"$(redis_check)"'","users":"1 record skipped","machines":"2 records skipped"}}' ]
  cgi GET status
  [ "$body" = "$ok" ]
}

# failing NAMES [VERBOSE-FILTER]
failing() {
  cgi GET status
  expect_error 503
  expect_json ".message == \"$1\""
  [ "$(header Retry-After)" = 1 ]
  [[ $stderr == *'status="503"'* ]]
  cgi GET status '' QUERY_STRING=verbose
  expect 503
  expect_json ".code == 503 and .message == \"$1\" and .data == \"\""
  [ -z "${2-}" ] || expect_json "$2"
  [[ $body != *"$DATA_DIR"* && $body != */* ]]
}

@test "a data file that is missing, empty, cut, not an array, or a folder: the message names it" {
  rm "$DATA_DIR/users.json"
  failing users '.checks.users == "unreadable" and .checks.machines == "OK" and .checks.redis == "'"$(redis_check)"'"'
  fresh
  : >"$DATA_DIR/machines.json"
  failing machines '.checks.machines == "invalid"'
  printf '[{"id":1' >"$DATA_DIR/users.json"
  failing 'users, machines'
  fresh
  write_users '{"username":"a","password":"b"}'
  failing users '.checks.users == "invalid"'
  fresh
  rm "$DATA_DIR/machines.json"
  mkdir "$DATA_DIR/machines.json"
  failing machines '.checks.machines == "unreadable"'
  rmdir "$DATA_DIR/machines.json"
}

@test "Redis cannot be reached, with and without a bad file" {
  local REDIS_URL=unix:///nonexistent/redis.sock
  failing redis '.checks.redis != "OK" and .checks.users == "OK"'
  rm "$DATA_DIR/users.json" "$DATA_DIR/machines.json"
  failing 'redis, users, machines'
}

@test "Redis that is reachable but cannot write is not up" {
  redis config set maxmemory 1 >/dev/null
  cgi GET status
  redis config set maxmemory 0 >/dev/null
  expect_error 503
  expect_json '.message == "redis"'
  [[ $stderr == *OOM* ]]
  cgi GET status
  expect 200
}

@test "it writes nothing" {
  cgi GET status
  expect 200
  [ "$(redis dbsize)" = 0 ]
}

@test "HEAD: the same head, no body" {
  local query want
  for query in '' verbose; do
    cgi GET status '' QUERY_STRING=$query
    want=$head
    cgi HEAD status '' QUERY_STRING=$query
    [ "$head" = "$want" ]
    [ -z "$body" ]
  done
  rm "$DATA_DIR/users.json"
  cgi GET status
  want=$head
  cgi HEAD status
  expect 503
  [ "$head" = "$want" ]
  [ -z "$body" ]
}

@test "OPTIONS: 204 with Allow, whatever Redis does" {
  cgi OPTIONS status '' REDIS_URL=unix:///nonexistent
  expect 204
  [ "$(header Allow)" = "GET, HEAD, OPTIONS" ]
  [ -z "$body" ]
  run header Content-Length
  [ "$status" != 0 ]
}

@test "any other method: 405 with Allow" {
  local method
  for method in POST PUT DELETE PATCH TRACE CONNECT get Get HEADER GE GETS '' 'GET ' PROPFIND; do
    cgi "$method" status
    expect_error 405
    [ "$(header Allow)" = "GET, HEAD, OPTIONS" ]
  done
}

@test "no method in the environment at all" {
  run --separate-stderr env -i REDIS_URL="$REDIS_URL" SSA_DATA_DIR="$DATA_DIR" "$CGI_BIN/status" </dev/null
  split_reply "$output"
  expect_error 405
}

@test "a longer path is a 404" {
  local path method
  for path in / /x /../info /status; do
    for method in GET POST OPTIONS; do
      cgi $method status '' PATH_INFO="$path"
      expect_error 404
    done
  done
  cgi HEAD status '' PATH_INFO=/x
  expect 404
  [ -z "$body" ]
}

@test "an unknown query parameter is no error" {
  cgi GET status '' QUERY_STRING='a=b&%00&=&&'
  expect 200
}

@test "the body of a GET is ignored" {
  cgi GET status '{"verbose":true}'
  expect 200
  [ "$body" = "$ok" ]
}
