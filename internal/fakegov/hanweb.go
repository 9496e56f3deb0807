package fakegov

import (
	"encoding/xml"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The classic sites of 大汉: the page inlines the first group of records in a
// <datastore>, the rest comes from dataproxy.jsp.
const (
	// Hanweb answers GET dataproxy.jsp?page=N with the N-th group, N from 1.
	Hanweb Family = "hanweb"
	// HanwebPost answers every GET with the first group; the rest needs the POST
	// with startrecord and endrecord that the page's script makes.
	HanwebPost Family = "hanweb-post"
	// HanwebTwoUnits has two lists on one page: notices of another column first,
	// then the reports.
	HanwebTwoUnits Family = "hanweb-two-units"
	// HanwebEncrypted prints columnid and unitid encrypted, and answers requests
	// for more with an empty datastore: only the first group can be had.
	HanwebEncrypted Family = "hanweb-encrypted"
)

// hanwebGroup is how many pages of items make a group.
const hanwebGroup = 3

func init() {
	f := family{
		look:     hanwebLook,
		article:  hanwebArticle,
		file:     hanwebFile,
		fileType: hanwebFileType,
		index:    func(s *Site) []string { return []string{"/col/col" + s.hanwebColumn() + "/index.html"} },
		mount: func(s *Site) {
			s.handle("/col/col"+s.hanwebColumn()+"/index.html", s.hanwebIndex)
			s.handle("/module/web/jpage/dataproxy.jsp", s.dataproxy)
		},
	}
	families[Hanweb] = f
	families[HanwebPost] = f
	families[HanwebTwoUnits] = f
	families[HanwebEncrypted] = f
}

// hanwebFileType is what downfile.jsp says of any file.
const hanwebFileType = "application/octet-stream;charset=GBK"

var hanwebLook = look{
	open:  `<div id="zoom" class="bt_content"><!--<$[信息内容]>begin-->` + "\n",
	close: "<!--<$[信息内容]>end--></div>", block: "table", titleClass: "wzbt",
}

func hanwebArticle(s *Site, e *entry) string {
	return fmt.Sprintf("/art/%d/%d/%d/art_%s_%d.html", e.day.Year(), e.day.Month(), e.day.Day(), s.hanwebColumn(), e.number)
}

func hanwebFile(s *Site, e *entry) string {
	return fmt.Sprintf("/module/download/downfile.jsp?classid=0&showname=%s&filename=%s%s",
		url.QueryEscape(e.fileName()), s.hex(32, "file", itoa(e.number)), e.fileExt())
}

func (s *Site) hanwebColumn() string { return "122" + s.digits(7, "column") }
func (s *Site) hanwebUnit() string   { return s.digits(7, "unit") }
func (s *Site) hanwebWeb() string    { return s.digits(4, "web") }

// noticeUnit and noticeColumn are the list of notices beside the reports.
func (s *Site) noticeUnit() string   { return s.digits(7, "notice unit") }
func (s *Site) noticeColumn() string { return "122" + s.digits(7, "notice column") }

func (s *Site) hanwebIndex(*http.Request) response {
	var b strings.Builder
	if s.spec.Family == HanwebTwoUnits {
		s.jpage(&b, s.noticeUnit(), s.noticeColumn(), s.notices())
	}
	s.jpage(&b, s.hanwebUnit(), s.hanwebColumn(), s.items())
	return s.columnPage("政府信息公开年报", b.String())
}

// notices are the items of the column that has nothing to do with reports.
func (s *Site) notices() (items []item) {
	for i := range 8 {
		items = append(items, item{
			href:  fmt.Sprintf("/art/2024/%d/%d/art_%s_%d.html", i%12+1, i+3, s.noticeColumn(), 5100+i),
			title: []string{"关于开展安全生产检查的通知", "关于公布行政审批中介服务清单的公告"}[i%2],
			date:  fmt.Sprintf("2024-%02d-%02d", i%12+1, i+3),
		})
	}
	return items
}

// jpage writes one list: its first group inline, and the script that pages.
func (s *Site) jpage(b *strings.Builder, unit, column string, items []item) {
	group := items[:min(len(items), s.spec.PerPage*hanwebGroup)]
	fmt.Fprintf(b, `<div id="%s" class="default_pgContainer"><script type="text/xml">`, unit)
	b.WriteString(s.datastore(group, s.nextGroup(1, unit, column), -1))
	fmt.Fprintf(b, `</script></div>
<script type="text/javascript" src="/script/jpage/jquery.jpage.js"></script>
<script type="text/javascript">$(function(){ $("#%s").jpage({themeName:'default', showMode:'full', totalRecord:%d, openCookies:false, dataBefore:'<ul class="list">', dataAfter:'</ul>', groupSize:%d, proxyUrl:'/module/web/jpage/dataproxy.jsp', perPage:%d, barPosition:'bottom', ajaxParam:{col:1,appid:1,webid:%s,path:'/',columnid:'%s',sourceContentType:1,unitid:'%s',webname:'%s',permissiontype:0}}); });</script>
`, unit, len(items), hanwebGroup, s.spec.PerPage, s.hanwebWeb(), s.published(column), s.published(unit), s.Name)
}

// nextGroup is the link that a datastore carries. On the first page it names
// page 1, the group that is there already.
func (s *Site) nextGroup(page int, unit, column string) string {
	return fmt.Sprintf("/module/web/jpage/dataproxy.jsp?page=%d&appid=1&webid=%s&path=/&columnid=%s&unitid=%s&webname=%s&permissiontype=0",
		page, s.hanwebWeb(), s.published(column), s.published(unit), url.QueryEscape(url.QueryEscape(s.Name)))
}

// published is how the page prints the number of a column or a unit.
func (s *Site) published(id string) string {
	if s.spec.Family == HanwebEncrypted {
		return s.hex(64, "encrypted", id)
	}
	return id
}

// datastore is the XML around records. total below 0 leaves the totals out.
func (s *Site) datastore(items []item, next string, total int) string {
	var b strings.Builder
	b.WriteString("<datastore>\n")
	if total >= 0 {
		fmt.Fprintf(&b, "<totalrecord>%d</totalrecord><totalpage>%d</totalpage>\n", total, (total+s.spec.PerPage-1)/s.spec.PerPage)
	}
	fmt.Fprintf(&b, `<nextgroup><![CDATA[<a href="%s"></a>]]></nextgroup>`+"\n<recordset>\n", next)
	for i, it := range items {
		// Title first, href first, single quotes: the templates differ.
		row := fmt.Sprintf(`<li><a href='%s' title='%s' target="_blank">%s</a><span>%s</span></li>`, it.href, html.EscapeString(it.title), html.EscapeString(cut(it.title, 20)), it.date)
		if i%2 == 1 {
			row = fmt.Sprintf(`<li><a title="%s" target="_blank" href="%s">%s</a><b>%s</b></li>`, html.EscapeString(it.title), it.href, html.EscapeString(cut(it.title, 20)), it.date)
		}
		fmt.Fprintf(&b, "<record><![CDATA[\n%s]]></record>\n", row)
	}
	b.WriteString("</recordset></datastore>")
	return b.String()
}

// dataproxy pages. GET honours page and perpage alone, POST startrecord and
// endrecord.
func (s *Site) dataproxy(r *http.Request) response {
	_ = r.ParseForm()
	unit, column, items := s.hanwebUnit(), s.hanwebColumn(), s.items()
	switch {
	case r.Form.Get("columnid") == column && r.Form.Get("unitid") == unit:
	case s.spec.Family == HanwebTwoUnits && r.Form.Get("columnid") == s.noticeColumn() && r.Form.Get("unitid") == s.noticeUnit():
		unit, column, items = s.noticeUnit(), s.noticeColumn(), s.notices()
	default:
		return xmlResponse("<datastore><recordset></recordset></datastore>")
	}
	total := len(items)
	if r.Method == http.MethodPost {
		start, end := number(r, "startrecord", 1), number(r, "endrecord", s.spec.PerPage)
		return xmlResponse(s.datastore(window(items, start-1, end), s.nextGroup(1, unit, column), total))
	}
	page, size := number(r, "page", 1), min(number(r, "perpage", s.spec.PerPage*hanwebGroup), 300)
	if s.spec.Family == HanwebPost {
		page = 1
	}
	return xmlResponse(s.datastore(window(items, (page-1)*size, page*size), s.nextGroup(page+1, unit, column), total))
}

func xmlResponse(body string) response {
	return response{contentType: "text/xml;charset=UTF-8", fresh: true, body: []byte(xml.Header + body)}
}

// number reads a positive number of a form.
func number(r *http.Request, name string, fallback int) int {
	if n, err := strconv.Atoi(r.FormValue(name)); err == nil && n > 0 {
		return n
	}
	return fallback
}

// window is items[from:to] as far as there are any.
func window(items []item, from, to int) []item {
	from = min(max(from, 0), len(items))
	return slices.Clone(items[from:min(max(to, from), len(items))])
}
