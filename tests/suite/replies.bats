# modes: scgi cgi
# Each reply that www/openapi.json describes and that no other file of the suite asks for. `make
# check-web` compares them with the description.
load helpers

setup_file() {
  fresh
  start_redis
  start_lighttpd
}
teardown_file() { stop_servers; }
setup() { fresh; }
teardown() { stop_workers; }

@test "HEAD of each path: 200, and each error that the GET has" {
  local path
  direct_login user1 "$PASSWORD"
  expect 200
  for path in status ticket info; do
    direct HEAD $path '' HTTP_X_AUTH_TOKEN="$ticket"
    expect 200
    direct HEAD $path '' HTTP_X_AUTH_TOKEN="$ticket" CONTENT_LENGTH=x
    expect 400
  done
  for path in ticket info; do
    direct HEAD $path
    expect 401
    direct HEAD $path '' HTTP_X_AUTH_TOKEN="$ticket" HTTP_CSRFPREVENTIONTOKEN=x
    expect 403
  done
  programs SSA_TICKET_TTL=x
  for path in status ticket info; do
    direct HEAD $path '' HTTP_X_AUTH_TOKEN="$ticket"
    expect 500
  done
  programs REDIS_URL=unix:///nowhere
  for path in status ticket info; do
    direct HEAD $path '' HTTP_X_AUTH_TOKEN="$ticket"
    expect 503
    [ -z "$body" ]
  done
}

@test "OPTIONS of each path: 204, and the errors that it can have" {
  local path
  for path in status ticket info; do
    direct OPTIONS $path
    expect 204
    # lighttpd itself refuses a control character.
    api /api/$path -X OPTIONS -H $'X-Note: \x01'
    expect_error 400
  done
  programs SSA_TICKET_TTL=x
  for path in status ticket info; do
    direct OPTIONS $path
    expect_error 500
  done
}

@test "a length that is no number: 400" {
  local request method path
  for request in 'GET status' 'GET ticket' 'DELETE ticket' 'POST ticket' 'GET info'; do
    read -r method path <<<"$request"
    direct "$method" "$path" '' CONTENT_LENGTH=x
    expect_error 400
  done
}

@test "GET and DELETE of a ticket, and the list: 500 and 503" {
  local request method path
  direct_login user1 "$PASSWORD"
  expect 200
  for request in 'GET ticket' 'DELETE ticket' 'GET info'; do
    read -r method path <<<"$request"
    programs SSA_TICKET_TTL=x
    direct "$method" "$path" '' HTTP_X_AUTH_TOKEN="$ticket"
    expect_error 500
    programs REDIS_URL=unix:///nowhere
    direct "$method" "$path" '' HTTP_X_AUTH_TOKEN="$ticket"
    expect_error 503
  done
}
