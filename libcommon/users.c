#include "users.h"

#include <errno.h>
#include <string.h>

enum { NAME, PASSWORD, DISABLED, MACHINES, FIELDS };

static const struct records_kind kind = {
    .name = "users",
    .file_name = "users.json",
    .fields = {[NAME] = JSON_FIELD("username", JSON_STRING),
	       [PASSWORD] = JSON_FIELD("password", JSON_STRING),
	       [DISABLED] = JSON_FIELD("disabled", JSON_BOOL),
	       [MACHINES] = JSON_FIELD("machines", JSON_ARRAY)},
    .count = FIELDS,
    .required = DISABLED,
};

bool users_open(struct users *u, const char *data_dir)
{
	u->work_like_of = 0;
	return records_open(&u->records, &kind, data_dir);
}

void users_close(struct users *u)
{
	records_close(&u->records);
}

bool users_refresh(struct users *u)
{
	return records_refresh(&u->records);
}

bool users_find(struct users *u, const char *name, struct user *user)
{
	struct json_field fields[FIELDS];
	size_t i = records_find(&u->records, name, strlen(name));
	struct scan s;

	if (i == u->records.count)
		return false;
	struct span text = records_text(&u->records, i);
	memcpy(fields, kind.fields, sizeof fields);
	scan_begin(&s, text.at, text.len, SCAN_DEPTH_MAX - 1);
	if (!json_object(&s, fields, FIELDS) ||
	    !json_decode(fields[PASSWORD].value, user->password, sizeof user->password))
		return false;
	user->disabled =
	    fields[DISABLED].state == JSON_PRESENT && *fields[DISABLED].value.at == 't';
	user->machines = fields[MACHINES].state == JSON_PRESENT ? fields[MACHINES].value
								: (struct span){NULL, 0};
	return true;
}

/* The first hash in text[0..len), decoded. Looked for as text: of a hash JSON escapes nothing but '/', and that
 * not where it begins. */
static bool take_hash(const char *text, size_t len, char *out, size_t size)
{
	static const char prefix[] = "\"$argon2id$v=19$m=";
	const char *end = text + len, *at = text;

	while ((at = memmem(at, (size_t)(end - at), prefix, sizeof prefix - 1)) != NULL) {
		const char *quote = memchr(at + 1, '"', (size_t)(end - at - 1));
		if (quote != NULL &&
		    json_decode((struct span){at, (size_t)(quote + 1 - at)}, out, size))
			return true;
		at++;
	}
	return false;
}

const char *users_work_like(struct users *u)
{
	const struct records *r = &u->records;

	if (u->work_like_of != r->generation) {
		struct span first = r->count ? records_text(r, 0) : (struct span){"", 0};
		struct span last = r->count ? records_text(r, r->count - 1) : first;
		size_t len = (size_t)(last.at + last.len - first.at);
		errno = 0;
		if (!take_hash(first.at, len, u->work_like, sizeof u->work_like))
			u->work_like[0] = '\0';
		if (errno != ENOMEM) /* else it is looked for again */
			u->work_like_of = r->generation;
	}
	return u->work_like[0] != '\0' ? u->work_like : NULL;
}
