package fakegov

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"time"
)

const docxNamespaces = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"`

// docx makes a Word file of a report.
func docx(w written) []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n<w:document " + docxNamespaces + "><w:body>")
	docxParagraph(&b, w.truth.Title, `<w:jc w:val="center"/>`)
	for _, p := range w.body {
		if p.table != nil {
			docxTable(&b, p.table, w.truth)
		} else {
			docxParagraph(&b, p.text, "")
		}
	}
	b.WriteString(`<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr></w:body></w:document>`)

	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, part := range [][2]string{
		{"[Content_Types].xml", `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`},
		{"_rels/.rels", `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/document.xml", b.String()},
	} {
		f, err := z.CreateHeader(&zip.FileHeader{Name: part[0], Method: zip.Deflate, Modified: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err == nil {
			_, err = f.Write([]byte(part[1]))
		}
		if err != nil {
			panic("fakegov: zip in memory: " + err.Error())
		}
	}
	if err := z.Close(); err != nil {
		panic("fakegov: zip in memory: " + err.Error())
	}
	return out.Bytes()
}

func docxParagraph(b *strings.Builder, text, properties string) {
	b.WriteString("<w:p>")
	if properties != "" {
		b.WriteString("<w:pPr>" + properties + "</w:pPr>")
	}
	// Word starts a new run where the writer stopped to think.
	for run := range strings.SplitAfterSeq(text, "，") {
		b.WriteString(`<w:r><w:rPr><w:sz w:val="32"/></w:rPr><w:t xml:space="preserve">` + xmlEscape(run) + "</w:t></w:r>")
	}
	b.WriteString("</w:p>")
}

func docxTable(b *strings.Builder, g grid, t Truth) {
	b.WriteString(`<w:tbl><w:tblPr><w:tblW w:w="9000" w:type="dxa"/></w:tblPr>`)
	for _, row := range g.layout() {
		b.WriteString("<w:tr>")
		for _, slot := range row {
			b.WriteString("<w:tc><w:tcPr>")
			if n := slot.cell.colspan(); n > 1 {
				fmt.Fprintf(b, `<w:gridSpan w:val="%d"/>`, n)
			}
			text := ""
			switch {
			case slot.below:
				b.WriteString("<w:vMerge/>")
			case slot.cell.rowspan() > 1:
				b.WriteString(`<w:vMerge w:val="restart"/>`)
				fallthrough
			default:
				text = slot.cell.printed(t)
			}
			b.WriteString("</w:tcPr>")
			docxParagraph(b, text, `<w:jc w:val="center"/>`)
			b.WriteString("</w:tc>")
		}
		b.WriteString("</w:tr>")
	}
	b.WriteString("</w:tbl>")
	b.WriteString("<w:p/>")
}

// slot is a place in a row that a cell starts in or reaches down to.
type slot struct {
	cell  cell
	col   int
	below bool // not the row in which the cell starts
}

// layout gives for every row of the grid the cells it shows, those that reach
// down from rows above included, from left to right.
func (g grid) layout() [][]slot {
	var out [][]slot
	type reach struct {
		slot
		left int
	}
	var above []reach
	for _, row := range g {
		var line []slot
		var next []reach
		col, i := 0, 0
		for {
			var hanging *reach
			for k := range above {
				if above[k].col == col {
					hanging = &above[k]
				}
			}
			switch {
			case hanging != nil:
				s := slot{hanging.cell, col, true}
				line = append(line, s)
				if hanging.left > 1 {
					next = append(next, reach{s, hanging.left - 1})
				}
				col += s.cell.colspan()
				continue
			case i < len(row):
				s := slot{row[i], col, false}
				line = append(line, s)
				if n := row[i].rowspan(); n > 1 {
					next = append(next, reach{s, n - 1})
				}
				col += s.cell.colspan()
				i++
				continue
			}
			break
		}
		above = next
		out = append(out, line)
	}
	return out
}

func xmlEscape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}
