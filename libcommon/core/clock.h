/* clock: the time that has passed, by a clock that nobody sets. */
#ifndef SSA_CLOCK_H
#define SSA_CLOCK_H

/* Milliseconds since some moment before the program's start. Async-signal-safe. */
long long clock_ms(void);

#endif
