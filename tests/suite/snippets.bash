# The functions of the tests that run what the documentation says.

# snippet_of DOCUMENT NAME: prints the block that follows "<!-- snippet: NAME -->" in this file of
# docs/.
snippet_of() {
  local text
  text=$(awk -v marker="<!-- snippet: $2 -->" '
    $0 == marker { found = 1; next }
    found && /^```/ { if (inside) exit; inside = 1; next }
    inside' "$ROOT/docs/$1")
  [[ -n $text ]] || {
    echo "no snippet $2 in docs/$1" >&2
    return 1
  }
  printf '%s\n' "$text"
}

# stop_started: ends the processes that the test has put into the array `started`.
stop_started() {
  local pid
  for pid in ${started[@]+"${started[@]}"}; do
    kill "$pid" 2>/dev/null || true
    wait_gone 10 "$pid"
  done
}
