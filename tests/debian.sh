#!/bin/bash
# tests/debian.sh SUITE
#
# Runs the README's commands, unchanged, on an empty Debian with that name (bookworm, trixie). It is
# the smallest Debian that debootstrap makes, in build/debian/SUITE, with `make` and a copy of this
# checkout that includes changes of tracked files. If that Debian has Valkey, tests run with it too.
# The last line is `N passed, N failed` for all runs together. `make test-debian SUITE=...` calls
# this script. It needs root.
#
# All of this happens in namespaces of its own, so mounts and processes end with this script,
# whatever ends it. The folder stays until the next run, so that you can look at it.
# shellcheck disable=SC2016  # what is quoted is for others: apt, sed, shells inside
set -euo pipefail
cd "$(dirname "$0")/.."
suite=${1-}
root=$PWD/build/debian/$suite
base=$root.tar # of the empty Debian, for the next run
log=$root.log  # of what is not worth a line when it goes well

fail() {
  echo "debian.sh: $1" >&2
  exit 1
}

# --- in namespaces of its own -------------------------------------------------------------------

namespaces=(unshare --mount --pid --ipc --fork --kill-child)
if [[ ${2-} != inside ]]; then
  [[ $suite =~ ^[a-z]+$ ]] || fail "say which Debian: make test-debian SUITE=bookworm, or SUITE=trixie"
  [[ $(id -u) == 0 ]] || fail "needs root, for debootstrap and chroot"
  "${namespaces[@]}" true 2>/dev/null || fail "needs the right to make namespaces and to mount, which this root has not"
  mkdir -p build/debian
  exec 9>"$root.lock"
  flock -n 9 || fail "another run is at work in build/debian/$suite"
  # In a process group of its own, so that Ctrl-C comes to this script alone, which ends it all.
  set -m
  setpriv --pdeathsig KILL "${namespaces[@]}" "tests/debian.sh" "$suite" inside </dev/null &
  trap 'kill -KILL %1; exit 130' INT TERM HUP
  wait %1
  exit
fi

# quietly WHAT COMMAND...: its output is shown only if it fails.
quietly() {
  local what=$1
  shift
  echo "debian.sh: $what"
  "$@" >"$log" 2>&1 || {
    cat "$log"
    fail "failed: $what"
  }
}

# --- an empty Debian ----------------------------------------------------------------------------

# The archives are this system's own, and so is how apt comes to them.
here=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
archives() {
  apt-get indextargets --format '$(SITE) $(CODENAME) $(COMPONENT)' 'Origin: Debian' 'Created-By: Packages'
}
[[ -n $(archives) ]] || quietly "reading the package lists" apt-get -q update
mirror=$(archives | awk -v here="$here" '$2 == here { print $1; exit }')
[[ -n $mirror ]] || fail "apt knows no Debian archive here"
set -a
eval "$(apt-config shell http_proxy Acquire::http::Proxy https_proxy Acquire::https::Proxy)"
set +a

rm -rf "$root"
if [[ ! -e $base ]]; then
  quietly "debootstrap $suite" debootstrap --variant=minbase \
    --keyring=/usr/share/keyrings/debian-archive-keyring.gpg "$suite" "$root" "$mirror"
  tar -C "$root" -cf "$base.new" .
  mv "$base.new" "$base"
else
  mkdir "$root"
  tar -C "$root" -xf "$base"
fi

archives | sed "s/ $here/ $suite/; s/^/deb /" | sort -u >"$root/etc/apt/sources.list"
apt-config dump | grep -E '^Acquire::(https?::|Check-|Retries|ForceIPv)' >"$root/etc/apt/apt.conf.d/99host" || true
for file in /etc/resolv.conf /etc/hosts /etc/apt/auth.conf /etc/apt/auth.conf.d /usr/local/share/ca-certificates \
  /etc/ssl/certs/ca-certificates.crt; do
  [[ ! -e $file ]] || cp -rL --parents "$file" "$root"
done

mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 dev "$root/dev"
for device in null:3 zero:5 full:7 random:8 urandom:9; do
  mknod -m 666 "$root/dev/${device%:*}" c 1 "${device#*:}"
done
mknod -m 666 "$root/dev/tty" c 5 0
mkdir -m 1777 "$root/dev/shm"
mkdir "$root/dev/pts"
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"

mkdir "$root/srv/ssa"
git() { command git -c safe.directory="$PWD" "$@"; }
tree=$(git stash create)
git archive "${tree:-HEAD}" | tar -C "$root/srv/ssa" -x

# Nothing of this shell's environment but the proxies.
clean=(env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8)
for name in http_proxy https_proxy no_proxy; do
  [[ ! -v $name ]] || clean+=("$name=${!name}")
done
in_debian() { chroot "$root" "${clean[@]}" env -C /srv/ssa "$@"; }
packages() { in_debian env DEBIAN_FRONTEND=noninteractive apt-get -q "$@" --no-install-recommends; }

quietly "apt update" packages update
quietly "apt install make" packages install -y make

# --- the README's commands ----------------------------------------------------------------------

passed=0 failed=0

# suite COMMAND...: its last line is the one of tests/run.sh. Any other last line is a failure.
suite() {
  local status=0 p f
  echo "debian.sh: $*, in $suite"
  in_debian "$@" | tee "$log" || status=$?
  read -r p f < <(sed -nE '$s/^([0-9]+) passed, ([0-9]+) failed.*/\1 \2/p' "$log") || p=0 f=1
  [[ $status == 0 || $f != 0 ]] || f=1
  passed=$((passed + p)) failed=$((failed + f))
}

[[ $(grep -cE '^make deps (run|test) ' README.md) == 2 ]] || fail "the README has other commands"
suite make deps test

# While it runs, the README's three; then Ctrl-C. Nothing may stay behind.
sed -n '/^ticket=$(curl/,/^```/{/^```/!p}' README.md >"$root/curls"
[[ $(wc -l <"$root/curls") == 3 ]] || fail "the README has not three commands to try it"
served='
  set -m
  "$@" >/make-run.log 2>&1 &
  for ((n = 0; n < 1200; n++)); do
    ! grep -q "^curl .*/api/status$" /make-run.log || break
    kill -0 $! 2>/dev/null || exit
    sleep 0.05
  done
  answers=$(bash -euo pipefail /curls) || exit
  echo "$answers"
  kill -INT -- -$!
  for ((n = 0; n < 600; n++)); do
    kill -0 $! 2>/dev/null || break
    sleep 0.05
  done
  for server in lighttpd redis-server valkey-server; do # pgrep takes no longer pattern in Debian 12
    ! pgrep -x "$server" || exit 1
  done
  [[ $answers == "{\"data\":[{\"id\": 100"*"{\"code\":200,\"message\":\"OK\"}" ]]'

# serve COMMAND...: in a network of its own, where nobody else has port 8000. Who starts this script
# may ignore SIGINT, as a shell does for a job in the background; here it must have an effect.
serve() {
  echo "debian.sh: $*, in $suite"
  unshare --net sh -c 'ip link set lo up && exec "$@"' - chroot "$root" "${clean[@]}" \
    env -C /srv/ssa --default-signal=INT -u http_proxy -u https_proxy bash -c "$served" - "$@" || {
    cat "$root/make-run.log"
    echo "debian.sh: failed, or answered something else"
    failed=$((failed + 1))
  }
}
serve make deps run

# --- Valkey in place of Redis -------------------------------------------------------------------

if packages install -y valkey-server valkey-tools >"$log" 2>&1; then
  suite make test SSA_TEST_REDIS=valkey SSA_TEST_MODES=scgi \
    TESTS="sessions.bats regulation.bats ticket.bats info.bats status.bats faults-redis.bats"
  quietly "apt remove redis-server" packages remove -y redis-server redis-tools
  rm -rf "$root/srv/ssa/run" # Valkey 8 cannot read what Redis 8 has kept there
  serve make run
fi

echo "$passed passed, $failed failed"
((failed == 0))
