# `make run`: runs scripts/run.sh in a copy of the files that it needs, on a free port. The script
# keeps one process for each server, stops them in the right order, and leaves nothing behind.
load helpers
load snippets

# The script must not see the variables of the suite and of make.
clean=(env -u REDIS_URL -u SSA_CGI_BIN -u SSA_MODE -u SSA_DATA_DIR -u SSA_RUN_DIR -u MAKEFLAGS -u MAKELEVEL)

setup() {
  here=$BATS_TEST_TMPDIR/here host=127.0.0.1 port=$(free_port)
  out=$BATS_TEST_TMPDIR/out err=$BATS_TEST_TMPDIR/err
  # What `make run` needs, and the programs under test.
  mkdir "$here"
  cp -a "$ROOT"/{Makefile,VERSION,lighttpd.conf,conf.d,scripts,www,data} "$here"
  cp -a "$CGI_BIN" "$here/cgi-bin"
}

teardown() {
  [[ -z ${pid-} ]] || kill -TERM "$pid" 2>/dev/null || true
  [[ -z ${other_redis-} ]] || kill "$other_redis" 2>/dev/null || true
  none_left 10 || { # no test may leave a server behind
    running | xargs -r kill -KILL
    false
  }
  [[ -z ${outside-} ]] || rm -rf "$outside"
}

# running: the processes that were started in $here. Zombies do not have a folder any more.
running() {
  local pattern=${here//[\[\]*?\\]/\\&} link last= # as find takes it literally
  while IFS=/ read -r _ _ link _; do
    [[ $link == "$last" ]] || echo "$link"
    last=$link
  done < <(exec find /proc/[0-9]*/{cwd,exe} -maxdepth 0 \( -lname "$pattern" -o -lname "$pattern/*" \) 2>/dev/null)
}

none_left() { # SECONDS
  local end=$((SECONDS + $1))
  while [[ -n $(running) ]]; do
    ((SECONDS < end)) || return 1
    moment
  done
}

# pid_of COMMAND: the server of this name that was started in $here.
pid_of() {
  local one
  for one in $(running); do
    [[ $(<"/proc/$one/comm") != "$1" ]] || echo "$one"
  done
}

# begin [NAME=VALUE...]: starts the script in the background. Its output goes to $out and $err.
begin() { launch / "$@" "$here/scripts/run.sh"; }

# begin_make: starts `make run` in the same way, and no signal is ignored.
begin_make() { launch "$here" --default-signal make -s -o all run; }

launch() { # FOLDER [OPTION OF env...] COMMAND...
  : >"$out" # now, so that `ready` does not see the output of an earlier run
  # Not as a child of this shell: in real use no process waits for it.
  (cd "$1" && SSA_PORT=$port exec "${clean[@]}" "${@:2}") >"$out" 2>"$err" 3>&- &
  pid=$!
}

# has_said PATTERN: whether a line of $out is like this.
has_said() {
  local line
  while IFS= read -r line; do
    # shellcheck disable=SC2053  # $1 is a pattern
    [[ $line != $1 ]] || return 0
  done <"$out"
  return 1
}

ready() {
  wait_until 20 "$pid" has_said 'curl */api/status' || { cat "$out" "$err" && return 1; }
}

# start [NAME=VALUE...]: starts the script, and waits until it serves.
start() { begin "$@" && ready; }

# end SIGNAL: stops the script alone. $status is its exit status.
end() {
  kill -s "$1" "$pid"
  wait_gone 20 "$pid"
  status=0
  wait "$pid" || status=$?
  pid=
}

# refused WORDS: it ends by itself, with a status other than 0 and one line that has these words. It
# leaves nothing behind.
refused() {
  wait_gone 20 "$pid"
  run wait "$pid"
  pid=
  [[ $status != 0 ]]
  cat "$err"
  [[ $(wc -l <"$err") == 1 ]]
  [[ $(<"$err") == "run.sh: "*"$1"* ]]
  [[ ! -s $out ]]
  none_left 1
}

log_in() { # [USER PASSWORD]: prints the reply
  curl -s --max-time 10 -H 'Content-Type: application/json' "http://$host:$port/api/ticket" \
    -d "{\"username\":\"${1-user1}\",\"password\":\"${2-$PASSWORD}\"}"
}

serves() { log_in | jq -e .data.ticket; }

# http_of TICKET [CURL OPTION...]: the status that GET /api/ticket answers.
http_of() {
  curl -s --max-time 10 -o /dev/null -w '%{http_code}' -H "X-Auth-Token: $1" "${@:2}" "http://$host:$port/api/ticket"
}

# start_other OPTION...: starts a Redis that is not the service's.
start_other() {
  redis-server --unixsocket "$BATS_TEST_TMPDIR/other.sock" --save '' --dir "$BATS_TEST_TMPDIR" "$@" >/dev/null 2>&1 3>&- &
  other_redis=$!
  wait_until 10 "$other_redis" redis-cli -s "$BATS_TEST_TMPDIR/other.sock" ping
}

private_redis() { redis-cli -s "$here/run/redis.sock" "$@"; }

# --- it serves ------------------------------------------------------------------------------------

@test "the README's three curl commands are those that are printed, their replies are as shown, and its Redis is private" {
  local readme=$BATS_TEST_TMPDIR/readme mode line settings
  [ "$(grep -n '^ticket=' "$ROOT/README.md" | cut -d: -f1)" -le 30 ]
  sed -n '/^ticket=$(curl/,/^```/{/^```/!p}' "$ROOT/README.md" | sed "s/127.0.0.1:8000/127.0.0.1:$port/" >"$readme"
  [ "$(wc -l <"$readme")" = 3 ]
  for mode in scgi cgi; do
    start SSA_MODE=$mode
    diff "$readme" <(tail -n 3 "$out")
    run bash -eu "$readme"
    # A terminal shows the machines, then the status.
    [[ $output == '{"data":[{"id": 100, "name": "Aimlab001", "GPU": "RTX4090", "cpus": 32, "status": "running"'*']}{"code":200,"message":"OK"}' ]]
    [[ $(jq -sc '.[0].data' <<<"$output") == "$(jq -c . "$here/data/machines.json")" ]]
    [[ $mode == cgi || -n $(pid_of status) ]] # the workers run
    # Its Redis is private: a socket in a folder of mode 0700, no port; no key is ever evicted.
    [[ $(stat -c %a "$here/run") == 700 && -S $here/run/redis.sock ]]
    settings=$(private_redis config get '*' | paste -sd ' \n')
    for line in 'port 0' 'appendonly yes' 'maxmemory-policy noeviction' "dir $here/run"; do grep -qxF "$line" <<<"$settings"; done
    grep -qi 'ready to accept connections' "$here/run/redis.log"
    # Redis writes nothing to the terminal.
    run -1 grep -i redis "$err"
    end TERM
    [ "$status" = 0 ]
  done
}

# bats test_tags=long
@test "its Redis has a memory limit, and keeps tickets and logouts over a restart; the log is stderr" {
  local kept ended
  start
  kept=$(log_in | jq -r .data.ticket)
  ended=$(log_in | jq -r .data.ticket)
  # Above the limit a login is refused, tickets still work, and no key is evicted.
  private_redis setrange filler $((256 * 1024 * 1024)) x >/dev/null
  [[ $(private_redis set other 1 2>&1) == OOM* ]]
  [[ $(log_in | jq -r .code) == 503 ]]
  [[ $(http_of "$kept") == 200 ]]
  private_redis del filler >/dev/null
  log_in nobody wrong >/dev/null
  grep 'authentication failure; rhost="\?127.0.0.1"\? user="nobody"' "$err"
  grep 'server started' "$err"
  [[ $(http_of "$ended" -X DELETE) == 204 ]]
  end TERM
  start
  [[ $(http_of "$kept") == 200 ]]
  [[ $(http_of "$ended") == 401 ]]
}

# bats test_tags=long
@test "the environment reaches the programs, in both modes" {
  local mode now expires
  mkdir "$BATS_TEST_TMPDIR/data"
  echo '[{"username":"elsewhere","password":"secret"}]' >"$BATS_TEST_TMPDIR/data/users.json"
  echo '[]' >"$BATS_TEST_TMPDIR/data/machines.json"
  host=127.0.0.2
  for mode in cgi scgi; do
    start SSA_MODE=$mode SSA_BIND=$host SSA_DATA_DIR="$BATS_TEST_TMPDIR/data" SSA_TICKET_TTL=100 SSA_TICKET_MAX=200 \
      SSA_LOGIN_LIMITS=0,1/600,0 SSA_WORKERS=3
    grep -q "http://$host:$port/api/info" "$out"
    run -7 curl -s "http://127.0.0.1:$port/api/status" # it listens only on the given address
    now=$(date +%s)
    expires=$(log_in elsewhere secret | jq .data.expires)
    ((expires > now + 50 && expires <= $(date +%s) + 100))
    [[ $mode == cgi || $(pid_of ticket | wc -l) == 4 ]] # three workers and their keeper
    # The first failure reaches the limit.
    [[ $(log_in elsewhere wrong | jq .code) == 401 && $(log_in elsewhere wrong | jq .code) == 429 ]]
    private_redis flushall >/dev/null
    end TERM
  done
}

# bats test_tags=long
@test "REDIS_URL: that Redis is used and none is started" {
  start_other --port 0
  [[ $(id -u) != 0 ]] || chmod 777 "$BATS_TEST_TMPDIR/other.sock" # for the case that root gives up its rights
  start REDIS_URL="unix://$BATS_TEST_TMPDIR/other.sock?db=3"
  serves
  [[ $(redis-cli -s "$BATS_TEST_TMPDIR/other.sock" -n 3 dbsize) == 2 ]] # ticket and index
  [[ ! -e $here/run/redis.sock ]]
  [[ -z $(pid_of redis-server) ]]
  end TERM
  kill -0 "$other_redis" # the script must not stop it
}

# bats test_tags=long
@test "an odd folder, and a LANG whose locale was not generated; a broken data file is reported, and it serves" {
  mv "$here" "$BATS_TEST_TMPDIR/a %41 b?db"
  here="$BATS_TEST_TMPDIR/a %41 b?db"
  start LANG=zh_CN.UTF-8 LC_ALL=zh_CN.UTF-8
  serves
  [[ $(private_redis dbsize) == 2 ]]
  end TERM
  echo '[' >"$here/data/machines.json"
  start
  grep '^run.sh: .*the service is not healthy: .*machines' "$err"
  serves
}

# --- it ends --------------------------------------------------------------------------------------

# is_begun: run.sh has looked at what make catches, and reads on.
is_begun() { [[ -d $here/run ]]; }
has_redis() { [[ -S $here/run/redis.sock ]]; }

# bats test_tags=long
@test "SIGTERM, SIGHUP or SIGKILL to the script alone: all processes end, and the next start works at once" {
  local mode signal moment
  for mode in cgi scgi; do
    for signal in TERM HUP; do
      for moment in is_begun has_redis ready; do # while it starts, and when it serves
        rm -rf "$here/run"
        begin SSA_MODE=$mode
        wait_until 20 "$pid" $moment
        end $signal
        [[ $moment != ready || $status == 0 ]]
        none_left 2
        [[ ! -e $here/run/redis.sock ]]
      done
    done
    start SSA_MODE=$mode
    end KILL
    start SSA_MODE=$mode
    serves
    [[ $(pid_of redis-server | wc -l) == 1 && $(pid_of lighttpd | wc -l) == 1 ]]
    end TERM
  done
}

# bats test_tags=long
@test "SIGTERM, SIGHUP, SIGINT or SIGKILL to make alone: all processes end, and the next start works" {
  local signal moment
  for signal in TERM HUP INT KILL; do
    for moment in is_begun ready; do
      begin_make
      wait_until 10 "$pid" $moment || { echo "$signal, $moment: $(<"$err")" && return 1; }
      kill -s $signal "$pid"
      wait_gone 10 "$pid"
      pid=
      none_left 5
      [[ ! -e $here/run/redis.sock ]]
      run -1 grep '^make' "$err" # it was stopped on request, so make has nothing to say
      rm -r "$here/run"
    done
  done
}

# in_terminal COMMAND: runs it in a terminal of its own. What is written to file descriptor 7
# is typed there.
in_terminal() {
  out=$BATS_TEST_TMPDIR/terminal
  mkfifo "$BATS_TEST_TMPDIR/keys"
  # A program that a shell starts in the background ignores SIGINT. In a terminal no program does.
  "${clean[@]}" --default-signal=INT SSA_PORT="$port" script -qefc "$1" /dev/null <"$BATS_TEST_TMPDIR/keys" \
    >"$out" 2>&1 3>&- &
  exec 7>"$BATS_TEST_TMPDIR/keys"
  local end=$((SECONDS + 20))
  until has_said 'curl */api/status?'; do # the terminal ends a line with CR LF
    ((SECONDS < end)) || { cat "$out" && return 1; }
    moment
  done
}

@test "Ctrl-C at a terminal: make run ends, and all its processes" {
  in_terminal "cd $here && make -s -o all run"
  [[ -n $(pid_of redis-server) && -n $(pid_of lighttpd) ]]
  printf '\003' >&7
  none_left 10
  # It was stopped on request, so nothing is reported as an error.
  run -1 grep -E '^make|Error|run.sh:.*ended' "$out"
  grep -q 'graceful shutdown' "$out" # the server prints this only on SIGINT
  exec 7>&-
}

# bats test_tags=long
@test "a closed terminal" {
  local mode shell
  for mode in cgi scgi; do
    rm -f "$BATS_TEST_TMPDIR/keys"
    in_terminal "export SSA_MODE=$mode; cd $here && make -s -o all run"
    shell=$(pgrep -f "^script -qefc export SSA_MODE=$mode; cd $here ")
    # The program of the terminal ends at once, as when its window is closed.
    kill -KILL "$shell"
    none_left 10
    exec 7>&-
  done
}

# bats test_tags=long
@test "a request that runs while the service is stopped is answered" {
  local client
  start
  private_redis client pause 700 ALL >/dev/null
  curl -s --max-time 10 -o "$BATS_TEST_TMPDIR/answer" -w '%{http_code}' "http://127.0.0.1:$port/api/status" \
    >"$BATS_TEST_TMPDIR/code" 3>&- &
  client=$!
  wait_until 5 "$pid" eval '[[ -n $(pid_of status) ]]'
  end TERM
  wait "$client"
  # Redis paused for longer than a command may take. So the program itself answers 503, and the
  # client gets this reply.
  [[ $(<"$BATS_TEST_TMPDIR/code") == 503 ]]
  jq -e '.message == "redis"' "$BATS_TEST_TMPDIR/answer"
}

# bats test_tags=long
@test "if one server ends by itself, the other is stopped too, and one line says so" {
  local server
  for server in lighttpd redis-server; do
    start
    : >"$err"
    kill -KILL "$(pid_of $server)"
    wait_gone 20 "$pid"
    run -1 wait "$pid"
    cat "$err"
    grep -i "^run.sh: ${server%-server} stopped unexpectedly" "$err"
    none_left 2
  done
}

# --- it does not start ----------------------------------------------------------------------------

# bats test_tags=long
@test "a second run in the same folder: one line, and the first continues to serve" {
  local how
  begin_make
  ready
  for how in 'scripts/run.sh' 'make run'; do
    run -1 --separate-stderr timeout 10 env -C "$here" "${clean[@]}" SSA_PORT="$(free_port)" ${how/make/make -s -o all}
    [[ -z $output ]] # also make adds nothing
    [[ $stderr == "run.sh: already running with the folder $here/run; for a second one: SSA_PORT=8001 SSA_RUN_DIR=/tmp/ssa $how" ]]
  done
  serves
}

# bin_without PROGRAM: makes $bin, with all that the script needs but this, and makes it the only
# folder where the script looks.
bin_without() {
  local tool tools=()
  bin=$BATS_TEST_TMPDIR/without-$1
  mkdir "$bin"
  for tool in bash sh env dirname realpath setsid setpriv id stat chmod mkdir chown test flock sed nproc tail rm sleep cat grep ln sort \
    lighttpd redis-server redis-cli curl; do
    [[ $tool == "$1" ]] || tools+=("$tool")
  done
  ln -st "$bin" $(PATH=$PATH:/usr/sbin type -P "${tools[@]}")
  sed -i '/^PATH=/d' "$here/scripts/run.sh" # which adds /usr/sbin
}

@test "a missing program: one line that says make deps" {
  local missing bin
  for missing in lighttpd redis-server curl; do
    bin_without $missing
    begin PATH="$bin" SSA_BIND="$BATS_TEST_TMPDIR/socket"
    refused "$missing is not installed: run \`make deps run\`"
  done
  start PATH="$bin" # only a Unix socket takes curl
}

# bats test_tags=long
@test "where there is no redis-server, valkey-server takes its place" {
  local bin
  bin_without redis-server
  mv "$bin/redis-cli" "$bin/valkey-cli"
  ln -s "$(type -P redis-server)" "$bin/valkey-server"
  start PATH="$bin"
  serves
  [[ -n $(pid_of valkey-server) && -z $(pid_of redis-server) ]]
  end TERM
  [ "$status" = 0 ]
}

@test "a taken port, a value that is not allowed, programs that are not built: one line, nothing left" {
  start_other --port "$port"
  begin
  refused "http://127.0.0.1:$port is in use by another program; use another port: SSA_PORT=$((port + 1)) scripts/run.sh"
  [[ ! -e $here/run/redis.sock ]]
  begin SSA_MODE=fastcgi
  refused "SSA_MODE must be cgi or scgi"
  begin SSA_PORT=80a
  refused "SSA_PORT must be a number, 1 to 65535; use its default: env -u SSA_PORT scripts/run.sh"
  rm "$here/cgi-bin/info"
  begin
  refused "cgi-bin/info is missing: run make"
}

# bats test_tags=long
@test "an address that this machine does not have, a Redis that does not start: the reason, nothing left" {
  begin SSA_BIND=192.0.2.7
  wait_gone 20 "$pid"
  run -1 wait "$pid"
  grep '^run.sh: ' "$err"
  none_left 1
  start
  end TERM
  echo garbage >"$here/run/appendonlydir/appendonly.aof.manifest"
  begin
  refused "redis-server did not start: "
  grep -q 'Invalid AOF manifest file format' "$err"
}

# --- as root --------------------------------------------------------------------------------------

# in_the_open: moves $here to a place that every user can enter.
in_the_open() {
  [[ $(id -u) == 0 ]] || skip "needs root"
  outside=$(mktemp -d /tmp/ssa-run.XXXXXX) # other users may not enter TMPDIR
  chmod 755 "$outside"
  mv "$here" "$outside/here"
  here=$outside/here
}

owners() { # the users of all processes
  local one
  for one in $(running); do awk '/^Uid:/ { print $2 }' "/proc/$one/status" 2>/dev/null; done | sort -u | xargs -n 1 id -un
}

# rights: those of lighttpd, in hexadecimal.
rights() { awk '/^CapEff/ { print $2 }' "/proc/$(pid_of lighttpd)/status"; }

@test "root gives up its rights and becomes www-data" {
  in_the_open
  local mode
  for mode in cgi scgi; do
    start SSA_MODE=$mode
    [[ $(owners) == www-data && $(rights) == 0000000000000000 ]]
    [[ $(stat -c %U "$here/run" "$here/run/redis.sock" | sort -u) == www-data ]]
    grep -q 'NoNewPrivs:[[:space:]]*1' "/proc/$(pid_of lighttpd)/status"
    [[ $(http_of "$(log_in | jq -r .data.ticket)") == 200 ]]
    run -1 grep root "$err"
    end TERM
    [ "$status" = 0 ]
  done
}

# bats test_tags=long
@test "root becomes the owner of the folder; with a port below 1024 it keeps the right to open it, and no other" {
  in_the_open
  for port in 1023 1022 1021 1020 1019; do
    curl -s "http://127.0.0.1:$port" >/dev/null || [[ $? != 7 ]] || break
  done
  start
  [[ $(owners) == www-data && $(rights) == 0000000000000400 ]]
  serves
  end TERM
  chown -R nobody: "$here"
  chmod 700 "$here"
  start
  [[ $(owners) == nobody ]]
  serves
}

# goes_on WORDS: all processes belong to root, and one line says so, why, and what to do.
goes_on() {
  [[ $(owners) == root ]]
  cat "$err"
  [[ $(grep -c '^run.sh:' "$err") == 1 ]]
  grep -F "run.sh: do not start it as root! It continues as root, because $1" "$err"
  serves
}

# after_remedy: runs the command that the line shows, and starts again. No process is root's.
after_remedy() {
  end TERM
  bash -ec "$(sed -n 's/^run.sh:.*; start it as an ordinary user, or: //p' "$err")"
  start
  [[ $(owners) == www-data ]]
  serves
  run -1 grep '^run.sh:' "$err"
}

# bats test_tags=long
@test "root in a folder that no other user can enter: it stays root, and says how to change that" {
  in_the_open
  chmod 700 "$outside"
  local mode
  for mode in cgi scgi; do
    start SSA_MODE=$mode
    goes_on "$outside is closed to the user www-data; start it as an ordinary user, or: mv $here /srv/"
    end TERM
    [ "$status" = 0 ]
    none_left 5
  done
}

# bats test_tags=long,load
@test "root, and other users may not read users.json or run the programs: it stays root, until the printed command is run" {
  in_the_open
  chmod 600 "$here/data/users.json"
  start
  goes_on "$here/data/users.json is closed to the user www-data; start it as an ordinary user, or: chgrp www-data $here/data/users.json"
  after_remedy
  [[ $(stat -c '%a %U %G' "$here/data/users.json") == "640 root www-data" ]]
  end TERM
  chown -R root: "$here"
  chmod -R go= "$here" # as with a umask of 077
  start
  goes_on ''
  grep ' is closed to the user www-data; start it as an ordinary user, or: chgrp -R www-data ' "$err"
  after_remedy
}

# bats test_tags=long
@test "root's make run follows no link in the folder of the sockets" {
  in_the_open
  install -d -o www-data -m 700 "$here/run"
  echo mine >"$outside/precious"
  for name in "make.$$" redis.log redis.sock appendonlydir; do ln -s "$outside/precious" "$here/run/$name"; done
  chmod 600 "$outside/precious"
  begin
  wait_gone 20 "$pid" # Redis does not start with such files
  pid=
  grep '^run.sh: redis-server did not start' "$err"
  [[ $(<"$outside/precious") == mine && $(stat -c '%a %U' "$outside/precious") == "600 root" ]]
}

# bats test_tags=long
@test "make dist: two runs in a clone make the same bytes, and ./run of the tarball serves" {
  is_static || skip "the tarball is of static programs"
  [[ -x $ROOT/sbin/ssactl ]] || skip "ssactl is not built"
  needs git
  run -1 "$here/scripts/dist.sh"
  [[ $output == "dist.sh: not a clone of the repository"* ]] # which has the sample data
  cp -a "$ROOT"/{man,completions,docs,examples,LICENSE,*.md} "$here"
  mkdir "$here/sbin"
  cp -a "$ROOT/sbin/ssactl" "$here/sbin"
  git -C "$here" init -q
  git -C "$here" add -f data
  git -C "$here" -c user.name=x -c user.email=x@example.org commit -q -m data
  # What was edited since stays here.
  echo '[{"username":"real","password":"secret"}]' >"$here/data/users.json"
  echo '[]' >"$here/data/machines.json"
  SOURCE_DATE_EPOCH=1700000000 "$here/scripts/dist.sh"
  mv "$here/dist" "$BATS_TEST_TMPDIR/first"
  # Other times and owners of the files make no difference.
  find "$here" -exec touch -d '2001-02-03' {} +
  SOURCE_DATE_EPOCH=1700000000 "$here/scripts/dist.sh"
  (cd "$here/dist" && sha256sum --check --status SHA256SUMS)
  diff -r "$BATS_TEST_TMPDIR/first" "$here/dist"
  # The tarball for another processor has its own name and programs, and the first one stays.
  mkdir "$here/other"
  for name in status ticket info ssactl; do echo "other $name" >"$here/other/$name"; done
  CGI_BIN=other SSACTL=other/ssactl MACHINE=other SOURCE_DATE_EPOCH=1700000000 "$here/scripts/dist.sh"
  [[ $(cut -d ' ' -f 3 "$here/dist/SHA256SUMS") == "$(cd "$here/dist" && printf '%s\n' *.tar.gz)" ]]
  cmp "$BATS_TEST_TMPDIR"/first/*.tar.gz "$here/dist/$(cd "$BATS_TEST_TMPDIR/first" && echo *.tar.gz)"
  tar xzf "$here"/dist/*-other.tar.gz -C "$BATS_TEST_TMPDIR" --transform 's,^[^/]*,other,'
  [[ $(cat "$BATS_TEST_TMPDIR"/other/{cgi-bin/{status,ticket,info},sbin/ssactl}) == $'other status\nother ticket\nother info\nother ssactl' ]]
  rm "$here"/dist/*-other.tar.gz
  if [[ $(id -u) == 0 ]]; then in_the_open; else outside=$(mktemp -d /tmp/ssa-run.XXXXXX); fi
  tar xzf "$here"/dist/*.tar.gz -C "$outside"
  here=$(echo "$outside"/simpleserverapi-*/)
  here=${here%/}
  cmp "$here/data/users.json" "$ROOT/data/users.json"
  run -1 grep -rE '`make|make (run|deps|install|docs|dist|test)' "$here"/{README.md,docs,man,lighttpd.conf}
  [[ $(cd "$here/man" && echo *) == 'simpleserverapi.7 ssactl.8' ]]
  [[ $(sed -n 3p "$here/README.md") == "    ./run" ]]
  [[ $("$here/run" --help) == 'usage: [NAME=VALUE]... ./run'* ]]
  launch / "$here/run"
  ready
  [[ $(curl -s "http://127.0.0.1:$port/api/status") == '{"code":200,"message":"OK"}' ]]
  [[ $(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/main.js") == 200 ]]
  # The tool asks the private Redis of this service.
  log_in >/dev/null
  env -u SSA_DATA_DIR "$here/sbin/ssactl" sessions 2>"$BATS_TEST_TMPDIR/asked" | grep -q user1
  grep -F "$here" "$BATS_TEST_TMPDIR/asked"
  # Root needs no right to read every file: all are for everybody.
  [[ $(id -u) != 0 || $(owners) == www-data ]]
  run -1 grep '^run.sh' "$err"
  end TERM
}
