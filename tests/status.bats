# GET /api/status, the program alone: an environment, no server but Redis.
load helpers

setup_file() { start_redis; }
teardown_file() { stop_servers; }
setup() { fresh; }

@test "all is well: 200 and the contract's bytes" {
  cgi GET status
  expect 200
  [ "$body" = '{"code":200,"message":"OK"}' ]
}
