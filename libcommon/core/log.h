/* log: one line an event on stderr, which the front-end server collects.
 *
 *   2026-01-31T09:30:00Z ssa-ticket[4711]: authentication failure; rhost=192.0.2.1 user="user1"
 * reason="wrong password"
 *
 * A line cannot be forged: what is not printable ASCII, and every quote and backslash, is written
 * as \xNN (OWASP ASVS 5.0, 16.4.1), a value ends after 256 bytes, and a line is one write(2).
 * If stderr takes nothing for 100 ms, because nobody reads the pipe that it is, the line is lost: the service goes on.
 * Nothing here allocates or uses stdio, so a signal handler may log too. */
#ifndef SSA_LOG_H
#define SSA_LOG_H

/* The program's name for the following lines; the string must stay. */
void log_name(const char *name);

/* log_event("login", "user", user, "ticket", id, NULL): names and values in pairs, NULL at the end.
 * A pair whose value is NULL or "" is left out. The value of `rhost` stands without quotes, the
 * form that fail2ban's filters know. */
void log_event(const char *event, ...) __attribute__((sentinel));

#endif
