package export

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"gongkai/report"
)

func TestFilter(t *testing.T) {
	e := sample()
	unknown := Entry{ID: "beef", Report: &report.Report{Title: "工作年度报告", Status: report.StatusNarrative}}
	for _, tt := range []struct {
		filter       string
		yes, unknown bool // whether it takes the sample, and a report of which nothing is known
	}{
		{"", true, true},
		{"region=99", true, false}, {"region=9902", false, false}, {"region=990000", true, false}, {"region=none", false, true},
		{"region=33,9901", true, false},
		{"year=2022", true, false}, {"year=2019-2021", false, false}, {"year=2019..2022", true, false}, {"year=2020-", true, false},
		{"year=-2021", false, false}, {"year=none", false, true}, {"year=none,2022", true, true},
		{"level=city", true, false}, {"level=county;level=city", true, false}, {"level=none", false, true},
		{"scope=aggregate", true, false}, {"site=qy", true, false}, {"site=other", false, false},
		{"template=2021", true, false}, {"template=2014", false, false}, {"template=none", false, true},
		{"status=partial,narrative", true, true},
		{"finding=fail", true, false}, {"finding=hard", true, false}, {"finding=clean", false, true}, {"finding=T3.ROW", true, false}, {"finding=T3.SUM", false, false},
		{"organ=青榆", true, false}, {"organ=年度报告", false, true},
		{"report=be", false, true},
		{"region=99,level=city,year=2022", true, false}, {"region=99 level=county", false, false},
	} {
		var f Filter
		if err := f.Parse(tt.filter); err != nil {
			t.Errorf("%s: %v", tt.filter, err)
			continue
		}
		for _, r := range []struct {
			e    Entry
			want bool
		}{{e, tt.yes}, {unknown, tt.unknown}} {
			if got := f.ofOrgan(&r.e) && f.takes(&r.e); got != r.want {
				t.Errorf("%q takes %s: %v", tt.filter, r.e.ID, got)
			}
		}
		var again Filter
		if err := again.Parse(f.String()); err != nil || again.String() != f.String() {
			t.Errorf("%q was written as %q and read as %q, %v", tt.filter, f.String(), again.String(), err)
		}
	}
}

func TestFilterMistakes(t *testing.T) {
	for filter, want := range map[string]string{
		"regon=33":       `did you mean "region"`,
		"33":             "a term is KEY=VALUE",
		"region=浙江":      "did you mean 330000 浙江省?",
		"region=3":       "first two to six digits",
		"region=00":      "no such region",
		"region=3399":    "no such region",
		"year=20":        "a year is",
		"year=2022-2019": "a year is",
		"level=provnce":  `did you mean "province"`,
		"template=2020":  "there are",
		"finding=T3.SMU": `or "T3.SUM"?`,
		"site=":          "the value is missing",
	} {
		var f Filter
		err := f.Parse(filter)
		if _, ok := errors.AsType[*FilterError](err); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", filter, err, want)
		}
	}
	for _, name := range []string{"requests.grantd", "requests_new", "x.*"} {
		_, err := newMetricFilter([]string{name})
		if _, ok := errors.AsType[*FilterError](err); !ok {
			t.Errorf("metric %s: %v", name, err)
		}
	}
	if _, err := newMetricFilter([]string{"requests.grantd"}); !strings.Contains(err.Error(), `"requests.granted"`) {
		t.Errorf("no suggestion: %v", err)
	}
}

// What is left out by metric or quality is left out everywhere, and no more.
func TestChosenFigures(t *testing.T) {
	for _, tt := range []struct {
		o    Options
		want int
	}{
		{Options{}, 3},
		{Options{Metrics: []string{"requests.*"}}, 3},
		{Options{Metrics: []string{"review.total", "disclosure.*"}}, 0},
		{Options{Quality: QualitySound}, 1},    // the blank cell: the two numbers contradict each other
		{Options{Quality: QualityAnalysis}, 0}, // nothing is known of it
	} {
		tt.o.Dir, tt.o.Formats = filepath.Join(t.TempDir(), "o"), []string{"csv"}
		res, err := Write(context.Background(), reports(sample()), tt.o)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(readCSV(t, filepath.Join(tt.o.Dir, "figures.csv"))); n != tt.want || res.Figures != n {
			t.Errorf("%+v: %d figures, result says %d, want %d", tt.o, n, res.Figures, tt.want)
		}
	}
}
