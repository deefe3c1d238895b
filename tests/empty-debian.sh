# shellcheck shell=bash disable=SC2016  # what is quoted is for apt and sed
# Empty Debians, for tests/debian.sh and tests/deb.sh, which source this file with $suite, the name
# of the release, and $root, a folder below build/debian. `empty_debian` makes one in $root: the
# smallest that debootstrap makes, with `make`, and with a copy of this checkout in /srv/ssa that
# includes changes of tracked files. Afterwards in_debian COMMAND... runs a command there, and
# packages ... is its apt-get.
#
# All of this happens in namespaces of its own, so mounts and processes end with the script,
# whatever ends it. The folder stays until the next run, so that you can look at it.
# shellcheck disable=SC2154  # they come from the script that sources this
base=$PWD/build/debian/$suite.tar # of the empty Debian, for the next run
log=$root.log                     # of what is not worth a line when it goes well
me=${0##*/}

fail() {
  echo "$me: $1" >&2
  exit 1
}

# --- in namespaces of its own -------------------------------------------------------------------

namespaces=(unshare --mount --pid --ipc --fork --kill-child)
if [[ ${2-} != inside ]]; then
  [[ $suite =~ ^[a-z]+$ ]] || fail "say which Debian: SUITE=bookworm, or SUITE=trixie"
  [[ $(id -u) == 0 ]] || fail "needs root, for debootstrap and chroot"
  "${namespaces[@]}" true 2>/dev/null || fail "needs the right to make namespaces and to mount, which this root has not"
  mkdir -p build/debian
  exec 9>"$root.lock"
  flock -n 9 || fail "another run is at work in ${root#"$PWD/"}"
  # In a process group of its own, so that Ctrl-C comes to this script alone, which ends it all.
  set -m
  setpriv --pdeathsig KILL "${namespaces[@]}" "tests/$me" "$suite" inside "${2-}" </dev/null &
  trap 'kill -KILL %1; exit 130' INT TERM HUP
  wait %1
  exit
fi

# quietly WHAT COMMAND...: its output is shown only if it fails.
quietly() {
  local what=$1
  shift
  echo "$me: $what"
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

git() { command git -c safe.directory="$PWD" "$@"; }

# Nothing of this shell's environment but the proxies, and which tests are run, and how.
clean=(env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8)
for name in http_proxy https_proxy no_proxy SSA_TEST_JOBS SSA_TEST_MODES SSA_TEST_TIMEOUT SSA_TEST_FULL TESTS; do
  [[ ! -v $name ]] || clean+=("$name=${!name}")
done
in_debian() { chroot "$root" "${clean[@]}" env -C /srv/ssa "$@"; }
packages() { in_debian env DEBIAN_FRONTEND=noninteractive apt-get -q "$@" --no-install-recommends; }

make_base() {
  rm -rf "$root"
  quietly "debootstrap $suite" debootstrap --variant=minbase \
    --keyring=/usr/share/keyrings/debian-archive-keyring.gpg "$suite" "$root" "$mirror"
  tar -C "$root" -cf "$root.new" .
  mv "$root.new" "$base"
}

empty_debian() {
  local file device tree
  [[ -e $base ]] || make_base
  rm -rf "$root"
  mkdir "$root"
  tar -C "$root" -xf "$base"

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
  for device in 0:stdin 1:stdout 2:stderr; do
    ln -s "/proc/self/fd/${device%:*}" "$root/dev/${device#*:}"
  done

  mkdir "$root/srv/ssa"
  tree=$(git stash create)
  git archive "${tree:-HEAD}" | tar -C "$root/srv/ssa" -x

  quietly "apt update" packages update
  quietly "apt install make" packages install -y make
}
