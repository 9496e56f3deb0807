package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"gongkai/corpus"
)

type listOptions struct {
	corpusFlags
	json     bool
	captures bool
	reports  corpus.Filter
	verdict  string
	run      string
}

func newListCommand(t *terminal) *cobra.Command {
	var o listOptions
	cmd := &cobra.Command{
		Use:   "list",
		Short: "list the reports of the corpus, or its captures",
		Long: `List the reports of the corpus: one line an organ, scope and year. With
--captures, list what was fetched instead: one line a response, failures included.`,
		Example: `  gongkai list
  gongkai list --organ 慈溪 --year 2019
  gongkai list --captures --verdict blocked
  gongkai list --json | jq -r .url`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !o.captures && (o.verdict != "" || o.run != "") {
				return &usageError{err: errors.New("--verdict and --run go with --captures"), command: cmd.CommandPath()}
			}
			if o.captures && (o.reports.Organ != "" || o.reports.Year != 0 || o.reports.Status != "") {
				return &usageError{err: errors.New("--organ, --year and --status are for reports, leave out --captures"), command: cmd.CommandPath()}
			}
			return runList(cmd.Context(), t, o)
		},
	}
	o.add(cmd)
	addJSONFlag(cmd, &o.json)
	f := cmd.Flags()
	f.BoolVar(&o.captures, "captures", false, "list captures instead of reports")
	f.StringVar(&o.reports.Organ, "organ", "", "part of the organ's name or of the title")
	f.IntVar(&o.reports.Year, "year", 0, "year the report is about")
	f.StringVar(&o.reports.Site, "site", "", "id of the site")
	f.StringVar(&o.reports.Status, "status", "", "complete, partial or narrative")
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
	tw := newList(t.out)
	tw.AppendHeader(table.Row{"id", "year", "organ", "status", "title"})
	organ := 0
	for _, i := range items {
		year := "?"
		if i.Year != 0 {
			year = fmt.Sprint(i.Year)
		}
		organ = max(organ, text.StringWidthWithoutEscSequences(i.Organ))
		tw.AppendRow(table.Row{i.ID, year, orUnknown(i.Organ), i.Status, i.Title})
	}
	organ = min(organ, 30)
	tw.SetColumnConfigs([]table.ColumnConfig{
		{Number: 3, WidthMax: organ, WidthMaxEnforcer: trimTo},
		{Number: 5, WidthMax: max(12, t.width()-35-organ), WidthMaxEnforcer: trimTo},
	})
	tw.Render()
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
		fmt.Fprintf(t.out, "%s  %3d  %9s  %s  %s%s\n", i.Time.Format("2006-01-02 15:04:05"), i.Status, humanBytes(i.Bytes), i.Verdict, i.URL, again)
	}
	if n == 0 && !o.json {
		t.note("no capture matches")
	}
	return nil
}
