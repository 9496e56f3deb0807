package crawler_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"gongkai/configs"
)

// A wild site is written by hand: paths with what they answer.
type wildSite struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

type wildAnswer struct {
	body, contentType, disposition string
	referrer                       bool // 404 without one
	status                         int
}

// wildly serves pages by path and query.
func wildly(t *testing.T, pages map[string]wildAnswer) *wildSite {
	t.Helper()
	w := &wildSite{}
	w.Server = httptest.NewServer(http.HandlerFunc(func(res http.ResponseWriter, req *http.Request) {
		w.mu.Lock()
		w.asked = append(w.asked, req.URL.RequestURI())
		w.mu.Unlock()
		a, ok := pages[req.URL.RequestURI()]
		if !ok || a.referrer && req.Referer() == "" {
			http.NotFound(res, req)
			return
		}
		if a.contentType == "" {
			a.contentType = "text/html; charset=utf-8"
		}
		res.Header().Set("Content-Type", a.contentType)
		if a.disposition != "" {
			res.Header().Set("Content-Disposition", a.disposition)
		}
		if a.status != 0 {
			res.WriteHeader(a.status)
		}
		fmt.Fprint(res, a.body)
	}))
	t.Cleanup(w.Close)
	return w
}

const pdfBytes = "%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"

// Attachments of every CMS, and what they are called.
func TestAttachmentForms(t *testing.T) {
	gbk := func(s string) string {
		out, err := simplifiedchinese.GBK.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	type form struct {
		name, html string
		path       string // of the file
		answer     wildAnswer
		want       string // the name of the file, "" when none is to be fetched, ! when it fails
	}
	pdf := wildAnswer{body: pdfBytes, contentType: "application/pdf"}
	forms := []form{
		{"TRS, relative", `<p><A HREF=./P020220115578077337477.pdf oldsrc="P02">2021年年度报告（盖章）.pdf</A></p>`, "/nb/202201/P020220115578077337477.pdf", pdf, "2021年年度报告（盖章）.pdf"},
		{"TRS, W020 in another folder", `<p>附件：<a href='../202112/W020211230335.docx' title="统计表.docx">下载</a></p>`, "/nb/202112/W020211230335.docx", wildAnswer{body: "PK\x03\x04rest", contentType: "application/octet-stream"}, "统计表.docx"},
		{"Hanweb downfile, name in GBK octets", `<p><a href="/module/download/downfile.jsp?classid=0&amp;filename=0123456789abcdef0123456789abcdef.pdf">附件下载</a></p>`, "/module/download/downfile.jsp?classid=0&filename=0123456789abcdef0123456789abcdef.pdf",
			wildAnswer{body: pdfBytes, contentType: "application/octet-stream;charset=GBK", disposition: `attachment; filename="` + gbk("安平县年报.pdf") + `"`}, "安平县年报.pdf"},
		{"Hanweb downfile, showname", `<p><a href="/module/download/downfile.jsp?classid=0&showname=%E5%B9%B4%E6%8A%A5.doc&filename=ab.doc">点击下载</a></p>`, "/module/download/downfile.jsp?classid=0&showname=%E5%B9%B4%E6%8A%A5.doc&filename=ab.doc", wildAnswer{body: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", contentType: "application/msword"}, "年报.doc"},
		{"Hanweb attach", `<p><a href="/attach/-1/2201151002.pdf">年报全文</a></p>`, "/attach/-1/2201151002.pdf", pdf, "年报全文"},
		{"JPaaS", `<p><a href="/api-gateway/jpaas-web-server/front/document/file-download?fileUrl=/cms_files/jcms1/web12/site/attach/0/aa.xls&amp;fileName=%E7%BB%9F%E8%AE%A1.xls">统计.xls</a></p>`, "/api-gateway/jpaas-web-server/front/document/file-download?fileUrl=/cms_files/jcms1/web12/site/attach/0/aa.xls&fileName=%E7%BB%9F%E8%AE%A1.xls", wildAnswer{body: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", contentType: "application/vnd.ms-excel"}, "统计.xls"},
		{"VSB, wants the page", `<ul><li>附件【<a href="/system/_content/download.jsp?urltype=news.DownloadAttachUrl&amp;owner=1&amp;wbfileid=9">报告.wps</a>】已下载<span id="n">3</span>次</li></ul>`, "/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid=9", wildAnswer{body: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", contentType: "application/octet-stream", referrer: true}, "报告.wps"},
		{"VSB answers with a captcha", `<ul><li>附件【<a href="/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid=10">报告.doc</a>】</li></ul>`, "/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid=10", wildAnswer{body: "<html><head><title>下载</title></head><body><form>" + strings.Repeat("请输入下面的字符 ", 80) + "<input name=codeValue></form></body></html>"}, "!"},
		{"UCAP", `<p><a target="_blank" href="11112222333344445555666677778888/files/0b1c2d3e.pdf">附件1.pdf</a></p>`, "/nb/202201/11112222333344445555666677778888/files/0b1c2d3e.pdf", pdf, "附件1.pdf"},
		{"gkmlpt", `<p><a class="nfw-cms-attachment" href="/attachment/0/88/88389/963149.pdf" alt="年度报告.pdf"><img src="/i.gif"></a></p>`, "/attachment/0/88/88389/963149.pdf", pdf, "年度报告.pdf"},
		{"Lonsun", `<p><a href="/group6/M00/0A/1B/wKgBx1.docx">年报.docx</a></p>`, "/group6/M00/0A/1B/wKgBx1.docx", wildAnswer{body: "PK\x03\x04rest"}, "年报.docx"},
		{"Lonsun without an extension", `<p>附件：<a href="/group6/M00/0A/1B/wKgBx2">年报.docx</a></p>`, "/group6/M00/0A/1B/wKgBx2", wildAnswer{body: "PK\x03\x04rest", contentType: "application/octet-stream"}, "年报.docx"},
		{"Founder", `<p><a href="nb.ceb">年报（方正）</a></p>`, "/nb/202201/nb.ceb", wildAnswer{body: "Foundercebx", contentType: "application/octet-stream"}, "年报（方正）"},
		{"OFD in a handler", `<p><a href="javascript:void(0)" onclick="downFile('/upload/2022/nb.ofd','x')">年报.ofd</a></p>`, "/upload/2022/nb.ofd", wildAnswer{body: "PK\x03\x04rest"}, "年报.ofd"},
		{"in a frame", `<iframe width=100% src="/upload/2022/f.pdf#toolbar=0"></iframe>`, "/upload/2022/f.pdf", pdf, "f.pdf"},
		{"in a viewer", `<iframe src="/pdfjs/web/viewer.html?file=%2Fupload%2F2022%2Fv.pdf"></iframe>`, "/upload/2022/v.pdf", pdf, "v.pdf"},
		{"as an object", `<object type="application/pdf" data="../202201/o.pdf"><embed src="../202201/o.pdf"></object>`, "/nb/202201/o.pdf", pdf, "o.pdf"},
		{"name by RFC 5987", `<p>附件：<a href="/file/get?id=77">点击下载</a></p>`, "/file/get?id=77", wildAnswer{body: pdfBytes, contentType: "application/pdf", disposition: `attachment; filename="x.pdf"; filename*=UTF-8''%E5%85%A8%E6%96%87.pdf`}, "全文.pdf"},
		{"a scan", `<p><img src="./W020220115600000000001.jpg" oldsrc="W02.jpg"></p>`, "/nb/202201/W020220115600000000001.jpg", wildAnswer{body: "\xff\xd8\xff\xe0jpeg", contentType: "image/jpeg"}, "W020220115600000000001.jpg"},
		{"a document that an office program saved as a page", `<p><a href="/upload/2022/saved.doc">报告.doc</a></p>`, "/upload/2022/saved.doc", wildAnswer{body: `<html xmlns:o="urn:schemas-microsoft-com:office:office"><body>` + strings.Repeat("全年公开信息三十条。", 60) + "</body></html>", contentType: "application/msword"}, "报告.doc"},
		{"a page in place of the file", `<p><a href="/upload/2022/gone.pdf">报告.pdf</a></p>`, "/upload/2022/gone.pdf", wildAnswer{body: "<!DOCTYPE html><html><head><title>出错了</title></head><body>" + strings.Repeat("系统繁忙，请稍后再试。", 60) + "</body></html>"}, "!"},
		{"on another host", `<p>附件：<a href="http://files.elsewhere.example/nb.pdf">报告.pdf</a></p>`, "", wildAnswer{}, ""},
		{"of the frame of the page", `<div class="footer"><a href="/upload/logo.pdf">网站使用手册</a></div>`, "", wildAnswer{}, ""},
	}
	pages := map[string]wildAnswer{}
	var rows strings.Builder
	for i, f := range forms {
		title := fmt.Sprintf("安平县第%d局2021年政府信息公开工作年度报告", i+1)
		article := fmt.Sprintf("/nb/202201/t20220115_%d.html", 700+i)
		fmt.Fprintf(&rows, `<li><a href="%s">%s</a><span>2022-01-15</span></li>`, article, title)
		body := `<div id="zoom"><p>一、总体情况</p><p>本年度工作见附表。</p>` + f.html + `</div>`
		if strings.Contains(f.html, "<img src=\"./W") {
			body = `<div id="zoom">` + f.html + `</div><p>` + strings.Repeat("版权说明 ", 40) + `</p>`
		}
		if strings.Contains(f.html, "footer") {
			body = `<div id="zoom"><p>一、总体情况</p></div>` + f.html
		}
		pages[article] = wildAnswer{body: `<html><head><meta name="ArticleTitle" content="` + title + `"></head><body>` + body + `</body></html>`}
		if f.path != "" {
			pages[f.path] = f.answer
		}
	}
	pages["/nb/"] = wildAnswer{body: "<html><body><ul>" + rows.String() + "</ul></body></html>"}
	w := wildly(t, pages)
	o := newOffice(t, configs.Site{ID: "wild", Index: []string{w.URL + "/nb/"}})
	sum := column(t, o.crawl(), "wild")
	if sum.Listed != len(forms) || sum.Reports != len(forms) {
		t.Errorf("%+v", sum)
	}
	names := map[string]string{}
	for row, err := range o.store.Rows(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if row.Kind == "attachment" {
			u, _ := url.Parse(row.URL)
			name := row.Extra["name"]
			if row.State == "failed" {
				name = "! " + row.Extra["verdict"]
			}
			names[u.RequestURI()] = name
		}
	}
	for i, f := range forms {
		switch got, ok := names[f.path]; {
		case f.path == "":
		case !ok:
			t.Errorf("%s: not asked for", f.name)
		case f.want == "!" && !strings.HasPrefix(got, "! failed:html-instead-of-file") && !strings.HasPrefix(got, "! blocked"), f.want != "!" && got != f.want:
			t.Errorf("%d %s: %q, want %q", i, f.name, got, f.want)
		}
		delete(names, f.path)
	}
	if len(names) > 0 {
		t.Errorf("asked for %v", names)
	}
	if slices.Contains(w.asked, "/upload/logo.pdf") || !strings.Contains(o.log.String(), "files.elsewhere.example") {
		t.Error("the scope of attachments")
	}
}
