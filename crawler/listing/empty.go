package listing

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// nothing ends a column whose first page no mechanism could read.
func (r *reader) nothing() Result {
	verdict, evidence := r.emptiness()
	return r.end(verdict, evidence)
}

// emptiness tells why a page lists nothing: it isn't there (soft404), a browser
// would have to build it (needs_js), or the site has changed (empty_drift).
func (r *reader) emptiness() (verdict, evidence string) {
	root := r.dom()
	if root == nil {
		return "empty_drift", fmt.Sprintf("the answer of %d bytes lists nothing and is no page", len(r.Body))
	}
	visible := fold(text(root, 20_000, nil))
	if m := missing.FindString(visible); m != "" && len(visible) < 3_000 {
		return "soft404", fmt.Sprintf("the page says %q in %d bytes of text", m, len(visible))
	}
	var scripts []string
	for n := range elements(root, "script") {
		if src := attr(n, "src"); src != "" && len(scripts) < 5 && !library.MatchString(src) {
			scripts = append(scripts, src)
		}
	}
	if m := clientSide.Find(r.Body); m != nil {
		return "needs_js", fmt.Sprintf("a browser builds the list: %q; scripts: %s", m, strings.Join(scripts, " "))
	}
	for n := range elements(root, "ul", "ol", "tbody", "div") {
		if id := attr(n, "id"); listID.MatchString(id) && strings.TrimSpace(text(n, 100, nil)) == "" {
			return "needs_js", fmt.Sprintf("a browser fills the empty <%s id=%q>; scripts: %s", n.Data, id, strings.Join(scripts, " "))
		}
	}
	if u, _ := redirection(root); u != "" || len(visible) < 60 && len(r.scripts()) > 0 {
		return "needs_js", fmt.Sprintf("the page holds %d bytes of text and a script", len(visible))
	}
	return "empty_drift", fmt.Sprintf("no entries among %d links of the page", len(r.page().links))
}

var (
	missing    = regexp.MustCompile(`(?i)页面不存在|页面没有找到|找不到.{0,6}页面|页面.{0,4}(?:已被?删除|无法访问|走丢)|您访问的.{0,10}(?:不存在|已删除|被删除)|(?:栏目|信息|内容|文件|文章|网页)(?:不存在|已删除|已被删除)|404(?:错误|notfound|error|-)|notfound|^404`)
	clientSide = regexp.MustCompile(`\{\{[^{}\n]{1,60}\}\}|<%=[^%\n]{1,60}%>|\bms-repeat[\w-]*=|\bv-for=|\bng-repeat=|\.zTree\b|class="ztree"|id="(?:app|root)"></div>`)
	listID     = regexp.MustCompile(`(?i)list|content|result|data|news`)
	library    = regexp.MustCompile(`(?i)jquery|bootstrap|swiper|layui|polyfill|share|baidu|analytics`)
)

// shell tells where a first page that holds nothing but a redirect leads: a meta
// refresh or a literal location. At most two are followed.
func (r *reader) shell() (string, bool) {
	root := r.dom()
	hops, _ := strconv.Atoi(r.get("hops"))
	if root == nil || hops >= 2 {
		return "", false
	}
	to, _ := redirection(root)
	if to == "" {
		return "", false
	}
	u := resolve(r.base, to)
	if u == nil || u.Hostname() != r.URL.Hostname() || samePage(u.String(), r.URL.String()) {
		return "", false
	}
	return u.String(), true
}

// hop follows a redirect shell.
func (r *reader) hop(to string) Result {
	hops, _ := strconv.Atoi(r.get("hops"))
	st := State{Vars: map[string]string{"hops": strconv.Itoa(hops + 1)}}
	return Result{Next: &Request{URL: to, Referrer: r.URL.String()}, State: st}
}

// redirection is the target of a page that only redirects.
func redirection(root *html.Node) (target, how string) {
	var script string
	for n := range elements(root, "meta", "script") {
		switch {
		case n.Data == "meta" && strings.EqualFold(attr(n, "http-equiv"), "refresh"):
			if m := refresh.FindStringSubmatch(attr(n, "content")); m != nil {
				if wait, _ := strconv.Atoi(m[1]); wait <= 10 {
					target, how = strings.Trim(m[2], `'" `), "meta refresh"
				}
			}
		case n.Data == "script" && n.FirstChild != nil && script == "":
			if m := location.FindStringSubmatch(stripComments(n.FirstChild.Data)); m != nil {
				script = m[1]
			}
		}
		if target != "" {
			break
		}
	}
	if target == "" && script != "" {
		target, how = script, "location"
	}
	if target == "" || len(strings.TrimSpace(text(root, 300, nil))) >= 200 {
		return "", ""
	}
	for n := range elements(root, "a") {
		if _, ok := lookup(n, "href"); ok {
			if links := attr(n, "href"); !strings.Contains(target, links) && !strings.Contains(links, target) {
				return "", "" // a page with links of its own is no shell
			}
		}
	}
	return target, how
}

var (
	refresh  = regexp.MustCompile(`(?i)^\s*(\d+)(?:\.\d+)?\s*[;,]\s*(?:url\s*=\s*)?(.+)$`)
	location = regexp.MustCompile(`^\s*(?:(?:window|document|self|top|parent)\s*\.\s*)*location(?:\s*\.\s*href)?\s*(?:=|\.\s*replace\s*\()\s*['"]([^'"]+)['"]\s*\)?\s*;?\s*$`)
)
