#!/bin/bash
# Runs the test suite, or the given files: tests/run.sh [FILE...]
#
# A file with a line `# modes: cgi scgi` goes through lighttpd and runs once in each of these
# modes. All other files run once. Two files run at a time, and the output of each is kept
# together. A failed test is printed in full. The last line is `N passed, N failed`. The exit
# status is 1 if a test failed, if a file did not run all of its tests or has no test, or if it
# left a process behind.
#
#   SSA_CGI_BIN, SSA_UNIT_BIN   the programs and the unit tests to run (cgi-bin, build/unit)
#   SSA_TEST_JOBS               files at a time (2)
#   SSA_TEST_TIMEOUT            seconds for one test (60)
#   SSA_TEST_AGAIN              1: a file that failed runs once more, alone, when all others have
#                               ended. The second result counts, and the output names the file.
#   SSA_TEST_MODES              only these modes (cgi scgi)
#   SSA_TEST_REDIS              valkey: Valkey in place of Redis
#   SSA_TEST_STORE              sentinel, cluster: the programs find Redis in this way
#   SSA_TEST_EMULATED           the programs run in an emulator, which cannot do all
#   SSA_TEST_RECORD             a folder for all replies that the tests get, for tests/web/
set -u

tests=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$tests")

# A relative path in the environment starts at the caller's folder, but helpers.bash would start at
# the root of the project. So it is made absolute here.
for name in SSA_CGI_BIN SSA_UNIT_BIN; do
  value=${!name-}
  if [[ -n $value && $value != /* && -d $value ]]; then export "$name=$PWD/$value"; fi
done
export SSA_CGI_BIN=${SSA_CGI_BIN:-$root/cgi-bin} SSA_UNIT_BIN=${SSA_UNIT_BIN:-$root/build/unit}
export BATS_TEST_TIMEOUT=${SSA_TEST_TIMEOUT:-60}
jobs_max=${SSA_TEST_JOBS:-2}
modes_wanted=${SSA_TEST_MODES:-cgi scgi}
again=${SSA_TEST_AGAIN:-0}

# The tests set what they need. The settings of the caller must not change the results.
unset REDIS_URL SSA_REDIS_WAIT SSA_MODE SSA_BIND SSA_PORT SSA_DATA_DIR SSA_TICKET_TTL SSA_TICKET_MAX SSA_TICKETS_PER_USER SSA_LOGIN_LIMITS \
  SSA_WORKERS SSA_RUN_DIR SSA_SUPERVISED SSA_CONNECTIONS_PER_ADDRESS SSA_PROXY_FROM SSA_CORS_ORIGINS SSA_DELAY http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
export LC_ALL=C.UTF-8
# The commands that make deps installs. Another python3 in PATH, such as that of a version manager,
# can take ten times as long to start, and the tests start it thousands of times.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH

# Every process of a file has this folder in its environment or on its command line, so that
# processes that are left behind can be found. The path is short, because the path of a Unix socket
# has at most 107 bytes.
work=$(mktemp -d "${TMPDIR:-/tmp}/ssa-test.XXXXXX") || exit 1

# The tests ask for Redis by its commands' names.
if [[ ${SSA_TEST_REDIS:-redis} != redis ]]; then
  mkdir "$work/bin"
  for name in server cli; do
    if ! ln -s "$(type -P "$SSA_TEST_REDIS-$name")" "$work/bin/redis-$name" 2>/dev/null; then
      echo "$SSA_TEST_REDIS-$name is not installed"
      rm -rf "$work"
      exit 1
    fi
  done
  PATH=$work/bin:$PATH
fi

# marked FOLDER: the processes that have it in their environment, command line or working folder,
# except this one.
marked() {
  {
    grep -lsF -- "$1" /proc/[0-9]*/environ /proc/[0-9]*/cmdline
    find /proc/[0-9]*/cwd -maxdepth 0 -lname "$1*" 2>/dev/null
  } | sed -E 's|^/proc/([0-9]+)/.*|\1|' | sort -un | while read -r pid; do
    # A process that has ended, such as grep and find, has no command line any more.
    [[ $pid == "$$" || $pid == "${2-}" || -z $(tr -d '\0' 2>/dev/null <"/proc/$pid/cmdline") ]] || echo "$pid"
  done 2>/dev/null
}

cleanup() {
  trap - EXIT INT TERM HUP
  local pid
  for pid in "${!label[@]}"; do kill -TERM "$pid" 2>/dev/null; done
  for pid in $(marked "$work"); do kill -KILL "$pid" 2>/dev/null; done
  wait
  rm -rf "$work"
}

# The hashing slots belong to the host. Where the system allows it, each file gets an IPC namespace
# of its own, so that another suite that runs at the same time does not take its slots.
isolated=()
if unshare --ipc true 2>/dev/null; then isolated=(unshare --ipc); fi

# run_file FILE MODE FOLDER: writes TAP to FOLDER/tap, the exit status of bats to FOLDER/status, and
# the processes that were left behind to FOLDER/left.
run_file() {
  local file=$1 mode=$2 folder=$3 left n
  export TMPDIR=$folder SSA_MODE=$mode
  # Each test has its own time limit. This limit is for everything else, such as a server for which
  # bats waits. It is in the subshell, so that its process group is not that of the terminal.
  local runner=(bats --formatter tap --timing "$file")
  # shellcheck disable=SC2206  # several transports
  [[ $file != *.rows ]] || runner=(python3 -EsSB "$tests/rows/run.py" "$file" $mode)
  timeout -k 10 $((15 * BATS_TEST_TIMEOUT)) "${isolated[@]}" "${runner[@]}" </dev/null >"$folder/tap" 2>&1
  echo $? >"$folder/status"
  # Processes may need a moment to end.
  for ((n = 0; n < 50; n++)); do
    left=$(marked "$folder" "$BASHPID")
    [[ -n $left ]] || break
    sleep 0.1
  done
  local pid
  for pid in $left; do
    printf '%s: %s\n' "$pid" "$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)"
    kill -KILL "$pid" 2>/dev/null
  done >"$folder/left"
  # It may have files of 64 MiB.
  rm -rf "$folder"/bats-run-*
}

passed=0 failed=0 skipped=0
failed_once=() # the arguments of start, for each file that runs again

# report FOLDER SECONDS FILE MODE LABEL
report() {
  local folder=$1 seconds=$2 name=$5 status planned ok not_ok skip missing
  status=$(cat "$folder/status" 2>/dev/null || echo none)
  planned=$(sed -nE 's/^1\.\.([0-9]+)$/\1/p' "$folder/tap" | head -n 1)
  skip=$(grep -cE '^ok [0-9]+ .*# skip' "$folder/tap")
  ok=$(($(grep -cE '^ok [0-9]+ ' "$folder/tap") - skip))
  not_ok=$(grep -cE '^not ok [0-9]+ ' "$folder/tap")
  missing=$((${planned:-0} - ok - skip - not_ok))
  ((missing > 0)) || missing=0

  # Prints the failed tests in full. If bats itself failed, prints all of its output.
  if [[ ${planned:-0} == 0 || $missing -gt 0 ]]; then
    sed 's/^/    /' "$folder/tap"
  else
    awk '/^(ok|not ok) [0-9]+ /{ show = /^not ok/ } show { print "    " $0 }
      !/^(ok|not ok|#|1\.\.)/ && !show { print "    " $0 }' "$folder/tap"
  fi
  grep -E '^ok [0-9]+ .*# skip' "$folder/tap" | sed -E 's/^ok [0-9]+ /    skipped: /'
  if [[ ${planned:-0} == 0 ]]; then
    echo "    $name: no test was run (exit status $status)"
    missing=1
  elif ((missing > 0)); then
    echo "    $name: $missing of $planned tests were not run (exit status $status)"
  elif [[ $status != 0 && $not_ok == 0 ]]; then
    echo "    $name: exit status $status without a failed test"
    missing=1
  fi
  if [[ -s $folder/left ]]; then
    echo "    $name: left behind:"
    sed 's/^/      /' "$folder/left"
    missing=$((missing + 1))
  fi
  printf '%-24s %4d passed %4d failed %8.1f s\n' "$name" "$ok" "$((not_ok + missing))" "$seconds"
  if [[ $again == 1 && $((not_ok + missing)) -gt 0 ]]; then
    failed_once+=("$3" "$4" "$name, again")
  else
    passed=$((passed + ok)) failed=$((failed + not_ok + missing)) skipped=$((skipped + skip))
  fi
}

# finish: waits until one of the running files ends, and reports it.
finish() {
  local pid
  wait -n -p pid "${!label[@]}"
  report "${folder_of[$pid]}" "$(awk -v a="${began[$pid]}" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')" \
    "${file_of[$pid]}" "${mode_of[$pid]}" "${label[$pid]}"
  unset "label[$pid]" "folder_of[$pid]" "file_of[$pid]" "mode_of[$pid]" "began[$pid]"
}

# start FILE MODE LABEL
start() {
  local folder
  while ((${#label[@]} >= jobs_max)); do finish; done
  folder=$work/$((++serial))
  mkdir "$folder"
  run_file "$1" "$2" "$folder" &
  label[$!]=$3 file_of[$!]=$1 mode_of[$!]=$2 folder_of[$!]=$folder began[$!]=$EPOCHREALTIME
}

declare -A label=() file_of=() mode_of=() folder_of=() began=()
serial=0
trap 'cleanup; exit 1' INT TERM HUP
trap cleanup EXIT

if (($# > 0)); then
  files=("$@")
else
  files=("$tests"/rows/*.rows "$tests"/suite/*.bats)
fi
for file in "${files[@]}"; do
  for folder in suite rows; do
    if [[ ! -f $file && -f $tests/$folder/$file ]]; then file=$tests/$folder/$file; fi
  done
  if [[ ! -f $file ]]; then
    echo "$file: no such file"
    failed=$((failed + 1))
    continue
  fi
  name=$(basename "$file")
  if [[ $file == *.rows ]]; then
    case $modes_wanted in
    cgi) transports='cgi http-cgi' ;;
    scgi) transports='scgi http' ;;
    *) transports='scgi cgi http' ;;
    esac
    start "$file" "$transports" "$name"
    continue
  fi
  modes=$(sed -nE '1,20s/^# modes: *//p' "$file" | head -n 1)
  if [[ -z $modes ]]; then
    start "$file" cgi "$name"
    continue
  fi
  for mode in $modes; do
    if [[ " $modes_wanted " == *" $mode "* ]]; then start "$file" "$mode" "$name ($mode)"; fi
  done
done
while ((${#label[@]} > 0)); do finish; done

# On a slow machine two files that run at the same time can take each other's time. A fault of the
# programs fails again.
again=0
set -- "${failed_once[@]}"
while (($# > 0)); do
  echo "$3: it failed while other files ran"
  start "$1" "$2" "$3"
  finish
  shift 3
done

suffix=
((skipped == 0)) || suffix=", $skipped skipped"
echo "$passed passed, $failed failed$suffix"
((failed == 0))
