// Package export writes a corpus out as a dataset: the tables [Tables] names,
// in every format asked for, with a codebook and a Frictionless datapackage.json
// that gives schemas and checksums.
//
// It promises that the same reports and options give byte-identical files, that
// reports stream through (memory does not grow with the corpus), and that a
// failed export leaves the target folder as it was. A new format is one writer
// (see format.go), a new table one entry of [Tables].
package export

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gongkai/report"
)

// Entry is one report to export with its place in the corpus.
type Entry struct {
	ID       string
	Revision int
	Report   *report.Report
}

// Source yields the reports of an export in their fixed order.
type Source = iter.Seq2[Entry, error]

// Options say what to write and where.
type Options struct {
	// Dir is the folder to make. It may exist only if it is an earlier export.
	Dir string
	// Formats are names of Formats.
	Formats []string
	// BOM puts a byte order mark before CSV files, for spreadsheets.
	BOM bool
	// Progress is called after every report; nil is fine.
	Progress func(reports int)
}

// Result tells what was written.
type Result struct {
	Dir     string `json:"dir"`
	Reports int    `json:"reports"`
	Files   []File `json:"files"`
}

// File is one written file.
type File struct {
	Path   string `json:"path"` // inside Dir
	Table  string `json:"table"`
	Format string `json:"format"`
	Rows   int    `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// ErrEmpty says that the source had no report; nothing was written.
var ErrEmpty = errors.New("no report to export")

// FormatError names a format that does not exist.
type FormatError struct{ Name string }

func (e *FormatError) Error() string {
	return fmt.Sprintf("unknown format %q; there are %s", e.Name, strings.Join(Formats(), ", "))
}

// TargetError says that the target folder can't be used.
type TargetError struct{ Dir, Why string }

func (e *TargetError) Error() string { return fmt.Sprintf("export to %s: %s", e.Dir, e.Why) }

// Write exports all of src. It works in a folder beside the target and renames
// it at the end.
func Write(ctx context.Context, src Source, o Options) (*Result, error) {
	for _, f := range o.Formats {
		if !slices.Contains(Formats(), f) {
			return nil, &FormatError{Name: f}
		}
	}
	if err := checkTarget(o.Dir); err != nil {
		return nil, err
	}
	parent, base := filepath.Split(filepath.Clean(o.Dir))
	work, err := os.MkdirTemp(filepath.Clean(parent+"."), "."+base+".part-")
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	defer os.RemoveAll(work)
	res := &Result{Dir: o.Dir}
	if err := writeTables(ctx, src, o, work, res); err != nil {
		return nil, err
	}
	if err := writePackage(work, res); err != nil {
		return nil, err
	}
	if err := replace(work, o.Dir); err != nil {
		return nil, err
	}
	return res, nil
}

// writeTables streams every report into every table of every format.
func writeTables(ctx context.Context, src Source, o Options, dir string, res *Result) (err error) {
	var sinks []*sink
	defer func() {
		for _, s := range sinks {
			err = errors.Join(err, s.close())
		}
	}()
	for _, name := range o.Formats {
		for _, t := range formats[name].tables() {
			s, err := openSink(dir, name, t, o)
			if err != nil {
				return err
			}
			sinks = append(sinks, s)
		}
	}
	for e, err := range src {
		if err != nil {
			return fmt.Errorf("export: read report %s: %w", e.ID, err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, s := range sinks {
			if err := s.entry(e); err != nil {
				return fmt.Errorf("export: %s: %w", s.file.Path, err)
			}
		}
		res.Reports++
		if o.Progress != nil {
			o.Progress(res.Reports)
		}
	}
	if res.Reports == 0 {
		return ErrEmpty
	}
	for _, s := range sinks {
		if err := s.finish(); err != nil {
			return fmt.Errorf("export: %s: %w", s.file.Path, err)
		}
		res.Files = append(res.Files, s.file)
	}
	return nil
}

// checkTarget takes a folder that is not there, empty, or an earlier export.
func checkTarget(dir string) error {
	if dir == "" {
		return &TargetError{Dir: "(none)", Why: "name a folder with --out"}
	}
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, os.ErrNotExist), err == nil && len(entries) == 0:
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
		return fmt.Errorf("export: %w", err)
	}
	if err := os.Chmod(work, 0o755); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if err := os.Rename(work, dir); err != nil {
		return errors.Join(fmt.Errorf("export: %w", err), os.Rename(old, dir))
	}
	return os.RemoveAll(old)
}
