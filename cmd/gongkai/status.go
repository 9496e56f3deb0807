package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gongkai/configs"
	"gongkai/corpus"
	"gongkai/crawler"
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
was declared and what came, the hosts by health, the queue and the latest runs;
and which reports are overdue: organ and year, by the day the law sets (31
January for departments, 31 March for governments). With --config, sites that
gave no report at all count too. It answers while a crawl runs.`,
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
	s, err := statusOf(ctx, corpus.New(st), o)
	if err != nil {
		return err
	}
	if o.json {
		return t.printJSON(s)
	}
	t.printStatus(s)
	return nil
}

// status is the state of a corpus, of the hosts as the last run left them, and
// what should be there.
type status struct {
	*corpus.Status
	HostsByHealth map[string]int        `json:"hosts_by_health"`
	HostTroubles  []crawler.HostSummary `json:"host_troubles"`
	Overdue       []overdue             `json:"overdue"`
}

func statusOf(ctx context.Context, c *corpus.Corpus, o statusOptions) (*status, error) {
	base, err := c.Status(ctx)
	if err != nil {
		return nil, err
	}
	s := &status{Status: base, HostsByHealth: map[string]int{}, HostTroubles: []crawler.HostSummary{}}
	for _, r := range s.Runs {
		var last crawler.Summary
		if r.What == "crawl" && json.Unmarshal(r.Summary, &last) == nil && len(last.HostsByHealth) > 0 {
			s.HostsByHealth, s.HostTroubles = last.HostsByHealth, append(s.HostTroubles, last.Hosts...)
			break
		}
	}
	items, err := c.List(ctx, corpus.Filter{})
	if err != nil {
		return nil, err
	}
	var sites []configs.Site
	if o.config != "" {
		config, err := o.load()
		if err != nil {
			return nil, err
		}
		sites = config.Sites
	}
	s.Overdue = overdueReports(items, sites, time.Now())
	return s, nil
}

// overdueRows is how many overdue reports are printed.
const overdueRows = 15

func (t *terminal) printStatus(s *status) {
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
	if len(s.HostsByHealth) > 0 {
		fmt.Fprintf(t.out, "\nhosts in the last run: %s\n", counts(s.HostsByHealth))
		for _, h := range s.HostTroubles {
			fmt.Fprintf(t.out, "  %s\n", fold(h.Host+" "+cmp.Or(h.Verdict, h.Health)+": "+orUnknown(h.Evidence), t.width, 2, "    "))
		}
	}
	if len(s.Overdue) > 0 {
		fmt.Fprintf(t.out, "\noverdue: %d reports\n", len(s.Overdue))
		list := sheet{heads: []string{"year", "organ", "due", "site"}, flex: []int{1}, gap: 2}
		for _, d := range s.Overdue[:min(len(s.Overdue), overdueRows)] {
			list.add(d.Year, d.Organ, d.Due, d.Site)
		}
		list.print(t.out, t.width)
		if more := len(s.Overdue) - overdueRows; more > 0 {
			fmt.Fprintf(t.out, "  and %d more: --json lists them all\n", more)
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
