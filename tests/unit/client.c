/* client: which addresses are counted as one client. */
#include "store/client.h"
#include "check.h"

#include <string.h>

static bool is(const char *address, const char *counted)
{
	char out[INET6_ADDRSTRLEN];

	return strcmp(client_of(address, out), counted) == 0;
}

int main(void)
{
	CHECK(is("192.0.2.1", "192.0.2.1"));
	CHECK(is("", ""));
	CHECK(is("unix:@x", "unix:@x"));
	CHECK(is("fe80::1%eth0", "fe80::1%eth0"));
	/* A /64 is one client. */
	CHECK(is("2001:db8:1:2::1", "2001:db8:1:2::"));
	CHECK(is("2001:DB8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::"));
	CHECK(is("2001:db8:1:3::1", "2001:db8:1:3::"));
	CHECK(is("::1", "::"));
	/* An address that carries an IPv4 address is that client. */
	CHECK(is("::ffff:192.0.2.1", "192.0.2.1"));
	CHECK(is("::FFFF:c000:0201", "192.0.2.1"));
	CHECK(is("::ffff:0:192.0.2.1", "192.0.2.1"));
	CHECK(is("64:ff9b::192.0.2.1", "192.0.2.1"));
	CHECK(is("64:ff9b::c000:202", "192.0.2.2"));
	CHECK(is("2002:c000:201::1", "192.0.2.1"));
	CHECK(is("2002:c000:201:ffff::5", "192.0.2.1"));
	CHECK(is("2001:0:53aa:64c:0:7da:3fff:fdfe", "192.0.2.1"));
	/* Each address behind a NAT64 for local use is one client. */
	CHECK(is("64:ff9b:1::192.0.2.1", "64:ff9b:1::c000:201"));
	CHECK(is("64:ff9b:1:c000:2:100::", "64:ff9b:1:c000:2:100::"));
	/* Neighbours of those prefixes. */
	CHECK(is("64:ff9b:0:0:0:1:192.0.2.1", "64:ff9b::"));
	CHECK(is("64:ff9b:2::192.0.2.1", "64:ff9b:2::"));
	CHECK(is("2003:c000:201::1", "2003:c000:201::"));
	CHECK(is("2001:1::1", "2001:1::"));
	CHECK(is("::fffe:192.0.2.1", "::"));
	return check_done();
}
