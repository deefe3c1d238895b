/* client: which addresses are one client, for the limits on guessing. */
#ifndef SSA_CLIENT_H
#define SSA_CLIENT_H

#include <netinet/in.h>

/* Returns the address under which a client is counted; `out` may hold it.
 *
 * An IPv6 address counts by its /64, because one client usually has all of them (RFC 6177). An IPv6
 * address that carries the IPv4 address of the client counts as that IPv4 address: mapped and
 * translated ones (RFC 4291, 2.5.5.2; RFC 2765), those of a NAT64 with the well-known prefix (RFC
 * 6052), 6to4 (RFC 3056) and Teredo (RFC 4380). Otherwise all clients behind a NAT64 or one Teredo
 * server would be one client, and a client with 6to4 would be 65,536 of them. An address of a NAT64
 * with the prefix for local use (RFC 8215) counts as it is, since there each is one IPv4 address.
 * A text that is no IPv6 address stays as it is. */
const char *client_of(const char *address, char out[static INET6_ADDRSTRLEN]);

#endif
