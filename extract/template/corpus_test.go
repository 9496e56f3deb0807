package template

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/shopspring/decimal"

	"gongkai/extract/document"
	"gongkai/report"
)

// The transcribed reports beside the source tree, when they are there: every
// number that is printed is found, none is wrong, none is made up.
func TestTranscribedReports(t *testing.T) {
	root := sharedCorpus(t)
	cases, err := filepath.Glob(filepath.Join(root, "*", "gold.json"))
	if err != nil || len(cases) == 0 {
		t.Skipf("no transcribed reports in %s: %v", root, err)
	}
	for _, path := range cases {
		dir := filepath.Dir(path)
		name := filepath.Base(dir)
		docs, _ := filepath.Glob(filepath.Join(dir, "doc.*"))
		switch ext := filepath.Ext(docs[0]); {
		case ext != ".txt" && ext != ".html", copied[name]:
			continue
		}
		t.Run(name, func(t *testing.T) {
			var gold struct {
				Figures  map[string]json.Number
				Annex    map[string]json.Number
				Negative bool
			}
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(b, &gold); err != nil {
				t.Fatal(err)
			}
			b, err = os.ReadFile(docs[0])
			if err != nil {
				t.Fatal(err)
			}
			doc, err := document.Read(context.Background(), b, document.Hint{Name: docs[0]}, document.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			a, err := Align(t.Context(), doc, 0, len(doc.Blocks), nil)
			if err != nil {
				t.Fatal(err)
			}
			want := make(map[string]string)
			for k, v := range gold.Figures {
				want[k] = v.String()
			}
			for k, v := range gold.Annex {
				if v != "" {
					want["annex."+k] = v.String()
				}
			}
			compareFigures(t, a, want, doc)
		})
	}
}

// copied names the reports whose body stands on the page more than once: which
// copy counts is not for this package to say.
var copied = map[string]bool{"var-double-body": true, "var-triple-body": true, "var-last-year-appended": true}

// known are cells that a person recognises and that are not certain enough here.
var known = map[string]bool{}

func compareFigures(t *testing.T, a *Alignment, want map[string]string, doc *document.Document) {
	t.Helper()
	got := make(map[string]string)
	for _, f := range a.Figures {
		if f.Metric == report.MetricLocalRow || f.Applicant == report.OrgSubtotal {
			continue
		}
		key := f.Metric
		if f.Applicant != "" {
			key += "@" + string(f.Applicant)
		}
		if f.State.HasValue() != (f.Value != "") {
			t.Errorf("%s is %s and has the value %q", key, f.State, f.Value)
		}
		if f.Value != "" {
			got[key] = f.Value
			if at := rawAt(doc, f.Locator); at != f.Raw {
				t.Errorf("%s: %q is printed where the locator leads, not %q", key, at, f.Raw)
			}
		}
	}
	missed := 0
	for k, v := range want {
		g, ok := got[k]
		switch {
		case !ok && !known[k]:
			missed++
			if missed <= 5 {
				t.Errorf("missed %s, which is %s", k, v)
			}
		case ok && !decimal.RequireFromString(g).Equal(decimal.RequireFromString(v)):
			t.Errorf("wrong: %s is %s, not %s", k, v, g)
		}
	}
	if missed > 5 {
		t.Errorf("missed %d in all", missed)
	}
	for k, v := range got {
		if _, ok := want[k]; !ok {
			t.Errorf("made up: %s = %s", k, v)
		}
	}
}

// rawAt follows a locator.
func rawAt(doc *document.Document, l report.Locator) string {
	b := doc.Blocks[l.Block]
	switch {
	case l.Row != nil:
		if c := b.Table.At(*l.Row, *l.Col); c != nil {
			return c.Text
		}
		return "no cell"
	case l.Start != nil:
		return string([]rune(b.Text)[*l.Start:*l.End])
	}
	return b.Text
}

func sharedCorpus(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		corpus := filepath.Join(dir, "shared", "corpus")
		if _, err := os.Stat(corpus); err == nil {
			return corpus
		}
	}
	t.Skip("the transcribed reports are not here")
	return ""
}
