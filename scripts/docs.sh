#!/bin/sh
# scripts/docs.sh
#
# Makes www/swagger/, which tries openapi.json out: the page of www/viewer/, and two files of
# swagger-ui, which npm fetches. `make docs` calls it. Another package, or another content, is
# refused. If everything is there, it fetches nothing.
set -eu
cd "$(dirname "$0")/.."

package=swagger-ui-dist@5.35.0
# npm's hash of the package (dist.integrity), and the hashes of the two files.
integrity=U06rpMtW9V3XPGOBeamTUSr0Z09jMX4IJuANpE/EZbAhw0G8CgwrzU4YmXkn/h0wCDNsXdGarTNNHC3sU8yVUQ==
sums='e6a898692f2d768e807c3ba4626068a69a2c5dd960dd6c76f3e4d3a3de180af2  swagger-ui-bundle.js
5ed08757e53da3e026d6cbecc61fe5d43585c9560b302d534ad56692519a273d  swagger-ui.css'

fail() {
    echo "docs.sh: $1" >&2
    exit 1
}

# holds FOLDER: whether it has the two files, with exactly their content.
holds() {
    [ -d "$1" ] && (cd "$1" && echo "$sums" | sha256sum --check --status 2>/dev/null)
}

umask 022
if ! holds www/swagger; then
    command -v npm >/dev/null || fail "npm is not installed: run \`apt install npm\`"
    new=$(mktemp -d)
    trap 'rm -rf "$new"' EXIT
    (cd "$new" && npm pack --silent "$package" >/dev/null) || fail "npm cannot fetch $package"
    hex=$(echo "$integrity" | base64 -d | od -An -v -tx1 | tr -d ' \n')
    echo "$hex  $(echo "$new"/*.tgz)" | sha512sum --check --status || fail "$package has unexpected content"
    tar -xzf "$new"/*.tgz -C "$new" package/swagger-ui-bundle.js package/swagger-ui.css
    holds "$new/package" || fail "the files of $package have unexpected content"
    mkdir -p www/swagger
    install -m 644 "$new"/package/* www/swagger
fi
install -m 644 www/viewer/* www/swagger
echo "docs: the service shows its description at /swagger/"
