#!/bin/sh
# scripts/thirdparty.sh NAME PREFIX    NAME: hiredis, cjson, libsodium or musl; PREFIX: build/musl
#
# Builds one third-party library as a static archive for musl. The source is Debian's source
# package, with the patches of the distribution. apt fetches it and checks its signature. The
# results are PREFIX/lib/lib*.a, PREFIX/include/ and the source in PREFIX/src/NAME. If the source is
# there already, no network is needed. The system's own apt state is read, but never written. CC
# (musl-gcc) and CFLAGS are taken from the environment.
#
# musl itself is built only for another architecture: Debian has a compiler for it, but its package
# of musl would need that architecture to be added to the system. Here CC is that compiler, and the
# results are PREFIX/musl/ and PREFIX/musl/bin/musl-gcc, a CC for the other libraries. HOST
# (aarch64-linux-gnu) is the prefix of that compiler's tools.
set -eu

usage() {
    echo "usage: scripts/thirdparty.sh hiredis|cjson|libsodium|musl PREFIX" >&2
    exit 2
}
[ $# = 2 ] || usage
name=$1
case $name in
hiredis | cjson) archive=lib$name.a ;;
libsodium) archive=libsodium.a ;;
musl) archive= ;;
*) usage ;;
esac

CC=${CC:-musl-gcc}
HOST=${HOST-}
AR=${HOST:+$HOST-}ar
# PIE objects can be linked into static and static-pie programs. With one section for each function,
# the linker can leave out unused functions.
CFLAGS=${CFLAGS:--O2 -fPIE -fstack-protector-strong -fstack-clash-protection -ffunction-sections -fdata-sections}
# Two builds in different folders have the same bytes: assert() has no path of this folder.
CFLAGS="$CFLAGS -ffile-prefix-map=$PWD/="

mkdir -p "$2"
prefix=$(cd "$2" && pwd)
source=$prefix/src/$name
apt=$prefix/src/apt # the private package lists, shared by all names
work=$prefix/tmp/$name
log=$prefix/$name.log
mkdir -p "$prefix/src" "$prefix/lib" "$prefix/include" "$prefix/tmp" "$apt"

# The lock allows one build of a name at a time. Otherwise two makes in two terminals would use the
# same work folder and the same log.
exec 9>"$work.lock"
flock 9
rm -rf "$work"
mkdir -p "$work"

# The user sees one line for each step. All other output goes to the log. After a failure the end of
# the log is shown.
exec 3>&1 4>&2 >"$log" 2>&1
say() {
    step=$1
    echo "$name: $step"
    echo "$name: $step" >&3
}
die() {
    echo "$1"
    exit 1
}
at_exit() {
    status=$?
    rm -rf "$work"
    [ $status = 0 ] && return
    tail -n 20 "$log" >&4
    echo "$name: failed while $step; the whole output is in $log" >&4
}
trap at_exit EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
step="checking tools"

way_out="or build with LIBC=system, which takes the system's own libraries"
need() {
    command -v "$1" || die "no $1 here: run 'make deps', $way_out"
}

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
    cat "$apt/sources"/* | grep . || die "apt knows no main archive of '$codename' here: add one, $way_out"
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

# `make -j` starts several fetches at once, so this takes a lock. The first one updates the lists,
# and the others use them.
fetch() {
    say "fetching source"
    need apt-get
    need dpkg-source
    (
        flock 8
        if [ -z "$(find "$apt/updated" -mmin -60 2>/dev/null)" ]; then
            private_list
            # If a mirror fails, the log shows it. This is not an error yet: the source may still
            # come from another mirror.
            apt-get -q -c "$apt/apt.conf" update || true
            touch "$apt/updated"
        fi
        cd "$work"
        if ! apt-get -q -c "$apt/apt.conf" source --only-source "$name"; then
            rm -f "$apt/updated"
            die "apt could not fetch it: see to the network and try again, $way_out"
        fi
    ) 8>"$apt/lock"
    mv "$work/$name"-*/ "$source"
}

# compile FOLDER HEADER... -- FILE...: FOLDER is below PREFIX/include, the FILEs are .c files.
compile() {
    include=$work/include/$1
    mkdir -p "$include"
    shift
    while [ "$1" != -- ]; do
        cp "$source/$1" "$include/"
        shift
    done
    shift
    for file in "$@"; do
        # shellcheck disable=SC2086  # CC and CFLAGS are lists of words
        $CC $CFLAGS -c -o "$work/${file%.c}.o" "$source/$file"
    done
    "$AR" rcs "$work/$archive" "$work"/*.o
}

build_hiredis() {
    # From version 1.0 on, the synchronous core needs alloc.c and async.c.
    more=
    if [ -f "$source/alloc.c" ]; then more="alloc.c async.c"; fi
    headers=$(cd "$source" && ls hiredis.h read.h sds.h alloc.h 2>/dev/null) || true
    # shellcheck disable=SC2086  # lists of words
    compile hiredis $headers -- hiredis.c net.c read.c sds.c $more
}

build_cjson() {
    compile cjson cJSON.h -- cJSON.c
}

# --enable-minimal leaves out the old and rare algorithms. Argon2id, BLAKE2b, the codecs and the
# memory helpers stay. PIE and the stack protector are off in configure, because CFLAGS sets them.
build_libsodium() {
    need autoreconf
    need libtoolize
    cp -a "$source/." "$work/"
    cd "$work"
    [ -x configure ] || autoreconf -fi
    # If a make runs this script, MAKEFLAGS contains its flags (CFLAGS=..., V=...), which are not
    # meant for this build.
    unset MAKEFLAGS MFLAGS MAKELEVEL
    ./configure -q --disable-shared --enable-minimal --disable-pie --disable-ssp ${HOST:+--host="$HOST"} CC="$CC" CFLAGS="$CFLAGS"
    make -j"$(nproc)" -C src/libsodium libsodium.la
    mkdir -p "$work/out"
    make -C src/libsodium/include install-data includedir="$work/out"
    rm -rf "$work/include"
    mv "$work/out" "$work/include"
    cp src/libsodium/.libs/libsodium.a "$work/$archive"
}

# `make install` of musl writes its paths into musl-gcc, so it goes to its place at once, and
# musl-gcc last: it is make's target.
build_musl() {
    cp -a "$source/." "$work/"
    cd "$work"
    unset MAKEFLAGS MFLAGS MAKELEVEL
    ./configure --target="$HOST" --disable-shared --enable-wrapper=gcc --prefix="$prefix/musl" \
        --syslibdir="$prefix/musl/lib" CC="$CC" CFLAGS="-O2 -ffile-prefix-map=$PWD/="
    make -j"$(nproc)"
    make install-headers install-libs
    make install-tools
}

if [ "$HOST" ]; then
    compiler=$HOST-gcc
    command -v "$compiler" || die "no $compiler here: run 'make deps-arm64'"
fi
need "${CC%% *}"
[ -d "$source" ] || fetch
say "building $(sed -n '1s/.*(\(.*\)).*/\1/p' "$source/debian/changelog")"
"build_$name"
[ "$archive" ] || {
    say "done"
    exit 0
}

# The results are moved into place only now, and the archive last. Make's target is the archive, so
# a build that was interrupted is done again.
for path in "$work/include"/*; do
    rm -rf "$prefix/include/${path##*/}"
    mv "$path" "$prefix/include/"
done
mv "$work/$archive" "$prefix/lib/$archive"
say "done"
