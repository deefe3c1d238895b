#!/bin/bash
# tests/container.sh
#
# Builds container/Containerfile, and runs the image by container/compose.yaml and by
# container/kube.yaml. `make test-container` calls this script. The last line is `N passed, N
# failed`. What the machine cannot do is skipped, with the reason. It needs root, and the packages
# of `scripts/deps.sh debian container`.
#
# An empty Debian, with what the Containerfile and Redis need, replaces the images of docker.io.
# After that everything runs in a separate network: a loopback, and what podman adds.
set -euo pipefail
cd "$(dirname "$0")/.."
suite=trixie root=$PWD/build/debian/container context=$PWD/build/debian/container-context log=$PWD/build/debian/container.log
image=localhost/simpleserverapi

unable() {
  echo "skipped: $1"
  echo "0 passed, 0 failed, 1 skipped"
  exit
}

if [[ ${1-} != offline ]]; then
  [[ $(id -u) == 0 ]] || unable "needs root"
  for command in debootstrap podman catatonit; do
    PATH=$PATH:/usr/libexec/podman type -P "$command" >/dev/null || unable "$command is not installed"
  done
  unshare --mount --pid --net --fork true 2>/dev/null || unable "no namespaces can be made here"
  # shellcheck source=tests/empty-debian.sh
  . tests/empty-debian.sh
  empty_debian
  rm -rf "$context"
  mv "$root/srv/ssa" "$context"
  mkdir -p "$root/srv/ssa"
  cp -r "$context/scripts" "$root/srv/ssa"
  quietly "what the build needs" in_debian scripts/deps.sh build
  quietly "what the image needs, and Redis" packages install -y lighttpd redis-server
  # The build finds the sources of the libraries here.
  mkdir -p "$root/src"
  mv "$root/srv/ssa/build" "$root/src"
  rm -r "$root/srv/ssa"
  exec unshare --net tests/container.sh offline
fi

# shellcheck source=tests/counted.sh
. tests/counted.sh
ip link set lo up
mount -t proc proc /proc
# The name server of another run, whose number is a process of this one.
mkdir -p /run/containers
mount -t tmpfs tmpfs /run/containers
umount /sys/fs/cgroup/unified 2>/dev/null || true # crun refuses both versions of cgroups at once

work=$(mktemp -d /tmp/ssa-container.XXXXXX)
cleanup() {
  podman rm -fa -t 0 >/dev/null 2>&1 || true
  podman pod rm -fa >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT
# Where root may not raise its limits, podman must not try to.
cat >"$work/containers.conf" <<END
[containers]
default_ulimits = ["nofile=$(ulimit -Hn):$(ulimit -Hn)", "nproc=2048:2048"]
[engine]
cgroup_manager = "cgroupfs"
static_dir = "$work/libpod"
tmp_dir = "$work/tmp"
[network]
network_backend = "netavark"
network_config_dir = "$work/networks"
END
export CONTAINERS_CONF=$work/containers.conf CONTAINERS_STORAGE_CONF=$work/storage.conf
# podman-compose has no option for the format.
export BUILDAH_FORMAT=docker BUILDAH_ISOLATION=chroot
podman() { timeout 300 "$(type -P podman)" "$@"; }
for driver in overlay vfs; do
  printf '[storage]\ndriver = "%s"\ngraphroot = "%s"\nrunroot = "%s"\n' $driver "$work/images" "$work/run" >"$work/storage.conf"
  why=$(podman info 2>&1) && break
done || unable "podman cannot work here: $why"

# --- the image ------------------------------------------------------------------------------------

echo "container.sh: the images of Debian and Redis"
tar -C "$root" --one-file-system --exclude='./dev/*' -c . | podman import - docker.io/library/debian:trixie-slim >"$log" 2>&1
# Redis's own image allows other hosts without a password.
printf '#!/bin/sh\nexec /usr/bin/redis-server "$@" --protected-mode no\n' >"$work/redis-server"
chmod 755 "$work/redis-server"
podman build -t docker.io/library/redis:8 -f - "$work" >"$log" 2>&1 <<'END'
FROM docker.io/library/debian:trixie-slim
COPY redis-server /usr/local/bin/
ENV PATH=/usr/local/bin:/usr/bin
RUN mkdir /data
WORKDIR /data
END

cd "$context"
chmod -R a+rX data
check "podman build, without the Internet" podman build --format docker -t simpleserverapi -f container/Containerfile .
((failed == 0)) || {
  counted
  exit
}
configured() { podman image inspect --format '{{.Config.StopSignal}} {{.Config.User}} {{.HealthCheck.Test}}' $image; }
check "it stops by SIGINT, is not root, and has a health check" \
  same 'SIGINT 10001 [CMD /usr/lib/simpleserverapi/healthcheck]' configured

# ask HOST PATH [CURL OPTION...]
ask() { curl -sf --max-time 10 "http://$1:8000$2" "${@:3}"; }
log_in() { ask "$1" /api/ticket -H 'Content-Type: application/json' -d '{"username":"user1","password":"A1B2C3D4E5F6G7H8I9HD"}' | jq -r .data.ticket || true; }
machines() { ask "$1" /api/info -H "X-Auth-Token: $2" | jq -c .data; }
# About a container: the user, the read-only root, the limit of memory, the capabilities.
described() { podman inspect --format '{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.Memory}} {{.EffectiveCaps}}' "$1"; }

# --- compose.yaml ---------------------------------------------------------------------------------

api=container_api_1
healthy() { podman exec $api ./healthcheck; }
unhealthy() { ! healthy; }
pages() { ask 127.0.0.1 / && ask 127.0.0.1 /docs/ && ask 127.0.0.1 /openapi.json; }

compose() {
  local ticket
  check "compose.yaml: up" podman-compose -f container/compose.yaml up -d
  check "it serves" wait_for ask 127.0.0.1 /api/status
  ticket=$(log_in 127.0.0.1)
  check "a login, and the machines" same "$(jq -c . data/machines.json)" machines 127.0.0.1 "$ticket"
  check "the console, /docs/, openapi.json" pages
  check "not root, read-only, 256 MiB, no capability" same '10001 true 268435456 []' described $api
  check "its user can write nothing" same '' podman exec $api find /usr /etc /data -writable ! -type l
  check "the health check" healthy
  cp data/machines.json data/old
  echo '[]' >data/new && mv data/new data/machines.json
  check "an edit of the mounted folder is seen" wait_for same '[]' machines 127.0.0.1 "$ticket"
  mv data/old data/machines.json
  podman stop container_redis_1 >"$log" 2>&1
  check "without Redis it is unhealthy" wait_for unhealthy
  check "and goes on" pages
  check "podman stop, by SIGINT" podman stop -t 20 $api
  check "it has ended by itself" same 0 podman inspect --format '{{.State.ExitCode}}' $api
  check "compose.yaml: down" podman-compose -f container/compose.yaml down
}

# --- kube.yaml ------------------------------------------------------------------------------------

kube() { "$OLDPWD/tests/tools/kube.py" "$1" container/kube.yaml "${@:2}"; }
address() { # POD
  podman inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$(podman pod inspect --format '{{.InfraContainerID}}' "$1")"
}
# probes KIND: sends them, as a kubelet does. Prints those that fail.
probes() {
  local name kind what
  kube probes | while read -r name kind what; do
    if [[ $kind != "$1" ]]; then
      continue
    elif [[ $what == /* ]]; then
      ask "$one" "$what" >/dev/null || echo "$what"
    else
      # shellcheck disable=SC2086  # a command
      podman exec "$name-redis" $what >/dev/null 2>&1 || echo "$what"
    fi
  done
}

replicas() {
  local one two ticket
  kube pods data >"$work/kube.yaml"
  check "kube.yaml: two replicas, and Redis" podman kube play "$work/kube.yaml"
  one=$(address ssa-0) two=$(address ssa-1)
  check "one serves" wait_for ask "$one" /api/status
  check "the other serves" wait_for ask "$two" /api/status
  ticket=$(log_in "$one")
  check "a ticket of one is good at the other" same "$(jq -c . data/machines.json)" machines "$two" "$ticket"
  check "not root, read-only, 256 MiB, no capability" same '10001:10001 true 268435456 []' described ssa-0-api
  check "each pod is ready" same '' probes readinessProbe
  check "and alive" same '' probes livenessProbe
  podman pod stop ssa-redis >"$log" 2>&1
  check "without Redis none is ready" wait_for same $'/api/status?any\nredis-cli ping' probes readinessProbe
  check "but alive" same '' probes livenessProbe
  check "kube.yaml: down" podman kube down "$work/kube.yaml"
}

network=$(podman network create try 2>&1 && podman run --rm --network try $image true 2>&1) || {
  skip "compose.yaml" "no network for containers: ${network##*$'\n'}"
  skip "kube.yaml" "no network for containers"
  counted
  exit
}
if type -P podman-compose >/dev/null; then
  compose
else
  skip "compose.yaml" "podman-compose is not installed"
fi
if /usr/bin/python3 -c 'import kubernetes' 2>/dev/null; then
  check "kube.yaml: Kubernetes knows each word of it" same '' kube check
  replicas
  skip "kube.yaml: Secret, projected volume, Services" "podman has none of these"
else
  skip "kube.yaml" "python3-kubernetes is not installed"
fi
counted
