#!/bin/sh
# scripts/deps.sh [check|bench|deb|arm64|debian|engines|web]...
#
# Installs with apt the missing packages that are needed to build, run and test. With `check`,
# `bench`, `deb`, `arm64` (make ARCH=arm64, test-arm64), `debian` (make test-debian, test-deb),
# `engines` (make test-engines) and `web` (make docs, make check-web) it also installs what these
# need. If nothing is missing, it ends at once.
set -eu

# Columns: group | package | its proof: a command, or a file (may be a pattern) | why it is needed
# The group `musl` is only for LIBC=musl, whose libraries come as Debian source packages.
table() {
    cat <<'EOT'
run   | gcc               | gcc                                     | the compiler
run   | libc6-dev         | /usr/include/stdio.h                    | the system's C library, for LIBC=system
run   | make              | make                                    | the build
run   | pkg-config        | pkg-config                              | finds the system's libraries, for LIBC=system
run   | libhiredis-dev    | /usr/include/hiredis/hiredis.h          | Redis client, for LIBC=system
run   | libcjson-dev      | /usr/include/cjson/cJSON.h              | JSON parser, for LIBC=system
run   | libsodium-dev     | /usr/include/sodium.h                   | password hashing, for LIBC=system
run   | lighttpd          | lighttpd                                | the web server
run   | lighttpd-modules-lua | /usr/lib/lighttpd/mod_magnet.so      | for SSA_CONNECTIONS_PER_ADDRESS
run   | redis-server      | redis-server                            | keeps the tickets
run   | bats              | bats                                    | runs the tests
run   | curl              | curl                                    | the tests' HTTP client
run   | jq                | jq                                      | the tests read JSON with it
run   | argon2            | argon2                                  | the tests make hashes with another implementation
run   | python3           | /usr/lib*/python3*/lib-dynload/resource.*.so | the tests' raw sockets, and what they measure
run   | procps            | ps                                      | ps and pkill, for the tests and their time limits
musl  | musl-tools        | musl-gcc                                | static programs
musl  | dpkg-dev          | dpkg-source                             | unpacks and patches source packages
musl  | autoconf          | autoreconf                              | makes libsodium's configure script
musl  | automake          | automake                                | makes libsodium's makefiles
musl  | libtool           | libtoolize                              | libsodium builds with it
check | clang             | clang                                   | the second compiler; fuzzing
check | libclang-rt-dev   | /usr/lib/llvm-*/lib/clang/*/lib/*/*fuzzer*.a | clang's fuzzer and sanitizers
check | llvm              | llvm-symbolizer                         | file and line in their reports
check | clang-tidy        | clang-tidy                              | static analysis
check | clang-format      | clang-format                            | the code's layout
check | cppcheck          | cppcheck                                | static analysis
check | shellcheck        | shellcheck                              | the scripts
check | mandoc            | mandoc                                  | the man page
check | valgrind          | valgrind                                | memory errors; sees nothing in static programs
check | gcovr             | gcovr                                   | test coverage
check | strace            | strace                                  | tells the tests which system calls are made
check | lighttpd-mod-openssl | /usr/lib/lighttpd/mod_openssl.so     | for the test of TLS
check | openssl           | openssl                                 | makes its certificate
check | spawn-fcgi        | spawn-fcgi                              | for the tests with other launchers
check | nodejs            | node                                    | the recipe in JavaScript
check | php-cli           | php                                     | the recipe in PHP
check | php-curl          | /usr/lib/php/*/curl.so                  | its HTTP client
check | python3-requests  | /usr/lib/python3/dist-packages/requests | the recipe in Python
check | fail2ban          | fail2ban-regex                          | for the test of examples/fail2ban
check | python3-systemd   | /usr/lib/python3/dist-packages/systemd  | lets it read the journal
check | systemd-journal-remote | /lib/systemd/systemd-journal-remote | makes a journal for the tests
check | haproxy           | haproxy                                 | for the test of examples/haproxy
check | socat             | socat                                   | speaks to its socket, as docs/scaling.md does
check | stunnel4          | stunnel4                                | for the test of examples/redis-tls
check | logrotate         | logrotate                               | for the test of the log in a file
check | prometheus-blackbox-exporter | prometheus-blackbox-exporter | the recipe for Prometheus
bench | wrk               | wrk                                     | the load
bench | python3-fastapi   | /usr/lib/python3/dist-packages/fastapi  | the peer
bench | uvicorn           | uvicorn                                 | the peer's server
bench | python3-uvloop    | /usr/lib/python3/dist-packages/uvloop   | makes uvicorn fast: a fair peer
bench | python3-httptools | /usr/lib/python3/dist-packages/httptools | makes uvicorn fast: a fair peer
bench | gunicorn          | gunicorn                                | runs the peer's workers
bench | python3-redis     | /usr/lib/python3/dist-packages/redis    | the peer's Redis client
bench | python3-hiredis   | /usr/lib/python3/dist-packages/hiredis  | makes python3-redis fast: a fair peer
deb   | build-essential   | /usr/share/doc/build-essential          | every package is built with it
deb   | dpkg-dev          | dpkg-buildpackage                       | builds a package
deb   | debhelper         | dh                                      | knows what a package must have
arm64 | gcc-aarch64-linux-gnu | aarch64-linux-gnu-gcc              | the cross compiler
arm64 | qemu-user         | /usr/bin/qemu-aarch64*                  | runs programs for arm64, for the tests
debian | debootstrap      | debootstrap                             | makes an empty Debian
debian | debian-archive-keyring | /usr/share/keyrings/debian-archive-keyring.gpg | the keys of its archives
debian | git              | git                                     | copies what is checked out
debian | iproute2         | ip                                      | gives it a network of its own
engines | iproute2        | ip                                      | connects machines, and cuts them off
engines | util-linux      | nsenter                                 | makes machines: network namespaces
web   | nodejs            | node                                    | runs the tests of the pages
web   | npm               | npm                                     | fetches swagger-ui and the tests' packages
web   | chromium          | chromium                                | the tests' browser
EOT
}

groups=" run musl "
for group; do
    case $group in
    check | bench | deb | arm64 | debian | engines | web) groups="$groups$group " ;;
    *)
        echo "usage: scripts/deps.sh [check|bench|deb|arm64|debian|engines|web]..." >&2
        exit 2
        ;;
    esac
done

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin # lighttpd is there; not every user's PATH has these
have_apt=
if command -v apt-get >/dev/null; then have_apt=yes; fi

# Checks whether the first of these files exists. The caller gives a pattern without quotes, and the
# shell replaces it by the files that match.
is_there() {
    [ -e "$1" ]
}

# Sets $missing to the packages of the wanted groups whose proof is missing, and $reasons to one
# line for each of them.
look() {
    missing=
    reasons=
    while IFS='|' read -r group package proof why; do
        # shellcheck disable=SC2086  # no quotes: so the columns lose their padding
        set -- $group $package
        case $groups in *" $1 "*) ;; *) continue ;; esac
        [ "$1" != musl ] || [ "$have_apt" ] || continue # without apt only LIBC=system works
        # shellcheck disable=SC2086  # patterns
        case $proof in
        *" /"*) is_there $proof && continue ;;
        *) command -v $proof >/dev/null && continue ;;
        esac
        missing="$missing $2"
        reasons="$reasons$(printf '  %-18s%s' "$2" "$why")
"
    done <<EOT
$(table)
EOT
}

look
if [ -z "$missing" ]; then
    echo "deps: everything is there"
    exit 0
fi
if [ -z "$have_apt" ]; then
    echo "deps: no apt-get here. Needed, by their Debian names:"
    printf '%s' "$reasons"
    echo "deps: install them by your system's means, then build with LIBC=system" >&2
    exit 1
fi

sudo=
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "deps: not root, and no sudo here: run scripts/deps.sh as root to install:$missing" >&2
        exit 1
    fi
    echo "deps: not root: apt-get runs by sudo, which may ask for your password"
    sudo=sudo
fi
apt_get() {
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@"
}

echo "deps: installing; this may take some minutes"
printf '%s' "$reasons"
# If a package list cannot be fetched, apt-get says so. This is not an error yet: the packages may
# still come from another list.
apt_get update || true
# If this release does not know one of the names, the other packages must still be installed. The
# last look finds what is still missing.
# shellcheck disable=SC2086  # $missing is a list of words
known=$(LC_ALL=C apt-cache policy $missing | awk '/^[^ ]/ { sub(":$", ""); name = $0 }
    $1 == "Candidate:" && $2 != "(none)" { print name }')
# shellcheck disable=SC2086
apt_get install --no-install-recommends $known </dev/null >/dev/null # errors go to stderr

# Debian starts a service when it installs it. This project starts its servers itself, on its own
# ports. So a service that this script installed is stopped, and does not stay open to the
# network. A service that was there before is left alone.
for service in lighttpd redis-server prometheus-blackbox-exporter fail2ban haproxy stunnel4; do
    case "$missing " in *" $service "*) ;; *) continue ;; esac
    [ -e "/etc/init.d/$service" ] || continue
    echo "deps: $service came with a system service: stopped and disabled, as it is not needed here"
    if [ -d /run/systemd/system ]; then
        $sudo systemctl disable --now "$service"
    else
        $sudo service "$service" stop || : # some scripts fail if it is not running
        $sudo update-rc.d "$service" disable
    fi
done

look
if [ "$missing" ]; then
    echo "deps: still missing:$missing" >&2
    exit 1
fi
echo "deps: done"
