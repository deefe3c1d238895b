# The functions of the tests that run what the documentation says.

# snippet_of DOCUMENT NAME: prints the block, fenced or indented, that follows
# "<!-- snippet: NAME -->" in this file of docs/.
snippet_of() {
  local text
  text=$(awk -v marker="<!-- snippet: $2 -->" '
    $0 == marker { found = 1; next }
    found && /^```/ { if (inside) exit; inside = 1; next }
    found && !inside { if (!sub(/^    /, "")) exit; print; next }
    inside' "$ROOT/docs/$1")
  [[ -n $text ]] || { echo "no snippet $2 in docs/$1" >&2 && return 1; }
  printf '%s\n' "$text"
}

needs() { # COMMAND...: skips the test if one is missing, and says which
  local command
  for command; do
    PATH=$PATH:/usr/sbin type -P "$command" >/dev/null || skip "$command is not installed"
  done
}

# install_to_srv: installs to $srv, which is in $DEST, with the fixtures as the data.
install_to_srv() {
  make_install
  cat "$ROOT/tests/fixtures/users.json" >"$srv/data/users.json"
  cat "$ROOT/tests/fixtures/machines.json" >"$srv/data/machines.json"
}

# open_folders: lets other users enter the suite's folders, which only their owner can enter.
open_folders() {
  local folder=$BATS_RUN_TMPDIR
  while [[ ${folder##*/} == bats-run-* || $folder == */ssa-test.* ]]; do
    chmod 711 "$folder"
    folder=${folder%/*}
  done
}

# begin READY-COMMAND -- COMMAND...: starts a server in the background, and waits until the
# first command succeeds. Its process is added to the array `started`.
started=()
begin() {
  local ready=()
  while [[ $1 != -- ]]; do
    ready+=("$1")
    shift
  done
  shift
  "$@" >>"$BATS_TEST_TMPDIR/log" 2>&1 3>&- &
  started+=($!)
  wait_until 10 $! "${ready[@]}" || { tail -n 20 "$BATS_TEST_TMPDIR"/*log && return 1; }
}

# stop_started: ends the processes in `started`.
stop_started() {
  local pid
  for pid in "${started[@]}"; do
    kill "$pid" 2>/dev/null || true
    wait_gone 10 "$pid"
  done
}
