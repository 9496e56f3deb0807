package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gongkai/corpus"
	"gongkai/export"
)

type exportOptions struct {
	corpusFlags
	json      bool
	revisions string
	asOf      string
	filters   []string
	organ     string
	year      int
	site      string
	quality   string
	dedupe    string
	tables    string
	dataset   export.Options
	selection export.Selection
	maxFile   int // MiB of a web archive
}

func newExportCommand(t *terminal) *cobra.Command {
	var o exportOptions
	keys := export.FilterKeys()
	var grammar strings.Builder
	for _, k := range keys {
		fmt.Fprintf(&grammar, "  %-9s %s\n", k.Value, fold(k.Label, 80, 12, strings.Repeat(" ", 12)))
	}
	cmd := &cobra.Command{
		Use:   "export --format FORMAT,… --out DIR",
		Short: "write the corpus as a dataset",
		Long: `Write the reports of the corpus as a dataset: the tables reports, figures,
sections, findings, sources, organs, coverage, codebook, crosswalk and
region_changes in every format asked for, with datapackage.json, README,
CITATION.cff, CHANGELOG and checksums. The folder appears whole or not at all;
an earlier export is replaced. The same corpus and options give the same bytes.
Phone numbers and the names of those who filled a form in are left out.
--across adds the table cross_findings: relations between the reports.

The format warc writes the captures instead, as WARC/1.1 archives that can be
imported again or read with other tools. It goes alone, and of the filters knows
--organ, --year and --site.

A filter is terms KEY=VALUE: several values of a key, separated by commas, take
what matches any of them, several keys what matches all. Keys are
` + strings.TrimRight(grammar.String(), "\n"),
		Example: `  gongkai export --format csv --out data
  gongkai export --format parquet --filter 'region=33 year=2019-' --out zj
  gongkai export --format csv --wide --metric 'requests.*' --out panel
  gongkai export --format csv --quality analysis --filter finding=clean --out ok
  gongkai export --format parquet --since 20260120T020000Z-3f2a91c0d4 --out data
  gongkai export --format warc --out archives
  gongkai export --format text --dedupe near --tables none --out text`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.dataset.Dir == "" || len(o.dataset.Formats) == 0 {
				return usagef(cmd, "export needs --format and --out")
			}
			if archives, err := onlyWARC(cmd, o.dataset.Formats); err != nil {
				return err
			} else if archives {
				return exportWARC(cmd, t, o)
			}
			if err := o.complete(cmd); err != nil {
				return err
			}
			return runExport(cmd.Context(), t, o)
		},
	}
	o.add(cmd)
	addJSONFlag(cmd, &o.json)
	f := cmd.Flags()
	f.StringSliceVar(&o.dataset.Formats, "format", nil, "formats, separated by commas: "+strings.Join(export.Formats(), ", ")+"; or "+export.WARC)
	f.IntVar(&o.maxFile, "max-file", 1024, "begin the next web archive after this many MiB")
	f.StringVar(&o.dataset.Dir, "out", "", "folder to write")
	f.StringArrayVar(&o.filters, "filter", nil, "reports to take, as KEY=VALUE,… KEY=VALUE,…; may be repeated")
	f.StringSliceVar(&o.dataset.Metrics, "metric", nil, "metrics to take; a * at the end stands for all that begin so")
	f.StringVar(&o.quality, "quality", string(export.QualityAll), "figures to take: all, sound (no hard relation fails) or analysis (hard relations were evaluated and hold)")
	f.StringVar(&o.revisions, "revisions", string(corpus.Latest), "latest or all")
	f.StringVar(&o.asOf, "as-of", "", "export the corpus as it stood at a day (its end) or time, RFC 3339")
	f.StringVar(&o.dataset.Since, "since", "", "version of the corpus that the changelog begins with")
	f.BoolVar(&o.dataset.Wide, "wide", false, "add the table wide: one row a report, one column a figure")
	f.BoolVar(&o.dataset.Across, "across", false, "add the table cross_findings: relations between reports; takes a kilobyte of memory a report")
	f.BoolVar(&o.dataset.BOM, "bom", false, "begin CSV files with a byte order mark")
	f.StringVar(&o.dedupe, "dedupe", string(export.DedupeExact), "for text: leave out none, exact or near duplicates")
	f.StringVar(&o.tables, "tables", string(export.TablesMarkdown), "for text: tables as markdown, or none")
	f.StringVar(&o.organ, "organ", "", "part of the organ's name or of the title, as --filter organ=")
	f.IntVar(&o.year, "year", 0, "year the report is about, as --filter year=")
	f.StringVar(&o.site, "site", "", "id of the site, as --filter site=")
	complete(cmd, "format", append(export.Formats(), export.WARC)...)
	complete(cmd, "quality", export.Qualities()...)
	complete(cmd, "revisions", string(corpus.Latest), string(corpus.All))
	complete(cmd, "dedupe", export.Dedupes()...)
	complete(cmd, "tables", export.TextTableWays()...)
	return cmd
}

// complete turns flags into options, and checks them before anything is read.
func (o *exportOptions) complete(cmd *cobra.Command) error {
	for _, v := range []struct {
		flag, value string
		allowed     []string
	}{
		{"quality", o.quality, export.Qualities()},
		{"revisions", o.revisions, []string{string(corpus.Latest), string(corpus.All)}},
		{"dedupe", o.dedupe, export.Dedupes()},
		{"tables", o.tables, export.TextTableWays()},
	} {
		if !slices.Contains(v.allowed, v.value) {
			return usagef(cmd, "--%s takes %s, not %q", v.flag, strings.Join(v.allowed, " or "), v.value)
		}
	}
	o.dataset.Quality, o.dataset.Dedupe, o.dataset.Tables = export.Quality(o.quality), export.Dedupe(o.dedupe), export.TextTables(o.tables)
	o.selection.AllRevisions, o.selection.Since = o.revisions == string(corpus.All), o.dataset.Since
	for _, f := range o.filters {
		if err := o.dataset.Filter.Parse(f); err != nil {
			return err
		}
	}
	if o.year != 0 {
		if err := o.dataset.Filter.Parse("year=" + strconv.Itoa(o.year)); err != nil {
			return err
		}
	}
	if o.organ != "" {
		o.dataset.Filter.Organs = append(o.dataset.Filter.Organs, o.organ)
	}
	if o.site != "" {
		o.dataset.Filter.Sites = append(o.dataset.Filter.Sites, o.site)
	}
	if o.asOf != "" {
		at, err := parseMoment(cmd, "as-of", o.asOf)
		if err != nil {
			return err
		}
		o.selection.AsOf = at
	}
	return o.dataset.Check()
}

func runExport(ctx context.Context, t *terminal, o exportOptions) error {
	defer collectSeldom(exportHeap)()
	st, err := o.openForReading(ctx)
	if err != nil {
		return err
	}
	in, err := export.Open(ctx, corpus.New(st), o.selection)
	if err != nil {
		return err
	}
	progress := newProgress(t.err, t.live, time.Now)
	o.dataset.Progress = exportProgress(progress)
	res, err := export.Write(ctx, in, o.dataset)
	progress.close()
	if errors.Is(err, export.ErrEmpty) {
		return &codeError{code: exitPartly, msg: err.Error()}
	}
	if err != nil {
		return err
	}
	if o.json {
		return t.printJSON(res)
	}
	fmt.Fprintf(t.out, "%s: %d reports, %d figures, version %s\n", res.Dir, res.Reports, res.Figures, res.Version)
	widest := 0
	for _, f := range res.Files {
		widest = max(widest, len(f.Path))
	}
	for _, f := range res.Files {
		fmt.Fprintf(t.out, "  %-*s %9d rows  %10s\n", widest, f.Path, f.Rows, humanBytes(f.Bytes))
	}
	for _, c := range res.Changes {
		fmt.Fprintf(t.out, "  %s\n", fold("since "+o.dataset.Since+": "+c, t.width, 2, "    "))
	}
	return nil
}
