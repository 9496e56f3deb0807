package listing

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// trueCMS reads the sites of Nantong and others: rows in a hidden #initData, the
// rest as JSONP with a datastore inside, which needs the Referer. The greatest
// window differs by site: 50 rows are asked for, then 20, then 10.
//
//	<div id="initData" style="display:none"><ul><li><a href="…/content/<uuid>.html">…</a></li>…</ul></div>
//	<script>$('#page').jpage({proxyUrl: '/TrueCMS/messageController/getMessage.do', perPage: 10, columnId: '<uuid>'})</script>
//	GET /TrueCMS/messageController/getMessage.do?startrecord=31&endrecord=80&perpage=50&columnId=<uuid>&callback=cb
//	cb({"result": "<datastore><totalrecord>93</totalrecord><recordset><record><![CDATA[…"})
var trueCMS = mechanism{name: "truecms", start: startTrueCMS, follow: followTrueCMS}

var (
	messageProxy  = regexp.MustCompile(`['"]([^'"\s]*messageController/getMessage\.do[^'"\s]*)['"]`)
	messageColumn = regexp.MustCompile(`(?i)columnId['"]?\s*[:=]\s*['"]?([\w-]{4,64})`)
)

var windows = []int{50, 20, 10}

func startTrueCMS(r *reader) *answer {
	src := r.script()
	if !strings.Contains(src, "messageController") {
		return nil
	}
	m := messageProxy.FindStringSubmatch(src)
	if m == nil {
		return nil
	}
	a := &answer{}
	for n := range elements(r.dom()) {
		if attr(n, "id") == "initData" {
			a.items = gather(bestOfRows(r.links(newSurvey(n), r.base).links))
			break
		}
	}
	if len(a.items) == 0 {
		for _, s := range stores(string(r.Body)) {
			a.items = append(a.items, r.recordItems(s.records)...)
			a.rows += len(s.records)
			a.declared = max(a.declared, s.total)
		}
	}
	if len(a.items) == 0 {
		a.items = r.pageItems()
	}
	if a.rows == 0 {
		a.rows = len(a.items)
	}
	if v, ok := assigned(src, "totalRecord"); ok {
		if n, ok := integer(v); ok {
			a.declared = max(a.declared, n)
		}
	}
	proxy := Resolve(r.base, m[1])
	if proxy == nil || !sameHost(proxy, r.URL) || a.declared > 0 && a.rows >= a.declared {
		return a
	}
	column := proxy.Query().Get("columnId")
	if c := messageColumn.FindStringSubmatch(src); column == "" && c != nil {
		column = c[1]
	}
	if column == "" {
		if len(a.items) == 0 {
			return nil
		}
		a.problem, a.evidence = "no column id", "the page names "+m[1]+" but no columnId"
		return a
	}
	a.shell = len(a.items) == 0
	a.tentative = a.shell
	r.set("proxy", withQuery(proxy), "column", column, "have", strconv.Itoa(a.rows), "window", "0")
	a.next = r.message()
	return a
}

// message asks for the rows behind those the listing has.
func (r *reader) message() *Request {
	have, _ := strconv.Atoi(r.get("have"))
	i, _ := strconv.Atoi(r.get("window"))
	w := windows[min(max(i, 0), len(windows)-1)]
	proxy, err := url.Parse(r.get("proxy"))
	if err != nil {
		return nil
	}
	return &Request{Referrer: r.state.Index, URL: withQuery(proxy, "startrecord", strconv.Itoa(have+1),
		"endrecord", strconv.Itoa(have+w), "perpage", strconv.Itoa(w), "columnId", r.get("column"), "callback", "cb")}
}

func followTrueCMS(r *reader) *answer {
	have, _ := strconv.Atoi(r.get("have"))
	i, _ := strconv.Atoi(r.get("window"))
	var s store
	why := r.refused()
	if why == "" {
		if found := stores(string(r.Body)); len(found) > 0 {
			s = found[0]
		}
		if len(s.records) == 0 {
			why = fmt.Sprintf("%d bytes without records", len(r.Body))
		}
	}
	items := r.recordItems(s.records)
	if why == "" && r.unseen(items) == 0 {
		why = "rows that were read before"
	}
	if why != "" {
		over := r.get("works") != "" && r.Status < 400 || r.state.Declared > 0 && have >= r.state.Declared
		if !over && i+1 < len(windows) && r.get("works") == "" {
			r.set("window", strconv.Itoa(i+1))
			return &answer{retry: r.message(), evidence: why}
		}
		a := &answer{evidence: fmt.Sprintf("%s answers %s behind row %d", r.URL.Path, why, have)}
		if r.Status >= 400 || s.total > have {
			a.problem = "message endpoint"
		}
		return a
	}
	have += len(s.records)
	r.set("have", strconv.Itoa(have), "works", "1")
	a := &answer{items: items, rows: len(s.records), declared: s.total, more: true}
	if s.total > 0 && have >= s.total {
		a.evidence = fmt.Sprintf("%d rows came", have)
		return a
	}
	a.next = r.message()
	return a
}
