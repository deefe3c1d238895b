# What happens when Redis, its Sentinels or its cluster fail: tests/README.md, "When engines fail".

engines_run   = SSA_CGI_BIN=$(CGI_BIN) CLOCK=$(CURDIR)/$(engines_clock) python3 -B tests/engines/run.py
engines_clock = build/engines-clock.so

$(engines_clock): tests/engines/clock.c | $(deps_first)
	$(call say,TEST,$@)
	$(Q)gcc -std=c11 -D_GNU_SOURCE $(warnings) -O2 -shared -fPIC -o $@ $<

##@ To check it

test-engines: all $(engines_clock)  ## engines that fail under load; CASES="…", STORE=sentinel, MODE=cgi; takes long
	@$(engines_run) $(STORE:%=--store %) $(MODE:%=--mode %) $(CASES)

# For CI, under a minute: the checker, a fault that it must see, and a master that dies and comes
# back.
test-engines-short: all  ## two of these cases
	@$(engines_run) --patient --mode scgi single-old-snapshot restart-5

deps-engines:  ## also what make test-engines needs
	@scripts/deps.sh engines

.PHONY: test-engines test-engines-short deps-engines
