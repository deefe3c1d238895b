# The two data files while they change: half-written, replaced, rewritten, and in the form of
# the original service.
load helpers

setup_file() { start_redis; }
teardown_file() { stop_servers; }
setup() { fresh; }

one='{"id":1,"cpus":1,"mem":1,"status":"s","GPU":"g","ip":"i"}'

@test "the shipped data: user1 sees both machines of the README, and all records are valid" {
  cp "$ROOT"/data/*.json "$DATA_DIR/"
  cgi GET status '' QUERY_STRING=verbose
  expect 200
  [ "$body" = '{"code":200,"message":"OK","checks":{"redis":"'"$(redis_check)"'","users":"OK","machines":"OK","hashing":"OK"}}' ]
  session
  info
  expect 200
  expect_json '.data | length >= 2'
  expect_json '.data[] | select(.id == 100) | .name == "Aimlab001" and .GPU == "RTX4090" and .cpus == 32 and .status == "running"
    and .ip == "192.168.1.100" and .mem == 11591667560 and .maxdisk == 128849018880'
  expect_json '.data[] | select(.id == 200) | .name == "Aimlab200" and .GPU == "RTX3090" and .cpus == 24 and .status == "stopped" and .ip == "192.168.1.200"'
  # One user has an Argon2id password and a list of machines. Another user is disabled.
  jq -e 'any(.password | startswith("$argon2id$v=19$")) and any(.machines? | type == "array") and any(.disabled == true)' "$ROOT/data/users.json"
}

@test "files of the original service: ids, odd names, an empty object" {
  write_users '[{"id": 1, "username": "user@1", "password": "x y z"}, {"id": 2, "username": "b", "password": "$"}]'
  cgi POST ticket '{"username":"user@1","password":"x y z"}'
  expect 200
  take_tokens
  info
  expect_json '.data | length == 3'
  write_machines '{}'
  info
  [ "$body" = '{"data":[]}' ]
  cgi GET status
  expect 200
  write_users '{}'
  cgi GET status
  expect 200
  cgi POST ticket '{"username":"user@1","password":"x y z"}'
  expect_error 401
}

@test "a user's record that breaks the rules: left out and logged, without the name or the password" {
  write_users '[{"username":"s3cret","password":1},{"username":"user1","password":"A1B2C3D4E5F6G7H8I9HD"},{"username":1,"password":"s3cret"}]'
  cgi POST ticket "$LOGIN"
  expect 200
  grep -q 'record left out; file="users.json" index="0" field="password" reason="of the wrong type"' <<<"$stderr"
  grep -q 'record left out; file="users.json" index="2" field="username" reason="of the wrong type"' <<<"$stderr"
  [[ $stderr != *s3cret* ]]
}

@test "a file that stays half-written: 500, and 200 with the next whole version" {
  session
  printf '[%s,' "$one" >"$DATA_DIR/machines.json"
  info
  expect_error 500
  [[ $stderr == *'data file fault; file="machines.json" fault="invalid" reason="not JSON at line 1, column'* ]]
  printf '[%s]' "$one" >"$DATA_DIR/machines.json"
  info
  expect 200
  [ "$body" = "{\"data\":[$one]}" ]
}

@test "a file of 10,000 machines" {
  session
  write_machines "[$(seq -s, 1 10000 | sed -E 's/[0-9]+/{"id":&,"cpus":1,"mem":1,"status":"s","GPU":"g","ip":"i"}/g')]"
  info
  expect 200
  expect_json '(.data | length == 10000) and .data[0].id == 1 and .data[9999].id == 10000'
  [ "$(header Content-Length)" = "${#body}" ]
}

@test "the line and the column of a fault are the same as in an editor" {
  printf '[\n  %s,\n  {"id": 01}\n]\n' "$one" >"$DATA_DIR/machines.json"
  cgi GET status
  expect_error 503
  [[ $stderr == *'reason="not JSON at line 3, column 11"'* ]]
}
