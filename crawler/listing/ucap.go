package listing

import (
	"bytes"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// ucap reads the search interface of 开普 UCAP, for columns whose rows a script
// fetches. Where the page names only a channel code, the channel list is asked for
// the ids first. (UCAP's static pages are read by pager.)
//
//	var channelId = "0f5d…32 hex…";   $.get("/common/search/" + channelId + "?_isAgg=true…")
//	GET /common/getChannelList?channelCode=c106192&websiteCodeName=qinghe   → results.children[].{displayName, channelId}
//	GET /common/search/<channelId>?_isAgg=true&_isJson=true&_pageSize=15&_template=index&_rangeTimeGte=&_channelName=&page=2
//	{"data": {"total": 31, "page": 2, "rows": 15, "results": [{"title": "…", "url": "…", "publishedTimeStr": "2024-01-20 10:00:00"}]}}
//
// A site that wants a token only a browser can make answers without rows: partial.
var ucap = mechanism{name: "ucap", start: startUcap, follow: followUcap}

var (
	channelSearch = regexp.MustCompile(`['"]([^'"\s]*/search(?:List)?/(?:[0-9a-f]{32}[^'"\s]*)?)['"]`)
	searchChannel = regexp.MustCompile(`/search(?:List)?/[0-9a-f]{32}(?:[/?]|$)`)
	channelID     = regexp.MustCompile(`(?i)channel_?id['"]?\s*(?:[:=]|value=|content=)\s*['"]?([0-9a-f]{32})\b`)
	channelList   = regexp.MustCompile(`['"]([^'"\s]*/getChannelList\b[^'"\s]*)['"]`)
	hexID         = regexp.MustCompile(`^[0-9a-f]{32}$`)
)

// searchPaths are where the interface may lie.
var searchPaths = []string{"/common/search/", "/searchList/", "/search/"}

const ucapQuery = "_isAgg=true&_isJson=true&_pageSize=15&_template=index&_rangeTimeGte=&_channelName="

func startUcap(r *reader) *answer {
	src := r.script()
	var channel [][]byte
	if bytes.Contains(r.Body, []byte("hannel")) {
		channel = channelID.FindSubmatch(r.Body)
	}
	if channel == nil && !strings.Contains(src, "/search") && !strings.Contains(src, "getChannelList") || r.pagesItself() {
		return nil
	}
	a := &answer{shell: true, tentative: true}
	address := literalAt(src, channelSearch)
	if searchChannel.MatchString(address) {
		if to := Resolve(r.base, address); to != nil && sameHost(to, r.URL) {
			r.set("search", to.String(), "channels", "", "page", "1")
			a.next = r.channelPage()
			return a
		}
	}
	if channel == nil && !strings.Contains(src, "_isAgg") && !strings.Contains(src, "getChannelList") || channel != nil && len(r.pageItems()) > 0 {
		return nil
	}
	paths := searchPaths
	if prefix, rest, ok := strings.Cut(address, "/search"); ok {
		name, _, _ := strings.Cut(rest, "/")
		paths = []string{prefix + "/search" + name + "/"}
	}
	to := Resolve(r.base, paths[0])
	if to == nil || !sameHost(to, r.URL) {
		return nil
	}
	to.RawQuery = ucapQuery
	r.set("search", to.String(), "page", "1", "paths", strings.Join(paths[1:], ","))
	if channel != nil {
		r.set("channels", string(channel[1]))
		a.next = r.channelPage()
		return a
	}
	list := ""
	if l := literalAt(src, channelList); l != "" {
		list = l
	}
	code, site := "", ""
	for _, name := range []string{"channelCode", "websiteCodeName"} {
		if v, ok := assigned(src, name); ok {
			if name == "channelCode" {
				code = str(v)
			} else {
				site = str(v)
			}
		}
	}
	if code == "" {
		if m := columnCode.FindStringSubmatch(r.URL.Path); m != nil {
			site, code = m[1], m[2]
		}
	}
	u := Resolve(r.base, list)
	if list == "" || u == nil {
		if u = Resolve(r.base, "/common/getChannelList"); u == nil || code == "" {
			return nil
		}
	}
	q := u.Query()
	if q.Get("channelCode") == "" {
		u.RawQuery = setParam(u.RawQuery, "channelCode", code)
	}
	if q.Get("websiteCodeName") == "" {
		u.RawQuery = setParam(u.RawQuery, "websiteCodeName", site)
	}
	r.set("step", "channels")
	a.next = &Request{URL: u.String()}
	return a
}

var columnCode = regexp.MustCompile(`^/([\w-]+)/(c\d{4,8})/`)

// channelPage asks for the next page of the first channel that isn't done.
func (r *reader) channelPage() *Request {
	to, err := url.Parse(r.get("search"))
	if err != nil {
		return nil
	}
	if id, _, _ := strings.Cut(r.get("channels"), ","); id != "" {
		to.Path = strings.TrimSuffix(to.Path, "/") + "/" + id
	}
	q := to.Query()
	for part := range strings.SplitSeq(ucapQuery, "&") {
		if key, v, _ := strings.Cut(part, "="); !q.Has(key) {
			to.RawQuery = setParam(to.RawQuery, key, v)
		}
	}
	return &Request{URL: withQuery(to, "page", r.get("page"))}
}

func followUcap(r *reader) *answer {
	if r.get("step") == "channels" {
		return r.channels()
	}
	page, _ := strconv.Atoi(r.get("page"))
	have, _ := strconv.Atoi(r.get("have"))
	got := r.jsonAnswer(&JSONList{Results: "data.results", Total: "data.total"})
	a := &answer{items: got.items, rows: got.rows, more: true, evidence: got.why}
	if got.rows == 0 {
		a.rows = -1
	}
	if path, rest, _ := strings.Cut(r.get("paths"), ","); path != "" && got.why != "" && r.state.Listed == 0 {
		if to := Resolve(r.base, path); to != nil {
			to.RawQuery = ucapQuery
			r.set("search", to.String(), "paths", rest)
			return &answer{retry: r.channelPage(), evidence: got.why}
		}
	}
	have += got.rows
	if page == 1 && got.total > 0 {
		sum, _ := strconv.Atoi(r.get("declared"))
		r.set("declared", strconv.Itoa(sum+got.total))
		a.declared = sum + got.total
	}
	if got.why != "" && (!got.object || r.Status >= 400 || r.state.Listed == 0 && !strings.Contains(r.get("channels"), ",")) {
		a.problem, a.evidence = "search interface", fmt.Sprintf("%s answers %s; it may want a token that only a browser makes", r.URL.Path, got.why)
		return a
	}
	if got.why == "" && (got.total == 0 || have < got.total) && r.unseen(got.items) > 0 {
		page++
	} else {
		_, rest, more := strings.Cut(r.get("channels"), ",")
		if !more {
			return a
		}
		r.set("channels", rest)
		page, have = 1, 0
	}
	r.set("page", strconv.Itoa(page), "have", strconv.Itoa(have))
	a.next = r.channelPage()
	return a
}

// channels reads the channel list: the channels about annual reports, or all.
func (r *reader) channels() *answer {
	var about, all []string
	v := jsonOf(r.Body)
	var collect func(v any, depth int)
	collect = func(v any, depth int) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				collect(e, depth)
			}
		case map[string]any:
			if id := str(v["channelId"]); hexID.MatchString(id) && len(all) < maxChildren {
				all = append(all, id)
				if annualNames.MatchString(str(v["displayName"])) {
					about = append(about, id)
				}
			}
			for _, key := range []string{"results", "children", "data"} {
				if inner, ok := v[key]; ok && depth < 6 {
					collect(inner, depth+1)
				}
			}
		}
	}
	collect(v, 0)
	if len(about) > 0 {
		all = about
	}
	if len(all) == 0 {
		return &answer{problem: "channel list", evidence: fmt.Sprintf("%s names no channel in %d bytes %s", r.URL.Path, len(r.Body), r.refused())}
	}
	r.set("step", "", "channels", strings.Join(all, ","))
	return &answer{retry: r.channelPage(), evidence: "the channel list was read"}
}
