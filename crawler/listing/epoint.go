package listing

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// epoint reads sites of Epoint (新点): webBuilderCommon.js names the project and
// the site, a JSON POST lists the column. Its pages count from 0 or from 1: page 1
// after page 0 that repeats it is passed over.
//
//	<script src="/js/webBuilderCommon.js"></script>   var siteInfo = {"projectName": "/EWB-FRONT", "siteGuid": "7eb5…"};
//	POST /EWB-FRONT/rest/lightfrontaction/getgovinfolist
//	{"deptcode": "", "categorynum": "003001", "siteGuid": "7eb5…", "pageIndex": 0, "pageSize": 50}
//	{"custom": {"total": 61, "data": [{"infourl": "/003001/20240120/<uuid>.html", "realtitle": "…", "infodate": "2024-01-20"}]}}
var epoint = mechanism{name: "epoint", start: startEpoint, follow: followEpoint}

var (
	category   = regexp.MustCompile(`(?i)category_?num(?:ber)?['"]?\s*(?:[:=]|value=)\s*['"]?(\d{3,30})`)
	department = regexp.MustCompile(`(?i)\bdept_?code['"]?\s*(?:[:=]|value=)\s*['"]?([\w-]{1,40})`)
	siteGUID   = regexp.MustCompile(`['"]?siteGuid['"]?\s*[:=]\s*['"]([0-9A-Fa-f-]{8,40})['"]`)
	numberPath = regexp.MustCompile(`/(\d{6,24})/`)
)

const epointPage = 50

var epointSigns = []string{"EWB-FRONT", "govInfoPub", "getgovinfolist", "webBuilderCommon.js", "lightfrontaction"}

func startEpoint(r *reader) *answer {
	sign := func(s string) bool { return bytes.Contains(r.Body, []byte(s)) || strings.Contains(r.URL.Path, s) }
	if !slices.ContainsFunc(epointSigns, sign) || len(r.pageItems()) > 0 {
		return nil
	}
	column := r.URL.Query().Get("categorynum")
	if column == "" {
		for _, n := range r.survey().inputs {
			if key := strings.ToLower(attr(n, "name") + attr(n, "id")); strings.Contains(key, "categorynum") && digits.MatchString(attr(n, "value")) {
				column = attr(n, "value")
			}
		}
	}
	for _, form := range []*regexp.Regexp{category, numberPath} {
		if column != "" {
			break
		}
		text := r.URL.Path
		if form == category {
			text = r.script()
		}
		if m := form.FindStringSubmatch(text); m != nil {
			column = m[1]
		}
	}
	if column == "" {
		return nil
	}
	dept := r.URL.Query().Get("deptcode")
	if m := department.FindStringSubmatch(r.script()); m != nil && dept == "" {
		dept = m[1]
	}
	r.set("column", column, "dept", dept, "page", "0")
	a := &answer{shell: true, tentative: true}
	for _, src := range r.scripts() {
		if r.siteInfo(src) {
			a.next = r.govInfo(0)
			return a
		}
	}
	script := Resolve(r.base, "/js/webBuilderCommon.js")
	for _, n := range r.survey().scripts {
		if src := attr(n, "src"); strings.Contains(src, "webBuilderCommon.js") {
			script = Resolve(r.base, src)
		}
	}
	if script == nil || !sameHost(script, r.URL) {
		return nil
	}
	r.set("step", "site")
	a.next = &Request{URL: script.String()}
	return a
}

// siteInfo takes the project and the site out of a script.
func (r *reader) siteInfo(src string) bool {
	v, _ := assigned(src, "siteInfo")
	o, _ := v.(map[string]any)
	guid := str(o["siteGuid"])
	project := "EWB-FRONT"
	if name, ok := o["projectName"].(string); ok {
		project = strings.Trim(name, "/")
	}
	if m := siteGUID.FindStringSubmatch(src); o == nil && m != nil {
		guid = m[1]
	}
	if len(guid) < 8 {
		return false
	}
	r.set("guid", guid, "project", project)
	return true
}

// govInfo asks for a page of the column.
func (r *reader) govInfo(n int) *Request {
	path := "/rest/lightfrontaction/getgovinfolist"
	if p := r.get("project"); p != "" {
		path = "/" + p + path
	}
	to := Resolve(r.base, path)
	if to == nil {
		return nil
	}
	var in any = struct {
		Dept   string `json:"deptcode"`
		Column string `json:"categorynum"`
		Site   string `json:"siteGuid"`
		Page   int    `json:"pageIndex"`
		Size   int    `json:"pageSize"`
	}{r.get("dept"), r.get("column"), r.get("guid"), n, epointPage}
	if r.get("wrapped") != "" {
		in = map[string]any{"params": in}
	}
	body, _ := json.Marshal(in)
	return &Request{Method: "POST", URL: to.String(), Body: string(body), ContentType: "application/json"}
}

func followEpoint(r *reader) *answer {
	if r.get("step") == "site" {
		why := r.refused()
		if why == "" && r.siteInfo(stripComments(string(r.Body))) {
			r.set("step", "")
			return &answer{retry: r.govInfo(0), evidence: "the site's guid was read"}
		}
		if other := Resolve(r.base, "/js/ajaxReq.js"); other != nil && r.get("other") == "" {
			r.set("other", "1")
			return &answer{retry: &Request{URL: other.String()}, evidence: why}
		}
		return &answer{problem: "site info", evidence: fmt.Sprintf("%s names no siteGuid %s", r.URL.Path, why)}
	}
	n, _ := strconv.Atoi(r.get("page"))
	have, _ := strconv.Atoi(r.get("have"))
	got := r.jsonAnswer(&JSONList{})
	a := &answer{items: got.items, rows: got.rows, declared: got.total, evidence: got.why}
	if got.rows == 0 {
		a.rows = -1
	}
	if got.why != "" && n == 0 && r.get("wrapped") == "" {
		r.set("wrapped", "1") // other versions take {"params": {…}}
		return &answer{retry: r.govInfo(0), evidence: got.why}
	}
	switch repeats := got.why == "" && r.unseen(got.items) == 0; {
	case got.why != "" && (n == 0 || !got.object || r.Status >= 400):
		a.problem, a.evidence = "list interface", fmt.Sprintf("%s answers %s", r.URL.Path, got.why)
		return a
	case got.why != "":
		return a
	case repeats && n == 1:
		a.more, a.rows = true, -1 // pages count from 1
	case repeats:
		a.evidence = fmt.Sprintf("page %d repeats rows", n)
		return a
	default:
		have += got.rows
	}
	if got.total > 0 && have >= got.total {
		a.evidence = fmt.Sprintf("%d rows came", have)
		return a
	}
	r.set("page", strconv.Itoa(n+1), "have", strconv.Itoa(have))
	a.next = r.govInfo(n + 1)
	return a
}
