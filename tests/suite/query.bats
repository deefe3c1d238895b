# Choosing machines at length: the recorded answers of json-server, and the worst queries. All other
# queries and their answers are in rows/query.rows.
load helpers

setup_file() {
  export TIMES=$BATS_FILE_TMPDIR/times
  start_redis
}
teardown_file() { stop_servers; }
setup() { fresh; }

@test "the recorded answers of json-server 1.0.0-beta.15 and 0.17.4" {
  session
  cp "$ROOT/tests/fixtures/json-server-machines.json" "$DATA_DIR/machines.json"
  mkdir "$BATS_TEST_TMPDIR/info"
  TICKET=$ticket /usr/bin/python3 -EsSB "$ROOT/tests/tools/replay.py" "$ROOT/tests/fixtures/json-server.json" "$DATA_DIR" "$BATS_TEST_TMPDIR/info"
  # At least 410 queries, and both dialects.
  [ "$(jq '[.rows[].query] | unique | length' "$ROOT/tests/fixtures/json-server.json")" -ge 410 ]
  [ "$(jq -c '[.rows[].server] | unique' "$ROOT/tests/fixtures/json-server.json")" = '["0.17","1.0"]' ]
}

# costs QUERY: asks, and sets $ms and $kib, the processor time and memory of one process, which also
# reads the file.
costs() {
  LAUNCHER=(/usr/bin/python3 -EsSB "$ROOT/tests/tools/cost.py" "$TIMES")
  info QUERY_STRING="$1"
  expect 200
  read -r ms kib <"$TIMES"
  echo "${1:0:40}: $ms ms, $kib KiB"
}

@test "the worst queries over 40,000 machines take little time and memory" {
  session
  local ms kib limit_ms limit_kib list digits query
  jq -cn '[range(40000) | {id: ., name: "Aimlab\(.)", GPU: "RTX4090", cpus: 32, status: "running", ip: "10.0.\(. % 256).1", mem: 1024,
    rack: {row: (. % 7)}, note: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"}]' >"$DATA_DIR/machines.json"
  # The memory is at most 24 MiB more than without a query, and the time of the processor at most 20
  # times as much, which a busy machine does not change. A program that compares item by item takes
  # 40 times as much for the first ones.
  costs ''
  limit_kib=$((kib + 24576)) limit_ms=$((20 * ms + 20))
  list=$(seq -s, 100000 101100)
  printf -v digits '%08000d' 1
  for query in "id:in=$list" "name:in=$list" "name:in=${list//[0-9]/}" "id:gt=${digits//0/7}" "mem:gt=1024.${digits}" "mem:ne=1024.${digits}" \
    "id:lt=1e${digits//0/9}" "q=${digits//[01]/a}" "note:contains=${digits//[01]/a}" "note:contains=$(printf 'a%.0s' {1..50})c" \
    "_sort=ip,name,status,GPU,-mem,id,cpus,note" "_sort=rack.row,rack.x,rack.y,a,b,c,-d,e&_start=19990" \
    "$(printf 'f%s_gte=1&' {1..64})" "$(printf 'rack.%s_gte=1&' {1..64})" "$(printf 'mem:ne=%s&' {1..64})" "$(printf 'id=%s&' {1..64})" \
    "$(printf 'note:contains=zz%s&' {1..64})"; do
    costs "$query"
    ((ms < limit_ms && kib < limit_kib))
  done
  # Notes of 2,000 dashes, and seven texts that are found in none of them: once 5 s.
  jq -cn '[range(1000) | {id: ., GPU: "", cpus: 1, status: "", ip: "", mem: 1, note: ("-" * 2000)}]' >"$DATA_DIR/machines.json"
  digits=${digits:0:980}
  costs "$(printf "note:contains=${digits//[01]/-}x%s&" {1..7})"
  [ "$body" = '{"data":[]}' ]
  ((ms < limit_ms && kib < limit_kib))
}
