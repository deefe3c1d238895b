# Choosing machines: the query of GET /api/info, to the program alone and through lighttpd.
# modes: scgi cgi
load helpers

setup_file() {
  export TIMES=$BATS_FILE_TMPDIR/times
  isolate_lighttpd
  fresh
  start_redis
  start_lighttpd
}
teardown_file() { stop_servers; }
setup() { fresh; }
teardown() { stop_workers; }

# choose QUERY [NAME=VALUE...]: asks the program alone, with $ticket.
choose() {
  local query=$1
  shift
  direct GET info '' HTTP_X_AUTH_TOKEN="$ticket" QUERY_STRING="$query" "$@"
}

# line ID: the record as the fixture has it.
line() { sed -nE "s/^  (\{\"id\": $1,.*\}),?$/\1/p" "$ROOT/tests/fixtures/machines.json"; }

# expect_ids TOTAL [ID...]: checks the ids of the reply, and the total before the slice.
expect_ids() {
  local total=$1 got
  shift
  expect 200 || return 1
  got=$(jq -r '[.data[].id] | join(" ")' <<<"$body")
  [[ $got == "$*" && $(header X-Total-Count) == "$total" ]] || {
    printf 'expected %s of %s, got %s of %s\n' "$*" "$total" "$got" "$(header X-Total-Count)"
    return 1
  }
}

# expect_refusal SENTENCE
expect_refusal() {
  expect_error 400 || return 1
  [[ $body == "{\"code\":400,\"message\":\"$1\",\"data\":\"\"}" ]] || {
    printf 'expected the message %s\n%s\n' "$1" "$body"
    return 1
  }
  if header X-Total-Count; then return 1; fi
}

@test "the recorded answers of json-server 1.0.0-beta.15 and 0.17.4" {
  [[ $SSA_MODE == cgi ]] || skip "the program that answers is the same"
  session
  cp "$ROOT/tests/fixtures/json-server-machines.json" "$DATA_DIR/.machines.new"
  mv "$DATA_DIR/.machines.new" "$DATA_DIR/machines.json"
  run env -i REDIS_URL="$REDIS_URL" SSA_REDIS_WAIT="${SSA_REDIS_WAIT-}" SSA_DATA_DIR="$DATA_DIR" REMOTE_ADDR=192.0.2.1 HTTP_X_AUTH_TOKEN="$ticket" \
    /usr/bin/python3 -EsSB "$ROOT/tests/tools/replay.py" "$CGI_BIN/info" "$ROOT/tests/fixtures/json-server.json"
  echo "$output" | grep -v '^[0-9T:Z-]* ssa-info'
  [ "$status" -eq 0 ]
  # At least 410 queries, and both dialects.
  [ "$(jq '[.rows[].query] | unique | length' "$ROOT/tests/fixtures/json-server.json")" -ge 410 ]
  [ "$(jq -c '[.rows[].server] | unique' "$ROOT/tests/fixtures/json-server.json")" = '["0.17","1.0"]' ]
}

@test "the ticket is checked before the query" {
  local query
  for query in 'id=100' '_page=x' 'a=%zz' ''; do
    direct GET info '' QUERY_STRING="$query"
    expect_error 401
    direct GET info '' QUERY_STRING="$query" HTTP_X_AUTH_TOKEN="$(printf 'A%.0s' {1..43})"
    expect_error 401
    if header X-Total-Count; then return 1; fi
  done
  api '/api/info?_page=x'
  expect_error 401
}

@test "a query narrows what a user may see, and never widens it" {
  direct_login hashed 'correct horse'
  choose 'mem:gte=0'
  expect_ids 2 100 200
  choose 'id=300'
  expect_ids 0
  choose 'id=300&id=200&id=100'
  expect_ids 2 100 200
  choose 'id:in=100,300'
  expect_ids 1 100
  choose 'q=a100' # only in the machine 300
  expect_ids 0
  choose '_sort=-id'
  expect_ids 2 200 100
  choose '_page=1&_per_page=10000'
  expect_ids 2 100 200
  choose '_start=0&_end=99'
  expect_ids 2 100 200
  choose 'machines=300&user=user1'
  expect_ids 0
  write_users '[{"username":"hashed","password":"$argon2id$v=19$m=1024,t=1,p=1$Zml4dHVyZS1zYWx0LTAx$qs/1Gee4a5oQQbK/TywkOaFpWj/25HNSk/PaJy72S6A","machines":[]}]'
  choose 'id=100'
  expect_ids 0
  [ "$body" = '{"data":[]}' ]
}

@test "each value as the file has it, in the order that was asked for" {
  direct_login user1 "$PASSWORD"
  choose 'id=200'
  expect 200
  [ "$body" = "{\"data\":[$(line 200)]}" ]
  choose '_sort=-mem'
  expect 200
  [ "$body" = "{\"data\":[$(line 200),$(line 300),$(line 100)]}" ]
  choose 'price=1.1&huge:gt=1e998&mem=9007199254740993&note:contains=%C3%A9+%F0%9F%96%A5'
  expect 200
  [ "$body" = "{\"data\":[$(line 200)]}" ]
  choose 'mem=9007199254740992'
  expect_ids 0
  choose 'price=1.1000000000000000001'
  expect_ids 0
}

@test "HEAD: the same head, no body" {
  local query want
  direct_login user1 "$PASSWORD"
  for query in 'cpus:gte=32' '_page=1&_per_page=2' '_page=0'; do
    choose "$query"
    want=$head
    direct HEAD info '' HTTP_X_AUTH_TOKEN="$ticket" QUERY_STRING="$query"
    [ "$head" = "$want" ]
    [ -z "$body" ]
  done
}

@test "X-Total-Count with each query, and not without one; Link with pages only" {
  direct_login user1 "$PASSWORD"
  choose ''
  expect 200
  if header X-Total-Count || header Link; then return 1; fi
  local query
  for query in '_=1' 'id:gte=0' '_sort=id' 'q=' '_start=0' '_limit=9' '&'; do
    choose "$query"
    expect_ids 3 100 200 300
    if header Link; then return 1; fi
  done
  choose '_start=1&_end=2'
  expect_ids 3 200
  choose '_limit=0'
  expect_ids 3
  choose 'status=running&_page=1&_per_page=1&_sort=-id'
  expect_ids 2 300
  local other='status=running&_per_page=1&_sort=-id&'
  [ "$(header Link)" = "</api/info?${other}_page=1>; rel=\"first\", </api/info?${other}_page=2>; rel=\"next\", </api/info?${other}_page=2>; rel=\"last\"" ]
  choose '_page=3&_limit=2&a%5B%5D=%22'
  expect_ids 0
  [ "$(header Link)" = '</api/info?_limit=2&a%5B%5D=%22&_page=1>; rel="first", </api/info?_limit=2&a%5B%5D=%22&_page=1>; rel="prev", </api/info?_limit=2&a%5B%5D=%22&_page=1>; rel="last"' ]
}

@test "the links lead through all machines, once each" {
  login user1 "$PASSWORD"
  local path='/api/info?_page=1&_per_page=1&_sort=-cpus' ids='' steps=0
  while [[ -n $path && $((steps++)) -lt 5 ]]; do
    api "$path" -H "X-Auth-Token: $ticket"
    expect 200
    ids+=" $(jq '.data[].id' <<<"$body")"
    path=$(header Link | sed -nE 's/.*<([^>]*)>; rel="next".*/\1/p')
  done
  [ "$ids" = ' 300 100 200' ]
}

@test "a 400 says which parameter is wrong and why, and repeats nothing" {
  local query message
  direct_login user1 "$PASSWORD"
  while read -r query message; do
    choose "$query"
    expect_refusal "$message"
    [[ $stderr == *"reason=\"$message\""* && $stderr != *secret* ]]
  done <<'EOT'
cpus:secret=1 parameter 1: unknown operator
a=1&_secret=1 parameter 2: unknown parameter
_embed=secret parameter 1: unknown parameter
_where={"secret":1} parameter 1: unknown parameter
q=secret&q=secret parameter 2: sent twice
_page=secret parameter 1: not a whole number
_page=0 parameter 1: not a number from 1 on
_page=1&_start=0 parameter 2: a page and a slice together
_per_page=10001 parameter 1: more than 10000 a page
_sort=secret,,id parameter 1: a field without a name
_sort=id&_order=secret parameter 2: neither asc nor desc
=secret parameter 1: a name is missing
secret=%zz parameter 1: a percent sign without two hexadecimal digits
secret=%c0%af parameter 1: invalid UTF-8
secret=%00 parameter 1: a NUL byte
EOT
}

# --- bad input ------------------------------------------------------------------------------------

@test "3,000 parameters, a query of 64 KiB: 400" {
  direct_login user1 "$PASSWORD"
  local many long
  many=$(printf 'a&%.0s' {1..3000})
  printf -v long 'a=%065534d' 0
  choose "$many"
  expect_refusal 'parameter 65: more than 64 parameters'
  # In scgi mode that is more than the headers of a request may have.
  [[ $SSA_MODE == scgi ]] || {
    choose "$long"
    expect_refusal 'the query is longer than 8192 bytes'
  }
  choose "${long:0:8192}"
  expect_ids 0
  choose "${long:0:8193}"
  expect_refusal 'the query is longer than 8192 bytes'
  login user1 "$PASSWORD"
  api "/api/info?$many" -H "X-Auth-Token: $ticket"
  expect_refusal 'parameter 65: more than 64 parameters'
  # lighttpd itself refuses a request line and headers of more than 8 KiB.
  api "/api/info?${many}${many}" -H "X-Auth-Token: $ticket"
  expect_error 431
  api "/api/info?$long" -H "X-Auth-Token: $ticket"
  expect_error 431
}

@test "bad percent codes, UTF-8 that is not in its shortest form: 400" {
  direct_login user1 "$PASSWORD"
  local query
  for query in 'a=%zz' 'a=%' '%=1' 'a=%4' 'a=%c0%af' 'a=%e0%80%af' 'a=%ed%a0%80' 'a=%f8%88%80%80%80' 'a=%ff' 'a=%00' $'a=\xc0\xaf' $'\xff=1'; do
    choose "$query"
    expect_error 400
    api "/api/info?$query" -H "X-Auth-Token: $ticket"
    # lighttpd reads a percent sign without two digits as the text %25.
    if [[ $query =~ %(zz|4|=1)?$ ]]; then
      expect_ids 0
    else
      expect_error 400
    fi
  done
}

@test "numbers that are too large, dots that lead nowhere, objects: an empty list" {
  direct_login user1 "$PASSWORD"
  local query
  for query in _page=99999999999999999999 '_page=18446744073709551615&_per_page=10000' _start=99999999999999999999 \
    '_start=99999999999999999999&_limit=99999999999999999999' '_start=5&_end=1'; do
    choose "$query"
    expect_ids 3
    api "/api/info?$query" -H "X-Auth-Token: $ticket"
    expect_ids 3
  done
  choose '_end=99999999999999999999'
  expect_ids 3 100 200 300
  for query in nested=1 'nested:ne=1' 'nested.a:contains=1' nested.a.b=1 nested.=1 .nested=1 ...=1 nested..a=1 name.x=1 id.id=1 \
    nested.a.00=1 nested.a.9=1 nested.0=1 "nested:in=,[1]" constructor=1 id.constructor=1 "$(printf 'a.%.0s' {1..4000})=1"; do
    choose "$query"
    expect_ids 0
    api "/api/info?$(sed 's/\[/%5B/g; s/\]/%5D/g' <<<"${query:0:7000}")" -H "X-Auth-Token: $ticket"
    expect_ids 0
  done
}

# many_machines COUNT: all alike except for the id and the name.
many_machines() {
  jq -cn --argjson count "$1" '[range($count) | {id: ., name: "Aimlab\(.)", GPU: "RTX4090", cpus: 32, status: "running",
    ip: "10.0.\(. % 256).1", mem: 1024, rack: {row: (. % 7)}, note: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"}]' >"$DATA_DIR/.machines.new"
  mv "$DATA_DIR/.machines.new" "$DATA_DIR/machines.json"
}

@test "the worst queries over 40,000 machines take little time and memory" {
  [[ $SSA_MODE == cgi ]] || skip "the program that answers is the same"
  session
  many_machines 40000
  # The memory is at most 24 MiB more than without a query. A program that compares item by item
  # takes 800 to 1,400 ms for the first ones. Builds with sanitizers are slower.
  local list digits limit_ms=8000 limit_kb
  if is_static; then limit_ms=900; fi
  list=$(seq -s, 100000 101100)
  printf -v digits '%08000d' 1
  local -a queries=("id:in=$list" "name:in=$list" "name:in=${list//[0-9]/}" "id:gt=${digits//0/7}" "mem:gt=1024.${digits}" "mem:ne=1024.${digits}" "id:lt=1e${digits//0/9}"
    "q=${digits//[01]/a}" "note:contains=${digits//[01]/a}" "note:contains=$(printf 'a%.0s' {1..50})c"
    "_sort=ip,name,status,GPU,-mem,id,cpus,note" "_sort=rack.row,rack.x,rack.y,a,b,c,-d,e&_start=19990"
    "$(printf 'f%s_gte=1&' {1..64})" "$(printf 'rack.%s_gte=1&' {1..64})" "$(printf 'mem:ne=%s&' {1..64})" "$(printf 'id=%s&' {1..64})"
    "$(printf 'note:contains=zz%s&' {1..64})")
  for query in '' "${queries[@]}"; do
    # The time and the memory of one process, which also reads the file.
    LAUNCHER=(/usr/bin/python3 -EsSB "$ROOT/tests/tools/cost.py" "$TIMES")
    info QUERY_STRING="$query"
    LAUNCHER=()
    expect 200
    local milliseconds kb
    read -r milliseconds kb <"$TIMES"
    [[ -n $query ]] || limit_kb=$((kb + 24576))
    echo "${query:0:40}: $milliseconds ms, $kb KiB"
    ((milliseconds < limit_ms && kb < limit_kb))
  done
  # Notes of 2,000 dashes, and seven texts that are found in none of them: once 5 s.
  jq -cn '[range(1000) | {id: ., GPU: "", cpus: 1, status: "", ip: "", mem: 1, note: ("-" * 2000)}]' >"$DATA_DIR/.machines.new"
  mv "$DATA_DIR/.machines.new" "$DATA_DIR/machines.json"
  digits=${digits:0:980}
  LAUNCHER=(/usr/bin/python3 -EsSB "$ROOT/tests/tools/cost.py" "$TIMES")
  info QUERY_STRING="$(printf "note:contains=${digits//[01]/-}x%s&" {1..7})"
  LAUNCHER=()
  expect_ids 0
  read -r milliseconds kb <"$TIMES"
  echo "seven texts in dashes: $milliseconds ms, $kb KiB"
  ((milliseconds < limit_ms && kb < limit_kb))
}
