#!/bin/bash
# fuzz.sh SECONDS [NAME...]   runs the fuzzers below Fuzz/, two at a time, each for so many seconds.
# Inputs that reach something new are kept in Fuzz/NAME/corpus.tar.gz; a finding stops with its input in .build-fuzz/findings.
set -uo pipefail
seconds=${1:-600}
shift || true
cd "$(dirname "$0")/.."
names=("$@")
if [ ${#names[@]} -eq 0 ]; then
    for folder in Fuzz/*/; do [ -f "$folder/main.swift" ] && names+=("$(basename "$folder")"); done
fi
export MARTLET_FUZZ=1
mkdir -p .build-fuzz/findings .build-fuzz/logs
for name in "${names[@]}"; do
    ${SWIFT:-swift} build -c release --scratch-path .build-fuzz -Xswiftc -sanitize=fuzzer,address --product "Fuzz$name" \
        >.build-fuzz/logs/build.log 2>&1 || { tail -40 .build-fuzz/logs/build.log; exit 1; }
done

# One fuzzer: from the seeds and the kept corpus (one archive a fuzzer, so that thousands of tiny files do not stand in the
# tree) into a scratch corpus, which is then merged into the kept one.
run() {
    local name=$1 work=.build-fuzz/work/$1 kept=.build-fuzz/corpus/$1 log=.build-fuzz/logs/$1.log
    rm -rf "$kept"
    mkdir -p "$work" "$kept"
    [ -f "Fuzz/$name/corpus.tar.gz" ] && tar -xzf "Fuzz/$name/corpus.tar.gz" -C "$kept"
    # A Swift trap is an abort for libFuzzer; the runtime's own backtracer would only stand in its way.
    SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0:symbolize=0 timeout -k 10 $((seconds + 120)) \
        ".build-fuzz/release/Fuzz$name" "$work" "$kept" "Fuzz/$name/seeds" \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix=".build-fuzz/findings/$name-" >"$log" 2>&1
    local status=$?
    if [ $status -ne 0 ]; then
        echo "fuzz: $name FOUND SOMETHING (status $status): $log"
        tail -25 "$log"
        return 1
    fi
    SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0:symbolize=0 timeout 300 \
        ".build-fuzz/release/Fuzz$name" -merge=1 "$kept" "$work" >>"$log" 2>&1
    tar -C "$kept" --sort=name --owner=0 --group=0 --mtime=@0 -cf - . | gzip -n >"Fuzz/$name/corpus.tar.gz"
    echo "fuzz: $name ran ${seconds} s without a finding:" \
        "$(awk '/stat::number_of_executed_units/ {print $2; exit}' "$log") inputs," \
        "$(find "$kept" -type f | wc -l) kept"
}

failed=0
while [ ${#names[@]} -gt 0 ]; do
    pids=()
    for name in "${names[@]:0:2}"; do
        run "$name" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
    names=("${names[@]:2}")
done
exit $failed
