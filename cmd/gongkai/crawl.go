package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"gongkai/configs"
	"gongkai/crawler"
)

type crawlOptions struct {
	corpusFlags
	json         bool
	sites        []string
	allowPrivate bool
	logFormat    string
	verbose      bool
	quiet        bool // log only what needs attention, as on a terminal
}

func newCrawlCommand(t *terminal) *cobra.Command {
	var o crawlOptions
	cmd := &cobra.Command{
		Use:   "crawl --config FILE",
		Short: "walk the configured index pages and keep what is new",
		Long: `Walk the index pages (栏目) of the configured sites, fetch the reports and
attachments they list, and commit every finished URL to the corpus.

Politely: one request at a time and at most one every pace.every on a host,
robots.txt obeyed, Retry-After honoured; a site that blocks is left alone and
named in the summary. A run that was killed or interrupted goes on where it was.
A run after a finished one asks again conditionally and stores only what changed.`,
		Example: `  gongkai crawl --config gongkai.yaml
  gongkai crawl --config gongkai.yaml --site cixi --site pingliang
  gongkai crawl --config gongkai.yaml --json 2>crawl.log | tail -n 1 > summary.json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.config == "" {
				return &usageError{err: errors.New("crawl needs --config FILE"), command: cmd.CommandPath()}
			}
			if o.logFormat != "text" && o.logFormat != "json" {
				return &usageError{err: fmt.Errorf("--log takes text or json, not %q", o.logFormat), command: cmd.CommandPath()}
			}
			return runCrawl(cmd.Context(), t, o)
		},
	}
	o.add(cmd)
	addJSONFlag(cmd, &o.json)
	f := cmd.Flags()
	f.StringSliceVar(&o.sites, "site", nil, "crawl only the site with this id; may be given several times")
	f.BoolVar(&o.allowPrivate, "allow-private", false, "let sites live on loopback or private addresses, for tests and intranets")
	f.StringVar(&o.logFormat, "log", "text", "form of the log on stderr: text or json")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "log every fetch, on a terminal too")
	return cmd
}

func runCrawl(ctx context.Context, t *terminal, o crawlOptions) error {
	c, err := o.load()
	if err != nil {
		return err
	}
	if o.corpus != "" {
		c.Corpus = o.corpus
	}
	if len(c.Sites) == 0 {
		return &codeError{code: exitUsage, msg: fmt.Sprintf("%s names no sites; add some under sites:, see configs/gongkai.yaml", o.config)}
	}
	if c.UserAgent == "" {
		c.UserAgent = "gongkai/" + version
		t.note("%s has no user_agent: add one with an address where site owners reach you", o.config)
	}
	sum, err := crawlInto(ctx, t, c, o)
	if sum != nil {
		if err := t.printSummary(sum, o.json); err != nil {
			return err
		}
	}
	if errors.Is(err, crawler.ErrNoSite) {
		return &codeError{code: exitUsage, msg: err.Error()}
	}
	if err != nil {
		return err
	}
	return summaryError(sum)
}

// crawlInto runs a crawl of a configuration into its corpus.
func crawlInto(ctx context.Context, t *terminal, c *configs.Config, o crawlOptions) (*crawler.Summary, error) {
	st, err := openForWriting(ctx, c.Corpus)
	if err != nil {
		return nil, err
	}
	progress := newCrawlProgress(t.err)
	defer progress.close()
	return crawler.Run(ctx, crawler.Options{
		Config:       c,
		Store:        st,
		Judge:        newJudge(),
		Sites:        o.sites,
		AllowPrivate: o.allowPrivate,
		Log:          newLogger(t.err, o),
		Progress:     progress,
	})
}

// summaryError is the exit code of a summary, with a line that says why.
func summaryError(sum *crawler.Summary) error {
	if sum.Exit == exitOK {
		return nil
	}
	short := 0
	for _, c := range sum.Columns {
		if c.Verdict != "complete" {
			short++
		}
	}
	return &codeError{code: sum.Exit, msg: fmt.Sprintf("%d of %d columns are not complete", short, len(sum.Columns))}
}

func (t *terminal) printSummary(sum *crawler.Summary, asJSON bool) error {
	if asJSON {
		return t.printJSON(sum)
	}
	printSummary(t.out, t.width(), sum)
	return nil
}

// printSummary shows how every column ended; evidence stands under those that
// are not complete.
func printSummary(w io.Writer, width int, sum *crawler.Summary) {
	fmt.Fprintf(w, "run %s: %d requests, %s\n\n", sum.Run, sum.Requests, humanBytes(sum.Bytes))
	tw := newList(w)
	tw.AppendHeader(table.Row{"site", "verdict", "listed", "reports", "new", "changed", "same", "failed"})
	for _, c := range sum.Columns {
		listed := fmt.Sprint(c.Listed)
		if c.Declared > 0 {
			listed += fmt.Sprintf("/%d", c.Declared)
		}
		tw.AppendRow(table.Row{c.Site, c.Verdict, listed, c.Reports, c.New, c.Changed, c.Unchanged, c.Failed})
	}
	var right []table.ColumnConfig
	for n := 3; n <= 8; n++ {
		right = append(right, table.ColumnConfig{Number: n, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	tw.SetColumnConfigs(append(right, table.ColumnConfig{Number: 2, WidthMax: max(10, width-52), WidthMaxEnforcer: trimTo}))
	tw.Render()
	for _, c := range sum.Columns {
		if c.Verdict != "complete" {
			fmt.Fprintf(w, "\n%s %s\n  %s: %s\n", c.Site, c.Index, c.Verdict, orUnknown(c.Evidence))
		}
	}
}

// newList is a table of results: no frame, a line under the heads.
func newList(w io.Writer) table.Writer {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(table.StyleLight)
	t.Style().Options = table.Options{SeparateHeader: true}
	t.Style().Format.Header = text.FormatDefault
	t.Style().Box.PaddingLeft = ""
	t.Style().Box.PaddingRight = "  "
	return t
}
