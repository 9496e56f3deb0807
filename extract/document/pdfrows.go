package document

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A table without ruling lines is lines of text. Where each row has one line that
// is all that is needed. But labels are wrapped, the values of a row stand beside
// the middle of its label, and the label of a group of rows beside the middle of the
// group. numberedRows puts that in order for tables whose labels are numbered, as
// those of the forms are: a row is the label that its values stand beside, with all
// its lines, then the values; the label of a group comes before its first row.

// minValues is how many numbers stand in a line of a table of which rows are made.
const minValues = 5

// A numbered label begins in one of these ways: 一、 （一） 1. Its number may be all
// that its first line has room for.
var (
	labelStart = regexp.MustCompile(`^(?:([一二三四五六七八九十]{1,3})、|[（(]([一二三四五六七八九十]{1,3})(?:[）)]|$)|(\d{1,2})[.．、](?:\D|$))`)
	cellValue  = regexp.MustCompile(`^(?:-?[\d,，]+(?:\.\d+)?|[-—－–/／]+|无)$`)
)

// pdfPiece is a stretch of characters on one line.
type pdfPiece struct {
	chars []pdfChar
	box   pdfBox
	text  string
}

// pdfLabel is a label with the pieces of all its lines.
type pdfLabel struct {
	pieces []pdfPiece
	box    pdfBox
	text   string
	level  int // 1 for 一、, 2 for （一）, 3 for 1.
	first  bool
}

// pdfRow is a line of values with the label beside it and the labels of groups that
// begin with it.
type pdfRow struct {
	y      float64
	values []pdfPiece
	label  *pdfLabel
	parts  []string
	box    pdfBox
}

// cutPieces cuts characters into pieces: by line, closer than textLines does, and by gaps.
func cutPieces(chars []pdfChar) []pdfPiece {
	chars = slices.Clone(chars)
	middle := func(c pdfChar) float64 { return (c.box.y0 + c.box.y1) / 2 }
	slices.SortStableFunc(chars, func(a, b pdfChar) int { return cmp.Compare(middle(a), middle(b)) })
	var out []pdfPiece
	for from := 0; from < len(chars); {
		to, height := from+1, chars[from].box.height() // that of 一 may be next to nothing
		for to < len(chars) && middle(chars[to])-middle(chars[from]) < 0.25*max(height, chars[to].box.height()) {
			height = max(height, chars[to].box.height())
			to++
		}
		line := chars[from:to]
		slices.SortStableFunc(line, func(a, b pdfChar) int { return cmp.Compare(a.box.x0, b.box.x0) })
		start := 0
		for i := 1; i <= len(line); i++ {
			if i < len(line) {
				room := 0.5 * max(line[i].box.width(), line[i-1].box.width())
				if line[i].box.x0-line[i-1].box.x1 < room {
					continue
				}
			}
			l := newTextLine(slices.Clone(line[start:i]))
			out = append(out, pdfPiece{chars: line[start:i], box: l.box, text: l.text})
			start = i
		}
		from = to
	}
	return out
}

// numberedRows takes the rows of a table without lines out of the characters of a
// page.
func (p *pdfPage) numberedRows() (rows []pdfRow) {
	all := cutPieces(p.chars)
	// Rows of one table begin and end in the same columns.
	const shift = 30
	found := valueRows(all)
	for from := 0; from < len(found); {
		left, right := found[from].box.x0, found[from].box.x1
		to := from + 1
		for to < len(found) && found[to].box.x0 > left-shift && math.Abs(found[to].box.x1-right) < shift {
			left = min(left, found[to].box.x0)
			to++
		}
		rows = append(rows, p.tableRows(all, left, found[from:to])...)
		from = to
	}
	return rows
}

// tableRows makes the rows of one table of its lines of values, the leftmost of which
// stand at left.
func (p *pdfPage) tableRows(all []pdfPiece, left float64, rows []pdfRow) []pdfRow {
	labels := labelsBeside(all, left, rows)
	if len(labels) == 0 {
		return nil
	}
	taken := map[*pdfLabel]bool{}
	var kept []pdfRow
	for _, r := range rows {
		if l := beside(labels, r.y); l != nil && !taken[l] {
			taken[l] = true
			r.label, r.parts = l, append(r.parts, l.text)
			for _, v := range r.values {
				r.parts = append(r.parts, v.text)
			}
			r.box.x0, r.box.y0, r.box.y1 = min(r.box.x0, l.box.x0), min(r.box.y0, l.box.y0), max(r.box.y1, l.box.y1)
			r.values = append(r.values, l.pieces...)
			kept = append(kept, r)
		}
	}
	groups(labels, taken, kept)
	gone := map[pdfChar]bool{}
	for _, r := range kept {
		for _, piece := range r.values {
			for _, c := range piece.chars {
				gone[c] = true
			}
		}
	}
	p.chars = slices.DeleteFunc(slices.Clone(p.chars), func(c pdfChar) bool { return gone[c] })
	return kept
}

// valueRows finds the lines that end in at least minValues values.
func valueRows(all []pdfPiece) (rows []pdfRow) {
	for from := 0; from < len(all); {
		to, height := from+1, all[from].box.height()
		_, y := all[from].box.mid()
		for to < len(all) {
			height = max(height, all[to].box.height())
			if _, next := all[to].box.mid(); next-y >= 0.25*height {
				break
			}
			to++
		}
		line := slices.Clone(all[from:to])
		slices.SortStableFunc(line, func(a, b pdfPiece) int { return cmp.Compare(a.box.x0, b.box.x0) })
		n := len(line)
		for n > 0 && cellValue.MatchString(line[n-1].text) {
			n--
		}
		if values := line[n:]; len(values) >= minValues {
			r := pdfRow{y: y, values: values, box: values[0].box}
			for _, v := range values {
				r.box.x1, r.box.y0, r.box.y1 = max(r.box.x1, v.box.x1), min(r.box.y0, v.box.y0), max(r.box.y1, v.box.y1)
			}
			rows = append(rows, r)
		}
		from = to
	}
	return rows
}

// labelsBeside puts the pieces left of the values together: a piece that begins with
// a number begins a label, the pieces under it without one go on with it.
func labelsBeside(all []pdfPiece, left float64, rows []pdfRow) (labels []*pdfLabel) {
	for _, piece := range all {
		size := piece.box.height()
		if piece.box.x1 > left || piece.box.y1 < rows[0].y-4*size || piece.box.y0 > rows[len(rows)-1].y+4*size {
			continue
		}
		if m := labelStart.FindStringSubmatch(piece.text); m != nil {
			l := &pdfLabel{box: piece.box, pieces: []pdfPiece{piece}, text: piece.text}
			for level, number := range m[1:] {
				if number != "" {
					l.level, l.first = level+1, number == "一" || number == "1"
				}
			}
			labels = append(labels, l)
			continue
		}
		// The last label that it stands under goes on, if it is not far away.
		for i := len(labels) - 1; i >= 0; i-- {
			l := labels[i]
			overlap := min(l.box.x1, piece.box.x1) - max(l.box.x0, piece.box.x0)
			if overlap < 0.5*min(l.box.x1-l.box.x0, piece.box.x1-piece.box.x0) {
				continue
			}
			if gap := piece.box.y0 - l.box.y1; gap < 2*size {
				l.pieces = append(l.pieces, piece)
				l.text += piece.text
				l.box = pdfBox{min(l.box.x0, piece.box.x0), l.box.y0, max(l.box.x1, piece.box.x1), piece.box.y1}
			}
			break
		}
	}
	return labels
}

// beside gives the label that values at y belong to: the rightmost of those beside
// them.
func beside(labels []*pdfLabel, y float64) (best *pdfLabel) {
	for _, l := range labels {
		_, middle := l.box.mid()
		if math.Abs(y-middle) > l.box.height()/2+0.5*l.pieces[0].box.height() {
			continue
		}
		if best != nil {
			_, other := best.box.mid()
			if l.box.x1 < best.box.x0 || l.box.x0 <= best.box.x1 && math.Abs(y-middle) >= math.Abs(y-other) {
				continue
			}
		}
		best = l
	}
	return best
}

// groups puts the labels that have no values before the first row of their group:
// the nearest above their middle that begins to count anew, one level down.
func groups(labels []*pdfLabel, taken map[*pdfLabel]bool, rows []pdfRow) {
	for i := len(labels) - 1; i >= 0; i-- {
		l := labels[i]
		_, y := l.box.mid()
		if taken[l] || l.level == 3 || y < rows[0].y || y > rows[len(rows)-1].y {
			continue
		}
		for j := len(rows) - 1; j >= 0; j-- {
			r := &rows[j]
			if r.y > l.box.y1 || !r.label.first || r.label.level != l.level+1 {
				continue
			}
			r.parts = slices.Insert(r.parts, 0, l.text)
			r.values = append(r.values, l.pieces...)
			taken[l] = true
			break
		}
	}
}

// item makes what stands on the page of a row.
func (r *pdfRow) item(p *pdfPage) pdfItem {
	l := &pdfTextLine{text: foldString(strings.Join(r.parts, " ")), box: r.box, parts: r.parts}
	l.box.y0 = min(r.box.y0, r.y)
	l.size = r.box.height() / float64(max(1, utf8.RuneCountInString(r.parts[0])))
	return pdfItem{page: p, box: pdfBox{r.box.x0, r.y, r.box.x1, r.y + 1}, line: l}
}
