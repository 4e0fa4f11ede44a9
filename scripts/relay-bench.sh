#!/bin/bash
# relay-bench.sh MARTLET [MESSAGES [SIZE [SESSIONS]]]   one relay run on loopback with Postfix's load tools: smtp-source ->
# martlet (Benchmarks/relay.yaml, durable) -> smtp-sink. Before it the ceiling: source straight to sink.
set -euo pipefail
martlet=$1 messages=${2:-20000} size=${3:-1024} sessions=${4:-20}
here=$(cd "$(dirname "$0")/.." && pwd)
export PATH="/usr/sbin:$PATH"
command -v smtp-source >/dev/null || { echo "relay-bench: smtp-source is missing (make peers)" >&2; exit 1; }
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
for port in 2525 2526; do ! listens $port || { echo "relay-bench: port $port is taken" >&2; exit 1; }; done
smtp-sink -u nobody -c 127.0.0.1:2526 2048 >"$work/sink" &
until listens 2526; do sleep 0.05; done
count() { tr '\r' '\n' <"$work/sink" | sed -n 's/.*mes[sg]= *\([0-9]*\).*/\1/p' | tail -1; }
run() { # LABEL PORT
    local before start now
    before=$(count) start=$(date +%s%N)
    smtp-source -d -s "$sessions" -m "$messages" -l "$size" -f a@src.example -t b@dst.example "127.0.0.1:$2"
    until [ $(($(count) - ${before:-0})) -ge "$messages" ]; do sleep 0.02; done
    now=$(date +%s%N)
    echo "$1: $((messages * 1000000000 / (now - start))) messages/s end to end ($messages of $size bytes, $sessions sessions)"
}
run "ceiling, source to sink" 2526
"$martlet" serve --config "$here/Benchmarks/relay.yaml" --data "$work/data" >"$work/log" 2>&1 &
until listens 2525; do sleep 0.05; done
run "martlet, durable relay " 2525
