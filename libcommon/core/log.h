/* log: writes one line for each event to stderr, which the front-end server collects.
 *
 *   2026-01-31T09:30:00Z ssa-ticket[4711]: authentication failure; rhost=192.0.2.1
 *       user="user1" reason="wrong password"
 *
 * (This is one line.) Nobody can forge a line: each byte that is not printable ASCII, each quote
 * and each backslash is written as \xNN (OWASP ASVS 5.0, 16.4.1), a value ends after 256 bytes, and
 * each line is one write(2). If stderr takes nothing for 100 ms, for example because it is a pipe
 * that nobody reads, the line is lost and the service goes on. Nothing here allocates or uses
 * stdio, so a signal handler may log too. */
#ifndef SSA_LOG_H
#define SSA_LOG_H

/* Sets the name of the program for the following lines. The string must stay valid. */
void log_name(const char *name);

/* log_event("login", "user", user, "ticket", id, NULL) takes names and values in pairs, and NULL at
 * the end. A pair whose value is NULL or "" is left out. The value of `rhost` has no quotes,
 * because the filters of fail2ban know this form. */
void log_event(const char *event, ...) __attribute__((sentinel));

#endif
