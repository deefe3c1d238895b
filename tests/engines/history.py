"""Judges a history: every request of a run, with what was answered. It knows the promises of the
API, and nothing of the service, of Redis or of the load. It is a pure function, so a history that
was written to a file can be judged again.

A request is a dict. Times are seconds of one monotonic clock.

    op       login, renew, info, who, logout (DELETE /api/ticket), everywhere (DELETE ?all)
    user     whose password or ticket was sent
    ticket   the name of the ticket that was sent; login sends none
    start    when the request was sent      end     when its answer was complete
    status   of the answer; 0: there was none, or it was no honest one (load.py says what that is)
    said     the user that the answer speaks of, if it does
    got      the name of the ticket in the answer      expires  when that one ends
    node     the front node that was asked

Only an answer is a promise. What got a 5xx, or no answer, may have happened, now or at any later
time: a frozen master can find the request in its socket when it goes on."""

import collections

GRACE_S = 60  # the ticket that was renewed lives so much longer
LOGIN_MAX_S = 43200  # renewals can prolong a login so far, if SSA_TICKET_MAX is not set
HONEST = (200, 204, 401, 503)  # what this load may be answered; all else is a fault

# What an answer can break. The first two are what the engines can do to the service.
UNDONE = "logout undone"  # success for a ticket whose logout was acknowledged
LOST = "ticket lost"  # 401 for a ticket that was given and not ended
OUTLIVED = "outlived its end"  # success after its expiry, its grace or the end of its login
REFUSED = "right password refused"
MIXED = "somebody else's answer"
STATUS = "not an honest answer"

Finding = collections.namedtuple("Finding", "kind request why")


class Verdict:
    """wrong: findings. stale: findings that a window allows. judged: how many answers each rule
    looked at; a run in which a rule saw nothing proves nothing."""

    def __init__(self):
        self.wrong, self.stale, self.judged = [], [], collections.Counter()

    def tickets(self, kind):
        """The number of tickets to which this happened."""
        return len({each.request["ticket"] for each in self.wrong if each.kind == kind})

    def count(self, kind):
        return sum(each.kind == kind for each in self.wrong)


class Ticket:
    def __init__(self, request, origin, login_max_s):
        self.born = request["end"]
        self.expires = request["expires"]
        self.login = origin.login if origin else self  # the ticket of the login it came from
        self.login_start = origin.login_start if origin else request["start"]
        self.renewable_until = origin.renewable_until if origin else self.born + login_max_s
        self.user = request["user"]
        self.grace_from = self.grace_until = None  # the earliest and the latest end of its grace


class End:
    """A logout, of one login or everywhere."""

    def __init__(self, request):
        self.start, self.end = request["start"], request["end"]
        self.acknowledged = request["status"] == 204
        # A refused one has done nothing. A 401 shows that there was no such ticket.
        self.possible = self.acknowledged or request["status"] == 0 or request["status"] >= 500


class Model:
    """What is known of the tickets."""

    def __init__(self, history, login_max_s):
        self.tickets = {}
        self.logouts = collections.defaultdict(list)  # by the ticket of the login
        self.everywhere = collections.defaultdict(list)  # by the user
        for request in sorted(history, key=lambda each: each["end"]):
            if request.get("got"):
                self.tickets[request["got"]] = Ticket(request, self.tickets.get(request.get("ticket")), login_max_s)
        for request in history:
            ticket = self.tickets.get(request.get("ticket"))
            if request["op"] == "logout":
                self.logouts[ticket.login].append(End(request))
            elif request["op"] == "everywhere":
                self.everywhere[ticket.user].append(End(request))
            elif request["op"] == "renew":
                self.add_grace(ticket, request)

    @staticmethod
    def add_grace(ticket, request):
        if request["status"] == 401:
            return
        begin, end = request["start"] + GRACE_S, request["end"] + GRACE_S
        ticket.grace_from = min(begin, ticket.grace_from or begin)
        if request["status"] == 200:
            ticket.grace_until = min(end, ticket.grace_until or end)

    def ended(self, ticket, request):
        """An acknowledged end of this ticket before the request began, or None. A logout ends all
        tickets of the login, also those that a renewal makes at the same time. A logout everywhere
        ends all logins that were acknowledged before it began."""
        ends = [e for e in self.logouts[ticket.login] if e.acknowledged]
        ends += [e for e in self.everywhere[ticket.user] if e.acknowledged and ticket.login.born < e.start]
        return next((e for e in ends if e.end < request["start"]), None)

    def may_be_ended(self, ticket, request):
        """A logout that may have ended this ticket before the request was answered. A logout
        everywhere that was over before the login began cannot have known it."""
        ends = [e for e in self.logouts[ticket.login] if e.possible]
        ends += [e for e in self.everywhere[ticket.user] if e.possible and e.end >= ticket.login_start]
        return any(e.start < request["end"] for e in ends)


def is_success(request):
    return request["status"] in (200, 204)


def judge_ticket(model, request, verdict, slack):
    """Yields the faults in an answer to a request with a ticket."""
    ticket = model.tickets[request["ticket"]]
    if is_success(request):
        end = model.ended(ticket, request)
        verdict.judged[UNDONE] += end is not None
        verdict.judged["alive"] += end is None
        if end:
            yield UNDONE, f"its logout was acknowledged {request['start'] - end.end:.3f} s before"
        last = min(ticket.expires, ticket.grace_until or ticket.expires, ticket.renewable_until)
        if request["start"] > last + slack:
            yield OUTLIVED, f"it ended {request['start'] - last:.1f} s before"
    elif request["status"] == 401:
        first = min(ticket.expires, ticket.grace_from or ticket.expires)
        must_live = request["end"] < first - slack and not model.may_be_ended(ticket, request)
        verdict.judged[LOST] += must_live
        verdict.judged["dead"] += not must_live
        if must_live:
            yield LOST, f"it was given {request['start'] - ticket.born:.3f} s before, and not ended"


def judge(model, request, verdict, slack):
    """Yields the faults in an answer: the kind and the reason."""
    if request["status"] not in HONEST:
        yield STATUS, request.get("why") or f"status {request['status']}"
    if request.get("said") not in (None, request["user"]):
        yield MIXED, f"it speaks of {request['said']}"
    if request["op"] == "login":
        verdict.judged["login"] += request["status"] in (200, 401)
        if request["status"] == 401:
            yield REFUSED, "the password was right"
    else:
        yield from judge_ticket(model, request, verdict, slack)


def check(history, windows=(), slack=2.0, login_max_s=LOGIN_MAX_S):
    """windows: (node, from, until): a node that is cut off together with an old master may give old
    answers for so long; they are counted, and not wrong. slack: seconds by which an end may be
    early or late, for whole seconds and for clocks that differ. login_max_s: seconds that renewals
    can prolong a login."""
    model, verdict = Model(history, login_max_s), Verdict()
    for request in sorted(history, key=lambda each: each["start"]):
        for kind, why in judge(model, request, verdict, slack):
            old = kind in (UNDONE, LOST) and any(
                request["node"] == node and begin <= request["start"] <= end for node, begin, end in windows)
            (verdict.stale if old else verdict.wrong).append(Finding(kind, request, why))
    return verdict
