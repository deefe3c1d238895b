#!/bin/sh
# Asks again after a 429 or 503, in the seconds of Retry-After, up to five times in all.

# ask URL [CURL OPTION...]: sets $reply and $tries. $prefer is for the first try.
ask() {
    tries=0
    while [ $((tries += 1)) -le 5 ]; do
        reply=$(curl -sS -i -H "Prefer: $prefer" "$@") || return
        prefer=
        case $reply in "HTTP/1.1 429 "* | "HTTP/1.1 503 "*) ;; *) return ;; esac
        sleep "$(printf %s "$reply" | tr -d '\r' | sed -n 's/^Retry-After: //p')"
    done
    return 1
}

prefer=code=503
ask http://127.0.0.1:8000/api/status
echo "$(printf '%s\n' "$reply" | tail -n 1 | jq -r .message) after $tries tries"
