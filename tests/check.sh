#!/bin/bash
# tests/check.sh [CHECK...]: checks that the test suite cannot make: other compilers, static
# analysers, the rules of the project. `make check` runs it. A check that passes prints one line. A
# check that fails prints what is wrong. The last line counts them.
#
# It needs what `make deps-check` installs. It builds in build/check and build/sanitize.
set -u
cd "$(dirname "$0")/.." || exit 1
shopt -s nullglob

flags=(-std=c11 -D_GNU_SOURCE -Ilibcommon -Isbin -DSSA_VERSION='""')
read -ra third < <(pkg-config --cflags hiredis libcjson libsodium) || true
build=build/check
read -ra programs <scripts/programs
sources=(libcommon/*/*.c cgi-bin/*.c sbin/*.c)
code=(libcommon/*/*.[ch] cgi-bin/*.c sbin/*.[ch] tests/unit/*.[ch] tests/tools/*.c tests/fuzz/*.[ch] tests/bench/*.c tests/engines/*.c)

# Only the stderr of make, so that it becomes the output of the check.
quiet_make() { make --no-print-directory "$@" >/dev/null; }

# --- compilers ------------------------------------------------------------------------------------

check_build() { quiet_make all; } # gcc, musl: what ships
check_gcc() { quiet_make LIBC=system BUILD=$build/gcc all unit; }
check_clang() { quiet_make LIBC=system CC=clang BUILD=$build/clang all unit; }

# The sanitizers look for leaks: cgi.c leaves all memory to the kernel, as CGI programs may.
check_analyzer() {
  local file
  for file in "${sources[@]}"; do
    gcc "${flags[@]}" "${third[@]}" -O1 -fanalyzer -fdiagnostics-plain-output -fdiagnostics-path-format=none -Wno-analyzer-malloc-leak -Werror -c -o /dev/null "$file"
  done
}

# --- analysers ------------------------------------------------------------------------------------

# varFuncNullUB: NULL is a pointer in every C library that this builds with, and gcc checks these
# calls by their attribute. ctuPointerArith: cppcheck counts parameters declared as `out[static N]`
# wrongly. The other two are a matter of style.
check_cppcheck() {
  cppcheck --quiet --enable=warning,style,performance,portability --inline-suppr --error-exitcode=1 --std=c11 \
    --suppress=varFuncNullUB --suppress=ctuPointerArith --suppress=shadowVariable --suppress=variableScope \
    -D_GNU_SOURCE -Ilibcommon -Isbin libcommon cgi-bin sbin 2>&1
}

check_clang_tidy() {
  local log
  log=$(printf '%s\0' "${sources[@]}" | xargs -0 -I {} -P 2 clang-tidy --quiet {} -- "${flags[@]}" "${third[@]}" 2>/dev/null) ||
    echo "$log"
}

# tests/suite/.shellcheckrc says what is different in bats. Messages below a warning are a
# matter of style, and bats forbids some of what they advise: `! grep -q` in the middle of a
# test never fails it.
check_shellcheck() {
  shellcheck -x scripts/*.sh tests/*.sh examples/clients/*.sh .ci/run debian/*.postinst debian/*.p*rm
  shellcheck -s bash completions/*
  shellcheck -S warning tests/suite/*.bats tests/suite/*.bash
}

check_clang_format() { clang-format --dry-run -Werror "${code[@]}" 2>&1 | grep -E 'error:' | cut -d: -f1 | sort | uniq -c; }

# --- the rules of the project ---------------------------------------------------------------------

check_headers() { # each header compiles alone
  local header
  for header in libcommon/*/*.h sbin/*.h; do
    "${CC:-gcc}" "${flags[@]}" -Wall -Wextra -Werror -fsyntax-only -x c "$header"
  done
}

# The folders of libcommon from the lowest to the highest, each with the folders that it
# may include: itself and those below. data knows neither store nor redis. Programs may
# include everything.
declare -A below=(
  [core]='core'
  [redis]='redis core'
  [store]='store redis core'
  [data]='data core'
  [auth]='auth store redis data core'
  [http]='http auth store redis data core'
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
  # Two modules of a folder must not include each other, nor those of a page import each other.
  grep -o '^#include "[^"]*' libcommon/*/*.[ch] | sed -E 's,^libcommon/([a-z_/]+)\.[ch]:#include "([a-z_/]+)\.h,\1 \2,' |
    awk '$1 != $2' | tsort >/dev/null
  grep -o 'from "\./[^"]*' www/console/*.js tests/web/*.js | sed -E 's,^(.*/)(.*):from "\./,\1\2 \1,' | tsort >/dev/null
}

# only NAME... -- PATTERN: only these files may contain the pattern.
only() {
  local -a but=()
  while [[ $1 != -- ]]; do
    but+=(--exclude="$1")
    shift
  done
  grep -rnE --include='*.[ch]' "${but[@]}" -e "$2" libcommon cgi-bin
}

check_doors() { # each library and each system interface is used by one module
  only resp.c -- '#include <hiredis'
  only json.c -- '#include <cjson'
  only crypto.c -- '#include <sodium'
  only config.c -- '\<(secure_)?getenv\>'
  only cgi.c config.c -- '\<environ\>'
  only 'log.[ch]' -- '\<(STDERR_FILENO|stderr|perror|syslog)\>'
  # A worker must not end by itself. Only the deadline may end the process, and a fork that
  # came too late.
  only deadline.c workers.c -- '(^|[^a-z_.])(_?exit|abort|quick_exit) ?\('
  only -- '\<(gets|strcat|sprintf|vsprintf|strtok|atoi|atol|system|popen|gmtime|localtime|asctime|ctime) ?\('
}

check_words() { # no work is marked as left to do
  git grep --untracked -InE '\<(TODO|FIXME|XXX|HACK)\>' -- ':!tests/check.sh' | grep -vE 'mktemp|mkdtemp|\.XXXXXX'
}

# comments PATTERN...: prints FILE:LINE:TEXT for each line of comment in the tracked files whose
# names match the patterns, with spaces in place of tabs. A comment after code is FILE:LINE-TEXT,
# and so is a test name of bats. The docstrings of Python are comments, and so is all text of
# Markdown.
comments() {
  # shellcheck disable=SC2016  # a program of awk
  git ls-files -z -- "$@" | xargs -0 awk '
    FNR == 1 { kind = FILENAME; sub(/.*[.\/]/, "", kind); string = 0 }
    { text = $0; whole = kind == "md"; mark = "(^|[ \t])#+ .*" }
    kind ~ /^([ch]|js)$/ { whole = text ~ /^[ \t]*(\/\*|\/\/|\* )/; mark = "/[*/] .*" }
    kind == "lua" { whole = text ~ /^[ \t]*--/; mark = "-- .*" }
    kind == "py" { whole = string || /"""/; if (gsub(/"""/, "&") % 2) string = !string }
    kind !~ /^([ch]|js|lua|md)$/ && /^[ \t]*#/ { whole = 1 }
    !whole && !/^@test / { text = match(text, mark) ? substr(text, RSTART) : "" }
    text != "" {
      while (at = index(text, "\t"))
        text = substr(text, 1, at - 1) substr("        ", (at - 1) % 8 + 1) substr(text, at + 1)
      print FILENAME ":" FNR (whole ? ":" : "-") text
    }'
}
commented=('*.c' '*.h' '*.sh' '*.bash' '*.bats' '*.mk' '*.py' '*.js' '*.lua' '*.conf' '*Makefile' '*.in' .ci/run 'debian/*.p*' debian/rules
  'debian/*.tmpfiles' 'debian/*.default')

check_width() { # a line of comment has at most 100 columns, where tabs count 8
  comments "${commented[@]}" | LC_ALL=C.UTF-8 grep -E '^[^:]*:[0-9]+:.{101}' | cut -d: -f1,2 | sed 's/$/: over 100 columns/'
}

check_prose() { # words that made comments and documents hard to read
  comments "${commented[@]}" '*.md' |
    grep -P '^[^:]*:\d+[:-].*\b([Rr]ooms|[Rr]oom(?! (for|to|left)\b)|(?<!there )(is|are) none(?! of)|[Bb]eside (it|them|him))\b'
}

# --- what ships -----------------------------------------------------------------------------------

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
    # The distribution builds with more: also PIE, immediate binding and FORTIFY.
    elf=$build/gcc/cgi-bin/$name
    readelf -hW "$elf" | grep -q 'DYN (Position' || echo "$elf: not PIE"
    readelf -dW "$elf" | grep -q 'BIND_NOW\|FLAGS.*NOW' || echo "$elf: binds lazily"
    nm -D "$elf" | grep -q '__.*_chk' || echo "$elf: no FORTIFY"
  done
  # The shipped programs have no symbols, but their objects have.
  for object in build/obj/{redis/redis,http/scgi,ticket}.o; do
    nm "$object" | grep -q __stack_chk_fail || echo "$object: no stack protector"
  done
}

# --- the pages in a browser -----------------------------------------------------------------------

check_web() {
  make --no-print-directory check-web >$build/web.log 2>&1 || grep -E '✖|not ok|^npm|^node|Error' $build/web.log
}

# --- the suite under sanitizers -------------------------------------------------------------------

check_sanitizers() {
  quiet_make SANITIZE=address,undefined all unit
  rm -f build/sanitize/report.*
  SSA_CGI_BIN=build/sanitize/cgi-bin SSA_TEST_UNIT_BIN=build/sanitize/unit SSA_TEST_TIMEOUT=180 tests/run.py >$build/sanitizers.log 2>&1 ||
    grep -vE ' 0 failed ' $build/sanitizers.log
  local report
  for report in build/sanitize/report.*; do cat "$report"; done
}

# --- all checks -----------------------------------------------------------------------------------

all=(build gcc clang analyzer cppcheck clang_tidy shellcheck clang_format headers layers doors words width prose static hardening web sanitizers)
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
