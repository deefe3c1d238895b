# A log of real lines, in the file $log, and a journal of these lines.

# keep: adds what the last program logged to $log.
keep() { [[ -z $stderr ]] || printf '%s\n' "$stderr" >>"$log"; }

# failed ADDRESS NAME [PASSWORD [NAME=VALUE...]]: a login by the program alone, logged.
failed() {
  post "$(jq -cn --arg u "$2" --arg p "${3-wrong}" '{username: $u, password: $p}')" REMOTE_ADDR="$1" "${@:4}"
  keep
}

# to_journal [UNIT] <LOG: makes the journal $journal of these lines, as if lighttpd had written them
# under this unit (ssa.service). Another unit has written those of user1, too.
to_journal() {
  local remote=/lib/systemd/systemd-journal-remote line unit time=0
  [[ -x $remote ]] || skip "systemd-journal-remote is not installed"
  needs journalctl
  journal=$BATS_TEST_TMPDIR/journal
  mkdir -p "$journal"
  while IFS= read -r line; do
    for unit in "${1-ssa.service}" other.service; do
      [[ $unit != other.service || $line == *' user="user1" '* ]] || continue
      printf '%s\n' "__REALTIME_TIMESTAMP=$(date +%s)000000" __MONOTONIC_TIMESTAMP=$((++time)) \
        _BOOT_ID=0123456789abcdef0123456789abcdef _HOSTNAME=host _SYSTEMD_UNIT="$unit" \
        SYSLOG_IDENTIFIER=lighttpd _PID=55 PRIORITY=6 MESSAGE="$line" ''
    done
  done >"$BATS_TEST_TMPDIR/export"
  rm -f "$journal/test.journal"
  "$remote" -o "$journal/test.journal" "$BATS_TEST_TMPDIR/export" 2>"$BATS_TEST_TMPDIR/remote" || return
  grep -qx "Finishing after writing $time entries" "$BATS_TEST_TMPDIR/remote" || {
    cat "$BATS_TEST_TMPDIR/remote"
    return 1
  }
}

journalctl() { command journalctl -q --file="$journal/test.journal" "$@"; }
