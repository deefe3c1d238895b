# ssactl, the administrator's tool: what each command prints and returns, and that an edit changes
# one place of users.json or nothing.
load helpers
load ctl

setup_file() { start_redis; }
teardown_file() { stop_servers; }

setup() {
  fresh
  redis flushall >/dev/null
  users=$DATA_DIR/users.json
  chmod 640 "$users"
}

# can_log_in NAME PASSWORD STATUS
can_log_in() {
  cgi POST ticket "$(jq -nc --arg u "$1" --arg p "$2" '{username: $u, password: $p}')"
  expect "$3"
}

@test "hash: one line, as other implementations make it, with the cost of the file" {
  printf '[{"username":"a","password":"$argon2id$v=19$m=8192,t=3,p=1$c2FsdHNhbHRzYWx0$MTIzNDU2Nzg5MDEyMzQ1Ng"}]' >"$users"
  typed='pass word' ctl hash
  done_with 0
  [[ $output == '$argon2id$v=19$m=8192,t=3,p=1$'* && $(wc -l <<<"$output") == 1 ]]
  # A newline at the end is not part of a password; one inside is.
  local hash=$output
  python3 - "$hash" "$users" <<'END'
import json, sys
json.dump([{"username": "a", "password": sys.argv[1]}], open(sys.argv[2], "w"))
END
  typed=$'pass word\n' ctl verify a
  done_with 0
  typed=$'pass word\n\n' ctl verify a
  done_with 1
  typed='pass wor' ctl verify a
  done_with 1
  can_log_in a 'pass word' 200
  # Without a file it is the cost that OWASP recommends as the least.
  typed=x with SSA_DATA_DIR="$BATS_TEST_TMPDIR" ctl hash
  [[ $output == '$argon2id$v=19$m=19456,t=2,p=1$'* ]]
}

@test "a password that nobody could send is refused" {
  typed='' ctl hash
  done_with 3
  typed=$(printf 'x%.0s' {1..1025}) ctl hash
  done_with 3
  typed=$(printf 'x%.0s' {1..1024}) ctl hash
  done_with 0
  typed=$'\xff' ctl hash
  done_with 3
  [[ -z $output && $stderr == 'ssactl: the password is not UTF-8' ]]
}

@test "verify: right, wrong, unknown, disabled" {
  typed=$PASSWORD ctl verify user1
  done_with 0
  [ "$output" = right ]
  typed=x ctl verify user1
  done_with 1
  [[ -z $output && $stderr == 'ssactl: wrong password' ]]
  typed=x ctl verify nobody
  done_with 1
  [[ $stderr == 'ssactl: there is no user "nobody"' ]]
}

@test "user add: no plain text is stored, all other bytes stay, and the user can log in" {
  local before after mode
  for before in '[]' '{}' ' [ ] ' $'[\n]\n' '[{"username":"x","password":"y"}]' $'[\n  {"username": "x", "password": "y"}\n]\n' \
    $'[\n\t{"username":"x","password":"y"} ,\n\t{"broken": 1}\n\n]\n\n'; do
    printf %s "$before" >"$users"
    chmod 604 "$users"
    typed='new secret' ctl user add 'zoë "q" \ 2'
    done_with 0
    [ -z "$output" ]
    [ "$(stat -c %a "$users")" = 604 ]
    run -1 grep -q 'new secret' "$users"
    jq -e 'length >= 1 and .[-1].username == "zoë \"q\" \\ 2" and (.[-1] | keys) == ["password", "username"]' "$users" >/dev/null
    can_log_in 'zoë "q" \ 2' 'new secret' 200
    # Removed again, it is the file that it was; an empty one keeps its new lines.
    ctl user remove 'zoë "q" \ 2'
    done_with 0
    if [[ $before == *username* ]]; then
      [ "$(<"$users")" = "$(printf %s "$before")" ]
    else
      [ "$(jq -c . "$users")" = '[]' ]
    fi
  done
  typed=x ctl user add ''
  done_with 2
  typed=x ctl user add 'a '
  done_with 2
  typed=$'line of Windows\r\n' ctl user add windows
  done_with 0
  typed='line of Windows' ctl verify windows
  done_with 0
  typed=x ctl user add $'a\nb'
  done_with 2
}

@test "user add refuses a name that is taken, and asks for no password then" {
  local before
  before=$(<"$users")
  typed=x ctl user add user1
  done_with 1
  [ "$(<"$users")" = "$before" ]
}

@test "--random makes a password that works, and prints it once" {
  ctl user add --random robot
  done_with 0
  local first=$output
  [[ ${#first} == 24 && $first =~ ^[A-Za-z0-9_-]+$ ]]
  can_log_in robot "$first" 200
  ctl user passwd robot --random
  local second=$output
  [ "$second" != "$first" ]
  can_log_in robot "$first" 401
  can_log_in robot "$second" 200
}

@test "user passwd: only the value of that password changes, whatever stands around it" {
  printf '[\n {"x" :\t1.10,"password":"old\\u0041" , "username":"a","z":{"password":"no"}} ,\n {"username":"a","password":"second"}]' >"$users"
  typed=next ctl user passwd a
  done_with 0
  local hash
  hash=$(jq -r '.[0].password' "$users")
  [ "$(<"$users")" = "$(printf '[\n {"x" :\t1.10,"password":"%s" , "username":"a","z":{"password":"no"}} ,\n {"username":"a","password":"second"}]' "$hash")" ]
  typed=next ctl verify a
  done_with 0
}

@test "user passwd: replaces a hash that was cut off" {
  printf '[{"username":"a","password":"$argon2id$v=19$m=1024"}]' >"$users"
  typed=next ctl user passwd a
  done_with 0
  typed=next ctl verify a
  done_with 0
}

@test "user disable ends the sessions for good; enable lets the user log in again" {
  can_log_in user1 "$PASSWORD" 200
  local ticket before
  take_tokens
  before=$(<"$users")
  ctl user disable user1
  done_with 0
  ctl user show user1 --json
  jq -e '.[0].disabled' <<<"$output" >/dev/null
  can_log_in user1 "$PASSWORD" 401
  ctl user enable user1
  done_with 0
  [ "$(<"$users")" = "$before" ]
  can_log_in user1 "$PASSWORD" 200
  cgi GET info '' HTTP_X_AUTH_TOKEN="$ticket"
  expect 401
}

@test "user disable tells when Redis is down, after the file was changed" {
  with REDIS_URL=unix:///nowhere ctl user disable user1
  done_with 3
  [[ $stderr == *'when Redis is back, run `ssactl revoke user1`' ]]
  jq -e '.[] | select(.username == "user1") | .disabled' "$users" >/dev/null
}

@test "user remove takes all records of that name" {
  printf '[{"username":"a","password":"1"},{"username":"b","password":"2"},{"username":"a","password":"3"}]' >"$users"
  ctl user remove a
  done_with 0
  [ "$(<"$users")" = '[{"username":"b","password":"2"}]' ]
  ctl user remove b
  done_with 0
  [ "$(<"$users")" = '[]' ]
  ctl user remove b
  done_with 1
}

@test "user grant: some ids as they are written, none, all" {
  printf '[{"username":"a","password":"1"}]' >"$users"
  ctl user grant a 100 1e2 -5
  # An id that no machine has is granted, and named.
  [[ $status == 0 && $stderr == *'no machine has the id -5' && $stderr != *' 100'* ]]
  [ "$(<"$users")" = '[{"username":"a","password":"1", "machines": [100, 1e2, -5]}]' ]
  ctl user grant a none
  [ "$(<"$users")" = '[{"username":"a","password":"1", "machines": []}]' ]
  ctl user grant a all
  [ "$(<"$users")" = '[{"username":"a","password":"1"}]' ]
  for id in x 01 '1,2' '1]' ''; do
    ctl user grant a "$id"
    done_with 2
  done
}

@test "token add, list, remove: a token works at once, only its digest is stored, and no other byte changes" {
  printf '[ {"username":"u","password":"p" ,"x": 1.10},\n\t{"username":"v","password":"p","tokens": [ ]}]\n' >"$users"
  local token before
  before=$(<"$users")
  ctl token add u ci --days 30 --machines 100 200
  done_with 0
  token=$output
  [[ $token =~ ^ssa_[A-Za-z0-9_-]{43}$ && $(<"$users") != *"$token"* && $(<"$users") == *', "tokens": [{"name": "ci", "digest": "'* ]]
  cgi GET info '' HTTP_AUTHORIZATION="Bearer $token"
  expect_json '[.data[].id] == [100,200]'
  ctl token add u ci
  done_with 1
  ctl token add v none --machines none
  cgi GET info '' HTTP_X_AUTH_TOKEN="$output"
  expect_json '.data == []'
  ctl token list
  done_with 0
  [[ $output == *'u '*'ci '*T*Z*'[100, 200]'*'v '*'none '*'-'*'[]'* && $output != *ssa_* ]]
  ctl token list v --json
  [ "$(jq -c . <<<"$output")" = '[{"username":"v","token":"none","expires":null,"machines":[]}]' ]
  ctl token remove u ci
  done_with 0
  cgi GET info '' HTTP_X_AUTH_TOKEN="$token"
  expect 401
  ctl token remove u ci
  done_with 1
  ctl token remove v none
  [ "$(<"$users")" = "${before/,\"tokens\": \[ \]/}" ]
  for arguments in 'u a:b' 'u a 100' 'u a --days 0' 'u a --days 1.5' 'u a --machines 01' 'u a --machines 1,,2'; do
    # shellcheck disable=SC2086  # the words of a command
    ctl token add $arguments
    done_with 2
  done
  ctl token add nobody a
  done_with 1
  printf '[{"username":"u","password":"p","tokens":[{"name":"a"}]}]' >"$users"
  ctl token list
  [[ $stderr == *'a token of "u" is void: its name or its digest is missing'* ]]
  ctl check
  [[ $output == *'tokens'*'its name or its digest is missing'* ]]
}

@test "user list: as a table and as JSON, and nothing of it commands a terminal" {
  printf '[{"username":"a\\u001b[2J","password":"p"},{"username":"b","password":"$1$x"},{"username":"c","password":"$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA","disabled":true,"machines":[ 1,2 ]}]' >"$users"
  ctl user list
  done_with 0
  [[ $output == $'username  password     disabled  machines\n'* && $output == *'a\x1b[2J'* && $output != *$'\e'* ]]
  ctl user list --json
  [ "$(jq -c . <<<"$output")" = '[{"username":"a\u001b[2J","password":"plain","disabled":false,"machines":null},{"username":"b","password":"unsupported","disabled":false,"machines":null},{"username":"c","password":"argon2id","disabled":true,"machines":[1,2]}]' ]
}

@test "nothing that cannot be seen is printed as it is: names that turn the direction of writing" {
  printf '[{"username":"a\\u202Ecod.exe","password":"p"},{"username":"b\\u200b\\u00ad\\udb40\\udc41","password":"p"},{"username":"Jürgen 中文","password":"p"}]' >"$users"
  ctl user list
  done_with 0
  [[ $output == *'a\u{202e}cod.exe '* && $output == *'b\u{200b}\xad\u{e0041}'* && $output == *'Jürgen 中文'* ]]
  ctl user list --json
  [[ $output == *'"a\u202ecod.exe"'* && $output == *'"b\u200b\u00ad\udb40\udc41"'* && $output == *'"Jürgen 中文"'* ]]
  [ "$(jq -r '.[1].username' <<<"$output")" = $'b\u200b\u00ad\U000e0041' ]
  ctl user show $'x\u202ey'
  done_with 1
  [[ $stderr == *'x\u{202e}y'* ]]
  ctl user show $'x\xffy\e'
  [[ $stderr == *'x\xffy\x1b'* ]]
}

@test "user list, bans and check know a user whose record is deep, as the service does" {
  python3 -c 'print("[{\"username\":\"deep\",\"password\":\"p\",\"x\":" + "[" * 400 + "]" * 400 + "}]")' >"$users"
  can_log_in deep p 200
  for n in {1..10}; do can_log_in deep wrong 401; done
  ctl user list
  [[ $output == *deep* ]]
  ctl bans
  [[ $output == *deep* ]]
  ctl check
  [[ $output != *'too deep'* ]]
  redis flushall >/dev/null
}

@test "an edit of a file that is broken, missing or closed changes nothing" {
  echo '[{' >"$users"
  typed=x ctl user add a
  done_with 3
  [[ $stderr == *'not JSON at line 2'*'nothing was changed' && $(<"$users") == '[{' ]]
  rm "$users"
  typed=x ctl user add a
  done_with 3
  [ ! -e "$users" ]
}

@test "an edit follows a symbolic link, and keeps the link" {
  mv "$users" "$DATA_DIR/real.json"
  ln -s real.json "$users"
  ctl user grant user1 100
  done_with 0
  [[ -L $users && $(jq -c '.[0].machines' "$users") == '[100]' ]]
}

# bats test_tags=long
@test "two edits at the same time are both done" {
  local i pids=()
  for i in {1..8}; do
    typed=secret$i ctl user add "parallel$i" &
    pids+=($!)
  done
  wait "${pids[@]}"
  [ "$(jq '[.[] | select(.username | startswith("parallel"))] | length' "$users")" = 8 ]
}

# bats test_tags=long
@test "an edit that somebody else makes meanwhile is not lost" {
  # ssactl waits for the password after its first look; the file changes before the second one.
  mkfifo "$BATS_TEST_TMPDIR/typed"
  env -i REDIS_URL="$REDIS_URL" SSA_REDIS_WAIT="${SSA_REDIS_WAIT-}" SSA_DATA_DIR="$DATA_DIR" "$SSACTL" user add late <"$BATS_TEST_TMPDIR/typed" 3>&- &
  exec 9>"$BATS_TEST_TMPDIR/typed"
  jq '. + [{username: "other", password: "x"}]' "$users" >"$users.new"
  mv "$users.new" "$users"
  printf secret >&9
  exec 9>&-
  wait $!
  [ "$(jq -r '.[-2:][].username' "$users")" = $'other\nlate' ]
}

# bats test_tags=long
@test "killed, failing or interrupted at any call, an edit leaves the old file or the new one whole" {
  [[ -x ${SSA_TEST_UNIT_BIN:=$ROOT/build/unit}/calls/ssactl ]]
  [[ $SSA_TEST_UNIT_BIN == /* ]] || SSA_TEST_UNIT_BIN=$ROOT/$SSA_TEST_UNIT_BIN
  local kind n old new code hits
  old=$(<"$users")
  ctl user grant user1 100
  new=$(<"$users")
  [ "$old" != "$new" ]
  for kind in kill error memory short signal; do
    hits=0
    for ((n = 1; n < 200; n++)); do
      printf '%s\n' "$old" >"$users"
      : >"$BATS_TEST_TMPDIR/hit"
      code=0
      env -i REDIS_URL="$REDIS_URL" SSA_REDIS_WAIT="${SSA_REDIS_WAIT-}" SSA_DATA_DIR="$DATA_DIR" SSA_TEST_FAIL=$kind:$n SSA_TEST_FAIL_LOG="$BATS_TEST_TMPDIR/hit" \
        "$SSA_TEST_UNIT_BIN/calls/ssactl" user grant user1 100 >/dev/null 2>&1 3>&- || code=$?
      ((code == 137 || code < 4)) # killed by the test, and by nothing else
      [[ $(<"$users") == "$new" || ($(<"$users") == "$old" && $code != 0) ]] || {
        echo "$kind:$n ($(<"$BATS_TEST_TMPDIR/hit")): exit code $code, $(<"$users")"
        return 1
      }
      [[ -s $BATS_TEST_TMPDIR/hit ]] || break
      hits=$((hits + 1))
    done
    ((n < 200 && hits > (${#kind} == 4 ? 3 : 0)))
  done
  # What a killed one left behind is no obstacle.
  printf '%s\n' "$old" >"$users"
  ctl user grant user1 100
  done_with 0
  [[ $(<"$users") == "$new" && ! -e $DATA_DIR/.ssactl.new ]]
}

@test "check: each fault with file, line, record and field" {
  cat >"$users" <<'END'
[
  {"username": "a", "password": "$argon2id$v=19$m=8192,t=3,p=1$c2FsdHNhbHRzYWx0$MTIzNDU2Nzg5MDEyMzQ1Ng"},
  {"username": "b"},
  {"username": "a", "password": "$1$x$y"},
  7
]
END
  echo '[{"id": 1, "cpus": 1, "mem": 1, "status": "s", "GPU": "g", "ip": "i"}, {"id": 1.0, "cpus": 1, "mem": 1, "status": "s", "GPU": "g", "ip": "i"}, {"id": "2"}]' >"$DATA_DIR/machines.json"
  chmod 644 "$users"
  ctl check --json
  done_with 1
  jq -e 'map([.where, .line, .record, .field]) | contains([
    ["users.json", null, null, null], ["users.json", 3, 1, "password"], ["users.json", 4, 2, "username"], ["users.json", 4, 2, "password"],
    ["users.json", 5, 3, null], ["machines.json", 1, 1, "id"], ["machines.json", 1, 2, "id"]])' <<<"$output" >/dev/null
  ctl check
  done_with 1
  [[ $output == *'users.json'*'4'*'2'*'password'*'a hash of an unsupported method'* ]]
  with REDIS_URL=unix:///nowhere ctl check --json
  jq -e 'any(.where == "Redis")' <<<"$output" >/dev/null
  chmod 662 "$users" "$DATA_DIR/machines.json"
  ctl check --json
  jq -e 'map(select(.fault | test("may (read|write) it")) | .where) == ["users.json", "machines.json"]' <<<"$output" >/dev/null
  echo '[' >"$users"
  ctl check --json
  jq -e 'any(.where == "users.json" and (.fault | startswith("invalid: not JSON at line 2")))' <<<"$output" >/dev/null
}

@test "check: a good service has no fault, and plain text is a note" {
  needs_single "the engine has no replicas"
  echo '[{"username":"a","password":"$argon2id$v=19$m=8192,t=3,p=1$c2FsdHNhbHRzYWx0$MTIzNDU2Nzg5MDEyMzQ1Ng"}]' >"$users"
  ctl check
  done_with 0
  [ -z "$output" ]
  echo '[{"username":"a","password":"x"}]' >"$users"
  ctl check
  done_with 0
  [[ $output == *'note: it is plain text' ]]
}

@test "check names each command of a login, a renewal or a logout that Redis refuses, and settings that lose sessions" {
  needs_single "a transaction is tried with one Redis only"
  local command
  for command in set expire expireat ttl time get del zadd zcard zrem zrange zscan zremrangebyscore watch unwatch multi exec; do
    redis acl setuser default "-$command" >/dev/null
    ctl check
    redis acl setuser default "+$command" >/dev/null
    [[ $output =~ 'redis: error reply: '(NOPERM|EXECABORT)" to ${command^^}" ]]
  done
  redis config set maxmemory-policy volatile-ttl >/dev/null
  ctl check
  redis config set maxmemory-policy noeviction >/dev/null
  done_with 1
  [[ $output == *'set maxmemory-policy noeviction'* ]]
  redis acl setuser default -info >/dev/null
  ctl check
  redis acl setuser default +info >/dev/null
  [[ $output == *'note: it is not known whether Redis removes keys'* ]]
}

@test "check: ids of no machine, names with a space at an end, all faults of a record, settings" {
  echo '[{"username": "a ", "password": "$1$x$y", "machines": [100, "100", 7]}, {"username": 1, "Disabled": true}, {"username": "cut", "password": "$argon2id$v=19$m=19456,t=2,p=1$c29tZS1zYWx0"}]' >"$users"
  echo '[{"id": 100, "Cpus": 1, "status": 1, "GPU": "g", "ip": "i"}, {"id": 100, "cpus": 1, "mem": 1, "status": "s", "Status": "t", "statue": 1, "GPU": "g", "ip": " i"}]' >"$DATA_DIR/machines.json"
  local ENVIRONMENT=(SSA_DELAY=1s SSA_MODES=scgi)
  ctl check --json
  done_with 1
  local fault
  for fault in 'username|note: it begins or ends with a space' 'password|a hash of an unsupported method' 'machines|an id must be a number: "100"' \
    'machines|no machine has the id 7' 'username|of the wrong type' 'password|missing' 'disabled|misspelt: a member has nearly this name' \
    'cpus|missing, but a member has nearly this name' 'mem|missing' 'status|of the wrong type' 'ip|note: it begins or ends with a space' \
    'status|note: another member has nearly this name' \
    'SSA_MODES|no setting; the nearest one is SSA_MODE'; do
    jq -e --arg f "${fault%%|*}" --arg w "${fault#*|}" 'any(.field == $f and .fault == $w)' <<<"$output" >/dev/null || {
      echo "not named: $fault in $output"
      return 1
    }
  done
  jq -e 'any(.record == 2 and .fault == "a hash of an unsupported method")' <<<"$output" >/dev/null
  jq -e 'any(.where == "settings" and .field == "SSA_DELAY")' <<<"$output" >/dev/null
  jq -e '[.[] | select(.fault == "note: another member has nearly this name")] | length == 1' <<<"$output" >/dev/null
}

@test "only the settings that a command uses matter to it" {
  with SSA_DELAY=1s ctl export csv
  done_with 0
  with REDIS_URL=nonsense ctl user list
  done_with 0
  with SSA_LOGIN_LIMITS=x ctl sessions
  done_with 0
  with REDIS_URL=nonsense ctl sessions
  [[ $status == 2 && $stderr == 'ssactl: REDIS_URL: it must begin with '* ]]
  with SSA_LOGIN_LIMITS=x ctl bans
  [[ $status == 2 && $stderr == 'ssactl: SSA_LOGIN_LIMITS: '* ]]
}

# Without REDIS_URL it is the Redis of `make run`, whose folder is beside that of the data.
@test "which Redis: that of the service whose data it edits, and stderr says which" {
  local said=$BATS_TEST_TMPDIR/stderr
  ctl sessions
  grep -qx "ssactl: Redis: $BATS_FILE_TMPDIR/redis.sock" "$said"
  mkdir -p "$BATS_TEST_TMPDIR/service/data" "$BATS_TEST_TMPDIR/service/run"
  cp "$DATA_DIR"/*.json "$BATS_TEST_TMPDIR/service/data"
  ln -s "$BATS_FILE_TMPDIR/redis.sock" "$BATS_TEST_TMPDIR/service/run/redis.sock"
  with REDIS_URL= ctl sessions --data "$BATS_TEST_TMPDIR/service/data"
  done_with 0
  grep -qx "ssactl: Redis: $BATS_TEST_TMPDIR/service/data/../run/redis.sock" "$said"
  mkdir "$BATS_TEST_TMPDIR/elsewhere"
  mv "$BATS_TEST_TMPDIR/service/run/redis.sock" "$BATS_TEST_TMPDIR/elsewhere"
  local ENVIRONMENT=("SSA_RUN_DIR=$BATS_TEST_TMPDIR/elsewhere" REDIS_URL=)
  ctl sessions --data="$BATS_TEST_TMPDIR/service/data"
  grep -qx "ssactl: Redis: $BATS_TEST_TMPDIR/elsewhere/redis.sock" "$said"
  ENVIRONMENT=(REDIS_URL=redis://user:s3cret@127.0.0.1:1/3)
  ctl sessions
  [[ $status == 3 ]]
  grep -qx 'ssactl: Redis: 127.0.0.1:1, database 3' "$said"
  run -1 grep s3cret "$said"
}

# A static program needs nothing of /etc, so the test can have its own.
@test "which Redis: that of the settings of the installed service" {
  unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
  local root=$BATS_TEST_TMPDIR/root
  mkdir -p "$root/sbin"
  cp "$SSACTL" "$root/sbin/ssactl"
  unshare -m bash -c '
    mount -t tmpfs none /etc && mkdir -p /etc/simpleserverapi /etc/default && cp "$2"/*.json /etc/simpleserverapi &&
      printf "REDIS_URL=redis://127.0.0.1:1\n# %s\nREDIS_URL=\"unix://%s\"\nSSA_REDIS_WAIT=0\n" comment "$3" >/etc/default/simpleserverapi &&
      cd / && exec env -i "$1" sessions' - "$root/sbin/ssactl" "$DATA_DIR" "$BATS_FILE_TMPDIR/redis.sock" 2>"$root/stderr" >"$root/stdout" || {
    cat "$root/stderr"
    return 1
  }
  [ "$(<"$root/stderr")" = "ssactl: Redis: $BATS_FILE_TMPDIR/redis.sock" ]
}

@test "help, --version, and what was probably meant" {
  ctl --version
  [ "$output" = "ssactl $(<"$ROOT/VERSION")" ]
  ctl help user add
  [[ $status == 0 && $output == *'user add [--random] NAME'* && $output != *grant* ]]
  ctl help
  [[ $status == 0 && $output == *'user grant'* ]]
  local row
  for row in 'user lst|user list' 'usr list|user list' 'chekc|check' 'sesions|sessions' 'user|'; do
    # shellcheck disable=SC2086
    ctl ${row%%|*}
    [[ $status == 2 && $stderr == "ssactl: no such command: ${row%%|*}"*"${row#*|}" ]]
  done
  ctl export csv --jsno
  [[ $status == 2 && $stderr == 'ssactl: no such option: --jsno; the nearest is: --json' ]]
  ctl user add
  [[ $status == 2 && $stderr == 'usage: ssactl user add [--random] NAME' ]]
  ctl user list --json=1
  [[ $status == 2 && $stderr == 'ssactl: --json takes no value' ]]
  ctl sessions --json --json
  [[ $status == 2 ]]
}

@test "what is no address is refused" {
  local address
  for address in 999.1.1.1 1.2.3 host.example 1.2.3.4/24; do
    ctl unban "$address" "$address"
    done_with 2
    ctl unban --address "$address"
    done_with 2
    ctl bans --address "$address"
    done_with 2
  done
  ctl unban --address 2001:db8::1
  done_with 1
}

@test "status: as the service says it" {
  ctl status --json
  done_with 0
  [ "$(jq -c 'map([.part, .state])' <<<"$output")" = '[["redis","OK"],["users","OK"],["machines","OK"],["hashing","OK"]]' ]
  rm "$DATA_DIR/machines.json"
  with REDIS_URL=unix:///nowhere ctl status --json
  [[ $status == 1 && $(jq -c 'map(.state == "OK")' <<<"$output") == '[false,true,false,true]' ]]
}

@test "sessions and revoke: of one user, of all" {
  local i ticket
  for i in 1 2 3; do can_log_in user1 "$PASSWORD" 200; done
  take_tokens
  can_log_in hashed 'correct horse' 200
  ctl sessions --json
  done_with 0
  [ "$(jq -c 'map(.username) | sort' <<<"$output")" = '["hashed","user1","user1","user1"]' ]
  jq -e 'all(.ticket | test("^[A-Za-z0-9_-]{8}$"))' <<<"$output" >/dev/null
  [[ $output != *"$ticket"* ]]
  ctl sessions hashed
  [[ $output == username*$'\n'hashed* && $(wc -l <<<"$output") == 2 ]]
  ctl revoke user1
  done_with 0
  cgi GET info '' HTTP_X_AUTH_TOKEN="$ticket"
  expect 401
  ctl sessions --json
  [ "$(jq -c 'map(.username)' <<<"$output")" = '["hashed"]' ]
  ctl revoke --all
  done_with 0
  [ -z "$(redis_says keys 'ssa:{*}:ticket:*')" ]
  ctl revoke
  done_with 2
  ctl revoke user1 --all
  done_with 2
  # A name that is misspelt.
  local command
  for command in sessions revoke bans unban; do
    ctl $command usr1
    [[ $stderr == *'note: there is no user "usr1"'* ]]
  done
}

# bats test_tags=long
@test "sessions: a thousand, page by page" {
  python3 - "$BATS_FILE_TMPDIR/redis.sock" <<'END'
import json, socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
for i in range(1000):
    value = json.dumps({"username": f"u{i}", "login": "0" * 16, "fingerprint": "0" * 43, "expires": 4000000000, "renewable_until": 4000000000})
    key = f"ssa:{{AAA}}:ticket:{i:043x}"
    s.sendall(f"*3\r\n$3\r\nSET\r\n${len(key)}\r\n{key}\r\n${len(value)}\r\n{value}\r\n".encode())
    s.recv(100)
END
  ctl sessions --json
  done_with 0
  [ "$(jq 'map(.username) | unique | length' <<<"$output")" = 1000 ]
}

# bats test_tags=long
@test "bans and unban: a user from one address, a user, an address" {
  local i
  for i in {1..10}; do can_log_in user1 wrong 401; done
  can_log_in user1 "$PASSWORD" 429
  ctl bans --json
  done_with 0
  [ "$(jq -c 'map([.username, .limit, .failures])' <<<"$output")" = '[["user1","user and address",10]]' ]
  jq -e '.[0].seconds_left > 500' <<<"$output" >/dev/null
  ctl unban user1
  done_with 0
  can_log_in user1 "$PASSWORD" 200
  ctl bans
  [ "$output" = 'username  limit  failures  seconds_left' ]
  # With the address.
  for i in {1..10}; do can_log_in user1 wrong 401; done
  ctl unban user1 192.0.2.9
  can_log_in user1 "$PASSWORD" 429
  ctl unban user1 192.0.2.1
  done_with 0
  can_log_in user1 "$PASSWORD" 200
  # The limit of an address, for all users.
  redis flushall >/dev/null
  ENVIRONMENT=(SSA_LOGIN_LIMITS=0,0,5/60)
  for i in {1..5}; do can_log_in "nobody$i" wrong 401; done
  can_log_in user1 "$PASSWORD" 429
  ctl bans --address 192.0.2.1 --json
  [ "$(jq -c 'map([.address, .limit, .failures])' <<<"$output")" = '[["192.0.2.1","address",5]]' ]
  ctl unban --address 192.0.2.1
  done_with 0
  can_log_in user1 "$PASSWORD" 200
  # The login that passed took itself back, so there is nothing to forget.
  ctl unban --address 192.0.2.1
  done_with 1
  ctl unban
  done_with 2
}

@test "export: each format, read by another program" {
  ctl export csv
  done_with 0
  python3 -c 'import csv, sys; rows = list(csv.reader(sys.stdin)); assert rows[0][0] == "id" and len({len(r) for r in rows}) == 1, rows' <<<"$output"
  ctl export file_sd
  jq -e 'all(.targets | length == 1) and length > 0' <<<"$output" >/dev/null
  ctl export ssh
  printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/ssh_config"
  if command -v ssh >/dev/null; then ssh -F "$BATS_TEST_TMPDIR/ssh_config" -G "$(awk '/^Host/{print $2; exit}' <<<"$output")" | grep -q '^hostname 1'; fi
  ctl export metrics
  [[ $output == '# TYPE ssa_machine_cpus gauge'* ]]
  ctl export nothing
  done_with 2
}

@test "export: two statuses of one group, equal machines, GPU "none", formulas" {
  python3 - "$DATA_DIR/machines.json" <<'END'
import json, sys
def machine(id, status="in use", gpu="g", **more): return {"id": id, "cpus": 1, "mem": 1, "status": status, "GPU": gpu, "ip": "192.0.2.1", "name": f"m{id}"} | more
formulas = ["=1+1", "x;=1+1", "x\n=1+1", "\n", "\t", "＝1+1", " ＋1", "－1", "＠x", "a;@b", "a|-b", "-1", "fine", "a+b", "x=1"]
json.dump([machine(1), machine(2, "in_use", "none"), machine(3, "in use", "None", gpus=4), machine(1), machine(5, gpu=""), machine(6, name="m2"), machine(7, cpus=7)]
          + [machine(100 + i, text) for i, text in enumerate(formulas)] + [machine(i, f"s{i}") for i in range(1000, 21000)], open(sys.argv[1], "w"))
END
  sed -i 's/"cpus": 7/"cpus": 1e999/' "$DATA_DIR/machines.json"
  ctl export ansible
  # A name that appears twice would be one host. The two statuses are one group.
  [[ $status == 0 && $stderr == *'record 3 of machines.json: an earlier machine has its name'* && $stderr == *'record 5 of'* ]]
  [ "$(sed -n '/^\[status_in_use\]/,/^$/p' <<<"$output" | sort | tr '\n' ' ')" = ' [status_in_use] m1 m2 m3 m5 m7 ' ]
  [ "$(sort <<<"$output" | uniq -d | grep -c '^\[')" = 0 ]
  ctl export metrics
  [ -z "$(sed 's/ [^ ]*$//' <<<"$output" | grep -v '^#' | sort | uniq -d)" ]
  [ "$(grep -c '^ssa_machine_gpus.*"none"} 0$\|^ssa_machine_gpus.*gpu=""} 0$\|^ssa_machine_gpus.*"None"} 4$' <<<"$output")" = 3 ]
  grep -q '^ssa_machine_cpus{id="7",.*} +Inf$' <<<"$output"
  "$SSACTL" --data "$DATA_DIR" export csv >"$BATS_TEST_TMPDIR/csv"
  python3 - "$BATS_TEST_TMPDIR/csv" <<'END'
import csv, sys
cells = [row[2] for row in csv.reader(open(sys.argv[1], newline=""))]
want = ["'=1+1", "'x;'=1+1", "'x\n'=1+1", "'\n", "'\t", "'＝1+1", "' ＋1", "'－1", "'＠x", "'a;'@b", "'a|'-b", "'-1", "fine", "a+b", "x=1"]
assert [c for c in want if c not in cells] == [], [c for c in want if c not in cells]
END
}

@test "export: a strange name cannot inject a line" {
  local name='a\nHost *\n  ProxyCommand evil' format
  printf '[{"id":1,"name":"%s","cpus":1,"mem":1,"status":"s\\n[all]","GPU":"g\\"}\\n","ip":"192.0.2.7"},{"id":2,"name":"good","cpus":1,"mem":1,"status":"ok","GPU":"","ip":"192.0.2.8\\nx"},{"id":3,"name":"-oops","cpus":1,"mem":1,"status":"=1+1","GPU":"","ip":"::1"}]' "$name" >"$DATA_DIR/machines.json"
  for format in ansible ssh; do
    ctl export $format
    [[ $status == 0 && $output != *evil* && $output != *'Host *'* && $output != *$'\nx'* && $output != *oops* ]]
    [ "$(grep -c 'left out: record' <<<"$stderr")" -ge 3 ]
  done
  ctl export file_sd
  # Prometheus would scrape itself for the target ":9100".
  [[ $(jq -c 'map(.targets[0])' <<<"$output") == '["192.0.2.7:9100","[::1]:9100"]' && $stderr == *'record 1 of machines.json: its ip is not an address'* ]]
  ctl export metrics
  [ "$(grep -c '^ssa_machine_cpus{' <<<"$output")" = 3 ]
  [ "$(wc -l <<<"$output")" = 12 ]
  ctl export csv
  [[ $output == *"'=1+1"* ]]
  # A text that does not fit is not an empty one.
  printf '[{"id":1,"name":"%0300d","cpus":1,"mem":1,"status":"s","GPU":"g","ip":"192.0.2.7"}]' 0 >"$DATA_DIR/machines.json"
  for format in ansible ssh file_sd csv metrics; do
    ctl export $format
    [[ $output != *192.0.2.7* && $output != *'id="1"'* && $stderr == *'record 0 of machines.json: one of its texts is longer than 255 bytes'* ]]
  done
}

# bats test_tags=long
@test "usage: exit code 2, help on stdout, nothing done" {
  local before
  before=$(<"$users")
  for arguments in '' 'nothing' 'user' 'user add' 'user add a b' 'check x' 'user list --random' '--no-such' 'verify' '--data' 'user grant a'; do
    # shellcheck disable=SC2086  # words
    ctl $arguments
    done_with 2
  done
  [ "$(<"$users")" = "$before" ]
  ctl --help
  done_with 0
  [[ $output == 'usage: ssactl'* ]]
  local command
  for command in check status hash verify 'user list' 'user add' sessions revoke bans unban export; do
    # shellcheck disable=SC2086  # words
    ctl $command --help
    done_with 0
    [[ $output == *"  $command"* ]]
  done
}

@test "--data comes before SSA_DATA_DIR; a wrong setting is named" {
  mkdir "$BATS_TEST_TMPDIR/other"
  echo '[{"username":"elsewhere","password":"x"}]' >"$BATS_TEST_TMPDIR/other/users.json"
  ctl --data "$BATS_TEST_TMPDIR/other" user list --json
  [ "$(jq -r '.[].username' <<<"$output")" = elsewhere ]
  with REDIS_URL=nonsense ctl status
  done_with 2
  [[ $stderr == 'ssactl: REDIS_URL: '* ]]
}

@test "without a setting, the data are where a checkout, make install or the package has them" {
  needs_native "the program is in another folder"
  local place prefix=$BATS_TEST_TMPDIR/prefix
  mkdir -p "$prefix/sbin" "$BATS_TEST_TMPDIR/here/data"
  cp "$SSACTL" "$prefix/sbin/ssactl"
  for place in "$prefix/data" "$prefix/lib/simpleserverapi/data" "$BATS_TEST_TMPDIR/here/data"; do
    mkdir -p "$place"
    echo '[{"username":"here","password":"x"}]' >"$place/users.json"
    # The package's folder comes before `data`, and exists where the package is installed.
    [[ $place != */here/data || ! -e /etc/simpleserverapi ]] || continue
    (cd "$BATS_TEST_TMPDIR/here" && [ "$(env -i "$prefix/sbin/ssactl" user list --json | jq -r '.[].username')" = here ])
    rm -r "$place"
  done
}

# bats test_tags=load
@test "at a terminal: the prompt is on stderr, without echo, and asks twice for a new password" {
  python3 - "$SSACTL" "$DATA_DIR" <<'END'
import os, pty, sys
def run(arguments, typed):
    out, into = os.pipe()
    pid, terminal = pty.fork()
    if pid == 0:
        os.dup2(into, 1)
        os.execve(sys.argv[1], [sys.argv[1], *arguments], {"SSA_DATA_DIR": sys.argv[2], "REDIS_URL": "unix:///nowhere"})
    os.close(into)
    seen = b""
    for prompt, text in typed:
        while not seen.endswith(prompt):
            seen += os.read(terminal, 100)
        os.write(terminal, text)
    try:
        while piece := os.read(terminal, 100):
            seen += piece
    except OSError:
        pass
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), os.read(out, 1000), seen
code, out, seen = run(["hash"], [(b"Password: ", b"secret\n"), (b"Again: ", b"secret\n")])
assert code == 0 and out.startswith(b"$argon2id$") and b"secret" not in seen, (code, out, seen)
code, out, seen = run(["hash"], [(b"Password: ", b"secret\n"), (b"Again: ", b"other\n")])
assert code == 3 and out == b"" and b"differ" in seen, (code, out, seen)
code, out, seen = run(["verify", "user1"], [(b"Password: ", b"A1B2C3D4E5F6G7H8I9HD\n")])
assert code == 0 and out == b"right\n", (code, out, seen)
code, out, seen = run(["hash"], [(b"Password: ", b"\x03")])
assert code == -2, (code, out, seen)
END
}

@test "a CGI program that is started at a terminal says what it is" {
  python3 - "$CGI_BIN/status" <<'END'
import os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execve(sys.argv[1], sys.argv[1:], {})
seen = b""
try:
    while piece := os.read(terminal, 100):
        seen += piece
except OSError:
    pass
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 2 and b"REQUEST_METHOD=GET" in seen, seen
END
  cgi '' status
  expect 405
}

# The commands, as --help lists them: "user add", "check"…
commands() { "$SSACTL" --help | sed -nE 's/^  (((user|machine) )?[a-z]+) .*/\1/p'; }

@test "the man page has no fault and describes every command and option" {
  local page=$ROOT/man/ssactl.8 word text
  command -v mandoc >/dev/null || skip "mandoc is not installed"
  run -0 mandoc -T lint "$page"
  [ -z "$output" ]
  text=$(mandoc -T ascii "$page" | sed 's/.\x08//g')
  [ "$(commands | wc -l)" -ge 17 ]
  while read -r word; do
    grep -qE "^ +([a-z, ]*, )?${word}( |,|$)" <<<"$text" || {
      echo "the man page does not describe: $word"
      return 1
    }
  done < <(commands)
  for word in --data --json --random --all --address --help; do grep -q -- "$word" <<<"$text"; done
}

# complete_words WORD...: sets COMPREPLY as bash does for the last word.
complete_words() {
  COMP_WORDS=(ssactl "$@")
  COMP_CWORD=$#
  COMPREPLY=()
  _ssactl
}

@test "bash completes commands, options, formats and names of users" {
  # shellcheck source=/dev/null
  source "$ROOT/completions/ssactl"
  ssactl() { SSA_DATA_DIR=$DATA_DIR REDIS_URL=$REDIS_URL "$SSACTL" "$@"; }
  local command words
  while read -r command; do
    read -ra words <<<"$command"
    complete_words "${words[@]}"
    [[ " ${COMPREPLY[*]} " == *" ${words[-1]} "* ]] || {
      echo "bash does not complete: $command"
      return 1
    }
  done < <(commands)
  complete_words ch
  [ "${COMPREPLY[*]}" = check ]
  complete_words user disable use
  [[ " ${COMPREPLY[*]} " == *' user1 '* && " ${COMPREPLY[*]} " != *' username '* ]]
  complete_words --data "$DATA_DIR" verify use
  [[ " ${COMPREPLY[*]} " == *' user1 '* ]]
  complete_words export f
  [ "${COMPREPLY[*]}" = file_sd ]
  complete_words revoke --
  [ "${COMPREPLY[*]}" = --all ]
  complete_words user grant user1 a
  [ "${COMPREPLY[*]}" = all ]
}
