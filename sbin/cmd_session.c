/* The commands for what Redis keeps: sessions, revoke, bans, unban. */
#include "command.h"
#include "data/users.h"
#include "listing.h"
#include "store/regulation_list.h"
#include "store/session.h"
#include "store/session_list.h"
#include "store/tickets.h"

#include <arpa/inet.h>
#include <string.h>

struct search {
	struct listing listing;
	const char *name; /* of a user or an address; NULL: all */
	struct redis *redis;
	long long ended;
};

/* Says so if no user has this name, which may be misspelt. What Redis keeps of a user who was
 * removed can still be named, so it is no fault. */
static void note_user(const struct ctl *c, const char *name)
{
	struct users u;

	if (name == NULL)
		return;
	if (users_open(&u, c->config.data_dir, false) && records_refresh(&u.records) &&
	    table_find(&u.records.table, span_of(name)) == u.records.table.count)
		ctl_say("note: there is no user \"%s\"", name);
	users_close(&u);
}

static enum result list_session(void *context, const struct session *s)
{
	struct search *search = context;
	char id[TICKET_ID_LEN + 1] = "";

	if (search->name != NULL && strcmp(search->name, s->username) != 0)
		return RESULT_OK;
	memcpy(id, s->name.digest, TICKET_ID_LEN);
	listing_text(&search->listing, s->username);
	listing_text(&search->listing, id);
	listing_time(&search->listing, s->expires_at);
	listing_time(&search->listing, s->renewable_until);
	return RESULT_OK;
}

static enum exit_code sessions(struct ctl *c)
{
	struct search search = {
	    .listing = {.columns = {"username", "ticket", "expires", "renewable_until"}},
	    .name = c->args[0],
	};

	note_user(c, search.name);
	enum result result = session_list(c->redis, list_session, &search);
	if (result != RESULT_OK)
		ctl_redis_failed(c, result);
	listing_print(&search.listing, c->json);
	return CTL_DONE;
}

static enum result end_session(void *context, const struct session *s)
{
	struct search *search = context;

	search->ended++;
	return tickets_end_user(search->redis, s->username);
}

static enum exit_code revoke(struct ctl *c)
{
	struct search search = {.redis = c->redis};

	if (c->all == (c->count > 0))
		ctl_end(CTL_USAGE, "name a user, or use --all");
	note_user(c, c->args[0]);
	if (!c->all) {
		ctl_end_sessions(c, c->args[0]);
		return CTL_DONE;
	}
	/* A session that begins while the list is made may be missed. */
	do {
		search.ended = 0;
		enum result result = session_list(c->redis, end_session, &search);
		if (result != RESULT_OK)
			ctl_redis_failed(c, result);
	} while (search.ended > 0);
	return CTL_DONE;
}

static void list_ban(void *context, const struct regulation_limit *b)
{
	struct search *search = context;

	listing_text(&search->listing, search->name);
	listing_text(&search->listing, b->limit);
	listing_number(&search->listing, b->failures);
	listing_number(&search->listing, b->left_s);
}

static void list_bans(struct ctl *c, struct search *search, const char *user, const char *address)
{
	search->name = address != NULL ? address : user;
	enum result result = regulation_list(c->redis, &c->config, user, address, list_ban, search);
	if (result != RESULT_OK)
		ctl_redis_failed(c, result);
}

/* An address is counted as the server names it: an IP address, or the path of a Unix socket. */
static void check_address(const char *text)
{
	struct in6_addr address;

	if (text != NULL && text[0] != '/' && inet_pton(AF_INET, text, &address) != 1 &&
	    inet_pton(AF_INET6, text, &address) != 1)
		ctl_end(CTL_USAGE, "not an IPv4 or IPv6 address: %s", text);
}

#define HIDDEN "SSA_LOGIN_LIMITS has no limit of a user"

/* The counter of a user leads to those of this user and an address. */
static bool hides_addresses(const struct ctl *c)
{
	return c->config.user.count == 0 && c->config.user_addr.count > 0;
}

static enum exit_code bans(struct ctl *c)
{
	struct search search = {.listing = {.columns = {c->address ? "address" : "username",
							"limit", "failures", "seconds_left"}}};
	char name[USERNAME_MAX_BYTES + 1];
	struct users u;

	if (c->address != NULL && c->count > 0)
		ctl_end(CTL_USAGE, "name a user or an address, not both");
	check_address(c->address);
	note_user(c, c->args[0]);
	if (c->address == NULL && hides_addresses(c))
		ctl_say("note: %s: limits of a user and an address are not listed", HIDDEN);
	if (c->address != NULL || c->count > 0) {
		list_bans(c, &search, c->args[0], c->address);
	} else {
		/* Redis has digests of names, so only users whose names are known are listed. */
		ctl_open_users(c, &u);
		for (size_t i = 0; i < u.records.table.count; i++)
			if (users_name(table_text(&u.records.table, i), name))
				list_bans(c, &search, name, NULL);
		users_close(&u);
	}
	listing_print(&search.listing, c->json);
	return CTL_DONE;
}

static enum exit_code unban(struct ctl *c)
{
	const char *user = c->args[0], *address = c->count > 1 ? c->args[1] : c->address;
	size_t forgotten;

	if ((user == NULL) == (c->address == NULL))
		ctl_end(CTL_USAGE, "name a user, a user and an address, or --address ADDRESS");
	check_address(address);
	note_user(c, user);
	if (address == NULL && hides_addresses(c))
		ctl_end(CTL_USAGE, "%s: name the address, too", HIDDEN);
	enum result result = regulation_forget(c->redis, &c->config, user, address, &forgotten);
	if (result != RESULT_OK)
		ctl_redis_failed(c, result);
	if (forgotten == 0)
		ctl_end(CTL_NO, "no failures were counted%s",
			address == NULL ? "; one address may still be refused: name it" : "");
	return CTL_DONE;
}

const struct command cmd_session[] = {
    {"sessions", "[USER]", "list live sessions", 0, 1, JSON, REDIS, sessions},
    {"revoke", "[USER]", "end all sessions of a user or of all users", 0, 1, ALL, REDIS, revoke},
    {"bans", "[USER]", "list the login limits that are reached", 0, 1, JSON | ADDRESS,
     REDIS | CONFIG_LIMITS, bans},
    {"unban", "[USER [ADDRESS]]", "forget failed logins", 0, 2, ADDRESS, REDIS | CONFIG_LIMITS,
     unban},
    {0},
};
