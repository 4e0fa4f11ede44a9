#!/bin/bash
# instructions.sh [--update] [NAME...]   how many instructions and heap allocations one operation of Benchmarks/Operations takes
#
# Each operation is done N and 3 N times under valgrind; the difference, divided by 2 N, is the figure, so that the start of the
# program and the preparation fall out. Instructions repeat to a part in a thousand whatever else the machine is doing, which
# times do not. Compared with Benchmarks/Thresholds/instructions.tsv: 3 % or one allocation up or down is a finding (down, too, so
# that the file is brought up to date and the gain is kept). Operations that wait for another thread are shown and not judged;
# so is everything with another compiler or processor architecture than the kept figures are of.
# --update writes the file, for all operations or for those named. INSTRUCTIONS names a program that is built already.
set -euo pipefail
cd "$(dirname "$0")/.."
tolerance=3 kept=Benchmarks/Thresholds/instructions.tsv update=
if [ "${1:-}" = --update ]; then update=1; shift; fi
command -v valgrind >/dev/null || { echo "instructions: valgrind is missing (apt-get install valgrind)" >&2; exit 1; }

export MARTLET_BENCHMARKS=1
program=${INSTRUCTIONS:-.build-bench/release/Instructions}
if [ -z "${INSTRUCTIONS:-}" ]; then
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    ${SWIFT:-swift} build -c release --scratch-path .build-bench --product Instructions >"$log" 2>&1 ||
        { tail -40 "$log" >&2; exit 1; }
fi
toolchain="$(${SWIFT:-swift} --version 2>/dev/null | sed -n 's/.*(\(swift-[^)]*\)).*/\1/p' | head -1) $(uname -m)"

# TOOL PATTERN NAME TIMES   what the tool counts. Nothing that chance or the machine decides: no random hash seeds, and neither
# OpenSSL nor the C library may choose other code because the processor happens to know more instructions.
measure() {
    local tool=$1 pattern=$2
    shift 2
    env -i PATH="$PATH" LC_ALL=C TMPDIR="${TMPDIR:-/var/tmp}" SWIFT_DETERMINISTIC_HASHING=1 SWIFT_BACKTRACE=enable=no \
        OPENSSL_ia32cap=~0x0:~0x20000128 GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-ERMS,-FSRM \
        valgrind $tool "$program" "$@" 2>&1 | sed -n "$pattern" | tr -d ,
}
instructions() { measure "--tool=callgrind --callgrind-out-file=/dev/null" 's/.*Collected : \([0-9]*\).*/\1/p' "$@"; }
allocations() {
    measure "--tool=memcheck --leak-check=no --undef-value-errors=no" 's/.*total heap usage: \([0-9,]*\) allocs.*/\1/p' "$@"
}
# COUNTER NAME TIMES   of one operation
one() {
    local few many
    if ! few=$("$1" "$2" "$3") || ! many=$("$1" "$2" $(($3 * 3))) || [ -z "$few" ] || [ -z "$many" ]; then
        echo "instructions: $2 failed under valgrind; by itself it says:" >&2
        "$program" "$2" "$3" >&2 || true
        return 1
    fi
    awk -v few="$few" -v many="$many" -v times="$3" 'BEGIN { printf "%.1f", (many - few) / (2 * times) }'
}

declare -A old_instructions old_allocations
old_toolchain=
if [ -f "$kept" ]; then
    old_toolchain=$(sed -n 's/^# of //p' "$kept")
    while IFS=$'\t' read -r name count allocs; do
        [[ $name == \#* || $name == operation ]] || { old_instructions[$name]=$count old_allocations[$name]=$allocs; }
    done <"$kept"
fi
judged=1
if [ -n "$old_toolchain" ] && [ "$old_toolchain" != "$toolchain" ]; then
    judged=
    echo "instructions: kept figures are of $old_toolchain, this is $toolchain: shown, not judged"
fi

# A program that does not even say what it can do must not pass, and must not empty the file.
operations=$("$program" list)
[ -n "$operations" ] || { echo "instructions: $program has no operations" >&2; exit 1; }
failed=0 rows=
printf '%-22s %14s %14s %8s %12s\n' operation instructions kept change allocations
while IFS=$'\t' read -r name times kind; do
    wanted=1
    if [ $# -gt 0 ]; then
        wanted=
        for asked in "$@"; do [ "$asked" != "$name" ] || wanted=1; done
    fi
    if [ -n "$wanted" ]; then
        count=$(one instructions "$name" "$times")
        allocs=$(one allocations "$name" "$times")
        was=${old_instructions[$name]:-}
        change=new verdict=
        if [ -n "$was" ]; then
            change=$(awk -v new="$count" -v old="$was" 'BEGIN { printf "%+.1f%%", (new - old) / old * 100 }')
            moved=$(awk -v new="$count" -v old="$was" -v most=$tolerance -v allocs="$allocs" \
                -v before="${old_allocations[$name]}" 'BEGIN {
                    d = (new - old) / old * 100; e = allocs - before
                    if (d > most || e > 0.5) print "MORE"; else if (d < -most || e < -0.5) print "LESS" }')
            if [ "$kind" = waits ]; then
                verdict="(waits: not judged)"
            elif [ -n "$judged" ] && [ -n "$moved" ]; then
                verdict=$moved
                [ -n "$update" ] || failed=1
            fi
        fi
        printf '%-22s %14s %14s %8s %12s %s\n' "$name" "$count" "${was:--}" "$change" "$allocs" "$verdict"
    else
        count=${old_instructions[$name]:-} allocs=${old_allocations[$name]:-}
    fi
    [ -z "$count" ] || rows+="$name	$count	$allocs"$'\n'
done <<<"$operations"

if [ -n "$update" ]; then
    printf '# Instructions and heap allocations of one operation: scripts/instructions.sh --update\n# of %s\n%s\n%s' \
        "$toolchain" "operation	instructions	allocations" "$rows" >"$kept"
elif [ $failed = 1 ]; then
    echo "instructions: something takes more or less than before; when that is meant: scripts/instructions.sh --update" >&2
fi
exit $failed
