package listing

import (
	"fmt"
	"maps"
	"net/url"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// A reader reads one page: the page, a copy of the state, and what several
// mechanisms need of both, each made once.
type reader struct {
	Page
	state    State
	hint     Hint
	sel      selectors
	starting bool // this is the first page of the column

	index *url.URL // of the first page
	base  *url.URL // of the links of the first page

	here       *url.URL // ownBase
	surveyed   *survey
	names      []string // isHere
	scope      []string // inScope: the directories of the index
	stem       string   // and its file
	parsed     bool     // dom
	scanned    bool     // scripts
	code       []string
	joined     string // script
	found      *page  // page
	searched   bool   // declared
	says       *declaration
	itemized   bool // pageItems
	entries    []Item
	furniture  map[*html.Node]bool // inFooter
	asked      bool                // ajaxCalls
	requests   []ajax
	functions  map[string]*function // function
	handlers   []function           // byAttribute
	attributed bool
}

type selectors struct{ item, next, title, date cascadia.Sel }

func (h Hint) compile() (selectors, error) {
	var sel selectors
	for _, s := range []struct {
		key, css string
		to       *cascadia.Sel
	}{{"item", h.Item, &sel.item}, {"next", h.Next, &sel.next}, {"title", h.Title, &sel.title}, {"date", h.Date, &sel.date}} {
		if s.css == "" {
			continue
		}
		c, err := cascadia.Parse(s.css)
		if err != nil {
			return sel, fmt.Errorf("%w: %s: %q is not a CSS selector: %w", ErrHint, s.key, s.css, err)
		}
		*s.to = c
	}
	if wanted := h.pinned(); h.Mechanism != "" && wanted != h.Mechanism {
		return sel, fmt.Errorf("%w: mechanism %q is not the one that the other keys ask for, %q; leave it out", ErrHint, h.Mechanism, wanted)
	}
	if h.Mechanism == template.name && h.Page == "" {
		return sel, fmt.Errorf("%w: mechanism template needs a page such as index_{page}.html", ErrHint)
	}
	if h.Mechanism != "" && find(h.Mechanism) == nil {
		return sel, fmt.Errorf("%w: mechanism %q does not exist; use one of %s", ErrHint, h.Mechanism, strings.Join(Names(), ", "))
	}
	return sel, nil
}

// pinned is the mechanism that a hint asks for, "" to recognise it.
func (h Hint) pinned() string {
	switch {
	case h.List != nil:
		return jsonLists.name
	case h.Page != "":
		return template.name
	case h.Next != "":
		return anchor.name
	}
	return h.Mechanism
}

func newReader(p Page, s State, h Hint, sel selectors) *reader {
	s.Vars = maps.Clone(s.Vars)
	r := &reader{Page: p, state: s, hint: h, sel: sel, starting: s.Mechanism == ""}
	if r.starting {
		r.index = p.URL
		r.base = Base(p.URL, r.dom())
		r.state.Index = p.URL.String()
		r.state.Base = ""
		if b := r.base.String(); b != strings.TrimSuffix(r.state.Index, "#"+p.URL.EscapedFragment()) {
			r.state.Base = b
		}
		return r
	}
	r.index, r.base = p.URL, nil
	if u, err := url.Parse(s.Index); err == nil && u.Host != "" {
		r.index = u
	}
	r.base = r.index
	if u, err := url.Parse(s.Base); err == nil && u.Host != "" {
		r.base = u
	}
	return r
}

// dom is the parsed page; nil where the answer is no HTML.
func (r *reader) dom() *html.Node {
	if r.Root == nil && !r.parsed {
		r.parsed = true
		if t := strings.ToLower(r.ContentType); strings.Contains(t, "html") || t == "" && looksLikeHTML(r.Body) {
			r.Root = parse(string(r.Body))
		}
	}
	return r.Root
}

func looksLikeHTML(b []byte) bool {
	s := strings.TrimLeft(string(b[:min(len(b), 256)]), "\ufeff \t\r\n")
	return strings.HasPrefix(s, "<") && !strings.HasPrefix(s, "<?xml") && !strings.HasPrefix(strings.ToLower(s), "<datastore")
}

// ownBase is what the links of the page read resolve against.
func (r *reader) ownBase() *url.URL {
	if r.here == nil {
		r.here = Base(r.URL, r.dom())
	}
	return r.here
}

// scripts are the texts of the page's scripts without comments.
func (r *reader) scripts() []string {
	if r.scanned {
		return r.code
	}
	r.scanned = true
	for _, n := range r.survey().scripts {
		t := strings.ToLower(attr(n, "type"))
		if n.FirstChild == nil || strings.Contains(t, "xml") || strings.Contains(t, "json") || strings.Contains(t, "html") || strings.Contains(t, "template") {
			continue
		}
		r.code = append(r.code, stripComments(n.FirstChild.Data))
	}
	return r.code
}

// script is all of them as one text.
func (r *reader) script() string {
	if r.joined == "" {
		r.joined = strings.Join(r.scripts(), "\n")
	}
	return r.joined
}

// vars sets the values a mechanism remembers.
func (r *reader) set(pairs ...string) {
	if r.state.Vars == nil {
		r.state.Vars = map[string]string{}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		r.state.Vars[pairs[i]] = pairs[i+1]
	}
}

func (r *reader) get(name string) string { return r.state.Vars[name] }

// fenced tells whether an answer refuses us: then the page isn't asked for in
// another way.
func (r *reader) fenced() bool {
	switch r.Status {
	case 401, 403, 407, 412, 429, 451, 503, 521:
		return true
	}
	return false
}

// refused says why the answer to a request can't be a page of the listing; ""
// where it can.
func (r *reader) refused() string {
	if r.Status >= 400 {
		return fmt.Sprintf("http %d", r.Status)
	}
	return ""
}
