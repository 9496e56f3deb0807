package fakegov

import (
	"bytes"
	"html"
	"strconv"
	"strings"
)

// markup is how the text of a report became HTML.
type markup struct {
	// word is the markup of a paste from Word: a paragraph and spans in every
	// cell, digits in spans of their own, some numbers cut in two.
	word bool
	// unclosed leaves out the end tags of cells and rows.
	unclosed bool
}

// htmlBody writes the paragraphs and tables of a report.
func (m markup) htmlBody(b *bytes.Buffer, w written) {
	for _, p := range w.body {
		switch {
		case p.table != nil:
			m.table(b, p.table, w.truth)
		case p.heading:
			m.paragraph(b, p.text, "黑体")
		default:
			m.paragraph(b, p.text, "仿宋_GB2312")
		}
	}
}

func (m markup) paragraph(b *bytes.Buffer, text, face string) {
	if !m.word {
		if face == "黑体" {
			b.WriteString(`<p><strong>`)
			b.WriteString(html.EscapeString(text))
			b.WriteString("</strong></p>\n")
			return
		}
		b.WriteString(`<p>　　`)
		b.WriteString(html.EscapeString(text))
		b.WriteString("</p>\n")
		return
	}
	b.WriteString(`<p class="MsoNormal" style="text-indent:32.0pt;line-height:28.0pt;mso-line-height-rule:exactly"><span style="font-size:16.0pt;font-family:`)
	b.WriteString(face)
	b.WriteString(`">`)
	wordText(b, text)
	b.WriteString("</span><span lang=\"EN-US\" style=\"font-size:16.0pt\"><o:p></o:p></span></p>\n")
}

// wordText writes text as Word exports it: every run of digits in its own span.
func wordText(b *bytes.Buffer, text string) {
	for text != "" {
		i := strings.IndexAny(text, "0123456789")
		if i < 0 {
			b.WriteString(html.EscapeString(text))
			return
		}
		b.WriteString(html.EscapeString(text[:i]))
		text = text[i:]
		n := len(text) - len(strings.TrimLeft(text, "0123456789"))
		b.WriteString(`<span lang="EN-US">`)
		b.WriteString(text[:n])
		b.WriteString(`</span>`)
		text = text[n:]
	}
}

func (m markup) table(b *bytes.Buffer, g grid, t Truth) {
	if m.word {
		b.WriteString(`<table class="MsoNormalTable" border="1" cellspacing="0" cellpadding="0" width="640" style="border-collapse:collapse;border:none;mso-border-alt:solid windowtext .5pt">` + "\n<tbody>\n")
	} else {
		b.WriteString(`<table border="1" cellspacing="0" align="center"><tbody>` + "\n")
	}
	for _, row := range g {
		b.WriteString("<tr>")
		for i, c := range row {
			m.cell(b, c, t, i)
		}
		if !m.unclosed {
			b.WriteString("</tr>")
		}
		b.WriteByte('\n')
	}
	b.WriteString("</tbody></table>\n")
}

func (m markup) cell(b *bytes.Buffer, c cell, t Truth, column int) {
	b.WriteString("<td")
	if m.word {
		b.WriteString(` width="`)
		b.WriteString(strconv.Itoa(48 * c.colspan()))
		b.WriteByte('"')
	}
	span(b, " rowspan", c.rows)
	span(b, " colspan", c.cols)
	if m.word {
		b.WriteString(` style="border:solid windowtext 1.0pt;padding:0cm 5.4pt"><p class="MsoNormal" align="center"><span`)
		if c.key != "" {
			b.WriteString(` lang="EN-US"`)
		}
		b.WriteString(` style="font-size:10.5pt">`)
	} else {
		b.WriteByte('>')
	}
	text := c.printed(t)
	if m.word && c.key != "" && len(text) >= 3 && (len(text)+column)%4 == 0 {
		// Edited in Word after the first draft: the number became two runs.
		b.WriteString(text[:1])
		b.WriteString(`</span><span lang="EN-US" style="font-size:10.5pt">`)
		text = text[1:]
	}
	b.WriteString(html.EscapeString(text))
	if m.word {
		b.WriteString("</span></p>")
	}
	if !m.unclosed {
		b.WriteString("</td>")
	}
}

func span(b *bytes.Buffer, name string, n int) {
	if n > 1 {
		b.WriteString(name)
		b.WriteString(`="`)
		b.WriteString(strconv.Itoa(n))
		b.WriteByte('"')
	}
}

// printed is the text of the cell: its label, or its number with the unit that
// the publisher put beside it.
func (c cell) printed(t Truth) string {
	if c.key == "" {
		return c.text
	}
	return t.Figures[c.key] + t.Units[c.key]
}
