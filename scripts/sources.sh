#!/bin/sh
# scripts/sources.sh NAME...    NAME: hiredis, cjson, libsodium or musl
#
# Fetches the sources of third-party libraries that are not there yet into build/src/NAME. They are
# Debian's source packages, with the patches of the distribution; apt fetches them and checks their
# signatures. The system's own apt state is read, but never written. `make deps` calls this, so
# that the build itself needs no network; scripts/thirdparty.sh calls it for what is still missing.
set -eu
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8

mkdir -p build/src
src=$PWD/build/src
apt=$src/.apt # the private package lists
work=$src/.work
log=$src/log

# The lock allows one fetch at a time: `make -j` builds several libraries at once.
exec 9>"$src/.lock"
flock 9
missing=
for name; do
    [ -d "$src/$name" ] || missing="$missing $name"
done
[ "$missing" ] || exit 0

what=sources
. scripts/logged.sh
say "fetching$missing"
for command in apt-get patch xz; do
    command -v $command || die "no $command here: run 'make deps'"
done

# Writes the distribution's own entries as deb-src lines, from both formats of list. Other suites
# (third parties, backports) and other components are left out, so that they cannot break the fetch
# or offer another version.
private_list() {
    # shellcheck source=/dev/null
    codename=$(. /etc/os-release && echo "${UBUNTU_CODENAME:-${VERSION_CODENAME-}}")
    eval "$(apt-config shell list Dir::Etc::sourcelist/f parts Dir::Etc::sourceparts/d)"
    cat >"$apt/words.awk" <<'AWK'
function suites(text) { return keep(text, "^(" codename "|stable|testing|unstable|sid)(-updates|-security|/updates)?$") }
function components(text) { return keep(text, "^(main|universe)$") }
function keep(text, pattern,    i, n, word, kept) {
    n = split(text, word, /[ \t\n]+/)
    for (i = 1; i <= n; i++)
        if (word[i] ~ pattern) kept = kept " " word[i]
    return kept
}
AWK
    cat >"$apt/list.awk" <<'AWK'
$1 == "deb" {
    sub(/^[ \t]*deb[ \t]+/, "")
    options = ""
    if (match($0, /^\[[^]]*\]/)) { options = substr($0, 1, RLENGTH); $0 = substr($0, RLENGTH + 1) }
    sub(/#.*/, "")
    uri = $1; s = suites($2); $1 = $2 = ""; c = components($0)
    if (s != "" && c != "" && uri !~ /^cdrom:/) print "deb-src " options " " uri s c
}
AWK
    # A stanza ends at an empty line or at the end of the file. A line that starts with a blank
    # continues the field before it.
    cat >"$apt/sources.awk" <<'AWK'
function flush_stanza(    s, c) {
    s = suites(field["suites"]); c = components(field["components"])
    if (keep(field["types"], "^deb$") != "" && s != "" && c != "" && tolower(field["enabled"]) !~ /no|false|0/)
        print "Types: deb-src\nSuites:" s "\nComponents:" c rest "\n"
    split("", field); rest = ""
}
/^[ \t]*$/ { flush_stanza(); next }
/^#/ { next }
/^[^ \t]/ { at = index($0, ":"); key = tolower(substr($0, 1, at - 1)); line = substr($0, at + 1) }
/^[ \t]/ { line = $0 }
key ~ /^(types|suites|components|enabled)$/ { field[key] = field[key] " " line; next }
{ rest = rest "\n" $0 }
END { flush_stanza() }
AWK
    rm -rf "$apt/sources"
    mkdir -p "$apt/sources"
    # shellcheck disable=SC2154  # list and parts come from apt-config
    for file in "$list" "$parts"/*.list "$parts"/*.sources; do
        [ -f "$file" ] || continue
        case $file in *.sources) kind=sources ;; *) kind=list ;; esac
        awk -v codename="$codename" -f "$apt/words.awk" -f "$apt/$kind.awk" "$file" >"$apt/sources/${file##*/}"
    done
    cat "$apt/sources"/* | grep . || die "apt knows no main archive of '$codename' here: add one"
    # apt reads this after the system's configuration, so the system's proxies and keys stay in
    # force. As root, apt must not change to the user _apt, which may have no access to this folder.
    # The system's hooks are cleared, because they are for its own lists.
    cat >"$apt/apt.conf" <<CONF
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT::Sandbox::User "root";
Acquire::GzipIndexes "true";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$apt/sources";
Dir::State::lists "$apt/lists";
Dir::Cache "$apt/cache";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
CONF
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
}

# unpack NAME: what dpkg-source does, for the format of these packages: the author's archive, and
# the folder debian/ with its patches. (dpkg-source itself would bring Perl along.)
unpack() {
    mkdir "$work/$1/tree"
    for file in "$work/$1"/*.orig.tar.* "$work/$1"/*.debian.tar.*; do
        case $file in
        *.asc) ;; # a signature
        *.orig.*) tar -xf "$file" -C "$work/$1/tree" --strip-components=1 ;;
        *) tar -xf "$file" -C "$work/$1/tree" ;;
        esac
    done
    series=$work/$1/tree/debian/patches/series
    [ ! -e "$series" ] || sed 's/[ \t]*#.*//; /^$/d' "$series" | while read -r file; do
        patch -d "$work/$1/tree" -p1 -s -N -F0 <"$work/$1/tree/debian/patches/$file" || exit 1
    done
    mv "$work/$1/tree" "$src/$1"
}

# apt writes what it fetches into the folder that it is started in.
fetch() {
    mkdir -p "$work/$1"
    (cd "$work/$1" && apt-get -q -c "$apt/apt.conf" source --download-only --only-source "$1") ||
        die "apt could not fetch $1: see to the network and try again"
}

rm -rf "$work" "$apt"
mkdir -p "$work" "$apt"
private_list
# If a mirror fails, the log shows it. This is not an error yet: the source may still come from
# another mirror.
apt-get -q -c "$apt/apt.conf" update || true
for name in $missing; do
    fetch "$name"
    unpack "$name"
done
rm -rf "$apt" # the lists are large
