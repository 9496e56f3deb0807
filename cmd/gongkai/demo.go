package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"gongkai/configs"
	"gongkai/internal/fakegov"
)

func newDemoCommand(t *terminal) *cobra.Command {
	o := crawlOptions{brief: true}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "see it all work on two invented sites, without a network",
		Long: `Start two invented government sites on this machine, with some thirty reports of
all kinds and the trouble that real ones make: a body printed twice, a wrong
total, a page in GBK, a report in an attachment, a page that is gone but says
200. Crawl them into a corpus, extract the reports, check their arithmetic.

Every organ and every figure is invented. The corpus stays for a look around.`,
		Example: `  gongkai demo
  gongkai demo --corpus demo.db`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runDemo(cmd.Context(), t, o)
		},
	}
	cmd.Flags().StringVar(&o.corpus, "corpus", "", "corpus file (default: a new one in the temporary folder)")
	cmd.Flags().BoolVarP(&o.log.verbose, "verbose", "v", false, "log every fetch")
	addJSONFlag(cmd, &o.json)
	return cmd
}

// demoPace is quick, for sites of our own; it shows that a pace is kept.
const demoPace = 10 * time.Millisecond

func runDemo(ctx context.Context, t *terminal, o crawlOptions) error {
	if o.corpus == "" {
		dir, err := os.MkdirTemp("", "gongkai-demo-")
		if err != nil {
			return fmt.Errorf("make a folder for the demo: %w", err)
		}
		o.corpus = filepath.Join(dir, "corpus.db")
	}
	gov, err := fakegov.Start(fakegov.Demo())
	if err != nil {
		return fmt.Errorf("start the invented sites: %w", err)
	}
	defer gov.Close()
	c := demoConfig(gov, o.corpus)
	t.note("two invented sites listen on this machine, crawling them into %s", o.corpus)
	sum, err := crawlInto(ctx, t, c, o)
	if err != nil {
		return err
	}
	if err := t.printSummary(sum, o.json); err != nil || o.json {
		return err
	}
	return t.demoTour(ctx, o.corpus)
}

// demoConfig is the configuration that crawls the invented sites.
func demoConfig(gov *fakegov.Gov, corpus string) *configs.Config {
	c := &configs.Config{Corpus: corpus, UserAgent: "gongkai/" + version + " (demo)"}
	every := configs.Duration(demoPace)
	c.Pace.Every = &every
	for _, column := range gov.Columns() {
		c.Sites = append(c.Sites, configs.Site{
			ID: column.ID, Name: column.Name, Index: column.Index, AllowPrivate: column.AllowPrivate,
		})
	}
	c.FillDefaults()
	return c
}
