#!/bin/bash
# tests/deb.sh SUITE
#
# Builds the Debian package on an empty Debian with that name (bookworm, trixie), and looks at it
# with lintian; then the same for arm64. A second one, where nothing is installed but what the
# package asks for, is started with its own systemd. There the package is installed, used, upgraded,
# removed and purged. `make test-deb SUITE=...` calls this script. The last line is `N passed, N
# failed`. It needs root.
#
# That system has its own network, a loopback and nothing else.
# shellcheck disable=SC2016,SC2218  # what is quoted is for other shells; in_debian is defined twice
set -euo pipefail
cd "$(dirname "$0")/.."
suite=${1-} root=$PWD/build/debian/${1-}-package

# The third stage, in its own namespaces: become the first process of that system.
if [[ ${3-} == boot ]]; then
  mount --rbind "$root" "$root"
  cd "$root"
  mount -t proc proc proc
  mkdir -p run/old
  ip link set lo up
  pivot_root . run/old
  umount -l /run/old
  exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd </dev/null >/dev/null 2>&1
fi

# shellcheck source=tests/empty-debian.sh
. tests/empty-debian.sh
mount -t proc proc /proc # by the numbers of this namespace, for nsenter

# shellcheck source=tests/counted.sh
. tests/counted.sh

# --- build ----------------------------------------------------------------------------------------

instance=$root
root=$instance-build
empty_debian
quietly "apt build-dep" packages build-dep -y ./
tree() { (cd "$root/srv/ssa" && find . -path ./build -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum); }
tree >"$root.tree"
check "make deb, without a network" unshare --net chroot "$root" "${clean[@]}" env -C /srv/ssa make deb
check "the tree is as it was" same "$(<"$root.tree")" tree
quietly "apt install lintian" packages install -y lintian
in_debian chown -R nobody build/deb # lintian complains about root
check "lintian: no error, no warning" in_debian setpriv --reuid nobody --clear-groups env HOME=/tmp \
  sh -c 'lintian --fail-on error,warning --tag-display-limit 0 build/deb/*.changes'
built=("$root"/srv/ssa/build/deb/simpleserverapi_*.deb)
[[ -e ${built[0]} ]] || fail "no package was built"
cp "${built[0]}" "$root/srv/this.deb"
version=$(in_debian dpkg-deb -f /srv/this.deb Version)

# The next version: the same files under another number.
in_debian dpkg-deb -R /srv/this.deb /srv/next
sed -i "s/^Version: .*/&+next/" "$root/srv/next/DEBIAN/control"
in_debian dpkg-deb -b /srv/next /srv/next.deb >/dev/null

# --- the same for arm64 ---------------------------------------------------------------------------

in_debian dpkg --add-architecture arm64
quietly "apt update, for arm64" packages update
quietly "apt install crossbuild-essential-arm64" packages install -y crossbuild-essential-arm64
quietly "apt build-dep, for arm64" packages build-dep -y -a arm64 -P cross ./
check "make deb ARCH=arm64, without a network" unshare --net chroot "$root" "${clean[@]}" env -C /srv/ssa make deb ARCH=arm64
check "it is for arm64" same arm64 in_debian sh -c 'dpkg-deb -f build/deb/simpleserverapi_*_arm64.deb Architecture'
in_debian chown -R nobody build/deb
check "lintian: no error, no warning" in_debian setpriv --reuid nobody --clear-groups env HOME=/tmp \
  sh -c 'lintian --fail-on error,warning --tag-display-limit 0 build/deb/*.changes'
quietly "apt install qemu-user" packages install -y qemu-user
check "its programs run, in an emulator" in_debian sh -c 'dpkg-deb -x build/deb/simpleserverapi_*_arm64.deb /srv/arm64 && cd /srv/arm64/usr &&
  REQUEST_METHOD=GET QUERY_STRING=verbose SSA_DATA_DIR=/srv/ssa/data REDIS_URL=unix:///nowhere qemu-aarch64 lib/simpleserverapi/cgi-bin/status </dev/null | tee /dev/stderr |
  grep -q "\"users\":\"OK\"" && echo secret | qemu-aarch64 sbin/ssactl hash | tee /dev/stderr | grep -q "^.argon2id"'

# --- a second Debian, with its systemd ------------------------------------------------------------

factory=$root
root=$instance
empty_debian
cp "$factory"/srv/{this,next}.deb "$root/srv"

# What the package asks for is installed first, here where there is a network. No service starts.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
mapfile -t depends < <(packages install -s /srv/this.deb | awk '$1 == "Inst" && $2 != "simpleserverapi" { print $2 }')
quietly "apt install, what it depends on: ${depends[*]}" packages install -y "${depends[@]}"
rm "$root/usr/sbin/policy-rc.d"
# A timer of apt would take the lock of dpkg.
for unit in apt-daily apt-daily-upgrade dpkg-db-backup e2scrub_all; do
  ln -s /dev/null "$root/etc/systemd/system/$unit.timer"
done

echo "$me: starting systemd"
unshare --mount --pid --net --ipc --uts --cgroup --fork --kill-child tests/deb.sh "$suite" inside boot &
wait_for pgrep -P $! || fail "no namespaces for systemd"
system=$(pgrep -P $!)
# From now on these go there.
in_debian() { nsenter --target "$system" --mount --pid --net --ipc --uts --cgroup "${clean[@]}" env -u http_proxy -u https_proxy "$@"; }
curl() { nsenter --target "$system" --net env -u http_proxy -u https_proxy curl "$@"; }
is_up() { [[ $(in_debian systemctl is-active multi-user.target redis-server.service lighttpd.service) == $'active\nactive\nactive' ]]; }
wait_for is_up || {
  in_debian systemctl list-units --failed --no-pager
  fail "systemd does not start here"
}

# All files, but not those of apt, of the running systemd and lighttpd, and of this script.
everything() {
  in_debian find / /run -xdev \( -path /run/systemd -o -path /run/log -o -path /run/lighttpd.pid -o -path /srv -o -path /tmp -o -path '/var/tmp/*' \
    -o -path /var/cache -o -path /var/log -o -path /var/lib/apt -o -path '/var/lib/dpkg/*-old' -o -path /var/lib/dpkg/lock \
    -o -path '/etc/*-' -o -path /var/lib/redis \) -prune -o -printf '%m %u:%g %p\n' | LC_ALL=C sort -u
}
accounts() { cat "$root"/etc/{passwd,group}; }
everything >"$root.before"
accounts >"$root.accounts"

# --- install --------------------------------------------------------------------------------------

check "apt install" packages install -y /srv/this.deb

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
check "no user and no machine at first" same $'[]\n[]' cat "$root"/etc/simpleserverapi/{users,machines}.json
check "the data are no conffiles" same $'/etc/default/simpleserverapi\n/etc/lighttpd/conf-available/60-simpleserverapi.conf' \
  sort "$root/var/lib/dpkg/info/simpleserverapi.conffiles"
check "the user _ssa: no home, no shell" in_debian sh -c 'getent passwd _ssa | grep -q ":/nonexistent:/usr/sbin/nologin$"'
check "the service is enabled, the sockets and the snippet are not" same \
  '/etc/systemd/system/multi-user.target.wants/simpleserverapi.service' \
  in_debian find /etc/systemd/system /etc/lighttpd/conf-enabled -name '*simpleserverapi*'
check "the programs, the pages and the documents" in_debian ls /usr/lib/simpleserverapi/cgi-bin/{status,ticket,info} \
  /usr/lib/simpleserverapi/www/{openapi.json,console/index.html,errors/404.html} \
  /usr/share/doc/simpleserverapi/{README.md,README.Debian,docs/operating.md,examples/machines.json,copyright} \
  /usr/sbin/ssactl /usr/share/man/{man7/simpleserverapi.7,man8/ssactl.8}.gz /usr/share/bash-completion/completions/ssactl
links() {
  local file link
  while read -r file; do
    grep -o '](\([^)]*\))' "$file" | sed 's/^](//; s/)$//; s/#.*//' | grep -v '^[a-z]*:\|^$' | while read -r link; do
      [[ -e ${file%/*}/$link ]] || echo "$file: $link"
    done
  done < <(find "$root/usr/share/doc/simpleserverapi" -name '*.md')
  find "$root/usr/share/doc/simpleserverapi" -xtype l
}
check "no link of the documents leads nowhere" same '' links
check "systemd accepts the units" same '' in_debian sh -c 'systemd-analyze verify simpleserverapi.service simpleserverapi@status.socket 2>&1'
check "at most 2.5 in systemd-analyze security" in_debian systemd-analyze security --offline=true --threshold=25 --no-pager \
  /lib/systemd/system/simpleserverapi.service
grep -o 'Overall exposure.*' "$log" || true
as_user=(setpriv --reuid _ssa --regid _ssa --clear-groups)
check "the service's user can write nothing of it" same '' in_debian "${as_user[@]}" find /usr/lib/simpleserverapi /etc/simpleserverapi /etc/default -writable
check "no other user can read the data" in_debian sh -c '! setpriv --reuid www-data --regid www-data --clear-groups cat /etc/simpleserverapi/users.json'

# --- use ------------------------------------------------------------------------------------------

# try_service URL: logs in, lists the machines, logs out. Prints what is wrong.
try_service() {
  local ticket body
  wait_for curl -sf "$1/api/status" || return
  same '{"code":200,"message":"OK","checks":{"redis":"OK","users":"OK","machines":"OK","hashing":"OK"}}' curl -s "$1/api/status?verbose" || return
  body=$(curl -s -H 'Content-Type: application/json' -d '{"username":"alice","password":"correct-horse"}' "$1/api/ticket")
  echo "$body"
  [[ $body =~ \"ticket\":\"([^\"]+)\" ]] || return
  ticket=${BASH_REMATCH[1]}
  body=$(curl -s -H "X-Auth-Token: $ticket" "$1/api/info")
  echo "$body"
  [[ $(jq -c .data <<<"$body") == "$(jq -c . data/machines.json)" ]] || return
  same 401 curl -s -o /dev/null -w '%{http_code}\n' -d '{"username":"alice","password":"wrong"}' -H 'Content-Type: application/json' "$1/api/ticket" || return
  same 204 curl -s -X DELETE -o /dev/null -w '%{http_code}\n' -H "X-Auth-Token: $ticket" "$1/api/ticket"
}

codes() { # URL...: their statuses in one line
  local url
  for url; do curl -s -o /dev/null -w '%{http_code} ' "$url"; done | sed 's/ $/\n/'
}

owners() { in_debian sh -c 'for p in /proc/[0-9]*; do case $(readlink $p/exe) in */cgi-bin/*) stat -c %U $p ;; esac; done | sort -u'; }
logged() { in_debian journalctl -u simpleserverapi --no-pager -o cat; }

# A user whose password is correct-horse, and the example machines, as docs/operating.md writes
# files.
hash=$(sed -n "s/^COSTLY='\(.*\)'/\1/p" tests/suite/helpers.bash)
[[ -n $hash ]]
printf '[{"username":"alice","password":"%s"}]\n' "$hash" >"$root/srv/users.json.new"
in_debian sh -ec 'install -m 640 -o root -g _ssa /srv/users.json.new /etc/simpleserverapi/.users.new
  mv /etc/simpleserverapi/.users.new /etc/simpleserverapi/users.json
  cat /usr/share/doc/simpleserverapi/examples/machines.json >/etc/simpleserverapi/machines.json
  sed -i s,^#SSA_CORS_ORIGINS=,SSA_CORS_ORIGINS=https://app.example, /etc/default/simpleserverapi
  systemctl restart simpleserverapi'
url=http://127.0.0.1:8340
check "the service on port 8340: status, login, machines, logout" try_service $url
check "ssactl adds a user, and says that all is well" in_debian sh -ec 'echo long-enough-secret | ssactl user add bob; ssactl check'
check "the edited file has its owner and its mode" same '640 root:_ssa /etc/simpleserverapi/users.json' modes /etc/simpleserverapi/users.json
check "that user can log in" same 200 curl -s -o /dev/null -w '%{http_code}\n' -H 'Content-Type: application/json' \
  -d '{"username":"bob","password":"long-enough-secret"}' $url/api/ticket
check "the console, and nothing else of the folder" same '200 404 404' codes $url/ $url/users.json $url/lighttpd.conf
check "a setting of /etc/default/simpleserverapi is in use" grep -qi '^access-control-allow-origin: https://app.example' \
  <(curl -si -H 'Origin: https://app.example' $url/api/status)
check "the programs run as _ssa" same _ssa owners
check "they have no capability, and a filter of system calls" same $'CapBnd:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2' \
  in_debian sh -c 'grep -E "^(CapBnd|NoNewPrivs|Seccomp):" /proc/$(systemctl show -P MainPID simpleserverapi)/status'
check "it listens on the loopback only" same '127.0.0.1:8340' \
  nsenter --target "$system" --net sh -c "ss -Hlnt 'sport = :8340' | awk '{ print \$4 }'"
check "the journal has the refused login" grep -q 'authentication failure; .*user="alice" reason="wrong password"' <(logged)
check "the journal has no password" same '' grep -E 'correct-horse|long-enough|argon2id' <(logged)

# --- it comes back by itself ----------------------------------------------------------------------

property() { in_debian systemctl show -P "$1" simpleserverapi; }
restarts() { (($(property NRestarts) >= $1)); }
answers() { [[ $(curl -s "$1/api/status") == '{"code":200,"message":"OK"}' ]]; }
setting() { in_debian sed -i "/^SSA_BIND=/d; \$ a $1" /etc/default/simpleserverapi; }

killed_six_times() {
  local was
  for _ in 1 2 3 4 5 6; do
    was=$(property MainPID)
    in_debian sh -c "kill -KILL $was"
    wait_for answers $url || return
    [[ $(property MainPID) != "$was" ]] || return
  done
}
check "killed six times in a row, it is back each time" killed_six_times

late_address() {
  setting SSA_BIND=10.9.8.7
  in_debian systemctl restart --no-block simpleserverapi
  wait_for restarts 6 || return # more often than systemd's default allows
  nsenter --target "$system" --net ip address add 10.9.8.7/32 dev lo
  wait_for answers http://10.9.8.7:8340
}
check "an address that comes late" late_address
setting '#SSA_BIND='
in_debian systemctl restart simpleserverapi

# Ten logins with a hash of 64 MiB, in 64 MB: the kernel kills workers.
short_of_memory() {
  local clients=()
  in_debian sh -ec 'cp -p /etc/simpleserverapi/users.json /srv/users.kept
    install -m 640 -o root -g _ssa /srv/carol.json /etc/simpleserverapi/.new && mv /etc/simpleserverapi/.new /etc/simpleserverapi/users.json
    systemctl set-property --runtime simpleserverapi MemoryMax=64M MemorySwapMax=0'
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    curl -s --max-time 10 -o /dev/null -H 'Content-Type: application/json' -d '{"username":"carol","password":"wrong"}' $url/api/ticket &
    clients+=($!)
  done
  wait "${clients[@]}"
  in_debian grep -h . /sys/fs/cgroup/system.slice/simpleserverapi.service/memory.events
  in_debian grep -q '^oom_kill [1-9]' /sys/fs/cgroup/system.slice/simpleserverapi.service/memory.events || return
  wait_for answers $url || return
  same 0 property NRestarts || return
  in_debian sh -ec 'cp -p /srv/users.kept /etc/simpleserverapi/.new && mv /etc/simpleserverapi/.new /etc/simpleserverapi/users.json; systemctl set-property --runtime simpleserverapi MemoryMax=infinity'
}
printf '[{"username":"carol","password":"%s"}]\n' "$(echo long-enough-secret | argon2 saltsaltsalt -id -k 65536 -t 1 -p 1 -e)" >"$root/srv/carol.json"
if in_debian sh -c 'test -e /sys/fs/cgroup/system.slice/simpleserverapi.service/memory.events'; then
  check "the kernel kills workers for lack of memory, and the service goes on" short_of_memory
else
  echo "  skipped: no limits of memory here (cgroup v2)"
fi

# docs/operating.md's drop-in, with the names of this package. There is no curl in that system.
make -s build/tools/sockets
cp build/tools/sockets "$root/srv"
asks() { # USER GROUP: whether this user gets an answer by the Unix socket
  printf 'GET /api/status HTTP/1.0\r\nHost: localhost\r\n\r\n' |
    in_debian setpriv --reuid "$1" --regid "$2" --clear-groups /srv/sockets http /run/simpleserverapi/http/socket |
    grep -q '^HTTP/1.0 200'
}
unix_socket() {
  in_debian mkdir -p /etc/systemd/system/simpleserverapi.service.d
  awk '/<!-- snippet: unix-socket -->/ { found = 1; next } found && /^```$/ { exit } found && !/^```/' docs/operating.md |
    sed 's/^SupplementaryGroups=ssa/SupplementaryGroups=_ssa/; s/ssa\//simpleserverapi\//g' \
      >"$root/etc/systemd/system/simpleserverapi.service.d/socket.conf"
  in_debian sh -ec 'systemctl daemon-reload; systemctl restart simpleserverapi'
  wait_for in_debian test -S /run/simpleserverapi/http/socket || return
  wait_for asks www-data www-data || return
  ! asks nobody nogroup || return
  in_debian rm -r /etc/systemd/system/simpleserverapi.service.d
  in_debian sh -ec 'systemctl daemon-reload; systemctl restart simpleserverapi'
  wait_for answers $url
}
check "a Unix socket for a server in front, as docs/operating.md sets it up" unix_socket

# --- reload, upgrade ------------------------------------------------------------------------------

kept() { (cd "$root" && sha256sum etc/simpleserverapi/* etc/default/simpleserverapi && modes /etc/simpleserverapi{,/users.json,/machines.json} /etc/default/simpleserverapi); }
main_pid() { in_debian systemctl show -P MainPID simpleserverapi; }
check "reload" in_debian systemctl reload simpleserverapi
check "and the service answers as before" try_service $url
before=$(kept) old=$(main_pid)
ticket=$(curl -s -H 'Content-Type: application/json' -d '{"username":"alice","password":"correct-horse"}' $url/api/ticket | jq -r .data.ticket)
check "upgrade" packages install -y /srv/next.deb
check "it is the next version" same "$version+next" in_debian dpkg-query -W -f '${Version}\n' simpleserverapi
check "the data and the settings are kept" same "$before" kept
check "the service was started again" test "$(main_pid)" != "$old"
check "and answers as before" try_service $url
check "a ticket from before the upgrade goes on" same 200 curl -s -o /dev/null -w '%{http_code}\n' -H "X-Auth-Token: $ticket" $url/api/info

# --- the system's lighttpd ------------------------------------------------------------------------

snippet=/etc/lighttpd/conf-available/60-simpleserverapi.conf
check "the commands in the snippet for the system's lighttpd" in_debian sh -ec "$(sed -n 's/^#     //p' "$root$snippet")"
check "the API under the system's lighttpd, on port 80" try_service http://127.0.0.1
check "the service itself is not needed for it" same 000 codes $url/
check "these programs run as _ssa, too" same _ssa owners
check "upgrade again" packages install -y --allow-downgrades /srv/this.deb
check "and the API goes on, on port 80" try_service http://127.0.0.1
check "what was disabled stays so" same inactive in_debian sh -c 'systemctl is-active simpleserverapi || true'

# --- remove, purge --------------------------------------------------------------------------------

check "remove" packages remove -y simpleserverapi
check "the data and the settings are still kept" same "$before" kept
check "no program is left, and the snippet is not enabled" same '' \
  in_debian sh -c 'ls -d /usr/lib/simpleserverapi /run/simpleserverapi /etc/lighttpd/conf-enabled/*simpleserverapi* 2>/dev/null; true'
check "no process is left" same '' owners
check "the system's lighttpd starts without it" in_debian systemctl restart lighttpd
check "purge" packages purge -y simpleserverapi
check "purge leaves no file" same "$(<"$root.before")" everything
check "purge leaves no user" same "$(<"$root.accounts")" accounts

counted
