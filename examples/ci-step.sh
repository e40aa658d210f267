#!/usr/bin/env bash
# A step of a CI job: fails where a threshold does not hold (exit code 1), or where the generator was lost or
# starved, so that its numbers are worth nothing (3).
# TARGET=http://127.0.0.1:8080/ examples/ci-step.sh
set -euo pipefail
: "${TARGET:?the URL to test}"
# From a checkout of volley; elsewhere this is `npx volley`.
volley() { node "$(dirname "$0")/../bin/volley.js" "$@"; }

mkdir -p "${REPORTS:=reports}"
volley "$TARGET" -n 2000 -c 10 --warmup 100ms --client wire \
  --threshold 'p99<500ms' --threshold 'error-rate<1%' \
  --out "$REPORTS/volley.json" -o junit > "$REPORTS/volley.xml"
