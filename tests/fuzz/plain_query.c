#include "plain_query.h"
#include "fuzz.h"

#include "data/decimal.h"

const char plain_text[] =
    "[{\"id\":1,\"name\":\"Lab\",\"n\":5,\"r\":{\"x\":1,\"y\":{\"z\":\"a\"}}},"
    "{\"id\":2,\"name\":\"lab\\u0021\",\"n\":5.0,\"n_gte\":7,\"r.x\":9,\"r\":{\"x\":2}},"
    "{\"id\":3,\"name\":\"\",\"n\":\"5\",\"t\":[\"k\",1,null]},"
    "{\"id\":4,\"n\":9007199254740993,\"b\":true,\"r\":[{\"x\":1}]},"
    "{\"id\":5,\"n\":9007199254740992,\"b\":false,\"_u\":\"\\\"q\"},"
    "{\"id\":6,\"n\":-1e400,\"b\":null,\"name\":\"\xc3\xa9\",\"n_like\":\"x\"},"
    "{\"id\":7,\"name\":\"LAB\",\"n\":1.10},"
    "{\"id\":8,\"n\":null,\"name\":\"5\",\"r\":\"x\"}]";

/* Each value of the table with its path, strings decoded, in the order in which a path reaches
 * them. The text of an array is "[". `path` NULL: only q finds it. */
enum kind { NUMBER, TEXT, FALSE, TRUE, NONE, COMPOUND, MISSING };
static const struct value {
	int id;
	const char *path;
	enum kind kind;
	const char *text;
	enum {
		ONCE,
		LISTED, /* the path goes through an array */
		AGAIN,  /* q finds it by another of its paths */
	} how;
} values[] = {
    {1, "id", NUMBER, "1", ONCE},    {1, "name", TEXT, "Lab", ONCE},
    {1, "n", NUMBER, "5", ONCE},     {1, "r", COMPOUND, "", ONCE},
    {1, "r.x", NUMBER, "1", ONCE},   {1, "r.y", COMPOUND, "", ONCE},
    {1, "r.y.z", TEXT, "a", ONCE},   {2, "id", NUMBER, "2", ONCE},
    {2, "name", TEXT, "lab!", ONCE}, {2, "n", NUMBER, "5.0", ONCE},
    {2, "n_gte", NUMBER, "7", ONCE}, {2, "r.x", NUMBER, "9", ONCE},
    {2, "r", COMPOUND, "", ONCE},    {2, NULL, NUMBER, "2", ONCE},
    {3, "id", NUMBER, "3", ONCE},    {3, "name", TEXT, "", ONCE},
    {3, "n", TEXT, "5", ONCE},       {3, "t", COMPOUND, "[", ONCE},
    {3, "t", TEXT, "k", LISTED},     {3, "t", NUMBER, "1", LISTED},
    {3, "t", NONE, "", LISTED},      {3, "t.0", TEXT, "k", AGAIN},
    {3, "t.1", NUMBER, "1", AGAIN},  {3, "t.2", NONE, "", AGAIN},
    {4, "id", NUMBER, "4", ONCE},    {4, "n", NUMBER, "9007199254740993", ONCE},
    {4, "b", TRUE, "true", ONCE},    {4, "r", COMPOUND, "[", ONCE},
    {4, "r", COMPOUND, "", LISTED},  {4, "r.x", NUMBER, "1", LISTED},
    {4, "r.0", COMPOUND, "", ONCE},  {4, "r.0.x", NUMBER, "1", AGAIN},
    {5, "id", NUMBER, "5", ONCE},    {5, "n", NUMBER, "9007199254740992", ONCE},
    {5, "b", FALSE, "false", ONCE},  {5, "_u", TEXT, "\"q", ONCE},
    {6, "id", NUMBER, "6", ONCE},    {6, "n", NUMBER, "-1e400", ONCE},
    {6, "b", NONE, "", ONCE},        {6, "name", TEXT, "\xc3\xa9", ONCE},
    {6, "n_like", TEXT, "x", ONCE},  {7, "id", NUMBER, "7", ONCE},
    {7, "name", TEXT, "LAB", ONCE},  {7, "n", NUMBER, "1.10", ONCE},
    {8, "id", NUMBER, "8", ONCE},    {8, "n", NONE, "", ONCE},
    {8, "name", TEXT, "5", ONCE},    {8, "r", TEXT, "x", ONCE},
};
enum { VALUES = sizeof values / sizeof values[0] };

enum { PARAMETERS = 64, LENGTH = 8192, SORTS = 8 };
static const char *const operators[] = {"eq", "ne",       "lt",         "lte",      "gt",  "gte",
					"in", "contains", "startsWith", "endsWith", "like"};
enum { LIKE = 10, CONTAINS = 7, SELECTING = 6 };
static const char *const reserved[] = {"_page", "_per_page", "_limit", "_start",
				       "_end",  "_sort",     "_order", "q"};
enum { PAGE, PER_PAGE, LIMIT, START, END, SORT, ORDER, Q, RESERVED };

static struct plain {
	struct condition {
		char name[LENGTH + 1], field[LENGTH + 1], value[LENGTH + 1];
		int operation;
		bool has_member;
	} conditions[PARAMETERS];
	int condition_count;
	char reserved[RESERVED][LENGTH + 1];
	bool has[RESERVED];
	char sort[SORTS][LENGTH + 1];
	bool descending[SORTS];
	int sort_count;
	__int128 start, end;
} plain;

static bool decode(const char *from, size_t len, char *to)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++, n++) {
		unsigned byte = (unsigned char)from[i];
		if (byte == '+')
			byte = ' ';
		if (from[i] == '%') {
			char hex[3] = {i + 1 < len ? from[i + 1] : '\0',
				       i + 2 < len ? from[i + 2] : '\0'};
			if (strspn(hex, "0123456789abcdefABCDEF") != 2)
				return false;
			byte = (unsigned)strtoul(hex, NULL, 16);
			i += 2;
		}
		to[n] = (char)byte;
	}
	to[n] = '\0';
	return fuzz_is_text(to, n);
}

static int operator_of(const char *word, int count)
{
	int i = 0;

	while (i < count && strcmp(word, operators[i]) != 0)
		i++;
	return i < count ? i : -1;
}

static bool plain_condition(const char *name, const char *value)
{
	struct condition *c = &plain.conditions[plain.condition_count++];
	char *mark;

	strcpy(c->name, name);
	strcpy(c->field, name);
	strcpy(c->value, value);
	c->operation = 0;
	c->has_member = false;
	if ((mark = strrchr(c->field, ':')) != NULL) {
		*mark = '\0';
		c->operation = operator_of(mark + 1, LIKE);
		return mark > c->field && c->operation >= 0;
	}
	mark = strrchr(c->field, '_');
	if (mark != NULL && mark > c->field && operator_of(mark + 1, LIKE + 1) >= 0) {
		*mark = '\0';
		c->operation = operator_of(mark + 1, LIKE + 1);
		if (c->operation == LIKE)
			c->operation = CONTAINS;
		c->has_member = true;
		return true;
	}
	return name[0] != '_';
}

/* Takes name[], name[0] and name[operator] as name and name:operator. false: other brackets. */
static bool plain_brackets(char *name)
{
	char *end = name + strlen(name), *mark;

	for (int i = 0; end > name && end[-1] == ']'; i++) {
		if ((mark = strrchr(name, '[')) == NULL)
			return false;
		end[-1] = '\0';
		if (mark[1 + strspn(mark + 1, "0123456789")] != '\0') {
			*mark = ':';
			return strpbrk(name, "[]") == NULL && strchr(mark + 1, ':') == NULL;
		}
		if (i > 0)
			return false;
		*(end = mark) = '\0';
	}
	return strpbrk(name, "[]") == NULL;
}

static bool is_foreign(const char *name)
{
	static const char *const names[] = {"page", "per_page", "limit",  "offset",
					    "sort", "order",    "fields", "filter"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static bool plain_parameter(const char *at, size_t len)
{
	static char name[LENGTH + 1], value[LENGTH + 1];
	const char *equals = memchr(at, '=', len);
	size_t name_len = equals != NULL ? (size_t)(equals - at) : len;
	int i = 0;

	if (!decode(at, name_len, name) ||
	    !decode(at + name_len + (equals != NULL), len - name_len - (equals != NULL), value) ||
	    !plain_brackets(name) || name[0] == '\0' || is_foreign(name))
		return false;
	if (strcmp(name, "_") == 0)
		return true;
	while (i < RESERVED && strcmp(name, reserved[i]) != 0)
		i++;
	if (i == RESERVED)
		return plain_condition(name, value);
	if (plain.has[i])
		return false;
	plain.has[i] = true;
	strcpy(plain.reserved[i], value);
	return true;
}

/* -1: it is no number. */
static __int128 plain_number(int which, __int128 unless_sent)
{
	const char *digits = plain.reserved[which];
	__int128 sum = 0, far = (__int128)1 << 100;

	if (!plain.has[which])
		return unless_sent;
	if (*digits == '\0' || strspn(digits, "0123456789") != strlen(digits))
		return -1;
	for (; *digits != '\0'; digits++)
		sum = sum > far ? far : sum * 10 + (*digits - '0');
	return sum;
}

static bool plain_slice(void)
{
	__int128 far = (__int128)1 << 120;
	__int128 page = plain_number(PAGE, 1), limit = plain_number(LIMIT, far);
	__int128 size = plain.has[LIMIT] ? limit : plain_number(PER_PAGE, 10);

	if (plain.has[PAGE] || plain.has[PER_PAGE]) {
		if (plain.has[START] || plain.has[END] || (plain.has[LIMIT] && plain.has[PER_PAGE]))
			return false;
		if (page < 1 || size < 1 || size > 10000)
			return false;
		plain.start = (page - 1) * size;
		plain.end = page * size;
		return true;
	}
	plain.start = plain_number(START, 0);
	plain.end = plain.has[LIMIT] ? plain.start + limit : plain_number(END, far);
	return plain.start >= 0 && limit >= 0 && plain.end >= 0 &&
	       !(plain.has[LIMIT] && plain.has[END]);
}

/* Or no name: "", "+a" (the plus sign is a space), "a:desc", "a desc". */
static bool plain_has_direction(const char *field)
{
	static const char *const ends[] = {":asc", ":desc", " asc", " desc"};
	size_t len = strlen(field);
	bool found = len == 0 || field[0] == '+' || field[0] == ' ';

	for (int i = 0; i < 4; i++)
		found = found || (len > strlen(ends[i]) &&
				  strcasecmp(field + len - strlen(ends[i]), ends[i]) == 0);
	return found;
}

static bool plain_sort(void)
{
	char *rest = plain.reserved[SORT], *item;

	if (!plain.has[SORT])
		return !plain.has[ORDER];
	while ((item = strsep(&rest, ",")) != NULL) {
		if (plain.sort_count == SORTS)
			return false;
		plain.descending[plain.sort_count] = item[0] == '-';
		strcpy(plain.sort[plain.sort_count++], item + (item[0] == '-'));
		if (plain_has_direction(item + (item[0] == '-')))
			return false;
	}
	for (int i = 0; plain.has[ORDER] && i < plain.sort_count; i++)
		if (plain.descending[i])
			return false;
	rest = plain.reserved[ORDER];
	for (int i = 0; plain.has[ORDER] && (item = strsep(&rest, ",")) != NULL; i++) {
		if (i == plain.sort_count ||
		    (strcasecmp(item, "asc") != 0 && strcasecmp(item, "desc") != 0))
			return false;
		plain.descending[i] = strcasecmp(item, "desc") == 0;
	}
	return true;
}

bool plain_read(const char *query)
{
	int count = 0;

	plain.condition_count = plain.sort_count = 0;
	memset(plain.has, 0, sizeof plain.has);
	plain.reserved[Q][0] = '\0';
	if (strlen(query) > LENGTH)
		return false;
	for (size_t len; *query != '\0'; query += len + (query[len] == '&')) {
		len = strcspn(query, "&");
		if (len > 0 && (++count > PARAMETERS || !plain_parameter(query, len)))
			return false;
	}
	return plain_slice() && plain_sort();
}

static const struct value *plain_find(int id, const char *path)
{
	static const struct value missing = {0, NULL, MISSING, "", ONCE};

	for (int i = 0; i < VALUES; i++)
		if (values[i].id == id && values[i].path != NULL &&
		    strcmp(values[i].path, path) == 0)
			return &values[i];
	return &missing;
}

/* strcasestr, in the C locale, treats only ASCII letters so. */
static bool plain_contains(const char *value, int operation, const char *part)
{
	size_t value_len = strlen(value), len = strlen(part);

	if (operation == CONTAINS)
		return strcasestr(value, part) != NULL;
	if (len > value_len)
		return false;
	return strncasecmp(operation == CONTAINS + 1 ? value : value + value_len - len, part,
			   len) == 0;
}

/* false: they are of different kinds. */
static bool plain_compare(const struct value *v, const char *asked, int *order)
{
	bool boolean = strcmp(asked, "true") == 0 || strcmp(asked, "false") == 0;
	bool null = strcmp(asked, "null") == 0;

	*order = strcmp(v->text, asked);
	if (v->kind == TEXT)
		return !boolean && !null;
	if (v->kind == TRUE || v->kind == FALSE)
		return boolean;
	*order = 0;
	if (v->kind == NONE)
		return null;
	if (v->kind != NUMBER || !decimal_is(span_of(asked)))
		return false;
	*order = decimal_compare(span_of(v->text), span_of(asked));
	return true;
}

static bool plain_holds(const struct value *v, int operation, const char *asked)
{
	static char list[LENGTH + 1];
	char *rest = list, *item;
	int order;

	if (operation >= CONTAINS)
		return v->kind == TEXT && plain_contains(v->text, operation, asked);
	if (operation < SELECTING) {
		if (!plain_compare(v, asked, &order))
			return false;
		const bool holds[] = {order == 0, order != 0, order<0, order <= 0, order> 0,
				      order >= 0};
		return holds[operation];
	}
	strcpy(list, asked);
	while ((item = strsep(&rest, ",")) != NULL) {
		item += strspn(item, " ");
		for (size_t len = strlen(item); len > 0 && item[len - 1] == ' '; len--)
			item[len - 1] = '\0';
		if (plain_compare(v, item, &order) && order == 0)
			return true;
	}
	return false;
}

/* Whether it holds for what the path reaches: an array has a value that does, or for ne none that
 * is equal. */
static bool plain_any(int id, const char *path, int operation, const char *asked)
{
	bool found = false, listed = false, holds = false, equal = false;

	for (int i = 0; i < VALUES; i++) {
		const struct value *v = &values[i];
		if (v->id != id || v->path == NULL || strcmp(v->path, path) != 0)
			continue;
		found = true;
		listed |= v->how == LISTED || strcmp(v->text, "[") == 0;
		holds |= plain_holds(v, operation, asked);
		equal |= plain_holds(v, 0, asked);
	}
	return operation == 1 && listed ? found && !equal : holds;
}

static bool plain_matches(int id)
{
	struct {
		const char *field;
		int operation;
		bool holds;
	} made[PARAMETERS];

	for (int i = 0; i < plain.condition_count; i++) {
		const struct condition *c = &plain.conditions[i];
		bool member = c->has_member && plain_find(id, c->name)->kind != MISSING;
		made[i].field = member ? c->name : c->field;
		made[i].operation = member ? 0 : c->operation;
		made[i].holds = plain_any(id, made[i].field, made[i].operation, c->value);
	}
	for (int i = 0; i < plain.condition_count; i++) {
		bool holds = made[i].holds,
		     selects = made[i].operation == 0 || made[i].operation >= SELECTING;
		for (int k = 0; k < plain.condition_count; k++)
			holds |= selects && made[k].operation == made[i].operation &&
				 strcmp(made[k].field, made[i].field) == 0 && made[k].holds;
		if (!holds)
			return false;
	}
	bool found = plain.reserved[Q][0] == '\0';
	for (int i = 0; i < VALUES; i++)
		found |= values[i].id == id && values[i].kind != COMPOUND &&
			 values[i].kind != NONE && values[i].how != AGAIN &&
			 plain_contains(values[i].text, CONTAINS, plain.reserved[Q]);
	return found;
}

static int plain_order(int a, int b)
{
	for (int i = 0; i < plain.sort_count; i++) {
		const struct value *x = plain_find(a, plain.sort[i]),
				   *y = plain_find(b, plain.sort[i]);
		int order = (int)x->kind - (int)y->kind;
		if (order == 0 && x->kind == NUMBER)
			order = decimal_compare(span_of(x->text), span_of(y->text));
		if (order == 0 && x->kind == TEXT)
			order = strcmp(x->text, y->text);
		if (order != 0)
			return plain.descending[i] && x->kind != MISSING && y->kind != MISSING
				   ? -order
				   : order;
	}
	return 0;
}

int plain_select(const int *ids, int count, int out[PLAIN_RECORDS], int *total)
{
	int sorted[PLAIN_RECORDS], matched = 0, kept = 0;

	for (int i = 0; i < count; i++) {
		if (!plain_matches(ids[i]))
			continue;
		int k = matched++;
		for (; k > 0 && plain_order(sorted[k - 1], ids[i]) > 0; k--)
			sorted[k] = sorted[k - 1];
		sorted[k] = ids[i];
	}
	for (int i = 0; i < matched; i++)
		if (i >= plain.start && i < plain.end)
			out[kept++] = sorted[i];
	*total = matched;
	return kept;
}
