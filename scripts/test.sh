#!/bin/bash
# test.sh   runs every test that `make test` has built; the Python peers come first in PATH
set -euo pipefail
export PATH="$PWD/.build/peers/bin:/usr/sbin:$PATH"
export MARTLET_CONFORMANCE=${MARTLET_CONFORMANCE:-$PWD/../shared/conformance}
if [ ! -d "$MARTLET_CONFORMANCE" ]; then
    echo "SKIPPED: the public conformance suites are not at $MARTLET_CONFORMANCE (set MARTLET_CONFORMANCE); their tests are skipped"
fi
exec swift test --skip-build --no-parallel "$@"
