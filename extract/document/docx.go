package document

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// ReadDOCX reads a word processor document as it would be printed: inserted text
// in, deleted and hidden text out, automatic numbers written out, text boxes after
// the paragraph they hang on, footnotes at the end. Headers, footers and comments
// are left out.
//
// The document is turned into a tree of HTML, so that its tables are read by the
// same rules as those of a page.
func ReadDOCX(ctx context.Context, b []byte, _ Hint, l Limits) (*Document, error) {
	l = l.withDefaults()
	if int64(len(b)) > l.Bytes {
		return nil, &LimitError{What: "bytes", Limit: l.Bytes}
	}
	pkg, err := openPackage(b, DOCX, l)
	if err != nil {
		return nil, err
	}
	main, err := pkg.main("word/document.xml")
	if err != nil {
		return nil, err
	}
	relations, err := pkg.relations(main)
	if err != nil {
		return nil, err
	}
	r := &docxReader{tick: clock{ctx: ctx}, limits: l, root: &html.Node{Type: html.DocumentNode}, targets: map[string]string{}}
	notes := []string{}
	for _, rel := range relations {
		r.targets[rel.ID] = rel.Target
		switch kind := rel.Type[strings.LastIndexByte(rel.Type, '/')+1:]; kind {
		case "styles":
			err = pkg.unmarshal(rel.Target, &r.styles)
		case "numbering":
			err = pkg.unmarshal(rel.Target, &r.numbering)
		case "footnotes", "endnotes":
			notes = append(notes, rel.Target)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, part := range append([]string{main}, notes...) {
		if err := r.read(pkg, part); err != nil {
			return nil, err
		}
	}
	d, err := FromNode(ctx, r.root, l)
	if err != nil {
		return nil, err
	}
	d.Format = DOCX
	d.Meta, err = pkg.properties()
	return d, err
}

// docxReader turns the XML of a document into a tree of HTML.
type docxReader struct {
	tick      clock
	limits    Limits
	root      *html.Node
	targets   map[string]string // relationships by id
	styles    docxStyles
	numbering docxNumbering
	tags      int

	docxState
	open []docxElement
	skip int // how deep inside an element that is left out
	// joined is the last paragraph when the mark at its end was deleted.
	joined *html.Node
}

// docxState is what holds inside an element, and no more after it.
type docxState struct {
	block  *html.Node // where paragraphs and tables go
	inline *html.Node // where text goes, nil outside a paragraph
	para   *docxPara
	run    *docxRun
	table  *docxTable
	row    *docxRow
	cell   *docxCell
}

type docxElement struct {
	name  string
	outer docxState
}

type docxPara struct {
	node   *html.Node
	style  string
	level  int // outline level from 1, 0 when only the style tells
	num    docxNum
	number string // still to be written before the text
	joined bool   // the mark at its end was deleted
}

type docxRun struct{ raised, hidden bool }

type docxTable struct {
	node  *html.Node
	cells []*docxCell
	rows  int
	// merges holds the cells that may go on below, by the column they begin in.
	merges map[int]*docxCell
}

type docxRow struct {
	node    *html.Node
	col     int
	last    *docxCell
	deleted bool
}

type docxCell struct {
	node           *html.Node
	row            int
	rows, cols     int
	vMerge, hMerge string // restart, continue or ""
	deleted        bool
}

func element(a atom.Atom) *html.Node {
	return &html.Node{Type: html.ElementNode, DataAtom: a, Data: a.String()}
}

func (r *docxReader) read(pkg *opcPackage, part string) error {
	b, err := pkg.part(part)
	if b == nil || err != nil {
		return err
	}
	r.docxState = docxState{block: r.root}
	r.open, r.skip, r.joined = r.open[:0], 0, nil
	d := xmlDecoder(b)
	for {
		if err := r.tick.tick(); err != nil {
			return err
		}
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return pkg.damaged(part, err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if err := r.start(token); err != nil {
				return err
			}
		case xml.EndElement:
			r.end(token.Name.Local)
		case xml.CharData:
			if r.skip == 0 && r.parent(1) == "t" {
				r.text(string(token))
			}
		}
	}
}

func (r *docxReader) start(e xml.StartElement) error {
	if r.tags++; r.tags > r.limits.Tags {
		return &LimitError{What: "tags", Limit: int64(r.limits.Tags)}
	}
	if r.skip > 0 {
		r.skip++
		return nil
	}
	if len(r.open) > 8*r.limits.Depth { // a nested table takes four elements
		return &LimitError{What: "nesting depth", Limit: int64(r.limits.Depth)}
	}
	outer := r.docxState
	if r.enter(e) {
		r.open = append(r.open, docxElement{e.Name.Local, outer})
	} else {
		r.skip = 1
	}
	return nil
}

// parent is the name of the nth element around the one that is starting.
func (r *docxReader) parent(n int) string {
	if len(r.open) < n {
		return ""
	}
	return r.open[len(r.open)-n].name
}

// enter begins an element and tells whether to go into it.
func (r *docxReader) enter(e xml.StartElement) bool {
	switch e.Name.Local {
	case "del", "moveFrom":
		switch {
		case r.parent(1) == "trPr" && r.row != nil:
			r.row.deleted = true
		case r.parent(1) == "rPr" && r.parent(2) == "pPr" && r.para != nil:
			r.para.joined = true
		}
		return false
	case "delText", "instrText", "delInstrText", "rPrChange", "pPrChange", "tcPrChange", "trPrChange", "tblPrChange",
		"numberingChange", "sectPr", "Fallback", "rt", "fldData", "binData", "tblGrid":
		return false
	case "footnote", "endnote":
		kind := xmlAttr(e, "type")
		return kind == "" || kind == "normal" // the others are lines between text and notes

	case "p":
		r.startParagraph()
	case "pStyle":
		if r.para != nil {
			r.para.style = xmlAttr(e, "val")
		}
	case "outlineLvl":
		if r.para != nil {
			r.para.level = xmlInt(e, 9) + 1
		}
	case "numId":
		if r.para != nil {
			r.para.num.ID = xmlAttr(e, "val")
		}
	case "ilvl":
		if r.para != nil {
			r.para.num.Level = xmlInt(e, 0)
		}

	case "r":
		r.run = &docxRun{}
	case "vertAlign":
		if r.run != nil {
			r.run.raised = xmlAttr(e, "val") == "superscript"
		}
	case "vanish":
		if v := xmlAttr(e, "val"); r.run != nil {
			r.run.hidden = v != "0" && v != "false" && v != "off"
		}
	case "tab", "ptab":
		if r.parent(1) == "r" {
			r.text("\t")
		}
	case "noBreakHyphen":
		r.text("-")
	case "br", "cr":
		if r.inline != nil {
			r.inline.AppendChild(element(atom.Br))
		}
	case "hyperlink":
		if target := r.targets[xmlAttr(e, "id")]; target != "" && r.inline != nil {
			r.writeNumber()
			r.inline = r.link(target)
		}
	case "blip":
		r.picture(xmlAttr(e, "embed"))
	case "imagedata":
		r.picture(xmlAttr(e, "id"))
	case "txbxContent":
		box := element(atom.Div)
		r.block.AppendChild(box)
		r.docxState = docxState{block: box}

	case "tbl":
		r.table = &docxTable{node: element(atom.Table), merges: map[int]*docxCell{}}
		r.row, r.cell = nil, nil
		r.block.AppendChild(r.table.node)
	case "tr":
		if r.table == nil {
			return false
		}
		r.row, r.cell = &docxRow{node: element(atom.Tr)}, nil
	case "gridBefore":
		if n := xmlInt(e, 0); n > 0 && r.row != nil {
			r.row.place(r.table, &docxCell{node: element(atom.Td), cols: min(n, maxColSpan)})
		}
	case "tc":
		if r.row == nil {
			return false
		}
		r.cell = &docxCell{node: element(atom.Td), cols: 1}
		r.block, r.inline, r.para = r.cell.node, nil, nil
	case "gridSpan":
		if r.cell != nil {
			r.cell.cols = min(max(xmlInt(e, 1), 1), maxColSpan)
		}
	case "vMerge":
		if r.cell != nil {
			r.cell.vMerge = mergeValue(e)
		}
	case "hMerge":
		if r.cell != nil {
			r.cell.hMerge = mergeValue(e)
		}
	case "cellDel":
		if r.cell != nil {
			r.cell.deleted = true
		}
	}
	return true
}

func (r *docxReader) end(name string) {
	if r.skip > 0 {
		r.skip--
		return
	}
	n := len(r.open)
	if n == 0 || r.open[n-1].name != name {
		return // an end without a start: the XML is broken, its text may be not
	}
	inner := r.docxState
	r.docxState = r.open[n-1].outer
	r.open = r.open[:n-1]
	switch name {
	case "pPr":
		if inner.para != nil {
			r.applyProperties(inner.para)
		}
	case "p":
		r.joined = nil
		if inner.para != nil && inner.para.joined {
			r.joined = inner.para.node
		}
	case "tc":
		if !inner.cell.deleted && !r.row.deleted {
			r.row.place(r.table, inner.cell)
		}
	case "tr":
		if !inner.row.deleted {
			r.table.node.AppendChild(inner.row.node)
			r.table.rows++
		}
	case "tbl":
		for _, c := range inner.table.cells {
			c.node.Attr = []html.Attribute{{Key: "rowspan", Val: strconv.Itoa(c.rows)}, {Key: "colspan", Val: strconv.Itoa(c.cols)}}
		}
	}
}

func (r *docxReader) startParagraph() {
	node := r.joined
	if node == nil || node != r.block.LastChild {
		node = element(atom.P)
		r.block.AppendChild(node)
	}
	r.joined = nil
	r.inline, r.para, r.run = node, &docxPara{node: node}, nil
}

// applyProperties makes a heading of a paragraph that is one, and counts it when
// it is numbered.
func (r *docxReader) applyProperties(p *docxPara) {
	level, num := r.styles.resolve(p)
	if level >= 1 && level <= 6 && r.cell == nil {
		p.node.DataAtom = []atom.Atom{atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6}[level-1]
		p.node.Data = p.node.DataAtom.String()
	}
	p.number = r.numbering.next(num)
}

// writeNumber writes the automatic number of a paragraph before its first text.
func (r *docxReader) writeNumber() {
	if r.para != nil && r.para.number != "" {
		r.para.node.AppendChild(&html.Node{Type: html.TextNode, Data: r.para.number})
		r.para.number = ""
	}
}

func (r *docxReader) text(s string) {
	if r.inline == nil || s == "" || r.run != nil && r.run.hidden {
		return
	}
	r.writeNumber()
	parent := r.inline
	if r.run != nil && r.run.raised {
		parent = element(atom.Sup)
		r.inline.AppendChild(parent)
	}
	parent.AppendChild(&html.Node{Type: html.TextNode, Data: s})
}

func (r *docxReader) link(target string) *html.Node {
	a := element(atom.A)
	a.Attr = []html.Attribute{{Key: "href", Val: target}}
	r.inline.AppendChild(a)
	return a
}

func (r *docxReader) picture(id string) {
	target := r.targets[id]
	if target == "" || r.inline == nil {
		return
	}
	img := element(atom.Img)
	img.Attr = []html.Attribute{{Key: "src", Val: target}}
	r.inline.AppendChild(img)
}

// place puts a cell into the row, or adds it to the cell it is merged with.
func (row *docxRow) place(t *docxTable, c *docxCell) {
	col := row.col
	row.col += c.cols
	if above := t.merges[col]; c.vMerge == "continue" && above != nil && above.cols == c.cols && above.row+above.rows == t.rows {
		above.rows++
		row.last = nil
		return
	}
	if c.hMerge == "continue" && row.last != nil {
		row.last.cols += c.cols
		return
	}
	c.row, c.rows = t.rows, 1
	row.node.AppendChild(c.node)
	row.last = c
	t.cells = append(t.cells, c)
	delete(t.merges, col)
	if c.vMerge == "restart" {
		t.merges[col] = c
	}
}

func mergeValue(e xml.StartElement) string {
	if xmlAttr(e, "val") == "restart" {
		return "restart"
	}
	return "continue"
}

func xmlAttr(e xml.StartElement, local string) string {
	for _, a := range e.Attr {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// xmlInt reads the val attribute as a number, with what it is when it is none.
func xmlInt(e xml.StartElement, otherwise int) int {
	if n, err := strconv.Atoi(xmlAttr(e, "val")); err == nil && n >= 0 {
		return n
	}
	return otherwise
}
