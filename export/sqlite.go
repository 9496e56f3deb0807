package export

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	_ "modernc.org/sqlite" // the driver
)

// sqliteFormat writes one database with all tables, strictly typed, with keys,
// foreign keys, indexes for the usual questions, and views.
type sqliteFormat struct {
	dir    string
	db     *sql.DB
	tx     *sql.Tx
	tables []*Table
	open   []*sqliteRows
}

const sqliteName = "gongkai.sqlite"

func newSQLite(dir string, o *Options) (writer, error) {
	// The folder is thrown away if anything fails: no journal is needed.
	q := url.Values{"_pragma": {"journal_mode(off)", "synchronous(off)", "page_size(8192)", "locking_mode(exclusive)", "temp_store(file)"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: filepath.ToSlash(filepath.Join(dir, sqliteName))}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	s := &sqliteFormat{dir: dir, db: db}
	if s.tx, err = db.Begin(); err != nil {
		db.Close()
		return nil, fmt.Errorf("%s: %w", sqliteName, err)
	}
	meta := `CREATE TABLE dataset (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID`
	if _, err := s.tx.Exec(meta); err != nil {
		s.abort()
		return nil, fmt.Errorf("%s: %w", sqliteName, err)
	}
	_, err = s.tx.Exec(`INSERT INTO dataset VALUES ('corpus_version', ?)`, o.version)
	return s, err
}

func (s *sqliteFormat) table(t *Table) (rowWriter, error) {
	if _, err := s.tx.Exec(createTable(t)); err != nil {
		return nil, fmt.Errorf("%s: %s: %w", sqliteName, t.Name, err)
	}
	stmt, err := s.tx.Prepare("INSERT INTO " + ident(t.Name) + " VALUES (" + strings.TrimSuffix(strings.Repeat("?,", len(t.Columns)), ",") + ")")
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", sqliteName, t.Name, err)
	}
	r := &sqliteRows{stmt: stmt, t: t, args: make([]any, len(t.Columns))}
	s.tables = append(s.tables, t)
	s.open = append(s.open, r)
	return r, nil
}

// createTable is the statement that makes a table.
func createTable(t *Table) string {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE %s (\n", ident(t.Name))
	for _, c := range t.Columns {
		fmt.Fprintf(&b, "  %s %s", ident(c.Name), sqliteType(c.Type))
		if c.Required {
			b.WriteString(" NOT NULL")
		}
		b.WriteString(",\n")
	}
	if len(t.Key) > 0 {
		fmt.Fprintf(&b, "  PRIMARY KEY (%s),\n", idents(t.Key))
	}
	for _, f := range t.Foreign {
		fmt.Fprintf(&b, "  FOREIGN KEY (%s) REFERENCES %s (%s) DEFERRABLE INITIALLY DEFERRED,\n", idents(f.Columns), ident(f.Table), idents(f.Refers))
	}
	return strings.TrimSuffix(b.String(), ",\n") + "\n) STRICT"
}

func sqliteType(t Type) string {
	switch t {
	case Integer, Bool: // booleans are 0 and 1
		return "INTEGER"
	case Number:
		return "REAL"
	}
	return "TEXT"
}

func ident(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func idents(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = ident(n)
	}
	return strings.Join(quoted, ", ")
}

type sqliteRows struct {
	stmt *sql.Stmt
	t    *Table
	args []any
	rows int
}

func (r *sqliteRows) row(values []string) error {
	for i, v := range values {
		r.args[i] = nil
		if v == "" && !r.t.Columns[i].Required {
			continue
		}
		switch r.t.Columns[i].Type {
		case Integer:
			if n, err := strconv.ParseInt(v, 10, 64); err == nil {
				r.args[i] = n
			}
		case Number:
			if n, err := strconv.ParseFloat(v, 64); err == nil {
				r.args[i] = n
			}
		case Bool:
			r.args[i] = int64(0)
			if v == "true" {
				r.args[i] = int64(1)
			}
		default:
			r.args[i] = v
		}
	}
	r.rows++
	if _, err := r.stmt.Exec(r.args...); err != nil {
		return fmt.Errorf("%s: %s: %w", sqliteName, r.t.Name, err)
	}
	return nil
}

// sqliteIndexes are for the questions that are asked most, by table.
var sqliteIndexes = map[string][]string{
	"figures":  {"metric, year, region", "organ_id, metric, applicant, year"},
	"reports":  {"organ_id, year", "region, year", "url"},
	"findings": {"rule, verdict"},
	"sources":  {"snapshot", "url"},
	"coverage": {"organ_id, year"},
}

// sqliteViews are read by people, and by tools that know one table only.
const sqliteViews = `
CREATE VIEW latest AS
  SELECT f.* FROM figures f JOIN reports r USING (report, revision) WHERE r.latest = 1;
CREATE VIEW panel AS
  SELECT organ_id, organ, region, level, scope, year, metric, value, unit, quality, report, url
  FROM latest
  WHERE value IS NOT NULL AND (applicant IS NULL OR applicant = 'total');
CREATE VIEW failed AS
  SELECT r.organ, r.year, f.*, r.url FROM (SELECT report, revision, rule, severity, at, expected, got, suspect, implied, doubt, note
    FROM findings WHERE verdict = 'fail') f JOIN reports r USING (report, revision);
`

func (s *sqliteFormat) close() ([]File, error) {
	defer s.abort()
	names := make(map[string]bool)
	for _, t := range s.tables {
		names[t.Name] = true
	}
	for _, r := range s.open {
		r.stmt.Close()
	}
	for _, t := range s.tables {
		for i, columns := range sqliteIndexes[t.Name] {
			if _, err := s.tx.Exec(fmt.Sprintf("CREATE INDEX %s ON %s (%s)", ident(fmt.Sprintf("%s_%d", t.Name, i+1)), ident(t.Name), columns)); err != nil {
				return nil, fmt.Errorf("%s: index of %s: %w", sqliteName, t.Name, err)
			}
		}
	}
	if _, err := s.tx.Exec(sqliteViews); err != nil {
		return nil, fmt.Errorf("%s: views: %w", sqliteName, err)
	}
	if err := s.tx.Commit(); err != nil {
		return nil, fmt.Errorf("%s: %w", sqliteName, err)
	}
	if _, err := s.db.Exec("ANALYZE"); err != nil {
		return nil, fmt.Errorf("%s: %w", sqliteName, err)
	}
	if err := s.db.Close(); err != nil {
		return nil, fmt.Errorf("%s: %w", sqliteName, err)
	}
	f, err := describe(s.dir, File{Path: sqliteName, Format: "sqlite"})
	for _, r := range s.open {
		f.Rows += r.rows
	}
	return []File{f}, err
}

func (s *sqliteFormat) abort() {
	_ = s.tx.Rollback() // after a commit there is nothing to roll back
	s.db.Close()
}

// describe fills in size and checksum of a file that another program wrote, and
// puts it on the disk.
func describe(dir string, f File) (File, error) {
	file, err := os.OpenFile(filepath.Join(dir, f.Path), os.O_RDWR, 0)
	if err != nil {
		return f, err
	}
	defer file.Close()
	h := sha256.New()
	if f.Bytes, err = io.Copy(h, file); err != nil {
		return f, err
	}
	f.SHA256 = hex.EncodeToString(h.Sum(nil))
	return f, file.Sync()
}
