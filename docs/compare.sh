#!/usr/bin/env bash
# gongkai beside others on the same invented pages, pace 0, 16 at a time, each
# against a fresh server in a process of its own; CPU and memory are the client's.
#   docs/compare.sh                 40 sites of 100 reports, all clients
#   docs/compare.sh quick           6 sites of 20, to see that it works
#   docs/compare.sh memory          gongkai alone at 4,000 and at 100,000 pages
# ROUNDS=3 repeats all of it, clients in turn; it tells the least CPU and the median
# of pages/s, and is the thing to do on a machine that is not at rest.
# Clients that are not installed (Debian: python3-scrapy, wget) are left out.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
CGO_ENABLED=0 go build -o "$bin/gongkai" ./cmd/gongkai
go build -o "$bin/serve" ./internal/fakegov/serve
go build -o "$bin/client" ./docs/bench/client
compare() { python3 docs/bench/compare.py "$bin" "$@"; }
ways=(nethttp gongkai colly colly-readme)
if /usr/bin/python3 -c 'import scrapy' 2>/dev/null; then ways+=(scrapy); fi
if command -v wget >/dev/null; then ways+=(wget); fi
case ${1:-all} in
all) compare 40 100 "${ways[@]}" ;;
quick) compare 6 20 "${ways[@]}" ;;
memory)
  compare 40 100 gongkai
  compare 40 2500 gongkai
  ;;
*)
  echo "usage: docs/compare.sh [all|quick|memory]" >&2
  exit 2
  ;;
esac
