package document

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// cmsPage makes a page as content management systems publish them: a frame of
// menus and links, and a report of n parts with the three tables of the form of
// 2021, pasted from a word processor. One part is some 150 KB.
func cmsPage(n int) string {
	var s strings.Builder
	s.WriteString(`<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd"><html xmlns="http://www.w3.org/1999/xhtml"><head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" /><title>柳溪县政府信息公开年度报告</title><meta name="ArticleTitle" content="柳溪县2021年政府信息公开工作年度报告" />
<script type="text/javascript">function show(id){document.getElementById(id).style.display="block";}</script></head><body><div id="top"><ul class="menu">`)
	for i := range 150 {
		fmt.Fprintf(&s, `<li><a href="/zwgk/list_%d.html" title="栏目%d" target="_blank">政务栏目%d</a></li>`+"\n", i, i, i)
	}
	s.WriteString(`</ul></div><div id="main"><h1>柳溪县2021年政府信息公开工作年度报告</h1><div id="zoom" class="content">`)
	para := func(text string) {
		fmt.Fprintf(&s, `<p class="MsoNormal" style="text-indent:32.0pt;line-height:28.0pt;mso-line-height-rule:exactly"><span style="font-size:16.0pt;font-family:仿宋_GB2312">%s<span lang="EN-US">%d</span>条。</span><span lang="EN-US" style="font-size:16.0pt"><o:p></o:p></span></p>`+"\n", text, s.Len()%977)
	}
	cell := func(attrs, text string) {
		fmt.Fprintf(&s, `<td %s style="width:52.3pt;border:solid windowtext 1.0pt;mso-border-alt:solid windowtext .5pt;padding:0cm 5.4pt 0cm 5.4pt"><p class="MsoNormal" align="center" style="text-align:center;line-height:15.0pt"><span style="font-size:10.5pt;font-family:宋体">%s<span lang="EN-US"><o:p></o:p></span></span></p></td>`+"\n", attrs, text)
	}
	for part := range n {
		for i := range 12 {
			para(fmt.Sprintf("第%d部分第%d段：各科室按照职责主动公开文件和办事指南，网站、新媒体和便民大厅同步更新，回应群众关心的问题，合计公开信息", part, i))
		}
		s.WriteString(`<table class="MsoTableGrid" border="1" cellspacing="0">`)
		for i := range 14 {
			s.WriteString("<tr>")
			if i%4 == 0 {
				cell(`colspan="4"`, "第二十条第（一）项")
			} else {
				for c := range 4 {
					cell(`width="70"`, fmt.Sprintf("%d", i*c))
				}
			}
			s.WriteString("</tr>\n")
		}
		s.WriteString(`</table><table class="MsoTableGrid" border="1" cellspacing="0"><tr>`)
		cell(`colspan="3" rowspan="3"`, "项目")
		cell(`colspan="7"`, "申请人情况")
		s.WriteString("</tr><tr>")
		cell(`rowspan="2"`, "自然人")
		cell(`colspan="5"`, "法人或其他组织")
		cell(`rowspan="2"`, "总计")
		s.WriteString("</tr><tr>")
		for _, h := range []string{"商业<br>企业", "科研机构", "社会公益组织", "法律服务机构", "其他"} {
			cell("", h)
		}
		s.WriteString("</tr>\n")
		for i := range 25 {
			s.WriteString("<tr>")
			if i == 2 {
				cell(`rowspan="22"`, "三、本年度办理结果")
			}
			if i < 2 || i == 24 {
				cell(`colspan="3"`, "一、本年新收政府信息公开申请数量")
			} else {
				cell(`colspan="2"`, fmt.Sprintf("（%d）予以公开", i))
			}
			for c := range 7 {
				cell(`width="60"`, fmt.Sprintf("<span>%d</span>%d", i, c))
			}
			s.WriteString("</tr>\n")
		}
		s.WriteString(`</table><table class="MsoTableGrid" border="1">`)
		for i := range 2 {
			s.WriteString("<tr>")
			for c := range 15 {
				cell("", fmt.Sprint(i*c))
			}
			s.WriteString("</tr>")
		}
		s.WriteString("</table>")
	}
	s.WriteString(`</div></div><div class="foot"><p>主办：柳溪县人民政府办公室</p></div></body></html>`)
	return s.String()
}

func TestReadHTMLOfACMS(t *testing.T) {
	d := readHTML(t, cmsPage(1))
	var shapes []string
	for _, b := range d.Blocks {
		if b.Table != nil {
			shapes = append(shapes, fmt.Sprintf("%d×%d of %d", b.Table.Rows, b.Table.Cols, len(b.Table.Cells)))
		}
	}
	if got, want := strings.Join(shapes, ", "), "14×4 of 44, 28×10 of 211, 2×15 of 30"; got != want {
		t.Errorf("tables %s, want %s", got, want)
	}
	requests := d.Blocks[len(d.Blocks)-3].Table
	if got := requests.At(20, 5).Text; got != "172" {
		t.Errorf("cell 20,5 is %q", got)
	}
	if len(d.Links) != 150 || len(d.Blocks) != 150+1+12+3+1 {
		t.Errorf("%d links, %d blocks", len(d.Links), len(d.Blocks))
	}
}

// The benchmarks below are read together: how much more than html.Parse of the
// same page it takes to come from bytes to grids.
func BenchmarkHTMLParse(b *testing.B) {
	p := cmsPage(1)
	b.SetBytes(int64(len(p)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := html.Parse(strings.NewReader(p)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadHTML(b *testing.B) {
	p := []byte(cmsPage(1))
	b.SetBytes(int64(len(p)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadHTML(context.Background(), p, Hint{}, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadHTMLOfGBK(b *testing.B) {
	p := encode(b, simplifiedchinese.GBK, strings.Replace(cmsPage(1), "charset=utf-8", "charset=gb2312", 1))
	b.SetBytes(int64(len(p)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadHTML(context.Background(), p, Hint{}, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFromNode(b *testing.B) {
	p := cmsPage(1)
	root, err := html.Parse(strings.NewReader(p))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(p)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := FromNode(context.Background(), root, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	p := strings.Replace(cmsPage(1), "charset=utf-8", "charset=gb2312", 1)
	for name, in := range map[string][]byte{"utf-8": []byte(p), "gbk": encode(b, simplifiedchinese.GBK, p)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			for b.Loop() {
				Decode(in, "")
			}
		})
	}
}
