/* nearest: near misses of names. */
#include "core/nearest.h"
#include "check.h"

static void test_slip(void)
{
	static const struct {
		const char *typed, *name;
		bool slip;
	} rows[] = {
	    {"disabled", "disabled", false},
	    {"Disabled", "disabled", true},
	    {"DISABLED", "disabled", true},
	    {" disabled", "disabled", true},
	    {"disabled\t\n ", "disabled", true},
	    {"dis-abled", "disabled", true},
	    {"dis_ab--led_", "disabled", true},
	    {"disable", "disabled", true},
	    {"isabled", "disabled", true},
	    {"disabledd", "disabled", true},
	    {"xdisabled", "disabled", true},
	    {"disabeld", "disabled", true},
	    {"idsabled", "disabled", true},
	    {"disablde", "disabled", true},
	    {"disabxed", "disabled", true},
	    {"dis abled", "disabled", true},
	    {"Is_Abled", "disabled", true},
	    {"d\xc3\xadsabled", "disabled", true},
	    {"disabled\xc2\xa0", "disabled", true},
	    {"is_disabled", "disabled", false},
	    {"disab", "disabled", false},
	    {"enabled", "disabled", false},
	    {"disbaeld", "disabled", false},
	    {"", "disabled", false},
	    {"disabledisabledisabledisabledisabledisabled", "disabled", false},
	    {"machine", "machines", true},
	    {"machines ", "machines", true},
	    {"Machine", "machines", true},
	    {"mahcines", "machines", true},
	    {"machinesid", "machines", false},
	    {"token", "tokens", true},
	    {"tokenss", "tokens", true},
	    {"broken", "tokens", false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CHECK_ROW(nearest_is_slip(span_of(rows[i].typed), rows[i].name) == rows[i].slip,
			  rows[i].typed);
}

static void test_nearest(void)
{
	static const char *const names[] = {"SSA_PORT", "SSA_MODE", "user list", "user add", NULL};
	static const struct {
		const char *typed, *want;
	} rows[] = {
	    {"SSA_PROT", "SSA_PORT"},   {"SSA_MODES", "SSA_MODE"},
	    {"ssa_port", "SSA_PORT"},   {"user lst", "user list"},
	    {"usr ad", "user add"},     {"SSAPORT", "SSA_PORT"},
	    {"SSA_NOTHING_LIKE", NULL}, {"", NULL},
	    {"export", NULL},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CHECK_ROW(nearest_of(rows[i].typed, names) == NULL
			      ? rows[i].want == NULL
			      : rows[i].want != NULL &&
				    strcmp(nearest_of(rows[i].typed, names), rows[i].want) == 0,
			  rows[i].typed);
	CHECK(nearest_is_same(span_of(" Cp_us"), "cpus") && nearest_is_same(span_of("gpu"), "GPU"));
	CHECK(!nearest_is_same(span_of("gpus"), "GPU"));
}

int main(void)
{
	test_slip();
	test_nearest();
	return check_done();
}
