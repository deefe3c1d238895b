# modes: scgi cgi
# The static files that lighttpd serves: the console, the description of the API, and its viewer.
load helpers

# The project as `make install` lays it out, so that these tests may change www/.
setup_file() {
  fresh
  start_redis
  mkdir "$BATS_FILE_TMPDIR/project"
  cp -r "$ROOT"/{lighttpd.conf,conf.d,scripts,www} "$BATS_FILE_TMPDIR/project"
  rm -rf "$BATS_FILE_TMPDIR/project/www/swagger"
  mkdir "$BATS_FILE_TMPDIR/programs"
  cp "$CGI_BIN"/{status,ticket,info} "$BATS_FILE_TMPDIR/programs"
  start_it
}
teardown_file() { stop_servers; }
setup() { fresh; }

start_it() { ROOT=$BATS_FILE_TMPDIR/project CGI_BIN=$BATS_FILE_TMPDIR/programs start_lighttpd; }

# gone PATH...: each is a 404 in JSON.
gone() {
  local path
  for path; do
    api "$path"
    expect_error 404
    header_is Content-Type application/json
  done
}

@test "/openapi.json: JSON that is kept and asked for again" {
  local etag
  api /openapi.json
  expect 200
  header_is Content-Type application/json
  header_is Cache-Control no-cache
  header_is X-Content-Type-Options nosniff
  [[ $body == "$(<"$ROOT/www/openapi.json")" ]]
  etag=$(header ETag)
  api /openapi.json -H "If-None-Match: $etag"
  expect 304
  [ -z "$body" ]
  curl_api /openapi.json -I
  expect 200
  [ -z "$body" ]
  api '/openapi.json?x=1'
  expect 200
  api /openapi.json -X PUT -d x
  expect_error 501
}

declare -gA TYPE=([html]=text/html [js]=text/javascript [css]=text/css [svg]=image/svg+xml)

# policy SOURCES: the last reply has the headers of a page that loads nothing but what is named.
policy() {
  header_is X-Content-Type-Options nosniff
  header_is Cache-Control no-cache
  header_is Content-Security-Policy "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'$1 frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
}

# serves FOLDER PATH MAX-BYTES: each file of www/FOLDER, under the policy that lets only this server
# speak. It is small, and needs nothing from elsewhere.
serves() {
  local file path
  for file in "$ROOT/www/$1"/*; do
    path=$2${file##*/}
    api "${path/%index.html/}"
    expect 200
    [[ $body == "$(<"$file")" ]]
    header_is Content-Type "${TYPE[${file##*.}]:?}*"
    header_is X-Frame-Options DENY
    header_is Referrer-Policy no-referrer
    policy "; connect-src 'self';"
  done
  [ "$(cat "$ROOT/www/$1"/* | wc -c)" -le "$3" ]
  run ! grep -E 'https?://|innerHTML|insertAdjacentHTML|eval\(|sessionStorage|\.cookie' "$ROOT/www/$1"/*.{html,js,css}
}

@test "/docs/ is always there, small, under the policy of the console, and needs nothing from elsewhere" {
  serves docs /docs/ 10239
  run ! grep Storage "$ROOT"/www/docs/*
}

@test "/swagger/ is a 404 in JSON until make docs has fetched swagger-ui" {
  local docs=$BATS_FILE_TMPDIR/project/www/swagger path
  gone /swagger/{,init.js,page.css,swagger-ui-bundle.js,swagger-ui.css}
  mkdir "$docs"
  cp "$ROOT"/www/viewer/* "$docs"
  touch "$docs"/{swagger-ui-bundle.js,swagger-ui.css,other.js}
  for path in index.html init.js page.css swagger-ui-bundle.js swagger-ui.css; do
    api "/swagger/${path/index.html/}"
    expect 200
    header_is Content-Type "${TYPE[${path##*.}]:?}; charset=utf-8"
    policy " data:; connect-src 'self'; font-src 'self';"
  done
  for path in other.js index.html x ../openapi.json init.js/ init.js/x; do
    curl_api "/swagger/$path" --path-as-is
    expect_error "$http"
  done
  rm -r "$docs"
}

@test "nothing else of www/ is served" {
  gone /console/main.js /main /x.js /.js /main.js/ /main.js/x /index.html /www/openapi.json /openapi.json/ /openapi.json/x /Openapi.json \
    /errors/404.html /viewer/{index.html,init.js} /docs /docs/{index.html,x.js} /swagger
}

@test "the console: each of its files, under a policy that lets only this server speak" { serves console / 71680; }

@test "SSA_CONSOLE=off: its files are 404 in JSON, everything else goes on" {
  stop_lighttpd
  SSA_CONSOLE=off start_it
  gone / /main.js /style.css /favicon.svg
  header_is Cache-Control no-store
  api /openapi.json
  expect 200
  api /api/status
  expect 200
  stop_lighttpd
  start_it
}

@test "a program is never served as a file, also if it may not be run" {
  local program programs=$BATS_FILE_TMPDIR/programs
  for program in status ticket info; do
    api /api/$program
    [[ $body == '{'* ]]
  done
  if [ "$SSA_MODE" = scgi ]; then return; fi
  chmod -x "$programs"/*
  # This is lighttpd's reply, which the description of the API does not have.
  is_refused() { api /api/$program && [[ $http =~ ^(403|404|500)$ ]]; }
  for program in status ticket info; do
    # lighttpd knows for a second that the file could be run.
    wait_until 5 "$(lighttpd_pid)" is_refused
    expect_error "$http"
  done
  chmod +x "$programs"/*
}

# bats test_tags=long
@test "make docs refuses a package with unexpected content" {
  local project=$BATS_FILE_TMPDIR/project package=$BATS_TEST_TMPDIR/swagger-ui-dist-5.35.0.tgz
  mkdir "$BATS_TEST_TMPDIR/package" "$BATS_TEST_TMPDIR/bin"
  touch "$BATS_TEST_TMPDIR"/package/{swagger-ui-bundle.js,swagger-ui.css}
  tar -czf "$package" -C "$BATS_TEST_TMPDIR" package
  printf '#!/bin/sh\n[ "$1" = pack ] && cp "%s" .\n' "$package" >"$BATS_TEST_TMPDIR/bin/npm"
  chmod +x "$BATS_TEST_TMPDIR/bin/npm"
  PATH=$BATS_TEST_TMPDIR/bin:$PATH run -1 "$project/scripts/docs.sh"
  [[ $output == *'swagger-ui-dist@5.35.0 has unexpected content' && ! -e $project/www/swagger ]]
  # Now the hash of the package is right, but not those of the files.
  local integrity
  integrity=$(sha512sum <"$package" | python3 -c '
import base64, sys
print(base64.b64encode(bytes.fromhex(sys.stdin.read().split()[0])).decode())')
  sed -i "s|^integrity=.*|integrity=$integrity|" "$project/scripts/docs.sh"
  PATH=$BATS_TEST_TMPDIR/bin:$PATH run -1 "$project/scripts/docs.sh"
  [[ $output == *'the files of swagger-ui-dist@5.35.0 have unexpected content' && ! -e $project/www/swagger ]]
}
