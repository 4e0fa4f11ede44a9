#!/bin/bash
# torture.sh MARTLET TIMES   kills the engine under load, again and again, on one data folder; then compares what was
# acknowledged with what arrived. Exit status 0 only when nothing is missing. Loopback only; ends by itself.
set -euo pipefail
martlet=$1 times=$2
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
peers=$here/Tests/EndToEndTests/Peers
export PATH="$here/.build/peers/bin:$PATH"
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
sink=$(free_port) submission=$(free_port) api=$(free_port)

cat >"$work/martlet.yaml" <<YAML
hostname: torture.example
data: $work/data
api: {listen: "127.0.0.1:$api"}
submission:
  - {listen: "127.0.0.1:$submission", tls: none, trusted_networks: [127.0.0.0/8]}
queue: {segment_size: 1MiB, free_disk_percent: 1, site_back_off: {first: 1s, factor: 1, maximum: 1s}}
transports:
  next: {kind: relay, hosts: ["127.0.0.1:$sink"], tls: none}
routes:
  - {match: "*", transport: next}
log: {level: error}
YAML
touch "$work/acked" "$work/seen"
python3 "$peers/sink.py" "$sink" "$work/seen" >/dev/null &
until listens "$sink"; do sleep 0.05; done

first=0
for round in $(seq "$times"); do
    "$martlet" serve --config "$work/martlet.yaml" >>"$work/log" 2>&1 &
    engine=$!
    until listens "$submission"; do
        kill -0 $engine 2>/dev/null || { echo "the engine does not start:" >&2; tail -5 "$work/log" >&2; exit 1; }
        sleep 0.02
    done
    python3 "$peers/inject.py" "$submission" 100000 20 "$work/acked" "$first" 2>/dev/null &
    injector=$!
    sleep "0.$(printf '%03d' $((RANDOM % 900 + 50)))"
    kill -9 $engine
    wait $engine 2>/dev/null || true
    wait $injector || true
    first=$((first + 100000))
    [ $((round % 20)) -ne 0 ] || echo "round $round: $(wc -l <"$work/acked") acknowledged, $(wc -l <"$work/seen") arrived"
done

"$martlet" serve --config "$work/martlet.yaml" >>"$work/log" 2>&1 &
python3 - "$work/acked" "$work/seen" "$times" <<'PY'
import sys
import time

acked_file, seen_file, times = sys.argv[1:]
read = lambda name: [int(line) for line in open(name) if line.strip().isdigit()]
acked, end = set(read(acked_file)), time.time() + 300
while time.time() < end and not acked <= set(read(seen_file)):
    time.sleep(0.5)
seen = read(seen_file)
lost = acked - set(seen)
print("killed %s times: %d acknowledged, %d lost, %d repeated" % (times, len(acked), len(lost), len(seen) - len(set(seen))))
sys.exit(1 if lost or not acked else 0)
PY
