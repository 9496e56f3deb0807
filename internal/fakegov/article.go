package fakegov

import (
	"bytes"
	"fmt"
	"html"
	"strings"
)

// article makes the page of a report.
func (s *Site) article(e *entry) response {
	w := compose(s.gov.seed, e.spec, e.date(), e.changed)
	b := bytes.NewBuffer(make([]byte, 0, 96<<10))
	cs := e.spec.Charset
	if cs == UTF8 {
		cs = s.spec.Charset
	}
	l := s.family.look
	var meta [][2]string
	if !l.noMeta {
		meta = [][2]string{
			{"SiteName", s.Name}, {"SiteDomain", s.URL[strings.Index(s.URL, "//")+2:]},
			{"ColumnName", "政府信息公开年报"}, {"ColumnType", "政府信息公开"},
			{"ArticleTitle", w.truth.Title}, {"PubDate", e.date() + " 10:21"},
			{"ContentSource", e.spec.Organ.Name}, {"Keywords", w.truth.Title}, {"Author", ""},
		}
	}
	s.head(b, w.truth.Title+"_"+s.Name, cs, meta)
	b.WriteString(s.frame.top)
	b.WriteString(s.frame.crumb)
	b.WriteString(`<div class="main wrap"><div class="article">` + "\n")
	s.infoBlock(b, e)
	s.titleBlock(b, e, w.truth.Title)
	b.WriteString(l.open)
	s.articleBody(b, e, w)
	b.WriteString(l.close)
	b.WriteString("\n")
	if e.spec.Double {
		s.mobileCopy(b, e, w)
	}
	s.related(b, e)
	b.WriteString("</div></div>\n")
	b.WriteString(s.frame.bottom)
	b.WriteString("</body>\n</html>\n")
	body, contentType := encode(b.Bytes(), cs)
	return response{contentType: contentType, body: body}
}

func (s *Site) articleBody(b *bytes.Buffer, e *entry, w written) {
	m := markup{word: !e.spec.PlainTables, unclosed: e.spec.UnclosedCells}
	link := fmt.Sprintf(`<a href="%s" title="%s">%s</a>`, html.EscapeString(s.fileHref(e)), html.EscapeString(e.fileName()), html.EscapeString(e.fileName()))
	switch e.spec.Attachment {
	case OnlyDOCX, OnlyPDF, BrokenPDF:
		fmt.Fprintf(b, "<p>%s现予公布，全文请下载附件。</p>\n<p>附件：%s</p>\n", w.truth.Title, link)
	case EmbeddedPDF:
		fmt.Fprintf(b, `<iframe src="%s" width="100%%" height="900"></iframe>`+"\n", html.EscapeString(s.fileHref(e)))
	case WithDOCX:
		m.htmlBody(b, w)
		fmt.Fprintf(b, "<p>报告表格详见附件。</p>\n<p class=\"fj\">附件：%s</p>\n", link)
	default:
		m.htmlBody(b, w)
	}
}

// mobileCopy repeats the report for phones, in simpler markup, under its own
// title.
func (s *Site) mobileCopy(b *bytes.Buffer, e *entry, w written) {
	fmt.Fprintf(b, `<div class="ewm"><p>扫一扫在手机打开当前页</p></div>
<div class="m-article" id="m_content"><h2>%s</h2><p class="m-time">时间：%s 10:21</p>
`, html.EscapeString(w.truth.Title), e.date())
	markup{}.htmlBody(b, w)
	b.WriteString("</div>\n")
}

func (s *Site) titleBlock(b *bytes.Buffer, e *entry, title string) {
	if c := s.family.look.titleClass; c != "" {
		fmt.Fprintf(b, `<h1 class="%s">%s</h1>`+"\n", c, html.EscapeString(title))
	} else {
		fmt.Fprintf(b, `<div class="bt">%s</div>`+"\n", html.EscapeString(title))
	}
	fmt.Fprintf(b, `<div class="info"><span>发布时间：%s 10:21</span><span>来源：%s</span><span>浏览次数：<i id="hits">%d</i></span><span>字体：[ <a href="javascript:doZoom(18)">大</a> <a href="javascript:doZoom(16)">中</a> <a href="javascript:doZoom(14)">小</a> ]</span></div>
<div class="share">分享到：<a href="javascript:;" class="wx">微信</a><a href="javascript:;" class="wb">微博</a><a href="javascript:window.print()">打印本页</a><a href="javascript:window.close()">关闭窗口</a></div>
`, e.date(), html.EscapeString(e.spec.Organ.Name), s.hits(e))
}

// infoBlock writes the block of 索引号 and the like above the title.
func (s *Site) infoBlock(b *bytes.Buffer, e *entry) {
	rows := [][2]string{
		{"索 引 号", fmt.Sprintf("%09d/%s-%05d", hash(3, e.spec.Organ.Name)%1e9, e.date()[:4], e.number%1e5)},
		{"主题分类", "综合政务/政务公开"},
		{"发布机构", e.spec.Organ.Name},
		{"成文日期", e.date()},
		{"文　　号", ""},
		{"公开方式", "主动公开"},
	}
	switch s.family.look.block {
	case "table":
		b.WriteString(`<table class="xxgk_top" width="100%" border="0" cellspacing="1">` + "\n")
		for i := 0; i < len(rows); i += 2 {
			b.WriteString("<tr>")
			for _, r := range rows[i : i+2] {
				fmt.Fprintf(b, `<td class="bt">%s</td><td>%s</td>`, r[0], html.EscapeString(r[1]))
			}
			b.WriteString("</tr>\n")
		}
		b.WriteString("</table>\n")
	case "ul":
		b.WriteString(`<ul class="ov">`)
		for _, r := range rows {
			fmt.Fprintf(b, `<li class="fl"><b>%s：</b><span>%s</span></li>`, r[0], html.EscapeString(r[1]))
		}
		b.WriteString("</ul>\n")
	case "dl":
		b.WriteString(`<dl class="xxgk">`)
		for _, r := range rows {
			fmt.Fprintf(b, `<dt>%s:</dt><dd>%s</dd>`, r[0], html.EscapeString(r[1]))
		}
		b.WriteString("</dl>\n")
	}
}

// related links to neighbours in the list: the articles before and after, and a
// dozen more.
func (s *Site) related(b *bytes.Buffer, e *entry) {
	near := s.neighbours(e, 24)
	b.WriteString(`<div class="pn">`)
	for i, n := range near {
		if i < 2 {
			fmt.Fprintf(b, `<p>%s：<a href="%s">%s</a></p>`, [2]string{"上一篇", "下一篇"}[i], html.EscapeString(n.path), html.EscapeString(n.title))
			continue
		}
		if i == 2 {
			b.WriteString(`</div><div class="related"><h3>相关阅读</h3><ul>`)
		}
		fmt.Fprintf(b, `<li><a href="%s" title="%s">%s</a></li>`, html.EscapeString(n.path), html.EscapeString(n.title), html.EscapeString(cut(n.title, 20)))
	}
	if len(near) > 2 {
		b.WriteString("</ul>")
	}
	b.WriteString("</div>\n")
}

// cut shortens a title the way lists do.
func cut(text string, runes int) string {
	r := []rune(text)
	if len(r) <= runes {
		return text
	}
	return string(r[:runes]) + "…"
}
