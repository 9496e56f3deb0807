package export

import (
	"bufio"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gongkai/report"
)

// rowWriter writes the rows of one table in one format.
type rowWriter interface {
	Row(values []string) error
	Close() error
}

// format is one way to write tables.
type format struct {
	// open begins a table; nil for a format of whole reports.
	open func(w io.Writer, t Table, o Options) (rowWriter, error)
	// whole writes reports as they are, one file for all.
	whole func(w io.Writer, e Entry) error
}

var formats = map[string]format{
	"csv":   {open: openCSV},
	"jsonl": {whole: writeJSONL},
}

// Formats are the names of the formats there are.
func Formats() []string { return slices.Sorted(maps.Keys(formats)) }

// tables are the tables that a format writes: all, or just reports as a whole.
func (f format) tables() []Table {
	if f.whole != nil {
		return []Table{reportsTable}
	}
	return Tables()
}

// sink is one file being written.
type sink struct {
	file  File
	f     *os.File
	buf   *bufio.Writer
	sum   hash.Hash
	bytes int64
	table Table
	rows  rowWriter
	whole func(io.Writer, Entry) error
}

func openSink(dir, name string, t Table, o Options) (*sink, error) {
	f, err := os.Create(filepath.Join(dir, t.Name+"."+name))
	if err != nil {
		return nil, err
	}
	s := &sink{
		file: File{Path: t.Name + "." + name, Table: t.Name, Format: name},
		f:    f, sum: sha256.New(), table: t, whole: formats[name].whole,
	}
	s.buf = bufio.NewWriterSize(io.MultiWriter(f, s.sum, (*counter)(&s.bytes)), 1<<16)
	if open := formats[name].open; open != nil {
		if s.rows, err = open(s.buf, t, o); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// counter counts the bytes written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

func (s *sink) entry(e Entry) error {
	if s.whole != nil {
		s.file.Rows++
		return s.whole(s.buf, e)
	}
	if s.table.rows == nil {
		return nil
	}
	for row := range s.table.rows(e) {
		if err := s.rows.Row(row); err != nil {
			return err
		}
		s.file.Rows++
	}
	return nil
}

// finish completes the file and its checksum.
func (s *sink) finish() error {
	if s.table.fixed != nil {
		for row := range s.table.fixed() {
			if err := s.rows.Row(row); err != nil {
				return err
			}
			s.file.Rows++
		}
	}
	if s.rows != nil {
		if err := s.rows.Close(); err != nil {
			return err
		}
	}
	if err := s.buf.Flush(); err != nil {
		return err
	}
	s.file.Bytes, s.file.SHA256 = s.bytes, hex.EncodeToString(s.sum.Sum(nil))
	return s.f.Sync()
}

func (s *sink) close() error { return s.f.Close() }

// writeJSONL writes a report as `extract --json` prints it, with its id and
// revision.
func writeJSONL(w io.Writer, e Entry) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(struct {
		ID       string `json:"id"`
		Revision int    `json:"revision"`
		*report.Report
	}{e.ID, e.Revision, e.Report})
}

type csvWriter struct{ w *csv.Writer }

// openCSV writes RFC 4180 with line feeds. A text cell that a spreadsheet would
// run as a formula gets a leading apostrophe; numbers never do.
func openCSV(w io.Writer, t Table, o Options) (rowWriter, error) {
	if o.BOM {
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return nil, err
		}
	}
	header := make([]string, len(t.Columns))
	text := make([]bool, len(t.Columns))
	for i, c := range t.Columns {
		header[i] = c.Name
		text[i] = c.Type == "string"
	}
	c := csv.NewWriter(w)
	return &safeCSV{csvWriter{c}, text}, c.Write(header)
}

func (c csvWriter) Row(values []string) error { return c.w.Write(values) }

func (c csvWriter) Close() error {
	c.w.Flush()
	return c.w.Error()
}

// safeCSV escapes formula characters at the start of text cells.
type safeCSV struct {
	csvWriter
	text []bool
}

func (s *safeCSV) Row(values []string) error {
	for i, v := range values {
		if s.text[i] && v != "" && strings.ContainsRune("=+-@\t\r", rune(v[0])) && !isNumber(v) {
			values[i] = "'" + v
		}
	}
	return s.csvWriter.Row(values)
}

func isNumber(v string) bool {
	return strings.Trim(v, "+-0123456789.,") == ""
}
