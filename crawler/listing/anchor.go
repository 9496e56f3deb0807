package listing

import (
	"fmt"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// anchor follows the link to the next page, wherever it leads: VSB's files that
// count down, JEECMS's onclick, ?page= of applications.
//
//	<span class="p_next p_fun"><a href="zfxxgknb/3.htm">下页</a></span>
//	<a href="javascript:;" onclick="location.href=encodeURI('index_2.jhtml');">下一页</a>
//	<a href="InfoPublic.aspx?cid=1019&amp;page=2">›</a>
//	<a href="javascript:goPage(2)">下一页</a>                    with the function on the page: handler.go
//	<select onchange="location.href=this.value"><option value="list_2.html">第2页</option></select>
//	<a class="more" data-url="/nb/more?page=2">加载更多</a>
//
// A page without such a link is the last one, or the only one.
var anchor = mechanism{name: "anchor", start: readAnchor, follow: readAnchor}

func readAnchor(r *reader) *answer {
	if why := r.refused(); why != "" {
		if r.get("made") != "" && (r.Status == http.StatusNotFound || r.Status == http.StatusGone) {
			return &answer{evidence: fmt.Sprintf("there is no page %d", r.state.Page+1)}
		}
		a := &answer{problem: fmt.Sprintf("page %d answered %s", r.state.Page+1, why), evidence: r.URL.String()}
		if empty := r.get("gap"); empty != "" {
			first, _, _ := strings.Cut(empty, " ")
			a.problem, a.evidence = "page "+first+" is empty", fmt.Sprintf("page %s lists nothing but links to a next page; %s answered %s", empty, a.evidence, why)
		}
		return a
	}
	items := r.pageItems()
	next := r.nextLink()
	if len(items) == 0 && (!r.starting || next != nil && next.to != "") {
		items = r.children(true) // pages of columns
	}
	if r.starting && len(items) == 0 {
		return nil
	}
	a := &answer{items: items}
	a.pages, a.declared = r.announced(next)
	if next != nil && next.made != nil {
		a.pages = max(a.pages, r.countedPages())
		if n := r.state.Page + 1; a.pages > 0 && n >= a.pages {
			next = &nextAnchor{label: next.label, dead: true} // its function would look at the count
		}
	}
	delete(r.state.Vars, "made")
	switch {
	case next == nil && !r.starting && len(items) == 0 && len(r.page().links) < 3:
		a.problem = fmt.Sprintf("page %d is empty", r.state.Page+1)
		a.evidence = fmt.Sprintf("%s is a stub of %d bytes", r.URL, len(r.Body))
	case next == nil:
		a.evidence = "there is no link to a next page"
		if r.state.Page == 0 && a.pages <= 1 && a.declared <= len(items) {
			a.pages, a.declared = 0, 0
		}
		if id := r.blankPager(); id != "" && r.starting && len(items) >= 10 && len(items)%5 == 0 {
			a.problem = "pager not understood"
			a.evidence = fmt.Sprintf("%d items fill a page and a script fills the empty pager %q", len(items), id)
		}
	case next.to == "" && next.dead:
		a.evidence = fmt.Sprintf("%q leads nowhere: the last page", next.label)
	case next.to == "":
		a.problem = "script pager"
		a.evidence = fmt.Sprintf("%q runs %s", next.label, next.handler)
	case len(items) == 0 && r.gap(fmt.Sprintf("%s lists nothing in %d bytes but links to a next page", r.URL, len(r.Body))) > maxGap:
		a.evidence = fmt.Sprintf("pages %s list nothing", strings.ReplaceAll(r.get("gap"), " ", ", "))
	case next.made != nil:
		a.next = next.made
		a.next.Referrer = r.URL.String()
		r.set("made", "1")
	default:
		a.next = &Request{URL: next.to, Referrer: r.URL.String()}
	}
	if a.more = len(items) == 0; !a.more {
		r.bridge()
	}
	return a
}

// A nextAnchor is the element that says 下一页.
type nextAnchor struct {
	node           *html.Node
	label, handler string
	to             string   // "" where it leads to no other page
	dead           bool     // disabled, or the page itself
	made           *Request // by a function of the page
}

var (
	nextWords  = regexp.MustCompile(`(?i)^(?:下一?页|后一?页|下一頁|下頁|翻下页|next|nextpage)[>»›→]*$`)
	nextSigns  = regexp.MustCompile(`^(?:›|»|>|>>|→|&gt;)$`)
	deadTarget = regexp.MustCompile(`(?i)^(?:|#.*|javascript:\s*(?:;|void\(?\s*0?\s*\)?;?|)?)$`)
	disabled   = regexp.MustCompile(`(?i)disab|_d\b|nolink|no-?more|gray|grey`)
)

// nextLink finds the element that leads to the next page; nil without one.
func (r *reader) nextLink() *nextAnchor {
	root := r.dom()
	if root == nil {
		return nil
	}
	if r.sel.next != nil {
		n := cascadia.Query(root, r.sel.next)
		if n == nil {
			return nil
		}
		return r.nextAt(n)
	}
	var first, dead *nextAnchor
	for n := range elements(root, "a", "link", "span", "li", "button", "input", "td", "img") {
		if n.Data == "link" {
			if attr(n, "rel") == "next" {
				if u := Resolve(r.ownBase(), attr(n, "href")); u != nil && !samePage(u.String(), r.URL.String()) {
					return &nextAnchor{node: n, label: "rel=next", to: u.String()}
				}
			}
			continue
		}
		label := strings.ReplaceAll(fold(text(n, 60, nil)), "&nbsp;", "")
		if label == "" {
			for _, name := range []string{"title", "aria-label", "value", "alt"} {
				if label = fold(attr(n, name)); label != "" {
					break
				}
			}
		}
		if len(label) > 40 {
			continue
		}
		words := nextWords.MatchString(label) || label == "" && n.Data == "a" && isArrow(n)
		sign := n.Data == "a" && nextSigns.MatchString(label) && (isArrow(n) || besideNumbers(n) || inPager(n))
		if !words && !sign {
			continue
		}
		c := r.nextAt(n)
		switch {
		case c.to != "" && words:
			return c
		case c.to != "":
			// › may be followed by » to the last page: the first one is the next.
			if first == nil {
				first = c
			}
		case dead == nil || dead.dead && !c.dead:
			dead = c
		}
	}
	if first != nil {
		return first
	}
	if dead != nil && !dead.dead {
		// Its script is not understood; a number beside it may do.
		if c := r.nextNumber(); c != nil {
			return c
		}
	}
	if dead != nil {
		return dead
	}
	for _, find := range []func() *nextAnchor{r.nextNumber, r.nextOption, r.moreButton} {
		if c := find(); c != nil {
			return c
		}
	}
	return nil
}

// isArrow tells whether a link without words is named as the one to the next page.
func isArrow(n *html.Node) bool {
	if arrow.MatchString(attr(n, "class")) || arrow.MatchString(attr(n, "id")) {
		return true
	}
	for e := range elements(n, "img", "i", "em", "span") {
		_, file := path.Split(attr(e, "src"))
		return arrow.MatchString(attr(e, "class")) || arrow.MatchString(strings.TrimSuffix(file, path.Ext(file)))
	}
	return false
}

var arrow = regexp.MustCompile(`(?i)^(?:.*[\s_-])?(?:next|nextpage|page-?next|pgnext|xyy|xiayiye)\d?(?:[\s_-].*)?$`)

// nextAt reads where an element leads: itself, the link in it or around it.
func (r *reader) nextAt(n *html.Node) *nextAnchor {
	c := &nextAnchor{node: n, label: cleanTitle(text(n, 60, nil))}
	at := n
	for e := range elements(n, "a") {
		at = e
		break
	}
	if at == n && n.Data != "a" {
		for p, i := n.Parent, 0; p != nil && i < 3; p, i = p.Parent, i+1 {
			if p.Data == "a" {
				at = p
			}
		}
	}
	for p, i := at, 0; p != nil && i < 3; p, i = p.Parent, i+1 {
		if _, off := lookup(p, "disabled"); off || disabled.MatchString(attr(p, "class")) {
			c.dead = true
		}
	}
	href, handler := attr(at, "href"), attr(at, "onclick")
	c.handler = strings.TrimSpace(href + " " + handler)
	if c.dead && deadTarget.MatchString(strings.TrimSpace(href)) {
		return c
	}
	u := Target(at, r.ownBase())
	if u == nil && handler != "" {
		if q := quoted(handler); q != "" {
			u = Resolve(r.ownBase(), q)
		}
	}
	if u == nil && c.handler != "" {
		if q := r.handled(at); q != nil {
			if c.dead = q.Method == "" && samePage(q.URL, r.URL.String()); !c.dead {
				c.to, c.made = q.URL, q
			}
			return c
		}
	}
	switch {
	case u != nil && !samePage(u.String(), r.URL.String()) && sameHost(u, r.URL):
		c.to, c.dead = u.String(), false
	case u != nil, deadTarget.MatchString(strings.TrimSpace(href)) && handler == "" && !hasScriptHook(at):
		c.dead = true
	}
	return c
}

// blankPager names an empty block that a script turns into a pager, "" without one.
func (r *reader) blankPager() string {
	for n := range elements(r.dom(), "div", "ul", "span", "td", "p") {
		for _, name := range []string{attr(n, "id"), attr(n, "class")} {
			if blankBlock.MatchString(name) && n.FirstChild == nil {
				return name
			}
		}
	}
	return ""
}

var blankBlock = regexp.MustCompile(`(?i)^(?:pag(?:e|es|ing|er|ination)|(?:page|paging|pager|pagination)[-_]?(?:div|box|bar|nav|list|dec|wrap|content)?|fenye|laypage)\d*$`)

// hasScriptHook tells whether an anchor without a target carries a page number
// for a script.
func hasScriptHook(n *html.Node) bool {
	for _, a := range n.Attr {
		if strings.HasPrefix(a.Key, "data-page") || a.Key == "data-pn" || a.Key == "@click" || a.Key == "v-on:click" || a.Key == "ng-click" || a.Key == "pageno" {
			return true
		}
	}
	return false
}

// nextNumber finds the link whose text is the number of the next page among
// links with other numbers.
func (r *reader) nextNumber() *nextAnchor {
	want := strconv.Itoa(r.state.Page + 2)
	if r.starting {
		want = "2"
	}
	for n := range elements(r.dom(), "a") {
		if strings.Trim(fold(text(n, 20, nil)), "[]") == want && besideNumbers(n) {
			if c := r.nextAt(n); c.to != "" {
				return c
			}
		}
	}
	return nil
}

// nextOption finds the next page in a list of pages to jump to, whose values are
// addresses.
func (r *reader) nextOption() *nextAnchor {
	var list *html.Node
	after := false
	for _, n := range r.survey().options {
		if s := parentOf(n, "select"); s != list {
			list, after = s, false
		}
		label := fold(text(n, 60, nil))
		m := pageLabel.FindStringSubmatch(label)
		v := strings.TrimSpace(attr(n, "value"))
		if m == nil || !urlLike.MatchString(v) {
			after = false
			continue
		}
		u := Resolve(r.ownBase(), v)
		if u == nil || !sameHost(u, r.URL) {
			continue
		}
		if samePage(u.String(), r.URL.String()) {
			after = true
			continue
		}
		if after && m[1] == strconv.Itoa(max(r.state.Page, 0)+2) || after && !r.starting {
			return &nextAnchor{node: n, label: label, to: u.String()}
		}
		after = false
	}
	return nil
}

var pageLabel = regexp.MustCompile(`^第?(\d{1,4})(?:页|/\d{1,4}页?)?$`)

// moreButton finds the button of a page that grows by its further rows.
func (r *reader) moreButton() *nextAnchor {
	for n := range elements(r.dom(), "a", "button", "div", "span", "p", "li") {
		if !moreWords.MatchString(fold(text(n, 60, nil))) {
			continue
		}
		for _, key := range []string{"href", "data-url", "data-href", "data-next", "data-src"} {
			u := Resolve(r.ownBase(), attr(n, key))
			if u == nil || !sameHost(u, r.URL) || samePage(u.String(), r.URL.String()) {
				continue
			}
			want := strconv.Itoa(r.state.Page + 2)
			if r.starting {
				want = "2"
			}
			for k, v := range u.Query() {
				if pageParam.MatchString(k) && v[0] == want {
					return &nextAnchor{node: n, label: cleanTitle(text(n, 60, nil)), to: u.String()}
				}
			}
			if numbered(u) != "" && u.RawQuery == "" && strings.HasPrefix(u.Path, r.index.Path[:strings.LastIndexByte(r.index.Path, '/')+1]) {
				return &nextAnchor{node: n, label: cleanTitle(text(n, 60, nil)), to: u.String()}
			}
		}
	}
	return nil
}

var moreWords = regexp.MustCompile(`^(?:点击)?(?:加载|查看|显示|浏览)更多(?:内容|信息)?[.…>»]*$|^(?i:load ?more)$`)

// countedPages is how many pages the page says there are in a hidden field or a
// variable, 0 where it doesn't.
func (r *reader) countedPages() int {
	for _, n := range r.survey().inputs {
		if pageCount.MatchString(attr(n, "name")) || pageCount.MatchString(attr(n, "id")) {
			if pages, err := strconv.Atoi(strings.TrimSpace(attr(n, "value"))); err == nil && pages > 0 {
				return pages
			}
		}
	}
	if d := r.declared(); d != nil && d.weak {
		return d.pages
	}
	return 0
}

var pageCount = regexp.MustCompile(`(?i)^(?:total|all|max|sum)_?pages?(?:_?(?:num|count|no))?$|^pages?_?(?:count|total|num)$|^pages$`)

// besideNumbers tells whether an element stands in a row of page numbers.
func besideNumbers(n *html.Node) bool {
	for p, i := n.Parent, 0; p != nil && i < 3; p, i = p.Parent, i+1 {
		words, numbers := 0, 0
		for w := range strings.FieldsSeq(text(p, 300, nil)) {
			words++
			if len(w) <= 6 && shortNumber.MatchString(strings.Trim(w, "[]")) {
				numbers++
			}
		}
		if numbers >= 2 && 2*numbers+6 >= words {
			return true
		}
	}
	return false
}

// inPager tells whether an element stands in a block that is called a pager or
// speaks of pages.
func inPager(n *html.Node) bool {
	for p, i := n.Parent, 0; p != nil && i < 3; p, i = p.Parent, i+1 {
		if pagerBlock.MatchString(attr(p, "class")) || pagerBlock.MatchString(attr(p, "id")) {
			return true
		}
		if t := text(p, 200, nil); len(t) < 200 && strings.Contains(t, "页") {
			return true
		}
	}
	return false
}

// announced reads what the pager around the link to the next page, or a block that
// is called a pager, says of itself: 共3页, 1/3, 共45条.
func (r *reader) announced(next *nextAnchor) (pages, items int) {
	read := func(said string) bool {
		said = strings.Join(strings.Fields(strings.ReplaceAll(said, "\u00a0", " ")), " ")
		pages, items = number(announcedPages, said), number(announcedItems, said)
		return pages > 0 || items > 0
	}
	if next != nil {
		for p, i := next.node, 0; p != nil && i < 5; p, i = p.Parent, i+1 {
			var said strings.Builder
			for s, j := p.PrevSibling, 0; s != nil && j < 8; s, j = s.PrevSibling, j+1 {
				writeText(&said, s, 300, nil)
				said.WriteByte(' ')
			}
			for s, j := p, 0; s != nil && j < 8; s, j = s.NextSibling, j+1 {
				writeText(&said, s, 600, nil)
			}
			if said.Len() > 600 {
				break
			}
			if read(said.String()) {
				return pages, items
			}
		}
		return 0, 0
	}
	for n := range elements(r.dom(), "div", "span", "td", "p", "ul") {
		if !pagerBlock.MatchString(attr(n, "class")) && !pagerBlock.MatchString(attr(n, "id")) {
			continue
		}
		if said := text(n, 600, nil); len(said) < 600 && read(said) {
			return pages, items
		}
	}
	return 0, 0
}

// number is the first group of a form that took part in its match.
func number(form *regexp.Regexp, s string) int {
	if m := form.FindStringSubmatch(s); m != nil {
		for _, group := range m[1:] {
			if n, err := strconv.Atoi(group); err == nil {
				return n
			}
		}
	}
	return 0
}

var (
	announcedPages = regexp.MustCompile(`共\s*(?:有|计)?\s*(\d{1,5})\s*页|总页数\s*[:：]?\s*(\d{1,5})|(?:^|[^\d/-])\d{1,4}\s*/\s*(\d{1,4})(?:\s*页|[^\d/]|$)`)
	announcedItems = regexp.MustCompile(`共\s*(?:有|计)?\s*(\d{1,6})\s*(?:条|篇|个?记录|项)|总(?:记录|条)数\s*[:：]?\s*(\d{1,6})|记录\s*[:：]\s*(\d{1,6})`)
	pagerBlock     = regexp.MustCompile(`(?i)page|pagin|fanye|fenye|\byema|(?:^|[\s_-])(?:fy|pg|ym)(?:[\s_-]|$)`)
)
