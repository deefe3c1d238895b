# A log of real lines, in the file $log, and a journal of these lines.

# keep: adds what the last program logged to $log.
keep() { [[ -z $stderr ]] || printf '%s\n' "$stderr" >>"$log"; }

# failed ADDRESS NAME [PASSWORD [NAME=VALUE...]]: a login by the program alone, logged.
failed() {
  post "$(jq -cn --arg u "$2" --arg p "${3-wrong}" '{username: $u, password: $p}')" REMOTE_ADDR="$1" "${@:4}"
  keep
}

# to_journal <LOG: makes the journal $journal of these lines, as if lighttpd had written them under
# ssa.service, and other units had written the same.
to_journal() {
  local remote=/lib/systemd/systemd-journal-remote line unit
  [[ -x $remote ]] || skip "systemd-journal-remote is not installed"
  needs journalctl
  journal=$BATS_TEST_TMPDIR/journal
  mkdir -p "$journal"
  while IFS= read -r line; do
    for unit in ssa.service other.service; do
      [[ $unit == ssa.service || $line == *' user="user1" '* ]] || continue
      printf '%s\n' "__REALTIME_TIMESTAMP=$(date +%s)000000" _HOSTNAME=host _SYSTEMD_UNIT=$unit \
        SYSLOG_IDENTIFIER=lighttpd _PID=55 PRIORITY=6 MESSAGE="$line" ''
    done
  done >"$BATS_TEST_TMPDIR/export"
  "$remote" -o "$journal/test.journal" "$BATS_TEST_TMPDIR/export" 2>/dev/null
}

journalctl() { command journalctl -q --file="$journal/test.journal" "$@"; }
