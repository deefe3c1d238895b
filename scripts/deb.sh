#!/bin/sh
# scripts/deb.sh [ARCHITECTURE]
#
# Builds the Debian package in build/deb/, from a copy of the project, so that nothing of the build
# is left in the tree. `make deb` calls it. It needs no root and no network.
# For another architecture, such as arm64, the cross compiler and that architecture's libraries must
# be installed.
set -eu
cd "$(dirname "$0")/.."

arch=${1-}
unset MAKEFLAGS MFLAGS MAKELEVEL ARCH # ARCH=arm64 is for this script, not for the build of a package

fail() {
    echo "deb.sh: $1" >&2
    exit 1
}
command -v dpkg-buildpackage >/dev/null || fail "dpkg-buildpackage is not installed: run \`make deps-deb\`"
if [ "$arch" ]; then
    compiler=$(dpkg-architecture -a "$arch" -q DEB_HOST_GNU_TYPE 2>/dev/null)-gcc
    command -v "$compiler" >/dev/null || fail "$compiler is not installed: run \`apt-get install crossbuild-essential-$arch\` as root"
    dpkg-checkbuilddeps -a "$arch" -Pcross || fail "run \`dpkg --add-architecture $arch && apt-get update && apt-get build-dep -a $arch -P cross ./\` as root"
else
    dpkg-checkbuilddeps || fail "run \`make deps-deb\`"
fi

version=$(dpkg-parsechangelog -S Version)
copy=build/deb/simpleserverapi-$version
rm -rf build/deb
mkdir -p "$copy"
read -r programs <scripts/programs
built=
for program in $programs; do built="$built --exclude=./cgi-bin/$program"; done
# shellcheck disable=SC2086  # several words
tar -cf - --exclude=./.git --exclude=./build --exclude=./run --exclude=node_modules --exclude=./www/docs \
    $built --exclude=./sbin/ssactl . |
    tar -xf - -C "$copy"
(cd "$copy" && dpkg-buildpackage -us -uc -b ${arch:+-a"$arch" -Pcross}) >build/deb/log 2>&1 || {
    tail -n 30 build/deb/log >&2
    fail "failed; the whole output is in build/deb/log"
}
rm -rf "$copy"
ls build/deb/*.deb
