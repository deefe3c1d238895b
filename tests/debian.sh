#!/bin/bash
# tests/debian.sh SUITE [base|first|test]
#
# Runs the README's commands, unchanged, on an empty Debian with that name (bookworm, trixie), which
# tests/empty-debian.sh makes in build/debian/SUITE. If that Debian has Valkey, tests run with it
# too. The last line is `N passed, N failed` for all runs together. `make test-debian SUITE=...`
# calls this script. With TESTS="a.bats b.bats" in the environment, only these files run. With
# `base` it only makes the empty Debian, for a later run. With `first` it only tells how long
# `make deps run` takes there until the first answer, with `test` it only runs `make deps test`. It
# needs root.
# shellcheck disable=SC2016  # what is quoted is for sed, and for shells inside
set -euo pipefail
cd "$(dirname "$0")/.."
suite=${1-} root=$PWD/build/debian/${1-}
# shellcheck source=tests/empty-debian.sh
. tests/empty-debian.sh
if [[ ${3-} == base ]]; then
  [[ -e $base ]] || make_base
  exit
fi
empty_debian

# --- from nothing to the first answer -----------------------------------------------------------

if [[ ${3-} == first ]]; then
  stamped() { while IFS= read -r line; do printf '%5.1f %s\n' "$((10#${EPOCHREALTIME/./} - start))e-6" "$line"; done; }
  start=$((10#${EPOCHREALTIME/./}))
  in_debian env SSA_BIND=/tmp/first.sock make deps run > >(stamped) 2>&1 &
  until command curl -so "$log" --unix-socket "$root/tmp/first.sock" http://localhost/api/status; do
    kill -0 $! 2>/dev/null || fail "failed"
    sleep 0.05
  done
  printf '%s\n%.1f s\n' "$(<"$log")" "$((10#${EPOCHREALTIME/./} - start))e-6"
  exit
fi

# --- the README's commands ----------------------------------------------------------------------

passed=0 failed=0

# suite COMMAND...: its last line is the one of tests/run.py. Any other last line is a failure.
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
if [[ ${3-} == test ]]; then
  echo "$passed passed, $failed failed"
  exit $((failed > 0))
fi

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
  files="sessions.bats sessions.rows faults-redis.bats sentinel.bats cluster.bats"
  [[ -v TESTS ]] || files+=" regulation.bats ticket.rows info.rows status.rows"
  suite make test SSA_TEST_REDIS=valkey SSA_TEST_MODES=scgi TESTS="$files"
  [[ -v TESTS ]] || suite make deps-engines test-engines ENGINE=valkey-server MODE=scgi \
    CASES="restart-1.3 restart-5 freeze-2 cut cluster-restart-5 cluster-move cluster-cut"
  quietly "apt remove redis-server" packages remove -y redis-server redis-tools
  rm -rf "$root/srv/ssa/run" # Valkey 8 cannot read what Redis 8 has kept there
  serve make run
fi

echo "$passed passed, $failed failed"
((failed == 0))
