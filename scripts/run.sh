#!/bin/bash
# scripts/run.sh
#
# Runs lighttpd with lighttpd.conf until Ctrl-C, SIGTERM or the end of the terminal. If REDIS_URL is
# not set, it also runs a private Redis in run/ (SSA_RUN_DIR). `make run` sets
# SSA_RUN_FILE=run/make.PID, where PID is the process id of make. Then the script ends when that
# file is gone.
# shellcheck disable=SC2317  # shellcheck does not see that the trap calls functions
set -u
cd -P "$(dirname "$0")/.." || exit 1
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin # lighttpd is there; not every user's PATH has these
data=$(realpath -m "${SSA_DATA_DIR:-data}") programs=$(realpath -m "${SSA_CGI_BIN:-cgi-bin}")
state=$(realpath -m "${SSA_RUN_DIR:-run}") # the folder of the sockets, and of the private Redis
bind=${SSA_BIND:-127.0.0.1} port=${SSA_PORT:-8000} private_redis=yes
[ -z "${REDIS_URL-}" ] || private_redis=
redis='' lighttpd='' # process ids
remark=${1-} run_file=${SSA_RUN_FILE-}
# Whose commands: Valkey's where only Valkey is installed.
kind=redis
if ! command -v redis-server >/dev/null && command -v valkey-server >/dev/null; then kind=valkey; fi

fail() {
    echo "run.sh: $1" >&2
    exit 1
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
    [ -z "$run_file" ] || rm -f "$run_file"
}

# Starts a server in its own session. So Ctrl-C reaches only this script, which ends the two servers
# in the right order. If this script is killed with -9, the kernel sends SIGTERM to the servers.
# (The shell starts background jobs with SIGINT ignored, so env restores it.)
server() {
    exec env --default-signal=INT setsid setpriv --pdeathsig TERM "$@"
}

# Checks whether make still wants this script to run. make passes SIGTERM on to a recipe, but not
# SIGHUP. When any signal ends make, it deletes the target file of the running recipe, if the file
# has changed, and waits for the recipe ("Interrupting or Killing make" in its manual).
is_wanted() { [ -z "$run_file" ] || [ -e "$run_file" ]; }

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

# --- Checks before the start ----------------------------------------------------------------------
unix_only= # only for a Unix socket
case $bind in /*) unix_only=curl ;; esac
for command in lighttpd $unix_only ${private_redis:+$kind-server $kind-cli}; do
    command -v "$command" >/dev/null || fail "$command is not installed: \`make deps\` does that"
done
for program in status ticket info; do
    [ -x "$programs/$program" ] || fail "$programs/$program is not built: \`make\` does that"
done
[ ${#state} -le 84 ] || fail "the path of this folder is too long for Unix sockets: $state"
trap stop EXIT
trap 'exit 0' INT TERM HUP # it is not a failure if the user stops the script
# make may have been killed before setpriv asked the kernel for a signal at make's death.
[ -z "$run_file" ] || [ "$PPID" = "${run_file##*.}" ] || exit 0
(umask 077 && mkdir -p "$state") && chmod 700 "$state" || exit 1

# --- Root gives up its rights ---------------------------------------------------------------------
# The servers run as the owner of this folder. If the owner is root or unknown, they run as Debian's
# user for web servers.
if [ "$(id -u)" = 0 ]; then
    user=$(stat -c %U .)
    case $user in root | UNKNOWN) user=www-data ;; esac
    # A change of the user makes the kernel forget the signal for the parent's death. So the signal
    # is set again.
    drop=(setpriv --reuid "$user" --regid "$(id -g "$user" 2>&1)" --init-groups --no-new-privs ${run_file:+--pdeathsig TERM})
    right=
    case $port in ? | ?? | ??? | 10[01]? | 102[0-3]) # these ports need root or this capability
        right=+net_bind_service ;;
    esac
    to_run=("$PWD"/scripts/{run,lighttpd-vars}.sh "$programs"/{status,ticket,info})
    to_read=("$PWD"/{lighttpd.conf,scripts/*.sh,www/errors/*.html,www/openapi.json})
    for file in "$data"/{users,machines}.json "$PWD"/www/{console,docs}/*; do
        [ ! -e "$file" ] || to_read+=("$file")
    done

    # become CAPABILITIES: sets $as to the command that runs another command as the user with only
    # these capabilities. Fails if they are not enough. It opens the files to test them, because
    # access(2) ignores capabilities.
    # shellcheck disable=SC2016  # the inner sh expands the variables
    become() {
        as=("${drop[@]}" ${1:+--inh-caps "$1" --ambient-caps "$1"})
        "${as[@]}" sh -c 'for file; do : <"$file"; done' sh "${to_read[@]}" 2>/dev/null &&
            "${as[@]}" sh -c 'for file; do [ -x "$file" ] || exit 1; done' sh "${to_run[@]}"
    }

    # find_closed: finds the paths whose own mode keeps the user out. $above gets this folder and
    # those above it, $inside gets paths inside it, and $elsewhere gets the rest. One process of the
    # user tests all of them, by descriptors that root has opened: so the folders above a path do
    # not matter.
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

    # passes_on: whether lighttpd leaves this capability to the programs. 1.4.69 (Debian 12) does.
    # 1.4.79 (Debian 13) clears its ambient capabilities when it starts.
    passes_on() {
        version=$(lighttpd -v | sed -nE 's,^lighttpd/([0-9.]+).*,\1,p')
        [ "$(printf '%s\n' "$version" 1.4.69 | sort -V | tail -n 1)" = 1.4.69 ]
    }

    # If the user cannot read a file, CAP_DAC_READ_SEARCH helps: it allows to read every file, but
    # not to write. In containers the kernel may refuse it. It also does not allow to run a program
    # that the file's mode does not let the user run.
    if ! become "$right"; then
        find_closed
        because="${above[0]-${inside[0]-${elsewhere[0]-all}}} is closed to the user $user; that ends with: $(remedy)"
        if ! passes_on; then
            remark="goes on as root, because lighttpd $version gives up CAP_DAC_READ_SEARCH and $because"
            as=()
        elif become "${right:+$right,}+dac_read_search"; then
            remark="all processes may read every file of this machine (CAP_DAC_READ_SEARCH), because $because"
        else
            refusal=$("${as[@]}" true 2>&1) || because="the kernel refuses CAP_DAC_READ_SEARCH ($refusal) and $because"
            remark="goes on as root, because $because"
            as=()
        fi
    fi
    if ((${#as[@]})); then
        chown -hR "$user:" "$state" && exec "${as[@]}" scripts/run.sh "$remark"
    fi
    chown -hR root: "$state"
fi

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

if [ "$private_redis" ]; then
    # Redis inherits the lock. So if this script is killed, the lock stays until Redis has ended.
    exec 9<"$state"
    flock -w 1 9 || fail "another \`make run\` is running in this folder"
fi
message=$(lighttpd -tt -f lighttpd.conf 2>&1) || fail "lighttpd.conf: ${message%%$'\n'*}"
! is_taken || fail "$url is taken by another program: set SSA_PORT"

# --- Start ----------------------------------------------------------------------------------------
if [ "$private_redis" ]; then
    rm -f "$state/redis.log"
    server "$kind-server" --port 0 --unixsocket "$state/redis.sock" --unixsocketperm 700 --dir "$state" \
        --appendonly yes --save '' --maxmemory 256mb --maxmemory-policy noeviction >"$state/redis.log" 2>&1 &
    redis=$!
    exec 9<&- # from now on only Redis holds the lock
    wait_until 60 "$redis" redis_answers ||
        fail "$kind-server did not start: $(redis_says)"
    path=${state//%/%25}/redis.sock
    export REDIS_URL=unix://${path//\?/%3F}
fi
server lighttpd -D -f lighttpd.conf >&2 &
lighttpd=$!
wait_until 10 "$lighttpd" get || fail "lighttpd did not start on $url"

reply=$(get)
[[ $reply == HTTP/1.[01]\ 200\ * ]] || remark="${remark:+$remark; }not all is well: ${reply##*$'\n'}"
[ -z "$remark" ] || echo "run.sh: $remark" >&2
console="Open $url/ in a browser for the console."
case $bind${SSA_CONSOLE-} in /* | *off) console= ;; esac # a browser cannot open a Unix socket
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
is_up "$lighttpd" || fail "lighttpd ended by itself"
fail "Redis ended by itself: $(redis_says)"
