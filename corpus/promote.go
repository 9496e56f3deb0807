package corpus

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gongkai/store"
)

// PromoteOptions for Promote. The zero value lets all candidates stand that make
// nothing worse, if none does.
type PromoteOptions struct {
	DiffQuery
	// Accept is why it is right that cells are lost, relations are broken or
	// decisions are contradicted. Empty refuses that.
	Accept string
	// Who promotes.
	Who string
	// Progress is told how many candidates were compared, then how many stand.
	Progress func(what string, n int)
}

// WorseError says that candidates make something worse; nothing was promoted.
type WorseError struct{ Diff *Diff }

func (e *WorseError) Error() string {
	d := e.Diff
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{
		{d.Cells[CellLost], "cells would be lost"}, {d.Broken, "hard relations would break"},
		{d.LostReports, "reports would be gone"}, {d.Contradicted, "decisions would be contradicted"},
	} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	return fmt.Sprintf("not promoted: in %d reports, %s; see 'gongkai diff', choose others, or say why with --accept", d.WorseReports, strings.Join(parts, ", "))
}

// Promotion is one entry in the log of promotions.
type Promotion struct {
	Number   uint64    `json:"number"`
	Time     time.Time `json:"time"`
	Who      string    `json:"who,omitempty"`
	What     string    `json:"what"`
	Why      string    `json:"why,omitempty"`
	Undoes   uint64    `json:"undoes,omitempty"`
	UndoneBy uint64    `json:"undone_by,omitempty"`
	// Reports is how many reports changed, Closed when the last did: one without it
	// was killed half-way, and the same promotion goes on with it.
	Reports int       `json:"reports"`
	Closed  time.Time `json:"closed,omitzero"`
	// Diff is what it changed.
	Diff *Diff `json:"diff,omitempty"`
}

func newPromotion(p store.Promotion) Promotion {
	v := Promotion{
		Number: p.Number, Time: p.Time, Who: p.Who, What: p.What, Why: p.Why, Undoes: p.Undoes, UndoneBy: p.UndoneBy,
		Reports: p.Moves, Closed: p.Closed,
	}
	var d Diff
	if len(p.Summary) > 0 && json.Unmarshal(p.Summary, &d) == nil {
		v.Diff = &d
	}
	return v
}

// ErrNothingWaits says that no candidate was chosen.
var ErrNothingWaits = errors.New("no candidate waits; 'gongkai reextract' makes candidates")

// promoteBatch is how many reports change in one transaction.
const promoteBatch = 64

// change is what is to happen to the reports of one snapshot.
type change struct {
	id   string
	step store.Step
}

// Promote compares the candidates with what stands and, if none makes anything
// worse or it is accepted, lets them stand. The error is a *WorseError when it is
// not, ErrNothingWaits when there is none.
//
// Killed at any moment, some stand and the others wait, and the same call goes on.
func (c *Corpus) Promote(ctx context.Context, o PromoteOptions) (*Promotion, error) {
	var changes []change
	compared := 0
	d, err := c.Diff(ctx, o.DiffQuery, func(d *ReportDiff) error {
		if compared++; o.Progress != nil && compared%reportBatch == 0 {
			o.Progress("compared", compared)
		}
		switch {
		case d.New == nil:
			changes = append(changes, change{d.Old.Report, store.Step{From: d.Old.Revision}})
		case d.Old == nil:
			changes = append(changes, change{d.New.Report, store.Step{To: d.New.Revision}})
		case d.Old.Report == d.New.Report:
			changes = append(changes, change{d.New.Report, store.Step{From: d.Old.Revision, To: d.New.Revision}})
		default: // it becomes another report
			changes = append(changes, change{d.Old.Report, store.Step{From: d.Old.Revision}}, change{d.New.Report, store.Step{To: d.New.Revision}})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if d.Candidates == 0 {
		return nil, ErrNothingWaits
	}
	if d.WorseReports > 0 && o.Accept == "" {
		return nil, &WorseError{Diff: d}
	}
	summary, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	p := store.Promotion{Who: o.Who, What: o.DiffQuery.String(), Why: o.Accept, Summary: summary}
	return c.apply(ctx, p, changes, o.Progress)
}

// String says what a query chooses.
func (q DiffQuery) String() string {
	var parts []string
	if q.Site != "" {
		parts = append(parts, "site "+q.Site)
	}
	if q.Template != "" {
		parts = append(parts, "template "+q.Template)
	}
	if len(q.Reports) > 0 {
		parts = append(parts, "report "+strings.Join(q.Reports, ", "))
	}
	return cmp.Or(strings.Join(parts, ", "), "all candidates")
}

// apply moves revisions, as one promotion. One that was killed and was to do the
// same is gone on with. The changes of one snapshot stand together and fall into
// one transaction.
func (c *Corpus) apply(ctx context.Context, p store.Promotion, changes []change, progress func(string, int)) (*Promotion, error) {
	err := c.store.Update(ctx, func(tx *store.Tx) (err error) {
		for last, err := range tx.Promotions() {
			if err != nil {
				return err
			}
			if last.Closed.IsZero() && last.What == p.What && last.Undoes == p.Undoes {
				p.Number, p.Time, p.Moves = last.Number, last.Time, last.Moves
			}
		}
		p, err = tx.PutPromotion(p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("promote: %w", err)
	}
	for len(changes) > 0 {
		n := min(promoteBatch, len(changes))
		for n < len(changes) && changes[n].step.From == 0 && changes[n-1].step.To == 0 {
			n++ // a report that becomes another one
		}
		batch := p
		err := c.store.Update(ctx, func(tx *store.Tx) (err error) {
			for _, c := range changes[:n] {
				if err := tx.PutMove(store.Move{Promotion: p.Number, Report: c.id, Time: p.Time, Steps: []store.Step{c.step}}); err != nil {
					return err
				}
			}
			batch.Moves += n
			if n == len(changes) {
				if err := closePromotion(tx, &batch); err != nil {
					return err
				}
			}
			batch, err = tx.PutPromotion(batch)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("promote: %w", err)
		}
		p, changes = batch, changes[n:]
		if progress != nil {
			progress("promoted", p.Moves)
		}
	}
	if _, err := c.Unite(ctx); err != nil {
		return nil, err
	}
	done := newPromotion(p)
	return &done, nil
}

// closePromotion notes the end of a promotion, and in the one that it takes back
// that it was.
func closePromotion(tx *store.Tx, p *store.Promotion) error {
	p.Closed = time.Now()
	if p.Undoes == 0 {
		return nil
	}
	undone, err := tx.Promotion(p.Undoes)
	if err != nil {
		return err
	}
	undone.UndoneBy = p.Number
	_, err = tx.PutPromotion(undone)
	return err
}

// Promotions returns the log, the latest first.
func (c *Corpus) Promotions(ctx context.Context) (all []Promotion, err error) {
	err = c.store.View(ctx, func(tx *store.Tx) error {
		for p, err := range tx.Promotions() {
			if err != nil {
				return err
			}
			all = append(all, newPromotion(p))
		}
		return nil
	})
	slices.Reverse(all)
	return all, err
}

// UndoError says why a promotion can't be undone.
type UndoError struct {
	Number uint64
	Why    string
}

func (e *UndoError) Error() string {
	return fmt.Sprintf("promotion %d can't be undone: %s", e.Number, e.Why)
}

// Undo lets stand again what stood before a promotion; number 0 is the latest that
// was not undone. It is a promotion itself and can be undone. Errors: *UndoError,
// store.ErrNotFound.
func (c *Corpus) Undo(ctx context.Context, number uint64, who, why string, progress func(string, int)) (*Promotion, error) {
	log, err := c.Promotions(ctx)
	if err != nil {
		return nil, err
	}
	if number == 0 {
		for _, p := range log {
			if p.UndoneBy == 0 && p.Undoes == 0 {
				number = p.Number
				break
			}
		}
		if number == 0 {
			return nil, &UndoError{Why: "nothing was promoted, or all of it was undone"}
		}
	}
	i := slices.IndexFunc(log, func(p Promotion) bool { return p.Number == number })
	if i < 0 {
		return nil, fmt.Errorf("promotion %d: %w", number, store.ErrNotFound)
	}
	if by := log[i].UndoneBy; by != 0 {
		return nil, &UndoError{number, fmt.Sprintf("promotion %d undid it already", by)}
	}
	changes, err := c.inverse(ctx, number)
	if err != nil {
		return nil, err
	}
	return c.apply(ctx, store.Promotion{Who: who, Why: why, What: fmt.Sprintf("undo of promotion %d", number), Undoes: number}, changes, progress)
}

// inverse finds what takes a promotion back, but for what was taken back already.
func (c *Corpus) inverse(ctx context.Context, number uint64) ([]change, error) {
	var changes []change
	for m, err := range c.store.Promoted(ctx, number) {
		if err != nil {
			return nil, err
		}
		var h store.ReportHistory
		err := c.store.View(ctx, func(tx *store.Tx) (err error) {
			h, err = tx.ReportHistory(m.Report)
			return err
		})
		if err != nil {
			return nil, err
		}
		var undone []store.Step // by the undo that was killed
		for _, later := range h.Moves {
			if later.Promotion <= number {
				continue
			}
			i := slices.IndexFunc(later.Steps, func(s store.Step) bool { return touches(s, m.Steps) })
			if i < 0 {
				continue
			}
			if !c.undoes(ctx, later.Promotion, number) {
				return nil, &UndoError{number, fmt.Sprintf("promotion %d changed report %s since; undo that first", later.Promotion, m.Report)}
			}
			undone = append(undone, later.Steps...)
		}
		for _, s := range slices.Backward(m.Steps) {
			back := store.Step{From: s.To, To: s.From}
			if !slices.Contains(undone, back) {
				changes = append(changes, change{m.Report, back})
			}
		}
	}
	return changes, nil
}

// touches tells whether a step moves a revision that others moved.
func touches(s store.Step, steps []store.Step) bool {
	for _, o := range steps {
		for _, n := range []int{o.From, o.To} {
			if n != 0 && (n == s.From || n == s.To) {
				return true
			}
		}
	}
	return false
}

// undoes tells whether a promotion is one that takes another back and did not come
// to its end.
func (c *Corpus) undoes(ctx context.Context, number, other uint64) bool {
	open := false
	err := c.store.View(ctx, func(tx *store.Tx) error {
		p, err := tx.Promotion(number)
		open = p.Undoes == other && p.Closed.IsZero()
		return err
	})
	return err == nil && open
}
