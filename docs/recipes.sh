#!/usr/bin/env bash
# Runs every recipe of docs/using-the-data.md against an export (formats parquet,
# csv, sqlite and xlsx, with --wide), and opens each format with the tool it is for. What
# a tool is missing for is skipped, saying so.
#   docs/recipes.sh DIR
set -euo pipefail
docs=$(cd "$(dirname "$0")" && pwd)
tools=$(realpath -m "${GONGKAI_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/gongkai-ci}")/node
cd "$1"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0
say() { printf '%-34s %s\n' "$1" "$2"; }

# recipes LANGUAGE writes each block of a language to $tmp/NAME.LANGUAGE.
recipes() {
  awk -v lang="$1" -v dir="$tmp" '
    $0 == "```" lang { on = 1; file = ""; next }
    $0 == "```" { on = 0 }
    on && file == "" && /recipe: / { file = dir "/" $NF "." lang; next }
    on && file != "" { print > file }' "$docs/using-the-data.md"
}
# run NAME COMMAND… demands that a command succeeds and prints something.
run() {
  local name=$1; shift
  if out=$("$@" 2>"$tmp/err") && [ -n "$out" ]; then
    say "$name" "ok, $(printf '%s\n' "$out" | wc -l) lines"
  else
    say "$name" "FAILED"; printf '%s\n' "$out"; cat "$tmp/err"; failed=1
  fi
}

for lang in sql python r; do recipes "$lang"; done

run "checksums" sha256sum -c SHA256SUMS

rows=$(($(python3 -c 'import csv; print(sum(1 for _ in csv.reader(open("figures.csv", encoding="utf-8-sig"))))') - 1))

if command -v node >/dev/null && command -v npm >/dev/null; then
  if ! [ -d "$tools/node_modules/@duckdb/node-api" ] || ! [ -d "$tools/node_modules/datapackage" ]; then
    mkdir -p "$tools"
    (cd "$tools" && npm install --no-fund --no-audit --silent --prefix . @duckdb/node-api@1.5.6-r.1 datapackage@1.1.10) >/dev/null 2>&1 || true
  fi
  if [ -d "$tools/node_modules/@duckdb/node-api" ]; then
    cat >"$tmp/duckdb.js" <<'JS'
const { DuckDBInstance } = require(process.argv[2] + '/node_modules/@duckdb/node-api')
const run = async () => {
  const db = await (await DuckDBInstance.create(':memory:')).connect()
  const rows = (await db.runAndReadAll(require('fs').readFileSync(process.argv[3], 'utf8'))).getRowObjectsJson()
  for (const row of rows) console.log(JSON.stringify(row))
}
run().catch(e => { console.error(e.message); process.exit(1) })
JS
    for f in "$tmp"/*.sql; do
      case $(basename "$f") in
        page.sql) ;; # for sqlite3
        carry.sql) # no break at all is as good
          if node "$tmp/duckdb.js" "$tools" "$f" >"$tmp/out"; then say "DuckDB: carry" "ok, $(wc -l <"$tmp/out") lines"; else say "DuckDB: carry" FAILED; failed=1; fi ;;
        *) run "DuckDB: $(basename "$f" .sql)" node "$tmp/duckdb.js" "$tools" "$f" ;;
      esac
    done
    echo "SELECT CASE WHEN count(*) = $rows THEN 'equal' ELSE error('Parquet has ' || count(*) || ' rows, CSV $rows') END FROM 'figures.parquet'" >"$tmp/rows"
    run "DuckDB: rows as in CSV" node "$tmp/duckdb.js" "$tools" "$tmp/rows"
  else
    say "DuckDB" "skipped: npm can't install @duckdb/node-api"
  fi
  if [ -d "$tools/node_modules/datapackage" ]; then
    cat >"$tmp/package.js" <<'JS'
const { Package } = require(process.argv[2] + '/node_modules/datapackage')
const run = async () => {
  const p = await Package.load('datapackage.json')
  if (!p.valid) throw new Error(p.errors.map(e => e.message).join('\n'))
  for (const r of p.resources) {
    if (r.descriptor.format !== 'csv') continue
    const rows = await r.read({ keyed: true })
    await r.checkRelations()
    console.log(r.name, rows.length)
  }
}
run().catch(e => { console.error(e.message, (e.errors || []).slice(0, 5).map(x => x.message)); process.exit(1) })
JS
    run "Data Package: profile, types, keys" node "$tmp/package.js" "$tools"
  else
    say "Data Package" "skipped: npm can't install datapackage"
  fi
else
  say "DuckDB, Data Package" "skipped: no node and npm"
fi

python=python3
[ -x /usr/bin/python3 ] && python=/usr/bin/python3
if "$python" -c 'import pandas' 2>/dev/null; then
  for f in "$tmp"/*.python; do run "pandas: $(basename "$f" .python)" "$python" "$f"; done
else
  say "pandas" "skipped: it is not installed (Debian: python3-pandas)"
fi

if command -v Rscript >/dev/null; then
  for f in "$tmp"/*.r; do run "R: $(basename "$f" .r)" env LC_ALL=C.UTF-8 Rscript "$f"; done
else
  say "R" "skipped: it is not installed (Debian: r-base-core)"
fi

if command -v sqlite3 >/dev/null; then
  run "sqlite3: page" sqlite3 -readonly gongkai.sqlite "$(cat "$tmp/page.sql")"
  run "sqlite3: integrity, rows as in CSV" sqlite3 -readonly gongkai.sqlite "SELECT 'equal' FROM (SELECT count(*) n FROM figures) WHERE n = $rows AND NOT EXISTS (SELECT 1 FROM pragma_foreign_key_check) AND (SELECT * FROM pragma_integrity_check) = 'ok'"
else
  say "sqlite3" "skipped: it is not installed"
fi

if command -v soffice >/dev/null && [ -f gongkai.xlsx ]; then
  # 44,34,76: comma, quote, UTF-8; -1: every sheet into a file of its own.
  sheets() {
    soffice -env:UserInstallation="file://$tmp/office" --headless --convert-to 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1' --outdir "$tmp" gongkai.xlsx >/dev/null 2>&1
    "$python" - "$tmp" <<'PY'
import csv, os, sys
for table in ("figures", "reports", "organs", "coverage"):
    ours = list(csv.reader(open(table + ".csv", encoding="utf-8-sig")))
    theirs = list(csv.reader(open(os.path.join(sys.argv[1], "gongkai-" + table + ".csv"), encoding="utf-8")))
    plain = lambda v: {"TRUE": "true", "FALSE": "false"}.get(v, v[1:] if v[:1] == "'" else v)
    wrong = [(a, b) for a, b in zip(ours, theirs) if [plain(x) for x in a] != [plain(x) for x in b]]
    if len(ours) != len(theirs) or wrong:
        sys.exit("%s: %d lines, LibreOffice has %d; %s" % (table, len(ours), len(theirs), wrong[:1]))
    print(table, len(ours))
PY
  }
  run "LibreOffice: sheets as in CSV" sheets
else
  say "LibreOffice" "skipped: it is not installed, or there is no workbook"
fi
exit "$failed"
