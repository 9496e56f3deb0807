package listing

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

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
	if redirection(root) != "" || len(visible) < 60 && len(r.scripts()) > 0 {
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

// Shell tells where a page that holds nothing but a redirect leads, by meta refresh
// or a literal location; nil when it is a page of its own.
func Shell(final *url.URL, root *html.Node) *url.URL {
	if root == nil {
		return nil
	}
	to := redirection(root)
	if to == "" {
		return nil
	}
	u := Resolve(Base(final, root), to)
	if u == nil || samePage(u.String(), final.String()) {
		return nil
	}
	return u
}

// maxHops bounds the redirect shells before a first page.
const maxHops = 2

// hop follows a first page that is a redirect shell; false when it is none, leads
// elsewhere or would be one too many.
func (r *reader) hop() (Result, bool) {
	hops, _ := strconv.Atoi(r.get("hops"))
	to := Shell(r.URL, r.dom())
	if to == nil || hops >= maxHops || !sameHost(to, r.URL) {
		return Result{}, false
	}
	st := State{Vars: map[string]string{"hops": strconv.Itoa(hops + 1)}}
	return Result{Next: &Request{URL: to.String(), Referrer: r.URL.String()}, State: st}, true
}

// redirection is the target of a page that only redirects, "" of any other.
func redirection(root *html.Node) string {
	target, script := "", ""
	for n := range elements(root, "meta", "script") {
		if n.Data == "meta" && strings.EqualFold(attr(n, "http-equiv"), "refresh") {
			if m := refresh.FindStringSubmatch(attr(n, "content")); m != nil && len(m[1]) < 2 {
				target = strings.Trim(m[2], `'" `)
				break
			}
		}
		if n.Data == "script" && n.FirstChild != nil && script == "" && len(n.FirstChild.Data) < 2_000 && strings.Contains(n.FirstChild.Data, "location") {
			if m := location.FindStringSubmatch(stripComments(n.FirstChild.Data)); m != nil {
				script = m[1]
			}
		}
	}
	if target == "" {
		target = script
	}
	if target == "" || len(strings.TrimSpace(text(root, 300, nil))) >= 200 {
		return ""
	}
	for n := range elements(root, "a") {
		if href := attr(n, "href"); href != "" && !strings.Contains(target, href) && !strings.Contains(href, target) {
			return "" // a page with links of its own is no shell
		}
	}
	return target
}

var (
	refresh  = regexp.MustCompile(`(?i)^\s*(\d+)(?:\.\d+)?\s*[;,]\s*(?:url\s*=\s*)?(.+)$`)
	location = regexp.MustCompile(`^\s*(?:(?:window|document|self|top|parent)\s*\.\s*)*location(?:\s*\.\s*href)?\s*(?:=|\.\s*replace\s*\()\s*['"]([^'"]+)['"]\s*\)?\s*;?\s*$`)
)
