#include "users.h"

#include <string.h>

enum { NAME, PASSWORD, DISABLED, MACHINES, FIELDS };

static const struct records_kind kind = {
    .name = "users",
    .file_name = "users.json",
    .fields = {[NAME] = {"username", JSON_STRING, JSON_ABSENT, {0}},
	       [PASSWORD] = {"password", JSON_STRING, JSON_ABSENT, {0}},
	       [DISABLED] = {"disabled", JSON_BOOL, JSON_ABSENT, {0}},
	       [MACHINES] = {"machines", JSON_ARRAY, JSON_ABSENT, {0}}},
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

/* Looked for as text: a hash holds no character that JSON escapes but '/', and that not where it
 * begins. */
const char *users_work_like(struct users *u)
{
	static const char prefix[] = "\"$argon2id$";
	const struct records *r = &u->records;
	const char *end = r->text != NULL && r->count > 0
			      ? r->text + r->list[r->count - 1].at + r->list[r->count - 1].len
			      : NULL;

	if (u->work_like_of != r->generation) {
		u->work_like_of = r->generation;
		u->work_like[0] = '\0';
		const char *at =
		    end ? memmem(r->text, (size_t)(end - r->text), prefix, strlen(prefix)) : NULL;
		const char *quote = at ? memchr(at + 1, '"', (size_t)(end - at - 1)) : NULL;
		if (quote != NULL && !json_decode((struct span){at, (size_t)(quote + 1 - at)},
						  u->work_like, sizeof u->work_like))
			u->work_like[0] = '\0';
	}
	return u->work_like[0] != '\0' ? u->work_like : NULL;
}
