package fakegov

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
)

// pdf makes a PDF file of a report: text at its place on A4 pages, in a font
// that the reader has to bring along (STSong-Light), as old office programs
// write it.
func pdf(w written) []byte {
	p := &pdfPages{}
	p.text(120, 14, w.truth.Title)
	for _, para := range w.body {
		if para.table == nil {
			p.paragraph(para.text)
			continue
		}
		p.table(para.table, w.truth)
	}
	p.finish()

	var objects []string
	kids := make([]string, len(p.pages))
	for i := range p.pages {
		kids[i] = fmt.Sprintf("%d 0 R", 5+2*i)
	}
	objects = append(objects,
		"<< /Type /Catalog /Pages 2 0 R >>",
		fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(kids)),
		"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
		"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 /W [1 [500] 814 939 500] >>")
	for i, content := range p.pages {
		objects = append(objects,
			fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>", 6+2*i),
			fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content))
	}

	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}

// pdfPages lays text out from the top of a page to its bottom, then on the next.
type pdfPages struct {
	pages []string
	page  strings.Builder
	used  float64 // points used from the top
}

const (
	pdfTop, pdfBottom, pdfLeft = 780, 60, 60
)

func (p *pdfPages) room(height float64) {
	if p.used+height > pdfTop-pdfBottom {
		p.finish()
	}
}

func (p *pdfPages) finish() {
	p.pages = append(p.pages, p.page.String())
	p.page.Reset()
	p.used = 0
}

func (p *pdfPages) text(x float64, size float64, text string) {
	p.room(size * 1.5)
	p.put(x, size, text)
	p.used += size * 1.5
}

func (p *pdfPages) put(x, size float64, text string) {
	fmt.Fprintf(&p.page, "BT /F1 %g Tf 1 0 0 1 %g %g Tm <", size, x, pdfTop-p.used)
	for _, u := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&p.page, "%04X", u)
	}
	p.page.WriteString("> Tj ET\n")
}

func (p *pdfPages) paragraph(text string) {
	for _, line := range wrap("　　"+text, 43) {
		p.text(pdfLeft, 11, line)
	}
}

// table writes each cell at the left of its column and each row below the last;
// a label that is longer than its column runs on in lines of its own.
func (p *pdfPages) table(g grid, t Truth) {
	const size, leading = 8.0, 9.0
	layout := g.layout()
	columns := 0
	for _, s := range layout[0] {
		columns += s.cell.colspan()
	}
	width := 475.0 / float64(columns)
	for _, row := range layout {
		lines := make([][]string, len(row))
		height := 1
		for i, s := range row {
			if s.below {
				continue
			}
			lines[i] = wrap(s.cell.printed(t), int(width*float64(s.cell.colspan())/size))
			if s.cell.rowspan() == 1 {
				height = max(height, len(lines[i]))
			}
		}
		p.room(float64(height)*leading + 6)
		top := p.used
		for i, s := range row {
			for k, line := range lines[i] {
				p.used = top + float64(k)*leading
				p.put(pdfLeft+float64(s.col)*width, size, line)
			}
		}
		p.used = top + float64(height)*leading + 6
	}
}

// wrap cuts a label into lines of n runes; a number stays whole.
func wrap(text string, n int) (lines []string) {
	if strings.Trim(text, "-0123456789.") == "" {
		return []string{text}
	}
	for part := range slices.Chunk([]rune(text), max(n, 1)) {
		lines = append(lines, string(part))
	}
	return lines
}
