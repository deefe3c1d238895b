# modes: scgi cgi
# CORS: which web pages may read the replies (SSA_CORS_ORIGINS), in the words of the Fetch standard.
load helpers

ORIGIN=https://app.example
LIST="http://localhost:5173,$ORIGIN,http://[::1]:8080"

setup_file() {
  fresh
  start_redis
  SSA_CORS_ORIGINS=$LIST start_lighttpd
}
teardown_file() { stop_servers; }
setup() { fresh; }
teardown() { stop_workers; }

# no_cors: the last reply has no header of CORS.
no_cors() {
  run grep -iE '^(access-control|vary)' <<<"$head"
  [ "$status" = 1 ] || {
    echo "$head"
    return 1
  }
}

# admits ORIGIN: the last reply lets pages of this origin read it. It has each header once, and
# never allows credentials.
admits() {
  [[ "$(header Access-Control-Allow-Origin)" == "$1" && "$(grep -ci '^access-control-allow-origin:' <<<"$head")" == 1 ]] &&
    [ "$(header Access-Control-Expose-Headers)" = 'X-Total-Count, Link, Retry-After' ] && keeps_caches_apart "$1" && no_credentials || {
    echo "$head"
    return 1
  }
}

# refuses: the last reply lets no page read it. It says that another origin may get another reply.
refuses() {
  run grep -i '^access-control' <<<"$head"
  [[ $status == 1 && "$(header Vary)" == Origin ]] || {
    echo "$head"
    return 1
  }
}

keeps_caches_apart() {
  if [ "$1" = '*' ]; then ! header Vary; else [ "$(header Vary)" = Origin ]; fi
}

no_credentials() { ! header Access-Control-Allow-Credentials; }

@test "CORS is off by default: no header, also for a preflight" {
  local program
  for program in status info ticket; do
    direct GET $program '' HTTP_ORIGIN=$ORIGIN
    no_cors
    direct OPTIONS $program '' HTTP_ORIGIN=$ORIGIN HTTP_ACCESS_CONTROL_REQUEST_METHOD=GET
    expect 204
    no_cors
  done
}

@test "a list: an origin that is in it may read, no other" {
  local origin
  programs SSA_CORS_ORIGINS="$LIST"
  for origin in http://localhost:5173 $ORIGIN 'http://[::1]:8080'; do
    direct GET status '' HTTP_ORIGIN="$origin"
    expect 200
    admits "$origin"
  done
  for origin in https://app.example.evil https://app.exampl http://app.example https://APP.example http://localhost https://app.example/ \
    "$LIST" "$ORIGIN,http://[::1]:8080" null '*' ',' ' '; do
    direct GET status '' HTTP_ORIGIN="$origin"
    expect 200
    refuses
  done
  # A cache must not give this reply, which has no header for a page, to a page.
  direct GET status
  expect 200
  refuses
  direct OPTIONS status
  refuses
}

@test "*: every origin may read, and the reply is the same for all" {
  programs SSA_CORS_ORIGINS='*'
  direct GET status '' HTTP_ORIGIN=http://anything.example
  expect 200
  admits '*'
  direct GET info '' HTTP_ORIGIN=null
  expect_error 401
  admits '*'
  direct GET status
  no_cors
}

# preflight PROGRAM METHOD [ORIGIN]
preflight() {
  direct OPTIONS "$1" '' HTTP_ORIGIN="${3-$ORIGIN}" HTTP_ACCESS_CONTROL_REQUEST_METHOD="$2" \
    HTTP_ACCESS_CONTROL_REQUEST_HEADERS=content-type,x-auth-token,csrfpreventiontoken
}

@test "a preflight: 204 with the origin, the methods of the path, the headers, the time" {
  local program want
  programs SSA_CORS_ORIGINS="$LIST"
  declare -A methods=([status]='GET, HEAD, OPTIONS' [info]='GET, HEAD, OPTIONS' [ticket]='GET, HEAD, POST, DELETE, OPTIONS')
  for program in status info ticket; do
    # The browser compares the method with the list itself.
    for want in GET POST DELETE PUT; do
      preflight $program $want
      expect 204
      [[ -z $body && "$(header Access-Control-Allow-Origin)" == "$ORIGIN" && "$(header Vary)" == Origin ]]
      [ "$(header Access-Control-Allow-Methods)" = "${methods[$program]}" ]
      [ "$(header Access-Control-Allow-Headers)" = 'Content-Type, X-Auth-Token, CSRFPreventionToken' ]
      [ "$(header Access-Control-Max-Age)" = 7200 ]
      no_credentials
    done
    preflight $program GET http://other.example
    expect 204
    refuses
  done
  programs SSA_CORS_ORIGINS='*'
  preflight ticket POST
  [[ "$(header Access-Control-Allow-Origin)" == '*' && "$(header Access-Control-Allow-Methods)" == "${methods[ticket]}" ]]
  no_credentials
}

@test "a page may read every error: 400 401 403 404 405 413 415 429 500 503" {
  local as=("HTTP_ORIGIN=$ORIGIN") json=CONTENT_TYPE=application/json
  programs SSA_CORS_ORIGINS="$LIST" SSA_LOGIN_LIMITS=0,0,1/60
  direct_login user1 "$PASSWORD" $json "${as[@]}"
  expect 200
  admits $ORIGIN
  direct GET info '' HTTP_X_AUTH_TOKEN="$ticket" QUERY_STRING=_page=1 "${as[@]}"
  expect 200
  admits $ORIGIN
  header X-Total-Count && header Link
  direct GET info '' HTTP_X_AUTH_TOKEN="$ticket" QUERY_STRING=_page=x "${as[@]}"
  expect_error 400
  admits $ORIGIN
  direct POST ticket '{' $json "${as[@]}"
  expect_error 400
  admits $ORIGIN
  direct GET info '' "${as[@]}"
  expect_error 401
  admits $ORIGIN
  direct GET ticket '' HTTP_X_AUTH_TOKEN="$ticket" HTTP_CSRFPREVENTIONTOKEN=x "${as[@]}"
  expect_error 403
  admits $ORIGIN
  direct GET status '' PATH_INFO=/x "${as[@]}"
  expect_error 404
  admits $ORIGIN
  direct PUT info '' "${as[@]}"
  expect_error 405
  admits $ORIGIN
  direct POST ticket "$(printf '%16385s' '')" $json "${as[@]}"
  expect_error 413
  admits $ORIGIN
  direct POST ticket "$LOGIN" CONTENT_TYPE=text/plain "${as[@]}"
  expect_error 415
  admits $ORIGIN
  direct_login user1 wrong $json "${as[@]}"
  expect_error 401
  admits $ORIGIN
  direct_login user1 wrong $json "${as[@]}"
  expect_error 429
  admits $ORIGIN
  header Retry-After
  programs SSA_CORS_ORIGINS="$LIST" SSA_TICKET_TTL=x
  direct GET info '' "${as[@]}"
  expect_error 500
  admits $ORIGIN
  programs SSA_CORS_ORIGINS="$LIST" REDIS_URL=nowhere
  direct GET info '' "${as[@]}"
  expect_error 500
  admits $ORIGIN
  programs SSA_CORS_ORIGINS="$LIST" REDIS_URL=unix:///nowhere
  direct GET status '' "${as[@]}"
  expect_error 503
  admits $ORIGIN
  direct POST ticket "$LOGIN" $json "${as[@]}"
  expect_error 503
  admits $ORIGIN
}

@test "a page may read the 503 of the deadline" {
  # The delay and the hash together take longer than a request may.
  write_users "[{\"username\":\"slow\",\"password\":\"${LONG/t=60/t=200}\"}]"
  programs SSA_CORS_ORIGINS="$LIST" SSA_DELAY=4000
  direct POST ticket "$(credentials slow x)" HTTP_ORIGIN=$ORIGIN
  expect_error 503
  [[ $stderr == *'deadline passed'* ]]
  admits $ORIGIN
}

@test "a bad SSA_CORS_ORIGINS: 500, and the log says why" {
  local value
  for value in http://localhost:5173/ https://app.example/path https://App.example HTTP://app.example 'https://a.example, https://b.example' \
    ' https://a.example' 'https://a.example,' ',https://a.example' 'https://a.example,,https://b.example' '*,https://a.example' \
    'https://a.example,*' '**' https://*.example www.test 127.0.0.1:5173 https:// null true 'https://a.example;https://b.example' \
    "https://a.example?x" https://s3cret/ https://u@a.example "https://$(printf '%0256d' 0)" "$(printf 'https://%0100d,' {1..12})https://a.example"; do
    refuses_setting SSA_CORS_ORIGINS="$value"
  done
}

@test "through lighttpd: log in, list, and be refused, as a page of an origin in the list" {
  api /api/ticket -X OPTIONS -H "Origin: $ORIGIN" -H 'Access-Control-Request-Method: POST' -H 'Access-Control-Request-Headers: content-type'
  expect 204
  [[ "$(header Access-Control-Allow-Origin)" == "$ORIGIN" && "$(header Access-Control-Allow-Methods)" == 'GET, HEAD, POST, DELETE, OPTIONS' ]]
  api /api/ticket -H "Origin: $ORIGIN" -H 'Content-Type: application/json' -d "$LOGIN"
  expect 200
  admits $ORIGIN
  take_tokens
  api '/api/info?_page=1&_per_page=1' -H "Origin: $ORIGIN" -H "X-Auth-Token: $ticket"
  expect 200
  admits $ORIGIN
  [ "$(header X-Total-Count)" = 3 ]
  api /api/info -H "Origin: $ORIGIN"
  expect_error 401
  admits $ORIGIN
  api /api/info -H 'Origin: http://other.example' -H "X-Auth-Token: $ticket"
  expect 200
  refuses
  api /api/info -H "X-Auth-Token: $ticket"
  expect 200
  refuses
}
