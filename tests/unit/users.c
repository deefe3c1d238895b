/* users: what users.json says about a user. */
#include "data/users.h"
#include "check.h"
#include "folder.h"

static struct users all, *const u = &all;

static void load(const char *text)
{
	folder_replace("users.json", quoted(text));
	CHECK_ROW(records_refresh(&u->records), text);
}

TEST(begin)
{
	folder_make();
	folder_log();
	CHECK(users_open(u, folder, false));
}

TEST(find)
{
	static const struct {
		const char *name, *password;
		bool disabled;
		const char *machines;
	} rows[] = {
	    {"a", "pa", false, NULL}, {"b", "p\xc3\xa4\"", true, "[ 1, \"x\" ]"},
	    {"c", "", false, "[]"},   {"user@1", "pe", false, NULL},
	    {"d", "pd", false, NULL},
	};
	struct user user;

	load("[{'username':'a','password':'pa'},"
	     "{'username':'b','password':'p\\u00e4\\'','disabled':true,'machines':[ 1, 'x' ]},"
	     "{'username':'c','password':'','disabled':false,'machines':[]},"
	     "{'id':7,'password':'pe','username':'user@1','role':'x'},"
	     "{'username':'a','password':'second','disabled':true},"
	     "{'username':'\\u0064','password':'pd'}]");
	EACH(row, rows) {
		CHECK_ROW(users_find(u, row->name, &user) == USERS_FOUND, row->name);
		CHECK_TEXT(user.password, row->password, row->name);
		CHECK_ROW(user.disabled == row->disabled, row->name);
		CHECK_ROW((user.machines.at == NULL) == (row->machines == NULL), row->name);
		if (row->machines != NULL)
			CHECK_BYTES(user.machines.at, user.machines.len, row->machines, row->name);
	}
	EACH_WORD(none, "A aa \\u0064 user nobody pa")
		CHECK_ROW(users_find(u, none, &user) == USERS_UNKNOWN, none);
	CHECK(users_find(u, "", &user) == USERS_UNKNOWN &&
	      users_find(u, "a ", &user) == USERS_UNKNOWN);
}

static void check_left_out(const char *before, const char *members)
{
	char text[300];
	struct user user;

	snprintf(text, sizeof text, "[{%s%s},{'username':'y','password':'p'}]", before, members);
	load(text);
	CHECK_ROW(users_find(u, "x", &user) == USERS_UNKNOWN &&
		      users_find(u, "y", &user) == USERS_FOUND && u->records.table.skipped == 1,
		  text);
}

/* A restriction that cannot be read must not be treated as no restriction. */
TEST(rules)
{
	static const char rows[] =
	    "'username':'x'|'password':'p'|'username':1,'password':'p'|'username':'x','password':1|"
	    "'username':'x','password':null|'username':'x','password':'p','password':'q'|"
	    "'username':'x','username':'x','password':'p'";
	static const char more[] =
	    "'disabled':'true'|'disabled':1|'disabled':null|'disabled':true,'disabled':false|"
	    "'Disabled':true|'disabled ':false|'dis_abled':null|'\\u0044isabled':true|'token':[]|"
	    "'machines':100|'machines':null|'machines':{}|'machines':'100'|'machine':[100]|"
	    "'machines':[1],'machines':[2]|'machines':[1],'Machines':[2]";

	EACH_ITEM(row, rows, '|')
		check_left_out("", row);
	EACH_ITEM(row, more, '|')
		check_left_out("'username':'x','password':'p',", row);
}

TEST(lengths)
{
	char text[2000], name[USERNAME_MAX_BYTES + 1];
	struct user user;

	for (int more = 0; more <= 1; more++) {
		sprintf(text, "[{'username':'x','password':'%0*d'}]", PASSWORD_MAX_BYTES + more, 0);
		load(text);
		CHECK((users_find(u, "x", &user) == USERS_FOUND) == (more == 0));
	}
	sprintf(name, "%0*d", USERNAME_MAX_BYTES, 0);
	sprintf(text, "[{'username':'%s','password':'p'},{'username':'','password':'p'}]", name);
	load(text);
	CHECK(users_find(u, name, &user) == USERS_FOUND);
	name[USERNAME_MAX_BYTES - 1] = '\0';
	CHECK(users_find(u, name, &user) == USERS_UNKNOWN);
}

static void check_work_like(const char *text, const char *want)
{
	load(text);
	for (int i = 0; i < 2; i++) {
		const char *got = users_work_like(u);
		CHECK_TEXT(got ? got : "none", want, text);
	}
}

#define HASH "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA"

/* The hash that is computed for an unknown user, from the current file. */
TEST(work_like)
{
	check_work_like("[{'username':'a','password':'plain'}]", "none");
	check_work_like("[{'username':'a','password':'plain'},{'username':'b','password':'" HASH
			"'},"
			"{'username':'c','password':'$argon2id$v=19$m=8,t=2,p=1$c2FsdHNhbHQ$"
			"aGFzaGhhc2hoYXNoaGFzaA'}]",
			HASH);
	check_work_like("[{'username':'c','password':'$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$a\\/"
			"FzaGhhc2hoYXNoaGFzaA'}]",
			"$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$a/FzaGhhc2hoYXNoaGFzaA");
	/* A string that only begins like a hash is not used for this. */
	check_work_like("[{'username':'a','password':'p','note':'$argon2id$ is what we use'},"
			"{'username':'b','password':'" HASH "'}]",
			HASH);
	/* A hash that was cut off would cost nothing: the next one is used. */
	check_work_like("[{'username':'a','password':'$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ'},"
			"{'username':'b','password':'" HASH "'}]",
			HASH);
	check_work_like("[]", "none");
	users_close(u);
}
