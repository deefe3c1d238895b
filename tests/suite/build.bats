# The build, and what it takes: the libraries that scripts/thirdparty.sh compiles, and what make
# does with its goals. Known answers for Argon2id and BLAKE2b are in tests/unit.
load helpers
load snippets

setup() {
  SSACTL=$(dirname "$CGI_BIN")/sbin/ssactl
  [[ -x $SSACTL ]] || SSACTL=$ROOT/sbin/ssactl
}

@test "randomness comes from getrandom, and no device is opened" {
  needs strace
  strace -f true 2>/dev/null || skip "no right to trace"
  local calls=$BATS_TEST_TMPDIR/calls
  echo "correct horse" | strace -f -qq -e trace=getrandom,open,openat -o "$calls" "$SSACTL" hash
  # libsodium takes the salt of 16 bytes.
  grep -qE 'getrandom\("[^"]*"(\.\.\.)?, 16, 0\) = 16' "$calls"
  run -1 grep -E '/dev/u?random' "$calls"
}

# plan GOAL...: what make would do, one word a command: deps.sh, or the program that is called.
plan() { env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory -n -C "$ROOT" BUILD="$BATS_TEST_TMPDIR/build" "$@"; }

@test "make deps GOAL: the packages of that goal, and on a new machine no other line" {
  local libc bin=$BATS_TEST_TMPDIR/bin
  [[ $(plan deps run) == *"scripts/deps.sh run"$'\n'* ]]
  [[ $(plan deps test) == *"scripts/deps.sh test"$'\n'* ]]
  [[ $(plan deps all) == *"scripts/deps.sh "$'\n'* ]]
  # pkg-config, which is not there yet, is called only when something is compiled.
  mkdir "$bin"
  printf '#!/bin/sh\necho asked >>%s/asked\n' "$bin" >"$bin/pkg-config"
  chmod 755 "$bin/pkg-config"
  PATH=$bin:$PATH
  for libc in musl system; do [[ $(plan LIBC=$libc deps 2>&1) == "LIBC=$libc scripts/deps.sh run test" && ! -e $bin/asked ]]; done
  plan LIBC=system all >/dev/null
  [[ -e $bin/asked ]]
}

# bats test_tags=long
@test "make -j8 deps run, deps test: nothing is compiled before the packages are there" {
  local folder=$BATS_TEST_TMPDIR/copy goal name
  mkdir -p "$folder"/{cgi-bin,scripts,bin}
  cp -r "$ROOT"/{Makefile,VERSION,libcommon,sbin,tests} "$folder"
  cp "$ROOT"/cgi-bin/*.c "$folder/cgi-bin"
  # Each of these stands for a program, and writes its name. deps.sh takes longer than the others.
  printf '#!/bin/sh\nls -R /usr/share >/dev/null\necho deps >>order\n' >"$folder/scripts/deps.sh"
  for name in scripts/thirdparty.sh bin/gcc bin/musl-gcc bin/ar; do
    printf '#!/bin/sh\necho %s >>order\nexit 1\n' "$name" >"$folder/$name"
  done
  chmod 755 "$folder"/scripts/*.sh "$folder"/bin/*
  for goal in run test test-full dist install; do
    rm -rf "$folder"/{order,build}
    run env -u MAKEFLAGS -u MAKELEVEL PATH="$folder/bin:$PATH" make -k -j8 -C "$folder" deps $goal
    echo "$goal: $(tr '\n' ' ' <"$folder/order")"
    [[ $(head -n 1 "$folder/order") == deps ]]
    [[ $(grep -c deps "$folder/order") == 1 && $(wc -l <"$folder/order") -ge 2 ]]
  done
}

# bats test_tags=long
@test "a folder with a space and an apostrophe in its name: it builds, and the bytes are the same" {
  is_static || skip "the static programs"
  [[ -d $ROOT/build/src/libsodium ]] || skip "the sources of the libraries are not here"
  local folder="$BATS_TEST_TMPDIR/it's a place"
  mkdir -p "$folder/cgi-bin" "$folder/build" "$folder/docs"
  cp -r "$ROOT"/{Makefile,VERSION,libcommon,man,scripts,sbin} "$folder"
  cp "$ROOT/docs/settings.md" "$folder/docs"
  rm -f "$folder/sbin/ssactl"
  cp "$ROOT"/cgi-bin/*.c "$folder/cgi-bin"
  ln -s "$ROOT/build/src" "$folder/build/src"
  env -u MAKEFLAGS -u MAKELEVEL make -s -j2 -C "$folder" all
  cmp "$folder/cgi-bin/ticket" "$ROOT/cgi-bin/ticket"
}

@test "started by hand, a program says what it is; asked by a server, no argument counts" {
  local name version
  version=$(<"$ROOT/VERSION")
  for name in status ticket info; do
    run -0 env -i "$CGI_BIN/$name" --version
    [[ $output == "$name $version, an endpoint of SimpleServerAPI. A web server starts it: "* ]]
    run -2 script -qec "env -i '$CGI_BIN/$name'" /dev/null
    [[ $output == "$name $version, "*"REQUEST_METHOD=GET cgi-bin/$name"* ]]
    # RFC 3875, 4.4: a query without `=` may become arguments.
    run env -i REQUEST_METHOD=OPTIONS "$CGI_BIN/$name" --version
    [[ $output == "Status: 204 "* ]]
  done
  run -0 "$SSACTL" --version
  [ "$output" = "ssactl $version" ]
}
