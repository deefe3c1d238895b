/* sizes: the limits on which several modules must agree, and the limits in messages. */
#ifndef SSA_SIZES_H
#define SSA_SIZES_H

/* The value of a limit as a string, for a message. The limit is a plain number after #define. */
#define TEXT_OF(limit)        TEXT_OF_NUMBER(limit)
#define TEXT_OF_NUMBER(limit) #limit

#define USERNAME_MAX_BYTES   256
#define PASSWORD_MAX_BYTES   1024
#define TOKEN_NAME_MAX_BYTES 64
#define HASHES_MAX           64 /* passwords that are hashed at a time */

#define TICKET_ID_LEN 8 /* the log shows this many characters of a ticket's digest */

#endif
