package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gongkai/configs"
	"gongkai/corpus"
	"gongkai/crawler"
	"gongkai/crawler/metrics"
	"gongkai/store"
)

type crawlOptions struct {
	corpusFlags
	json         bool
	sites        []string
	allowPrivate bool
	retryFailed  bool
	since        time.Time
	maxDuration  time.Duration
	dryRun       bool
	revisit      string
	hours        string
	log          logOptions
	metrics      metricsOptions
	// brief logs just what needs attention, as on a terminal.
	brief bool
}

func newCrawlCommand(t *terminal) *cobra.Command {
	var o crawlOptions
	var since string
	cmd := &cobra.Command{
		Use:   "crawl --config FILE",
		Short: "walk the configured index pages and keep what is new",
		Long: `Walk the index pages (栏目) of the configured sites, fetch the reports and
attachments they list, and commit every finished URL to the corpus.

Politely: one request at a time and at most one every pace.every on a host,
robots.txt obeyed, Retry-After honoured; a site that blocks is left alone and
named in the summary. A run that was killed or interrupted goes on where it was.
A run after a finished one asks conditionally and stores just what changed.`,
		Example: `  gongkai crawl --config gongkai.yaml
  gongkai crawl --config gongkai.yaml --site cixi --site pingliang
  gongkai crawl --config gongkai.yaml --dry-run
  gongkai crawl --config gongkai.yaml --json > summary.json 2>> crawl.log`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.config == "" {
				return usagef(cmd, "crawl needs --config FILE")
			}
			if since != "" {
				day, err := parseDay(cmd, "since", since)
				if err != nil {
					return err
				}
				o.since = day
			}
			if _, err := crawler.RevisitPolicy(configs.Revisit{Policy: o.revisit}); err != nil {
				return usagef(cmd, "--revisit: %w", err)
			}
			if _, err := (configs.Window{Hours: o.hours}).Schedule(); err != nil {
				return usagef(cmd, "--hours: %w", err)
			}
			return runCrawl(cmd.Context(), t, o)
		},
	}
	o.add(cmd)
	addJSONFlag(cmd, &o.json)
	f := cmd.Flags()
	f.StringSliceVar(&o.sites, "site", nil, "crawl only the site with this id; may be given several times")
	f.BoolVar(&o.allowPrivate, "allow-private", false, "let sites live on loopback or private addresses")
	f.BoolVar(&o.retryFailed, "retry-failed", false, "ask just for what failed before")
	f.StringVar(&since, "since", "", "leave out what the index dates before this day, YYYY-MM-DD")
	f.StringVar(&o.revisit, "revisit", "", "when pages are asked for again: every-run, or seasonal (often from January to April, else weekly to monthly); default: what the configuration says")
	f.StringVar(&o.hours, "hours", "", "ask only at these times of the day in China, such as 22:00-06:00; default: what the configuration says")
	f.DurationVar(&o.maxDuration, "max-duration", 0, "end after so long, such as 2h; the next run goes on")
	f.BoolVar(&o.dryRun, "dry-run", false, "print what would be fetched and when, as far as is known; fetch and write nothing")
	f.StringVar(&o.metrics.address, "metrics", "", "serve Prometheus metrics at http://ADDR/metrics while the crawl runs, such as localhost:9464")
	f.StringVar(&o.metrics.file, "metrics-file", "", "write Prometheus metrics to this file at the end, for the textfile collector (*.prom)")
	choiceFlag(cmd, &o.log.format, "log", "log every fetch to stderr, as text or json (default: text, but on a terminal only what needs attention)", "text", "json")
	f.BoolVarP(&o.log.verbose, "verbose", "v", false, "log more")
	complete(cmd, "revisit", "every-run", "seasonal")
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
	if err := knownSites(c, o.sites); err != nil {
		return err
	}
	o.override(c)
	if o.dryRun {
		return planCrawl(ctx, t, c, o)
	}
	sum, err := crawlInto(ctx, t, c, o)
	if sum != nil {
		if err := t.printSummary(sum, o.json); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	return summaryError(sum)
}

// override puts what the flags say in place of what the configuration says.
func (o *crawlOptions) override(c *configs.Config) {
	for i := range c.Sites {
		s := &c.Sites[i]
		if o.hours != "" {
			window := configs.Window{}
			if s.Pace.Window != nil {
				window = *s.Pace.Window
			}
			window.Hours = o.hours
			s.Pace.Window = &window
		}
		if o.revisit != "" {
			s.Revisit.Policy = o.revisit
		}
	}
}

// knownSites checks the sites that a crawl is limited to, before a corpus is
// made for them.
func knownSites(c *configs.Config, ids []string) error {
	var known []string
	for _, s := range c.Sites {
		known = append(known, s.ID)
	}
	for _, id := range ids {
		if !slices.Contains(known, id) {
			return fmt.Errorf("%w: %q is not in the configuration, which has %s", crawler.ErrNoSite, id, strings.Join(known, ", "))
		}
	}
	return nil
}

// crawlInto runs a crawl of a configuration into its corpus.
func crawlInto(ctx context.Context, t *terminal, c *configs.Config, o crawlOptions) (*crawler.Summary, error) {
	if err := o.metrics.check(); err != nil {
		return nil, err
	}
	defer collectSeldom(crawlHeap)()
	st, err := openForWriting(ctx, c.Corpus)
	if err != nil {
		return nil, err
	}
	progress := newCrawlProgress(t.err, t.live, time.Now)
	defer progress.close()
	run := o.run(c, st)
	run.Log, run.Progress = newLogger(progress, o.log, o.brief || t.live), progress
	var m *metrics.Metrics
	if o.metrics != (metricsOptions{}) {
		m = metrics.New(st, nil)
		run.Observer, run.Fetch.Observer = m, m
	}
	if o.metrics.address != "" {
		stop, err := serveMetrics(o.metrics.address, m)
		if err != nil {
			return nil, err
		}
		defer stop()
	}
	sum, err := crawler.Run(ctx, run)
	if err == nil && ctx.Err() == nil {
		_, err = corpus.New(st).Unite(ctx)
	}
	if o.metrics.file != "" {
		err = writeMetrics(ctx, o.metrics.file, m, sum != nil, err)
	}
	return sum, err
}

// run is what the flags ask of the crawler.
func (o *crawlOptions) run(c *configs.Config, st *store.Store) crawler.Options {
	return crawler.Options{
		Config:       c,
		Store:        st,
		Judge:        newJudge(),
		Sites:        o.sites,
		AllowPrivate: o.allowPrivate,
		RetryFailed:  o.retryFailed,
		Since:        o.since,
		MaxDuration:  o.maxDuration,
	}
}

// planCrawl prints what a crawl would fetch, and when.
func planCrawl(ctx context.Context, t *terminal, c *configs.Config, o crawlOptions) error {
	st, err := o.openForReading(ctx)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for p, err := range crawler.Plan(ctx, o.run(c, st)) {
		if err != nil {
			return err
		}
		if o.json {
			err = t.printJSON(p)
		} else {
			_, err = fmt.Fprintf(t.out, "%s  %-8s %-10s %s\n", p.At.Local().Format("2006-01-02 15:04:05"), p.Why, p.Kind, p.URL)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// parseDay reads the value of a flag that names a day.
func parseDay(cmd *cobra.Command, flag, value string) (time.Time, error) {
	day, err := time.ParseInLocation(time.DateOnly, value, time.Local)
	if err != nil {
		return day, usagef(cmd, "--%s takes a day as YYYY-MM-DD, not %q", flag, value)
	}
	return day, nil
}

// summaryError is the exit code of a summary, with a line that says why.
func summaryError(sum *crawler.Summary) error {
	if sum.Exit == exitOK {
		return nil
	}
	short := 0
	var drifted []string
	for _, c := range sum.Columns {
		if c.Drift != "" {
			drifted = append(drifted, fmt.Sprintf("%s: %s", c.Site, c.Drift))
		}
		if c.Verdict != "complete" {
			short++
		}
	}
	if sum.Exit == exitGate {
		return &codeError{code: sum.Exit, msg: fmt.Sprintf("%d of %d columns fell behind their own history: %s", len(drifted), len(sum.Columns), firstOf(drifted, 5))}
	}
	return &codeError{code: sum.Exit, msg: fmt.Sprintf("%d of %d columns are not complete", short, len(sum.Columns))}
}

// firstOf joins the first n of many words, and says how many more there are.
func firstOf(words []string, n int) string {
	if more := len(words) - n; more > 0 {
		words = append(slices.Clone(words[:n]), fmt.Sprintf("%d more", more))
	}
	return strings.Join(words, "; ")
}

func (t *terminal) printSummary(sum *crawler.Summary, asJSON bool) error {
	if asJSON {
		return t.printJSON(sum)
	}
	fmt.Fprintf(t.out, "run %s: %d requests, %s\n\n", sum.Run, sum.Requests, humanBytes(sum.Bytes))
	list := sheet{
		heads: []string{"site", "verdict", "listed", "reports", "new", "changed", "same", "failed"},
		right: []int{2, 3, 4, 5, 6, 7}, flex: []int{0, 1}, gap: 2,
	}
	for _, c := range sum.Columns {
		list.add(c.Site, c.Verdict, listed(c.Listed, c.Declared), c.Reports, c.New, c.Changed, c.Unchanged, c.Failed)
	}
	list.print(t.out, t.width)
	for _, c := range sum.Columns {
		t.printTrouble(c.Site, c.Index, c.Verdict, c.Evidence)
		if c.Drift != "" {
			fmt.Fprintf(t.out, "\n%s %s\n  drift: %s\n", c.Site, c.Index, c.Drift)
		}
	}
	return nil
}

// listed is how many items a column lists, of how many it declares if it does.
func listed(n, declared int) string {
	if declared > 0 {
		return fmt.Sprintf("%d/%d", n, declared)
	}
	return fmt.Sprint(n)
}

// printTrouble says why a column is not complete.
func (t *terminal) printTrouble(site, index, verdict, evidence string) {
	if verdict != "complete" {
		fmt.Fprintf(t.out, "\n%s %s\n  %s\n", site, index, fold(verdict+": "+orUnknown(evidence), t.width, 2, "  "))
	}
}
