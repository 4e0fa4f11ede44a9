#!/bin/bash
# check-swift.sh SWIFT   stops with a plain message when the compiler is missing or older than 6.2
set -u
swift=${1:-swift}
if ! command -v "$swift" >/dev/null 2>&1; then
    echo "martlet: '$swift' was not found. Martlet needs Swift 6.2 or later: https://www.swift.org/install/linux/" >&2
    exit 1
fi
version=$("$swift" --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+)\.([0-9]+).*/\1 \2/p' | head -1)
read -r major minor <<<"${version:-0 0}"
if [ "$major" -lt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -lt 2 ]; }; then
    echo "martlet: Swift $major.$minor is too old; Martlet needs 6.2 or later: https://www.swift.org/install/linux/" >&2
    exit 1
fi
