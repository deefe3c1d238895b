/* client: which addresses are counted as one client. */
#include "store/client.h"
#include "check.h"

static void show(FILE *out, const char *address)
{
	char counted[INET6_ADDRSTRLEN];

	fputs(client_of(address, counted), out);
}

/* What is counted, and the addresses that count as it. */
static check_pair rows[] = {
    {"unix:@x", "unix:@x"},
    {"fe80::1%eth0", "fe80::1%eth0"},
    /* A /64 is one client. */
    {"2001:db8:1:2::", "2001:db8:1:2::1 2001:DB8:1:2:ffff:ffff:ffff:ffff"},
    {"2001:db8:1:3::", "2001:db8:1:3::1"},
    {"::", "::1"},
    /* An address that carries an IPv4 address is that client. */
    {"192.0.2.1", "192.0.2.1 ::ffff:192.0.2.1 ::FFFF:c000:0201 ::ffff:0:192.0.2.1"},
    {"192.0.2.1", "64:ff9b::192.0.2.1 2002:c000:201::1 2002:c000:201:ffff::5"},
    {"192.0.2.1", "2001:0:53aa:64c:0:7da:3fff:fdfe"},
    {"192.0.2.2", "64:ff9b::c000:202"},
    /* Each address behind a NAT64 for local use is one client. */
    {"64:ff9b:1::c000:201", "64:ff9b:1::192.0.2.1"},
    {"64:ff9b:1:c000:2:100::", "64:ff9b:1:c000:2:100::"},
    /* Neighbours of those prefixes. */
    {"64:ff9b::", "64:ff9b:0:0:0:1:192.0.2.1"},
    {"64:ff9b:2::", "64:ff9b:2::192.0.2.1"},
    {"2003:c000:201::", "2003:c000:201::1"},
    {"2001:1::", "2001:1::1"},
    {"::", "::fffe:192.0.2.1"},
};

TEST(rows)
{
	CHECK_WORDS(rows, show);
	CHECK_RENDERED("", "", show);
}
