package listing

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// Bounds of one column. They are far above what real columns hold and end a
// hostile one.
const (
	defaultPages = 200    // pages of a column
	maxRows      = 5_000  // items of one page
	maxChildren  = 400    // columns named by one column
	maxSeen      = 40_000 // items of a column
	maxRetries   = 4      // ways to ask for one page
)

// ErrHint is wrapped by errors about a [Hint] that can't be used.
var ErrHint = errors.New("listing hint")

// A mechanism is one way to list. start looks at a first page and gives nil where
// the page is not of its kind; follow reads the answer to a request it made.
type mechanism struct {
	name   string
	start  func(*reader) *answer
	follow func(*reader) *answer
}

// An answer is what a mechanism reads from one page.
type answer struct {
	items    []Item
	rows     int // rows of the page, unusable ones included; 0 as many as items, negative none
	declared int // items the site says there are, 0 unknown
	pages    int // pages the site says there are, 0 unknown
	next     *Request
	// tentative marks a next that goes to an endpoint which may not exist: what
	// the rest of the table finds on the page is kept as the alternative.
	tentative bool
	// shell marks a page that lists nothing itself and isn't counted as one.
	shell bool
	// retry asks for the same page in another way; this one is not counted.
	retry *Request
	// more lets an answer without new items go on to next.
	more bool
	// problem ends the listing as partial; evidence explains problem or end.
	problem, evidence string
}

// Names are the mechanisms in the order they are tried.
func Names() []string {
	names := make([]string, len(mechanisms))
	for i, m := range mechanisms {
		names[i] = m.name
	}
	return names
}

// Check tells whether the hint can be used.
func (h Hint) Check() error {
	_, err := h.compile()
	return err
}

// Read tells what a page lists and how the listing goes on. s is the zero State
// for a first page, else the State of the Result whose Next was fetched. An error
// is about h or a missing URL, never about the page.
func Read(p Page, s State, h Hint) (Result, error) {
	if p.URL == nil || p.URL.Host == "" {
		return Result{State: s}, errors.New("listing: page without an absolute URL")
	}
	sel, err := h.compile()
	if err != nil {
		return Result{State: s}, err
	}
	h.Mechanism = h.pinned()
	if h.Pages <= 0 {
		h.Pages = defaultPages
	}
	r := newReader(p, s, h, sel)
	if r.state.Mechanism != "" {
		m := find(r.state.Mechanism)
		if m == nil {
			return Result{State: s}, fmt.Errorf("listing: state of %s names the mechanism %q, which does not exist", p.URL, s.Mechanism)
		}
		return r.settle(m, m.follow(r)), nil
	}
	return r.first(), nil
}

func find(name string) *mechanism {
	for i := range mechanisms {
		if mechanisms[i].name == name {
			return &mechanisms[i]
		}
	}
	return nil
}

// first reads the first page of a column: the first mechanism that yields wins.
func (r *reader) first() Result {
	if r.Status >= 400 {
		return r.end(fmt.Sprintf("failed:http %d", r.Status), fmt.Sprintf("the index answered %d", r.Status))
	}
	if res, ok := r.hop(); ok {
		return res
	}
	var chosen *mechanism
	var got *answer
	for i := range mechanisms {
		m := &mechanisms[i]
		if r.hint.Mechanism != "" && r.hint.Mechanism != m.name {
			continue
		}
		vars := r.state.Vars
		r.state.Vars = map[string]string{}
		a := m.start(r)
		if a == nil || len(a.items) == 0 && a.next == nil {
			r.state.Vars = vars
			continue
		}
		if got == nil {
			chosen, got = m, a
			if a.tentative {
				continue // look for an alternative
			}
			break
		}
		if !a.tentative {
			r.state.Else = &Alternative{Mechanism: m.name, Vars: r.state.Vars, Declared: a.declared, Pages: a.pages,
				Next: a.next, Problem: a.problem, Evidence: a.evidence}
			r.state.Vars = vars
			got.items = merge(got.items, a.items)
			break
		}
		r.state.Vars = vars
	}
	if got == nil {
		verdict, evidence := r.emptiness()
		if r.hint.Mechanism != "" {
			evidence = fmt.Sprintf("the page isn't one of mechanism %s, which is pinned; %s", r.hint.Mechanism, evidence)
		}
		return r.end(verdict, evidence)
	}
	if chosen.name != walk.name && r.dom() != nil {
		got.items = merge(got.items, r.around(false))
	}
	if got.shell {
		got.rows = -1 // what stands on the page comes again from the endpoint
	}
	return r.settle(chosen, got)
}

// settle applies the one stop rule to what a mechanism read.
func (r *reader) settle(m *mechanism, a *answer) Result {
	st := &r.state
	st.Mechanism = m.name
	if a.retry != nil && r.fenced() {
		a = &answer{problem: r.refused(), evidence: fmt.Sprintf("%s is refused", r.URL.Path)}
	}
	if a.retry != nil {
		if st.Retries++; st.Retries <= maxRetries {
			return Result{Next: r.refer(a.retry), State: *st}
		}
		a = &answer{problem: "no way to page works", evidence: a.evidence}
	}
	st.Retries = 0
	if st.Else != nil && !r.starting {
		if len(a.items) > 0 {
			st.Else = nil
		} else if a.next == nil {
			return r.alternative(a)
		}
	}
	if !a.shell {
		st.Page++
	}
	if a.declared > 0 {
		st.Declared = a.declared
	}
	if a.pages > 0 {
		st.Pages = a.pages
	}
	switch {
	case a.rows > 0:
		st.Rows += a.rows
	case a.rows == 0:
		st.Rows += entries(a.items)
	}
	fresh := r.fresh(a.items)
	mark := fingerprint(a.items)
	repeated := !r.starting && mark == st.Last && entries(a.items) > 0
	st.Last = mark

	res := Result{Items: fresh, Next: r.refer(a.next)}
	stop := func(verdict, evidence string) {
		res.Next, res.Verdict, res.Evidence = nil, verdict, evidence
	}
	switch {
	case a.problem != "":
		stop(r.failure(a))
	case a.next == nil:
		stop(r.judge(a.evidence))
	case a.shell:
		// The endpoint has still to be asked.
	case repeated && !a.more:
		stop(r.judge(fmt.Sprintf("page %d repeats the page before", st.Page)))
	case len(fresh) == 0 && !a.more:
		stop(r.judge(fmt.Sprintf("page %d lists nothing new", st.Page)))
	case len(st.Seen) >= maxSeen:
		stop("partial:item cap", fmt.Sprintf("stopped after %d items", len(st.Seen)))
	case st.Page >= r.hint.Pages:
		stop("partial:page cap", fmt.Sprintf("stopped after %d pages, the site goes on at %s", st.Page, a.next.URL))
	case st.Declared > 0 && st.Listed >= st.Declared && st.Page >= st.Pages && !a.more:
		stop(r.judge("the declared total was reached"))
	}
	res.State = *st
	return res
}

// alternative goes on from the first page in the second way, because the
// endpoint it named gave nothing.
func (r *reader) alternative(a *answer) Result {
	st := &r.state
	alt := st.Else
	st.Else = nil
	st.Mechanism, st.Vars, st.Declared, st.Pages = alt.Mechanism, alt.Vars, alt.Declared, alt.Pages
	st.Page = max(st.Page, 1)
	evidence := strings.Trim(alt.Evidence+"; "+a.evidence, "; ")
	res := Result{Next: r.refer(alt.Next)}
	switch {
	case alt.Problem != "":
		res.Next, res.Verdict, res.Evidence = nil, "partial:"+alt.Problem, evidence
	case alt.Next == nil && st.Listed == 0:
		res.Verdict, res.Evidence = r.failure(&answer{problem: a.problem, evidence: evidence})
	case alt.Next == nil:
		res.Verdict, res.Evidence = r.judge(evidence)
	}
	res.State = *st
	return res
}

// failure is the verdict on a listing that can't go on: partial if anything came.
func (r *reader) failure(a *answer) (verdict, evidence string) {
	switch {
	case r.state.Listed > 0 || r.state.Children > 0:
		return "partial:" + a.problem, a.evidence
	case r.Status >= 400:
		return "failed:" + a.problem, a.evidence
	}
	return "needs_js:" + a.problem, a.evidence
}

// judge compares what came with what the site declares.
func (r *reader) judge(evidence string) (string, string) {
	st := &r.state
	say := func(format string, args ...any) string {
		return strings.Trim(fmt.Sprintf(format, args...)+"; "+evidence, "; ")
	}
	holes, why := r.holes()
	switch {
	case st.Listed == 0 && st.Children == 0:
		return r.emptiness()
	case st.Declared > max(st.Rows, st.Listed):
		return fmt.Sprintf("partial:%d of %d", st.Listed, st.Declared), say("the site declares %d items, %d rows came on %d pages", st.Declared, st.Rows, st.Page)
	case st.Declared == 0 && st.Pages > st.Page:
		return fmt.Sprintf("partial:%d of %d pages", st.Page, st.Pages), say("the site declares %d pages, %d could be read", st.Pages, st.Page)
	case holes != "" && (st.Declared == 0 || st.Declared > st.Listed):
		return "partial:" + holes, say("%d items on %d pages, %s", st.Listed, st.Page, why)
	case st.Declared > 0:
		return "complete", say("%d items on %d pages, %d declared", st.Listed, st.Page, st.Declared)
	case st.Listed == 0:
		return "complete", say("%d further columns", st.Children)
	}
	return "complete", say("%d items on %d pages", st.Listed, st.Page)
}

// end ends the listing.
func (r *reader) end(verdict, evidence string) Result {
	return Result{State: r.state, Verdict: verdict, Evidence: evidence}
}

// refer adds the referrer that a browser would send.
func (r *reader) refer(q *Request) *Request {
	if q != nil && q.Referrer == "" {
		q.Referrer = r.state.Index
	}
	return q
}

// fresh keeps the items not seen before and remembers them.
func (r *reader) fresh(items []Item) []Item {
	st := &r.state
	seen := make(map[uint64]bool, len(st.Seen)+len(items))
	for _, h := range st.Seen {
		seen[h] = true
	}
	st.Seen = slices.Clip(st.Seen) // the caller's slice is not appended to in place
	var fresh []Item
	for _, it := range items {
		h := xxhash.Sum64String(identity(it.URL))
		if seen[h] || len(st.Seen) >= maxSeen || it.Child && st.Children >= maxChildren {
			continue
		}
		seen[h] = true
		st.Seen = append(st.Seen, h)
		if it.Child {
			st.Children++
		} else {
			st.Listed++
		}
		fresh = append(fresh, it)
	}
	return fresh
}

// unseen counts the items that fresh would keep.
func (r *reader) unseen(items []Item) int {
	seen := make(map[uint64]bool, len(r.state.Seen)+len(items))
	for _, h := range r.state.Seen {
		seen[h] = true
	}
	n := 0
	for _, it := range items {
		if h := xxhash.Sum64String(identity(it.URL)); !seen[h] {
			seen[h] = true
			n++
		}
	}
	return n
}

// fingerprint is the hash of a page's items, columns left out.
func fingerprint(items []Item) uint64 {
	d := xxhash.New()
	for _, it := range items {
		if !it.Child {
			_, _ = d.WriteString(identity(it.URL) + "\n")
		}
	}
	return d.Sum64()
}

// entries counts the items that are no columns.
func entries(items []Item) int {
	n := 0
	for _, it := range items {
		if !it.Child {
			n++
		}
	}
	return n
}

// merge appends the items of b that a doesn't have.
func merge(a, b []Item) []Item {
	have := make(map[string]bool, len(a))
	for _, it := range a {
		have[it.URL] = true
	}
	for _, it := range b {
		if !have[it.URL] {
			have[it.URL] = true
			a = append(a, it)
		}
	}
	return a
}
