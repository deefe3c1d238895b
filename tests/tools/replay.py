"""Sends each query of fixtures/json-server.json to a resident info, and compares its answer with
the recorded one: replay.py PROGRAM FIXTURE. The environment is that of the program, with the ticket
in HTTP_X_AUTH_TOKEN.

Prints each difference. A row with `own` expects this answer instead. It must differ from that of
the server, so that a reason is removed together with its difference."""

import json
import os
import re
import socket
import subprocess
import sys

SLICED = re.compile(r"(^|&)_(page|per_page|limit|start|end)=")


def ask(path, query):
    """(status, ids, X-Total-Count)"""
    fields = {"CONTENT_LENGTH": "0", "SCGI": "1", "REQUEST_METHOD": "GET", "QUERY_STRING": query, "REMOTE_ADDR": "192.0.2.1",
              "HTTP_X_AUTH_TOKEN": os.environ["HTTP_X_AUTH_TOKEN"]}
    block = "".join(f"{name}\0{value}\0" for name, value in fields.items()).encode()
    reply = b""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(20)
        s.connect(path)
        s.sendall(b"%d:%s," % (len(block), block))
        while piece := s.recv(65536):
            reply += piece
    head, _, body = reply.decode().partition("\r\n\r\n")
    fields = dict(line.split(": ", 1) for line in head.split("\r\n"))
    status = int(fields["Status"][:3])
    if status != 200:
        return status, None, None
    return status, [record["id"] for record in json.loads(body)["data"]], int(fields["X-Total-Count"])


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


def main(program, fixture):
    with open(fixture, encoding="utf-8") as file:
        recorded = json.load(file)
    faults = [f"{row['server']} {row['query']}: {row.get('why')}: no such reason" for row in recorded["rows"]
              if ("own" in row) != (row.get("why") in recorded["reasons"])]
    path = os.path.join(os.environ["SSA_DATA_DIR"], "info.socket")
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(path)
        s.listen(64)
        worker = subprocess.Popen([program], stdin=s.fileno(), env={**os.environ, "SSA_WORKERS": "1"})
    for row in recorded["rows"]:
        fault = fault_of(row, ask(path, row["query"]))
        if fault:
            faults.append(f"{row['server']} {row['query']}: {fault}")
    worker.terminate()
    worker.wait()
    print("\n".join(faults))
    print(f"{len(recorded['rows'])} rows, {len({row['query'] for row in recorded['rows']})} queries, "
          f"{sum('own' in row for row in recorded['rows'])} with an own answer, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
