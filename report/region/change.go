package region

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed changes.tsv
var changesTSV string

// Kind says what happened to a division between two lists.
type Kind string

// The kinds of change.
const (
	Renamed   Kind = "renamed"   // the code stays, the name is another (襄樊市 → 襄阳市)
	Recoded   Kind = "recoded"   // the same place under another code, often of another rank (海安县 → 海安市)
	Succeeded Kind = "succeeded" // others took over its area (崇文区 → 东城区)
	Created   Kind = "created"   // no predecessor is known
	Ended     Kind = "ended"     // no successor is known
)

// Change is what happened to one division between two lists.
type Change struct {
	// After and By are the dates (YYYYMM) of the last list before the change and of
	// the first after it.
	After, By string
	Kind      Kind
	// Code and Name are those of before; empty for a division that was created.
	Code, Name string
	// To are the codes after it, To and ToNames in the same order; none for a
	// division that ended.
	To, ToNames []string
}

var changes = sync.OnceValue(func() []Change {
	var all []Change
	for line := range strings.Lines(changesTSV) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if line[0] == '#' || len(f) != 7 {
			continue
		}
		all = append(all, Change{After: f[0], By: f[1], Kind: Kind(f[2]), Code: f[3], Name: f[4], To: strings.Fields(f[5]), ToNames: strings.Fields(f[6])})
	}
	return all
})

// Changes are all changes between the lists, in the order of their dates.
func Changes() []Change { return slices.Clone(changes()) }

// Latest are the divisions of the newest list that hold the area which a code stood
// for in a year: usually one, several when it was divided, none when that is not
// known or the code is none of that year.
func Latest(code string, year int) []Division {
	start, ok := At(code, year)
	if !ok {
		return nil
	}
	// The walk begins at the list that start was found in.
	t := data()
	from := t.lists[t.listOf(year)]
	if !start.in(from) {
		from = t.lists[t.listOf(year)+1]
	}
	codes := []string{code}
	for _, c := range changes() {
		if c.After < from || c.Kind == Created || c.Kind == Renamed {
			continue
		}
		if i := slices.Index(codes, c.Code); i >= 0 {
			codes = slices.Concat(codes[:i], c.To, codes[i+1:])
		}
	}
	slices.Sort(codes)
	var now []Division
	for _, c := range slices.Compact(codes) {
		for _, d := range t.byCode[c] {
			if d.in(Vintage()) || strings.HasPrefix(c, "fz:") && d.Until == "" {
				now = append(now, d)
			}
		}
	}
	return now
}

// Concerns tells whether a code or a name had a part in a change.
func (c Change) Concerns(of string) bool {
	return c.Code == of || c.Name == of || slices.Contains(c.To, of) || slices.Contains(c.ToNames, of)
}
