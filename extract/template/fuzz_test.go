package template

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"gongkai/extract/document"
	"gongkai/report"
)

// A value is made of the digits that are printed, in their order.
func FuzzReadValue(f *testing.F) {
	for _, tt := range valueTests {
		f.Add(tt.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, signed := range []bool{false, true} {
			v := readValue(text, signed)
			if !v.known() {
				if !v.number.IsZero() {
					t.Errorf("%q is %s with number %s", text, v.state, v.number)
				}
				continue
			}
			if v.state == report.StateZero != v.number.IsZero() && v.state != report.StateApproximate {
				t.Errorf("%q is %s with number %s", text, v.state, v.number)
			}
			printed := strings.Map(func(r rune) rune {
				if unicode.IsDigit(r) {
					return r
				}
				return -1
			}, norm.NFKC.String(text))
			digits := strings.Trim(strings.NewReplacer("-", "", ".", "").Replace(v.number.String()), "0")
			if !strings.Contains(printed, digits) {
				t.Errorf("%q is read as %s", text, v.number)
			}
		}
	})
}

// Whatever lines and cells come, every figure stands once, and its value is what
// its locator leads to.
func FuzzAlign(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, form := range append(formNames, "2014") {
		s := newSheet(form, r)
		for _, fl := range flattenings() {
			d := s.asText(fl, r)
			if d.Lines == nil {
				continue
			}
			f.Add(strings.Join(d.Lines, "\n"), false)
		}
	}
	f.Add("第二十条第（一）项\n信息内容\t本年制发件数\n规章\t3\n", true)
	f.Fuzz(func(t *testing.T, text string, grid bool) {
		if len(text) > 1<<16 {
			return
		}
		lines := strings.Split(text, "\n")
		d := textDocument(lines, grid)
		if grid {
			d = gridDocument(lines)
		}
		a, err := Align(t.Context(), d, 0, len(d.Blocks), nil)
		if err != nil {
			t.Fatal(err)
		}
		seen := make(map[string]bool)
		for _, fig := range a.Figures {
			key := fig.Metric + "@" + string(fig.Applicant)
			if fig.Metric != report.MetricLocalRow && seen[key] {
				t.Errorf("%s stands twice", key)
			}
			seen[key] = true
			if fig.State.HasValue() != (fig.Value != "") {
				t.Errorf("%s is %s with value %q", key, fig.State, fig.Value)
			}
			if fig.Raw != "" {
				if at := rawAt(d, fig.Locator); at != fig.Raw {
					t.Errorf("%s leads to %q, not %q", key, at, fig.Raw)
				}
			}
		}
		for _, o := range a.Orphans {
			if at := rawAt(d, o.Locator); at != o.Raw {
				t.Errorf("an orphan leads to %q, not %q", at, o.Raw)
			}
		}
	})
}

// gridDocument makes one table of tab-separated lines; a number before a colon in
// a cell is how many columns it spans.
func gridDocument(lines []string) *document.Document {
	st := &sheetTable{}
	for _, line := range lines {
		var row []sheetCell
		for cell := range strings.SplitSeq(line, "\t") {
			span, text, ok := strings.Cut(cell, ":")
			c := sheetCell{text: cell, rows: 1, cols: 1}
			if ok && len(span) == 1 && '1' <= span[0] && span[0] <= '9' {
				c.text, c.cols = text, int(span[0]-'0')
			}
			c.text = squeeze(c.text)
			row = append(row, c)
		}
		st.rows = append(st.rows, row)
	}
	return &document.Document{
		Format: document.HTML, Containers: []document.Container{{Parent: -1}},
		Blocks: []document.Block{{Kind: document.TableBlock, Table: st.grid()}},
	}
}
