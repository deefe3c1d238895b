# shellcheck shell=sh
# scripts/defaults.sh: the settings of lighttpd that always have a value, for run.sh and
# lighttpd-vars.sh, which source it. An empty setting is one that is not set.
: "${SSA_MODE:=cgi}" "${SSA_BIND:=127.0.0.1}" "${SSA_PORT:=8000}" "${SSA_CONSOLE:=on}"
: "${SSA_CONNECTIONS_PER_ADDRESS:=0}" "${SSA_DATA_DIR:=data}" "${SSA_CGI_BIN:=cgi-bin}" "${SSA_RUN_DIR:=run}"
