"""Random machines and random queries, to a resident worker and to the model of query_model.py. Both
must answer the same bytes.

    queries.py EXAMPLES [random]    random: other examples in each run"""

import json
import os
import sys
import tempfile
from decimal import Decimal

import hypothesis
from hypothesis import strategies as st

import query_model as model

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../rows'))
import service  # noqa: E402

NAMES = ['n', 'tags', 'rack', 'gpus', 'model', 'a', 'row', 'n_gte', 'a_like', 'rack.row', 'a.b', '0', '1', 'é', '', 'page', 'a:b', 'q', '_u',
         'rack_ne', 'tags.0']
IDS = ['1', '2', '3', '100', '1e2', '100.0', '-7', '9007199254740993', '0.5']
NUMBERS = IDS + ['0', '-0', '0.0', '5', '5.0', '0.50', '5e-1', '1e400', '-1e400', '1E+2', '9007199254740992', '1.1000000000000000001', '1.10', '1.1',
                 '123456789012345678901234567890', '1e-7']
TEXTS = ['', 'a', 'A', 'lab', 'LAB-1', 'Lab', 'ib', 'train', '5', '5.0', '100', 'true', 'null', 'é', 'É', '🖥', 'a b', 'x,y', ' a', 'Z-z', 'AZ@[`{az', '"q"', 'a\\b',
         'zz' * 40, '\n']
OPERATORS = list(model.OPERATORS) + ['eq', 'ne', 'contains', 'gte']  # some more often

scalars = st.one_of(st.sampled_from(NUMBERS).map(model.Number), st.sampled_from(TEXTS), st.booleans(), st.none())
members = st.lists(st.tuples(st.sampled_from(NAMES), st.deferred(lambda: values)), max_size=4).map(model.Object)
values = st.recursive(scalars, lambda inner: st.one_of(
    st.lists(inner, max_size=4), st.lists(st.tuples(st.sampled_from(NAMES), inner), max_size=4).map(model.Object)), max_leaves=8)


def text_of(string, draw):
    """A JSON string; any character may be written as an escape."""
    style = draw(st.sampled_from(['plain', 'plain', 'ascii', 'all']))
    if style == 'all':
        return '"%s"' % ''.join('\\u%04x' % unit for unit in memoryview(string.encode('utf-16-le')).cast('H'))
    return json.dumps(string, ensure_ascii=style == 'ascii')


def write(value, draw):
    """The value as JSON text, with white space where it may stand."""
    space = draw(st.sampled_from(['', '', ' ', '\n\t']))
    if isinstance(value, model.Object):
        inner = [text_of(name, draw) + space + ':' + space + write(member, draw) for name, member in value]
        return '{' + space + (space + ',' + space).join(inner) + space + '}'
    if isinstance(value, list):
        return '[' + space + (space + ',' + space).join(write(one, draw) for one in value) + space + ']'
    if isinstance(value, model.Number):
        return value
    return text_of(value, draw) if isinstance(value, str) else json.dumps(value)


@st.composite
def records(draw):
    """The text of a machine, and its id, or None if it breaks a rule."""
    required = {'id': model.Number(draw(st.sampled_from(IDS))), 'cpus': model.Number(draw(st.sampled_from(NUMBERS))),
                'mem': model.Number(draw(st.sampled_from(NUMBERS))), 'status': draw(st.sampled_from(['running', 'stopped'])),
                'GPU': draw(st.sampled_from(TEXTS)), 'ip': '10.0.0.1'}
    broken = draw(st.integers(0, 19)) == 0
    if broken:
        name = draw(st.sampled_from(sorted(required)))
        required[name] = draw(st.sampled_from([None, True, [], model.Object()]))
    pairs = list(required.items()) + draw(st.lists(st.tuples(st.sampled_from(NAMES), values), max_size=6))
    if draw(st.booleans()):
        pairs = draw(st.permutations(pairs))
    return write(model.Object(pairs), draw), None if broken else required['id']


def encoded(text, draw):
    """Percent-encoded where it must be, and sometimes where it need not."""
    more = draw(st.sampled_from(['', '', '[]', ':._-abcdefghijklmnopqrstuvwxyz']))
    return b''.join(b'%%%02x' % byte if not 0x20 < byte < 0x7f or byte in b'&+%=#' or chr(byte) in more else bytes([byte])
                    for byte in text.encode())


paths = st.one_of(st.sampled_from(NAMES + ['id', 'cpus', 'mem', 'status', 'GPU']),
                  st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map('.'.join))
asked_texts = st.one_of(st.sampled_from(NUMBERS), st.sampled_from(TEXTS), st.sampled_from(['false', 'running', 'Train', '1e1000000', '-', '.']))
NOT_FOUND = b'{"code":404,"message":"not found","data":""}'
ODD_NAMES = [':foo', '_foo', '[foo]', '[', ']', '[0].x', '[][]', '_', ':', '[0][gte]', '[gte][lt]']
WHOLE = ['0', '1', '2', '3', '10', '10000', '10001', '99999999999999999999', '-1', '1.0', '', 'x', '007']


def places_of(value, path=()):
    """Each scalar with a path that leads to it, with and without the numbers of elements."""
    if isinstance(value, (list, model.Object)):
        for i, one in enumerate(value):
            name, inner = (str(i), one) if isinstance(value, list) else one
            yield from places_of(inner, path + (name,))
            if isinstance(value, list):
                yield from places_of(inner, path)
    else:
        yield '.'.join(path), 'null' if value is None else str(value).lower() if isinstance(value, bool) else value


def parameter(name, value, draw):
    return encoded(name, draw) + b'=' + encoded(value, draw)


@st.composite
def conditions(draw, there, odd):
    """there: what the machines have."""
    field, asked = draw(st.sampled_from(there)) if there and draw(st.integers(0, 3)) else (draw(paths), draw(asked_texts))
    operator = draw(st.sampled_from(OPERATORS if model.NUMBER.fullmatch(asked) else OPERATORS[6:10] + OPERATORS))
    if operator == 'in':
        spaces = st.sampled_from(['', '', ' ', '  '])
        items = draw(st.permutations([asked] + draw(st.lists(asked_texts, max_size=4))))
        asked = ','.join(draw(spaces) + item + draw(spaces) for item in items)
    elif operator in ('contains', 'startsWith', 'endsWith') and asked:
        begin, end = draw(st.integers(0, len(asked) - 1)), draw(st.integers(1, len(asked)))
        asked = draw(st.sampled_from([asked[begin:], asked[:end], asked[begin:end], asked.swapcase(), asked]))
    forms = [field + ':' + operator, field + '_' + operator, '%s[%s]' % (field, operator)]
    plain = {'eq': [field, field], 'contains': [field + '_like']}.get(operator, [])
    name = draw(st.sampled_from(plain + forms + ([field + draw(st.sampled_from(ODD_NAMES))] if odd else [])))
    return parameter(name + draw(st.sampled_from(['', '', '', '[]', '[0]', '[17]'])), asked, draw)


@st.composite
def ends(draw, there):
    """An order, and pages or a slice, as they should be."""
    one = st.sampled_from([path for path, _ in there if path and ',' not in path] or ['id'])
    fields = draw(st.lists(st.tuples(st.sampled_from(['', '-']), one).map(''.join), min_size=1, max_size=4))
    number = st.integers(0, 4).map(str)
    orders = [[], [('_sort', ','.join(fields))],
              [('_sort', ','.join(field.lstrip('-') or 'id' for field in fields)), ('_order', draw(st.sampled_from(['asc', 'DESC'])))]]
    slices = [[], [], [], [], [('_start', draw(number))], [('_start', draw(number)), ('_end', draw(number))], [('_limit', draw(number))],
              [('_page', draw(st.sampled_from('123'))), ('_per_page', draw(st.sampled_from('12')))], [('_page', '1')]]
    return [parameter(name, value, draw) for name, value in draw(st.sampled_from(orders)) + draw(st.sampled_from(slices))]


@st.composite
def others(draw):
    """Parameters that may be wrong."""
    fields = st.lists(st.tuples(st.sampled_from(['', '', '-']), paths).map(''.join), min_size=1, max_size=4).map(','.join)
    name = draw(st.sampled_from(model.RESERVED + model.FOREIGN + ('_sort', '_embed', '_')))
    value = draw(fields if name == '_sort' else st.sampled_from(['asc', 'desc', 'desc,asc', 'up']) if name == '_order'
                 else asked_texts if name == 'q' else st.sampled_from(WHOLE))
    return parameter(name + draw(st.sampled_from(['', '', '', '[]'])), value, draw)


@st.composite
def queries(draw, there):
    odd = draw(st.integers(0, 3)) == 0
    some = draw(st.lists(conditions(there, odd), max_size=5 if odd else draw(st.sampled_from([1, 1, 3]))))
    if there and some and draw(st.booleans()):  # the same again, with another value
        some.append(some[0].split(b'=')[0] + b'=' + encoded(draw(st.sampled_from(there))[1], draw))
    if draw(st.integers(0, 5)) == 0:
        some.append(parameter('q', draw(st.sampled_from(there))[1][:3] if there else '', draw))
    if odd:
        some += draw(st.lists(others(), max_size=3)) + draw(st.sampled_from([[]] * 9 + [[b'a=%zz'], [b'%ff=1'], [b'a=%00'], [b'=1'], [b'a=1'] * 64]))
    else:
        some += draw(ends(there))
    return b'&'.join(draw(st.permutations(some)))


class Pool:
    """The service with two users: one sees all machines, the other some."""

    def __init__(self, folder):
        self.data, self.tickets, self.busy = os.path.join(folder, 'data'), {}, 0
        os.mkdir(self.data)
        self.redis = service.Redis(folder)
        self.service = service.Service('scgi', self.redis, folder, self.data)
        self.service.use({})
        self.replace([], [])
        for user in b'all', b'some':
            body = b'{"username":"%s","password":"p"}' % user
            reply = self.service.ask(b'POST', b'/api/ticket', [(b'Content-Type', b'application/json')], body, {})
            self.tickets[user] = json.loads(reply.body)['data']['ticket'].encode()

    def replace(self, machines, seen):
        users = '[{"username":"all","password":"p"},{"username":"some","password":"p","machines":[%s]}]' % ','.join(seen)
        for name, text in ('machines.json', '[%s]' % ','.join(machines)), ('users.json', users):
            with open(os.path.join(self.data, '.new'), 'w') as f:
                f.write(text)
            os.rename(os.path.join(self.data, '.new'), os.path.join(self.data, name))

    def ask(self, user, rest, tag=None):
        """rest: of the path, or the query. tag: that the client has."""
        headers = [(b'X-Auth-Token', self.tickets[user])] + ([(b'If-None-Match', tag)] if tag else [])
        # On a busy machine Redis may answer too late. A client has to ask again then.
        while (reply := self.service.ask(b'GET', b'/api/info' + rest, headers, b'', {})).status == 503:
            self.busy += 1
        return reply

    def stop(self):
        self.service.stop()
        self.redis.stop()


def expected(texts, query):
    """(status, body, X-Total-Count, Link), or (400, the places that the message may name)."""
    try:
        chosen, total, link = model.answer(texts, query)
    except model.Refused as refused:
        return 400, refused.places
    body = ('{"data":[%s]}' % ','.join(chosen)).encode()
    return (200, body, b'%d' % total if query else None, link and link.encode())


def got(reply, want):
    if reply.status == 400 and want[0] == 400:
        message = json.loads(reply.body)['message']
        return 400, want[1] if any(message.startswith('parameter %d: ' % place) for place in want[1]) else message
    return reply.status, reply.body, reply.headers.get(b'x-total-count'), reply.headers.get(b'link')


def run(pool, examples, random):
    @hypothesis.settings(max_examples=examples, derandomize=not random, database=None, deadline=None, print_blob=False,
                         suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(st.data())
    def agree(data):
        service.goes_on()
        machines = data.draw(st.lists(records(), min_size=data.draw(st.sampled_from([0, 2, 4])), max_size=6))
        seen = data.draw(st.lists(st.sampled_from(IDS), max_size=3))
        pool.replace([text for text, _ in machines], seen)
        good = [(text, own) for text, own in machines if own is not None]
        visible = {b'all': [text for text, _ in good], b'some': [text for text, own in good if Decimal(own) in map(Decimal, seen)]}
        there = [pair for text, _ in good for pair in places_of(model.parse(text))]
        for query in data.draw(st.lists(queries(there), min_size=1, max_size=6)):
            for user, texts in visible.items():
                if not texts and user == b'some':
                    continue
                counts['queries'] += 1
                want = expected(texts, query)
                counts[want[0]] += 1
                counts['chosen'] += want[0] == 200 and want[1] != b'{"data":[]}'
                reply = pool.ask(user, b'?' + query)
                have = got(reply, want)
                if have != want:  # also if hypothesis cannot repeat it
                    print('query %r machines %r answer %r model %r' % (query, texts, reply, want), flush=True)
                assert have == want, '\nquery    %s\nmachines %s\nanswer   %s\nmodel    %s' % (query.decode(errors='replace'), texts, have, want)
                if want[0] == 200:
                    again = pool.ask(user, b'?' + query, data.draw(st.sampled_from([b'%s', b'"x", W/%s'])) % reply.headers[b'etag'])
                    assert (again.status, again.body, again.headers[b'etag']) == (304, b'', reply.headers[b'etag'])
        number = data.draw(st.sampled_from(IDS + ['1.00', '2e0', '01', '7', '-7.0', 'x', '']))
        for user, texts in visible.items():
            text, reply = model.one(texts, number), pool.ask(user, b'/' + number.encode())
            assert (reply.status, reply.body) == ((200, b'{"data":%s}' % text.encode()) if text else (404, NOT_FOUND)), (number, texts, reply)

    counts = {'queries': 0, 200: 0, 400: 0, 'chosen': 0}
    agree()
    return counts


if __name__ == '__main__':
    with tempfile.TemporaryDirectory(prefix='ssa-model.') as folder:
        pool = Pool(folder)
        try:
            counts = run(pool, int(sys.argv[1]), sys.argv[2:] == ['random'])
        finally:
            pool.stop()
    print('%d queries: %d times 200, %d with machines; %d times 400' % (counts['queries'], counts[200], counts['chosen'], counts[400]))
    if pool.busy * 20 > counts['queries']:
        sys.exit('%d times 503' % pool.busy)
    if min(counts.values()) * 20 < counts['queries']:
        sys.exit('the examples are too much alike')
