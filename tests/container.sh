#!/bin/bash
# tests/container.sh [SUITE]
#
# Builds container/Containerfile with buildah, on a base that debootstrap makes (tests/debian.sh
# SUITE base), and runs the image read-only, as its user, with a Redis of this machine: a login, the
# machines after an edit, the health check with and without Redis, and SIGINT. The last line is `N
# passed, N failed`. It needs root, buildah, and redis-server; where the machine cannot, it says so.
set -euo pipefail
cd "$(dirname "$0")/.."
suite=${1:-trixie} base=$PWD/build/debian/${1:-trixie}.tar
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
passed=0 failed=0 redis='' server=''

skip() {
  echo "skipped: $1"
  echo "0 passed, 0 failed, 1 skipped"
  exit
}
[[ $(id -u) == 0 ]] || skip "needs root"
type -P buildah >/dev/null || skip "buildah is not installed"
[[ -e $base ]] || tests/debian.sh "$suite" base

work=$(mktemp -d /tmp/ssa-container.XXXXXX)
container=$(buildah from scratch 2>&1) || skip "buildah cannot work here: $container"
cleanup() {
  [[ -z $server ]] || kill -KILL "$server" 2>/dev/null || true
  [[ -z $redis ]] || kill "$redis" 2>/dev/null || true
  buildah rm --all >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT

check() { # WHAT COMMAND...
  local what=$1
  shift
  if "$@" >"$work/log" 2>&1; then
    echo "  ok: $what"
    passed=$((passed + 1))
  else
    echo "  FAILED: $what"
    tail -n 20 "$work/log" | sed 's/^/    /'
    failed=$((failed + 1))
  fi
}
wait_for() {
  local end=$((SECONDS + 30))
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || return 1
    sleep 0.05
  done
}

echo "container.sh: the base, $suite"
buildah add -q "$container" "$base" / >/dev/null
buildah commit -q "$container" localhost/ssa-base >/dev/null
check "buildah bud" buildah bud -q --format docker --build-arg BASE=localhost/ssa-base -t localhost/simpleserverapi \
  -f container/Containerfile .
inspect() { buildah inspect --type image --format "$1" localhost/simpleserverapi; }
check "it stops by SIGINT, is no root, and has a health check" test "$(inspect '{{.Docker.Config.StopSignal}} {{.Docker.Config.User}} {{len .Docker.Config.Healthcheck.Test}}')" = 'SIGINT 10001 2'

# buildah's own `run` has no read-only root, so the image is mounted and started in namespaces.
root=$(buildah mount "$(buildah from localhost/simpleserverapi)")
mkdir -p "$work"/{data,run}
chmod 755 "$work" "$work"/*
cp data/*.json "$work/data"
chmod 644 "$work"/data/*
redis-server --port 0 --unixsocket "$work/run/redis.sock" --unixsocketperm 777 --save '' >/dev/null &
redis=$!
wait_for test -S "$work/run/redis.sock"
mapfile -t environment < <(inspect '{{range .Docker.Config.Env}}{{println .}}{{end}}' | grep .)
as_user=(chroot --userspec=10001:10001 "$root" env -i -C /usr/lib/simpleserverapi "${environment[@]}" REDIS_URL=unix:///srv/redis.sock)
# shellcheck disable=SC2016  # the inner sh expands the variables
unshare --mount --pid --net --ipc --fork --kill-child sh -ec '
  ip link set lo up
  root=$1
  mount --bind "$root" "$root"
  mount --bind "$2" "$root/data"
  mount --bind "$3" "$root/srv"
  mount -t tmpfs -o uid=10001,mode=700 tmpfs "$root/run/ssa"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount -o remount,bind,ro "$root"
  shift 3
  exec "$@"' sh "$root" "$work/data" "$work/run" "${as_user[@]}" /usr/sbin/lighttpd -D -f lighttpd.conf >"$work/server.log" 2>&1 &
unshared=$!
wait_for pgrep -P $unshared
server=$(pgrep -P $unshared)
there() { nsenter --target "$server" --mount --net "$@"; }
healthy() { there "${as_user[@]}" ./healthcheck; }
check "it serves, with a read-only root, and is healthy" wait_for healthy
[[ $failed == 0 ]] || cat "$work/server.log"
ask() { there curl -s --max-time 10 "$@"; }
login() { ask -H 'Content-Type: application/json' -d '{"username":"user1","password":"A1B2C3D4E5F6G7H8I9HD"}' http://127.0.0.1:8000/api/ticket; }
ticket=$(login | jq -r .data.ticket)
machines() { ask -H "X-Auth-Token: $ticket" http://127.0.0.1:8000/api/info | jq -c .data; }
check "a login, and the machines" test "$(machines)" = "$(jq -c . data/machines.json)"
echo '[]' >"$work/data/new" && mv "$work/data/new" "$work/data/machines.json"
is_empty() { [[ $(machines) == '[]' ]]; }
check "an edit of the mounted folder is seen" wait_for is_empty
check "its user can write nothing" test -z "$(there "${as_user[@]}" sh -c 'find /usr /etc /data -writable ! -type l 2>/dev/null | head -3')"
kill "$redis"
wait "$redis" || true
redis=
unhealthy() { ! healthy; }
check "without Redis it is unhealthy, and goes on" wait_for unhealthy
kill -INT "$server"
gone() { ! kill -0 "$server" 2>/dev/null; }
check "SIGINT ends it" wait_for gone
server=

echo "$passed passed, $failed failed"
((failed == 0))
