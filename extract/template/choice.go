package template

import (
	"cmp"
	"slices"

	"gongkai/report"
)

// sort sorts the entries by table and leaves out those of a table that stood
// before.
func (a *aligner) sort() {
	a.tables = make(map[string][]*entry)
	for _, e := range a.entries {
		a.tables[e.table] = append(a.tables[e.table], e)
	}
	for table, entries := range a.tables {
		n := secondTable(entries, newestWith(table).Table(table).oneRow())
		if n < len(entries) {
			a.note("repeated_table:" + table)
		}
		a.tables[table] = entries[:n]
	}
}

// secondTable is the index of the entry with which the same table begins again:
// after another heading of its own, or without one, rows come again. The row of a
// table that has just one needs no label.
func secondTable(entries []*entry, oneRow bool) int {
	first := make(map[*term]*entry)
	again := -1 // the first row that came again under the same heading
	for i, e := range entries {
		var t *term
		switch {
		case !slices.ContainsFunc(e.values, piece.known):
			continue
		case len(e.matches) == 1 && e.matches[0].score == 1:
			t = e.matches[0].term
		case !oneRow:
			continue
		}
		before, ok := first[t]
		switch {
		case !ok:
			first[t] = e
		case oneRow && (len(e.values) != len(before.values) || apart(e, before)): // parts of the row
		case before.title != e.title:
			return slices.IndexFunc(entries, func(o *entry) bool { return o.title == e.title })
		case again >= 0:
			return again
		default:
			again = i
		}
	}
	return len(entries)
}

// apart tells whether the headers of two entries have no group in common, when both
// name some.
func apart(a, b *entry) bool {
	if a.head == nil || b.head == nil || a.head == b.head || len(a.head.groups) == 0 || len(b.head.groups) == 0 {
		return false
	}
	for _, g := range a.head.groups {
		for _, h := range b.head.groups {
			if slices.ContainsFunc(g.terms, func(m match) bool {
				return slices.ContainsFunc(h.terms, func(n match) bool { return m.term == n.term })
			}) {
				return false
			}
		}
	}
	return true
}

// found tells whether enough of a table was recognised to say that it stands
// there.
func (a *aligner) found(table string) bool {
	rows, full := make(map[string]bool), false
	for _, e := range a.tables[table] {
		for _, m := range e.matches {
			if m.score == 1 {
				rows[m.term.key] = true
			}
		}
		full = full || len(e.values) == 15
	}
	columns := make(map[string]bool)
	groups := 0
	for _, h := range a.heads {
		if h.table != table {
			continue
		}
		groups += len(h.groups)
		for _, c := range h.columns {
			for _, m := range c.terms {
				columns[m.term.key] = true
			}
		}
	}
	switch table {
	case report.SectionDisclosure:
		return len(rows) > 1 || len(rows) == 1 && len(columns) > 0
	case report.SectionRequests:
		return len(rows) > 1 || len(rows) == 1 && len(columns) > 2
	case report.SectionReviewLitigation:
		return groups > 0 && (len(columns) > 2 || full)
	}
	return len(rows) > 4
}

// form tells which form a table follows, nil when that can't be told.
func (a *aligner) form(table string) *Form {
	var best *Form
	most, tie := -1, false
	for i, f := range Forms() {
		t := f.Table(table)
		if t == nil {
			continue
		}
		votes := 0
		for _, b := range t.Blocks {
			votes += a.votes(i, t, b)
		}
		switch {
		case votes > most:
			best, most, tie = f, votes, false
		case votes == most:
			tie = true
		}
	}
	if tie {
		return nil
	}
	return best
}

// votes counts what speaks for a block being that of form i: labels in the
// form's own wording, rows and columns that other forms lack, numbers of values.
func (a *aligner) votes(i int, t *Table, b *Block) int {
	votes := 0
	seen := make(map[*header]bool)
	var entries []*entry
	for _, e := range a.tables[t.Key] {
		if b.core == "" || e.block == b.core {
			entries = append(entries, e)
		}
	}
	for n, e := range entries {
		for _, m := range e.matches {
			// A label that is a row in one form and a group in another says something
			// when it has values and the next row of the form follows.
			at, ok := b.row(m.term.key)
			if ok && a.isGroup(m) {
				ok = len(e.values) > 0 && n+1 < len(entries) && slices.ContainsFunc(entries[n+1].matches, func(next match) bool {
					after, ok := b.row(next.term.key)
					return ok && after > at
				})
			}
			if ok && m.score > 0.75 {
				votes++
				if m.forms&(1<<i) != 0 {
					votes++
				}
			}
		}
		if len(e.values) == len(b.official()) {
			votes++
		}
		if e.head == nil || seen[e.head] {
			continue
		}
		seen[e.head] = true
		for _, c := range e.head.columns {
			for _, m := range c.terms {
				if b.column(m.term.key) != nil && m.forms&(1<<i) != 0 {
					votes += 3
				}
			}
		}
	}
	return votes
}

// isGroup tells whether the label of a row is that of a group in another form.
func (a *aligner) isGroup(m match) bool {
	return slices.ContainsFunc(a.words.exact[m.text], func(o match) bool { return o.term.role == rowGroupRole })
}

// mainForm is the form of the report's tables, by the one that tells most.
func mainForm(forms map[string]*Form) *Form {
	return cmp.Or(forms[report.SectionRequests], forms[report.SectionDisclosure], forms[report.SectionReviewLitigation])
}

func newestWith(key string) *Form {
	var newest *Form
	for _, f := range Forms() {
		if f.Table(key) != nil && (newest == nil || f.Name > newest.Name) {
			newest = f
		}
	}
	return newest
}

// ownForm gives the same block of another form when its own header is clearly
// that of the other: a table can be pieced together from two forms.
func (a *aligner) ownForm(f *Form, t *Table, b *Block) *Block {
	own := a.votes(slices.Index(Forms(), f), t, b)
	for i, other := range Forms() {
		o := other.Table(t.Key)
		if other == f || o == nil {
			continue
		}
		for _, ob := range o.Blocks {
			if b.Label != "" && ob.Label == b.Label && a.votes(i, o, ob) >= own+3 {
				a.note("mixed_forms:" + t.Key)
				return ob
			}
		}
	}
	return b
}
