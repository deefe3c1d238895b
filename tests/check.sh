#!/bin/bash
# tests/check.sh [CHECK...]    What the suite cannot see: other compilers, analysers, the rules of the house. `make
# check` runs it. A check that is fine says one line, one that is not says what is wrong; the last line counts.
#
# Needs what `make deps-check` installs. Builds go to build/check and build/sanitize.
set -u
cd "$(dirname "$0")/.." || exit 1
shopt -s nullglob

flags=(-std=c11 -D_GNU_SOURCE -Ilibcommon)
read -ra third < <(pkg-config --cflags hiredis libcjson libsodium) || true
build=build/check
programs=(status ticket info)
sources=(libcommon/*/*.c cgi-bin/*.c)
code=(libcommon/*/*.[ch] cgi-bin/*.c tests/unit/*.[ch] tests/tools/*.c tests/fuzz/*.[ch] tests/bench/*.c)

# What make says on stderr; the caller has that as output.
quiet_make() { make --no-print-directory "$@" >/dev/null; }

# --- compilers ---------------------------------------------------------------------------------------------------

check_build() { quiet_make all; } # gcc, musl: what ships
check_gcc() { quiet_make LIBC=system BUILD=$build/gcc all unit; }
check_clang() { quiet_make LIBC=system CC=clang BUILD=$build/clang all unit; }

# Leaks are for the sanitizers to find: cgi.c leaves everything to the kernel, as CGI programs may.
check_analyzer() {
  local file
  for file in "${sources[@]}"; do
    gcc "${flags[@]}" "${third[@]}" -O1 -fanalyzer -fdiagnostics-plain-output -fdiagnostics-path-format=none -Wno-analyzer-malloc-leak -Werror -c -o /dev/null "$file"
  done
}

# --- analysers ---------------------------------------------------------------------------------------------------

# varFuncNullUB: NULL is a pointer in every C library this builds with, and gcc checks these calls by their
# attribute. ctuPointerArith: miscounts parameters declared as `out[static N]`. The other two are taste.
check_cppcheck() {
  cppcheck --quiet --enable=warning,style,performance,portability --inline-suppr --error-exitcode=1 --std=c11 \
    --suppress=varFuncNullUB --suppress=ctuPointerArith --suppress=shadowVariable --suppress=variableScope \
    -D_GNU_SOURCE -Ilibcommon libcommon cgi-bin 2>&1
}

check_clang_tidy() {
  local log
  log=$(printf '%s\0' "${sources[@]}" | xargs -0 -I {} -P 2 clang-tidy --quiet {} -- "${flags[@]}" "${third[@]}" 2>/dev/null) ||
    echo "$log"
}

# tests/suite/.shellcheckrc says what bats makes different. Below a warning it is taste, some of which
# bats forbids: `! grep -q` in the middle of a test never fails it.
check_shellcheck() {
  shellcheck -x scripts/*.sh tests/*.sh .ci/run
  shellcheck -S warning tests/suite/*.bats tests/suite/*.bash
}

check_clang_format() { clang-format --dry-run -Werror "${code[@]}" 2>&1 | grep -E 'error:' | cut -d: -f1 | sort | uniq -c; }

# --- the rules of the house --------------------------------------------------------------------------------------

check_headers() { # each compiles alone
  local header
  for header in libcommon/*/*.h; do
    "${CC:-gcc}" "${flags[@]}" -Wall -Wextra -Werror -fsyntax-only -x c "$header"
  done
}

# The folders of libcommon from the ground up, with those below each: a folder includes itself and what stands below.
# store and data stand side by side. Programs include everything.
declare -A below=(
  [core]='core'
  [store]='store core'
  [data]='data core'
  [auth]='auth store data core'
  [http]='http auth store data core'
)

check_layers() {
  local folder file other
  for folder in libcommon/*/; do
    folder=$(basename "$folder")
    [[ -v below[$folder] ]] || echo "libcommon/$folder: a folder without a place (tests/check.sh)"
    while IFS=: read -r file other; do
      [[ " ${below[$folder]-} " == *" ${other%%/*} "* ]] || echo "$file: $folder stands below ${other%%/*}, and includes $other"
    done < <(grep -o '^#include "[^"]*' libcommon/"$folder"/*.[ch] | sed 's/#include "//')
  done
  # Within a folder no two modules include each other.
  grep -o '^#include "[^"]*' libcommon/*/*.[ch] | sed -E 's,^libcommon/([a-z_/]+)\.[ch]:#include "([a-z_/]+)\.h,\1 \2,' |
    awk '$1 != $2' | tsort >/dev/null
}

# only NAME... -- PATTERN: nobody but these files says so.
only() {
  local -a but=()
  while [[ $1 != -- ]]; do
    but+=(--exclude="$1")
    shift
  done
  grep -rnE --include='*.[ch]' "${but[@]}" -e "$2" libcommon cgi-bin
}

check_doors() { # one library or window to the outside, one module
  only redis.c -- '#include <hiredis'
  only json.c -- '#include <cjson'
  only crypto.c -- '#include <sodium'
  only config.c -- '\<(secure_)?getenv\>'
  only cgi.c -- '\<environ\>'
  only 'log.[ch]' -- '\<(STDERR_FILENO|stderr|perror|syslog)\>'
  # A worker goes on: nothing ends the process but the deadline, and a fork that came too late.
  only deadline.c workers.c -- '(^|[^a-z_.])(_?exit|abort|quick_exit) ?\('
  only -- '\<(gets|strcat|sprintf|vsprintf|strtok|atoi|atol|system|popen|gmtime|localtime|asctime|ctime) ?\('
}

check_words() { # nothing is put off
  grep -rnE '\<(TODO|FIXME|XXX|HACK)\>' --exclude-dir=build --exclude-dir=.git --exclude=check.sh . | grep -vE 'mktemp|mkdtemp|\.XXXXXX'
}

# --- what ships --------------------------------------------------------------------------------------------------

check_static() {
  local name size
  for name in "${programs[@]}"; do
    readelf -lW "cgi-bin/$name" | grep -qE 'INTERP|DYNAMIC' && echo "cgi-bin/$name: needs a loader"
    cp "cgi-bin/$name" "$build/stripped" && strip "$build/stripped"
    size=$(stat -c %s "$build/stripped")
    ((size <= 350 * 1024)) || echo "cgi-bin/$name: $size bytes, over 350 KiB"
  done
}

check_hardening() {
  local name elf object
  for name in "${programs[@]}"; do
    elf=$(readelf -lW "cgi-bin/$name")
    grep -q GNU_RELRO <<<"$elf" || echo "cgi-bin/$name: no RELRO"
    grep -qE 'GNU_STACK .* RW +0x' <<<"$elf" || echo "cgi-bin/$name: an executable stack"
    grep -qE 'LOAD .* RWE ' <<<"$elf" && echo "cgi-bin/$name: memory that is writable and executable"
    # The distribution's way to build: also PIE, immediate binding and FORTIFY.
    elf=$build/gcc/cgi-bin/$name
    readelf -hW "$elf" | grep -q 'DYN (Position' || echo "$elf: not PIE"
    readelf -dW "$elf" | grep -q 'BIND_NOW\|FLAGS.*NOW' || echo "$elf: binds lazily"
    nm -D "$elf" | grep -q '__.*_chk' || echo "$elf: no FORTIFY"
  done
  # The shipped programs carry no symbols; their objects do.
  for object in build/obj/{store/redis,http/scgi,ticket}.o; do
    nm "$object" | grep -q __stack_chk_fail || echo "$object: no stack protector"
  done
}

# --- the suite under sanitizers ------------------------------------------------------------------------------------

check_sanitizers() {
  quiet_make SANITIZE=address,undefined all unit
  rm -f build/sanitize/report.*
  SSA_CGI_BIN=build/sanitize/cgi-bin SSA_UNIT_BIN=build/sanitize/unit SSA_TEST_TIMEOUT=180 tests/run.sh >$build/sanitizers.log 2>&1 ||
    grep -vE ' 0 failed ' $build/sanitizers.log
  local report
  for report in build/sanitize/report.*; do cat "$report"; done
}

# --- all of it -----------------------------------------------------------------------------------------------------

all=(build gcc clang analyzer cppcheck clang_tidy shellcheck clang_format headers layers doors words static hardening sanitizers)
(($# > 0)) || set -- "${all[@]}"
mkdir -p $build
bad=0
for name; do
  name=${name//-/_}
  if ! declare -F "check_$name" >/dev/null; then
    echo "check.sh: no such check: $name (there are: ${all[*]})" >&2
    exit 2
  fi
  began=$SECONDS
  said=$("check_$name" 2>&1)
  if [[ -z $said ]]; then
    printf '  %-12s fine   %3d s\n' "$name" $((SECONDS - began))
  else
    printf '  %-12s FAILED %3d s\n' "$name" $((SECONDS - began))
    printf '    %s\n' "${said//$'\n'/$'\n    '}"
    bad=$((bad + 1))
  fi
done
echo "$# checks, $bad failed"
((bad == 0))
