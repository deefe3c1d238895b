"""Logs in, renews the ticket before it ends, and lists machines. Needs requests."""

import time

import requests


class Machines:
    def __init__(self, url, user, password):
        self.url, self.user, self.password = url, user, password
        self.ticket, self.expires = None, 0

    def log_in(self, secret):
        """secret is the password, or a live ticket, which is renewed."""
        body = {"username": self.user, "password": secret}
        reply = requests.post(self.url + "/ticket", json=body, timeout=10)
        if reply.status_code == 401 and secret == self.ticket:
            return  # the ticket has ended; the password is next
        reply.raise_for_status()
        data = reply.json()["data"]
        self.ticket, self.expires = data["ticket"], data["expires"]

    def list(self, query):
        for secret in (self.ticket, self.password):
            if secret and time.time() > self.expires - 600:
                self.log_in(secret)
        headers = {"X-Auth-Token": self.ticket}
        reply = requests.get(self.url + "/info", params=query, headers=headers, timeout=10)
        reply.raise_for_status()
        return reply.json()["data"]


machines = Machines("http://127.0.0.1:8000/api", "user1", "A1B2C3D4E5F6G7H8I9HD")
for machine in machines.list({"status": "running", "cpus:gte": 32, "_sort": "-mem"}):
    print(machine["name"])
