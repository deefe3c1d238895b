/* sizes: lengths that several modules must agree on. Each stands here once. */
#ifndef SSA_SIZES_H
#define SSA_SIZES_H

enum {
	USERNAME_MAX_BYTES = 256,
	PASSWORD_MAX_BYTES = 1024,
	TICKET_ID_LEN = 8, /* so many digits of a ticket's digest are its name in the log */
};

#endif
