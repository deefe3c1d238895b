#!/bin/bash
# Tests examples/ against the real packages of react-admin, refine and vite, and www/openapi.json
# against generators of clients and Prism. The packages come from npm, in the versions of
# tests/clients/package-lock.json, to build/clients. The last line is `N passed, N failed`. `make
# check-clients` calls this script.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin
for command in node npm lighttpd redis-server; do
  command -v "$command" >/dev/null || {
    echo "clients.sh: $command is not installed"
    exit 1
  }
done

# The examples import packages by name, so they are copied to where the packages are.
work=build/clients
mkdir -p $work
rm -f $work/*.js
cp examples/*.js tests/clients/*.js tests/clients/package.json $work/
if ! cmp -s tests/clients/package-lock.json $work/package-lock.json; then
  cp tests/clients/package-lock.json $work/
  npm ci --prefix $work --ignore-scripts --no-audit --no-fund || {
    rm $work/package-lock.json # the next run must try again
    exit 1
  }
fi

# The tests set what they need. The settings of the caller must not change the results.
unset REDIS_URL SSA_REDIS_WAIT SSA_TICKET_TTL SSA_TICKET_MAX SSA_TICKETS_PER_USER SSA_LOGIN_LIMITS SSA_WORKERS \
  SSA_CONNECTIONS_PER_ADDRESS SSA_PROXY_FROM SSA_CORS_ORIGINS SSA_DELAY SSA_FAULTS http_proxy HTTP_PROXY
export SSA_ROOT=$PWD
status=0
timeout 300 node --test --test-reporter=spec --test-reporter-destination=stdout \
  --test-reporter=tap --test-reporter-destination=$work/tap $work/*.test.js || status=$?
passed=$(sed -n 's/^# pass //p' $work/tap)
failed=$(sed -n 's/^# fail //p' $work/tap)
skipped=$(sed -n 's/^# skipped //p' $work/tap)
((status == 0 || ${failed:-0} > 0)) || failed=1
suffix=
((${skipped:-0} == 0)) || suffix=", $skipped skipped"
echo "${passed:-0} passed, ${failed:-1} failed$suffix"
((status == 0))
