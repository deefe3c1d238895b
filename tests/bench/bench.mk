# make bench. The programs to compare with are built like the programs: the same compiler, flags and
# archives. They do not have the heap module, so that cJSON uses the heap of the C library.
bench_programs = $(addprefix build/bench/,empty floor empty-scgi cjson-parse bare-hash)

##@ To measure and to search for faults: bench sizing fuzz fuzz-short fuzz-coverage

bench:  ## speed and memory; PEERS=1: against FastAPI too
	@scripts/deps.sh bench
	@$(MAKE) --no-print-directory LIBC=musl SANITIZE= all bench-programs
	@$(MAKE) --no-print-directory LIBC=system SANITIZE= all
	@PEERS=$(PEERS) BENCH_S=$(BENCH_S) BENCH_ROUNDS=$(BENCH_ROUNDS) BENCH_PARTS="$(BENCH_PARTS)" \
	    /usr/bin/python3 -B tests/bench/bench.py

sizing:  ## memory, commands and hashes of sessions, for docs/scaling.md; SESSIONS=1000000
	@scripts/deps.sh test
	@$(MAKE) --no-print-directory LIBC=musl SANITIZE= all build/bench/bare-hash
	@SESSIONS=$(SESSIONS) /usr/bin/python3 -B tests/bench/sizing.py

bench-programs: $(bench_programs)

build/bench/%: tests/bench/%.c build/flags | $(archives)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(filter-out $(wrap),$(LDFLAGS)) -o $@ $< $(LDLIBS)

.PHONY: bench sizing bench-programs
