package listing

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// jpage reads the list style of Hanweb's classic sites. The first page embeds the
// rows of several pages in a <datastore>; the rest come from dataproxy.jsp, by the
// <nextgroup> link with its page= replaced, or, where that only repeats the first
// page, by the POST that jpage.js makes:
//
//	<script type="text/xml"><datastore>
//	<nextgroup><![CDATA[<a href="/module/web/jpage/dataproxy.jsp?page=1&webid=3&columnid=12&unitid=34&perpage=15"></a>]]></nextgroup>
//	<recordset><record><![CDATA[<li><a href="/art/2020/2/25/art_12_9.html" title="…">…</a><span>2020-02-25</span></li>]]></record>…
//	<script>$('#34').jpage({perPage: 15, groupSize: 3, totalRecord: 93, proxyUrl: '…', ajaxParam: {columnid: 12, unitid: 34, …}})</script>
//
// Of several units on one page those with reports, or with rows of the column, are
// read, one after the other.
var jpage = mechanism{name: "jpage", start: startJpage, follow: followJpage}

// A unit is one list of a page and how far it was read.
type unit struct {
	Link  string `json:"link,omitempty"`  // GET, page= to be replaced
	Proxy string `json:"proxy,omitempty"` // POST
	Form  string `json:"form,omitempty"`
	Post  bool   `json:"post,omitempty"`  // GET gave nothing
	Size  int    `json:"size"`            // rows of a page, as the pager says
	Per   int    `json:"per"`             // rows of a page, as they come
	Group int    `json:"group"`           // pages of a group
	Have  int    `json:"have"`            // rows read without a gap
	Asked int    `json:"asked"`           // first row asked for, from 0
	Ahead int    `json:"ahead,omitempty"` // rows read behind a gap, up to this one
	// Sweep is the page asked for when all are asked for in turn, because what
	// the server calls a page is not what the pager does.
	Sweep int `json:"sweep,omitempty"`
	Total int `json:"total,omitempty"`
	// Sealed marks encrypted column or unit ids, which deep pages often refuse.
	Sealed bool `json:"sealed,omitempty"`
}

const (
	defaultPer   = 15
	defaultGroup = 3
	maxWindow    = 100 // rows asked for at once; servers clip more
	proxyPath    = "/module/web/jpage/dataproxy.jsp"
)

func startJpage(r *reader) *answer {
	found := stores(string(r.Body))
	configs := r.jpageConfigs()
	if len(found) == 0 && len(configs) == 0 {
		return nil
	}
	type candidate struct {
		unit
		items   []Item
		reports int
		scoped  int
	}
	var all []candidate
	for i := range max(len(found), len(configs)) {
		var s store
		if i < len(found) {
			s = found[i]
		}
		c := candidate{unit: r.newUnit(&s, configs, i)}
		c.items = r.recordItems(s.records)
		for _, it := range c.items {
			if year, ok := ReportTitle(it.Title); ok && year > 0 {
				c.reports++
			}
			if u, err := url.Parse(it.URL); err == nil && r.inScope(u) {
				c.scoped++
			}
		}
		all = append(all, c)
	}
	// The units of the column: with reports; else with rows of it; else the longest.
	chosen := slices.DeleteFunc(slices.Clone(all), func(c candidate) bool { return c.reports == 0 && (len(all) > 1 || c.Have > 0) })
	if len(chosen) == 0 {
		chosen = slices.DeleteFunc(slices.Clone(all), func(c candidate) bool { return 2*c.scoped < len(c.items) || len(c.items) == 0 })
	}
	if len(chosen) == 0 {
		longest := all[0]
		for _, c := range all[1:] {
			if c.Have > longest.Have {
				longest = c
			}
		}
		chosen = append(chosen, longest)
	}
	a := &answer{evidence: fmt.Sprintf("%d of %d datastores", len(chosen), len(all))}
	var queue []unit
	known := true
	for _, c := range chosen {
		a.items = append(a.items, c.items...)
		a.rows += c.Have
		a.declared += c.Total
		known = known && c.Total > 0
		queue = append(queue, c.unit)
	}
	if !known {
		a.declared = 0
	}
	if len(queue) == 1 {
		r.set("single", "1")
	}
	a.shell = len(a.items) == 0
	a.tentative = a.shell
	r.goOn(a, queue)
	return a
}

// newUnit joins a datastore with the configuration of its pager: that with the
// same unit id, or the i-th.
func (r *reader) newUnit(s *store, configs []map[string]any, i int) unit {
	u := unit{Per: defaultPer, Group: defaultGroup, Have: len(s.records), Total: s.total}
	var query url.Values
	if s.next == "" {
		if link := literalAt(r.script(), proxyLink); strings.Contains(link, "columnid=") {
			s.next = link
		}
	}
	if s.next != "" {
		if link := Resolve(r.base, fromProxy(s.next)); link != nil && sameHost(link, r.URL) {
			u.Link = link.String()
			query = link.Query()
			u.Proxy = withQuery(&url.URL{Scheme: link.Scheme, Host: link.Host, Path: link.Path})
			u.Form = link.RawQuery
			for _, name := range []string{"page", "perpage", "startrecord", "endrecord"} {
				u.Form = dropParam(u.Form, name)
			}
			if !query.Has("col") {
				u.Form = "col=1&" + u.Form
			}
		}
	}
	var config map[string]any
	if i < len(configs) {
		config = configs[i]
	}
	for _, c := range configs {
		p, _ := c["ajaxParam"].(map[string]any)
		if id := query.Get("unitid"); id != "" && (str(p["unitid"]) == id || c["#"] == id) {
			config = c
		}
	}
	if rows, ok := config["dataStore"].([]any); ok && u.Have == 0 {
		for _, row := range rows[:min(len(rows), maxRows)] {
			if src, ok := row.(string); ok {
				s.records = append(s.records, src)
			}
		}
		u.Have = len(s.records)
	}
	if n, ok := integer(config["perPage"]); ok && n > 0 {
		u.Per = n
	} else if n, ok := integer(query.Get("perpage")); ok && n > 0 {
		u.Per = n
	}
	u.Per = min(u.Per, maxWindow)
	u.Size = u.Per
	if n, ok := integer(config["groupSize"]); ok && n > 0 {
		u.Group = n
	}
	if n, ok := integer(config["totalRecord"]); ok && n > 0 {
		u.Total = max(u.Total, n)
	}
	if params, ok := config["ajaxParam"].(map[string]any); ok {
		u.Form = form(params)
		proxy := str(config["proxyUrl"])
		if proxy == "" {
			proxy = proxyPath
		}
		if p := Resolve(r.base, fromProxy(proxy)); p != nil && sameHost(p, r.URL) {
			u.Proxy = p.String()
			if u.Link == "" {
				u.Link = withQuery(p) + "?page=1&" + u.Form
			}
		}
	}
	for _, id := range []string{"columnid", "unitid"} {
		if v := query.Get(id); v != "" && !digits.MatchString(v) {
			u.Sealed = true
		}
	}
	return u
}

// proxyLink is the link to further rows where only a script has it.
var proxyLink = regexp.MustCompile(`['"]([^'"\s]*dataproxy\.jsp\?[^'"\s]*)['"]`)

// fromProxy mends a link that is relative to the data proxy itself.
func fromProxy(link string) string {
	if rest := strings.TrimPrefix(link, "./"); strings.HasPrefix(rest, "dataproxy.jsp") {
		return strings.TrimSuffix(proxyPath, "dataproxy.jsp") + rest
	}
	return link
}

var digits = regexp.MustCompile(`^-?\d+$`)

// form writes the fields of a POST in the order that jpage.js does.
func form(params map[string]any) string {
	usual := []string{"col", "appid", "webid", "path", "columnid", "sourceContentType", "unitid", "webname", "permissiontype"}
	var others []string
	for key := range params {
		if !slices.Contains(usual, key) {
			others = append(others, key)
		}
	}
	slices.Sort(others)
	var out string
	for _, key := range append(usual, others...) {
		if v, ok := params[key]; ok {
			out = setParam(out, key, str(v))
		}
	}
	return out
}

// dropParam removes one parameter of an encoded query.
func dropParam(query, name string) string {
	return strings.Join(slices.DeleteFunc(strings.Split(query, "&"), func(part string) bool {
		key, _, _ := strings.Cut(part, "=")
		return part == "" || strings.EqualFold(key, name)
	}), "&")
}

// jpageConfigs are the options of the page's calls of jpage, with the id of the
// element under "#".
func (r *reader) jpageConfigs() []map[string]any {
	var configs []map[string]any
	for _, src := range r.scripts() {
		for _, m := range jpageCall.FindAllStringSubmatchIndex(src, maxCalls) {
			args, _, ok := list(src, m[1]-1, ')', 0)
			if !ok || len(args) == 0 {
				continue
			}
			o, _ := args[0].(map[string]any)
			if o["totalRecord"] == nil && o["proxyUrl"] == nil && o["ajaxParam"] == nil {
				continue
			}
			o["#"] = src[m[2]:m[3]]
			for _, key := range []string{"ajaxParam", "dataStore", "totalRecord", "perPage"} {
				o[key] = resolved(src, o[key])
			}
			configs = append(configs, o)
		}
	}
	return configs
}

var jpageCall = regexp.MustCompile(`\(\s*['"]#([\w-]+)['"]\s*\)\s*\.jpage\s*\(`)

// goOn asks for the next rows of the first unit that has some; a without next when
// none has.
func (r *reader) goOn(a *answer, queue []unit) {
	for len(queue) > 0 {
		if q := queue[0].request(r); q != nil {
			state, _ := json.Marshal(queue)
			r.set("units", string(state))
			a.next, a.more = q, true
			return
		}
		if u := queue[0]; u.Total > u.Have && a.problem == "" {
			a.problem, a.evidence = "no link to further rows", fmt.Sprintf("%d of %d rows are embedded and the page names no data proxy", u.Have, u.Total)
		}
		queue = queue[1:]
	}
}

// request asks for the rows behind those the unit has.
func (u *unit) request(r *reader) *Request {
	if u.Total > 0 && u.Have >= u.Total || u.Link == "" && (u.Proxy == "" || u.Form == "") {
		return nil
	}
	if u.Post {
		u.Asked = u.Have
		window := min(u.Per*u.Group, maxWindow)
		to, err := url.Parse(u.Proxy)
		if err != nil {
			return nil
		}
		return &Request{Method: "POST", Body: u.Form, ContentType: formType, Referrer: r.state.Index,
			URL: withQuery(to, "startrecord", fmt.Sprint(u.Have+1), "endrecord", fmt.Sprint(u.Have+window), "perpage", fmt.Sprint(u.Per))}
	}
	link, err := url.Parse(u.Link)
	if err != nil {
		return nil
	}
	page := u.Have/u.Per + 1
	if u.Sweep > 0 {
		page = u.Sweep
	}
	u.Asked = (page - 1) * u.Per
	pairs := []string{"page", fmt.Sprint(page), "perpage", fmt.Sprint(u.Per)}
	if link.Query().Has("startrecord") {
		pairs = append(pairs, "startrecord", fmt.Sprint(u.Asked+1), "endrecord", fmt.Sprint(u.Asked+u.Per))
	}
	return &Request{URL: withQuery(link, pairs...), Referrer: r.state.Index}
}

const formType = "application/x-www-form-urlencoded; charset=UTF-8"

func followJpage(r *reader) *answer {
	var queue []unit
	if err := json.Unmarshal([]byte(r.get("units")), &queue); err != nil || len(queue) == 0 {
		return &answer{problem: "the state of the listing is damaged", evidence: "no units"}
	}
	u := &queue[0]
	u.Per, u.Group = max(1, u.Per), max(1, u.Group)
	var s store
	why := r.refused()
	if why == "" {
		if found := stores(string(r.Body)); len(found) > 0 {
			s = found[0]
		}
		if s.total > 0 {
			u.Total = s.total
		}
	}
	items := r.recordItems(s.records)
	n, fresh := len(s.records), r.unseen(items)
	page := u.Asked/u.Per + 1
	switch {
	case why != "":
	case n == 0:
		why = fmt.Sprintf("%d bytes without records", len(r.Body))
	case fresh == 0 && !u.Post && n < u.Per && u.Have/n+1 != page:
		u.Per = n // the server's pages are shorter than thought
		return r.ask(queue, fmt.Sprintf("page %d holds %d rows, all known", page, n))
	case fresh == 0 && u.Asked+n <= u.Ahead:
		// They were read before the gap was filled.
	case fresh == 0 && (u.Sweep == 0 || fingerprint(items) == r.state.Last):
		why = fmt.Sprintf("rows %d ff. repeat what was read", u.Asked+1)
	}
	a := &answer{items: items, rows: -1}
	single := r.get("single") != ""
	if single {
		a.declared = u.Total
	}
	if why == "" && u.Sweep > 0 {
		if a.rows = fresh; fresh == 0 {
			a.rows = -1
		}
		if u.Sweep++; r.state.Listed+fresh >= u.Total {
			queue = queue[1:]
		}
		r.goOn(a, queue)
		return a
	}
	if why != "" && (u.Total == 0 || u.Have < u.Total) {
		switch {
		case !u.Post && n == 0 && u.Sweep == 0 && page > 2 && single && u.Total > 0:
			u.Sweep, u.Per = 2, max(1, u.Size)
			return r.ask(queue, why)
		case !u.Post && u.Form != "" && u.Proxy != "":
			u.Post, u.Sweep = true, 0
			return r.ask(queue, why)
		case u.Sealed:
			a.problem, a.evidence = "encrypted nextgroup", "the link to further rows names its column in cipher and answers "+why
			return a
		case u.Total > 0 || r.Status >= 400:
			a.problem, a.evidence = "data proxy", fmt.Sprintf("%d of %s rows came; further ones can't be had: %s", u.Have, total(u.Total), why)
			return a
		}
	}
	end := why != ""
	switch {
	case end:
		a.evidence = why
	case u.Post:
		a.rows = n
	case n > u.Per:
		// The server's pages are longer: these rows may lie behind a gap.
		u.Per = min(n, maxWindow)
		a.rows = (page-1)*n + n - u.Have
		if (page-1)*n > u.Have {
			a.rows = -1
			u.Ahead = page * n
		}
	case n == u.Per:
		a.rows = u.Asked + n - u.Have
	case page == 1 || fresh < n || s.pages > page:
		u.Per = n
		a.rows = fresh
	default:
		// A short page of new rows is the last: were the server's pages shorter
		// than asked for, it would overlap what was read.
		a.rows = n
		end = u.Total == 0
		a.evidence = fmt.Sprintf("the last page holds %d rows of %d", n, u.Per)
	}
	u.Have += max(0, a.rows)
	if end {
		queue = queue[1:]
	}
	r.goOn(a, queue)
	return a
}

// ask asks for the same rows in another way.
func (r *reader) ask(queue []unit, why string) *answer {
	q := queue[0].request(r)
	state, _ := json.Marshal(queue)
	r.set("units", string(state))
	return &answer{retry: q, evidence: why}
}

func total(n int) string {
	if n == 0 {
		return "an unknown number"
	}
	return fmt.Sprint(n)
}
