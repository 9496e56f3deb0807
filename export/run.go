package export

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// Input is what an export is made from.
type Input struct {
	Reports Source
	// Seen are pages that were listed as reports or captured and gave none; nil
	// when that is not known. It is read after Reports.
	Seen iter.Seq2[Seen, error]
	// Whole are the sites whose index was seen whole.
	Whole map[string]bool
	// Gone are the reports that the version of Options.Since had and this one has
	// not. It is read after Reports.
	Gone iter.Seq[Gone]
	// Version names the state of the corpus; see corpus.Version.
	Version string
}

// run is one export under way.
type run struct {
	in      *Input
	o       *Options
	metrics metricFilter
	tables  []Table
	writers []writer
	// rows are the places where the rows of each table go.
	rows [][]rowWriter
	// entries are the formats that take reports whole.
	entries []entryWriter

	// figures tells whether the table figures is written.
	figures bool

	organs  map[string]*organ
	changes changes
	judge   judge
	across  across
	met     met
	locator []byte
	row     []string // of figures
	res     *Result
}

// entryWriter is a format that takes reports whole, beside its tables.
type entryWriter interface {
	entry(x *run, e *Entry) error
}

func newRun(in *Input, o *Options, res *Result) (*run, error) {
	metrics, err := newMetricFilter(o.Metrics)
	if err != nil {
		return nil, err
	}
	x := &run{in: in, o: o, metrics: metrics, organs: make(map[string]*organ), res: res}
	x.tables = Tables()
	if o.Wide {
		x.tables = append(x.tables, wideTable(metrics))
	}
	if o.Across {
		x.tables = append(x.tables, crossTable)
	}
	if o.Since != "" {
		x.tables = append(x.tables, changesTable)
	}
	return x, nil
}

// open opens the files of every format in a folder.
func (x *run) open(dir string) error {
	x.rows = make([][]rowWriter, len(x.tables))
	for _, name := range x.o.Formats {
		w, err := formats[name](dir, x.o)
		if err != nil {
			return err
		}
		x.writers = append(x.writers, w)
		if e, ok := w.(entryWriter); ok {
			x.entries = append(x.entries, e)
		}
		for i := range x.tables {
			rows, err := w.table(&x.tables[i])
			if err != nil {
				return err
			}
			if rows != nil {
				x.rows[i] = append(x.rows[i], rows)
				x.figures = x.figures || x.tables[i].Name == figuresTable.Name
			}
		}
	}
	return nil
}

// emitter sends the rows of a table to every format.
func (x *run) emitter(table int) emit {
	to := x.rows[table]
	return func(row []string) error {
		for _, w := range to {
			if err := w.row(row); err != nil {
				return err
			}
		}
		return nil
	}
}

// write streams every report into every table of every format.
func (x *run) write(ctx context.Context, dir string) (err error) {
	defer func() {
		if err != nil {
			for _, w := range x.writers {
				w.abort()
			}
		}
	}()
	if err := x.open(dir); err != nil {
		return err
	}
	emitters := make([]emit, len(x.tables))
	for i := range x.tables {
		emitters[i] = x.emitter(i)
	}
	for e, err := range x.in.Reports {
		if err != nil {
			return fmt.Errorf("read report %s: %w", e.ID, err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := x.entry(&e, emitters); err != nil {
			return fmt.Errorf("report %s: %w", e.ID, err)
		}
	}
	if x.res.Reports == 0 {
		return x.met.empty(&x.o.Filter)
	}
	for i, t := range x.tables {
		if t.rest != nil && len(x.rows[i]) > 0 {
			if err := t.rest(ctx, x, emitters[i]); err != nil {
				return fmt.Errorf("%s: %w", t.Name, err)
			}
		}
	}
	return x.close()
}

func (x *run) entry(e *Entry, emitters []emit) error {
	if x.res.Reports == 0 {
		x.met.note(e, &x.o.Filter)
	}
	if !x.o.Filter.ofOrgan(e) {
		return nil
	}
	x.note(e)
	if !x.o.Filter.takes(e) {
		return nil
	}
	for i, t := range x.tables {
		if t.each != nil && len(x.rows[i]) > 0 {
			if err := t.each(x, e, emitters[i]); err != nil {
				return err
			}
		}
	}
	for _, w := range x.entries {
		if err := w.entry(x, e); err != nil {
			return err
		}
	}
	if x.o.Across && e.Latest {
		x.across.add(e)
	}
	x.res.Reports++
	if !x.figures {
		x.res.Figures += len(e.Report.Figures)
	}
	if x.o.Progress != nil {
		x.o.Progress(x.res.Reports, x.res.Figures)
	}
	return nil
}

// close completes the files of every format.
func (x *run) close() error {
	var errs []error
	for i, w := range x.writers {
		if errs != nil {
			w.abort()
			continue
		}
		files, err := w.close()
		if err != nil {
			errs = append(errs, err)
		}
		x.res.Files = append(x.res.Files, files...)
		x.writers[i] = closed{}
	}
	return errors.Join(errs...)
}

// closed is a writer that is done.
type closed struct{}

func (closed) table(*Table) (rowWriter, error) { return nil, nil }
func (closed) close() ([]File, error)          { return nil, nil }
func (closed) abort()                          {}
