package corpus

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"time"

	"gongkai/report"
	"gongkai/store"
)

// DiffQuery chooses which candidates are compared with what stands. The zero value
// is all that wait.
type DiffQuery struct {
	Site, Template string
	Reports        []string // IDs
}

// ReportDiff is what a candidate changes about one snapshot of one address.
type ReportDiff struct {
	// Old and New name the revisions; Old is nil for a report that is new, New for
	// one that the present extractor takes for none, and Reason says why.
	Old    *RevisionName `json:"old,omitempty"`
	New    *RevisionName `json:"new,omitempty"`
	Reason string        `json:"reason,omitempty"`
	Organ  string        `json:"organ"`
	Year   int           `json:"year"`
	URL    string        `json:"url"`
	Site   string        `json:"site,omitempty"`
	// Template is that of the new reading, else of the old one.
	Template string `json:"template,omitempty"`
	// Head are the facts of the head that differ: organ, year, scope, title,
	// status, template, published.
	Head      []HeadChange `json:"head,omitempty"`
	Changes   []Change     `json:"changes,omitempty"`
	Relations []Relation   `json:"relations,omitempty"`
	// Contradicted are decisions of people that the candidate goes against.
	Contradicted []Decision `json:"contradicted,omitempty"`
}

// RevisionName names a revision.
type RevisionName struct {
	Report    string `json:"report"`
	Revision  int    `json:"revision"`
	Extractor int    `json:"extractor"`
}

// HeadChange is a fact of the head that two readings differ in.
type HeadChange struct {
	Field string `json:"field"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// Lost counts the cells that are lost; a report that is lost loses all.
func (d *ReportDiff) Lost() (n int) {
	for _, c := range d.Changes {
		if c.Kind == CellLost {
			n++
		}
	}
	return n
}

// Broken tells whether a hard relation fails that did not.
func (d *ReportDiff) Broken() bool { return slices.ContainsFunc(d.Relations, Relation.Broken) }

// Says tells whether the candidate says anything else than what stands.
func (d *ReportDiff) Says() bool {
	return d.Old == nil || d.New == nil || len(d.Head)+len(d.Changes)+len(d.Relations) > 0
}

// pair is a candidate and what it would take the place of.
type pair struct {
	old, now  *store.Report
	reason    string
	decisions []store.Decision
}

// Diffs iterates over what candidates change, by report ID, in chunks: memory does
// not grow with the corpus.
func (c *Corpus) Diffs(ctx context.Context, q DiffQuery) iter.Seq2[ReportDiff, error] {
	return func(yield func(ReportDiff, error) bool) {
		for p, err := range c.pairs(ctx, q) {
			if err != nil {
				yield(ReportDiff{}, err)
				return
			}
			d, err := p.diff()
			if err != nil {
				yield(ReportDiff{}, err)
				return
			}
			if q.Template != "" && !slices.Contains(strings.Split(d.Template, "+"), q.Template) {
				continue
			}
			if !yield(d, nil) {
				return
			}
		}
	}
}

// pairs iterates over the candidates with their bodies.
func (c *Corpus) pairs(ctx context.Context, q DiffQuery) iter.Seq2[pair, error] {
	return func(yield func(pair, error) bool) {
		if err := c.checkSite(ctx, q.Site); err != nil {
			yield(pair{}, err)
			return
		}
		var batch []life
		flush := func() bool {
			pairs, err := c.pairsOf(ctx, q, batch)
			batch = batch[:0]
			for _, p := range pairs {
				if !yield(p, nil) {
					return false
				}
			}
			if err != nil {
				yield(pair{}, err)
			}
			return err == nil
		}
		for l, err := range c.lives(ctx, time.Time{}) {
			if err != nil {
				yield(pair{}, err)
				return
			}
			if len(q.Reports) > 0 && !slices.Contains(q.Reports, l.id) {
				continue
			}
			if batch = append(batch, l); len(batch) == reportBatch && !flush() {
				return
			}
		}
		flush()
	}
}

// pairsOf finds the candidates of some reports, and the reports that the present
// extractor takes for none.
func (c *Corpus) pairsOf(ctx context.Context, q DiffQuery, batch []life) ([]pair, error) {
	var pairs []pair
	var heads []store.Report
	err := c.store.View(ctx, func(tx *store.Tx) error {
		for _, l := range batch {
			for _, r := range l.waiting {
				old, err := rival(tx, &l, &r)
				if err != nil {
					return err
				}
				pairs = append(pairs, pair{old: old, now: &r})
			}
			for _, r := range l.standing {
				noted, err := tx.Reading(r.Digest, r.URL)
				if errors.Is(err, store.ErrNotFound) || err == nil && (noted.Reason == reasonSame || noted.Time.Before(r.Time)) {
					continue
				}
				if err != nil {
					return err
				}
				waits := slices.ContainsFunc(l.waiting, func(w store.Report) bool { return w.URL == r.URL && w.Digest == r.Digest })
				if !waits && (noted.Extractor != r.Extractor || noted.Options != r.Options || noted.Data != r.Data) {
					pairs = append(pairs, pair{old: &r, reason: cmp.Or(noted.Detail, noted.Reason)})
				}
			}
		}
		pairs = slices.DeleteFunc(pairs, func(p pair) bool { return q.Site != "" && cmp.Or(p.now, p.old).Site != q.Site })
		for i := range pairs {
			p := &pairs[i]
			var err error
			if p.decisions, err = tx.Decisions(cmp.Or(p.now, p.old).Digest); err != nil {
				return err
			}
			for _, r := range []*store.Report{p.old, p.now} {
				if r != nil {
					heads = append(heads, *r)
				}
			}
		}
		return nil
	})
	if err == nil {
		err = c.store.ReportBodies(ctx, heads)
	}
	if err != nil {
		return nil, err
	}
	for i := range pairs {
		for _, r := range []*store.Report{pairs[i].old, pairs[i].now} {
			if r != nil {
				r.Body, heads = heads[0].Body, heads[1:]
			}
		}
	}
	return pairs, nil
}

// rival finds the revision that a candidate would take the place of: the one that
// stands for the same snapshot of the same address, under this ID or another. It
// is nil when there is none.
func rival(tx *store.Tx, l *life, r *store.Report) (*store.Report, error) {
	same := func(o store.Report) bool { return o.URL == r.URL && o.Digest == r.Digest }
	if i := slices.IndexFunc(l.standing, same); i >= 0 {
		return &l.standing[i], nil
	}
	for _, id := range tx.ReportsOf(r.URL) {
		h, err := tx.ReportHistory(id)
		if err != nil {
			return nil, err
		}
		standing := h.Standing(time.Time{})
		if i := slices.IndexFunc(standing, same); i >= 0 {
			return &standing[i], nil
		}
	}
	return nil, nil
}

// diff compares the two readings of a pair.
func (p *pair) diff() (ReportDiff, error) {
	r := cmp.Or(p.now, p.old)
	d := ReportDiff{Organ: r.Organ, Year: r.Year, URL: r.URL, Site: r.Site, Reason: p.reason, Old: nameOf(p.old), New: nameOf(p.now)}
	old, now := &report.Report{}, &report.Report{}
	var err error
	if p.old != nil {
		if old, err = decodeReport(p.old); err != nil {
			return d, err
		}
		d.Template = templateOf(old)
	}
	if p.now != nil {
		if now, err = decodeReport(p.now); err != nil {
			return d, err
		}
		d.Template = templateOf(now)
	}
	if p.old != nil && p.now != nil {
		d.Head = headChanges(old, now)
	}
	d.Changes = Compare(old, now)
	d.Relations = relationChanges(old, now)
	for _, decision := range p.decisions {
		if contradicts(newDecision(decision), old, now) {
			d.Contradicted = append(d.Contradicted, newDecision(decision))
		}
	}
	return d, nil
}

func nameOf(r *store.Report) *RevisionName {
	if r == nil {
		return nil
	}
	return &RevisionName{r.ID, r.Revision, r.Extractor}
}

func headChanges(old, now *report.Report) (changes []HeadChange) {
	for _, f := range []HeadChange{
		{"organ", old.Organ.Name, now.Organ.Name},
		{"full_name", old.Organ.FullName, now.Organ.FullName},
		{"region", old.Organ.Region, now.Organ.Region},
		{"year", yearText(old.Year), yearText(now.Year)},
		{"scope", string(old.Scope), string(now.Scope)},
		{"title", old.Title, now.Title},
		{"published", old.Published, now.Published},
		{"status", string(old.Status), string(now.Status)},
		{"template", templateOf(old), templateOf(now)},
	} {
		if f.Old != f.New {
			changes = append(changes, f)
		}
	}
	return changes
}

// contradicts tells whether a new reading goes against a decision, and the old one
// did not.
func contradicts(d Decision, old, now *report.Report) bool {
	return against(d, now) && !against(d, old)
}

// against tells whether a reading goes against a decision: it changes what is
// right, repeats what is wrong, or reads what is unreadable.
func against(d Decision, r *report.Report) bool {
	i := slices.IndexFunc(r.Figures, func(f report.Figure) bool { return CellName(&f) == d.Cell && LocatorText(f.Locator) == d.Locator })
	if i < 0 {
		return d.Verdict == RuledRight
	}
	f := &r.Figures[i]
	same := string(f.State) == d.State && f.Value == d.Value
	switch d.Verdict {
	case RuledRight:
		return !same
	case RuledWrong:
		return same
	}
	return f.State.HasValue()
}

// DiffRevisions compares two stored revisions.
func (c *Corpus) DiffRevisions(ctx context.Context, old, now RevisionName) (*ReportDiff, error) {
	var p pair
	err := c.store.View(ctx, func(tx *store.Tx) error {
		for _, side := range []struct {
			name RevisionName
			to   **store.Report
		}{{old, &p.old}, {now, &p.now}} {
			r, err := tx.Report(side.name.Report, side.name.Revision)
			if err != nil {
				return err
			}
			*side.to = &r
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	d, err := p.diff()
	return &d, err
}
