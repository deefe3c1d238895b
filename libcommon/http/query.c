#include "http/query.h"
#include "core/percent.h"
#include "core/scan.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The parameters that say what is wanted of the list as a whole. */
enum reserved { PAGE, PER_PAGE, LIMIT, START, END, SORT, ORDER, TEXT, IGNORED, RESERVED };

static const char *const reserved_names[RESERVED] = {
    [PAGE] = "_page", [PER_PAGE] = "_per_page", [LIMIT] = "_limit", [START] = "_start",
    [END] = "_end",   [SORT] = "_sort",         [ORDER] = "_order", [TEXT] = "q",
    [IGNORED] = "_", /* jQuery's cache buster */
};

static const struct {
	const char *name;
	enum value_operator operation;
	bool colon, underscore; /* field:name, field_name */
} operators[] = {
    {"eq", VALUE_EQUAL, true, true},
    {"ne", VALUE_NOT_EQUAL, true, true},
    {"lt", VALUE_LESS, true, true},
    {"lte", VALUE_LESS_OR_EQUAL, true, true},
    {"gt", VALUE_GREATER, true, true},
    {"gte", VALUE_GREATER_OR_EQUAL, true, true},
    {"in", VALUE_IN, true, true},
    {"contains", VALUE_CONTAINS, true, true},
    {"startsWith", VALUE_STARTS_WITH, true, true},
    {"endsWith", VALUE_ENDS_WITH, true, true},
    {"like", VALUE_CONTAINS, false, true},
};
enum { OPERATORS = sizeof operators / sizeof operators[0] };

/* A query on its way. */
struct reading {
	struct query *q;
	size_t used;                                 /* of q->bytes */
	unsigned place;                              /* of the parameter at hand, from 1 */
	unsigned place_of[RESERVED];                 /* 0: it was not sent */
	struct span name, value, reserved[RESERVED]; /* decoded */
	char *why;
};

static bool refuse(struct reading *r, unsigned place, const char *what)
{
	snprintf(r->why, QUERY_WHY_SIZE, "parameter %u: %s", place, what);
	return false;
}

/* Decodes application/x-www-form-urlencoded text (WHATWG URL, 5.1), strictly. */
static bool decode(struct reading *r, struct span from, struct span *out)
{
	char *begin = r->q->bytes + r->used;

	if (!percent_decode(from, true, begin, sizeof r->q->bytes - r->used, &out->len))
		return refuse(r, r->place, "a percent sign without two hexadecimal digits");
	out->at = begin;
	r->used += out->len;
	if (memchr(begin, '\0', out->len) != NULL)
		return refuse(r, r->place, "a NUL byte");
	return scan_is_utf8(begin, out->len) || refuse(r, r->place, "invalid UTF-8");
}

/* Splits a name into the field and the operator behind the last separator. The place in operators;
 * OPERATORS: there is no such operator. */
static size_t find_operator(struct span name, char separator, struct span *field)
{
	const char *mark = memrchr(name.at, separator, name.len);
	size_t i = 0;

	if (mark == NULL || mark == name.at)
		return OPERATORS;
	struct span word = {mark + 1, (size_t)(name.at + name.len - mark - 1)};
	*field = (struct span){name.at, (size_t)(mark - name.at)};
	while (i < OPERATORS &&
	       !((separator == ':' ? operators[i].colon : operators[i].underscore) &&
		 span_is(word, operators[i].name, strlen(operators[i].name))))
		i++;
	return i;
}

static bool add_condition(struct reading *r)
{
	struct selection *s = &r->q->selection;
	struct selection_condition *c = &s->conditions[s->condition_count++];
	size_t i;

	*c = (struct selection_condition){.field = r->name, .value = r->value};
	if (memchr(r->name.at, ':', r->name.len) != NULL) {
		i = find_operator(r->name, ':', &c->field);
		if (i == OPERATORS)
			return refuse(r, r->place, "unknown operator");
		c->operation = operators[i].operation;
		return true;
	}
	i = find_operator(r->name, '_', &c->field);
	if (i < OPERATORS) {
		c->operation = operators[i].operation;
		c->or_member = r->name;
		return true;
	}
	c->field = r->name;
	c->operation = VALUE_EQUAL;
	return r->name.at[0] != '_' || refuse(r, r->place, "unknown parameter");
}

/* One parameter, decoded. */
static bool take(struct reading *r)
{
	int i = 0;

	if (r->name.len == 0)
		return refuse(r, r->place, "a name is missing");
	while (i < RESERVED && !span_is(r->name, reserved_names[i], strlen(reserved_names[i])))
		i++;
	if (i == IGNORED)
		return true;
	if (i == RESERVED)
		return add_condition(r);
	if (r->place_of[i] != 0)
		return refuse(r, r->place, "sent twice");
	r->place_of[i] = r->place;
	r->reserved[i] = r->value;
	return true;
}

/* A whole number; one that is too large for any list counts as the largest. */
static bool take_number(struct reading *r, enum reserved which, size_t least, size_t *out)
{
	struct span text = r->reserved[which];
	size_t sum = 0;

	if (r->place_of[which] == 0)
		return true;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return refuse(r, r->place_of[which], "not a whole number");
		size_t digit = (size_t)(text.at[i] - '0');
		sum = sum > (SIZE_MAX - digit) / 10 ? SIZE_MAX : sum * 10 + digit;
	}
	if (text.len == 0 || sum < least)
		return refuse(r, r->place_of[which],
			      least > 0 ? "not a number from 1 on" : "not a whole number");
	*out = sum;
	return true;
}

static bool take_slice(struct reading *r)
{
	struct selection *s = &r->q->selection;
	size_t limit = SIZE_MAX;

	if (r->place_of[END] != 0 && r->place_of[LIMIT] != 0)
		return refuse(r, r->place_of[LIMIT], "_end and _limit together");
	if (!take_number(r, START, 0, &s->start) || !take_number(r, END, 0, &s->end) ||
	    !take_number(r, LIMIT, 0, &limit))
		return false;
	if (limit < SIZE_MAX - s->start)
		s->end = s->start + limit;
	return true;
}

static bool take_pages(struct reading *r)
{
	struct query *q = r->q;
	enum reserved size = r->place_of[LIMIT] != 0 ? LIMIT : PER_PAGE;

	if (r->place_of[LIMIT] != 0 && r->place_of[PER_PAGE] != 0)
		return refuse(r, r->place_of[LIMIT], "_per_page and _limit together");
	if (r->place_of[START] != 0 || r->place_of[END] != 0)
		return refuse(r, r->place_of[r->place_of[START] != 0 ? START : END],
			      "a page and a slice together");
	q->paged = true;
	q->page_place = r->place_of[PAGE];
	if (!take_number(r, PAGE, 1, &q->page) || !take_number(r, size, 1, &q->per_page))
		return false;
	if (q->per_page > QUERY_PER_PAGE_MAX)
		return refuse(r, r->place_of[size], "more than 10000 a page");
	if (q->page - 1 > (SIZE_MAX - q->per_page) / q->per_page) {
		q->selection.start = q->selection.end = SIZE_MAX; /* past the end of any list */
		return true;
	}
	q->selection.start = (q->page - 1) * q->per_page;
	q->selection.end = q->selection.start + q->per_page;
	return true;
}

static bool is_no_case(struct span text, const char *word)
{
	return text.len == strlen(word) && strncasecmp(text.at, word, text.len) == 0;
}

static bool take_sort(struct reading *r)
{
	struct selection *s = &r->q->selection;
	struct span fields = r->reserved[SORT], orders = r->reserved[ORDER], item;

	if (r->place_of[ORDER] != 0 && r->place_of[SORT] == 0)
		return refuse(r, r->place_of[ORDER], "_order without _sort");
	while (span_next(&fields, ',', &item)) {
		if (s->sort_count == SELECTION_SORT_MAX)
			return refuse(r, r->place_of[SORT], "more than 8 fields");
		struct order_by *sort = &s->sort[s->sort_count++];
		sort->descending = item.len > 0 && item.at[0] == '-';
		sort->field =
		    (struct span){item.at + sort->descending, item.len - sort->descending};
		if (sort->field.len == 0)
			return refuse(r, r->place_of[SORT], "a field without a name");
		if (sort->descending && r->place_of[ORDER] != 0)
			return refuse(r, r->place_of[ORDER], "two directions for one field");
	}
	for (size_t i = 0; span_next(&orders, ',', &item); i++) {
		bool descending = is_no_case(item, "desc");
		if (i == s->sort_count)
			return refuse(r, r->place_of[ORDER], "more directions than fields");
		if (!descending && !is_no_case(item, "asc"))
			return refuse(r, r->place_of[ORDER], "neither asc nor desc");
		s->sort[i].descending = descending;
	}
	return true;
}

static bool read_parameters(struct reading *r, struct span parameters)
{
	struct span parameter, name;

	while (span_next(&parameters, '&', &parameter)) {
		if (parameter.len == 0) /* as browsers read it, && is one separator */
			continue;
		r->place++;
		if (r->place > QUERY_PARAMETERS_MAX)
			return refuse(r, r->place, "more than 64 parameters");
		struct span value = parameter;
		span_next(&value, '=', &name);
		if (!decode(r, name, &r->name) || !decode(r, value, &r->value) || !take(r))
			return false;
	}
	return true;
}

bool query_read(struct query *q, const char *text, char why[static QUERY_WHY_SIZE])
{
	struct reading r = {.q = q, .why = why};
	struct selection *s = &q->selection;

	s->condition_count = s->sort_count = 0;
	s->text = (struct span){"", 0};
	s->start = 0;
	s->end = SIZE_MAX;
	q->paged = false;
	q->page_place = 0;
	q->page = 1;
	q->per_page = QUERY_PER_PAGE;
	if (strlen(text) > QUERY_MAX_BYTES) {
		snprintf(why, QUERY_WHY_SIZE, "the query is longer than %d bytes", QUERY_MAX_BYTES);
		return false;
	}
	if (!read_parameters(&r, span_of(text)))
		return false;
	if (r.place_of[TEXT] != 0)
		s->text = r.reserved[TEXT];
	bool paged = r.place_of[PAGE] != 0 || r.place_of[PER_PAGE] != 0;
	return (paged ? take_pages(&r) : take_slice(&r)) && take_sort(&r);
}
