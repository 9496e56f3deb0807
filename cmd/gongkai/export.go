package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"gongkai/corpus"
	"gongkai/export"
)

type exportOptions struct {
	corpusFlags
	json    bool
	filter  corpus.Filter
	dataset export.Options
}

func newExportCommand(t *terminal) *cobra.Command {
	var o exportOptions
	cmd := &cobra.Command{
		Use:   "export --format FORMAT,… --out DIR",
		Short: "write the corpus as tables",
		Long: `Write the reports of the corpus as a dataset: tables of reports, figures and
findings with a codebook and a datapackage.json that gives schemas and
checksums. The folder appears whole or not at all; an earlier export is
replaced. The same corpus gives the same bytes.`,
		Example: `  gongkai export --format csv --out data
  gongkai export --format jsonl,csv --year 2022 --out data2022
  gongkai export --format csv --bom --out for-excel`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.dataset.Dir == "" || len(o.dataset.Formats) == 0 {
				return usagef(cmd, "export needs --format and --out")
			}
			return runExport(cmd.Context(), t, o)
		},
	}
	o.add(cmd)
	addJSONFlag(cmd, &o.json)
	f := cmd.Flags()
	f.StringSliceVar(&o.dataset.Formats, "format", nil, "formats, separated by commas: "+strings.Join(export.Formats(), ", "))
	complete(cmd, "format", export.Formats()...)
	f.StringVar(&o.dataset.Dir, "out", "", "folder to write")
	f.BoolVar(&o.dataset.BOM, "bom", false, "begin CSV files with a byte order mark")
	f.StringVar(&o.filter.Organ, "organ", "", "part of the organ's name or of the title")
	f.IntVar(&o.filter.Year, "year", 0, "year the report is about")
	f.StringVar(&o.filter.Site, "site", "", "id of the site")
	return cmd
}

func runExport(ctx context.Context, t *terminal, o exportOptions) error {
	st, err := o.openForReading(ctx)
	if err != nil {
		return err
	}
	c := corpus.New(st)
	res, err := export.Write(ctx, entries(ctx, c, o.filter), o.dataset)
	if errors.Is(err, export.ErrEmpty) {
		return &codeError{code: exitPartly, msg: "no report matches; nothing was written"}
	}
	if err != nil {
		return err
	}
	if o.json {
		return t.printJSON(res)
	}
	fmt.Fprintf(t.out, "%s: %d reports\n", res.Dir, res.Reports)
	for _, f := range res.Files {
		fmt.Fprintf(t.out, "  %-16s %8d rows  %10s\n", f.Path, f.Rows, humanBytes(f.Bytes))
	}
	return nil
}

// entries reads the reports of a corpus one at a time, each in a transaction of
// its own: a long export shuts nobody out.
func entries(ctx context.Context, c *corpus.Corpus, f corpus.Filter) export.Source {
	return func(yield func(export.Entry, error) bool) {
		items, err := c.List(ctx, f)
		if err != nil {
			yield(export.Entry{}, err)
			return
		}
		for _, i := range items {
			r, err := c.Report(ctx, i.ID, i.Revision)
			if !yield(export.Entry{ID: i.ID, Revision: i.Revision, Report: r}, err) || err != nil {
				return
			}
		}
	}
}
