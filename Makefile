# Martlet. `make run` starts it, `make test` proves it. Everything else is listed by `make help`.
SHELL := /bin/bash
SWIFT ?= swift
BUILD := .build
MARTLET := $(BUILD)/release/martlet
DEBUG_MARTLET := $(BUILD)/debug/martlet
IMPORT_CHECK := --explicit-target-dependency-import-check error

.PHONY: help run build release test lint format setup peers check-swift torture backlog fuzz bench bench-relay clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: release ## install what is missing, build, start `martlet dev`
	exec $(MARTLET) dev $(ARGS)

release: setup ## the release binary: .build/release/martlet
	$(SWIFT) build -c release --product martlet $(IMPORT_CHECK)

build: setup ## a debug build of everything
	$(SWIFT) build $(IMPORT_CHECK)

test: setup peers ## every test, with the real peers (installs them)
	$(SWIFT) build --build-tests $(IMPORT_CHECK)
	MARTLET_BINARY=$(abspath $(DEBUG_MARTLET)) scripts/test.sh

lint: check-swift ## format, file sizes, RFC references, names, shell syntax
	scripts/lint.sh

format: check-swift ## put the sources into the project's format
	$(SWIFT) format --in-place --recursive Sources Tests Benchmarks Package.swift

torture: release peers ## kill -9 under load, 1,000 times (TIMES=1000)
	scripts/torture.sh $(MARTLET) $${TIMES:-1000}

backlog: release ## a million messages with the receiver down, a restart, and their delivery (MESSAGES=1000000 DOMAINS=1)
	scripts/backlog.sh $(MARTLET) $${MESSAGES:-1000000} $${DOMAINS:-1}

fuzz: setup ## every fuzzer below Fuzz/ for SECONDS_EACH=600, two at a time; keeps the corpus
	SWIFT="$(SWIFT)" scripts/fuzz.sh $${SECONDS_EACH:-600}

bench: setup ## instructions and allocations of every small operation, against Benchmarks/Thresholds
	@scripts/install.sh bench
	SWIFT="$(SWIFT)" scripts/instructions.sh

bench-relay: release ## relay throughput beside Postfix on loopback (needs root for Postfix; ARGS="--rounds 5")
	$(MARTLET) bench relay --compare postfix $(ARGS)

setup: check-swift ## libraries that the build needs
	@scripts/install.sh build

peers: ## mail and DNS software that the tests talk to
	@scripts/install.sh peers

check-swift:
	@scripts/check-swift.sh "$(SWIFT)"

clean: ## forget every build
	rm -rf $(BUILD) .build-fuzz .build-bench
