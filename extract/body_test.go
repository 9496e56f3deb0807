package extract

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gongkai/report"
)

// article is the report of a bureau, one paragraph an entry; edit changes them.
func article(year int, edit func([]string) []string) []string {
	p := []string{
		fmt.Sprintf("栖云市水务局按照条例编写本报告，数据统计期限为%d年1月1日至%d年12月31日。", year, year),
		"一、总体情况",
		fmt.Sprintf("%d年，我局主动公开政府信息%d条，水价调整、停水检修的消息都在当天上网。", year, year-1900),
		"经办人员每周核对一次栏目，发现打不开的链接当天修好，群众反映比从前好找。",
		"二、主动公开政府信息情况",
		"文件起草时就定好能不能公开，印发以后二十天之内上网，失效的另外注明。",
		"三、收到和处理政府信息公开申请情况",
		fmt.Sprintf("全年收到政府信息公开申请%d件，都在期限内作了答复。", year-2000),
		"四、政府信息公开行政复议、行政诉讼情况",
		"没有发生因政府信息公开引起的行政复议和行政诉讼，答复文书由法律顾问看过。",
		"五、存在的主要问题及改进情况",
		"解读材料还是偏少，图表不多，下一年准备每份文件至少配一张图。",
		"六、其他需要报告的事项",
		"没有收取信息处理费，也没有别的事情需要说明。",
	}
	if edit != nil {
		p = edit(p)
	}
	return p
}

func paragraphsHTML(p []string) string { return "<p>" + strings.Join(p, "</p>\n<p>") + "</p>" }

func spaced(p []string) []string {
	out := make([]string, len(p))
	for i, s := range p {
		out[i] = "&nbsp;&nbsp;" + strings.ReplaceAll(s, "，", "， <span>") + strings.Repeat("</span>", strings.Count(s, "，"))
	}
	return out
}

// However often and in whatever order a page prints its report, it is read once
// and the other prints are recorded.
func TestCopies(t *testing.T) {
	whole := paragraphsHTML(article(2021, nil))
	table := "<table><tr><td colspan=4>第二十条第（一）项</td></tr><tr><td>信息内容</td><td>本年制发件数</td><td>本年废止件数</td><td>现行有效件数</td></tr><tr><td>规章</td><td>0</td><td>0</td><td>0</td></tr><tr><td>行政规范性文件</td><td>2</td><td>1</td><td>9</td></tr></table>"
	withTable := strings.Replace(whole, "<p>三、收到", table+"<p>三、收到", 1)
	for _, tt := range []struct {
		name, page string
		copies     string // notes, one a copy
	}{
		{"once", whole, ""},
		{"twice", "<div>" + whole + "</div><div>" + whole + "</div>", "[]"},
		{"twice without containers", whole + whole, "[]"},
		{"three times, other white space", "<div>" + whole + "</div><div>" + paragraphsHTML(spaced(article(2021, nil))) + "</div><div style='display:none'>" + whole + "</div>", "[][hidden]"},
		{"hidden first", "<div style='display:none'>" + whole + "</div><div>" + whole + "</div>", "[hidden]"},
		{"hidden first, with the tables", "<div style='display:none'>" + withTable + "</div><div>" + whole + "</div>", "[no tables]"},
		{"shortest first", "<div>" + paragraphsHTML(article(2021, func(p []string) []string { return p[:5] })) + "</div><div>" + whole + "</div><div>" + withTable + "</div>", "[no tables, truncated][no tables]"},
		{"one paragraph of lines", "<div>" + withTable + "</div><div>" + strings.Join(article(2021, nil), "<br>") + "</div>", "[no tables]"},
		{"source in a text area", "<textarea style='display:none'>" + strings.Join(article(2021, nil), "\n") + "</textarea><div>" + withTable + "</div>", "[no tables, hidden]"},
		{"truncated first", "<div>" + paragraphsHTML(article(2021, func(p []string) []string { return p[:7] })) + "</div><div>" + withTable + "</div>", "[no tables, truncated]"},
		{"without tables first", "<div>" + whole + "</div><div>" + withTable + "</div>", "[no tables]"},
		{"without tables last", "<div>" + withTable + "</div><div>" + whole + "</div>", "[no tables]"},
		{"furniture between", whole + "<p>扫一扫在手机打开当前页</p><p>栖云市水务局2021年政府信息公开工作年度报告</p><p>时间：2022-01-10 09:30</p>" + whole, "[]"},
		{"corrected in one print", whole + "<hr>" + paragraphsHTML(article(2021, func(p []string) []string {
			p[3] = "经办人员每两周核对一次栏目，有问题随时改正，群众反映比从前好找。"
			return p
		})), "[1 paragraph differs]"},
		{"a paragraph twice is no copy", paragraphsHTML(article(2021, func(p []string) []string { return append(p[:4:4], p[3:]...) })), ""},
	} {
		page := "<h1>栖云市水务局2021年政府信息公开工作年度报告</h1><div id=zoom>" + tt.page + "</div><div class=foot><p>主办：栖云市人民政府办公室</p></div>"
		r, err := Extract(t.Context(), Input{Bytes: []byte(page)}, patient)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		notes := ""
		for _, c := range r.Copies {
			notes += "[" + c.Note + "]"
		}
		if notes != tt.copies {
			t.Errorf("%s: copies %+v, want %s", tt.name, r.Copies, tt.copies)
		}
		if len(r.Sections) != 6 {
			t.Errorf("%s: %d sections", tt.name, len(r.Sections))
		}
		if n := textFigures(r)["text.disclosed_total"]; n != "121" {
			t.Errorf("%s: disclosed_total %s", tt.name, n)
		}
		if table := strings.Contains(tt.page, "<table>"); table != (r.Template.Disclosure == "2021") {
			t.Errorf("%s: template %+v", tt.name, r.Template)
		}
	}
}

func textFigures(r *report.Report) map[string]string {
	m := map[string]string{}
	for _, f := range r.Figures {
		if f.Origin == report.OriginText {
			m[f.Metric] = f.Value
		}
	}
	return m
}

// Two reports on one page are two reports, and the page's title says which one it
// is about.
func TestOtherReports(t *testing.T) {
	this, last := paragraphsHTML(article(2021, nil)), paragraphsHTML(article(2020, nil))
	head := func(year int) string {
		return fmt.Sprintf("<p><b>栖云市水务局%d年政府信息公开工作年度报告</b></p>", year)
	}
	other := strings.ReplaceAll(paragraphsHTML(article(2021, nil)), "水务局", "气象局")
	for _, tt := range []struct{ name, page, note string }{
		{"last year below", this + head(2020) + last, "another_report:2020:栖云市水务局"},
		{"last year above", head(2020) + last + head(2021) + this, "another_report:2020:栖云市水务局"},
		{"last year below, without a title", this + "<hr>" + last, "another_report:2020"},
		{"another bureau below", this + "<p>栖云市气象局2021年政府信息公开工作年度报告</p>" + other, "another_report:2021:栖云市气象局"},
	} {
		r, err := Extract(t.Context(), Input{Bytes: []byte("<h1>栖云市水务局2021年政府信息公开工作年度报告</h1><div id=zoom>" + tt.page + "</div>")}, patient)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		f := textFigures(r)
		if r.Year != 2021 || r.Organ.Name != "栖云市水务局" || f["text.disclosed_total"] != "121" || f["text.requests_new"] != "21" || len(r.Copies) != 0 || len(r.Sections) != 6 {
			t.Errorf("%s: %d, %s, %v, copies %v, %d sections", tt.name, r.Year, r.Organ.Name, f, r.Copies, len(r.Sections))
		}
		if strings.Join(r.Notes, " ") != tt.note {
			t.Errorf("%s: notes %v, want %s", tt.name, r.Notes, tt.note)
		}
	}
}

// What is not report is not read as such, in a container of its own or not.
func TestFurniture(t *testing.T) {
	furniture := `<div class="breadcrumb">您当前的位置：<a href="/">首页</a> &gt; <a href="/nb/">2015年年报</a></div>
<div class="share">分享到：<a href="#">微信</a></div>
%s
<div class="tools">【打印本页】【关闭窗口】</div>
<div class="related"><h4>相关阅读</h4><ul><li><a href="/1.html">全市收到政府信息公开申请999件</a></li><li><a href="/2.html">栖云市气象局2021年政府信息公开工作年度报告</a></li></ul></div>
<div class="comment"><p>网友：听说收到政府信息公开申请888件？</p></div>
<div style="display:none"><p>全年主动公开政府信息77777条，点击领取。</p></div>
<div class="footer"><p>主办：栖云市人民政府办公室</p><p>联系电话：0999-1234567</p></div>`
	report := paragraphsHTML(article(2021, nil))
	loose := "<p>栖云市水务局2021年政府信息公开工作年度报告</p><p>来源：本站 发布时间：2022-01-11</p>" + report +
		"<p>相关链接</p><p>全市主动公开政府信息66666条</p><p>上一篇：栖云市水务局2020年政府信息公开工作年度报告</p>"
	for _, tt := range []struct{ name, page string }{
		{"known container", fmt.Sprintf(furniture, `<div class="TRS_Editor">`+report+`</div>`)},
		{"unknown container", fmt.Sprintf(furniture, `<div class="x17"><div>`+report+`</div></div>`)},
		{"cell of a layout table", fmt.Sprintf(furniture, `<table><tr><td>`+report+`</td></tr></table>`)},
		{"no container at all", loose},
	} {
		r, err := Extract(t.Context(), Input{Bytes: []byte("<title>栖云市水务局2021年政府信息公开工作年度报告</title>" + tt.page)}, patient)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		f := textFigures(r)
		if f["text.disclosed_total"] != "121" || f["text.requests_new"] != "21" || r.Year != 2021 {
			t.Errorf("%s: %v, %d", tt.name, f, r.Year)
		}
		last := r.Sections[len(r.Sections)-1]
		if want := "没有收取信息处理费，也没有别的事情需要说明。"; last.Text != want {
			t.Errorf("%s: last section %q", tt.name, last.Text)
		}
	}
}

// scan is a PDF of one page that is a picture.
const scan = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
	"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</XObject<</Im 4 0 R>>>>/Contents 5 0 R>>endobj\n" +
	"4 0 obj<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>stream\n0\nendstream endobj\n" +
	"5 0 obj<</Length 29>>stream\nq 600 0 0 800 0 0 cm /Im Do Q\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF"

// A section that shows a picture where its table should be has no zeros, and the
// report says why.
func TestTableInImage(t *testing.T) {
	whole := string(readFile(t, "testdata/reports/page-2021.html"))
	at := strings.LastIndex(whole, "<table")
	r, err := Extract(t.Context(), Input{Bytes: []byte(whole[:at] + `<p><img src="/t4.png"></p>` + tables.ReplaceAllString(whole[at:], "")), Name: "a.html"}, patient)
	if err != nil {
		t.Fatal(err)
	}
	if r.Template.ReviewLitigation != "" || !slices.Contains(r.Notes, NoteTableInImage) {
		t.Errorf("forms %+v, notes %v", r.Template, r.Notes)
	}
	for _, f := range r.Figures {
		if strings.HasPrefix(f.Metric, "review.") && f.State.HasValue() {
			t.Errorf("%s is %s", f.Metric, f.Value)
		}
	}
}

func TestNotReports(t *testing.T) {
	const filler = "　　各部门要认真核对，按时报送，确保数据准确，内容完整，不得漏报瞒报，报送情况列入考核。"
	list := ""
	for year := 2010; year < 2022; year++ {
		list += fmt.Sprintf(`<li><a href="/t%d.html">栖云市水务局%d年政府信息公开工作年度报告</a><span>%d-01-20</span></li>`, year, year, year+1)
	}
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", ReasonEmpty},
		{"white space", " \n\t\n ", ReasonEmpty},
		{"a tag", "<html><body><div></div></body></html>", ReasonEmpty},
		{"news", "<h1>市领导调研水利工程</h1><p>" + filler + filler + "</p>", ReasonNoReport},
		{"soft 404", "<title>404</title><p>您访问的页面不存在或已删除！</p><a href=/>返回首页</a>", ReasonSoft404},
		{"soft 404, other words", "<div>抱歉，该页面找不到了，5秒后返回首页。</div>", ReasonSoft404},
		{"list", "<h1>政府信息公开年报</h1><ul>" + list + "</ul>", ReasonListPage},
		{"notice", "<h1>关于报送2021年度政府信息公开工作年度报告的通知</h1><p>各科室：</p><p>" + filler + filler + "</p><p>栖云市人民政府办公室</p>", ReasonNotice},
		{"form under a notice", "<h1>关于印发政府信息公开工作年度报告格式的通知</h1><p>" + filler + "</p><p>一、总体情况</p><p>二、主动公开政府信息情况</p>" +
			"<table><tr><td>第二十条第（一）项</td></tr><tr><td>规章</td><td></td><td></td><td></td></tr></table><p>三、收到和处理政府信息公开申请情况</p>", ReasonBlankForm},
		{"form alone", "<p>一、总体情况</p><p>二、主动公开政府信息情况</p><table><tr><td colspan=4>第二十条第（一）项</td></tr><tr><td>信息内容</td><td>本年制发件数</td><td>本年废止件数</td><td>现行有效件数</td></tr><tr><td>规章</td><td></td><td></td><td></td></tr><tr><td>行政规范性文件</td><td></td><td></td><td></td></tr></table><p>三、收到和处理政府信息公开申请情况</p><p>六、其他需要报告的事项</p>", ReasonBlankForm},
		{"half a year", "<h1>栖云市2022年上半年政府信息公开情况统计</h1><p>一、主动公开情况</p><p>公开政府信息300条。</p><p>二、依申请公开情况</p><p>收到申请20件。</p><p>三、行政复议、诉讼情况</p><p>无。</p>", ReasonHalfYear},
		{"a quarter", "<p>2021年第三季度政务公开工作情况统计</p><p>一、主动公开情况</p><p>公开300条。</p><p>二、依申请公开情况</p><p>收到申请20件。</p>", ReasonHalfYear},
		{"web site", "<h1>栖云市水务局2021年政府网站工作年度报表</h1><table><tr><td>网站名称</td><td>栖云水务</td></tr><tr><td>独立用户访问总量（单位：个）</td><td>3000</td></tr></table>", ReasonWebsiteStatement},
		{"law", "<h1>栖云市2021年度法治政府建设年度报告</h1><p>一、主要举措</p><p>主动公开政府信息。</p><p>二、存在的问题</p><p>" + filler + "</p>", ReasonLawGovernment},
		{"attachment", "<h1>栖云市水务局2021年政府信息公开工作年度报告</h1><p>报告已编制完成，详见附件。</p><a href='/P02022.docx'>栖云市水务局2021年政府信息公开工作年度报告.docx</a>", ReasonAttachmentOnly},
		{"frame", "<h1>栖云市水务局2021年政府信息公开工作年度报告</h1><iframe src='/files/2021.pdf'></iframe>", ReasonAttachmentOnly},
		{"picture", "<h1>栖云市水务局2021年政府信息公开工作年度报告</h1><p><img src='/a1.jpg'></p><p><img src='/a2.jpg'></p>", ReasonTableInImage},
		{"notice that names the sections", "<h1>关于做好2021年度政府信息公开工作年度报告编制和发布工作的通知</h1><p>" + filler + "</p><p>二、主动公开政府信息情况</p><p>据实填写。</p><p>三、收到和处理政府信息公开申请情况</p><p>按表填写。</p>", ReasonNotice},
		{"a month", "<h1>2021年3月份政府信息公开情况月报</h1><p>公开信息30条，" + filler + "</p>", ReasonHalfYear},
		{"report explained", "<h1>栖云市2021年政府信息公开工作年度报告政策解读</h1><p>" + filler + "</p><p>二、主动公开政府信息情况</p><p>三百条。</p><p>三、收到和处理政府信息公开申请情况</p><p>都答复了。</p>", ReasonNoReport},
		{"report in pictures", "<h1>一图读懂栖云市2021年政府信息公开年报</h1><p><img src='/a.png'></p>", ReasonNoReport},
		{"report on budgets", "<h1>栖云市2021年预决算信息公开工作情况报告</h1><p>一、总体情况</p><p>" + filler + filler + "</p>", ReasonNoReport},
		{"points of work", "<h1>栖云市2021年政务公开工作要点</h1><p>一、主动公开</p><p>二、依申请公开</p><p>" + filler + "</p>", ReasonNotice},
		{"login", "<title>用户登录</title><p>统一身份认证平台，请登录后访问，并输入图片中的验证码。</p>", ReasonNoReport},
		{"soft 404, deleted", "<p>该文章已被管理员删除或下架</p>", ReasonSoft404},
		{"soft 404, withdrawn", "<p>系统提示：此信息尚未发布或已撤稿！</p>", ReasonSoft404},
		{"soft 404, in two languages", "<p>找不到您要的网页</p><p>The page cannot be found</p>", ReasonSoft404},
		{"viewer", "<h1>栖云市水务局2021年政府信息公开工作年度报告</h1><iframe src='/pdfjs/web/viewer.html?file=/files/2021.pdf'></iframe>", ReasonAttachmentOnly},
		{"scan", scan, ReasonTableInImage},
		{"bytes of a picture", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", ReasonTableInImage},
	} {
		_, err := Extract(t.Context(), Input{Bytes: []byte(tt.text)}, patient)
		var no *NotReportError
		if !errors.As(err, &no) {
			t.Errorf("%s: got %v", tt.name, err)
			continue
		}
		if no.Reason != tt.want || no.Detail == "" {
			t.Errorf("%s: got %s (%s), want %s", tt.name, no.Reason, no.Detail, tt.want)
		}
	}
}

// A report is one even if it speaks of the things that other documents are about.
func TestReportsAllTheSame(t *testing.T) {
	sections := "<p>一、总体情况</p><p>2021年，我局收到政府信息公开申请3件。上半年办理了网站报表，下半年推进法治政府建设。</p><p>二、主动公开政府信息情况</p><p>三、收到和处理政府信息公开申请情况</p><p>六、其他需要报告的事项</p><p>关于印发年度报告格式的通知已学习。页面不存在的链接已清理。</p>"
	for _, page := range []string{
		"<h1>栖云市水务局2021年政府信息公开工作年度报告</h1>" + sections,
		"<h1>栖云市水务局关于公布2021年政府信息公开工作年度报告的公告</h1>" + sections,
		"<h1>法治政府建设年度报告</h1><p>栖云市水务局2021年政府信息公开工作年度报告</p>" + sections,
		"<h1>通知公告</h1><h2>政府信息公开指南</h2><h3>栖云市水务局2021年政府信息公开工作年度报告</h3>" + sections,
		"<ul><li><a href='/1'>2021年上半年政府信息公开情况统计</a></li></ul><p>栖云市水务局2021年政府信息公开工作年度报告</p>" + sections,
		"<h1>栖云市水务局2021年政务公开年报</h1>" + sections,
		"<h1>栖云市水务局2021年信息公开工作总结</h1>" + sections,
		"<html lang=en><title>Qiyun City</title><p>Home | News | About</p><img src=title.png>" + sections + "</html>",
		"<h1>栖云市水务局2021年政府信息公开工作年度报告</h1><p>详见附件。</p>" + sections + "<a href='/a.pdf'>附件.pdf</a>",
		sections,
	} {
		r, err := Extract(t.Context(), Input{Bytes: []byte(page)}, patient)
		if err != nil || r.Year != 2021 || textFigures(r)["text.requests_new"] != "3" {
			t.Errorf("%.60s: %v, %+v", page, err, r)
		}
	}
}
