package template

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"gongkai/report"
)

// entry is a row of a table as printed: what may be its label, and its values.
type entry struct {
	table string
	// block and group are the cores of the block and the row group in force, under
	// is the innermost of them as printed.
	block, group, under string
	// title counts the headings of the table that stood before.
	title   int
	label   string
	loc     report.Locator // of the label, or of the first value
	matches []match        // rows the label may mean
	values  []piece
	head    *header
	// bound is set when label and values are known to stand in one row, blanks
	// when blank cells are among the values, grid for the row of a real table.
	bound, blanks, grid bool
	width               int // of the grid
	// first is the place of the first value among the cells of its row.
	first int
	// unclear is set when the values can be those of any columns.
	unclear bool
	// cut is set when the document ends inside the row; whole tells that its last
	// value was followed by a line end.
	cut, whole bool
}

// header is the column labels in force.
type header struct {
	table   string
	columns []headCell
	groups  []headCell
	aside   []headCell // columns that hold neither labels nor figures
	width   int        // of the grid, 0 for lines
	closed  bool       // another label begins a new header
	before  *header
}

// headCell is one label of a header.
type headCell struct {
	terms    []match // none for a column that no form has
	text     string
	from, to int
}

// scanner walks over rows and keeps track of the table it is in.
type scanner struct {
	ctx     context.Context
	words   *vocabulary
	folds   map[string]folded
	entries []*entry
	heads   []*header
	blocks  map[int]bool
	trace   []Match
	// begins is where the section or the first row of a table begins, titles how
	// many headings it has.
	begins map[string]report.Locator
	titles map[string]int
	// units is what a line 单位：… said of a table.
	units map[string]string
	// shortest is the length of the shortest label of a table that was seen.
	shortest map[string]int

	table, block, group, under string
	// title is the key of the table whose heading stood last.
	title string
	head  *header
	// open is the row that gets the values that follow.
	open *entry
	// remark is set while a bracket of the open row's label is not closed.
	remark bool
	// unknown is the text before the next value, if it was no label.
	unknown *piece
	// ahead is set when a value follows the label at hand.
	ahead bool
}

func newScanner(ctx context.Context) *scanner {
	return &scanner{
		ctx: ctx, words: words(), folds: make(map[string]folded), blocks: make(map[int]bool), begins: make(map[string]report.Locator),
		titles: make(map[string]int), units: make(map[string]string), shortest: make(map[string]int),
	}
}

// fold folds a printed label. Long text and sentences are no labels.
func (s *scanner) fold(text string) folded {
	if len(text) > maxPrinted || strings.Contains(text, "。") {
		return folded{}
	}
	f, ok := s.folds[text]
	if ok {
		return f
	}
	if kept, ok := labelFolds.Load(text); ok {
		f = kept.(folded)
	} else {
		f = fold(text)
		if !f.open && len(s.words.exact[f.core]) > 0 && labelFoldCount.Add(1) < maxLabelFolds {
			labelFolds.Store(strings.Clone(text), f)
		}
	}
	s.folds[text] = f
	return f
}

// labelFolds remembers what printed labels that are known fold to, as reports
// print the same ones over and over; it does not grow for ever.
var (
	labelFolds     sync.Map // string → folded
	labelFoldCount atomic.Int64
)

const maxLabelFolds = 4096

// maxPrinted is the most bytes a label may have with its remarks.
const maxPrinted = 900

// scan reads the rows.
func (s *scanner) scan(rows []row) {
	for i := range rows {
		for k := range rows[i].pieces {
			p := &rows[i].pieces[k]
			p.value = readValue(p.text, false)
		}
	}
	rows = s.unwrap(rows)
	for i := 0; i < len(rows) && s.ctx.Err() == nil; {
		r := &rows[i]
		switch {
		case r.section != "":
			s.section(r)
			i++
		case r.grid:
			s.gridRow(r)
			i++
		case r.together:
			s.lineRow(r)
			i++
		default:
			i += s.single(rows[i:])
		}
	}
	s.dropCodes()
	s.dropSerials(annexTable)
	s.dropSerials(report.SectionRequests)
	for _, e := range s.entries {
		e.head = e.head.settled()
	}
	if n := len(rows); n > 0 && len(s.entries) > 0 && rows[n-1].last {
		e := s.entries[len(s.entries)-1]
		end := e.loc
		if k := len(e.values); k > 0 {
			end = e.values[k-1].loc
		}
		if p := rows[n-1].pieces; end.Block == p[len(p)-1].loc.Block && !e.grid {
			e.cut, e.whole = true, !rows[n-1].end
		}
	}
}

// section acts on the heading of a section that the caller found.
func (s *scanner) section(r *row) {
	s.leave()
	switch r.section {
	case report.SectionDisclosure, report.SectionRequests, report.SectionReviewLitigation:
		s.titled(r.section, report.Locator{Block: r.block})
	}
}

func (s *scanner) titled(table string, at report.Locator) {
	s.title = table
	s.titles[table]++
	if _, ok := s.begins[table]; !ok {
		s.begins[table] = at
	}
}

// leave ends the table.
func (s *scanner) leave() {
	s.close()
	s.table, s.block, s.group, s.under, s.head, s.title = "", "", "", "", nil, ""
}

// enter begins a table unless it is the current one.
func (s *scanner) enter(table string) {
	if s.table != table {
		s.close()
		s.table, s.block, s.group, s.under, s.head = table, "", "", "", nil
	}
}

// close ends the open row.
func (s *scanner) close() { s.open, s.remark, s.unknown = nil, false, nil }

// begin adds a row with what is in force.
func (s *scanner) begin(label string, at report.Locator, matches []match) *entry {
	e := &entry{
		table: s.table, block: s.block, group: s.group, under: s.under, title: s.titles[s.table],
		label: label, loc: at, matches: matches, head: s.head,
	}
	for _, m := range matches {
		if m.term.block != "" {
			e.block = m.term.block
		}
	}
	s.entries = append(s.entries, e)
	return e
}

// use notes that the block of a piece belongs to a table.
func (s *scanner) use(p piece) { s.blocks[p.loc.Block] = true }

// recognised notes a matched label.
func (s *scanner) recognised(p piece, text string, m match) {
	s.use(p)
	t := m.term
	s.trace = append(s.trace, Match{Printed: text, Label: t.label, Metric: t.metric(), Score: m.score, Locator: p.loc})
	if t.role == rowRole || t.role == columnRole {
		if n := s.shortest[t.table]; n == 0 || len(m.core) < n {
			s.shortest[t.table] = len(m.core)
		}
	}
	if _, ok := s.begins[t.table]; !ok {
		s.begins[t.table] = p.loc
	}
}

// metric is what a matched label says about metrics, for the trace.
func (t *term) metric() string {
	switch {
	case t.role == rowRole:
		return t.table + "." + t.key
	case t.role == columnRole && t.table == report.SectionReviewLitigation:
		return t.key
	}
	return ""
}

// single reads a row of one piece, joined with the following ones when only
// together they make a label, and tells how many rows it took.
func (s *scanner) single(rows []row) int {
	p := rows[0].pieces[0]
	switch {
	case !p.words():
		s.number(p)
		return 1
	case s.table == annexTable && isBareUnit(p.text):
		s.use(p)
		return 1
	case s.remark && len(s.words.find(s.fold(p.text), "")) == 0:
		s.use(p)
		s.remark = !strings.ContainsAny(p.text, ")）")
		return 1
	}
	pieces := alone(rows)
	text, taken := s.join(pieces)
	s.ahead = taken < len(rows) && len(rows[taken].pieces) == 1 && s.isAhead(rows[taken].pieces[0])
	if !s.label(p, text) {
		s.strange(p)
		return 1
	}
	for _, p := range pieces[1:taken] {
		s.use(p)
	}
	return taken
}

// isAhead tells whether a piece is what follows the label of a row.
func (s *scanner) isAhead(p piece) bool {
	return p.value.isCell() || s.table == annexTable && isBareUnit(p.text)
}

// maxJoin is the most pieces that one label may be broken into.
const maxJoin = 6

// alone gives the words that stand in rows of their own from the first row on.
func alone(rows []row) []piece {
	var pieces []piece
	for i := range min(len(rows), maxJoin) {
		r := &rows[i]
		if len(r.pieces) != 1 || r.grid || !r.pieces[0].words() {
			break
		}
		pieces = append(pieces, r.pieces[0])
	}
	return pieces
}

// join gives the longest run of pieces that is a label, or the first piece alone.
func (s *scanner) join(pieces []piece) (text string, taken int) {
	joined := pieces[0].text
	text, taken = joined, 1
	f := s.fold(joined)
	for n := 1; n < len(pieces) && s.words.begins[f.core]; n++ {
		joined += pieces[n].text
		f = s.fold(joined)
		if len(s.words.exact[f.core]) > 0 {
			text, taken = joined, n+1
		}
	}
	return text, taken
}

// number takes a number or a sign that stands alone.
func (s *scanner) number(p piece) {
	if s.table == "" || p.blank() {
		return
	}
	if s.open == nil && s.unknown == nil && !p.value.known() && s.table != report.SectionReviewLitigation {
		return // the sign behind the heading of a group
	}
	if s.open == nil {
		label, at := "", p.loc
		if s.unknown != nil {
			s.use(*s.unknown)
			label, at = s.unknown.text, s.unknown.loc
		}
		s.open = s.begin(label, at, nil)
	}
	s.unknown = nil
	s.use(p)
	s.open.values = append(s.open.values, p)
	if s.head != nil {
		s.head.closed = true
	}
}

// strange takes text that is no label.
func (s *scanner) strange(p piece) {
	if s.table == "" {
		return
	}
	if s.open != nil && len(s.open.values) == 0 && s.open.isFragment(p.text) {
		s.use(p)
		return
	}
	if unit, ok := captionUnit(p.text); ok {
		s.units[s.table] = unit
		s.use(p)
		return
	}
	if s.table == annexTable && s.heading() && !s.ahead && len(s.head.columns)+len(s.head.aside) > 0 && utf8.RuneCountInString(p.text) <= maxHead {
		s.use(p)
		s.head.columns = append(s.head.columns, headCell{text: p.text})
		return
	}
	s.close()
	if utf8.RuneCountInString(s.fold(p.text).core) <= maxLabel && !strings.ContainsAny(p.text, "。；") {
		s.unknown = &p
	}
}

// maxLabel is the most letters of a label that no form has.
const maxLabel = 40

// maxHead is the most letters of the label of a column that no form has.
const maxHead = 10

// isFragment tells whether text is a piece of a label the entry may have.
func (e *entry) isFragment(text string) bool {
	part := letters(text)
	for _, m := range e.matches {
		if strings.Contains(letters(m.term.label), part) {
			return true
		}
	}
	return part == ""
}

// captionUnit reads 单位：万元.
func captionUnit(text string) (unit string, ok bool) {
	rest, ok := strings.CutPrefix(strings.Trim(normalise(text), "()"), "单位")
	if !ok || utf8.RuneCountInString(rest) > 8 {
		return "", false
	}
	return moneyUnit(rest), true
}

// label takes a piece that stands alone, if it is a label.
func (s *scanner) label(p piece, text string) bool {
	f := s.fold(text)
	if m, ok := s.choose(s.words.find(f, s.table), f); ok {
		s.take(p, text, m, f)
		return true
	}
	if m, ok := s.words.titled(f.core); ok {
		s.take(p, text, m, f)
		return true
	}
	list := s.words.glued(f.core)
	for _, matches := range list {
		if m, ok := s.choose(matches, folded{}); ok {
			s.take(p, m.text, m, folded{})
		}
	}
	return list != nil
}

// choose picks from what a label may be what it is in the current state.
func (s *scanner) choose(matches []match, f folded) (match, bool) {
	var best match
	rank := 0
	for _, m := range matches {
		if r := s.rank(m, f); r > rank {
			best, rank = m, r
		}
	}
	return best, rank > 0
}

// rank tells how well a reading of a label fits the state, 0 for not at all. A
// label of the current table comes before one that begins another table, and
// what begins a table must be equal and long enough not to occur in prose.
func (s *scanner) rank(m match, f folded) int {
	t := m.term
	here := t.table == s.table
	expected := s.table == "" && s.title == t.table
	long := len(m.core) >= 4
	if m.score < 1 && (!here || t.role != rowRole && m.score < 0.75) {
		return 0
	}
	switch t.role {
	case titleRole, sectionRole:
		if m.score == 1 {
			return 100
		}
	case blockRole:
		return 90
	case ignoreRole:
		switch {
		case here:
			return 80
		case long:
			return 30
		}
	case asideRole:
		switch {
		case here && s.heading(), here && s.head == nil:
			return 80
		case expected:
			return 30
		}
	case columnGroupRole:
		switch {
		case here:
			return 80
		case long:
			return 25
		}
	case columnRole:
		switch {
		case here && s.heading():
			return 75
		case here && f.number == "" && !s.ahead:
			return 65
		case here:
			return 40
		case expected:
			return 20
		case long && t.table != "annex":
			return 10
		}
	case rowGroupRole:
		switch {
		case here:
			return 45
		case expected && long:
			return 5
		}
	case rowRole:
		switch {
		case here && t.group == s.group:
			return 70
		case here:
			return 60
		case expected:
			return 15
		case t.table == report.SectionRequests && len(m.core) >= 6:
			return 12
		}
	}
	return 0
}

// heading tells whether the labels before this one were those of a header.
func (s *scanner) heading() bool {
	return s.head != nil && !s.head.closed && s.open == nil
}

// take acts on a label that stands alone.
func (s *scanner) take(p piece, text string, m match, f folded) {
	t := m.term
	switch t.role {
	case sectionRole:
		s.leave()
		return
	case titleRole:
		s.leave()
		s.titled(t.table, p.loc)
		return
	}
	s.enter(t.table)
	s.close()
	s.recognised(p, text, m)
	switch t.role {
	case blockRole:
		s.block, s.under, s.head = t.block, text, nil
	case asideRole:
		s.beginHeader()
		s.head.aside = append(s.head.aside, headCell{text: t.key, from: p.from, to: p.to})
	case columnRole, columnGroupRole:
		s.column(p, text, t.role)
	case rowGroupRole:
		s.grouped(text, t)
	case rowRole:
		s.open = s.begin(text, p.loc, s.rows(f))
		s.remark = f.open
		s.inRow(text, m)
	}
}

// grouped begins a group of rows.
func (s *scanner) grouped(text string, t *term) {
	s.group, s.under = t.core, text
	s.endHeader()
}

// inRow follows a row: it may end the group in force, or be the head of one.
func (s *scanner) inRow(text string, m match) {
	s.endHeader()
	for _, w := range s.words.exact[m.text] {
		if w.term.role == rowGroupRole && w.term.table == s.table {
			s.grouped(text, w.term)
			return
		}
	}
	if s.table == report.SectionRequests && len(m.core) > 2 && m.score == 1 && m.term.group != s.group {
		s.group, s.under = m.term.group, ""
	}
}

func (s *scanner) endHeader() {
	if s.head != nil {
		s.head.closed = true
	}
}

// rows gives the rows of the current table that a label may mean.
func (s *scanner) rows(f folded) []match {
	return s.matching(f, rowRole)
}

func (s *scanner) matching(f folded, r role) []match {
	var list []match
	for _, m := range s.words.find(f, s.table) {
		if m.term.role == r && m.term.table == s.table {
			list = append(list, m)
		}
	}
	return list
}

// beginHeader begins a header unless one is being read.
func (s *scanner) beginHeader() {
	if s.head == nil || s.head.table != s.table || s.head.closed {
		s.head = &header{table: s.table, before: s.head}
		s.heads = append(s.heads, s.head)
	}
}

// settled gives the header in force at a row: when a label or two that came later
// were taken for a header of their own, the one before.
func (h *header) settled() *header {
	for h != nil && h.width == 0 && h.before != nil && h.before.width == 0 && 2*len(h.columns) < len(h.before.columns) {
		h = h.before
	}
	return h
}

// column adds a label to the header in force, or begins one.
func (s *scanner) column(p piece, text string, r role) {
	s.beginHeader()
	c := headCell{terms: s.matching(s.fold(text), r), text: text, from: p.from, to: p.to}
	if r == columnGroupRole {
		s.head.groups = append(s.head.groups, c)
	} else {
		s.head.columns = append(s.head.columns, c)
	}
}

// lineRow reads a line that is one row of a table, with or without its label.
func (s *scanner) lineRow(r *row) {
	before := s.unknown
	if s.open != nil && len(s.open.values) == 0 {
		before = &piece{text: s.open.label, loc: s.open.loc}
	}
	s.close()
	split := labelEnd(r.pieces)
	labels := r.pieces[:split]
	printed := slices.ContainsFunc(r.pieces[split:], func(p piece) bool { return p.value.isCell() })
	label, at, m, ok := s.rowLabel(labels)
	if before != nil && printed && label != "" {
		// The first line of a label that takes two.
		both := before.text + label
		whole, found := s.choose(s.rowsOf(both), folded{})
		if found && whole.score == 1 && strings.HasSuffix(whole.text, s.fold(label).core) {
			label, at, m, ok = both, before.loc, whole, true
		}
	}
	if !printed && (!ok || !r.blanks || split == len(r.pieces) || s.isHeader(r)) {
		s.labels(r.pieces)
		return
	}
	if ok {
		s.enter(m.term.table)
		s.groups(labels)
	} else if s.table == "" {
		return
	}
	s.data(r, split, label, at, m, ok)
}

// labels takes the labels of a line without values.
func (s *scanner) labels(pieces []piece) {
	s.ahead = false
	named := slices.DeleteFunc(slices.Clone(pieces), func(p piece) bool { return !p.words() })
	for len(named) > 0 && s.ctx.Err() == nil {
		text, taken := s.join(named[:min(len(named), maxJoin)])
		if !s.label(named[0], text) {
			s.strange(named[0])
		}
		named = named[taken:]
	}
}

// data adds a row whose label, if any, is known.
func (s *scanner) data(r *row, split int, label string, at report.Locator, m match, ok bool) {
	values := withoutUnits(r.pieces[split:])
	var matches []match
	if ok {
		matches = s.rows(s.fold(label))
	}
	if label == "" {
		at = r.pieces[0].loc
	}
	e := s.begin(label, at, matches)
	e.values, e.bound, e.blanks, e.grid, e.width, e.first = values, true, r.blanks, r.grid, r.width, split
	e.unclear = r.unclear
	for _, p := range r.pieces {
		s.use(p)
	}
	if ok {
		s.recognised(piece{loc: at}, label, m)
		s.inRow(label, m)
	}
	s.endHeader()
}

// labelEnd is where the values of a row begin: after its last words.
func labelEnd(pieces []piece) int {
	for i := len(pieces) - 1; i >= 0; i-- {
		if pieces[i].words() && !isBareUnit(pieces[i].text) {
			return i + 1
		}
	}
	return 0
}

// withoutUnits leaves out the cells that only name the unit of a row.
func withoutUnits(pieces []piece) []piece {
	return slices.DeleteFunc(slices.Clone(pieces), func(p piece) bool { return p.words() && isBareUnit(p.text) })
}

// rowLabel finds the row that the last words of a row's label name: the last
// piece, or several joined.
func (s *scanner) rowLabel(labels []piece) (text string, at report.Locator, m match, ok bool) {
	joined := ""
	var best match
	for i := len(labels) - 1; i >= 0 && best.score < 1; i-- {
		p := labels[i]
		if !p.words() || p.above || isBareUnit(p.text) {
			continue
		}
		if joined = p.text + joined; len(joined) > maxPrinted {
			break
		}
		m, found := s.choose(s.rowsOf(joined), s.fold(joined))
		switch {
		case found && m.score > best.score:
			text, at, best, ok = joined, p.loc, m, true
		case !ok:
			text, at = joined, p.loc
		}
	}
	return text, at, best, ok
}

// rowsOf gives the rows of any table that a label may mean.
func (s *scanner) rowsOf(text string) []match {
	var rows []match
	for _, m := range s.words.find(s.fold(text), s.table) {
		if m.term.role == rowRole {
			rows = append(rows, m)
		}
	}
	return rows
}

// groups takes the blocks and groups that stand before the label of a row.
func (s *scanner) groups(labels []piece) {
	for _, p := range labels {
		if !p.words() {
			continue
		}
		f := s.fold(p.text)
		for _, m := range s.words.find(f, s.table) {
			switch {
			case m.score < 1 || m.term.table != s.table:
			case m.term.role == rowGroupRole && m.term.core != s.group:
				s.grouped(p.text, m.term)
			case m.term.role == blockRole && m.term.block != s.block:
				s.block, s.under = m.term.block, p.text
			}
		}
	}
}

// gridRow reads a row of a real table.
func (s *scanner) gridRow(r *row) {
	s.close()
	if r.fresh {
		s.endHeader()
	}
	s.dropAside(r)
	printed, numbers := 0, 0
	for _, p := range r.pieces {
		if p.above || p.blank() {
			continue
		}
		printed++
		if p.value.isCell() {
			numbers++
		}
		if printed == 1 && isFurniture(p.text) {
			printed = 0
		}
	}
	if printed > 0 && numbers == 0 && s.isHeader(r) {
		s.headRow(r)
		return
	}
	split := s.gridSplit(r)
	labels := r.pieces[:split]
	if printed == 0 {
		if s.table == report.SectionReviewLitigation && s.head != nil && len(r.pieces) > 1 && s.awaits() {
			s.data(r, split, "", report.Locator{}, match{}, false)
		}
		return
	}
	label, at, m, ok := s.rowLabel(labels)
	if numbers == 0 && !ok {
		s.headRow(r)
		return
	}
	if ok {
		s.enter(m.term.table)
		s.groups(labels)
	} else if s.table == "" {
		return
	}
	s.data(r, split, label, at, m, ok)
}

// awaits tells whether no row stood under the header in force yet.
func (s *scanner) awaits() bool {
	return !slices.ContainsFunc(s.entries, func(e *entry) bool { return e.head == s.head })
}

// gridSplit is the index of the first piece that is a value: under the first
// column of the header, when it stands in the same grid, else after the label.
func (s *scanner) gridSplit(r *row) int {
	if h := s.head; h != nil && h.width == r.width && len(h.columns) > 0 {
		first := r.width
		unknown := !slices.ContainsFunc(h.columns, func(c headCell) bool { return len(c.terms) > 0 })
		for _, c := range h.columns {
			if len(c.terms) > 0 || unknown {
				first = min(first, c.from)
			}
		}
		split := 0
		for split < len(r.pieces) && r.pieces[split].to <= first {
			split++
		}
		regular := split == len(r.pieces) || r.pieces[split].from >= first
		for i, p := range r.pieces {
			if i < split && p.value.isCell() || i >= split && p.words() && !isBareUnit(p.text) && isRowLabel(p.text) {
				regular = false
			}
		}
		if regular {
			return split
		}
	}
	return labelEnd(r.pieces)
}

// isHeader tells whether a row without numbers is one of a header: it has two
// labels of columns or more.
func (s *scanner) isHeader(r *row) bool {
	n := 0
	for _, p := range r.pieces {
		if !p.words() || p.above || s.ctx.Err() != nil {
			continue
		}
		if slices.ContainsFunc(s.words.find(s.fold(p.text), s.table), func(m match) bool {
			return m.term.role == columnRole || m.term.role == columnGroupRole || m.term.role == ignoreRole || m.term.role == asideRole
		}) {
			if n++; n > 1 {
				return true
			}
		}
	}
	return false
}

// headRow takes the labels of a row without values.
func (s *scanner) headRow(r *row) {
	s.ahead = false
	known := s.heading()
	for _, p := range r.pieces {
		if !p.words() || p.above || s.ctx.Err() != nil {
			continue
		}
		if !p.local && s.label(p, p.text) {
			known = true
			s.close()
		} else if known && p.from > 0 && (s.heading() || s.table == annexTable) {
			s.beginHeader()
			s.head.columns = append(s.head.columns, headCell{text: p.text, from: p.from, to: p.to})
			s.use(p)
		}
	}
	if s.head != nil && !s.head.closed && known {
		s.head.width = r.width
	}
}
