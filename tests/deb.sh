#!/bin/bash
# tests/deb.sh SUITE
#
# Builds the Debian package on an empty Debian with that name (bookworm, trixie), looks at it with
# lintian, and tries it on a second one, where nothing is installed but what the package asks for:
# files and users, the service, an upgrade, remove and purge. `make test-deb SUITE=...` calls this
# script. The last line is `N passed, N failed`. It needs root.
#
# No systemd runs there. So the command of the unit is started here, as its user, with its
# environment and without capabilities, in a network of its own.
# shellcheck disable=SC2016  # what is quoted is for other shells, awk and dpkg
set -euo pipefail
cd "$(dirname "$0")/.."
suite=${1-} root=$PWD/build/debian/${1-}-package
# shellcheck source=tests/empty-debian.sh
. tests/empty-debian.sh

passed=0 failed=0

# check WHAT COMMAND...
check() {
  local what=$1
  shift
  if "$@" >"$log" 2>&1; then
    echo "  ok: $what"
    passed=$((passed + 1))
  else
    echo "  FAILED: $what"
    sed 's/^/    /' "$log"
    failed=$((failed + 1))
  fi
}

# same WANTED COMMAND...: whether the command prints this.
same() {
  local wanted=$1
  shift
  diff <([[ -z $wanted ]] || echo "$wanted") <("$@")
}

# --- the service, as systemd runs it --------------------------------------------------------------

as_user=(setpriv --reuid _ssa --regid _ssa --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs)

# of UNIT KEY: the values of this key in the unit, one for each line.
of() { sed -n "s/^$2=//p" "$root/lib/systemd/system/$1"; }

# wait_for COMMAND...: until it succeeds, 10 s at most.
wait_for() {
  local end=$((SECONDS + 10))
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || return 1
    sleep 0.05
  done
}

# environment UNIT: what the unit gives to its command.
environment() {
  local file words
  read -ra words < <(of "$1" Environment)
  file=$(of "$1" EnvironmentFile)
  printf '%s\n' "${words[@]}"
  sed -n '/^[A-Z]/p' "$root${file#-}"
}

# start_unit UNIT COMMAND...: as systemd does.
start_unit() {
  local name=$1 words
  shift
  mapfile -t words < <(environment "$name")
  chroot "$root" "${clean[@]}" env -i -C "$(of "$name" WorkingDirectory | grep . || echo /)" PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    "${words[@]}" "${as_user[@]}" env --default-signal=INT "$@" &
}

# try_service URL: logs in and lists the machines. Prints what is wrong.
try_service() {
  local ticket body
  wait_for curl -sf "$1/api/status" || return
  [[ $(curl -s "$1/api/status?verbose") == '{"code":200,"message":"OK","checks":{"redis":"OK","users":"OK","machines":"OK"}}' ]] || return
  body=$(curl -s -H 'Content-Type: application/json' -d '{"username":"alice","password":"correct-horse"}' "$1/api/ticket")
  echo "$body"
  [[ $body =~ \"ticket\":\"([^\"]+)\" ]] || return
  ticket=${BASH_REMATCH[1]}
  body=$(curl -s -H "X-Auth-Token: $ticket" "$1/api/info")
  echo "$body"
  [[ $(jq -c .data <<<"$body") == "$(jq -c . data/machines.json)" ]] || return
  [[ $(curl -s -o /dev/null -w '%{http_code}' -d '{"username":"alice","password":"wrong"}' -H 'Content-Type: application/json' "$1/api/ticket") == 401 ]] || return
  curl -s -X DELETE -o /dev/null -w '%{http_code}\n' -H "X-Auth-Token: $ticket" "$1/api/ticket" | grep -qx 204
}

codes() { # URL...: their statuses in one line
  local url
  for url; do curl -s -o /dev/null -w '%{http_code} ' "$url"; done | sed 's/ $/\n/'
}

# run_service: all that is to be seen while the service runs. It is called in a network of its own.
run_service() {
  unset http_proxy https_proxy
  local words pids service name url=http://127.0.0.1:8340
  ip link set lo up
  in_debian setpriv --reuid redis --regid redis --clear-groups \
    redis-server --port 6379 --bind 127.0.0.1 --save '' --dir /tmp >/dev/null &
  wait_for bash -c ': </dev/tcp/127.0.0.1/6379'
  read -ra words < <(of simpleserverapi.service ExecStart)
  start_unit simpleserverapi.service "${words[@]}" >"$root.service" 2>&1
  service=$!
  check "the service on port 8340: status, login, machines, logout" try_service $url
  check "the console, and nothing else of the folder" same '200 404 404' \
    codes "$url/" "$url/users.json" "$url/lighttpd.conf"
  check "a setting of /etc/default/simpleserverapi is in use" \
    sh -c "curl -si -H 'Origin: https://app.example' $url/api/status | grep -qi '^access-control-allow-origin: https://app.example'"
  mapfile -t pids < <(in_debian sh -c 'for p in /proc/[0-9]*; do case $(readlink $p/exe) in */lighttpd | */cgi-bin/*) stat -c %U $p ;; esac; done | sort | uniq')
  check "all its processes belong to _ssa" same _ssa echo "${pids[@]}"
  check "it listens on the loopback only" same '127.0.0.1:8340' \
    sh -c "ss -Hlnt 'sport = :8340' | awk '{ print \$4 }'"
  check "the log has the refused login, and no password" \
    bash -c "grep -q 'authentication failure; .*user=\"alice\" reason=\"wrong password\"' '$root.service' && ! grep -E 'correct-horse|argon2id' '$root.service'"
  kill -INT "$service"
  check "SIGINT ends it" wait "$service"

  # The snippet for the system's lighttpd, with the units for another server in front.
  check "lighttpd takes the snippet" in_debian sh -c 'lighty-enable-mod simpleserverapi && lighttpd -tt -f /etc/lighttpd/lighttpd.conf'
  for name in status ticket info; do
    mapfile -t words < <(environment simpleserverapi@.service)
    # As systemd does it: the socket belongs to the unit's SocketUser= and is the program's stdin.
    python3 -c '
import os, socket, sys
os.umask(0o117)
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen(1024)
os.dup2(listener.fileno(), 0)
os.execvp(sys.argv[2], sys.argv[2:])' "$root$(of simpleserverapi@.socket ListenStream | sed "s/%i/$name/")" \
      chroot "$root" "${clean[@]}" env -i "${words[@]}" "${as_user[@]}" "$(of simpleserverapi@.service ExecStart | sed "s/%i/$name/")" 2>>"$root.service" &
  done
  wait_for test -S "$root/run/simpleserverapi/info.sock"
  in_debian chown _ssa:www-data /run/simpleserverapi/{status,ticket,info}.sock
  in_debian lighttpd -D -f /etc/lighttpd/lighttpd.conf &
  check "the API under the system's lighttpd, on port 80" try_service http://127.0.0.1
  rm -f "$root"/run/simpleserverapi/*.sock
}


if [[ ${3-} == network ]]; then
  run_service
  echo "$passed $failed" >"$root.count"
  # shellcheck disable=SC2046  # process ids
  kill $(jobs -p) 2>/dev/null || true
  wait
  exit
fi

# --- build ----------------------------------------------------------------------------------------

instance=$root
root=$instance-build
empty_debian
quietly "apt build-dep" packages build-dep -y ./
tree() { (cd "$root/srv/ssa" && find . -path ./build -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum); }
tree >"$root.tree"
# It must not need a network.
check "make deb, without a network" unshare --net chroot "$root" "${clean[@]}" env -C /srv/ssa make deb
check "the tree is as it was" same "$(<"$root.tree")" tree
quietly "apt install lintian" packages install -y lintian
# Not as root, as lintian wants it.
in_debian chown -R nobody build/deb
check "lintian: no error, no warning" in_debian setpriv --reuid nobody --clear-groups env HOME=/tmp \
  sh -c 'lintian --fail-on error,warning --tag-display-limit 0 build/deb/*.changes'
built=("$root"/srv/ssa/build/deb/simpleserverapi_*.deb)
[[ -e ${built[0]} ]] || fail "no package was built"
version=$(in_debian dpkg-deb -f "${built[0]#"$root"}" Version)

# The next version: the same files under another number.
in_debian dpkg-deb -R "${built[0]#"$root"}" /srv/next
sed -i "s/^Version: .*/&+next/" "$root/srv/next/DEBIAN/control"
in_debian dpkg-deb -b /srv/next /srv/next.deb >/dev/null

# --- install --------------------------------------------------------------------------------------

packages_folder=$root
root=$instance
empty_debian
cp "${built[0]}" "$root/srv/this.deb"
cp "$packages_folder/srv/next.deb" "$root/srv/next.deb"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" # no service starts at its installation
chmod 755 "$root/usr/sbin/policy-rc.d"

# What the package asks for comes first, so that the list of all files before and after is a list of
# what the package itself leaves.
mapfile -t depends < <(packages install -s /srv/this.deb | awk '$1 == "Inst" && $2 != "simpleserverapi" { print $2 }')
quietly "apt install, what it depends on: ${depends[*]}" packages install -y "${depends[@]}"
everything() {
  # Not those of apt and of this script, nor what its calls of systemd and lighttpd leave in /run.
  (cd "$root" && find . -xdev \( -path ./run/systemd -o -path ./run/lighttpd.pid -o -path ./srv -o -path ./tmp -o -path ./var/cache -o -path ./var/log -o -path ./var/lib/apt \
    -o -path './var/lib/dpkg/*-old' -o -path ./var/lib/dpkg/lock -o -path './etc/*-' \) -prune -o -printf '%m %u:%g %p\n' | LC_ALL=C sort)
}
accounts() { cat "$root"/etc/{passwd,group}; }
everything >"$root.before"
accounts >"$root.accounts"

check "apt install" packages install -y /srv/this.deb

# modes PATH...: mode, owner and path of each.
modes() { in_debian stat -c '%a %U:%G %n' "$@"; }
check "modes and owners" same '750 root:_ssa /etc/simpleserverapi
640 root:_ssa /etc/simpleserverapi/users.json
640 root:_ssa /etc/simpleserverapi/machines.json
640 root:root /etc/default/simpleserverapi
755 root:root /usr/lib/simpleserverapi/cgi-bin/ticket
755 root:root /usr/lib/simpleserverapi/scripts/lighttpd-vars.sh
644 root:root /usr/lib/simpleserverapi/lighttpd.conf
755 root:root /run/simpleserverapi
700 _ssa:_ssa /run/simpleserverapi/workers' modes /etc/simpleserverapi{,/users.json,/machines.json} /etc/default/simpleserverapi \
  /usr/lib/simpleserverapi/{cgi-bin/ticket,scripts/lighttpd-vars.sh,lighttpd.conf} /run/simpleserverapi{,/workers}
check "no user and no machine at first" same '[]
[]' cat "$root"/etc/simpleserverapi/{users,machines}.json
check "the data are no conffiles" same '/etc/default/simpleserverapi
/etc/lighttpd/conf-available/60-simpleserverapi.conf' \
  sort "$root/var/lib/dpkg/info/simpleserverapi.conffiles"
check "the user _ssa: no home, no shell" in_debian sh -c 'getent passwd _ssa | grep -q ":/nonexistent:/usr/sbin/nologin$"'
check "the service is enabled, the sockets and the snippet are not" same \
  '/etc/systemd/system/multi-user.target.wants/simpleserverapi.service' \
  in_debian find /etc/systemd/system /etc/lighttpd/conf-enabled -name '*simpleserverapi*'
check "the programs, the pages and the documents" in_debian ls /usr/lib/simpleserverapi/cgi-bin/{status,ticket,info} \
  /usr/lib/simpleserverapi/www/{openapi.json,console/index.html,errors/404.html} \
  /usr/share/doc/simpleserverapi/{README.md,README.Debian,docs/operating.md,examples/machines.json,copyright}
unit=$(in_debian sh -c 'ls /lib/systemd/system/simpleserverapi.service')
check "systemd accepts the units" same '' in_debian sh -c 'systemd-analyze verify simpleserverapi.service simpleserverapi@status.socket 2>&1'
check "at most 2.5 in systemd-analyze security" in_debian systemd-analyze security --offline=true --threshold=25 --no-pager "$unit"
grep -o 'Overall exposure.*' "$log" || true
check "the service's user can write nothing of it" same '' in_debian "${as_user[@]}" find /usr/lib/simpleserverapi /etc/simpleserverapi /etc/default -writable
check "no other user can read the data" in_debian sh -c '! setpriv --reuid www-data --regid www-data --clear-groups cat /etc/simpleserverapi/users.json'

# --- run ------------------------------------------------------------------------------------------

# A user whose password is correct-horse, and the example machines, as an administrator writes them.
hash=$(sed -n "s/^COSTLY='\(.*\)'/\1/p" tests/suite/helpers.bash)
[[ -n $hash ]]
printf '[{"username":"alice","password":"%s"}]\n' "$hash" >"$root/etc/simpleserverapi/.users.new"
in_debian chown root:_ssa /etc/simpleserverapi/.users.new
chmod 640 "$root/etc/simpleserverapi/.users.new"
mv "$root/etc/simpleserverapi/.users.new" "$root/etc/simpleserverapi/users.json"
cp "$root/usr/share/doc/simpleserverapi/examples/machines.json" "$root/etc/simpleserverapi/machines.json"
sed -i 's/^#SSA_CORS_ORIGINS=/SSA_CORS_ORIGINS=https:\/\/app.example/' "$root/etc/default/simpleserverapi"

unshare --net tests/deb.sh "$suite" inside network || true
read -r p f <"$root.count"
passed=$((passed + p)) failed=$((failed + f))

# --- upgrade, remove, purge -----------------------------------------------------------------------

kept() { (cd "$root" && sha256sum etc/simpleserverapi/* etc/default/simpleserverapi && modes /etc/simpleserverapi{,/users.json,/machines.json} /etc/default/simpleserverapi); }
before=$(kept)
check "upgrade" packages install -y /srv/next.deb
check "it is the next version" same "$version+next" in_debian dpkg-query -W -f '${Version}\n' simpleserverapi
check "the data and the settings are kept" same "$before" kept
check "remove" packages remove -y simpleserverapi
check "the data and the settings are still kept" same "$before" kept
check "the programs are gone, and the snippet is not enabled" same '' \
  in_debian sh -c 'ls -d /usr/lib/simpleserverapi /run/simpleserverapi /etc/lighttpd/conf-enabled/*simpleserverapi* 2>/dev/null; true'
check "purge" packages purge -y simpleserverapi
check "purge leaves no file" same "$(<"$root.before")" everything
check "purge leaves no user" same "$(<"$root.accounts")" accounts

echo "$passed passed, $failed failed"
((failed == 0))
