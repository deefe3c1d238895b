/* users: what users.json says about a user. */
#include "data/users.h"
#include "check.h"
#include "folder.h"

#include <string.h>

static void load(struct users *u, const char *text)
{
	folder_replace("users.json", text);
	CHECK_ROW(records_refresh(&u->records), text);
}

static void test_find(struct users *u)
{
	struct user user;

	load(u, "[{\"username\":\"a\",\"password\":\"pa\"},"
		"{\"username\":\"b\",\"password\":\"p\\u00e4\\\"\",\"disabled\":true,\"machines\":["
		" 1, \"x\" ]},"
		"{\"username\":\"c\",\"password\":\"\",\"disabled\":false,\"machines\":[]},"
		"{\"id\":7,\"password\":\"pe\",\"username\":\"user@1\",\"role\":\"x\"},"
		"{\"username\":\"a\",\"password\":\"second\",\"disabled\":true},"
		"{\"username\":\"\\u0064\",\"password\":\"pd\"}]");
	CHECK(users_find(u, "a", &user) == USERS_FOUND && strcmp(user.password, "pa") == 0 &&
	      !user.disabled && user.machines.at == NULL);
	CHECK(users_find(u, "b", &user) == USERS_FOUND &&
	      strcmp(user.password, "p\xc3\xa4\"") == 0 && user.disabled);
	CHECK(user.machines.len == 10 && memcmp(user.machines.at, "[ 1, \"x\" ]", 10) == 0);
	CHECK(users_find(u, "c", &user) == USERS_FOUND && strcmp(user.password, "") == 0 &&
	      !user.disabled);
	CHECK(user.machines.len == 2 && memcmp(user.machines.at, "[]", 2) == 0);
	CHECK(users_find(u, "user@1", &user) == USERS_FOUND && strcmp(user.password, "pe") == 0 &&
	      !user.disabled && user.machines.at == NULL);
	CHECK(users_find(u, "d", &user) == USERS_FOUND && strcmp(user.password, "pd") == 0);
	static const char *const none[] = {"", "A", "aa", "\\u0064", "a ", "user", "nobody", "pa"};
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		CHECK_ROW(users_find(u, none[i], &user) == USERS_UNKNOWN, none[i]);
}

/* A restriction that cannot be read must not be treated as no restriction. */
static void test_rules(struct users *u)
{
	static const char *const rows[] = {
	    "{\"username\":\"x\"}",
	    "{\"password\":\"p\"}",
	    "{\"username\":1,\"password\":\"p\"}",
	    "{\"username\":\"x\",\"password\":1}",
	    "{\"username\":\"x\",\"password\":null}",
	    "{\"username\":\"x\",\"password\":\"p\",\"disabled\":\"true\"}",
	    "{\"username\":\"x\",\"password\":\"p\",\"disabled\":1}",
	    "{\"username\":\"x\",\"password\":\"p\",\"disabled\":null}",
	    "{\"username\":\"x\",\"password\":\"p\",\"machines\":100}",
	    "{\"username\":\"x\",\"password\":\"p\",\"machines\":null}",
	    "{\"username\":\"x\",\"password\":\"p\",\"machines\":{}}",
	    "{\"username\":\"x\",\"password\":\"p\",\"machines\":\"100\"}",
	    "{\"username\":\"x\",\"password\":\"p\",\"machines\":[1],\"machines\":[2]}",
	    "{\"username\":\"x\",\"password\":\"p\",\"disabled\":true,\"disabled\":false}",
	    "{\"username\":\"x\",\"password\":\"p\",\"password\":\"q\"}",
	    "{\"username\":\"x\",\"password\":\"p\",\"Disabled\":true}",
	    "{\"username\":\"x\",\"password\":\"p\",\"disabled \":false}",
	    "{\"username\":\"x\",\"password\":\"p\",\"dis_abled\":null}",
	    "{\"username\":\"x\",\"password\":\"p\",\"\\u0044isabled\":true}",
	    "{\"username\":\"x\",\"password\":\"p\",\"machine\":[100]}",
	    "{\"username\":\"x\",\"password\":\"p\",\"machines\":[1],\"Machines\":[2]}",
	    "{\"username\":\"x\",\"password\":\"p\",\"token\":[]}",
	    "{\"username\":\"x\",\"username\":\"x\",\"password\":\"p\"}",
	};
	char text[300];
	struct user user;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(text, sizeof text, "[%s,{\"username\":\"y\",\"password\":\"p\"}]",
			 rows[i]);
		load(u, text);
		CHECK_ROW(users_find(u, "x", &user) == USERS_UNKNOWN &&
			      users_find(u, "y", &user) == USERS_FOUND &&
			      u->records.table.skipped == 1,
			  rows[i]);
	}
}

static void test_lengths(struct users *u)
{
	char *text = malloc(10000), *name = malloc(1000);
	struct user user;

	for (int more = 0; more <= 1; more++) {
		sprintf(text, "[{\"username\":\"x\",\"password\":\"%0*d\"}]",
			PASSWORD_MAX_BYTES + more, 0);
		load(u, text);
		CHECK((users_find(u, "x", &user) == USERS_FOUND) == (more == 0));
	}
	CHECK(strlen(user.password) <= PASSWORD_MAX_BYTES);
	snprintf(name, 1000, "%0*d", USERNAME_MAX_BYTES, 0);
	snprintf(
	    text, 10000,
	    "[{\"username\":\"%s\",\"password\":\"p\"},{\"username\":\"\",\"password\":\"p\"}]",
	    name);
	load(u, text);
	CHECK(users_find(u, name, &user) == USERS_FOUND);
	name[USERNAME_MAX_BYTES - 1] = '\0';
	CHECK(users_find(u, name, &user) == USERS_UNKNOWN);
	free(text);
	free(name);
}

/* The hash that is computed for an unknown user, from the current file. */
static void test_work_like(struct users *u)
{
	load(u, "[{\"username\":\"a\",\"password\":\"plain\"}]");
	CHECK(users_work_like(u) == NULL);
	CHECK(users_work_like(u) == NULL);
	load(u, "[{\"username\":\"a\",\"password\":\"plain\"},{\"username\":\"b\",\"password\":\"$"
		"argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA\"},"
		"{\"username\":\"c\",\"password\":\"$argon2id$v=19$m=8,t=2,p=1$c2FsdHNhbHQ$"
		"aGFzaGhhc2hoYXNoaGFzaA\"}]");
	for (int i = 0; i < 2; i++)
		CHECK(users_work_like(u) != NULL &&
		      strcmp(users_work_like(u),
			     "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA") == 0);
	load(u, "[{\"username\":\"c\",\"password\":\"$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$a\\/"
		"FzaGhhc2hoYXNoaGFzaA\"}]");
	CHECK(users_work_like(u) != NULL &&
	      strcmp(users_work_like(u),
		     "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$a/FzaGhhc2hoYXNoaGFzaA") == 0);
	/* A string that only begins like a hash is not used for this. */
	load(u, "[{\"username\":\"a\",\"password\":\"p\",\"note\":\"$argon2id$ is what we use\"},"
		"{\"username\":\"b\",\"password\":\"$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$"
		"aGFzaGhhc2hoYXNoaGFzaA\"}]");
	CHECK(users_work_like(u) != NULL &&
	      strcmp(users_work_like(u),
		     "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA") == 0);
	/* A hash that was cut off would cost nothing: the next one is used. */
	load(u, "[{\"username\":\"a\",\"password\":\"$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ\"},"
		"{\"username\":\"b\",\"password\":\"$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$"
		"aGFzaGhhc2hoYXNoaGFzaA\"}]");
	CHECK(users_work_like(u) != NULL &&
	      strcmp(users_work_like(u),
		     "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA") == 0);
	load(u, "[]");
	CHECK(users_work_like(u) == NULL);
}

int main(void)
{
	struct users u;

	folder_make();
	folder_log();
	CHECK(users_open(&u, folder, false));
	test_find(&u);
	test_rules(&u);
	test_lengths(&u);
	test_work_like(&u);
	users_close(&u);
	return check_done();
}
