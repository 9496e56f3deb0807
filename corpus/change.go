package corpus

import (
	"slices"

	"gongkai/report"
)

// ChangeKind is what happened to a cell between two readings.
type ChangeKind string

// The kinds of changes. A cell is known when it holds a number or an explicit sign.
const (
	// CellAdded: there is a figure where there was none, or none was recovered.
	CellAdded ChangeKind = "added"
	// CellLost: the figure is gone, or its number is.
	CellLost ChangeKind = "lost"
	// ValueChanged: another number, or another unit.
	ValueChanged ChangeKind = "value"
	// StateChanged: the same number or none, in another state.
	StateChanged ChangeKind = "state"
	// Relabelled: the number of this place belongs to another cell.
	Relabelled ChangeKind = "label"
	// PlaceChanged: the same figure, found in another place or printed otherwise.
	PlaceChanged ChangeKind = "place"
)

// ChangeKinds are all of them, the gravest first.
func ChangeKinds() []ChangeKind {
	return []ChangeKind{CellLost, ValueChanged, Relabelled, StateChanged, CellAdded, PlaceChanged}
}

// Change is one cell that two readings differ in.
type Change struct {
	Kind ChangeKind `json:"kind"`
	// Cell is its name in the new reading, Was in the old one where it differs.
	Cell string `json:"cell"`
	Was  string `json:"was,omitempty"`
	Old  *Side  `json:"old,omitempty"`
	New  *Side  `json:"new,omitempty"`
}

// Side is a cell in one of two readings.
type Side struct {
	Origin  string `json:"origin"`
	State   string `json:"state"`
	Value   string `json:"value,omitempty"`
	Unit    string `json:"unit,omitempty"`
	Raw     string `json:"raw,omitempty"`
	Locator string `json:"locator"`
}

func side(f *report.Figure) *Side {
	if f == nil {
		return nil
	}
	return &Side{
		Origin: string(f.Origin), State: string(f.State), Value: f.Value, Unit: f.Unit, Raw: f.Raw, Locator: LocatorText(f.Locator),
	}
}

// Compare finds the cells that two readings differ in, in the order of the old
// one, then of the new one.
func Compare(old, now *report.Report) []Change {
	type key struct {
		origin report.Origin
		cell   string
	}
	keyOf := func(f *report.Figure) key { return key{f.Origin, CellName(f)} }
	left := map[key][]*report.Figure{} // of the new reading, not yet paired
	for i := range now.Figures {
		f := &now.Figures[i]
		left[keyOf(f)] = append(left[keyOf(f)], f)
	}
	take := func(k key, fits func(*report.Figure) bool) *report.Figure {
		i := slices.IndexFunc(left[k], fits)
		if i < 0 {
			return nil
		}
		f := left[k][i]
		left[k] = slices.Delete(left[k], i, i+1)
		return f
	}
	// Figures of one name, as in several sentences, are paired by place first.
	pairs := make([]*report.Figure, len(old.Figures))
	for i := range old.Figures {
		f := &old.Figures[i]
		pairs[i] = take(keyOf(f), func(n *report.Figure) bool { return samePlace(f, n) })
	}
	for i := range old.Figures {
		if f := &old.Figures[i]; pairs[i] == nil {
			pairs[i] = take(keyOf(f), func(n *report.Figure) bool { return n.Value == f.Value && n.State == f.State })
		}
	}
	var changes []Change
	gone := map[*report.Figure]int{} // where its loss stands in changes
	for i := range old.Figures {
		f := &old.Figures[i]
		if pairs[i] == nil {
			pairs[i] = take(keyOf(f), func(*report.Figure) bool { return true })
		}
		if kind := compare(f, pairs[i]); kind != "" {
			if pairs[i] == nil {
				gone[f] = len(changes)
			}
			changes = append(changes, Change{Kind: kind, Cell: CellName(f), Old: side(f), New: side(pairs[i])})
		}
	}
	for i := range now.Figures {
		n := &now.Figures[i]
		if !slices.Contains(left[keyOf(n)], n) {
			continue
		}
		// What was taken for another cell, in the same place, has not come or gone.
		relabelled := false
		for f, at := range gone {
			if samePlace(f, n) && f.Value == n.Value && f.State == n.State {
				changes[at] = Change{Kind: Relabelled, Cell: CellName(n), Was: CellName(f), Old: side(f), New: side(n)}
				delete(gone, f)
				relabelled = true
				break
			}
		}
		if kind := compare(nil, n); kind != "" && !relabelled {
			changes = append(changes, Change{Kind: kind, Cell: CellName(n), New: side(n)})
		}
	}
	return changes
}

func samePlace(a, b *report.Figure) bool { return LocatorText(a.Locator) == LocatorText(b.Locator) }

// known tells whether a figure says what is printed.
func known(f *report.Figure) bool {
	return f != nil && f.State != report.StateNotRecovered && f.State != report.StateAbsent
}

// compare gives the kind of a change, empty for none.
func compare(old, now *report.Figure) ChangeKind {
	switch {
	case !known(old) && !known(now):
		return ""
	case !known(old):
		return CellAdded
	case !known(now), old.State.HasValue() && !now.State.HasValue():
		return CellLost
	case old.State.HasValue() && (old.Value != now.Value || old.Unit != now.Unit):
		return ValueChanged
	case old.State != now.State:
		return StateChanged
	case !samePlace(old, now) || old.Raw != now.Raw:
		return PlaceChanged
	}
	return ""
}

// Relation is a hard accounting relation whose verdict two readings differ in.
type Relation struct {
	Rule string `json:"rule"`
	At   string `json:"at,omitempty"`
	// Old and New are verdicts; empty when the reading does not have the relation.
	Old      report.Verdict `json:"old,omitempty"`
	New      report.Verdict `json:"new,omitempty"`
	Expected string         `json:"expected,omitempty"` // by the new reading
	Got      string         `json:"got,omitempty"`
}

// Fixed tells that the relation failed and holds now.
func (r Relation) Fixed() bool { return r.Old == report.Fail && r.New == report.Pass }

// Broken tells that the relation fails now and did not.
func (r Relation) Broken() bool { return r.Old != report.Fail && r.New == report.Fail }

// relationChanges compares the hard relations of two readings.
func relationChanges(old, now *report.Report) []Relation {
	type key struct{ rule, at string }
	was := map[key]report.Verdict{}
	for _, f := range old.Findings {
		if f.Severity == report.Hard {
			was[key{f.Rule, f.At}] = f.Verdict
		}
	}
	var all []Relation
	for _, f := range now.Findings {
		k := key{f.Rule, f.At}
		if f.Severity == report.Hard && was[k] != f.Verdict {
			all = append(all, Relation{f.Rule, f.At, was[k], f.Verdict, f.Expected, f.Got})
		}
		delete(was, k)
	}
	for _, f := range old.Findings {
		k := key{f.Rule, f.At}
		if v, left := was[k]; left {
			all = append(all, Relation{Rule: f.Rule, At: f.At, Old: v})
			delete(was, k)
		}
	}
	return all
}
