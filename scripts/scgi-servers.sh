#!/bin/sh
# scgi-servers.sh    for conf.d/mode-scgi.conf, which says why each program has two entries.
set -eu

read -r programs <scripts/programs
echo "scgi.server = ("
for program in $programs; do
    cat <<EOT
    "/start/$program" => (( "bin-path" => var.start, "socket" => var.run_dir + "/$program." + var.id,
        "max-procs" => 1, "listen-backlog" => 4096, "bin-copy-environment" => ( "PATH" ),
        "bin-environment" => var.environment + ( "SOCKET" => var.run_dir + "/$program." + var.id,
            "PROGRAM" => var.cgi_bin + "/$program" ) )),
    # Where nobody listens, the next try is up to 2 s later; 1, the default, makes it 3 s.
    "/api/$program" => (( "socket" => var.run_dir + "/$program." + var.id, "check-local" => "disable",
        "disable-time" => 0 )),
EOT
done
echo ")"
