#!/bin/sh
# lighttpd-vars.sh PID    PID is the process id of lighttpd.
#
# Writes the environment as lighttpd variables, for lighttpd.conf. If a value is not allowed,
# lighttpd does not start, and one clear line says why. It makes and deletes nothing.
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

. scripts/defaults.sh
# The limit of connections. Each can need two descriptors; lighttpd does not start without them.
case $SSA_MODE in
cgi) connections=512 ;;
scgi) connections=4096 ;;
*) fail "SSA_MODE must be cgi or scgi" ;;
esac
# shellcheck disable=SC3045  # dash and bash have -H
descriptors=$(ulimit -Hn)
[ "$descriptors" != unlimited ] || descriptors=1048576
[ "$descriptors" -ge $((connections * 4)) ] || connections=$((descriptors / 4))
number SSA_PORT "$SSA_PORT" 1 65535
processors=$(nproc 2>/dev/null || echo 2)
workers=${SSA_WORKERS:-$((processors < 2 ? 2 : processors))}
number SSA_WORKERS "$workers" 1 512
number SSA_CONNECTIONS_PER_ADDRESS "$SSA_CONNECTIONS_PER_ADDRESS" 0 4096
# The balancers' addresses. lighttpd would take a length of 33 without a word; 0 trusts everybody.
proxy_from=${SSA_PROXY_FROM:-}
if [ "$proxy_from" ]; then
    byte='(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])' group='[0-9a-fA-F]{0,4}'
    v4="$byte([.]$byte){3}(/([1-9]|[12][0-9]|3[0-2]))?"
    v6="$group(:$group){2,7}(/([1-9]|[1-9][0-9]|1[01][0-9]|12[0-8]))?"
    case $proxy_from in
    *[!0-9a-fA-F.:/,]* | *:::*) valid= ;;
    *) valid=$(printf '%s,\n' "$proxy_from" | grep -xE "(($v4|$v6),)+" || :) ;;
    esac
    [ "$valid" ] || fail "SSA_PROXY_FROM must be addresses with commas, such as 10.0.0.2,10.1.0.0/24"
fi
case $SSA_CONSOLE in on | off) ;; *) fail "SSA_CONSOLE must be on or off" ;; esac

# lighttpd wants an IPv6 address in brackets; the setting may lack them.
bind=$SSA_BIND
case $bind in /* | \[*) ;; *:*) bind=[$bind] ;; esac

# The id of this lighttpd, in the names of its sockets. Processes of two containers that share the
# folder may have the same number, so the id has the number of their namespace, too.
id=$(stat -Lc %i /proc/self/ns/pid 2>/dev/null || echo 0).$1

# lighttpd needs absolute paths here. Its own test of the configuration does not find relative ones.
# path NAME VALUE: writes one as a variable.
path() { case $2 in /*) var "$1" "$2" ;; *) var "$1" "$PWD/$2" ;; esac }

# part NAME FILE VALUE: var.NAME is the file of conf.d for this setting, or an empty one if it is
# off.
part() {
    file=conf.d/$2
    case $3 in '' | 0 | off) file=/dev/null ;; esac
    var "$1" "$file"
}

var mode "$SSA_MODE"
# The programs: as an expression for their paths, and as a list.
read -r programs <scripts/programs
# shellcheck disable=SC2086  # one word for each program
set -- $programs
var programs "$(IFS='|' && echo "$*")"
echo "var.program_names = ( $(printf '"%s", ' "$@"))"
var bind "$bind"
echo "var.port = $SSA_PORT"
echo "var.max_connections = $connections"
echo "var.max_fds = $((connections * 4))"
part proxy proxy.conf "$proxy_from"
part connection_limit connection-limit.conf "$SSA_CONNECTIONS_PER_ADDRESS"
part console console.conf "$SSA_CONSOLE"
# As a list of lighttpd. Each address gets a length: lighttpd compares one without as text, and
# 2001:DB8::1 would not be 2001:db8::1.
echo "var.proxy_from = ("
[ ! "$proxy_from" ] ||
    printf %s "$proxy_from" | tr , '\n' | sed -E '\,/,!{/:/!s,$,/32,; /:/s,$,/128,}; s/.*/"&" => "trust",/'
echo ")"
var workers "$workers"
path run_dir "$SSA_RUN_DIR"
var id "$id"
path cgi_bin "$SSA_CGI_BIN"
path data_dir "$SSA_DATA_DIR"

# A service that is slow on purpose is given more time.
case ${SSA_DELAY:-}${SSA_FAULTS:-} in
'' | 0) echo "var.read_timeout = 10" ;;
*) echo "var.read_timeout = 40" ;;
esac

# The environment of the programs: all settings that are set, except lighttpd's. A name that is no
# setting is passed on, too: the programs say what it should be.
echo "var.environment = ("
ours='BIND|PORT|MODE|RUN_DIR|CGI_BIN|CONSOLE|PROXY_FROM|CONNECTIONS_PER_ADDRESS|WORKERS|DATA_DIR|SUPERVISED|TEST_[^=]*'
env -0 | sed -nzE 's/[\\"]/\\&/g; /^SSA_('"$ours"')=/d; s/^(REDIS_URL|SSA_[A-Za-z0-9_]+)=(.+)$/    "\1" => "\2",\n/p' |
    sed 's/\x00//g'
echo '    "SSA_DATA_DIR" => var.data_dir'
echo ")"

# The log says why the service is slow. Resident programs say it themselves when they start.
case $SSA_MODE${SSA_DELAY:-} in
cgi*[1-9]*) echo "lighttpd-vars.sh: every reply is delayed: SSA_DELAY is set" >&2 ;;
esac
case $SSA_MODE${SSA_FAULTS:-} in
cgi | cgioff | scgi*) ;;
*) echo "lighttpd-vars.sh: faults are made on demand: SSA_FAULTS is set" >&2 ;;
esac
