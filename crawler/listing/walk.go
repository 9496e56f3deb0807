package listing

import (
	"bytes"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// walk is the column walker, for pages that list no article: it names the columns
// below, by year, by unit, in frames, and sees when the page itself is the report.
//
//	<ul><li><a href="2023n/">2023年</a></li><li><a href="bm/jyj/">市教育局</a></li></ul>
//	<iframe src="/zfxxgk/nb_list.html"></iframe>
//
// Columns and reports found so are added to the first page of every other
// mechanism too.
var walk = mechanism{
	name: "walk",
	start: func(r *reader) *answer {
		items := r.around(true)
		if len(items) == 0 {
			return nil
		}
		return &answer{items: items}
	},
	follow: func(r *reader) *answer { return &answer{items: r.around(true)} },
}

// around is what a first page names besides its list: itself where it is a report,
// and further columns. A page with few entries is searched more widely.
func (r *reader) around(few bool) []Item {
	var items []Item
	if title, ok := r.report(); ok {
		items = append(items, Item{URL: r.URL.String(), Title: title, Self: true})
		few = false
	}
	return append(items, r.children(few)...)
}

// children are the columns that a page names: by their text; on a page with few
// entries where no text tells, by a path that extends that of the index.
func (r *reader) children(few bool) []Item {
	var items, deeper []Item
	dirs := folders(r.index)
	own := folders(r.URL)
	dedicated := annualPath.MatchString(r.index.Path)
	stem := "/"
	if len(own) > 0 {
		stem = "/" + strings.Join(own[:max(1, len(own)-1)], "/")
	}
	if len(own) > 0 && len(dirs) > 0 && own[0] != dirs[0] {
		stem = "/"
	}
	for _, l := range r.page().links {
		if len(items) >= maxChildren {
			break
		}
		if l.label == "" || !sameHost(l.url, r.URL) {
			continue
		}
		folder := isColumn(l)
		if l.article && !folder || l.isFurniture() || pagerFile.MatchString(l.url.Path) || r.isHere(l) || !l.report && utf8.RuneCountInString(l.title) > 40 {
			continue
		}
		label := fold(l.label)
		annual := strings.Contains(label, "年") && annualColumn.MatchString(label)
		if !few && !l.report && !annual && !strings.HasPrefix(l.url.Path, stem) {
			continue // neither below nor beside
		}
		to := folders(l.url)
		below := len(dirs) > 0 && shared(dirs, to) == len(dirs) && len(to) > len(dirs)
		beside := len(own) > 1 && len(to) == len(own) && shared(own, to) == len(own)-1
		yearly := label[0] == '2' && yearColumn.MatchString(label)
		unit := func() bool { return unitName.MatchString(label) }
		it := Item{URL: l.address, Title: l.title, Child: true}
		switch {
		case l.report && folder,
			below && (yearly || annual || !few && unit()),
			beside && (yearly || annual),
			few && annual,
			few && below && dedicated,
			few && below && unit(),
			few && (yearly || unit()) && (shared(own, to) > 0 || annualPath.MatchString(l.url.Path) || attr(l.node, "data-url") != ""):
			items = append(items, it)
		case few && below:
			deeper = append(deeper, it)
		}
	}
	items = append(items, r.years()...)
	items = append(items, r.treeColumns()...)
	if few {
		items = append(items, r.frames()...)
	}
	if len(items) == 0 {
		return deeper
	}
	return items
}

// folders are the directories of a path, and its file where that stands for a
// column: zfxxgknb.htm lists what lies in zfxxgknb/.
func folders(u *url.URL) []string {
	dirs := directory(u)
	if stem, _ := fileParts(u.Path); stem != "" && stem != "index" && stem != "list" && stem != "default" {
		dirs = append(dirs, stem)
	}
	return dirs
}

var (
	yearColumn   = regexp.MustCompile(`^(?:20\d\d)(?:年度?|年度?.{0,14}(?:年报|年度报告|报告))?$`)
	annualColumn = regexp.MustCompile(`信息公开.{0,6}(?:年报|年度报告)|^.{0,16}(?:年报|年度报告)$`)
	unitName     = regexp.MustCompile(`^.{0,24}(?:部门|单位|区县|县区|县市区?|乡镇|镇街|街道|本级|园区|直属|机构|政府|局|委|办|厅|院|所|处|中心|镇|乡|办事处|管委会|委员会|支队|分局|馆|公司|汇总)(?:[（(][^（）()]{1,8}[）)])?$`)
	annualPath   = regexp.MustCompile(`(?i)(?:gk|gkgz)?n(?:d)?(?:b|bg|gzbg|gzndbg)(?:_\d+)?/|annual|ndbg|xxgknb`)
	yearFile     = regexp.MustCompile(`^[A-Za-z_-]{0,8}20\d\d$`)
	pagerFile    = regexp.MustCompile(`(?i)/(?:index|list|xlist|default)_\d+\.[a-z]{3,5}$`)
	columnFile   = regexp.MustCompile(`(?i)(?:/|/(?:index|default|list|xlist|common_list|column|main)[\w-]*\.[a-z]{3,5})$`)
)

// isColumn tells whether a link leads to a folder or an index file, or is a year
// that leads to a page named by it.
func isColumn(l *link) bool {
	if l.article {
		stem, _ := fileParts(l.url.Path)
		return len(stem) <= 12 && yearFile.MatchString(stem) && yearColumn.MatchString(fold(l.label))
	}
	p := l.url.Path
	return l.url.RawQuery == "" && (strings.HasSuffix(p, "/") || columnFile.MatchString(p))
}

// frames are the frames of a page that may hold its list.
func (r *reader) frames() []Item {
	var items []Item
	for _, n := range r.survey().frames {
		if len(items) >= maxChildren {
			break
		}
		src := attr(n, "src")
		if src == "" || strings.HasPrefix(strings.ToLower(src), "javascript:") || strings.HasPrefix(src, "about:") {
			continue
		}
		u := Resolve(r.ownBase(), src)
		if u == nil || !sameHost(u, r.URL) || sideFrame.MatchString(u.Path) || samePage(u.String(), r.URL.String()) || IsFile(u) {
			continue
		}
		items = append(items, Item{URL: u.String(), Title: cleanTitle(attr(n, "title")), Child: true, Frame: true})
	}
	return items
}

var sideFrame = regexp.MustCompile(`(?i)login|tree|share|visit|count|stat|search|weather|header|footer|/top\.|/foot\.|banner|player|map`)

// years are the columns of a select whose options are years: addresses, or values
// of a form that is sent by GET.
func (r *reader) years() []Item {
	var items []Item
	base := r.ownBase()
	for _, n := range r.survey().options {
		if len(items) >= maxChildren {
			break
		}
		label := cleanTitle(text(n, 100, nil))
		if !yearColumn.MatchString(fold(label)) {
			continue
		}
		v, _ := lookup(n, "value")
		v = strings.TrimSpace(v)
		var to *url.URL
		switch list := parentOf(n, "select"); {
		case urlLike.MatchString(v):
			to = Resolve(base, v)
		case list != nil && attr(list, "name") != "":
			form := parentOf(list, "form")
			if form == nil || strings.EqualFold(attr(form, "method"), "post") {
				continue
			}
			at := r.URL
			if action := attr(form, "action"); action != "" {
				at = Resolve(base, action)
			}
			if at == nil {
				continue
			}
			if v == "" {
				v = label
			}
			if at.Path == r.URL.Path { // not the form of a search
				to = Resolve(base, withQuery(at, attr(list, "name"), v))
			}
		}
		if to != nil && sameHost(to, r.URL) && !samePage(to.String(), r.URL.String()) {
			items = append(items, Item{URL: to.String(), Title: label, Child: true})
		}
	}
	return items
}

// parentOf is the nearest element of a name around n.
func parentOf(n *html.Node, name string) *html.Node {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == name {
			return p
		}
	}
	return nil
}

// report tells whether the page read is itself an annual report, and its title.
// The headings of the official form decide; a title alone may name a column.
func (r *reader) report() (string, bool) {
	if r.dom() == nil || !r.mayReport() || headings(r.bodyText()) < 3 {
		return "", false
	}
	return r.title(), true
}

// mayReport spares most pages bodyText: whoever has three sections of the form has
// one of four whose wordings are rare elsewhere.
func (r *reader) mayReport() bool {
	if r.survey().plain < 150 {
		return false
	}
	for _, word := range rareWordings {
		if bytes.Contains(r.Body, word) {
			return true
		}
	}
	return false
}

// Character references may spell any of them.
var rareWordings = [][]byte{[]byte("总体情况"), []byte("行政复议"), []byte("其他需要"), []byte("概述"), []byte("存在的"), []byte("&#")}

// bodyText is the text of the page that isn't linked, folded.
func (r *reader) bodyText() string {
	return fold(text(r.dom(), 1<<20, func(n *html.Node) bool { return n.Type == html.ElementNode && n.Data == "a" }))
}

// headings counts the sections of the official form that a folded text has.
func headings(folded string) int {
	n := 0
	for _, wordings := range sections {
		for _, w := range wordings {
			if strings.Contains(folded, w) {
				n++
				break
			}
		}
	}
	return n
}

var sections = [][]string{
	{"总体情况", "概述"},
	{"主动公开政府信息情况", "主动公开政府信息的情况", "主动公开情况"},
	{"收到和处理政府信息公开申请情况", "依申请公开"},
	{"行政复议"},
	{"存在的主要问题", "存在的问题", "存在的突出问题"},
	{"其他需要报告的", "其他需要说明的"},
}

// title is the title of the page: the mandated meta tag, a heading, <title>.
func (r *reader) title() string {
	var heading, head string
	for _, n := range r.survey().heads {
		switch {
		case n.Data == "meta" && strings.EqualFold(attr(n, "name"), "ArticleTitle"):
			if t := cleanTitle(attr(n, "content")); t != "" {
				return t
			}
		case n.Data == "h1" && heading == "":
			heading = cleanTitle(text(n, maxTitle, nil))
		case n.Data == "title" && head == "":
			head = cleanTitle(text(n, maxTitle, nil))
		}
	}
	if _, ok := ReportTitle(heading); ok || head == "" {
		return heading
	}
	return head
}
