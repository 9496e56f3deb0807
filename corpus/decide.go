package corpus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gongkai/report"
	"gongkai/store"
)

// ErrNoCell is returned for a cell that a report does not have.
var ErrNoCell = errors.New("no such cell")

// CellError says that a cell can't be told from its name.
type CellError struct {
	Name string
	// Cells are those that the name may mean, each with its locator.
	Cells []string
}

func (e *CellError) Error() string {
	if len(e.Cells) == 0 {
		return fmt.Sprintf("%v: %q is no metric, metric@applicant or locator of a figure of the report", ErrNoCell, e.Name)
	}
	return fmt.Sprintf("%q may be %s; name the locator", e.Name, strings.Join(e.Cells, " or "))
}

// Is makes the error ErrNoCell.
func (e *CellError) Is(target error) bool { return target == ErrNoCell }

// cellOf finds the figure with a name: that of the cell, of the metric where it is
// the only one, or the locator.
func cellOf(r *report.Report, name string) (*report.Figure, error) {
	for _, named := range []func(*report.Figure) bool{
		func(f *report.Figure) bool { return CellName(f) == name },
		func(f *report.Figure) bool { return LocatorText(f.Locator) == name },
		func(f *report.Figure) bool { return CellName(f)+" "+LocatorText(f.Locator) == name },
		func(f *report.Figure) bool { return f.Metric == name },
	} {
		var found []*report.Figure
		for i := range r.Figures {
			if named(&r.Figures[i]) {
				found = append(found, &r.Figures[i])
			}
		}
		if len(found) == 1 {
			return found[0], nil
		}
		if len(found) > 1 {
			e := &CellError{Name: name}
			for _, f := range found {
				e.Cells = append(e.Cells, fmt.Sprintf("%q", CellName(f)+" "+LocatorText(f.Locator)))
			}
			return nil, e
		}
	}
	return nil, &CellError{Name: name}
}

// Decide writes down what a person found when looking at a cell of the report as it
// is read now. A decision on the same cell of the same snapshot is replaced. The
// error is a *CellError, or those of [Corpus.Show].
func (c *Corpus) Decide(ctx context.Context, name, cell string, verdict Ruling, who, note string) (*Decision, error) {
	shown, err := c.Show(ctx, name)
	if err != nil {
		return nil, err
	}
	f, err := cellOf(shown.Report, cell)
	if err != nil {
		return nil, err
	}
	d := store.Decision{
		Digest: store.Digest(shown.Snapshot), Locator: LocatorText(f.Locator), Cell: CellName(f), Verdict: string(verdict), Note: note, Who: who,
		Report: shown.ID, Revision: shown.Revision, State: string(f.State), Value: f.Value, Raw: f.Raw,
	}
	err = c.store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.PutDecision(d); err != nil {
			return err
		}
		all, err := tx.Decisions(d.Digest)
		if i := slices.IndexFunc(all, func(o store.Decision) bool { return o.Locator == d.Locator && o.Cell == d.Cell }); i >= 0 {
			d = all[i]
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	decision := newDecision(d)
	return &decision, nil
}

// Undecide removes a decision on a cell of the report as it is read now: of the
// cell with that name, or at that locator, also when the present reading has no
// such cell.
func (c *Corpus) Undecide(ctx context.Context, name, cell string) error {
	shown, err := c.Show(ctx, name)
	if err != nil {
		return err
	}
	for _, d := range shown.Decisions {
		if d.Cell == cell || d.Locator == cell || d.Cell+" "+d.Locator == cell {
			return c.store.Update(ctx, func(tx *store.Tx) error {
				return tx.DeleteDecision(store.Digest(d.Snapshot), d.Locator, d.Cell)
			})
		}
	}
	return fmt.Errorf("decision on %s of report %s: %w", cell, shown.ID, store.ErrNotFound)
}

// Decisions returns all decisions, by snapshot and locator.
func (c *Corpus) Decisions(ctx context.Context) (all []Decision, err error) {
	for d, err := range c.store.Decisions(ctx) {
		if err != nil {
			return nil, err
		}
		all = append(all, newDecision(d))
	}
	return all, nil
}

// DecisionsOn returns the decisions on a snapshot, by locator.
func (c *Corpus) DecisionsOn(ctx context.Context, snapshot string) (some []Decision, err error) {
	err = c.store.View(ctx, func(tx *store.Tx) error {
		stored, err := tx.Decisions(store.Digest(snapshot))
		for _, d := range stored {
			some = append(some, newDecision(d))
		}
		return err
	})
	return some, err
}
