#!/bin/sh
# scripts/man.sh
#
# Prints simpleserverapi(7): man/simpleserverapi.7.in with the table of docs/settings.md in place of
# @SETTINGS@, so that each setting is described once. mdoc wants one sentence per line, 80 columns.
set -eu
cd "$(dirname "$0")/.."
# shellcheck disable=SC2016  # the backquotes are Markdown's
sed -nE '/^\| `/ {
    s/\\/\\e/g
    s/\[([^]]*)\]\([^)]*\)/\1/g
    s/^\| `([A-Z_]+)`, `([A-Z_]+)` \|/| \1 , \2 |/
    s/^\| `([A-Z_]+)` \|/| \1 |/
    s/`([^`]*)`/\\fB\1\\fP/g
    s/^\| (.*) \| (.*) \| (.*) \|$/.It Ev \1\n\u\3.\nDefault: \2./
    s/[.] ([A-Z\\])/.\n\1/g
    p
}' docs/settings.md | fold -s -w 78 | sed 's/ *$//' |
    sed -e '/^@SETTINGS@$/r /dev/stdin' -e '/^@SETTINGS@$/d' man/simpleserverapi.7.in
