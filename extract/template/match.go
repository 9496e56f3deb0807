package template

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"gongkai/report"
)

// line is an entry on its way to a row of a block.
type line struct {
	*entry
	// at is the index of the row in the block, -1 while it is not known.
	at int
	// repeated is set when the row stood before, with values.
	repeated bool
	// displaced is set for a label that stood apart from the values of its row.
	displaced bool
	// extra is set for the second and further rows in one run of values.
	extra *line
	// apart is set for a label that stands apart from lines with values.
	apart bool
	// followed is set when the next row of the block is there too, so that no value
	// can be its.
	followed bool
}

// matcher finds out which entry is which row of a block.
type matcher struct {
	ctx   context.Context
	block *Block
	lines []*line
	taken []*line         // by row
	width map[*header]int // columns of a header
	// flat is set when the values stand in lines of their own, so that labels
	// around them may be out of order.
	flat bool
}

// matchRows tells which row of the block each entry is, if any.
func matchRows(ctx context.Context, entries []*entry, b *Block) []*line {
	m := &matcher{ctx: ctx, block: b, taken: make([]*line, len(b.rows)), width: make(map[*header]int)}
	for _, e := range entries {
		m.lines = append(m.lines, m.split(&line{entry: e, at: -1})...)
	}
	if b.oneRow() {
		m.dropSpacers()
		for _, l := range m.lines {
			l.at = 0
		}
		return m.lines
	}
	for _, l := range m.lines {
		m.flat = m.flat || l.bound && !l.grid && len(l.values) > 0
	}
	m.byLabel(m.plain)
	m.byLabel(m.ambiguous)
	m.byHint()
	m.byLabel(m.resembling)
	m.byPlace()
	m.join()
	for _, l := range m.lines {
		l.apart = m.floating(l)
		l.followed = l.at+1 == len(m.taken) || l.at >= 0 && m.taken[l.at+1] != nil
	}
	return m.lines
}

// dropSpacers leaves out blank rows of a grid when another row under the same header
// has values.
func (m *matcher) dropSpacers() {
	filled := make(map[*header]bool)
	for _, l := range m.lines {
		filled[l.head] = filled[l.head] || slices.ContainsFunc(l.values, func(p piece) bool { return p.value.isCell() })
	}
	m.lines = slices.DeleteFunc(m.lines, func(l *line) bool {
		return l.grid && filled[l.head] && countBlank(l.values) == len(l.values)
	})
}

// columns is how many values a row should have.
func (m *matcher) columns(e *entry) int {
	n, ok := m.width[e.head]
	if !ok {
		n = len(m.block.layout(e.head).order)
		m.width[e.head] = n
	}
	return n
}

// split cuts a run of values in which several rows follow each other because the
// labels between them were lost.
func (m *matcher) split(l *line) []*line {
	n := m.columns(l.entry)
	if l.bound || n == 0 || len(l.values) <= n || len(l.values)%n != 0 || len(m.block.rows) == 1 {
		return []*line{l}
	}
	var lines []*line
	for i := 0; i < len(l.values); i += n {
		part := *l.entry
		part.values = l.values[i : i+n]
		next := &line{entry: &part, at: -1}
		if i > 0 {
			part.label, part.matches, part.loc = "", nil, part.values[0].loc
			next.extra = lines[0]
		}
		lines = append(lines, next)
	}
	return lines
}

// byLabel gives entries the row that candidates finds for them, if it is one.
func (m *matcher) byLabel(candidates func(i int, l *line) []int) {
	for i, l := range m.lines {
		if l.at >= 0 || l.repeated || l.displaced || m.ctx.Err() != nil {
			continue
		}
		if rows := candidates(i, l); len(rows) == 1 {
			m.take(l, rows[0])
		}
	}
}

// plain gives the row whose label an entry has, when it is long enough to mean
// one row only.
func (m *matcher) plain(_ int, l *line) []int {
	return m.rows(l, func(w match, at int) bool {
		return w.score == 1 && (len(w.core) > 3 || len(m.block.rows[at].path) == 0)
	})
}

// ambiguous gives the row whose label an entry has, if it lies between the rows
// around the entry: 其他 and 总计 occur in every group, and in an annex whole
// labels occur twice.
func (m *matcher) ambiguous(i int, l *line) []int {
	return m.rows(l, func(w match, at int) bool {
		return w.score == 1 && !m.solid(at) && m.between(i, at) && m.inGroup(l, at)
	})
}

// resembling gives the missing row whose label an entry's resembles, if it lies
// between the rows around the entry.
func (m *matcher) resembling(i int, l *line) []int {
	number := fold(l.label).number
	return m.rows(l, func(w match, at int) bool {
		return !m.solid(at) && m.between(i, at) && m.inGroup(l, at) && mayHave(m.block.rows[at], number)
	})
}

// mayHave tells whether a row may be numbered so; the numbering of groups may
// stand before any.
func mayHave(row *Item, number string) bool {
	return number == "" || number == row.number || isChinese(number) || isChinese(row.number)
}

func (m *matcher) rows(l *line, may func(w match, at int) bool) []int {
	var rows []int
	for _, w := range l.matches {
		if at, ok := m.block.row(w.term.key); ok && !slices.Contains(rows, at) && may(w, at) {
			rows = append(rows, at)
		}
	}
	return rows
}

// inGroup tells whether an entry does not stand in another group than the row.
func (m *matcher) inGroup(l *line, at int) bool {
	path := m.block.rows[at].path
	if l.group == "" || len(path) < 2 {
		return true
	}
	return path[len(path)-1].core == l.group || utf8.RuneCountInString(m.block.rows[at].core) > 3
}

// isChinese tells the numbering of groups and of rows that stand beside them.
func isChinese(number string) bool { return !strings.ContainsAny(number, "0123456789") }

// solid tells whether a row has an entry with values.
func (m *matcher) solid(at int) bool {
	l := m.taken[at]
	return l != nil && len(l.values) > 0 && !m.floating(l)
}

// floating tells the labels that stand apart from the lines with the values.
func (m *matcher) floating(l *line) bool {
	return m.flat && !l.bound
}

// take gives a row to an entry, unless another one with values has it.
func (m *matcher) take(l *line, at int) {
	if old := m.taken[at]; old != nil {
		if m.solid(at) || len(l.values) == 0 {
			l.repeated = true
			return
		}
		old.at, old.displaced = -1, true
	}
	l.at, m.taken[at] = at, l
}

// between tells whether a row lies between the rows that stand around an entry.
func (m *matcher) between(i, at int) bool {
	for k := i - 1; k >= 0; k-- {
		if l := m.lines[k]; l.at >= 0 && !m.floating(l) {
			if l.at >= at {
				return false
			}
			break
		}
	}
	for k := i + 1; k < len(m.lines); k++ {
		if l := m.lines[k]; l.at >= 0 && !m.floating(l) {
			return l.at > at
		}
	}
	return true
}

// byHint takes lines of values that all stand under a line with their label.
func (m *matcher) byHint() {
	if !m.flat {
		return
	}
	hints := make(map[*line]int)
	last := -1
	for i, l := range m.lines {
		if !l.bound || len(l.values) == 0 {
			continue
		}
		if l.label != "" || i == 0 {
			return
		}
		above := m.lines[i-1]
		if above.bound || above.at <= last || len(above.values) > 0 {
			return
		}
		hints[l], last = above.at, above.at
	}
	for l, at := range hints {
		m.take(l, at)
	}
}

// byPlace takes entries without a label of their own when exactly as many rows
// are missing between the rows around them.
func (m *matcher) byPlace() {
	for i := 0; i < len(m.lines) && m.ctx.Err() == nil; {
		if !m.nameless(m.lines[i]) {
			i++
			continue
		}
		from := m.rowBefore(i)
		var run []*line
		k, certain := i, true
		for ; k < len(m.lines) && !m.anchor(m.lines[k]); k++ {
			switch l := m.lines[k]; {
			case m.nameless(l):
				certain = certain && (len(run) == 0 || !isTwice(run[len(run)-1], l))
				run = append(run, l)
			case l.at < 0 && !l.repeated && l.label == "" && len(numbers(l.values)) > 1:
				certain = false // a row that lost values may be any of them
			}
		}
		to := len(m.block.rows)
		if k < len(m.lines) {
			to = m.lines[k].at
		}
		var gap []int
		for at := from + 1; at < to; at++ {
			if !m.solid(at) {
				gap = append(gap, at)
			}
		}
		if len(gap) == len(run) {
			fits := certain
			for n, l := range run {
				fits = fits && m.mayBe(l, gap[n])
			}
			for n, l := range run {
				if fits {
					m.take(l, gap[n])
				}
			}
		}
		i = k
	}
}

// isTwice tells whether two lines that follow each other print the same numbers, and
// not only zeros: one of them may be a copy.
func isTwice(a, b *line) bool {
	return slices.EqualFunc(a.values, b.values, func(p, q piece) bool { return p.text == q.text }) &&
		slices.ContainsFunc(a.values, func(p piece) bool { return p.value.state == report.StateOK })
}

// anchor tells the entries whose row is known and has its values.
func (m *matcher) anchor(l *line) bool { return l.at >= 0 && m.solid(l.at) && m.taken[l.at] == l }

func (m *matcher) rowBefore(i int) int {
	for k := i - 1; k >= 0; k-- {
		if m.anchor(m.lines[k]) {
			return m.lines[k].at
		}
	}
	return -1
}

// nameless tells the entries that have all values of a row, but no label by
// which it is known.
func (m *matcher) nameless(l *line) bool {
	if l.at >= 0 || l.repeated || l.displaced || l.bound && slices.ContainsFunc(l.matches, func(w match) bool { return w.score == 1 }) {
		return false
	}
	values := l.values
	n := m.columns(l.entry)
	if l.blanks && !l.grid {
		_, values = trimBlank(values)
	}
	return n > 0 && len(values) == n
}

// mayBe tells whether what is printed beside the values of a nameless entry can
// be a piece of the label of a row or of the groups it stands in, or a distorted
// form of it.
func (m *matcher) mayBe(l *line, at int) bool {
	if l.label == "" {
		return true
	}
	row := m.block.rows[at]
	f := fold(l.label)
	if !mayHave(row, f.number) {
		return false
	}
	core := []rune(row.core)
	if d := distance([]rune(f.core), core, len(core)); 1-float64(d)/float64(max(len(core), utf8.RuneCountInString(f.core))) >= 0.6 {
		return true
	}
	if !l.bound {
		return false
	}
	all := letters(row.Label)
	for _, g := range row.path {
		all += " " + letters(g.Label)
	}
	// What is left of a label that was broken over lines comes in pieces.
	rest := []rune(letters(l.label))
	for len(rest) > 0 {
		n := len(rest)
		for n > 0 && !strings.Contains(all, string(rest[:n])) {
			n--
		}
		if n == 0 {
			return false
		}
		rest = rest[n:]
	}
	return true
}

// join puts runs that were split back together unless every part found its row.
func (m *matcher) join() {
	lost := make(map[*line]bool)
	for _, l := range m.lines {
		if l.extra != nil && l.at < 0 {
			lost[l.extra] = true
		}
	}
	if len(lost) == 0 {
		return
	}
	m.lines = slices.DeleteFunc(m.lines, func(l *line) bool {
		if l.extra == nil || !lost[l.extra] {
			return false
		}
		if l.at >= 0 {
			m.taken[l.at] = nil
		}
		l.extra.values = append(slices.Clone(l.extra.values), l.values...)
		return true
	})
}
