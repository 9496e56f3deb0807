package listing

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// JSONList describes an endpoint that lists as JSON, for a profile. Everything but
// URL may stay empty: rows, fields and totals are then found by their usual names.
type JSONList struct {
	// URL is resolved against the index; {page} is replaced by the number of the
	// page, so it is in Body.
	URL         string `json:"url"`
	Method      string `json:"method,omitempty"`
	Body        string `json:"body,omitempty"`
	ContentType string `json:"content_type,omitempty"`
	// First is the number of the first page. Default 1; -1 stands for 0.
	First int `json:"first,omitempty"`
	// Step is by how much the number grows from page to page, for endpoints that
	// count rows. Default 1.
	Step int `json:"step,omitempty"`
	// Results, Total and Pages are paths in the answer, as data.list; Link, Title
	// and Date are fields of a row.
	Results string `json:"results,omitempty"`
	Total   string `json:"total,omitempty"`
	Pages   string `json:"pages,omitempty"`
	Link    string `json:"link,omitempty"`
	Title   string `json:"title,omitempty"`
	Date    string `json:"date,omitempty"`
}

// A preset recognises an endpoint by what the page's scripts or links say and
// makes its description. Named groups of the signal fill {name} in the list.
type preset struct {
	name   string
	mark   string // a page without it can't match signal
	signal *regexp.Regexp
	more   map[string]*regexp.Regexp // further values, first group
	list   JSONList
}

var presets = []preset{
	// Suzhou: POST …/interfacesWebZcwj/loadData?pageSize=15, pageIndex=N&channel_id=…
	{
		name:   "suzhou",
		mark:   "/loadData",
		signal: regexp.MustCompile(`['"](?P<url>[^'"\s]*/interfacesWeb\w*/loadData[^'"\s]*)['"]`),
		more:   map[string]*regexp.Regexp{"channel": regexp.MustCompile(`(?i)channel_?id['"]?\s*(?:[:=]|value=)\s*['"]?([\w-]+)`)},
		list: JSONList{URL: "{url}", Method: "POST", Body: "pageIndex={page}&channel_id={channel}",
			Results: "data.list", Pages: "data.totalPage", Link: "URL", Title: "TITLE", Date: "PUBLISHED_TIME_FORMAT"},
	},
	// Liaoning: GET /eportal/ui?moduleId=5&portal.url=/portlet/xxgkml!queryList.portlet&pageNo=N&pageSize=20
	{
		name:   "eportal",
		mark:   "/eportal/ui?",
		signal: regexp.MustCompile(`['"](?P<url>[^'"\s]*/eportal/ui\?[^'"\s]*queryList[^'"\s]*)['"]`),
		list:   JSONList{URL: "{url}&pageNo={page}&pageSize=20", Results: "result"},
	},
	// IGS (南威, Tianjin): GET /igs/front/search/list.html?index=…&type=…&pageNumber=N&pageSize=10,
	// where a script of the page itself names it.
	{
		name:   "igs",
		mark:   "/igs/front/",
		signal: regexp.MustCompile(`['"](?P<url>[^'"\s]*/igs/front/[^'"\s]*\?[^'"\s]*(?:pageNumber|index|code|channelId)=[^'"\s]*)['"]`),
		list:   JSONList{URL: "{url}&pageNumber={page}&pageSize=10"},
	},
}

// asked are the paths of endpoints that scripts call with their parameters apart.
var asked = regexp.MustCompile(`/eportal/ui$|/igs/front/|/interfacesWeb\w*/loadData$`)

// jsonLists reads endpoints that answer with rows as JSON: the one that the
// profile describes, or one of the presets.
//
//	POST /szinf/xxgk/interfacesWebZcwj/loadData?pageSize=15   pageIndex=2&channel_id=12
//	{"data": {"totalPage": 3, "list": [{"TITLE": "…", "URL": "/a/b.shtml", "PUBLISHED_TIME_FORMAT": "2024-01-20"}]}}
var jsonLists = mechanism{name: "json", start: startJSON, follow: followJSON}

func startJSON(r *reader) *answer {
	list := r.hint.List
	if list == nil {
		if list = r.preset(); list == nil || r.pagesItself() {
			return nil
		}
	}
	a := r.startList(list)
	if a != nil {
		a.tentative = r.hint.List == nil
	}
	return a
}

// startList asks for the first page of an endpoint.
func (r *reader) startList(list *JSONList) *answer {
	first := max(list.First, 0)
	if list.First == 0 {
		first = 1
	}
	description, _ := json.Marshal(list)
	r.set("list", string(description), "page", strconv.Itoa(first), "first", strconv.Itoa(first))
	r.rowAddress()
	q := r.jsonPage(list, first)
	if q == nil {
		return nil
	}
	return &answer{next: q, shell: true, tentative: true}
}

// preset is the description of an endpoint that the page names.
func (r *reader) preset() *JSONList {
	src := r.script()
	body := string(r.Body)
	for _, p := range presets {
		if !strings.Contains(src, p.mark) {
			continue
		}
		m := p.signal.FindStringSubmatch(src)
		if c := r.requested(asked); c != nil && c.page != "" && (m == nil || len(c.params) > 2 && !c.open()) {
			list := c.list()
			list.Results, list.Pages, list.Link, list.Title, list.Date = p.list.Results, p.list.Pages, p.list.Link, p.list.Title, p.list.Date
			return &list
		}
		if m == nil {
			continue
		}
		values := map[string]string{}
		for i, name := range p.signal.SubexpNames() {
			if name != "" {
				values[name] = m[i]
			}
		}
		for name, form := range p.more {
			if m := form.FindStringSubmatch(src); m != nil {
				values[name] = m[1]
			} else if m := form.FindStringSubmatch(body); m != nil {
				values[name] = m[1]
			}
		}
		if values["url"] != "" && strings.Contains(p.list.URL, "={page}&pageSize=") {
			values["url"] = joined(src, values["url"], strings.Index(src, m[0])+len(m[0]))
			if u, err := url.Parse(values["url"]); err == nil {
				for _, name := range []string{"pageNo", "pageNumber", "pageSize"} {
					u.RawQuery = dropParam(u.RawQuery, name)
				}
				values["url"] = u.String()
			}
		}
		list := p.list
		for name, v := range values {
			list.URL = strings.ReplaceAll(list.URL, "{"+name+"}", v)
			list.Body = strings.ReplaceAll(list.Body, "{"+name+"}", url.QueryEscape(v))
		}
		return &list
	}
	return nil
}

// jsonPage is the request for one page.
func (r *reader) jsonPage(list *JSONList, n int) *Request {
	first := max(list.First, 0)
	if list.First == 0 {
		first = 1
	}
	page := strconv.Itoa(first + (n-first)*max(list.Step, 1))
	u := Resolve(r.base, strings.ReplaceAll(list.URL, "{page}", page))
	if u == nil {
		return nil
	}
	q := &Request{Method: strings.ToUpper(list.Method), URL: u.String(), Body: strings.ReplaceAll(list.Body, "{page}", page), ContentType: list.ContentType}
	if q.Method == "GET" {
		q.Method = ""
	}
	if q.Method == "POST" && q.ContentType == "" {
		q.ContentType = formType
		if strings.HasPrefix(strings.TrimSpace(q.Body), "{") {
			q.ContentType = "application/json"
		}
	}
	return q
}

func followJSON(r *reader) *answer {
	var list JSONList
	if json.Unmarshal([]byte(r.get("list")), &list) != nil {
		return &answer{problem: "the state of the listing is damaged", evidence: "no description"}
	}
	n, _ := strconv.Atoi(r.get("page"))
	first, _ := strconv.Atoi(r.get("first"))
	if r.Status == http.StatusMethodNotAllowed && n == first && r.get("turned") == "" {
		list = list.turned()
		description, _ := json.Marshal(list)
		r.set("list", string(description), "turned", "1")
		return &answer{retry: r.jsonPage(&list, n), evidence: r.refused()}
	}
	got := r.jsonAnswer(&list)
	if got.why != "" && n == first && r.hint.List == nil && r.get("encoded") == "" && list.ContentType == "" && strings.EqualFold(list.Method, "POST") {
		// axios and its like send JSON where jQuery sends a form.
		list.Body, list.ContentType = jsonBody(list.Body), "application/json"
		description, _ := json.Marshal(list)
		r.set("list", string(description), "encoded", "1")
		return &answer{retry: r.jsonPage(&list, n), evidence: got.why}
	}
	a := &answer{items: got.items, rows: got.rows, declared: got.total, pages: got.pages, evidence: got.why}
	switch {
	case got.why != "" && n > first && r.Status < 400 && got.object:
		return a // behind the last page
	case got.why != "":
		a.problem = "endpoint"
		a.evidence = fmt.Sprintf("%s answers %s", r.URL.Path, got.why)
		return a
	case !strings.Contains(list.URL+list.Body, "{page}"):
		a.evidence = "the endpoint gives all rows at once"
		return a
	case got.pages > 0 && n-first+1 >= got.pages:
		a.evidence = fmt.Sprintf("page %d of %d", n-first+1, got.pages)
		return a
	}
	r.set("page", strconv.Itoa(n+1))
	a.next = r.jsonPage(&list, n+1)
	return a
}

// turned is the endpoint asked by the other method, with the same fields.
func (l JSONList) turned() JSONList {
	if strings.EqualFold(l.Method, "POST") {
		sep := "?"
		if strings.Contains(l.URL, "?") {
			sep = "&"
		}
		if !strings.HasPrefix(strings.TrimSpace(l.Body), "{") && l.Body != "" {
			l.URL += sep + l.Body
		}
		l.Method, l.Body, l.ContentType = "", "", ""
		return l
	}
	l.Method = "POST"
	l.URL, l.Body, _ = strings.Cut(l.URL, "?")
	return l
}

// jsonBody is a form as JSON, short numbers as numbers.
func jsonBody(form string) string {
	fields := map[string]any{}
	page := ""
	for part := range strings.SplitSeq(form, "&") {
		key, v, _ := strings.Cut(part, "=")
		if v == "{page}" {
			page = key
			continue
		}
		if s, err := url.QueryUnescape(v); err == nil {
			v = s
		}
		fields[key] = v
		if n, err := strconv.Atoi(v); err == nil && len(v) < 5 {
			fields[key] = n
		}
	}
	if page != "" {
		fields[page] = pageMark
	}
	src, _ := json.Marshal(fields)
	return strings.Replace(string(src), `"`+pageMark+`"`, "{page}", 1)
}

// pageMark stands for {page} where that would be escaped.
const pageMark = "gongkaiPage"

// A jsonAnswer is what an endpoint gave.
type jsonAnswer struct {
	items        []Item
	rows         int
	total, pages int
	object       bool   // it was JSON at all
	why          string // without items
}

// jsonAnswer reads the rows of an answer by a description.
func (r *reader) jsonAnswer(list *JSONList) jsonAnswer {
	var got jsonAnswer
	if got.why = r.refused(); got.why != "" {
		return got
	}
	v := jsonOf(r.Body)
	if v == nil && list.Results == "" && strings.Contains(string(r.Body[:min(len(r.Body), 4096)]), "<") {
		// Some applications answer with the rows as HTML, or as XML.
		if got.items = r.fragment(string(r.Body), r.base); len(got.items) == 0 {
			got.items = r.xmlItems(list)
		}
		got.rows = len(got.items)
		if got.object = true; got.rows == 0 {
			got.why = fmt.Sprintf("%d bytes without entries", len(r.Body))
		}
		if m := ofPages.FindSubmatch(r.Body); m != nil {
			got.pages, _ = strconv.Atoi(string(m[1]))
		}
		return got
	}
	if v == nil {
		got.why = fmt.Sprintf("%d bytes that are no JSON", len(r.Body))
		return got
	}
	got.object = true
	var rows []any
	if src, ok := dig(v, list.Results).(string); ok && list.Results != "" && strings.Contains(src, "<") {
		got.items = r.fragment(src, r.base)
		for range got.items {
			rows = append(rows, nil)
		}
	} else if list.Results != "" {
		rows, _ = dig(v, list.Results).([]any)
	}
	if rows == nil {
		rows = rowsIn(v, 0)
	}
	if rows == nil && list.Results == "" {
		if rows = r.addressed(v, 0); rows == nil {
			got.items = r.fragment(markup(v, 0), r.base)
			rows = make([]any, len(got.items))
		}
	}
	for _, row := range rows[:min(len(rows), maxRows)] {
		if it, ok := r.jsonItem(row, list); ok {
			got.items = append(got.items, it)
		}
	}
	got.rows = len(rows)
	got.total = jsonCount(v, list.Total, "total", "totalcount", "totalrecord", "totalrecords", "recordcount", "post_count", "totalnum", "totalelements", "allcount")
	got.pages = jsonCount(v, list.Pages, "totalpage", "totalpages", "pagecount", "pages", "pagetotal")
	if len(got.items) == 0 {
		got.why = fmt.Sprintf("JSON with %d rows and no entries", len(rows))
	}
	return got
}

// jsonItem reads one row, by the fields described or by usual names.
func (r *reader) jsonItem(row any, list *JSONList) (Item, bool) {
	o, ok := row.(map[string]any)
	if !ok {
		return Item{}, false
	}
	o = inner(o)
	link := field(o, list.Link, links...)
	title := field(o, list.Title, titles...)
	date := field(o, list.Date, "publishedtimestr", "published_time_format", "display_publish_time", "publishtime", "publishdate", "pubdate", "pubtime",
		"docreltime", "infodate", "releasetime", "fbrq", "date", "create_time", "created_at", "createtime", "createdate", "time", "fbsj", "publishedtime", "pub_date", "publish_time", "addtime")
	if strings.Contains(title, "<") {
		// A search marks the words it found; that doesn't part them.
		if root := parse(marks.ReplaceAllString(title, "")); root != nil {
			title = text(root, maxTitle, nil)
		}
	}
	if link == "" && list.Link == "" {
		link = r.addressOf(o)
	}
	u := Resolve(r.base, link)
	title = cleanTitle(title)
	if u == nil || title == "" {
		return Item{}, false
	}
	it := Item{URL: u.String(), Title: title, Date: dateOf(date)}
	if it.Date == "" {
		it.Date = dateInURL(u)
	}
	return it, true
}

var marks = regexp.MustCompile(`(?i)</?(?:em|i|span|mark)\b[^<>]*>`)

// inner is the record in a row that holds nothing else of use: {"id": 1, "source":
// {"title": …}}, the inner one often as text.
func inner(o map[string]any) map[string]any {
	if len(o) > 12 || field(o, "", links...) != "" {
		return o
	}
	for _, key := range sortedKeys(o) {
		v := o[key]
		if s, ok := v.(string); ok && strings.HasPrefix(strings.TrimSpace(s), "{") {
			v = jsonOf([]byte(s))
		}
		if m, ok := v.(map[string]any); ok && field(m, "", links...) != "" {
			return m
		}
	}
	return o
}

// links are the usual names of the address of a row.
var links = []string{"url", "post_url", "infourl", "linkurl", "link", "href", "docpuburl", "puburl", "weburl", "htmlurl", "staticurl", "docurl", "urls"}

// titles are the usual names of the title of a row.
var titles = []string{"realtitle", "title", "doctitle", "infotitle", "name", "showtitle", "subject", "bt", "filename", "articletitle", "articlename"}

// A rowAddress is how a script of the page puts the address of a row together:
// '<a href="/info/' + item.id + '.html">'.
type rowAddress struct{ before, field, after string }

var rowAddresses = []*regexp.Regexp{
	regexp.MustCompile(`href=\\?["']?([^"'<>+\s` + "`" + `]{1,200})["']\s*\+\s*[\w.$\[\]]{1,40}\.(\w+)\s*(?:\+\s*["']([^"'<>\s]{0,100}))?`),
	regexp.MustCompile(`href=["']?([^"'<>\s$` + "`" + `]{1,200})\$\{[\w.$\[\]]{1,40}\.(\w+)\}([^"'<>\s$` + "`" + `]{0,100})`),
	regexp.MustCompile(`(?:location(?:\.href)?\s*=|window\.open\()\s*["']([^"'<>\s]{1,200})["']\s*\+\s*[\w.$\[\]]{1,40}\.(\w+)\s*(?:\+\s*["']([^"'<>\s]{0,100}))?`),
}

// rowAddress are those of the first page's scripts, kept for the endpoint's pages.
func (r *reader) rowAddress() []rowAddress {
	if r.starting {
		src := r.script()
		var said []string
		for _, form := range rowAddresses {
			for _, m := range form.FindAllStringSubmatch(src, 8) {
				said = append(said, m[1]+"\n"+m[2]+"\n"+m[3])
			}
		}
		r.set("address", strings.Join(said, "\n\n"))
	}
	var all []rowAddress
	for said := range strings.SplitSeq(r.get("address"), "\n\n") {
		if parts := strings.Split(said, "\n"); len(parts) == 3 {
			all = append(all, rowAddress{parts[0], parts[1], parts[2]})
		}
	}
	return all
}

// addressOf is the address of a row that gives a number only, "" where no script of
// the page says how it becomes one.
func (r *reader) addressOf(o map[string]any) string {
	for _, a := range r.rowAddress() {
		if v := scalar(o[a.field]); v != "" {
			return a.before + v + a.after
		}
	}
	return ""
}

// addressed finds the longest array of objects that have a title and become an
// address by a script of the page.
func (r *reader) addressed(v any, depth int) []any {
	if depth > 5 || len(r.rowAddress()) == 0 {
		return nil
	}
	var best []any
	switch v := v.(type) {
	case []any:
		if len(v) > 0 {
			if o, ok := v[0].(map[string]any); ok && field(o, "", titles...) != "" && r.addressOf(o) != "" {
				return v
			}
		}
		for _, e := range v[:min(len(v), 50)] {
			if rows := r.addressed(e, depth+1); len(rows) > len(best) {
				best = rows
			}
		}
	case map[string]any:
		for _, key := range sortedKeys(v) {
			if rows := r.addressed(v[key], depth+1); len(rows) > len(best) {
				best = rows
			}
		}
	}
	return best
}

// markup is the longest text in an answer that is HTML with links, escaped or not.
func markup(v any, depth int) string {
	best := ""
	switch v := v.(type) {
	case string:
		if strings.Contains(v, "&lt;") && !strings.Contains(v, "<a") {
			v = html.UnescapeString(v)
		}
		if strings.Contains(v, "href") && strings.Contains(v, "<") {
			return v
		}
	case []any:
		if depth < 5 {
			var b strings.Builder
			for _, e := range v[:min(len(v), maxRows)] {
				b.WriteString(markup(e, depth+1))
			}
			return b.String()
		}
	case map[string]any:
		if depth < 5 {
			for _, key := range sortedKeys(v) {
				if s := markup(v[key], depth+1); len(s) > len(best) {
					best = s
				}
			}
		}
	}
	return best
}

// field is the first of several fields with a text, case ignored; a described one
// before the usual ones.
func field(o map[string]any, described string, usual ...string) string {
	if described != "" {
		if s := scalar(o[described]); s != "" {
			return s
		}
	}
	folded := make(map[string]string, len(o))
	for k, v := range o {
		if s := scalar(v); s != "" {
			k = strings.ToLower(k)
			if have, ok := folded[k]; !ok || s < have {
				folded[k] = s
			}
		}
	}
	for _, name := range usual {
		if s := folded[name]; s != "" {
			return s
		}
	}
	return ""
}

func scalar(v any) string {
	switch v := v.(type) {
	case string:
		if s := strings.TrimSpace(v); !strings.HasPrefix(s, `{"`) || len(s) > 4096 {
			return s
		}
		if o, ok := jsonOf([]byte(v)).(map[string]any); ok {
			return scalar(o)
		}
		return strings.TrimSpace(v)
	case map[string]any: // an address for each kind of reader
		for _, key := range []string{"common", "pc", "web", "www", "url"} {
			if s, ok := v[key].(string); ok && s != "" {
				return strings.TrimSpace(s)
			}
		}
	case json.Number:
		return v.String()
	case float64:
		return str(v)
	}
	return ""
}

// dig follows a dotted path.
func dig(v any, path string) any {
	for key := range strings.SplitSeq(path, ".") {
		switch o := v.(type) {
		case map[string]any:
			v = o[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(o) {
				return nil
			}
			v = o[i]
		case string:
			if v = jsonOf([]byte(o)); v == nil {
				return nil
			}
			v = dig(v, key)
		default:
			return nil
		}
	}
	return v
}

// rowsIn finds the longest array of objects that have a title and a link.
func rowsIn(v any, depth int) []any {
	if depth > 5 {
		return nil
	}
	var best []any
	switch v := v.(type) {
	case []any:
		if len(v) > 0 {
			if o, ok := v[0].(map[string]any); ok && field(inner(o), "", links...) != "" {
				return v
			}
		}
		for _, e := range v[:min(len(v), 50)] {
			if rows := rowsIn(e, depth+1); len(rows) > len(best) {
				best = rows
			}
		}
	case map[string]any:
		for _, key := range sortedKeys(v) {
			if rows := rowsIn(v[key], depth+1); len(rows) > len(best) {
				best = rows
			}
		}
	case string:
		if depth < 3 && strings.HasPrefix(strings.TrimSpace(v), "{") {
			return rowsIn(jsonOf([]byte(v)), depth+1)
		}
	}
	return best
}

// jsonCount finds a total: at a path, or by usual names near the top.
func jsonCount(v any, path string, usual ...string) int {
	if path != "" {
		n, _ := strconv.Atoi(scalar(dig(v, path)))
		return max(n, 0)
	}
	o, ok := v.(map[string]any)
	for depth := 0; ok && depth < 3; depth++ {
		if n, err := strconv.Atoi(field(o, "", usual...)); err == nil && n > 0 {
			return n
		}
		var inner map[string]any
		for _, key := range []string{"data", "result", "custom", "classify", "page", "pageInfo"} {
			if inner, ok = o[key].(map[string]any); ok {
				break
			}
		}
		o, ok = inner, inner != nil
	}
	return 0
}
