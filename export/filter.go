package export

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"gongkai/corpus"
	"gongkai/internal/spelling"
	"gongkai/report"
	"gongkai/report/region"
)

// Filter chooses reports. The zero value takes all.
//
// In its textual form (see [Filter.Parse]) a filter is terms KEY=VALUE, separated
// by spaces, semicolons or commas. Several values of a key, separated by commas,
// take what matches any; several keys take what matches all:
//
//	region=3302,3303 year=2019-2022 level=county finding=hard
type Filter struct {
	Regions   []string // beginnings of GB/T 2260 codes
	Years     []Span
	Levels    []string
	Kinds     []string
	Scopes    []string
	Sites     []string
	Templates []string // forms; any table of the report
	Statuses  []string
	Organs    []string // parts of the organ's name or of the title
	Reports   []string // beginnings of IDs
	// Findings are fail (any relation fails), hard (a hard one does), clean (none
	// does) or ids of relations, of which one fails.
	Findings []string
}

// Span is a range of years, both ends included; a zero end is open. The zero
// Span stands for reports without a year.
type Span struct{ From, To int }

func (s Span) has(year int) bool {
	if s == (Span{}) || year == 0 {
		return s == (Span{}) && year == 0
	}
	return year >= s.From && (s.To == 0 || year <= s.To)
}

// none stands in a filter for what is not known.
const none = "none"

// FilterError says what is wrong with a filter, and what may have been meant.
type FilterError struct{ Term, Why string }

func (e *FilterError) Error() string { return fmt.Sprintf("filter %q: %s", e.Term, e.Why) }

// FilterKeys are the keys of filters with what they take.
func FilterKeys() []Category {
	return []Category{
		{"region", "beginning of a GB/T 2260 code (33, 3302, 330282), or none"},
		{"year", "2019, 2019-2022, 2019-, -2015, or none"},
		{"level", strings.Join(values(levels), ", ")},
		{"kind", strings.Join(values(kinds), ", ")},
		{"scope", strings.Join(values(scopes), ", ")},
		{"site", "id of a site"},
		{"template", "form of a table: " + strings.Join(forms(), ", ") + ", or none"},
		{"status", strings.Join(values(statuses), ", ")},
		{"finding", "fail, hard, clean, or a relation such as T3.SUM"},
		{"organ", "part of the organ's name or of the title"},
		{"report", "beginning of an id"},
	}
}

// forms are the official forms that reports follow.
var forms = sync.OnceValue(func() []string {
	var list []string
	for _, m := range report.Metrics() {
		list = append(list, formsOf(m)...)
	}
	slices.Sort(list)
	return slices.Compact(list)
})

func values(list []Category) []string {
	v := make([]string, len(list))
	for i, c := range list {
		v[i] = c.Value
	}
	return v
}

// Parse reads a filter and adds its terms to those of f. Errors are
// *FilterError.
func (f *Filter) Parse(s string) error {
	key := ""
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" \t\n;,；，", r) }) {
		k, v, pair := strings.Cut(word, "=")
		if pair {
			key = k
		} else {
			v = word
		}
		if key == "" {
			return &FilterError{word, "a term is KEY=VALUE; keys are " + keyList()}
		}
		if err := f.add(key, v); err != nil {
			return err
		}
	}
	return nil
}

// String writes the filter so that Parse reads it.
func (f *Filter) String() string {
	var years []string
	for _, y := range f.Years {
		years = append(years, y.String())
	}
	var terms []string
	for _, t := range []struct {
		key  string
		list []string
	}{
		{"region", f.Regions}, {"year", years}, {"level", f.Levels}, {"kind", f.Kinds}, {"scope", f.Scopes}, {"site", f.Sites},
		{"template", f.Templates}, {"status", f.Statuses}, {"finding", f.Findings}, {"organ", f.Organs}, {"report", f.Reports},
	} {
		if len(t.list) > 0 {
			terms = append(terms, t.key+"="+strings.Join(t.list, ","))
		}
	}
	return strings.Join(terms, " ")
}

// String writes a span as a filter has it.
func (s Span) String() string {
	switch {
	case s == Span{}:
		return none
	case s.From == s.To:
		return strconv.Itoa(s.From)
	case s.To == 0:
		return strconv.Itoa(s.From) + "-"
	case s.From == 0:
		return "-" + strconv.Itoa(s.To)
	}
	return fmt.Sprintf("%d-%d", s.From, s.To)
}

func keyList() string { return strings.Join(values(FilterKeys()), ", ") }

// add takes one value of a key.
func (f *Filter) add(key, v string) error {
	term := key + "=" + v
	if v == "" {
		return &FilterError{term, "the value is missing"}
	}
	oneOf := func(list *[]string, allowed []string) error {
		if !slices.Contains(allowed, v) {
			return &FilterError{term, fmt.Sprintf("unknown %s%s; there are %s", key, suggest(v, allowed), strings.Join(allowed, ", "))}
		}
		*list = append(*list, v)
		return nil
	}
	switch key {
	case "region":
		if v != none && (strings.Trim(v, "0123456789") != "" || len(v) < 2 || len(v) > 6) {
			return &FilterError{term, "a region is the first two to six digits of a GB/T 2260 code, such as 33, 3302 or 330282" + namedRegions(v)}
		}
		if v != none && !knownRegion(v) {
			return &FilterError{term, "no such region in any list of GB/T 2260" + suggest(v, provinces())}
		}
		if len(v) == 6 {
			v = strings.TrimSuffix(strings.TrimSuffix(v, "00"), "00") // 330000 is all of 33
		}
		f.Regions = append(f.Regions, v)
	case "year":
		span, ok := parseSpan(v)
		if !ok {
			return &FilterError{term, "a year is 2019, 2019-2022, 2019-, -2015 or none"}
		}
		f.Years = append(f.Years, span)
	case "level":
		return oneOf(&f.Levels, append(values(levels), none))
	case "kind":
		return oneOf(&f.Kinds, append(values(kinds), none))
	case "scope":
		return oneOf(&f.Scopes, values(scopes))
	case "status":
		return oneOf(&f.Statuses, values(statuses))
	case "template":
		return oneOf(&f.Templates, append(slices.Clone(forms()), none))
	case "finding":
		return oneOf(&f.Findings, append([]string{"fail", "hard", "clean"}, ruleNames()...))
	case "site":
		f.Sites = append(f.Sites, v)
	case "organ":
		f.Organs = append(f.Organs, v)
	case "report":
		f.Reports = append(f.Reports, v)
	default:
		return &FilterError{term, fmt.Sprintf("unknown key%s; there are %s", suggest(key, values(FilterKeys())), keyList())}
	}
	return nil
}

// invented begins codes that no place will ever have: they are for examples.
const invented = "99"

// knownRegion tells whether some division ever had a code that begins so.
func knownRegion(prefix string) bool {
	code := prefix + "000000"[len(prefix):]
	return strings.HasPrefix(prefix, invented) || region.Known(code) ||
		len(prefix)%2 == 1 && slices.ContainsFunc([]string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, func(d string) bool {
			return knownRegion(prefix + d)
		})
}

// newestYear is the year of the newest list of divisions.
func newestYear() int {
	year, _ := strconv.Atoi(region.Vintage()[:4]) // YYYYMM
	return year
}

// namedRegions suggests the codes of divisions of a name, as part of a sentence.
func namedRegions(name string) string {
	var list []string
	for _, suffix := range []string{"", "省", "市", "自治区", "县", "区"} {
		for _, d := range region.Named(name+suffix, newestYear()) {
			list = append(list, d.Code+" "+d.Name)
		}
	}
	if list == nil {
		return ""
	}
	return "; did you mean " + strings.Join(list[:min(5, len(list))], " or ") + "?"
}

// provinces are the codes that regions begin with.
func provinces() []string {
	var codes []string
	for n := 11; n < 99; n++ {
		if code := strconv.Itoa(n); region.Known(code + "0000") {
			codes = append(codes, code)
		}
	}
	return codes
}

// parseSpan reads 2019, 2019-2022 (also with ..), 2019-, -2015 and none.
func parseSpan(v string) (Span, bool) {
	if v == none {
		return Span{}, true
	}
	from, to, ok := strings.Cut(strings.ReplaceAll(v, "..", "-"), "-")
	if !ok {
		to = from
	}
	year := func(s string) (int, bool) {
		if s == "" {
			return 0, true
		}
		n, err := strconv.Atoi(s)
		return n, err == nil && n >= 1900 && n < 2200
	}
	a, okA := year(from)
	b, okB := year(to)
	return Span{a, b}, okA && okB && a+b > 0 && (b == 0 || a <= b)
}

// ofOrgan tells whether the filter takes the organ and the year of a report: what
// coverage is about.
func (f *Filter) ofOrgan(e *Entry) bool {
	r, place := e.Report, e.region()
	return f.takesYear(r.Year) && f.takesSite(e.Site) && in(f.Levels, r.Organ.Level) && in(f.Kinds, r.Organ.Kind) &&
		matches(f.Regions, func(p string) bool {
			return p == none && place == "" || place != "" && strings.HasPrefix(place, p)
		}) &&
		matches(f.Organs, func(o string) bool {
			return strings.Contains(r.Organ.Name, o) || strings.Contains(r.Organ.FullName, o) || strings.Contains(r.Title, o)
		})
}

// takes tells whether the filter takes a report whose organ it takes.
func (f *Filter) takes(e *Entry) bool {
	r := e.Report
	return in(f.Scopes, string(r.Scope)) && in(f.Statuses, string(r.Status)) &&
		matches(f.Reports, func(p string) bool { return strings.HasPrefix(e.ID, p) }) &&
		matches(f.Templates, func(t string) bool {
			if t == none {
				return r.Template == report.Templates{}
			}
			return t == r.Template.Disclosure || t == r.Template.Requests || t == r.Template.ReviewLitigation || t == r.Template.Annex
		}) &&
		matches(f.Findings, func(v string) bool { return hasFinding(r, v) })
}

// met is what the reports of the corpus are called, for a filter that takes none of
// them. It is kept as long as none was taken.
type met struct{ sites, organs map[string]bool }

// note takes note of a report that the filter chooses by name.
func (m *met) note(e *Entry, f *Filter) {
	add := func(to *map[string]bool, name string) {
		if *to == nil {
			*to = make(map[string]bool)
		}
		if !(*to)[name] {
			(*to)[strings.Clone(name)] = true
		}
	}
	if len(f.Sites) > 0 {
		add(&m.sites, e.Site)
	}
	if len(f.Organs) > 0 {
		add(&m.organs, e.Report.Organ.Name)
	}
}

// empty is the error when the filter took no report.
func (m *met) empty(f *Filter) error {
	err := new(EmptyError)
	for _, s := range f.Sites {
		if !m.sites[s] {
			err.Unknown = append(err.Unknown, fmt.Sprintf("no report is of a site %q%s", s, suggest(s, slices.Sorted(maps.Keys(m.sites)))))
		}
	}
	for _, o := range f.Organs {
		names := slices.Sorted(maps.Keys(m.organs))
		if !slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, o) }) {
			err.Unknown = append(err.Unknown, fmt.Sprintf("no organ has %q in its name%s", o, suggest(o, names)))
		}
	}
	return err
}

func hasFinding(r *report.Report, v string) bool {
	hard, soft := failed(r)
	switch v {
	case "fail":
		return hard+soft > 0
	case "hard":
		return hard > 0
	case "clean":
		return hard+soft == 0
	}
	return slices.ContainsFunc(r.Findings, func(f report.Finding) bool { return f.Rule == v && f.Verdict == report.Fail })
}

// takesYear and takesSite need no more than the head of a report.
func (f *Filter) takesYear(year int) bool {
	return matches(f.Years, func(s Span) bool { return s.has(year) })
}

func (f *Filter) takesSite(site string) bool {
	return len(f.Sites) == 0 || slices.Contains(f.Sites, site)
}

// takesSeen tells whether the filter takes a page that gave no report. Region and
// level of such a page are not known, so that a filter by them takes none.
func (f *Filter) takesSeen(s *Seen) bool {
	return f.takesYear(s.Year) && f.takesSite(s.Site) && len(f.Regions) == 0 && len(f.Levels) == 0 && len(f.Kinds) == 0 &&
		matches(f.Organs, func(o string) bool { return strings.Contains(s.Organ, o) || strings.Contains(s.Title, o) })
}

// matches tells whether there is nothing to choose by, or one of a list fits.
func matches[T any](list []T, fits func(T) bool) bool {
	return len(list) == 0 || slices.ContainsFunc(list, fits)
}

func in(list []string, v string) bool {
	return len(list) == 0 || slices.Contains(list, v) || v == "" && slices.Contains(list, none)
}

// metricFilter chooses metrics by name; a name that ends in * stands for all that
// begin so. Nil takes all.
type metricFilter map[string]bool

// newMetricFilter reads names of metrics. The error is a *FilterError.
func newMetricFilter(names []string) (metricFilter, error) {
	if len(names) == 0 {
		return nil, nil
	}
	all := []string{report.MetricLocalRow}
	for _, m := range report.Metrics() {
		all = append(all, m.Name)
	}
	f := make(metricFilter)
	for _, name := range names {
		before := len(f)
		prefix, pattern := strings.CutSuffix(name, "*")
		for _, m := range all {
			if m == name || pattern && strings.HasPrefix(m, prefix) {
				f[m] = true
			}
		}
		if len(f) == before && !f[name] {
			return nil, &FilterError{"metric=" + name, fmt.Sprintf("unknown metric%s; the codebook of an export lists them, a * at the end stands for all that begin so", suggest(strings.TrimRight(name, "*."), all))}
		}
	}
	return f, nil
}

func (f metricFilter) takes(metric string) bool { return f == nil || f[metric] }

// Quality chooses figures by whether their relations hold.
type Quality string

// The qualities that an export may ask for.
const (
	// QualityAll takes all figures.
	QualityAll Quality = "all"
	// QualitySound leaves out figures through which a hard relation fails, and those
	// that somebody found to be wrong or not to be read.
	QualitySound Quality = "sound"
	// QualityAnalysis takes of these the figures through which hard relations were
	// evaluated. Sentences and annexes have no hard relations and are left out.
	QualityAnalysis Quality = "analysis"
)

// Qualities are the values of Quality.
func Qualities() []string {
	return []string{string(QualityAll), string(QualitySound), string(QualityAnalysis)}
}

// takes tells whether a figure of a quality is taken, on which somebody may have
// decided.
func (q Quality) takes(quality string, ruling corpus.Ruling) bool {
	switch q {
	case QualitySound, QualityAnalysis:
		return ruling != corpus.RuledWrong && ruling != corpus.RuledUnreadable &&
			(quality == qualityOK || q == QualitySound && quality != qualitySuspect)
	}
	return true
}

// suggest names what may have been meant, as part of a sentence; empty when
// nothing is near.
func suggest(typed string, names []string) string {
	type near struct {
		name     string
		distance int
	}
	var best []near
	for _, n := range names {
		d := spelling.Distance(typed, n)
		if strings.Contains(n, typed) && len(typed) > 2 {
			d = min(d, 1)
		}
		if d <= max(2, len(typed)/4) {
			best = append(best, near{n, d})
		}
	}
	if len(best) == 0 {
		return ""
	}
	slices.SortStableFunc(best, func(a, b near) int { return a.distance - b.distance })
	var list []string
	for _, b := range best[:min(3, len(best))] {
		list = append(list, fmt.Sprintf("%q", b.name))
	}
	return ", did you mean " + strings.Join(list, " or ") + "?"
}
