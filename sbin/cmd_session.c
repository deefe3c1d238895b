/* The commands about Redis: sessions, revoke, bans, unban. */
#include "data/users.h"
#include "listing.h"
#include "redis/redis.h"
#include "ssactl.h"
#include "store/bans.h"
#include "store/session.h"
#include "store/survey.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static enum exit_code redis_failed(struct ctl *c, enum result result)
{
	return ctl_say(CTL_FAILED, "%s",
		       result == RESULT_UNAVAILABLE ? redis_error(c->redis)
						    : "no memory, or data that is not ours");
}

struct search {
	struct listing listing;
	const char *user; /* NULL: all */
	struct redis *redis;
	long long ended;
};

static enum result list_session(void *context, const struct session *s)
{
	struct search *search = context;
	char id[TICKET_ID_LEN + 1] = "";

	if (search->user != NULL && strcmp(search->user, s->username) != 0)
		return RESULT_OK;
	memcpy(id, s->name.digest, TICKET_ID_LEN);
	listing_text(&search->listing, s->username);
	listing_text(&search->listing, id);
	listing_time(&search->listing, s->expires_at);
	listing_time(&search->listing, s->renewable_until);
	return RESULT_OK;
}

enum exit_code cmd_sessions(struct ctl *c)
{
	struct search search = {
	    .listing = {.columns = {"username", "ticket", "expires", "renewable_until"}},
	    .user = c->args[0],
	};
	if (search.user != NULL)
		ctl_note_user(c, search.user);
	enum result result = survey_sessions(c->redis, list_session, &search);
	if (result != RESULT_OK)
		return redis_failed(c, result);
	return listing_print(&search.listing, c->json)
		   ? CTL_DONE
		   : ctl_say(CTL_FAILED, "cannot write the list");
}

enum exit_code ctl_end_sessions(struct ctl *c, const char *user)
{
	enum result result = tickets_end_user(c->redis, user);

	if (result == RESULT_OK)
		return CTL_DONE;
	redis_failed(c, result);
	return ctl_say(CTL_FAILED,
		       "the sessions of the user were not ended: when Redis is back, run"
		       " `ssactl revoke %s`",
		       user);
}

static enum result end_session(void *context, const struct session *s)
{
	struct search *search = context;

	search->ended++;
	return tickets_end_user(search->redis, s->username);
}

enum exit_code cmd_revoke(struct ctl *c)
{
	struct search search = {.redis = c->redis};

	if (c->all == (c->count > 0))
		return ctl_say(CTL_USAGE, "name a user, or say --all");
	if (!c->all) {
		ctl_note_user(c, c->args[0]);
		return ctl_end_sessions(c, c->args[0]);
	}
	/* A session that begins during a survey may be missed. */
	do {
		search.ended = 0;
		enum result result = survey_sessions(c->redis, end_session, &search);
		if (result != RESULT_OK)
			return redis_failed(c, result);
	} while (search.ended > 0);
	return CTL_DONE;
}

static void list_ban(void *context, const struct ban *b)
{
	struct search *search = context;

	listing_text(&search->listing, search->user);
	listing_text(&search->listing, b->limit);
	listing_number(&search->listing, b->failures);
	listing_number(&search->listing, b->left_s);
}

/* The keys in Redis are digests of names, so only users can be listed whose names are known. */
static enum result list_known(struct ctl *c, struct search *search, struct users *u)
{
	char name[USERNAME_MAX_BYTES + 1];
	enum result result = RESULT_OK;

	for (size_t i = 0; i < u->records.table.count && result == RESULT_OK; i++) {
		if (!users_name(records_text(&u->records, i), name))
			continue;
		search->user = name;
		result = bans_list(c->redis, &c->config, name, NULL, list_ban, search);
	}
	return result;
}

/* An address is counted as the server names it: an IP address, or the path of a Unix socket. */
static bool is_address(const char *text)
{
	struct in6_addr address;

	return text[0] == '/' || inet_pton(AF_INET, text, &address) == 1 ||
	       inet_pton(AF_INET6, text, &address) == 1;
}

static enum exit_code no_address(const char *text)
{
	return ctl_say(CTL_USAGE, "not an address of IPv4 or IPv6: %s", text);
}

enum exit_code cmd_bans(struct ctl *c)
{
	struct search search = {
	    .listing = {.columns = {c->address ? "address" : "username", "limit", "failures",
				    "seconds_left"}},
	    .user = c->address ? c->address : c->args[0],
	};
	enum result result;
	struct users u;

	if (c->address != NULL || c->count > 0) {
		if (c->address != NULL && c->count > 0)
			return ctl_say(CTL_USAGE, "name a user or an address");
		if (c->address != NULL && !is_address(c->address))
			return no_address(c->address);
		if (c->count > 0)
			ctl_note_user(c, c->args[0]);
		result = bans_list(c->redis, &c->config, c->args[0], c->address, list_ban, &search);
	} else {
		if (!ctl_open_users(c, &u))
			return CTL_FAILED;
		result = list_known(c, &search, &u);
		users_close(&u);
	}
	if (result != RESULT_OK)
		return redis_failed(c, result);
	return listing_print(&search.listing, c->json)
		   ? CTL_DONE
		   : ctl_say(CTL_FAILED, "cannot write the list");
}

enum exit_code cmd_unban(struct ctl *c)
{
	const char *user = c->args[0], *address = c->count > 1 ? c->args[1] : c->address;
	size_t forgotten;

	if ((user == NULL) == (c->address == NULL))
		return ctl_say(CTL_USAGE,
			       "name a user, a user and an address, or --address ADDRESS");
	if (address != NULL && !is_address(address))
		return no_address(address);
	if (user != NULL)
		ctl_note_user(c, user);
	enum result result = bans_forget(c->redis, &c->config, user, address, &forgotten);
	if (result != RESULT_OK)
		return redis_failed(c, result);
	if (forgotten == 0)
		return ctl_say(CTL_NO, "no failures were counted");
	return CTL_DONE;
}
