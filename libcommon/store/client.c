#include "store/client.h"

#include <arpa/inet.h>
#include <string.h>

enum { AS_IT_IS = 16 };

static const struct {
	unsigned char prefix[12];
	unsigned char prefix_len;
	unsigned char ipv4_at; /* where the IPv4 address begins, or AS_IT_IS */
	unsigned char mask;    /* the bytes of the IPv4 address are combined with this by XOR */
} carriers[] = {
    {{[10] = 0xFF, 0xFF}, 12, 12, 0},                       /* ::ffff:0:0/96 */
    {{[8] = 0xFF, 0xFF}, 12, 12, 0},                        /* ::ffff:0:0:0/96 */
    {{0x00, 0x64, 0xFF, 0x9B}, 12, 12, 0},                  /* 64:ff9b::/96 */
    {{0x00, 0x64, 0xFF, 0x9B, 0x00, 0x01}, 6, AS_IT_IS, 0}, /* 64:ff9b:1::/48 */
    {{0x20, 0x02}, 2, 2, 0},                                /* 2002::/16 */
    {{0x20, 0x01}, 4, 12, 0xFF},                            /* 2001::/32 */
};

const char *client_of(const char *address, char out[static INET6_ADDRSTRLEN])
{
	struct in6_addr ip;

	if (inet_pton(AF_INET6, address, &ip) != 1)
		return address;
	for (size_t i = 0; i < sizeof carriers / sizeof carriers[0]; i++) {
		unsigned char ipv4[4];
		if (memcmp(ip.s6_addr, carriers[i].prefix, carriers[i].prefix_len) != 0)
			continue;
		if (carriers[i].ipv4_at == AS_IT_IS)
			return inet_ntop(AF_INET6, &ip, out, INET6_ADDRSTRLEN);
		for (size_t k = 0; k < sizeof ipv4; k++)
			ipv4[k] = ip.s6_addr[carriers[i].ipv4_at + k] ^ carriers[i].mask;
		return inet_ntop(AF_INET, ipv4, out, INET6_ADDRSTRLEN);
	}
	memset(ip.s6_addr + 8, 0, 8);
	return inet_ntop(AF_INET6, &ip, out, INET6_ADDRSTRLEN);
}
