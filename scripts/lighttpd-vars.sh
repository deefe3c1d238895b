#!/bin/sh
# lighttpd-vars.sh PID    PID is the process id of lighttpd.
#
# Writes the environment as lighttpd variables, for lighttpd.conf. If a value is not allowed,
# lighttpd does not start, and one clear line says why.
set -eu

fail() {
    echo "lighttpd-vars.sh: $1" >&2
    exit 1
}

# var NAME VALUE: writes one variable. Inside lighttpd's quotes only \ and " are special. Most
# values have none, and then this starts no process.
var() {
    value=$2
    case $value in *[\\\"]*) value=$(printf %s "$value" | sed 's/[\\"]/\\&/g') ;; esac
    printf 'var.%s = "%s"\n' "$1" "$value"
}

# number NAME VALUE LOWEST HIGHEST: fails if VALUE is not a number in this range.
number() {
    case $2 in '' | *[!0-9]* | ??????*) fail "$1 must be a number, $3 to $4" ;; esac
    if [ "$2" -lt "$3" ] || [ "$2" -gt "$4" ]; then fail "$1 must be a number, $3 to $4"; fi
}

mode=${SSA_MODE:-cgi}
case $mode in cgi | scgi) ;; *) fail "SSA_MODE must be cgi or scgi" ;; esac
port=${SSA_PORT:-8000}
number SSA_PORT "$port" 1 65535
processors=$(nproc 2>/dev/null || echo 2)
workers=${SSA_WORKERS:-$((processors < 2 ? 2 : processors))}
number SSA_WORKERS "$workers" 1 512
connections=${SSA_CONNECTIONS_PER_ADDRESS:-0}
number SSA_CONNECTIONS_PER_ADDRESS "$connections" 0 512
# The balancers' addresses. lighttpd would take a length of 33 without a word; 0 trusts everybody.
proxy_from=${SSA_PROXY_FROM:-} proxy=off
if [ "$proxy_from" ]; then
    proxy=on
    byte='(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])' group='[0-9a-fA-F]{0,4}'
    v4="$byte([.]$byte){3}(/([1-9]|[12][0-9]|3[0-2]))?"
    v6="$group(:$group){2,7}(/([1-9]|[1-9][0-9]|1[01][0-9]|12[0-8]))?"
    case $proxy_from in
    *[!0-9a-fA-F.:/,]* | *:::*) valid= ;;
    *) valid=$(printf '%s,\n' "$proxy_from" | grep -xE "(($v4|$v6),)+" || :) ;;
    esac
    [ "$valid" ] || fail "SSA_PROXY_FROM must be addresses with commas, such as 10.0.0.2,10.1.0.0/24"
fi
console=${SSA_CONSOLE:-on}
case $console in on | off) ;; *) fail "SSA_CONSOLE must be on or off" ;; esac

# The sockets of the SCGI workers. Only the user that lighttpd runs as may connect. Sockets that an
# ended lighttpd left behind are removed. For this lighttpd, each name is a link to the socket that
# lighttpd will make. Later the start of the program gives that name to the socket itself.
run_dir=${SSA_RUN_DIR:-$PWD/run}
if [ "$mode" = scgi ]; then
    (umask 077 && mkdir -p "$run_dir") || fail "cannot make $run_dir"
    for socket in "$run_dir"/status.* "$run_dir"/ticket.* "$run_dir"/info.*; do
        pid=${socket##*.}
        [ -d "/proc/${pid%[-+]*}" ] || rm -f "$socket"
    done
    for program in status ticket info; do
        ln -sfn "$program.$1-0" "$run_dir/$program.$1" || fail "cannot write to $run_dir"
    done
fi

# lighttpd needs absolute paths here. Its own test of the configuration does not find relative ones.
cgi_bin=${SSA_CGI_BIN:-cgi-bin}
case $cgi_bin in /*) ;; *) cgi_bin=$PWD/$cgi_bin ;; esac
data_dir=${SSA_DATA_DIR:-data}
case $data_dir in /*) ;; *) data_dir=$PWD/$data_dir ;; esac

var mode "$mode"
var bind "${SSA_BIND:-127.0.0.1}"
echo "var.port = $port"
var connections_per_address "$connections"
var proxy "$proxy"
# As a list of lighttpd. Each address gets a length: lighttpd compares one without as text, and
# 2001:DB8::1 would not be 2001:db8::1.
echo "var.proxy_from = ("
[ "$proxy" = off ] ||
    printf %s "$proxy_from" | tr , '\n' | sed -E '\,/,!{/:/!s,$,/32,; /:/s,$,/128,}; s/.*/"&" => "trust",/'
echo ")"
var console "$console"
var workers "$workers"
var run_dir "$run_dir"
var cgi_bin "$cgi_bin"
var data_dir "$data_dir"
# A variable that is not set is passed as empty. The programs treat an empty one as not set.
var redis_url "${REDIS_URL:-}"
var redis_wait "${SSA_REDIS_WAIT:-}"
var ticket_ttl "${SSA_TICKET_TTL:-}"
var ticket_max "${SSA_TICKET_MAX:-}"
var login_limits "${SSA_LOGIN_LIMITS:-}"
var tickets_per_user "${SSA_TICKETS_PER_USER:-}"
var cors_origins "${SSA_CORS_ORIGINS:-}"
var delay "${SSA_DELAY:-}"

# A slow service must not be a riddle. Resident programs say this themselves when they start.
case $mode${SSA_DELAY:-} in
cgi*[1-9]*) echo "lighttpd-vars.sh: every reply is delayed: SSA_DELAY is set" >&2 ;;
esac
