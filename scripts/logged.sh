# shellcheck shell=sh
# scripts/logged.sh: for sources.sh and thirdparty.sh, which source it with $what, a word for the
# messages, $work, a folder that is removed at the end, and $log. The user sees what `say` says, and
# after a failure the end of the log. All other output goes to the log.
# shellcheck disable=SC2154  # the three come from them
exec 3>&1 4>&2 >"$log" 2>&1

say() {
    echo "$what: $1"
    echo "$what: $1" >&3
}

# die WHY, and what to do about it.
die() {
    echo "$1"
    [ "${HOST-}" ] || echo "(or build with LIBC=system, which takes the system's own libraries)"
    exit 1
}

at_exit() {
    status=$?
    rm -rf "$work"
    [ $status = 0 ] && return
    tail -n 20 "$log" >&4
    echo "$what: failed; the whole output is in $log" >&4
}
trap at_exit EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
