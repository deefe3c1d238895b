# The modules of libcommon one by one. Each has a program in tests/unit, which prints the
# assertions that fail.
load helpers

# A unit test reads its fixtures by their path in the project.
setup() { cd "$ROOT" || return; }

unit() {
  [[ $1 != config ]] || needs_native "the program is in another folder"
  run "${SSA_TEST_UNIT_BIN:-$ROOT/build/unit}/$1"
  echo "$output"
  # The last line shows that it made assertions and that all of them were true.
  [[ $status == 0 && ${lines[-1]} == *' claims, 0 false' ]]
}

@test "batch: which requests are answered together" { unit batch; }
@test "cgroup: processors and memory" { unit cgroup; }
@test "client: which addresses are one client" { unit client; }
@test "config: the environment, checked" { unit config; }
@test "crypto: tickets, digests, comparison" { unit crypto; }
@test "datafile: versions of a file" { unit datafile; }
@test "edit: a new version in one step, and the changes of others" { unit edit; }
@test "decimal: numbers of any size, compared exactly" { unit decimal; }
@test "etag: the tags that a client has" { unit etag; }
@test "heap: blocks that do not change each other" { unit heap; }
@test "json: the fields of an object" { unit json; }
@test "link: a silent server is left alone for a while; an unused connection is not used again" { unit link; }
@test "log: lines that cannot be forged" { unit log; }
@test "machines: order, ids, values byte for byte" { unit machines; }
@test "malformed: what a file is that is no array of records, and what to do" { unit malformed; }
@test "nearest: near misses of names" { unit nearest; }
@test "order: stable, the first few and all, what is missing comes last" { unit order; }
@test "password: plain, Argon2id of other parameters, other methods" { unit password; }
@test "percent: percent-encoding, in both directions" { unit percent; }
@test "published: one good text for several processes" { unit published; }
@test "query: parameters, every refusal, slices, pages, links" { unit query; }
@test "records: versions, rules, finding with and without an index" { unit records; }
@test "redis_url: valid and invalid addresses" { unit redis_url; }
@test "regulation: names and limits" { unit regulation; }
@test "reply: what the front-end server gets" { unit reply; }
@test "request: variables, lengths, parameters" { unit request; }
@test "sandbox: what a process cannot do any more" { unit sandbox; }
@test "scan: RFC 8259, accepted and rejected" { unit scan; }
@test "scgi: a netstring and a body, in any pieces" { unit scgi; }
@test "selection: conditions, paths, text, sorted slices" { unit selection; }
@test "session: the form of tickets, fingerprints" { unit session; }
# bats test_tags=load
@test "slots: never more are taken than there are; a killed process gives its slot back" { unit slots; }
@test "store_key: their form, and what is found in them" { unit store_key; }
@test "resp: numbers in replies of Redis" { unit resp; }
@test "exchange: the requests in hand" { unit exchange; }
@test "shards: slots, redirects, the map of a cluster" { unit shards; }
@test "number: digits, the largest, hexadecimal" { unit number; }
@test "span: lists with separators, equality" { unit span; }
@test "text: growth, JSON strings, no memory" { unit text; }
@test "users: finding, restrictions, the hash for unknown users" { unit users; }
@test "value: kinds, operators, escapes, order" { unit value; }
@test "walk: members and values in the text of a record" { unit walk; }

@test "every unit program is run here" {
  local source missing=
  for source in "$ROOT"/tests/unit/*.c; do
    grep -q "{ unit $(basename "$source" .c); }" "$BATS_TEST_FILENAME" || missing+=" $source"
  done
  echo "$missing"
  [ -z "$missing" ]
}
