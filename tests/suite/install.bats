# make install and make uninstall: what they put where, what they leave, and that a service goes on
# while it is installed again.
load helpers

setup() {
  DEST=$BATS_TEST_TMPDIR/dest
  lib=$DEST/usr/local/lib/simpleserverapi
  started=()
}

teardown() {
  [[ -z ${started[*]} ]] || {
    kill -INT "${started[@]}" 2>/dev/null || true
    wait_gone 10 "${started[0]}"
  }
  touch "$BATS_TEST_TMPDIR/stop"
  stop_servers
}

# make_uninstall [VARIABLE=VALUE...]
make_uninstall() {
  env -u MAKEFLAGS -u MAKELEVEL make -s -C "$ROOT" uninstall DESTDIR="$DEST" CGI_BIN="$CGI_BIN" "$@"
}

# listed: the files and folders of $DEST with their modes, without those that not every copy of the
# project has.
listed() {
  (cd "$DEST" && find . -mindepth 1 -printf '%m %P\n' | LC_ALL=C sort -k 2) | grep -vE '/man(/|$)|/bash-completion(/|$)|ssactl|/sbin$|/www/swagger(/|$)'
}

# copy_project: a copy of what `make install` needs, for tests that add to it.
copy_project() {
  mkdir -p "$BATS_TEST_TMPDIR/copy"
  cp -r "$ROOT"/{Makefile,lighttpd.conf,conf.d,scripts,systemd,data,www} "$BATS_TEST_TMPDIR/copy"
  ROOT=$BATS_TEST_TMPDIR/copy
  rm -rf "$ROOT/www/swagger"
  mkdir "$ROOT/cgi-bin"
  find "$CGI_BIN" -type f -perm -100 -exec cp -t "$ROOT/cgi-bin" {} +
  CGI_BIN=cgi-bin
}

# bats test_tags=long
@test "make install: these files with these modes, whatever the umask is" {
  local name
  make_install
  {
    printf '755 %s\n' usr{,/local{,/lib{,/systemd{,/system},/simpleserverapi{,/cgi-bin,/conf.d,/scripts,/www{,/console,/docs,/errors}}}}} \
      usr/local/share{,/doc{,/simpleserverapi{,/examples}}} \
      usr/local/lib/simpleserverapi/scripts/{lighttpd-vars,scgi-servers,scgi-sockets,scgi-start}.sh
    printf '644 %s\n' usr/local/lib/simpleserverapi/{lighttpd.conf,conf.d/{mode-cgi,mode-scgi,proxy,connection-limit,console}.conf,scripts/{connections.lua,defaults.sh,programs},www/openapi.json} \
      usr/local/lib/systemd/system/ssa{,@}.service usr/local/lib/systemd/system/ssa@.socket \
      usr/local/share/doc/simpleserverapi/examples/machines.json
    for name in $(<"$ROOT/scripts/programs"); do echo "755 usr/local/lib/simpleserverapi/cgi-bin/$name"; done
    for name in "$ROOT"/www/{console,docs,errors}/*; do echo "644 usr/local/lib/simpleserverapi/www/${name#"$ROOT"/www/}"; done
    printf '640 %s\n' usr/local/lib/simpleserverapi/data/{users,machines}.json
    echo '750 usr/local/lib/simpleserverapi/data'
  } | LC_ALL=C sort -k 2 >"$BATS_TEST_TMPDIR/wanted"
  diff "$BATS_TEST_TMPDIR/wanted" <(listed)
  # No user, above all none whose password is published.
  [[ $(<"$lib/data/users.json") == '[]' && $(<"$lib/data/machines.json") == '[]' ]]
  run grep -rE '@[A-Z]+@' "$DEST/usr/local/lib/systemd"
  [ -z "$output" ]
  rm -rf "$DEST"
  (
    umask 077
    env -u MAKEFLAGS -u MAKELEVEL make -s -C "$ROOT" -o all install DESTDIR="$DEST" CGI_BIN="$CGI_BIN"
  )
  diff "$BATS_TEST_TMPDIR/wanted" <(listed | sed 's/^700 usr$/755 usr/')
}

# bats test_tags=long
@test "the tool, its manual page and completion, and the viewer are installed where they exist" {
  copy_project
  make_install
  [[ ! -e $DEST/usr/local/sbin && ! -e $DEST/usr/local/share/man ]]
  mkdir -p "$ROOT"/{sbin,man,completions,www/swagger}
  for file in sbin/ssactl man/{simpleserverapi.7,ssactl.8} completions/ssactl www/swagger/{index.html,init.js}; do
    echo "$file" >"$ROOT/$file"
  done
  make_install
  [[ $(stat -c %a "$DEST/usr/local/sbin/ssactl") == 755 ]]
  cd "$DEST/usr/local"
  [[ $(cat sbin/ssactl share/man/man{7/simpleserverapi.7,8/ssactl.8} share/bash-completion/completions/ssactl lib/simpleserverapi/www/swagger/init.js) == \
    $'sbin/ssactl\nman/simpleserverapi.7\nman/ssactl.8\ncompletions/ssactl\nwww/swagger/init.js' ]]
}

# bats test_tags=long
@test "make uninstall leaves the data, and what others have put there" {
  copy_project
  mkdir -p "$ROOT"/{sbin,man,completions,www/swagger}
  touch "$ROOT"/{sbin/ssactl,man/simpleserverapi.7,man/ssactl.8,completions/ssactl,www/swagger/index.html} \
    "$ROOT"/www/swagger/{init.js,swagger-ui-bundle.js,swagger-ui.css}
  make_install
  echo '[{"mine":1}]' >"$lib/data/users.json"
  # After `make clean` too.
  rm -r "$ROOT"/{cgi-bin,sbin,www/swagger}
  make_uninstall
  [[ $(cd "$DEST" && find . -type f | sort) == $'./usr/local/lib/simpleserverapi/data/machines.json\n./usr/local/lib/simpleserverapi/data/users.json' ]]
  [[ $(ls -A "$lib") == data && ! -e $DEST/usr/local/share/doc/simpleserverapi ]]
  [[ $(<"$lib/data/users.json") == '[{"mine":1}]' ]]
  make_uninstall # and once more: nothing to do
  mkdir "$ROOT/cgi-bin"
  cp "$SSA_CGI_BIN"/{status,ticket,info} "$ROOT/cgi-bin"
  make_install
  touch "$lib/tls.conf" "$lib/www/errors/418.html"
  make_uninstall
  [[ $(cd "$lib" && find . -type f | sort) == $'./data/machines.json\n./data/users.json\n./tls.conf\n./www/errors/418.html' ]]
  [[ $(<"$lib/data/users.json") == '[{"mine":1}]' ]]
}

# bats test_tags=long
@test "make install writes over no data file, and not over a link to one that is not there now" {
  make_install
  echo '[{' >"$lib/data/users.json" # also a broken one belongs to its owner
  rm "$lib/data/machines.json"
  ln -s /nonexistent/machines.json "$lib/data/machines.json"
  chmod 700 "$lib/data"
  make_install
  [[ $(<"$lib/data/users.json") == '[{' && $(readlink "$lib/data/machines.json") == /nonexistent/machines.json ]]
  [[ $(stat -c %a "$lib/data") == 700 ]]
}

# bats test_tags=long
@test "PREFIX, DATA and the names in the units can be set; make uninstall takes the same ones" {
  make_install PREFIX=/opt/ssa DATA=/srv/ssa UNIT=pool SERVICE_USER=pool SETTINGS=/etc/pool.env PORT=8001
  [[ $(cd "$DEST" && find . -name '*.json' -path '*srv*' | sort) == $'./srv/ssa/machines.json\n./srv/ssa/users.json' ]]
  cd "$DEST/opt/ssa/lib/systemd/system"
  [[ $(echo *) == 'pool.service pool@.service pool@.socket' ]]
  run grep -hE '^(User|WorkingDirectory|Environment|EnvironmentFile|RuntimeDirectory)=' pool.service
  [[ $output == 'User=pool
WorkingDirectory=/opt/ssa/lib/simpleserverapi
Environment=SSA_MODE=scgi SSA_PORT=8001 SSA_DATA_DIR=/srv/ssa SSA_RUN_DIR=/run/pool/workers
EnvironmentFile=-/etc/pool.env
RuntimeDirectory=pool/workers' ]]
  grep -qx 'ListenStream=/run/pool/%i.sock' pool@.socket
  make_uninstall PREFIX=/opt/ssa DATA=/srv/ssa UNIT=pool
  [[ $(cd "$DEST" && find . -type f | sort) == $'./srv/ssa/machines.json\n./srv/ssa/users.json' ]]
}

# --- while the service runs -----------------------------------------------------------------------

# upgrade_under_load MODE: installs over a service of this mode again and again, while clients log
# in, list machines and ask for the status. No request may fail. A slow disk is imitated: each file
# is incomplete for a moment, which is longer for the pages that are asked for, because lighttpd
# keeps what it has read for a second.
upgrade_under_load() {
  local asking=() codes=$BATS_TEST_TMPDIR/codes sock=$BATS_FILE_TMPDIR/http.sock client new=0
  copy_project
  make_install
  cat "$ORIGINAL/tests/fixtures/users.json" >"$lib/data/users.json"
  cat "$ORIGINAL/tests/fixtures/machines.json" >"$lib/data/machines.json"
  sha256sum "$lib"/data/*.json >"$BATS_TEST_TMPDIR/data.sums"
  start_redis
  (
    cd "$lib" &&
      exec env -u SSA_CGI_BIN -u SSA_DATA_DIR SSA_MODE="$1" SSA_RUN_DIR="$BATS_FILE_TMPDIR/run" SSA_BIND="$sock" SSA_LOGIN_LIMITS=0,0,0 \
        lighttpd -D -f lighttpd.conf
  ) >>"$BATS_TEST_TMPDIR/log" 2>&1 3>&- &
  started+=($!)
  wait_until 10 $! curl -sf --unix-socket "$sock" http://localhost/api/status
  # Each line: the status, the size of the body, and the path.
  for client in 1 2; do
    until [[ -e $BATS_TEST_TMPDIR/stop ]]; do
      ticket=$(curl -s --max-time 10 --unix-socket "$sock" -H 'Content-Type: application/json' -d "$LOGIN" http://localhost/api/ticket | jq -r .data.ticket)
      curl -s --max-time 10 -w '%{stderr}%{http_code} %{size_download} %{url}\n' --unix-socket "$sock" -H "X-Auth-Token: $ticket" \
        'http://localhost/api/status?_=[1-10]' 'http://localhost/api/info?_=[1-10]' http://localhost/{,main.js,openapi.json,nothing} >/dev/null
    done 2>"$codes.$client" 3>&- &
    asking+=($!)
  done
  mkdir "$BATS_TEST_TMPDIR/slow"
  cat >"$BATS_TEST_TMPDIR/slow/install" <<'END'
#!/bin/bash
[[ $1 == -m && $# == 4 ]] || exec /usr/bin/install "$@"
rm -f "$4"
head -c 500 "$3" >"$4"
chmod "$2" "$4"
case $4 in */index.html* | *main.js* | *openapi.json*) sleep 1.2 ;; *) sleep 0.02 ;; esac
cat "$3" >"$4"
END
  chmod 755 "$BATS_TEST_TMPDIR/slow/install"
  for new in 1 2; do
    # Each time it is a new version of each program. An executable may have more bytes at its end.
    for program in status ticket info; do echo "$new" >>"$ROOT/cgi-bin/$program"; done
    PATH="$BATS_TEST_TMPDIR/slow:$PATH" make_install
    cmp "$ROOT/cgi-bin/info" "$lib/cgi-bin/info"
  done
  touch "$BATS_TEST_TMPDIR/stop"
  wait "${asking[@]}"
  cat "$codes".? | sed -E 's/\?.*//' | sort | uniq -c | tee "$codes"
  # Each path always had the same answer: one line for each of the six.
  [[ $(wc -l <"$codes") == 6 ]]
  [[ $(awk '{ print $2, $4 }' "$codes" | sort) == '200 http://localhost/
200 http://localhost/api/info
200 http://localhost/api/status
200 http://localhost/main.js
200 http://localhost/openapi.json
404 http://localhost/nothing' ]]
  (($(awk '{ n += $1 } END { print n }' "$codes") >= 200))
  sha256sum -c --quiet "$BATS_TEST_TMPDIR/data.sums"
  [[ -z $(find "$lib" -name '*.new') ]]
}

# bats test_tags=long
@test "an upgrade in place under load, CGI: no request fails; data and modes stay" {
  ORIGINAL=$ROOT
  upgrade_under_load cgi
}

# bats test_tags=long
@test "an upgrade in place under load, resident workers: no request fails; data and modes stay" {
  ORIGINAL=$ROOT
  upgrade_under_load scgi
}
