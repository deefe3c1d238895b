# Recipes: the test takes the clients of examples/clients and the blocks that follow
# "<!-- snippet: NAME -->" in docs/recipes.md, and runs them. Only the port is changed: the test
# has its own in place of 8000.
# bats file_tags=long
load helpers
load ctl
load snippets

setup_file() {
  fresh
  start_redis
}

teardown_file() { stop_servers; }

setup() {
  [[ -e $BATS_FILE_TMPDIR/redis.pid ]] || start_redis # a failed test may have stopped it
  fresh
  start_lighttpd_on_port
}

teardown() {
  stop_lighttpd
  stop_started
}

# snippet NAME: prints this block of the documentation. example FILE: prints this client.
snippet() { snippet_of recipes.md "$1" | on_port; }
example() { on_port <"$ROOT/examples/clients/$1"; }
on_port() { sed "s|127\.0\.0\.1:8000|127.0.0.1:$port|g"; }

# events: the events that the program ticket has logged, in one line.
events() { sed -nE 's/^.* ssa-ticket\[[0-9]+\]: ([a-z ]+);.*/\1/p' "$LOG" | paste -sd,; }

# client FILE COMMAND...: runs this client, followed by the lines on stdin. The command gets the
# file. These lines list the machines again when the ticket is near its end, and again when the
# ticket has ended.
client() {
  local name=$1 file=$BATS_TEST_TMPDIR/$1 names=$'Aimlab300\nAimlab001' more
  more=$(cat)
  shift
  { example "$name" && echo "$more"; } >"$file"
  run -0 "$@" "$file"
  echo "$output"
  [ "$output" = "$names"$'\n'"$names"$'\n'"$names" ]
  [ "$(events)" = 'login,renewal,authentication failure,login' ]
  # With a wrong password it fails, and prints no machine.
  sed -i 's/A1B2C3D4E5F6G7H8I9HD/wrong/' "$file"
  run "$@" "$file"
  [ "$status" != 0 ]
  [[ $output == *401* && $output != *Aimlab* ]]
  # A renewal that does not bring 10 minutes is followed by a login. That is so when 12 hours are
  # over; here all tickets are short.
  stop_lighttpd
  SSA_TICKET_TTL=500 start_lighttpd_on_port
  { example "$name" && echo "$more"; } >"$file"
  run -0 "$@" "$file"
  [ "$(events)" = 'login,renewal,login,authentication failure,login' ]
}

# A ticket of the right form that no session has.
DEAD=$(printf 'A%.0s' {1..43})

@test "the client in shell logs in, lists, renews, and logs in again" {
  client machines.sh sh <<END
again() {
  stay_logged_in
  machines 'status=running&cpus:gte=32&_sort=-mem' | jq -r '.[].name'
}
expires=\$((\$(date +%s) + 60))
again
expires=0 ticket=$DEAD
again 2>/dev/null
END
}

@test "the client in Python logs in, lists, renews, and logs in again" {
  needs python3
  python3 -c 'import requests' 2>/dev/null || skip "python3-requests is not installed"
  client machines.py python3 <<END
def again():
    for machine in machines.list({"status": "running", "cpus:gte": 32, "_sort": "-mem"}):
        print(machine["name"])

machines.expires = time.time() + 60
again()
machines.expires, machines.ticket = 0, "$DEAD"
again()
END
}

@test "the client in JavaScript logs in, lists, renews, and logs in again" {
  needs node
  client machines.mjs node <<END
const again = async () => {
  for (const machine of await machines.list({ id: [100, 300], 'cpus:gte': 32, _sort: '-mem' })) console.log(machine.name);
};
machines.expires = Date.now() / 1000 + 60;
await again();
Object.assign(machines, { expires: 0, ticket: '$DEAD' });
await again();
END
}

@test "the client in PHP logs in, lists, renews, and logs in again" {
  needs php
  php -m | grep -qx curl || skip "php-curl is not installed"
  client machines.php php <<END
function again(\$machines) {
    foreach (\$machines->list(['id' => [100, 300], 'cpus:gte' => 32, '_sort' => '-mem']) as \$machine) echo \$machine['name'], "\n";
}
\$machines->expires = time() + 60;
again(\$machines);
\$machines->expires = 0;
\$machines->ticket = '$DEAD';
again(\$machines);
END
}

# retries FILE COMMAND...: runs this client without SSA_FAULTS, and with it.
retries() {
  local name=$1 file=$BATS_TEST_TMPDIR/$1 tries faults=(off on)
  shift
  for tries in 1 2; do
    stop_lighttpd
    SSA_FAULTS=${faults[tries - 1]} start_lighttpd_on_port
    example "$name" >"$file"
    run -0 "$@" "$file"
    echo "$output"
    [ "$output" = "OK after $tries tries" ]
  done
  [ "$(grep -c 'reason="SSA_FAULTS".*status="503"' "$LOG")" = 1 ]
}

@test "the clients in shell, Python, JavaScript and PHP try again after a 503 on demand" {
  retries retry.sh sh
  needs python3 node php
  python3 -c 'import requests' 2>/dev/null || skip "python3-requests is not installed"
  php -m | grep -qx curl || skip "php-curl is not installed"
  retries retry.py python3
  retries retry.mjs node
  retries retry.php php
}

# --- API tokens -----------------------------------------------------------------------------------

# make_token: adds one for user1, and writes it to $token_file, whose path is in place of
# /etc/ssa-token in what token_snippet prints.
make_token() {
  ctl token add user1 recipe
  done_with 0
  token=$output token_file=$BATS_TEST_TMPDIR/ssa-token
  echo "$token" >"$token_file"
}

token_snippet() { snippet "$1" | sed "s|/etc/ssa-token|$token_file|"; }

@test "a token: curl lists with it, in no command line, and fails when it is removed" {
  make_token
  token_snippet token-curl >"$BATS_TEST_TMPDIR/list"
  run -0 strace -fqqo "$BATS_TEST_TMPDIR/trace" -e trace=execve -s 999 sh "$BATS_TEST_TMPDIR/list"
  [ "$output" = Aimlab001$'\n'Aimlab300 ]
  grep -q '"curl"' "$BATS_TEST_TMPDIR/trace"
  run -1 grep "ssa_[A-Za-z0-9]" "$BATS_TEST_TMPDIR/trace"
  ctl token remove user1 recipe
  run bash -o pipefail "$BATS_TEST_TMPDIR/list"
  [[ $status == 22 && $output == *401* && $output != *Aimlab* ]]
}

@test "a token: the playbook has the running machines as hosts, and prints no token" {
  needs ansible-playbook
  make_token
  token_snippet token-ansible >"$BATS_TEST_TMPDIR/playbook.yml"
  run -0 env HOME="$BATS_TEST_TMPDIR" ansible-playbook -vvv -i localhost, -c local "$BATS_TEST_TMPDIR/playbook.yml"
  [[ $output == *'Aimlab001 is 192.168.1.100'* && $output == *'Aimlab300 is 192.168.1.31'* && $output != *Aimlab200* && $output != *"$token"* ]]
  ctl token remove user1 recipe
  run env HOME="$BATS_TEST_TMPDIR" ansible-playbook -i localhost, -c local "$BATS_TEST_TMPDIR/playbook.yml"
  [[ $status != 0 && $output != *Aimlab* && $output != *"$token"* ]]
}

@test "a token: scanners find it in what was committed, and not its digest" {
  local folder=$BATS_TEST_TMPDIR/leak count pattern
  needs git python3
  make_token
  mkdir "$folder" && cd "$folder"
  git init -q .
  git config user.email a@example.org
  git config user.name a
  printf 'token: "%s"\n%s\n' "$token" "ssa_short x${token}y" >config.yml
  cp "$DATA_DIR/users.json" .
  git add .
  git commit -qm leak
  git rm -q config.yml
  git commit -qm gone
  count=$(snippet token-scan | sh | grep -c .)
  ((count == 2)) # added and removed
  # The regular expression of gitleaks (Go's), which Python reads in the same way.
  pattern=$(snippet token-gitleaks.toml | sed -n "s/^regex = '''\(.*\)'''$/\1/p")
  git show HEAD~:config.yml >config.yml
  run -0 python3 -EsSB -c 'import re, sys
print([re.findall(sys.argv[1], open(name).read()) for name in sys.argv[2:]])' "$pattern" config.yml users.json
  [ "$output" = "[['$token'], []]" ]
}

# --- Prometheus -----------------------------------------------------------------------------------

# exporter FILE: starts it with this configuration, on the port $exporter.
exporter() {
  exporter=$(free_port)
  begin curl -sf "http://127.0.0.1:$exporter/-/healthy" -- \
    prometheus-blackbox-exporter --config.file="$1" --web.listen-address="127.0.0.1:$exporter"
}

# probe SUCCESS CODE [JOB]: asks the exporter, with the parameters of the documented job.
probe() {
  local parameter query=() metrics
  while read -r parameter; do query+=(--data-urlencode "$parameter"); done < <(snippet "${3-prometheus.yml}" |
    sed -nE "s/^ +(module|target): \['?([^]']+)'?\]\$/\1=\2/p")
  [[ ${#query[@]} == 4 ]]
  metrics=$(curl -sf -G "${query[@]}" "http://127.0.0.1:$exporter/probe")
  [[ $'\n'$metrics$'\n' == *$'\n'"probe_success $1"$'\n'* && $metrics$'\n' == *$'\n'"probe_http_status_code $2"$'\n'* ]] || { echo "$metrics" && return 1; }
}

@test "the blackbox probe tells a service that is well from one with broken records, one without Redis, and none" {
  needs prometheus-blackbox-exporter
  snippet blackbox.yml >"$BATS_TEST_TMPDIR/blackbox.yml"
  exporter "$BATS_TEST_TMPDIR/blackbox.yml"
  probe 1 200
  write_machines '[{"id":1},{"id":2,"cpus":1,"mem":1,"status":"","GPU":"","ip":""}]'
  probe 0 200
  fresh
  stop_redis
  probe 0 503
  start_redis
  stop_lighttpd
  probe 0 0
}

@test "a token: the blackbox probe tells machines that run from none, and from a token that has ended" {
  needs prometheus-blackbox-exporter
  make_token
  token_snippet token-blackbox.yml >"$BATS_TEST_TMPDIR/blackbox.yml"
  exporter "$BATS_TEST_TMPDIR/blackbox.yml"
  probe 1 200 token-prometheus.yml
  write_machines '[]'
  probe 0 200 token-prometheus.yml
  fresh # without the token
  probe 0 401 token-prometheus.yml
}

@test "promtool accepts the documented jobs" {
  needs promtool
  local job
  for job in prometheus.yml token-prometheus.yml; do
    snippet $job >"$BATS_TEST_TMPDIR/$job"
    promtool check config "$BATS_TEST_TMPDIR/$job"
  done
}

# The two tables of the migration are held by rows/, and by the recorded answers of json-server.
@test "migration from json-server: db.json is taken over" {
  cd "$BATS_TEST_TMPDIR"
  mkdir data
  jq '{machines: (. + [{id: "4"}]), posts: []}' "$machines" >db.json
  eval "$(snippet db.json)"
  write_machines "$(<data/machines.json)"
  api '/api/status?verbose'
  expect_json '.checks.machines == "1 record skipped"'
  login user1 "$PASSWORD"
  api /api/info -H "X-Auth-Token: $ticket"
  expect_json '[.data[].id] == [100,200,300]'
}
