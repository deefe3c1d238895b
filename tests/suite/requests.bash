# The functions that send requests: to a program without a server, and through lighttpd. Each sets
# $http to the reply's status, and $head and $body to the two parts of the reply. $stderr is the
# program's log, where the log of one request can be told from others.

# Sets $http, $head and $body from a reply of CGI or of HTTP.
split_reply() {
  local reply=${1//$'\r'/}
  # "100 Continue" is not the final answer.
  while [[ $reply == 'HTTP/1.1 100 '*$'\n\n'* ]]; do reply=${reply#*$'\n\n'}; done
  head=${reply%%$'\n\n'*}
  head=${head%$'\n'} # a reply without a body ends with one more newline
  body=
  http=
  [[ $reply != *$'\n\n'* ]] || body=${reply#*$'\n\n'}
  [[ ! $'\n'$head =~ $'\n'(Status: |HTTP/1\.[01] )([0-9]{3}) ]] || http=${BASH_REMATCH[2]}
}

# header NAME: prints its value in the last reply, and fails if the header is not there.
header() {
  local line found=1
  while read -r line; do
    [[ ${line,,} == "${1,,}":* ]] || continue
    line=${line#*:}
    [[ -z ${line# } ]] || { echo "${line# }" && found=0; }
  done <<<"$head"
  return $found
}

# header_is NAME PATTERN: whether that value is like this. Unlike $(header …), it needs no process.
header_is() {
  local line
  while read -r line; do
    # shellcheck disable=SC2053  # $2 is a pattern
    [[ ${line,,} != "${1,,}: "* || ${line#*: } != $2 ]] || return 0
  done <<<"$head"
  printf 'no %s: %s in\n%s\n' "$1" "$2" "$head"
  return 1
}

# --- a program without a front-end server ---------------------------------------------------------

# These use a subshell with exec instead of bats' own `run`, which takes ten times as long. There
# are thousands of calls.

# cgi METHOD PROGRAM [BODY [NAME=VALUE...]]: runs the program as one CGI request. $status is its
# exit status. ENVIRONMENT and LAUNCHER have the same meaning as in `programs`.
cgi() {
  local method=$1 program=$2 input=${3-} LC_ALL=C length
  shift $(($# < 3 ? 2 : 3))
  length=${#input} # in bytes, because of LC_ALL=C
  printf %s "$input" >"$BATS_TEST_TMPDIR/input"
  status=0
  output=$(exec env -i PATH="$PATH" REDIS_URL="${REDIS_URL-}" SSA_REDIS_WAIT="${SSA_REDIS_WAIT-}" SSA_DATA_DIR="$DATA_DIR" REMOTE_ADDR=192.0.2.1 \
    REQUEST_METHOD="$method" CONTENT_LENGTH="$length" "${ENVIRONMENT[@]}" "$@" "${ISOLATED[@]}" "${LAUNCHER[@]}" \
    "$CGI_BIN/$program" <"$BATS_TEST_TMPDIR/input" 2>"$BATS_TEST_TMPDIR/stderr" 3>&-) || status=$?
  IFS= read -rd '' stderr <"$BATS_TEST_TMPDIR/stderr" || stderr=${stderr%$'\n'}
  [[ ! -v WORKER_LOG || -z $stderr ]] || printf '%s\n' "$stderr" >>"$WORKER_LOG"
  split_reply "$output"
}

# programs [NAME=VALUE...]: sets the environment of the programs to which `direct` sends requests
# from now on. LAUNCHER, an array, is put before the program's name.
programs() {
  stop_workers
  ENVIRONMENT=("$@")
}

start_worker() { # PROGRAM
  local socket=$BATS_TEST_TMPDIR/$1.scgi
  [[ ! -e $socket ]] || rm "$socket"
  env -i PATH="$PATH" REDIS_URL="${REDIS_URL-}" SSA_REDIS_WAIT="${SSA_REDIS_WAIT-}" SSA_DATA_DIR="$DATA_DIR" ${ENVIRONMENT[@]+"${ENVIRONMENT[@]}"} \
    ${ISOLATED[@]+"${ISOLATED[@]}"} ${LAUNCHER[@]+"${LAUNCHER[@]}"} "$SOCKETS" listen "$socket" "$CGI_BIN/$1" \
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

# direct METHOD PROGRAM [BODY [NAME=VALUE...]]: sends the request in the mode of SSA_MODE, to a
# program without a front-end server. The NAMEs are variables of the request. WORKER_LOG is the log
# of the whole test, if a test sets it.
direct() {
  if [[ ${SSA_MODE:-cgi} != scgi ]]; then
    cgi "$@"
    return
  fi
  local method=$1 program=$2 input=$BATS_TEST_TMPDIR/input
  printf '%s' "${3-}" >"$input"
  shift $(($# < 3 ? 2 : 3))
  if [[ ! -v WORKERS[$program] ]] || ! kill -0 "${WORKERS[$program]}" 2>/dev/null; then start_worker "$program"; fi
  [[ -v WORKER_LOG ]] || : >"$BATS_TEST_TMPDIR/$program.log"
  status=0
  output=$(exec "$SOCKETS" scgi "$BATS_TEST_TMPDIR/$program.scgi" "REQUEST_METHOD=$method" REMOTE_ADDR=192.0.2.1 "$@" <"$input" 2>&1 3>&-) || status=$?
  split_reply "$output"
  [[ -v WORKER_LOG ]] || IFS= read -rd '' stderr <"$BATS_TEST_TMPDIR/$program.log" || stderr=${stderr%$'\n'}
}

# direct_login NAME PASSWORD: the same as login, but without a front-end server.
direct_login() {
  direct POST ticket "$(credentials "$1" "$2")"
  take_tokens
}

# enter STATUS [NAME PASSWORD]: the same, and what it gets.
enter() {
  direct_login "${2-user1}" "${3-$PASSWORD}"
  gets "$1"
}

# asked STATUS METHOD PROGRAM [QUERY]: what this gets with $ticket.
asked() {
  direct "$2" "$3" '' HTTP_X_AUTH_TOKEN="$ticket" QUERY_STRING="${4-}"
  gets "$1"
}

# post BODY [NAME=VALUE...]: runs ticket as one CGI request.
post() { cgi POST ticket "$@"; }

# session [NAME PASSWORD [NAME=VALUE...]]: logs in with the program alone, and sets $ticket, $csrf
# and $expires.
session() {
  post "$(credentials "${1-user1}" "${2-$PASSWORD}")" "${@:3}"
  expect 200
  take_tokens
}

# info [NAME=VALUE...]: runs info as one CGI request with $ticket.
info() { cgi GET info '' HTTP_X_AUTH_TOKEN="$ticket" "$@"; }

# --- through lighttpd -----------------------------------------------------------------------------

# api PATH [-X METHOD] [-H HEADER]... [-d BODY]: sets the same variables. The options are as those
# of curl; a BODY is JSON, if no header says something else. $status is the client's exit status.
api() {
  local path=$1 method=GET headers=() BODY
  shift
  while (($# > 0)); do
    case $1 in
    -X) method=$2 ;;
    -H) headers+=("$2") ;;
    -d) BODY=$2 && [[ $method != GET ]] || method=POST ;;
    *) echo "api: $1 is for curl_api" && return 1 ;;
    esac
    shift 2
  done
  raw "$method" "$path" "${headers[@]}" >"$BATS_TEST_TMPDIR/request"
  status=0 stderr=
  output=$(exec "$SOCKETS" http "$BATS_FILE_TMPDIR/http.sock" <"$BATS_TEST_TMPDIR/request" 3>&-) || status=$?
  split_reply "$output"
}

# curl_api PATH [CURL OPTION...]: the same with curl, for what `api` cannot send.
curl_api() {
  local path=$1
  shift
  status=0 stderr=
  output=$(exec curl -q -s -i --noproxy '*' --max-time 15 --unix-socket "$BATS_FILE_TMPDIR/http.sock" "$@" \
    "http://localhost$path" 3>&-) || status=$?
  split_reply "$output"
}

# login NAME PASSWORD: logs in and sets $ticket, $csrf and $expires, and the reply's variables.
login() {
  local credentials
  credentials=$(credentials "$1" "$2")
  api /api/ticket -d "$credentials"
  take_tokens
}

# raw METHOD PATH [HEADER...] >FILE: writes a request, after whose reply the server closes the
# connection. The body is in the variable BODY.
raw() {
  local LC_ALL=C method=$1 path=$2 line type=$'Content-Type: application/json\r\n' # C: bytes
  shift 2
  printf '%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n' "$method" "$path"
  for line in "$@"; do
    printf '%s\r\n' "$line"
    [[ ${line,,} != content-type:* ]] || type=
  done
  [[ ! -v BODY ]] || printf '%sContent-Length: %d\r\n' "$type" "${#BODY}"
  printf '\r\n%s' "${BODY-}"
}

# together [COUNT FILE]...: sends these requests at the same moment, and prints the replies.
together() { python3 -EsSB "$ROOT/tests/tools/together.py" "$BATS_FILE_TMPDIR/http.sock" "$@"; }

# tally FILE [NAME]: how often each status is in these replies of `together`. It prints
# "STATUS:COUNT " for each. With NAME it counts only the replies to this request.
tally() {
  local name status _
  local -A count=()
  while read -r name status _; do [[ -n ${2-} && $name != "$2" ]] || ((++count[$status])); done <"$1"
  for status in 0 {200..599}; do [[ ! -v count[$status] ]] || printf '%s:%s ' "$status" "${count[$status]}"; done
}

# --- what Redis has of a ticket -------------------------------------------------------------------

# The digest of a ticket (BLAKE2b-256, base64url), and its key, by another implementation.
ticket_digest() { # TICKET
  python3 -EsS -c 'import base64, hashlib, sys
digest = hashlib.blake2b(b"ticket\0%s\0" % sys.argv[1].encode(), digest_size=32).digest()
print(base64.urlsafe_b64encode(digest).decode().rstrip("="))' "$1"
}
ticket_key() { echo "ssa:{${1:0:3}}:ticket:$(ticket_digest "$1")"; }

# --- what a login sends and gets ------------------------------------------------------------------

# Without jq, which takes 40 ms to start, because these two functions are called most often.
take_tokens() {
  ticket='' csrf='' expires=''
  [[ ! $body =~ \"ticket\":\"([A-Za-z0-9_-]{43})\" ]] || ticket=${BASH_REMATCH[1]}
  [[ ! $body =~ \"CSRFPreventionToken\":\"([A-Za-z0-9_-]{43})\" ]] || csrf=${BASH_REMATCH[1]}
  [[ ! $body =~ \"expires\":([0-9]+) ]] || expires=${BASH_REMATCH[1]}
}

credentials() {
  if [[ $1$2 == *[^A-Za-z0-9_@.\ -]* ]]; then
    jq -cn --arg u "$1" --arg p "$2" '{username: $u, password: $p}'
  else
    printf '{"username":"%s","password":"%s"}' "$1" "$2"
  fi
}
