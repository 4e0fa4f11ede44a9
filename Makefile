# Martlet. `make run` starts it, `make test` proves it. Everything else is listed by `make help`.
SHELL := /bin/bash
SWIFT ?= swift
BUILD := .build
MARTLET := $(BUILD)/release/martlet
DEBUG_MARTLET := $(BUILD)/debug/martlet
IMPORT_CHECK := --explicit-target-dependency-import-check error

.PHONY: help run build release test lint format setup peers check-swift torture fuzz bench clean

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
	$(SWIFT) format --in-place --recursive Sources Tests Package.swift

torture: release peers ## kill -9 under load, many times (TIMES=200)
	scripts/torture.sh $(MARTLET) $${TIMES:-200}

fuzz: setup ## every fuzzer below Fuzz/ for SECONDS_EACH=600, two at a time; keeps the corpus
	SWIFT="$(SWIFT)" scripts/fuzz.sh $${SECONDS_EACH:-600}

bench: release ## relay throughput against Postfix's own load tools on loopback
	scripts/relay-bench.sh $(MARTLET)

setup: check-swift ## libraries that the build needs
	@scripts/install.sh build

peers: ## mail and DNS software that the tests talk to
	@scripts/install.sh peers

check-swift:
	@scripts/check-swift.sh "$(SWIFT)"

clean: ## forget every build
	rm -rf $(BUILD) .build-fuzz
