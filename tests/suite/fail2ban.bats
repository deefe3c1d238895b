# fail2ban: the filter and the jail of examples/fail2ban, on lines that the programs really write.
# bats file_tags=long
load helpers
load snippets
load journal

setup_file() { start_redis; }
teardown_file() { stop_servers; }

setup() {
  fresh
  log=$BATS_TEST_TMPDIR/ssa.log
  started=()
}

teardown() { stop_started; }

# all_events: writes a log with every kind of event. The addresses of 192.0.2.0/24 and 2001:db8::/32
# are those that must be found, all others must not be found. 198.51.100.0/24 is what clients forge.
all_events() {
  local limits=SSA_LOGIN_LIMITS=2/600,4/600,3/600 name t n=30
  cat >"$BATS_TEST_TMPDIR/names" <<'EOT'
ssa-ticket[1]: authentication failure; rhost=198.51.100.7 user="x" reason="wrong password" method="POST"
2026-01-31T09:30:00Z ssa-ticket[1]: authentication failure; rhost=198.51.100.7 user=x reason=wrong password method=
x\n2026-01-31T09:30:00Z ssa-ticket[1]: authentication failure; rhost=198.51.100.7 user="x" reason="wrong password" method="POST" status="401"
x\r\nhost lighttpd[1]: 2026-01-31T09:30:00Z ssa-ticket[1]: authentication failure; rhost=198.51.100.7 user="x" reason="wrong password" method="POST"
x" reason="wrong password" rhost=198.51.100.7 user="
rhost=198.51.100.7
\\" rhost=198.51.100.7
EOT
  # What counts.
  failed 192.0.2.1 user1
  failed 192.0.2.2 nobody
  failed 192.0.2.3 former still-known
  failed 2001:db8::4 user1
  failed ::ffff:192.0.2.5 user1
  redis flushall >/dev/null
  for name in 1 2 3; do failed 192.0.2.6 user1 wrong $limits; done # of user and address
  [[ $http == 429 ]]
  for name in 1 2 3 4; do failed 192.0.2.7 "nobody$name" wrong $limits; done # of address
  [[ $http == 429 ]]
  # Names that look like other lines, fields or addresses: only the client's own address is found.
  while IFS= read -r name; do
    failed 192.0.2.$((n++)) "$(printf '%b' "$name")"
  done <"$BATS_TEST_TMPDIR/names"
  # What does not count.
  redis flushall >/dev/null
  for t in 203.0.113.{1,2,3,4}; do failed $t hashed wrong; done
  sed -i '/ rhost=203\.0\.113\.[1-4] /d' "$log" # these are others, on their way to the limit
  failed 203.0.113.5 hashed wrong SSA_LOGIN_LIMITS=0,4/600,0
  [[ $http == 429 && $stderr == *'"too many failures of this user"'* ]]
  failed 203.0.113.6 user1 "$PASSWORD"
  t=$(jq -r .data.ticket <<<"$body")
  failed 203.0.113.6 user1 "$t"
  t=$(jq -r .data.ticket <<<"$body")
  [[ $stderr == *': renewal; '* ]]
  cgi GET info '' HTTP_X_AUTH_TOKEN="$(printf 'A%.0s' {1..43})" REMOTE_ADDR=203.0.113.7
  keep
  cgi DELETE ticket '' HTTP_X_AUTH_TOKEN="$t" REMOTE_ADDR=203.0.113.6 QUERY_STRING=all
  expect 204
  keep
  post '{' REMOTE_ADDR=203.0.113.8
  keep
  cgi $'GET ssa-ticket[1]: authentication failure; rhost=198.51.100.1' ticket '' REMOTE_ADDR=203.0.113.9
  keep
  post '{"username":"x","password":"wrong"}' REMOTE_ADDR=/run/ssa/http.sock # a client without an address
  keep
  # A late renewal, and a password that is no password, but a hash that cannot be checked.
  failed 203.0.113.10 user1 "$PASSWORD" SSA_TICKET_TTL=1 SSA_TICKET_MAX=1
  write_users '[{"username":"user1","password":"$2y$10$abcdefghijklmnopqrstuv"}]'
  failed 203.0.113.11 user1
  [[ $stderr == *'unsupported method'* ]]
  fresh_users
  # Redis is down: no name makes a fault a failure.
  while IFS= read -r name; do
    failed 203.0.113.12 "$(printf '%b' "$name")" wrong REDIS_URL=unix:///nowhere
    [[ $stderr == *': fault; '* ]]
  done <"$BATS_TEST_TMPDIR/names"
}

# expected: the addresses that the filter must find in the log of all_events, once each.
expected() {
  printf '192.0.2.%d\n' 1 2 3 5 6 7
  echo 2001:db8::4
  seq -f '192.0.2.%g' 30 $((29 + $(wc -l <"$BATS_TEST_TMPDIR/names")))
}

# found LOG: the addresses that the filter finds, once each.
found() {
  local filter=$ROOT/examples/fail2ban/filter.d/simpleserverapi.conf
  # It needs no rights, and reads nothing of this system's fail2ban.
  fail2ban-regex -c "$ROOT/examples/fail2ban" -o ip "$1" "$filter" >"$BATS_TEST_TMPDIR/found" || return 1
  LC_ALL=C sort -u "$BATS_TEST_TMPDIR/found"
}

@test "fail2ban: each failed login is found with its address, nothing else is, and no name forges one" {
  needs fail2ban-regex
  all_events
  run -0 --separate-stderr found "$log"
  diff <(expected | LC_ALL=C sort) <(echo "$output")
  # All attempts count, also those that get a 429: 3 of one address, 4 of another.
  [[ $(grep -cx 192.0.2.6 "$BATS_TEST_TMPDIR/found") == 3 && $(grep -cx 192.0.2.7 "$BATS_TEST_TMPDIR/found") == 4 ]]
}

@test "fail2ban: the same lines in the journal" {
  needs fail2ban-regex
  python3=$(sed -n '1s/^#! *//p' "$(type -P fail2ban-regex)")
  $python3 -c 'import systemd.journal' 2>/dev/null || skip "python3-systemd is not installed"
  all_events
  local unit
  for unit in ssa.service ssa@ticket.service simpleserverapi.service simpleserverapi@ticket.service; do
    to_journal $unit <"$log"
    run -0 --separate-stderr found "systemd-journal[journalfiles=$journal/test.journal]"
    diff <(expected | LC_ALL=C sort) <(echo "$output")
    # Not those that another unit has written.
    [[ $(grep -cx 192.0.2.1 "$BATS_TEST_TMPDIR/found") == 1 ]]
  done
}

@test "fail2ban: each reason of a failed login is decided, in the filter and in the table" {
  local reason counts not_counts filter=$ROOT/examples/fail2ban/filter.d/simpleserverapi.conf
  counts=$(sed -n 's/^_reason = //p' "$filter" | tr '|' '\n')
  not_counts=$(grep -oP '^# - \K.*' "$filter" | grep -oP '"\K[^",]+(?=")')
  cd "$ROOT/libcommon"
  # The reasons in the sources.
  sed -nE 's/.*(return wrong\(|why = |begin_rule\(.*, |disabled \? |RESULT_UNAUTHENTICATED, |redis_fault\(r, )"([a-z ]+)".*/\2/p' \
    auth/login.c auth/password.c store/regulation.c store/session.c |
    LC_ALL=C sort -u >"$BATS_TEST_TMPDIR/reasons"
  (($(wc -l <"$BATS_TEST_TMPDIR/reasons") >= 9))
  diff "$BATS_TEST_TMPDIR/reasons" <(printf '%s\n' "$counts" "$not_counts" | LC_ALL=C sort)
  while read -r reason; do grep -qF "| yes |" <(grep -F "\`$reason\`" "$ROOT/docs/day-two.md" | grep '^|'); done <<<"$counts"
  while read -r reason; do grep -qF "| no: " <(grep -F "\`$reason\`" "$ROOT/docs/day-two.md" | grep '^|'); done <<<"$not_counts"
}

# jail FIELD VALUE: whether fail2ban says exactly this of the jail.
jail() {
  [[ $(fail2ban-client -s "$BATS_TEST_TMPDIR/f2b.sock" status simpleserverapi 2>/dev/null | sed -n "s/.*$1:[[:space:]]*//p") == "$2" ]]
}

@test "fail2ban: the documented jail bans at its maxretry and not before, an IPv6 address too" {
  needs fail2ban-server fail2ban-client
  [[ -d /etc/fail2ban/action.d ]] || skip "no /etc/fail2ban"
  local n retry etc=$BATS_TEST_TMPDIR/fail2ban
  # The configuration of this system, with only this jail, and without actions. The log is a file.
  cp -r /etc/fail2ban "$etc"
  rm -f "$etc"/jail.d/* "$etc/jail.local"
  # shellcheck disable=SC2317  # the block calls it
  (cd "$ROOT" && fail2ban-client() { [[ $* == reload ]]; } && eval "$(snippet_of day-two.md fail2ban | sed "s|/etc/fail2ban|$etc|g")")
  fail2ban-client -c "$etc" -t # the jail as it is
  printf '[simpleserverapi]\nbackend = polling\nlogpath = %s\naction =\nignoreself = false\n' "$log" >"$etc/jail.d/test.local"
  printf '[Definition]\ndbfile = :memory:\n' >"$etc/fail2ban.local"
  retry=$(sed -n 's/^maxretry = //p' "$etc/jail.d/simpleserverapi.conf")
  : >"$log"
  failures() { # ADDRESS COUNT: programs cost time, so the line of one is repeated
    failed "$1" user1 wrong SSA_LOGIN_LIMITS=0,0,0
    for ((n = 1; n < $2; n++)); do keep; done
  }
  failures 2001:db8::1 $((retry - 1))
  failures 192.0.2.2 $((retry - 1))
  failed 192.0.2.3 user1 "$PASSWORD"
  fail2ban-server -c "$etc" -s "$BATS_TEST_TMPDIR/f2b.sock" -p "$BATS_TEST_TMPDIR/f2b.pid" -f \
    --logtarget "$BATS_TEST_TMPDIR/f2b.log" >>"$BATS_TEST_TMPDIR/f2b.log" 2>&1 3>&- &
  started+=($!)
  wait_until 20 $! jail 'Total failed' $((2 * retry - 2)) || { cat "$BATS_TEST_TMPDIR/f2b.log" && return 1; }
  jail 'Banned IP list' ''
  failed 2001:db8::1 user1
  wait_until 20 "${started[0]}" jail 'Banned IP list' 2001:db8::1
}
