# Fuzzing: clang's libFuzzer with the address and undefined-behaviour sanitizers, on
# the distribution's libraries.
#   make fuzz FUZZ_S=600            ten minutes for each target; new inputs go to build/fuzz/corpus
#   make fuzz FUZZ_TARGETS=json     one target
#   make fuzz-short                 the seeds and three seconds of search: for CI
#   make fuzz-coverage              lines of each module that seeds and corpus reach
# A crash leaves its input in build/fuzz/crash-*. `build/fuzz/find/TARGET FILE` runs it again.

FUZZ_S       = 60
FUZZ_TARGETS = json records query decimal request redis redis_url log

# The modules whose coverage is measured for a target, and the functions of the C library that
# the target replaces.
fuzz_modules_json      = core/scan core/json core/text
fuzz_modules_records   = data/records data/table data/datafile data/users data/machines
fuzz_modules_query     = http/query http/condition http/paging data/selection data/fields data/value data/order data/walk core/span
fuzz_modules_decimal   = data/decimal
fuzz_modules_request   = http/request http/reply http/scgi http/connection http/batch http/resident http/cgi http/gate http/endpoint
fuzz_modules_redis     = redis/redis redis/master redis/link redis/sentinel redis/cluster redis/nodes redis/replication redis/shards redis/tag store/store_key redis/resp redis/stream store/readiness store/session store/ticket_index store/tickets store/regulation
fuzz_modules_redis_url = redis/redis_url core/number core/percent core/config
fuzz_modules_log       = core/log
fuzz_wrap_records    = nanosleep openat64 read stat64 fstat64
fuzz_wrap_request    = recv read writev close getsockopt accept4 poll epoll_create1 epoll_ctl epoll_pwait sigprocmask fcntl setitimer signal malloc calloc realloc free sandbox_enter
fuzz_wrap_redis      = socket connect setsockopt close send recv getrandom

fuzz_dir   = build/fuzz
fuzz_flags = $(std) -Wall -Wextra -Werror -O2 -g -fno-omit-frame-pointer $(shell pkg-config --cflags hiredis libcjson libsodium)
fuzz_libs  = $(shell pkg-config --libs hiredis libcjson libsodium)
fuzz_find  = -fsanitize=address,undefined -fno-sanitize-recover=all
fuzz_cover = -fprofile-instr-generate -fcoverage-mapping
# heap replaces malloc, which the sanitizers must replace themselves.
fuzz_sources = $(filter-out libcommon/core/heap.c,$(wildcard libcommon/*/*.c)) $(addprefix tests/fuzz/,fuzz.c false_system.c)
fuzz_needs   = $(headers) $(wildcard tests/fuzz/*.h) tests/fuzz/fuzz.mk

# There are two builds, find and cover. Each has an archive of all modules, and the targets. A
# target that includes the .c file of a module does not take this module from the archive.
define fuzz_build
$(fuzz_sources:%.c=$(fuzz_dir)/$(1)/%.o): $(fuzz_dir)/$(1)/%.o: %.c $(fuzz_needs)
	@mkdir -p $$(@D)
	$$(Q)clang $$(fuzz_flags) -fsanitize=fuzzer-no-link $(fuzz_$(1)) -c -o $$@ $$<

$(fuzz_dir)/$(1)/modules.a: $(fuzz_sources:%.c=$(fuzz_dir)/$(1)/%.o)
	$$(call say,AR,$$@)
	$$(Q)rm -f $$@ && ar rcs $$@ $$^

$(FUZZ_TARGETS:%=$(fuzz_dir)/$(1)/%): $(fuzz_dir)/$(1)/%: tests/fuzz/%.c $(fuzz_dir)/$(1)/modules.a
	$$(call say,FUZZ,$$@)
	@mkdir -p $(fuzz_dir)/corpus/$$*
	$$(Q)clang $$(fuzz_flags) -fsanitize=fuzzer $(fuzz_$(1)) -Wl,--wrap=write $$(fuzz_wrap_$$*:%=-Wl,--wrap=%) -o $$@ $$^ $$(fuzz_libs)
endef
$(eval $(call fuzz_build,find))
$(eval $(call fuzz_build,cover))

fuzz_run = $(fuzz_dir)/find/$(1) -dict=tests/fuzz/fuzz.dict -artifact_prefix=$(fuzz_dir)/crash-$(1)- -max_len=3072 -timeout=10 \
	-rss_limit_mb=1024 -print_final_stats=1 -max_total_time=$(2) $(fuzz_dir)/corpus/$(1) tests/fuzz/corpus/$(1)

##@ To measure and to search for faults

fuzz: $(FUZZ_TARGETS:%=fuzz-run-%)  ## search for faults; FUZZ_S=60: seconds for each target

fuzz-short:  ## the same, for three seconds each
	@$(MAKE) --no-print-directory fuzz FUZZ_S=3

$(FUZZ_TARGETS:%=fuzz-run-%): fuzz-run-%: $(fuzz_dir)/find/%
	@$(call fuzz_run,$*,$(FUZZ_S)) >$(fuzz_dir)/$*.log 2>&1 || { grep -vE '^(INFO|#[0-9])' $(fuzz_dir)/$*.log; exit 1; }
	@awk -v target=$* '$$1 == "stat::number_of_executed_units:" { n = $$2 } $$1 == "stat::average_exec_per_sec:" { rate = $$2 } \
		END { printf "  fuzz   %-10s %10d executions, %6d a second: no fault\n", target, n, rate }' $(fuzz_dir)/$*.log

fuzz-coverage: $(FUZZ_TARGETS:%=fuzz-cover-%)  ## lines of each module that the corpus reaches

# The tools of llvm are in the folder of the clang that is used.
fuzz_llvm  = $(dir $(realpath $(shell command -v clang)))
fuzz_lines = $(fuzz_llvm)llvm-cov export -summary-only -instr-profile=$(fuzz_dir)/cover/$(1).profdata $(fuzz_dir)/cover/$(1) libcommon/$(2).c | \
	jq -r '.data[0].totals.lines | "  cover  $(1): $(2).c \(.percent * 10 | floor / 10)% of \(.count) lines"'

$(FUZZ_TARGETS:%=fuzz-cover-%): fuzz-cover-%: $(fuzz_dir)/cover/%
	@LLVM_PROFILE_FILE=$(fuzz_dir)/cover/$*.profraw $(fuzz_dir)/cover/$* -runs=0 tests/fuzz/corpus/$* $(fuzz_dir)/corpus/$* \
		>$(fuzz_dir)/$*.log 2>&1 || { grep -vE '^(INFO|#[0-9])' $(fuzz_dir)/$*.log; exit 1; }
	@$(fuzz_llvm)llvm-profdata merge -sparse -o $(fuzz_dir)/cover/$*.profdata $(fuzz_dir)/cover/$*.profraw
	@$(foreach module,$(fuzz_modules_$*),$(call fuzz_lines,$*,$(module)) &&) :

.PHONY: fuzz fuzz-short fuzz-coverage $(foreach kind,run cover,$(FUZZ_TARGETS:%=fuzz-$(kind)-%))
