package crawler

import (
	"context"
	"errors"
	"iter"
	"time"

	"gongkai/store"
)

// Planned is one URL that a run would fetch.
type Planned struct {
	URL  string `json:"url"`
	Site string `json:"site"`
	Kind string `json:"kind"` // index, list, page, attachment
	Host string `json:"host"`
	// Why is index, queued (found or left over, not fetched yet), retry or revisit.
	Why string `json:"why"`
	// At is when its turn would come if the host keeps its pace and the run began
	// now, within the hours in which it may be asked; pages that the indexes will
	// list are not counted in.
	At time.Time `json:"at"`
}

// Plan tells what [Run] would fetch with the same options, as far as is known
// before the indexes are read, and writes nothing: a dry run. Indexes come first,
// then the rows of each host in the order in which they are queued. The corpus may
// be read only; without a Store there is just the indexes.
func Plan(ctx context.Context, o Options) iter.Seq2[Planned, error] {
	return func(yield func(Planned, error) bool) {
		o = o.withDefaults()
		r, err := newRun(o)
		if err != nil {
			yield(Planned{}, err)
			return
		}
		p := &plan{r: r, now: o.Now(), turn: make(map[string]time.Time), yield: yield, indexes: make(map[string]bool)}
		if err := p.walk(ctx); err != nil && !errors.Is(err, errEnough) {
			yield(Planned{}, err)
		}
	}
}

// plan walks the queue and the agenda.
type plan struct {
	r       *run
	now     time.Time
	turn    map[string]time.Time // of each host, the next
	indexes map[string]bool      // keys of rows planned as index
	yield   func(Planned, error) bool
}

// errEnough ends a walk whose consumer has enough.
var errEnough = errors.New("enough")

func (p *plan) walk(ctx context.Context) error {
	if o := p.r.o; o.Store != nil {
		err := o.Store.View(ctx, func(tx *store.Tx) error {
			for _, c := range p.r.columns {
				if err := c.load(tx); err != nil {
					return err
				}
			}
			return p.r.open(tx)
		})
		if err != nil {
			return err
		}
	} else {
		p.r.record.Started = p.now
	}
	for _, key := range p.r.order {
		c := p.r.columns[key]
		if p.r.o.RetryFailed || c.Run == p.r.record.ID && c.Run != "" {
			continue // its row is in the queue, or it is done with
		}
		row := store.Row{Key: rowKey(kindIndex, c.Site, c.url), URL: c.Index, Site: c.Site, Kind: kindIndex, Host: c.site.queue(c.url)}
		p.indexes[row.Key] = true
		if err := p.add(&row, "index"); err != nil {
			return err
		}
	}
	if p.r.o.Store == nil {
		return nil
	}
	var hosts []string
	err := p.r.o.Store.Hosts(ctx, func(host string, _ time.Time, _ int) { hosts = append(hosts, host) })
	if err != nil {
		return err
	}
	for _, host := range hosts {
		if err := p.queued(ctx, host); err != nil {
			return err
		}
	}
	return p.revisits(ctx)
}

// planBatch is how many rows are read in one transaction.
const planBatch = 500

func (p *plan) queued(ctx context.Context, host string) error {
	var last store.Row
	for {
		rows, err := p.r.o.Store.Queued(ctx, host, last.Due, last.Key, planBatch)
		if err != nil {
			return err
		}
		for i := range rows {
			if p.r.column(&rows[i]) == nil || p.indexes[rows[i].Key] || p.r.spares(&rows[i]) {
				continue
			}
			why := "queued"
			if rows[i].Attempts > 0 {
				why = "retry"
			}
			if err := p.add(&rows[i], why); err != nil {
				return err
			}
		}
		if len(rows) < planBatch {
			return nil
		}
		last = rows[len(rows)-1]
	}
}

func (p *plan) revisits(ctx context.Context) error {
	var last store.Row
	for {
		var rows []store.Row
		err := p.r.o.Store.View(ctx, func(tx *store.Tx) error {
			rows = rows[:0]
			for row, err := range tx.RevisitsAfter(last.Due, last.Key, p.r.record.Started) {
				if err != nil {
					return err
				}
				if rows = append(rows, row); len(rows) == planBatch {
					break
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		for i := range rows {
			if !p.r.revisits(&rows[i]) || p.indexes[rows[i].Key] {
				continue
			}
			why := "revisit"
			if rows[i].State == store.Failed {
				why = "retry"
			}
			if err := p.add(&rows[i], why); err != nil {
				return err
			}
		}
		if len(rows) < planBatch {
			return nil
		}
		last = rows[len(rows)-1]
	}
}

// add yields one URL and takes its host's next turn.
func (p *plan) add(row *store.Row, why string) error {
	at := p.turn[row.Host]
	if at.Before(p.now) {
		at = p.now
	}
	if row.State == store.Queued && row.Due.After(at) {
		at = row.Due
	}
	site := p.r.sites[row.Site]
	at = site.window.Next(at)
	p.turn[row.Host] = at.Add(site.policy.Every)
	if !p.yield(Planned{URL: row.URL, Site: row.Site, Kind: row.Kind, Host: row.Host, Why: why, At: at}, nil) {
		return errEnough
	}
	return nil
}
