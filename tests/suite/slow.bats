# Slow clients, over TCP: the limit of connections for each address.
# modes: scgi cgi
load helpers

setup_file() { start_redis; }
teardown_file() { stop_servers; }
setup() { fresh; }
teardown() { stop_lighttpd; }

# serve LIMIT: starts lighttpd with this limit on a port of the loopback, $port.
serve() { SSA_CONNECTIONS_PER_ADDRESS=$1 start_lighttpd_on_port; }

loaded() { grep -q mod_magnet "/proc/$(lighttpd_pid)/maps"; }

@test "slow bodies of one address: those over the limit are refused, other addresses are served" {
  serve 20
  loaded
  run python3 -EsSB "$ROOT/tests/tools/slow.py" "$port" 20
  echo "$output"
  [ "$status" = 0 ]
}

@test "0 means no limit, and lighttpd does not load the module" {
  serve 0
  run loaded
  [ "$status" = 1 ]
  run python3 -EsSB "$ROOT/tests/tools/slow.py" "$port" 0
  echo "$output"
  [ "$status" = 0 ]
}

@test "clients of a Unix socket have no address, and no limit" {
  SSA_CONNECTIONS_PER_ADDRESS=1 start_lighttpd
  loaded
  run python3 -EsSB -c '
import socket, sys
clients = [socket.socket(socket.AF_UNIX) for _ in range(5)]
for s in clients:
    s.connect(sys.argv[1])
    s.sendall(b"GET /api/status HTTP/1.1\r\nHost: x\r\n\r\n")
for s in clients:
    s.settimeout(20)
    assert s.recv(65536)[9:12] == b"200"' "$BATS_FILE_TMPDIR/http.sock"
  echo "$output"
  [ "$status" = 0 ]
}
