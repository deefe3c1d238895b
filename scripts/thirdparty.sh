#!/bin/sh
# scripts/thirdparty.sh NAME PREFIX    NAME: hiredis, cjson, libsodium or musl; PREFIX: build/musl
#
# Builds one third-party library as a static archive for musl, from the source in build/src/NAME
# (scripts/sources.sh). The results are PREFIX/lib/lib*.a and PREFIX/include/. It compiles the files
# that are needed, without the library's own build system: autoconf's checks for libsodium took ten
# times as long as the compiler. CC (musl-gcc) and CFLAGS are taken from the environment.
#
# musl itself is built only for another architecture: Debian has a compiler for it, but its package
# of musl would need that architecture to be added to the system. Here CC is that compiler, and the
# results are PREFIX/musl/ and PREFIX/musl/bin/musl-gcc, a CC for the other libraries. HOST
# (aarch64-linux-gnu) is the prefix of that compiler's tools.
set -eu
cd "$(dirname "$0")/.."

usage() {
    echo "usage: scripts/thirdparty.sh hiredis|cjson|libsodium|musl PREFIX" >&2
    exit 2
}
[ $# = 2 ] || usage
name=$1 prefix=$2
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

# All paths are relative to this folder, so its own path may have a space, and two builds in
# different folders have the same bytes.
source=build/src/$name
work=$prefix/tmp/$name
log=$prefix/$name.log
mkdir -p "$prefix/lib" "$prefix/include" "$prefix/tmp"

# The lock allows one build of a name at a time. Otherwise two makes in two terminals would use the
# same work folder and the same log.
exec 9>"$work.lock"
flock 9
scripts/sources.sh "$name"
rm -rf "$work"
mkdir -p "$work"

what=$name
. scripts/logged.sh

# compile FILE [FLAG...]: a .c file of the source. The archive gets its object. The commands run
# later, on all processors.
compile() {
    file=$1
    shift
    echo "$CC $CFLAGS $* -c -o $work/$(echo "${file%.c}" | tr / -).o $source/$file" >>"$work/commands"
}

build_hiredis() {
    # From version 1.0 on, the synchronous core needs alloc.c and async.c.
    for file in hiredis.c net.c read.c sds.c alloc.c async.c; do
        case $file in a*) [ -f "$source/alloc.c" ] || continue ;; esac
        compile "$file"
    done
    mkdir -p "$work/include/hiredis"
    for file in hiredis.h read.h sds.h alloc.h; do
        [ ! -f "$source/$file" ] || cp "$source/$file" "$work/include/hiredis"
    done
}

build_cjson() {
    compile cJSON.c
    mkdir -p "$work/include/cjson"
    cp "$source/cJSON.h" "$work/include/cjson"
}

# Argon2id, BLAKE2b, the codecs, randomness and the memory helpers, and what sodium_init picks an
# implementation of, used or not. A pattern that matches nothing belongs to another version:
# crypto_verify/*.c, aegis and softaes are of 1.0.19 and later.
libsodium_files() {
    (
        cd "$source/src/libsodium"
        ls sodium/codecs.c sodium/core.c sodium/runtime.c sodium/utils.c \
            randombytes/randombytes.c randombytes/sysrandom/*.c \
            crypto_generichash/crypto_generichash.c crypto_generichash/blake2b/ref/*.c \
            crypto_pwhash/argon2/argon2*.c crypto_pwhash/argon2/blake2b-long.c crypto_pwhash/argon2/pwhash_argon2id.c \
            crypto_verify/*.c crypto_verify/sodium/*.c \
            crypto_onetimeauth/poly1305/*.c crypto_onetimeauth/poly1305/donna/*.c \
            crypto_scalarmult/curve25519/*.c crypto_scalarmult/curve25519/ref10/*.c crypto_core/ed25519/ref10/*.c \
            crypto_stream/chacha20/*.c crypto_stream/chacha20/ref/*.c \
            crypto_stream/salsa20/*.c crypto_stream/salsa20/ref/*.c crypto_core/salsa/ref/*.c \
            crypto_aead/aegis128l/*.c crypto_aead/aegis256/*.c crypto_core/softaes/*.c 2>/dev/null || :
    )
}

# What libsodium's configure finds with musl on x86-64 and arm64, as far as these files need it.
libsodium_defines() {
    cat <<'EOT'
CONFIGURED              the sources ask for it
NATIVE_LITTLE_ENDIAN    both processors are; without it numbers are read byte by byte
HAVE_SYS_RANDOM_H       declares getrandom
HAVE_GETRANDOM          randomness from the system call; /dev/urandom may be missing in a chroot
HAVE_EXPLICIT_BZERO     sodium_memzero by a call that no compiler leaves out
HAVE_WEAK_SYMBOLS       keeps the compiler from shortening sodium_memcmp, which takes equal time
HAVE_PTHREAD            sodium_init takes a lock
HAVE_SYS_MMAN_H         declares mmap
HAVE_MMAP               Argon2's memory is mapped, and given back to the kernel
HAVE_TI_MODE            the 64-bit code of curve25519: less code than the 32-bit one
EOT
}

# The same for the instructions of x86-64, which sodium_init looks for when the program runs.
# Unused algorithms are compiled without them.
libsodium_x86_defines() {
    cat <<'EOT'
CPU_UNALIGNED_ACCESS    numbers need no alignment
HAVE_CPUID              asks the processor what it knows
HAVE_AVX_ASM            asks whether the kernel saves the registers of AVX
HAVE_EMMINTRIN_H        SSE2
HAVE_PMMINTRIN_H        SSE3
HAVE_TMMINTRIN_H        SSSE3: Argon2 and BLAKE2b
HAVE_SMMINTRIN_H        SSE4.1: BLAKE2b
HAVE_AVXINTRIN_H        AVX: a condition of the next two
HAVE_AVX2INTRIN_H       AVX2: Argon2 and BLAKE2b
HAVE_AVX512FINTRIN_H    AVX-512F: Argon2
EOT
}

defined() { sed 's/^\([A-Z0-9_]*\).*/-D\1=1/'; }

# The C code breaks rules of aliasing and overflow, as its configure knows.
build_libsodium() {
    sodium=src/libsodium
    mkdir -p "$work/include"
    cp -R "$source/$sodium/include/sodium" "$source/$sodium/include/sodium.h" "$work/include"
    version "$source/configure.ac" <"$source/$sodium/include/sodium/version.h.in" >"$work/include/sodium/version.h"
    CFLAGS="$CFLAGS -fno-strict-aliasing -fno-strict-overflow -fvisibility=hidden -D_GNU_SOURCE $(libsodium_defines | defined | tr '\n' ' ')"
    for file in $(libsodium_files); do
        set --
        case ${HOST:-$(uname -m)}-$file in
        x86_64*-sodium/runtime.c | x86_64*-crypto_pwhash/* | x86_64*-crypto_generichash/*)
            # shellcheck disable=SC2046  # a list of words
            set -- $(libsodium_x86_defines | defined)
            case $file in
            *-ssse3.c) set -- "$@" -mssse3 ;;
            *-sse41.c) set -- "$@" -msse4.1 ;;
            *-avx2.c) set -- "$@" -mavx2 ;;
            *-avx512f.c) set -- "$@" -mavx512f ;;
            esac
            ;;
        esac
        compile "$sodium/$file" -I"$work/include" -I"$work/include/sodium" "$@"
    done
}

# version CONFIGURE_AC: a filter that fills in what configure would.
version() {
    sed "s/@VERSION@/$(sed -n 's/^AC_INIT(\[libsodium\], *\[\([^]]*\).*/\1/p' "$1")/
        s/@SODIUM_LIBRARY_VERSION_MAJOR@/$(sed -n 's/^SODIUM_LIBRARY_VERSION_MAJOR=//p' "$1")/
        s/@SODIUM_LIBRARY_VERSION_MINOR@/$(sed -n 's/^SODIUM_LIBRARY_VERSION_MINOR=//p' "$1")/
        s/@SODIUM_LIBRARY_MINIMAL_DEF@/#define SODIUM_LIBRARY_MINIMAL 1/"
}

# musl has its own configure, which is quick. musl-gcc gets the paths that it is told here, so they
# are relative to this folder, where make runs it. It comes last, because it is make's target.
build_musl() {
    cp -R "$source/." "$work/"
    (
        cd "$work"
        # A make that runs this script passes its flags on (CFLAGS, V), which are not for musl.
        unset MAKEFLAGS MFLAGS MAKELEVEL
        ./configure --target="$HOST" --disable-shared --enable-wrapper=gcc --prefix="/$prefix/musl" \
            --syslibdir="/$prefix/musl/lib" CC="$CC" CFLAGS="-O2"
        make -j"$(nproc)"
        make install-headers install-libs install-tools DESTDIR=stage
        sed -i "s,/$prefix/musl,$prefix/musl,g" "stage/$prefix/musl/lib/musl-gcc.specs" "stage/$prefix/musl/bin/musl-gcc"
    )
    rm -rf "$prefix/musl"
    mv "$work/stage/$prefix/musl" "$prefix/musl"
}

compiler=$HOST-gcc
[ ! "$HOST" ] || command -v "$compiler" || die "no $compiler here: run 'make deps-arm64'"
command -v "${CC%% *}" || die "no ${CC%% *} here: run 'make deps'"
say "building $(sed -n '1s/.*(\(.*\)).*/\1/p' "$source/debian/changelog")"
"build_$name"
[ "$archive" ] || exit 0
xargs -L 1 -P "$(nproc)" env <"$work/commands"
rm -rf "$work/include/sodium/private" # libsodium's own

# The results are moved into place only now, and the archive last. Make's target is the archive, so
# a build that was interrupted is done again.
"$AR" rcs "$work/$archive" "$work"/*.o
for path in "$work/include"/*; do
    rm -rf "$prefix/include/${path##*/}"
    mv "$path" "$prefix/include/"
done
mv "$work/$archive" "$prefix/lib/$archive"
