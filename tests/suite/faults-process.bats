# Faults around the programs: no log, no random bytes, no semaphores, and programs that are killed
# during a request. In calls.bats there is no memory.
# modes: scgi cgi
load helpers
load faults

# works: a login, a good request and a bad request get the same replies as always, although the
# program lacks something.
works() {
  enter 200
  asked 200 GET info
  [[ $head != *ssa-* ]] # a line of the log
  enter 401 user1 wrong
  ticket=x asked 401 GET info
  [[ $head != *ssa-* ]]
  asked 200 GET status
}

# bats test_tags=transport
@test "the log's disk is full, or there is no log" {
  local redirection
  for redirection in '2>/dev/full' '2>&-'; do
    programs
    LAUNCHER=(sh -c "exec \"\$@\" $redirection" sh)
    redis config resetstat >/dev/null
    works
    # What the program writes to its log went nowhere else, above all not to Redis.
    run redis info errorstats
    [[ $output != *errorstat_* ]]
  done
}

@test "no getrandom: no ticket, a whole 500, and the next request gets the right answer" {
  # The number of the system call on x86-64 and on arm64.
  LAUNCHER=("$DENY" "$([[ $(uname -m) == x86_64 ]] && echo 318 || echo 278)")
  enter 500
  [[ $stderr == *random* ]]
  [ "$(redis_says keys 'ssa:{*}:ticket:*' | wc -l)" -eq 1 ]
  # A login attempt that cannot be counted is refused, so it must not cost anything.
  enter 500 user1 wrong
  enter 500 user1 "$live"
  ticket=$live
  asked 200 GET ticket
  asked 204 DELETE ticket
}

@test "no semaphores for the hashing slots: a login gets a whole 503, and sessions work" {
  LAUNCHER=("$DENY" "$([[ $(uname -m) == x86_64 ]] && echo 64 || echo 190)")
  enter 503
  [ -z "$(redis_says keys 'ssa:{*}:fail:*')" ] # a fault of ours is no failure of the user
  ticket=$live
  asked 200 GET ticket
  asked 200 GET info
}

@test "a Redis that takes no connections: 503 after 200 ms" {
  # A listening socket whose queue is full, so that connect(2) waits.
  coproc FULL { exec python3 -EsSB -c 'import socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen(0)
waiting = socket.socket(socket.AF_UNIX)
waiting.connect(sys.argv[1])
print("full", flush=True)
sys.stdin.read()' "$T/full.sock" 3>&-; }
  fake=$FULL_PID
  read -r _ <&"${FULL[0]}"
  REDIS_URL=unix://$T/full.sock
  programs
  asked 503 GET status
  [[ $stderr == *'redis: connect: no answer in time'* ]]
}

# bats test_tags=transport,load
@test "a program is killed during its request: this request gets a whole error, all others are served" {
  local sender lost most=5
  if [[ $SSA_MODE == scgi ]]; then # one of two workers, which have eight requests in hand at most
    stop_lighttpd
    SSA_WORKERS=2 SSA_LOGIN_LIMITS=0,0,0 start_lighttpd
    wait_until 10 "$(lighttpd_pid)" eval '[[ $(workers_of info | wc -l) == 2 ]]'
    most=8
  fi
  # Redis is stopped, so that every program is in the middle of its request, for half a second.
  kill -STOP "$(redis_pid)"
  together 40 "$T/info" >"$T/replies" 3>&- &
  sender=$!
  wait_until 5 "$sender" kill_some
  kill -CONT "$(redis_pid)"
  wait "$sender"
  lost=$(grep -c '^info 500' "$T/replies") || true
  echo "# lost $lost requests of $(wc -l <"$T/replies")" >&3
  ((lost >= 1 && lost <= most))
  run ! grep -vE '^info (200 \{"data":.*\]\}|500 \{"code":500,"message":"[^"]+","data":""\}|503 \{"code":503,"message":"[^"]+","data":""\})$' "$T/replies"
  if [[ $SSA_MODE == scgi ]]; then
    wait_until 5 "$(lighttpd_pid)" eval '[[ $(workers_of info | wc -l) == 2 ]]'
    all_well
    stop_lighttpd
    SSA_WORKERS=1 SSA_LOGIN_LIMITS=0,0,0 start_lighttpd
  fi
  all_well
}

# kill_some: kills five of the CGI programs, the last ones, because these have the most time left.
# Or a worker that has a request in hand, so that it is connected to Redis and has a client.
kill_some() {
  local pids
  if [[ $SSA_MODE == scgi ]]; then
    for pids in $(workers_of info); do (($(find "/proc/$pids/fd" -lname 'socket:*' | wc -l) < 4)) || break; done
    (($(find "/proc/$pids/fd" -lname 'socket:*' | wc -l) >= 4)) && kill -KILL "$pids"
    return
  fi
  pids=$(pgrep -P "$(lighttpd_pid)" -x info | tail -n 5)
  (($(wc -w <<<"$pids") == 5)) && kill -KILL $pids
}

@test "a worker that is told to end answers the request in hand" {
  needs_native "a long hash takes too long"
  [[ ${SSA_MODE:-cgi} == scgi ]] || skip "of resident workers"
  # About half a second, so that the answer comes within the limit on a busy machine too.
  local hash='$argon2id$v=19$m=32768,t=20,p=1$dHJ1c3QtdGVzdC1zYWx0$ztPygQO1usimQlrb5ZHfn7UjGQZbqdgw2WKmoY92mQ4'
  write_users "[{\"username\":\"long\",\"password\":\"$hash\"}]"
  start_worker ticket
  local worker=${WORKERS[ticket]} asker
  credentials long correct-horse | "$SOCKETS" scgi "$T/ticket.scgi" REQUEST_METHOD=POST REMOTE_ADDR=192.0.2.1 \
    >"$T/reply" 3>&- &
  asker=$!
  wait_until 5 "$asker" eval '(($(awk "/^VmRSS/ {print \$2}" /proc/'"$worker"'/status) > 12000))'
  kill -TERM "$worker"
  kill -TERM "$worker" # lighttpd and the kernel may both send it
  wait "$asker"
  split_reply "$(cat "$T/reply")"
  expect 200
  wait_gone 5 "$worker"
}

@test "a worker that is told to end waits for the rest of a request" {
  needs_native "an emulator has signals of its own"
  [[ ${SSA_MODE:-cgi} == scgi ]] || skip "of resident workers"
  start_worker status
  run -0 python3 -EsSB - "$T/status.scgi" "${WORKERS[status]}" <<'END'
import os, re, signal, socket, sys
headers = b'CONTENT_LENGTH\0000\0SCGI\0001\0REQUEST_METHOD\0GET\0'
request = b'%d:%s,' % (len(headers), headers)
path, pid = sys.argv[1], int(sys.argv[2])

def connect(sent):
    s = socket.socket(socket.AF_UNIX)
    s.connect(path)
    s.sendall(sent)
    return s

def asleep_or_gone():
    try:
        with open('/proc/%d/status' % pid) as f:
            text = f.read()
    except FileNotFoundError:
        return True
    return re.search(r'^State:\s+[SZ]', text, re.M) and re.search(r'^ShdPnd:\s+0+$', text, re.M)

half = connect(request[:20])
assert connect(request).recv(14) == b'Status: 200 OK'  # which shows that the half was accepted
os.kill(pid, signal.SIGTERM)
while not asleep_or_gone():
    os.sched_yield()
half.sendall(request[20:])
print(half.recv(14).decode())
END
  [ "$output" = 'Status: 200 OK' ]
  wait_gone 5 "${WORKERS[status]}"
}

@test "a hash that the control group's memory does not hold is refused before it is begun, and said by status and check" {
  local group=/sys/fs/cgroup/memory hash
  group+=$(sed -n 's/^[0-9]*:memory://p' /proc/self/cgroup)/ssa-test-${BATS_RUN_TMPDIR##*-}
  mkdir "$group" 2>/dev/null || skip "no control group of version 1 can be made here"
  echo 40M >"$group/memory.limit_in_bytes"
  hash='$argon2id$v=19$m=65536,t=2,p=1$c29tZS1zYWx0$VDeTpCsWIiL8X/ZIBi4T2P9nZ2hhHyHd43M/A5wsUng'
  write_users '[{"username":"small","password":"'"$(printf x | "$ROOT/sbin/ssactl" hash --data "$DATA_DIR")"'"},{"username":"big","password":"'"$hash"'"}]'
  (
    echo "$BASHPID" >"$group/cgroup.procs"
    cgi POST ticket "$(credentials small x)"
    expect 200
    cgi POST ticket "$(credentials big x)"
    expect_error 503
    [[ $stderr == *'a password hash needs 64 MiB, and the limit of memory leaves 27 MiB'* ]]
    cgi GET status
    expect_json '.message == "hashing"'
    run "$ROOT/sbin/ssactl" check --data "$DATA_DIR"
    [[ $output == *'hashing'*'a password hash needs 64 MiB, and the limit of memory leaves 27 MiB'* ]]
  )
  rmdir "$group"
}
