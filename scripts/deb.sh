#!/bin/sh
# scripts/deb.sh
#
# Builds the Debian package in build/deb/, from a copy of the project, so that nothing of the build
# is left in the tree. `make deb` calls it. It needs no root and no network.
set -eu
cd "$(dirname "$0")/.."

fail() {
    echo "deb.sh: $1" >&2
    exit 1
}
command -v dpkg-buildpackage >/dev/null || fail "dpkg-buildpackage is not installed: \`make deps-deb\` does that"
dpkg-checkbuilddeps || fail "\`make deps-deb\` installs them"

version=$(dpkg-parsechangelog -S Version)
copy=build/deb/simpleserverapi-$version
rm -rf build/deb
mkdir -p "$copy"
tar -cf - --exclude=./.git --exclude=./build --exclude=./run --exclude=node_modules --exclude=./www/docs \
    --exclude=./cgi-bin/status --exclude=./cgi-bin/ticket --exclude=./cgi-bin/info --exclude=./sbin/ssactl . |
    tar -xf - -C "$copy"
(cd "$copy" && dpkg-buildpackage -us -uc -b) >build/deb/log 2>&1 || {
    tail -n 30 build/deb/log >&2
    fail "failed; the whole output is in build/deb/log"
}
rm -rf "$copy"
ls build/deb/*.deb
