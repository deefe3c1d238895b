"""Asks again after a 429 or 503, in the seconds of Retry-After, up to five times in all."""

import time

import requests


def ask(url, headers={}, prefers=()):
    """Returns the reply and the number of tries. prefers is for the first ones."""
    prefers = [{"Prefer": prefer} for prefer in prefers]
    for tries in range(1, 6):
        prefer = prefers.pop(0) if prefers else {}
        reply = requests.get(url, headers={**headers, **prefer}, timeout=10)
        if reply.status_code not in (429, 503):
            break
        time.sleep(int(reply.headers["Retry-After"]))
    return reply, tries


reply, tries = ask("http://127.0.0.1:8000/api/status", prefers=["code=503"])
print(reply.json()["message"], "after", tries, "tries")
