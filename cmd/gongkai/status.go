package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gongkai/corpus"
)

type statusOptions struct {
	corpusFlags
	json bool
}

func newStatusCommand(t *terminal) *cobra.Command {
	var o statusOptions
	cmd := &cobra.Command{
		Use:   "status",
		Short: "show how runs, columns and hosts stand",
		Long: `Show what the corpus holds and how its columns stand: the verdict of each, what
was declared and what came, the queue by host and the latest runs. It answers
while a crawl runs.`,
		Example: `  gongkai status
  gongkai status --config gongkai.yaml --json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runStatus(cmd.Context(), t, o)
		},
	}
	o.add(cmd)
	addJSONFlag(cmd, &o.json)
	return cmd
}

func runStatus(ctx context.Context, t *terminal, o statusOptions) error {
	st, err := o.openForReading(ctx)
	if err != nil {
		return err
	}
	s, err := corpus.New(st).Status(ctx)
	if err != nil {
		return err
	}
	if o.json {
		return t.printJSON(s)
	}
	t.printStatus(s)
	return nil
}

func (t *terminal) printStatus(s *corpus.Status) {
	fmt.Fprintf(t.out, "%s  %s\n", s.Corpus, humanBytes(s.FileBytes))
	fmt.Fprintf(t.out, "  %d captures of %d snapshots, %s kept in %s\n", s.Captures, s.Snapshots, humanBytes(s.SnapshotBytes), humanBytes(s.SnapshotStored))
	fmt.Fprintf(t.out, "  %d reports, %d revisions%s\n", s.Reports, s.Revisions, prefixed(": ", counts(s.ReportsByStatus)))
	if stale := counts(s.Stale); s.Waiting > 0 || stale != "" {
		fmt.Fprintf(t.out, "  %d candidates wait; to be read again: %s\n", s.Waiting, cmp.Or(stale, "none"))
	}
	fmt.Fprintf(t.out, "  addresses: %s\n", orUnknown(counts(s.Rows)))
	if len(s.Columns) > 0 {
		fmt.Fprintf(t.out, "\ncolumns: %s\n", counts(s.ColumnsByVerdict))
		list := sheet{
			heads: []string{"site", "verdict", "listed", "reports", "failed", "run"},
			right: []int{2, 3, 4}, flex: []int{0, 1}, gap: 2,
		}
		for _, c := range s.Columns {
			list.add(c.Site, c.Verdict, listed(c.Listed, c.Declared), c.Reports, c.Failed, c.Run)
		}
		list.print(t.out, t.width)
		for _, c := range s.Columns {
			t.printTrouble(c.Site, c.Index, c.Verdict, c.Evidence)
		}
	}
	if len(s.Hosts) > 0 {
		fmt.Fprintf(t.out, "\nwaiting\n")
		for _, h := range s.Hosts {
			fmt.Fprintf(t.out, "  %-30s %d, from %s\n", h.Host, h.Queued, h.Due.Format("2006-01-02 15:04:05"))
		}
	}
	if len(s.Runs) > 0 {
		fmt.Fprintf(t.out, "\nruns\n")
		for _, r := range s.Runs {
			fmt.Fprintf(t.out, "  %s  %s, %s\n", r.Run, r.What, r.State)
		}
	}
}

// counts writes a tally in a fixed order: complete 3, partial 1.
func counts[K ~string](m map[K]int) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if m[key] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", key, m[key]))
		}
	}
	return strings.Join(parts, ", ")
}
