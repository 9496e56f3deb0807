package export

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongkai/report"
)

func sample() Entry {
	return Entry{ID: "r1", Revision: 2, OrganID: "o1", Latest: true, Site: "qy", Report: &report.Report{
		Schema: report.Schema,
		Title:  "=HYPERLINK(\"x\")",
		Organ:  report.Organ{Name: "青榆市人民政府", Region: "990100", Level: "city"},
		Scope:  report.ScopeAggregate, Year: 2022, Published: "2023-01-23", Status: report.StatusPartial,
		Template: report.Templates{Requests: "2021"},
		Figures: []report.Figure{
			{Metric: "requests.new", Applicant: report.NaturalPerson, Origin: report.OriginTable, State: report.StateOK, Value: "5", Unit: "件", Raw: "5", Locator: report.AtCell(3, 4, 1)},
			{Metric: "requests.new", Applicant: report.Total, Origin: report.OriginTable, State: report.StateOK, Value: "6", Unit: "件", Raw: "6", Locator: report.AtCell(3, 4, 7)},
			{Metric: "requests.new", Applicant: report.Welfare, Origin: report.OriginTable, State: report.StateEmpty, Locator: report.AtCell(3, 4, 4)},
		},
		Findings: []report.Finding{{
			Rule: "T3.ROW", Severity: report.Hard, Verdict: report.Fail, At: "requests.new", Expected: "5", Got: "6",
			Operands: []string{"requests.new@natural_person", "requests.new@total"},
		}},
	}}
}

func reports(entries ...Entry) *Input {
	return &Input{Version: "v1", Reports: func(yield func(Entry, error) bool) {
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
	}}
}

func readCSV(t *testing.T, path string) []map[string]string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, r := range rows[1:] {
		m := map[string]string{}
		for i, name := range rows[0] {
			m[name] = r[i]
		}
		out = append(out, m)
	}
	return out
}

func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	res, err := Write(context.Background(), reports(sample()), Options{Dir: dir, Formats: []string{"csv", "jsonl"}})
	if err != nil {
		t.Fatal(err)
	}
	figures := readCSV(t, filepath.Join(dir, "figures.csv"))
	if len(figures) != 3 {
		t.Fatalf("%d figures", len(figures))
	}
	if f := figures[0]; f["value"] != "5" || f["quality"] != "suspect" || f["locator"] != `{"block":3,"row":4,"col":1}` || f["template"] != "2021" {
		t.Errorf("figure: %v", f)
	}
	if f := figures[2]; f["value"] != "" || f["state"] != "empty" || f["quality"] != "unchecked" {
		t.Errorf("a blank cell: %v", f)
	}
	if r := readCSV(t, filepath.Join(dir, "reports.csv"))[0]; r["title"] != `'=HYPERLINK("x")` || r["hard_failed"] != "1" {
		t.Errorf("report: %v", r)
	}
	if n := len(readCSV(t, filepath.Join(dir, "codebook.csv"))); n != len(report.Metrics()) {
		t.Errorf("codebook has %d rows", n)
	}
	b, err := os.ReadFile(filepath.Join(dir, "reports.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var line struct {
		ID      string
		Schema  int
		Figures []report.Figure
	}
	if err := json.Unmarshal(b, &line); err != nil || line.ID != "r1" || line.Schema != 1 || len(line.Figures) != 3 {
		t.Errorf("jsonl: %v %+v", err, line)
	}
	for _, f := range res.Files {
		b, err := os.ReadFile(filepath.Join(dir, f.Path))
		sum := sha256.Sum256(b)
		if err != nil || hex.EncodeToString(sum[:]) != f.SHA256 || int64(len(b)) != f.Bytes {
			t.Errorf("%s: %v, sum or size is wrong: %+v", f.Path, err, f)
		}
	}
}

func TestSameInputSameBytes(t *testing.T) {
	var sums [2]map[string]string
	for i := range sums {
		dir := filepath.Join(t.TempDir(), "o")
		o := Options{Dir: dir, Formats: Formats(), Wide: true, Since: "v0"}
		if _, err := Write(context.Background(), reports(sample()), o); err != nil {
			t.Fatal(err)
		}
		sums[i] = make(map[string]string)
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			b, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(b)
			sums[i][e.Name()] = hex.EncodeToString(sum[:])
		}
	}
	if diff := cmp.Diff(sums[0], sums[1]); diff != "" {
		t.Errorf("two exports of one corpus differ: %s", diff)
	}
}

// A failed export leaves the target as it was and nothing beside it.
func TestFailureLeavesNothing(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "out")
	if _, err := Write(context.Background(), reports(sample()), Options{Dir: dir, Formats: []string{"csv"}}); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, "figures.csv"))
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("page is torn")
	src := &Input{Reports: func(yield func(Entry, error) bool) { _ = yield(sample(), nil) && yield(Entry{ID: "r2"}, broken) }}
	if _, err := Write(context.Background(), src, Options{Dir: dir, Formats: []string{"csv"}}); !errors.Is(err, broken) {
		t.Errorf("error: %v", err)
	}
	if _, err := Write(context.Background(), reports(), Options{Dir: dir, Formats: []string{"csv"}}); !errors.Is(err, ErrEmpty) {
		t.Errorf("empty source: %v", err)
	}
	after, err := os.ReadFile(filepath.Join(dir, "figures.csv"))
	if err != nil || !bytes.Equal(before, after) {
		t.Error("the earlier export changed")
	}
	left, err := os.ReadDir(parent)
	if err != nil || len(left) != 1 {
		t.Errorf("left beside the target: %v", left)
	}
}

func TestRefusedTargets(t *testing.T) {
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "thesis.docx"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(full, "thesis.docx")
	for _, dir := range []string{full, file, ""} {
		_, err := Write(context.Background(), reports(sample()), Options{Dir: dir, Formats: []string{"csv"}})
		if _, ok := errors.AsType[*TargetError](err); !ok {
			t.Errorf("%q: %v", dir, err)
		}
	}
	_, err := Write(context.Background(), reports(sample()), Options{Dir: filepath.Join(t.TempDir(), "o"), Formats: []string{"cvs"}})
	if e, ok := errors.AsType[*FormatError](err); !ok || !strings.Contains(e.Error(), "did you mean") {
		t.Errorf("unknown format: %v", err)
	}
}
