package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gongkai/corpus"
	"gongkai/extract"
	"gongkai/store"
)

type reextractOptions struct {
	corpusFlags
	json   bool
	stale  bool
	report []string
	corpus.ReextractOptions
}

func newReextractCommand(t *terminal) *cobra.Command {
	var o reextractOptions
	cmd := &cobra.Command{
		Use:   "reextract",
		Short: "read the stored pages again with this program's extractor",
		Long: `Read what the corpus keeps with the extractor of this program: offline, on all
cores, what is stale unless told otherwise. What another extractor read from the
same bytes is not touched: the new readings wait beside it as candidates, until
'gongkai diff' has shown what they change and 'gongkai promote' lets them stand.

Killed or interrupted, the same command goes on where it was. 'gongkai list
--stale' says what would be read, and why.`,
		Example: `  gongkai reextract
  gongkai reextract --template 2021 --site cixi
  gongkai reextract --all --json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.stale && o.All {
				return usagef(cmd, "--stale and --all contradict each other")
			}
			return runReextract(cmd.Context(), t, o)
		},
	}
	o.add(cmd)
	addJSONFlag(cmd, &o.json)
	f := cmd.Flags()
	f.BoolVar(&o.stale, "stale", false, "read what another extractor read, or nobody did (the default)")
	f.BoolVar(&o.All, "all", false, "read everything")
	f.StringVar(&o.Site, "site", "", "only pages of the site with this id")
	templateFlag(cmd, &o.Template)
	f.StringArrayVar(&o.report, "report", nil, "only this report, as for 'gongkai show'; may be repeated")
	return cmd
}

func runReextract(ctx context.Context, t *terminal, o reextractOptions) error {
	st, err := o.openToChange(ctx)
	if err != nil {
		return err
	}
	for _, name := range o.report {
		ids, err := corpus.New(st).IDs(ctx, name)
		if err != nil {
			return err
		}
		o.Reports = append(o.Reports, ids...)
	}
	progress := newProgress(t.err, t.live, time.Now)
	defer progress.close()
	o.Extract = extract.Options{Timeout: judgeTimeout}
	o.Progress = func(s corpus.ReextractSummary) {
		progress.say(func() string {
			return fmt.Sprintf("%d snapshots looked at, %d read, %d candidates, %d refused", s.Snapshots, s.Read, s.Candidates, s.Refused)
		})
	}
	sum, err := corpus.Reextract(ctx, st, o.ReextractOptions)
	progress.close()
	if err != nil {
		return err
	}
	if o.json {
		err = t.printJSON(sum)
	} else {
		t.printReextraction(sum)
	}
	if err == nil && sum.Exit != exitOK {
		return &codeError{code: sum.Exit, msg: fmt.Sprintf("%d snapshots could not be read this time", sum.Failed)}
	}
	return err
}

func (t *terminal) printReextraction(s *corpus.ReextractSummary) {
	fmt.Fprintln(t.out, fold(fmt.Sprintf("%d snapshots, %d read: %d candidates, %d identical, %d with the same content, %d no report",
		s.Snapshots, s.Read, s.Candidates, s.Identical, s.SameContent, s.Refused), t.width, 0, "  "))
	for _, reason := range corpus.Stalenesses() {
		if n := s.ByReason[reason]; n > 0 {
			fmt.Fprintf(t.out, "  %-22s %d\n", reason, n)
		}
	}
	if s.Lost > 0 {
		fmt.Fprintf(t.out, "  %d of what is no report was one before\n", s.Lost)
	}
	for _, f := range s.Failures {
		fmt.Fprintf(t.out, "  failed: %s\n", fold(f, t.width, 10, "    "))
	}
	if s.Candidates > 0 || s.Lost > 0 {
		fmt.Fprintln(t.out, "'gongkai diff' shows what the candidates change")
	}
}

// openToChange opens an existing corpus to write to it.
func (f *corpusFlags) openToChange(ctx context.Context) (*store.Store, error) {
	path, err := f.path()
	if err != nil {
		return nil, err
	}
	return openCorpus(ctx, path, store.Options{})
}
