#!/bin/bash
# torture.sh MARTLET TIMES [--seed N]   kills the engine under load, again and again, on one data folder; then compares what
# was acknowledged with what arrived. Exit status 0 only when nothing is missing and nothing came twice without need.
# Loopback only; ends by itself. Its folder, in TMPDIR or /var/tmp, goes when all was well and stays otherwise.
set -euo pipefail
exec python3 "$(dirname "$0")/../Tests/EndToEndTests/Peers/torture.py" "$@"
