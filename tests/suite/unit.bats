# The rooms of libcommon one by one: a program of tests/unit for each, which says what is false.
load helpers

unit() {
  run "${SSA_UNIT_BIN:-$ROOT/build/unit}/$1"
  echo "$output"
  # It ends well only if it made claims and all were true.
  [[ $status == 0 && ${lines[-1]} == *' claims, 0 false' ]]
}

@test "config: the environment, checked" { unit config; }
@test "crypto: tickets, digests, comparison" { unit crypto; }
@test "datafile: versions of a file" { unit datafile; }
@test "heap: blocks that keep to themselves" { unit heap; }
@test "json: the fields of an object" { unit json; }
@test "log: lines that cannot be forged" { unit log; }
@test "machines: order, ids, values byte for byte" { unit machines; }
@test "password: plain, Argon2id of other parameters, other methods" { unit password; }
@test "published: one good text for several processes" { unit published; }
@test "records: versions, rules, finding with and without index" { unit records; }
@test "redis_url: valid and invalid addresses" { unit redis_url; }
@test "regulation: names and limits" { unit regulation; }
@test "reply: what the front-end server is given" { unit reply; }
@test "request: variables, lengths, parameters" { unit request; }
@test "result: outcomes and their HTTP" { unit result; }
@test "sandbox: what a process can do no more" { unit sandbox; }
@test "scan: RFC 8259, accepted and rejected" { unit scan; }
@test "session: the form of tickets, fingerprints" { unit session; }
@test "slots: never more than there are; a killed holder gives back" { unit slots; }
@test "text: growth, JSON strings, no memory" { unit text; }
@test "users: finding, restrictions, the hash to work like" { unit users; }

@test "every unit program is run here" {
  local source missing=
  for source in "$ROOT"/tests/unit/*.c; do
    grep -q "{ unit $(basename "$source" .c); }" "$BATS_TEST_FILENAME" || missing+=" $source"
  done
  echo "$missing"
  [ -z "$missing" ]
}
