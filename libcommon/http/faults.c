#include "http/faults.h"
#include "core/config.h"
#include "core/number.h"
#include "core/sizes.h"
#include "http/reply.h"
#include "http/request.h"

#include <string.h>
#include <strings.h>
#include <sys/random.h>

static struct span trimmed(struct span s)
{
	return span_trim(s, " \t");
}

/* As span_next, but what is in a quoted string separates nothing (RFC 9110, 5.6.4). */
static bool next_unquoted(struct span *list, char separator, struct span *item)
{
	bool quoted = false;
	size_t len = 0;

	if (list->at == NULL)
		return false;
	for (; len < list->len && (quoted || list->at[len] != separator); len++)
		if (list->at[len] == '"')
			quoted = !quoted;
		else if (quoted && list->at[len] == '\\' && len + 1 < list->len)
			len++;
	*item = (struct span){list->at, len};
	*list = len < list->len ? (struct span){list->at + len + 1, list->len - len - 1}
				: (struct span){NULL, 0};
	return true;
}

/* A token or a quoted string (RFC 7240, 2). */
static struct span unquoted(struct span s)
{
	if (s.len >= 2 && *s.at == '"' && s.at[s.len - 1] == '"')
		s.at++, s.len -= 2;
	return s;
}

static bool is_named(struct span s, const char *name)
{
	return s.len == strlen(name) && strncasecmp(s.at, name, s.len) == 0;
}

/* The first preference of each name counts (RFC 7240, 2). Returns what is wrong, or NULL. */
static const char *read_preference(struct span preference, struct made *m)
{
	struct span name = {0}, value;
	unsigned long long number;

	next_unquoted(&preference, ';', &value); /* parameters mean nothing here */
	preference = trimmed(value);
	bool has_value = memchr(preference.at, '=', preference.len) != NULL;
	span_next(&preference, '=', &name);
	name = trimmed(name);
	value = unquoted(trimmed(preference));

	if (is_named(name, "code") && m->code == 0) {
		if (!number_read(value, 599, &number) || number < 400)
			return "Prefer: code must be 400 to 599";
		m->code = (unsigned)number;
		m->preferred = true;
	} else if (is_named(name, "delay") && !m->delayed) {
		if (!number_read(value, CONFIG_DELAY_MAX_MS, &number))
			return "Prefer: delay must be milliseconds, up to " TEXT_OF(
			    CONFIG_DELAY_MAX_MS);
		m->delay_ms = (unsigned)number;
		m->delayed = m->preferred = true;
	} else if (is_named(name, "cut")) {
		if (has_value)
			return "Prefer: cut has no value";
		m->cut = m->preferred = true;
	}
	return NULL;
}

static const char *read_preferences(const struct request *q, struct made *m)
{
	struct span list = span_of(q->prefer), preference;
	const char *wrong = NULL;

	while (wrong == NULL && *q->prefer != '\0' && next_unquoted(&list, ',', &preference))
		wrong = read_preference(preference, m);
	if (wrong != NULL || !m->cut)
		return wrong;
	if (m->code != 0)
		return "Prefer: code and cut exclude each other";
	return strcmp(q->method, "HEAD") == 0 ? "Prefer: cut needs a body, and HEAD has none"
					      : NULL;
}

/* Draws whether this request is one of a share. */
static void draw(const struct config *c, const struct request *q, struct made *m)
{
	unsigned number;

	if (c->share_count == 0 || strcmp(q->method, "OPTIONS") == 0 ||
	    getrandom(&number, sizeof number, 0) != sizeof number)
		return;
	number %= CONFIG_SHARES_WHOLE;
	for (unsigned i = 0; i < c->share_count; i++) {
		const struct fault_share *s = &c->shares[i];
		if (number >= s->share) {
			number -= s->share;
			continue;
		}
		m->code = s->code;
		m->cut = s->code == 0 && strcmp(q->method, "HEAD") != 0;
		return;
	}
}

bool faults_make(const struct config *c, bool by_share, const char *allow, const struct request *q,
		 struct reply *rep)
{
	struct made *m = &rep->made;
	const char *wrong = read_preferences(q, m);

	if (wrong != NULL) {
		*m = (struct made){.code = 0};
		reply_explain(rep, RESULT_BAD_REQUEST, wrong);
		return true;
	}
	if (by_share && m->code == 0 && !m->cut)
		draw(c, q, m);
	if (m->code == 0 && !m->cut)
		return false;
	reply_refuse(rep, m->cut ? RESULT_OK : RESULT_INTERNAL, "SSA_FAULTS");
	if (m->cut) {
		rep->event = "fault";
		text_string(&rep->body, "{\"data\":\"the second half is cut off\"}");
	} else if (m->code == 405) {
		rep->allow = allow;
	} else if (m->code == 429) {
		rep->retry_after_s = 1;
	}
	return true;
}
