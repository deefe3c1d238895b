"""Sends each query of a fixture to a resident info, and compares its answer with the recorded one:
replay.py FIXTURE DATA-DIR FOLDER. The environment has REDIS_URL and TICKET.

Prints each difference. A row with `own` expects this answer instead. It must differ from that of
the server, so that a reason is removed together with its difference."""

import json
import os
import re
import sys
import types

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../rows'))
import service  # noqa: E402

SLICED = re.compile(r"(^|&)_(page|per_page|limit|start|end)=")


def ask(info, query):
    """(status, ids, X-Total-Count)"""
    reply = info.ask(b"GET", b"/api/info?" + query.encode(), [(b"X-Auth-Token", os.environb[b"TICKET"])], b"", {})
    if reply.status != 200:
        return reply.status, None, None
    return reply.status, [record["id"] for record in json.loads(reply.body)["data"]], int(reply.headers[b"x-total-count"])


def fault_of(row, answer):
    status, ids, total = answer
    got = ids if status == 200 else status
    theirs = row.get("ids", row.get("status"))
    if "own" in row:
        if row["own"] == theirs:
            return "there is no difference any more"
        return None if got == row["own"] else f"expected its own {row['own']}, got {got}"
    if got != theirs:
        return f"the server answers {theirs}, the program {got}"
    if total is not None and total != row.get("total", total):
        return f"the server counts {row['total']}, the program {total}"
    if total is not None and not SLICED.search(row["query"]) and total != len(ids):
        return f"the count is {total} of {len(ids)}"
    return None


def main(fixture, data, folder):
    with open(fixture, encoding="utf-8") as file:
        recorded = json.load(file)
    faults = [f"{row['server']} {row['query']}: {row.get('why')}: no such reason" for row in recorded["rows"]
              if ("own" in row) != (row.get("why") in recorded["reasons"])]
    info = service.Service("scgi", types.SimpleNamespace(url=os.environ["REDIS_URL"]), folder, data)
    info.use({})
    for row in recorded["rows"]:
        fault = fault_of(row, ask(info, row["query"]))
        if fault:
            faults.append(f"{row['server']} {row['query']}: {fault}")
    info.stop()
    print("\n".join(faults))
    print(f"{len(recorded['rows'])} rows, {len({row['query'] for row in recorded['rows']})} queries, "
          f"{sum('own' in row for row in recorded['rows'])} with an own answer, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
