package export

import (
	"context"
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"sync"

	"gongkai/extract/check"
	"gongkai/report"
)

// codebook.csv names every metric in English and defines it in both languages.
//
//go:embed data/codebook.csv
var codebookCSV string

// crosswalk.csv says what in one generation of forms can be compared with what in
// another.
//
//go:embed data/crosswalk.csv
var crosswalkCSV string

var codebookTable = Table{
	Name:        "codebook",
	Title:       "编码手册 codebook",
	Description: "one row a metric: what it is called in each form, what it counts, in which unit, and which relations read it",
	Key:         []string{"metric"},
	Columns: []Column{
		{Name: "metric", Type: Text, Description: "name of the metric", Required: true},
		{Name: "table", Type: Text, Description: "table of the form, annex or text", Required: true},
		{Name: "label_zh", Type: Text, Description: "label in Chinese: that of the newest form, levels separated by /", Required: true},
		{Name: "label_en", Type: Text, Description: "label in English", Required: true},
		{Name: "definition_zh", Type: Text, Description: "what it counts, in Chinese", Required: true},
		{Name: "definition_en", Type: Text, Description: "what it counts, in English", Required: true},
		{Name: "unit", Type: Text, Description: "unit that the form fixes; missing when it is as printed"},
		{Name: "kind", Type: Text, Description: "kind of number", Required: true, Categories: []Category{
			{"count", "a whole number, not negative"}, {"signed_count", "a whole number that may be negative"}, {"decimal", "an amount"},
		}},
		{Name: "generations", Type: Text, Description: "forms that have it, separated by spaces; text for what is read from sentences", Required: true},
		{Name: "label_2008", Type: Text, Description: "label in the coded annex of 2008–2013"},
		{Name: "label_2014", Type: Text, Description: "label in the statistics annex of 2014–2018"},
		{Name: "label_2019", Type: Text, Description: "label in the form of 2019"},
		{Name: "label_2021", Type: Text, Description: "label in the form of 2021"},
		{Name: "comparability", Type: Text, Description: "concepts of the crosswalk that it is part of, separated by spaces"},
		{Name: "rules", Type: Text, Description: "relations that read it, separated by spaces"},
	},
	rest: func(_ context.Context, x *run, out emit) error {
		words, rules := codebookWords(), rulesOf()
		for _, m := range report.Metrics() {
			if !x.metrics.takes(m.Name) {
				continue
			}
			w := words[m.Name]
			generations := formsOf(m)
			if m.Table == "text" {
				generations = []string{"text"}
			}
			if err := out([]string{
				m.Name, m.Table, strings.Join(m.Levels(), " / "), w.label, w.zh, w.en, m.Unit, m.Kind, strings.Join(generations, " "),
				m.Label["2008"], m.Label["2014"], m.Label["2019"], m.Label["2021"], strings.Join(conceptsOf(m.Name), " "), strings.Join(rules[m.Name], " "),
			}); err != nil {
				return err
			}
		}
		return nil
	},
}

// words are what the codebook says of a metric beside the dictionary.
type words struct{ label, en, zh string }

var codebookWords = sync.OnceValue(func() map[string]words {
	w := make(map[string]words)
	for _, r := range embedded("codebook.csv", codebookCSV) {
		w[r[0]] = words{r[1], r[2], r[3]}
	}
	// A metric that nobody described yet has its Chinese label, at least.
	for _, m := range report.Metrics() {
		if _, ok := w[m.Name]; !ok {
			w[m.Name] = words{m.Name, "As the label says.", "“" + m.Short() + "”一栏（句）所印的数。"}
		}
	}
	return w
})

func embedded(name, data string) [][]string {
	rows, err := csv.NewReader(strings.NewReader(data)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("export: %s: %v", name, err)) // embedded: a broken build
	}
	return rows[1:]
}

// rulesOf are the relations that read each metric, found by evaluating all of them
// on forms full of zeros.
var rulesOf = sync.OnceValue(func() map[string][]string {
	rules := make(map[string][]string)
	forms := make(map[string]bool)
	for _, m := range report.Metrics() {
		for form := range m.Label {
			forms[form] = true
		}
	}
	for form := range forms {
		var figures []report.Figure
		add := func(metric string, a report.Applicant) {
			figures = append(figures, report.Figure{Metric: metric, Applicant: a, Origin: report.OriginTable, State: report.StateZero, Value: "0"})
		}
		for _, m := range report.Metrics() {
			switch {
			case m.Table == "text":
				figures = append(figures, report.Figure{Metric: m.Name, Origin: report.OriginText, State: report.StateZero, Value: "0"})
			case m.Label[form] == "":
			case m.Table == "annex":
				figures = append(figures, report.Figure{Metric: m.Name, Origin: report.OriginAnnex, State: report.StateZero, Value: "0"})
			case m.Table == report.SectionRequests:
				for _, a := range append(report.Applicants(), report.OrgSubtotal) {
					add(m.Name, a)
				}
			default:
				add(m.Name, "")
			}
		}
		t := report.Templates{Disclosure: form, Requests: form, ReviewLitigation: form, Annex: form}
		for _, f := range check.Evaluate(t, figures) {
			for _, o := range f.Operands {
				metric, _, _ := strings.Cut(o, "@")
				if !slices.Contains(rules[metric], f.Rule) {
					rules[metric] = append(rules[metric], f.Rule)
				}
			}
			// A domain names no operands: it is about every number of the table.
			if strings.HasSuffix(f.Rule, domainRule) {
				for _, m := range report.Metrics() {
					if m.Table == tableOf(f.At) && m.Label[form] != "" && !slices.Contains(rules[m.Name], f.Rule) {
						rules[m.Name] = append(rules[m.Name], f.Rule)
					}
				}
			}
		}
	}
	for _, r := range rules {
		slices.Sort(r)
	}
	return rules
})

var crosswalkTable = Table{
	Name:        "crosswalk",
	Title:       "口径对照 crosswalk",
	Description: "one row a concept and generation of forms: what stands for it there, and how far it can be compared with the newest form",
	Key:         []string{"concept", "generation"},
	Columns: []Column{
		{Name: "concept", Type: Text, Description: "what is compared", Required: true},
		{Name: "label_zh", Type: Text, Description: "the concept in Chinese", Required: true},
		{Name: "label_en", Type: Text, Description: "the concept in English", Required: true},
		{Name: "generation", Type: Text, Description: "generation of forms", Required: true, Categories: []Category{
			{"2008", "reports of 2008–2013, narrative or with a coded annex"}, {"2014", "reports of 2014–2018 with a statistics annex"},
			{"2019", "the form of 2019"}, {"2021", "the form of 2021"},
		}},
		{Name: "expression", Type: Text, Description: "metrics, and how to add them up; those of the table of requests stand for applicant total; missing where the generation has none"},
		{Name: "comparability", Type: Text, Description: "with the newest form that has the concept", Required: true, Categories: []Category{
			{"exact", "the same definition"}, {"near", "the same subject, counted a little differently"},
			{"partial", "part of it, or more than it"}, {"none", "not to be compared"}, {"absent", "this generation does not ask for it"},
		}},
		{Name: "note_zh", Type: Text, Description: "what to mind, in Chinese"},
		{Name: "note_en", Type: Text, Description: "what to mind, in English"},
	},
	rest: func(_ context.Context, _ *run, out emit) error {
		for _, r := range embedded("crosswalk.csv", crosswalkCSV) {
			if err := out(r); err != nil {
				return err
			}
		}
		return nil
	},
}

// conceptsOf are the concepts of the crosswalk that a metric is part of.
func conceptsOf(metric string) []string {
	var concepts []string
	for _, r := range embedded("crosswalk.csv", crosswalkCSV) {
		for _, word := range strings.Fields(r[4]) {
			if word == metric && !slices.Contains(concepts, r[0]) {
				concepts = append(concepts, r[0])
			}
		}
	}
	return concepts
}
