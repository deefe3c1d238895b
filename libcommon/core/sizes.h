/* sizes: lengths on which several modules must agree. */
#ifndef SSA_SIZES_H
#define SSA_SIZES_H

enum {
	USERNAME_MAX_BYTES = 256,
	PASSWORD_MAX_BYTES = 1024,
	TOKEN_NAME_MAX_BYTES = 64,
	TICKET_ID_LEN = 8, /* the log shows this many characters of a ticket's digest */
};

#endif
