/* clock: the time since some moment before the program started, which nobody can set. */
#ifndef SSA_CLOCK_H
#define SSA_CLOCK_H

/* Async-signal-safe. */
long long clock_ms(void);

/* The same, up to 10 ms late and without a system call, for a resident program that asks often. */
long long clock_coarse_ms(void);

#endif
