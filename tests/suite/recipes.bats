# Recipes: the test takes the blocks that follow "<!-- snippet: NAME -->" in docs/recipes.md and
# runs them. Only the port is changed: the test has its own in place of 8000.
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
  started=()
}

teardown() {
  stop_lighttpd
  stop_started
}

# snippet NAME: prints this block of the documentation.
snippet() { snippet_of recipes.md "$1" | sed "s|127\.0\.0\.1:8000|127.0.0.1:$port|g"; }

# events: the events that the program ticket has logged, in one line.
events() { sed -nE 's/^.* ssa-ticket\[[0-9]+\]: ([a-z ]+);.*/\1/p' "$LOG" | paste -sd,; }

# client NAME COMMAND...: runs this block, followed by the lines on stdin. The command gets the
# file. These lines list the machines again when the ticket is near its end, and again when the
# ticket has ended.
client() {
  local name=$1 file=$BATS_TEST_TMPDIR/$1.mjs names=$'Aimlab300\nAimlab001' more
  more=$(cat)
  shift
  { snippet "$name" && echo "$more"; } >"$file"
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
  { snippet "$name" && echo "$more"; } >"$file"
  run -0 "$@" "$file"
  [ "$(events)" = 'login,renewal,login,authentication failure,login' ]
}

# A ticket of the right form that no session has.
DEAD=$(printf 'A%.0s' {1..43})

@test "the client in shell logs in, lists, renews, and logs in again" {
  client shell sh <<END
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
  client python python3 <<END
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
  client javascript node <<END
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
  client php php <<END
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

# retries NAME COMMAND...: runs this block without SSA_FAULTS, and with it.
retries() {
  local name=$1 file=$BATS_TEST_TMPDIR/$1.mjs tries faults=(off on)
  shift
  for tries in 1 2; do
    stop_lighttpd
    SSA_FAULTS=${faults[tries - 1]} start_lighttpd_on_port
    snippet "$name" >"$file"
    run -0 "$@" "$file"
    echo "$output"
    [ "$output" = "OK after $tries tries" ]
  done
  [ "$(grep -c 'reason="SSA_FAULTS".*status="503"' "$LOG")" = 1 ]
}

@test "the clients in shell, Python, JavaScript and PHP try again after a 503 on demand" {
  retries retry-shell sh
  needs python3 node php
  python3 -c 'import requests' 2>/dev/null || skip "python3-requests is not installed"
  php -m | grep -qx curl || skip "php-curl is not installed"
  retries retry-python python3
  retries retry-javascript node
  retries retry-php php
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

# probe [JOB]: asks the exporter, with the parameters of the documented job, and sets $metrics.
probe() {
  local parameter query=()
  while read -r parameter; do query+=(--data-urlencode "$parameter"); done < <(snippet "${1-prometheus.yml}" |
    sed -nE "s/^ +(module|target): \['?([^]']+)'?\]\$/\1=\2/p")
  [[ ${#query[@]} == 4 ]]
  metrics=$(curl -sf -G "${query[@]}" "http://127.0.0.1:$exporter/probe")
  grep -E '^probe_(success|http_status_code) ' <<<"$metrics"
}

@test "the blackbox probe tells a service that is well from one with broken records, one without Redis, and none" {
  needs prometheus-blackbox-exporter
  snippet blackbox.yml >"$BATS_TEST_TMPDIR/blackbox.yml"
  exporter "$BATS_TEST_TMPDIR/blackbox.yml"
  probe
  grep -x 'probe_success 1' <<<"$metrics"
  write_machines '[{"id":1},{"id":2,"cpus":1,"mem":1,"status":"","GPU":"","ip":""}]'
  probe
  grep -x 'probe_success 0' <<<"$metrics"
  grep -x 'probe_http_status_code 200' <<<"$metrics"
  fresh
  stop_redis
  probe
  grep -x 'probe_success 0' <<<"$metrics"
  grep -x 'probe_http_status_code 503' <<<"$metrics"
  start_redis
  stop_lighttpd
  probe
  grep -x 'probe_success 0' <<<"$metrics"
  grep -x 'probe_http_status_code 0' <<<"$metrics"
}

@test "a token: the blackbox probe tells machines that run from none, and from a token that has ended" {
  needs prometheus-blackbox-exporter
  make_token
  token_snippet token-blackbox.yml >"$BATS_TEST_TMPDIR/blackbox.yml"
  exporter "$BATS_TEST_TMPDIR/blackbox.yml"
  probe token-prometheus.yml
  grep -x 'probe_success 1' <<<"$metrics"
  write_machines '[]'
  probe token-prometheus.yml
  grep -x 'probe_success 0' <<<"$metrics"
  grep -x 'probe_http_status_code 200' <<<"$metrics"
  fresh # without the token
  probe token-prometheus.yml
  grep -x 'probe_success 0' <<<"$metrics"
  grep -x 'probe_http_status_code 401' <<<"$metrics"
}

@test "promtool accepts the documented jobs" {
  needs promtool
  local job
  for job in prometheus.yml token-prometheus.yml; do
    snippet $job >"$BATS_TEST_TMPDIR/$job"
    promtool check config "$BATS_TEST_TMPDIR/$job"
  done
}

# --- migration ------------------------------------------------------------------------------------

# code WANTED METHOD PATH [CURL OPTION...]: the status of the reply. Its body is $answer.
code() {
  local wanted=$1 got method=(-X "$2")
  [[ $2 != HEAD ]] || method=(-I)
  got=$(curl -s "${method[@]}" -o "$BATS_TEST_TMPDIR/answer" -D "$BATS_TEST_TMPDIR/head" -w '%{http_code}' \
    "${@:4}" "http://127.0.0.1:$port$3")
  answer=$(<"$BATS_TEST_TMPDIR/answer")
  [[ $got == "$wanted" ]] || {
    echo "$2 $3: $got instead of $wanted: $answer"
    return 1
  }
}

log_in() {
  code 200 POST /api/ticket -H 'Content-Type: application/json' -d "$LOGIN"
  auth=(-H "X-Auth-Token: $(jq -r .data.ticket <<<"$answer")")
}

@test "migration from the FastAPI original: the statuses and shapes that the table names" {
  local json=(-H 'Content-Type: application/json') auth
  code 200 GET /api/status
  [ "$answer" = '{"code":200,"message":"OK"}' ]
  log_in
  jq -e '.data | has("ticket") and has("CSRFPreventionToken") and has("username") and has("expires")' <<<"$answer"
  jq -e '.data.ticket | length == 43' <<<"$answer"
  code 401 POST /api/ticket "${json[@]}" -d '{"username":"user1","password":"x"}'
  jq -e '.data == "" and .code == 401 and has("message")' <<<"$answer"
  code 400 POST /api/ticket "${json[@]}" -d '[]'
  code 400 POST /api/ticket "${json[@]}" -d 'x'
  code 415 POST /api/ticket -d 'username=user1'
  code 200 GET /api/ticket "${auth[@]}"
  code 200 GET /api/info "${auth[@]}"
  jq -e --slurpfile all "$DATA_DIR/machines.json" '.data == $all[0]' <<<"$answer"
  code 401 GET /api/info
  code 401 GET /api/info -H "X-Auth-Token: $DEAD"
  code 400 GET '/api/info?cpus:above=1' "${auth[@]}"
  code 404 GET /api/status/
  code 200 HEAD /api/status
  code 204 OPTIONS /api/status
  code 204 DELETE /api/ticket "${auth[@]}"
  stop_redis
  code 503 GET /api/status
  jq -e '.message == "redis"' <<<"$answer"
}

@test "migration from the FastAPI original: SSA_LOGIN_LIMITS=0,0,0 allows any number of failures" {
  stop_lighttpd
  SSA_LOGIN_LIMITS=0,0,0 start_lighttpd_on_port
  for _ in {1..12}; do
    code 401 POST /api/ticket -H 'Content-Type: application/json' -d '{"username":"user1","password":"x"}'
  done
}

# ids WANTED QUERY: lists the machines, and compares their ids.
ids() {
  code 200 GET "/api/info?$2" "${auth[@]}"
  [[ $(jq -c '[.data[].id]' <<<"$answer") == "$1" ]] || {
    echo "$2: $answer"
    return 1
  }
}

@test "migration from json-server: db.json is taken over, and the table is true" {
  local auth method
  mkdir "$BATS_TEST_TMPDIR/data"
  jq '.[0].rack.row = 3 | {machines: (. + [{id: "4"}]), posts: []}' "$DATA_DIR/machines.json" >"$BATS_TEST_TMPDIR/db.json"
  (cd "$BATS_TEST_TMPDIR" && snippet db.json | sh -e)
  cp "$BATS_TEST_TMPDIR/data/machines.json" "$DATA_DIR/.new"
  mv "$DATA_DIR/.new" "$DATA_DIR/machines.json"
  code 200 GET '/api/status?verbose'
  jq -e '.checks.machines == "1 record skipped"' <<<"$answer"
  log_in
  ids '[100,200,300]' ''
  ids '[100]' id=100
  ids '[]' id=999
  ids '[100,300]' status=running
  ids '[100,200]' 'id=100&id=200'
  ids '[100]' rack.row=3
  ids '[100,300]' cpus_gte=32
  ids '[100,200]' cpus_lte=32
  ids '[200,300]' id_ne=100
  ids '[100,200]' q=rtx
  ids '[]' 'name_like=^aim'
  ids '[100,200,300]' name_like=aim
  ids '[100,200,300]' name:startsWith=aim
  ids '[100,200]' id:in=100,200
  ids '[200,300,100]' _sort=-mem,name
  ids '[300,100,200]' '_sort=cpus&_order=desc'
  ids '[200]' '_start=1&_end=2'
  ids '[200,300]' '_start=1&_limit=2'
  ids '[300]' '_page=2&_limit=2'
  grep -i '^X-Total-Count: 3' "$BATS_TEST_TMPDIR/head"
  ids '[300]' '_page=2&_per_page=2'
  jq -e 'keys == ["data"]' <<<"$answer"
  grep -i '^Link: .*rel="first".*rel="prev".*rel="last"' "$BATS_TEST_TMPDIR/head"
  code 400 GET '/api/info?cpus:above=1' "${auth[@]}"
  code 400 GET '/api/info?_embed=disks' "${auth[@]}"
  code 400 GET '/api/info?_expand=disks' "${auth[@]}"
  for method in POST PUT PATCH DELETE; do
    code 405 $method /api/info "${auth[@]}" -d '{}'
    code 405 $method /api/info/100 "${auth[@]}" -d '{}'
  done
  code 200 GET /api/info/100 "${auth[@]}"
  jq -e '.data.id == 100' <<<"$answer"
  for path in /api/info/999 /api/info/100/disks /db /public/index.html; do code 404 GET "$path" "${auth[@]}"; done
}
