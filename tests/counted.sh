# shellcheck shell=bash
# For scripts whose last line is `N passed, N failed`: tests/deb.sh and tests/container.sh source
# this file. They set $log, a file for the output of the command that is being checked.
# shellcheck disable=SC2154  # $log
passed=0 failed=0 skipped=0

# check WHAT COMMAND...: one test. The output of the command is shown if it fails.
check() {
  local what=$1
  shift
  if "$@" >"$log" 2>&1; then
    echo "  ok: $what"
    passed=$((passed + 1))
  else
    echo "  FAILED: $what"
    tail -n 40 "$log" | sed 's/^/    /'
    failed=$((failed + 1))
  fi
}

# skip WHAT REASON: a test that this machine cannot run.
skip() {
  echo "  skipped: $1: $2"
  skipped=$((skipped + 1))
}

# same WANTED COMMAND...: whether the command prints this.
same() {
  local wanted=$1 got
  shift
  got=$("$@") || true
  diff <(echo "$wanted") <(echo "$got")
}

# wait_for COMMAND...: until it succeeds, 30 s at most.
wait_for() {
  local end=$((SECONDS + 30))
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || return 1
    sleep 0.05
  done
}

# The last line, and the status of the script.
counted() {
  local suffix=
  ((skipped == 0)) || suffix=", $skipped skipped"
  echo "$passed passed, $failed failed$suffix"
  ((failed == 0))
}
