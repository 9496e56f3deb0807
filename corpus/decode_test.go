package corpus

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongkai/report"
	"gongkai/store"
)

// oddReport has what is rare in reports.
func oddReport() report.Report {
	row, col, start := 3, 0, 17
	return report.Report{
		Schema: 1, Title: "\u2028 <b>&\"\\ 年报\U00020000", Organ: report.Organ{Name: "甲县", Level: "county"}, Scope: report.ScopeOwn, Year: 2020,
		Meta:     map[string]string{"索引号": "1/2", "": "x"},
		Sections: []report.Section{{Key: "overview", Text: "a\n\tb\x00"}},
		Figures: []report.Figure{
			{Metric: "requests.new", Applicant: report.Total, State: report.StateZero, Value: "0", Locator: report.Locator{Block: 1, Row: &row, Col: &col}},
			{Metric: "text.review_total", Value: "1.50", Locator: report.Locator{Start: &start, Page: 2}},
			{Metric: "annex.staff_total", Raw: "“7\\”\n", Quote: "甲\t乙", State: "unheard_of", Value: "007", Unit: "人"},
		},
		Findings: []report.Finding{{Rule: "T3.ROW", Operands: []string{"a", "b"}, Suspect: &report.Suspect{Metric: "m"}}, {Got: "12", Expected: "12"}},
		Notes:    []string{},
	}
}

// The fast decoder reads what the standard library writes, and as it would.
func TestDecodeReport(t *testing.T) {
	full := oddReport()
	body, err := encode(&full)
	if err != nil {
		t.Fatal(err)
	}
	bodies := [][]byte{body, []byte("{}"), []byte(` { "unknown" : [1,{"a":null}], "title" : null, "figures":[] } `), []byte(`{"TITLE":"case"}`)}
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

// Every field of a figure and of a finding is one that the fast part knows; one that
// it does not know would make it leave all reports to the slow one.
func TestDecodeEveryField(t *testing.T) {
	var figure report.Figure
	var finding report.Finding
	setAll(t, reflect.ValueOf(&figure).Elem())
	setAll(t, reflect.ValueOf(&finding).Elem())
	want := report.Report{Figures: []report.Figure{figure, {}, figure}, Findings: []report.Finding{finding, {}, finding}}
	body, err := encode(&want)
	if err != nil {
		t.Fatal(err)
	}
	var got report.Report
	rest, ok := new(reportDecoder).lists(body, &got)
	if !ok {
		t.Fatalf("not read by its literals: %s", body)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if bytes.Contains(rest, []byte("figures")) || bytes.Contains(rest, []byte("findings")) || !json.Valid(rest) {
		t.Errorf("the rest is %s", rest)
	}
}

// setAll gives every field a value.
func setAll(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			setAll(t, v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		setAll(t, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		setAll(t, v.Index(0))
		setAll(t, v.Index(1))
	case reflect.String:
		v.SetString("甲\"1\\")
	case reflect.Int:
		v.SetInt(-12)
	case reflect.Bool:
		v.SetBool(true)
	default:
		t.Fatalf("a field of kind %s", v.Kind())
	}
}

// Whatever is in the one form of reports is read as the standard library reads it,
// and nothing makes the decoder panic.
func FuzzDecodeReport(f *testing.F) {
	odd := oddReport()
	body, err := encode(&odd)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add([]byte(`{"figures":[{"metric":"a","origin":"","state":"","locator":{"block":0}}],"findings":[]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := decodeReport(&store.Report{Body: body})
		var want report.Report
		if json.Unmarshal(body, &want) != nil {
			return
		}
		canonical, encodeErr := encode(&want)
		if encodeErr != nil || !bytes.Equal(canonical, body) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(&want, got); diff != "" {
			t.Error(diff)
		}
	})
}
