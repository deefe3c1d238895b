#!/bin/bash
# scripts/dist.sh
#
# Makes dist/simpleserverapi-VERSION-ARCHITECTURE.tar.gz and dist/SHA256SUMS: the static programs
# and all that they need, so that `./run` in the unpacked folder serves. `make dist` calls it after
# the build. Two builds of the same commit have the same bytes: names are sorted, owners are 0, and
# all times are SOURCE_DATE_EPOCH (the time of the commit, if git knows it). The Makefile sets
# CGI_BIN, SSACTL and MACHINE (aarch64, if the programs are not for this machine). SHA256SUMS has
# all tarballs that are in dist/.
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(sed -nE '1s/^[^(]*\(([^)]+)\).*/\1/p' debian/changelog 2>/dev/null) || true
name=simpleserverapi-${version:-0}-${MACHINE:-$(uname -m)}
when=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}

new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT
mkdir "$new/$name"

# put MODE FILE...: each keeps its path.
put() {
    local mode=$1 file
    shift
    for file; do install -D -m "$mode" "$file" "$new/$name/$file"; done
}

for program in status ticket info; do
    install -D -m 755 "${CGI_BIN:-cgi-bin}/$program" "$new/$name/cgi-bin/$program"
done
install -D -m 755 "${SSACTL:-sbin/ssactl}" "$new/$name/sbin/ssactl"
put 755 scripts/{run,lighttpd-vars}.sh
put 644 scripts/connections.lua lighttpd.conf www/errors/*.html www/console/* www/openapi.json
put 644 man/* completions/* docs/* ./*.md LICENSE data/machines.json
put 640 data/users.json
cat >"$new/$name/run" <<'END'
#!/bin/sh
# Serves until Ctrl-C. It needs lighttpd, and redis-server or valkey-server.
cd "$(dirname "$0")" || exit
SSA_RUN_DIR=${SSA_RUN_DIR:-$PWD/state} exec scripts/run.sh
END
chmod 755 "$new/$name/run"

mkdir -p dist
tar --create --directory "$new" --sort=name --owner=0 --group=0 --numeric-owner --format=ustar \
    --mtime="@$when" "$name" | gzip -9n >"dist/$name.tar.gz"
(cd dist && sha256sum -- *.tar.gz >SHA256SUMS)
echo "dist/$name.tar.gz"
