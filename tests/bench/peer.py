"""The peer: the same three endpoints in the usual form of a FastAPI service, to show what
a user gains.

Users with plain passwords are in users.json, machines in machines.json, and tickets in Redis for
two hours. The comparison is fair: uvloop, httptools and hiredis, one pool of Redis connections for
each worker, and files are parsed again only when they change. It has none of the other functions of
the C programs: no hashing, no login limits, no strict JSON."""

import json
import os
import secrets

import redis.asyncio
from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel

DATA = os.environ["SSA_DATA_DIR"]
TICKET_TTL_S = 7200

app = FastAPI()
store = redis.asyncio.from_url(os.environ["REDIS_URL"], decode_responses=True)
cached = {}


class Credentials(BaseModel):
    username: str
    password: str


def load(name):
    path = os.path.join(DATA, name)
    changed = os.stat(path).st_mtime_ns
    if cached.get(name, (None,))[0] != changed:
        with open(path, encoding="utf-8") as file:
            cached[name] = (changed, json.load(file))
    return cached[name][1]


@app.get("/api/status")
async def status():
    return {"code": 200, "message": "OK"}


@app.post("/api/ticket")
async def login(sent: Credentials):
    for user in load("users.json"):
        if user["username"] == sent.username and user["password"] == sent.password:
            ticket, csrf = secrets.token_urlsafe(32), secrets.token_hex(16)
            await store.set("peer:ticket:" + ticket, sent.username, ex=TICKET_TTL_S)
            return {"data": {"CSRFPreventionToken": csrf, "ticket": ticket, "username": sent.username}}
    raise HTTPException(status_code=401, detail="authentication failed")


@app.get("/api/info")
async def info(x_auth_token: str = Header(default="")):
    if not x_auth_token or await store.get("peer:ticket:" + x_auth_token) is None:
        raise HTTPException(status_code=401, detail="no valid ticket")
    return {"data": load("machines.json")}
