package extract

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"gongkai/extract/document"
	"gongkai/report"
)

// recogniseTime is what the recognition of a document may take in addition to the
// time for reading it: some seconds a page.
const recogniseTime = 5 * time.Minute

// recognise reads the pictures of a document that has hardly anything else.
func recognise(ctx context.Context, in *Input, limits document.Limits) (*document.Document, error) {
	format := document.Detect(in.Bytes, document.Hint{Name: in.Name, ContentType: in.ContentType})
	doc, err := document.Recognise(ctx, in.Bytes, format, limits)
	if errors.Is(err, document.ErrNoRecogniser) {
		return nil, notReport(ReasonTableInImage, "its pages are pictures of text, and they can't be recognised: %v", err)
	}
	if err == nil {
		snapLabels(doc)
	}
	return doc, err
}

// isScan tells whether a document is pictures without text under them.
func isScan(doc *document.Document) bool {
	runes := 0
	for i := range doc.Blocks {
		if doc.Blocks[i].Table != nil {
			return false
		}
		runes += len([]rune(doc.Blocks[i].Text))
	}
	return doc.Scanned && runes < 200
}

// confirm keeps those of the recognised figures that the relations confirm: the sums
// of the row and of the column of a cell hold, or the sum of a group that is all there
// is. The others are not recovered, and what was recognised in their place is an
// orphan. Figures in sentences have nothing that confirms them.
func confirm(figures []report.Figure, findings []report.Finding) (kept []report.Figure, orphans []report.Orphan) {
	row, column := map[string]bool{}, map[string]bool{}
	for _, f := range findings {
		if f.Verdict != report.Pass {
			continue
		}
		for _, o := range f.Operands {
			switch f.Rule {
			case "T3.ROW":
				row[o] = true
			case "T3.SUM", "T3.COL":
				column[o] = true
			case "T4.SUM":
				row[o], column[o] = true, true
			}
		}
	}
	for _, f := range figures {
		if f.Origin == report.OriginText {
			continue
		}
		cell := f.Metric
		if f.Applicant != "" {
			cell += "@" + string(f.Applicant)
		}
		if f.State.HasValue() && row[cell] && column[cell] {
			f.Recognised = true
			kept = append(kept, f)
			continue
		}
		if f.State.HasValue() {
			orphans = append(orphans, report.Orphan{Raw: f.Raw, Locator: f.Locator})
		}
		f.State, f.Value, f.Unit, f.Raw = report.StateNotRecovered, "", "", ""
		kept = append(kept, f)
	}
	return kept, orphans
}

// snapLabels puts the label of a form into a cell whose recognised text differs from
// it in a character or two, and from every other label in more. What stands under a
// wrong label the relations do not confirm.
func snapLabels(doc *document.Document) {
	labels := slices.Sorted(maps.Keys(formLabels()))
	for i := range doc.Blocks {
		t := doc.Blocks[i].Table
		if t == nil {
			continue
		}
		for j := range t.Cells {
			c := &t.Cells[j]
			text := []rune(fold(c.Text))
			if len(text) < 2 || !strings.ContainsFunc(c.Text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				continue
			}
			best, least, next := "", len(text), len(text)
			for _, label := range labels {
				switch d := editDistance(text, []rune(label), next); {
				case d < least:
					best, least, next = label, d, least
				case d < next:
					next = d
				}
			}
			if least > 0 && least <= max(1, len(text)/5) && next > least {
				c.Text = best
			}
		}
	}
}

// editDistance is how many characters have to be changed, put in or left out to make
// b of a; most when it is more than that.
func editDistance(a, b []rune, most int) int {
	if d := len(a) - len(b); d > most || -d > most {
		return most + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			cost := diagonal
			if a[i] != b[j] {
				cost = min(diagonal, row[j], row[j+1]) + 1
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
