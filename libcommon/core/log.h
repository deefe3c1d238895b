/* log: writes each event as one line to stderr, which the front-end server collects.
 *
 *   2026-01-31T09:30:00Z ssa-ticket[4711]: authentication failure; rhost=192.0.2.1
 *       user="user1" reason="wrong password"
 *
 * (This is one line.) Nobody can forge a line: quotes, backslashes and bytes that are not printable
 * ASCII are written as \xNN (OWASP ASVS 5.0, 16.4.1), a value is cut at 256 bytes, and a line is
 * one write(2). If stderr takes nothing for 100 ms, as a pipe that nobody reads, the line is lost
 * and the service goes on. Nothing here allocates or uses stdio, so a signal handler may log
 * too. */
#ifndef SSA_LOG_H
#define SSA_LOG_H

/* Sets the program's name for all further lines. The string must stay valid. */
void log_name(const char *name);

/* log_event("login", "user", user, "ticket", id, NULL) takes pairs of names and values, up to a
 * NULL. A pair whose value is NULL or "" is left out. The value of `rhost` has no quotes, as
 * fail2ban's filters expect. */
void log_event(const char *event, ...) __attribute__((sentinel));

#endif
