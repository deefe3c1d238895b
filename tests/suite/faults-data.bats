# Faults of the data files: missing, broken, unreadable, large, and changed while they are read.
# modes: scgi cgi
load helpers
load faults

# bad_file NAME: checks the replies after this file was made bad. A CGI program answers 500. A
# resident worker continues with the last good version. In both modes status reports the fault.
bad_file() {
  local login_status=200 broken='500 {"code":500,"message":"internal error","data":""}'
  ask_all
  [ "$status_reply" = "503 {\"code\":503,\"message\":\"$1\",\"data\":\"\"}" ] || return
  if [[ $SSA_MODE == scgi ]]; then
    [[ $info == "200 $good_info" && $login_reply == "200 "* ]]
  else
    [[ $1 != users ]] || login_status=500
    [[ $info == "$broken" && $login_reply == "$login_status "* ]]
  fi
}

@test "a data file is missing, empty, cut, not JSON, not an array, a directory, a FIFO, a link to nothing, too large" {
  local name kind file
  for name in users machines; do
    file=$DATA_DIR/$name.json
    for kind in missing empty cut text object number directory fifo link device large; do
      # One place in the code tells these kinds from the others, for both files.
      [[ $name == users || ! $kind =~ ^(text|object|number|link|device)$ ]] || continue
      rm -rf "$file"
      case $kind in
        empty) : >"$file" ;;
        cut) head -c 100 "$ROOT/tests/fixtures/$name.json" >"$file" ;;
        text) echo hello >"$file" ;;
        object) echo '{"username":"user1","password":"x"}' >"$file" ;;
        number) echo 1 >"$file" ;;
        directory) mkdir "$file" ;;
        fifo) mkfifo "$file" ;;
        link) ln -s nothing "$file" ;;
        device) ln -s /dev/zero "$file" ;;
        large) truncate -s $((64 * 1024 * 1024 + 1)) "$file" ;;
      esac
      echo "$name: $kind"
      bad_file "$name"
      if [[ $kind == directory ]]; then # in the words of check, also in a sandbox
        api '/api/status?verbose'
        [[ $body == *"\"$name\":\"unreadable: not a regular file\""* ]]
      fi
      rm -rf "$file"
      cp "$ROOT/tests/fixtures/$name.json" "$file"
      answers 200 live_info
      [ "$body" = "$good_info" ]
    done
  done
  all_well
}

@test "a data file that the program may not read" {
  local name launcher=()
  # The user root may read every file, unless it gives up this capability.
  [[ $(id -u) != 0 ]] || launcher=(setpriv --bounding-set=-dac_override,-dac_read_search)
  LAUNCHER=("${launcher[@]}")
  for name in users machines; do
    chmod 000 "$DATA_DIR/$name.json"
    stop_workers
    asked 500 GET info
    asked 503 GET status
    [[ $body == *"\"$name\""* ]]
    chmod 644 "$DATA_DIR/$name.json"
    asked 200 GET info
    asked 200 GET status
  done
}

# bats test_tags=long
@test "a file of exactly 64 MiB is served" {
  { printf '[' && head -c $((64 * 1024 * 1024 - 2)) /dev/zero | tr '\0' ' ' && printf ']'; } >"$DATA_DIR/.new"
  mv "$DATA_DIR/.new" "$DATA_DIR/machines.json"
  answers 200 live_info
  [ "$body" = '{"data":[]}' ]
  answers 200 api /api/status
}

# swap_while_asking HOW COUNT: replaces machines.json by one of two versions all the time, and
# asks COUNT times. Each reply must be one of the lines of $T/expected.
swap_while_asking() {
  local n records=() out in pid IFS=,
  for n in {1..300}; do
    records+=("{\"id\":$n,\"cpus\":8,\"mem\":$n,\"status\":\"VERSION\",\"GPU\":\"A100\",\"ip\":\"192.0.2.1\",\"note\":\"VERSION VERSION VERSION\"}")
  done
  records=("${records[*]:0:200}" "${records[*]}")
  IFS=' '
  printf '[%s]' "${records[0]//VERSION/old}" >"$T/old.json"
  printf '[%s]' "${records[1]//VERSION/new}" >"$T/new.json"
  printf '{"data":%s} 200\n' "$(<"$T/old.json")" "$(<"$T/new.json")" >>"$T/expected"
  cp "$T/old.json" "$DATA_DIR/machines.json"
  live_info
  coproc SWAP { exec python3 -EsSB "$ROOT/tests/tools/swap.py" "$1" "$DATA_DIR/machines.json" "$T/old.json" "$T/new.json" 3>&-; }
  # bash closes these two descriptors as soon as the other side ends, so they are copied.
  pid=$SWAP_PID
  exec {out}<&"${SWAP[0]}" {in}>&"${SWAP[1]}"
  eval "exec ${SWAP[1]}>&-"
  read -r _ <&"$out" # it has begun
  curl -s --max-time 50 --unix-socket "$BATS_FILE_TMPDIR/http.sock" -H "X-Auth-Token: $live" -w ' %{http_code}\n' \
    "http://localhost/api/info?_=[1-$2]" >"$T/replies"
  eval "exec $in>&-"
  read -r swaps rate <&"$out"
  wait "$pid" || true
  echo "# replaced $swaps times, $rate times a second" >&3
  ((swaps > 3))
  [ "$(wc -l <"$T/replies")" -eq "$2" ]
  run ! grep -vxFf "$T/expected" "$T/replies"
}

@test "replaced by rename all the time: every reply is whole, and of the old or the new version" {
  swap_while_asking rename 2000
  [ "$(sort -u "$T/replies" | wc -l)" -eq 2 ]
}

# bats test_tags=long
@test "rewritten in place: every reply is whole, and of the old or the new version, or a 500" {
  local count=6000 # a worker is much faster than a program
  if [[ $SSA_MODE == cgi ]]; then
    count=300
    echo '{"code":500,"message":"internal error","data":""} 500' >"$T/expected"
  fi
  swap_while_asking rewrite "$count"
  # A file that is found half-written is read again after a moment, so a 500 is rare.
  (($(grep -c ' 200$' "$T/replies") > count * 9 / 10))
}

@test "a change within the same moment, of the same length, is seen" {
  local n
  for n in {1..20}; do
    printf '[{"id":%d,"cpus":1,"mem":1,"status":"x","GPU":"x","ip":"x"}]' $((100 + n)) >"$DATA_DIR/machines.json"
    answers 200 live_info
    [[ $body == *"\"id\":$((100 + n)),"* ]]
  done
}

# shows TEXT: whether the list has it.
shows() {
  live_info
  [[ $body == *"$1"* ]]
}

# Two versions of the same second have the same inode, size and time stamps there.
@test "a file system whose time stamps are whole seconds: the last edit is seen" {
  [[ $SSA_MODE == scgi ]] || skip "a CGI program reads the file at each request"
  truncate -s 4M "$T/disk"
  mkfs.ext4 -q -I 128 "$T/disk" 2>/dev/null || skip "mkfs.ext4 is not installed"
  mount -o loop "$T/disk" "$DATA_DIR" 2>/dev/null || skip "no loop device can be mounted here"
  cp "$ROOT"/tests/fixtures/*.json "$DATA_DIR"
  local seen='' record='{"id":1,"cpus":1,"mem":1,"status":"VERSION","GPU":"g","ip":"i"}' second
  # Both writes must be in one second, and the worker must know the first version for a while.
  until [[ $seen == running && $second == "${EPOCHREALTIME%.*}" ]]; do
    until ((10#${EPOCHREALTIME#*.} < 300000)); do :; done
    second=${EPOCHREALTIME%.*}
    echo "[${record/VERSION/running}]" >"$DATA_DIR/machines.json"
    until ((10#${EPOCHREALTIME#*.} > 600000)) || [[ $second != "${EPOCHREALTIME%.*}" ]]; do
      if shows running; then seen=running; fi
    done
    echo "[${record/VERSION/stopped}]" >"$DATA_DIR/machines.json"
  done
  wait_until 10 $$ shows stopped || seen=
  umount "$DATA_DIR"
  [ -n "$seen" ]
}

@test "a file that is mounted alone, and replaced outside: status, the log and check say it" {
  local before checked words='outdated: replaced outside: mount its folder, and not the file alone'
  cp "$DATA_DIR/users.json" "$T/outside"
  mount --bind "$T/outside" "$DATA_DIR/users.json" 2>/dev/null || skip "nothing can be mounted here"
  api /api/status
  before=$http
  cp "$DATA_DIR/users.json" "$T/new"
  mv "$T/new" "$T/outside"
  api '/api/status?verbose'
  checked=$(SSA_DATA_DIR=$DATA_DIR "${CGI_BIN%cgi-bin}sbin/ssactl" check --json) || true
  umount "$DATA_DIR/users.json"
  [ "$before" = 200 ]
  expect 503
  [[ $body == *"\"users\":\"$words\""* ]]
  grep -q 'data file fault; file="users.json" fault="outdated" reason="replaced outside: ' "$LOG"
  [[ $checked == *"$words"* ]]
  answers 200 api /api/status
}
