package corpus

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/goccy/go-json"

	"gongkai/report"
	"gongkai/store"
)

// decodeReport reads a stored report.
func decodeReport(r *store.Report) (*report.Report, error) { return new(reportDecoder).decode(r) }

// reportDecoder reads stored reports, one after the other: faster when they follow
// the same form.
//
// Reports are most of what an export reads, and most of a report are its figures and
// findings. Those stand there as encode writes them: every field in its place, so
// that a [literalReader] reads them by comparing what comes next with what should
// come, without looking for keys. What is left, and any report in another form, is
// for a JSON decoder.
type reportDecoder struct {
	// before is the report that was read last. What stands at a place of a list is
	// probably what stood there in it.
	before *report.Report
}

func (d *reportDecoder) decode(r *store.Report) (*report.Report, error) {
	decoded := new(report.Report)
	rest, ok := d.lists(r.Body, decoded)
	if !ok {
		*decoded, rest = report.Report{}, r.Body
	}
	if err := json.Unmarshal(rest, decoded); err != nil {
		return nil, fmt.Errorf("report %s, revision %d: %w", r.ID, r.Revision, err)
	}
	d.before = decoded
	return decoded, nil
}

// lists reads the figures and the findings of a report and gives the report
// without them; ok is false when they are not in the form of encode.
//
// The beginnings of the lists are found by their text, which is nowhere else: in a
// string its quotes would be escaped, and no other object has lists of these names.
func (d *reportDecoder) lists(body []byte, to *report.Report) (rest []byte, ok bool) {
	const figures, findings = `,"figures":[`, `,"findings":[`
	at := bytes.Index(body, []byte(figures))
	if at < 0 {
		return nil, false
	}
	r := literalReader{body: body, at: at + len(figures)}
	if d.before != nil {
		r.before = *d.before
	}
	if to.Figures, ok = r.figures(); !ok {
		return nil, false
	}
	between := r.at
	next := bytes.Index(body[between:], []byte(findings))
	if next < 0 {
		return nil, false
	}
	r.at = between + next + len(findings)
	if to.Findings, ok = r.findings(); !ok {
		return nil, false
	}
	rest = make([]byte, 0, at+next+len(body)-r.at)
	rest = append(rest, body[:at]...)
	rest = append(rest, body[between:between+next]...)
	return append(rest, body[r.at:]...), true
}

// literalReader reads JSON that is known but for its values. Its methods tell
// whether it was what they expect; where it stands after a false is undefined.
type literalReader struct {
	body   []byte
	at     int
	before report.Report
	// arena holds the text of strings that are no words, in pieces that are long
	// enough for those of one list. Strings of their own, or parts of body, would each
	// keep much more memory than they need.
	arena strings.Builder
	// numbers are the parts of locators, operands those of findings, in one piece.
	numbers  []int
	operands []string
}

// next steps over a text, if that is what comes.
func (r *literalReader) next(text string) bool {
	if len(r.body)-r.at < len(text) || string(r.body[r.at:r.at+len(text)]) != text {
		return false
	}
	r.at += len(text)
	return true
}

// raw is the rest of a string up to its quote.
func (r *literalReader) raw() (text []byte, ok bool) {
	end := bytes.IndexByte(r.body[r.at:], '"')
	if end < 0 {
		return nil, false
	}
	text = r.body[r.at : r.at+end]
	if bytes.IndexByte(text, '\\') >= 0 {
		return r.escaped()
	}
	r.at += end + 1
	return text, true
}

// escaped is the rest of a string in which something is escaped.
func (r *literalReader) escaped() (text []byte, ok bool) {
	for end := r.at; end < len(r.body); end++ {
		switch r.body[end] {
		case '\\':
			end++
		case '"':
			var s string
			if r.at == 0 || json.Unmarshal(r.body[r.at-1:end+1], &s) != nil {
				return nil, false
			}
			r.at = end + 1
			return []byte(s), true
		}
	}
	return nil, false
}

// arenaPiece is how much room for strings is made at once.
const arenaPiece = 2 << 10

// text is the rest of a string.
func (r *literalReader) text(to *string) bool {
	raw, ok := r.raw()
	*to = r.keep(raw)
	return ok
}

// keep makes a string of some text.
func (r *literalReader) keep(raw []byte) string {
	if s, ok := smallNumber(raw); ok {
		return s
	}
	if r.arena.Cap()-r.arena.Len() < len(raw) {
		r.arena = strings.Builder{}
		r.arena.Grow(max(arenaPiece, len(raw)))
	}
	from := r.arena.Len()
	r.arena.Write(raw)
	return r.arena.String()[from:]
}

// word is the rest of a string that probably is likely, else one of words.
func word[T ~string](r *literalReader, to *T, likely T) bool {
	raw, ok := r.raw()
	if string(raw) == string(likely) {
		*to = likely
	} else if w, known := words()[string(raw)]; known {
		*to = T(w)
	} else {
		*to = T(r.keep(raw))
	}
	return ok
}

// words are strings that stand in many reports.
var words = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	add := func(list ...string) {
		for _, w := range list {
			all[w] = w
		}
	}
	applicants := append(report.Applicants(), report.OrgSubtotal)
	for _, a := range applicants {
		add(string(a))
	}
	for _, m := range report.Metrics() {
		add(m.Name, m.Unit)
		if m.Table == report.SectionRequests {
			for _, a := range applicants {
				add(m.Name + "@" + string(a))
			}
		}
	}
	for _, s := range []report.State{
		report.StateOK, report.StateZero, report.StateEmpty, report.StateDash, report.StateNotApplicable, report.StateText, report.StateApproximate,
		report.StateNotRecovered, report.StateAbsent,
	} {
		add(string(s))
	}
	add(string(report.OriginTable), string(report.OriginAnnex), string(report.OriginText), report.MetricLocalRow)
	add(string(report.Hard), string(report.Soft), string(report.Pass), string(report.Fail), string(report.NotEvaluated))
	return all
})

// smallNumbers are the texts of the numbers that most cells print.
var smallNumbers = sync.OnceValue(func() *[1000]string {
	var texts [1000]string
	for i := range texts {
		texts[i] = strconv.Itoa(i)
	}
	return &texts
})

func smallNumber(raw []byte) (text string, ok bool) {
	if len(raw) == 0 {
		return "", true
	}
	if len(raw) > 3 || raw[0] == '0' && len(raw) > 1 {
		return "", false
	}
	n := 0
	for _, c := range raw {
		if c < '0' || c > '9' {
			return "", false
		}
		n = 10*n + int(c-'0')
	}
	return smallNumbers()[n], true
}

// integer reads a number without a fraction.
func (r *literalReader) integer() (n int, ok bool) {
	negative := r.next("-")
	from := r.at
	for r.at < len(r.body) && '0' <= r.body[r.at] && r.body[r.at] <= '9' {
		n = 10*n + int(r.body[r.at]-'0')
		r.at++
	}
	if negative {
		n = -n
	}
	return n, from < r.at && r.at-from < 10
}

// figures reads a list of figures after its bracket.
func (r *literalReader) figures() ([]report.Figure, bool) {
	if r.next("]") {
		return []report.Figure{}, true
	}
	// Counting what a slice will hold, or a few more, is cheaper than growing it.
	n := bytes.Count(r.body[r.at:], []byte(`{"metric":`))
	list := make([]report.Figure, 0, n)
	r.numbers = make([]int, 0, 2*n)
	likely := new(report.Figure)
	for {
		if len(list) < len(r.before.Figures) {
			likely = &r.before.Figures[len(list)]
		}
		list = append(list, report.Figure{})
		f := &list[len(list)-1]
		if !r.figure(f, likely) {
			return nil, false
		}
		likely = f
		if r.next("]") {
			return list, true
		}
		if !r.next(",") {
			return nil, false
		}
	}
}

func (r *literalReader) figure(f, likely *report.Figure) bool {
	return r.next(`{"metric":"`) && word(r, &f.Metric, likely.Metric) &&
		(!r.next(`,"applicant":"`) || word(r, &f.Applicant, likely.Applicant)) &&
		(!r.next(`,"label":"`) || r.text(&f.Label)) &&
		r.next(`,"origin":"`) && word(r, &f.Origin, likely.Origin) &&
		r.next(`,"state":"`) && word(r, &f.State, likely.State) &&
		(!r.next(`,"value":"`) || r.text(&f.Value)) &&
		(!r.next(`,"unit":"`) || word(r, &f.Unit, likely.Unit)) &&
		(!r.next(`,"raw":"`) || word(r, &f.Raw, f.Value)) &&
		(!r.next(`,"quote":"`) || word(r, &f.Quote, likely.Quote)) &&
		r.flag(`,"recognised":true`, &f.Recognised) &&
		r.next(`,"locator":{`) && r.locator(&f.Locator) && r.next("}")
}

// flag notes whether a text comes next.
func (r *literalReader) flag(text string, to *bool) bool {
	*to = r.next(text)
	return true
}

// locator reads a locator after its brace.
func (r *literalReader) locator(l *report.Locator) (ok bool) {
	if !r.next(`"block":`) {
		return false
	}
	if l.Block, ok = r.integer(); !ok {
		return false
	}
	if !r.part(`,"row":`, &l.Row) || !r.part(`,"col":`, &l.Col) || !r.part(`,"start":`, &l.Start) || !r.part(`,"end":`, &l.End) {
		return false
	}
	if r.next(`,"page":`) {
		if l.Page, ok = r.integer(); !ok {
			return false
		}
	}
	if r.next(`,"file":`) {
		if l.File, ok = r.integer(); !ok {
			return false
		}
	}
	return r.next("}")
}

// part reads a part of a locator that may be missing.
func (r *literalReader) part(key string, to **int) bool {
	if !r.next(key) {
		return true
	}
	n, ok := r.integer()
	r.numbers = append(r.numbers, n)
	*to = &r.numbers[len(r.numbers)-1]
	return ok
}

// findings reads a list of findings after its bracket.
func (r *literalReader) findings() ([]report.Finding, bool) {
	if r.next("]") {
		return []report.Finding{}, true
	}
	list := make([]report.Finding, 0, bytes.Count(r.body[r.at:], []byte(`{"rule":`)))
	r.operands = make([]string, 0, 8*cap(list))
	likely := new(report.Finding)
	for {
		if len(list) < len(r.before.Findings) {
			likely = &r.before.Findings[len(list)]
		}
		list = append(list, report.Finding{})
		f := &list[len(list)-1]
		if !r.finding(f, likely) {
			return nil, false
		}
		likely = f
		if r.next("]") {
			return list, true
		}
		if !r.next(",") {
			return nil, false
		}
	}
}

func (r *literalReader) finding(f, likely *report.Finding) bool {
	return r.next(`{"rule":"`) && word(r, &f.Rule, likely.Rule) &&
		r.next(`,"severity":"`) && word(r, &f.Severity, likely.Severity) &&
		r.next(`,"verdict":"`) && word(r, &f.Verdict, likely.Verdict) &&
		(!r.next(`,"at":"`) || word(r, &f.At, likely.At)) &&
		(!r.next(`,"expected":"`) || r.text(&f.Expected)) &&
		(!r.next(`,"got":"`) || word(r, &f.Got, f.Expected)) &&
		(!r.next(`,"operands":[`) || r.names(&f.Operands, likely.Operands)) &&
		(!r.next(`,"suspect":{`) || r.suspect(f)) &&
		(!r.next(`,"doubt":"`) || word(r, &f.Doubt, likely.Doubt)) &&
		(!r.next(`,"note":"`) || word(r, &f.Note, likely.Note)) &&
		r.next("}")
}

// names reads a list of strings after its bracket.
func (r *literalReader) names(to *[]string, likely []string) bool {
	from := len(r.operands)
	for r.next(`"`) {
		name := ""
		if n := len(r.operands) - from; n < len(likely) {
			name = likely[n]
		}
		if !word(r, &name, name) {
			return false
		}
		r.operands = append(r.operands, name)
		if r.next("]") {
			*to = slices.Clip(r.operands[from:])
			return true
		}
		if !r.next(",") {
			return false
		}
	}
	return false
}

// suspect reads the suspect of a finding after its brace.
func (r *literalReader) suspect(f *report.Finding) bool {
	f.Suspect = new(report.Suspect)
	return r.next(`"metric":"`) && word(r, &f.Suspect.Metric, "") &&
		(!r.next(`,"applicant":"`) || word(r, &f.Suspect.Applicant, "")) &&
		(!r.next(`,"implied":"`) || r.text(&f.Suspect.Implied)) &&
		r.next("}")
}
