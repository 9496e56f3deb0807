package report

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strings"
	"sync"
)

//go:embed metrics.csv
var metricsCSV string

// MetricLocalRow is the metric of a row that the official form does not have;
// its printed label is in Figure.Label.
const MetricLocalRow = "local_row"

// Metric is one entry of the metric dictionary.
type Metric struct {
	// Name is the stable name: disclosure.*, requests.*, review.*, litigation.*,
	// annex.*, annex2008.* or text.*.
	Name string
	// Table is disclosure, requests, review_litigation, annex (of either form) or
	// text.
	Table string
	// Label holds the printed label by form (2008, 2014, 2019, 2021), levels separated
	// by " / "; a form that lacks the metric has no entry. A text metric has one
	// label, under "text".
	Label map[string]string
	// Unit is the unit that the form fixes, empty when it is as printed.
	Unit string
	// Kind is count, signed_count or decimal.
	Kind string
}

// Short is the last level of the newest label: what a person calls the metric.
func (m Metric) Short() string {
	levels := m.Levels()
	return levels[len(levels)-1]
}

// Levels are the levels of the newest label, from the block of the form to the
// cell; the name where there is no label.
func (m Metric) Levels() []string {
	for _, form := range []string{"text", "2021", "2019", "2014", "2008"} {
		if label, ok := m.Label[form]; ok {
			return strings.Split(label, " / ")
		}
	}
	return []string{m.Name}
}

// Metrics is the dictionary in its fixed order.
func Metrics() []Metric { return dictionary().list }

// LookupMetric finds a metric by name.
func LookupMetric(name string) (Metric, bool) {
	d := dictionary()
	i, ok := d.index[name]
	if !ok {
		return Metric{}, false
	}
	return d.list[i], true
}

type metricDictionary struct {
	list  []Metric
	index map[string]int
}

var dictionary = sync.OnceValue(func() metricDictionary {
	rows, err := csv.NewReader(strings.NewReader(metricsCSV)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("report: metrics.csv: %v", err)) // embedded: a broken build
	}
	d := metricDictionary{index: make(map[string]int)}
	for _, r := range rows[1:] {
		m := Metric{Name: r[0], Table: r[1], Label: make(map[string]string), Unit: r[6], Kind: r[7]}
		for i, form := range []string{"2008", "2014", "2019", "2021"} {
			switch label := r[2+i]; {
			case label == "":
			case m.Table == "text":
				m.Label["text"] = label
			default:
				m.Label[form] = label
			}
		}
		d.index[m.Name] = len(d.list)
		d.list = append(d.list, m)
	}
	return d
})
