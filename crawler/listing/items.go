package listing

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// The item extractor, one for all mechanisms: every link of a tree with its title,
// its date and its row (links), and from them the entries of a fragment that an
// endpoint gave (fragment) or of a whole page with its furniture (pageItems).

// A link is something on a page that leads elsewhere.
type link struct {
	page    *page
	node    *html.Node
	url     *url.URL
	address string     // url as text
	name    string     // address without what two addresses of one page differ in
	title   string     // the best of attribute and text
	label   string     // the text as shown
	inside  string     // the date in the label
	own     *html.Node // the largest element that holds no other link, by ownOf
	row     *html.Node // the li, tr, … around it, or own
	group   *html.Node // what holds the rows
	article bool       // the URL looks like an article or a file
	report  bool       // the title names a report and its year
	dated   bool       // date was looked for
	date    string     // by day
}

// A page is the links of one tree.
type page struct {
	r     *reader
	links []*link
	sole  map[*html.Node]string // by only
}

const (
	maxLinks = 20_000 // links of one page that are looked at
	climb    = 6      // levels from a link up to its row
	rowText  = 2_000  // bytes of a row that may hold its date
)

// links finds what a tree links to, in page order.
func (r *reader) links(s *survey, base *url.URL) *page {
	p := &page{r: r}
	for _, n := range s.leads {
		u := Target(n, base)
		if u == nil {
			if u = r.led(n, base); u == nil {
				continue
			}
		}
		if len(p.links) >= maxLinks {
			break
		}
		p.links = append(p.links, &link{page: p, node: n, url: u, address: u.String(), article: isArticle(u)})
	}
	for _, l := range p.links {
		l.name = pageKey(l.address)
	}
	for _, l := range p.links {
		l.describe()
	}
	return p
}

// only tells which one URL the links below an element near them lead to: "" for
// several, false where there is none.
func (p *page) only(n *html.Node) (string, bool) {
	if p.sole == nil {
		p.sole = make(map[*html.Node]string, 2*len(p.links))
		for _, l := range p.links {
			for e, i := l.node, 0; e != nil && i <= climb; e, i = e.Parent, i+1 {
				have, ok := p.sole[e]
				switch {
				case !ok:
					p.sole[e] = l.address
				case have != l.address:
					p.sole[e] = ""
				}
			}
		}
	}
	s, ok := p.sole[n]
	return s, ok
}

// Target is where an element leads: href, a literal in a handler, or a data
// attribute; nil for what leads nowhere.
func Target(n *html.Node, base *url.URL) *url.URL {
	handler := attr(n, "onclick")
	if n.Data != "a" && n.Data != "area" {
		if handler == "" || within(n, func(p *html.Node) bool { return p.Data == "a" }) || hasAnchor(n) {
			return nil
		}
		if q := quoted(handler); q != "" {
			return Resolve(base, q)
		}
		return nil
	}
	href := strings.TrimSpace(attr(n, "href"))
	if strings.Contains(href, "{{") || strings.Contains(href, "<%") || strings.Contains(href, "${") {
		return nil
	}
	if len(href) > 11 && strings.EqualFold(href[:11], "javascript:") {
		script := href[11:]
		if s, err := url.PathUnescape(script); err == nil {
			script = s
		}
		if q := quoted(script); q != "" {
			return Resolve(base, q)
		}
		href = "#"
	}
	if href == "" || strings.HasPrefix(href, "#") {
		for _, name := range []string{"data-url", "data-href", "data-link"} {
			if v := strings.TrimSpace(attr(n, name)); v != "" && !strings.HasPrefix(v, "#") {
				return Resolve(base, v)
			}
		}
		if q := quoted(handler); q != "" {
			return Resolve(base, q)
		}
		return nil
	}
	return Resolve(base, href)
}

// hasAnchor looks for an anchor among the first nodes below n.
func hasAnchor(n *html.Node) bool {
	i := 0
	for e := range elements(n) {
		if e != n && e.Data == "a" {
			return true
		}
		if i++; i > 50 {
			return true // too much for one item
		}
	}
	return false
}

// describe finds row and title of a link.
func (l *link) describe() {
	for e, i := l.node, 0; e != nil && i <= climb; e, i = e.Parent, i+1 {
		if isRow[e.Data] {
			l.row = e
			break
		}
		if holdsRows[e.Data] {
			break
		}
	}
	if l.row == nil {
		l.row = l.ownOf()
	}
	l.group = l.row.Parent

	var label string
	if c := l.node.FirstChild; c != nil && c.NextSibling == nil && c.Type == html.TextNode {
		label = cleanTitle(c.Data)
	} else {
		label = cleanTitle(text(l.node, rowText, func(n *html.Node) bool { return n != l.node && isDate(n) }))
	}
	l.label = label
	label, l.inside = splitDate(label)
	hover := tooltip(attr(l.node, "title"))
	if hover == "" && l.node.FirstChild != nil && l.node.FirstChild.Type != html.TextNode {
		for n := range elements(l.node) {
			if hover = attr(n, "title"); hover == "" && n.Data == "img" {
				hover = attr(n, "alt")
			}
			if hover != "" {
				break
			}
		}
	}
	if isGeneric(label) && isGeneric(hover) {
		unlinked := func(n *html.Node) bool {
			if n.Data != "a" {
				return false
			}
			_, linked := l.page.only(n)
			return linked
		}
		own := l.ownOf()
		label, _ = splitDate(cleanTitle(text(own, rowText, unlinked)))
		if label == "" && l.row != own {
			label, _ = splitDate(cleanTitle(text(l.row, rowText, unlinked)))
		}
	}
	l.title = label
	if hover != "" && hover != label {
		l.title = better(hover, label)
	}
	if sel := l.page.r.sel.title; sel != nil {
		if n := cascadia.Query(l.row, sel); n != nil {
			if t := cleanTitle(text(n, rowText, nil)); t != "" {
				l.title = t
			}
		}
	}
	if year, ok := ReportTitle(l.title); ok && year > 0 {
		l.report = true
	}
}

// ownOf is the largest element around a link that holds no other one.
func (l *link) ownOf() *html.Node {
	if l.own != nil {
		return l.own
	}
	own := l.node
	for i := 0; i < climb && own.Parent != nil && !holdsRows[own.Parent.Data]; i++ {
		if address, ok := l.page.only(own.Parent); ok && address == "" {
			break
		}
		own = own.Parent
		if isRow[own.Data] {
			break
		}
	}
	l.own = own
	return own
}

// day is the date printed with a link, "" without one.
func (l *link) day() string {
	if l.dated {
		return l.date
	}
	l.dated = true
	own, sel := l.ownOf(), l.page.r.sel.date
	aside := func(n *html.Node) bool { return n == l.node }
	if sel != nil && cascadia.Query(l.row, sel) != nil {
		l.date = findDate(text(cascadia.Query(l.row, sel), rowText, nil))
	} else {
		l.date = findDate(text(own, rowText, aside))
	}
	if l.date == "" {
		l.date = besides(own)
	}
	if l.date == "" && l.row != own {
		l.date = findDate(text(l.row, rowText, aside))
	}
	if l.date == "" {
		if l.date = l.inside; l.date == "" && l.label != "" {
			l.date = findDate(text(l.node, rowText, func(n *html.Node) bool { return n.Type == html.TextNode && !isDate(n.Parent) }))
		}
	}
	return l.date
}

// besides finds a date in what follows an element on its line, or precedes it.
func besides(n *html.Node) string {
	scan := func(step func(*html.Node) *html.Node) string {
		for s, i := step(n), 0; s != nil && i < 3; s = step(s) {
			if s.Type == html.ElementNode && (s.Data == "br" || s.Data == "a" || isRow[s.Data] && s.Data != "dd" && (s.Data != "dt" || n.Data != "dd") || attr(s, "onclick") != "" || hasAnchor(s)) {
				return ""
			}
			if s.Type == html.TextNode && strings.TrimSpace(s.Data) == "" || s.Type == html.CommentNode {
				continue
			}
			if d := findDate(text(s, 200, nil)); d != "" {
				return d
			}
			i++
		}
		return ""
	}
	if d := scan(func(n *html.Node) *html.Node { return n.NextSibling }); d != "" {
		return d
	}
	return scan(func(n *html.Node) *html.Node { return n.PrevSibling })
}

var (
	isRow     = map[string]bool{"li": true, "tr": true, "dd": true, "dt": true, "article": true}
	holdsRows = map[string]bool{"ul": true, "ol": true, "table": true, "tbody": true, "thead": true, "dl": true, "body": true, "html": true, "form": true}
)

// isDate tells whether an element inside a link holds nothing but a date.
func isDate(n *html.Node) bool {
	if n.Type != html.ElementNode || n.FirstChild == nil {
		return false
	}
	rest, date := splitDate(cleanTitle(text(n, 100, nil)))
	return date != "" && rest == ""
}

var edgeDate = regexp.MustCompile(`^[\[(（【\s]*((?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?)(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?[\])）】\s]*|[\[(（【\s]*((?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?)(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?[\])）】\s]*$`)

// splitDate takes a date off the head or the tail of a label.
func splitDate(label string) (rest, date string) {
	if !strings.ContainsAny(label, "0123456789") {
		return label, ""
	}
	m := edgeDate.FindStringSubmatchIndex(label)
	if m == nil {
		return label, ""
	}
	date = findDate(label[m[0]:m[1]])
	if date == "" {
		return label, ""
	}
	return strings.TrimSpace(label[:m[0]] + label[m[1]:]), date
}

// tooltip takes the title out of attributes that hold a whole card
// (标题：…作者：…发布时间：…).
func tooltip(s string) string {
	if !strings.Contains(s, "标") {
		return s
	}
	if m := card.FindStringSubmatch(s); m != nil {
		return m[1]
	}
	return s
}

var card = regexp.MustCompile(`(?s)^\s*(?:文章)?标\s*题\s*[:：]\s*(.+?)\s*(?:[\r\n]|&#1[03];|作者|发布|更新|录入|$)`)

// isGeneric tells whether a label says nothing of what it leads to.
func isGeneric(label string) bool {
	if len(label) > 30 {
		return false
	}
	label = strings.TrimLeft(label, "[【(（")
	label = strings.TrimRight(strings.TrimRight(label, ">"), "]】)）")
	return genericWords[strings.ToLower(label)]
}

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

var (
	genericWords = func() map[string]bool {
		set := wordSet("查看 查看详情 详情 详细 点击查看 点击下载 下载 附件 附件下载 全文 阅读 阅读全文 查看全文 浏览 打开 新窗口打开 more view pdf word")
		set[""] = true
		return set
	}()
	pagerWords = wordSet("上一页 上页 下一页 下页 前一页 后一页 首页 尾页 末页 最后一页 第一页")
)

// A beginning is how labels of furniture begin; open ones may go on.
type beginning struct {
	word string
	open bool
}

// furnitureWords are the labels of pagers, breadcrumbs and footers, by their first
// byte.
var furnitureWords = func() map[byte][]beginning {
	words := map[byte][]beginning{}
	for word := range strings.FieldsSeq(`prev* next* 更多* more* 返回* 网站首页 网站地图 无障碍* 长者* 收藏* 打印* 关闭* 登录* 注册* 繁体* 简体*
		english rss* 联系我们 隐私* 关于我们 我要纠错 搜索 高级搜索 跳转 go`) {
		rest, open := strings.CutSuffix(word, "*")
		words[rest[0]] = append(words[rest[0]], beginning{rest, open})
	}
	return words
}()

// isFurniture tells whether a link belongs to the page rather than to its list.
func (l *link) isFurniture() bool {
	if len(l.label) > 36 || l.report || l.label == "" {
		return false
	}
	label := strings.ToLower(l.label)
	for _, beginning := range furnitureWords[label[0]] {
		if rest, ok := strings.CutPrefix(label, beginning.word); ok && (rest == "" || beginning.open) {
			return true
		}
	}
	if strings.Trim(label, "0123456789") == "" {
		return len(label) <= 3
	}
	return strings.Trim(label, "<>«»‹›|.… ") == "" || len(label) < 20 && pagerWords[strings.ReplaceAll(label, " ", "")]
}

// item turns a link into an entry.
func (l *link) item() Item {
	it := Item{URL: l.address, Title: l.title, Date: l.day()}
	if it.Date == "" {
		it.Date = dateInURL(l.url)
	}
	return it
}

// gather turns links into entries, one for each URL, with the best title and date
// that any link to it has.
func gather(links []*link) []Item {
	var items []Item
	at := map[string]int{}
	for _, l := range links {
		it := l.item()
		key := identity(it.URL)
		i, ok := at[key]
		if !ok {
			if len(items) < maxRows {
				at[key] = len(items)
				items = append(items, it)
			}
			continue
		}
		items[i].Title = better(items[i].Title, it.Title)
		if items[i].Date == "" {
			items[i].Date = it.Date
		}
	}
	return items
}

// bestOfRows drops the links that share a row with an article without being one:
// the category before the title, the name of the organ behind it.
func bestOfRows(links []*link) []*link {
	rows := map[*html.Node]bool{}
	for _, l := range links {
		if l.article || l.report {
			rows[l.row] = true
		}
	}
	kept := links[:0:0]
	for _, l := range links {
		if l.article || l.report || !rows[l.row] {
			kept = append(kept, l)
		}
	}
	return kept
}

// fragment lists all entries of the HTML that a listing's own endpoint gave.
func (r *reader) fragment(src string, base *url.URL) []Item {
	root := parse(src)
	if root == nil {
		return nil
	}
	all := r.links(newSurvey(root), base)
	if r.sel.item != nil {
		if links := all.selected(root); len(links) > 0 {
			return gather(links)
		}
	}
	var links []*link
	articles := 0
	for _, l := range all.links {
		if l.isFurniture() || l.title == "" {
			continue
		}
		if l.article || l.report {
			articles++
		}
		links = append(links, l)
	}
	links = bestOfRows(links)
	if articles > 0 {
		kept := links[:0:0]
		for _, l := range links {
			if l.article || l.report || l.day() != "" {
				kept = append(kept, l)
			}
		}
		links = kept
	}
	return gather(links)
}

// isHere tells whether a link leads to the page read or to the first one.
func (r *reader) isHere(l *link) bool {
	if r.names == nil {
		r.names = []string{pageKey(r.URL.String()), pageKey(r.index.String())}
	}
	return slices.Contains(r.names, l.name)
}

// page is the links of the page read, made once.
func (r *reader) page() *page {
	if r.found == nil {
		r.found = r.links(r.survey(), r.ownBase())
	}
	return r.found
}

// pageItems lists the entries of a whole page: what its URL or its title makes an
// article of this column, and what stands with such in one list; in a page that
// has neither, the list that looks most like one.
func (r *reader) pageItems() []Item {
	if !r.itemized {
		r.entries, r.itemized = r.selectItems(r.page()), true
	}
	return slices.Clone(r.entries)
}

func (r *reader) selectItems(p *page) []Item {
	if r.sel.item != nil {
		return gather(p.selected(r.dom()))
	}
	var links []*link
	for _, l := range p.links {
		if l.title == "" || l.isFurniture() || r.isHere(l) {
			continue
		}
		links = append(links, l)
	}
	links = bestOfRows(links)
	main := map[*html.Node]bool{}
	sure := map[*link]bool{}
	for _, l := range links {
		column := isColumn(l)
		if l.report && (!column || !sameHost(l.url, r.URL)) || l.article && !column && r.inScope(l.url) && !r.inFooter(l.node) {
			sure[l] = true
			main[l.group] = true
		}
	}
	if len(sure) == 0 {
		if g := r.densest(links); g != nil {
			main[g] = true
		}
	}
	kept := links[:0:0]
	for _, l := range links {
		if sure[l] || main[l.group] && (l.article || l.day() != "") && !isColumn(l) {
			kept = append(kept, l)
		}
	}
	return gather(kept)
}

// selected are the links that the profile's selector names, or that lie in what
// it names.
func (p *page) selected(root *html.Node) []*link {
	named := map[*html.Node]bool{}
	for _, n := range cascadia.QueryAll(root, p.r.sel.item) {
		named[n] = true
	}
	var links []*link
	for _, l := range p.links {
		if l.title != "" && (named[l.node] || within(l.node, func(n *html.Node) bool { return named[n] })) {
			links = append(links, l)
		}
	}
	return bestOfRows(links)
}

// inScope tells whether an article's URL belongs to the column: the same host, and
// the first directories of the index or its column number in the name.
func (r *reader) inScope(u *url.URL) bool {
	if !sameHost(u, r.index) && !sameHost(u, r.URL) {
		return false
	}
	if m := artColumn.FindStringSubmatch(u.Path); m != nil {
		if c := indexColumn.FindStringSubmatch(r.index.Path); c != nil {
			return m[1] == c[1]
		}
	}
	if len(u.Path) > 0 && strings.Contains(u.Path, "xxgkAnnualReport") {
		return true
	}
	if r.scope == nil {
		r.scope = directory(r.index)
		r.stem, _ = fileParts(r.index.Path)
	}
	n := sharedDirs(r.scope, u.Path)
	if n == len(r.scope) && n < 2 && r.stem != "" && r.stem != "index" && path.Ext(r.index.Path) != "" {
		// zfxxgknb.htm is the column of zfxxgknb/…
		return n > 0 || sharedDirs([]string{r.stem}, u.Path) == 1
	}
	need := min(len(r.scope), 2)
	return need > 0 && n >= need
}

var (
	artColumn   = regexp.MustCompile(`/art_(\d+)_\d+\.`)
	indexColumn = regexp.MustCompile(`/col/col(\d+)`)
)

// densest is the list with the most dated or article links, if it has two that
// make up half of it.
func (r *reader) densest(links []*link) *html.Node {
	type tally struct{ all, good int }
	groups := map[*html.Node]*tally{}
	var order []*html.Node
	for _, l := range links {
		t := groups[l.group]
		if t == nil {
			t = &tally{}
			groups[l.group] = t
			order = append(order, l.group)
		}
		t.all++
		if sameHost(l.url, r.URL) && (l.article && !IsFile(l.url) || l.day() != "") && !r.inFooter(l.node) {
			t.good++
		}
	}
	var best *html.Node
	for _, g := range order {
		if t := groups[g]; t.good >= 2 && 2*t.good >= t.all && (best == nil || t.good > groups[best].good) {
			best = g
		}
	}
	return best
}

// inFooter tells whether an element lies in the head or foot of a page.
func (r *reader) inFooter(n *html.Node) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		is, known := r.furniture[p]
		if !known {
			is = p.Data == "footer" || p.Data == "header" || p.Data == "nav" ||
				furnitureBlock.MatchString(attr(p, "class")) || furnitureBlock.MatchString(attr(p, "id"))
			if r.furniture == nil {
				r.furniture = map[*html.Node]bool{}
			}
			r.furniture[p] = is
		}
		if is {
			return true
		}
	}
	return false
}

var furnitureBlock = regexp.MustCompile(`(?i)(?:^|[\s_-])(?:footer|foot|header|nav|navbar|menu|breadcrumb|crumbs?|position|friend-?links?|copyright)(?:$|[\s_-])`)

// listed are the entries of a page: those of a script's literal or those linked.
func (r *reader) listed() []Item {
	if items := r.inlineRows(); len(items) > 0 {
		return items
	}
	return r.pageItems()
}

// pagesItself tells whether a page lists entries and leads to the next ones by
// itself, so that endpoints it names (for its search box) are not needed.
func (r *reader) pagesItself() bool {
	if len(r.pageItems()) == 0 {
		return false
	}
	if d := r.declared(); d != nil && !d.weak {
		return true
	}
	next := r.nextLink()
	return next != nil && next.to != ""
}
