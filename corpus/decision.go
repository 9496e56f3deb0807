package corpus

import (
	"time"

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

func newDecision(d store.Decision) Decision {
	return Decision{
		Snapshot: string(d.Digest), Locator: d.Locator, Cell: d.Cell, Verdict: Ruling(d.Verdict), Note: d.Note, Who: d.Who,
		Time: d.Time, State: d.State, Value: d.Value, Raw: d.Raw, Report: d.Report, Revision: d.Revision,
	}
}
