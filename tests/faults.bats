# Faults, each injected for real. What must hold: the contract's answer, whole; recovery without a restart of
# anything; and no ticket lost that Redis kept.
# modes: cgi scgi
# shellcheck disable=SC2016,SC2030,SC2031,SC2128,SC2154,SC2178,SC2086,SC2143,SC2013,SC2153,SC2054,SC2034  # each test is a process of its own; what helpers set
load helpers
load direct

PASSWORD=A1B2C3D4E5F6G7H8I9HD
# shellcheck disable=SC2016  # Argon2id of "correct-horse": 32 MiB, 60 passes, about 1.5 s
LONG='$argon2id$v=19$m=32768,t=60,p=1$dHJ1c3QtdGVzdC1zYWx0$AS5jr1Ca9DbjS1VvCTwnEeANHRJuu5a5TW5EqivfSeM'

setup_file() {
  isolate_lighttpd
  mkdir -p "$DATA_DIR"
  cp "$ROOT"/tests/fixtures/{users,machines}.json "$DATA_DIR"
  # A write over a file-size limit shall fail, as on a full disk, not kill.
  trap '' XFSZ
  start_redis --appendonly yes --appendfsync everysec
  # One worker of each program, so that what it has seen is known.
  SSA_WORKERS=1 SSA_LOGIN_LIMITS=0,0,0 start_lighttpd
  cc -O -o "$BATS_FILE_TMPDIR/deny" "$ROOT/tests/hostile/deny.c"
}
teardown_file() { stop_servers; }

setup() {
  T=$BATS_TEST_TMPDIR
  S=$BATS_FILE_TMPDIR/redis.sock
  REAL=$BATS_FILE_TMPDIR/real.sock
  rm -rf "$DATA_DIR"/*.json
  fresh
  programs
  # every worker has seen good files
  api /api/status
  expect 200
  login user1 "$PASSWORD"
  expect 200
  live=$ticket
  api /api/info -H "X-Auth-Token: $live"
  expect 200
  good_info=$body
  raw GET /api/info "X-Auth-Token: $live" >"$T/info"
  raw GET /api/status >"$T/status"
  BODY=$(credentials user1 "$PASSWORD") raw POST /api/ticket >"$T/login"
}

# ask_all: info, status and login at the same moment; their replies in $info, $status_reply, $login_reply, each as
# "STATUS BODY", "0 ..." where it was not whole.
ask_all() {
  together 1 "$T/info" 1 "$T/status" 1 "$T/login" >"$T/replies"
  info=$(sed -n 's/^info //p' "$T/replies")
  status_reply=$(sed -n 's/^status //p' "$T/replies")
  login_reply=$(sed -n 's/^login //p' "$T/replies")
}

teardown() {
  stop_workers
  [[ -z ${fake-} ]] || kill "$fake" 2>/dev/null || true
  [[ ! -S $REAL ]] || mv "$REAL" "$S"
  [[ ! -f $BATS_FILE_TMPDIR/redis.pid ]] || kill -CONT "$(redis_pid)" 2>/dev/null || true
}

info() { api /api/info -H "X-Auth-Token: $live"; }

# all_well: everything works again, and the ticket from before the fault too.
all_well() {
  api /api/status
  expect 200
  info
  expect 200
  [ "$body" = "$good_info" ]
  api /api/ticket -H "X-Auth-Token: $live"
  expect 200
  login user1 "$PASSWORD"
  expect 200
}

# none_works: Redis cannot even be read. 503 by the program, whole, and soon: the limits are 200 and 500 ms.
none_works() {
  local before=$EPOCHREALTIME
  api /api/status
  expect_error 503
  [[ $body == *'"message":"redis"'* ]]
  info
  expect_error 503
  header Retry-After
  login user1 "$PASSWORD"
  expect_error 503
  header Retry-After
  login user1 wrong
  expect_error 503
  api /api/ticket -X DELETE -H "X-Auth-Token: $live"
  expect_error 503
  # a second each, where the contract says half a second and one to reconnect; the machine may be busy
  (((${EPOCHREALTIME/./} - ${before/./}) < 15000000))
  run grep -c 'deadline passed' "$LOG"
  [ "$output" = 0 ]
}

# cannot_write: Redis answers, but only to who reads.
cannot_write() {
  api /api/status
  expect_error 503
  [[ $body == *'"message":"redis"'* ]]
  info
  expect 200
  login user1 "$PASSWORD"
  expect_error 503
  header Retry-After
  # asked before the password: a wrong one is not told from a right one
  local right=$body
  login user1 wrong
  expect_error 503
  [ "$body" = "$right" ]
  login user1 "$live"
  expect_error 503
}

drop_connections() { redis-cli -s "$1" client kill type normal >/dev/null; }

# instead BEHAVIOUR: something else answers where Redis was.
instead() {
  mv "$S" "$REAL"
  python3 -EsSB "$ROOT/tests/fixtures/fake-redis.py" "$S" "$1" "$REAL" >"$T/fake.log" 2>&1 3>&- &
  fake=$!
  wait_until 10 "$fake" test -S "$S"
  drop_connections "$REAL"
}
back() {
  kill "$fake"
  wait_gone 5 "$fake"
  fake=
  mv "$REAL" "$S"
}

# --- Redis -----------------------------------------------------------------------------------------------------------

@test "Redis is down, and comes back with its tickets" {
  stop_redis
  none_works
  start_redis --appendonly yes --appendfsync everysec
  all_well
}

@test "Redis restarts between two requests" {
  local n
  for n in 1 2; do
    stop_redis
    start_redis --appendonly yes --appendfsync everysec
    all_well
  done
}

@test "Redis is frozen: 503 soon, and 200 as soon as it goes on" {
  kill -STOP "$(redis_pid)"
  none_works
  kill -CONT "$(redis_pid)"
  all_well
}

@test "Redis is out of memory: reading and logging out work, logging in does not" {
  redis config set maxmemory 1 >/dev/null
  cannot_write
  api /api/ticket -H "X-Auth-Token: $live"
  expect 200
  redis config set maxmemory 0 >/dev/null
  all_well
}

@test "Redis becomes a read-only replica" {
  redis config set replica-serve-stale-data yes >/dev/null
  redis replicaof 127.0.0.1 1 >/dev/null
  cannot_write
  api /api/ticket -X DELETE -H "X-Auth-Token: $live"
  expect_error 503
  redis replicaof no one >/dev/null
  all_well
}

@test "a replica that does not serve stale data" {
  redis config set replica-serve-stale-data no >/dev/null
  redis replicaof 127.0.0.1 1 >/dev/null
  none_works
  redis replicaof no one >/dev/null
  redis config set replica-serve-stale-data yes >/dev/null
  all_well
}

@test "Redis wants a password that we do not have" {
  redis config set requirepass secret-of-redis >/dev/null
  drop_connections "$S" || true
  REDISCLI_AUTH=secret-of-redis redis client kill type normal >/dev/null
  none_works
  REDISCLI_AUTH=secret-of-redis redis config set requirepass '' >/dev/null
  all_well
}

@test "a wrong password in REDIS_URL, and the right one" {
  redis acl setuser ours on '>right-secret' '~ssa:*' +@all >/dev/null
  local url
  for url in "unix://ours:wrong-secret@$S" "unix://:wrong-secret@$S" "unix://nobody:right-secret@$S"; do
    stop_workers
    REDIS_URL=$url direct GET info '' HTTP_X_AUTH_TOKEN="$live"
    expect_error 503
    [[ $stderr == *WRONGPASS* || $stderr == *ERR* ]]
    [[ $stderr != *-secret* && $stderr != *-secret* ]]
  done
  stop_workers
  REDIS_URL=unix://ours:right-secret@$S direct GET info '' HTTP_X_AUTH_TOKEN="$live"
  expect 200
  redis acl deluser ours >/dev/null
}

@test "Redis does not permit it: nothing, or only reading, or only other keys" {
  # the default user becomes another one; the administrator can always go back
  redis acl setuser admin on '>x' '~*' '&*' +@all >/dev/null
  redis acl setuser default -@all >/dev/null
  none_works
  as_admin acl setuser default +@read +@connection +time >/dev/null
  cannot_write
  as_admin acl setuser default resetkeys '~other:*' +@all >/dev/null
  none_works
  as_admin acl setuser default on nopass '~*' '&*' +@all >/dev/null
  redis acl deluser admin >/dev/null
  all_well
}
as_admin() { redis --no-auth-warning --user admin --pass x "$@"; }

@test "the disk under Redis is full (MISCONF)" {
  prlimit --pid "$(redis_pid)" --fsize=1:unlimited
  redis set trigger 1 ex 9 >/dev/null || true
  wait_until 10 "$(redis_pid)" eval 'redis set trigger 1 ex 9 | grep MISCONF'
  cannot_write
  api /api/ticket -X DELETE -H "X-Auth-Token: $live"
  expect_error 503
  prlimit --pid "$(redis_pid)" --fsize=unlimited:unlimited
  wait_until 10 "$(redis_pid)" eval 'redis set trigger 1 ex 9 | grep OK'
  all_well
}

@test "Redis loads its data" {
  instead all-loading
  none_works
  back
  all_well
}

@test "another service on its port, garbage, half answers, answers that never end, huge lengths" {
  local behaviour refused='503 {"code":503,"message":"service unavailable, try again later","data":""}'
  local behaviours
  behaviours=$(python3 -EsSB "$ROOT/tests/fixtures/fake-redis.py" list)
  # Half a second each, by the contract. A worker speaks to Redis with the same lines: those that could leave
  # something behind in it, and the rest with SSA_TEST_LONG=1.
  if [[ ${SSA_MODE:-cgi} == scgi ]] && ! ((${SSA_TEST_LONG:-0})); then
    behaviours='silent leaves-later http garbage half half-array half-of-the-replies endless-bulk endless-replies huge-array all-1 all-nested'
  fi
  for behaviour in $behaviours; do
    instead "$behaviour"
    ask_all
    back
    echo "$behaviour:" && cat "$T/replies"
    [ "$login_reply" = "$refused" ]
    case $behaviour in
      # a well-formed answer that is no session says that there is none; nothing else may refuse, nothing may open
      all-* | endless-replies | endless-arrays | half-of-the-replies) [[ $info == "401 "* || $info == "$refused" ]] ;;
      *) [ "$info" = "$refused" ] ;;
    esac
    case $behaviour in
      # its one command was answered by something that is no error
      all-* | endless-replies | endless-arrays | half-of-the-replies) [[ $status_reply =~ ^(200|503)\  ]] ;;
      *) [ "$status_reply" = '503 {"code":503,"message":"redis","data":""}' ] ;;
    esac
    ask_all
    [ "$info" = "200 $good_info" ] # from the first request on
    [[ $login_reply == "200 "* && $status_reply == "200 "* ]]
  done
  run grep -E 'deadline passed|FORGED|xxxxxxxx' "$LOG"
  [ "$status" -eq 1 ]
  all_well
}

@test "a Redis that echoes commands in its errors does not bring a secret into the log" {
  redis acl setuser ours on '>right-secret' '~ssa:*' +@all >/dev/null
  instead echo
  stop_workers
  REDIS_URL=unix://ours:right-secret@$S direct POST ticket "$(credentials user1 "$PASSWORD")"
  expect_error 503
  [[ $stderr != *right-secret* && $stderr != *"$PASSWORD"* ]]
  stop_workers
  back
  redis acl deluser ours >/dev/null
}

@test "our clock and Redis's differ by an hour: Redis's counts" {
  local offset
  for offset in 3600 -3600; do
    instead "clock $offset"
    local now key
    now=$(redis time | head -n 1)
    (((now - EPOCHSECONDS) * offset > 0)) # the go-between works
    redis-cli -s "$REAL" flushall >/dev/null
    login user1 "$PASSWORD"
    expect 200
    ((expires - now >= 7200 && expires - now <= 7210))
    key=$(redis-cli -s "$REAL" keys 'ssa:ticket:*')
    (($(redis-cli -s "$REAL" ttl "$key") > 7190 && $(redis-cli -s "$REAL" ttl "$key") <= 7200))
    local first=$ticket
    api /api/info -H "X-Auth-Token: $first"
    expect 200
    login user1 "$first"
    expect 200
    (($(redis-cli -s "$REAL" ttl "$key") > 50 && $(redis-cli -s "$REAL" ttl "$key") <= 60))
    api /api/ticket -X DELETE -H "X-Auth-Token: $ticket"
    expect 204
    back
  done
}

# --- the data files ---------------------------------------------------------------------------------------------------

# bad_file NAME: it has just been made bad. CGI: 500; a resident worker goes on with the last good version. status
# says so in both.
bad_file() {
  local broken='500 {"code":500,"message":"internal error","data":""}'
  ask_all
  cat "$T/replies"
  [ "$status_reply" = "503 {\"code\":503,\"message\":\"$1\",\"data\":\"\"}" ] || return
  if [[ ${SSA_MODE:-cgi} == scgi ]]; then
    [[ $info == "200 $good_info" && $login_reply == "200 "* ]]
  elif [[ $1 == users ]]; then
    [[ $info == "$broken" && $login_reply == "$broken" ]]
  else
    [[ $info == "$broken" && $login_reply == "200 "* ]]
  fi
}

@test "a data file is missing, empty, cut, not JSON, not an array, a directory, a FIFO, a link to nothing, too large" {
  local name kind
  for name in users machines; do
    local file=$DATA_DIR/$name.json
    for kind in missing empty cut text object number directory fifo link device large; do
      # what can be read is told from what cannot in one place for both files
      [[ $name == users || ! $kind =~ ^(text|object|number|link|device)$ ]] || continue
      rm -rf "$file"
      case $kind in
        missing) ;;
        empty) : >"$file" ;;
        cut) head -c 100 "$ROOT/tests/fixtures/$name.json" >"$file" ;;
        text) echo 'hello' >"$file" ;;
        object) echo '{"username":"user1","password":"x"}' >"$file" ;;
        number) echo 1 >"$file" ;;
        directory) mkdir "$file" ;;
        fifo) mkfifo "$file" ;;
        link) ln -s nothing "$file" ;;
        device) ln -s /dev/zero "$file" ;;
        large) truncate -s $((64 * 1024 * 1024 + 1)) "$file" ;;
      esac
      bad_file "$name" || {
        echo "$name: $kind"
        false
      }
      rm -rf "$file"
      cp "$ROOT/tests/fixtures/$name.json" "$file"
      info
      expect 200
      [ "$body" = "$good_info" ]
    done
  done
  all_well
}

@test "a data file that may not be read" {
  local name launcher=()
  # root reads all, unless it gives that up
  if [[ $(id -u) == 0 ]]; then launcher=(setpriv --bounding-set=-dac_override,-dac_read_search); fi
  LAUNCHER=("${launcher[@]}")
  for name in users machines; do
    chmod 000 "$DATA_DIR/$name.json"
    stop_workers
    direct GET info '' HTTP_X_AUTH_TOKEN="$live"
    expect_error 500
    direct GET status
    expect_error 503
    [[ $body == *"\"$name\""* ]]
    chmod 644 "$DATA_DIR/$name.json"
    direct GET info '' HTTP_X_AUTH_TOKEN="$live"
    expect 200
    direct GET status
    expect 200
  done
}

@test "a data folder that is not there" {
  programs SSA_DATA_DIR=/nonexistent
  direct GET info '' HTTP_X_AUTH_TOKEN="$live"
  expect_error 500
  direct POST ticket "$(credentials user1 "$PASSWORD")"
  expect_error 500
  direct GET status
  expect_error 503
  [[ $body == *'"users, machines"'* ]]
}

@test "a file of exactly 64 MiB is served" {
  {
    printf '['
    head -c $((64 * 1024 * 1024 - 2)) /dev/zero | tr '\0' ' '
    printf ']'
  } >"$DATA_DIR/.new"
  mv "$DATA_DIR/.new" "$DATA_DIR/machines.json"
  info
  expect 200
  [ "$body" = '{"data":[]}' ]
  api /api/status
  expect 200
}

# The two versions: one line each, 200 and 300 machines.
versions() {
  local n records=()
  for n in {1..300}; do
    records+=("{\"id\":$n,\"cpus\":8,\"mem\":$n,\"status\":\"VERSION\",\"GPU\":\"A100\",\"ip\":\"192.0.2.1\",\"note\":\"VERSION VERSION VERSION\"}")
    if ((n == 200)); then
      local IFS=,
      printf '[%s]' "${records[*]//VERSION/old}" >"$T/old.json"
    fi
  done
  printf '[%s]' "${records[*]//VERSION/new}" >"$T/new.json"
  printf '{"data":%s} 200\n' "$(cat "$T/old.json")" >"$T/expected"
  printf '{"data":%s} 200\n' "$(cat "$T/new.json")" >>"$T/expected"
}

swap_while_asking() { # HOW COUNT
  cp "$T/old.json" "$DATA_DIR/machines.json"
  info
  coproc SWAP { exec python3 -EsSB "$ROOT/tests/hostile/swap.py" "$1" "$DATA_DIR/machines.json" "$T/old.json" "$T/new.json" 3>&-; }
  local out in pid=$SWAP_PID
  # bash forgets these two as soon as the other side ends
  exec {out}<&"${SWAP[0]}" {in}>&"${SWAP[1]}"
  eval "exec ${SWAP[1]}>&-"
  local begun
  read -r begun <&"$out"
  curl -s --max-time 50 --unix-socket "$BATS_FILE_TMPDIR/http.sock" -H "X-Auth-Token: $live" -w ' %{http_code}\n' \
    "http://localhost/api/info?[1-$2]" >"$T/replies"
  eval "exec $in>&-"
  read -r swaps rate <&"$out"
  wait "$pid" || true
  [ "$(wc -l <"$T/replies")" -eq "$2" ]
}

# SSA_TEST_LONG=1: 10,000 requests, and every behaviour of a false Redis in both modes.
@test "replaced by rename all the time: every reply whole, the old or the new" {
  versions
  swap_while_asking rename $((${SSA_TEST_LONG:-0} ? 10000 : 2000))
  echo "# replaced $swaps times, $rate times a second" >&3
  ((swaps > 100))
  grep -vxFf "$T/expected" "$T/replies" | head -c 2000 >"$T/others" || true
  cat "$T/others"
  [ ! -s "$T/others" ]
  [ "$(sort -u "$T/replies" | wc -l)" -eq 2 ]
}

@test "rewritten in place: every reply whole, the old or the new, or a whole 500" {
  versions
  local count=300
  [[ ${SSA_MODE:-cgi} != scgi ]] || count=6000 # a worker is that much faster
  swap_while_asking rewrite "$count"
  ((swaps > 3))
  [[ ${SSA_MODE:-cgi} == scgi ]] || printf '%s 500\n' '{"code":500,"message":"internal error","data":""}' >>"$T/expected"
  grep -vxFf "$T/expected" "$T/replies" | head -c 2000 >"$T/others" || true
  cat "$T/others"
  [ ! -s "$T/others" ]
  # read again after a moment: a file caught half-written is seldom a 500
  (($(grep -c ' 200$' "$T/replies") > count * 9 / 10))
}

@test "a change within the same moment, of the same length, is seen" {
  local n
  for n in {1..20}; do
    printf '[{"id":%d,"cpus":1,"mem":1,"status":"x","GPU":"x","ip":"x"}]' $((100 + n)) >"$DATA_DIR/machines.json"
    info
    expect 200
    [[ $body == *"\"id\":$((100 + n)),"* ]]
  done
}

@test "a change of a file that has long been known is seen by the next request: of the same length, of the same time" {
  local old='[{"id":111,"cpus":1,"mem":1,"status":"x","GPU":"x","ip":"x"}]' how n=0
  for how in rename rename-keeping-time in-place in-place-keeping-time; do
    write_machines "${old/111/333}"
    touch -d '1 hour ago' "$DATA_DIR/machines.json"
    sleep 0.15 # old enough to be known by its identity and times
    info
    info
    [[ $body == *'"id":333,'* ]]
    touch -r "$DATA_DIR/machines.json" "$T/time"
    n=$((n + 1))
    printf %s "${old/111/44$n}" >"$T/new"
    [[ $how != *keeping-time ]] || touch -r "$T/time" "$T/new"
    case $how in
      rename*) cp -p "$T/new" "$DATA_DIR/.new" && mv "$DATA_DIR/.new" "$DATA_DIR/machines.json" ;;
      *)
        cat "$T/new" >"$DATA_DIR/machines.json"
        [[ $how != *keeping-time ]] || touch -r "$T/time" "$DATA_DIR/machines.json"
        ;;
    esac
    info
    expect 200
    [[ $body == *"\"id\":44$n,"* ]] || {
      echo "$how: $body"
      false
    }
  done
}

# --- the process ---------------------------------------------------------------------------------------------------------

# works: a login, a good request, a bad one, each as always; for a program in a bad place.
works() {
  direct POST ticket "$(credentials user1 "$PASSWORD")"
  expect 200
  direct POST ticket "$(credentials user1 wrong)"
  expect_error 401
  direct GET info '' HTTP_X_AUTH_TOKEN="$live"
  expect 200
  [[ $head == Status:* ]]
  direct GET info '' HTTP_X_AUTH_TOKEN=x
  expect_error 401
  [[ $head == Status:* ]]
  direct GET status
  expect 200
}

# shellcheck disable=SC2016  # for the inner shell
@test "the log's disk is full, or there is no log" {
  local redirection
  for redirection in '2>/dev/full' '2>&-'; do
    programs
    LAUNCHER=(sh -c "exec \"\$@\" $redirection" sh)
    redis config resetstat >/dev/null
    works
    # what belongs to the log went nowhere else
    run redis info errorstats
    [[ $output != *errorstat_* ]]
    [[ -z $(redis info commandstats | grep -vE 'cmdstat_(set|get|time|expire|expireat|del|zadd|zcard|zrange|zremrangebyscore|info|config\|resetstat|config|client.*|command.*|zrem):' | grep cmdstat_) ]]
  done
}

@test "no getrandom: no ticket, a whole 500, and the next request is answered right" {
  # x86-64, arm64
  LAUNCHER=("$BATS_FILE_TMPDIR/deny" "$([[ $(uname -m) == x86_64 ]] && echo 318 || echo 278)")
  direct POST ticket "$(credentials user1 "$PASSWORD")"
  expect_error 500
  [[ $stderr == *random* ]]
  [ "$(redis keys 'ssa:ticket:*' | wc -l)" -eq 1 ]
  direct GET ticket '' HTTP_X_AUTH_TOKEN="$live"
  expect 200
  # an attempt that cannot be counted is none
  direct POST ticket "$(credentials user1 wrong)"
  expect_error 500
  direct POST ticket "$(credentials user1 "$live")"
  expect_error 500
  direct GET ticket '' HTTP_X_AUTH_TOKEN="$live"
  expect 200
  direct DELETE ticket '' HTTP_X_AUTH_TOKEN="$live"
  expect 204
}

@test "no semaphores for the hashing slots: no login, a whole 503, and sessions work" {
  LAUNCHER=("$BATS_FILE_TMPDIR/deny" "$([[ $(uname -m) == x86_64 ]] && echo 64 || echo 190)")
  direct POST ticket "$(credentials user1 "$PASSWORD")"
  expect_error 503
  direct GET ticket '' HTTP_X_AUTH_TOKEN="$live"
  expect 200
  direct GET info '' HTTP_X_AUTH_TOKEN="$live"
  expect 200
}

@test "a Redis that takes no connections: 503 after a moment" {
  # a listening socket whose queue is full, so that connect(2) waits
  coproc FULL { exec python3 -EsSB -c 'import socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen(0)
waiting = socket.socket(socket.AF_UNIX)
waiting.connect(sys.argv[1])
print("full", flush=True)
sys.stdin.read()' "$T/full.sock" 3>&-; }
  fake=$FULL_PID
  read -r _ <&"${FULL[0]}"
  REDIS_URL=unix://$T/full.sock
  programs
  direct OPTIONS status # a worker takes its time to start
  local begin=$EPOCHREALTIME
  direct GET status
  expect_error 503
  [[ $stderr == *'redis: connect: no answer in time'* ]]
  # 200 ms, and what a busy machine adds
  awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { print b - a; exit !(b - a < 2) }'
}

@test "no memory: always a whole reply, and never a wrong one" {
  # The sanitizers need more address space than any limit here gives.
  ! ldd "$CGI_BIN/info" >/dev/null 2>&1 || skip "with shared libraries"
  # shellcheck disable=SC2016  # Argon2id of "correct-horse", 19 MiB
  write_users "[{\"username\":\"user1\",\"password\":\"$PASSWORD\"},{\"username\":\"costly\",\"password\":\"$(
    printf %s '$argon2id$v=19$m=19456,t=1,p=1$dHJ1c3QtdGVzdC1zYWx0$PAVr/sRdH8kJ8FRc9KTuLPBpPRrDaIpU5KMM/HQws40'
  )\"}]"
  local kb base=0
  # the smallest address space in which the program answers at all
  for ((kb = 64; kb < 40000; kb += kb < 2000 ? 32 : 512)); do
    LAUNCHER=(prlimit --as=$((kb * 1024)))
    direct_cgi OPTIONS ticket
    [[ $http != 204 ]] || {
      base=$kb
      break
    }
  done
  ((base > 0))
  local good=0 n seen=
  for ((kb = base, n = 0; n < 80 && good < 2; n++, kb += n < 16 ? 4 : n < 24 ? 32 : 2000)); do
    LAUNCHER=(prlimit --as=$((kb * 1024)))
    good=$((good + 1))
    whole GET status
    whole GET info
    [[ $http != 200 || $body == "$good_info" ]] # not half of the truth
    whole POST ticket "$(credentials user1 "$PASSWORD")"
    whole POST ticket "$(credentials costly correct-horse)"
  done
  echo "# from $base to $kb kB: $(tr ' ' '\n' <<<"$seen" | grep . | sort | uniq -c | awk '{printf "%s of %s, ", $1, $2}')" >&3
  ((good == 2))
  [[ $seen == *500* || $seen == *503* ]]
  # no session was ended meanwhile, and nobody was blamed
  info
  expect 200
  run redis keys 'ssa:fail:*'
  [ -z "$output" ]
}

# whole METHOD PROGRAM [BODY]: 200, or a whole 500 or 503, in the memory that there is
whole() {
  direct_cgi "$1" "$2" "${3-}" HTTP_X_AUTH_TOKEN="$live" SSA_LOGIN_LIMITS=9/9,9/9,9/9
  seen+="$http "
  [[ $status -eq 0 && $http =~ ^(200|500|503)$ ]] || {
    echo "$* in $kb kB: exit $status, $output, $stderr"
    return 1
  }
  [[ $http == 200 ]] && return
  good=0
  expect_error "$http"
}

@test "killed in the middle: what was asked of it fails whole, everything else goes on" {
  local pids kills lost most
  if [[ ${SSA_MODE:-cgi} == scgi ]]; then
    # Under load: one of two workers. Lost is what it had in hand, of 8 at a time.
    stop_lighttpd
    SSA_WORKERS=2 SSA_LOGIN_LIMITS=0,0,0 start_lighttpd
    curl -s --parallel --parallel-immediate --parallel-max 8 --max-time 30 --unix-socket "$BATS_FILE_TMPDIR/http.sock" -H "X-Auth-Token: $live" \
      -o "$T/body.#1" -w 'info %{http_code}\n' "http://localhost/api/info?[1-4000]" >"$T/replies" 2>"$T/meter" 3>&- &
    local sender=$!
    wait_until 10 "$sender" eval '(($(wc -l <"$T/replies") > 300))'
    pids=$(info_workers | head -n 1)
    most=8
  else
    # Redis holds its breath, so that every program is in the middle.
    kill -STOP "$(redis_pid)"
    together 40 "$T/info" >"$T/replies" 3>&- &
    local sender=$!
    wait_until 5 "$sender" catch_five # who waits for Redis does so for half a second
    most=5
  fi
  kills=$(wc -l <<<"$pids")
  # shellcheck disable=SC2086
  kill -KILL $pids || true # one may have been through
  kill -CONT "$(redis_pid)"
  wait "$sender"
  [[ ${SSA_MODE:-cgi} != scgi ]] || {
    (($(wc -l <"$T/replies") == 4000))
    cat "$T"/body.* | sed 's/}{"/}\n{"/g' >"$T/bodies"
  }
  lost=$(grep -c '^info 500' "$T/replies") || true
  echo "# killed $kills of the programs, lost $lost requests of $(grep -c '^info ' "$T/replies")" >&3
  ((lost <= most))
  if [[ ${SSA_MODE:-cgi} == scgi ]]; then
    [[ -z $(grep -vxE 'info (200|500)' "$T/replies") ]]
    [[ -z $(grep -vxF -e "$good_info" -e '{"code":500,"message":"internal error","data":""}' "$T/bodies") ]]
    wait_until 5 "$(lighttpd_pid)" eval '[[ $(info_workers | wc -l) == 2 ]]'
  else
    ((lost >= 1))
    run grep -vE '^info (200 \{"data":.*\]\}|500 \{"code":500,"message":"[^"]+","data":""\}|503 \{"code":503,"message":"[^"]+","data":""\})$' "$T/replies"
    [ -z "$output" ]
  fi
  all_well
  [[ ${SSA_MODE:-cgi} != scgi ]] || {
    stop_lighttpd
    SSA_WORKERS=1 SSA_LOGIN_LIMITS=0,0,0 start_lighttpd
  }
}

# info_workers: those that serve; one that only keeps them does not count
info_workers() {
  local pid kept
  for pid in $(pgrep -P "$(lighttpd_pid)" -x info); do
    kept=$(pgrep -P "$pid" -x info) || kept=$pid
    echo "$kept"
  done
}

# in_the_middle: the CGI programs that have a socket open, which is Redis's
catch_five() {
  pids=$(in_the_middle | head -n 5)
  (($(wc -l <<<"$pids") == 5))
}
in_the_middle() {
  local pid
  for pid in $(pgrep -P "$(lighttpd_pid)" -x info); do
    ! find "/proc/$pid/fd" -lname 'socket:*' 2>/dev/null | grep -q . || echo "$pid"
  done
}

@test "a worker that is told to end answers the request in hand" {
  [[ ${SSA_MODE:-cgi} == scgi ]] || skip "of resident workers"
  write_users "[{\"username\":\"long\",\"password\":\"$LONG\"}]"
  start_worker ticket
  local worker=${WORKERS[ticket]} asker
  credentials long correct-horse | python3 -EsSB "$ROOT/tests/hostile/scgi.py" ask "$T/ticket.scgi" REQUEST_METHOD=POST REMOTE_ADDR=192.0.2.1 \
    >"$T/reply" 3>&- &
  asker=$!
  wait_until 5 "$asker" eval '(($(awk "/^VmRSS/ {print \$2}" /proc/'"$worker"'/status) > 12000))'
  kill -TERM "$worker"
  kill -TERM "$worker" # as lighttpd and the kernel may both do
  wait "$asker"
  split_reply "$(cat "$T/reply")"
  expect 200
  [[ $body =~ \"ticket\":\"[A-Za-z0-9_-]{43}\" ]]
  wait_gone 5 "$worker"
}
