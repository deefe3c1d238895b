/* nearest: near misses of names. */
#include "core/nearest.h"
#include "check.h"

static const struct {
	const char *name, *slips, *others; /* with | between */
} slips[] = {
    {"disabled",
     "Disabled|DISABLED| disabled|disabled\t\n |dis-abled|dis_ab--led_|disable|isabled|disabledd|"
     "xdisabled|disabeld|idsabled|disablde|disabxed|dis abled|Is_Abled|d\xc3\xadsabled|"
     "disabled\xc2\xa0",
     "disabled|is_disabled|disab|enabled|disbaeld|disabledisabledisabledisabledisabledisabled"},
    {"machines", "machine|machines |Machine|mahcines", "machines|machinesid"},
    {"tokens", "token|tokenss", "tokens|broken"},
};

static const char *const names[] = {"SSA_PORT", "SSA_MODE", "user list", "user add", NULL};

static void show(FILE *out, const char *typed)
{
	const char *name = nearest_of(typed, names);

	fputs(name != NULL ? name : "none", out);
}

static check_pair nearest[] = {
    {"SSA_PROT", "SSA_PORT"},     {"SSA_MODES", "SSA_MODE"},
    {"ssa_port", "SSA_PORT"},     {"user lst", "user list"},
    {"usr ad", "user add"},       {"SSAPORT", "SSA_PORT"},
    {"SSA_NOTHING_LIKE", "none"}, {"", "none"},
    {"export", "none"},
};

TEST(names)
{
	EACH(row, slips) {
		EACH_ITEM(typed, row->slips, '|')
			CHECK_ROW(nearest_is_slip(span_of(typed), row->name), typed);
		EACH_ITEM(typed, row->others, '|')
			CHECK_ROW(!nearest_is_slip(span_of(typed), row->name), typed);
		CHECK(!nearest_is_slip(span_of(""), row->name));
	}
	CHECK_PAIRS(nearest, show);
	CHECK(nearest_is_same(span_of(" Cp_us"), "cpus") && nearest_is_same(span_of("gpu"), "GPU"));
	CHECK(!nearest_is_same(span_of("gpus"), "GPU"));
}
