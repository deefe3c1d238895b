#!/bin/sh
# scgi-start.sh: starts a resident program, for conf.d/mode-scgi.conf, which says why its socket
# is renamed. $SOCKET-0 is the socket that lighttpd has made, and file descriptor 0. The program and
# its workers hold the lock as long as they live, so that nobody removes their sockets
# (scgi-sockets.sh).
set -eu
name=${SOCKET##*/}
exec 9<"${SOCKET%/*}/lock.${name#*.}"
flock -s 9
ln -f "$SOCKET-0" "$SOCKET+"
mv -fT "$SOCKET+" "$SOCKET"
rm "$SOCKET-0"
# shellcheck disable=SC2153  # both come from lighttpd
program=$PROGRAM
unset SOCKET PROGRAM START
exec "$program"
