package export

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// xlsxFormat writes one workbook with a sheet for each table. A table with more
// rows than a sheet holds goes on in a second one: figures, figures 2 … A text of
// more characters than a cell holds is cut and ends in xlsxCut.
type xlsxFormat struct {
	dir    string
	book   *excelize.File
	tables []*xlsxRows
	head   int // style of the first line
	most   int // rows of a sheet, the head included
}

const (
	xlsxName     = "gongkai.xlsx"
	xlsxCut      = "…〔cut〕"
	maxSheetRows = 1 << 20 // of a sheet, the head included
	maxCellText  = 32767   // UTF-16 units of a cell
)

func newXLSX(dir string, _ *Options) (writer, error) {
	tmp := filepath.Join(dir, xlsxTemp)
	if err := os.Mkdir(tmp, 0o700); err != nil {
		return nil, err
	}
	x := &xlsxFormat{dir: dir, book: excelize.NewFile(excelize.Options{TmpDir: tmp}), most: maxSheetRows}
	var err error
	if x.head, err = x.book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}}); err != nil {
		x.abort()
		return nil, fmt.Errorf("%s: %w", xlsxName, err)
	}
	return x, nil
}

// xlsxTemp is where sheets wait; it is inside the folder that is thrown away.
const xlsxTemp = ".sheets"

func (x *xlsxFormat) table(t *Table) (rowWriter, error) {
	r := &xlsxRows{x: x, t: t, cells: make([]any, len(t.Columns))}
	x.tables = append(x.tables, r)
	return r, r.sheet()
}

// xlsxRows writes a table into as many sheets as it takes.
type xlsxRows struct {
	x      *xlsxFormat
	t      *Table
	stream *excelize.StreamWriter
	sheets int
	line   int // of the sheet
	rows   int
	cells  []any
}

// sheet begins the next sheet of the table.
func (r *xlsxRows) sheet() error {
	if err := r.end(); err != nil {
		return err
	}
	name := r.t.Name
	if r.sheets++; r.sheets > 1 {
		name += " " + strconv.Itoa(r.sheets)
	}
	var err error
	if len(r.x.tables) == 1 && r.sheets == 1 {
		err = r.x.book.SetSheetName(r.x.book.GetSheetName(0), name)
	} else {
		_, err = r.x.book.NewSheet(name)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", xlsxName, err)
	}
	if r.stream, err = r.x.book.NewStreamWriter(name); err != nil {
		return fmt.Errorf("%s: %w", xlsxName, err)
	}
	if err := r.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return fmt.Errorf("%s: %w", xlsxName, err)
	}
	heads := make([]any, len(r.t.Columns))
	for i, c := range r.t.Columns {
		heads[i] = excelize.Cell{StyleID: r.x.head, Value: c.Name}
	}
	r.line = 1
	return r.write(heads)
}

func (r *xlsxRows) write(cells []any) error {
	at, err := excelize.CoordinatesToCellName(1, r.line)
	if err == nil {
		err = r.stream.SetRow(at, cells)
	}
	if err != nil {
		return fmt.Errorf("%s: %s: %w", xlsxName, r.t.Name, err)
	}
	return nil
}

func (r *xlsxRows) row(values []string) error {
	if r.line == r.x.most {
		if err := r.sheet(); err != nil {
			return err
		}
	}
	for i, v := range values {
		r.cells[i] = nil
		if v == "" {
			continue
		}
		switch r.t.Columns[i].Type {
		case Integer, Number:
			if n, err := strconv.ParseFloat(v, 64); err == nil {
				r.cells[i] = n
				continue
			}
			r.cells[i] = v
		case Bool:
			r.cells[i] = v == "true"
		default:
			r.cells[i] = cellText(v)
		}
	}
	r.line++
	r.rows++
	return r.write(r.cells)
}

// cellText cuts a text to what a cell holds.
func cellText(v string) string {
	if len(v) <= maxCellText {
		return v
	}
	units, room, cut := 0, maxCellText-utf8.RuneCountInString(xlsxCut), 0
	for i, c := range v {
		if units <= room {
			cut = i
		}
		if units++; c > 0xFFFF {
			units++
		}
	}
	if units <= maxCellText {
		return v
	}
	return v[:cut] + xlsxCut
}

// end completes the sheet being written.
func (r *xlsxRows) end() error {
	if r.stream == nil {
		return nil
	}
	if err := r.stream.Flush(); err != nil {
		return fmt.Errorf("%s: %s: %w", xlsxName, r.t.Name, err)
	}
	r.stream = nil
	return nil
}

func (x *xlsxFormat) close() ([]File, error) {
	defer x.abort()
	f := File{Path: xlsxName, Format: "xlsx"}
	for _, r := range x.tables {
		if err := r.end(); err != nil {
			return nil, err
		}
		f.Rows += r.rows
	}
	out, err := newOutFile(x.dir, xlsxName, f)
	if err != nil {
		return nil, err
	}
	// The archive goes to the file; excelize gets back nothing to keep.
	x.book.SetZipWriter(func(io.Writer) excelize.ZipWriter {
		return &sortedZip{dir: filepath.Join(x.dir, xlsxTemp), w: out}
	})
	if err := x.book.Write(io.Discard); err != nil {
		out.abort()
		out.f.Close()
		return nil, fmt.Errorf("%s: %w", xlsxName, err)
	}
	f, err = out.close()
	return []File{f}, err
}

func (x *xlsxFormat) abort() {
	_ = x.book.Close() // its temporary files lie in the folder removed next
	os.RemoveAll(filepath.Join(x.dir, xlsxTemp))
}
