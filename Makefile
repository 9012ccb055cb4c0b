# svcd: `make` lists what can be made. Every target first finds or installs the
# tools that it needs (linker/setup.sh); nothing has to be set up by hand.
#
# cargo alone does not build the program, which brings its own core and has
# three targets (linker/build.sh). The library is an ordinary crate: `cargo test`.

MAKEFLAGS += --no-print-directory

PREFIX   ?= /usr/local
DESTDIR  ?=
# Options for `make run`, features for `make build`.
ARGS     ?=
FEATURES ?=
# Whom `make compare` takes, and whom beside them; all that are here if both are empty.
SERVERS  ?=
WITH     ?=
export FEATURES

# What `make boot-test` runs of the suite, by the names of tests; all of it if empty.
BOOT     ?=
# What `make test` runs of it: what another kernel could answer otherwise.
SMOKE    := paths:: exhaustion::without_open_files_in_the_system addresses::a_unix_socket put::a_ cgi::descriptors lifecycle::sigterm sandbox::

BOOT_TEST := SVCD_DEADLINE=120 cargo test -p svcd-tests --test boot -- --test-threads 1 --nocapture

# How long each target of `make fuzz` runs, and which; how much `make soak` asks, and how long.
SECONDS  ?= 60
TARGETS  ?=
REQUESTS ?= 1000000
MINUTES  ?= 10
# Which cases of `make faults`; of those in the Darwin rig, which is slow, one of so many.
ONLY     ?=
ONE_OF   ?= 29

PROGRAMS := linux-aarch64 linux-x86_64 darwin-aarch64

# The one that runs on this machine.
HERE := $(shell uname -sm | tr 'A-Z ' 'a-z-' | sed 's/arm64$$/aarch64/')

# What compares servers and measures machines is for Linux.
ON_LINUX := $(filter linux-%,$(HERE))
OF_ALL   := $(if $(ON_LINUX),,-p svcd -p svcd-tests -p svcd-capacity)

# The chosen compiler, and nothing of what other projects have set. Every use of
# cargo starts with it.
WITH_TOOLS := . target/toolchain.env &&

# Plays Darwin for the program behind it.
RIG := '$(CURDIR)/.venv/bin/python' '$(CURDIR)/tests/darwin/rig'

# Where the tests find the programs.
export SVCD_DIST := $(CURDIR)/dist

.PHONY: help setup setup-browser build trace examples debug run test test-build test-ahead test-along test-beside test-shipped test-native test-programs test-packaging image boot-test faults fuzz soak slow bench bench-cgi growth capacity compare lint abi-check size syscalls instructions course manual release deb reproducible install clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

setup: ## find or install every tool; the other targets do it by themselves
	@linker/setup.sh build test lint $(if $(CI),browser clients programs boot packages images proxies)

setup-browser: ## also install a Chromium, and the other clients that are tried
	@linker/setup.sh build browser clients

build: ## the program for all three machines, in dist/
	@linker/setup.sh build
	@linker/build.sh release $(PROGRAMS)

trace: ## the flavour that prints its own system calls for all three machines, dist/svcd-trace-*; see docs/trace.md
	@linker/setup.sh build
	@linker/build.sh trace $(PROGRAMS)

examples: ## the programs of examples/ for all three machines, in dist/examples/
	@linker/setup.sh build
	@linker/build.sh examples $(PROGRAMS)

debug: ## unoptimised and with debugging information, for this machine, in dist/debug/
	@linker/setup.sh build
	@linker/build.sh debug $(HERE)

run: ## serve www/ on http://127.0.0.1:8080/; ARGS='-p 8081' adds options
	@linker/setup.sh build
	@linker/build.sh release $(HERE)
	@exec dist/svcd-$(HERE) $(ARGS) www

test: test-build ## every test: library, binaries, browser; the suite natively, under qemu, in the Darwin rig, on a real kernel
	@linker/setup.sh build test boot
	@linker/build.sh release $(PROGRAMS)
	@linker/build.sh examples $(PROGRAMS)
	@linker/build.sh trace $(PROGRAMS)
ifneq ($(ON_LINUX),)
	@linker/build.sh escape $(HERE)
endif
	@echo "== meanwhile: what is shipped, clients, programs, calls that fail, the rig by itself; with what is left of the processors the real kernel"
	@echo "== both are shown at the end: target/test-along.log, target/test-beside.log"
	@nice -n 10 $(MAKE) test-beside >target/test-beside.log 2>&1 & beside=$$!; \
	$(MAKE) test-along >target/test-along.log 2>&1 & along=$$!; \
	trap 'kill $$beside $$along; exit 130' INT TERM; \
	$(MAKE) test-ahead; ahead=$$?; \
	wait $$along || ahead=1; \
	wait $$beside || ahead=1; \
	cat target/test-along.log target/test-beside.log; \
	exit $$ahead

# Most of them in one go: what runs side by side would wait for the compiler of another.
test-build:
	@linker/setup.sh build
	@$(WITH_TOOLS) cargo test -q --no-run -p svcd-tests

# What asks most of the processors, or of their time.
test-ahead:
	@echo "== the library"
	@$(WITH_TOOLS) cargo test -p svcd --lib
ifneq ($(ON_LINUX),)
	@$(WITH_TOOLS) cargo test -q -p svcd-bench
endif
	@echo "== its oracles, what the programs are made of, a browser"
	@$(WITH_TOOLS) cargo test -p svcd-tests --lib --test oracles --test freestanding --test browser
ifneq ($(filter $(HERE),$(PROGRAMS)),)
	@echo "== the suite, natively: dist/svcd-$(HERE)"
	@$(WITH_TOOLS) SVCD="$$SVCD_DIST/svcd-$(HERE)" cargo test -p svcd-tests --test suite -- --test-threads 8
	@echo "== the exact calls of each request, and the memory that they touch"
	@$(WITH_TOOLS) SVCD="$$SVCD_DIST/svcd-$(HERE)" cargo test -p svcd-tests --test syscalls --test footprint
	@echo "== the flavour that prints its calls, beside strace"
	@$(WITH_TOOLS) SVCD="$$SVCD_DIST/svcd-trace-$(HERE)" cargo test -q -p svcd-tests --test trace
	@echo "== the course: its programs, and every command of docs/course"
	@$(WITH_TOOLS) SVCD="$$SVCD_DIST/svcd-$(HERE)" cargo test -p svcd-tests --test course
else
	@echo "== the suite, natively: skipped, svcd does not run on $(HERE)"
endif
ifeq ($(HERE),linux-x86_64)
	@$(WITH_TOOLS) if [ -n "$$qemu" ]; then \
	    echo "== the suite, under qemu: dist/svcd-linux-aarch64"; \
	    SVCD="$$qemu $$SVCD_DIST/svcd-linux-aarch64" SVCD_SCALE=0.25 cargo test -p svcd-tests --test suite -- --test-threads 8 && \
	    echo "== the flavour that prints its calls" && \
	    SVCD="$$qemu $$SVCD_DIST/svcd-trace-linux-aarch64" cargo test -q -p svcd-tests --test trace && \
	    echo "== the programs of the course" && \
	    SVCD="$$qemu $$SVCD_DIST/svcd-linux-aarch64" cargo test -q -p svcd-tests --test course && \
	    echo "== the instructions of each request" && \
	    SVCD="$$qemu $$SVCD_DIST/svcd-linux-aarch64" cargo test -q -p svcd-tests --test instructions; \
	else \
	    echo "== the suite, under qemu: skipped, no qemu-aarch64 here"; \
	fi
else
	@echo "== the suite, under qemu: skipped, only x86_64 Linux needs it to run an aarch64 program"
endif
ifeq ($(HERE),darwin-aarch64)
	@echo "== the suite, in the Darwin rig: skipped, this is Darwin itself"
else
	@$(WITH_TOOLS) if .venv/bin/python -c 'import unicorn' 2>/dev/null; then \
	    echo "== the suite, in the Darwin rig: dist/svcd-darwin-aarch64" && \
	    SVCD="$(RIG) '$$SVCD_DIST/svcd-darwin-aarch64'" \
	    SVCD_SCALE=0.05 SVCD_DEADLINE=180 SVCD_PATH_MAX=1024 SVCD_USER_BY=DARWIN_RIG_USER \
	    cargo test -p svcd-tests --test suite -- --test-threads 8; \
	else \
	    echo "== the suite, in the Darwin rig: skipped, no Python with unicorn here"; \
	fi
endif

# What waits for others more than it computes, and then the rig by itself.
test-along: test-shipped
	@echo "== other clients, programs it runs"
	@$(WITH_TOOLS) cargo test -p svcd-tests --test clients --test programs
ifneq ($(filter $(HERE),$(PROGRAMS)),)
	@echo "== calls that fail, one case of 59"
	@$(WITH_TOOLS) SVCD="$$SVCD_DIST/svcd-$(HERE)" FAULTS=59 cargo test -p svcd-tests --test faults
endif
ifneq ($(ON_LINUX),)
	@echo "== servers side by side"
	@$(WITH_TOOLS) SVCD="$$SVCD_DIST/svcd-$(HERE)" SVCD_DEADLINE=240 cargo test -q -p svcd-compare
endif
	@echo "== the library of the flavour that prints its calls"
	@$(WITH_TOOLS) cargo test -q -p svcd --lib --features trace trace
ifneq ($(HERE),darwin-aarch64)
	@$(WITH_TOOLS) if .venv/bin/python -c 'import unicorn' 2>/dev/null; then \
	    echo "== the Darwin rig: does it catch what XNU would?" && \
	    .venv/bin/python -m unittest discover -s tests/darwin && \
	    echo "== its paths, on an older kernel in the Darwin rig" && \
	    SVCD="$(RIG) --old '$$SVCD_DIST/svcd-darwin-aarch64'" \
	    SVCD_SCALE=0.05 SVCD_DEADLINE=240 SVCD_PATH_MAX=1024 SVCD_USER_BY=DARWIN_RIG_USER \
	    cargo test -q -p svcd-tests --test suite -- --test-threads 8 paths docroot redirect && \
	    echo "== the programs of the course, in the Darwin rig" && \
	    SVCD="$(RIG) '$$SVCD_DIST/svcd-darwin-aarch64'" SVCD_DEADLINE=240 \
	    cargo test -q -p svcd-tests --test course && \
	    echo "== the exact calls of each request, in the Darwin rig" && \
	    SVCD="$(RIG) '$$SVCD_DIST/svcd-darwin-aarch64'" SVCD_DEADLINE=240 \
	    cargo test -q -p svcd-tests --test syscalls the_calls && \
	    echo "== the flavour that prints its calls, beside the Darwin rig's own trace" && \
	    SVCD="$(RIG) '$$SVCD_DIST/svcd-trace-darwin-aarch64'" SVCD_DEADLINE=240 \
	    cargo test -q -p svcd-tests --test trace && \
	    echo "== calls that fail, in the Darwin rig, one case of 211" && \
	    SVCD="$(RIG) '$$SVCD_DIST/svcd-darwin-aarch64'" \
	    SVCD_DEADLINE=240 FAULTS=211 cargo test -q -p svcd-tests --test faults; \
	else \
	    echo "== the Darwin rig: skipped, no Python with unicorn here"; \
	fi
endif

# What has time: a machine that counts its own. It may stand still for a minute while the
# rest runs.
test-beside:
	@echo "== a part of the suite, and the program as the first process, on a real arm64 kernel"
	@tests/boot/build.sh
	@$(WITH_TOOLS) SVCD_BOOT="$(SMOKE)" $(BOOT_TEST)

test-native: build examples ## the library, and the suite with the program for this machine: what CI does on each
	@linker/setup.sh build test
ifneq ($(ON_LINUX),)
	@linker/build.sh escape $(HERE)
endif
	@$(WITH_TOOLS) cargo test -p svcd --lib
	@$(WITH_TOOLS) cargo test -p svcd-tests --lib --test oracles --test freestanding
	@$(WITH_TOOLS) SVCD="$$SVCD_DIST/svcd-$(HERE)" cargo test -p svcd-tests --test suite -- --test-threads 8

test-programs: ## git, PHP, cgit, Fossil and others, run by the program for this machine
	@linker/setup.sh build test programs
	@linker/build.sh release $(HERE)
	@$(WITH_TOOLS) cargo test -p svcd-tests --test programs

test-packaging: build trace examples ## packages, images, units, manifests, and svcd behind HAProxy and others
	@linker/setup.sh build test packages images proxies
	@$(MAKE) test-shipped

# Each test tells what it lacks.
test-shipped:
	@echo "== what is shipped: packages, images, units, manifests, and svcd behind HAProxy and others"
	@$(WITH_TOOLS) SVCD="$$SVCD_DIST/svcd-$(HERE)" SVCD_DEADLINE=120 cargo test -p svcd-tests --test packaging
	@$(WITH_TOOLS) cargo test -q -p svcd-capacity

image: build examples ## images of containers for amd64 and arm64, dist/image and dist/svcd-VERSION-oci.tar, without a daemon
	@linker/setup.sh images
	@packaging/container/build.sh

boot-test: ## the suite and the program as /init on a real arm64 kernel, in an emulator; BOOT='paths put' for some
	@linker/setup.sh build boot
	@linker/build.sh release linux-aarch64
	@linker/build.sh examples linux-aarch64
	@tests/boot/build.sh
	@$(WITH_TOOLS) SVCD_BOOT="$(BOOT)" $(BOOT_TEST)

faults: ## every call that the program makes fails with every error; ONLY=recvfrom for some
	@linker/setup.sh build
	@linker/build.sh release $(HERE)
	@$(WITH_TOOLS) SVCD="$$SVCD_DIST/svcd-$(HERE)" FAULTS=1 FAULTS_ONLY="$(ONLY)" \
	    cargo test -q -p svcd-tests --test faults -- --test-threads 1
	@$(WITH_TOOLS) if .venv/bin/python -c 'import unicorn' 2>/dev/null && [ -e dist/svcd-darwin-aarch64 ]; then \
	    echo "== the same in the Darwin rig, one case of $(ONE_OF)" && \
	    SVCD="$(RIG) '$$SVCD_DIST/svcd-darwin-aarch64'" \
	    SVCD_DEADLINE=60 FAULTS=$(ONE_OF) FAULTS_ONLY="$(ONLY)" \
	    cargo test -q -p svcd-tests --test faults -- --test-threads 1; \
	else \
	    echo "== the same in the Darwin rig: skipped, no Python with unicorn or no dist/svcd-darwin-aarch64"; \
	fi

fuzz: ## libFuzzer against library and program; SECONDS=60 for each target, TARGETS='head range' for some
	@linker/setup.sh build fuzz
	@linker/build.sh release $(HERE)
	@linker/build.sh examples $(HERE)
	@tests/fuzz/run.sh "$(SECONDS)" $(TARGETS)

soak: ## REQUESTS=1000000 of all kinds, or as many as come in MINUTES=10; the server must not grow by them
	@linker/setup.sh build
	@linker/build.sh release $(HERE)
	@$(WITH_TOOLS) SVCD="$$SVCD_DIST/svcd-$(HERE)" REQUESTS="$(REQUESTS)" MINUTES="$(MINUTES)" cargo test -q -p svcd-tests --test soak

slow: ## what a client notices of 200 slow ones, and of 5,000 connections a second above the cap
	@linker/setup.sh build
	@linker/build.sh release $(HERE)
	@$(WITH_TOOLS) SVCD="$$SVCD_DIST/svcd-$(HERE)" SECONDS=5 ROUNDS=3 cargo test -q -p svcd-tests --test slow

bench: ## files, a listing, 304 and programs, by this server and by others, taking turns; ROUNDS=3 LOAD=1 CASES='1k 100k'
	@linker/setup.sh build bench
	@linker/build.sh release $(HERE)
	@linker/build.sh examples $(HERE)
	@$(WITH_TOOLS) cargo run -q -p svcd-bench -- all

growth: ## what a request costs with more connections, larger files and folders, more fields; UPDATE=1 keeps it in docs/
	@linker/setup.sh build bench
	@linker/build.sh release $(HERE)
	@linker/build.sh examples $(HERE)
	@$(WITH_TOOLS) cargo run -q -p svcd-bench -- growth

bench-cgi: ## programs by this server and by others, taking turns; ROUNDS=5 CLIENTS='1 8 32' LOAD=1
	@linker/setup.sh build bench
	@linker/build.sh release $(HERE)
	@linker/build.sh examples $(HERE)
	@$(WITH_TOOLS) cargo run -q -p svcd-bench -- cgi

capacity: ## what a connection and a request take of one processor, and queues of them; UPDATE=1 keeps it in docs/scale.csv
	@linker/setup.sh build
	@linker/build.sh release $(HERE)
	@$(WITH_TOOLS) cargo build -q -p svcd-measure && \
	    SVCD="$$SVCD_DIST/svcd-$(HERE)" nice -n -19 "$$CARGO_TARGET_DIR/debug/svcd-measure"

compare: build ## servers side by side: size, calls, memory, instructions; UPDATE=1; SERVERS='svcd nginx' WITH='mine=./server -p {port} {site}'
	@linker/setup.sh test compare
	@$(WITH_TOOLS) cargo run -q -p svcd-compare -- $(SERVERS) $(if $(WITH),"$(WITH)")

lint: abi-check ## formatting, clippy for every target and the tests, shellcheck, ruff, abi-check
	@linker/setup.sh build lint
	@$(WITH_TOOLS) cargo fmt --all --check
	@$(WITH_TOOLS) cargo fmt --manifest-path tests/abi/Cargo.toml --check
	@$(WITH_TOOLS) cargo fmt --manifest-path tests/fuzz/Cargo.toml --check
	@linker/build.sh clippy $(PROGRAMS)
	@FEATURES=trace linker/build.sh clippy $(PROGRAMS)
	@$(WITH_TOOLS) cargo clippy $(OF_ALL) --lib --tests --examples -- -D warnings
	@$(WITH_TOOLS) cargo clippy -p svcd --lib --tests --features trace -- -D warnings
	@$(WITH_TOOLS) cargo clippy --manifest-path tests/fuzz/Cargo.toml -- -D warnings
	@find . \( -path ./target -o -path ./dist -o -path ./.git -o -path ./.venv \) -prune -o -type f \
	    -exec awk '/^#!.*[\/ ](ba|da)?sh( |$$)/ { print FILENAME } { nextfile }' {} + \
	    | tr '\n' '\0' | xargs -0 shellcheck
	@if [ -x .venv/bin/ruff ]; then .venv/bin/python -m ruff check --no-cache --select E4,E7,E9,F .; fi

abi-check: ## the kernels' numbers and layouts, compared with other crates by the compiler
	@linker/setup.sh build
	@linker/build.sh abi $(PROGRAMS)

size: build ## what weighs how much: functions, modules, constants, memory; UPDATE=1 LANDMARK='...' for docs/size-history.txt
	@linker/size.sh $(PROGRAMS)
	@$(WITH_TOOLS) SVCD="$$SVCD_DIST/svcd-$(HERE)" cargo test -q -p svcd-tests --test footprint

syscalls: build ## the calls of every kind of request, compared with docs/calls.md; UPDATE=1 writes it
	@$(WITH_TOOLS) SHOW=1 SVCD="$$SVCD_DIST/svcd-$(HERE)" cargo test -q -p svcd-tests --test syscalls the_calls
	@$(WITH_TOOLS) if .venv/bin/python -c 'import unicorn' 2>/dev/null; then \
	    SHOW=1 SVCD="$(RIG) '$$SVCD_DIST/svcd-darwin-aarch64'" SVCD_DEADLINE=60 \
	    cargo test -q -p svcd-tests --test syscalls the_calls; \
	else \
	    echo "the calls on Darwin: skipped, no Python with unicorn here"; \
	fi
	@$(WITH_TOOLS) cargo test -q -p svcd-tests --test syscalls the_readme

instructions: build ## of the aarch64 program for each request, compared with docs/calls.md; UPDATE=1 writes it; OF=304 for the functions of that
	@linker/setup.sh test
	@$(WITH_TOOLS) SHOW=1 SVCD="$$qemu $$SVCD_DIST/svcd-linux-aarch64" cargo test -q -p svcd-tests --test instructions

course: build examples ## the programs of the course, and every command of docs/course; UPDATE=1 writes it, PAGE=06 for one page
	@linker/setup.sh test
	@$(WITH_TOOLS) SVCD="$$SVCD_DIST/svcd-$(HERE)" cargo test -q -p svcd-tests --test course

manual: ## the manual page, what shells propose, and the README's help, compared with the options; UPDATE=1 writes them
	@linker/setup.sh build
	@$(WITH_TOOLS) cargo test -q -p svcd-tests --test oracles option_table

install: ## what `make build` made for this machine, to PREFIX/bin, with its manual page and completions (also: DESTDIR)
	@[ -e dist/svcd-$(HERE) ] || $(MAKE) build
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 dist/svcd-$(HERE) "$(DESTDIR)$(PREFIX)/bin/svcd"
	install -d "$(DESTDIR)$(PREFIX)/share/man/man8"
	install -m 644 docs/svcd.8 "$(DESTDIR)$(PREFIX)/share/man/man8/"
	install -d "$(DESTDIR)$(PREFIX)/share/bash-completion/completions"
	install -m 644 completions/svcd.bash "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/svcd"
	install -d "$(DESTDIR)$(PREFIX)/share/zsh/site-functions"
	install -m 644 completions/_svcd "$(DESTDIR)$(PREFIX)/share/zsh/site-functions/"
	install -d "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d"
	install -m 644 completions/svcd.fish "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/"
	@for file in LICENSE* README.md CHANGELOG.md; do \
	    [ -e "$$file" ] || continue; \
	    install -d "$(DESTDIR)$(PREFIX)/share/doc/svcd"; \
	    install -m 644 "$$file" "$(DESTDIR)$(PREFIX)/share/doc/svcd/"; \
	done

release: build trace ## tarballs for all three machines with checksums and SBOMs, in dist/release/; URL=https://... also a Homebrew formula
	@rm -rf dist/release
	@packaging/release.sh $(PROGRAMS)

deb: build ## Debian packages for amd64 and arm64, in dist/release/
	@packaging/debian/build.sh amd64 arm64
	@packaging/sums.sh

reproducible: build trace ## all of a release once more, in another folder, as another user would: the same bytes?
	@packaging/reproducible.sh $(PROGRAMS)

clean: ## remove everything that was built
	rm -rf target dist
