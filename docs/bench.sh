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
  bench ./extract '^Benchmark(Page|OtherPage|Stages)$' 5s
  unit=Extract/html.Parse
  printf '| bytes to checked report ÷ html.Parse, %s KB a page | %s |\n' "$(value BenchmarkPage/cpu KB/page)" "$(value BenchmarkPage/cpu $unit)"
  printf '| the same of a page that is parsed already | %s |\n' "$(value BenchmarkPage/parsed $unit)"
  printf '| bytes to "no report" ÷ html.Parse | %s |\n' "$(value BenchmarkOtherPage $unit)"
  printf '| allocated ÷ bytes of the page | %s |\n' "$(value BenchmarkPage/allocated pages/page)"
  for stage in decode tree blocks read refuse body head tables sections sentences relations; do
    printf '| stage %s ÷ html.Parse | %s |\n' "$stage" "$(value BenchmarkStages "$stage/html.Parse")"
  done
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
