"""The tests of the checker: each promise kept, and each broken once. `python3 test_history.py`."""

import unittest

import history
from history import LOST, MIXED, OUTLIVED, REFUSED, STATUS, UNDONE

LIFE_S = 7200


class Log:
    """Writes a history. Each request takes 0.1 s unless told; the next begins 0.1 s later."""

    def __init__(self):
        self.requests, self.now, self.names = [], 0.0, 0

    def add(self, op, status, ticket=None, took=0.1, at=None, user="ann", **more):
        start = self.now if at is None else at
        self.requests.append({"op": op, "user": user, "ticket": ticket, "start": start, "end": start + took,
                              "status": status, "node": 0, **more})
        self.now = max(self.now, start + took + 0.1)
        return self.requests[-1]

    def give(self, op, ticket=None, **more):
        """A login or a renewal that gets a ticket."""
        self.names += 1
        name = f"t{self.names}"
        request = self.add(op, 200, ticket, got=name, **more)
        request["expires"] = request["start"] + LIFE_S
        return name

    def login(self, **more):
        return self.give("login", **more)

    def kinds(self, **options):
        return [each.kind for each in history.check(self.requests, **options).wrong]


class Kept(unittest.TestCase):
    """Histories in which nothing is wrong."""

    def setUp(self):
        self.log = Log()

    def tearDown(self):
        self.assertEqual([], self.log.kinds())

    def test_a_session(self):
        ticket = self.log.login()
        self.log.add("info", 200, ticket, said="ann")
        self.log.add("logout", 204, ticket)
        self.log.add("info", 401, ticket)
        self.log.add("logout", 401, ticket)

    def test_both_answers_are_right_beside_a_logout(self):
        ticket = self.log.login()
        self.log.add("logout", 204, ticket, at=1, took=1)
        self.log.add("info", 200, ticket, at=1.5, took=1)
        self.log.add("info", 401, ticket, at=1.2, took=0.1)

    def test_both_answers_are_right_after_a_logout_without_an_answer(self):
        for op in ("logout", "everywhere"):
            ticket = self.log.login()
            self.log.add(op, 503, ticket)
            self.log.add("info", 200, ticket)
            self.log.add("info", 401, ticket)
            self.log.add("info", 200, ticket)

    def test_renewed_ticket_has_its_grace(self):
        old = self.log.login()
        new = self.log.give("renew", old)
        self.log.add("info", 200, old)
        self.log.add("info", 401, old, at=70)
        self.log.add("info", 200, new)

    def test_grace_of_a_renewal_without_an_answer(self):
        ticket = self.log.login()
        self.log.add("renew", 503, ticket)
        self.log.add("info", 401, ticket, at=70)
        ticket = self.log.login()
        self.log.add("renew", 503, ticket)
        self.log.add("info", 200, ticket, at=200)

    def test_renewal_beside_a_logout_may_win_but_its_ticket_is_dead(self):
        old = self.log.login()
        self.log.add("logout", 204, old, at=1, took=2)
        new = self.log.give("renew", old, at=2, took=2)
        self.log.add("info", 401, new)

    def test_logout_everywhere_spares_later_logins_and_other_users(self):
        first, other = self.log.login(), self.log.login(user="bob")
        self.log.add("everywhere", 204, first)
        second = self.log.login()
        self.log.add("info", 401, first)
        self.log.add("info", 200, second)
        self.log.add("info", 200, other, user="bob")

    def test_a_login_beside_a_logout_everywhere_may_live_or_die(self):
        first = self.log.login()
        self.log.add("everywhere", 204, first, at=1, took=2)
        for status in (200, 401):
            ticket = self.log.login(at=1.5)
            self.log.add("info", status, ticket, at=5)

    def test_end_of_life(self):
        ticket = self.log.login()
        self.log.add("info", 200, ticket, at=LIFE_S - 10)
        self.log.add("info", 401, ticket, at=LIFE_S + 1)

    def test_503(self):
        self.log.add("login", 503)
        ticket = self.log.login()
        for op in ("info", "who", "renew", "logout", "everywhere"):
            self.log.add(op, 503, ticket)


class Broken(unittest.TestCase):
    """Histories with one planted fault."""

    def setUp(self):
        self.log = Log()

    def test_success_after_a_logout(self):
        for op, status in (("info", 200), ("who", 200), ("logout", 204), ("everywhere", 204)):
            log = Log()
            ticket = log.login()
            log.add("logout", 204, ticket)
            log.add(op, status, ticket)
            self.assertEqual([UNDONE], log.kinds(), op)

    def test_renewal_after_a_logout(self):
        ticket = self.log.login()
        self.log.add("logout", 204, ticket)
        self.log.give("renew", ticket)
        self.assertEqual([UNDONE], self.log.kinds())

    def test_logout_ends_the_whole_chain(self):
        first = self.log.login()
        second = self.log.give("renew", first)
        third = self.log.give("renew", second)
        self.log.add("logout", 204, second)
        self.log.add("info", 200, first)
        self.log.add("info", 200, third)
        self.assertEqual([UNDONE] * 2, self.log.kinds())

    def test_ticket_of_a_renewal_beside_a_logout(self):
        old = self.log.login()
        self.log.add("logout", 204, old, at=1, took=2)
        new = self.log.give("renew", old, at=2, took=2)
        self.log.add("info", 200, new)
        self.assertEqual([UNDONE], self.log.kinds())

    def test_logout_everywhere_ends_all(self):
        first, second = self.log.login(), self.log.login()
        third = self.log.give("renew", second)
        self.log.add("everywhere", 204, first)
        for ticket in (first, second, third):
            self.log.add("info", 200, ticket)
        self.assertEqual([UNDONE] * 3, self.log.kinds())

    def test_acknowledged_logout_counts_though_another_one_failed(self):
        ticket = self.log.login()
        self.log.add("logout", 503, ticket)
        self.log.add("logout", 204, ticket)
        self.log.add("info", 200, ticket)
        self.assertEqual([UNDONE], self.log.kinds())

    def test_lost_ticket(self):
        for op in ("info", "who", "renew", "logout", "everywhere"):
            log = Log()
            log.add(op, 401, log.login())
            self.assertEqual([LOST], log.kinds(), op)

    def test_lost_ticket_of_a_renewal(self):
        new = self.log.give("renew", self.log.login())
        self.log.add("info", 401, new)
        self.assertEqual([LOST], self.log.kinds())

    def test_lost_grace(self):
        old = self.log.login()
        self.log.give("renew", old)
        self.log.add("info", 401, old)
        self.assertEqual([LOST], self.log.kinds())

    def test_lost_though_another_login_ended(self):
        ticket, other = self.log.login(), self.log.login()
        self.log.add("logout", 204, other)
        self.log.add("info", 401, ticket)
        self.assertEqual([LOST], self.log.kinds())

    def test_lost_before_its_logout_began(self):
        ticket = self.log.login()
        self.log.add("info", 401, ticket, at=1, took=0.1)
        self.log.add("logout", 401, ticket, at=2)
        self.log.add("logout", 204, ticket, at=3)
        self.assertEqual([LOST, LOST], self.log.kinds())

    def test_lost_after_a_logout_everywhere_that_came_before_its_login(self):
        self.log.add("everywhere", 204, self.log.login())
        self.log.add("info", 401, self.log.login())
        self.assertEqual([LOST], self.log.kinds())

    def test_outlives_its_end(self):
        ticket = self.log.login()
        self.log.add("info", 200, ticket, at=LIFE_S + 10)
        self.assertEqual([OUTLIVED], self.log.kinds())
        self.assertEqual([], self.log.kinds(slack=92))

    def test_outlives_its_grace(self):
        old = self.log.login()
        self.log.give("renew", old)
        self.log.add("info", 200, old, at=70)
        self.assertEqual([OUTLIVED], self.log.kinds())

    def test_renewals_outlive_the_end_of_the_login(self):
        old = self.log.login()
        new = self.log.give("renew", old, at=50)
        self.log.add("info", 200, new, at=105)
        self.assertEqual([OUTLIVED], self.log.kinds(login_max_s=100))
        self.assertEqual([], self.log.kinds(login_max_s=104))

    def test_right_password_refused(self):
        self.log.add("login", 401)
        self.assertEqual([REFUSED], self.log.kinds())

    def test_answer_of_another(self):
        self.log.add("info", 200, self.log.login(), said="bob")
        self.assertEqual([MIXED], self.log.kinds())

    def test_dishonest_failures(self):
        for status in (0, 400, 403, 429, 500, 502, 504):
            log = Log()
            log.add("login", status)
            self.assertEqual([STATUS], log.kinds())

    def test_window_of_a_node_that_is_cut_off(self):
        ticket = self.log.login()
        self.log.add("logout", 204, ticket)
        self.log.add("info", 200, ticket, node=1, at=5)
        self.log.add("info", 200, ticket, node=0, at=5)
        self.log.add("info", 200, ticket, node=1, at=9)
        verdict = history.check(self.log.requests, windows=[(1, 4, 8)])
        self.assertEqual((2, 1), (len(verdict.wrong), len(verdict.stale)))


if __name__ == "__main__":
    unittest.main()
