package corpus

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"gongkai/report"
	"gongkai/store"
)

// Unification is what [Corpus.Unite] did.
type Unification struct {
	Compared int `json:"compared"` // reports that were new
	United   int `json:"united"`
}

const (
	// leastAgreement is how many cells with numbers other than zero two reports of
	// differently named organs must share to be the same; maxDisagreement is the part
	// of them that may differ.
	leastAgreement  = 5
	maxDisagreement = 0.1
	// unnamedAgreement is how many must agree, and none differ, when the organ of one
	// of them could not be read: more than two organs have in common by chance.
	unnamedAgreement = 20
	uniteBatch       = 64
)

// Unite compares the reports that got a revision since it was called last with
// those of the same year whose prose is nearly equal, and makes one of those that
// are the same: the fingerprints of their prose differ in at most three bits, the
// names of their organs agree (one is the other, or its end: 市教育局, 某市教育局),
// their regions and scopes do not contradict each other, and their figures are the
// same: all of them, and many, when the organ of one could not be read. Prose alone never unites: organs copy it from each other, and every organ
// from its own last year.
func (c *Corpus) Unite(ctx context.Context) (*Unification, error) {
	var novel []string
	err := c.store.View(ctx, func(tx *store.Tx) error {
		novel = slices.Collect(tx.Novel())
		return nil
	})
	if err != nil {
		return nil, err
	}
	sum := &Unification{}
	for batch := range slices.Chunk(novel, uniteBatch) {
		type union struct {
			id string
			store.Union
		}
		var unions []union
		var compared []string
		for _, id := range batch {
			into, u, ready, err := c.same(ctx, id)
			if err != nil {
				return sum, err
			}
			if u != nil {
				unions = append(unions, union{id: into, Union: *u})
			}
			if ready {
				compared = append(compared, id)
			}
		}
		if len(compared) == 0 {
			continue
		}
		united := 0
		err := c.store.Update(ctx, func(tx *store.Tx) error {
			united = 0
			for _, u := range unions {
				h, err := tx.ReportHistory(u.Into)
				if err != nil {
					return err
				}
				if h.Union != nil { // a report before this one in the batch found it
					u.Into = h.Union.Into
				}
				if own, err := tx.ReportHistory(u.id); err != nil || own.Union != nil || u.id == u.Into {
					if err != nil {
						return err
					}
					continue
				}
				if err := tx.PutUnion(u.id, u.Union); err != nil {
					return err
				}
				united++
			}
			for _, id := range compared {
				if err := tx.Compared(id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return sum, fmt.Errorf("unite reports: %w", err)
		}
		sum.Compared += len(compared)
		sum.United += united
	}
	return sum, nil
}

// same finds the report that one is the same as, and which of the two becomes part
// of the other. It is not ready to be compared while none of its revisions stands.
func (c *Corpus) same(ctx context.Context, id string) (member string, u *store.Union, ready bool, err error) {
	type candidate struct {
		life
		distance int
	}
	var own life
	var near []candidate
	err = c.store.View(ctx, func(tx *store.Tx) error {
		h, err := tx.ReportHistory(id)
		if err != nil {
			return err
		}
		if own = newLife(h, noTime); own.chosen == nil || own.chosen.Print == "" || own.chosen.Year == 0 || h.Union != nil {
			ready = own.chosen != nil || h.Union != nil
			return nil
		}
		ready = true
		ids, err := tx.Near(*own.chosen, store.MaxPrintDistance)
		if err != nil {
			return err
		}
		for other, distance := range ids {
			h, err := tx.ReportHistory(other)
			if err != nil {
				return err
			}
			if h.Union != nil {
				if h, err = tx.ReportHistory(h.Union.Into); err != nil {
					return err
				}
			}
			if l := newLife(h, noTime); l.id != id && l.chosen != nil {
				near = append(near, candidate{l, distance})
			}
		}
		return nil
	})
	if err != nil || len(near) == 0 {
		return "", nil, ready, err
	}
	slices.SortFunc(near, func(a, b candidate) int { return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.id, b.id)) })
	heads := []store.Report{*own.chosen}
	for _, n := range near {
		heads = append(heads, *n.chosen)
	}
	if err := c.store.ReportBodies(ctx, heads); err != nil {
		return "", nil, ready, err
	}
	a, err := decodeReport(&heads[0])
	if err != nil {
		return "", nil, ready, err
	}
	for i, n := range near {
		b, err := decodeReport(&heads[i+1])
		if err != nil {
			return "", nil, ready, err
		}
		why, ok := sameReport(a, b)
		if !ok {
			continue
		}
		// The fuller name keeps its ID; of equals, the one that came first.
		nameA, nameB := foldName(a.Organ), foldName(b.Organ)
		if len(nameA) > len(nameB) || len(nameA) == len(nameB) && own.chosen.Time.Before(n.chosen.Time) {
			return n.id, &store.Union{Into: id, Distance: n.distance, Why: why}, ready, nil
		}
		return id, &store.Union{Into: n.id, Distance: n.distance, Why: why}, ready, nil
	}
	return "", nil, ready, nil
}

// sameReport tells whether two reports with nearly equal prose are the same, and
// why.
func sameReport(a, b *report.Report) (why string, same bool) {
	if a.Year == 0 || a.Year != b.Year {
		return "", false
	}
	if a.Organ.Region != "" && b.Organ.Region != "" && a.Organ.Region != b.Organ.Region {
		return "", false
	}
	if a.Scope != b.Scope && a.Scope != report.ScopeUnknown && b.Scope != report.ScopeUnknown && a.Scope != "" && b.Scope != "" {
		return "", false
	}
	nameA, nameB := foldName(a.Organ), foldName(b.Organ)
	if !strings.HasSuffix(nameA, nameB) && !strings.HasSuffix(nameB, nameA) {
		return "", false
	}
	agree, differ := agreement(a, b)
	if nameA == "" || nameB == "" {
		if agree < unnamedAgreement || differ > 0 {
			return "", false
		}
		return fmt.Sprintf("%s and a report whose organ is not read: all %d figures agree", cmp.Or(nameA, nameB, "one"), agree), true
	}
	if agree < leastAgreement || float64(differ) > maxDisagreement*float64(agree+differ) {
		return "", false
	}
	return fmt.Sprintf("%s and %s: %d figures agree, %d do not", nameA, nameB, agree, differ), true
}

// agreement counts the cells with a number other than zero in either report in
// which two reports agree, and differ. A cell that one of them does not have is
// left out.
func agreement(a, b *report.Report) (agree, differ int) {
	type key struct {
		origin report.Origin
		cell   string
	}
	values := map[key][]string{}
	for i := range a.Figures {
		if f := &a.Figures[i]; f.State.HasValue() {
			k := key{f.Origin, CellName(f)}
			values[k] = append(values[k], f.Value)
		}
	}
	for i := range b.Figures {
		f := &b.Figures[i]
		there := values[key{f.Origin, CellName(f)}]
		if !f.State.HasValue() || len(there) == 0 {
			continue
		}
		switch {
		case !slices.Contains(there, f.Value):
			differ++
		case f.State != report.StateZero:
			agree++
		}
	}
	return agree, differ
}
