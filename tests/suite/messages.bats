# docs/messages.md has every message that the programs and the scripts can log, and no other.
load helpers

# documented: prints the parts of the messages in the first column of the tables that begin with
# "message". A message is in a code span, of one or two backquotes.
documented() {
  awk -F ' *[|] *' '!/^\|/ { table = 0 } $2 == "message" { table = 1; next } table && $2 !~ /^-/ { print $2 }' \
    "$ROOT/docs/messages.md" | grep -oP '(`+)(?!`).+?(?<!`)\1(?!`)' | sed 's/^`* *//; s/ *`*$//; s/: /\n/g' |
    grep -vx '…' | LC_ALL=C sort -u
}

setup() {
  documented >"$BATS_TEST_TMPDIR/documented"
  (cd "$ROOT" && PYTHONIOENCODING=utf-8 python3 -EsSB tests/tools/messages.py) | LC_ALL=C sort -u >"$BATS_TEST_TMPDIR/sources"
}

@test "each message of the programs and scripts is in docs/messages.md" {
  # The tool still finds what is in many places, and in one.
  (($(wc -l <"$BATS_TEST_TMPDIR/sources") > 130))
  grep -qx 'wrong password' "$BATS_TEST_TMPDIR/sources"
  run -0 --separate-stderr env LC_ALL=C comm -13 "$BATS_TEST_TMPDIR/documented" "$BATS_TEST_TMPDIR/sources"
  [[ -z $output ]] || { printf 'not in docs/messages.md (or name it in tests/tools/messages.py, if it is never logged):\n%s\n' "$output" && return 1; }
}

@test "docs/messages.md has no message that is gone" {
  local part missing=
  while IFS= read -r part; do
    # The words of Redis are not in the sources. Names of settings and steps are, as strings.
    [[ $part =~ ^[A-Z]+$ ]] || grep -rqF -- "\"$part\"" "$ROOT/libcommon" || missing+=$part$'\n'
  done < <(LC_ALL=C comm -23 "$BATS_TEST_TMPDIR/documented" "$BATS_TEST_TMPDIR/sources")
  [[ -z $missing ]] || { printf 'in docs/messages.md, but not in the sources:\n%s' "$missing" && return 1; }
}
