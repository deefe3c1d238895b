#!/bin/sh
# scgi-sockets.sh RUN_DIR ID PID    for conf.d/mode-scgi.conf; PID is the process id of lighttpd.
#
# Prepares the folder of the workers' sockets. Only the user that lighttpd runs as may connect. For
# this lighttpd, each name is a link to the socket that lighttpd will make; scgi-start.sh replaces
# it by the socket itself. What lighttpds that have ended left behind is removed.
set -eu

fail() {
    echo "scgi-sockets.sh: $1" >&2
    exit 1
}

run_dir=$1 id=$2 lighttpd=$3
read -r programs <scripts/programs

# A lighttpd that only looks at its configuration (-t, -tt, -p) leaves nothing behind.
! grep -qzE '^-[Ditvp1]*[tp]' "/proc/$lighttpd/cmdline" 2>/dev/null || exit 0

(umask 077 && mkdir -p "$run_dir") || fail "cannot make $run_dir"

# is_over ID: its lighttpd has ended. One of another namespace holds a lock, but not yet while it
# starts.
is_over() {
    case $1 in
    "${id%.*}".*) [ ! -d "/proc/${1##*.}" ] ;;
    *) [ -z "$(find "$run_dir/lock.$1" -mmin -1 2>/dev/null)" ] && flock -n "$run_dir/lock.$1" true ;;
    esac
}

for lock in "$run_dir"/lock.*; do
    old=${lock#"$run_dir"/lock.}
    if [ -e "$lock" ] && is_over "$old"; then
        for program in $programs; do rm -f "$run_dir/$program.$old"*; done
        rm -f "$lock"
    fi
done
(umask 077 && : >"$run_dir/lock.$id") || fail "cannot write to $run_dir"
for program in $programs; do
    ln -sfn "$program.$id-0" "$run_dir/$program.$id"
done
