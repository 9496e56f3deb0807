package template

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"gongkai/extract/document"
	"gongkai/report"
)

var rounds = flag.Int("rounds", 6, "how many reports are made up for each property")

// audit aligns a document and compares the figures with what was printed: no
// wrong number, none where nothing was printed, every locator leads to its raw
// text. It gives the numbers that were not found.
func audit(t *testing.T, d *document.Document, printed map[string]string) (missed []string) {
	t.Helper()
	a, err := Align(t.Context(), d, 0, len(d.Blocks), nil)
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]bool)
	for _, f := range a.Figures {
		key := f.Metric
		if f.Applicant != "" {
			key += "@" + string(f.Applicant)
		}
		if f.State.HasValue() != (f.Value != "") {
			t.Errorf("%s is %s with value %q", key, f.State, f.Value)
		}
		if f.Metric == report.MetricLocalRow || f.Applicant == report.OrgSubtotal {
			continue
		}
		if found[key] {
			t.Errorf("%s stands twice", key)
		}
		found[key] = true
		if f.Value == "" {
			continue
		}
		want, ok := printed[key]
		switch w := readValue(want, true); {
		case !ok || !w.known():
			t.Errorf("made up: %s = %s, printed %q", key, f.Value, want)
		case !w.number.Equal(decimal.RequireFromString(f.Value)):
			t.Errorf("wrong: %s = %s, printed %s", key, f.Value, want)
		}
		if at := rawAt(d, f.Locator); at != f.Raw {
			t.Errorf("%s leads to %q, not %q", key, at, f.Raw)
		}
		delete(printed, key)
	}
	for key, text := range printed {
		if readValue(text, true).known() {
			missed = append(missed, key)
		}
	}
	return missed
}

var formNames = []string{"2019", "2021"}

// A report as tables gives every number.
func TestTables(t *testing.T) {
	for _, form := range append(formNames, "2014") {
		s := newSheet(form, rand.New(rand.NewPCG(1, 1)))
		if missed := audit(t, s.asTables(), s.printed()); len(missed) > 0 {
			t.Errorf("form %s: missed %d, such as %v", form, len(missed), missed[0])
		}
	}
}

// A report flattened into lines gives every number, unless cells were lost; then
// it never gives a wrong one.
func TestFlattenings(t *testing.T) {
	for _, f := range flattenings() {
		t.Run(f.name, func(t *testing.T) {
			for seed := range uint64(*rounds) {
				r := rand.New(rand.NewPCG(seed, 7))
				form := append(formNames, "2014")[seed%3]
				s := newSheet(form, r)
				d := s.asText(f, r)
				missed := audit(t, d, s.printed())
				if !f.lossy && len(missed) > 0 {
					t.Errorf("form %s, seed %d: missed %d, such as %v", form, seed, len(missed), missed[0])
				}
				if t.Failed() {
					dump(t, d)
					return
				}
			}
		})
	}
}

// Text that is cut off anywhere gives what stands before the cut, and no number
// that may have lost digits. Where cells were lost besides, too little may be left
// to notice it.
func TestCutText(t *testing.T) {
	for _, f := range flattenings() {
		if strings.Contains(f.name, "lost") {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			for seed := range uint64(4 * *rounds) {
				r := rand.New(rand.NewPCG(seed, 17))
				s := newSheet(formNames[seed%2], r)
				whole := s.asText(f, r)
				lines := whole.Lines
				if f.page {
					for _, b := range whole.Blocks {
						lines = append(lines, b.Text)
					}
				}
				at := r.IntN(len(lines)-1) + 1
				lines = lines[:at:at]
				last := []rune(lines[at-1])
				if len(last) > 0 {
					lines[at-1] = string(last[:1+r.IntN(len(last))])
				}
				d := textDocument(lines, false)
				d.Lines = lines
				audit(t, d, s.printed())
				if t.Failed() {
					t.Logf("form %s, seed %d", s.form.Name, seed)
					dump(t, d)
					return
				}
			}
		})
	}
}

func dump(t *testing.T, d *document.Document) {
	if !testing.Verbose() {
		return
	}
	for i, b := range d.Blocks {
		if b.Table == nil {
			t.Logf("%d %q", i, b.Text)
			continue
		}
		for y := range b.Table.Rows {
			line := ""
			for x := range b.Table.Cols {
				c := b.Table.At(y, x)
				switch {
				case c == nil:
					line += "[∅]"
				case c.Row == y && c.Col == x:
					line += fmt.Sprintf("[%s]", c.Text)
				default:
					line += "[…]"
				}
			}
			t.Log(line)
		}
	}
}

// A column of serial numbers is told from values also where cells stand one a line.
func TestSerialsOnLines(t *testing.T) {
	for _, f := range flattenings() {
		if f.lossy || f.name == "single spaces" || f.name == "numbers against labels" {
			continue // there nothing parts the serial number from the label
		}
		t.Run(f.name, func(t *testing.T) {
			for seed := range uint64(*rounds) {
				r := rand.New(rand.NewPCG(seed, 17))
				s := newSheet(formNames[seed%2], r)
				s.addSerials()
				d := s.asText(f, r)
				if missed := audit(t, d, s.printed()); len(missed) > 0 {
					t.Errorf("form %s, seed %d: missed %d, such as %v", s.form.Name, seed, len(missed), missed[0])
				}
				if t.Failed() {
					dump(t, d)
					return
				}
			}
		})
	}
}
