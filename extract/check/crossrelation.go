package check

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/shopspring/decimal"

	"gongkai/report"
)

//go:embed data/across.yaml
var acrossYAML []byte

// crossRelation is one entry of across.yaml, which says what the fields mean.
type crossRelation struct {
	Rule     string              `yaml:"rule"`
	Severity report.Severity     `yaml:"severity"`
	Strength string              `yaml:"strength"`
	Across   string              `yaml:"across"`
	Table    string              `yaml:"table"`
	Each     string              `yaml:"each"`
	Rows     []string            `yaml:"rows"`
	Groups   []string            `yaml:"groups"`
	Present  []string            `yaml:"present"`
	Sum      []string            `yaml:"sum"`
	Equals   []string            `yaml:"equals"`
	Least    []string            `yaml:"least"`
	StandFor map[string][]string `yaml:"stand_for"`

	places []crossPlace
}

// crossPlace is a relation at one of the places it is repeated.
type crossPlace struct {
	name      string
	sum, with []crossTerm
	// before and after are the figures that the two reports must be able to have.
	before, after []uint16
}

// crossTerm is a figure of one of the reports: the first of its operands that is
// known.
type crossTerm struct {
	whose    string
	minus    bool
	operands []uint16
}

// crossFile is across.yaml.
type crossFile struct {
	Relations []*crossRelation `yaml:"relations"`
	Added     []string         `yaml:"added"`
	Lasting   []string         `yaml:"lasting"`

	added []uint16
}

var readCrossFile = sync.OnceValue(func() *crossFile {
	f := new(crossFile)
	if err := yaml.UnmarshalWithOptions(acrossYAML, f, yaml.Strict()); err != nil {
		panic(fmt.Sprintf("check: across.yaml: %v", err)) // embedded: a broken build
	}
	return f
})

// crossRelations is across.yaml with its metrics resolved.
var crossRelations = sync.OnceValue(func() *crossFile {
	f := *readCrossFile()
	for _, r := range f.Relations {
		if r.Across == "years" {
			r.resolve()
		}
	}
	for i, o := range operands().list {
		if slices.ContainsFunc(f.Added, func(p string) bool { return matches(o.String(), p) }) {
			f.added = append(f.added, uint16(i))
		}
	}
	return &f
})

// resolve works out the places of a relation between years.
func (r *crossRelation) resolve() {
	switch {
	case r.Each == "applicant":
		for _, a := range report.Applicants() {
			r.place(string(a), "", a)
		}
	case r.Rows != nil:
		for _, row := range r.Rows {
			r.place(r.Table+"."+row, row, "")
		}
	default:
		for _, g := range r.Groups {
			r.place(g, g, "")
		}
	}
}

func (r *crossRelation) place(name, item string, a report.Applicant) {
	p := crossPlace{name: name}
	fill := strings.NewReplacer("{row}", item, "{group}", item)
	terms := func(list []string) []crossTerm {
		var terms []crossTerm
		for _, s := range list {
			s, minus := strings.CutPrefix(fill.Replace(s), "-")
			whose, metric, _ := strings.Cut(s, ":")
			t := crossTerm{whose: whose, minus: minus}
			names := []string{metric}
			if stand, ok := r.StandFor[metric]; ok {
				names = stand
			}
			for _, name := range names {
				t.operands = append(t.operands, mustOperand(name, a))
			}
			terms = append(terms, t)
			switch {
			case len(names) > 1 || r.Table == "text":
			case whose == "before":
				p.before = append(p.before, t.operands[0])
			default:
				p.after = append(p.after, t.operands[0])
			}
		}
		return terms
	}
	p.sum, p.with = terms(r.Sum), terms(slices.Concat(r.Equals, r.Least))
	for _, name := range r.Present {
		o := mustOperand(fill.Replace(name), "")
		p.before, p.after = append(p.before, o), append(p.after, o)
	}
	r.places = append(r.places, p)
}

// mustOperand finds an operand that across.yaml names.
func mustOperand(name string, a report.Applicant) uint16 {
	metric, column, ok := strings.Cut(name, "@")
	if ok {
		a = report.Applicant(column)
	}
	o, ok := operands().index[operand{metric, a}]
	if !ok {
		panic("check: across.yaml: no metric " + name) // embedded: a broken build
	}
	return o
}

func (r *crossRelation) holds(left, right decimal.Decimal) bool {
	if r.Least != nil {
		return left.GreaterThanOrEqual(right)
	}
	return left.Equal(right)
}
