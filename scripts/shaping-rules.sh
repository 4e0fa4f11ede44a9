#!/bin/sh
# Writes Sources/martlet/Configuration/ShapingShippedText*.swift from rules/shaping.yaml, in parts that are no longer than
# a file of ours may be. A test compares the two.
set -eu
cd "$(dirname "$0")/.."
folder=Sources/martlet/Configuration
rm -f "$folder"/ShapingShippedText*.swift
awk -v folder="$folder" '
    function open() {
        part += 1
        lines = 0
        file = folder "/ShapingShippedText" part ".swift"
        print "extension ShapingShippedText {" >file
        print "    static let part" part " = #\"\"\"" >file
    }
    function finish() {
        print "" >file
        print "        \"\"\"#" >file
        print "}" >file
        close(file)
    }
    BEGIN { open() }
    # Parts end between two rules.
    lines >= 440 && /^  - name:/ { finish(); open() }
    { print ($0 == "" ? "" : "        " $0) >file; lines += 1 }
    END {
        finish()
        file = folder "/ShapingShippedText.swift"
        print "/// The text of `rules/shaping.yaml`, compiled in; written by `scripts/shaping-rules.sh`." >file
        print "enum ShapingShippedText {" >file
        printf "    static let text = part1" >file
        for (number = 2; number <= part; number++) printf " + part%d", number >file
        print "" >file
        print "}" >file
    }' rules/shaping.yaml
