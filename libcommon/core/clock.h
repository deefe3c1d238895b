/* clock: a monotonic clock, which nobody can set. */
#ifndef SSA_CLOCK_H
#define SSA_CLOCK_H

/* Returns the milliseconds since some moment before the start of the program. Async-signal-safe. */
long long clock_ms(void);

#endif
