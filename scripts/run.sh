#!/bin/bash
# scripts/run.sh [--help]
#
# Runs lighttpd with lighttpd.conf until Ctrl-C, SIGTERM or the end of the terminal. If REDIS_URL is
# not set, it also runs a private Redis in run/ (SSA_RUN_DIR). `make run` sets SSA_MAKE to the
# process id of make: the script then ends with make, and make adds no line when it fails.
# shellcheck disable=SC2317  # shellcheck does not see that the trap calls functions
set -u
cd -P "$(dirname "$0")/.." || exit 1
export LC_ALL=C.UTF-8 # Redis 8 does not start under a LANG whose locale was not generated
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin # lighttpd is there; not every user's PATH has these
. scripts/defaults.sh
data=$(realpath -m "$SSA_DATA_DIR") programs=$(realpath -m "$SSA_CGI_BIN")
state=$(realpath -m "$SSA_RUN_DIR") # the folder of the sockets, and of the private Redis
bind=$SSA_BIND port=$SSA_PORT private_redis=yes
[ -z "${REDIS_URL-}" ] || private_redis=
redis='' lighttpd='' # process ids
made_by=${SSA_MAKE-} as=() remark='' dropped=''
# How it was started, and what installs or builds what is missing: a release has no Makefile.
this=${made_by:+make run} this=${this:-${SSA_RUN_AS:-scripts/run.sh}} to_install='make deps run' to_build='run make'
[ -e Makefile ] || to_install='apt install lighttpd redis-server' to_build='unpack the release again'
# Whose commands: Valkey's where only Valkey is installed.
kind=redis
if ! command -v redis-server >/dev/null && command -v valkey-server >/dev/null; then kind=valkey; fi

# caught: prints which signals make has a handler for, as the kernel writes it.
caught() {
    local name value
    [ -z "$made_by" ] ||
        while read -r name value; do [ "$name" != SigCgt: ] || echo "$value"; done 2>/dev/null <"/proc/$made_by/status"
}
wanted_by=$(caught)

# When a recipe fails, make adds a line. On SIGQUIT it gives up its handler, waits for the recipe,
# and fails silently. Where it ignores that signal (bit 3), it adds its line.
fail() {
    echo "run.sh: $1" >&2
    case $wanted_by in *[4-7c-f]) kill -QUIT "$made_by" 2>/dev/null && wait_for_make && exit 0 ;; esac
    exit 1
}
wait_for_make() {
    for ((i = 0; i < 100; i++)); do
        [ "$(caught)" = "$wanted_by" ] || return 0
        sleep 0.05
    done
    return 1
}

# end PID SIGNAL SECONDS: sends SIGNAL, waits up to SECONDS, then sends SIGKILL. It does nothing if
# PID is empty.
end() {
    [ "$1" ] && kill -s "$2" "$1" 2>/dev/null || return 0
    for ((i = 0; i < $3 * 20; i++)); do
        is_up "$1" || return 0
        sleep 0.05
    done
    kill -KILL "$1"
    wait "$1"
}

# lighttpd ends first, so that requests that it has begun (at most 5 s each) can still use Redis.
stop() {
    trap '' INT TERM HUP
    end "$lighttpd" INT 6
    end "$redis" TERM 10
}

# Starts a server in its own session, so that Ctrl-C reaches only this script, which ends the two
# servers in the right order. If it is killed with -9, the kernel sends SIGTERM to the servers.
# (The shell starts background jobs with SIGINT ignored, so env restores it.)
server() {
    exec env --default-signal=INT setsid setpriv --pdeathsig TERM "$@"
}

# Checks whether make still wants this script to run. make passes SIGTERM on to a recipe, but not
# SIGINT and SIGHUP: it gives up its handler of that signal and waits for the recipe to end.
is_wanted() { [ -z "$made_by" ] || [ "$(caught)" = "$wanted_by" ]; }

is_up() { kill -0 "$1" 2>/dev/null; }

# wait_until SECONDS PID COMMAND...: waits until COMMAND succeeds. Fails if the time is over or the
# process is gone. Ends the script if make does not want it any more.
wait_until() {
    local end=$((SECONDS + $1)) pid=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        is_wanted || exit 0
        if ! is_up "$pid" || ((SECONDS >= end)); then return 1; fi
        sleep 0.05
    done
}

redis_says() { grep . "$state/redis.log" | tail -n 1 | sed 's/^[^#*]*[#*] //'; } # at the end
redis_answers() { [ "$("$kind-cli" -s "$state/redis.sock" ping 2>&1)" = PONG ]; }

usage() {
    cat <<END
usage: [NAME=VALUE]... $this

Serves until Ctrl-C, on http://127.0.0.1:8000, with a private Redis. Settings are environment
variables; docs/settings.md has all of them, among them:
  SSA_PORT=8001         another port
  SSA_BIND=0.0.0.0      an address: here all of this machine; or the path of a Unix socket
  SSA_MODE=scgi         resident workers
  SSA_DATA_DIR=FOLDER   another folder of users.json and machines.json
  SSA_RUN_DIR=FOLDER    another folder for the sockets and the private Redis
  REDIS_URL=URL         that Redis, and no private one
END
}

case ${1-} in
'') ;;
--help | -h) usage && exit ;;
--dropped) dropped=yes remark=${2-} ;; # root has checked all, and has become another user
*)
    usage >&2
    exit 2
    ;;
esac

# --- Checks before the start ----------------------------------------------------------------------
unix_only= # only for a Unix socket
case $bind in /*) unix_only=curl ;; esac
for command in lighttpd $unix_only ${private_redis:+$kind-server $kind-cli}; do
    command -v "$command" >/dev/null || fail "$command is not installed: run \`$to_install\`"
done
read -ra names <scripts/programs
for program in "${names[@]}"; do
    [ -x "$programs/$program" ] || fail "$programs/$program is missing: $to_build"
done
[ ${#state} -le 84 ] || fail "the path is too long for Unix sockets: $state; use a shorter one: SSA_RUN_DIR=/tmp/ssa $this"
trap stop EXIT
trap 'exit 0' INT TERM HUP # it is not a failure if the user stops the script
# make may have been killed before setpriv asked the kernel for a signal at make's death.
[ -z "$made_by" ] || [ "$PPID" = "$made_by" ] || exit 0
{ (umask 077 && mkdir -p "$state") && chmod 700 "$state"; } 2>/dev/null ||
    fail "cannot create or change the folder $state; use another one: SSA_RUN_DIR=/tmp/ssa $this"

# --- The address that clients use -----------------------------------------------------------------
curl=(curl -s)
case $bind in
/*) url=http://localhost curl+=(--unix-socket "$bind") ;;
0.0.0.0) url=http://127.0.0.1:$port ;;
:: | '[::]') url="http://[::1]:$port" ;;
*:*) url=${bind#[} url="http://[${url%]}]:$port" ;;
*) url=http://$bind:$port ;;
esac
host=${url#http://} host=${host%:*} host=${host#[} host=${host%]}

# get: prints the reply to GET /api/status. If this machine's own address is in SSA_PROXY_FROM, only
# a request that begins with the PROXY protocol gets an answer.
get() { ask '' || { [ "${SSA_PROXY_FROM-}" ] && ask 'PROXY UNKNOWN\r\n'; }; }

# ask BEGIN: sends that request after BEGIN. Fails if nobody answers within 6 s. Bash itself speaks
# TCP, so no other program is needed.
ask() {
    case $bind in
    /*) "${curl[@]}" -i --max-time 6 "$url/api/status" ;;
    *) (
        exec 3<>"/dev/tcp/$host/$port" && printf '%bGET /api/status HTTP/1.0\r\nHost: localhost\r\n\r\n' "$1" >&3 || exit 1
        read -rt 6 -d '' reply <&3 # fails at the end of the reply
        [ -n "$reply" ] && printf %s "$reply"
    ) 2>/dev/null ;;
    esac
}

is_taken() {
    case $bind in
    /*) [ "$("${curl[@]}" -o /dev/null --max-time 1 -w '%{num_connects}' "$url")" != 0 ] ;;
    *) (exec 3<>"/dev/tcp/$host/$port") 2>/dev/null ;;
    esac
}

# check COMMAND: what keeps the service from starting. COMMAND runs another one as the user that the
# servers will have.
check() {
    local message next
    if [ "$private_redis" ]; then
        # Redis inherits the lock. If this script is killed, the lock stays until Redis has ended.
        exec 9<"$state"
        flock -w 1 9 || fail "already running with the folder $state; for a second one: SSA_PORT=8001 SSA_RUN_DIR=/tmp/ssa $this"
    fi
    message=$("$@" lighttpd -tt -f lighttpd.conf 2>&1) || {
        message=${message%%$'\n'*}
        [[ ! $message =~ SSA_[A-Z_]+ ]] || message+="; use its default: env -u ${BASH_REMATCH[0]} $this"
        fail "lighttpd.conf: $message"
    }
    ! is_taken || case $bind in
    /*) fail "$bind is in use by another program; use another path: SSA_BIND=$bind.2 $this" ;;
    *)
        next=$((port % 65535 + 1))
        fail "$url is in use by another program; use another port: SSA_PORT=$next $this"
        ;;
    esac
}

# --- Root gives up its rights ---------------------------------------------------------------------
# The servers run as the owner of this folder. If the owner is root or unknown, they run as Debian's
# user for web servers. If that user cannot read the files, they run as root, and a line says so.
if [ "$(id -u)" = 0 ]; then
    user=$(stat -c %U .)
    case $user in root | UNKNOWN) user=www-data ;; esac
    # A change of user clears the signal for the parent's death; --pdeathsig sets it again.
    drop=(setpriv --reuid "$user" --regid "$(id -g "$user" 2>&1)" --init-groups --no-new-privs ${made_by:+--pdeathsig TERM})
    as=("${drop[@]}")
    case $port in ? | ?? | ??? | 10[01]? | 102[0-3]) # these ports need root or this capability
        as+=(--inh-caps +net_bind_service --ambient-caps +net_bind_service) ;;
    esac
    to_run=("$PWD"/scripts/{run,lighttpd-vars,scgi-{servers,sockets}}.sh "${names[@]/#/$programs/}")
    to_read=("$PWD"/{lighttpd.conf,scripts/{*.sh,programs},www/errors/*.html,www/openapi.json})
    for file in "$data"/{users,machines}.json "$PWD"/{conf.d,www/console,www/docs}/*; do
        [ ! -e "$file" ] || to_read+=("$file")
    done

    # can_serve: whether the user may read the one and run the other. access(2) would ignore links.
    # shellcheck disable=SC2016  # the inner sh expands the variables
    can_serve() {
        "${as[@]}" sh -c 'for file; do : <"$file"; done' sh "${to_read[@]}" 2>/dev/null &&
            "${as[@]}" sh -c 'for file; do [ -x "$file" ] || exit 1; done' sh "${to_run[@]}"
    }

    # find_closed: finds the paths whose mode keeps the user out. $above gets this folder and
    # those above it, $inside gets paths inside it, and $elsewhere gets the rest. One process of the
    # user tests all of them by descriptors that root has opened, so the folders above a path do not
    # matter.
    find_closed() {
        local path n fd paths=() tests=()
        local -A seen=()
        while IFS= read -r path; do
            while [ "$path" ] && [ -z "${seen[$path]-}" ]; do
                seen[$path]=yes paths+=("$path")
                path=${path%/*}
            done
        done < <(realpath "${to_read[@]}" "${to_run[@]}")
        above=() inside=() elsewhere=()
        while read -r n; do
            path=${paths[n]}
            if [[ $path/ == "$PWD"/* ]]; then inside+=("$path")
            elif [[ $PWD == "$path"/* ]]; then above+=("$path")
            else elsewhere+=("$path"); fi
        done < <(
            for path in "${paths[@]}"; do
                { exec {fd}<"$path"; } 2>/dev/null || fd=none
                [ -x "$path" ] && tests+=(-x "$fd") || tests+=(-r "$fd") # -x: folders and programs
            done
            # shellcheck disable=SC2016  # the inner sh expands the variables
            exec "${drop[@]}" sh -c 'n=0; while [ $# != 0 ]; do test "$1" "/dev/fd/$2" || echo $n; n=$((n + 1)); shift 2; done' \
                sh "${tests[@]}"
        )
    }

    # remedy: prints the command that gives the user access.
    remedy() {
        local group path all='' command=''
        group=$(id -gn "$user")
        ((${#inside[@]} < 2)) || inside=("$PWD") all='-R '
        for path in "${inside[@]}" "${elsewhere[@]}"; do
            printf -v command '%schgrp %s%s %q && chmod %sg+rX %q && ' "$command" "$all" "$group" "$path" "$all" "$path"
            all=
        done
        ((${#above[@]} == 0)) || printf -v command '%smv %q /srv/' "$command" "$PWD"
        echo "${command% && }"
    }

    if can_serve; then
        chown -hR "$user:" "$state"
    else
        find_closed
        remark="do not start it as root! It continues as root, because ${above[0]-${inside[0]-${elsewhere[0]-all}}} is closed to the user $user; start it as an ordinary user, or: $(remedy)"
        as=()
        chown -hR root: "$state"
    fi
fi
[ "$dropped" ] || check "${as[@]}"
[ ${#as[@]} = 0 ] || exec "${as[@]}" scripts/run.sh --dropped "$remark"

# --- Start ----------------------------------------------------------------------------------------
if [ "$private_redis" ]; then
    rm -f "$state/redis.log"
    server "$kind-server" --port 0 --unixsocket "$state/redis.sock" --unixsocketperm 700 --dir "$state" \
        --appendonly yes --save '' --maxmemory 256mb --maxmemory-policy noeviction >"$state/redis.log" 2>&1 &
    redis=$!
    exec 9<&- # from now on only Redis holds the lock
    wait_until 60 "$redis" redis_answers ||
        fail "$kind-server did not start: $(redis_says); to start without the stored tickets: rm -r $state/appendonlydir"
    path=${state//%/%25}/redis.sock
    export REDIS_URL=unix://${path//\?/%3F}
fi
server lighttpd -D -f lighttpd.conf >&2 &
lighttpd=$!
wait_until 10 "$lighttpd" get || fail "lighttpd did not start on $url, see above; use the default address: env -u SSA_BIND $this"

reply=$(get)
[[ $reply == HTTP/1.[01]\ 200\ * ]] || remark="${remark:+$remark; }the service is not healthy: ${reply##*$'\n'}"
[ -z "$remark" ] || echo "run.sh: $remark" >&2
console="Open $url/ in a browser for the console."
case $bind$SSA_CONSOLE in /* | *off) console= ;; esac # a browser cannot open a Unix socket
cat <<END
SimpleServerAPI answers on $url; Ctrl-C stops it. $console
To try it, with the data that it comes with:

ticket=\$(${curl[@]} -H 'Content-Type: application/json' -d '{"username":"user1","password":"A1B2C3D4E5F6G7H8I9HD"}' $url/api/ticket | sed 's/.*"ticket":"\([^"]*\).*/\1/')
${curl[@]} -H "X-Auth-Token: \$ticket" $url/api/info
${curl[@]} $url/api/status
END

exec 8<> <(:) # nothing ever comes here, so a read with a time limit sleeps without a process
while is_up "$lighttpd" && is_up "${redis:-$lighttpd}"; do
    is_wanted || exit 0
    read -rt 0.5 -u 8
done
is_up "$lighttpd" || fail "lighttpd stopped unexpectedly, see above; start again: $this"
fail "Redis stopped unexpectedly: $(redis_says); start again: $this"
