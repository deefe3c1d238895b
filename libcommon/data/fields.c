#include "data/fields.h"
#include "core/json.h"
#include "core/number.h"
#include "data/walk.h"

#include <stdlib.h>
#include <string.h>

/* Looking at a path costs as much time as walking over this many bytes. */
enum { LOOK_BYTES = 16 };

/* The paths [low, high) agree in their first `at` bytes, which reach the value at hand. A path that
 * ends here comes first, and is one byte shorter than `at`. */
struct cursor {
	size_t low, high, at;
	bool listed;  /* the value is within an array */
	bool element; /* it is an element of an array that the paths go through */
};

/* The paths that an earlier member of an object has taken: a bit for each `low`. */
struct taken {
	uint64_t bits[(FIELDS_MAX + 63) / 64];
};

void fields_begin(struct fields *f, fields_found *found, void *context)
{
	f->count = f->more = 0;
	f->more_max = SIZE_MAX;
	f->any_dotted = f->any_number = false;
	f->initials = 0;
	f->unescaped = (struct text){.len = 0};
	f->found = found;
	f->context = context;
}

size_t fields_add(struct fields *f, struct span path)
{
	size_t i = 0;

	while (i < f->count && !span_is(f->paths[i].path, path.at, path.len))
		i++;
	if (i == f->count)
		f->paths[f->count++] = (struct field_path){.path = path, .field = i};
	return i;
}

/* An index has no leading zeros. */
static bool is_index(const char *at, size_t len)
{
	unsigned long long number;

	return number_read((struct span){at, len}, ULLONG_MAX, &number) && (len == 1 || *at != '0');
}

/* The name that begins at `at` in a path. */
static struct span name_at(struct span path, size_t at)
{
	const char *dot = memchr(path.at + at, '.', path.len - at);

	return (struct span){path.at + at,
			     dot != NULL ? (size_t)(dot - path.at) - at : path.len - at};
}

/* Orders by the first name, then by the second, so that paths that begin alike are neighbours. */
static int by_names(const void *a, const void *b)
{
	const struct field_path *x = a, *y = b;

	for (size_t i = 0;; i++) {
		bool x_ends = i == x->path.len, y_ends = i == y->path.len;
		if (x_ends || y_ends)
			return y_ends - x_ends;
		unsigned char c = (unsigned char)x->path.at[i], d = (unsigned char)y->path.at[i];
		if (c != d)
			return (c == '.') != (d == '.') ? (d == '.') - (c == '.') : c - d;
	}
}

/* The bit of a name in `initials`. An empty name has all. */
static uint64_t initial_of(struct span name)
{
	return name.len > 0 ? UINT64_C(1) << (unsigned char)*name.at % 64 : UINT64_MAX;
}

void fields_prepare(struct fields *f)
{
	qsort(f->paths, f->count, sizeof f->paths[0], by_names);
	for (size_t i = 0; i < f->count; i++) {
		struct field_path *p = &f->paths[i];
		f->initials |= initial_of(p->path);
		p->whole = false;
		p->dotted = memchr(p->path.at, '.', p->path.len) != NULL;
		f->any_dotted = f->any_dotted || p->dotted;
		for (size_t at = 0; p->dotted && at <= p->path.len;) {
			struct span name = name_at(p->path, at);
			f->any_number = f->any_number || is_index(name.at, name.len);
			at += name.len + 1;
		}
	}
}

void fields_free(struct fields *f)
{
	text_free(&f->unescaped);
}

/* Compares the name that begins at `at` in the path with a member's. */
static int compare_name(struct span path, size_t at, struct span name)
{
	for (size_t i = 0;; i++) {
		bool path_ends = at + i >= path.len || path.at[at + i] == '.';
		bool name_ends = i == name.len;
		if (path_ends || name_ends)
			return name_ends - path_ends;
		unsigned char c = (unsigned char)path.at[at + i], d = (unsigned char)name.at[i];
		if (c != d)
			return c - d;
	}
}

static bool ends_here(const struct fields *f, const struct cursor *c)
{
	return c->low < c->high && f->paths[c->low].path.len + 1 == c->at;
}

/* Narrows the paths to those whose next name this is. false: there are none. */
static bool narrow(const struct fields *f, const struct cursor *c, struct span name,
		   struct cursor *out)
{
	size_t low = c->low + ends_here(f, c), high = c->high;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (compare_name(f->paths[middle].path, c->at, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (high = low; high < c->high && compare_name(f->paths[high].path, c->at, name) == 0;)
		high++;
	*out = (struct cursor){low, high, c->at + name.len + 1, c->listed, false};
	return low < high;
}

/* false: an earlier member has taken it. */
static bool is_first(struct taken *t, size_t low)
{
	uint64_t *bits = &t->bits[low / 64], bit = UINT64_C(1) << low % 64;
	bool first = !(*bits & bit);

	*bits |= bit;
	return first;
}

/* NOLINTBEGIN(misc-no-recursion): each step goes one level down a path of the query, and into the
 * record, which is nested at most SCAN_DEPTH_MAX deep. */
static const char *visit(struct fields *f, const char *at, struct cursor c);

static const char *visit_object(struct fields *f, const char *at, struct cursor c)
{
	struct taken taken = {{0}};
	struct cursor next;
	bool escaped;

	for (bool more = walk_enter(&at); more; more = walk_more(&at)) {
		struct span name = walk_name(&at, &escaped);
		if (escaped)
			name = json_unescape(name, &f->unescaped);
		/* A number picks an element of the array around this object, not a member. */
		bool goes_on = narrow(f, &c, name, &next) &&
			       !(c.element && is_index(name.at, name.len)) &&
			       is_first(&taken, next.low);
		at = goes_on ? visit(f, at, next) : walk_end(at);
	}
	return at;
}

/* The element that a number picks, if one does. */
static const char *visit_picked(struct fields *f, const char *at, struct cursor c, size_t place)
{
	char digits[TEXT_DECIMAL_SIZE];
	struct cursor next;

	if (!f->any_number || c.element ||
	    !narrow(f, &c, span_of(text_decimal(digits, (long long)place)), &next))
		return NULL;
	return visit(f, at, next);
}

/* Whether a path ends at the array, or goes through it to its elements. */
static bool goes_through(const struct fields *f, const struct cursor *c)
{
	if (!f->any_number || ends_here(f, c))
		return true;
	for (size_t i = c->low; i < c->high; i++) {
		struct span name = name_at(f->paths[i].path, c->at);
		if (!is_index(name.at, name.len))
			return true;
	}
	return false;
}

static const char *visit_array(struct fields *f, const char *at, struct cursor c)
{
	struct cursor element = {c.low, c.high, c.at, true, true};
	bool through = goes_through(f, &c);
	size_t place = 0;

	f->more += f->any_number ? LOOK_BYTES * (c.high - c.low) : 0;

	for (bool more = walk_enter(&at); more; more = walk_more(&at), place++) {
		const char *end = visit_picked(f, at, c, place);
		f->more += f->any_number ? LOOK_BYTES : 0;
		if (end != NULL && through)
			f->more += (size_t)(end - at); /* which are walked again */
		if (through)
			at = visit(f, at, element);
		else
			at = end != NULL ? end : walk_end(at);
	}
	return at;
}

/* Steps over the value. */
static const char *visit(struct fields *f, const char *at, struct cursor c)
{
	bool array = *at == '[', object = *at == '{', ends = ends_here(f, &c);
	const char *end = array || object ? at + 1 : walk_end(at);
	const struct field_path *p = &f->paths[c.low];

	if (f->more > f->more_max)
		return walk_end(at);
	if (ends && !p->whole)
		f->found(f->context,
			 &(struct reached){p->field, {at, (size_t)(end - at)}, c.listed});
	if (array)
		return visit_array(f, at, c);
	if (object)
		return c.high - c.low > ends ? visit_object(f, at, c) : walk_end(at);
	return end;
}
/* NOLINTEND(misc-no-recursion) */

/* If a path is the whole name of this member, which has a dot, the member counts and nothing else
 * that the path reaches. Returns whether there is such a path. */
static bool find_whole(struct fields *f, struct span name, const char *value)
{
	for (size_t i = 0; i < f->count; i++) {
		struct field_path *p = &f->paths[i];
		if (!p->dotted || p->whole || !span_is(p->path, name.at, name.len))
			continue;
		f->found(f->context, &(struct reached){.field = p->field});
		visit(f, value, (struct cursor){i, i + 1, name.len + 1, false, false});
		p->whole = true;
		return true;
	}
	return false;
}

size_t fields_find(struct fields *f, struct span record)
{
	const struct cursor all = {.high = f->count};
	struct taken taken = {{0}};
	struct cursor next;
	size_t left = f->count; /* paths for which a later member of the record can count */
	const char *at = record.at;
	bool escaped;

	f->more = 0;
	for (size_t i = 0; f->any_dotted && i < f->count; i++)
		f->paths[i].whole = false;
	for (bool more = left > 0 && walk_enter(&at); more; more = left > 0 && walk_more(&at)) {
		struct span name = walk_name(&at, &escaped);
		if (escaped)
			name = json_unescape(name, &f->unescaped);
		if (!(f->initials & initial_of(name))) {
			at = walk_end(at);
			continue;
		}
		if (f->any_dotted && memchr(name.at, '.', name.len) != NULL) {
			left -= find_whole(f, name, at);
			f->more += LOOK_BYTES * f->count;
		}
		bool goes_on = narrow(f, &all, name, &next) && is_first(&taken, next.low);
		left -= goes_on && !f->paths[next.low].dotted;
		at = goes_on ? visit(f, at, next) : walk_end(at);
	}
	return (size_t)(at - record.at) + f->more;
}
