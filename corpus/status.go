package corpus

import (
	"cmp"
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"time"

	"gongkai/extract"
	"gongkai/store"
)

// Status is what a corpus holds and how its runs went.
type Status struct {
	Corpus    string `json:"corpus"`
	FileBytes int64  `json:"file_bytes"`
	store.Counts
	// ReportsByYear and ReportsByStatus count the reports of List.
	ReportsByYear   map[int]int    `json:"reports_by_year"`
	ReportsByStatus map[string]int `json:"reports_by_status"`
	// Waiting counts the candidates that wait for a promotion, Stale what a
	// re-extraction would read, by reason.
	Waiting int               `json:"waiting"`
	Stale   map[Staleness]int `json:"stale"`
	// Runs are the latest ones, the last first.
	Runs []RunStatus `json:"runs"`
	// Columns tells for each column how the last run that visited it ended;
	// ColumnsByVerdict counts them by the word before the colon.
	Columns          []ColumnStatus `json:"columns"`
	ColumnsByVerdict map[string]int `json:"columns_by_verdict"`
	// Hosts are those with URLs in the queue.
	Hosts []HostStatus `json:"hosts"`
}

// RunStatus is one run. Its State is finished or, when it was not closed, open: it
// goes on, or it was killed and the next run goes on with it.
type RunStatus struct {
	Run     string    `json:"run"`
	What    string    `json:"what"`
	State   string    `json:"state"`
	Started time.Time `json:"started"`
	Closed  time.Time `json:"closed,omitzero"`
	// Summary is what the run said at its end, as `crawl --json` prints it.
	Summary json.RawMessage `json:"summary,omitempty"`
}

// ColumnStatus is the last known state of a column.
type ColumnStatus struct {
	Site     string `json:"site"`
	Index    string `json:"index"`
	Verdict  string `json:"verdict"`
	Declared int    `json:"declared"`
	Listed   int    `json:"listed"`
	Reports  int    `json:"reports"`
	Failed   int    `json:"failed"`
	Evidence string `json:"evidence"`
	Run      string `json:"run"` // that visited it last
}

// HostStatus is a host with URLs in the queue.
type HostStatus struct {
	Host   string    `json:"host"`
	Queued int       `json:"queued"`
	Due    time.Time `json:"due"` // the first of them
}

// Status tells of statusRuns runs, and looks for columns in columnRuns.
const (
	statusRuns = 10
	columnRuns = 60
)

// Status describes the corpus.
func (c *Corpus) Status(ctx context.Context) (*Status, error) {
	s := &Status{
		Corpus: c.store.Path(), ReportsByYear: map[int]int{}, ReportsByStatus: map[string]int{}, ColumnsByVerdict: map[string]int{},
		Stale: map[Staleness]int{},
		Runs:  []RunStatus{}, Columns: []ColumnStatus{}, Hosts: []HostStatus{},
	}
	if info, err := os.Stat(s.Corpus); err == nil {
		s.FileBytes = info.Size()
	}
	var runs []store.Run
	err := c.store.View(ctx, func(tx *store.Tx) (err error) {
		if s.Counts, err = tx.Counts(); err != nil {
			return err
		}
		for r, err := range tx.Runs() {
			if err != nil {
				return err
			}
			if runs = append(runs, r); len(runs) == columnRuns {
				break
			}
		}
		return tx.Hosts(func(host string, due time.Time, rows int) {
			s.Hosts = append(s.Hosts, HostStatus{Host: host, Queued: rows, Due: due})
		})
	})
	if err != nil {
		return nil, err
	}
	s.addRuns(runs)
	items, err := c.List(ctx, Filter{})
	if err != nil {
		return nil, err
	}
	for _, i := range items {
		s.ReportsByYear[i.Year]++
		s.ReportsByStatus[i.Status]++
		s.Waiting += i.Waiting
	}
	for u, err := range c.Stale(ctx, extract.Options{}, false) {
		if err != nil {
			return nil, err
		}
		s.Stale[u.Stale]++
	}
	return s, nil
}

// Columns tells for each column how the last run that visited it ended.
func (c *Corpus) Columns(ctx context.Context, asOf time.Time) ([]ColumnStatus, error) {
	var runs []store.Run
	err := c.store.View(ctx, func(tx *store.Tx) error {
		for r, err := range tx.Runs() {
			if err != nil {
				return err
			}
			if after(r.Closed, asOf) {
				continue
			}
			if runs = append(runs, r); len(runs) == columnRuns {
				break
			}
		}
		return nil
	})
	s := Status{ColumnsByVerdict: map[string]int{}}
	s.addRuns(runs)
	return s.Columns, err
}

// addRuns describes the runs, the latest first, and takes the state of each
// column from the latest run that tells it.
func (s *Status) addRuns(runs []store.Run) {
	type column struct{ site, index string }
	seen := map[column]bool{}
	for i, r := range runs {
		state := "finished"
		if r.Closed.IsZero() {
			state = "open"
		}
		if i < statusRuns {
			s.Runs = append(s.Runs, RunStatus{Run: r.ID, What: r.What, State: state, Started: r.Started, Closed: r.Closed, Summary: r.Summary})
		}
		var summary struct {
			Columns []ColumnStatus `json:"columns"`
		}
		if len(r.Summary) == 0 || json.Unmarshal(r.Summary, &summary) != nil {
			continue // not of a crawl
		}
		for _, c := range summary.Columns {
			if key := (column{c.Site, c.Index}); !seen[key] {
				seen[key] = true
				c.Run = r.ID
				s.Columns = append(s.Columns, c)
				word, _, _ := strings.Cut(c.Verdict, ":")
				s.ColumnsByVerdict[word]++
			}
		}
	}
	slices.SortFunc(s.Columns, func(a, b ColumnStatus) int {
		return cmp.Or(cmp.Compare(a.Site, b.Site), cmp.Compare(a.Index, b.Index))
	})
}
