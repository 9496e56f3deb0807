package corpus

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongkai/report"
	"gongkai/store"
)

// The fast decoder reads what the standard library writes, and as it would.
func TestDecodeReport(t *testing.T) {
	row, col, start := 3, 0, 17
	full := report.Report{
		Schema: 1, Title: "\u2028 <b>&\"\\ 年报\U00020000", Organ: report.Organ{Name: "甲县", Level: "county"}, Scope: report.ScopeOwn, Year: 2020,
		Meta:     map[string]string{"索引号": "1/2", "": "x"},
		Sections: []report.Section{{Key: "overview", Text: "a\n\tb\x00"}},
		Figures: []report.Figure{
			{Metric: "requests.new", Applicant: report.Total, State: report.StateZero, Value: "0", Locator: report.Locator{Block: 1, Row: &row, Col: &col}},
			{Metric: "text.review_total", Value: "1.50", Locator: report.Locator{Start: &start, Page: 2}},
		},
		Findings: []report.Finding{{Rule: "T3.ROW", Operands: []string{"a", "b"}, Suspect: &report.Suspect{Metric: "m"}}},
		Notes:    []string{},
	}
	body, err := encode(&full)
	if err != nil {
		t.Fatal(err)
	}
	bodies := [][]byte{body, []byte("{}"), []byte(` { "unknown" : [1,{"a":null}], "title" : null, "figures":[] } `), []byte(`{"TITLE":"case"}`)}
	fixtures, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fixtures {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, b)
	}
	for _, b := range bodies {
		var want report.Report
		if err := json.Unmarshal(b, &want); err != nil {
			continue
		}
		got, err := decodeReport(&store.Report{Body: b})
		if err != nil {
			t.Errorf("%.60s: %v", b, err)
		} else if diff := cmp.Diff(&want, got); diff != "" {
			t.Errorf("%.60s: %s", b, diff)
		}
	}
	for _, bad := range []string{"", "{", `{"year":"x"}`, `{"figures":{}}`} {
		if r, err := decodeReport(&store.Report{Body: []byte(bad)}); err == nil {
			t.Errorf("%q was read as %+v", bad, r)
		}
	}
}
