// Package organs says where the organ of a report is: its code of GB/T 2260 in the
// year of the report, the codes of the same area in the newest list, its level and
// its kind, each with the evidence it rests on.
//
// What is known is asked in this order (name normalisation and order of resolution
// are those of the field, the codes those of package region):
//
//  1. a decision of a person ([Decision]);
//  2. the places that its name begins with (宁波市慈溪市…), when they leave one
//     division;
//  3. the region that the site was configured with; with the name it tells which
//     鼓楼区 is meant;
//  4. the 网站标识码 (SiteIDCode) of the page, whose first six digits are a region;
//  5. the 统一社会信用代码 before its 索引号, whose digits three to eight are one;
//  6. its host: the area that the organs of unique name on the host have in common.
//
// A name and a region that contradict each other, two such regions, and a name that several divisions
// bear with nothing to tell them apart, stay open, with the candidates. Nothing is
// guessed.
package organs

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"gongkai/report/region"
)

// Subject is what a report tells of its organ and where it was published.
type Subject struct {
	Name     string // as in the report
	FullName string // a fuller one, if any
	Host     string // of the page
	Year     int    // of the report
	Region   string // of the configured site, or empty
	// Meta is the report's block of labels; 索引号 and SiteIDCode count.
	Meta map[string]string
	// Level and Kind are what the extractor read off the name.
	Level, Kind string
}

// Method is how a region was found.
type Method string

// The methods, best first.
const (
	ByDecision   Method = "decision"
	ByName       Method = "name"        // unique, with the places before it
	ByConfigured Method = "configured"  // region of the site; it may have picked among those of the name
	BySiteCode   Method = "site_code"   // 网站标识码
	ByCreditCode Method = "credit_code" // 统一社会信用代码
	ByHost       Method = "host"        // what the organs on its host have in common
	ByCentral    Method = "central"     // an organ of the centre: it has no region
	Open         Method = "open"
)

// Resolution says where an organ is, or what it may be.
type Resolution struct {
	// Region is the code valid in the report's year, empty for an organ of the centre
	// and while it is open. Place is its name with those of the areas it lies in.
	Region string `json:"region,omitempty"`
	Place  string `json:"place,omitempty"`
	// Latest are the codes of the same area in the list of region.Vintage: usually
	// one, several when it was divided since.
	Latest []string `json:"latest,omitempty"`
	Level  string   `json:"level,omitempty"`
	Kind   string   `json:"kind,omitempty"`
	By     Method   `json:"by"`
	// Evidence is what By rests on, in words.
	Evidence string `json:"evidence,omitempty"`
	// Candidates are the divisions it may be, while it is open.
	Candidates []Candidate `json:"candidates,omitempty"`
}

// Candidate is a division that an organ may be of.
type Candidate struct {
	Region string `json:"region"`
	Place  string `json:"place"`
	Why    string `json:"why"`
}

// Decision is what a person says of an organ's place.
type Decision struct {
	// Name is the organ's name as in its reports, Host the host that the decision is
	// for; an empty host means all.
	Name string `json:"name"`
	Host string `json:"host,omitempty"`
	// Region is a code that region knows, or "none" for an organ that has none.
	Region string `json:"region"`
}

// None is the region of an organ that has none.
const None = "none"

// Resolver resolves the organs of one corpus. Learn first from all reports, then
// resolve; it is safe for concurrent use once it has learned.
type Resolver struct {
	decisions map[[2]string]string
	hosts     map[string]map[string]bool // host → codes that names told for sure
}

// New returns a resolver that heeds the decisions.
func New(decisions []Decision) *Resolver {
	r := &Resolver{decisions: map[[2]string]string{}, hosts: map[string]map[string]bool{}}
	for _, d := range decisions {
		r.decisions[[2]string{Fold(d.Name), d.Host}] = d.Region
	}
	return r
}

// Fold is a name without what varies in print: width, spaces.
func Fold(name string) string { return strings.Join(strings.Fields(norm.NFKC.String(name)), "") }

// Learn takes note of a report whose organ's name tells its place, for the others on
// its host.
func (r *Resolver) Learn(s Subject) {
	if s.Host == "" {
		return
	}
	if found := named(s, "").Candidates; len(found) == 1 {
		if r.hosts[s.Host] == nil {
			r.hosts[s.Host] = map[string]bool{}
		}
		r.hosts[s.Host][found[0].Code] = true
	}
}

// common is the smallest area that holds what the names on a host told, and how many
// divisions those are.
func (r *Resolver) common(host string) (area string, told int) {
	for code := range r.hosts[host] {
		told++
		switch {
		case area == "" || region.Within(area, code):
			area = code
		case region.Within(code, area):
		case strings.TrimPrefix(code, "fz:")[:4] == strings.TrimPrefix(area, "fz:")[:4]:
			area = strings.TrimPrefix(code, "fz:")[:4] + "00"
		case strings.TrimPrefix(code, "fz:")[:2] == strings.TrimPrefix(area, "fz:")[:2]:
			area = strings.TrimPrefix(code, "fz:")[:2] + "0000"
		default:
			return "", told
		}
	}
	return area, told
}

// named reads the places in the fuller name of an organ.
func named(s Subject, within string) region.Place {
	name := Fold(cmp.Or(s.FullName, s.Name))
	p := region.PlaceOf(name, s.Year, within)
	if len(p.Candidates) == 0 && s.FullName != "" {
		p = region.PlaceOf(Fold(s.Name), s.Year, within)
	}
	return p
}

// hint is a region that something beside the name tells.
type hint struct {
	by       Method
	code     string
	evidence string
}

var (
	siteCode   = regexp.MustCompile(`^([1-8]\d{5})\d{4}$`)
	creditCode = regexp.MustCompile(`\b[0-9A-Y][0-9A-Y]([1-8]\d{5})[0-9A-Z]{10}\b`)
)

// hints are the regions that site, page and index number tell, best first. A code
// that was no division in the year is none.
func (r *Resolver) hints(s Subject) []hint {
	var hints []hint
	add := func(by Method, code, evidence string) {
		if _, ok := region.At(code, s.Year); ok {
			hints = append(hints, hint{by, code, evidence})
		}
	}
	add(ByConfigured, s.Region, "region of the site")
	for label, value := range s.Meta {
		if strings.EqualFold(label, "SiteIDCode") {
			if m := siteCode.FindStringSubmatch(strings.TrimSpace(value)); m != nil {
				add(BySiteCode, m[1], "SiteIDCode "+value)
			}
		}
	}
	for _, label := range []string{"索引号", "信息索引号", "索引编号", "统一社会信用代码"} {
		if m := creditCode.FindStringSubmatch(s.Meta[label]); m != nil {
			add(ByCreditCode, m[1], label+" "+s.Meta[label])
		}
	}
	if area, told := r.common(s.Host); area != "" {
		add(ByHost, area, fmt.Sprintf("%d other places named on %s", told, s.Host))
	}
	return hints
}

// contradiction gives two hints of an organ whose name does not tell its place, of
// which neither lies in the other. A host is no such hint: it may serve many.
func contradiction(hints []hint, place region.Place) (a, b hint, ok bool) {
	if len(place.Candidates) == 1 {
		return a, b, false
	}
	for i, a := range hints {
		for _, b := range hints[i+1:] {
			if a.by != ByHost && b.by != ByHost && !region.Within(a.code, b.code) && !region.Within(b.code, a.code) {
				return a, b, true
			}
		}
	}
	return a, b, false
}

// Resolve says where the organ of a report is.
func (r *Resolver) Resolve(s Subject) Resolution {
	for _, host := range []string{s.Host, ""} {
		if code, ok := r.decisions[[2]string{Fold(s.Name), host}]; ok {
			if code == None {
				code = ""
			}
			return s.at(code, ByDecision, "decided by hand")
		}
	}
	if s.Level == "central" {
		return s.at("", ByCentral, "its name")
	}
	hints := r.hints(s)
	place := named(s, "")
	if a, b, ok := contradiction(hints, place); ok {
		open := Resolution{Level: s.Level, Kind: s.Kind, By: Open, Evidence: "what its site and its page tell contradict each other"}
		open.propose(a.code, s.Year, a.evidence)
		open.propose(b.code, s.Year, b.evidence)
		return open
	}
	switch len(place.Candidates) {
	case 0:
		if len(hints) == 0 {
			return Resolution{Level: s.Level, Kind: s.Kind, By: Open, Evidence: "neither name nor page tells a place"}
		}
		// An organ of no place in its name belongs to the place of its site. A host
		// that serves a whole prefecture tells no more than that.
		return s.at(hints[0].code, hints[0].by, hints[0].evidence)
	case 1:
		found := place.Candidates[0]
		for _, h := range hints {
			if h.by != ByHost && !region.Within(found.Code, h.code) && !region.Within(h.code, found.Code) {
				open := Resolution{Level: s.Level, Kind: s.Kind, By: Open, Evidence: "its name and its site contradict each other"}
				open.propose(found.Code, s.Year, "name: "+place.Text)
				open.propose(h.code, s.Year, h.evidence)
				return open
			}
		}
		return s.at(found.Code, ByName, place.Text)
	}
	for _, h := range hints {
		inside := slices.DeleteFunc(slices.Clone(place.Candidates), func(d region.Division) bool {
			return !region.Within(d.Code, h.code) && !region.Within(h.code, d.Code)
		})
		if len(inside) == 1 {
			return s.at(inside[0].Code, h.by, place.Text+", "+h.evidence)
		}
	}
	open := Resolution{Level: s.Level, Kind: s.Kind, By: Open, Evidence: fmt.Sprintf("%d divisions bear the name %s", len(place.Candidates), place.Text)}
	for _, d := range place.Candidates {
		open.propose(d.Code, s.Year, "name")
	}
	return open
}

func (o *Resolution) propose(code string, year int, why string) {
	o.Candidates = append(o.Candidates, Candidate{Region: code, Place: region.FullName(code, year), Why: why})
}

// at is the resolution to a division.
func (s Subject) at(code string, by Method, evidence string) Resolution {
	r := Resolution{Region: code, Level: s.Level, Kind: s.Kind, By: by, Evidence: evidence}
	d, ok := region.At(code, s.Year)
	if !ok {
		return r
	}
	r.Place = region.FullName(code, s.Year)
	for _, l := range region.Latest(code, s.Year) {
		r.Latest = append(r.Latest, l.Code)
	}
	// The place tells the level; towns and subdistricts are known by their name.
	if r.Level != "township" && d.Level() != "functional_zone" {
		r.Level = d.Level()
	}
	if d.Level() == "functional_zone" && r.Kind == "" {
		r.Kind = "functional_zone"
	}
	return r
}

// Identity is the same for all reports of one organ, over the years: 海安县财政局 and
// 海安市财政局 are one. Government is the identity of the government whose aggregate
// adds the organ's report up, empty for one that has none or is not known.
//
// An organ whose place is open is known by its name and host.
func Identity(s Subject, r Resolution) (identity, government string) {
	name := Fold(cmp.Or(s.FullName, s.Name))
	if r.Region == "" {
		if r.By == ByCentral {
			return name, ""
		}
		return name + "@" + s.Host, ""
	}
	rest := region.PlaceOf(name, s.Year, r.Region).Rest
	here := today(r.Region, s.Year)
	identity = here + " " + rest
	if rest == peoplesGovernment {
		if above := region.Parent(r.Region, s.Year); above != "" {
			government = today(above, s.Year) + " " + peoplesGovernment
		}
		return identity, government
	}
	return identity, here + " " + peoplesGovernment
}

const peoplesGovernment = "人民政府"

// today is the code that an area has in the newest list, or the one of the year when
// it was divided or its end is not known.
func today(code string, year int) string {
	if latest := region.Latest(code, year); len(latest) == 1 {
		return latest[0].Code
	}
	return code
}
