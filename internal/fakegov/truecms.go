package fakegov

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"strings"
)

// TrueCMS is the system of some cities of Jiangsu: jpage in front, JSONP behind,
// and 404 for visitors without a Referer.
const TrueCMS Family = "truecms"

const trueColumn = "/rgsrmzf/zfxxgknb/"

// trueWindow is how many records one answer holds at most.
const trueWindow = 20

func init() {
	families[TrueCMS] = family{
		look: look{open: `<div class="article" id="zoomcon">`, close: "</div>", block: "table", titleClass: "article-h1"},
		article: func(s *Site, e *entry) string {
			return trueColumn + "content/" + s.uuid("article", itoa(e.number)) + ".html"
		},
		file: func(s *Site, e *entry) string {
			return "/rgsrmzf/upload/" + s.uuid("file", itoa(e.number)) + e.fileExt()
		},
		index: func(*Site) []string { return []string{trueColumn + "zfxxgknb.html"} },
		mount: func(s *Site) {
			s.handle(trueColumn+"zfxxgknb.html", s.trueIndex)
			s.handle("/TrueCMS/messageController/getMessage.do", s.trueMessages)
		},
	}
}

func (s *Site) trueIndex(*http.Request) response {
	items := s.items()
	var b strings.Builder
	b.WriteString(`<div id="pageList"></div><div id="initData" style="display:none"><ul>` + "\n")
	for _, it := range items[:min(len(items), 10)] {
		b.WriteString(trueRow(it) + "\n")
	}
	fmt.Fprintf(&b, `</ul></div>
<script>$(function(){ $("#pageList").jpage({ showMode:'full', totalRecord:%d, perPage:10, groupSize:3, dataStore:initData(), proxyUrl:'/TrueCMS/messageController/getMessage.do', ajaxParam:{ columnId:'%s' } }); });</script>
`, len(items), s.uuid("column"))
	return s.columnPage("政府信息公开年报", b.String())
}

func trueRow(it item) string {
	return fmt.Sprintf(`<li><a href="%s" title="%s">%s</a><span>%s</span></li>`, it.href, html.EscapeString(it.title), html.EscapeString(cut(it.title, 24)), it.date)
}

func (s *Site) trueMessages(r *http.Request) response {
	if !strings.HasPrefix(r.Referer(), s.URL) {
		return notFound()
	}
	var records strings.Builder
	items := s.items()
	if r.FormValue("columnId") != s.uuid("column") {
		items = nil
	}
	start := number(r, "startrecord", 1)
	end := min(number(r, "endrecord", 10), start-1+trueWindow)
	fmt.Fprintf(&records, "<datastore><totalrecord>%d</totalrecord><recordset>", len(items))
	for _, it := range window(items, start-1, end) {
		fmt.Fprintf(&records, "<record><![CDATA[%s]]></record>", trueRow(it))
	}
	records.WriteString("</recordset></datastore>")
	answer := jsonResponse(map[string]string{"result": records.String()})
	if callback := r.FormValue("callback"); callback != "" {
		answer.contentType = "text/javascript;charset=UTF-8"
		answer.body = []byte(callback + "(" + string(answer.body) + ")")
	}
	return answer
}

func jsonResponse(v any) response {
	body, err := json.Marshal(v)
	if err != nil {
		panic("fakegov: " + err.Error()) // plain maps and slices
	}
	return response{contentType: "application/json;charset=UTF-8", fresh: true, body: body}
}
