#!/bin/sh
# Logs in, renews the ticket before it ends, and lists machines. Needs curl and jq (1.6 rounds
# numbers of more than 17 digits). No secret appears in a command line.
url=http://127.0.0.1:8000/api
user=user1 password=A1B2C3D4E5F6G7H8I9HD
ticket='' expires=0

# log_in SECRET: SECRET is the password, or a live ticket, which is renewed.
log_in() {
    reply=$(user=$user secret=$1 jq -n '{username: env.user, password: env.secret}' |
        curl -sS --fail -H 'Content-Type: application/json' -d @- "$url/ticket") || return
    ticket=$(printf %s "$reply" | jq -r .data.ticket)
    expires=$(printf %s "$reply" | jq -r .data.expires)
}

# stay_logged_in: call it outside of pipes and $(...), which would lose the new ticket.
stay_logged_in() {
    for secret in $ticket "$password"; do
        [ "$(date +%s)" -lt $((expires - 600)) ] || log_in "$secret"
    done
}

# machines QUERY: prints the machines that match, as a JSON array.
machines() {
    printf 'X-Auth-Token: %s\n' "$ticket" | curl -sS --fail -H @- "$url/info?$1" | jq .data
}

stay_logged_in || exit
machines 'status=running&cpus:gte=32&_sort=-mem' | jq -r '.[].name'
