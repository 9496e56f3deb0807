package document

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxPages is more than any report has; a longer PDF is something else.
const maxPages = 500

// ReadPDF reads a PDF with text. Lines become paragraphs; what stands between
// ruling lines becomes tables, also over page breaks, within a row or not; page
// numbers and repeated headers are left out. A picture of text is an Image, and
// Document.Scanned says so. A single Chinese character in a font that the file does
// not bring along can't be read; Charset.Replaced counts these.
func ReadPDF(ctx context.Context, b []byte, _ Hint, l Limits) (*Document, error) {
	l = l.withDefaults()
	if int64(len(b)) > l.Bytes {
		return nil, &LimitError{What: "bytes", Limit: l.Bytes}
	}
	f, err := openPDF(ctx, b)
	if err != nil {
		return nil, err
	}
	defer f.close()
	n := f.pages()
	if n > maxPages {
		return nil, &LimitError{What: "pages", Limit: maxPages}
	}
	d := &Document{Format: PDF, Containers: []Container{{Parent: -1}}}
	limit := &pdfLimit{left: l.Tags, limit: l.Tags}
	var pages []*pdfPage
	for i := range n {
		p, err := f.page(i, limit)
		if err != nil {
			return nil, err
		}
		pages = append(pages, p)
		d.Charset.Replaced += p.lost
	}
	for _, key := range []string{"Title", "Author", "CreationDate"} {
		if v := f.meta(key); v != "" {
			d.Meta = append(d.Meta, MetaTag{Name: key, Content: v})
		}
	}
	if err := f.failure(); err != nil {
		return nil, err
	}
	d.Blocks, d.Scanned = layOut(pages)
	cells := 0
	for _, block := range d.Blocks {
		if block.Table != nil {
			cells += len(block.Table.grid)
		}
		d.Charset.Replaced += strings.Count(block.Text, string(utf8.RuneError))
	}
	if cells > l.Cells {
		return nil, &LimitError{What: "cells", Limit: int64(l.Cells)}
	}
	d.Containers[0].End = len(d.Blocks)
	return d, ctx.Err()
}

// pdfItem is what stands on a page on its own: a table, a line or a picture.
type pdfItem struct {
	page  *pdfPage
	box   pdfBox
	table *pdfTable
	line  *pdfTextLine
}

// layOut makes blocks of pages, and tells whether they are scans.
func layOut(pages []*pdfPage) (blocks []Block, scanned bool) {
	var items []pdfItem
	for _, p := range pages {
		scanned = scanned || p.scan()
		items = append(items, p.items()...)
	}
	items = withoutFurniture(items)
	m := marginsOf(items)
	for i := 0; i < len(items); i++ {
		it := items[i]
		b := Block{Page: it.page.number}
		switch {
		case it.table != nil:
			for i+1 < len(items) && items[i+1].table != nil && items[i+1].page != items[i].page && it.table.join(items[i+1].table) {
				i++
			}
			if it.table.cols() == 1 { // the banner of a table that did not follow
				for _, c := range it.table.table().Cells {
					if b.Text = foldString(c.Text); b.Text != "" {
						blocks = append(blocks, b)
					}
				}
				continue
			}
			b.Kind, b.Table = TableBlock, it.table.table()
		case it.line == nil:
			b.Kind = Image
		case len(it.line.parts) > 2: // a row of a table without lines
			for _, part := range it.line.parts {
				if b.Text = foldString(part); b.Text != "" {
					blocks = append(blocks, b)
				}
			}
			continue
		default:
			b.Text = it.line.text
			for i+1 < len(items) && m.continues(items[i], items[i+1]) {
				i++
				b.Text = joinLines(b.Text, items[i].line.text)
			}
		}
		blocks = append(blocks, b)
	}
	return blocks, scanned
}

// scan tells whether a page is a picture of text, with or without recognised text
// under it.
func (p *pdfPage) scan() bool {
	covered := 0.0
	for _, b := range p.pictures {
		covered += b.width() * b.height()
	}
	return covered > 0.6*p.width*p.height && (len(p.chars) == 0 || p.invisible > 0)
}

// items gives what stands on a page, from the top down.
func (p *pdfPage) items() []pdfItem {
	var items []pdfItem
	if p.tables == nil {
		p.tables = p.findTables()
	}
	for _, t := range p.tables {
		items = append(items, pdfItem{page: p, box: t.box, table: t})
	}
	for _, l := range p.lines {
		items = append(items, pdfItem{page: p, box: l.box, line: &l})
	}
	for _, r := range p.numberedRows() {
		items = append(items, r.item(p))
	}
	for _, l := range textLines(p.chars) {
		if l.text != "" {
			items = append(items, pdfItem{page: p, box: l.box, line: &l})
		}
	}
	const small = 50 // a seal, a logo
	for _, b := range p.pictures {
		if b.width() > small && b.height() > small {
			items = append(items, pdfItem{page: p, box: b})
		}
	}
	slices.SortStableFunc(items, func(a, b pdfItem) int {
		return cmp.Or(cmp.Compare(a.box.y0, b.box.y0), cmp.Compare(a.box.x0, b.box.x0))
	})
	return items
}

// withoutFurniture takes out page numbers, and lines at the edge of a page that
// stand there on most pages.
func withoutFurniture(items []pdfItem) []pdfItem {
	const edge = 0.1
	atEdge := func(it pdfItem) bool {
		return it.line != nil && (it.box.y1 < edge*it.page.height || it.box.y0 > (1-edge)*it.page.height)
	}
	// Page numbers run with the pages: they differ from the page's place by the
	// same on all pages.
	offsets, lines := map[int]int{}, map[string]int{}
	pages := map[*pdfPage]bool{}
	number := func(text string) (n int, decorated, ok bool) {
		m := pageNumber.FindStringSubmatch(text)
		if m == nil {
			return 0, false, false
		}
		digits := m[1] + m[2] + m[3]
		n, err := strconv.Atoi(digits)
		return n, digits != text, err == nil
	}
	for _, it := range items {
		pages[it.page] = true
		if !atEdge(it) {
			continue
		}
		lines[it.line.text]++
		if n, _, ok := number(it.line.text); ok {
			offsets[n-it.page.number]++
		}
	}
	return slices.DeleteFunc(items, func(it pdfItem) bool {
		if !atEdge(it) {
			return false
		}
		if n, decorated, ok := number(it.line.text); ok {
			return decorated || offsets[n-it.page.number] > 1
		}
		return len(pages) > 2 && 2*lines[it.line.text] > len(pages) && it.page.number > 1
	})
}
