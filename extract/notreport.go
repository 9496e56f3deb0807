package extract

import (
	"fmt"
	"slices"
	"strings"

	"gongkai/extract/document"
	"gongkai/report"
)

// NotReportError says that a document is no annual report, and why.
type NotReportError struct {
	// Reason is a stable word: one of the Reason constants.
	Reason string
	// Detail is a sentence for a person.
	Detail string
}

// The reasons why a document is no annual report.
const (
	ReasonEmpty            = "empty"             // no text at all
	ReasonNoReport         = "no_report"         // about something else
	ReasonListPage         = "list_page"         // lists reports
	ReasonNotice           = "notice"            // a notice, a guide or a rule about reports
	ReasonBlankForm        = "blank_form"        // the form, not filled in
	ReasonHalfYear         = "half_year"         // statistics of part of a year
	ReasonWebsiteStatement = "website_statement" // 政府网站工作年度报表
	ReasonLawGovernment    = "law_government"    // 法治政府建设年度报告
	ReasonSoft404          = "soft404"           // an error page that came with status 200
	ReasonAttachmentOnly   = "attachment_only"   // the report is in an attachment
	ReasonTableInImage     = "table_in_image"    // the report is a picture
)

func (e *NotReportError) Error() string { return "no annual report: " + e.Detail }

func notReport(reason, format string, args ...any) *NotReportError {
	return &NotReportError{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}

var (
	halfYearTitle = compile(`(?:上半年|下半年|半年度?|[一二三四1-4]季度|(?:1|一)(?:至|-|到)(?:[2-9]|1[01]|[二三四五六七八九十])月(?:份)?)[^。]{0,30}(?:信息|政务|公开|统计|情况)|(?:[1-9]|1[0-2]|[一二三四五六七八九十])月份(?:政府|政务)?信息公开|公开[^。]{0,10}月报`)
	websiteTitle  = compile(`政府网站.{0,6}(?:年度|工作).{0,4}报表|网站年度工作报表|网站监管年度报表`)
	lawTitle      = compile(`法治政府.{0,24}(?:报告|总结|情况|要点|方案|规划|纲要)|依法行政.{0,6}(?:报告|总结)`)
	formTitle     = compile(`报告格式|格式的通知|(?:模板|样表|样式|填报说明|空表|报表格式)`)
	noticeTitle   = compile(`(?:通知|公告|通报|函|指南|制度|办法|规定|方案|细则|要点|条例)(?:》|\)|$)|年报公布情况|公布情况`)
	// orderTitle is a notice that tells others to write reports, whatever sections it
	// goes on to name.
	orderTitle = compile(`(?:做好|编制|编写|填报|报送|上报|撰写)[^,。;]{0,50}(?:通知|工作提示|提示函)(?:》|\)|$)`)
	// aboutReport is what is made of a report to explain it.
	aboutReport   = compile(`^(?:\[|【)?(?:图解|图说|一图|解读|数说|视频解读|动漫)|(?:解读|图解|读懂)(?:》|\)|$)`)
	blockedText   = compile(`(?:请|需要?|尚未|重新)登录|用户登录|统一身份认证|(?:输入|填写).{0,8}验证码|安全验证|人机验证|访问过于频繁|请求被拦截|请求(?:已被|被)?(?:阻断|拒绝)|网站防火墙|开启JavaScript|启用JavaScript|enableJavaScript`)
	soft404Text   = compile(`(?:页面|网页|文章|信息|内容|资源|文件|栏目)(?:不存在|(?:已|已经|已被)(?:管理员|系统)?(?:删除|移除|下架|撤稿|屏蔽|过期)|找不到|未找到|无法找到|已下线|已失效|走丢|尚未发布|未审核)|(?:不存在|找不到|无法访问)(?:该|此|您|的)*(?:访问的|要的|请求的|查看的|需要的)?(?:页面|网页|内容)|您(?:访问|查看|请求|要找)的(?:页面|网页|内容|信息|文章)|404NotFound|NotFound|pagenotfound|(?:page|file)cannotbefound|(?:^|[^0-9])404(?:[^0-9]|$)|抱歉.{0,10}(?:页面|访问)`)
	guideTitle    = compile(`公开(?:工作)?(?:指南|目录|制度|办法|规定|条例|细则|方案|要点|清单|流程|考核)`)
	inSentence    = compile(`^(?:根据|按照|依据|依照|为)|根据|按照|要求`)
	seeAttachment = compile(`(?:详见|见|请见|请查看|查看|参见|请下载|下载)(?:本)?(?:相关)?(?:附件|附表|下方附件|链接)`)
	fileName      = compile(`(?i)\.(?:pdf|docx?|xlsx?|wps|et|rtf|zip|rar|ofd|tif|jpe?g|png)(?:$|[?#])`)
)

// pageTitles are what a page calls itself, folded, the most telling first.
func pageTitles(doc *folio, in *Input) []string {
	var out []string
	add := func(s string) {
		if f := fold(s); f != "" {
			out = append(out, f)
		}
	}
	const most = 40
	for _, m := range doc.Meta {
		if strings.EqualFold(m.Name, "ArticleTitle") {
			add(m.Content)
		}
	}
	for i := range doc.Blocks {
		if t := &doc.Blocks[i]; t.Kind == document.Heading && len(out) < most && (t.Level <= 2 || doc.isTitle(i)) {
			add(t.Text)
		}
	}
	n := 0
	for i := 0; i < len(doc.Blocks) && n < 30; i++ {
		t := &doc.Blocks[i]
		if t.Kind != document.Paragraph || t.Text == "" || len(t.Text) > 240 {
			continue
		}
		n++
		f := doc.fold(i)
		if doc.isTitle(i) {
			add(t.Text)
		} else if l, _, _ := numbering(f); l == levelNone && n <= 12 && len([]rune(f)) <= 60 && !strings.HasSuffix(f, "。") && !strings.HasSuffix(f, ",") &&
			!strings.Contains(f, "首页>") && !strings.Contains(f, "|") && !inSentence.MatchString(f) && (halfYearTitle.MatchString(f) || websiteTitle.MatchString(f) || lawTitle.MatchString(f) || formTitle.MatchString(f)) {
			add(t.Text)
		}
	}
	add(siteless(doc.Title))
	add(in.ListTitle)
	return out
}

// refuse tells, before any table is aligned, whether a document can't be a
// report; nil when it can. titles are pageTitles.
func refuse(doc *folio, in *Input, titles []string, anchors []anchor) *NotReportError {
	headings, forms := 0, 0
	keys := make(map[string]bool)
	for i, a := range anchors {
		switch a {
		case anchorHeading:
			headings++
			keys[doc.heading(i).key] = true
		case anchorForm:
			forms++
		case anchorReport:
			forms += 2
		}
	}
	runes, images := 0, 0
	for i := range doc.Blocks {
		t := &doc.Blocks[i]
		switch t.Kind {
		case document.Image:
			images++
		case document.TableBlock:
			runes += 10 * len(t.Table.Cells)
		default:
			runes += len([]rune(t.Text))
		}
	}
	called := "" // what a report calls itself
	for _, t := range titles {
		if isTitle(t) {
			called = t
			break
		}
	}
	for _, t := range titles {
		if isTitle(t) || titled(doc, anchors) {
			break // what stands above the title is the name of a column
		}
		switch {
		case halfYearTitle.MatchString(t):
			return notReport(ReasonHalfYear, "“%s” covers part of a year", t)
		case websiteTitle.MatchString(t):
			return notReport(ReasonWebsiteStatement, "“%s” is the yearly statement of a web site", t)
		case lawTitle.MatchString(t):
			return notReport(ReasonLawGovernment, "“%s” is a report on government by law", t)
		case formTitle.MatchString(t):
			return notReport(ReasonBlankForm, "“%s” is about the form of the report", t)
		}
	}
	core := 0 // sections that hardly anything but a report has
	for _, k := range []string{report.SectionDisclosure, report.SectionRequests, report.SectionReviewLitigation} {
		if keys[k] {
			core++
		}
	}
	if called == "" && forms == 0 {
		for _, t := range titles {
			if guideTitle.MatchString(t) {
				return notReport(ReasonNotice, "“%s” is a guide or a rule, not a report", t)
			}
		}
	}
	if called == "" {
		for _, t := range titles {
			switch {
			case orderTitle.MatchString(t):
				return notReport(ReasonNotice, "“%s” tells others to write a report", t)
			case aboutReport.MatchString(t) && titlePattern.MatchString(t):
				return notReport(ReasonNoReport, "“%s” explains a report", t)
			}
		}
	}
	if forms >= 2 || core >= 2 || (core > 0 || len(keys) >= 3) && called != "" || forms > 0 && len(keys) >= 2 {
		return nil
	}
	switch {
	case doc.Scanned && !doc.recognised:
		return notReport(ReasonTableInImage, "its pages are pictures of text (a scan), which would have to be recognised first")
	case runes < 1500 && headings == 0 && forms == 0 && says(doc, soft404Text):
		return notReport(ReasonSoft404, "the page says that what was asked for does not exist")
	case runes < 20 && images == 0:
		return notReport(ReasonEmpty, "the document has hardly any text")
	}
	if named(doc, in) {
		if file, _ := attachments(doc); file != "" {
			return notReport(ReasonAttachmentOnly, "the page only refers to an attachment: %s", file)
		}
	}
	if n := reportLinks(doc); n >= 3 && runes < 200*n+4000 {
		return notReport(ReasonListPage, "the page lists %d annual reports and holds none", n)
	}
	if called != "" {
		switch files, pictures := attachments(doc); {
		case files != "":
			return notReport(ReasonAttachmentOnly, "the page only refers to an attachment: %s", files)
		case pictures > 0 && runes < 3000:
			return notReport(ReasonTableInImage, "“%s” stands in a picture, which would have to be recognised first", called)
		}
	}
	for _, t := range titles[:min(len(titles), 3)] {
		if noticeTitle.MatchString(t) {
			return notReport(ReasonNotice, "“%s” is a notice or a rule, not a report", t)
		}
	}
	if called != "" && len(keys) >= 1 {
		return nil
	}
	if called != "" && runes > 300 && narrative(doc) {
		return nil
	}
	if runes < 1500 && says(doc, blockedText) {
		return notReport(ReasonNoReport, "the page wants a login, or proof that a person asks for it")
	}
	return notReport(ReasonNoReport, "it has neither the sections nor the tables of one")
}

// named tells whether the page as a whole calls itself a report, not just a line
// of it.
func named(doc *folio, in *Input) bool {
	for _, m := range doc.Meta {
		if strings.EqualFold(m.Name, "ArticleTitle") && isTitle(fold(m.Content)) {
			return true
		}
	}
	for i := range doc.Blocks {
		if t := &doc.Blocks[i]; t.Kind == document.Heading && t.Level == 1 && doc.isTitle(i) {
			return true
		}
	}
	return isTitle(fold(siteless(doc.Title))) || isTitle(fold(in.ListTitle))
}

// narrative tells whether a document without section titles speaks of what a
// report must speak of.
func narrative(doc *folio) bool {
	found := 0
	var all strings.Builder
	for i := range doc.Blocks {
		if all.Len() > 200_000 {
			break
		}
		all.WriteString(doc.fold(i))
	}
	text := all.String()
	for _, w := range []string{"主动公开", "依申请公开", "复议", "诉讼", "存在的问题", "不足"} {
		if strings.Contains(text, w) {
			found++
		}
	}
	return found >= 4
}

// says tells whether the title of a page, or a short text on it, matches p.
func says(doc *folio, p *pattern) bool {
	if p.MatchString(fold(doc.Title)) {
		return true
	}
	for i := range doc.Blocks {
		if t := &doc.Blocks[i]; len(t.Text) < 300 && p.MatchString(doc.fold(i)) {
			return true
		}
	}
	return false
}

// titled tells whether the title of a report stands right above the first section,
// nearer to it than what other documents are called.
func titled(doc *folio, anchors []anchor) bool {
	for _, m := range doc.Meta {
		if strings.EqualFold(m.Name, "ArticleTitle") && !isTitle(fold(m.Content)) {
			return false
		}
	}
	first := slices.IndexFunc(anchors, func(a anchor) bool { return a != anchorNone })
	for i := first - 1; i >= max(0, first-12); i-- {
		t := &doc.Blocks[i]
		if t.Kind == document.TableBlock || t.Text == "" || len(t.Text) > 300 {
			continue
		}
		if doc.isTitle(i) {
			return true
		}
		if f := doc.fold(i); halfYearTitle.MatchString(f) || websiteTitle.MatchString(f) || lawTitle.MatchString(f) || formTitle.MatchString(f) || guideTitle.MatchString(f) {
			return false
		}
	}
	return false
}

// reportLinks counts the links of a page that are called like reports.
func reportLinks(doc *folio) int {
	n := 0
	for i := range doc.Links {
		l := &doc.Links[i]
		for _, s := range []string{l.Text, l.Title} {
			if len(s) >= 12 && len(s) < 300 && strings.Contains(s, "公开") && isTitle(fold(strings.TrimSuffix(s, extension(s)))) && !fileName.MatchString(l.Href) {
				n++
				break
			}
		}
	}
	return n
}

// attachments names the first attachment of a page and counts its pictures.
func attachments(doc *folio) (file string, pictures int) {
	for i := range doc.Blocks {
		if t := &doc.Blocks[i]; t.Kind == document.Image && t.Href != "" && !strings.Contains(strings.ToLower(t.Href), "qrcode") && !strings.Contains(t.Text, "二维码") {
			pictures++
		}
	}
	for i := range doc.Links {
		l := &doc.Links[i]
		name := firstOf(l.Title, l.Text, l.Href)
		if m := fileEnd(l.Href); m != "" && !isPicture(m) {
			return name, pictures
		}
		if m := fileEnd(name); m != "" && !isPicture(m) {
			return name, pictures
		}
	}
	for i := range doc.Blocks {
		if t := &doc.Blocks[i]; len(t.Text) < 600 && seeAttachment.MatchString(doc.fold(i)) {
			return strings.TrimSpace(firstRunes(t.Text, 60)), pictures
		}
	}
	return "", pictures
}

// fileEnd is the extension that makes a link, or its text, name a file, or "".
func fileEnd(s string) string {
	if !strings.Contains(s, ".") {
		return ""
	}
	return fileName.FindString(s)
}

func isPicture(ext string) bool {
	ext = strings.ToLower(ext)
	return strings.HasPrefix(ext, ".jp") || strings.HasPrefix(ext, ".png") || strings.HasPrefix(ext, ".tif")
}
