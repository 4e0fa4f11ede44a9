#!/bin/bash
# lint.sh   what `make lint` checks: format, file sizes, RFC references that docs/rfc.tsv lists, words the project refuses
set -uo pipefail
failed=0
say() { echo "lint: $*"; failed=1; }

swift format lint --strict --recursive --parallel Sources Tests Benchmarks Package.swift || say "run 'make format'"

while read -r lines file; do
    [ "$file" = total ] || [ "$lines" -le 500 ] || say "$file has $lines lines; 500 is the limit"
done < <(git ls-files -co --exclude-standard 'Sources/*.swift' 'Tests/*.swift' 'Benchmarks/*.swift' | xargs wc -l)

for number in $(grep -rhoE 'RFC [0-9]{3,5}' Sources Tests Benchmarks | sort -u | cut -d' ' -f2); do
    grep -q "^$number	" docs/rfc.tsv || say "RFC $number is cited but docs/rfc.tsv does not list it"
done

files=$(git ls-files -co --exclude-standard Sources Tests Benchmarks | grep -E '(Utils|Helpers|Common|Manager)[^/]*(/|\.swift$)')
[ -z "$files" ] || say "a name that says nothing: $files"

marks=$(grep -rnE '\b(TODO|FIXME|XXX)\b' Sources Benchmarks)
[ -z "$marks" ] || say "marks of unfinished work: $marks"

for script in scripts/*.sh .ci/run; do bash -n "$script" || say "$script does not parse"; done
exit $failed
