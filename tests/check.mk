# Checks beyond the test suite, for the Makefile. `make deps-check` installs what it needs.

##@ To check it

check:  ## analysers, the pages in a browser, sanitizers; CHECKS="gcc layers": only these
	@tests/check.sh $(CHECKS)

# What the sanitizers must know of the programs.
ifneq ($(SANITIZE),)
NO_SANDBOX = yes
LDLIBS += $(BUILD)/obj/sanitize.o
$(programs:%=$(CGI_BIN)/%) $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*.c)): $(BUILD)/obj/sanitize.o
$(BUILD)/obj/sanitize.o: tests/tools/sanitize.c $(BUILD)/flags
	$(Q)$(CC) $(ALL_CFLAGS) -DSANITIZE_REPORT='"$(CURDIR)/$(BUILD)/report"' -c -o $@ $<
endif

ifneq ($(NO_SANDBOX),)
$(programs:%=$(CGI_BIN)/%): LDLIBS += -Wl,--wrap=sandbox_enter $(BUILD)/obj/no-sandbox.o
$(programs:%=$(CGI_BIN)/%): $(BUILD)/obj/no-sandbox.o
$(BUILD)/obj/no-sandbox.o: tests/tools/no-sandbox.c $(BUILD)/flags
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<
endif

# Valgrind cannot check static programs, so these builds use the distribution's libraries. It runs
# the unit tests, and the suite with a wrapper in place of each program that runs it in valgrind. A
# complaint of valgrind is a failure. Tests of the suite that fail are only listed: those that
# measure or limit memory, time or processes cannot pass where every start takes half a second. (A
# program whose stderr is closed writes its log into valgrind's.) TESTS="a.bats" runs
# only these files.
vg      = $(CURDIR)/build/valgrind
vg_make = $(MAKE) --no-print-directory LIBC=system NO_SANDBOX=yes BUILD=$(vg)/build

valgrind:  ## the suite under valgrind; takes half an hour
	@$(vg_make) all unit
	@rm -rf $(vg)/cgi-bin $(vg)/log && mkdir -p $(vg)/cgi-bin $(vg)/log && chmod 1777 $(vg)/log
	@for p in $(programs); do \
		gcc -DVALGRIND="\"$(firstword $(wildcard /usr/bin/valgrind.bin) valgrind)\"" -DLOG="\"$(vg)/log/$$p.%p\"" \
			-DPROGRAM="\"$(vg)/build/cgi-bin/$$p\"" -o $(vg)/cgi-bin/$$p tests/tools/valgrind.c || exit; \
	done
	@own=$$(unshare --ipc true 2>/dev/null && echo 'unshare --ipc'); for unit in $(filter-out sandbox,$(notdir $(basename $(wildcard tests/unit/*.c)))); do \
		timeout 300 $$own valgrind -q --error-exitcode=99 --track-fds=no --leak-check=full --log-file=$(vg)/log/unit-$$unit \
			$(vg)/build/unit/$$unit >/dev/null || echo "  unit $$unit failed"; \
	done; true
	@SSA_CGI_BIN=$(vg)/cgi-bin SSA_TEST_UNIT_BIN=$(vg)/build/unit SSA_TEST_TIMEOUT=900 tests/run.py $(TESTS) >$(vg)/suite.log; \
		sed -n 's/^    not ok [0-9]* /  failed: /p' $(vg)/suite.log; tail -n 1 $(vg)/suite.log
	@echo "  valgrind looked at $$(ls $(vg)/log | wc -l) runs"
	@grep -rE '^==[0-9]+==' $(vg)/log && exit 1; echo "  valgrind: no complaint"

cover_make = $(MAKE) --no-print-directory LIBC=system NO_SANDBOX=yes BUILD=build/coverage CC='gcc --coverage' \
	CFLAGS='-Og -g -fprofile-abs-path -fprofile-update=atomic -D_exit=coverage_exit'

coverage:  ## lines and branches that the suite reaches
	@mkdir -p build/coverage/obj && find build/coverage -name '*.gcda' -delete
	@gcc $(std) $(warnings) -c -o build/coverage/obj/coverage.o tests/tools/coverage.c
	@$(cover_make) LDFLAGS='-pie $(CURDIR)/build/coverage/obj/coverage.o' all unit
	@SSA_CGI_BIN=build/coverage/cgi-bin SSA_TEST_UNIT_BIN=build/coverage/unit tests/run.py >build/coverage/suite.log; tail -n 1 build/coverage/suite.log
	@gcovr -r . --object-directory build/coverage -f libcommon/ -f cgi-bin/ -s build/coverage

.PHONY: check valgrind coverage
