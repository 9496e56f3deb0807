package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gongkai/corpus"
	"gongkai/extract"
	"gongkai/report"
)

type listOptions struct {
	corpusFlags
	json     bool
	captures bool
	stale    bool
	conflict bool
	reports  corpus.Filter
	verdict  string
	run      string
	asOf     string
}

func newListCommand(t *terminal) *cobra.Command {
	var o listOptions
	cmd := &cobra.Command{
		Use:   "list",
		Short: "list the reports of the corpus, or its captures",
		Long: `List the reports of the corpus: one line an organ, scope and year. With
--captures, list what was fetched instead: a line a response, failures included.
With --stale, list the snapshots that another extractor read, or nobody did.`,
		Example: `  gongkai list
  gongkai list --organ 慈溪 --year 2019
  gongkai list --captures --verdict blocked
  gongkai list --stale --site cixi
  gongkai list --json | jq -r .url`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.conflict && (o.captures || o.stale) {
				return usagef(cmd, "--conflicts goes without --captures and --stale")
			}
			if o.stale && (o.captures || o.reports.Status != "" || o.asOf != "") {
				return usagef(cmd, "--stale goes with --organ, --year, --site and --url alone")
			}
			if o.asOf != "" {
				at, err := parseMoment(cmd, "as-of", o.asOf)
				if err != nil {
					return err
				}
				o.reports.AsOf = at
			}
			if !o.captures && (o.verdict != "" || o.run != "") {
				return usagef(cmd, "--verdict and --run go with --captures")
			}
			if o.captures && (o.reports.Organ != "" || o.reports.Year != 0 || o.reports.Status != "") {
				return usagef(cmd, "--organ, --year and --status are for reports, leave out --captures")
			}
			return runList(cmd.Context(), t, o)
		},
	}
	o.add(cmd)
	addJSONFlag(cmd, &o.json)
	f := cmd.Flags()
	f.BoolVar(&o.captures, "captures", false, "list captures instead of reports")
	f.BoolVar(&o.stale, "stale", false, "list what 'gongkai reextract' would read, and why")
	f.BoolVar(&o.conflict, "conflicts", false, "list reports whose sources disagree, with the cells")
	f.StringVar(&o.asOf, "as-of", "", "list what the list was at this time: YYYY-MM-DD or RFC 3339")
	f.StringVar(&o.reports.Organ, "organ", "", "part of the organ's name or of the title")
	f.IntVar(&o.reports.Year, "year", 0, "year the report is about")
	f.StringVar(&o.reports.Site, "site", "", "id of the site")
	choiceFlag(cmd, &o.reports.Status, "status", "complete, partial or narrative", string(report.StatusComplete), string(report.StatusPartial), string(report.StatusNarrative))
	f.StringVar(&o.reports.URL, "url", "", "part of the address")
	f.StringVar(&o.verdict, "verdict", "", "with --captures: beginning of the verdict")
	f.StringVar(&o.run, "run", "", "with --captures: run that made them")
	return cmd
}

func runList(ctx context.Context, t *terminal, o listOptions) error {
	st, err := o.openForReading(ctx)
	if err != nil {
		return err
	}
	c := corpus.New(st)
	if o.captures {
		return t.listCaptures(ctx, c, o)
	}
	if o.conflict {
		return t.listConflicts(ctx, c, o)
	}
	if o.stale {
		return t.listStale(ctx, c, o)
	}
	items, err := c.List(ctx, o.reports)
	if err != nil {
		return err
	}
	if o.json {
		for _, i := range items {
			if err := t.printJSON(i); err != nil {
				return err
			}
		}
		return nil
	}
	if len(items) == 0 {
		t.note("no report matches")
		return nil
	}
	t.printItems(items)
	return nil
}

// printItems shows reports, one a line.
func (t *terminal) printItems(items []corpus.Item) {
	list := sheet{heads: []string{"id", "year", "organ", "status", "title"}, flex: []int{2, 4}, gap: 2}
	for _, i := range items {
		list.add(i.ID, cmp.Or(yearText(i.Year), "?"), orUnknown(i.Organ), i.Status, i.Title)
	}
	list.print(t.out, t.width)
}

func (t *terminal) listCaptures(ctx context.Context, c *corpus.Corpus, o listOptions) error {
	n := 0
	for i, err := range c.Captures(ctx, corpus.CaptureFilter{Run: o.run, Site: o.reports.Site, URL: o.reports.URL, Verdict: o.verdict}) {
		if err != nil {
			return err
		}
		n++
		if o.json {
			if err := t.printJSON(i); err != nil {
				return err
			}
			continue
		}
		again := ""
		if i.Revisit {
			again = " (same)"
		}
		fmt.Fprintf(t.out, "%s  %3d  %9s  %-9s  %s%s\n", i.Time.Format("2006-01-02 15:04:05"), i.Status, humanBytes(i.Bytes), i.Verdict, i.URL, again)
	}
	if n == 0 && !o.json {
		t.note("no capture matches")
	}
	return nil
}

// listConflicts shows where sources of a report disagree.
func (t *terminal) listConflicts(ctx context.Context, c *corpus.Corpus, o listOptions) error {
	n := 0
	for x, err := range c.Conflicts(ctx, o.reports) {
		if err != nil {
			return err
		}
		n++
		if !o.json {
			t.printConflict(&x)
		} else if err := t.printJSON(x); err != nil {
			return err
		}
	}
	if n == 0 && !o.json {
		t.note("no sources disagree")
	}
	return nil
}

// listStale shows what a re-extraction would read.
func (t *terminal) listStale(ctx context.Context, c *corpus.Corpus, o listOptions) error {
	list := sheet{heads: []string{"stale", "year", "organ", "address"}, flex: []int{2, 3}, gap: 2}
	f := o.reports
	for u, err := range c.Stale(ctx, extract.Options{}, false) {
		if err != nil {
			return err
		}
		if f.Site != "" && u.Site != f.Site || f.Year != 0 && u.Year != f.Year || !strings.Contains(u.Organ, f.Organ) || !strings.Contains(u.URL, f.URL) {
			continue
		}
		if o.json {
			if err := t.printJSON(u); err != nil {
				return err
			}
			continue
		}
		list.add(u.Stale, cmp.Or(yearText(u.Year), "?"), orUnknown(u.Organ), u.URL)
	}
	switch {
	case o.json:
	case len(list.rows) == 0:
		t.note("nothing is stale")
	default:
		list.print(t.out, t.width)
	}
	return nil
}

// parseMoment reads the value of a flag that names a day, which means its end, or
// a time.
func parseMoment(cmd *cobra.Command, flag, value string) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, value); err == nil {
		return at, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, value, time.Local)
	if err != nil {
		return day, usagef(cmd, "--%s takes a day as YYYY-MM-DD or a time as RFC 3339, not %q", flag, value)
	}
	return day.AddDate(0, 0, 1).Add(-time.Nanosecond), nil
}
