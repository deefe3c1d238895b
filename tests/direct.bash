# The programs without a front-end server, in both modes: one CGI process a request, or one resident worker that a
# little SCGI client asks. So a test can choose REMOTE_ADDR, the environment, what the process may do, and its log.
# shellcheck disable=SC2034,SC2094,SC2154  # variables of the tests and of helpers.bash

# The hashing slots belong to the host. Where it is allowed, the programs of a test get a host of their own in this
# respect, so that no other copy of the suite waits for them, or makes them wait.
ISOLATED=()
! unshare --ipc true 2>/dev/null || ISOLATED=(unshare --ipc)

# isolate_lighttpd: for start_lighttpd, in setup_file.
isolate_lighttpd() {
  [[ -n ${ISOLATED[*]} ]] || return 0
  mkdir -p "$BATS_FILE_TMPDIR/bin"
  printf '#!/bin/sh\nexec unshare --ipc "%s" "$@"\n' "$(command -v lighttpd || echo /usr/sbin/lighttpd)" >"$BATS_FILE_TMPDIR/bin/lighttpd"
  chmod 755 "$BATS_FILE_TMPDIR/bin/lighttpd"
  PATH=$BATS_FILE_TMPDIR/bin:$PATH
}

# programs [NAME=VALUE...]: the environment of the programs that `direct` asks from now on. LAUNCHER, an array, is
# put before the program's name.
programs() {
  stop_workers
  ENVIRONMENT=("$@")
}

start_worker() { # PROGRAM
  local socket=$BATS_TEST_TMPDIR/$1.scgi
  rm -f "$socket"
  env -i PATH="$PATH" REDIS_URL="${REDIS_URL-}" SSA_DATA_DIR="$DATA_DIR" ${ENVIRONMENT[@]+"${ENVIRONMENT[@]}"} \
    ${ISOLATED[@]+"${ISOLATED[@]}"} ${LAUNCHER[@]+"${LAUNCHER[@]}"} python3 -EsSB "$ROOT/tests/hostile/scgi.py" listen "$socket" "$CGI_BIN/$1" \
    </dev/null >/dev/null 2>>"${WORKER_LOG:-$BATS_TEST_TMPDIR/$1.log}" 3>&- &
  WORKERS[$1]=$!
  wait_until 10 "$!" test -S "$socket"
}

stop_workers() {
  local name
  for name in "${!WORKERS[@]}"; do
    kill "${WORKERS[$name]}" 2>/dev/null
    wait_gone 10 "${WORKERS[$name]}"
  done
  WORKERS=()
}
declare -gA WORKERS=()
declare -ga ENVIRONMENT=() LAUNCHER=()

# direct METHOD PROGRAM [BODY [NAME=VALUE...]]: $http, $head, $body, and the log in $stderr. The NAMEs are the
# request's.
direct() {
  if [[ ${SSA_MODE:-cgi} != scgi ]]; then
    direct_cgi "$@"
    return
  fi
  local method=$1 program=$2 input=$BATS_TEST_TMPDIR/input
  printf '%s' "${3-}" >"$input"
  shift $(($# < 3 ? 2 : 3))
  if [[ ! -v WORKERS[$program] ]] || ! kill -0 "${WORKERS[$program]}" 2>/dev/null; then start_worker "$program"; fi
  [[ -v WORKER_LOG ]] || : >"$BATS_TEST_TMPDIR/$program.log"
  run python3 -EsSB "$ROOT/tests/hostile/scgi.py" ask "$BATS_TEST_TMPDIR/$program.scgi" "REQUEST_METHOD=$method" \
    REMOTE_ADDR=192.0.2.1 "$@" <"$input"
  # shellcheck disable=SC2154  # from run
  split_reply "$output"
  [[ -v WORKER_LOG ]] || stderr=$(cat "$BATS_TEST_TMPDIR/$program.log")
}

direct_cgi() {
  local method=$1 program=$2 input=$BATS_TEST_TMPDIR/input
  printf '%s' "${3-}" >"$input"
  shift $(($# < 3 ? 2 : 3))
  run --separate-stderr env -i PATH="$PATH" REDIS_URL="${REDIS_URL-}" SSA_DATA_DIR="$DATA_DIR" REMOTE_ADDR=192.0.2.1 \
    REQUEST_METHOD="$method" CONTENT_LENGTH="$(stat -c %s "$input")" ${ENVIRONMENT[@]+"${ENVIRONMENT[@]}"} "$@" \
    ${ISOLATED[@]+"${ISOLATED[@]}"} ${LAUNCHER[@]+"${LAUNCHER[@]}"} "$CGI_BIN/$program" <"$input"
  split_reply "$output"
}

# raw METHOD PATH [HEADER...] >FILE: a request for hostile/together.py; BODY in the environment.
raw() {
  local method=$1 path=$2 line
  shift 2
  printf '%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n' "$method" "$path"
  for line in "$@"; do printf '%s\r\n' "$line"; done
  [[ ! -v BODY ]] || printf 'Content-Type: application/json\r\nContent-Length: %d\r\n' "${#BODY}"
  printf '\r\n%s' "${BODY-}"
}

together() { python3 -EsSB "$ROOT/tests/hostile/together.py" "$BATS_FILE_TMPDIR/http.sock" "$@"; }

# --- the helpers that are called most, without jq, which takes 40 ms to start ------------------------------------

# shellcheck disable=SC2034  # ticket, csrf: for the tests
login() {
  local credentials
  credentials=$(credentials "$1" "$2")
  api /api/ticket -H 'Content-Type: application/json' -d "$credentials"
  take_tokens
}

# direct_login NAME PASSWORD [NAME=VALUE...]: as login, without a front-end server.
direct_login() {
  local credentials
  credentials=$(credentials "$1" "$2")
  shift 2
  direct POST ticket "$credentials" "$@"
  take_tokens
}

take_tokens() {
  ticket='' csrf='' expires=''
  [[ ! $body =~ \"ticket\":\"([A-Za-z0-9_-]{43})\" ]] || ticket=${BASH_REMATCH[1]}
  [[ ! $body =~ \"CSRFPreventionToken\":\"([0-9a-f]{64})\" ]] || csrf=${BASH_REMATCH[1]}
  [[ ! $body =~ \"expires\":([0-9]+) ]] || expires=${BASH_REMATCH[1]}
}

credentials() {
  if [[ $1$2 == *[^A-Za-z0-9_@.\ -]* ]]; then
    jq -cn --arg u "$1" --arg p "$2" '{username: $u, password: $p}'
  else
    printf '{"username":"%s","password":"%s"}' "$1" "$2"
  fi
}

expect_error() { # STATUS
  expect "$1" || return
  [[ $body =~ ^\{\"code\":$1,\"message\":\"[^\"\\]+\",\"data\":\"\"\}$ ]] || {
    printf 'not the shape of an error: %s\n' "$body"
    return 1
  }
}
