#!/usr/bin/env bash
# Crawls invented sites for a while, with random faults, kills and restarts, and
# checks what must hold: see internal/soak.
#   docs/soak.sh          an hour
#   docs/soak.sh 40s      as long as that
#   docs/soak.sh 40s -seed 7 -every 50ms
set -euo pipefail
cd "$(dirname "$0")/.."
span=${1:-1h}
bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
go build -o "$bin/gongkai" ./cmd/gongkai
go build -o "$bin/soak" ./internal/soak
"$bin/soak" -bin "$bin/gongkai" -for "$span" "${@:2}"
