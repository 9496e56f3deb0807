package corpus

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
)

// Diff sums up what candidates change.
type Diff struct {
	// Candidates were compared with what stands; Same of them say the same, Changed
	// do not, New are reports that are not there yet, LostReports those that the
	// present extractor takes for none.
	Candidates  int `json:"candidates"`
	Same        int `json:"same"`
	Changed     int `json:"changed"`
	New         int `json:"new"`
	LostReports int `json:"lost_reports"`
	// Renamed have another organ, year or scope: they become another report.
	Renamed int `json:"renamed"`
	// Cells counts the changed cells by kind, Head the facts of heads.
	Cells map[ChangeKind]int `json:"cells"`
	Head  map[string]int     `json:"head"`
	// Fixed and Broken count hard relations; Failing the reports with broken ones.
	Fixed   int `json:"fixed"`
	Broken  int `json:"broken"`
	Failing int `json:"failing"`
	// ByTemplate and BySite group candidates and cells, ByRule relations.
	ByTemplate map[string]*Group     `json:"by_template"`
	BySite     map[string]*Group     `json:"by_site"`
	ByRule     map[string]*RuleGroup `json:"by_rule"`
	// Patterns are the changes of one kind to one cell, the gravest kinds and the
	// most frequent first, with the first example of each.
	Patterns []*Pattern `json:"patterns"`
	// Worse are the first reports for which a promotion must be accepted.
	Worse        []Worsened `json:"worse"`
	WorseReports int        `json:"worse_reports"` // all of them
	Contradicted int        `json:"contradicted"`  // decisions
}

// Group counts what changes in a group of reports.
type Group struct {
	Candidates int                `json:"candidates"`
	Changed    int                `json:"changed"`
	Cells      map[ChangeKind]int `json:"cells"`
	Fixed      int                `json:"fixed"`
	Broken     int                `json:"broken"`
}

// RuleGroup counts what becomes of a hard relation.
type RuleGroup struct {
	Fixed   int `json:"fixed"`
	Broken  int `json:"broken"`
	Dropped int `json:"dropped"` // no longer evaluated, or no longer there
}

// Pattern is a change that several reports have.
type Pattern struct {
	Kind    ChangeKind `json:"kind"`
	Cell    string     `json:"cell"`
	Was     string     `json:"was,omitempty"`
	Count   int        `json:"count"`
	Example Change     `json:"example"`
	Report  string     `json:"report"`
	Organ   string     `json:"organ"`
	Year    int        `json:"year"`
	URL     string     `json:"url"`
}

// Worsened is a report for which a promotion must be accepted, and why.
type Worsened struct {
	Report       string     `json:"report"`
	Organ        string     `json:"organ"`
	Year         int        `json:"year"`
	URL          string     `json:"url"`
	Gone         string     `json:"gone,omitempty"` // why it is no report any more
	LostCells    []Change   `json:"lost_cells,omitempty"`
	Broken       []Relation `json:"broken,omitempty"`
	Contradicted []Decision `json:"contradicted,omitempty"`
}

// worsened tells what gets worse; nil when nothing does.
func (d *ReportDiff) worsened() *Worsened {
	w := Worsened{Organ: d.Organ, Year: d.Year, URL: d.URL, Report: cmp.Or(d.Old, d.New).Report, Contradicted: d.Contradicted}
	for _, c := range d.Changes {
		if c.Kind == CellLost {
			w.LostCells = append(w.LostCells, c)
		}
	}
	for _, r := range d.Relations {
		if d.Old != nil && r.Broken() {
			w.Broken = append(w.Broken, r)
		}
	}
	if d.New == nil {
		w.Gone, w.LostCells = cmp.Or(d.Reason, "it is no report"), nil
	}
	if w.Gone == "" && len(w.LostCells)+len(w.Broken)+len(w.Contradicted) == 0 {
		return nil
	}
	return &w
}

const (
	maxWorse    = 50
	maxPatterns = 200
)

// tally adds up differences.
type tally struct {
	Diff
	patterns map[[3]string]*Pattern
}

func newTally() *tally {
	return &tally{
		Diff: Diff{
			Cells: map[ChangeKind]int{}, Head: map[string]int{}, ByTemplate: map[string]*Group{}, BySite: map[string]*Group{},
			ByRule: map[string]*RuleGroup{}, Patterns: []*Pattern{}, Worse: []Worsened{},
		},
		patterns: map[[3]string]*Pattern{},
	}
}

func (t *tally) add(d *ReportDiff) {
	t.Candidates++
	switch {
	case d.Old == nil:
		t.New++
	case d.New == nil:
		t.LostReports++
	case d.Says():
		t.Changed++
	default:
		t.Same++
	}
	if d.Old != nil && d.New != nil && d.Old.Report != d.New.Report {
		t.Renamed++
	}
	groups := []*Group{group(t.ByTemplate, cmp.Or(d.Template, "prose")), group(t.BySite, cmp.Or(d.Site, "-"))}
	for _, g := range groups {
		g.Candidates++
		if d.Says() {
			g.Changed++
		}
	}
	for _, h := range d.Head {
		t.Head[h.Field]++
	}
	t.addCells(d, groups)
	for _, r := range d.Relations {
		rule := t.ByRule[r.Rule]
		if rule == nil {
			rule = &RuleGroup{}
		}
		switch {
		case r.Fixed():
			t.Fixed++
			rule.Fixed++
			for _, g := range groups {
				g.Fixed++
			}
		case r.Broken() && d.Old != nil:
			t.Broken++
			rule.Broken++
			for _, g := range groups {
				g.Broken++
			}
		case r.Old != "" && (r.New == "" || r.New == "not_evaluated"):
			rule.Dropped++
		default:
			continue
		}
		t.ByRule[r.Rule] = rule
	}
	if d.Old != nil && d.Broken() {
		t.Failing++
	}
	t.Contradicted += len(d.Contradicted)
	if w := d.worsened(); w != nil {
		if t.WorseReports++; len(t.Worse) < maxWorse {
			t.Worse = append(t.Worse, *w)
		}
	}
}

func group(m map[string]*Group, name string) *Group {
	if m[name] == nil {
		m[name] = &Group{Cells: map[ChangeKind]int{}}
	}
	return m[name]
}

func (t *tally) addCells(d *ReportDiff, groups []*Group) {
	if d.Old == nil || d.New == nil {
		return // all of them are new, or lost with their report
	}
	for _, c := range d.Changes {
		t.Cells[c.Kind]++
		for _, g := range groups {
			g.Cells[c.Kind]++
		}
		key := [3]string{string(c.Kind), c.Cell, c.Was}
		p := t.patterns[key]
		if p == nil {
			p = &Pattern{Kind: c.Kind, Cell: c.Cell, Was: c.Was, Example: c, Report: d.New.Report, Organ: d.Organ, Year: d.Year, URL: d.URL}
			t.patterns[key] = p
		}
		p.Count++
	}
}

// sum gives the result.
func (t *tally) sum() *Diff {
	t.Patterns = slices.AppendSeq(t.Patterns[:0], maps.Values(t.patterns))
	slices.SortFunc(t.Patterns, func(a, b *Pattern) int {
		return cmp.Or(cmp.Compare(slices.Index(ChangeKinds(), a.Kind), slices.Index(ChangeKinds(), b.Kind)),
			cmp.Compare(b.Count, a.Count), cmp.Compare(a.Cell, b.Cell), cmp.Compare(a.Was, b.Was))
	})
	t.Patterns = t.Patterns[:min(len(t.Patterns), maxPatterns)]
	return &t.Diff
}

// Diff sums up what the candidates that the query takes change. Each, if not nil,
// is called for every one of them.
func (c *Corpus) Diff(ctx context.Context, q DiffQuery, each func(*ReportDiff) error) (*Diff, error) {
	t := newTally()
	for d, err := range c.Diffs(ctx, q) {
		if err != nil {
			return nil, err
		}
		t.add(&d)
		if each != nil {
			if err := each(&d); err != nil {
				return nil, err
			}
		}
	}
	return t.sum(), nil
}

func yearText(year int) string {
	if year == 0 {
		return ""
	}
	return strconv.Itoa(year)
}
