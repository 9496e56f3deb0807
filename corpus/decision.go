package corpus

import (
	"time"

	"gongkai/report"
	"gongkai/store"
)

// Decision is what a person found when looking at a cell of a snapshot. It
// belongs to the snapshot and the place in it, so that it holds for every reading
// of these bytes, also for those of later extractors.
type Decision struct {
	Snapshot string `json:"snapshot"`
	Locator  string `json:"locator"` // as [LocatorText] writes it
	Cell     string `json:"cell"`    // metric, or metric@applicant
	Verdict  Ruling `json:"verdict"`
	Note     string `json:"note,omitempty"`
	Who      string `json:"who,omitempty"`
	// Time is when it was decided, State, Value and Raw what was decided on.
	Time  time.Time `json:"time"`
	State string    `json:"state"`
	Value string    `json:"value,omitempty"`
	Raw   string    `json:"raw,omitempty"`
	// Report and Revision are where the person saw the cell.
	Report   string `json:"report"`
	Revision int    `json:"revision"`
}

// Ruling is the verdict of a person on a cell.
type Ruling string

// The rulings.
const (
	// RuledRight: the figure is what is printed there.
	RuledRight Ruling = "right"
	// RuledWrong: it is not; something else is printed there, or the number belongs
	// to another cell.
	RuledWrong Ruling = "wrong"
	// RuledUnreadable: nobody can tell from the snapshot.
	RuledUnreadable Ruling = "unreadable"
)

// RulingOn tells what a person found of a figure, among the decisions on its
// snapshot; it is empty when nobody looked. A reading that says something else than
// what was found to be right is wrong; one that says something else than what was
// found to be wrong has not been looked at.
func RulingOn(decisions []Decision, f *report.Figure) Ruling {
	if len(decisions) == 0 {
		return ""
	}
	cell, at := CellName(f), LocatorText(f.Locator)
	for _, d := range decisions {
		if d.Cell != cell || d.Locator != at {
			continue
		}
		same := string(f.State) == d.State && f.Value == d.Value
		switch {
		case d.Verdict == RuledRight && !same:
			return RuledWrong
		case d.Verdict == RuledWrong && !same:
			return ""
		}
		return d.Verdict
	}
	return ""
}

func newDecision(d store.Decision) Decision {
	return Decision{
		Snapshot: string(d.Digest), Locator: d.Locator, Cell: d.Cell, Verdict: Ruling(d.Verdict), Note: d.Note, Who: d.Who,
		Time: d.Time, State: d.State, Value: d.Value, Raw: d.Raw, Report: d.Report, Revision: d.Revision,
	}
}
