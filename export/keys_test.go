package export

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gongkai/corpus"
	"gongkai/store"
)

// What datapackage.json says of the tables is so, row by row: fields, primary and
// foreign keys, values that must be there, values that may be.
func TestPackageHolds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "corpus.db")
	fill(t, path, 12)
	st, err := store.Open(path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	c := corpus.New(st)
	now, err := c.Version(ctx, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	in, err := Open(ctx, c, Selection{AllRevisions: true, Since: now})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "o")
	o := Options{Dir: dir, Formats: []string{"csv", "parquet", "jsonl", "sqlite", "xlsx", "text"}, Wide: true, Across: true, Since: now}
	if _, err := Write(ctx, in, o); err != nil {
		t.Fatal(err)
	}
	p := readPackage(t, dir)
	name := regexp.MustCompile(`^[a-z0-9._-]+$`)
	names := map[string]*resource{}
	for i := range p.Resources {
		r := &p.Resources[i]
		if names[r.Name] != nil || !name.MatchString(r.Name) {
			t.Errorf("resource name %q", r.Name)
		}
		names[r.Name] = r
		if info, err := os.Stat(filepath.Join(dir, r.Path)); err != nil || info.Size() != r.Bytes {
			t.Errorf("%s: %v, %d bytes are told", r.Path, err, r.Bytes)
		}
	}
	rows := map[string][]map[string]string{}
	for n, r := range names {
		if r.Format == "csv" {
			rows[n] = readCSV(t, filepath.Join(dir, r.Path))
		}
	}
	for n, r := range names {
		if r.Tables == nil {
			continue
		}
		checkSchema(t, n, r.Tables, names)
		if r.Format == "csv" {
			checkRows(t, n, r.Tables, rows)
		}
	}
	if len(rows) < 12 {
		t.Errorf("%d tables", len(rows))
	}
}

func readPackage(t *testing.T, dir string) (p dataPackage) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, packageFile))
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// checkSchema holds a table schema against the rules of Data Package 2.
func checkSchema(t *testing.T, name string, s *schema, resources map[string]*resource) {
	t.Helper()
	fields := map[string]bool{}
	for _, f := range s.Fields {
		if fields[f.Name] || !slices.Contains([]string{"string", "integer", "number", "date", "datetime", "boolean"}, f.Type) {
			t.Errorf("%s: field %s of type %s", name, f.Name, f.Type)
		}
		fields[f.Name] = true
		if f.Constraints != nil && len(f.Constraints.Enum) != len(f.Categories) {
			t.Errorf("%s.%s: %d values, %d categories", name, f.Name, len(f.Constraints.Enum), len(f.Categories))
		}
	}
	for _, k := range s.PrimaryKey {
		if !fields[k] {
			t.Errorf("%s: no field %s for the primary key", name, k)
		}
	}
	for _, k := range s.ForeignKeys {
		other := resources[k.Reference.Resource]
		if other == nil || other.Tables == nil || len(k.Fields) != len(k.Reference.Fields) {
			t.Errorf("%s: foreign key %+v", name, k)
			continue
		}
		if !slices.Equal(k.Reference.Fields, other.Tables.PrimaryKey) {
			t.Errorf("%s: %v of %s is no key", name, k.Reference.Fields, k.Reference.Resource)
		}
	}
}

// checkRows holds the rows of a table against its schema.
func checkRows(t *testing.T, name string, s *schema, tables map[string][]map[string]string) {
	t.Helper()
	key := func(row map[string]string, fields []string) string {
		var parts []string
		for _, f := range fields {
			parts = append(parts, row[f])
		}
		return strings.Join(parts, "\x00")
	}
	seen := map[string]bool{}
	for i, row := range tables[name] {
		for _, f := range s.Fields {
			v := row[f.Name]
			switch {
			case v == "" && f.Constraints != nil && f.Constraints.Required:
				t.Errorf("%s %d: %s is missing", name, i, f.Name)
			case v != "" && f.Constraints != nil && f.Constraints.Enum != nil && !slices.Contains(f.Constraints.Enum, v):
				t.Errorf("%s %d: %s is %q", name, i, f.Name, v)
			}
		}
		if k := key(row, s.PrimaryKey); len(s.PrimaryKey) > 0 {
			if seen[k] {
				t.Errorf("%s %d: the key %q is there twice", name, i, k)
			}
			seen[k] = true
		}
	}
	for _, k := range s.ForeignKeys {
		known := map[string]bool{}
		for _, row := range tables[k.Reference.Resource] {
			known[key(row, k.Reference.Fields)] = true
		}
		for i, row := range tables[name] {
			to := key(row, k.Fields)
			if strings.Trim(to, "\x00") != "" && !known[to] {
				t.Errorf("%s %d: %s leads nowhere: %q", name, i, fmt.Sprint(k.Fields), to)
			}
		}
	}
}
