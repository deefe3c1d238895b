/* clock: a monotonic clock, which nobody can set. */
#ifndef SSA_CLOCK_H
#define SSA_CLOCK_H

/* Returns the milliseconds since some moment before the start of the program. Async-signal-safe. */
long long clock_ms(void);

/* The same to a tick of the kernel, up to 10 ms, and without a system call: for a resident program,
 * which asks often. */
long long clock_coarse_ms(void);

#endif
