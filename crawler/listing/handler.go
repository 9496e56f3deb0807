package listing

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// Handlers: where a call in an onclick or a javascript: address leads, if the
// function stands in a script of the page and goes to an address that is put
// together from literals and its arguments, or sends a form of the page. The
// function is read, not run: conditions are not looked at, and of several
// addresses the first that the arguments are part of is taken.
//
//	<a href="javascript:goPage(2)">下一页</a>
//	<script>function goPage(n) { if (n == 1) location.href = 'list.html'; else location.href = 'list_' + n + '.html' }</script>
//
//	<a onclick="turn(2)">下一页</a>      <form name="f" method="post"><input type="hidden" name="pageNo" value="1">…
//	<script>function turn(n) { document.f.pageNo.value = n; document.f.submit() }</script>
//
//	<a href="javascript:__doPostBack('pager','2')">下一页</a>      the form with __VIEWSTATE, of ASP.NET

// A function is one that a script of the page defines.
type function struct {
	params []string
	body   string
	src    string // the script, for the names that the body doesn't give a value
}

const (
	maxFunctions = 200     // functions of a page
	maxFunction  = 8 << 10 // bytes of the body of one
	maxForm      = 1 << 20 // bytes of a form as it is sent
	maxDepth     = 4       // names inside names
)

// defined are the forms in which scripts define functions, and what tells cheaply that
// a script has none of that form.
var defined = []struct {
	form  *regexp.Regexp
	maybe func(src string) bool
}{
	{regexp.MustCompile(`\bfunction\s+([\w$]+)\s*\(([^()]{0,200})\)\s*\{`), func(src string) bool { return strings.Contains(src, "function") }},
	{regexp.MustCompile(`([\w$]+)\s*[=:]\s*(?:async\s+)?function\s*[\w$]*\s*\(([^()]{0,200})\)\s*\{`), assignsFunction},
	{regexp.MustCompile(`([\w$]+)\s*=\s*\(?([\w$,\s]{0,200}?)\)?\s*=>\s*\{`), func(src string) bool { return strings.Contains(src, "=>") }},
}

// assignsFunction tells whether the word function follows = or : somewhere, maybe
// with async between.
func assignsFunction(src string) bool {
	const space = " \t\r\n\f"
	for {
		before, after, ok := strings.Cut(src, "function")
		if !ok {
			return false
		}
		before = strings.TrimRight(strings.TrimSuffix(strings.TrimRight(before, space), "async"), space)
		if strings.HasSuffix(before, "=") || strings.HasSuffix(before, ":") {
			return true
		}
		src = after
	}
}

// function finds a function by its name; nil where no script of the page has it.
func (r *reader) function(name string) *function {
	if r.functions == nil {
		r.functions = map[string]*function{}
		for _, src := range r.scripts() {
			for _, d := range defined {
				if !d.maybe(src) {
					continue
				}
				for _, m := range d.form.FindAllStringSubmatchIndex(src, maxFunctions) {
					name := src[m[2]:m[3]]
					if r.functions[name] != nil || len(r.functions) >= maxFunctions {
						continue
					}
					f := &function{src: src, body: block(src, m[1])}
					for p := range strings.SplitSeq(src[m[4]:m[5]], ",") {
						f.params = append(f.params, strings.TrimSpace(p))
					}
					r.functions[name] = f
				}
			}
		}
	}
	return r.functions[name]
}

// block is the source from i up to the brace that closes what was opened before.
func block(src string, i int) string {
	start, depth := i, 1
	for i < len(src) && i-start < maxFunction {
		switch c := src[i]; c {
		case '"', '\'', '`':
			i = stringEnd(src, i)
			continue
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return src[start:i]
			}
		}
		i++
	}
	return src[start:min(i, len(src))]
}

// A scope gives values to the names of an expression.
type scope struct {
	args  map[string]string
	body  string // assignments in it count
	src   string // literals in it count
	this  *html.Node
	used  bool // an argument or an attribute of this was part of the value
	depth int
}

// value is the text of what stands at the head of an expression: literals and
// names, added to one another. False where a part of it is unknown.
func (s *scope) value(expr string) (string, bool) {
	var b strings.Builder
	rest := expr
	for range 24 {
		rest = strings.TrimLeft(rest, " \t")
		if rest == "" {
			return "", false
		}
		switch c := rest[0]; {
		case c == '"' || c == '\'':
			end := stringEnd(rest, 0)
			if end < 2 || rest[end-1] != c {
				return "", false
			}
			b.WriteString(unquote(rest[1 : end-1]))
			rest = rest[end:]
		case c == '(':
			end, ok := expressionEnd(rest, 1)
			if !ok || end >= len(rest) || rest[end] != ')' {
				return "", false
			}
			v, ok := s.sum(rest[1:end])
			if !ok {
				return "", false
			}
			b.WriteString(v)
			rest = rest[end+1:]
		default:
			word := reference.FindString(rest)
			if word == "" {
				return "", false
			}
			rest = rest[len(word):]
			v, ok := s.named(word)
			if !ok {
				return "", false
			}
			if m := lessSome.FindStringSubmatch(rest); m != nil {
				if v, ok = plus(v, "-"+m[1]); !ok {
					return "", false
				}
				rest = rest[len(m[0]):]
			}
			b.WriteString(v)
		}
		trimmed := strings.TrimLeft(rest, " \t\r\n")
		if !strings.HasPrefix(trimmed, "+") {
			if rest = strings.TrimLeft(rest, " \t"); rest != "" && !strings.ContainsRune("\r\n;,)}", rune(rest[0])) {
				return "", false // part of something else
			}
			return b.String(), true
		}
		rest = strings.TrimLeft(trimmed[1:], " \t\r\n")
	}
	return "", false
}

var (
	reference = regexp.MustCompile(`^(?:\$\(this\)|[\w$]+)(?:\.[\w$]+|\((?:[^()'"]|'[^']*'|"[^"]*"){0,120}\)|\[['"]?[\w-]+['"]?\])*`)
	lessSome  = regexp.MustCompile(`^\s*-\s*(\d{1,3})`)
	addition  = regexp.MustCompile(`^\s*([\w$.]+|\w+\([\w$.]+\))\s*([-+])\s*(\d{1,3})\s*$`)
	wrapper   = regexp.MustCompile(`^(?:encodeURI(?:Component)?|escape|parseInt|Number|String|trim)\((.*)\)$`)
	property  = regexp.MustCompile(`^(?:\$\(this\)\.(?:data|attr)\(\s*['"]([\w-]+)['"]\s*\)|this\.dataset\.([\w]+)|this\.getAttribute\(\s*['"]([\w-]+)['"]\s*\)|this\.(id|title))$`)
)

// sum is a value in brackets: n + 1 is a number there.
func (s *scope) sum(expr string) (string, bool) {
	if m := addition.FindStringSubmatch(expr); m != nil {
		v, ok := s.named(m[1])
		if !ok {
			return "", false
		}
		if n, ok := plus(v, m[2]+m[3]); ok {
			return n, true
		}
	}
	return s.value(expr)
}

func plus(v, n string) (string, bool) {
	a, err := strconv.Atoi(strings.TrimSpace(v))
	b, err2 := strconv.Atoi(n)
	return strconv.Itoa(a + b), err == nil && err2 == nil
}

// named is the value of a name.
func (s *scope) named(word string) (string, bool) {
	if word[0] >= '0' && word[0] <= '9' {
		return word, strings.Trim(word, "0123456789") == ""
	}
	if m := wrapper.FindStringSubmatch(word); m != nil {
		return s.value(m[1])
	}
	if v, ok := s.args[word]; ok {
		s.used = true
		return v, true
	}
	if s.this != nil {
		if m := property.FindStringSubmatch(word); m != nil {
			key := m[1] + m[2] + m[3] + m[4]
			if strings.Contains(word, "data") && !strings.HasPrefix(key, "data-") {
				key = "data-" + strings.ToLower(key)
			}
			for n, i := s.this, 0; n != nil && i < 3; n, i = n.Parent, i+1 {
				if v, ok := lookup(n, key); ok && v != "" {
					s.used = true
					return v, true
				}
			}
			return "", false
		}
	}
	if s.depth >= maxDepth || !variable.MatchString(word) {
		return "", false
	}
	s.depth++
	defer func() { s.depth-- }()
	if v, ok := s.assigned(word); ok {
		return v, true
	}
	if v := resolved(s.src, code(word)); !isCode(v) && v != nil {
		return str(v), true
	}
	return "", false
}

// assigned is what the body gives to a name: var to = 'list_' + n; to += '.html'.
func (s *scope) assigned(word string) (string, bool) {
	value, found := "", false
	for at, n := 0, 0; n < maxCalls; n++ {
		i := strings.Index(s.body[at:], word)
		if i < 0 {
			break
		}
		i += at
		at = i + len(word)
		if i > 0 && (identifier(s.body[i-1]) || s.body[i-1] == '.') {
			continue
		}
		rest := strings.TrimLeft(s.body[at:], " \t")
		more := strings.HasPrefix(rest, "+=")
		if !more && (!strings.HasPrefix(rest, "=") || strings.HasPrefix(rest, "==") || strings.HasPrefix(rest, "=>")) {
			continue
		}
		rest = strings.TrimPrefix(strings.TrimPrefix(rest, "+"), "=")
		if v, ok := s.value(rest); ok {
			if more {
				v = value + v
			}
			value, found = v, true
		}
	}
	return value, found
}

var (
	// goes matches what stands before the address that a script goes to.
	goes   = regexp.MustCompile(`(?:\blocation(?:\s*\.\s*href)?\s*=|\blocation\s*\.\s*(?:replace|assign)\s*\(|\bwindow\s*\.\s*open\s*\(|\.attr\(\s*['"]src['"]\s*,|\.\s*src\s*=)\s*`)
	sends  = regexp.MustCompile(`\.\s*submit\s*\(\s*\)`)
	acts   = regexp.MustCompile(`(?:\.\s*action\s*=|\.attr\(\s*['"]action['"]\s*,)\s*`)
	fields = regexp.MustCompile(`([\w$]+)['"\])]{0,3}\s*\.\s*value\s*=\s*|\$\(\s*(?:"[^"]*?([\w$]+)[^"\w]{0,2}"|'[^']*?([\w$]+)[^'\w]{0,2}')\s*\)\s*\.\s*val\(\s*`)
	called = regexp.MustCompile(`([\w$]+)\s*\(`)
)

// address is the first address that a body goes to with an argument in it, else
// the first.
func (s *scope) address() (string, bool) {
	first, found := "", false
	for _, m := range goes.FindAllStringIndex(s.body, maxCalls) {
		s.used = false
		to, ok := s.value(s.body[m[1]:])
		if !ok || to == "" || strings.HasPrefix(to, "javascript:") {
			continue
		}
		if s.used {
			return to, true
		}
		if !found {
			first, found = to, true
		}
	}
	return first, found
}

// handled is the request that the handler of an element makes; nil where that is
// not known.
func (r *reader) handled(n *html.Node) *Request {
	handler := attr(n, "onclick")
	if href := strings.TrimSpace(attr(n, "href")); len(href) > 11 && strings.EqualFold(href[:11], "javascript:") {
		if s, err := url.PathUnescape(href[11:]); err == nil {
			href = "javascript:" + s
		}
		handler = href[11:] + ";" + handler
	}
	if handler == "" || !strings.Contains(handler, "(") && !strings.Contains(handler, "=") {
		return nil
	}
	for _, m := range called.FindAllStringSubmatchIndex(handler, 8) {
		name := handler[m[2]:m[3]]
		values, _, ok := list(handler, m[1]-1, ')', 0)
		if !ok {
			continue
		}
		var args []string
		for _, v := range values {
			args = append(args, str(v))
		}
		if name == "__doPostBack" && len(args) == 2 {
			return r.postBack(args[0], args[1])
		}
		f := r.function(name)
		if f == nil {
			continue
		}
		s := &scope{args: map[string]string{}, body: f.body, src: f.src, this: n}
		for i, p := range f.params {
			if p != "" && i < len(values) && !isCode(values[i]) {
				s.args[p] = args[i]
			}
		}
		if q := r.does(n, s); q != nil {
			return q
		}
	}
	s := &scope{body: handler, src: r.script(), this: n}
	return r.does(n, s)
}

// does is the request that a body makes.
func (r *reader) does(n *html.Node, s *scope) *Request {
	if sends.MatchString(s.body) {
		return r.sent(n, s)
	}
	if to, ok := s.address(); ok {
		if u := Resolve(r.ownBase(), to); u != nil {
			return &Request{URL: u.String()}
		}
	}
	return nil
}

// sent is the form that a body sends, with the values that it sets.
func (r *reader) sent(n *html.Node, s *scope) *Request {
	set := map[string]string{}
	for _, m := range fields.FindAllStringSubmatchIndex(s.body, maxCalls) {
		field := ""
		for i := 2; i < len(m); i += 2 {
			if m[i] >= 0 {
				field = s.body[m[i]:m[i+1]]
			}
		}
		if v, ok := s.value(s.body[m[1]:]); ok {
			set[field] = v
		}
	}
	action := ""
	if m := acts.FindStringIndex(s.body); m != nil {
		action, _ = s.value(s.body[m[1]:])
	}
	var best *html.Node
	for form := range elements(r.dom(), "form") {
		has := 0
		for in := range elements(form, "input", "select") {
			for _, key := range []string{attr(in, "name"), attr(in, "id")} {
				if _, ok := set[key]; ok && key != "" {
					has = 2
				}
			}
		}
		switch {
		case has > 0 && (best == nil || within(n, func(p *html.Node) bool { return p == form })):
			best = form
		case best == nil && action != "" && len(set) == 0 && within(n, func(p *html.Node) bool { return p == form }):
			best = form
		}
	}
	if best == nil {
		return nil
	}
	return r.submit(best, action, set)
}

// postBack is the form of an ASP.NET page as __doPostBack sends it.
func (r *reader) postBack(target, argument string) *Request {
	for form := range elements(r.dom(), "form") {
		for in := range elements(form, "input") {
			if attr(in, "name") == "__VIEWSTATE" {
				return r.submit(form, "", map[string]string{"__EVENTTARGET": target, "__EVENTARGUMENT": argument})
			}
		}
	}
	return nil
}

// submit is a form as a browser sends it, some values set by name or id.
func (r *reader) submit(form *html.Node, action string, set map[string]string) *Request {
	if action == "" {
		action = attr(form, "action")
	}
	to := r.URL
	if action != "" {
		to = Resolve(r.ownBase(), action)
	}
	if to == nil || !sameHost(to, r.URL) {
		return nil
	}
	var body strings.Builder
	add := func(key, v string) {
		if body.Len() > 0 {
			body.WriteByte('&')
		}
		body.WriteString(url.QueryEscape(key) + "=" + url.QueryEscape(v))
	}
	have := map[string]bool{}
	for in := range elements(form, "input", "select") {
		key, v := attr(in, "name"), attr(in, "value")
		if key == "" || body.Len() > maxForm {
			continue
		}
		_, checked := lookup(in, "checked")
		switch strings.ToLower(attr(in, "type")) {
		case "submit", "button", "image", "reset", "file":
			continue
		case "checkbox", "radio":
			if !checked {
				continue
			}
		}
		if in.Data == "select" {
			v = selected(in)
		}
		if s, ok := set[key]; ok {
			v = s
		} else if s, ok := set[attr(in, "id")]; ok && attr(in, "id") != "" {
			v = s
		}
		have[key] = true
		add(key, v)
	}
	for _, key := range []string{"__EVENTTARGET", "__EVENTARGUMENT"} {
		if v, ok := set[key]; ok && !have[key] {
			add(key, v)
		}
	}
	c := *to
	c.Fragment = ""
	if strings.EqualFold(attr(form, "method"), "post") {
		return &Request{Method: "POST", URL: c.String(), Body: body.String(), ContentType: formType}
	}
	c.RawQuery = body.String()
	return &Request{URL: c.String()}
}

// selected is the value of a list of options.
func selected(list *html.Node) string {
	first, found := "", false
	for o := range elements(list, "option") {
		v, ok := lookup(o, "value")
		if !ok {
			v = cleanTitle(text(o, 100, nil))
		}
		if _, on := lookup(o, "selected"); on {
			return v
		}
		if !found {
			first, found = v, true
		}
	}
	return first
}

// led is where a lead goes that has no address of its own: by the function its
// handler calls, or by one for all elements that puts an attribute of it into an
// address ('/info/' + $(this).data('id') + '.html').
func (r *reader) led(n *html.Node, base *url.URL) *url.URL {
	if strings.Contains(attr(n, "onclick"), "(") || strings.HasPrefix(attr(n, "href"), "javascript:") {
		if q := r.handled(n); q != nil && q.Method == "" {
			if u := Resolve(base, q.URL); u != nil {
				return u
			}
		}
	}
	if n.Data != "a" || !carries(n) {
		return nil
	}
	for _, s := range r.byAttribute() {
		s := &scope{body: s.body, src: s.src, this: n}
		for _, m := range goes.FindAllStringIndex(s.body, maxCalls) {
			s.used = false
			if to, ok := s.value(s.body[m[1]:]); ok && s.used {
				if u := Resolve(base, to); u != nil {
					return u
				}
			}
		}
	}
	return nil
}

// carries tells whether an element or its row has an attribute for a script.
func carries(n *html.Node) bool {
	for i := 0; n != nil && i < 3; n, i = n.Parent, i+1 {
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "data-") && a.Val != "" {
				return true
			}
		}
	}
	return false
}

// byAttribute are the scripts that go to an address with an attribute in it.
func (r *reader) byAttribute() []function {
	if r.attributed {
		return r.handlers
	}
	r.attributed = true
	for _, src := range r.scripts() {
		if (strings.Contains(src, "data") || strings.Contains(src, "getAttribute")) && strings.Contains(src, "this") && goes.MatchString(src) && len(src) <= maxExpression {
			r.handlers = append(r.handlers, function{body: src, src: src})
		}
	}
	return r.handlers
}
