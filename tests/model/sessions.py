"""Logins, wrong passwords, renewals, logouts, limits, edits of users.json and broken files in any
order, to resident workers and to a model: what docs and README promise about sessions, as a state.
Nothing in it depends on the time: all windows are longer than an example.

    sessions.py EXAMPLES [random]    random: other examples in each run"""

import json
import os
import sys
import tempfile
from decimal import Decimal

import hypothesis
from hypothesis import stateful, strategies as st

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../rows'))
import service  # noqa: E402

HASH = '$argon2id$v=19$m=1024,t=1,p=1$Zml4dHVyZS1zYWx0LTAx$qs/1Gee4a5oQQbK/TywkOaFpWj/25HNSk/PaJy72S6A'
PLAIN = {HASH: 'correct horse'}  # of passwords that the file has as a hash
NAMES, STRANGER = ['ann', 'bob', 'ünï'], 'nobody'
PASSWORDS = ['first', 'second', HASH]
ADDRESSES = [b'192.0.2.1', b'::ffff:192.0.2.1', b'192.0.2.2', b'2001:db8::1', b'2001:db8::2']
CLIENTS = {b'::ffff:192.0.2.1': b'192.0.2.1', b'2001:db8::2': b'2001:db8::1'}  # one client each
LIMITS = USER_ADDRESS, USER, ADDRESS = 3, 5, 8
TICKETS = 3
REPLACED = 2  # renewed tickets of one user that live on; how many may, the contract does not say
BROKEN = ['', '[', '[{"username":"ann","password":"first"}', 'null', '{"username":"ann"}', '[{"username":"ann","password":"first"}]]', '\0', None]
MACHINES = ['{"id":%s,"cpus":1,"mem":1,"status":"a","GPU":"a","ip":"a"}' % one for one in ('1', '2', '3.0')]
SEEN = [None, [], ['1'], ['2', '3.0', '2'], ['9', '3', '1e0']]  # "machines" of a user


class Ticket:
    """login: the first ticket of its login. A ticket that was renewed is replaced."""

    def __init__(self, text, csrf, user, password, login):
        self.text, self.csrf, self.user, self.password = text, csrf, user, password
        self.login, self.live, self.replaced = login or self, True, False


class Sessions(stateful.RuleBasedStateMachine):
    tickets = stateful.Bundle('tickets')
    world = None  # the service

    def __init__(self):
        super().__init__()
        service.goes_on()
        self.world.redis('FLUSHALL')
        self.users = {name: {'password': 'first'} for name in NAMES}
        self.issued, self.attempts, self.touched = [], {}, None
        self.write_users()

    # --- the service ---

    def ask(self, method, path, ticket=None, body=b'', address=ADDRESSES[0], csrf=None):
        headers = [(b'X-Auth-Token', ticket.encode())] if ticket else []
        headers += [(b'CSRFPreventionToken', csrf.encode())] if csrf else []
        self.world.requests += 1
        return self.world.ask(method, path, headers, body, {b'REMOTE_ADDR': address})

    def replace(self, text):
        path = os.path.join(self.world.data, 'users.json')
        if text is None:
            os.unlink(path)
            return
        with open(path + '.new', 'w') as f:
            f.write(text)
        os.rename(path + '.new', path)

    def write_users(self):
        self.broken = False
        records = []
        for name, user in self.users.items():
            record = {'username': name, **{key: value for key, value in user.items() if key != 'machines'}}
            text = json.dumps(record)
            if user.get('machines') is not None:
                text = text[:-1] + ', "machines": [%s]}' % ', '.join(user['machines'])
            records.append(text)
        self.replace('[%s]' % ',\n'.join(records))

    # --- the model ---

    def good(self, ticket):
        """Whether the ticket opens anything now."""
        user = self.users.get(ticket.user)
        return ticket.live and user and not user.get('disabled') and user['password'] == ticket.password

    def end_login(self, ticket):
        for other in self.issued:
            if other.login is ticket.login:
                other.live = False

    def used(self, ticket):
        """The use of a ticket that is good no more ends its login for ever."""
        self.touched = ticket.user
        good = bool(self.good(ticket))
        if ticket.live and not good:
            self.end_login(ticket)
        return good

    def of(self, name, replaced):
        return [ticket for ticket in self.issued if ticket.live and ticket.user == name and ticket.replaced == replaced]

    def issue(self, reply, name, login):
        data = json.loads(reply.body)['data']
        assert data['username'] == name and len(data['ticket']) == 43 and len(data['CSRFPreventionToken']) == 43
        ticket = Ticket(data['ticket'], data['CSRFPreventionToken'], name, self.users[name]['password'], login)
        self.issued.append(ticket)
        self.touched = name
        for oldest in self.of(name, replaced=False)[:-TICKETS]:
            oldest.live = False
        return ticket

    def attempt(self, name, address):
        """The counters of a login, or None if a limit is reached."""
        client = CLIENTS.get(address, address)
        keys = [(name, client), name, client]
        return None if any(self.attempts.get(key, 0) >= limit for key, limit in zip(keys, LIMITS)) else keys

    def log_in(self, name, secret, address):
        body = json.dumps({'username': name, 'password': secret}).encode()
        return self.ask(b'POST', b'/api/ticket', body=body, address=address)

    def failed(self, keys):
        for key in keys:
            self.attempts[key] = self.attempts.get(key, 0) + 1
        return 401

    # --- what can happen ---

    @stateful.rule(target=tickets, name=st.sampled_from(NAMES), address=st.sampled_from(ADDRESSES))
    def right_password(self, name, address):
        user = self.users.get(name, {'password': 'first', 'disabled': True})
        keys = self.attempt(name, address)
        reply = self.log_in(name, PLAIN.get(user['password'], user['password']), address)
        if keys and not user.get('disabled'):
            assert reply.status == 200, reply
            self.attempts[keys[0]] = 0
            return self.issue(reply, name, None)
        assert reply.status == (self.failed(keys) if keys else 429), reply
        return stateful.multiple()

    @stateful.rule(target=tickets, name=st.sampled_from(NAMES))
    def several_logins(self, name):
        return stateful.multiple(*(ticket for _ in range(TICKETS) for ticket in [self.right_password(name, ADDRESSES[0])] if isinstance(ticket, Ticket)))

    @stateful.rule(name=st.sampled_from(NAMES + [STRANGER]), address=st.sampled_from(ADDRESSES),
                   secret=st.sampled_from(['wrong', HASH, 'First', 'first ', 'A' * 43]))
    def wrong_password(self, name, address, secret):
        keys = self.attempt(name, address)
        reply = self.log_in(name, secret, address)
        assert reply.status == (self.failed(keys) if keys else 429), reply
        assert (reply.status == 429) == (b'retry-after' in reply.headers)
        assert reply.status == 429 or json.loads(reply.body)['data'] == ''

    @stateful.rule(target=tickets, ticket=tickets, other=st.sampled_from([None, None, None] + NAMES), address=st.sampled_from(ADDRESSES))
    def renew(self, ticket, other, address):
        name = other or ticket.user
        if len(self.of(name, replaced=True)) >= REPLACED and not ticket.replaced:
            return stateful.multiple()
        keys = self.attempt(name, address)
        reply = self.log_in(name, ticket.text, address)
        if not keys:
            assert reply.status == 429, reply
        elif name == ticket.user and self.used(ticket):
            assert reply.status == 200, reply
            ticket.replaced = True
            return self.issue(reply, name, ticket.login)
        else:
            assert reply.status == self.failed(keys), reply
        return stateful.multiple()

    @stateful.rule(ticket=tickets, csrf=st.sampled_from([None, 'right', 'wrong']))
    def who(self, ticket, csrf):
        token = {None: None, 'right': ticket.csrf, 'wrong': ticket.csrf[::-1]}[csrf]
        reply = self.ask(b'GET', b'/api/ticket', ticket.text, csrf=token)
        assert reply.status == (401 if not self.used(ticket) else 403 if csrf == 'wrong' else 200), reply
        assert reply.status != 200 or json.loads(reply.body)['data']['username'] == ticket.user

    @stateful.rule(ticket=tickets)
    def machines(self, ticket):
        reply = self.ask(b'GET', b'/api/info', ticket.text)
        if not self.used(ticket):
            assert reply.status == 401, reply
            return
        seen = self.users[ticket.user].get('machines')
        want = [text for text in MACHINES if seen is None or json.loads(text, parse_float=Decimal, parse_int=Decimal)['id'] in map(Decimal, seen)]
        assert (reply.status, reply.body.decode()) == (200, '{"data":[%s]}' % ','.join(want)), reply

    @stateful.rule(ticket=tickets, every=st.booleans(), csrf=st.sampled_from([None, None, 'wrong']))
    def log_out(self, ticket, every, csrf):
        reply = self.ask(b'DELETE', b'/api/ticket?all' if every else b'/api/ticket', ticket.text, csrf=csrf and ticket.csrf[::-1])
        good = self.used(ticket)
        assert reply.status == (401 if not good else 403 if csrf else 204), reply
        if reply.status == 204:
            self.end_login(ticket)
            for other in self.issued:
                other.live = other.live and not (every and other.user == ticket.user)

    @stateful.rule(ticket=tickets, place=st.integers(0, 42))
    def near_miss(self, ticket, place):
        text = ticket.text[:place] + ('A' if ticket.text[place] != 'A' else 'B') + ticket.text[place + 1:]
        for path in b'/api/ticket', b'/api/info':
            assert self.ask(b'GET', path, text).status == 401

    def edited(self, name):
        """Tickets that are good no more die at once, and stay dead if the user comes back."""
        self.write_users()
        for ticket in [t for t in self.issued if t.live and t.user == name and not self.good(t)]:
            assert self.ask(b'GET', b'/api/ticket', ticket.text).status == 401
            self.used(ticket)

    @stateful.rule(name=st.sampled_from(NAMES), disabled=st.booleans())
    def disable(self, name, disabled):
        if name in self.users:
            self.users[name]['disabled'] = disabled
            self.edited(name)

    @stateful.rule(name=st.sampled_from(NAMES))
    def remove(self, name):
        self.users.pop(name, None)
        self.edited(name)

    @stateful.rule(name=st.sampled_from(NAMES), password=st.sampled_from(PASSWORDS))
    def add(self, name, password):
        self.users.setdefault(name, {'password': password})
        self.edited(name)

    @stateful.rule(name=st.sampled_from(NAMES), password=st.sampled_from(PASSWORDS))
    def new_password(self, name, password):
        if name in self.users:
            self.users[name]['password'] = password
            self.edited(name)

    @stateful.rule(name=st.sampled_from(NAMES), seen=st.sampled_from(SEEN))
    def restrict(self, name, seen):
        if name in self.users:
            self.users[name]['machines'] = seen
            self.edited(name)

    @stateful.rule(text=st.sampled_from(BROKEN))
    def break_file(self, text):
        """The last good version counts, and status says so."""
        if not self.broken:  # a file that is missing cannot be removed
            self.write_users()
            self.ask(b'GET', b'/api/status')
            self.ask(b'GET', b'/api/ticket', 'A' * 43)
            self.ask(b'GET', b'/api/info', 'A' * 43)
            self.replace(text)
            self.broken = True

    @stateful.rule()
    def mend_file(self):
        self.write_users()

    @stateful.rule()
    def status(self):
        reply = self.ask(b'GET', b'/api/status')
        want = (503, 'users') if self.broken else (200, 'OK')
        assert (reply.status, json.loads(reply.body)['message']) == want, reply

    @stateful.invariant()
    def all_of_a_user(self):
        """The tickets of the user who did something last are live or dead as the model has it."""
        for ticket in [t for t in self.issued if t.user == self.touched][-2 * TICKETS:]:
            good, reply = self.good(ticket), self.ask(b'GET', b'/api/ticket', ticket.text)
            assert reply.status == (200 if good else 401), (ticket.text, reply)
        self.touched = None


def run(world, examples, random):
    Sessions.world, world.requests = world, 0
    settings = hypothesis.settings(max_examples=examples, stateful_step_count=40, derandomize=not random, database=None, deadline=None,
                                   print_blob=False, suppress_health_check=list(hypothesis.HealthCheck))
    stateful.run_state_machine_as_test(Sessions, settings=settings)
    return world.requests


if __name__ == '__main__':
    with tempfile.TemporaryDirectory(prefix='ssa-model.') as folder:
        data = os.path.join(folder, 'data')
        os.mkdir(data)
        for name, text in ('machines', '[%s]' % ','.join(MACHINES)), ('users', '[]'):
            with open(os.path.join(data, name + '.json'), 'w') as f:
                f.write(text)
        redis = service.Redis(folder)
        world = service.Service('scgi', redis, folder, data)
        world.redis = redis
        world.use({'SSA_LOGIN_LIMITS': '%d/3600,%d/3600,%d/3600' % LIMITS, 'SSA_TICKETS_PER_USER': str(TICKETS)})
        try:
            print('%d requests' % run(world, int(sys.argv[1]), sys.argv[2:] == ['random']))
        finally:
            world.stop()
            redis.stop()
