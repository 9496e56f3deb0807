package fakegov

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strconv"

	"gongkai/report"
)

// figures are printed numbers by metric or metric@applicant, as decimals.
type figures map[string]string

func (f figures) set(key string, n int) { f[key] = strconv.Itoa(n) }

func (f figures) int(key string) int {
	n, err := strconv.Atoi(f[key])
	if err != nil {
		return 0
	}
	return n
}

// source invents the figures of one organ. What one year hands to the next (取
// 结转, 现行有效, 项目数量) is a function of organ and year alone, so that the
// reports of neighbouring years agree with each other.
type source struct {
	seed  uint64
	organ Organ
}

func (s source) dice(words ...string) *rand.Rand {
	return dice(s.seed, append([]string{s.organ.Name}, words...)...)
}

// share is the part of the requests that each kind of applicant files, in ‰.
var share = map[report.Applicant]int{
	report.NaturalPerson: 780, report.Enterprise: 120, report.Research: 8,
	report.Welfare: 12, report.LegalService: 55, report.OtherOrg: 25,
}

// scale is the usual number of requests a year by rank.
var scale = [...]int{City: 320, County: 130, Office: 70, Department: 22, Town: 4}

func (s source) requestsNew(year int, a report.Applicant) int {
	d := s.dice("new", itoa(year), string(a))
	mean := float64(scale[s.organ.Rank]*share[a]) / 1000
	return int(mean*(0.5+d.Float64()) + d.Float64()*0.9)
}

func (s source) carriedOut(year int, a report.Applicant) int {
	d := s.dice("carried out", itoa(year), string(a))
	return int(float64(s.requestsNew(year, a)) * 0.12 * d.Float64())
}

// changes adds up a yearly change from a first year to a last, both included.
func (s source) changes(name string, from, to, low, high int) (sum int) {
	for y := from; y <= to; y++ {
		sum += s.between(name, y, low, high)
	}
	return sum
}

func (s source) between(name string, year, low, high int) int {
	return low + s.dice(name, itoa(year)).IntN(high-low+1)
}

// size scales a number of the government of a city down to the organ's rank.
func (s source) size(n int) int {
	return n / [...]int{City: 1, County: 3, Office: 12, Department: 8, Town: 40}[s.organ.Rank]
}

// tables invents the cells of a form.
func (s source) tables(f Form, year int) figures {
	out := make(figures, 208)
	if f == Form2021 {
		s.disclosure2021(year, out)
	} else {
		s.disclosure2019(year, out)
	}
	s.requests(year, f.tables(), out)
	s.review(year, out)
	return out
}

func (s source) disclosure2021(year int, out figures) {
	const first = 2021
	for _, doc := range []struct {
		name            string
		base, up, downs int
	}{{"rules", s.size(18), s.size(2), s.size(1)}, {"normative_docs", s.size(120) + 8, s.size(24) + 2, s.size(10) + 1}} {
		issued, abolished := doc.name+" issued", doc.name+" abolished"
		metric := "disclosure." + doc.name
		out.set(metric+".issued", s.between(issued, year, 0, doc.up))
		out.set(metric+".abolished", s.between(abolished, year, 0, doc.downs))
		out.set(metric+".in_force", doc.base+12*doc.downs+s.changes(issued, first, year, 0, doc.up)-s.changes(abolished, first, year, 0, doc.downs))
	}
	d := s.dice("decisions", itoa(year))
	out.set("disclosure.licensing.decisions", d.IntN(s.size(90000)+3))
	out.set("disclosure.penalty.decisions", d.IntN(s.size(14000)+2))
	out.set("disclosure.coercion.decisions", d.IntN(s.size(900)+1))
	out["disclosure.fees.amount"] = trimDecimal(float64(d.IntN(s.size(9000000)+100)) / 100)
	if s.organ.Rank == Town {
		out.set("disclosure.fees.amount", 0)
	}
}

func (s source) disclosure2019(year int, out figures) {
	const first = 2019
	for _, doc := range []struct {
		name     string
		base, up int
	}{{"rules", s.size(18), s.size(2)}, {"normative_docs", s.size(160) + 4, s.size(30) + 2}} {
		metric := "disclosure." + doc.name
		made := s.between(doc.name+" made", year, 0, doc.up)
		out.set(metric+".made_new", made)
		out.set(metric+".published_new", made)
		out.set(metric+".published_total", doc.base+s.changes(doc.name+" made", first, year, 0, doc.up))
	}
	for _, item := range []struct {
		name                   string
		base, change, decision int
	}{
		{"licensing", s.size(420) + 20, s.size(60) + 3, s.size(70000) + 5},
		{"other_services", s.size(1100) + 20, s.size(90) + 3, s.size(30000) + 5},
		{"penalty", s.size(2600) + 20, s.size(120) + 3, s.size(9000) + 3},
		{"coercion", s.size(150) + 20, s.size(12) + 2, s.size(600) + 1},
		{"fees", s.size(40) + 10, 2, 0},
	} {
		metric := "disclosure." + item.name
		before := item.base + 8*item.change + s.changes(item.name, first, year-1, -item.change, item.change)
		out.set(metric+".items_prev_year", before)
		out.set(metric+".items_change", s.between(item.name, year, -item.change, item.change))
		if item.decision > 0 {
			out.set(metric+".decisions", s.dice(item.name, "decisions", itoa(year)).IntN(item.decision))
		}
	}
	d := s.dice("procurement", itoa(year))
	projects := d.IntN(s.size(400) + 6)
	out.set("disclosure.procurement.projects", projects)
	if s.amountUnit() == "元" {
		out.set("disclosure.procurement.amount", projects*(8000+d.IntN(90000)))
	} else {
		out["disclosure.procurement.amount"] = trimDecimal(float64(projects*(800+d.IntN(9000))) / 100)
	}
}

// amountUnit is the unit in which the organ prints the amount of its procurement.
func (s source) amountUnit() string {
	return [2]string{"元", "万元"}[hash(s.seed, s.organ.Name, "unit")%2]
}

// resultWeight is how often a request ends so, in ‰; what is left is granted.
var resultWeight = map[string]int{
	"requests.partial": 90, "requests.denied.state_secret": 3, "requests.denied.law_forbidden": 8,
	"requests.denied.three_security_one_stability": 2, "requests.denied.third_party": 18,
	"requests.denied.internal_affairs": 16, "requests.denied.process_info": 17,
	"requests.denied.enforcement_file": 22, "requests.denied.admin_query": 34,
	"requests.unable.not_held": 210, "requests.unable.needs_creation": 35, "requests.unable.unclear": 14,
	"requests.refused.petition": 28, "requests.refused.repeat": 15, "requests.refused.publication": 2,
	"requests.refused.excessive": 6, "requests.refused.reconfirm": 4, "requests.other": 30,
	"requests.other.no_correction": 14, "requests.other.unpaid_fee": 3, "requests.other.misc": 20,
}

func (s source) requests(year int, f form, out figures) {
	d := s.dice("results", itoa(year))
	cells := make([][7]int, len(f.rows))
	handled, carriedOut := len(cells)-2, len(cells)-1
	for i, a := range report.Applicants()[:6] {
		fresh, in, left := s.requestsNew(year, a), s.carriedOut(year-1, a), s.carriedOut(year, a)
		cells[0][i], cells[1][i], cells[handled][i], cells[carriedOut][i] = fresh, in, fresh+in-left, left
		for range fresh + in - left {
			cells[2+drawResult(d, f.results())][i]++
		}
	}
	for r, row := range f.rows {
		total := 0
		for i, n := range cells[r][:6] {
			out.set(row.keys[i], n)
			total += n
		}
		out.set(row.keys[6], total)
	}
}

// drawResult draws the row in which a request ends; the first is （一）予以公开.
func drawResult(d *rand.Rand, results []requestRow) int {
	n := d.IntN(1000)
	for i, r := range results {
		if n -= r.weight; n < 0 {
			return i
		}
	}
	return 0
}

func (s source) pending(group string, year int) int {
	return s.dice(group, "pending", itoa(year)).IntN(scale[s.organ.Rank]/60 + 1)
}

func (s source) review(year int, out figures) {
	for _, group := range reviewGroups {
		d := s.dice(group, itoa(year))
		most := scale[s.organ.Rank]/25 + 1
		// What was pending a year ago has an outcome now.
		n := map[string]int{
			"upheld":    s.pending(group, year-1) + d.IntN(most),
			"corrected": d.IntN(most/4 + 1), "other": d.IntN(most/3 + 1),
			"pending": s.pending(group, year),
		}
		total := 0
		for _, o := range reviewOutcomes {
			out.set(group+"."+o, n[o])
			total += n[o]
		}
		out.set(group+".total", total)
	}
}

func trimDecimal(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// Violation is a hard relation (勾稽关系) that printed numbers break.
type Violation struct {
	Rule string // T3.COL, T3.SUM, T3.ROW or T4.SUM
	At   string // an applicant, a metric or a group
	// Expected is the sum of the parts, Got the printed total. For T3.COL they
	// are the two sides of the relation.
	Expected, Got int
}

func (v Violation) String() string {
	return fmt.Sprintf("%s at %s: %d, printed %d", v.Rule, v.At, v.Expected, v.Got)
}

// violations evaluates the hard relations of a form.
func violations(f figures, form form) (broken []Violation) {
	check := func(rule, where string, expected, got int) {
		if expected != got {
			broken = append(broken, Violation{rule, where, expected, got})
		}
	}
	fresh, in := form.rows[0].keys, form.rows[1].keys
	handled, out := form.rows[len(form.rows)-2].keys, form.rows[len(form.rows)-1].keys
	for i, a := range report.Applicants() {
		check("T3.COL", string(a), f.int(fresh[i])+f.int(in[i]), f.int(handled[i])+f.int(out[i]))
		sum := 0
		for _, r := range form.results() {
			sum += f.int(r.keys[i])
		}
		check("T3.SUM", string(a), sum, f.int(handled[i]))
	}
	for _, row := range form.rows {
		sum := 0
		for _, key := range row.keys[:6] {
			sum += f.int(key)
		}
		check("T3.ROW", row.metric, sum, f.int(row.keys[6]))
	}
	for _, group := range reviewGroups {
		sum := 0
		for _, o := range reviewOutcomes {
			sum += f.int(group + "." + o)
		}
		check("T4.SUM", group, sum, f.int(group+".total"))
	}
	return broken
}

// spoil makes the mistake a publisher made.
func (f figures) spoil(m Mistake) {
	switch m {
	case ZeroTotalRow:
		for _, a := range report.Applicants()[:6] {
			f.set(at("requests.handled", a), 0)
		}
	case WrongCell:
		key := at("requests.granted", report.NaturalPerson)
		f.set(key, f.int(key)+3)
	case WrongCarry:
		key := at("requests.carried_out", report.Total)
		f.set(key, f.int(key)+1)
	}
}

func (f figures) clone() figures { return maps.Clone(f) }
