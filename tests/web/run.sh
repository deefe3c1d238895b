#!/bin/bash
# tests/web/run.sh
#
# Runs the tests of openapi.json and of the pages, in a browser. `make check-web` calls it. The last
# line is `N passed, N failed`.
#
#   SSA_TEST_RECORD   a folder with the replies that a run of the suite has recorded. If it is not
#                     set, the files of the suite that see every reply run first.
set -euo pipefail
cd "$(dirname "$0")"
export SSA_CGI_BIN=${SSA_CGI_BIN:-$PWD/../../cgi-bin}

node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' || {
  echo "node $(node --version) is too old for the tests' packages, which need 20.19 or later"
  echo "0 passed, 1 failed"
  exit 1
}
npm ci --ignore-scripts --no-audit --no-fund --silent

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

# count COMMAND...: adds its numbers to the sum.
count() {
  local status=0 p f
  "$@" >"$work/output" || status=$?
  cat "$work/output"
  read -r p f < <(sed -nE '$s/^([0-9]+) passed, ([0-9]+) failed.*/\1 \2/p' "$work/output") || p=0 f=1
  [[ $status == 0 || $f != 0 ]] || f=1
  passed=$((passed + p)) failed=$((failed + f))
}

# One test file at a time: two browsers make a small machine slow. pages RECORD
pages() {
  local status=0
  SSA_TEST_RECORD=$1 node --test --test-concurrency=1 --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=tap --test-reporter-destination="$work/tap" ./*.test.js || status=$?
  sed -nE 's/^# pass ([0-9]+)/\1 passed, /p; s/^# fail ([0-9]+)/\1 failed/p' "$work/tap" | paste -sd '' -
  return $status
}

record=${SSA_TEST_RECORD-}
if [[ -z $record ]]; then
  mkdir "$work/record"
  record=$work/record
  SSA_TEST_RECORD=$record count ../run.py {status,ticket,info,query,cors,http,replies,config,faults}.rows
fi
count pages "$record"
echo "$passed passed, $failed failed"
((failed == 0))
