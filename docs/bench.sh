#!/usr/bin/env bash
# What gongkai costs, as ratios of one run on this machine. Writes a table to
# stdout; docs/performance.md has the last one that was kept.
#   docs/bench.sh            everything, about five minutes
#   docs/bench.sh extract    one part: extract, crawl, store or export
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
  # 20,000 pages take some minutes; 1,000 of them where all is measured.
  short=
  if [ "$part" = all ]; then short=-short; fi
  go test $short -run '^$' -bench 'BenchmarkScale' -benchtime 1x ./store | tee -a "$out" >&2
  for unit in body-B/page WARC-B/page file-B/page file/WARC pages/s heap-MiB read-p50-ms read-p99-ms read-cpu-ms open-ms; do
    printf '| corpus of yearly reports, %s | %s |\n' "$unit" "$(value BenchmarkScale "$unit")"
  done
fi
# Export: a corpus of GONGKAI_BENCH_REPORTS invented reports, 202 figures each, is
# filled through the store, then exported by the program itself. 100,000 of them
# take some minutes to fill and 3 GB; not part of "all".
if [ "$part" = export ]; then
  export GONGKAI_BENCH_REPORTS=${GONGKAI_BENCH_REPORTS:-100000}
  work=$(mktemp -d)
  trap 'rm -rf "$out" "$work"' EXIT
  go build -o "$work/gongkai" ./cmd/gongkai
  GONGKAI_BENCH_CORPUS=$work/corpus.db go test -run '^$' -bench 'BenchmarkFill' -benchtime 1x -timeout 2h ./export >&2
  for format in parquet csv; do
    python3 - "$work" "$format" <<'PY'
import json, os, resource, subprocess, sys, time
work, fmt = sys.argv[1:]
start = time.time()
out = subprocess.run([work + "/gongkai", "export", "--json", "--corpus", work + "/corpus.db", "--format", fmt, "--out", work + "/" + fmt], check=True, stdout=subprocess.PIPE).stdout
took, use = time.time() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
res = json.loads(out)
size = sum(f["bytes"] for f in res["files"])
figures = next(f["bytes"] for f in res["files"] if f["table"] == "figures")
print("| %d figures to %s: seconds; CPU-s; figures/s; figures per CPU-s | %.0f; %.0f; %.0f; %.0f |" % (res["figures"], fmt, took, use.ru_utime + use.ru_stime, res["figures"] / took, res["figures"] / (use.ru_utime + use.ru_stime)))
print("| peak memory, MB; all files, MB; figures, bytes each | %.0f; %.0f; %.1f |" % (use.ru_maxrss / 1024, size / 1e6, figures / res["figures"]))
PY
  done
fi
