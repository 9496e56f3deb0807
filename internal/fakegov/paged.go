package fakegov

import (
	"fmt"
	"html"
	"net/http"
	"strings"
)

// Sites whose list is a row of static pages, told apart by how they name the
// pages and how they say that there are more.
const (
	// Beijing: Pager({size:…, current:0, prefix:'index', suffix:'html'}); size
	// counts pages.
	Beijing Family = "beijing"
	// Chongqing: createPage(N, 0, "index", "html").
	Chongqing Family = "chongqing"
	// Henan: <div id="pageDec" pagesize pagecount>.
	Henan Family = "henan"
	// CountPage: var countPage = N.
	CountPage Family = "countpage"
	// Shanghai: pagination("setPage", 1, N), pages named from 1.
	Shanghai Family = "shanghai"
	// Shaanxi: 1.html, 2.html … and a parseInt('N').
	Shaanxi Family = "shaanxi"
	// JEECMS: index_2.jhtml behind a link 下一页.
	JEECMS Family = "jeecms"
	// NFCMS: the columns of Guangdong, index_2.html behind a link.
	NFCMS Family = "nfcms"
	// MVC: a query, ?cid=…&page=2, behind a link.
	MVC Family = "mvc"
	// Chengdu: column-index-2.shtml behind a link ›.
	Chengdu Family = "chengdu"
	// LonsunPlain: Ls.pagination with an address that ends in pageIndex=.
	LonsunPlain Family = "lonsun-plain"
	// OnClick: items and pager are scripts, openUrl('…') and location.href='…'.
	OnClick Family = "onclick"
	// VSB is a site of 博达: the file names of the pages count down, and only the
	// link 下页 tells them.
	VSB Family = "vsb"
)

// paged describes such a family.
type paged struct {
	dir string
	// name is the file name of a page within dir, pages counted from 1; last is
	// the number of pages.
	name func(page, last int) string
	// pager is what the page says about the other pages; next is the name of the
	// following page, empty on the last.
	pager   func(page, last int, next string) string
	article func(*Site, *entry) string
	row     func(item) string // default: a list row with an address relative to dir
	look    look
	file    func(*Site, *entry) string
	// fileReferrer is that of family.
	fileReferrer bool
}

// from0 names pages index.html, index_1.html …, from1 index.html, index_2.html …
func from0(ext string) func(int, int) string { return indexName(ext, 1) }
func from1(ext string) func(int, int) string { return indexName(ext, 0) }

func indexName(ext string, less int) func(int, int) string {
	return func(page, _ int) string {
		if page == 1 {
			return "index." + ext
		}
		return fmt.Sprintf("index_%d.%s", page-less, ext)
	}
}

// script is a pager that a script declares with three numbers: the page counted
// from 0, the number of pages, and the page counted from 1, for %[1]d to %[3]d.
func script(format string) func(int, int, string) string {
	return func(page, last int, _ string) string {
		return fmt.Sprintf("<div class=\"page\">"+format+"</div>\n", page-1, last, page)
	}
}

// anchor is a pager of links, the one to the next page named so.
func anchor(text string) func(int, int, string) string {
	return func(page, last int, next string) string {
		out := fmt.Sprintf(`<div class="page">共%d页 当前第%d页 `, last, page)
		if next != "" {
			out += fmt.Sprintf(`<a href="%s">%s</a>`, html.EscapeString(next), text)
		} else {
			out += fmt.Sprintf(`<span class="disabled">%s</span>`, text)
		}
		return out + "</div>\n"
	}
}

func tDate(dir, ext string) func(*Site, *entry) string {
	return func(_ *Site, e *entry) string {
		return fmt.Sprintf("%s%s/t%s_%d.%s", dir, e.day.Format("200601"), e.day.Format("20060102"), e.number, ext)
	}
}

var plainLook = look{open: `<div class="article-content" id="mainText">`, close: "</div>", block: "ul", titleClass: "tit"}

var pagedFamilies = map[Family]paged{
	Beijing: {
		dir: "/zwgk/zfxxgk/zfxxgknb/", name: from0("html"), article: tDate("/zwgk/zfxxgk/zfxxgknb/", "html"),
		pager: script(`<script>Pager({size:%[2]d, current:%[1]d, prefix:'index', suffix:'html'});</script>`),
		look:  look{open: `<div id="mainText" class="TRS_Editor">`, close: "</div>", block: "ul", titleClass: "g-title"},
	},
	Chongqing: {
		dir: "/zwgk_159/zfxxgknb/", name: from0("html"), article: tDate("/zwgk_159/zfxxgknb/", "html"),
		pager: script(`<script>createPage(%[2]d, %[1]d, "index", "html");</script>`),
		look:  look{open: `<div class="view TRS_UEDITOR">`, close: "</div>", block: "table", titleClass: "tit"},
	},
	Henan: {
		dir: "/zwgk/zfxxgkndbg/", name: from0("html"), article: tDate("/zwgk/zfxxgkndbg/", "html"),
		pager: script(`<div id="pageDec" pagesize="10" pagecount="%[2]d"></div>`),
		look:  plainLook,
	},
	CountPage: {
		dir: "/ztzl/xxgknb/", name: from0("shtml"), article: tDate("/ztzl/xxgknb/", "shtml"),
		pager: script(`<script>var currentPage = %[1]d; var countPage = %[2]d; document.write(pageHtml("index","shtml"));</script>`),
		look:  plainLook,
	},
	Shanghai: {
		dir: "/nw12344/", name: from1("html"),
		article: func(s *Site, e *entry) string {
			return fmt.Sprintf("/nw12344/%s/%s.html", e.day.Format("20060102"), s.hex(32, "article", itoa(e.number)))
		},
		pager: script(`<ul class="pagination"></ul><script>$(".pagination").pagination("setPage",%[3]d,%[2]d);</script>`),
		look:  look{open: `<div id="ivs_content" class="Article_content">`, close: "</div>", titleClass: "article-title"},
	},
	Shaanxi: {
		dir: "/zfxxgk/zfxxgknb/bmxxgknb/", name: func(page, _ int) string { return itoa(page) + ".html" },
		article: func(s *Site, e *entry) string {
			return "/zfxxgk/zfxxgknb/bmxxgknb/19" + s.digits(17, "article", itoa(e.number)) + ".html"
		},
		pager: script(`<script>var total=parseInt('%[2]d');for(var i=1;i<=total;i++){document.write('<a href="'+i+'.html">'+i+'</a>');}</script>`),
		look:  look{open: `<div class="m-txt-article">`, close: "</div>", block: "table"},
	},
	JEECMS: {
		dir: "/D41X/", name: from1("jhtml"),
		article: func(_ *Site, e *entry) string { return fmt.Sprintf("/D41X/%d.jhtml", e.number) },
		pager:   anchor("下一页"), look: plainLook,
	},
	NFCMS: {
		dir: "/zfxxgk/zfxxgknb/bm/", name: from1("html"),
		article: func(_ *Site, e *entry) string {
			return fmt.Sprintf("/zfxxgk/zfxxgknb/bm/content/post_%d.html", e.number)
		},
		pager: anchor("下一页 &gt;"), look: look{open: `<div class="news_cont_d_wrap">`, close: "</div>", block: "table", titleClass: "news_cont_d_title"},
	},
	MVC: {
		dir: "/html/", name: func(page, _ int) string {
			return []string{"InfoPublic.aspx?cid=1019&pid=971", fmt.Sprintf("InfoPublic.aspx?cid=1019&pid=971&page=%d", page)}[min(page-1, 1)]
		},
		article: func(_ *Site, e *entry) string { return fmt.Sprintf("/html/InfoShow.aspx?id=%d", e.number) },
		pager:   anchor("下一页"), look: plainLook,
	},
	Chengdu: {
		dir: "/gkml/zfxxgknb/", name: func(page, _ int) string { return fmt.Sprintf("column-index-%d.shtml", page) },
		article: func(s *Site, e *entry) string {
			return fmt.Sprintf("/gkml/zfxxgknb/%s/%s.shtml", e.day.Format("2006-01/02"), s.hex(32, "article", itoa(e.number)))
		},
		pager: anchor("›"), look: plainLook,
	},
	LonsunPlain: {
		dir: "/content/column/", name: func(page, _ int) string {
			return []string{"6791573", fmt.Sprintf("6791573?pageIndex=%d", page)}[min(page-1, 1)]
		},
		article: func(_ *Site, e *entry) string { return fmt.Sprintf("/content/detail/%d.html", e.number) },
		pager:   script(`<div id="page_6791573"></div><script>Ls.pagination("#page_6791573", function(pageIndex){ location.href='/content/column/6791573?pageIndex=' + pageIndex;},{currPage:%[3]d,pageCount:%[2]d});</script>`),
		look:    look{open: `<div class="wzcon j-fontContent">`, close: "</div>", block: "table", titleClass: "newstitle"},
	},
	OnClick: {
		dir: "/xxgk/nb/", name: from1("html"), article: tDate("/xxgk/nb/", "html"),
		pager: func(page, last int, next string) string {
			if next == "" {
				return ""
			}
			return fmt.Sprintf(`<div class="page"><a href="javascript:void(0);" onclick="location.href='%s'">下一页</a></div>`, next)
		},
		row: func(it item) string {
			return fmt.Sprintf(`<li><a href="javascript:void(0)" onclick="openUrl('.%s')" title="%s">%s</a><em>[%s]</em></li>`,
				strings.TrimPrefix(it.href, "/xxgk/nb"), html.EscapeString(it.title), html.EscapeString(cut(it.title, 20)), it.date)
		},
		look: plainLook,
	},
	VSB: {
		dir: "/zfxxgk/", name: func(page, last int) string {
			if page == 1 {
				return "zfxxgknb.htm"
			}
			return fmt.Sprintf("zfxxgknb/%d.htm", last-page+1)
		},
		article: func(_ *Site, e *entry) string { return fmt.Sprintf("/info/1025/%d.htm", e.number) },
		pager:   vsbPager,
		look:    look{open: `<div id="vsb_content_2"><div class="v_news_content">`, close: "</div></div>", block: "ul", titleClass: "art-title"},
		file: func(s *Site, e *entry) string {
			return "/system/_content/download.jsp?urltype=news.DownloadAttachUrl&owner=" + s.digits(10, "owner") + "&wbfileid=" + itoa(e.number)
		},
		fileReferrer: true,
	},
}

func vsbPager(page, last int, next string) string {
	if page > 1 {
		next = strings.TrimPrefix(next, "zfxxgknb/") // the page lies in that folder itself
	}
	out := `<div class="pb_sys_common pb_sys_normal pb_sys_style1"><span class="p_pages">`
	if page == 1 {
		out += `<span class="p_first_d p_fun_d">首页</span><span class="p_prev_d p_fun_d">上页</span>`
	}
	out += fmt.Sprintf(`<span class="p_no_d">%d</span>`, page)
	if next == "" {
		return out + `<span class="p_next_d p_fun_d">下页</span><span class="p_last_d p_fun_d">尾页</span></span></div>`
	}
	return out + fmt.Sprintf(`<span class="p_next p_fun"><a href="%s">下页</a></span><span class="p_last p_fun"><a href="%s1.htm">尾页</a></span></span> <span class="p_t">%d/%d</span></div>`,
		next, strings.TrimRight(next, "0123456789.htm"), page, last)
}

func init() {
	for name, p := range pagedFamilies {
		file := p.file
		if file == nil {
			file = func(s *Site, e *entry) string {
				return fmt.Sprintf("%sfiles/%s%s", p.dir, s.hex(24, "file", itoa(e.number)), e.fileExt())
			}
		}
		families[name] = family{
			look: p.look, article: p.article, file: file, fileReferrer: p.fileReferrer,
			index: func(*Site) []string { return []string{p.dir + p.name(1, 1)} },
			mount: func(s *Site) { s.mountPaged(p) },
		}
	}
}

func (s *Site) mountPaged(p paged) {
	serve := func(r *http.Request) response {
		pages := s.pages()
		for i := range pages {
			if r.URL.RequestURI() == p.dir+p.name(i+1, len(pages)) {
				return s.pagedPage(p, pages, i+1)
			}
		}
		return notFound()
	}
	// A list may grow while the site runs.
	last := len(s.pages()) + 8
	for page := range last {
		path, _, _ := strings.Cut(p.dir+p.name(page+1, last), "?")
		s.handle(path, serve)
	}
}

func (s *Site) pagedPage(p paged, pages [][]item, page int) response {
	next := ""
	if page < len(pages) {
		next = p.name(page+1, len(pages))
	}
	var list string
	if p.row == nil {
		list = rows(pages[page-1], within(p.dir))
	} else {
		var b strings.Builder
		for _, it := range pages[page-1] {
			b.WriteString(p.row(it) + "\n")
		}
		list = "<ul class=\"list\">\n" + b.String() + "</ul>\n"
	}
	return s.columnPage("政府信息公开年报", list+p.pager(page, len(pages), next))
}
