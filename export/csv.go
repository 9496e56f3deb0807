package export

import "strings"

// csvFormat writes RFC 4180 with line feeds, one file a table. A text cell that a
// spreadsheet would run as a formula gets a leading apostrophe, and so does one
// that begins with an apostrophe: taking one leading apostrophe off gives back
// what was there. Numbers, dates and times are never touched.
type csvFormat struct {
	tableFiles
	bom bool
}

func newCSV(dir string, o *Options) (writer, error) {
	return &csvFormat{tableFiles: tableFiles{dir: dir, format: "csv"}, bom: o.BOM}, nil
}

func (c *csvFormat) table(t *Table) (rowWriter, error) {
	f, err := c.create(t.Name)
	if err != nil {
		return nil, err
	}
	w := &csvRows{f: f, text: make([]bool, len(t.Columns))}
	if c.bom {
		w.line = append(w.line, "\ufeff"...)
	}
	header := make([]string, len(t.Columns))
	for i, col := range t.Columns {
		header[i] = col.Name
		w.text[i] = col.Type == Text
	}
	f.file.Rows-- // the header is none
	return w, w.row(header)
}

type csvRows struct {
	f    *outFile
	text []bool
	line []byte
}

func (w *csvRows) row(values []string) error {
	b := w.line
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendCSV(b, v, w.text[i])
	}
	b = append(b, '\n')
	w.line = b[:0]
	w.f.file.Rows++
	_, err := w.f.Write(b)
	return err
}

func appendCSV(b []byte, v string, text bool) []byte {
	if v == "" {
		return b
	}
	if !text {
		return append(b, v...)
	}
	quote := v[0] == ' '
	for i := range len(v) {
		if c := v[i]; c == ',' || c == '"' || c == '\n' || c == '\r' {
			quote = true
			break
		}
	}
	if quote {
		b = append(b, '"')
	}
	if isFormula(v) {
		b = append(b, '\'')
	}
	switch {
	case !quote:
		return append(b, v...)
	case strings.IndexByte(v, '"') < 0:
		b = append(b, v...)
	default:
		b = append(b, strings.ReplaceAll(v, `"`, `""`)...)
	}
	return append(b, '"')
}

// isFormula tells whether a spreadsheet takes a text for a formula, or whether
// the text begins with the apostrophe that keeps it from that. A plain number is
// one to a spreadsheet, too, and harmless: -22 stays -22.
func isFormula(v string) bool {
	switch v[0] {
	case '=', '@', '\t', '\r', '\n', '\'':
		return true
	case '+', '-':
		return !isNumber(v[1:])
	}
	return strings.HasPrefix(v, "＝") || strings.HasPrefix(v, "＋") || strings.HasPrefix(v, "－") || strings.HasPrefix(v, "＠")
}
