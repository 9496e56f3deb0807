package corpus

import (
	"context"
	"iter"
	"slices"

	"gongkai/report"
	"gongkai/store"
)

// Conflict is a source of a report that says something else than the revision that
// the report is read as.
type Conflict struct {
	Report string `json:"report"`
	Organ  string `json:"organ"`
	Year   int    `json:"year"`
	// Chosen and Other are the sources, Changes the cells: Old is what the chosen
	// one says.
	Chosen        string   `json:"chosen"`
	Other         string   `json:"other"`
	OtherRevision Revision `json:"other_revision"`
	Changes       []Change `json:"changes"`
}

// Conflicts iterates over the sources that disagree with the chosen revision about
// a number that both know, by report ID, in chunks.
func (c *Corpus) Conflicts(ctx context.Context, f Filter) iter.Seq2[Conflict, error] {
	return func(yield func(Conflict, error) bool) {
		for l, err := range c.lives(ctx, f.AsOf) {
			if err != nil {
				yield(Conflict{}, err)
				return
			}
			if l.chosen == nil {
				continue
			}
			if item := l.item(l.chosen); !f.takes(&item) {
				continue
			}
			conflicts, err := c.conflicts(ctx, &l)
			for _, conflict := range conflicts {
				if !yield(conflict, nil) {
					return
				}
			}
			if err != nil {
				yield(Conflict{}, err)
				return
			}
		}
	}
}

// ConflictsOf returns the conflicts of one report.
func (c *Corpus) ConflictsOf(ctx context.Context, id string) ([]Conflict, error) {
	l, err := c.life(ctx, id, noTime)
	if err != nil || l.chosen == nil {
		return nil, err
	}
	return c.conflicts(ctx, &l)
}

// conflicts compares the latest of each source with the chosen revision.
func (c *Corpus) conflicts(ctx context.Context, l *life) ([]Conflict, error) {
	latest := map[string]store.Report{}
	var urls []string
	for _, r := range l.standing {
		if last, ok := latest[r.URL]; !ok || !capturedBefore(&r, &last) {
			if !ok {
				urls = append(urls, r.URL)
			}
			latest[r.URL] = r
		}
	}
	if len(urls) < 2 {
		return nil, nil
	}
	heads := []store.Report{*l.chosen}
	for _, url := range urls {
		if url != l.chosen.URL {
			heads = append(heads, latest[url])
		}
	}
	if err := c.store.ReportBodies(ctx, heads); err != nil {
		return nil, err
	}
	chosen, err := decodeReport(&heads[0])
	if err != nil {
		return nil, err
	}
	var all []Conflict
	for i := range heads[1:] {
		r := &heads[i+1]
		other, err := decodeReport(r)
		if err != nil {
			return all, err
		}
		changes := slices.DeleteFunc(Compare(chosen, other), func(ch Change) bool { return !disagree(ch) })
		if len(changes) > 0 {
			all = append(all, Conflict{
				Report: l.id, Organ: l.chosen.Organ, Year: l.chosen.Year, Chosen: l.chosen.URL, Other: r.URL,
				OtherRevision: l.revision(r), Changes: changes,
			})
		}
	}
	return all, nil
}

// disagree tells whether two sources say different numbers. What one of them
// leaves open is no disagreement, nor what prose says elsewhere.
func disagree(c Change) bool {
	return c.Kind == ValueChanged && c.Old.Origin != string(report.OriginText)
}
