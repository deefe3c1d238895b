# SimpleServerAPI in C. `make help` lists the targets.

LIBC     = musl# musl: static programs that need nothing on the target; system: the distribution's libraries
ARCH     =# arm64: cross-compiled for aarch64, with LIBC=musl, in its own build folder
SANITIZE =# address,undefined: with LIBC=system, in its own build folder
V        =# 1 shows the commands
CFLAGS   = -O2 -g
# For make install. DESTDIR is put in front of each path. From DATA on, this is what the units of
# systemd name, and UNIT is their own name.
PREFIX       = /usr/local
DATA         = $(PREFIX)/lib/simpleserverapi/data
UNIT         = ssa
SERVICE_USER = ssa
SETTINGS     = /etc/ssa.env
PORT         = 8000

ifneq ($(SANITIZE),)
override LIBC = system
endif
# Both x86_64 and aarch64, and the names that Debian has for them, are understood.
override ARCH := $(patsubst aarch64,arm64,$(ARCH:x86_64=amd64))
native  := $(patsubst aarch64,arm64,$(patsubst x86_64,amd64,$(shell uname -m)))
cross   := $(if $(filter musl,$(LIBC)),$(filter-out $(native),$(ARCH)))
ifneq ($(filter-out arm64,$(cross)),)
$(error ARCH=$(ARCH): only ARCH=arm64 can be cross-compiled)
endif
variant := $(if $(SANITIZE),sanitize,$(if $(filter musl,$(LIBC)),$(cross),system))
BUILD   := build$(addprefix /,$(variant))
CGI_BIN := $(if $(variant),$(BUILD)/)cgi-bin

SSACTL  := $(if $(variant),$(BUILD)/)sbin/ssactl

programs := $(shell cat scripts/programs)
ssactl_objects = $(patsubst sbin/%.c,$(BUILD)/obj/sbin/%.o,$(wildcard sbin/*.c))
modules  := $(filter-out $(if $(filter musl,$(LIBC)),,core/heap),$(patsubst libcommon/%.c,%,$(wildcard libcommon/*/*.c)))
headers  := $(wildcard libcommon/*/*.h)

std     := -std=c11 -D_GNU_SOURCE -Ilibcommon -DSSA_VERSION='"$(shell cat VERSION)"'
warnings = -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes -Wstrict-prototypes -Wvla -Werror
hardened = -fstack-protector-strong -fstack-clash-protection
small    = -ffunction-sections -fdata-sections

ifeq ($(LIBC),musl)
thirdparty = build/$(addsuffix /,$(cross))musl
CC       = musl-gcc
ifneq ($(cross),)
HOST     = aarch64-linux-gnu
CC       = $(thirdparty)/musl/bin/musl-gcc
AR       = $(HOST)-ar
endif
archives = $(patsubst %,$(thirdparty)/lib/lib%.a,hiredis cjson sodium)
libflags = -isystem $(thirdparty)/include
hardened += -fno-pie
small    += -fno-asynchronous-unwind-tables# nothing unwinds a stack here
# One segment less to map, and one page less to fault, for each program start: no separate code.
LDFLAGS  = -static -s -Wl,--gc-sections,-z,relro,-z,now,-z,noexecstack,-z,noseparate-code $(wrap)
wrap     = $(patsubst %,-Wl$(comma)--wrap=%,malloc calloc realloc free) -Wl,-u,__wrap_malloc# see libcommon/core/heap.c
comma   := ,
LDLIBS   = $(archives)
else
archives =
PKG_CONFIG = pkg-config
libflags = $(shell $(PKG_CONFIG) --cflags hiredis libcjson libsodium)
hardened += -fPIE $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer,-D_FORTIFY_SOURCE=2)
LDFLAGS  = -pie -Wl,--gc-sections,-z,relro,-z,now,-z,noexecstack $(if $(SANITIZE),-fsanitize=$(SANITIZE))
LDLIBS   = $(shell $(PKG_CONFIG) --libs hiredis libcjson libsodium)
endif

# One language for all tools: a forwarded LANG may name a locale that this machine does not have.
export LC_ALL = C.UTF-8

ALL_CFLAGS = $(std) $(warnings) $(hardened) $(small) $(libflags) $(CFLAGS)
Q = $(if $(V),,@)
say = $(if $(V),,@printf '  %-6s %s\n' $(1) $(2))

# In `make deps run`, deps installs what run needs, and everything else waits for it, also with -j.
deps_first  := $(filter deps deps-%,$(MAKECMDGOALS))
other_goals := $(filter-out $(deps_first),$(MAKECMDGOALS))
ifneq ($(other_goals),)
$(other_goals): | $(deps_first)
endif

# These build, so they use all processors, unless -j says how many.
ifeq ($(MAKELEVEL)$(filter-out all run test test-full dist install,$(other_goals)),0)
MAKEFLAGS += -j$(shell nproc)
endif

##@ To use it: run test docs install uninstall deb all deps help clean

all: $(programs:%=$(CGI_BIN)/%) $(SSACTL) man/simpleserverapi.7  ## build the three programs and ssactl (the default)

$(CGI_BIN)/%: $(BUILD)/obj/%.o $(BUILD)/libcommon.a $(archives)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $< $(BUILD)/libcommon.a $(LDLIBS)

$(SSACTL): $(ssactl_objects) $(BUILD)/libcommon.a $(archives)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o %libcommon.a,$^) $(LDLIBS)

$(BUILD)/libcommon.a: $(modules:%=$(BUILD)/obj/%.o)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

define compile
$(call say,CC,$<)
$(Q)mkdir -p $(@D)
$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
endef

$(BUILD)/obj/%.o: libcommon/%.c $(BUILD)/flags | $(archives)
	$(compile)

$(BUILD)/obj/%.o: cgi-bin/%.c $(BUILD)/flags | $(archives)
	$(compile)

$(BUILD)/obj/sbin/%.o: sbin/%.c $(BUILD)/flags | $(archives)
	$(compile)

man/simpleserverapi.7: man/simpleserverapi.7.in docs/settings.md scripts/man.sh
	$(call say,MAN,$@)
	$(Q)scripts/man.sh >$@

# Other flags make other objects: this file changes only when they do.
$(BUILD)/flags: FORCE | $(deps_first)
	@mkdir -p $(BUILD)/obj
	@echo '$(CC) $(ALL_CFLAGS) $(LDFLAGS)' | cmp -s - $@ || echo '$(CC) $(ALL_CFLAGS) $(LDFLAGS)' > $@

ifeq ($(LIBC),musl)
third = @CC='$(CC)' HOST='$(HOST)' scripts/thirdparty.sh
$(archives): scripts/thirdparty.sh | $(deps_first)
$(thirdparty)/lib/libhiredis.a: ; $(third) hiredis $(thirdparty)
$(thirdparty)/lib/libcjson.a:   ; $(third) cjson $(thirdparty)
$(thirdparty)/lib/libsodium.a:  ; $(third) libsodium $(thirdparty)
endif
# Debian's musl-gcc is for this machine only, so the cross compiler gets its own musl.
ifneq ($(cross),)
$(archives): | $(CC)
$(CC): | $(deps_first) ; @CC=$(HOST)-gcc HOST=$(HOST) scripts/thirdparty.sh musl $(thirdparty)
endif

dist: all  ## a tarball of the static programs and all that they need; ARCH=arm64: for arm64
	@CGI_BIN='$(CGI_BIN)' SSACTL='$(SSACTL)' MACHINE='$(patsubst arm64,aarch64,$(cross))' scripts/dist.sh

deps:  ## install by apt what is missing for the goals that follow: make deps run, make deps test
	@LIBC=$(LIBC) scripts/deps.sh $(if $(other_goals),$(filter run test deb check bench,$(other_goals:test%=test)),run test)

docs:  ## fetch swagger-ui, which tries the API out at /swagger/; needs npm
	@scripts/docs.sh

deps-check deps-bench deps-deb deps-arm64: deps-%:  ## also what make check, bench, deb, ARCH=arm64 need
	@LIBC=$(LIBC) scripts/deps.sh $*

# No shell runs between make and run.sh, so make's SIGTERM reaches it; and if make is killed, the
# kernel sends it SIGTERM. scripts/run.sh has the rest.
run: all  ## serve on http://127.0.0.1:8000; Ctrl-C stops it
	@exec setpriv --pdeathsig TERM env SSA_CGI_BIN=$(CGI_BIN) SSA_MAKE=$(shell echo $$PPID) scripts/run.sh

install: all  ## install in PREFIX=/usr/local; data that is there stays
	$(call say,INST,$(DESTDIR)$(PREFIX)/lib/simpleserverapi)
	$(Q)$(places) scripts/install.sh install

uninstall:  ## remove what make install put there; the data stay
	$(Q)$(places) scripts/install.sh uninstall

deb:  ## build a Debian package, in build/deb; ARCH=arm64: for that processor
	@scripts/deb.sh $(ARCH)

places = $(foreach name,DESTDIR PREFIX DATA UNIT SERVICE_USER SETTINGS PORT CGI_BIN,$(name)='$($(name))')

clean:  ## remove all that was built; the sources that were fetched stay
	rm -rf $(filter-out build/src,$(wildcard build/*)) $(programs:%=cgi-bin/%) sbin/ssactl man/simpleserverapi.7

# A line `##@ GROUP: TARGET...` begins a group; those targets come first in it.
help:  ## this list
	@awk -F ':.*## ' 'function add(name) { if (!(name in group)) order[++names] = name; group[name] = now } \
		/^##@ / { split(substr($$0, 5), part, ": "); now = part[1]; if (!seen[now]++) groups[++n] = now; \
			count = split(part[2], first, " "); for (i = 1; i <= count; i++) add(first[i]) } \
		/^[a-z0-9 -]+:.*## / { add($$1); text[$$1] = $$2 } \
		END { for (g = 1; g <= n; g++) { print (g > 1 ? "\n" : "") groups[g] ":"; for (i = 1; i <= names; i++) \
			if (group[order[i]] == groups[g]) printf "  %-22s %s\n", order[i], text[order[i]] } }' \
		$(filter %kefile %.mk,$(MAKEFILE_LIST))

include $(wildcard tests/*.mk tests/*/*.mk)
-include $(wildcard $(BUILD)/obj/*.d $(BUILD)/obj/*/*.d)

FORCE:
.PHONY: all dist docs deps deps-check deps-bench run install clean help uninstall deps-deb deps-arm64 deb FORCE
.DELETE_ON_ERROR:
.SECONDARY:
