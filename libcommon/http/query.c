#include "http/query.h"
#include "core/number.h"
#include "core/percent.h"
#include "core/scan.h"
#include "core/sizes.h"
#include "http/condition.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

_Static_assert((int)QUERY_PARAMETERS_MAX <= (int)SELECTION_CONDITIONS_MAX,
	       "each may be a condition");
_Static_assert((int)QUERY_MAX_BYTES <= (int)VALUE_PART_MAX_BYTES,
	       "a value may be as long as the query");

/* The parameters that say what is wanted of the list as a whole. */
enum reserved { PAGE, PER_PAGE, LIMIT, START, END, SORT, ORDER, TEXT, IGNORED, RESERVED };

static const char *const reserved_names[RESERVED] = {
    [PAGE] = "_page", [PER_PAGE] = "_per_page", [LIMIT] = "_limit", [START] = "_start",
    [END] = "_end",   [SORT] = "_sort",         [ORDER] = "_order", [TEXT] = "q",
    [IGNORED] = "_", /* jQuery's cache buster */
};

/* A query on its way. */
struct reading {
	struct query *q;
	bool ignoring;                               /* no parameter but _ is understood */
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

static bool refuse_code(struct reading *r)
{
	return refuse(r, r->place, "a percent sign without two hexadecimal digits");
}

/* Decodes application/x-www-form-urlencoded text (WHATWG URL, 5.1), strictly. */
static bool decode(struct reading *r, struct span from, struct span *out)
{
	char *begin = r->q->bytes + r->used;

	if (!percent_decode(from, true, begin, sizeof r->q->bytes - r->used, &out->len))
		return refuse_code(r);
	out->at = begin;
	r->used += out->len;
	if (memchr(begin, '\0', out->len) != NULL)
		return refuse(r, r->place, "a NUL byte");
	return scan_is_utf8(begin, out->len) || refuse(r, r->place, "invalid UTF-8");
}

/* As browsers read it, && is one separator. */
static bool next_parameter(struct reading *r, struct span *rest, struct span *parameter)
{
	while (span_next(rest, '&', parameter))
		if (parameter->len > 0)
			return ++r->place;
	return false;
}

static bool add_condition(struct reading *r, struct span word)
{
	struct selection *s = &r->q->selection;
	struct selection_condition *c = &s->conditions[s->condition_count];
	char words[CONDITION_WORDS_SIZE];
	const char *wrong = condition_read(r->name, word, c, words);

	if (wrong != NULL)
		return refuse(r, r->place, wrong);
	c->value = r->value;
	s->condition_count++;
	return true;
}

/* Keeps one parameter, which is decoded. */
static bool keep_parameter(struct reading *r)
{
	struct span word;
	int i = 0;

	if (!condition_take_brackets(&r->name, &word))
		return refuse(r, r->place, "brackets that are neither name[] nor name[operator]");
	while (word.at == NULL && i < RESERVED &&
	       !span_is(r->name, reserved_names[i], strlen(reserved_names[i])))
		i++;
	if (i == IGNORED)
		return true;
	if (r->ignoring)
		return refuse(r, r->place, "one machine takes no parameter");
	if (word.at != NULL || i == RESERVED)
		return add_condition(r, word);
	if (r->place_of[i] != 0)
		return refuse(r, r->place, "sent twice");
	r->place_of[i] = r->place;
	r->reserved[i] = r->value;
	return true;
}

/* A whole number; one that is too large for any list counts as the largest. */
static bool read_number(struct reading *r, enum reserved which, size_t least, size_t *out)
{
	unsigned long long number;

	if (r->place_of[which] == 0)
		return true;
	if (!number_read(r->reserved[which], ULLONG_MAX, &number))
		return refuse(r, r->place_of[which], "not a whole number");
	if (number < least)
		return refuse(r, r->place_of[which], "not a number from 1 on");
	*out = number < SIZE_MAX ? (size_t)number : SIZE_MAX;
	return true;
}

static bool read_slice(struct reading *r)
{
	struct selection *s = &r->q->selection;
	size_t limit = SIZE_MAX;

	if (r->place_of[END] != 0 && r->place_of[LIMIT] != 0)
		return refuse(r, r->place_of[LIMIT], "_end and _limit together");
	if (!read_number(r, START, 0, &s->start) || !read_number(r, END, 0, &s->end) ||
	    !read_number(r, LIMIT, 0, &limit))
		return false;
	if (limit < SIZE_MAX - s->start)
		s->end = s->start + limit;
	return true;
}

static bool read_pages(struct reading *r)
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
	if (!read_number(r, PAGE, 1, &q->page) || !read_number(r, size, 1, &q->per_page))
		return false;
	if (q->per_page > QUERY_PER_PAGE_MAX)
		return refuse(r, r->place_of[size],
			      "more than " TEXT_OF(QUERY_PER_PAGE_MAX) " a page");
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

static bool ends_with(struct span text, const char *end)
{
	size_t len = strlen(end);

	return text.len > len && is_no_case((struct span){text.at + text.len - len, len}, end);
}

/* false: a direction as other APIs write it, which would be a field that no machine has, so the
 * list would stay unsorted without a word: +mem (the plus sign is a space), mem:desc, mem desc. */
static bool is_sort_field(struct span field)
{
	return field.at[0] != '+' && field.at[0] != ' ' && !ends_with(field, ":asc") &&
	       !ends_with(field, ":desc") && !ends_with(field, " asc") &&
	       !ends_with(field, " desc");
}

static bool read_sort(struct reading *r)
{
	struct selection *s = &r->q->selection;
	struct span fields = r->reserved[SORT], orders = r->reserved[ORDER], item;

	if (r->place_of[ORDER] != 0 && r->place_of[SORT] == 0)
		return refuse(r, r->place_of[ORDER], "_order without _sort");
	while (span_next(&fields, ',', &item)) {
		if (s->sort_count == SELECTION_SORT_MAX)
			return refuse(r, r->place_of[SORT],
				      "more than " TEXT_OF(SELECTION_SORT_MAX) " fields");
		struct order_by *sort = &s->sort[s->sort_count++];
		sort->descending = item.len > 0 && item.at[0] == '-';
		sort->field =
		    (struct span){item.at + sort->descending, item.len - sort->descending};
		if (sort->field.len == 0)
			return refuse(r, r->place_of[SORT], "a field without a name");
		if (!is_sort_field(sort->field))
			return refuse(r, r->place_of[SORT],
				      "a direction is - before the field, or _order");
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

	while (next_parameter(r, &parameters, &parameter)) {
		if (r->place > QUERY_PARAMETERS_MAX)
			return refuse(r, r->place,
				      "more than " TEXT_OF(QUERY_PARAMETERS_MAX) " parameters");
		struct span value = parameter;
		span_next(&value, '=', &name);
		if (!decode(r, name, &r->name) || !decode(r, value, &r->value) ||
		    !keep_parameter(r))
			return false;
	}
	return true;
}

static bool is_too_long(const char *text, char why[static QUERY_WHY_SIZE])
{
	if (strlen(text) <= QUERY_MAX_BYTES)
		return false;
	snprintf(why, QUERY_WHY_SIZE, "the query is longer than %d bytes", QUERY_MAX_BYTES);
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
	if (is_too_long(text, why) || !read_parameters(&r, span_of(text)))
		return false;
	if (r.place_of[TEXT] != 0)
		s->text = r.reserved[TEXT];
	bool paged = r.place_of[PAGE] != 0 || r.place_of[PER_PAGE] != 0;
	return (paged ? read_pages(&r) : read_slice(&r)) && read_sort(&r);
}

bool query_is_ignored(struct query *q, const char *text, char why[static QUERY_WHY_SIZE])
{
	struct reading r = {.q = q, .ignoring = true, .why = why};

	return !is_too_long(text, why) && read_parameters(&r, span_of(text));
}

/* Whether two hexadecimal digits follow each percent sign. */
static bool is_coded(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] == '%' && (text.len - i <= 2 || number_hex(text.at + i + 1, 2) < 0))
			return false;
	return true;
}

bool query_was_coded(const char *text, const char *target, char why[static QUERY_WHY_SIZE])
{
	struct reading r = {.why = why};
	const char *mark = strstr(text, "%25") != NULL ? strchr(target, '?') : NULL;
	struct span rest = span_of(mark != NULL ? mark + 1 : ""), parameter;

	while (next_parameter(&r, &rest, &parameter))
		if (!is_coded(parameter))
			return refuse_code(&r);
	return true;
}
