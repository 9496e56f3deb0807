package extract

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"gongkai/extract/check"
	"gongkai/extract/document"
	"gongkai/report"
)

// Without a program that reads pictures a scan is said to be one.
func TestRecogniseWithoutProgram(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	o := patient
	o.Recognise = true
	for name, b := range map[string]string{"scan.pdf": scan, "scan.png": "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"} {
		_, err := Extract(t.Context(), Input{Bytes: []byte(b), Name: name}, o)
		var no *NotReportError
		if !errors.As(err, &no) || no.Reason != ReasonTableInImage || !strings.Contains(no.Detail, "PATH") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if plain, with := patient.Hash(), o.Hash(); plain == with {
		t.Error("recognition does not change the hash of the options")
	}
}

// Of recognised cells those are kept whose row and column add up.
func TestConfirm(t *testing.T) {
	r, err := Extract(t.Context(), Input{Bytes: readFile(t, "testdata/reports/page-2021.html"), Name: "page-2021.html"}, patient)
	if err != nil {
		t.Fatal(err)
	}
	figures := slices.Clone(r.Figures)
	wrong := slices.IndexFunc(figures, func(f report.Figure) bool {
		return f.Metric == "requests.granted" && f.Applicant == report.NaturalPerson
	})
	figures[wrong].Value, figures[wrong].Raw, figures[wrong].State = "87", "87", report.StateOK
	kept, orphans := confirm(figures, check.Evaluate(r.Template, figures))
	confirmed := map[string]int{}
	for _, f := range kept {
		if f.Origin == report.OriginText {
			t.Errorf("%s in a sentence is kept", f.Metric)
		}
		if f.State.HasValue() != f.Recognised || f.Recognised && f.Value == "87" {
			t.Errorf("%s@%s: %s %q, recognised %v", f.Metric, f.Applicant, f.State, f.Value, f.Recognised)
		}
		if f.Recognised {
			root, _, _ := strings.Cut(f.Metric, ".")
			confirmed[root]++
		}
	}
	// Neither the row of the wrong cell adds up nor the results of its column.
	if confirmed["disclosure"] != 0 || confirmed["requests"] != 175-7-20 || confirmed["review"] != 5 || confirmed["litigation"] != 10 {
		t.Errorf("confirmed %v", confirmed)
	}
	if !slices.ContainsFunc(orphans, func(o report.Orphan) bool { return o.Raw == "87" }) {
		t.Error("the cell that was not confirmed is no orphan")
	}
}

func TestSnapLabels(t *testing.T) {
	texts := []string{"首计", "其他", "2.其他法律行政法规茜止公开", "法人", "12", "结果維持", "某地自己的一行"}
	want := []string{"总计", "其他", "其他法律行政法规禁止公开", "法人", "12", "结果维持", "某地自己的一行"}
	cells := make([]document.Cell, len(texts))
	for i, text := range texts {
		cells[i] = document.Cell{Row: i, Text: text}
	}
	doc := &document.Document{Blocks: []document.Block{{Kind: document.TableBlock, Table: document.NewTable(cells)}}}
	snapLabels(doc)
	for i, c := range doc.Blocks[0].Table.Cells {
		if fold(c.Text) != fold(want[i]) && !strings.HasSuffix(fold(c.Text), fold(want[i])) {
			t.Errorf("%q becomes %q, want %q", texts[i], c.Text, want[i])
		}
	}
}
