# ssactl machine: the machines without an editor. An edit changes one place of machines.json or
# nothing.
load helpers
load ctl

setup() {
  fresh
  machines=$DATA_DIR/machines.json
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
  [ "$(cat "$machines" && echo .)" = "$want." ] || {
    diff <(printf %s "$before") "$machines"
    return 1
  }
}

unchanged() { [ "$(cat "$machines" && echo .)" = "$before." ]; }

@test "list and show: the query language of the API, a table, the records as they are written" {
  ctl machine list
  done_with 0
  [[ $output == 'id   name  status'* && $(wc -l <<<"$output") == 4 && $output == *'1.10'* ]]
  ctl machine list 'status=stopped&cpus:gte=64' --json
  [ "$(jq -c 'map(.id)' <<<"$output")" = '[200]' ]
  ctl machine list '_sort=-cpus' --json
  [[ $output == *'"mem": 3'*'"mem":1.10'* && $(jq -c 'map(.id + 0)' <<<"$output") == '[200,300,100]' ]]
  ctl machine list 'cpus:above=1'
  [[ $status == 2 && $stderr == *'ssactl: the query: parameter 1: '* ]]
  ctl machine show 300 --json
  [ "$(jq '.[0].cpus' <<<"$output")" = 16 ]
  ctl machine show 1e2
  [[ $output == *$'\nrack    {"row": 1}\n'* ]]
  ctl machine show 7
  [[ $status == 1 && $stderr == *'ssactl: no machine has the id 7' ]]
  ctl machine show x
  done_with 2
}

@test "set: the kind of a value stays, and no other byte changes" {
  local row
  for row in 'status=running|"stopped","GPU":"none"|"running","GPU":"none"' 'cpus=9|8,"mem"|9,"mem"' 'mem=1.10e2|1.10|1.10e2' 'name=5|"a","cpus"|"5","cpus"' \
    'rack.row=7|"row": 1|"row": 7' 'up=false|true|false' 'x.y=w|"z"|"w"' 'rack.slot=3|1}|1, "slot": "3"}' 'tags:=[1, {}]|"z"}|"z", "tags": [1, {}]}' \
    'new.a=1|"z"}|"z", "new": {"a": "1"}}' 'status=a"b\\|"stopped","GPU":"none"|"a\"b\\\\","GPU":"none"' 'status=|"stopped","GPU":"none"|"","GPU":"none"'; do
    setup
    ctl machine set 100 "${row%%|*}"
    local rest=${row#*|}
    changed "${rest%%|*}" "${rest#*|}" || {
      echo "$row"
      return 1
    }
  done
  setup
  ctl machine set 100 --unset rack.row --unset=name
  done_with 0
  [ "$(jq -c '.[0] | [.rack, has("name")]' "$machines")" = '[{},false]' ]
}

@test "set: what cannot be is refused, and nothing changes" {
  local edit
  for edit in '100 cpus=many' '100 up=maybe' '100 rack=1' '100 name.x=1' '100 status:=5' '100 cpus:=x' '100 --unset cpus' '100 --unset nothing' '100' 'status=x' \
    '100 =x' '100 Status=x' '100 CPUS:=5' '100 gpu=x' 'x status=y' '100 --where id=100 status=x' '--where status:above=1 status=x' '100 cpus=01'; do
    # shellcheck disable=SC2086
    ctl machine set $edit
    [[ $status == 2 && -n $stderr ]] && unchanged || {
      echo "$edit: $status $stderr"
      return 1
    }
  done
  ctl machine set 100 id=2e2
  [[ $status == 1 && $stderr == *'ssactl: two machines would have the id 200; nothing was changed' ]]
  ctl machine set 7 status=x
  [[ $status == 1 ]]
  ctl machine set --where '' status=x
  done_with 2
  ctl machine remove --where=
  done_with 2
  ctl machine set --where cpus:gt=1000 status=x
  [[ $status == 1 && $stderr == *'ssactl: no machine matches' ]]
  unchanged
}

@test "set --where, remove --where, --dry-run" {
  ctl machine set --where '?status=stopped&cpus:gte=1' status=running --dry-run
  done_with 0
  [[ $(grep -c '^-{.*"stopped"' <<<"$output") == 2 && $(grep -c '^+{.*"running"' <<<"$output") == 2 ]]
  unchanged
  ctl machine set --where 'status=stopped&cpus:gte=1' status=running
  [ "$(jq -c 'map(.status)' "$machines")" = '["running","running",null,"running"]' ]
  setup
  ctl machine remove --where GPU=g --dry-run
  [[ $(grep -c '^-{' <<<"$output") == 2 ]]
  unchanged
  ctl machine remove --where GPU=g
  [ "$(jq -c 'map(.id)' "$machines")" = '[100,null]' ]
  setup
  ctl machine remove 200 3e2
  done_with 0
  [ "$(jq -c 'map(.id)' "$machines")" = '[100,null]' ]
  ctl machine remove
  done_with 2
}

@test "add: required numbers are numbers, a new id is the highest plus one, all faults are said" {
  ctl machine add name=n cpus=4 mem=5 status=s GPU=none ip=i 'tags:=["x"]'
  done_with 0
  [ "$(jq -c '.[-1]' "$machines")" = '{"id":201,"name":"n","cpus":4,"mem":5,"status":"s","GPU":"none","ip":"i","tags":["x"]}' ]
  [[ $(<"$machines") == "${before%$'\n]\n'},"* ]]
  setup
  ctl machine add name=n mem=5
  [[ $status == 2 && $stderr == *'ssactl: the record could not be used: cpus missing, status missing, GPU missing, ip missing' ]]
  unchanged
  ctl machine add id=200 cpus=4 mem=5 status=s GPU=none ip=i
  [[ $status == 1 ]]
  unchanged
  echo '{}' >"$machines"
  ctl machine add cpus=4 mem=5 status=s GPU=none ip=i
  [ "$(jq -c 'map(.id)' "$machines")" = '[1]' ]
}

@test "edit: several edits from stdin in one step, or none of them" {
  typed=$'# all: don\'t ask\nset 100 status=\'in use\'  cpus=7\n\nadd cpus=4 mem=5 status="s \\"x" GPU=none ip=i\nremove 200 300\n' ctl machine edit
  done_with 0
  [ "$(jq -c 'map([.id, .status])' "$machines")" = '[[100,"in use"],[null,null],[201,"s \"x"]]' ]
  setup
  local line
  for line in 'remove 7' 'change 100' 'set 100 cpus=x' "set 100 status='x" 'set 100 --dry-run cpus=7' \
    'remove 100 --help'; do
    typed="remove 200"$'\n'"$line"$'\n' ctl machine edit
    [[ $status != 0 && $stderr == *'line 2; nothing was changed' ]]
    unchanged
  done
}

@test "import: CSV and JSON, by id or by name, each record that cannot be used is named with all its faults" {
  typed=$'id,name,status,cpus,mem,ip,rack.row\r\n100,"A ""x"", lab",running,9,,,7\r\n,n,a,1,2,3,\n400,new,ok,4,5.0,i,\n401,bad,ok,many,much,i,\n100,again,a,1,1,1,\n\n402,short\n' \
    ctl machine import --from csv --default GPU=none --default 'tags:=["new"]'
  [[ $status == 1 && $output == '1 changed, 1 added, 0 removed, 4 skipped' ]]
  [ "$(jq -c '.[0] | .mem += 0' "$machines")" = '{"id":100,"name":"A \"x\", lab","cpus":9,"mem":1.1,"status":"running","GPU":"none","ip":"i","rack":{"row":7},"up":true,"x.y":"z","tags":["new"]}' ]
  [ "$(jq -c '.[-1] | .mem += 0' "$machines")" = '{"id":400,"name":"new","status":"ok","cpus":4,"mem":5,"ip":"i","GPU":"none","tags":["new"]}' ]
  grep -q '"mem":1.10' "$machines"
  local line
  for line in 'line 3: it lacks the field' 'line 5: cpus: must be a number; field:=JSON changes its kind, mem: must be a number' \
    'line 6: an earlier record has the same key' 'line 8: it has more or fewer cells'; do
    [[ $stderr == *"skipped: $line"* ]]
  done
  setup
  typed='[{"id":2e2,"cpus":65,"x":{"a":1.10}},{"id":7,"status":1},5,{"cpus":1}]' ctl machine import --from json
  [[ $status == 1 && $stderr == *'record 2: cpus missing, mem missing, status of the wrong type, GPU missing, ip missing'* && $stderr == *'record 3: not an object'* ]]
  [[ $(<"$machines") == *'{"id": 200, "cpus": 65, "mem": 2, "status": "stopped", "GPU": "g", "ip": "i", "tags": ["a"], "x": {"a":1.10}}'* ]]
  setup
  typed=$'name;status\na;moved\n' ctl machine import --from csv --key name
  changed '"stopped","GPU":"none"' '"moved","GPU":"none"'
}

@test "import: --prune, --dry-run, what is no source" {
  printf '[{"id":100,"up":false},{"id":"x"},{"id":500,"cpus":1,"mem":1,"status":"s","GPU":"g","ip":"i"}]' >"$BATS_TEST_TMPDIR/source.json"
  ctl machine import --from json --prune --dry-run "$BATS_TEST_TMPDIR/source.json"
  [[ $(grep -c '^-' <<<"$output") == 3 && $(grep -c '^+' <<<"$output") == 2 ]]
  unchanged
  ctl machine import --from json --prune "$BATS_TEST_TMPDIR/source.json"
  [[ $status == 1 && $(jq -c 'map(.id)' "$machines") == '[100,null,500]' ]]
  setup
  typed='[{"name":"a","id":200}]' ctl machine import --from json --key name
  [[ $status == 1 && $stderr == *'two machines would have the id 200; nothing was changed' ]]
  unchanged
  typed='{"data":[]}' ctl machine import --from json
  [[ $status == 3 && $stderr == 'ssactl: stdin: an object with an array'* ]]
  typed=$'id,id\n1,2\n' ctl machine import --from csv
  done_with 3
  typed=$'id,a\n1,"x\n' ctl machine import --from csv
  [[ $status == 3 && $stderr == *'line 2: a quote that is not closed' ]]
  typed=$'id,a\n1,\xff\n' ctl machine import --from csv
  done_with 3
  typed=$'id,a\r1,2\r' ctl machine import --from csv
  [[ $status == 3 && $stderr == *'CR alone'* ]]
  typed='[{"id":1}]' ctl machine import --from csv
  [[ $status == 3 && $stderr == *'no row follows the header' ]]
  # A source that says of no machine, or not of each record, which one it is.
  local source
  for source in '[]' '[{"ID":100}]' '[{"id":100},{"cpus":5}]'; do
    typed=$source ctl machine import --from json --prune
    [[ $status == 1 && $stderr == *'--prune needs records that all have the field "id"; nothing was changed' ]]
    unchanged
  done
  ctl machine import
  done_with 2
  ctl machine import --from csv /nowhere
  done_with 3
  unchanged
}

# What export writes, import reads.
@test "import of an export changes nothing" {
  "$SSACTL" --data "$DATA_DIR" export csv >"$BATS_TEST_TMPDIR/csv" 2>/dev/null
  sed -i '1s/^/\xef\xbb\xbf/' "$BATS_TEST_TMPDIR/csv"
  sed -i '/^3e2/d; /^200/d' "$BATS_TEST_TMPDIR/csv" # they have no name of their own
  ctl machine import --from csv "$BATS_TEST_TMPDIR/csv"
  unchanged
}

# Each row: a command, and what it reads from stdin.
killed_rows() {
  cat <<'END'
machine set 100 cpus=9               |
machine edit                         | set 100 cpus=9 \n remove 200 \n add id=7 cpus=1 mem=2 status=s GPU=g ip=i \n
machine import --from json --prune   | [{"id":100,"cpus":9},{"id":7,"cpus":1,"mem":2,"status":"s","GPU":"g","ip":"i"}]
machine import --from csv            | id,status\n100,moved\n200,moved\n
END
}

@test "killed at any call, an edit or an import leaves the old file or the new one whole" {
  [[ -x ${SSA_TEST_UNIT_BIN:=$ROOT/build/unit}/calls/ssactl ]]
  [[ $SSA_TEST_UNIT_BIN == /* ]] || SSA_TEST_UNIT_BIN=$ROOT/$SSA_TEST_UNIT_BIN
  local command stdin words n code new rows=0
  while IFS='|' read -r command stdin; do
    read -ra words <<<"$command"
    printf '%s' "$before" >"$machines"
    printf '%b' "$stdin" >"$BATS_TEST_TMPDIR/stdin"
    typed=$(printf '%b' "$stdin") ctl "${words[@]}"
    done_with 0
    new=$(<"$machines")
    [[ $new != "${before%$'\n'}" ]]
    for ((n = 1; n < 200; n++)); do
      printf '%s' "$before" >"$machines"
      : >"$BATS_TEST_TMPDIR/hit"
      code=0
      env -i SSA_DATA_DIR="$DATA_DIR" SSA_TEST_FAIL=kill:$n SSA_TEST_FAIL_LOG="$BATS_TEST_TMPDIR/hit" \
        "$SSA_TEST_UNIT_BIN/calls/ssactl" "${words[@]}" <"$BATS_TEST_TMPDIR/stdin" >/dev/null 2>&1 3>&- || code=$?
      [[ -s $BATS_TEST_TMPDIR/hit ]] || break
      [[ $code == 137 && ($(<"$machines") == "${before%$'\n'}" || $(<"$machines") == "$new") ]] || {
        echo "$command: killed at call $n ($(<"$BATS_TEST_TMPDIR/hit")): $(<"$machines")"
        return 1
      }
    done
    ((n > 5 && n < 200))
    # A whole run after that is not hindered by what a killed one left behind.
    [[ $code == 0 && $(<"$machines") == "$new" && ! -e $DATA_DIR/.ssactl.new ]]
    rows=$((rows + 1))
  done < <(killed_rows)
  ((rows == 4))
}
