#!/bin/sh
# scripts/deps.sh PURPOSE...
#
# Installs with apt what is missing for these purposes, and fetches the sources of the third-party
# libraries, so that the build needs no network afterwards. If nothing is missing, it ends at once.
# LIBC=system: what that build needs, in place of musl and the sources. `make deps` calls this with
# the purposes of the other goals: `make deps run`, `make deps test`.
set -eu
cd "$(dirname "$0")/.."
# A forwarded LANG may name a locale that this machine does not have: perl, which installs packages,
# would say so many times.
export LC_ALL=C.UTF-8
LIBC=${LIBC:-musl}

# Columns: purposes | package | its proof: a command, or a file (may be a pattern) | what it is for
# `musl` and `system` are what the build needs with that LIBC.
table() {
    cat <<'EOT'
build       | gcc               | gcc                                     | the compiler
build       | make              | make                                    | the build
musl        | musl-tools        | musl-gcc                                | static programs
musl        | patch             | patch                                   | Debian's patches of the libraries
musl        | xz-utils          | xz                                      | unpacks them
system      | libc6-dev         | /usr/include/stdio.h                    | the system's C library
system      | pkg-config        | pkg-config                              | finds the system's libraries
system      | libhiredis-dev    | /usr/include/hiredis/hiredis.h          | Redis client
system      | libcjson-dev      | /usr/include/cjson/cJSON.h              | JSON parser
system      | libsodium-dev     | /usr/include/sodium.h                   | password hashing
run         | lighttpd          | lighttpd                                | the web server
run         | redis-server      | redis-server                            | keeps the tickets
run test    | curl              | curl                                    | the HTTP client of the README and of the tests
test        | libc6-dev         | /usr/include/stdio.h                    | what the tests send requests with
test        | lighttpd-modules-lua | /usr/lib/lighttpd/mod_magnet.so      | for SSA_CONNECTIONS_PER_ADDRESS
test        | bats              | bats                                    | runs the tests
test        | jq                | jq                                      | the tests read JSON with it
test        | argon2            | argon2                                  | the tests make hashes with another implementation
test        | python3           | /usr/lib*/python3*/lib-dynload/resource.*.so | the tests' raw sockets, and what they measure
test        | python3-hypothesis | /usr/lib/python3/dist-packages/hypothesis | chooses what the model of the service is asked
test        | procps            | ps                                      | ps and pkill, for the tests and their time limits
test        | strace            | strace                                  | tells the tests which system calls are made
check       | clang             | clang                                   | the second compiler; fuzzing
check       | libclang-rt-dev   | /usr/lib/llvm-*/lib/clang/*/lib/*/*fuzzer*.a | clang's fuzzer and sanitizers
check       | llvm              | llvm-symbolizer                         | file and line in their reports
check       | clang-tidy        | clang-tidy                              | static analysis
check       | clang-format      | clang-format                            | the code's layout
check       | cppcheck          | cppcheck                                | static analysis
check       | shellcheck        | shellcheck                              | the scripts
check       | mandoc            | mandoc                                  | the man page
check       | valgrind          | valgrind                                | memory errors; sees nothing in static programs
check       | gcovr             | gcovr                                   | test coverage
check       | lighttpd-mod-openssl | /usr/lib/lighttpd/mod_openssl.so     | for the test of TLS
check       | openssl           | openssl                                 | makes its certificate
check       | spawn-fcgi        | spawn-fcgi                              | for the tests with other launchers
check       | nodejs            | node                                    | the recipe in JavaScript
check       | php-cli           | php                                     | the recipe in PHP
check       | php-curl          | /usr/lib/php/*/curl.so                  | its HTTP client
check       | python3-requests  | /usr/lib/python3/dist-packages/requests | the recipe in Python
check       | fail2ban          | fail2ban-regex                          | for the test of examples/fail2ban
check       | python3-systemd   | /usr/lib/python3/dist-packages/systemd  | lets it read the journal
check       | systemd-journal-remote | /lib/systemd/systemd-journal-remote | makes a journal for the tests
check       | haproxy           | haproxy                                 | for the test of examples/haproxy
check       | socat             | socat                                   | speaks to its socket, as docs/scaling.md does
check       | stunnel4          | stunnel4                                | for the test of examples/redis-tls
check       | logrotate         | logrotate                               | for the test of the log in a file
check       | prometheus-blackbox-exporter | prometheus-blackbox-exporter | the recipe for Prometheus
check       | prometheus        | promtool                                | checks the jobs of the recipe
check       | ansible-core      | ansible-inventory                       | the recipe for Ansible, and what it imports
check       | nginx             | nginx                                   | for the test of its snippet
check       | apache2           | apache2                                 | for the test of its snippets
bench       | wrk               | wrk                                     | the load
bench       | python3-fastapi   | /usr/lib/python3/dist-packages/fastapi  | the peer
bench       | uvicorn           | uvicorn                                 | the peer's server
bench       | python3-uvloop    | /usr/lib/python3/dist-packages/uvloop   | makes uvicorn fast: a fair peer
bench       | python3-httptools | /usr/lib/python3/dist-packages/httptools | makes uvicorn fast: a fair peer
bench       | gunicorn          | gunicorn                                | runs the peer's workers
bench       | python3-redis     | /usr/lib/python3/dist-packages/redis    | the peer's Redis client
bench       | python3-hiredis   | /usr/lib/python3/dist-packages/hiredis  | makes python3-redis fast: a fair peer
deb         | build-essential   | /usr/share/doc/build-essential          | every package is built with it
deb         | dpkg-dev          | dpkg-buildpackage                       | builds a package
deb         | debhelper         | dh                                      | knows what a package must have
arm64       | gcc-aarch64-linux-gnu | aarch64-linux-gnu-gcc              | the cross compiler
arm64       | qemu-user         | /usr/bin/qemu-aarch64*                  | runs programs for arm64, for the tests
debian      | debootstrap      | debootstrap                             | makes an empty Debian
debian      | debian-archive-keyring | /usr/share/keyrings/debian-archive-keyring.gpg | the keys of its archives
debian      | git              | git                                     | copies what is checked out
debian      | iproute2         | ip                                      | gives it a separate network
container   | podman          | podman                                  | builds and runs the image
container   | catatonit       | catatonit                               | the first process of its pods
container   | netavark        | /usr/lib/podman/netavark                | its networks
container   | aardvark-dns    | /usr/lib/podman/aardvark-dns            | the names in them
container   | podman-compose  | podman-compose                          | starts compose.yaml
container   | python3-kubernetes | /usr/lib/python3/dist-packages/kubernetes | knows the words of kube.yaml
engines     | iproute2        | ip                                      | connects machines, and cuts them off
engines     | util-linux      | nsenter                                 | makes machines: network namespaces
web         | nodejs            | node                                    | runs the tests of the pages
web         | npm               | npm                                     | fetches swagger-ui and the tests' packages
web         | chromium          | chromium                                | the tests' browser
web         | firefox-esr       | firefox-esr                             | and the other one
EOT
}

have_apt=
if command -v apt-get >/dev/null; then have_apt=yes; else LIBC=system; fi # the sources come by apt

purposes=" build $LIBC "
for purpose; do
    case $purpose in
    run) purposes="$purposes$purpose " ;;
    test) purposes="${purposes}run test " ;;
    deb) purposes="${purposes}system deb " ;;
    build) ;;
    check | bench) purposes="${purposes}run test system $purpose " ;;
    arm64 | debian | container | engines | web) purposes="${purposes}run test $purpose " ;;
    *)
        echo "usage: scripts/deps.sh [build|run|test|check|bench|deb|arm64|debian|container|engines|web]..." >&2
        exit 2
        ;;
    esac
done

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin # lighttpd is there; not every user's PATH has these

# Checks whether the first of these files exists. The caller gives a pattern without quotes, and the
# shell replaces it by the files that match.
is_there() {
    [ -e "$1" ]
}

# is_wanted PURPOSE...: whether one of them is among the purposes of this run.
is_wanted() {
    for one; do
        case $purposes in *" $one "*) return 0 ;; esac
    done
    return 1
}

# Sets $missing to the packages that are wanted and whose proof is missing, and $reasons to one line
# for each of them.
look() {
    missing=
    reasons=
    while IFS='|' read -r package_purposes package proof why; do
        # shellcheck disable=SC2086  # a list of words
        is_wanted $package_purposes || continue
        package=${package# } package=${package%% *}
        # shellcheck disable=SC2086  # patterns
        case $proof in
        *" /"*) is_there $proof && continue ;;
        *) command -v $proof >/dev/null && continue ;;
        esac
        missing="$missing $package"
        reasons="$reasons$(printf '  %-18s%s' "$package" "$why")
"
    done <<EOT
$(table)
EOT
}

# The libraries of the static programs, unless they are built already.
fetch_sources() {
    [ "$LIBC" = musl ] && [ "$have_apt" ] || return 0
    wanted=
    for name in hiredis cjson libsodium; do
        [ -e "build/musl/lib/lib${name#lib}.a" ] || wanted="$wanted $name"
    done
    if is_wanted arm64 && [ ! -e build/arm64/musl/lib/libsodium.a ]; then wanted="hiredis cjson libsodium musl"; fi
    # shellcheck disable=SC2086  # a list of words
    [ -z "$wanted" ] || scripts/sources.sh $wanted
}

look
if [ -z "$missing" ]; then
    fetch_sources
    echo "deps: everything is there"
    exit 0
fi
if [ -z "$have_apt" ]; then
    echo "deps: no apt-get here. Needed, by their Debian names:"
    printf '%s' "$reasons"
    echo "deps: install them with your package manager, then build with LIBC=system" >&2
    exit 1
fi

sudo=
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "deps: neither root nor sudo: run scripts/deps.sh as root to install:$missing" >&2
        exit 1
    fi
    echo "deps: not root: apt-get runs under sudo, which may ask for your password"
    sudo=sudo
fi
apt_get() {
    $sudo env LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive apt-get -qq "$@"
}

echo "deps: installing; this may take some minutes"
printf '%s' "$reasons"
# If a package list cannot be fetched, apt-get says so. This is not an error yet: the packages may
# still come from another list.
apt_get update || true
# If this release does not know one of the names, the other packages must still be installed. The
# last look finds what is still missing.
# shellcheck disable=SC2086  # $missing is a list of words
known=$(apt-cache policy $missing | awk '/^[^ ]/ { sub(":$", ""); name = $0 }
    $1 == "Candidate:" && $2 != "(none)" { print name }')
# shellcheck disable=SC2086
apt_get install --no-install-recommends $known </dev/null >/dev/null # errors go to stderr

# Debian starts a service when it installs it. This project starts its servers itself, on other
# ports: a service that this script installed is stopped, so that it is not open to the network. A
# service that was there before is left alone.
for service in lighttpd redis-server prometheus prometheus-blackbox-exporter fail2ban haproxy stunnel4 nginx apache2; do
    case "$missing " in *" $service "*) ;; *) continue ;; esac
    [ -e "/etc/init.d/$service" ] || continue
    echo "deps: $service came with a system service: stopped and disabled, as it is not needed here"
    if [ -d /run/systemd/system ]; then
        $sudo systemctl disable --now "$service"
        [ "$service" != lighttpd ] || $sudo systemctl disable --now lighttpd-maint.timer 2>/dev/null || : # Debian 13
    else
        [ "$service" != lighttpd ] || $sudo env DPKG_MAINTSCRIPT_PACKAGE=lighttpd deb-systemd-helper disable lighttpd-maint.timer || :
        $sudo service "$service" stop || : # some scripts fail if it is not running
        $sudo update-rc.d "$service" disable
    fi
done

look
if [ "$missing" ]; then
    echo "deps: still missing:$missing" >&2
    exit 1
fi
fetch_sources
echo "deps: done"
