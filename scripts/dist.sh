#!/bin/bash
# scripts/dist.sh
#
# Makes dist/simpleserverapi-VERSION-ARCHITECTURE.tar.gz and dist/SHA256SUMS: the static programs
# and all that they need, so that `./run` in the unpacked folder serves. `make dist` calls it after
# the build. Two builds of the same commit have the same bytes: names are sorted, owners are 0, and
# all times are SOURCE_DATE_EPOCH (the time of the commit). The Makefile sets CGI_BIN, SSACTL and
# MACHINE (aarch64, if the programs are not for this machine). SHA256SUMS has all tarballs that are
# in dist/.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
    echo "dist.sh: $1" >&2
    exit 1
}
git() { command git -c safe.directory="$PWD" "$@"; }
[[ -e .git ]] || fail "not a clone of the repository, whose commit has the sample data: run \`git clone\`"

name=simpleserverapi-$(<VERSION)-${MACHINE:-$(uname -m)}
when=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}

new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT
top=$new/$name
mkdir "$top"

# put MODE FILE...: each keeps its path.
put() {
    local mode=$1 file
    shift
    for file; do install -D -m "$mode" "$file" "$top/$file"; done
}

read -ra programs <scripts/programs
for program in "${programs[@]}"; do
    install -D -m 755 "${CGI_BIN:-cgi-bin}/$program" "$top/cgi-bin/$program"
done
install -D -m 755 "${SSACTL:-sbin/ssactl}" "$top/sbin/ssactl"
put 755 scripts/{run,lighttpd-vars,scgi-servers,scgi-sockets,scgi-start}.sh
put 644 scripts/{connections.lua,defaults.sh,programs} lighttpd.conf conf.d/*.conf www/errors/*.html www/console/* www/docs/* www/openapi.json
put 644 man/*.[78] completions/* docs/{api,console,data,operating,queries,recipes,settings}.md docs/console*.png examples/clients/* LICENSE
sed '/^<!-- .* -->$/d; s|](\([a-z]*[.]md\))|](docs/\1)|g; s|]([.][.]/|](|g' docs/release.md >"$top/README.md"
scripts/plain-links.sh "$top"
sed -i 's|make run|./run|g' "$top"/docs/*.md # here that is the command

# The sample data of the commit, because the working tree may have real users by now. Its passwords
# are published: everybody may read it.
mkdir "$top/data"
for file in data/users.json data/machines.json; do git show "HEAD:$file" >"$top/$file"; done

cat >"$top/run" <<'END'
#!/bin/sh
# Serves until Ctrl-C; `./run --help` lists the settings. It needs lighttpd, and redis-server or
# valkey-server.
cd "$(dirname "$0")" || exit
SSA_RUN_AS=./run SSA_RUN_DIR=${SSA_RUN_DIR:-$PWD/state} exec scripts/run.sh "$@"
END
chmod 755 "$top/run"
chmod -R u=rwX,go=rX "$top"

mkdir -p dist
tar --create --directory "$new" --sort=name --owner=0 --group=0 --numeric-owner --format=ustar \
    --mtime="@$when" "$name" | gzip -9n >"dist/$name.tar.gz"
(cd dist && sha256sum -- *.tar.gz >SHA256SUMS)
echo "dist/$name.tar.gz"
