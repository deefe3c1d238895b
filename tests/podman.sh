#!/bin/bash
# tests/podman.sh
#
# Runs the image that tests/container.sh has built, with podman: by `podman run` with the options of
# container/compose.yaml, and by `podman kube play` of container/kube.yaml. The last line is
# `N passed, N failed`. It needs root, podman with catatonit, and redis-server; where the machine
# cannot, it says so.
set -euo pipefail
cd "$(dirname "$0")/.."
image=localhost/simpleserverapi passed=0 failed=0 redis=''

skip() {
  echo "skipped: $1"
  echo "0 passed, 0 failed, 1 skipped"
  exit
}
[[ $(id -u) == 0 ]] || skip "needs root"
for command in podman catatonit redis-server curl jq; do
  PATH=$PATH:/usr/libexec/podman type -P "$command" >/dev/null || skip "$command is not installed"
done

# In a network namespace the port 8000 is free. In a mount namespace version 2 of the cgroups can be
# hidden where both versions are mounted, because crun then refuses to run.
[[ -v SSA_PODMAN_INSIDE ]] || SSA_PODMAN_INSIDE=1 exec unshare --mount --net --propagation private "$0"
ip link set lo up
umount /sys/fs/cgroup/unified 2>/dev/null || true

work=$(mktemp -d /tmp/ssa-podman.XXXXXX)
# Where root may not raise its limits, podman must not try to.
cat >"$work/containers.conf" <<END
[containers]
default_ulimits = ["nofile=$(ulimit -Hn):$(ulimit -Hn)", "nproc=2048:2048"]
netns = "host"
[engine]
cgroup_manager = "cgroupfs"
static_dir = "$work/libpod"
tmp_dir = "$work/tmp"
END
export CONTAINERS_CONF=$work/containers.conf STORAGE_DRIVER=vfs
podman() { timeout 60 "$(type -P podman)" "$@"; }
cleanup() {
  podman kube down "$work/kube.yaml" >/dev/null 2>&1 || true
  podman rm -f ssa-test >/dev/null 2>&1 || true
  [[ -z $redis ]] || kill "$redis" 2>/dev/null || true
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

podman image exists $image || skip "there is no image $image: tests/container.sh builds it"
why=$(podman run --rm $image true 2>&1) || skip "podman cannot work here: $why"

mkdir "$work"/{data,run}
chmod 755 "$work" "$work/data"
chown 10001 "$work/run"
chmod 700 "$work/run"
cp data/*.json "$work/data"
chmod 644 "$work"/data/*
redis-server --port 6379 --save '' >/dev/null &
redis=$!
wait_for redis-cli ping

ask() { curl -sf --max-time 10 "http://127.0.0.1:8000/api/$1" "${@:2}"; }
serves() { # a login, and the machines
  local ticket
  wait_for ask status
  ticket=$(ask ticket -H 'Content-Type: application/json' -d '{"username":"user1","password":"A1B2C3D4E5F6G7H8I9HD"}' | jq -r .data.ticket)
  [[ $(ask info -H "X-Auth-Token: $ticket" | jq -c .data) == "$(jq -c . data/machines.json)" ]]
}
# About a container: the user, the read-only root, the limit of memory, the capabilities.
described() { podman inspect --format '{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.Memory}} {{.EffectiveCaps}}' "$1"; }

start() {
  podman run -d --name ssa-test --read-only --cap-drop ALL --security-opt no-new-privileges --memory 256m \
    -e REDIS_URL=redis://127.0.0.1:6379/0 -v "$work/data:/data:ro" -v "$work/run:/run/ssa" $image
}
check "podman run" start
check "it serves" serves
check "no root, read-only, 256 MiB, no capability" test "$(described ssa-test)" = '10001 true 268435456 []'
check "the health check" podman exec ssa-test /usr/lib/simpleserverapi/healthcheck
check "podman stop, by SIGINT" podman stop -t 20 ssa-test
check "it has ended by itself" test "$(podman inspect --format '{{.State.ExitCode}}' ssa-test)" = 0
podman rm -f ssa-test >/dev/null 2>&1 || true

# podman knows neither projected volumes nor services, and its probes need systemd.
sed -n '1,/^---$/p' container/kube.yaml | sed -e '/^---$/d' -e '/Probe:/d' -e '/ ports:/d' -e '/- name: data$/,/configMap:/c\
        - name: data\
          hostPath: {path: "'"$work"'/data"}' -e "s|emptyDir: .*|hostPath: {path: \"$work/run\"}|" \
  -e 's|redis://ssa-redis|redis://127.0.0.1|' -e 's|^\( *\)automountServiceAccountToken: .*|\1hostNetwork: true|' >"$work/kube.yaml"
check "podman kube play" podman kube play "$work/kube.yaml"
check "it serves" serves
name=$(podman ps --format '{{.Names}}' | grep api) || true
check "no root, read-only, 256 MiB, no capability" test "$(described "$name")" = '10001:10001 true 268435456 []'
check "podman kube down" podman kube down "$work/kube.yaml"

echo "$passed passed, $failed failed"
((failed == 0))
