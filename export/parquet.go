package export

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"
	"unsafe"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/compress/zstd"
	"golang.org/x/sync/errgroup"
)

// parquetFormat writes one file a table: zstd, dictionaries, row groups of
// about rowGroup rows at most, in the order of the table. Missing is NULL. Numbers
// are DOUBLE: whole numbers are exact up to 2^53, decimals come back as printed up
// to 15 digits; figures with more carry the flag inexact. Dates are DATE, times
// TIMESTAMP in milliseconds, UTC.
type parquetFormat struct {
	tableFiles
	version string
	open    []*parquetRows
	held    int // bytes of values that the row groups of all tables wait with
}

func newParquet(dir string, o *Options) (writer, error) {
	return &parquetFormat{tableFiles: tableFiles{dir: dir, format: "parquet"}, version: o.version}, nil
}

const (
	// A row group ends with the batch that fills rowGroup rows. What the row groups of
	// all tables hold is kept in memory, compressed: once it was more than mostHeld
	// bytes, repeated values counted once, the largest of them ends.
	rowGroup = 32 * batchRows
	mostHeld = 24 << 20
	// A batch ends with as many rows, or as many bytes of long texts.
	batchRows  = 4 << 10
	batchBytes = 2 << 20
	// expanded is how many values are handed to the library at once.
	expanded = 512
)

var parquetCodec compress.Codec = &zstd.Codec{Level: zstd.SpeedFastest}

func (p *parquetFormat) table(t *Table) (rowWriter, error) {
	f, err := p.create(t.Name)
	if err != nil {
		return nil, err
	}
	node := make(parquet.Group, len(t.Columns))
	for _, c := range t.Columns {
		node[c.Name] = parquetNode(c)
	}
	schema := parquet.NewSchema(t.Name, orderedGroup{node, t})
	var sorting []parquet.SortingColumn
	for _, name := range t.Sorted {
		sorting = append(sorting, parquet.NullsFirst(parquet.Ascending(name)))
	}
	options := []parquet.WriterOption{
		schema, parquet.Compression(parquetCodec), parquet.CreatedBy("gongkai", "1", ""),
		parquet.KeyValueMetadata("corpus_version", p.version),
		// Readers find the bounds of pages in the index; a second copy in each page costs
		// a comparison of every value.
		parquet.DataPageStatistics(false),
	}
	// What a reader chooses by has bounds for every page; of the others they would
	// take a tenth of the time and say nothing.
	for _, c := range t.Columns {
		if !slices.Contains(t.Sorted, c.Name) && c.Name != "region" && c.Name != "metric" {
			options = append(options, parquet.SkipPageBounds(c.Name))
		}
	}
	if len(sorting) > 0 {
		options = append(options, parquet.SortingWriterConfig(parquet.SortingColumns(sorting...)))
	}
	w := parquet.NewGenericWriter[any](f, options...)
	r := &parquetRows{p: p, f: f, w: w, columns: make([]parquetColumn, len(t.Columns))}
	for i, c := range t.Columns {
		r.columns[i] = parquetColumn{convert: parquetValue(c.Type), optional: !c.Required}
	}
	p.open = append(p.open, r)
	return r, nil
}

func (p *parquetFormat) close() ([]File, error) {
	for _, r := range p.open {
		if err := r.finish(); err != nil {
			return nil, fmt.Errorf("%s: %w", r.f.file.Path, err)
		}
	}
	return p.tableFiles.close()
}

func (p *parquetFormat) abort() {
	for _, r := range p.open {
		_ = r.group.Wait() // what went wrong was said already
	}
	p.tableFiles.abort()
}

// orderedGroup is a group whose fields stand in the order of a table; a Group
// alone sorts them by name.
type orderedGroup struct {
	parquet.Group
	t *Table
}

func (g orderedGroup) Fields() []parquet.Field {
	byName := make(map[string]parquet.Field)
	for _, f := range g.Group.Fields() {
		byName[f.Name()] = f
	}
	fields := make([]parquet.Field, len(g.t.Columns))
	for i, c := range g.t.Columns {
		fields[i] = byName[c.Name]
	}
	return fields
}

func parquetNode(c Column) parquet.Node {
	var n parquet.Node
	switch c.Type {
	case Integer:
		n = parquet.Encoded(parquet.Int(32), &parquet.RLEDictionary)
	case Number:
		n = parquet.Encoded(parquet.Leaf(parquet.DoubleType), &parquet.RLEDictionary)
	case Date:
		n = parquet.Encoded(parquet.Date(), &parquet.RLEDictionary)
	case Time:
		n = parquet.Encoded(parquet.Timestamp(parquet.Millisecond), &parquet.RLEDictionary)
	case Bool:
		n = parquet.Leaf(parquet.BooleanType)
	default:
		n = parquet.String()
		if c.Long {
			n = parquet.Encoded(n, &parquet.Plain)
		} else {
			n = parquet.Encoded(n, &parquet.RLEDictionary)
		}
	}
	if !c.Required {
		n = parquet.Optional(n)
	}
	return n
}

// parquetValue converts the text of a value; ok is false for one that is none of
// the type, which becomes NULL.
func parquetValue(t Type) func(string) (v parquet.Value, ok bool) {
	switch t {
	case Integer:
		return func(s string) (parquet.Value, bool) {
			if n, ok := shortInteger(s); ok {
				return parquet.Int32Value(n), true
			}
			n, err := strconv.ParseInt(s, 10, 32)
			return parquet.Int32Value(int32(n)), err == nil
		}
	case Number:
		return func(s string) (parquet.Value, bool) {
			if n, ok := shortInteger(s); ok {
				return parquet.DoubleValue(float64(n)), true
			}
			n, err := strconv.ParseFloat(s, 64)
			return parquet.DoubleValue(n), err == nil
		}
	case Date:
		return func(s string) (parquet.Value, bool) {
			d, err := time.Parse(time.DateOnly, s)
			return parquet.Int32Value(int32(d.Unix() / (24 * 60 * 60))), err == nil
		}
	case Time:
		return func(s string) (parquet.Value, bool) {
			d, err := time.Parse(time.RFC3339, s)
			return parquet.Int64Value(d.UnixMilli()), err == nil
		}
	case Bool:
		return func(s string) (parquet.Value, bool) { return parquet.BooleanValue(s == "true"), true }
	}
	return func(s string) (parquet.Value, bool) {
		// The writer only reads the bytes; a copy of each would be a third of the work.
		return parquet.ByteArrayValue(unsafe.Slice(unsafe.StringData(s), len(s))), true
	}
}

// shortInteger reads what most numbers are: a few digits, without a sign.
func shortInteger(s string) (n int32, ok bool) {
	if len(s) == 0 || len(s) > 9 {
		return 0, false
	}
	for i := range len(s) {
		c := s[i]
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int32(c-'0')
	}
	return n, true
}

// parquetRows collects rows into columns and writes a batch while the next one
// fills.
type parquetRows struct {
	p       *parquetFormat
	f       *outFile
	w       *parquet.GenericWriter[any]
	columns []parquetColumn
	filled  int // rows of the batch that fills
	rows    int // of this row group, those being written included
	bytes   int // of the values in this row group, repeated ones counted once
	before  int // of these, those of earlier batches
	values  [parquetParts][expanded]parquet.Value
	group   errgroup.Group
}

// parquetParts is how many goroutines write the columns of a batch.
const parquetParts = 2

// parquetColumn collects values as runs: most equal the one of the row before. They
// are converted when they are written, beside the caller.
type parquetColumn struct {
	last     string
	run      int // rows that have last, those in runs not counted
	optional bool
	convert  func(string) (parquet.Value, bool)

	filling, writing []parquetRun
}

// parquetRun is a value that n rows in turn have.
type parquetRun struct {
	text string
	n    int
}

func (r *parquetRows) row(values []string) error {
	for i, s := range values {
		c := &r.columns[i]
		if s != c.last || c.run == 0 {
			c.end()
			c.last = s
			r.bytes += len(s)
			r.p.held += len(s)
		}
		c.run++
	}
	r.f.file.Rows++
	r.filled++
	if r.filled == batchRows || r.bytes-r.before >= batchBytes {
		return r.flush()
	}
	return nil
}

// end keeps the run that ends.
func (c *parquetColumn) end() {
	if c.run > 0 {
		c.filling = append(c.filling, parquetRun{c.last, c.run})
		c.run = 0
	}
}

// value is the value of a run.
func (c *parquetColumn) value(text string) parquet.Value {
	if text == "" && c.optional {
		return parquet.Value{} // NULL
	}
	v, ok := c.convert(text)
	switch {
	case !c.optional:
		return v // the zero of the type where it is none; required columns always have a value
	case !ok:
		return parquet.Value{}
	}
	return v.Level(0, 1, 0)
}

// write gives the runs to the library, value by value. Those of values have room
// for some at a time.
func (c *parquetColumn) write(w *parquet.ColumnWriter, values []parquet.Value) error {
	n := 0
	for _, run := range c.writing {
		value := c.value(run.text)
		for run.n > 0 {
			some := values[n:min(n+run.n, len(values))]
			for i := range some {
				some[i] = value
			}
			run.n -= len(some)
			if n += len(some); n < len(values) {
				continue
			}
			if _, err := w.WriteRowValues(values); err != nil {
				return err
			}
			n = 0
		}
	}
	if n == 0 {
		return nil
	}
	_, err := w.WriteRowValues(values[:n])
	return err
}

// flush begins to write the batch that was filled, once the one before is done.
func (r *parquetRows) flush() error {
	if err := r.settle(); err != nil {
		return err
	}
	if r.filled == 0 {
		return nil // parquet-go makes an invalid pointer of a slice of no values
	}
	for i := range r.columns {
		c := &r.columns[i]
		c.end()
		c.filling, c.writing = c.writing[:0], c.filling
	}
	r.rows += r.filled
	r.filled, r.before = 0, r.bytes
	writers := r.w.ColumnWriters()
	for part := range parquetParts {
		r.group.Go(func() error {
			for i := part; i < len(r.columns); i += parquetParts {
				if err := r.columns[i].write(writers[i], r.values[part][:]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if r.p.held > mostHeld {
		return r.p.largest().end()
	}
	return nil
}

// settle waits for the batch being written, and ends a full row group.
func (r *parquetRows) settle() error {
	if r.rows >= rowGroup {
		return r.end()
	}
	return r.group.Wait()
}

// end ends the row group with the batch being written.
func (r *parquetRows) end() error {
	if err := r.group.Wait(); err != nil {
		return err
	}
	r.p.held -= r.bytes
	r.rows, r.bytes, r.before = 0, 0, 0
	return r.w.Flush()
}

// largest is the table whose row group holds most.
func (p *parquetFormat) largest() *parquetRows {
	return slices.MaxFunc(p.open, func(a, b *parquetRows) int { return cmp.Compare(a.bytes, b.bytes) })
}

func (r *parquetRows) finish() error {
	if err := r.flush(); err != nil {
		return err
	}
	if err := r.group.Wait(); err != nil {
		return err
	}
	return r.w.Close()
}
