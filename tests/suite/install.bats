# make install and make uninstall: what they put where, and what they leave. That a service goes on
# meanwhile is tested by upgrade.bats.
load helpers

setup() {
  DEST=$BATS_TEST_TMPDIR/dest
  lib=$DEST/usr/local/lib/simpleserverapi
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

# files: the files of $DEST, below a folder if one is given.
files() { (cd "$DEST/${1-}" && find . -type f | LC_ALL=C sort | paste -sd ' '); }

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
@test "the tool, its manual page and the viewer are installed where they exist; make uninstall leaves the data, and what others have put there" {
  local copy=$BATS_TEST_TMPDIR/copy more=(sbin/ssactl man/{simpleserverapi.7,ssactl.8} completions/ssactl www/swagger/{index.html,init.js,swagger-ui-bundle.js,swagger-ui.css})
  mkdir "$copy"
  cp -r "$ROOT"/{Makefile,VERSION,lighttpd.conf,conf.d,scripts,systemd,data,www} "$copy"
  rm -rf "$copy/www/swagger"
  cp -r "$CGI_BIN" "$copy/cgi-bin"
  ROOT=$copy CGI_BIN=cgi-bin
  make_install
  [[ ! -e $DEST/usr/local/sbin && ! -e $DEST/usr/local/share/man ]]
  mkdir -p "$ROOT"/{sbin,man,completions,www/swagger}
  for file in "${more[@]}"; do echo "$file" >"$ROOT/$file"; done
  make_install
  [[ $(stat -c %a "$DEST/usr/local/sbin/ssactl") == 755 ]]
  cd "$DEST/usr/local"
  [[ $(cat sbin/ssactl share/man/man{7/simpleserverapi.7,8/ssactl.8} share/bash-completion/completions/ssactl lib/simpleserverapi/www/swagger/*) == \
    "$(printf '%s\n' "${more[@]}")" ]]
  echo '[{"mine":1}]' >"$lib/data/users.json"
  # After `make clean` too.
  mv "$ROOT/cgi-bin" "$ROOT/programs"
  rm -r "$ROOT"/{sbin,www/swagger}
  make_uninstall
  [[ $(files) == './usr/local/lib/simpleserverapi/data/machines.json ./usr/local/lib/simpleserverapi/data/users.json' ]]
  [[ $(ls -A "$lib") == data && ! -e $DEST/usr/local/share/doc/simpleserverapi ]]
  make_uninstall # and once more: nothing to do
  mv "$ROOT/programs" "$ROOT/cgi-bin"
  make_install
  touch "$lib/tls.conf" "$lib/www/errors/418.html"
  make_uninstall
  [[ $(files usr/local/lib/simpleserverapi) == './data/machines.json ./data/users.json ./tls.conf ./www/errors/418.html' ]]
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
  [[ $(files srv) == './ssa/machines.json ./ssa/users.json' ]]
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
  [[ $(files) == './srv/ssa/machines.json ./srv/ssa/users.json' ]]
}
