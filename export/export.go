// Package export writes a corpus out as a dataset: the tables [Tables] names in
// every format asked for, a Frictionless datapackage.json with schemas, keys and
// checksums, a README in English and Chinese, a citation, a changelog.
//
// It promises that
//
//   - the same corpus and options give byte-identical files;
//   - reports stream through: what is kept is some hundred bytes a report and a
//     row group or page of each file, never a table;
//   - a failed export leaves the target folder as it was, and nothing beside it;
//   - phone numbers and the names of those who filled a form in are in no file.
//
// A new format is one [writer], a new table one entry of [Tables], a new metric a
// line of the dictionary in package report. [Open] reads a corpus, [Write] writes
// what it gives; a writer never asks the corpus.
package export

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"gongkai/report"
)

// Options say what to write and where.
type Options struct {
	// Dir is the folder to make. It may exist only if it is an earlier export.
	Dir string
	// Formats are names of Formats.
	Formats []string
	Filter  Filter
	// Metrics are names of metrics, or beginnings with a * behind; none take all.
	// Quality chooses figures by their relations; empty takes all.
	Metrics []string
	Quality Quality
	// Wide adds the table wide.
	Wide bool
	// Across adds the table cross_findings, for about a kilobyte of memory a report.
	Across bool
	// Since is the version of the corpus that the changelog begins with; empty
	// writes none.
	Since string
	// BOM puts a byte order mark before CSV files, for spreadsheets.
	BOM bool
	// Dedupe and Tables are for the format text.
	Dedupe Dedupe
	Tables TextTables
	// Progress is told the reports and figures so far, after every report; nil is
	// fine.
	Progress func(reports, figures int)

	version string // of the corpus
}

// Result tells what was written.
type Result struct {
	Dir     string `json:"dir"`
	Version string `json:"version"` // of the corpus
	Reports int    `json:"reports"`
	Figures int    `json:"figures"` // rows of the table figures
	Files   []File `json:"files"`
	// Changes are lines of the changelog.
	Changes []string `json:"changes,omitempty"`
}

// File is one written file.
type File struct {
	Path   string `json:"path"`            // inside Dir
	Table  string `json:"table,omitempty"` // empty for a file with several tables
	Format string `json:"format"`
	Rows   int    `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// ErrEmpty says that no report was chosen; nothing was written.
var ErrEmpty = errors.New("no report matches; nothing was written")

// EmptyError is ErrEmpty with what may be the reason.
type EmptyError struct {
	// Unknown are terms of the filter that no report fits, each with what may have been
	// meant.
	Unknown []string
}

func (e *EmptyError) Error() string {
	if len(e.Unknown) == 0 {
		return ErrEmpty.Error()
	}
	return ErrEmpty.Error() + ": " + strings.Join(e.Unknown, "; ")
}

// Is makes the error ErrEmpty.
func (e *EmptyError) Is(target error) bool { return target == ErrEmpty }

// FormatError names a format that does not exist.
type FormatError struct{ Name string }

func (e *FormatError) Error() string {
	all := append(Formats(), WARC)
	return fmt.Sprintf("unknown format %q%s; there are %s, or %s alone", e.Name, suggest(e.Name, all), strings.Join(Formats(), ", "), WARC)
}

// TargetError says that the target folder can't be used.
type TargetError struct{ Dir, Why string }

func (e *TargetError) Error() string { return fmt.Sprintf("export to %s: %s", e.Dir, e.Why) }

// DiskFullError says that there was no room for the export. Nothing is left of it.
type DiskFullError struct {
	Dir string
	Err error
}

func (e *DiskFullError) Error() string {
	return fmt.Sprintf("export to %s: %v; nothing was half-written, make room and run again", e.Dir, e.Err)
}

func (e *DiskFullError) Unwrap() error { return e.Err }

// Check tells whether options can be right, before anything is read. Errors are
// *FormatError, *FilterError, *TargetError.
func (o *Options) Check() error {
	for _, f := range o.Formats {
		if formats[f] == nil {
			return &FormatError{Name: f}
		}
	}
	if _, err := newMetricFilter(o.Metrics); err != nil {
		return err
	}
	return checkTarget(o.Dir)
}

// Write exports what in gives. It works in a folder beside the target and renames
// it at the end. The error is one of Check, ErrEmpty, *DiskFullError, that of the
// context or of in.
func Write(ctx context.Context, in *Input, o Options) (*Result, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	slices.Sort(o.Formats)
	o.Formats = slices.Compact(o.Formats)
	if o.Quality == "" {
		o.Quality = QualityAll
	}
	o.version = in.Version
	parent, base := filepath.Split(filepath.Clean(o.Dir))
	work, err := os.MkdirTemp(filepath.Clean(parent+"."), "."+base+".part-")
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	defer os.RemoveAll(work)
	res, err := write(ctx, in, o, work)
	if err == nil {
		err = replace(work, o.Dir)
	}
	switch {
	case err == nil:
		return res, nil
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || strings.Contains(err.Error(), "database or disk is full"):
		return nil, &DiskFullError{Dir: o.Dir, Err: err}
	case errors.Is(err, ErrEmpty) || ctx.Err() != nil:
		return nil, err
	}
	return nil, fmt.Errorf("export: %w", err)
}

func write(ctx context.Context, in *Input, o Options, work string) (*Result, error) {
	res := &Result{Dir: o.Dir, Version: in.Version}
	x, err := newRun(in, &o, res)
	if err != nil {
		return nil, err
	}
	if err := x.write(ctx, work); err != nil {
		return nil, err
	}
	if err := x.describe(work); err != nil {
		return nil, err
	}
	return res, syncDir(work)
}

// checkTarget takes a folder that is not there, empty, or an earlier export.
func checkTarget(dir string) error {
	if dir == "" {
		return &TargetError{Dir: "(none)", Why: "name a folder with --out"}
	}
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		parent := filepath.Dir(filepath.Clean(dir))
		if _, err := os.Stat(parent); errors.Is(err, os.ErrNotExist) {
			return &TargetError{Dir: dir, Why: fmt.Sprintf("there is no folder %s; make it first", parent)}
		}
		return nil
	case err == nil && len(entries) == 0:
		return nil
	case err != nil:
		return &TargetError{Dir: dir, Why: "it is not a folder that can be read: " + err.Error()}
	}
	if !isExport(dir) {
		return &TargetError{Dir: dir, Why: "the folder is there and is not an earlier export; name another or empty it"}
	}
	return nil
}

// replace puts the finished folder in the place of the target.
func replace(work, dir string) error {
	old := work + ".old"
	err := os.Rename(dir, old)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Chmod(work, 0o755); err != nil {
		return err
	}
	if err := os.Rename(work, dir); err != nil {
		return errors.Join(err, os.Rename(old, dir))
	}
	if err := syncDir(filepath.Dir(filepath.Clean(dir))); err != nil {
		return err
	}
	return os.RemoveAll(old)
}

// syncDir makes the names in a folder last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) {
		return err
	}
	return nil
}

// ruleNames are the ids of the relations within a report.
func ruleNames() []string {
	var names []string
	for _, rules := range rulesOf() {
		names = append(names, rules...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// formsOf are the forms that have a metric.
func formsOf(m report.Metric) []string {
	var list []string
	for form := range m.Label {
		if form != "text" {
			list = append(list, form)
		}
	}
	slices.Sort(list)
	return list
}
