package template

import (
	"slices"
	"strings"

	"gongkai/report"
)

// figure adds a cell with what is printed in it.
func (a *aligner) figure(t *Table, c cell, column *Item, p *piece, l *layout) {
	f := report.Figure{Metric: c.metric.Name, Applicant: c.applicant, Origin: originOf(t)}
	unit := "" // that the header gives amounts
	if i := slices.Index(l.order, column); i >= 0 && c.metric.Kind == "decimal" {
		unit = moneyUnit(l.texts[i])
	}
	a.fill(&f, p, c.metric.Kind, c.metric.Unit, unit, t)
	a.out.Figures = append(a.out.Figures, f)
}

func originOf(t *Table) report.Origin {
	if t.Key == annexTable {
		return report.OriginAnnex
	}
	return report.OriginTable
}

// fill gives a figure the state, value and unit of a piece. The unit is the one
// in the cell, of an amount the one in the header or above the table, or else
// the one that the form fixes.
func (a *aligner) fill(f *report.Figure, p *piece, kind, fixed, head string, t *Table) {
	v := p.value
	if v.state == report.StateText && kind == "signed_count" {
		v = readValue(p.text, true)
	}
	v = v.in(kind)
	f.State, f.Raw, f.Locator = v.state, p.text, p.loc
	if v.known() {
		f.Value = v.number.String()
	}
	switch {
	case v.unit != "":
		f.Unit = v.unit
	case kind == "decimal" && head != "":
		f.Unit = head
	case kind == "decimal" && fixed == "":
		f.Unit = a.units[t.Key]
	default:
		f.Unit = fixed
	}
}

// lost adds a cell that is not there.
func (a *aligner) lost(t *Table, c cell, state report.State, at report.Locator) {
	a.out.Figures = append(a.out.Figures, report.Figure{
		Metric: c.metric.Name, Applicant: c.applicant, Origin: originOf(t), State: state, Unit: c.metric.Unit, Locator: at,
	})
}

// absent adds the cells of a table that is not there.
func (a *aligner) absent(t *Table) {
	at, ok := a.begins[t.Key]
	if !ok {
		at = a.end
	}
	for _, b := range t.Blocks {
		for _, row := range b.rows {
			for _, column := range b.official() {
				a.lost(t, b.cell(row, column), report.StateNotRecovered, at)
			}
		}
	}
}

// leftovers adds local rows and columns, and the numbers without a cell.
func (a *aligner) leftovers(t *Table, b *Block, lines []*line, placings []placing) {
	for i, l := range lines {
		p := placings[i]
		row := l.label
		if l.at >= 0 {
			row = b.rows[l.at].Label
		}
		for _, c := range p.local {
			a.localFigure(t, strings.TrimPrefix(row+" / "+c.label, " / "), "", c.piece)
		}
		if l.at < 0 && !l.repeated {
			for _, column := range b.columns {
				if v := p.in(column); v != nil {
					label, applicant := row, report.Applicant("")
					switch {
					case t.Applicant:
						applicant = report.Applicant(column.Key)
					case len(b.columns) > 1:
						label += " / " + column.Label
					}
					a.localFigure(t, label, applicant, *v)
				}
			}
		}
		a.orphans(l.entry, p.spare)
	}
}

// orphans adds numbers that belong to no cell that can be known.
func (a *aligner) orphans(e *entry, values []piece) {
	for _, p := range numbers(values) {
		a.out.Orphans = append(a.out.Orphans, report.Orphan{Raw: p.text, Under: e.under, Locator: p.loc})
	}
}

func (a *aligner) localFigure(t *Table, label string, applicant report.Applicant, p piece) {
	f := report.Figure{Metric: report.MetricLocalRow, Applicant: applicant, Label: label, Origin: originOf(t)}
	a.fill(&f, &p, "count", "", "", t)
	a.local = append(a.local, f)
}

// isBlankForm tells whether no value at all is printed in a table whose shortest
// labels are all there: its cells are blank, not lost.
func (a *aligner) isBlankForm(table string, entries []*entry) bool {
	for _, e := range entries {
		if slices.ContainsFunc(e.values, func(p piece) bool { return !p.blank() }) {
			return false
		}
	}
	return a.shortest[table] == a.words.shortest[table]
}
