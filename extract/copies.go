package extract

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"

	"gongkai/extract/document"
	"gongkai/report"
)

// A page may print its report more than once: for the desktop, for mobiles, for
// the printer. Or it may print last year's report below this year's. Bodies are
// told apart by the paragraphs that come again, in the same order; digits count
// for nothing there, so that two years of one organ, whose paragraphs differ in
// hardly anything else, are seen as two bodies, and then as two reports.

// item is a block as a body is compared by.
type item struct {
	block   int
	masked  uint64 // digits masked
	exact   uint64
	runes   int
	heading string // folded text of a section heading, or ""
	title   bool   // the title of a report
	cells   int
	earlier int // index of the first item that says the same, digits masked, or -1
}

// part is one body of a page: blocks [from, to).
type part struct {
	from, to int
	first    int // index of its first item
	last     int // index after its last item
	year     int
	organ    string
	weight   int // how much it prints
	cells    int
	hidden   bool
}

// fingerprint gives the hash of a folded text with its numbers masked, and of the
// text as it is.
func fingerprint(s string) (masked, exact uint64) {
	exact = xxhash.Sum64String(s)
	if !strings.ContainsAny(s, "0123456789") {
		return exact, exact
	}
	text := make([]byte, 0, len(s))
	for i := range len(s) {
		if !isDigit(rune(s[i])) {
			text = append(text, s[i])
		} else if len(text) == 0 || text[len(text)-1] != '0' {
			text = append(text, '0')
		}
	}
	return xxhash.Sum64(text), exact
}

// significant is how many runes a paragraph must have to tell anything by coming
// again.
const significant = 10

// items lists what the blocks [from, to) are compared by.
func items(ctx context.Context, doc *folio, b *body, from, to int) ([]item, error) {
	var out []item
	seen := make(map[uint64]int)
	for i := from; i < to; i++ {
		if every(i) && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		t := &doc.Blocks[i]
		it := item{block: i, earlier: -1}
		var s string
		switch {
		case b.skip(i):
			continue
		case t.Kind == document.TableBlock:
			var all strings.Builder
			for k := range t.Table.Cells {
				all.WriteString(t.Table.Cells[k].Text)
				all.WriteByte('|')
			}
			s = fold(all.String())
			it.cells = len(t.Table.Cells)
		default:
			s = doc.fold(i)
			if s == "" {
				continue
			}
			if h := doc.heading(i); h != nil && h.key != "" && h.level != levelNone {
				it.heading = h.title
			}
			it.title = len(s) < 300 && doc.isTitle(i)
		}
		it.runes = len([]rune(s))
		if it.runes < significant && it.heading == "" && !it.title {
			out = append(out, it)
			continue
		}
		it.masked, it.exact = fingerprint(s)
		if k, ok := seen[it.masked]; ok {
			it.earlier = k
		} else {
			seen[it.masked] = len(out)
		}
		out = append(out, it)
	}
	return out, nil
}

// mostParts bounds the bodies that are told apart on one page.
const mostParts = 32

// findParts cuts the body into the bodies it prints, one after another.
func findParts(ctx context.Context, doc *folio, b *body) ([]part, []item, error) {
	all, err := items(ctx, doc, b, b.from, b.to)
	if err != nil {
		return nil, nil, err
	}
	starts := []int{0}
	lastMatch := -1 // the item that the last repeated one repeats
	for j := 1; j < len(all) && len(starts) < mostParts; j++ {
		e := all[j].earlier
		if e < 0 {
			continue
		}
		restart := lastMatch < 0 || e < lastMatch-2
		switch start := starts[len(starts)-1]; {
		case restart && j-start > 4 && beginsBody(all, j, e):
			at := j
			for at > start+1 && j-at < 8 && leadsIn(all, at-1, e) {
				at--
			}
			// The introduction of another organ's report is like no other, but
			// its title stands above it.
			for k := at - 1; k > start && at-k < 6 && all[k].heading == ""; k-- {
				if all[k].title {
					at = k
					break
				}
			}
			starts = append(starts, at)
			lastMatch = e
		case !restart:
			lastMatch = max(lastMatch, e)
		}
	}
	parts := make([]part, len(starts))
	for k, s := range starts {
		end := len(all)
		if k+1 < len(starts) {
			end = starts[k+1]
		}
		p := &parts[k]
		p.first, p.last = s, end
		if s < len(all) {
			p.from = all[s].block
		}
		p.to = b.to
		if end < len(all) {
			p.to = all[end].block
		}
		if k == 0 {
			p.from = b.from
		}
		for p.to > p.from+1 && b.skip(p.to-1) {
			p.to--
		}
		p.describe(doc, all[s:end])
	}
	return parts, all, nil
}

// beginsBody tells whether a new body begins at item j, which repeats item e:
// enough of what follows repeats what follows e, in order.
func beginsBody(all []item, j, e int) bool {
	matched, runes, long, last, seen := 0, 0, 0, -1, 0
	for k := j; k < len(all) && seen < 60; k++ {
		if all[k].masked == 0 {
			continue
		}
		seen++
		m := all[k].earlier
		if m < 0 {
			continue
		}
		if m <= last {
			if m < e+3 && matched > 3 {
				break // the next body begins
			}
			continue
		}
		last = m
		matched++
		runes += all[k].runes
		if all[k].runes >= 40 && all[k].exact == all[m].exact {
			long++
		}
	}
	if matched < 3 || runes < 60 {
		return false
	}
	// A body begins with its title, its introduction or its first section. In
	// the middle, only word for word repetition shows a copy.
	if nearStart(all, e) {
		return matched*3 >= min(seen, 30)
	}
	return long >= 4 && matched*2 >= seen
}

// nearStart tells whether item e is at or before the first section heading, or
// the title.
func nearStart(all []item, e int) bool {
	for k := range all[:e] {
		if all[k].heading != "" {
			return false
		}
	}
	return true
}

// leadsIn tells whether item k belongs to the beginning of the body that repeats
// the items from e on: a title, or what repeats an item before e.
func leadsIn(all []item, k, e int) bool {
	it := &all[k]
	return it.title || it.earlier >= 0 && it.earlier < e && it.heading == "" || it.masked == 0 && k > 0 && all[k-1].title
}

// describe weighs a part and reads whose report it is.
func (p *part) describe(doc *folio, list []item) {
	p.hidden = slices.ContainsFunc(list, func(it item) bool { return !it.title })
	for _, it := range list {
		if !it.title {
			p.weight += it.runes
		}
		p.cells += it.cells
		if !it.title && !doc.Containers[doc.Blocks[it.block].Container].Hidden {
			p.hidden = false
		}
	}
	p.weight += 5 * p.cells
	for n, it := range list {
		if n > 12 || p.year != 0 && p.organ != "" {
			break
		}
		if doc.Blocks[it.block].Kind == document.TableBlock {
			continue
		}
		f := firstRunes(doc.fold(it.block), 1000)
		if it.title {
			t := parseTitle(f)
			p.year, p.organ = t.year, t.organ
			continue
		}
		if m := periodPattern.FindStringSubmatch(f); m != nil && p.year == 0 {
			p.year = atoi(m[1])
		}
	}
}

// choosePart picks the part that is the report of the page and says what the
// others are: copies, or other reports.
func choosePart(parts []part, all []item, page titleFacts) (kept part, copies []report.Copy, notes []string) {
	best := -1
	for i, p := range parts {
		if other(p, page) {
			continue
		}
		if best < 0 || p.fuller(parts[best]) {
			best = i
		}
	}
	if best < 0 {
		best = 0
	}
	kept = parts[best]
	who := titleFacts{organ: firstOf(kept.organ, page.organ), year: kept.year}
	if who.year == 0 {
		who.year = page.year
	}
	for i, p := range parts {
		switch {
		case i == best:
		case other(p, who):
			notes = append(notes, fmt.Sprintf("another_report:%s", strings.TrimSuffix(fmt.Sprintf("%d:%s", p.year, p.organ), ":")))
		default:
			copies = append(copies, report.Copy{From: p.from, To: p.to, Of: kept.from, Note: difference(kept, p, all)})
		}
	}
	return kept, copies, notes
}

// fuller tells whether a later part is so much fuller than q that it is the better
// print of the same report.
func (p part) fuller(q part) bool {
	if p.hidden != q.hidden {
		return q.hidden && p.weight*20 >= q.weight*19 || p.weight*8 > q.weight*10
	}
	return p.weight*100 > q.weight*102
}

// other tells whether a part is a report other than the one that is named.
func other(p part, named titleFacts) bool {
	if p.year != 0 && named.year != 0 && p.year != named.year {
		return true
	}
	return p.organ != "" && named.organ != "" && !strings.Contains(p.organ, named.organ) && !strings.Contains(named.organ, p.organ)
}

// difference says what is different about a copy.
func difference(kept, p part, all []item) string {
	var notes []string
	if kept.cells > 0 && p.cells == 0 {
		notes = append(notes, "no tables")
	}
	if text, keptText := p.weight-5*p.cells, kept.weight-5*kept.cells; text*10 < keptText*8 {
		notes = append(notes, "truncated")
	}
	if p.hidden {
		notes = append(notes, "hidden")
	}
	have := make(map[uint64]bool)
	for _, it := range all[kept.first:kept.last] {
		have[it.exact] = true
	}
	changed := 0
	for _, it := range all[p.first:p.last] {
		if it.runes >= significant && it.cells == 0 && !it.title && !have[it.exact] {
			changed++
		}
	}
	switch {
	case changed == 1:
		notes = append(notes, "1 paragraph differs")
	case changed > 1:
		notes = append(notes, fmt.Sprintf("%d paragraphs differ", changed))
	}
	return strings.Join(notes, ", ")
}
