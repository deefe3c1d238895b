# The functions of the tests of ssactl.

SSACTL=${SSA_CGI_BIN:+${CGI_BIN%/*}/sbin/ssactl}
[[ -x $SSACTL ]] || SSACTL=$ROOT/sbin/ssactl
users=$DATA_DIR/users.json machines=$DATA_DIR/machines.json
exec </dev/null # what ssactl reads, unless a test says something else

# ctl [NAME=VALUE...] ARGUMENT...: runs ssactl, with these variables. $output is its stdout, $stderr
# its stderr, $status its exit code.
ctl() {
  local variables=() line lines=()
  while [[ ${1-} == [A-Z]*=* ]]; do variables+=("$1") && shift; done
  status=0
  output=$(exec env -i PATH="$PATH" REDIS_URL="${REDIS_URL-}" SSA_REDIS_WAIT="${SSA_REDIS_WAIT-}" SSA_DATA_DIR="$DATA_DIR" \
    "${ENVIRONMENT[@]}" "${variables[@]}" "$SSACTL" "$@" 2>"$BATS_TEST_TMPDIR/stderr" 3>&-) || status=$?
  # Which Redis it asks is said each time, and tested once.
  mapfile -t lines <"$BATS_TEST_TMPDIR/stderr"
  stderr=
  for line in "${lines[@]}"; do [[ $line == 'ssactl: Redis: '* ]] || stderr+=${stderr:+$'\n'}$line; done
}

# done_with CODE: checks the exit code, and that stderr is empty if it is 0. (But a record that is
# left out is logged.)
done_with() { [[ $status == "$1" && ($1 != 0 || -z $stderr || $stderr == *'record left out'*) ]] || said; }

said() { echo "exit code $status: $output$stderr" && return 1; }

# json FILTER WANTED [FILE]: checks what jq prints of stdout, or of the file.
json() {
  local got
  if [[ -v 3 ]]; then got=$(jq -c "$1" "$3"); else got=$(jq -c "$1" <<<"$output"); fi
  [[ $got == "$2" ]] || { echo "$1: $got" && said; }
}

# rows [COMMAND] <TABLE: calls ctl for each line of the table, after COMMAND, and checks the answer:
#
#     ARGUMENTS [| ARGUMENTS]... -> CODE [TEXT], [CHECK]
#
# The arguments and CHECK are shell; those between bars have the same answer. TEXT is a pattern of
# what follows "ssactl: " on stderr or, if CODE is 0, of stdout. What fails changes no file.
rows() {
  local table row commands old_files new_files
  mapfile -t table
  for row in "${table[@]}"; do
    commands="${row% -> *} | "
    while [[ -n $commands ]]; do
      "${@:-true}" && content old_files && eval "ctl ${commands%% | *}" && answered "${row##* -> }" || { echo "${commands%% | *} in: $row" && said; }
      commands=${commands#* | }
    done
  done
  ((${#table[@]} > 0))
}

answered() { # ANSWER
  local code=${1%%[, ]*} text=$output
  [[ $status == "$code" ]] && case $1 in
  "$code, "*) eval "${1#*, }" ;;
  "$code "*)
    ((code == 0)) || text=${stderr#*ssactl: }
    # shellcheck disable=SC2053  # a pattern
    [[ $text == ${1#* } ]]
    ;;
  *) done_with "$code" ;;
  esac || return 1
  content new_files
  ((code == 0)) || [[ $new_files == "$old_files" ]]
}

# content NAME: sets this variable to what is in the two data files.
content() {
  local one='' two=''
  IFS= read -rd '' one 2>/dev/null <"$users"
  IFS= read -rd '' two 2>/dev/null <"$machines"
  printf -v "$1" '%s|%s' "$one" "$two"
}

# at_any_call KIND FILE ARGUMENT...: lets this command fail at each of its calls, one after another,
# in a way of tools/failing.c. It leaves the old file or the new one whole, and its exit code tells.
at_any_call() {
  local kind=$1 file=$2 old new n hit=$BATS_TEST_TMPDIR/hit bin=${SSA_TEST_UNIT_BIN:-$ROOT/build/unit}
  [[ $bin == /* ]] || bin=$ROOT/$bin
  shift 2
  old=$(<"$file")
  cat >"$BATS_TEST_TMPDIR/stdin"
  ctl "$@" <"$BATS_TEST_TMPDIR/stdin"
  done_with 0
  new=$(<"$file")
  [[ $new != "$old" ]]
  local SSACTL=$bin/calls/ssactl
  for ((n = 1; n < 200; n++)); do
    printf '%s\n' "$old" >"$file"
    : >"$hit"
    ctl SSA_TEST_FAIL="$kind:$n" SSA_TEST_FAIL_LOG="$hit" "$@" <"$BATS_TEST_TMPDIR/stdin"
    ((status == 137 || status < 4)) # killed by the test, and by nothing else
    [[ $(<"$file") == "$new" || ($(<"$file") == "$old" && $status != 0) ]] || { echo "$kind:$n ($(<"$hit")): $(<"$file")" && said; }
    [[ -s $hit ]] || break
  done
  # The last one had no failure, and what a killed one left behind was no obstacle.
  [[ $n -gt $((${#kind} == 4 ? 4 : 1)) && $status == 0 && $(<"$file") == "$new" && ! -e $DATA_DIR/.ssactl.new ]]
}
