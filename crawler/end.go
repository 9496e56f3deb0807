package crawler

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gongkai/store"
)

// end judges the columns, stores the summary and closes the run, unless it was
// interrupted or failed: then it stays open, to be gone on with.
func (r *run) end(ctx context.Context, failure error) (*Summary, error) {
	ctx = context.WithoutCancel(ctx)
	ended := failure == nil
	if errors.Is(failure, errDuration) {
		failure = nil
	}
	if failure != nil {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, time.Second)
		defer stop()
	}
	s := &Summary{Run: r.record.ID, Requests: r.before.Requests + int(r.requests.Load()), Bytes: r.before.Bytes + r.received.Load(), Columns: []ColumnSummary{}}
	tallies, err := r.tally(ctx)
	if err != nil && failure == nil {
		return nil, fmt.Errorf("sum up crawl: %w", err)
	}
	for _, key := range r.order {
		c := r.columns[key]
		t := tallies[c]
		sum := c.summary(*t, r.whyLeft)
		if ended && c.Run == r.record.ID && readable(sum.Verdict) {
			p := point{Run: r.record.ID, Listed: sum.Listed, Pages: t.pages, Reports: t.parsed, Tables: t.tables}
			sum.Drift = c.drift(p)
			if sum.Verdict == verdictComplete || sum.Drift != "" {
				c.remember(p, sum.Drift != "")
			}
		}
		s.Columns = append(s.Columns, sum)
	}
	s.Hosts, s.HostsByHealth = r.hosts()
	s.Exit = s.exit()
	switch {
	case errors.Is(failure, context.Canceled):
		s.Exit = exitInterrupted
	case failure != nil:
		s.Exit = exitFailed
	}
	for _, c := range s.Columns {
		if c.Drift != "" {
			r.log.Error("drift", "run", s.Run, "site", c.Site, "url", c.Index, "drift", c.Drift)
		}
		r.log.Info("column", "run", s.Run, "site", c.Site, "url", c.Index, "verdict", c.Verdict, "evidence", c.Evidence,
			"declared", c.Declared, "listed", c.Listed, "reports", c.Reports, "new", c.New, "changed", c.Changed, "failed", c.Failed)
	}
	err = r.close(ctx, s, ended)
	r.o.Observer.Ended(s, r.success())
	if err != nil && failure == nil {
		return s, fmt.Errorf("close crawl: %w", err)
	}
	return s, failure
}

// hosts tells how the hosts stand that were asked, or were to be.
func (r *run) hosts() (unwell []HostSummary, count map[string]int) {
	count = make(map[string]int)
	for _, h := range r.health {
		if _, troubled := r.troubles[h.Host]; troubled {
			continue
		}
		count[h.State]++
		switch h.State {
		case "ok":
			continue
		case "slow":
			h.Why = fmt.Sprintf("it answered slowly or not at all: asked every %s", h.Pause.Round(time.Millisecond))
		}
		unwell = append(unwell, HostSummary{Host: h.Host, Health: h.State, Evidence: h.Why})
	}
	for host, t := range r.troubles {
		word, reason, _ := strings.Cut(t.verdict, ":")
		if word == "partial" && reason != "" {
			word = reason // budget, deferred
		}
		count[word]++
		unwell = append(unwell, HostSummary{Host: host, Health: word, Verdict: t.verdict, Evidence: t.evidence})
	}
	slices.SortFunc(unwell, func(a, b HostSummary) int {
		return cmp.Or(cmp.Compare(a.Health, b.Health), cmp.Compare(a.Host, b.Host))
	})
	return unwell, count
}

// readable tells whether a verdict is about what a column says; a column that could
// not be asked has not drifted.
func readable(verdict string) bool {
	word, _, _ := strings.Cut(verdict, ":")
	switch word {
	case "blocked", "robots", "unreachable", "failed":
		return false
	}
	return true
}

// close stores the summary, and how the columns ended if they did.
func (r *run) close(ctx context.Context, s *Summary, ended bool) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return r.o.Store.Update(ctx, func(tx *store.Tx) error {
		r.record.Summary = text
		if ended {
			now := r.now()
			for i, key := range r.order {
				c := r.columns[key]
				c.Closed, c.Last = now, &s.Columns[i]
				if c.Last.Verdict == verdictComplete && c.Last.Drift == "" {
					c.Complete = now
				}
				kept, err := c.stored()
				if err != nil {
					return err
				}
				if err := tx.PutColumn(*kept); err != nil {
					return err
				}
			}
			open, err := r.others(tx)
			if err != nil {
				return err
			}
			if !open {
				r.record.Closed = now
			}
		}
		return tx.PutRun(r.record)
	})
}

// others tells whether the run has begun columns of the configuration that were
// not part of this call and are not closed.
func (r *run) others(tx *store.Tx) (bool, error) {
	for _, s := range r.o.Config.Sites {
		if r.sites[s.ID] != nil {
			continue
		}
		for _, index := range s.Index {
			c, err := newColumn(&site{Site: s}, index)
			if err != nil {
				return false, err
			}
			if err := c.load(tx); err != nil {
				return false, err
			}
			if c.Run == r.record.ID && c.Closed.IsZero() {
				return true, nil
			}
		}
	}
	return false, nil
}

// tally counts what the corpus holds of the columns: the rows that were put for
// a column, and those that it lists too.
func (r *run) tally(ctx context.Context) (map[*column]*tally, error) {
	all := make(map[*column]*tally, len(r.columns))
	on := make(map[string][]*column) // columns by host
	for _, c := range r.columns {
		all[c] = new(tally)
		for _, host := range c.Hosts {
			on[host] = append(on[host], c)
		}
	}
	for host, columns := range on {
		wanted := make([]map[uint64]bool, len(columns))
		for i, c := range columns {
			wanted[i] = make(map[uint64]bool, len(c.Wanted))
			for _, h := range c.Wanted {
				wanted[i][h] = true
			}
		}
		for row, err := range r.o.Store.Rows(ctx, host+"/") {
			if err != nil {
				return all, err
			}
			own, h := r.column(&row), hash(row.Key)
			for i, c := range columns {
				if c == own || wanted[i][h] {
					all[c].count(&row, r)
				}
			}
		}
	}
	return all, nil
}

// count takes one row into the tally of a run.
func (t *tally) count(row *store.Row, r *run) {
	if row.State == store.Queued && (row.Kind == kindPage || row.Kind == kindAttachment) && !r.spares(row) {
		t.left++
		t.host = row.Host
	}
	lost := row.State == store.Gone || dead(row.Extra[extraVerdict])
	if row.Kind == kindPage && row.Digest != "" && !lost {
		t.pages++
	}
	if row.Extra[extraReport] != "" {
		t.reports++ // for good, whatever became of the page
		if row.Extra[extraReason] == "" {
			t.parsed++
			tables, _ := strconv.Atoi(row.Extra[extraTables])
			t.tables += tables
		}
	}
	if row.Run != r.record.ID {
		return
	}
	switch row.Extra[extraOutcome] {
	case outcomeNew:
		t.fresh++
	case outcomeChanged:
		t.changed++
	case outcomeUnchanged:
		t.unchanged++
	}
	if (row.State == store.Failed || row.State == store.Gone) && (row.Kind == kindPage || row.Kind == kindAttachment) {
		t.failed++
		if dead(row.Extra[extraVerdict]) {
			t.dead++
		} else if t.failure == "" {
			t.failure = row.LastError
		}
	}
}
