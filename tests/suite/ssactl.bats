# ssactl, the administrator's tool: what each command prints and returns, and that an edit changes
# one place of users.json or nothing. ssactl machine is in ssactl-machines.bats.
load helpers
load ctl

setup_file() { start_redis; }
teardown_file() { stop_servers; }

setup() {
  fresh
  chmod 640 "$users"
}

# can_log_in NAME PASSWORD STATUS
can_log_in() {
  post "$(credentials "$1" "$2")"
  expect "$3"
}

# can_read TICKET STATUS
can_read() {
  cgi GET info '' HTTP_X_AUTH_TOKEN="$1"
  expect "$2"
}

HASH='$argon2id$v=19$m=8192,t=3,p=1$c2FsdHNhbHRzYWx0$MTIzNDU2Nzg5MDEyMzQ1Ng'

# --- users ----------------------------------------------------------------------------------------

@test "hash: one line, as other implementations make it, with the cost of the file" {
  write_users '[{"username":"a","password":"'"$HASH"'"}]'
  ctl hash <<<'pass word'
  done_with 0
  [[ $output == "${HASH%c2Fs*}"* && $output != *$'\n'* ]]
  write_users '[{"username":"a","password":"'"$output"'"}]'
  can_log_in a 'pass word' 200
  # A newline at the end is not part of a password; one inside is. Without a file, the cost is what
  # OWASP recommends as the least.
  rows <<'END'
verify a <<<'pass word'                 -> 0 right
verify a <<<$'pass word\n'              -> 1 wrong password
verify a <<<'pass wor'                  -> 1 wrong password
verify nobody <<<x                      -> 1 there is no user "nobody"
SSA_DATA_DIR=/nowhere hash <<<x         -> 0 $argon2id$v=19$m=19456,t=2,p=1$*
hash                                    -> 3 the password is empty
hash <<<"$(printf 'x%.0s' {1..1024})"   -> 0
hash <<<"$(printf 'x%.0s' {1..1025})"   -> 3 the password has more than 1024 bytes
hash <<<$'\xff'                         -> 3 the password is not UTF-8
END
}

@test "user add: no plain text is stored, all other bytes stay, and the user can log in" {
  local before name='zoë "q" \ 2'
  for before in '[]' '{}' ' [ ] ' $'[\n]\n' '[{"username":"x","password":"y"}]' $'[\n  {"username": "x", "password": "y"}\n]\n' \
    $'[\n\t{"username":"x","password":"y"} ,\n\t{"broken": 1}\n\n]\n\n'; do
    printf %s "$before" >"$users"
    chmod 604 "$users"
    ctl user add "$name" <<<'new secret'
    done_with 0
    [[ -z $output && $(stat -c %a "$users") == 604 && $(<"$users") != *'new secret'* ]]
    json '.[-1] | .username, keys' $'"zoë \\"q\\" \\\\ 2"\n["password","username"]' "$users"
    can_log_in "$name" 'new secret' 200
    # Removed again, it is the file that it was; an empty one keeps its new lines.
    ctl user remove "$name"
    if [[ $before == *username* ]]; then
      [ "$(<"$users")" = "$(printf %s "$before")" ]
    else
      json . '[]' "$users"
    fi
  done
  rows <<'END'
user add '' <<<x | user add 'a ' <<<x | user add $'a\nb' <<<x -> 2
user add windows <<<$'line of Windows\r'     -> 0
verify windows <<<'line of Windows'          -> 0 right
user add windows                             -> 1 user "windows" already exists
END
}

@test "--random makes a password that works, and prints it once" {
  ctl user add --random robot
  local first=$output
  [[ $first =~ ^[A-Za-z0-9_-]{24}$ ]]
  can_log_in robot "$first" 200
  ctl user passwd robot --random
  local second=$output
  can_log_in robot "$first" 401
  can_log_in robot "$second" 200
}

@test "user passwd: only the value of that password changes, whatever stands around it" {
  local old='[\n {"x" :\t1.10,"password":"%s" , "username":"a","z":{"password":"no"}} ,\n {"username":"a","password":"second"}]' before
  # The second is a hash that was cut off.
  for before in 'old\u0041' '$argon2id$v=19$m=1024'; do
    # shellcheck disable=SC2059  # a format
    printf "$old" "$before" >"$users"
    rows <<'END'
user passwd a <<<next -> 0
verify a <<<next      -> 0 right
END
    # shellcheck disable=SC2059
    [ "$(<"$users")" = "$(printf "$old" "$(jq -r '.[0].password' "$users")")" ]
  done
}

@test "user disable ends the sessions for good; enable lets the user log in again" {
  local before
  before=$(<"$users")
  session
  rows <<'END'
user disable user1     -> 0
user show user1 --json -> 0, json '.[0].disabled' true
END
  can_log_in user1 "$PASSWORD" 401
  ctl user enable user1
  [ "$(<"$users")" = "$before" ]
  can_log_in user1 "$PASSWORD" 200
  can_read "$ticket" 401
  # The file is changed, also when Redis cannot be asked.
  ctl REDIS_URL=unix:///nowhere user disable user1
  [[ $status == 3 && $stderr == *'when Redis is back, run `ssactl revoke user1`' ]]
  json '.[0].disabled' true "$users"
}

@test "user remove takes all records of that name; user grant writes ids as they are given" {
  write_users '[{"username":"b","password":"1"},{"username":"a","password":"2"},{"username":"b","password":"3"}]'
  has() { [[ $(<"$users") == "$1" ]]; }
  # An id that no machine has is granted, and named.
  rows <<'END'
user remove b             -> 0, has '[{"username":"a","password":"2"}]'
user remove b             -> 1 there is no user "b"
user grant a 100 1e2 -5   -> 0, has '[{"username":"a","password":"2", "machines": [100, 1e2, -5]}]'
user grant a -5 100       -> 0, [[ $stderr == *'no machine has the id -5' ]]
user grant a none         -> 0, has '[{"username":"a","password":"2", "machines": []}]'
user grant a all          -> 0, has '[{"username":"a","password":"2"}]'
user grant a x | user grant a 01 | user grant a 1,2 | user grant a '1]' | user grant a '' -> 2
user remove a             -> 0, has '[]'
END
}

@test "user list: as a table and as JSON, and nothing of it commands a terminal" {
  write_users '[{"username":"a\u001b[2J","password":"p"},{"username":"b","password":"$1$x"},
    {"username":"c","password":"$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA","disabled":true,"machines":[ 1,2 ]}]'
  rows <<'END'
user list        -> 0, [[ $output == $'username  password     disabled  machines\na\\x1b[2J'* && $output != *$'\e'* ]]
user list --json -> 0, json '[.[][]]' '["a\u001b[2J","plain",false,null,"b","unsupported",false,null,"c","argon2id",true,[1,2]]'
user list --json -> 0, json '.[0] | keys_unsorted' '["username","password","disabled","machines"]'
END
  write_users "[{\"username\":\"long\",\"password\":\"$(printf 'p%.0s' {1..1100})\",\"machines\":[1]},{\"username\":\"b\",\"password\":\"p\"}]"
  rows <<'END'
user show long --json -> 0, json '[.[][]]' '["long","too long",false,[1]]'
user list --json      -> 0, json 'map(.username)' '["long","b"]'
END
}

@test "nothing that cannot be seen is printed as it is: names that turn the direction of writing" {
  write_users '[{"username":"a\u202Ecod.exe","password":"p"},{"username":"b\u200b\u00ad\udb40\udc41","password":"p"},{"username":"Jürgen 中文","password":"p"}]'
  rows <<'END'
user list              -> 0 *a\\u{202e}cod.exe *b\\u{200b}\\xad\\u{e0041}*Jürgen 中文*
user list --json       -> 0 *"a\\u202ecod.exe"*"b\\u200b\\u00ad\\udb40\\udc41"*"Jürgen 中文"*
user list --json       -> 0, [[ $(jq -r '.[1].username' <<<"$output") == $'b\u200b\u00ad\U000e0041' ]]
user show $'x\u202ey'  -> 1 *x\\u{202e}y*
user show $'x\xffy\e'  -> 1 *x\\xffy\\x1b*
END
}

@test "user list, bans and check know a user whose record is deep, as the service does" {
  local _
  write_users "$(printf '[{"username":"deep","password":"p","x":%s%s}]' "$(printf '[%.0s' {1..400})" "$(printf ']%.0s' {1..400})")"
  can_log_in deep p 200
  for _ in {1..10}; do can_log_in deep wrong 401; done
  rows <<'END'
user list -> 0 *deep*
bans      -> 0 *deep*
END
  ctl check
  [[ $output != *'too deep'* ]]
}

@test "what stdout does not take is an error, and no secret is lost" {
  write_users '[{"username":"u","password":"p"}]'
  local command before
  before=$(<"$users")
  for command in 'token add u t' 'user add w --random' 'user passwd u --random' 'hash --random' 'verify u' help --version \
    'machine list' 'machine set 100 cpus=3 --dry-run' 'user list' check 'export csv'; do
    # shellcheck disable=SC2086  # the words of a command
    run -3 --separate-stderr bash -c 'exec "$@" <<<p >/dev/full' _ "$SSACTL" --data "$DATA_DIR" $command
    [[ $stderr == *'cannot write to stdout' && $(<"$users") == "$before" ]]
  done
}

@test "token add, list, remove: a token works at once, only its digest is stored, and no other byte changes" {
  local token before='[ {"username":"u","password":"p" ,"x": 1.10},
	{"username":"v","password":"p","tokens": [ ]}]'
  echo "$before" >"$users"
  ctl token add u ci --days 30 --machines 100 200
  token=$output
  [[ $token =~ ^ssa_[A-Za-z0-9_-]{43}$ && $(<"$users") != *"$token"* && $(<"$users") == *', "tokens": [{"name": "ci", "digest": "'* ]]
  cgi GET info '' HTTP_AUTHORIZATION="Bearer $token"
  expect_json '[.data[].id] == [100,200]'
  ctl token add v none --machines none
  cgi GET info '' HTTP_X_AUTH_TOKEN="$output"
  expect_json '.data == []'
  rows <<'END'
token list                           -> 0, [[ $output == *'u '*'ci '*T*Z*'[100, 200]'*'v '*'none '*'-'*'[]'* && $output != *ssa_* ]]
token list v --json                  -> 0, json . '[{"username":"v","token":"none","expires":null,"machines":[]}]'
token add u one --machines 7 100     -> 0, [[ $stderr == *'note: no machine has the id 7' ]]
token remove u one                   -> 0
token add u ci | token add nobody a  -> 1
token add u a:b | token add u a 100 | token add u a --days 0 | token add u a --days 1.5 -> 2
token add u a --machines 01 | token add u a --machines 1,,2                             -> 2
token remove u ci                    -> 0
token remove u ci                    -> 1
token remove v none                  -> 0, [[ $(<"$users") == "${before/,\"tokens\": \[ \]/}" ]]
END
  can_read "$token" 401
  # The other tokens stay as they are written.
  write_users $'[{"username":"u","password":"p","tokens":[\n {"name" : "a"},\n {"name":"b" }\n]}]'
  before=$(<"$users")
  rows <<'END'
token add u c    -> 0, [[ $(<"$users") == *$'{"name" : "a"},\n {"name":"b" },\n {"name": "c", '*$'"}\n]}]' ]]
token remove u c -> 0, [[ $(<"$users") == "$before" ]]
END
  write_users '[{"username":"u","password":"p","tokens":[{"name":"a"}]}]'
  rows <<'END'
token list -> 0, [[ $stderr == *'a token of "u" is void: its name or its digest is missing'* ]]
check      -> 1, [[ $output == *tokens*'its name or its digest is missing'* ]]
END
}

# --- the file -------------------------------------------------------------------------------------

@test "an edit of a file that is broken, missing or closed changes nothing; it follows a symbolic link" {
  mv "$users" "$DATA_DIR/real.json"
  ln -s real.json "$users"
  ctl user grant user1 100
  done_with 0
  [[ -L $users && $(jq -c '.[0].machines' "$users") == '[100]' ]]
  rm "$users"
  # Another hard link keeps the old version, which is said.
  ln "$DATA_DIR/real.json" "$users"
  ctl user grant user1 200
  [[ $status == 0 && $stderr == *"note: $users had another hard link, which keeps the old version" ]]
  json '.[0].machines' '[100]' "$DATA_DIR/real.json"
  rm "$users"
  echo '[{' >"$users"
  rows <<'END'
user add a <<<x -> 3 *not JSON at line 2*nothing was changed
END
  rm "$users"
  ctl user add a <<<x
  done_with 3
  [ ! -e "$users" ]
}

# bats test_tags=long
@test "edits at the same time are all done, also one that waits for its password meanwhile" {
  local i pids=()
  mkfifo "$BATS_TEST_TMPDIR/typed"
  ctl user add parallel0 <"$BATS_TEST_TMPDIR/typed" &
  pids=($!)
  exec 9>"$BATS_TEST_TMPDIR/typed"
  for i in {1..8}; do
    ctl user add "parallel$i" <<<x &
    pids+=($!)
  done
  wait "${pids[@]:1}"
  echo secret >&9
  exec 9>&-
  wait "${pids[0]}"
  json '[.[].username | select(startswith("parallel"))] | sort' '["parallel0","parallel1","parallel2","parallel3","parallel4","parallel5","parallel6","parallel7","parallel8"]' "$users"
}

# bats test_tags=long
@test "killed, failing or interrupted at any call, an edit leaves the old file or the new one whole" {
  local kind
  for kind in kill error memory short signal; do
    fresh
    at_any_call $kind "$users" user grant user1 100
  done
}

# --- check and status -----------------------------------------------------------------------------

@test "check: each fault with file, line, record and field" {
  cat >"$users" <<END
[
  {"username": "a", "password": "$HASH"},
  {"username": "b"},
  {"username": "a", "password": "\$1\$x\$y"},
  7
]
END
  local machine='"cpus": 1, "mem": 1, "status": "s", "GPU": "g", "ip": "i"}'
  write_machines "[{\"id\": 1, $machine, {\"id\": 1.0, $machine, {\"id\": \"2\"}]"
  chmod 644 "$users"
  places() { # WANTED...: those that `check --json` names
    local wanted
    for wanted; do jq -e "any([.where, .line, .record, .field] == $wanted)" <<<"$output" >/dev/null || { echo "$wanted" && said; }; done
  }
  rows <<'END'
check --json -> 1, places '["users.json",null,null,null]' '["users.json",3,1,"password"]' '["users.json",4,2,"username"]' '["users.json",4,2,"password"]'
check --json -> 1, places '["users.json",5,3,null]' '["machines.json",1,1,"id"]' '["machines.json",1,2,"id"]'
check        -> 1, [[ $output == *users.json*4*2*password*'a hash of an unsupported method'* ]]
REDIS_URL=unix:///nowhere check --json -> 1, json 'any(.where == "Redis")' true
END
  chmod 662 "$users" "$machines"
  ctl check --json
  json 'map(select(.fault | test("may (read|write) it")) | .where)' '["users.json","machines.json"]'
  echo '[' >"$users"
  ctl check --json
  json 'any(.where == "users.json" and (.fault | startswith("invalid: not JSON at line 2")))' true
}

@test "check: a good service has no fault, and plain text is a note" {
  needs_single "the engine has no replicas"
  write_users '[{"username":"a","password":"'"$HASH"'"}]'
  chmod 640 "$users"
  ctl check
  done_with 0
  [ -z "$output" ]
  write_users '[{"username":"a","password":"x"}]'
  chmod 640 "$users"
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
  write_users '[{"username": "a ", "password": "$1$x$y", "machines": [100, "100", 7]}, {"username": 1, "Disabled": true},
    {"username": "cut", "password": "$argon2id$v=19$m=19456,t=2,p=1$c29tZS1zYWx0"}]'
  write_machines '[{"id": 100, "Cpus": 1, "status": 1, "GPU": "g", "ip": "i"},
    {"id": 100, "cpus": 1, "mem": 1, "status": "s", "Status": "t", "statue": 1, "GPU": "g", "ip": " i"}]'
  ctl SSA_DELAY=1s SSA_MODES=scgi check --json
  done_with 1
  local field fault near='another member has nearly this name'
  while IFS='|' read -r field fault; do
    jq -e --arg f "$field" --arg w "$fault" 'any(.field == $f and .fault == $w)' <<<"$output" >/dev/null || { echo "not named: $field|$fault" && said; }
  done <<END
username|note: it begins or ends with a space
password|a hash of an unsupported method
machines|an id must be a number: "100"
machines|no machine has the id 7
username|of the wrong type
password|missing
disabled|misspelt: a member has nearly this name
cpus|missing, but a member has nearly this name
mem|missing
status|of the wrong type
ip|note: it begins or ends with a space
status|note: $near
SSA_MODES|no setting; the nearest one is SSA_MODE
END
  json "[any(.record == 2 and .fault == \"a hash of an unsupported method\"), any(.where == \"settings\" and .field == \"SSA_DELAY\"),
    ([.[] | select(.fault == \"note: $near\")] | length)]" '[true,true,1]'
}

@test "status: as the service says it" {
  ctl status --json
  json 'map([.part, .state])' '[["redis","OK"],["users","OK"],["machines","OK"],["hashing","OK"]]'
  rm "$machines"
  ctl REDIS_URL=unix:///nowhere status --json
  done_with 1
  json 'map(.state == "OK")' '[false,true,false,true]'
}

# --- which settings, which Redis, which data ------------------------------------------------------

@test "only the settings that a command uses matter to it; a wrong one is named" {
  rows <<'END'
SSA_DELAY=1s export csv          -> 0
REDIS_URL=nonsense user list     -> 0
SSA_LOGIN_LIMITS=x sessions      -> 0
REDIS_URL=nonsense sessions      -> 2 REDIS_URL: it must begin with *
REDIS_URL=nonsense status        -> 2 REDIS_URL: *
SSA_LOGIN_LIMITS=x bans          -> 2 SSA_LOGIN_LIMITS: *
END
}

# Without REDIS_URL it is the Redis of `make run`, whose folder is beside that of the data.
@test "which Redis: that of the service whose data it edits, and stderr says which" {
  local service=$BATS_TEST_TMPDIR/service sock=$BATS_FILE_TMPDIR/redis.sock run=$BATS_TEST_TMPDIR/run
  mkdir -p "$service"/{data,run} "$run"
  cp "$users" "$machines" "$service/data"
  ln -s "$sock" "$service/run/redis.sock"
  ln -s "$sock" "$run/redis.sock"
  asked() { [[ $(<"$BATS_TEST_TMPDIR/stderr") == "ssactl: Redis: $1"* && $(<"$BATS_TEST_TMPDIR/stderr") != *s3cret* ]]; }
  rows <<'END'
sessions                                                       -> 0, asked "$sock"
REDIS_URL= sessions --data "$service/data"                     -> 0, asked "$service/data/../run/redis.sock"
REDIS_URL= SSA_RUN_DIR="$run" sessions --data="$service/data"  -> 0, asked "$run/redis.sock"
REDIS_URL=redis://user:s3cret@127.0.0.1:1/3 sessions           -> 3, asked '127.0.0.1:1, database 3'
END
}

# A static program needs nothing of /etc, so the test can have its own.
@test "which Redis: that of the settings of the installed service" {
  unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
  local root=$BATS_TEST_TMPDIR/root
  mkdir -p "$root/sbin"
  cp "$SSACTL" "$root/sbin/ssactl"
  run -0 --separate-stderr unshare -m bash -c '
    mount -t tmpfs none /etc && mkdir -p /etc/simpleserverapi /etc/default && cp "$2"/*.json /etc/simpleserverapi &&
      printf "REDIS_URL=redis://127.0.0.1:1\n# %s\nREDIS_URL=\"unix://%s\"\nSSA_REDIS_WAIT=0\n" comment "$3" >/etc/default/simpleserverapi &&
      cd / && exec env -i "$1" sessions' - "$root/sbin/ssactl" "$DATA_DIR" "$BATS_FILE_TMPDIR/redis.sock"
  [ "$stderr" = "ssactl: Redis: $BATS_FILE_TMPDIR/redis.sock" ]
}

@test "the data: --data comes before SSA_DATA_DIR; without both, where a checkout, make install or the package has them" {
  local place prefix=$BATS_TEST_TMPDIR/prefix elsewhere=$BATS_TEST_TMPDIR/elsewhere
  mkdir -p "$prefix/sbin" "$elsewhere/data"
  echo '[{"username":"elsewhere","password":"x"}]' >"$elsewhere/users.json"
  ctl --data "$elsewhere" user list --json
  json '.[].username' '"elsewhere"'
  needs_native "the program is in another folder"
  cp "$SSACTL" "$prefix/sbin/ssactl"
  for place in "$prefix/data" "$prefix/lib/simpleserverapi/data" "$elsewhere/data"; do
    # The package's folder comes before `data`, and exists where the package is installed.
    [[ $place != "$elsewhere/data" || ! -e /etc/simpleserverapi ]] || continue
    mkdir -p "$place"
    cp "$elsewhere/users.json" "$place"
    [[ $(env -C "$elsewhere" -i "$prefix/sbin/ssactl" user list --json) == *'"elsewhere"'* ]]
    rm -r "$place"
  done
}

# --- usage ----------------------------------------------------------------------------------------

@test "usage: help, --version, and what was probably meant; nothing is done" {
  rows <<'END'
--version                  -> 0, [[ $output == "ssactl $(<"$ROOT/VERSION")" ]]
--help                     -> 0 usage: ssactl*
help                       -> 0 *user grant*
help user add              -> 0, [[ $output == *'user add [--random] NAME'* && $output != *grant* ]]
user lst                   -> 2 no such command: user lst*user list
usr list                   -> 2 no such command: usr list*user list
chekc                      -> 2 no such command: chekc*check
sesions                    -> 2 no such command: sesions*sessions
user                       -> 2 no such command: user*
export csv --jsno          -> 2 no such option: --jsno; the nearest is: --json
user add                   -> 2, [[ $stderr == 'usage: ssactl user add [--random] NAME' ]]
user list --json=1         -> 2 --json takes no value
nothing | --no-such | --data | verify | check x | export nothing | revoke | revoke user1 --all -> 2
sessions --json --json | user add a b | user list --random | user grant a                      -> 2
unban                      -> 2 name a user, a user and an address, or --address ADDRESS
unban user1 999.1.1.1 | unban --address 1.2.3 | unban --address 1.2.3.4/24 | bans --address a.net -> 2 not an IPv4 or IPv6 address: *
unban --address 2001:db8:: -> 1
sessions usr1 | bans usr1 | revoke usr1 -> 0, [[ $stderr == *'note: there is no user "usr1"'* ]]
unban usr1                 -> 1, [[ $stderr == *'note: there is no user "usr1"'* ]]
END
  ctl
  done_with 2
}

# --- sessions and bans ----------------------------------------------------------------------------

@test "sessions and revoke: of one user, of all" {
  local _
  for _ in 1 2 3; do session; done
  can_log_in hashed 'correct horse' 200
  rows <<'END'
sessions --json  -> 0, json 'map(.username) | sort' '["hashed","user1","user1","user1"]'
sessions --json  -> 0, json 'all(.ticket | test("^[A-Za-z0-9_-]{8}$"))' true
sessions         -> 0, [[ $output != *"$ticket"* ]]
sessions hashed  -> 0, [[ $output == username*$'\n'hashed* && $(wc -l <<<"$output") == 2 ]]
revoke user1     -> 0, can_read "$ticket" 401
sessions --json  -> 0, json 'map(.username)' '["hashed"]'
revoke --all     -> 0, [[ -z $(redis_says keys 'ssa:{*}:ticket:*') ]]
END
}

# bats test_tags=long
@test "sessions: a thousand, page by page" {
  local i value='{"username":"u%d","login":"%016d","fingerprint":"%043d","expires":4000000000,"renewable_until":4000000000}'
  # shellcheck disable=SC2059  # a format
  for i in {1..1000}; do printf "SET ssa:{AAA}:ticket:%043d '$value'\n" "$i" "$i" 0 0; done | redis >/dev/null
  ctl sessions --json
  json 'map(.username) | unique | length' 1000
}

# bats test_tags=long
@test "bans and unban: a user from one address, a user, an address" {
  local i ENVIRONMENT=(SSA_LOGIN_LIMITS=3/600,100/3600,0)
  fail() {
    for i in 1 2 3; do can_log_in user1 wrong 401; done
    can_log_in user1 "$PASSWORD" 429
  }
  fail
  rows <<'END'
bans --json            -> 0, json 'map([.username, .limit, .failures, .seconds_left > 500])' '[["user1","user and address",3,true]]'
unban user1            -> 0, can_log_in user1 "$PASSWORD" 200
bans                   -> 0 username  limit  failures  seconds_left
bans                   -> 0, fail
unban user1 192.0.2.9  -> 1, [[ $stderr == *'no failures were counted' ]] && can_log_in user1 "$PASSWORD" 429
bans --json            -> 0, json 'map(.limit)' '["user and address"]'
unban user1 192.0.2.1  -> 0, can_log_in user1 "$PASSWORD" 200
unban user1            -> 1 no failures were counted; one address may still be refused: name it
END
  # Without a limit of a user, nothing leads from a user to the addresses.
  redis flushall >/dev/null
  ENVIRONMENT=(SSA_LOGIN_LIMITS=3/600,0,0)
  fail
  rows <<'END'
bans | bans user1      -> 0, [[ $stderr == *'note: SSA_LOGIN_LIMITS has no limit of a user: '*' are not listed'* ]]
unban user1            -> 2 SSA_LOGIN_LIMITS has no limit of a user: name the address, too
unban user1 192.0.2.1  -> 0, can_log_in user1 "$PASSWORD" 200
END
  # The limit of an address, for all users.
  redis flushall >/dev/null
  ENVIRONMENT=(SSA_LOGIN_LIMITS=0,0,5/60)
  for i in {1..5}; do can_log_in "nobody$i" wrong 401; done
  can_log_in user1 "$PASSWORD" 429
  rows <<'END'
bans --address 192.0.2.1 --json  -> 0, json 'map([.address, .limit, .failures])' '[["192.0.2.1","address",5]]'
unban --address 192.0.2.1        -> 0, can_log_in user1 "$PASSWORD" 200
END
  # The login that passed took itself back, so there is nothing to forget.
  ctl unban --address 192.0.2.1
  done_with 1
}

# --- export ---------------------------------------------------------------------------------------

@test "export: each format, read by another program" {
  read_csv() { python3 -c 'import csv, sys; rows = list(csv.reader(sys.stdin)); assert rows[0][0] == "id" and len({len(r) for r in rows}) == 1' <<<"$output"; }
  rows <<'END'
export csv     -> 0, read_csv
export file_sd -> 0, json 'all(.targets | length == 1) and length > 0' true
export metrics -> 0 # TYPE ssa_machine_cpus gauge*
END
  ctl export ssh
  printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/ssh_config"
  if command -v ssh >/dev/null; then ssh -F "$BATS_TEST_TMPDIR/ssh_config" -G "$(awk '/^Host/{print $2; exit}' <<<"$output")" | grep -q '^hostname 1'; fi
}

@test "export: two statuses of one group, equal machines, GPU "none", formulas" {
  python3 - "$machines" <<'END'
import json, sys
def machine(id, status="in use", gpu="g", **more): return {"id": id, "cpus": 1, "mem": 1, "status": status, "GPU": gpu, "ip": "192.0.2.1", "name": f"m{id}"} | more
formulas = ["=1+1", "x;=1+1", "x\n=1+1", "\n", "\t", "＝1+1", " ＋1", "－1", "＠x", "a;@b", "a|-b", "-1", "fine", "a+b", "x=1"]
json.dump([machine(1), machine(2, "in_use", "none"), machine(3, "in use", "None", gpus=4), machine(1), machine(5, gpu=""), machine(6, name="m2"), machine(7, cpus=7)]
          + [machine(100 + i, text) for i, text in enumerate(formulas)] + [machine(i, f"s{i}") for i in range(1000, 21000)], open(sys.argv[1], "w"))
END
  sed -i 's/"cpus": 7/"cpus": 1e999/' "$machines"
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
  ctl machine import --from csv "$BATS_TEST_TMPDIR/csv" # takes each ' away again
  [[ $output == '0 changed, 0 added, 0 removed, 2 skipped' ]] || said
  write_machines '[{"id":1,"cpus":1,"mem":1,"status":"s","GPU":"g","ip":"i","gpus":"8"},{"id":2,"cpus":1,"mem":1,"status":"s","GPU":"g","ip":"i","gpus":[1]},
    {"id":3,"cpus":1,"mem":1,"status":"s","GPU":"g","ip":"i","name":7}]'
  rows <<'END'
export metrics -> 0, [[ $output == *'ssa_machine_gpus{id="1",'*'} 8' && $stderr == *'record 1 of machines.json: its gpus is not a number'*'record 2 of machines.json: its name is not a text' ]]
export ansible -> 0, [[ $output == *$'\n1 '*$'\n2 '* && $stderr == *'record 2 of machines.json: its name is not a text' ]]
END
}

@test "export: a strange name cannot inject a line" {
  local format size='"cpus":1,"mem":1'
  write_machines '[{"id":1,"name":"a\nHost *\n  ProxyCommand evil",'"$size"',"status":"s\n[all]","GPU":"g\"}\n","ip":"192.0.2.7"},
    {"id":2,"name":"good",'"$size"',"status":"ok","GPU":"","ip":"192.0.2.8\nx"},{"id":3,"name":"-oops",'"$size"',"status":"=1+1","GPU":"","ip":"::1"}]'
  for format in ansible ssh; do
    ctl export $format
    [[ $status == 0 && $output != *evil* && $output != *'Host *'* && $output != *$'\nx'* && $output != *oops* ]]
    [ "$(grep -c 'left out: record' <<<"$stderr")" -ge 3 ]
  done
  ctl export file_sd
  # Prometheus would scrape itself for the target ":9100".
  json 'map(.targets[0])' '["192.0.2.7:9100","[::1]:9100"]'
  [[ $stderr == *'record 1 of machines.json: its ip is not an address'* ]]
  ctl export metrics
  [[ $(grep -c '^ssa_machine_cpus{' <<<"$output") == 3 && $(wc -l <<<"$output") == 12 && $output == *'gpu="g\"}\n"'* ]]
  ctl export csv
  [[ $output == *"'=1+1"* ]]
  # A long text is not cut.
  write_machines "$(printf '[{"id":1,"name":"%0300d",%s,"status":"s","GPU":"g","ip":"192.0.2.7"}]' 0 "$size")"
  for format in ansible ssh file_sd csv metrics; do
    ctl export $format
    [[ $output == *"$(printf '%0300d' 0)"* && -z $stderr ]]
  done
}

# --- at a terminal --------------------------------------------------------------------------------

# bats test_tags=load
@test "at a terminal: the prompt is on stderr, without echo, and asks twice for a new password" {
  python3 - "$SSACTL" "$DATA_DIR" "$PASSWORD" <<'END'
import os, pty, re, signal, subprocess, sys
def run(arguments, typed):
    out, into = os.pipe()
    pid, terminal = pty.fork()
    if pid == 0: # when the leader of a session ends, what its terminal holds may be lost, so it stays
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        code = subprocess.call([sys.argv[1], *arguments], stdout=into, env={"SSA_DATA_DIR": sys.argv[2], "REDIS_URL": "unix:///nowhere"},
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        os.write(2, b"ended with %d." % code)
        signal.pause()
    os.close(into)
    seen = b""
    for prompt, text in typed:
        while not seen.endswith(prompt):
            seen += os.read(terminal, 100)
        os.write(terminal, text)
    while not (end := re.search(rb"ended with (.*)\.$", seen)):
        seen += os.read(terminal, 100)
    os.close(terminal) # SIGHUP
    os.waitpid(pid, 0)
    return int(end[1]), os.read(out, 1000), seen
code, out, seen = run(["hash"], [(b"Password: ", b"secret\n"), (b"Again: ", b"secret\n")])
assert code == 0 and out.startswith(b"$argon2id$") and b"secret" not in seen, (code, out, seen)
code, out, seen = run(["hash"], [(b"Password: ", b"secret\n"), (b"Again: ", b"other\n")])
assert code == 3 and out == b"" and b"differ" in seen, (code, out, seen)
code, out, seen = run(["verify", "user1"], [(b"Password: ", sys.argv[3].encode() + b"\n")])
assert code == 0 and out == b"right\n", (code, out, seen)
code, out, seen = run(["hash"], [(b"Password: ", b"\x03")])
assert code == -2, (code, out, seen)
END
}

# The commands, as --help lists them: "user add", "check"…
commands() { "$SSACTL" --help | sed -nE 's/^  (((user|machine) )?[a-z]+) .*/\1/p'; }

@test "the help, the man page and bash's completion have every command and option" {
  local page=$ROOT/man/ssactl.8 command words text='' count=0
  # shellcheck source=/dev/null
  source "$ROOT/completions/ssactl"
  ssactl() { SSA_DATA_DIR=$DATA_DIR REDIS_URL=$REDIS_URL "$SSACTL" "$@"; }
  complete_word() { # WORD...: sets COMPREPLY as bash does for the last word
    COMP_WORDS=(ssactl "$@") COMP_CWORD=$# COMPREPLY=()
    _ssactl
  }
  if command -v mandoc >/dev/null; then
    run -0 mandoc -T lint "$page"
    [ -z "$output" ]
    text=$(mandoc -T ascii "$page" | sed 's/.\x08//g')
    for words in --data --json --random --all --address --help; do [[ $text == *"$words"* ]]; done
  fi
  while read -r command; do
    read -ra words <<<"$command"
    complete_word "${words[@]}"
    ctl "${words[@]}" --help
    [[ " ${COMPREPLY[*]} " == *" ${words[-1]} "* && $status == 0 && $output == *"  $command"* ]] || { echo "$command" && said; }
    [[ -z $text ]] || grep -qE "^ +([a-z, ]*, )?${command}( |,|$)" <<<"$text" || { echo "the man page does not describe: $command" && return 1; }
    ((count += 1))
  done < <(commands)
  ((count >= 17))
  local typed wanted
  while IFS='|' read -r typed wanted; do
    read -ra words <<<"$typed"
    complete_word "${words[@]}"
    [[ ${COMPREPLY[*]} == "$wanted" ]] || { echo "$typed: ${COMPREPLY[*]}" && return 1; }
  done <<END
ch                           |check
user disable use             |user1 user@1
--data $DATA_DIR verify use  |user1 user@1
export f                     |file_sd
revoke --                    |--all
user grant user1 a           |all
END
}
