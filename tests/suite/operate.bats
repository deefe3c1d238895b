# Operating: the test takes the blocks that follow "<!-- snippet: NAME -->" in the documentation and
# runs them unchanged: the Redis user, file modes, TLS, spawn-fcgi, and other servers in front. The
# units of systemd are those that `make install` installs.
load helpers
load snippets

setup_file() {
  start_redis
  fresh
  # After two failures the third attempt is refused, so that the round is short.
  export SSA_LOGIN_LIMITS=2/600,0,0
}

teardown_file() { stop_servers; }

setup() {
  fresh
  DEST=$BATS_TEST_TMPDIR/dest srv=$BATS_TEST_TMPDIR/dest/usr/local/lib/simpleserverapi
  sockets=$BATS_TEST_TMPDIR/run
  mkdir "$sockets"
}

teardown() {
  stop_lighttpd
  stop_started
  # No program of $srv may be left, whoever started it.
  pid=$(find /proc/[0-9]*/exe -maxdepth 0 -lname "$srv/*" 2>/dev/null | cut -d / -f 3)
  [[ -z $pid ]] || {
    echo "left behind: $pid"
    xargs kill -KILL <<<"$pid"
    return 1
  }
}

# snippet NAME: prints this block of the documentation, with the folders of the test in place of
# those of the documentation.
snippet() { snippet_of operating.md "$1" | in_test; }

in_test() {
  sed "s|/usr/local/lib/simpleserverapi|$srv|g; s|/run/ssa|$sockets|g
    s|/etc/ssl/ssa|$BATS_TEST_TMPDIR|g; s|redis://127.0.0.1:6379/0|$REDIS_URL|g"
}

# unit NAME: prints this unit, as it was installed, in the same way.
unit() { in_test <"$DEST/usr/local/lib/systemd/system/$1"; }

# open_to USER: lets this user enter the test's folders and use Redis, because servers that root
# starts run as another user.
open_to() {
  [[ $(id -u) == 0 ]] || return 0
  open_folders
  chmod 777 "$BATS_FILE_TMPDIR/redis.sock"
  setpriv --reuid "$1" --clear-groups test -r "$srv" || skip "TMPDIR is closed to other users"
}

# --- one round of all requests --------------------------------------------------------------------

# round CURL-OPTION...: sends all requests that a client can send to $base, until one is answered
# wrongly, and says which.
round() (
  via=("$@") body=$BATS_TEST_TMPDIR/body
  check() { "$@" || { echo "wrong: $*" && exit 1; }; }
  hit() { # WANTED PATH [CURL OPTION...]
    local code
    code=$(curl -s --max-time 10 -D "$body.head" -o "$body" -w '%{http_code}' "${via[@]}" "${@:3}" "$base$2")
    check [ "$code: $2 ${*:3}" = "$1: $2 ${*:3}" ]
  }
  log_in() { # WANTED NAME PASSWORD
    hit "$1" /api/ticket -H 'Content-Type: application/json' -d "{\"username\":\"$2\",\"password\":\"$3\"}"
  }
  got() { jq -r .data.ticket "$body"; }
  as() { hit "$1" "$3" -H "X-Auth-Token: $2" "${@:4}"; } # WANTED TICKET PATH [CURL OPTION...]
  redis flushall >/dev/null
  hit 200 '/api/status?verbose'
  check grep -q '^{"code":200,"message":"OK"' "$body"
  log_in 200 user1 "$PASSWORD"
  t=$(got)
  as 200 "$t" /api/info
  check [ "$(jq -c .data "$body")" = "$(jq -c . "$DATA_DIR/machines.json")" ]
  check grep -qi "^content-length: $(stat -c %s "$body")" "$body.head"
  as 200 "$t" /api/ticket
  as 401 "$t" /api/ticket -H "X-Auth-Token: $t" # two tickets
  log_in 200 user1 "$t"                         # a renewal
  new=$(got)
  as 200 "$new" /api/ticket
  as 200 "$t" /api/ticket
  log_in 401 nobody wrong
  log_in 401 nobody wrong
  log_in 429 nobody wrong
  check grep -qi '^retry-after: [1-9]' "$body.head"
  # A logout ends the login and its renewals. It shortens the TTL of the user's index to the longest
  # TTL of the tickets that are left.
  log_in 200 user1 "$PASSWORD"
  second=$(got)
  index=$(redis_says --scan --pattern 'ssa:{*}:user:*')
  redis expire "$index" 9000 >/dev/null
  as 204 "$t" /api/ticket -X DELETE
  as 401 "$t" /api/info
  as 401 "$new" /api/info
  as 200 "$second" /api/info
  check [ "$(redis_says ttl "$index")" -le 7200 ]
  as 204 "$second" '/api/ticket?all' -X DELETE
  as 401 "$second" /api/info
  # The logout of the last ticket removes the index, too.
  log_in 200 user1 "$PASSWORD"
  as 204 "$(got)" /api/ticket -X DELETE
  hit 401 /api/info
)

# only_the_three CURL-OPTION...: checks that only the three paths are served.
only_the_three() {
  local path code
  for path in /api/status/x /api/status/ /api/statusx /api/status.c /api/ /console/ /data/users.json /cgi-bin/info; do
    code=$(curl -s -o /dev/null --path-as-is -w '%{http_code}' "$@" "$base$path")
    [[ $code == 40[34] ]] || { echo "$path: $code" && return 1; }
  done
}

# --- Redis ----------------------------------------------------------------------------------------

acl_user() { redis $(snippet acl); } # creates the documented user

as_user() { # [QUERY]: starts lighttpd with that user
  local admin=$REDIS_URL
  REDIS_URL=unix://ssa:a-long-random-password@$BATS_FILE_TMPDIR/redis.sock${1-}
  start_lighttpd
  REDIS_URL=$admin
  base=http://localhost via=(--unix-socket "$BATS_FILE_TMPDIR/http.sock")
}

@test "the documented Redis user has all rights that are needed, and no others" {
  [[ $(acl_user) == OK ]]
  as_user
  redis acl log reset >/dev/null
  round "${via[@]}"
  [[ -z $(redis_says acl log) ]] # no command of a program was refused
  local command
  for command in 'get other' 'set other 1' 'zrange other 0 1' 'keys ssa:x' 'scan 0' flushall 'config get dir' \
    'acl list' 'select 1' 'eval return 0'; do
    run redis --no-auth-warning --user ssa --pass a-long-random-password $command
    echo "$command: $output"
    [[ $output == *NOPERM* ]]
  done
}

# bats test_tags=long
@test "the Redis user needs each of its commands and keys" {
  local rule
  acl_user
  as_user
  for rule in $(snippet acl | grep -o '+[a-z]*'); do
    redis acl setuser ssa "-${rule#+}" >/dev/null
    redis acl log reset >/dev/null
    run round "${via[@]}"
    echo "without $rule: $output"
    # `ssactl check` asks for the policy of the memory (+info).
    REDIS_URL=unix://ssa:a-long-random-password@$BATS_FILE_TMPDIR/redis.sock run "${CGI_BIN%cgi-bin}sbin/ssactl" --data "$DATA_DIR" check
    run redis acl log # Redis lists what it refused. The round passes without some commands.
    grep -qx "${rule#+}" <<<"$output"
    redis acl setuser ssa "$rule" >/dev/null
  done
  local keys=('~ssa:{???}:ticket:*' '~ssa:{???}:user:*' '~ssa:{???}:fail:*' '~ssa:{???}:probe') i
  redis acl setuser ssa resetkeys "${keys[@]}" >/dev/null
  round "${via[@]}" # there are no other keys
  for i in 0 1 2 3; do
    redis acl setuser ssa resetkeys "${keys[@]:0:i}" "${keys[@]:i+1}" >/dev/null
    run ! round "${via[@]}"
  done
}

# bats test_tags=long
@test "a database that is not 0 needs select" {
  needs_no_cluster "it has database 0 alone"
  acl_user
  redis acl setuser ssa +select >/dev/null
  as_user '?db=1'
  round "${via[@]}"
  acl_user
  redis client kill user ssa >/dev/null
  run curl -s "${via[@]}" $base/api/status
  [[ $output == '{"code":503,"message":"redis","data":""}' ]]
}

# --- files ----------------------------------------------------------------------------------------

# bats test_tags=long
@test "the documented file modes are enough, and the service can write nothing" {
  [[ $(id -u) == 0 ]] || skip "needs root"
  local user=www-data as=(setpriv --reuid www-data --regid www-data --clear-groups)
  install_to_srv
  snippet modes | sed "s/-R ssa/-R $user/" | sh -e
  open_to $user
  run -0 "${as[@]}" sh -c "cd $srv && lighttpd -tt -f lighttpd.conf"
  run "${as[@]}" env -i REQUEST_METHOD=GET REDIS_URL="$REDIS_URL" "$srv/cgi-bin/status"
  echo "$output"
  [[ $output == *'{"code":200,"message":"OK"}' ]]
  run "${as[@]}" find "$srv" -writable
  [ -z "$output" ]
  # No other user can read the data.
  run ! setpriv --reuid nobody --clear-groups cat "$srv/data/users.json"
  # The documented way to replace the file keeps its mode and its owner.
  echo '[]' >"$BATS_TEST_TMPDIR/users.json.new"
  snippet replace | sed "s/-g ssa/-g $user/" | (cd "$BATS_TEST_TMPDIR" && sh -e)
  [[ $(stat -c '%a %U %G' "$srv/data/users.json") == "640 root $user" ]]
  [[ $("${as[@]}" cat "$srv/data/users.json") == '[]' ]]
}

# --- TLS ------------------------------------------------------------------------------------------

# certificate: makes one for localhost, where the documents have it.
certificate() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -days 2 \
    -keyout "$BATS_TEST_TMPDIR/privkey.pem" -out "$BATS_TEST_TMPDIR/fullchain.pem" 2>/dev/null
}

@test "the documented tls.conf: TLS 1.2 and 1.3 with HSTS; no older one, no plain HTTP" {
  needs openssl
  printf '%s\n' 'server.document-root = "/"' 'server.modules = ("mod_openssl")' >"$BATS_TEST_TMPDIR/try.conf"
  lighttpd -tt -f "$BATS_TEST_TMPDIR/try.conf" >/dev/null 2>&1 || skip "lighttpd-mod-openssl is not installed"
  local version path sock=$BATS_TEST_TMPDIR/https.sock
  mkdir -p "$srv"
  cp -r "$ROOT"/{lighttpd.conf,conf.d,scripts,www} "$srv"
  cp -r "$CGI_BIN" "$srv/cgi-bin"
  cp -r "$DATA_DIR" "$srv/data"
  snippet tls.conf >"$srv/tls.conf"
  certificate
  base=https://localhost via=(--unix-socket "$sock" --cacert "$BATS_TEST_TMPDIR/fullchain.pem")
  cd "$srv"
  begin curl -sf "${via[@]}" $base/api/status -- \
    env SSA_BIND="$sock" lighttpd -D -f tls.conf
  round "${via[@]}"
  only_the_three "${via[@]}"
  # Every reply has the header, also the errors of lighttpd itself.
  for path in /api/status /nothing; do
    curl -si "${via[@]}" $base$path | grep -i '^strict-transport-security: max-age=31536000'
  done
  # These options let the client use the old versions, so it is the server that refuses.
  for version in 1.0 1.1; do
    run -35 curl -s "${via[@]}" --tlsv$version --tls-max $version --ciphers DEFAULT@SECLEVEL=0 $base/api/status
  done
  for version in 1.2 1.3; do
    curl -sf "${via[@]}" --tlsv$version --tls-max $version $base/api/status
  done
  run curl -s -w '%{http_code}' --unix-socket "$sock" http://localhost/api/status
  [[ $output == 000 || $output == *400 ]]
  [[ $(curl -s -o /dev/null -w '%{http_version}' --http2 "${via[@]}" $base/api/status) == 1.1 ]]
  # After a reload the new certificate is in use. curl knows no other one.
  certificate
  eval "$(sed -n 's/^ExecReload=//p' "$ROOT/systemd/ssa.service.in" | sed "s/\$MAINPID/${started[0]}/")"
  wait_until 10 "${started[0]}" curl -sf "${via[@]}" $base/api/status
}

# --- resident programs that others start ----------------------------------------------------------

# spawn_all: starts the programs as documented. The folder of the sockets does not exist yet. A user
# other than root cannot give files to another user, so these options are removed.
spawn_all() {
  local commands
  install_to_srv
  rmdir "$sockets"
  commands=$(snippet spawn-fcgi)
  if [[ $(id -u) == 0 ]]; then
    commands=$(sed -E 's/ (-[ogu]) ssa/ \1 www-data/g' <<<"$commands")
    snippet modes | sed 's/-R ssa/-R www-data/' | sh -e
    open_to www-data
  else
    commands=$(sed -E 's/ -[ugoG] (ssa|www-data)//g' <<<"$commands")
  fi
  (umask 022 && sh -e <<<"$commands") >/dev/null 3>&-
  (umask 022 && sh -e <<<"$commands") >/dev/null 3>&- # a second time: they run already
  local file pids
  for file in "$sockets"/*.pid; do
    mapfile -t pids <"$file"
    started+=("${pids[@]}")
  done
}

# bats test_tags=long
@test "SIGTERM ends a resident program with status 0, as Restart= and systemctl stop expect" {
  begin test -S "$sockets/status.sock" -- env -i REDIS_URL="$REDIS_URL" SSA_DATA_DIR="$DATA_DIR" "$SOCKETS" listen "$sockets/status.sock" "$CGI_BIN/status"
  kill "${started[0]}"
  wait "${started[0]}"
}

# bats test_tags=long
@test "systemd accepts the installed units without a warning; they leave little to attack, and both alike" {
  needs systemd-analyze
  local name security='/^NoNewPrivileges=/,/^PrivateIPC=/p'
  install_to_srv
  cd "$BATS_TEST_TMPDIR"
  for name in ssa.service ssa@.socket ssa@.service; do unit $name >"${name/@/@status}"; done # an instance
  run -0 systemd-analyze verify ./ssa.service ./ssa@status.socket ./ssa@status.service
  [ -z "$output" ]
  for name in ssa.service ssa@status.service; do
    run -0 systemd-analyze security --offline=true --threshold=25 --no-pager $name # at most 2.5 of 10
  done
  diff <(sed -n "$security" ssa.service) <(sed -n "$security" ssa@status.service)
  (($(sed -n "$security" ssa.service | wc -l) > 20))
  # The first unit starts lighttpd, with the sockets of its workers in a folder of its own.
  grep -q "SSA_MODE=scgi .*SSA_RUN_DIR=$sockets/workers" ssa.service
}

# allowed GROUP...: prints the system calls that systemd puts in these groups.
allowed() {
  local name
  for name in $(systemd-analyze syscall-filter "$@" | sed '/^@/d; /#/d'); do
    if [[ $name == @* ]]; then allowed "$name"; else echo "$name"; fi
  done
}

# bats test_tags=long
@test "the filter of system calls in the unit allows all calls of the programs, and of lighttpd" {
  needs systemd-analyze strace
  strace -f true 2>/dev/null || skip "no right to trace"
  [[ $(ldd "$CGI_BIN/ticket" 2>&1) != *asan* ]] || skip "sanitizers make calls of their own"
  local trace=(strace -f -qq -o) names name refused filter
  install_to_srv
  read -ra names < <(unit ssa.service | sed -n 's/^SystemCallFilter=\([^~]\)/\1/p')
  read -ra refused < <(unit ssa.service | sed -n 's/^SystemCallFilter=~//p')
  [[ ${#names[@]} -gt 0 && ${#refused[@]} -gt 0 ]]
  filter=" $({
    for name in @default "${names[@]}"; do
      if [[ $name == @* ]]; then allowed "$name"; else echo "$name"; fi
    done
  } | grep -vxFf <(allowed "${refused[@]}") | tr '\n' ' ')"
  # All of it, as the unit starts it.
  local as=() sock=$sockets/http.sock mode
  if [[ $(id -u) == 0 ]]; then
    as=(setpriv --reuid www-data --regid www-data --clear-groups)
    snippet modes | sed 's/-R ssa/-R www-data/' | sh -e
    chmod 777 "$sockets"
    open_to www-data
  fi
  cd "$srv"
  for mode in scgi cgi; do
    begin curl -sf --unix-socket "$sock" http://localhost/api/status -- "${as[@]}" env REDIS_URL="$REDIS_URL" SSA_MODE=$mode \
      SSA_BIND="$sock" SSA_RUN_DIR="$sockets/workers" "${trace[@]}" "$sockets/$mode.trace" lighttpd -D -f lighttpd.conf
    base=http://localhost
    round --unix-socket "$sock"
    curl -sf -o /dev/null --unix-socket "$sock" http://localhost/
    pkill -INT -P "${started[-1]}"
    wait_gone 10 "${started[-1]}"
  done
  local called
  for called in $(sed -nE 's/^[0-9]+ +([a-z0-9_]+)\(.*/\1/p' "$sockets"/{scgi,cgi}.trace | sort -u); do
    echo "$called"
    [[ $filter == *" $called "* ]]
  done
}

# --- other servers in front -----------------------------------------------------------------------

# by_path_and_token CURL-OPTION...: the server in front passes on the rest of the path, and the
# header Authorization.
by_path_and_token() {
  local ticket
  redis flushall >/dev/null
  ticket=$(curl -s "$@" -H 'Content-Type: application/json' -d "{\"username\":\"user1\",\"password\":\"$PASSWORD\"}" "$base/api/ticket" | jq -r .data.ticket)
  [[ $(curl -s "$@" -H "X-Auth-Token: $ticket" "$base/api/info/100" | jq .data.id) == 100 ]]
  [[ $(curl -s "$@" -H "X-Auth-Token: $ticket" -o /dev/null -w '%{http_code}' "$base/api/info/4711") == 404 ]]
  # What the program answers without a server in between.
  local direct
  direct=$(env -i REDIS_URL="$REDIS_URL" SSA_DATA_DIR="$DATA_DIR" REQUEST_METHOD=GET HTTP_AUTHORIZATION="Bearer $ticket" "$CGI_BIN/ticket" </dev/null 2>/dev/null | sed -n '1s/^Status: \([0-9]*\).*/\1/p')
  [[ $(curl -s "$@" -H "Authorization: Bearer $ticket" -o /dev/null -w '%{http_code}' "$base/api/ticket") == "$direct" ]]
}

# bats test_tags=long
@test "spawn-fcgi, and nginx with scgi_pass, as documented" {
  needs nginx spawn-fcgi openssl
  local pid
  spawn_all
  [[ ${#started[@]} == 3 ]]
  for pid in "${started[@]}"; do [[ $(pgrep -c -P "$pid") == 4 ]]; done
  certificate
  port=$(free_port)
  cat >"$BATS_TEST_TMPDIR/nginx.conf" <<END
$([[ $(id -u) != 0 ]] || echo 'user root;') # the test's folders are closed to others
daemon off;
pid $BATS_TEST_TMPDIR/nginx.pid;
error_log $BATS_TEST_TMPDIR/nginx.log;
events { }
http {
  access_log off;
  client_body_temp_path $BATS_TEST_TMPDIR/t1;
  proxy_temp_path $BATS_TEST_TMPDIR/t2;
  fastcgi_temp_path $BATS_TEST_TMPDIR/t3;
  uwsgi_temp_path $BATS_TEST_TMPDIR/t4;
  scgi_temp_path $BATS_TEST_TMPDIR/t5;
  include /etc/nginx/mime.types;
  $(snippet nginx | sed "s|include scgi_params|include /etc/nginx/scgi_params|; s|listen 443|listen 127.0.0.1:$port|")
}
END
  base=https://localhost:$port via=(--cacert "$BATS_TEST_TMPDIR/fullchain.pem" --resolve "localhost:$port:127.0.0.1")
  begin curl -sf "${via[@]}" $base/api/status -- nginx -e "$BATS_TEST_TMPDIR/nginx.log" -c "$BATS_TEST_TMPDIR/nginx.conf"
  round "${via[@]}"
  only_the_three "${via[@]}"
  by_path_and_token "${via[@]}"
  curl -sf "${via[@]}" -D - $base/ | grep -qi "^content-security-policy: default-src 'none'"
  curl -sf "${via[@]}" $base/openapi.json | jq -e .openapi
  head -c 20000 /dev/zero >"$BATS_TEST_TMPDIR/big"
  [[ $(curl -s -o /dev/null -w '%{http_code}' "${via[@]}" --data-binary "@$BATS_TEST_TMPDIR/big" $base/api/ticket) == 413 ]]
  # The log is kept, and no other user can read it. SIGTERM ends each program.
  [[ $(stat -c %a "$sockets") == 750 && $(stat -c %a "$sockets/log") == 600 ]]
  grep -q 'authentication failure; .*user="nobody"' "$sockets/log"
  kill "${started[@]:0:3}"
  for pid in "${started[@]:0:3}"; do wait_gone 5 "$pid"; done
}

# apache SNIPPET MODULE...: starts Apache with this snippet, on $port.
apache() {
  local snippet=$1 module modules
  modules=$(ls -d /usr/lib/apache2/modules 2>/dev/null) || skip "Apache's modules are not in /usr/lib/apache2/modules"
  shift
  port=$(free_port)
  {
    cat <<END
ServerRoot $BATS_TEST_TMPDIR
ServerName localhost
Listen 127.0.0.1:$port
PidFile $BATS_TEST_TMPDIR/apache.pid
ErrorLog $BATS_TEST_TMPDIR/apache.log
DefaultRuntimeDir $BATS_TEST_TMPDIR
DocumentRoot $BATS_TEST_TMPDIR
$([[ $(id -u) != 0 ]] || printf 'User www-data\nGroup www-data\n')
END
    for module in mpm_event authz_core "$@"; do
      echo "LoadModule ${module}_module $modules/mod_$module.so"
    done
    [[ $* != *cgid* ]] || printf '%s\n' "ScriptSock $BATS_TEST_TMPDIR/cgid.sock" "SetEnv SSA_LOGIN_LIMITS $SSA_LOGIN_LIMITS"
    snippet "$snippet"
  } >"$BATS_TEST_TMPDIR/apache.conf"
  base=http://127.0.0.1:$port via=()
  begin curl -sf "$base/api/status" -- apache2 -DFOREGROUND -f "$BATS_TEST_TMPDIR/apache.conf"
}

# chunked [CURL OPTION...]: logs in with a body in chunks, without a length. Prints the status.
chunked() {
  curl -s -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' -H 'Transfer-Encoding: chunked' "${@:--d$LOGIN}" "$base/api/ticket"
}

# bats test_tags=long
@test "Apache with mod_proxy_scgi, as documented" {
  needs apache2 spawn-fcgi
  spawn_all
  apache apache-scgi env setenvif proxy proxy_scgi
  round
  only_the_three
  by_path_and_token
  [[ $(chunked) == 411 ]] # Apache's own answer: SCGI needs a length
}

# bats test_tags=long
@test "Apache with mod_cgid, as documented" {
  needs apache2
  install_to_srv
  [[ $(id -u) != 0 ]] || snippet modes | sed "s/-R ssa/-R www-data/" | sh -e
  open_to www-data
  apache apache-cgi alias env cgid
  round
  only_the_three
  by_path_and_token
  [[ $(chunked) == 200 ]]
  head -c 20000 /dev/zero >"$BATS_TEST_TMPDIR/big"
  [[ $(chunked --data-binary "@$BATS_TEST_TMPDIR/big") == 413 ]]
}
