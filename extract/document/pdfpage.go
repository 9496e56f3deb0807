package document

import "math"

// A PDF page says where each character, line and picture stands. Here pages are
// as the reader sees them, in points, from the top left corner down.

type pdfPage struct {
	number        int // from 1
	width, height float64
	chars         []pdfChar
	rules         []pdfRule
	pictures      []pdfBox
	// invisible counts pieces of text that are not painted: what a recognition
	// program put under the picture of a scanned page.
	invisible int
	// lost counts characters that stand alone in a font that the file does not have.
	lost int
	// tables and lines are those that were recognised in the picture of a page.
	tables []*pdfTable
	lines  []pdfTextLine
}

type pdfBox struct{ x0, y0, x1, y1 float64 }

func (b pdfBox) mid() (x, y float64) { return (b.x0 + b.x1) / 2, (b.y0 + b.y1) / 2 }
func (b pdfBox) height() float64     { return b.y1 - b.y0 }
func (b pdfBox) width() float64      { return b.x1 - b.x0 }

func (b pdfBox) contains(x, y float64) bool {
	return b.x0 <= x && x <= b.x1 && b.y0 <= y && y <= b.y1
}

type pdfChar struct {
	r   rune
	box pdfBox
}

// pdfRule is a ruling line: at y from x to x, or at x from y to y.
type pdfRule struct {
	upright      bool
	at, from, to float64
}

// thin is how thick a ruling line may be.
const thin = 3

type pdfPoint struct {
	x, y     float64
	straight bool // from the point before
}

// addShape takes the ruling lines out of a shape.
func (p *pdfPage) addShape(shape []pdfPoint, stroked, filled, closed bool) {
	if len(shape) < 2 {
		return
	}
	if filled && !stroked {
		b := pdfBox{shape[0].x, shape[0].y, shape[0].x, shape[0].y}
		for _, q := range shape {
			b.x0, b.y0, b.x1, b.y1 = min(b.x0, q.x), min(b.y0, q.y), max(b.x1, q.x), max(b.y1, q.y)
		}
		x, y := b.mid()
		switch {
		case b.height() <= thin && b.width() > b.height():
			p.rules = append(p.rules, pdfRule{false, y, b.x0, b.x1})
		case b.width() <= thin && b.height() > b.width():
			p.rules = append(p.rules, pdfRule{true, x, b.y0, b.y1})
		}
		return
	}
	for i := range shape {
		from, to := shape[(i+len(shape)-1)%len(shape)], shape[i]
		if i == 0 && !closed || i > 0 && !to.straight {
			continue
		}
		dx, dy := math.Abs(to.x-from.x), math.Abs(to.y-from.y)
		switch {
		case dy <= 1 && dx > thin:
			p.rules = append(p.rules, pdfRule{false, (from.y + to.y) / 2, min(from.x, to.x), max(from.x, to.x)})
		case dx <= 1 && dy > thin:
			p.rules = append(p.rules, pdfRule{true, (from.x + to.x) / 2, min(from.y, to.y), max(from.y, to.y)})
		}
	}
}

// pdfMatrix maps x, y to ax+cy+e, bx+dy+f.
type pdfMatrix [6]float64

var identity = pdfMatrix{1, 0, 0, 1, 0, 0}

func (m pdfMatrix) apply(x, y float64) (float64, float64) {
	return m[0]*x + m[2]*y + m[4], m[1]*x + m[3]*y + m[5]
}

// then gives the matrix that applies m first and n after it.
func (m pdfMatrix) then(n pdfMatrix) pdfMatrix {
	var r pdfMatrix
	r[0], r[1] = m[0]*n[0]+m[1]*n[2], m[0]*n[1]+m[1]*n[3]
	r[2], r[3] = m[2]*n[0]+m[3]*n[2], m[2]*n[1]+m[3]*n[3]
	r[4], r[5] = n.apply(m[4], m[5])
	return r
}

// pdfTurn makes places on a page, from the bottom left up and before the page is
// turned, into places as they are seen.
type pdfTurn struct {
	box      [4]float64 // left, top, right, bottom
	quarters int        // clockwise
}

func (t pdfTurn) size() (width, height float64) {
	width, height = t.box[2]-t.box[0], t.box[1]-t.box[3]
	if t.quarters%2 == 1 {
		return height, width
	}
	return width, height
}

func (t pdfTurn) apply(x0, y0, x1, y1 float64) pdfBox {
	left, top, right, bottom := t.box[0], t.box[1], t.box[2], t.box[3]
	point := func(x, y float64) (float64, float64) {
		switch t.quarters {
		case 1:
			return y - bottom, x - left
		case 2:
			return right - x, y - bottom
		case 3:
			return top - y, right - x
		}
		return x - left, top - y
	}
	ax, ay := point(x0, y0)
	bx, by := point(x1, y1)
	return pdfBox{min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)}
}
