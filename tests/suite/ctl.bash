# The functions of the tests of ssactl.

SSACTL=${SSA_CGI_BIN:+${CGI_BIN%/*}/sbin/ssactl}
[[ -x $SSACTL ]] || SSACTL=$ROOT/sbin/ssactl

# ctl ARGUMENT...: runs ssactl. $output is its stdout, $stderr its stderr, $status its exit code. A
# password comes from $typed.
ctl() {
  local line lines=() input=$BATS_TEST_TMPDIR/typed.$BASHPID
  printf %s "${typed-}" >"$input"
  status=0
  output=$(exec env -i PATH="$PATH" REDIS_URL="${REDIS_URL-}" SSA_REDIS_WAIT="${SSA_REDIS_WAIT-}" SSA_DATA_DIR="$DATA_DIR" \
    "${ENVIRONMENT[@]}" "$SSACTL" "$@" <"$input" 2>"$BATS_TEST_TMPDIR/stderr" 3>&-) || status=$?
  # Which Redis it asks is said each time, and tested once.
  mapfile -t lines <"$BATS_TEST_TMPDIR/stderr"
  stderr=
  for line in "${lines[@]}"; do [[ $line == 'ssactl: Redis: '* ]] || stderr+=${stderr:+$'\n'}$line; done
}

# with NAME=VALUE COMMAND...: one more variable in the environment of ssactl.
with() {
  local ENVIRONMENT=("$1")
  shift
  "$@"
}

# done_with CODE: checks the exit code, and that stderr is empty if it is 0. (But a record that is
# left out is logged.)
done_with() {
  [[ $status == "$1" && ($1 != 0 || -z $stderr || $stderr == *'record left out'*) ]] || {
    echo "exit code $status, not $1: $output$stderr"
    return 1
  }
}
