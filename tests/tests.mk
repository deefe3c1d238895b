# The programs of the unit tests and the suite, for the Makefile.

unit_programs := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*.c))

unit: $(unit_programs)

$(BUILD)/unit/%: tests/unit/%.c $(wildcard tests/unit/*.h) $(BUILD)/libcommon.a $(archives) $(headers)
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/libcommon.a $(LDLIBS)

# This test includes the whole heap.c, so the linker must not redirect its calls to it.
$(BUILD)/unit/heap: LDFLAGS := $(filter-out $(wrap),$(LDFLAGS))

# What the tests send requests with. It is for this machine, also if the programs are for another.
unit: build/tools/sockets build/tools/deny
build/tools/%: tests/tools/%.c | $(deps_first)
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)gcc $(std) $(warnings) -O -static -o $@ $<

# The programs once more, for tests/suite/calls.bats and ssactl.bats, where each of their calls can
# be made to fail.
failing       = $(programs:%=$(BUILD)/unit/calls/%) $(BUILD)/unit/calls/ssactl
failing_calls = malloc calloc realloc free mmap fstat stat socket setsockopt getrandom semget semop fork poll epoll_create1 \
	epoll_ctl accept4 write open connect epoll_pwait read recv send writev sandbox_enter shmget shmctl shmat \
	unlinkat fchown fchmod fstatat fsync renameat syscall openat

# hiredis uses large files, for which glibc has other names.
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

test: all unit  ## the suite, in three minutes; TESTS="a.bats b.rows": only these
	@SSA_CGI_BIN=$(CGI_BIN) SSA_TEST_UNIT_BIN=$(BUILD)/unit tests/run.py $(TESTS)

test-full: all unit  ## the whole suite, in both modes, in eight minutes
	@SSA_TEST_FULL=1 SSA_CGI_BIN=$(CGI_BIN) SSA_TEST_UNIT_BIN=$(BUILD)/unit tests/run.py $(TESTS)

test-steady: all unit  ## those that failed once beside other work, TIMES=30, with BUSY=4 loops; or TESTS, FILTER
	@SSA_TEST_FULL=$(if $(TESTS)$(FILTER),1) SSA_TEST_JOBS=$(or $(JOBS),1) SSA_TEST_TIMES=$(or $(TIMES),30) SSA_TEST_BUSY=$(or $(BUSY),$(shell expr 2 \* `nproc`)) \
		SSA_TEST_TAGS=$(if $(TESTS)$(FILTER),,load) SSA_TEST_FILTER='$(FILTER)' \
		SSA_CGI_BIN=$(CGI_BIN) SSA_TEST_UNIT_BIN=$(BUILD)/unit tests/run.py $(TESTS)

##@ To check it: check check-web test-planted test-acl test-arm64 valgrind coverage

test-planted:  ## plants faults, which the suite must find; WORDS="auth http": only these
	@tests/planted/run.py $(WORDS)

test-acl: all unit  ## sessions and logins with the documented Redis user
	@SSA_TEST_ACL=1 SSA_CGI_BIN=$(CGI_BIN) SSA_TEST_UNIT_BIN=$(BUILD)/unit \
		tests/run.py sessions.bats sessions.rows regulation.bats regulation.rows ticket.rows info.rows status.rows log.rows log.bats http.bats races.bats calls.bats

# The suite with the programs for arm64. tests/tools/emulated.c says how they are run, and
# needs_native in tests/suite/helpers.bash skips what an emulator cannot do. Left out are the files
# that test scripts, documents and other programs, and calls.bats, which starts the programs
# thousands of times. Resident workers are enough: with CGI each request would start the emulator.
emulated_files = $(addsuffix .bats,unit config query log sessions regulation delay \
	ssactl http hostile pages slow workers races faults-data faults-process faults-redis sentinel cluster) \
	$(notdir $(wildcard tests/rows/*.rows))
emulated      = build/arm64/emulated
emulator      = $(firstword $(wildcard /usr/bin/qemu-aarch64-static /usr/bin/qemu-aarch64))
emulated_list = $(programs:%=cgi-bin/%) sbin/ssactl $(patsubst tests/unit/%.c,unit/%,$(wildcard tests/unit/*.c)) \
	$(patsubst %,unit/calls/%,$(programs) ssactl)

test-arm64:  ## the suite with the programs for arm64, in an emulator; TESTS="a.bats": only these
	@scripts/deps.sh arm64
	@$(MAKE) --no-print-directory ARCH=arm64 all unit emulated
	@SSA_TEST_EMULATED=1 SSA_TEST_TIMEOUT=$${SSA_TEST_TIMEOUT:-300} SSA_TEST_MODES=$${SSA_TEST_MODES:-scgi} \
		SSA_CGI_BIN=$(emulated)/cgi-bin SSA_TEST_UNIT_BIN=$(emulated)/unit tests/run.py $(or $(TESTS),$(emulated_files))

emulated: $(emulated_list:%=$(emulated)/%)

# The wrapper is for this machine.
$(emulated)/%: tests/tools/emulated.c
	$(Q)mkdir -p $(@D) $(emulated)/run/$(dir $*)
	$(Q)ln -sf $(emulator) $(emulated)/run/$*
	$(Q)musl-gcc -Os -static -s $(std) $(warnings) -DEMULATOR='"$(CURDIR)/$(emulated)/run/$*"' \
		-DPROGRAM='"$(CURDIR)/build/arm64/$*"' -o $@ $<

test-debian:  ## the commands of the README on an empty Debian; SUITE=bookworm or trixie; as root
	@scripts/deps.sh debian
	@tests/debian.sh $(SUITE)

test-deb:  ## the Debian package on an empty Debian; SUITE=bookworm or trixie; as root
	@scripts/deps.sh debian
	@tests/deb.sh $(SUITE)

test-container:  ## container/ with podman, on an empty Debian; as root
	@scripts/deps.sh debian container
	@tests/container.sh

.PHONY: test-container unit test test-full test-steady test-planted test-acl test-arm64 emulated test-debian test-deb
