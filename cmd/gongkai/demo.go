package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"gongkai/configs"
	"gongkai/corpus"
	"gongkai/internal/fakegov"
	"gongkai/store"
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
	} else if err := refuseReal(ctx, o.corpus); err != nil {
		return err
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
	if err := t.printSummary(sum, o.json); err != nil {
		return err
	}
	if !o.json {
		if err := t.demoTour(ctx, o.corpus); err != nil {
			return err
		}
	}
	return summaryError(sum)
}

// refuseReal keeps invented reports out of a corpus that holds others.
func refuseReal(ctx context.Context, path string) error {
	st, err := openCorpus(ctx, path, store.Options{ReadOnly: true})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	items, err := corpus.New(st).List(ctx, corpus.Filter{})
	if err != nil {
		return err
	}
	for _, i := range items {
		if u, err := url.Parse(i.URL); err != nil || u.Hostname() != "127.0.0.1" {
			return &codeError{code: exitUsage, msg: fmt.Sprintf("%s holds reports that are not invented, such as %s; name a new file for the demo", path, i.URL)}
		}
	}
	return nil
}

// demoConfig is the configuration that crawls the invented sites.
func demoConfig(gov *fakegov.Gov, path string) *configs.Config {
	c := &configs.Config{Corpus: path, UserAgent: "gongkai/" + version + " (demo)"}
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
