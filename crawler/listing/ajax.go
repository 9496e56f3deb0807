package listing

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// ajax reads columns whose rows a script of the page fetches from an endpoint that
// no other mechanism knows: the request is copied from the script as far as its
// literals tell, and only the page in it changes. The answer may be JSON or a
// fragment of HTML.
//
//	$.ajax({type: 'POST', url: ctx + '/api/article/list', data: {channelId: '12', pageNum: n, pageSize: 10}, success: …})
//	$.get("/gk/list.do?cid=7", {page: 1}, f)      fetch('/gk/list?page=' + n)
//
// A page that lists by itself is left alone, and so are requests that search,
// count or log in.
var ajaxLists = mechanism{name: "ajax", start: startAjax, follow: followJSON}

func startAjax(r *reader) *answer {
	if len(r.ajaxCalls()) == 0 || len(r.pageItems()) > 0 {
		return nil
	}
	for _, paged := range []bool{true, false} {
		for _, c := range r.ajaxCalls() {
			if !sameHost(c.url, r.URL) || sideRequest.MatchString(c.url.Path) || (c.page != "" || c.start != "") != paged ||
				!paged && !c.whole && !wholeList.MatchString(c.url.Path) {
				continue
			}
			list := c.list()
			if a := r.startList(&list); a != nil {
				return a
			}
		}
	}
	return nil
}

// wholeList matches the files that hold all rows of a list.
var wholeList = regexp.MustCompile(`(?i)\.(?:json|xml)$`)

// sideRequest matches the paths of requests that don't list a column.
var sideRequest = regexp.MustCompile(`(?i)login|logout|visit|count|click|hits?\b|stat(?:s|istic)|comment|vote|survey|suggest|weather|token|captcha|search|share|message|dataproxy`)

// An ajax is a request that a script makes.
type ajax struct {
	post   bool
	url    *url.URL
	params map[string]string
	page   string // the parameter that holds the page, "" without one
	start  string // the parameter that holds the number of the first row
	size   int    // rows of a page, 0 unknown
	whole  bool   // the answer is put into the page as it is
	first  int    // the number of the first page
	json   bool   // the body is JSON
}

// ajaxCalls are the requests of the page's scripts whose address is known.
func (r *reader) ajaxCalls() []ajax {
	if r.asked {
		return r.requests
	}
	r.asked = true
	for _, src := range r.scripts() {
		for _, name := range []string{"ajax", "getJSON", "get", "post", "load", "axios", "fetch"} {
			if !strings.Contains(src, name) {
				continue
			}
			for _, args := range calls(src, name) {
				if c := r.ajaxCall(src, name, args); c != nil && len(r.requests) < maxCalls {
					r.requests = append(r.requests, *c)
				}
			}
		}
	}
	return r.requests
}

func (r *reader) ajaxCall(src, name string, args []any) *ajax {
	if len(args) == 0 {
		return nil
	}
	var address string
	var data any
	c := &ajax{post: name == "post", params: map[string]string{}, first: 1, whole: name == "load"}
	c.json = c.post && clientPost.MatchString(src) && !strings.Contains(src, "$.post") && !strings.Contains(src, "jQuery.post")
	options, isObject := args[0].(map[string]any)
	switch {
	case isObject:
		address = textOfCode(src, options["url"])
	default:
		address = textOfCode(src, args[0])
		if len(args) > 1 {
			if options, _ = args[1].(map[string]any); name != "axios" && name != "fetch" && options["params"] == nil {
				data, options = args[1], nil
			}
		}
	}
	if options != nil {
		data = options["data"]
		for _, key := range []string{"params", "body"} {
			if data == nil {
				data = options[key]
			}
		}
		method := str(options["type"]) + str(options["method"])
		c.post = c.post || strings.EqualFold(method, "post")
		c.json = c.json || strings.Contains(str(options["contentType"]), "json")
	}
	address = strings.TrimSpace(address)
	if !strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "./") && !strings.HasPrefix(address, "../") && !strings.HasPrefix(address, "http") && !relativeCall.MatchString(address) {
		return nil
	}
	c.url = Resolve(r.base, address)
	if c.url == nil {
		return nil
	}
	c.url.Fragment = ""
	if source, ok := data.(code); ok {
		if m := stringified.FindStringIndex(string(source)); m != nil {
			data, _ = value(string(source[m[1]:]))
			c.json = c.json || c.post
		} else {
			data = resolved(src, source)
		}
	}
	switch data := data.(type) {
	case map[string]any:
		for key, v := range data {
			c.set(key, resolved(src, v))
		}
	case string, code:
		c.query(textOfCode(src, data))
	}
	c.query(c.url.RawQuery)
	c.url.RawQuery = ""
	return c
}

var (
	stringified  = regexp.MustCompile(`^JSON\s*\.\s*stringify\s*\(\s*`)
	relativeCall = regexp.MustCompile(`^[\w./-]+\.(?:jsp|do|action|php|aspx|ashx|jhtml|json|xml|s?html?)(?:\?|$)`)
	clientPost   = regexp.MustCompile(`(?:axios|\$http|request|service)\s*\.\s*post\s*\(`)
	startParam   = regexp.MustCompile(`(?i)^(?:start|offset|begin|istart|idisplaystart|from|startindex|startrow)$`)
	sizeParam    = regexp.MustCompile(`(?i)^(?:limit|length|size|rows|num|idisplaylength|page_?size|per_?page|maxresults)$`)
	pageParam    = regexp.MustCompile(`(?i)^(?:page(?:_?(?:no|num|number|index|nbr|current|id))?|(?:cur|curr|current|now|to|intcur)_?page(?:_?(?:no|num|number|index))?|current(?:index)?|pn)$`)
)

func (c *ajax) query(q string) {
	for part := range strings.SplitSeq(strings.TrimPrefix(q, "?"), "&") {
		key, v, ok := strings.Cut(part, "=")
		if k, err := url.QueryUnescape(key); err == nil {
			key = k
		}
		if u, err := url.QueryUnescape(v); err == nil {
			v = u
		}
		if ok && key != "" {
			c.set(key, v)
		}
	}
}

// set takes a parameter; one whose value only the script knows stays empty.
func (c *ajax) set(key string, v any) {
	if len(c.params) >= maxCalls {
		return
	}
	if pageParam.MatchString(key) && (c.page == "" || len(key) > len(c.page)) {
		c.page = key
		if n, ok := integer(v); ok && n == 0 && str(v) != "" {
			c.first = 0
		}
	}
	if n, ok := integer(v); ok && n > 0 && sizeParam.MatchString(key) {
		c.size = n
	}
	if startParam.MatchString(key) && c.start == "" {
		c.start = key
		if n, ok := integer(v); ok {
			c.first = n
		}
	}
	if isCode(v) {
		v = ""
	}
	c.params[key] = str(v)
}

// open tells whether a value is one that only the script knows.
func (c *ajax) open() bool {
	for key, v := range c.params {
		if v == "" && key != c.page {
			return true
		}
	}
	return false
}

// list describes the request as an endpoint.
func (c *ajax) list() JSONList {
	list := JSONList{First: c.first}
	counter := c.page
	if counter == "" && c.size > 0 {
		counter, list.Step = c.start, c.size
		if _, known := c.params[counter]; known && c.params[counter] == "" {
			list.First = 0
		}
	}
	if list.First == 0 {
		list.First = -1
	}
	form := ""
	for _, key := range sortedKeys(c.params) {
		v := c.params[key]
		if key == counter && counter != "" {
			v = pageMark
		}
		form = setParam(form, key, v)
	}
	form = strings.Replace(form, pageMark, "{page}", 1)
	to := *c.url
	switch {
	case c.post && c.json:
		list.Body, list.ContentType = jsonBody(form), "application/json"
	case c.post:
		list.Body = form
	default:
		to.RawQuery = form
	}
	if c.post {
		list.Method = "POST"
	}
	list.URL = to.String()
	return list
}

// requested is the request of the page's scripts to an address that form matches.
func (r *reader) requested(form *regexp.Regexp) *ajax {
	i := slices.IndexFunc(r.ajaxCalls(), func(c ajax) bool { return form.MatchString(c.url.Path) })
	if i < 0 {
		return nil
	}
	return &r.ajaxCalls()[i]
}

// textOfCode is the text of a literal, or of literals and known names that are
// added to one another: ctx + "/list?page=" + n + "&size=10".
func textOfCode(src string, v any) string {
	source, ok := v.(code)
	if !ok {
		return str(v)
	}
	var b strings.Builder
	rest := strings.TrimSpace(string(source))
	for range 24 {
		if rest == "" {
			break
		}
		switch c := rest[0]; {
		case c == '"' || c == '\'':
			end := stringEnd(rest, 0)
			if end < 2 {
				return b.String()
			}
			b.WriteString(unquote(rest[1 : end-1]))
			rest = rest[end:]
		case c == '`':
			end := stringEnd(rest, 0)
			if end < 2 {
				return b.String()
			}
			b.WriteString(inserted.ReplaceAllStringFunc(rest[1:end-1], func(name string) string {
				if known := resolved(src, code(strings.TrimSpace(name[2:len(name)-1]))); !isCode(known) {
					return str(known)
				}
				return ""
			}))
			rest = rest[end:]
		default:
			word := operand.FindString(rest)
			if word == "" {
				return b.String()
			}
			if known := resolved(src, code(word)); !isCode(known) {
				b.WriteString(str(known))
			}
			rest = rest[len(word):]
		}
		rest = strings.TrimSpace(rest)
		if !strings.HasPrefix(rest, "+") {
			break
		}
		rest = strings.TrimSpace(rest[1:])
	}
	return b.String()
}

var inserted = regexp.MustCompile(`\$\{[^{}]*\}`)

var operand = regexp.MustCompile(`^[\w$.]+(?:\([^()]{0,80}\))?`)
