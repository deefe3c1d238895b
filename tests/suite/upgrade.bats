# Upgrade and roll-back of an installed service that runs, as docs/day-two.md says: no request
# fails, and tickets stay valid.
# modes: scgi cgi
# bats file_tags=long
load helpers
load snippets

setup_file() {
  export SSA_WORKERS=2
  start_redis
}

teardown_file() { stop_servers; }

setup() {
  fresh
  DEST=$BATS_TEST_TMPDIR/dest srv=$BATS_TEST_TMPDIR/dest/usr/local/lib/simpleserverapi
  sock=$BATS_TEST_TMPDIR/http.sock
  asking=()
  install_to_srv
  cd "$srv" || return
  unset SSA_CGI_BIN
  begin curl -sf --unix-socket "$sock" http://localhost/api/status -- \
    env -u SSA_DATA_DIR SSA_BIND="$sock" SSA_RUN_DIR="$BATS_TEST_TMPDIR/run" lighttpd -D -f lighttpd.conf
  lighttpd=${started[0]}
  body=$(curl -s --unix-socket "$sock" -H 'Content-Type: application/json' -d "$LOGIN" http://localhost/api/ticket)
  take_tokens
}

teardown() {
  local pid
  touch "$BATS_TEST_TMPDIR/stop"
  for pid in "${asking[@]}"; do wait "$pid"; done
  stop_started
}

# systemd, as the commands of the documentation use it.
systemctl() {
  case $* in
  'show -p MainPID --value ssa') echo "$lighttpd" ;;
  'reload ssa') eval "$(sed -n "s/^ExecReload=//p" "$DEST/usr/local/lib/systemd/system/ssa.service" | sed "s/\$MAINPID/$lighttpd/")" ;;
  *) return 1 ;;
  esac
}

# --- clients --------------------------------------------------------------------------------------

clients=(status info ticket login pages)

# ask: begins to send requests without a pause: readers that keep their connection for some
# requests, one that logs in, as another user, and one that loads the console. The statuses go to
# $BATS_TEST_TMPDIR/codes.*.
ask() {
  local name
  for name in "${clients[@]}"; do
    until [[ -e $BATS_TEST_TMPDIR/stop ]]; do ask_for "$name"; done >"$BATS_TEST_TMPDIR/codes.$name" 3>&- &
    asking+=($!)
  done
}

ask_for() {
  local curl=(curl -s --max-time 20 --unix-socket "$sock")
  case $1 in
  login) "${curl[@]}" -o /dev/null -w '%{http_code}\n' -H 'Content-Type: application/json' -d '{"username":"hashed","password":"correct horse"}' http://localhost/api/ticket ;;
  pages) "${curl[@]}" http://localhost/{,main.js,nothing} | cmp - <(cat "$ROOT"/www/{console/{index.html,main.js},errors/404.html}) && echo 200 ;;
  *) "${curl[@]}" -o /dev/null -w '%{http_code}\n' -H "X-Auth-Token: $ticket" "http://localhost/api/$1?_=[1-10]" ;;
  esac
}

# go_on: waits until each of the clients has got five more answers.
go_on() {
  local name
  for name in "${clients[@]}"; do
    wait_until 30 "$lighttpd" has_lines $(($(has_lines 0 "$name") + 5)) "$name"
  done
}
has_lines() { # COUNT NAME: whether there are so many answers; prints their number
  local count
  count=$(wc -l <"$BATS_TEST_TMPDIR/codes.$2")
  echo "$count"
  ((count >= $1))
}

# no_failure: ends the clients, and checks all statuses.
no_failure() {
  local name
  touch "$BATS_TEST_TMPDIR/stop"
  for name in "${asking[@]}"; do wait "$name"; done
  asking=()
  for name in "${clients[@]}"; do
    sort "$BATS_TEST_TMPDIR/codes.$name" | uniq -c | sed "s/$/ $name/"
    [[ $(sort -u "$BATS_TEST_TMPDIR/codes.$name") == 200 ]] || return 1
  done
}

# --- versions -------------------------------------------------------------------------------------

# version NAME: makes other programs of this version in a folder, as another build would.
version() {
  mkdir "$BATS_TEST_TMPDIR/$1"
  cp "$CGI_BIN"/{status,ticket,info} "$BATS_TEST_TMPDIR/$1"
  local program
  for program in "$BATS_TEST_TMPDIR/$1"/*; do printf '\n%s\n' "$1" >>"$program"; done
}

install_version() { CGI_BIN=$BATS_TEST_TMPDIR/$1 make_install; }

# installed NAME: whether the files are those of this version.
installed() {
  local program
  for program in status ticket info; do
    [[ $(tail -n 1 "$srv/cgi-bin/$program") == "$1" ]] || return 1
  done
}

# runs NAME: whether all resident processes run this version, and they are all there.
runs() {
  local exe count=0
  for exe in /proc/[0-9]*/exe; do
    [[ $(readlink "$exe" 2>/dev/null) == "$srv/cgi-bin/"* ]] || continue
    [[ $(tail -n 1 "$exe" 2>/dev/null) == "$1" ]] || return 1
    count=$((count + 1))
  done
  ((count == 3 * (SSA_WORKERS + 1)))
}

# put_in_use NAME: does what the documentation says after `make install`, and waits.
put_in_use() {
  installed "$1"
  if [[ $SSA_MODE == scgi ]]; then
    eval "$(snippet_of day-two.md new-workers)"
    wait_until 10 "$lighttpd" runs "$1"
  fi
}

# slow_install: imitates a slow disk: each new file is incomplete for a moment. For the page that is
# asked for it is a longer one, because lighttpd keeps what it has read for a second.
slow_install() {
  mkdir "$BATS_TEST_TMPDIR/slow"
  cat >"$BATS_TEST_TMPDIR/slow/install" <<'END'
#!/bin/bash
[[ $1 == -m && $# == 4 ]] || exec /usr/bin/install "$@"
rm -f "$4"
head -c 500 "$3" >"$4"
chmod "$2" "$4"
case $4 in *main.js*) sleep 1.2 ;; *) sleep 0.02 ;; esac
cat "$3" >"$4"
END
  chmod 755 "$BATS_TEST_TMPDIR/slow/install"
  PATH=$BATS_TEST_TMPDIR/slow:$PATH
}

@test "an upgrade and a roll-back, with a slow disk: no request fails, tickets and data stay" {
  local data
  version old
  version new
  install_version old
  put_in_use old
  data=$(sha256sum data/*.json)
  slow_install
  ask
  go_on
  install_version new
  put_in_use new
  go_on
  install_version old # roll back
  put_in_use old
  go_on
  no_failure
  [[ $(sha256sum data/*.json) == "$data" && -z $(find . -name '*.new') ]]
}

# tagged TAG: whether replies have this Server header.
tagged() { curl -si --max-time 20 --unix-socket "$sock" http://localhost/api/status | grep -q "^Server: $1"; }

@test "a reload: another lighttpd.conf and new programs are in use, no request fails, tickets stay valid" {
  version new
  ask
  go_on
  install_version new
  sed 's/^server\.tag = ""/server.tag = "second"/' lighttpd.conf >lighttpd.conf.new
  mv lighttpd.conf.new lighttpd.conf
  systemctl reload ssa
  wait_until 20 "$lighttpd" tagged second
  [[ $SSA_MODE == cgi ]] || wait_until 10 "$lighttpd" runs new
  go_on
  systemctl reload ssa
  go_on
  no_failure
}

# is_answered: whether a client that has 1 s gets an answer.
is_answered() { curl -sf --max-time 1 -o /dev/null --unix-socket "$sock" http://localhost/api/status; }

@test "a client that says nothing delays a reload, but not new workers" {
  needs python3
  version new
  install_version new
  # It closes its connection when lighttpd does.
  python3 -EsSB -c 'import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
open(sys.argv[2], "w").close()
s.recv(1)' "$sock" "$BATS_TEST_TMPDIR/connected" 3>&- &
  started+=($!)
  wait_until 5 $! test -e "$BATS_TEST_TMPDIR/connected"
  put_in_use new
  is_answered
  systemctl reload ssa
  wait_until 5 "$lighttpd" grep -q 'graceful shutdown started' "$BATS_TEST_TMPDIR/log"
  run is_answered
  [ "$status" = 28 ] # out of time
  wait_until 15 "$lighttpd" is_answered
}
