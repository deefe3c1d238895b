/* session: the form of tickets, and the values that are derived from them. (rows/sessions.rows
 * tests it with Redis.) */
#include "store/session.h"
#include "check.h"

#include <ctype.h>

TEST(form)
{
	char text[60];

	for (int len = 0; len < 59; len++) {
		memset(text, 'A', sizeof text);
		text[len] = '\0';
		CHECK_ROW(session_is_ticket(text) == (len == SESSION_TICKET_LEN), text);
	}
	/* Each byte, at the first, a middle and the last place. */
	for (int c = 0; c < 256; c++)
		for (int place = 0; place < 43; place += 21) {
			memset(text, 'A', 43);
			text[43] = '\0';
			text[place] = (char)c;
			CHECK(session_is_ticket(text) == (isalnum(c) || c == '-' || c == '_'));
		}
}

TEST(derived)
{
	char one[CRYPTO_DIGEST_LEN + 1], two[CRYPTO_DIGEST_LEN + 1], ticket[SESSION_TICKET_LEN + 1];
	struct session s = {0};

	crypto_random(ticket, 40);
	session_csrf(one, ticket);
	session_csrf(two, ticket);
	CHECK(strcmp(one, two) == 0 && strlen(one) == CRYPTO_DIGEST_LEN);
	ticket[0] = ticket[0] == 'A' ? 'B' : 'A';
	session_csrf(two, ticket);
	CHECK(strcmp(one, two) != 0);
	CHECK(strcmp(one, ticket) != 0 && strstr(one, ticket) == NULL);

	/* The fingerprint depends on the ticket and the password. */
	crypto_digest(s.fingerprint, ticket, "fingerprint", "secret", NULL);
	CHECK(session_fits(&s, ticket, "secret"));
	CHECK(!session_fits(&s, ticket, "Secret") && !session_fits(&s, ticket, "secre") &&
	      !session_fits(&s, ticket, ""));
	ticket[1] = ticket[1] == 'A' ? 'B' : 'A';
	CHECK(!session_fits(&s, ticket, "secret"));
	/* An empty fingerprint matches no user. */
	memset(&s, 0, sizeof s);
	CHECK(!session_fits(&s, ticket, "secret"));
}
