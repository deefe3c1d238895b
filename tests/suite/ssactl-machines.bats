# ssactl machine: the machines without an editor. An edit changes one place of machines.json or
# nothing.
load helpers
load ctl

setup() {
  fresh
  printf '%s' "$before" >"$machines"
}

before='[
 {"id" : 100,"name":"a","cpus":8,"mem":1.10,"status":"stopped","GPU":"none","ip":"i", "rack": {"row": 1}, "up": true, "x.y": "z"} ,
 {"id": 200, "cpus": 64, "mem": 2, "status": "stopped", "GPU": "g", "ip": "i", "tags": ["a"]},
 {"broken": 1},
 {"id": 3e2, "cpus": 16, "mem": 3, "status": "running", "GPU": "g", "ip": "i"}
]
'

# changed OLD NEW: the file is as before, but for this piece of text.
changed() {
  done_with 0
  local want=${before/"$1"/"$2"}
  [ "$(cat "$machines" && echo .)" = "$want." ] || { diff <(printf %s "$before") "$machines" && return 1; }
}

are() { json "map($1)" "$2" "$machines"; } # FILTER WANTED: this of all machines

@test "list and show: the query language of the API, a table, the records as they are written" {
  rows <<'END'
machine list                                    -> 0, [[ $output == 'id   name  status'*1.10* && $(wc -l <<<"$output") == 4 ]]
machine list 'status=stopped&cpus:gte=64' --json -> 0, json 'map(.id)' '[200]'
machine list '_sort=-cpus' --json               -> 0, json 'map(.id + 0)' '[200,300,100]'
machine list '_sort=-cpus' --json               -> 0 *"mem": 3*"mem":1.10*
machine list 'cpus:above=1'                     -> 2 the query: parameter 1: *
machine show 300 --json                         -> 0, json 'map(.cpus)' '[16]'
machine show 1e2                                -> 0, [[ $output == *$'\nrack    {"row": 1}\n'* ]]
machine show 7                                  -> 1 no machine has the id 7
machine show x                                  -> 2
END
}

@test "set: the kind of a value stays, and no other byte changes" {
  rows setup <<'END'
machine set 100 status=running     -> 0, changed '"stopped","GPU":"none"' '"running","GPU":"none"'
machine set 100 status='a"b\'      -> 0, changed '"stopped","GPU":"none"' '"a\"b\\","GPU":"none"'
machine set 100 status=            -> 0, changed '"stopped","GPU":"none"' '"","GPU":"none"'
machine set 100 cpus=9             -> 0, changed '8,"mem"' '9,"mem"'
machine set 100 mem=1.10e2         -> 0, changed 1.10 1.10e2
machine set 100 name=5             -> 0, changed '"a","cpus"' '"5","cpus"'
machine set 100 rack.row=7         -> 0, changed '"row": 1' '"row": 7'
machine set 100 rack.slot=3        -> 0, changed '1}' '1, "slot": "3"}'
machine set 100 up=false           -> 0, changed true false
machine set 100 x.y=w              -> 0, changed '"z"' '"w"'
machine set 100 'tags:=[1, {}]'    -> 0, changed '"z"}' '"z", "tags": [1, {}]}'
machine set 100 new.a=1            -> 0, changed '"z"}' '"z", "new": {"a": "1"}}'
machine set 100 --unset rack.row --unset=name -> 0, json '.[0] | [.rack, has("name")]' '[{},false]' "$machines"
END
}

@test "set: what cannot be is refused, and nothing changes" {
  local edit
  for edit in '100 cpus=many' '100 up=maybe' '100 rack=1' '100 name.x=1' '100 status:=5' '100 cpus:=x' '100 --unset cpus' '100 --unset nothing' '100' 'status=x' \
    '100 =x' '100 Status=x' '100 CPUS:=5' '100 gpu=x' 'x status=y' '100 --where id=100 status=x' '--where status:above=1 status=x' '100 cpus=01' \
    "--where '' status=x"; do
    rows <<<"machine set $edit -> 2 ?*"
  done
  rows <<'END'
machine remove                              -> 2
machine remove --where=                     -> 2
machine set 100 id=2e2                      -> 1 two machines would have the id 2e2; nothing was changed
machine set 7 status=x                      -> 1
machine set --where cpus:gt=1000 status=x   -> 1 no machine matches
END
}

@test "set --where, remove --where, --dry-run" {
  would() { [[ $(grep -c '^-{' <<<"$output") == "$1" && $(grep -c '^+{.*"running"' <<<"$output") == "$2" ]] && changed '' ''; }
  rows setup <<'END'
machine set --where '?status=stopped&cpus:gte=1' status=running --dry-run -> 0, would 2 2
machine set --where 'status=stopped&cpus:gte=1' status=running            -> 0, are .status '["running","running",null,"running"]'
machine remove --where GPU=g --dry-run                                    -> 0, would 2 0
machine remove --where GPU=g                                              -> 0, are .id '[100,null]'
machine remove 200 3e2                                                    -> 0, are .id '[100,null]'
END
}

@test "add: required numbers are numbers, a new id is the highest plus one, all faults are said" {
  ctl machine add name=n cpus=4 mem=5 status=s GPU=none ip=i 'tags:=["x"]'
  json '.[-1]' '{"id":201,"name":"n","cpus":4,"mem":5,"status":"s","GPU":"none","ip":"i","tags":["x"]}' "$machines"
  [[ $(<"$machines") == "${before%$'\n]\n'},"* ]]
  rows <<'END'
machine add name=n mem=5 -> 2 the record could not be used: cpus missing, status missing, GPU missing, ip missing
machine add id=200 cpus=4 mem=5 status=s GPU=none ip=i -> 1
END
  echo '{}' >"$machines"
  ctl machine add cpus=4 mem=5 status=s GPU=none ip=i
  are .id '[1]'
}

@test "edit: several edits from stdin in one step, or none of them" {
  ctl machine edit <<'END'
# all: don't ask
set 100 status='in \use'  cpus=7

add cpus=4 mem=5 status="s \"x" GPU=none ip=i
remove 200 300
END
  are '[.id, .status]' '[[100,"in \\use"],[null,null],[201,"s \"x"]]'
  setup
  local line
  for line in 'remove 7' 'change 100' 'set 100 cpus=x' "set 100 status='x" 'set 100 --dry-run cpus=7' 'remove 100 --help'; do
    ctl machine edit <<<"remove 200"$'\n'"$line"
    [[ $status != 0 && $stderr == *'line 2; nothing was changed' ]]
    changed '' '' || said
  done
}

@test "import: CSV and JSON, by id or by name, each record that cannot be used is named with all its faults" {
  ctl machine import --from csv --default GPU=none --default 'tags:=["new"]' <<<$'id,name,status,cpus,mem,ip,rack.row\r
100,"A ""x"", lab",running,9,,,7\r\n,n,a,1,2,3,\n400,new,ok,4,5.0,i,\n401,bad,ok,many,much,i,\n100,again,a,1,1,1,\n\n402,short'
  [[ $status == 1 && $output == '1 changed, 1 added, 0 removed, 4 skipped' && $(<"$machines") == *'"mem":1.10'* ]]
  json '.[0, -1] | .mem += 0' '{"id":100,"name":"A \"x\", lab","cpus":9,"mem":1.1,"status":"running","GPU":"none","ip":"i","rack":{"row":7},"up":true,"x.y":"z","tags":["new"]}
{"id":400,"name":"new","status":"ok","cpus":4,"mem":5,"ip":"i","GPU":"none","tags":["new"]}' "$machines"
  local line
  for line in 'line 3: it lacks the field' 'line 5: cpus: must be a number; field:=JSON changes its kind, mem: must be a number' \
    'line 6: an earlier record has the same key' 'line 8: it has more or fewer cells'; do
    [[ $stderr == *"skipped: $line"* ]]
  done
  setup
  ctl machine import --from json <<<'[{"id":2e2,"cpus":65,"x":{"a":1.10}},{"id":7,"status":1},5,{"cpus":1}]'
  [[ $status == 1 && $stderr == *'record 2: cpus missing, mem missing, status of the wrong type, GPU missing, ip missing'* && $stderr == *'record 3: not an object'* ]]
  [[ $(<"$machines") == *'{"id": 200, "cpus": 65, "mem": 2, "status": "stopped", "GPU": "g", "ip": "i", "tags": ["a"], "x": {"a":1.10}}'* ]]
  setup
  ctl machine set 100 name=5 # a text, which the number of a cell finds
  ctl machine import --from csv --key name <<<$'name;status\n5;moved'
  changed '"a","cpus":8,"mem":1.10,"status":"stopped"' '"5","cpus":8,"mem":1.10,"status":"moved"'
  # What export writes, import reads.
  setup
  "$SSACTL" --data "$DATA_DIR" export csv 2>/dev/null | sed '1s/^/\xef\xbb\xbf/; /^3e2/d; /^200/d' >"$BATS_TEST_TMPDIR/csv" # those have no name
  ctl machine import --from csv "$BATS_TEST_TMPDIR/csv"
  changed '' ''
}

@test "import: --prune, --dry-run, what is no source" {
  local source=$BATS_TEST_TMPDIR/source.json
  printf '[{"id":100,"up":false},{"id":"x"},{"id":500,"cpus":1,"mem":1,"status":"s","GPU":"g","ip":"i"}]' >"$source"
  # A source that says of no machine, or not of each record, which one it is, prunes nothing.
  rows <<'END'
machine import --from json --prune --dry-run "$source"          -> 1, [[ $(grep -c '^-' <<<"$output") == 3 && $(grep -c '^+' <<<"$output") == 2 ]]
machine import --from json --key name <<<'[{"name":"a","id":200}]' -> 1 two machines would have the id 200; nothing was changed
machine import --from json <<<'{"data":[]}'                     -> 3 stdin: an object with an array*
machine import --from csv <<<$'id,id\n1,2'                      -> 3
machine import --from csv <<<$'id,a\n1,"x'                      -> 3 *line 2: a quote that is not closed
machine import --from csv <<<$'id,a\n1,\xff'                    -> 3
machine import --from csv <<<'[{"id":1}]'                       -> 3 *no row follows the header
machine import --from csv /nowhere                              -> 3
machine import                                                  -> 2
machine import --from json --prune <<<'[]' | machine import --from json --prune <<<'[{"ID":100}]' -> 1 *--prune needs records that all have the field "id"; nothing was changed
machine import --from json --prune <<<'[{"id":100},{"cpus":5}]' -> 1 *--prune needs records that all have the field "id"; nothing was changed
END
  ctl machine import --from json --prune "$source"
  done_with 1
  are .id '[100,null,500]'
}

odd() {
  cat >"$machines" <<'END'
[{"id":100,"name":"a","cpus":8,"mem":1,"status":"-","GPU":"none","ip":"i","d":1,"d":2,"rack":{"e":1,"e":2}},
{"id":200,"name":"b","cpus":8,"mem":1,"status":"+x","GPU":"none","ip":"i"},
{"id":200,"name":"b","cpus":8,"mem":1,"status":"up","GPU":"none","ip":"i"},
{"id":300,"name":7,"cpus":8,"mem":1,"status":"up","GPU":"none","ip":"i"}]
END
}

# ended TEXT: the last record, which ends with "ip":"i", ends with this now.
ended() {
  local now
  now=$(<"$machines")
  odd
  [[ $status == 0 && $now == "$(sed '$s/"ip":"i"}]$//' "$machines")$1" ]]
}

@test "edits that could only be done by halves, or to the wrong machine, are refused" {
  rows odd <<'END'
machine set 100 d=3                          -> 2 d: appears more than once*
machine set 100 --unset d                    -> 2 d: appears more than once*
machine set 100 rack.e=3                     -> 2 e: appears more than once*
machine set 100 a..b=x | machine set 100 .a=x | machine set 100 a.=x -> 2 *has a dot without a name beside it
machine set 300 id=1e2                       -> 1 two machines would have the id 1e2; *
machine set --where 'name=b&status=up' id=100 -> 1 two machines would have the id 100; *
machine set 300 ip=' 5 ' cpus=' 5 '          -> 0, grep -q '"cpus":5,.*"ip":" 5 "}' "$machines"
machine set 300 -- --unset=x                 -> 0, ended '"ip":"i", "--unset": "x"}]'
machine set --where '?' status=x | machine set --where _=1 status=x | machine remove --where _sort=id -> 2 --where has no condition
machine remove --where '_sort=id&_limit=3'   -> 0, are .id '[300]'
machine list id=300                          -> 0, [[ $output == *$'\n300  7 '* ]]
machine edit <<<$'set 300 name=1\nset 300 ip=x\\' -> 2 a backslash at the end of the line*line 2; *
machine edit <<<$'set 300 ip=x\\\r\n'          -> 2 a backslash at the end of the line*
machine edit <<<$'# all\rset 300 ip=x\r'      -> 2 a NUL or a CR within the line*
machine edit < <(printf 'set 300 ip=x\0y\n')  -> 2 a NUL or a CR within the line*
machine edit <<<$'\xef\xbb\xbfset 300 ip=x'   -> 0, ended '"ip":"x"}]'
machine edit <<<'set 300 ip="C:\\a\b\"" x=a\ b' -> 0, ended '"ip":"C:\\a\\b\"", "x": "a b"}]'
END
  # The service would not read it.
  { head -c $(((64 << 20) - 100)) /dev/zero | tr '\0' ' '; echo '[{"id":1,"cpus":1,"mem":1,"status":"s","GPU":"g","ip":"i"}]'; } >"$machines"
  ctl machine set 1 status="$(printf 'x%.0s' {1..100})"
  [[ $status == 3 && $stderr == *"$machines would be over 64 MiB; nothing was changed" ]]
}

@test "import: what spreadsheets and labs write is understood, or refused with its reason" {
  rows odd <<'END'
machine import --from csv                                            -> 3 stdin: empty: *
machine import --from csv <<<$'id,name,\n300,x,'                     -> 3 *a column without a name
machine import --from csv <<<$'\xff\xfei\0d\0'                      -> 3 *not UTF-8*
machine import --from csv <<<$'id,ip\n300,"a"b' | machine import --from csv <<<$'id,ip\n300,"5" disk"' -> 1 *line 2: text behind the closing quote*
machine import --from csv <<<$'id,ip\n300, "a"'                      -> 1 *line 2: a quote that is not the first*
machine import --from csv <<<$'id,Status\n300,x'                     -> 1 *Status: is misspelt*
machine import --from csv <<<$'id,ip\n\n,,\n007,a\n+5,a'             -> 1 *line 4: id: must be a number*line 5: id: must be*
machine import --from csv <<<$'id;cpus\n300;1,5' | machine import --from csv <<<$'id,cpus\n300,NaN' -> 1 *cpus: must be a number*
machine import --from csv <<<$'id,ip\n200,x'                         -> 1 *line 2: several machines have its key
machine import --from csv <<<$'"id";"a,b"\n300;5" x'                 -> 0, ended '"ip":"i", "a,b": "5\" x"}]'
machine import --from csv <<<$'ip, id\ry, 300\r'                     -> 0, ended '"ip":"y"}]'
machine import --from csv <<<$'id,ip\n300,"y\r"'                     -> 0, ended '"ip":"y\u000d"}]'
machine import --from csv <<<$'id,ip\n300,\'-y;\'=z'                 -> 0, ended '"ip":"-y;=z"}]'
machine import --from csv --key name <<<$'name,ip\n7,x'              -> 0, ended '"ip":"x"}]'
machine import --from csv --key name --prune <<<$'name,ip\nb,x\na,i\n7,i' -> 1 skipped: line 2: several machines*
machine import --from csv --default x=y -- --default=z               -> 3 --default=z: No such file*
machine import --from json <<<'[{"id":300,"Status":"x"}]'            -> 1 *Status: is misspelt*
machine import --from json <<<'[{"id":100,"d":3}]'                   -> 1 *d: appears more than once*
machine import --from json --key name <<<'[{"name":null,"ip":"x"}]'  -> 1 *it lacks the field*
END
  seq 20000 | jq -sc 'map({id: ., cpus: 1, mem: 1, status: "s", GPU: "g", ip: "i", note: "\(. * 1000)"})' >"$machines"
  ctl machine import --from json --prune <<<'[{"id":7}]' # in linear time
  [[ $output == '0 changed, 0 added, 19999 removed, 0 skipped' ]]
  ctl machine remove 7
  [[ $(<"$machines") == '[]' ]]
}

@test "killed at any call, an edit or an import leaves the old file or the new one whole" {
  at_any_call kill "$machines" machine set 100 cpus=9
  setup
  at_any_call kill "$machines" machine edit <<<$'set 100 cpus=9\nremove 200\nadd id=7 cpus=1 mem=2 status=s GPU=g ip=i'
  setup
  at_any_call kill "$machines" machine import --from json --prune <<<'[{"id":100,"cpus":9},{"id":7,"cpus":1,"mem":2,"status":"s","GPU":"g","ip":"i"}]'
  setup
  at_any_call kill "$machines" machine import --from csv <<<$'id,status\n100,moved\n200,moved'
}
