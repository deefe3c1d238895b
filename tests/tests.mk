# The programs of the unit tests and the suite, for the Makefile.

unit_programs := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*.c))

unit: $(unit_programs)

$(BUILD)/unit/%: tests/unit/%.c tests/unit/check.h $(BUILD)/libcommon.a $(archives) $(headers)
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/libcommon.a $(LDLIBS)

# This test includes the whole heap.c, so the linker must not redirect its calls to it.
$(BUILD)/unit/heap: LDFLAGS := $(filter-out $(wrap),$(LDFLAGS))

# The programs once more, for tests/suite/calls.bats and ssactl.bats, where each of their calls can
# be made to fail.
failing       = $(programs:%=$(BUILD)/unit/calls/%) $(BUILD)/unit/calls/ssactl
failing_calls = malloc calloc realloc free mmap fstat stat socket setsockopt getrandom semget semop fork poll epoll_create1 \
	epoll_ctl accept4 write open connect epoll_pwait read recv send writev sandbox_enter shmget shmctl shmat \
	unlinkat fchown fchmod fstatat fsync renameat syscall openat

# hiredis uses large files, for which glibc has names of its own.
failing_wide  = mmap fstat stat open fstatat openat

unit: $(failing)

$(BUILD)/unit/calls/ssactl: $(ssactl_objects)
$(programs:%=$(BUILD)/unit/calls/%): $(BUILD)/unit/calls/%: $(BUILD)/obj/%.o
$(failing): tests/tools/failing.c $(BUILD)/libcommon.a $(archives)
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(filter-out $(wrap),$(LDFLAGS)) $(failing_calls:%=-Wl,--wrap=%) \
		$(foreach call,$(failing_wide),-Wl,--wrap=$(call)64,--defsym=__wrap_$(call)64=__wrap_$(call)) \
		-o $@ $(filter %.o %.c,$^) $(BUILD)/libcommon.a $(LDLIBS)

##@ To use it

test: all unit  ## the whole suite; TESTS="a.bats b.bats": only these
	@SSA_CGI_BIN=$(CGI_BIN) SSA_UNIT_BIN=$(BUILD)/unit tests/run.sh $(TESTS)

##@ To check it: check check-web test-acl test-long valgrind coverage

test-acl: all unit  ## sessions and logins with the documented Redis user
	@SSA_TEST_ACL=1 SSA_CGI_BIN=$(CGI_BIN) SSA_UNIT_BIN=$(BUILD)/unit \
		tests/run.sh sessions.bats regulation.bats ticket.bats info.bats status.bats log.bats http.bats races.bats calls.bats

test-long: all unit  ## the tests of faults with more requests, and of upgrades under load
	@SSA_TEST_LONG=1 SSA_TEST_TIMEOUT=300 SSA_CGI_BIN=$(CGI_BIN) SSA_UNIT_BIN=$(BUILD)/unit tests/run.sh faults-redis.bats faults-data.bats faults-process.bats upgrade.bats

test-debian:  ## the commands of the README on an empty Debian; SUITE=bookworm or trixie; as root
	@scripts/deps.sh debian
	@tests/debian.sh $(SUITE)

test-deb:  ## the Debian package on an empty Debian; SUITE=bookworm or trixie; as root
	@scripts/deps.sh debian
	@tests/deb.sh $(SUITE)

.PHONY: unit test test-acl test-long test-debian test-deb
