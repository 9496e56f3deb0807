package crawler

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

func TestAttachments(t *testing.T) {
	for _, tc := range []struct{ name, body, url, file string }{
		{"TRS", `<div class="trs_editor_view"><a href="./P020230120385912345678.pdf">2022年年报.pdf</a></div>`,
			"http://www.example.gov.cn/zfxxgk/202301/P020230120385912345678.pdf", "2022年年报.pdf"},
		{"Hanweb", `<div id="zoom"><a href="/module/download/downfile.jsp?classid=0&amp;showname=%E5%B9%B4%E6%8A%A5.doc&amp;filename=0a1b2c3d4e5f60718293a4b5c6d7e8f9.doc">点击下载</a></div>`,
			"http://www.example.gov.cn/module/download/downfile.jsp?classid=0&showname=%E5%B9%B4%E6%8A%A5.doc&filename=0a1b2c3d4e5f60718293a4b5c6d7e8f9.doc", "年报.doc"},
		{"Hanweb attach", `<div id="zoom"><p>附件：<a href="/attach/-1/2301201523.pdf">下载</a></p></div>`,
			"http://www.example.gov.cn/attach/-1/2301201523.pdf", "下载"},
		{"JPaaS", `<div class="article"><a href="/api-gateway/jpaas-web-server/front/document/file-download?fileUrl=/cms_files/jcms1/web1/site/attach/0/ab.xls">统计表</a></div>`,
			"http://www.example.gov.cn/api-gateway/jpaas-web-server/front/document/file-download?fileUrl=/cms_files/jcms1/web1/site/attach/0/ab.xls", "统计表"},
		{"VSB", `<ul><li>附件【<a href="/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid=ABC">年度报告.pdf</a>】已下载3次</li></ul>`,
			"http://www.example.gov.cn/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=1&wbfileid=ABC", "年度报告.pdf"},
		{"UCAP", `<div id="UCAP-CONTENT"><a href="files/0a1b2c.pdf">附件</a></div>`, "http://www.example.gov.cn/zfxxgk/202301/files/0a1b2c.pdf", "附件"},
		{"gkmlpt", `<div class="content"><a class="nfw-cms-attachment" href="/attachment/0/88/88389/963149.pdf" alt="2022年度报告.pdf">2022年度报告</a></div>`,
			"http://www.example.gov.cn/attachment/0/88/88389/963149.pdf", "2022年度报告.pdf"},
		{"Lonsun", `<div class="wzcon"><a href="/group6/M00/01/AB/x.docx">年报</a></div>`, "http://www.example.gov.cn/group6/M00/01/AB/x.docx", "年报"},
		{"in a frame", `<iframe src="/pdf/2022.pdf"></iframe>`, "http://www.example.gov.cn/pdf/2022.pdf", "2022.pdf"},
		{"in a viewer", `<iframe src="/js/pdfjs/web/viewer.html?file=/pdf/2022.pdf"></iframe>`, "http://www.example.gov.cn/pdf/2022.pdf", "2022.pdf"},
		{"object", `<object data="2022.pdf" type="application/pdf"></object>`, "http://www.example.gov.cn/zfxxgk/202301/2022.pdf", "2022.pdf"},
		{"named as a report", `<div><a href="/u/1.ceb">某县2022年政府信息公开工作年度报告</a></div>`, "http://www.example.gov.cn/u/1.ceb", "某县2022年政府信息公开工作年度报告"},
		{"furniture", `<div class="foot"><a href="/help/manual.pdf">网站使用帮助</a></div>`, "", ""},
		{"navigation", `<nav><a href="/a.doc">附件下载专区</a></nav>`, "http://www.example.gov.cn/a.doc", "附件下载专区"},
		{"a page", `<div id="zoom"><a href="/zfxxgk/202201/t20220120_1.html">上一篇</a></div>`, "", ""},
		{"a mailbox", `<div id="zoom"><a href="mailto:a@example.gov.cn">信箱.doc</a></div>`, "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			root, err := html.Parse(strings.NewReader(`<html><body>` + tc.body + `</body></html>`))
			if err != nil {
				t.Fatal(err)
			}
			final, _ := url.Parse("http://www.example.gov.cn/zfxxgk/202301/t20230120_1.html")
			var gotURL, gotName string
			files := attachments(final, root, "")
			if len(files) > 1 {
				t.Fatalf("%d files", len(files))
			}
			if len(files) == 1 {
				gotURL, gotName = files[0].url.String(), files[0].name
			}
			if diff := cmp.Diff([]string{tc.url, tc.file}, []string{gotURL, gotName}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDispositionName(t *testing.T) {
	for _, tc := range []struct{ name, header, want string }{
		{"plain", `attachment; filename="2022.pdf"`, "2022.pdf"},
		{"unquoted", `attachment; filename=2022.pdf`, "2022.pdf"},
		{"RFC 5987", `attachment; filename*=UTF-8''%E5%B9%B4%E6%8A%A5.pdf`, "年报.pdf"},
		{"percent-encoded", `attachment; filename="%E5%B9%B4%E6%8A%A5.pdf"`, "年报.pdf"},
		{"raw UTF-8", `attachment; filename="年报.pdf"`, "年报.pdf"},
		{"raw GBK", "attachment; filename=\"\xc4\xea\xb1\xa8.pdf\"", "年报.pdf"},
		{"raw GBK, unquoted", "attachment;filename=\xc4\xea\xb1\xa8.pdf", "年报.pdf"},
		{"MIME word", `attachment; filename="=?UTF-8?B?5bm05oqlLnBkZg==?="`, "年报.pdf"},
		{"a path", `attachment; filename="C:\upload\2022.pdf"`, "2022.pdf"},
		{"nothing", `attachment`, ""},
		{"no header", ``, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := dispositionName(tc.header); got != tc.want {
				t.Errorf("dispositionName(%q) = %q, want %q", tc.header, got, tc.want)
			}
		})
	}
}
