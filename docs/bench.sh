#!/usr/bin/env bash
# What gongkai costs, as ratios of one run on this machine. Writes a table to
# stdout; docs/performance.md has the last one that was kept.
#   docs/bench.sh            everything, about five minutes
#   docs/bench.sh extract    one part: extract, crawl or store
set -euo pipefail
cd "$(dirname "$0")/.."
part=${1:-all}
out=$(mktemp)
trap 'rm -f "$out"' EXIT

bench() { # package, pattern, time
  go test -run '^$' -bench "$2" -benchtime "$3" -count 1 "$1" | tee -a "$out" >&2
}
# value NAME UNIT prints a benchmark's figure of that unit.
value() {
  awk -v name="$1" -v unit="$2" '$1 ~ name"(-[0-9]+)?$" { for (i = 3; i <= NF; i++) if ($i == unit) print $(i-1) }' "$out" | tail -n 1
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

if [ "$part" = all ] || [ "$part" = extract ]; then
  bench ./extract 'BenchmarkPage' 3s
  e=$(value BenchmarkPage/Extract ns/op) p=$(value BenchmarkPage/html.Parse ns/op)
  printf '| bytes to checked report ÷ html.Parse, %s KB a page | %s |\n' "$(value BenchmarkPage/Extract KB/page)" "$(ratio "$e" "$p")"
  printf '| allocated ÷ bytes of the page | %s |\n' \
    "$(awk -v b="$(value BenchmarkPage/Extract B/op)" -v mbs="$(value BenchmarkPage/Extract MB/s)" -v ns="$e" 'BEGIN { printf "%.1f", b / (mbs * ns / 1000) }')"
fi
if [ "$part" = all ] || [ "$part" = crawl ]; then
  bench ./crawler 'BenchmarkCrawl' 3x
  for way in colly nethttp; do
    printf '| pages/s of gongkai ÷ %s | %s |\n' "$way" "$(ratio "$(value BenchmarkCrawl/gongkai pages/s)" "$(value BenchmarkCrawl/$way pages/s)")"
    printf '| CPU a page of gongkai ÷ %s | %s |\n' "$way" "$(ratio "$(value BenchmarkCrawl/gongkai cpu-s/1000)" "$(value BenchmarkCrawl/$way cpu-s/1000)")"
  done
fi
if [ "$part" = all ] || [ "$part" = store ]; then
  bench ./store 'BenchmarkCommit' 3x
  for batch in 1 10 100 1000; do
    printf '| 1,000 captures in batches of %s | %s captures/s |\n' "$batch" "$(value "BenchmarkCommit/batch=$batch" captures/s)"
  done
fi
