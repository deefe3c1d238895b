# The unit tests' programs and the suite, for the Makefile.

unit_programs := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*.c))

unit: $(unit_programs)

$(BUILD)/unit/%: tests/unit/%.c tests/unit/check.h $(BUILD)/libcommon.a $(archives) $(headers)
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/libcommon.a $(LDLIBS)

test: all unit  ## the whole suite in both modes; TESTS="a.bats b.bats": only these
	@SSA_CGI_BIN=$(CGI_BIN) SSA_UNIT_BIN=$(BUILD)/unit tests/run.sh $(TESTS)

.PHONY: unit test
