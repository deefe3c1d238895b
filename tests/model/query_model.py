"""docs/queries.md once more, small and slow: what GET /api/info answers to a query. It shares
nothing with the program, and reads JSON and numbers by Python's own means."""

import decimal
import json
import re
import urllib.parse

OPERATORS = 'eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'in', 'contains', 'startsWith', 'endsWith'
SELECTING = 'eq', 'in', 'contains', 'startsWith', 'endsWith'  # again means "or"
FOREIGN = 'page', 'per_page', 'limit', 'offset', 'sort', 'order', 'fields', 'filter'
RESERVED = '_page', '_per_page', '_limit', '_start', '_end', '_sort', '_order', 'q'
NUMBER = re.compile(r'-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?')
KINDS = 'number', 'text', False, True, None, 'compound', 'missing'  # in the order of a sort
MISSING = object()


class Number(str):
    """A number as it is written."""


class Object(tuple):
    """The members of an object, as pairs: a name can stand there twice."""

    def get(self, wanted):
        return next((value for name, value in self if name == wanted), MISSING)


class Refused(Exception):
    """What a 400 is about: the places of the parameters that may be named."""

    def __init__(self, *places):
        self.places = places


def parse(text):
    return json.loads(text, object_pairs_hook=Object, parse_int=Number, parse_float=Number)


def value_of(number):
    return decimal.Decimal(number)  # exact, whatever the context says


def kind_of(value):
    if value is MISSING:
        return 'missing'
    if isinstance(value, bool) or value is None:
        return value
    return 'number' if isinstance(value, Number) else 'text' if isinstance(value, str) else 'compound'


def lower(text):
    return re.sub('[A-Z]', lambda letter: letter.group().lower(), text)


# --- one condition --------------------------------------------------------------------------------

def reach(value, names):
    """What a path reaches: None, or (values, whether it went through an array)."""
    if not names:
        return [value], False
    if isinstance(value, list):
        if re.fullmatch('0|[1-9][0-9]*', names[0]):
            place = int(names[0])
            return reach(value[place], names[1:]) if place < len(value) else None
        found = [one for one in (reach(element, names) for element in value) if one]
        return ([v for values, _ in found for v in values], True) if found else None
    member = value.get(names[0]) if isinstance(value, Object) else MISSING
    return None if member is MISSING else reach(member, names[1:])


def look_up(record, path):
    whole = record.get(path)
    return ([whole], False) if whole is not MISSING else reach(record, path.split('.'))


def compared(value, asked):
    """Less than, equal to or greater than 0; None: of different kinds."""
    kind = kind_of(value)
    if asked in ('true', 'false'):
        return int(value) - int(asked == 'true') if isinstance(value, bool) else None
    if asked == 'null':
        return 0 if value is None else None
    if kind == 'number' and NUMBER.fullmatch(asked):
        x, y = value_of(value), value_of(asked)
        return (x > y) - (x < y)
    if kind == 'text':
        x, y = value.encode(), asked.encode()
        return (x > y) - (x < y)
    return None


def holds(operator, value, asked):
    """For one value that is no array."""
    if operator == 'in':
        return any(compared(value, item.strip(' ')) == 0 for item in asked.split(','))
    if operator in ('contains', 'startsWith', 'endsWith'):
        if kind_of(value) != 'text':
            return False
        text, part = lower(value), lower(asked)
        return {'contains': part in text, 'startsWith': text.startswith(part), 'endsWith': text.endswith(part)}[operator]
    order = compared(value, asked)
    return order is not None and {'eq': order == 0, 'ne': order != 0, 'lt': order < 0, 'lte': order <= 0, 'gt': order > 0,
                                  'gte': order >= 0}[operator]


def elements(value):
    return [e for element in value for e in elements(element)] if isinstance(value, list) else [value]


def matches(record, path, operator, asked):
    reached = look_up(record, path)
    if reached is None:
        return False
    values, listed = reached
    listed = listed or any(isinstance(value, list) for value in values)
    flat = [element for value in values for element in elements(value)]
    if operator == 'ne' and listed:
        return not any(holds('eq', value, asked) for value in flat)
    return any(holds(operator, value, asked) for value in flat)


def texts_of(value):
    """Of all values at any depth; q looks into them."""
    if isinstance(value, list):
        return [text for element in value for text in texts_of(element)]
    if isinstance(value, Object):
        return [text for _, member in value for text in texts_of(member)]
    return [] if value is None else [str(value).lower()] if isinstance(value, bool) else [value]


# --- the query string -----------------------------------------------------------------------------

def decode(text, place):
    if re.search(rb'%(?![0-9A-Fa-f]{2})', text):
        raise Refused(place)
    raw = urllib.parse.unquote_to_bytes(text.replace(b'+', b' '))
    try:
        if b'\0' in raw:
            raise Refused(place)
        return raw.decode()
    except UnicodeDecodeError:
        raise Refused(place) from None


def plain_name(name, place):
    """name[], name[0] and name[operator] as name and name:operator."""
    match = re.fullmatch(r'(?s)([^][]*)(?:\[([^][]*[^][0-9][^][]*)\])?(?:\[[0-9]*\])?', name)
    if not match:
        raise Refused(place)
    return match[1] if match[2] is None else match[1] + ':' + match[2]


def read_number(sent, name, least, absent):
    if name not in sent:
        return absent
    place, text = sent[name]
    if not re.fullmatch('[0-9]+', text) or int(text) < least:
        raise Refused(place)
    return int(text)


class Query:
    """`conditions` are (field, operator, value, member that has the whole name or None)."""

    def __init__(self, text):
        self.conditions, self.sort, self.sent, self.others = [], [], {}, []
        place = 0
        for parameter in text.split(b'&'):
            if parameter:
                place += 1
                if place > 64:
                    raise Refused(65)
                name, _, value = parameter.partition(b'=')
                self.take(plain_name(decode(name, place), place), decode(value, place), place, parameter)
        self.read_slice()
        self.read_sort()

    def take(self, name, value, place, raw):
        if name != '_page':
            self.others.append(raw)
        if name in RESERVED:
            if name in self.sent:
                raise Refused(place)
            self.sent[name] = place, value
        elif name != '_':
            self.conditions.append((*self.condition(name, place), value))

    def condition(self, name, place):
        field, colon, operator = name.rpartition(':')
        if colon:
            if operator not in OPERATORS or not field:
                raise Refused(place)
            return field, operator, None
        if name in FOREIGN or not name:
            raise Refused(place)
        field, line, operator = name.rpartition('_')
        if field and operator in OPERATORS + ('like',):
            return field, 'contains' if operator == 'like' else operator, name
        if name[0] == '_':
            raise Refused(place)
        return name, 'eq', None

    def read_slice(self):
        sent = self.sent
        places = [sent[name][0] for name in ('_page', '_per_page', '_limit', '_start', '_end') if name in sent]
        self.paged = '_page' in sent or '_per_page' in sent
        if self.paged:
            if '_start' in sent or '_end' in sent or ('_limit' in sent and '_per_page' in sent):
                raise Refused(*places)
            self.page = read_number(sent, '_page', 1, 1)
            self.per_page = read_number(sent, '_limit' if '_limit' in sent else '_per_page', 1, 10)
            if self.per_page > 10000:
                raise Refused(*places)
            self.start, self.end = (self.page - 1) * self.per_page, self.page * self.per_page
            return
        if '_end' in sent and '_limit' in sent:
            raise Refused(*places)
        self.start, self.end = read_number(sent, '_start', 0, 0), read_number(sent, '_end', 0, None)
        if '_limit' in sent:
            self.end = self.start + read_number(sent, '_limit', 0, None)

    def read_sort(self):
        if '_sort' not in self.sent:
            if '_order' in self.sent:
                raise Refused(self.sent['_order'][0])
            return
        place, text = self.sent['_sort']
        for field in text.split(','):
            self.sort.append((field.removeprefix('-'), field.startswith('-')))
        if len(self.sort) > 8 or any(not field or field[0] in '+ ' or lower(field).endswith((':asc', ':desc', ' asc', ' desc'))
                                     for field, _ in self.sort):
            raise Refused(place)
        if '_order' in self.sent:
            place, text = self.sent['_order']
            orders = [lower(order) for order in text.split(',')]
            if any(down for _, down in self.sort) or len(orders) > len(self.sort) or set(orders) - {'asc', 'desc'}:
                raise Refused(place)
            orders += ['asc'] * len(self.sort)
            self.sort = [(field, order == 'desc') for (field, _), order in zip(self.sort, orders)]

    def selects(self, record):
        """Conditions on the same field with the same operator that selects are alternatives."""
        groups, all_hold = {}, True
        for field, operator, member, asked in self.conditions:
            if member and look_up(record, member):
                field, operator = member, 'eq'
            good = matches(record, field, operator, asked)
            if operator in SELECTING:
                groups[field, operator] = groups.get((field, operator), False) or good
            else:
                all_hold = all_hold and good
        part = lower(self.sent['q'][1]) if 'q' in self.sent else ''
        return all_hold and all(groups.values()) and (not part or any(part in lower(text) for text in texts_of(record)))

    def sorted(self, records):
        """records: pairs whose first is the parsed one. Stable, what is missing comes last."""
        for field, down in reversed(self.sort):
            reached = [(look_up(pair[0], field) or ([MISSING],))[0][0] for pair in records]
            there = [(order_key(value), pair) for value, pair in zip(reached, records) if value is not MISSING]
            there.sort(key=lambda one: one[0], reverse=down)  # stable also if it is reversed
            records = [pair for _, pair in there] + [pair for value, pair in zip(reached, records) if value is MISSING]
        return records

    def link(self, path, total):
        others = b''.join(re.sub(rb'[^!#-;=?-\[\]_a-z~]', lambda c: b'%%%02X' % c.group()[0], one) + b'&' for one in self.others)
        last = max(1, -(-total // self.per_page))
        pages = [('first', 1), ('prev', min(self.page - 1, last)), ('next', self.page + 1), ('last', last)]
        shown = [(name, page) for name, page in pages if not (name == 'prev' and self.page == 1) and not (name == 'next' and self.page >= last)]
        return ', '.join('<%s?%s_page=%d>; rel="%s"' % (path, others.decode(), page, name) for name, page in shown)


def order_key(value):
    kind = kind_of(value)
    place = next(i for i, other in enumerate(KINDS) if other is kind or (isinstance(kind, str) and other == kind))
    return place, value_of(value) if kind == 'number' else value.encode() if kind == 'text' else 0


def answer(texts, query):
    """What a query says of the texts of records that the user may see: the chosen texts in their
    order, how many matched before the slice, and the Link header or None. May raise Refused."""
    asked = Query(query)
    chosen = asked.sorted([pair for pair in ((parse(text), text) for text in texts) if asked.selects(pair[0])])
    return [text for _, text in chosen[asked.start:asked.end]], len(chosen), asked.link('/api/info', len(chosen)) if asked.paged else None


def one(texts, number):
    """GET /api/info/NUMBER: the text of the first record whose id has this value, or None."""
    if not NUMBER.fullmatch(number):
        return None
    return next((text for text in texts if value_of(parse(text).get('id')) == value_of(number)), None)
