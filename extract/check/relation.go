package check

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"gongkai/report"
)

//go:embed data/relations.yaml
var relationsYAML []byte

// relation is one entry of relations.yaml, which says what the fields mean.
type relation struct {
	Rule     string              `yaml:"rule"`
	Table    string              `yaml:"table"`
	Severity report.Severity     `yaml:"severity"`
	Each     string              `yaml:"each"`
	At       string              `yaml:"at"`
	Sum      []string            `yaml:"sum"`
	Equals   []string            `yaml:"equals"`
	Least    []string            `yaml:"least"`
	Most     []string            `yaml:"most"`
	Any      map[string][]string `yaml:"any"`
	Text     string              `yaml:"text"`
	Present  int                 `yaml:"present"`
	Domain   bool                `yaml:"domain"`
	Unit     string              `yaml:"unit"`
	Zero     string              `yaml:"zero"`
	Then     []string            `yaml:"then"`
	Only     report.Applicant    `yaml:"only"`
}

var relations = sync.OnceValue(func() []relation {
	var file struct {
		Relations []relation `yaml:"relations"`
	}
	if err := yaml.UnmarshalWithOptions(relationsYAML, &file, yaml.Strict()); err != nil {
		panic(fmt.Sprintf("check: relations.yaml: %v", err)) // embedded: a broken build
	}
	return file.Relations
})

// form gives the form that the report's table of a relation follows; ok is false
// when the report has no such table. A relation without a table is about prose.
func (r *relation) form(t report.Templates) (form string, ok bool) {
	switch r.Table {
	case report.SectionDisclosure:
		form = t.Disclosure
	case report.SectionRequests:
		form = t.Requests
	case report.SectionReviewLitigation:
		form = t.ReviewLitigation
	case "annex":
		form = t.Annex
	default:
		return "", true
	}
	return form, form != ""
}

// operand names a figure: a metric, and an applicant in the table of requests.
type operand struct {
	metric    string
	applicant report.Applicant
}

func (o operand) String() string {
	if o.applicant == "" {
		return o.metric
	}
	return o.metric + "@" + string(o.applicant)
}

// expand gives the operands that names stand for in a form: metrics that the
// form lacks are left out, patterns stand for all that it has.
func expand(names []string, form string, applicant report.Applicant) []operand {
	var list []operand
	for _, name := range names {
		metric, column, _ := strings.Cut(name, "@")
		o := operand{metric, applicant}
		if column != "" {
			o.applicant = report.Applicant(column)
		}
		prefix, pattern := strings.CutSuffix(metric, "*")
		for _, m := range report.Metrics() {
			if !hasMetric(m, form) {
				continue
			}
			if m.Name == metric || pattern && strings.HasPrefix(m.Name, prefix) {
				o.metric = m.Name
				list = append(list, o)
			}
		}
	}
	return list
}

// hasMetric tells whether a form has a metric; prose has those of the text.
func hasMetric(m report.Metric, form string) bool {
	return m.Label[form] != "" || m.Label["text"] != ""
}

// rows lists the rows of 主动公开 that have all the named columns in a form.
func rows(form string, columns []string) []string {
	var list []string
	for _, m := range metrics(report.SectionDisclosure, form) {
		row, _, _ := strings.Cut(strings.TrimPrefix(m.Name, "disclosure."), ".")
		if slices.Contains(list, row) {
			continue
		}
		if !slices.ContainsFunc(columns, func(column string) bool {
			m, ok := report.LookupMetric("disclosure." + row + "." + column)
			return column != "0" && (!ok || m.Label[form] == "")
		}) {
			list = append(list, row)
		}
	}
	return list
}

// metrics lists the metrics of a table in a form.
func metrics(table, form string) []report.Metric {
	var list []report.Metric
	for _, m := range report.Metrics() {
		if m.Table == table && m.Label[form] != "" {
			list = append(list, m)
		}
	}
	return list
}

// instance is a relation at one place: the two sides that are compared.
type instance struct {
	at          string
	left, right []operand
	operands    []string // names of both sides
}

// alternative is one of the sums that a figure of the prose may equal.
type alternative struct {
	name     string
	terms    []operand
	operands []string
}

// plan is a relation worked out for a form.
type plan struct {
	*relation
	instances    []instance
	alternatives []alternative
	cells        []operand // of a domain, or what must be zero
	decimal      map[string]bool
	signed       map[string]bool
}

// plans keeps the plan of each relation and form.
var plans sync.Map // planKey → *plan

type planKey struct {
	relation int
	form     string
}

func planOf(i int, form string) *plan {
	key := planKey{i, form}
	if p, ok := plans.Load(key); ok {
		return p.(*plan)
	}
	p := newPlan(&relations()[i], form)
	plans.Store(key, p)
	return p
}

func newPlan(r *relation, form string) *plan {
	p := &plan{relation: r}
	add := func(at string, row relation, a report.Applicant) {
		left := expand(row.Sum, form, a)
		right := expand(slices.Concat(row.Equals, row.Least, row.Most), form, a)
		if len(left) == 0 || len(right) == 0 && !slices.Contains(slices.Concat(row.Least, row.Most), "0") {
			return // of another form
		}
		p.instances = append(p.instances, instance{at, left, right, names(left, right)})
	}
	// within names the figures of one row.
	within := func(prefix string) relation {
		on := func(columns []string) []string {
			list := make([]string, len(columns))
			for i, c := range columns {
				if list[i] = prefix + c; c == "0" {
					list[i] = c
				}
			}
			return list
		}
		return relation{Sum: on(r.Sum), Equals: on(r.Equals), Least: on(r.Least), Most: on(r.Most)}
	}
	switch {
	case r.Domain:
		p.decimal, p.signed = make(map[string]bool), make(map[string]bool)
		for _, m := range metrics(r.Table, form) {
			p.decimal[m.Name], p.signed[m.Name] = m.Kind == "decimal", m.Kind == "signed_count"
			if r.Table != report.SectionRequests {
				p.cells = append(p.cells, operand{metric: m.Name})
				continue
			}
			for _, a := range append(report.Applicants(), report.OrgSubtotal) {
				p.cells = append(p.cells, operand{m.Name, a})
			}
		}
	case r.Unit != "":
		p.cells = expand([]string{r.Unit}, form, "")
	case r.Zero != "":
		p.cells = expand(r.Then, form, "")
	case r.Text != "":
		for _, name := range slices.Sorted(maps.Keys(r.Any)) {
			if terms := expand(r.Any[name], form, ""); len(terms) > 0 {
				text := operand{metric: r.Text}
				p.alternatives = append(p.alternatives, alternative{name, terms, names([]operand{text}, terms)})
			}
		}
	case r.Each == "applicant":
		for _, a := range report.Applicants() {
			add(string(a), *r, a)
		}
	case r.Each == "metric":
		for _, m := range metrics(r.Table, form) {
			add(m.Name+r.At, within(m.Name), "")
		}
	case r.Each == "row":
		for _, row := range rows(form, slices.Concat(r.Sum, r.Least, r.Most)) {
			add("disclosure."+row, within("disclosure."+row+"."), "")
		}
	default:
		add(r.At, *r, "")
	}
	return p
}

func names(lists ...[]operand) []string {
	var s []string
	for _, list := range lists {
		for _, o := range list {
			s = append(s, o.String())
		}
	}
	return slices.Clip(s)
}
