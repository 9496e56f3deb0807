package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"regexp"

	"github.com/spf13/cobra"

	"gongkai/corpus"
	"gongkai/crawler/frontier"
)

type importOptions struct {
	corpusFlags
	json    bool
	match   string
	mapping string
	corpus.ImportOptions
}

func newImportCommand(t *terminal) *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "import PATH…",
		Short: "take reports from web archives and folders, without crawling",
		Long: `Take reports from WARC and WET archives, from folders of pages and from single
files into the corpus. It streams, can be stopped and run again, and stores
nothing twice. A CSV table can say where files came from: its first line names
the columns file, and any of url, date, organ and title.`,
		Example: `  gongkai import crawl-2024.warc.gz
  gongkai import --match 年度报告 CC-MAIN-*.warc.gz
  gongkai import --map files.csv reports/`,
		Args: wantArgs(-1, "archives, folders or files"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.match != "" {
				re, err := regexp.Compile(o.match)
				if err != nil {
					return usagef(cmd, "--match: %w", err)
				}
				o.Match = re
			}
			return runImport(cmd.Context(), t, o, args)
		},
	}
	o.add(cmd)
	addJSONFlag(cmd, &o.json)
	f := cmd.Flags()
	f.StringVar(&o.match, "match", "", "take only pages whose address or title this regular expression matches")
	f.BoolVar(&o.All, "all", false, "store what is no report, too")
	f.StringVar(&o.mapping, "map", "", "CSV table that describes the files of a folder")
	f.StringVar(&o.Site, "site", "", "id of the site under which the pages are filed")
	f.StringVar(&o.Place.Name, "site-name", "", "organ whose site it is")
	f.StringVar(&o.Place.Organ, "organ", "", "organ of the reports, who 我局 and 本镇 are")
	return cmd
}

func runImport(ctx context.Context, t *terminal, o importOptions, paths []string) error {
	if o.mapping != "" {
		f, err := os.Open(o.mapping)
		if err != nil {
			return err
		}
		o.Map, err = corpus.ReadMap(f)
		f.Close()
		if err != nil {
			return &codeError{code: exitUsage, msg: fmt.Sprintf("%s: %v", o.mapping, err)}
		}
	}
	path, err := o.path()
	if err != nil {
		return err
	}
	st, err := openForWriting(ctx, path)
	if err != nil {
		return err
	}
	o.Key = func(u *url.URL) string { return frontier.Key(u) }
	sum, err := corpus.Import(ctx, st, paths, o.ImportOptions)
	if err != nil {
		return err
	}
	if o.json {
		err = t.printJSON(sum)
	} else {
		fmt.Fprintf(t.out, "%d files, %d pages; %d stored, %d reports, %d of them new\n", sum.Files, sum.Records, sum.Stored, sum.Reports, sum.New)
		fmt.Fprintf(t.out, "skipped: %s\n", counts(sum.Skipped))
		for _, f := range sum.Failed {
			fmt.Fprintf(t.out, "  failed: %s\n", f)
		}
	}
	if err == nil && sum.Exit != exitOK {
		return &codeError{code: sum.Exit, msg: fmt.Sprintf("%d files could not be read to their end", len(sum.Failed))}
	}
	return err
}
