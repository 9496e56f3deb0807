package corpus

import (
	"fmt"

	"gongkai/report"
)

// LocatorText writes a locator as a short text that is the same for the same
// place: b12r5c3 is a cell, b12@30-34 a span of text; p2 before it is a page, f1 an
// attachment.
func LocatorText(l report.Locator) string {
	text := fmt.Sprintf("b%d", l.Block)
	if l.Page > 0 {
		text = fmt.Sprintf("p%d%s", l.Page, text)
	}
	if l.File > 0 {
		text = fmt.Sprintf("f%d%s", l.File, text)
	}
	if l.Row != nil {
		text += fmt.Sprintf("r%d", *l.Row)
	}
	if l.Col != nil {
		text += fmt.Sprintf("c%d", *l.Col)
	}
	if l.Start != nil && l.End != nil {
		text += fmt.Sprintf("@%d-%d", *l.Start, *l.End)
	}
	return text
}

// CellName names a cell of a report as decisions and differences do: the metric,
// with @ and the applicant where the metric has one; a local row by its label.
func CellName(f *report.Figure) string {
	name := f.Metric
	if f.Label != "" {
		name += "[" + f.Label + "]"
	}
	if f.Applicant != "" {
		name += "@" + string(f.Applicant)
	}
	return name
}
