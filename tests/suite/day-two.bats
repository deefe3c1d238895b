# Day two: the test takes the blocks that follow "<!-- snippet: NAME -->" in docs/day-two.md, and
# runs them on a real log and a real Redis.
load helpers
load snippets
load journal

setup_file() {
  mkdir "$BATS_FILE_TMPDIR/redis"
  start_it
  fresh
  export SSA_MODE=scgi SSA_WORKERS=2
}

teardown_file() { stop_servers; }

# start_it: starts Redis as documented, in another folder, because a restore replaces what is in it.
start_it() { start_redis --appendonly yes --dir "$BATS_FILE_TMPDIR/redis"; }

setup() {
  [[ -e $BATS_FILE_TMPDIR/redis.pid ]] || start_it
  fresh
  log=$BATS_TEST_TMPDIR/ssa.log
}

teardown() {
  stop_lighttpd
  stop_started
}

# snippet NAME: prints this block, with the files of the test in place of those of the
# documentation.
snippet() {
  snippet_of day-two.md "$1" | sed "s|/var/log/ssa.log|$log|g; s|/var/lib/redis|$BATS_FILE_TMPDIR/redis|g
    s|/var/backups|$BATS_TEST_TMPDIR|g; s|127\.0\.0\.1:8000|127.0.0.1:${port-}|g"
}

# --- the journal ----------------------------------------------------------------------------------

# bats test_tags=long
@test "the documented commands find faults, a user and failed logins in the journal" {
  failed 192.0.2.1 user1
  failed 192.0.2.1 user1
  failed 2001:db8::1 nobody
  failed 192.0.2.9 'x; authentication failure; rhost=198.51.100.7 user' wrong REDIS_URL=unix:///nowhere
  failed 192.0.2.8 user1 "$PASSWORD"
  write_machines '['
  cgi GET status
  keep
  to_journal <"$log"
  run -0 eval "$(snippet journal)"
  # Two answers of 503, and what is wrong with the file; three lines of the user; the list.
  [[ $(grep -c ': fault; ' <<<"$output") == 2 && $(grep -c ': data file fault; ' <<<"$output") == 1 ]]
  [[ $(grep -c ' user="user1" ' <<<"$output") == 3 ]]
  [[ $(tail -n 2 <<<"$output" | sed 's/^ *//') == $'2 192.0.2.1\n1 2001:db8::1' ]]
}

# --- a file and logrotate -------------------------------------------------------------------------

@test "logrotate, as documented: no line is lost to an old file, and the new one begins at its beginning" {
  needs logrotate
  (umask 022 && snippet logrotate >"$BATS_TEST_TMPDIR/logrotate.conf")
  # lighttpd writes to a file that is opened for appending, as with StandardError=append:
  cat >"$BATS_TEST_TMPDIR/lighttpd" <<END
#!/bin/sh
exec "$(PATH=$PATH:/usr/sbin type -P lighttpd)" "\$@" 2>>"$log"
END
  chmod 755 "$BATS_TEST_TMPDIR/lighttpd"
  PATH=$BATS_TEST_TMPDIR:$PATH start_lighttpd
  login user1 wrong
  expect 401
  run -0 logrotate -d "$BATS_TEST_TMPDIR/logrotate.conf"
  [[ $output != *error* ]]
  run -0 logrotate -s "$BATS_TEST_TMPDIR/state" -f "$BATS_TEST_TMPDIR/logrotate.conf"
  [ -z "$output" ]
  login nobody wrong
  expect 401
  grep -q 'server started' "$log.1"
  [[ $(grep -c 'authentication failure' "$log.1") == 1 && $(grep -c 'authentication failure' "$log") == 1 ]]
  # Without appending, the file would begin with NUL bytes.
  [[ $(head -c 4 "$log") == "$(date -u +%Y)" ]]
  # The log of spawn-fcgi is in a folder of its user.
  if [[ $(id -u) == 0 ]]; then
    install -d -m 750 -o www-data -g www-data "$BATS_TEST_TMPDIR/ssa"
    open_folders
    install -o www-data -g www-data "$log" "$BATS_TEST_TMPDIR/ssa/log"
    (umask 022 && snippet logrotate | sed "s|^$log|$BATS_TEST_TMPDIR/ssa/log|; s|^ *copytruncate|&\n su www-data www-data|" \
      >"$BATS_TEST_TMPDIR/2.conf")
    logrotate -s "$BATS_TEST_TMPDIR/state2" -f "$BATS_TEST_TMPDIR/2.conf"
    [[ -s $BATS_TEST_TMPDIR/ssa/log.1 && ! -s $BATS_TEST_TMPDIR/ssa/log ]]
  fi
}

# bats test_tags=long
@test "systemd accepts the documented drop-in and its unit" {
  needs systemd-analyze
  DEST=$BATS_TEST_TMPDIR/dest
  make_install
  mkdir "$BATS_TEST_TMPDIR/ssa.service.d"
  sed "s|/usr/local/lib/simpleserverapi|$DEST&|" "$DEST/usr/local/lib/systemd/system/ssa.service" >"$BATS_TEST_TMPDIR/ssa.service"
  snippet log.conf >"$BATS_TEST_TMPDIR/ssa.service.d/log.conf"
  eval "$(snippet log-file)"
  [ "$(stat -c %a "$log")" = 600 ]
  cd "$BATS_TEST_TMPDIR"
  run -0 systemd-analyze verify ./ssa.service
  [ -z "$output" ]
}

# --- Redis ----------------------------------------------------------------------------------------

# Redis's tools and systemd, as the blocks call them.
redis-cli() { command redis-cli -s "$BATS_FILE_TMPDIR/redis.sock" "$@"; }
systemctl() {
  case $* in
  'stop redis-server') stop_redis ;;
  'start redis-server')
    # Its group can read all of it, whatever the umask is.
    [[ -z $(find "$BATS_FILE_TMPDIR/redis/appendonlydir" ! -perm -g+r) ]] || return
    start_it
    ;;
  'show -p MainPID --value ssa') lighttpd_pid ;;
  *) return 1 ;;
  esac
}

# is TICKET STATUS: who am I?
is() {
  cgi GET ticket '' HTTP_X_AUTH_TOKEN="$1"
  expect "$2"
}

# bats test_tags=long
@test "backup and restore, as documented: what is lost, and what comes back to life" {
  local stays ended late short gone left restore
  needs redis-check-rdb
  session && stays=$ticket
  session && ended=$ticket
  session user1 "$PASSWORD" SSA_TICKET_TTL=1 && short=$ticket
  session hashed 'correct horse' && gone=$ticket
  run -0 eval "$(snippet backup)"
  [[ $output == *'RDB looks OK'* && $(stat -c %a "$BATS_TEST_TMPDIR/ssa.rdb") == 600 ]]
  # Neither tickets nor passwords are in it.
  ! grep -aqF -e "$stays" -e "$PASSWORD" "$BATS_TEST_TMPDIR/ssa.rdb" || return 1
  cgi DELETE ticket '' HTTP_X_AUTH_TOKEN="$ended"
  expect 204
  is "$ended" 401
  session && late=$ticket
  wait_until 5 $$ is "$short" 401
  write_users "$(jq -c 'map(select(.username != "hashed"))' "$DATA_DIR/users.json")"
  left=$(redis_says pttl "$(ticket_key "$stays")")
  # Only root may give files to the user redis.
  restore=$(snippet restore | sed 's/-o redis -g redis //')
  umask 077
  eval "set -e; $restore"
  is "$stays" 200
  is "$ended" 200 # a logout after the backup is lost
  is "$late" 401
  is "$short" 401 # its time is over
  is "$gone" 401  # users.json decides
  # The TTL goes on; it does not begin again. (Another ticket may have been made a second later.)
  (($(redis_says pttl "$(ticket_key "$stays")") <= left))
  # Redis goes on with the restored file: what happens now is there after another restart.
  session
  stop_redis
  start_it
  is "$ticket" 200
  is "$stays" 200
}

# ssactl, as it is where it is installed.
ssactl() { REDIS_URL=$REDIS_URL SSA_REDIS_WAIT='' "${CGI_BIN%cgi-bin}sbin/ssactl" --data "$DATA_DIR" "$@"; }

# bats test_tags=long
@test "all sessions are ended by the documented command, and logins go on" {
  needs_single 'it sets a user of one Redis'
  local first
  run -0 eval "$(snippet end-sessions)" # there are none
  session && first=$ticket
  session hashed 'correct horse'
  run -0 eval "$(snippet end-sessions)"
  is "$first" 401
  is "$ticket" 401
  session
  is "$ticket" 200
  # The documented Redis user needs one more right.
  set -f
  redis $(snippet_of operating.md acl)
  set +f
  REDIS_URL=unix://ssa:a-long-random-password@$BATS_FILE_TMPDIR/redis.sock run -3 eval "$(snippet end-sessions)"
  [[ $output == *'NOPERM to SCAN'* ]]
  eval "$(snippet scan)"
  REDIS_URL=unix://ssa:a-long-random-password@$BATS_FILE_TMPDIR/redis.sock run -0 eval "$(snippet end-sessions)"
  is "$ticket" 401
}

@test "the documented commands for an emergency do not fail in silence when Redis wants a password" {
  needs_single "one Redis has the counters"
  local forget redis_cli
  forget=$(sed -nE "s/.*all counters, in a cluster on each node: \`([^\`]*)\`.*/\1/p" "$ROOT/docs/messages.md" | sed 's/\\|/|/g')
  [[ $forget == *redis-cli*unlink ]]
  # redis-cli is started by xargs, too.
  mkdir "$BATS_TEST_TMPDIR/bin"
  redis_cli=$(type -P redis-cli || type -P valkey-cli)
  printf '#!/bin/sh\nexec %s -s "%s" "$@"\n' "$redis_cli" "$BATS_FILE_TMPDIR/redis.sock" >"$BATS_TEST_TMPDIR/bin/redis-cli"
  chmod 755 "$BATS_TEST_TMPDIR/bin/redis-cli"
  session
  redis config set requirepass s3cret >/dev/null
  PATH=$BATS_TEST_TMPDIR/bin:$PATH run ! bash -c "$forget"
  run ! eval "$(snippet end-sessions)"
  redis -a s3cret config set requirepass '' >/dev/null 2>&1
  session
  SSA_LOGIN_LIMITS=1/600,0,0 cgi POST ticket "$(credentials user1 x)" 'SSA_LOGIN_LIMITS=1/600,0,0'
  [ "$(redis_says --scan --pattern 'ssa:*:fail:*' | wc -l)" -gt 0 ]
  PATH=$BATS_TEST_TMPDIR/bin:$PATH run -0 bash -c "$forget"
  [ -z "$(redis_says --scan --pattern 'ssa:*:fail:*')" ]
  is "$ticket" 200
}

# --- what to watch --------------------------------------------------------------------------------

# bats test_tags=long
@test "the documented commands show the values of the table" {
  local name
  SSA_LOGIN_LIMITS=1/600,0,0 start_lighttpd_on_port
  for name in 401 429; do
    [[ $(curl -s -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' -d '{"username":"user1","password":"x"}' \
      "http://127.0.0.1:$port/api/ticket") == "$name" ]]
  done
  curl -s "http://127.0.0.1:$port/api/info"
  cp "$LOG" "$log"
  echo "$(date -u +%FT%TZ) ssa-info[1]: deadline passed" >>"$log"
  to_journal < <(grep ssa- "$log")
  # Other lighttpds may run beside this one: here "all programs of the user" are those below it.
  pgrep() {
    [[ $* != '-c -u ssa -x status|ticket|info' ]] || set -- -c -x "${@: -1}" -P "$(lighttpd_pid),$(command pgrep -d , -P "$(lighttpd_pid)")"
    command pgrep "$@"
  }
  run -0 eval "$(snippet watch)"
  grep -qE '^status: 200 after 0\.[0-9]+ s$' <<<"$output"
  grep -qF '"checks":{"redis":"'"$(redis_check)"'","users":"OK","machines":"OK","hashing":"OK"}' <<<"$output"
  for name in '1 authentication failure 401' '1 authentication failure 429' '1 refused 401' '1 deadline passed '; do
    grep -qxE " *$name" <<<"$output"
  done
  # Each value of Redis that the table names is one that this Redis has.
  for name in $(grep -oP '^\| \K`[a-z_`, ]+(?= \|)' "$ROOT/docs/day-two.md" | grep _ | tr -d '`,'); do
    grep -q "^$name:" <<<"$output"
  done
  # The processes: three keepers, and with their workers three times as many.
  [[ $(tail -n 2 <<<"$output") == 3$'\n'$((3 * (SSA_WORKERS + 1))) ]]
}
