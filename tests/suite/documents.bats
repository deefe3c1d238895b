# Every command of the documents is run by a test, or a mark says why not. This file runs
# the commands that need no other server in front and no systemd.
load helpers
load snippets
load ctl

setup_file() {
  start_redis
  mkdir "$BATS_FILE_TMPDIR/sbin"
  ln -s "$SSACTL" "$BATS_FILE_TMPDIR/sbin/ssactl"
}

teardown_file() { stop_servers; }

setup() {
  fresh
  chmod 640 "$DATA_DIR"/*
  export SSA_DATA_DIR=$DATA_DIR SSA_REDIS_WAIT=${SSA_REDIS_WAIT-}
  cd "$BATS_FILE_TMPDIR" || return
}

teardown() {
  stop_lighttpd
  stop_started
}

commands() { (cd "$ROOT" && tests/tools/commands.py "$1"); }

@test "each command of the documents is run by a test, or a mark says why not" {
  run commands check
  echo "$output"
  [ "$status" = 0 ]
}

@test "the endpoint of architecture.md compiles" {
  needs cc
  sed -n '/^```c$/,/^```$/{/^```/!p}' "$ROOT/docs/architecture.md" >hello.c
  grep -q endpoint_main hello.c
  run -0 cc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only -I"$ROOT/libcommon" hello.c
}

# The others are for the scripts that start the programs, not for users.
@test "each setting is in docs/settings.md and simpleserverapi(7), which has the paths of the API" {
  local page setting path count=0
  page=$("$ROOT/scripts/man.sh")
  while read -r setting; do
    [[ $setting =~ ^SSA_(MAKE|RUN_AS|SUPERVISED)$ ]] && continue
    grep -qE "^\.It Ev (.* )?$setting( |$)" <<<"$page" || { echo "docs/settings.md has no row of $setting" && return 1; }
    count=$((count + 1))
  done < <(grep -rhoP '^\s*\{(?:\.name = )?"\K(REDIS_URL|SSA_[A-Z_]+)(?=")' "$ROOT/libcommon/core")
  ((count > 18))
  for path in $(jq -r '.paths | keys[]' "$ROOT/www/openapi.json"); do
    [[ $page == *"${path/\{id\}/ID}"* ]]
  done
  command -v mandoc >/dev/null || skip 'mandoc is not installed'
  run -0 mandoc -T lint <<<"$page"
  [ -z "$output" ]
}

@test "the requests of README, api.md, queries.md and tokens.md" {
  local ticket tag digest
  SSA_FAULTS=on start_lighttpd_on_port
  # request DOCUMENT NAME: runs this block. It may set variables; what it prints is in $output.
  request() {
    eval "$(snippet_of "$1" "$2" | sed "s|127\.0\.0\.1:8000|127.0.0.1:$port|g")" >out
    output=$(<out)
  }
  request ../README.md first-requests
  [[ $output == '{"data":['*'}]}'*'{"code":200,"message":"OK"}' && ${#ticket} == 43 ]]
  request api.md prefer
  [[ $output == 'HTTP/1.1 429 '*'Retry-After: '* ]]
  write_machines "$(jq -c '.[2] += {cpus: 64, mem: 9999999, status: "running"}' "$DATA_DIR/machines.json")"
  request queries.md choose
  [ "$(jq -c '[.data[].id]' out)" = '[300]' ]
  tag=$(curl -s -o /dev/null -D - -H "X-Auth-Token: $ticket" "http://127.0.0.1:$port/api/info" | sed -n 's/^ETag: \(.*\)\r$/\1/pI')
  request queries.md not-modified
  [[ -n $tag && -z $output ]]
  request tokens.md by-hand
  digest=$output
  write_users "$(jq -c --arg digest "$digest" '.[0].tokens = [{name: "ci", digest: $digest}]' "$DATA_DIR/users.json")"
  run -0 curl -s -H "Authorization: Bearer $TOKEN" "http://127.0.0.1:$port/api/ticket"
  [[ $output == '{"data":{"username":"user1","token":"ci","expires":null}}' ]]
}

@test "the commands of ssactl in README, data.md, tokens.md, release.md and its manual page" {
  needs_single 'check asks for a replica'
  local document block
  printf 'name,id,cpus,mem,status,ip\nlab1,901,8,16,running,10.0.0.1\n' >lab.csv
  for block in "$(snippet_of ../README.md ssactl)" "$(snippet_of data.md ssactl)" "$(snippet_of tokens.md ssactl)" \
    "$(snippet_of release.md ssactl)" "$(commands manual)"; do
    setup
    [[ $block == *ssactl* ]]
    post "$(credentials user1 wrong)" # what unban forgets
    PATH=$BATS_FILE_TMPDIR/sbin:$PATH run sh -exc "$block" <<<'a new password'
    echo "$output"
    [ "$status" = 0 ]
    [[ $output != *'unusable'* ]]
  done
  # Those of the manual page came last.
  [ "$(jq -c 'map(select(.cpus >= 64) | .status) | unique' data/machines.json)" != '["running"]' ]
  [ "$(jq -c 'map(select(.username == "robot"))[0] | .machines, (.tokens | length)' data/users.json | paste -sd' ')" = '[100,200] 1' ]
}

@test "the hash of argon2 in data.md lets a user in" {
  needs argon2 openssl
  write_users "$(jq -nc --arg hash "$(eval "$(snippet_of data.md argon2)")" '[{username: "a", password: $hash}]')"
  ctl verify a <<<'the password'
  done_with 0
}

# The tools of Redis, as the documents call them: with the Redis of the test, a sentinel, a cluster.
redis_cli='#!/bin/bash -e
case $* in
"-p 26379 "*) exec redis-cli -e -s sentinel.sock "${@:3}" ;;
"cluster "*) exec redis-cli -e -s cluster.sock "$@" ;;
*) exec redis-cli -e -s redis.sock "$@" ;;
esac'

# bats test_tags=long
@test "the commands of messages.md do something, and do not fail, also with a password on Redis" {
  needs_single 'it has a Redis of each kind'
  redis config set requirepass s3cret >/dev/null
  export REDIS_URL=unix://default:s3cret@$PWD/redis.sock REDISCLI_AUTH=s3cret
  local line count=0 real silent='^jq empty|unlink$|user (enable|passwd)|replicas ssa$|token remove'
  start_lighttpd_on_port
  redis config set slowlog-log-slower-than 0 >/dev/null
  real=$(type -P redis-cli)
  mkdir bin
  printf '%s\n' "${redis_cli//exec redis-cli/exec $real}" >bin/redis-cli
  chmod 755 bin/redis-cli
  printf 'port 0\nunixsocket %s\nsentinel monitor ssa 127.0.0.1 1 1\nrequirepass s3cret\n' "$PWD/sentinel.sock" >sentinel.conf
  begin test -S sentinel.sock -- redis-server sentinel.conf --sentinel
  begin test -S cluster.sock -- redis-server --port 0 --unixsocket "$PWD/cluster.sock" --cluster-enabled yes --save '' --requirepass s3cret
  while IFS= read -r line; do
    case $line in
    *…*) continue ;; # the rest is the client's request
    *--latency*) continue ;; # it goes on
    'jq -s .') line+=' <<<"{} {}"' ;;
    'ssactl user passwd NAME') line+=' <<<"a new password"' ;;
    iconv*) line="iconv -f UTF-8 -t UTF-16 data/users.json | $line | cmp - data/users.json && echo same" ;;
    'ssactl unban '*) post "$(credentials user1 wrong)" REMOTE_ADDR=192.0.2.1 ;;
    *sentinel*NAME) line=${line%NAME}ssa ;;
    esac
    line=${line//127.0.0.1:8000/127.0.0.1:$port}
    line=${line//USER NAME/user1 ci} line=${line//ADDRESS/192.0.2.1} line=${line//INDEX/0} line=${line//NAME/user1}
    PATH=$PWD/bin:$PWD/sbin:$PATH run bash -ec "$line" </dev/null
    [[ $status == 0 && (-n $output || $line =~ $silent) ]] || { printf '%s\n' "$line: $status" "$output" && return 1; }
    count=$((count + 1))
  done < <(commands inline)
  ((count > 25))
  redis config set requirepass '' >/dev/null
}

# bats test_tags=long
@test "the rules for nftables give an IPv4 address, and an IPv6 /64, 64 connections" {
  needs nft ip
  unshare -rn nft list ruleset 2>/dev/null || skip 'no network namespace can be made here'
  snippet_of operating.md nftables >rules
  run -0 unshare -rn sh -c 'ip link set lo up && ip address add 2001:db8::1/64 dev lo nodad &&
    ip address add 2001:db8::2/64 dev lo nodad && nft -f rules && python3 -' <<'END'
import itertools
import socket
for addresses in ('127.0.0.1',), ('::1',), ('2001:db8::1', '2001:db8::2'):
    family = socket.AF_INET if '.' in addresses[0] else socket.AF_INET6
    listening, kept = socket.create_server((addresses[0], 8000), family=family, backlog=99), []
    for address in itertools.islice(itertools.cycle(addresses), 80):
        try:
            kept.append(socket.create_connection((addresses[0], 8000), 5, (address, 0)))
        except ConnectionRefusedError:
            pass
    print(len(kept))
END
  [[ $output == $'64\n64\n64' ]]
}
