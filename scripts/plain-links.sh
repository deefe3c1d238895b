#!/bin/sh
# scripts/plain-links.sh FOLDER...
#
# In the documents of these folders, turns each link to a file that is not there into its text: a
# package and a release have only a part of the repository.
set -eu

# links FILE: what it links to, but no page of the web, and no place in the same document.
links() { grep -o '\](\([^)]*\))' "$1" | sed 's/^](//; s/)$//' | grep -v '^[a-z]*:\|^#' | sort -u; }

find "$@" -name '*.md' | while read -r file; do
    links "$file" | while read -r link; do
        [ -e "${file%/*}/${link%%#*}" ] || sed -i "s|\[\([^][]*\)\]($link)|\1|g" "$file"
    done
done
