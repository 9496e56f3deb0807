package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

// sketch draws the blocks of a document, one a line: p for a paragraph, h1 …, img,
// and for a table its rows. A cell shows its text where it begins and " where it
// reaches; . is a position without a cell, ¶ a line end in a cell, # a th.
func sketch(d *Document) string {
	var s strings.Builder
	for _, b := range d.Blocks {
		switch b.Kind {
		case Paragraph:
			fmt.Fprintf(&s, "p %s\n", b.Text)
		case Heading:
			fmt.Fprintf(&s, "h%d %s\n", b.Level, b.Text)
		case Image:
			fmt.Fprintf(&s, "img %s %s\n", b.Href, b.Text)
		case TableBlock:
			fmt.Fprintf(&s, "table %s\n", b.Table.Caption)
			for row := range b.Table.Rows {
				for col := range b.Table.Cols {
					text := "."
					if c := b.Table.At(row, col); c != nil {
						text = strings.ReplaceAll(c.Text, "\n", "¶")
						if c.Header {
							text = "#" + text
						}
						if c.Row != row || c.Col != col {
							text = `"`
						}
					}
					fmt.Fprintf(&s, "|%s", text)
				}
				s.WriteString("\n")
			}
		}
	}
	return regexp.MustCompile(` +\n`).ReplaceAllString(s.String(), "\n")
}

// verify fails when a document contradicts its own contract.
func verify(t testing.TB, d *Document) {
	t.Helper()
	for i, c := range d.Containers {
		if c.Parent >= i || (c.Parent < 0) != (i == 0) || c.First < 0 || c.End > len(d.Blocks) || c.First > c.End {
			t.Fatalf("container %d of %d is %+v", i, len(d.Blocks), c)
		}
		if i > 0 {
			if p := d.Containers[c.Parent]; c.First < p.First || c.End > p.End {
				t.Fatalf("container %d %+v reaches out of %+v", i, c, p)
			}
			if c.First == c.End {
				t.Fatalf("container %d %+v is empty", i, c)
			}
		}
	}
	for i, b := range d.Blocks {
		if b.Container < 0 || b.Container >= len(d.Containers) {
			t.Fatalf("block %d is in container %d of %d", i, b.Container, len(d.Containers))
		}
		if c := d.Containers[b.Container]; i < c.First || i >= c.End {
			t.Fatalf("block %d is not among the blocks of its container %+v", i, c)
		}
		if (b.Kind == TableBlock) != (b.Table != nil) {
			t.Fatalf("block %d of kind %d has table %v", i, b.Kind, b.Table)
		}
		if b.Table == nil {
			verifyText(t, b.Text)
			if strings.Contains(b.Text, "\n") || b.Kind != Image && b.Text == "" {
				t.Fatalf("block %d has text %q", i, b.Text)
			}
		} else {
			verifyTable(t, b.Table)
		}
		if d.Lines != nil && (b.Line < 0 || b.Line >= len(d.Lines) || foldString(d.Lines[b.Line]) != b.Text) {
			t.Fatalf("block %d %q is not line %d", i, b.Text, b.Line)
		}
	}
	for _, l := range d.Links {
		if l.Block < 0 || l.Block > len(d.Blocks) || l.Href == "" {
			t.Fatalf("link %+v of %d blocks", l, len(d.Blocks))
		}
	}
}

func verifyText(t testing.TB, s string) {
	t.Helper()
	for line := range strings.SplitSeq(s, "\n") {
		if strings.TrimSpace(line) != line || strings.Contains(line, "  ") || strings.ContainsAny(line, "\t\r\u3000\u00a0\u200b") {
			t.Fatalf("text %q is not folded", s)
		}
	}
}

func verifyTable(t testing.TB, table *Table) {
	t.Helper()
	covered := 0
	for i := range table.Cells {
		c := &table.Cells[i]
		verifyText(t, c.Text)
		if c.RowSpan < 1 || c.ColSpan < 1 {
			t.Fatalf("cell %+v", c)
		}
		for row := c.Row; row < c.Row+c.RowSpan; row++ {
			for col := c.Col; col < c.Col+c.ColSpan; col++ {
				if table.At(row, col) != c {
					t.Fatalf("cell %+v is not at %d,%d of %d×%d but %+v", c, row, col, table.Rows, table.Cols, table.At(row, col))
				}
				covered++
			}
		}
	}
	for row := range table.Rows {
		for col := range table.Cols {
			if table.At(row, col) != nil {
				covered--
			}
		}
	}
	if covered != 0 || table.At(-1, 0) != nil || table.At(0, table.Cols) != nil || table.At(table.Rows, 0) != nil {
		t.Fatalf("grid of %d×%d covers %d positions too many", table.Rows, table.Cols, covered)
	}
}

func readHTML(t testing.TB, page string) *Document {
	t.Helper()
	d, err := ReadHTML(context.Background(), []byte(page), Hint{}, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	verify(t, d)
	return d
}

func TestReadHTML(t *testing.T) {
	tests := []struct{ name, page, want string }{
		{"paragraphs and headings",
			`<h1>年度报告</h1><h2>一、总体情况</h2><p>全年公开<b>36</b>条。</p>尾巴`,
			"h1 年度报告\nh2 一、总体情况\np 全年公开36条。\np 尾巴\n"},
		{"digits split over tags are one number",
			`<p><span>1</span><span lang=EN-US>2<o:p></o:p></span><font>3</font>件</p>`,
			"p 123件\n"},
		{"spaces of all widths fold, invisible characters vanish",
			"<p>&nbsp;&emsp;　　一、  总\n体\t情况&nbsp;1\u200b2\ufeff3　</p><p>&nbsp;　</p>",
			"p 一、 总 体 情况 123\n"},
		{"entities", `<p>&lt;办法&gt;&#8220;A&amp;B&#x201d;&middot;</p>`, "p <办法>“A&B”·\n"},
		{"line breaks separate blocks", `<p>一<br>二<br/><br>三</p>四<hr>五`, "p 一\np 二\np 三\np 四\np 五\n"},
		{"lines of pre stay apart", "<pre>一  1\n二 2\r\n\n三</pre>", "p 一 1\np 二 2\np 三\n"},
		{"what is not read is left out",
			`<script>var a="<p>1</p>"</script><style>p{}</style><noscript>开启脚本</noscript><template><p>2</p></template><!-- 3 -->` +
				`<select><option>2019<option>2020</select><svg><text>4</text></svg><p>正文</p>`,
			"p 正文\n"},
		{"a footnote number does not join the number before it",
			`<p>收到12<sup>1</sup>件，面积3km<sup>2</sup></p><table><tr><td>新收</td><td>3<sup>2</sup></td></tr></table>`,
			"p 收到12[1]件，面积3km2\ntable\n|新收|3[2]\n"},
		{"a trap for copiers in the middle of a line", `<p>共12<span style="display: none">7</span>3件</p>`, "p 共123件\n"},
		{"deleted text is out, inserted text is in", `<p>共<del>3</del><ins>4</ins>件</p>`, "p 共4件\n"},
		{"images and embedded documents",
			`<p>见图<img src="a.png" alt="统计 图">如上</p><iframe src="/files/nb.pdf" title="年报"></iframe><embed src=b.pdf><iframe src="about:blank"></iframe>`,
			"p 见图如上\nimg a.png 统计 图\nimg /files/nb.pdf 年报\nimg b.pdf\n"},
		{"a heading and a paragraph before a table stay blocks", `<h3>二、主动公开</h3><p>单位：件</p><table><tr><td>规章<td>1</table>`,
			"h3 二、主动公开\np 单位：件\ntable\n|规章|1\n"},
		{"spans become a grid",
			`<table><caption>表 <b>一</b></caption><tr><th colspan=2 rowspan="2">项目<th colspan=2>申请人<tr><th>自然人<th>总计<tr><td rowspan=2>三<td>（一）<td>1<td>2<tr><td>（二）<td>3<td>4</table>`,
			"table 表 一\n|#项目|\"|#申请人|\"\n|\"|\"|#自然人|#总计\n|三|（一）|1|2\n|\"|（二）|3|4\n"},
		{"lines of a cell stay apart, empty rows stay",
			`<table><tr><td><p>商业</p><p>企业</p></td><td>社会<br>公益<div>组织</div></td></tr><tr></tr><tr><td>&nbsp;</td><td> 0 </td></tr></table>`,
			"table\n|商业¶企业|社会¶公益¶组织\n|.|.\n||0\n"},
		{"end tags of cells and rows are missing", `<TABLE><TR><TD>规章<TD>1<TR><TD>文件<TD>2</TABLE>`, "table\n|规章|1\n|文件|2\n"},
		{"a rowspan ends with its row group and with the table",
			`<table><thead><tr><td rowspan=9>甲<td>1</thead><tbody><tr><td>乙<td rowspan=70000>2<tr><td>丙</tbody></table>`,
			"table\n|甲|1\n|乙|2\n|丙|\"\n"},
		{"rowspan 0 reaches to the end of its row group", `<table><tr><td rowspan=0>甲<td>1<tr><td>2<tr><td>3</table>`, "table\n|甲|1\n|\"|2\n|\"|3\n"},
		{"columns that are only spanned are no columns", `<table><tr><td colspan=999999999>表头<tr><td>a<td>b<td colspan=3>c</table>`, "table\n|表头|\"|\"\n|a|b|c\n"},
		{"spans that are no numbers", `<table><tr><td colspan=x rowspan=-2>a<td colspan="2px">b<tr><td colspan=0>c<td>d<td>e</table>`, "table\n|a|b|\"\n|c|d|e\n"},
		{"cells that overlap", `<table><tr><td>a<td rowspan=2>b<tr><td colspan=3>c<td>d</table>`, "table\n|a|b|.\n|c|\"|d\n"},
		{"rows of different lengths", `<table><tr><td>a<tr><td>b<td>c<td>d<tr><td rowspan=3>e<td>f</table>`, "table\n|a|.|.\n|b|c|d\n|e|f|.\n"},
		{"hidden rows and cells are not there", `<table><tr><td>a<td style="DISPLAY:none">x<td>b<tr hidden><td>y<td>z<tr><td>c<td>d</table>`, "table\n|a|b\n|c|d\n"},
		{"a layout table gives its content, nested tables are tables",
			`<table><tr><td>左栏</td><td><p>正文</p><table><tr><td>规章<td>1<tr><td>文件<td>2</table><p>完</p></td></tr></table>`,
			"p 左栏\np 正文\ntable\n|规章|1\n|文件|2\np 完\n"},
		{"an article in a cell is no data", `<table><tr><td>标题</td><td>` + strings.Repeat("公开", 200) + `</td></tr></table>`,
			"p 标题\np " + strings.Repeat("公开", 200) + "\n"},
		{"a table of one column is a list", `<table><tr><td>规章<tr><td>1<tr><td>文件</table>`, "p 规章\np 1\np 文件\n"},
		{"headings in a small table lay it out", `<table><tr><td><h2>标题</h2></td><td>正文</td></tr></table>`, "h2 标题\np 正文\n"},
		{"a frame around one cell of a data table is part of it",
			`<table><tr><td>规章<td><table><tr><td>1</table><tr><td>文件<td>2</table>`,
			"table\n|规章|1\n|文件|2\n"},
		{"a note below many cells does not make a layout",
			`<table>` + strings.Repeat(`<tr><td>规章<td>1`, 8) + `<tr><td colspan=2>` + strings.Repeat("说明", 200) + `</table>`,
			"table\n" + strings.Repeat("|规章|1\n", 8) + "|" + strings.Repeat("说明", 200) + "|\"\n"},
		{"tables of divs give a block a cell",
			`<div class="table"><div class="tr"><div class="td">规章</div><div class="td">1</div></div><div class="tr"><span class="cell">文件</span><span class="cell">2</span></div>` +
				`<div><span style="display:table-cell">许可</span><span style="display: table-cell;width:9px">3</span></div></div>`,
			"p 规章\np 1\np 文件\np 2\np 许可\np 3\n"},
		{"text in a table outside its cells moves before it, as in browsers", `<table>单位：件<tr><td>规章<td>1</table>`, "p 单位：件\ntable\n|规章|1\n"},
		{"broken markup", `<p>一<div>二</p><table><tr><td>三<p>四</table></b></div><td>五<a href="x`, "p 一\np 二\np 三\np 四\np 五\n"},
		{"text with tables in it keeps its lines", "# 年报\n\n一、总体\n情况 <b>12</b>件\n<table><tr><td>规\n章<td>1</table>\n二、\n", "p # 年报\np 一、总体\np 情况 12件\ntable\n|规 章|1\np 二、\n"},
		{"zero bytes", "<p>1\x002</p>\x00", "p 12\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, sketch(readHTML(t, tt.page))); diff != "" {
				t.Errorf("blocks (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadHTMLHead(t *testing.T) {
	d := readHTML(t, `<html><head><base href="/zwgk/"><title> 柳溪县 年报
</title><title>2</title><meta name="ArticleTitle" content="柳溪县　年报"><META NAME=PubDate CONTENT="2020-01-20 10:00"><meta property="og:type" content=article><meta charset=utf-8></head><body></body></html>`)
	want := &Document{Format: HTML, Charset: Charset{Name: "utf-8", Method: "valid_utf8"}, Title: "柳溪县 年报", Base: "/zwgk/", Meta: []MetaTag{
		{"ArticleTitle", "柳溪县 年报"}, {"PubDate", "2020-01-20 10:00"}, {"og:type", "article"},
	}, Blocks: []Block{}, Containers: []Container{{Parent: -1}}}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Errorf("document (-want +got):\n%s", diff)
	}
}

func TestReadHTMLContainers(t *testing.T) {
	d := readHTML(t, `<div id=top class="nav a"></div>
<div id=main><h1>标题</h1><span id=zoom>正文一<p>正文二</p></span>
<table class=layout><tr><td class=content><p>格</p><UCAPCONTENT><p>内</p></UCAPCONTENT></td></tr></table>
<table id=data><tr><td>规章<td>1</table></div>
<div hidden><p>手机版</p><section>附</section></div><textarea id=code>一
二</textarea><p style="display:none">藏</p><div aria-hidden="true">图标</div>`)
	got := ""
	for _, c := range d.Containers[1:] {
		got += fmt.Sprintf("%s#%s.%s in %s %d-%d %v\n", c.Tag, c.ID, c.Class, d.Containers[c.Parent].Tag, c.First, c.End, c.Hidden)
	}
	want := `body#. in  0-12 false
div#main. in body 0-6 false
span#zoom. in div 1-3 false
table#.layout in div 3-5 false
td#.content in table 3-5 false
ucapcontent#. in td 4-5 false
table#data. in div 5-6 false
div#. in body 6-8 true
section#. in div 7-8 true
textarea#code. in body 8-10 true
p#. in body 10-11 true
div#. in body 11-12 true
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("containers (-want +got):\n%s", diff)
	}
}

func TestReadHTMLLinks(t *testing.T) {
	d := readHTML(t, `<p>详见<a href=" /files/nb.docx " title="年报">附件<b>1</b></a>。</p><a name=x>无</a>
<table><tr><td><a href=a.pdf>甲</a></td><td>乙</td></tr></table><a href=c.xls><div>丙</div><div>丁</div></a><iframe src=e.pdf></iframe><p>完</p>`)
	want := []Link{
		{Block: 0, Href: "/files/nb.docx", Text: "附件1", Title: "年报"},
		{Block: 2, Href: "a.pdf", Text: "甲"},
		{Block: 3, Href: "c.xls", Text: "丙 丁"},
		{Block: 5, Href: "e.pdf"},
	}
	if diff := cmp.Diff(want, d.Links); diff != "" {
		t.Errorf("links (-want +got):\n%s\n%s", diff, sketch(d))
	}
}

// FromNode gives the same as ReadHTML and leaves the tree alone.
func TestFromNode(t *testing.T) {
	p := cmsPage(1)
	root, err := html.Parse(strings.NewReader(p))
	if err != nil {
		t.Fatal(err)
	}
	var before, after bytes.Buffer
	if err := html.Render(&before, root); err != nil {
		t.Fatal(err)
	}
	d, err := FromNode(context.Background(), root, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if err := html.Render(&after, root); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before.Bytes(), after.Bytes()) {
		t.Error("the tree was changed")
	}
	want := readHTML(t, p)
	want.Charset = Charset{}
	if diff := cmp.Diff(want, d, cmp.AllowUnexported(Table{})); diff != "" {
		t.Errorf("document (-ReadHTML +FromNode):\n%s", diff)
	}
}

// A part of a tree may be read alone.
func TestFromNodeSubtree(t *testing.T) {
	root, err := html.Parse(strings.NewReader(`<p>前</p><div id=a><p>中</p><table><tr><td>1<td>2</table></div><p>后</p>`))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Data != "div" {
			continue
		}
		d, err := FromNode(context.Background(), n, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		verify(t, d)
		if got, want := sketch(d), "p 中\ntable\n|1|2\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestReadHTMLHostile(t *testing.T) {
	const million = 1_000_000
	tests := []struct {
		name   string
		page   string
		limits Limits
		want   string // What of the LimitError, "" for none
	}{
		{name: "a million nested blocks", page: strings.Repeat("<div>", million), want: "nesting depth"},
		{name: "a million nested spans", page: strings.Repeat("<span>", million) + "1"},
		{name: "a million unclosed fonts", page: strings.Repeat("<font>", million) + "1"},
		{name: "formatting that would be opened again and again", page: "<div>" + strings.Repeat("<b a=1><b c=2><i d=3><u e=4>", 120) + "</div>" + strings.Repeat("<div>x</div>", 10_000)},
		{name: "two million tags", page: strings.Repeat("<p>", 2*million), want: "tags"},
		{name: "as many cells as may be", page: "<table>" + strings.Repeat("<td>", 100_000) + "</table>", limits: Limits{Cells: 100_000}},
		{name: "more cells than may be", page: "<table>" + strings.Repeat("<td>", 100_001) + "</table>", limits: Limits{Cells: 100_000}, want: "cells"},
		{name: "spans that fill more than a million cells", page: "<table>" + strings.Repeat("<td rowspan=65534 colspan=1000>x", 100) + strings.Repeat("<tr>", 65534), want: "cells"},
		{name: "one long row and many short ones", page: "<table><tr>" + strings.Repeat("<td>x", 20_000) + strings.Repeat("<tr><td>x", 20_000), want: "cells"},
		{name: "a span of a billion", page: "<table><tr><td colspan=999999999 rowspan=999999999>x<td>y</table>"},
		{name: "nested tables", page: strings.Repeat("<table><tr><td>x<td>", 120) + "y"},
		{name: "tables in each other, unclosed", page: strings.Repeat("<table>", million/10), want: ""},
		{name: "an end tag for every start tag but crossed", page: strings.Repeat("<a><div>", 100_000), want: "nesting depth"},
		{name: "one tag with a million attributes", page: "<p " + strings.Repeat("a=1 ", million) + ">x</p>"},
		{name: "an unterminated tag", page: "<p>x<a href='" + strings.Repeat("x", million)},
		{name: "an unterminated comment", page: "x<!-- " + strings.Repeat("-", million)},
		{name: "zero bytes", page: strings.Repeat("\x00", million) + "<p>x"},
		{name: "too many bytes", page: strings.Repeat("x", 2000), limits: Limits{Bytes: 1000}, want: "bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			d, err := ReadHTML(context.Background(), []byte(tt.page), Hint{}, tt.limits)
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
			var limit *LimitError
			switch {
			case tt.want == "" && err != nil:
				t.Fatal(err)
			case tt.want == "":
				verify(t, d)
			case !errors.As(err, &limit) || limit.What != tt.want:
				t.Errorf("error %v, want the limit on %s", err, tt.want)
			}
		})
	}
}

func TestReadHTMLStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := ReadHTML(ctx, []byte(cmsPage(1)), Hint{}, Limits{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	root, err := html.Parse(strings.NewReader(strings.Repeat("<p>x", 2*patience)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := FromNode(ctx, root, Limits{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func FuzzReadHTML(f *testing.F) {
	f.Add([]byte(`<h1>标题</h1><table><tr><td rowspan=2>a<td colspan=3>b<tr><td>c</table><p>完<br>尾`))
	f.Add([]byte(`<div id=a><span id=b>x<p>y</span><table><td><table><td>1<td>2</table><caption>z</table><sup>1</sup>`))
	f.Add([]byte(`<table><thead><tr><td rowspan=0>a<tbody><td>b<tr hidden><td>c<tfoot><th>d`))
	f.Add([]byte(`<a href=x><img src=y><pre>1` + "\n" + `2<textarea>3</a><select><table><frameset><frame src=z>`))
	f.Add([]byte(`<p>12<span style="display:none">3<div>4<sup>5</sup>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		ctx := context.Background()
		d, err := ReadHTML(ctx, b, Hint{}, Limits{Cells: 10_000})
		if err != nil {
			var limit *LimitError
			if !errors.As(err, &limit) {
				t.Fatal(err)
			}
			return
		}
		verify(t, d)
		again, err := ReadHTML(ctx, b, Hint{}, Limits{Cells: 10_000})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(d, again, cmp.AllowUnexported(Table{})); diff != "" {
			t.Fatalf("read twice:\n%s", diff)
		}
	})
}
