#!/bin/sh
# Writes Sources/Mail/Bounce/BounceRulesText.swift from rules/bounces.rules. A test compares the two.
set -eu
cd "$(dirname "$0")/.."
out=Sources/Mail/Bounce/BounceRulesText.swift
{
    echo "/// The text of \`rules/bounces.rules\`, compiled in; written by \`scripts/bounce-rules.sh\`."
    echo "enum BounceRulesText {"
    echo '    static let text = #"""'
    sed 's/^\(.\)/        \1/' rules/bounces.rules
    echo '        """#'
    echo "}"
} >"$out"
