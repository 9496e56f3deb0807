package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"time"

	"github.com/spf13/cobra"

	"gongkai/corpus"
	"gongkai/crawler/frontier"
	"gongkai/store"
)

type importOptions struct {
	corpusFlags
	json    bool
	match   string
	mapping string
	list    string // file with a list of paths, "-" is stdin
	null    bool
	maxBody int // MiB
	corpus.ImportOptions
}

func newImportCommand(t *terminal) *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "import PATH…",
		Short: "take reports from web archives and folders, without crawling",
		Long: `Take reports from WARC and WET archives, from folders of pages and from single
files into the corpus. It streams, can be killed and run again, and stores
nothing twice. With - for a path, or --files-from, paths are read from a list,
one a line.

A CSV table can say where files came from: its first line names the columns
file, and any of url, date, organ and title; UTF-8, UTF-16 or GBK. Files are
named by their path below the folder that is imported.

A record that is damaged is left out and named, with its place in the archive;
the rest is imported, and the exit code is 3.`,
		Example: `  gongkai import crawl-2024.warc.gz
  gongkai import --match 年度报告 CC-MAIN-*.warc.gz
  gongkai import --map files.csv reports/
  find old -name '*.htm*' -print0 | gongkai import --null -`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.match != "" {
				re, err := regexp.Compile(o.match)
				if err != nil {
					return usagef(cmd, "--match: %w", err)
				}
				o.Match = re
			}
			paths, err := o.paths(cmd, t, args)
			if err != nil {
				return err
			}
			return runImport(cmd.Context(), t, o, paths)
		},
	}
	o.add(cmd)
	addJSONFlag(cmd, &o.json)
	f := cmd.Flags()
	f.StringVar(&o.match, "match", "", "take only pages whose address or title this regular expression matches")
	f.BoolVar(&o.All, "all", false, "store what is no report, too")
	f.StringVar(&o.list, "files-from", "", "read paths from this file, one a line; - is stdin")
	f.BoolVarP(&o.null, "null", "0", false, "paths of a list end with a zero byte, as find -print0 writes them")
	f.BoolVar(&o.DryRun, "dry-run", false, "store nothing, say what would be")
	f.BoolVar(&o.BadDigests, "bad-digests", false, "take records whose bytes are not those of their digest")
	f.IntVar(&o.maxBody, "max-body", 64, "skip pages and files that are larger, in MiB")
	f.StringVar(&o.mapping, "map", "", "CSV table that describes the files of a folder")
	f.StringVar(&o.Site, "site", "", "id of the site under which the pages are filed")
	f.StringVar(&o.Place.Name, "site-name", "", "organ whose site it is")
	f.StringVar(&o.Place.Organ, "organ", "", "organ of the reports, who 我局 and 本镇 are")
	return cmd
}

// paths are those of the arguments, or of a list.
func (o *importOptions) paths(cmd *cobra.Command, t *terminal, args []string) (corpus.Paths, error) {
	if len(args) == 1 && args[0] == "-" && o.list == "" {
		args, o.list = nil, "-"
	}
	switch {
	case o.maxBody < 1 || o.maxBody > store.MaxBody>>20:
		return nil, usagef(cmd, "--max-body takes 1 to %d MiB", store.MaxBody>>20)
	case o.list == "" && o.null:
		return nil, usagef(cmd, "--null goes with --files-from or -")
	case o.list == "" && len(args) == 0:
		return nil, usagef(cmd, "import needs archives, folders or files")
	case o.list == "":
		if err := someThere(args); err != nil {
			return nil, err
		}
		return corpus.Each(args...), nil
	case len(args) > 0:
		return nil, usagef(cmd, "paths come from a list or from the arguments, not from both")
	}
	end := byte('\n')
	if o.null {
		end = 0
	}
	if o.list == "-" {
		return corpus.ListedPaths(t.in, end), nil
	}
	return func(yield func(string, error) bool) {
		f, err := os.Open(o.list)
		if err != nil {
			yield("", err)
			return
		}
		defer f.Close()
		corpus.ListedPaths(f, end)(yield)
	}, nil
}

// someThere returns an error when nothing is there of what was named, so that a slip
// makes no empty corpus.
func someThere(paths []string) error {
	var all []error
	for _, p := range paths {
		_, err := os.Stat(p)
		if err == nil {
			return nil
		}
		all = append(all, err)
	}
	return fmt.Errorf("nothing to import: %w", errors.Join(all...))
}

func runImport(ctx context.Context, t *terminal, o importOptions, paths corpus.Paths) error {
	if err := o.readMap(); err != nil {
		return err
	}
	path, err := o.path()
	if err != nil {
		return err
	}
	var st *store.Store
	if !o.DryRun {
		if st, err = openForWriting(ctx, path); err != nil {
			return err
		}
	}
	o.MaxBody = int64(o.maxBody) << 20
	o.Key = func(u *url.URL) string { return frontier.Key(u) }
	if o.DryRun && !o.json {
		o.Found = func(f corpus.Found) { t.printFound(f) }
	}
	progress := newProgress(t.err, t.live, time.Now)
	o.Progress = importProgress(progress)
	sum, err := corpus.Import(ctx, st, paths, o.ImportOptions)
	progress.close()
	if err == nil && !o.DryRun {
		_, err = corpus.New(st).Unite(ctx)
	}
	if err != nil {
		return err
	}
	if o.json {
		err = t.printJSON(sum)
	} else {
		t.printImport(sum)
	}
	if n := len(sum.Unused); n > 0 {
		t.note("%d of %d files that %s describes were not met, such as %s; it names files by their path below the folder that is imported", n, len(o.Map), o.mapping, sum.Unused[0])
	}
	if err == nil && sum.Exit != exitOK {
		return &codeError{code: sum.Exit, msg: fmt.Sprintf("%d files or records could not be read; the rest was", sum.Failures)}
	}
	return err
}

// readMap reads the table that describes files.
func (o *importOptions) readMap() error {
	if o.mapping == "" {
		return nil
	}
	f, err := os.Open(o.mapping)
	if err != nil {
		return &codeError{code: exitUsage, msg: fmt.Sprintf("--map: %v", err)}
	}
	defer f.Close()
	if o.Map, err = corpus.ReadMap(f); err != nil {
		return &codeError{code: exitUsage, msg: fmt.Sprintf("%s: %v", o.mapping, err)}
	}
	return nil
}

// printFound prints a page that a dry run met.
func (t *terminal) printFound(f corpus.Found) {
	year := "    "
	if f.Year > 0 {
		year = fmt.Sprint(f.Year)
	}
	name := f.Organ
	if name == "" {
		name = f.Title
	}
	fmt.Fprintf(t.out, "%s  %s  %s\n", year, name, f.URL)
}

func (t *terminal) printImport(sum *corpus.ImportSummary) {
	if sum.DryRun {
		fmt.Fprintf(t.out, "%d files, %d pages, %d of them reports; nothing was stored\n", sum.Files, sum.Records, sum.Reports)
	} else {
		fmt.Fprintf(t.out, "%d files, %d pages; %d stored, %d reports, %d of them new", sum.Files, sum.Records, sum.Stored, sum.Reports, sum.New)
		if sum.Known > 0 {
			fmt.Fprintf(t.out, "; %d known from before", sum.Known)
		}
		fmt.Fprintln(t.out)
	}
	if len(sum.Skipped) > 0 {
		if len(sum.Skipped) > 0 {
			fmt.Fprintf(t.out, "skipped: %s\n", counts(sum.Skipped))
		}
	}
	const most = 20
	for _, f := range sum.Failed[:min(len(sum.Failed), most)] {
		fmt.Fprintf(t.out, "  failed: %s\n", f)
	}
	if more := sum.Failures - most; more > 0 {
		fmt.Fprintf(t.out, "  and %d more; --json names them\n", more)
	}
}
