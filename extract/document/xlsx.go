package document

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// ReadXLSX reads a workbook: values as they are displayed, formulas by their last
// result, sheets that are not hidden. Blank rows part the tables of a sheet, and
// long single lines above a table are paragraphs. Each sheet is a container with
// the sheet's name as its ID.
func ReadXLSX(ctx context.Context, b []byte, _ Hint, l Limits) (d *Document, err error) {
	l = l.withDefaults()
	if int64(len(b)) > l.Bytes {
		return nil, &LimitError{What: "bytes", Limit: l.Bytes}
	}
	defer func() { // excelize trusts the files it opens
		if v := recover(); v != nil {
			d, err = nil, &FormatError{Format: XLSX, Why: fmt.Sprint("it is damaged: ", v)}
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{UnzipSizeLimit: l.Unpacked, UnzipXMLSizeLimit: l.Unpacked})
	if err != nil {
		// excelize has no type for its limit.
		if strings.Contains(err.Error(), "unzip size exceeds") {
			return nil, &LimitError{What: "unpacked bytes", Limit: l.Unpacked}
		}
		return nil, &FormatError{Format: XLSX, Why: "it is damaged: " + err.Error()}
	}
	defer func() { err = errors.Join(err, f.Close()) }()

	parts, err := sheetParts(b, l)
	if err != nil {
		return nil, err
	}
	root := &html.Node{Type: html.DocumentNode}
	left := l.Cells
	for _, name := range f.GetSheetList() {
		if visible, err := f.GetSheetVisible(name); err != nil || !visible {
			continue
		}
		merges, err := parts.merges(ctx, name)
		if err != nil {
			return nil, err
		}
		s, err := readSheet(ctx, f, name, merges, &left, l.Cells)
		if err != nil {
			return nil, err
		}
		root.AppendChild(s)
	}
	if d, err = FromNode(ctx, root, l); err != nil {
		return nil, err
	}
	d.Format = XLSX
	if p, err := f.GetDocProps(); err == nil {
		for _, m := range []MetaTag{{"dc:title", p.Title}, {"dc:creator", p.Creator}, {"dcterms:created", p.Created}} {
			if m.Content != "" {
				d.Meta = append(d.Meta, m)
			}
		}
	}
	return d, nil
}

// sheetCell is a cell of a sheet with the area it was merged over.
type sheetCell struct {
	text       string
	rows, cols int
	covered    bool // by a merged cell
}

// readSheet makes a tree of HTML of a sheet.
func readSheet(ctx context.Context, f *excelize.File, name string, merges []string, left *int, limit int) (*html.Node, error) {
	damaged := func(err error) error {
		return &FormatError{Format: XLSX, Why: fmt.Sprintf("its sheet %s is damaged: %v", name, err)}
	}
	rows, err := f.Rows(name)
	if err != nil {
		return nil, damaged(err)
	}
	var grid [][]sheetCell
	for rows.Next() {
		if err := ctx.Err(); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		values, err := rows.Columns()
		if err != nil {
			return nil, damaged(errors.Join(err, rows.Close()))
		}
		if *left -= len(values) + 1; *left < 0 {
			return nil, errors.Join(&LimitError{What: "cells", Limit: int64(limit)}, rows.Close())
		}
		row := make([]sheetCell, len(values))
		for i, v := range values {
			row[i] = sheetCell{text: v, rows: 1, cols: 1}
		}
		grid = append(grid, row)
	}
	if err := rows.Close(); err != nil {
		return nil, damaged(err)
	}
	if err := merge(grid, merges); err != nil {
		return nil, damaged(err)
	}
	sheet := element(atom.Section)
	sheet.Attr = []html.Attribute{{Key: "id", Val: name}}
	for from := 0; from < len(grid); {
		if filled(grid[from]) == 0 {
			from++
			continue
		}
		to, reach := from, from // reach is how far down merged cells go
		for to < len(grid) && (filled(grid[to]) > 0 || to < reach) {
			for _, c := range grid[to] {
				if !c.covered && c.rows > 1 && strings.TrimSpace(c.text) != "" {
					reach = max(reach, to+c.rows)
				}
			}
			to++
		}
		appendTable(sheet, grid[from:to])
		from = to
	}
	return sheet, nil
}

// merge marks the areas of merged cells, as far as there are rows.
func merge(grid [][]sheetCell, areas []string) error {
	for _, area := range areas {
		first, last, _ := strings.Cut(area, ":")
		if last == "" {
			last = first
		}
		col0, row0, err := excelize.CellNameToCoordinates(first)
		if err != nil {
			return err
		}
		col1, row1, err := excelize.CellNameToCoordinates(last)
		if err != nil {
			return err
		}
		row1 = min(row1, len(grid))
		if row0 > row1 || col0 > len(grid[row0-1]) || grid[row0-1][col0-1].covered {
			continue // without content, or in another area
		}
		rows := 0
	down:
		for _, row := range grid[row0-1 : row1] {
			// Areas don't overlap; where they do, the file is wrong and the first counts.
			within := row[min(col0-1, len(row)):min(col1, len(row))]
			for i := range within {
				if c := within[i]; c.covered || c.rows > 1 || c.cols > 1 {
					break down
				}
			}
			for i := range within {
				within[i].covered = true
			}
			rows++
		}
		if rows > 0 {
			grid[row0-1][col0-1] = sheetCell{text: grid[row0-1][col0-1].text, rows: rows, cols: col1 - col0 + 1}
		}
	}
	return nil
}

// sheetPackage finds the merged cells of sheets. Excelize would build a whole
// sheet in memory for them, with all rows up to the last.
type sheetPackage struct {
	*opcPackage
	byName map[string]string // part of each sheet
}

func sheetParts(b []byte, l Limits) (*sheetPackage, error) {
	pkg, err := openPackage(b, XLSX, l)
	if err != nil {
		return nil, err
	}
	main, err := pkg.main("xl/workbook.xml")
	if err != nil {
		return nil, err
	}
	var book struct {
		Sheets []struct {
			Name string     `xml:"name,attr"`
			Attr []xml.Attr `xml:",any,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := pkg.unmarshal(main, &book); err != nil {
		return nil, err
	}
	relations, err := pkg.relations(main)
	if err != nil {
		return nil, err
	}
	p := &sheetPackage{pkg, map[string]string{}}
	for _, s := range book.Sheets {
		for _, a := range s.Attr {
			for _, r := range relations {
				if a.Name.Local == "id" && a.Value == r.ID {
					p.byName[s.Name] = r.Target
				}
			}
		}
	}
	return p, nil
}

// merges gives the areas of merged cells of a sheet, as in A1:C3.
func (p *sheetPackage) merges(ctx context.Context, sheet string) ([]string, error) {
	part := p.byName[sheet]
	b, err := p.part(part)
	if err != nil {
		return nil, err
	}
	var areas []string
	tick := clock{ctx: ctx}
	for d := xmlDecoder(b); ; {
		if err := tick.tick(); err != nil {
			return nil, err
		}
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return areas, nil
		}
		if err != nil {
			return nil, p.damaged(part, err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "mergeCell" {
			areas = append(areas, xmlAttr(e, "ref"))
		}
	}
}

// filled counts the cells of a row that have text.
func filled(row []sheetCell) (n int) {
	for _, c := range row {
		if strings.TrimSpace(c.text) != "" && !c.covered {
			n++
		}
	}
	return n
}

// titleLength is how long a line above a table is that is no row of it. The
// longest such row of the forms is 第二十条第（一）项.
const titleLength = 13

// appendTable puts rows into a table, and the lines above it into paragraphs.
func appendTable(sheet *html.Node, rows [][]sheetCell) {
	first := 0
	for i, row := range rows {
		if filled(row) != 1 {
			break
		}
		for _, c := range row {
			if utf8.RuneCountInString(c.text) >= titleLength {
				first = i + 1
			}
		}
	}
	for _, row := range rows[:first] {
		for _, c := range row {
			if !c.covered && c.text != "" {
				appendText(sheet, atom.P, c.text)
			}
		}
	}
	table := element(atom.Table)
	for _, row := range rows[first:] {
		tr := element(atom.Tr)
		for _, c := range row {
			if c.covered {
				continue
			}
			td := appendText(tr, atom.Td, c.text)
			td.Attr = []html.Attribute{{Key: "rowspan", Val: strconv.Itoa(c.rows)}, {Key: "colspan", Val: strconv.Itoa(c.cols)}}
		}
		table.AppendChild(tr)
	}
	sheet.AppendChild(table)
}

// appendText adds an element with text to a parent, lines apart.
func appendText(parent *html.Node, a atom.Atom, text string) *html.Node {
	node := element(a)
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			node.AppendChild(element(atom.Br))
		}
		node.AppendChild(&html.Node{Type: html.TextNode, Data: line})
	}
	parent.AppendChild(node)
	return node
}
