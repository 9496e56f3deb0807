package listing

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"

	"golang.org/x/net/html"
)

// Resolve makes the reference of a page absolute against its final URL or its
// <base href>. It mends what government pages get wrong: white space and
// backslashes inside, %u escapes, stray percent signs, a dot behind the host,
// two slashes before a path, more /../ than there are directories. It gives nil
// for what can't be fetched.
func Resolve(base *url.URL, ref string) *url.URL {
	ref = strings.Map(func(c rune) rune {
		switch {
		case c == '\\':
			return '/'
		case c < ' ' || c == 0x7f || c == '\u200b' || c == '\ufeff':
			return -1
		}
		return c
	}, strings.Trim(ref, " \t\r\n\u00a0\u3000"))
	if ref == "" || len(ref) > 4096 {
		return nil
	}
	if strings.HasPrefix(ref, "//") {
		if host, _, _ := strings.Cut(ref[2:], "/"); !strings.ContainsAny(host, ".:") && host != "localhost" {
			ref = ref[1:] // a path with a slash too many
		}
	}
	ref = percentU(ref)
	u, err := url.Parse(ref)
	if err != nil {
		if u, err = url.Parse(strayPercent.ReplaceAllString(ref, "%25$1")); err != nil {
			return nil
		}
	}
	if u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
		return nil
	}
	u = base.ResolveReference(u)
	u.Host = strings.ToLower(u.Host)
	if name := u.Hostname(); strings.HasSuffix(name, ".") {
		u.Host = strings.Replace(u.Host, name, strings.TrimRight(name, "."), 1)
	}
	if u.Host == "" || u.Opaque != "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil
	}
	u.User = nil
	u.RawQuery = asciiQuery(u.RawQuery)
	return u
}

// asciiQuery escapes what a query may not hold as it is: Chinese and white space.
func asciiQuery(q string) string {
	plain := func(c byte) bool { return c > ' ' && c < 0x7f && c != '"' && c != '<' && c != '>' }
	clean := true
	for i := range len(q) {
		clean = clean && plain(q[i])
	}
	if clean {
		return q
	}
	var b strings.Builder
	for i := range len(q) {
		if plain(q[i]) {
			b.WriteByte(q[i])
		} else {
			fmt.Fprintf(&b, "%%%02X", q[i])
		}
	}
	return b.String()
}

var strayPercent = regexp.MustCompile(`%([^0-9A-Fa-f]|.?$|[0-9A-Fa-f][^0-9A-Fa-f])`)

var percentUs = regexp.MustCompile(`(?:%u[0-9A-Fa-f]{4})+`)

// percentU decodes the %uXXXX escapes of old JavaScript.
func percentU(s string) string {
	if !strings.Contains(s, "%u") {
		return s
	}
	return percentUs.ReplaceAllStringFunc(s, func(run string) string {
		units := make([]uint16, 0, len(run)/6)
		for i := 0; i+6 <= len(run); i += 6 {
			n, _ := strconv.ParseUint(run[i+2:i+6], 16, 16)
			units = append(units, uint16(n))
		}
		return string(utf16.Decode(units))
	})
}

// identity is what two URLs of one item share: scheme, session id and fragment
// don't count, except the number behind # that names a column of gkmlpt.
func identity(raw string) string {
	if _, rest, ok := strings.Cut(raw, "://"); ok {
		raw = rest
	}
	if i := strings.IndexByte(raw, '#'); i >= 0 && !columnFragment.MatchString(raw[i:]) {
		raw = raw[:i]
	}
	if i := strings.Index(raw, ";jsessionid="); i >= 0 {
		end := strings.IndexAny(raw[i:], "?#")
		if end < 0 {
			return raw[:i]
		}
		raw = raw[:i] + raw[i+end:]
	}
	return raw
}

var columnFragment = regexp.MustCompile(`^#\d+$`)

// samePage tells whether two URLs name one page, whether or not its index file is
// spelled out.
func samePage(a, b string) bool {
	return a == b || pageKey(a) == pageKey(b)
}

// pageKey is what the addresses of one page share.
func pageKey(raw string) string { return trimIndex(identity(raw)) }

// trimIndex cuts index.html and the like off a URL, and the slash before it.
func trimIndex(s string) string {
	if i := strings.LastIndexByte(s, '/'); i >= 0 && len(s)-i < 20 && (strings.HasPrefix(s[i+1:], "index.") || strings.HasPrefix(s[i+1:], "default.")) {
		return s[:i]
	}
	return strings.TrimSuffix(s, "/")
}

// sameHost tells whether two URLs are of one site: www. doesn't count.
func sameHost(a, b *url.URL) bool {
	return a.Host == b.Host || strings.TrimPrefix(a.Host, "www.") == strings.TrimPrefix(b.Host, "www.")
}

// directory is the path of u up to its last slash, as segments.
func directory(u *url.URL) []string {
	return segments(u.Path[:strings.LastIndexByte(u.Path, '/')+1])
}

func segments(p string) []string {
	return strings.FieldsFunc(p, func(c rune) bool { return c == '/' })
}

// sharedDirs is how many of the leading directories of a path are dirs.
func sharedDirs(dirs []string, p string) int {
	n := 0
	for n < len(dirs) {
		p = strings.TrimLeft(p, "/")
		dir, rest, more := strings.Cut(p, "/")
		if !more || !strings.EqualFold(dir, dirs[n]) {
			break
		}
		p = rest
		n++
	}
	return n
}

// shared is how many leading segments a and b have in common.
func shared(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && strings.EqualFold(a[n], b[n]) {
		n++
	}
	return n
}

// application matches the query URLs that stand for one article.
var application = regexp.MustCompile(`(?i)(?:xxgkAnnualReport\.jsp\?.*fbtime=|(?:show|detail|view|content|article|info|read|_show)\w*(?:\.(?:php|aspx?|jsp|do|xp|action|html?))?\?.*\w*id=\w)`)

// fileExts are the extensions of attachments; download and stored match the paths
// under which CMSs serve files that have none.
var (
	fileExts = map[string]bool{"doc": true, "docx": true, "pdf": true, "xls": true, "xlsx": true, "wps": true, "et": true, "rtf": true,
		"ceb": true, "ofd": true, "zip": true, "rar": true, "txt": true}
	download = regexp.MustCompile(`(?i)/downfile\.jsp\?|/_content/download\.jsp\?|/document/file-download\?`)
	stored   = regexp.MustCompile(`^/group\d+/M\d\d/`)
)

// isArticle tells whether u looks like one article or file of a listing.
func isArticle(u *url.URL) bool {
	if strings.HasSuffix(u.Path, "/") && u.RawQuery == "" {
		return false // as most links of a page; spares them the patterns
	}
	return articlePath(u.Path) && !columnPath(u.Path) || IsFile(u) || u.RawQuery != "" && application.MatchString(u.Path+"?"+u.RawQuery)
}

// IsFile tells whether a URL looks like that of an attachment, by its extension or
// by the download path of a CMS.
func IsFile(u *url.URL) bool {
	if ext := path.Ext(u.Path); len(ext) > 1 && len(ext) <= 5 && fileExts[strings.ToLower(ext[1:])] {
		return true
	}
	return u.RawQuery != "" && download.MatchString(u.Path+"?"+u.RawQuery) || stored.MatchString(u.Path)
}

// withQuery is u with parameters set in place or appended, in order; the rest of
// the query stays as it was printed.
func withQuery(u *url.URL, pairs ...string) string {
	c := *u
	c.Fragment = ""
	for i := 0; i+1 < len(pairs); i += 2 {
		c.RawQuery = setParam(c.RawQuery, pairs[i], pairs[i+1])
	}
	return c.String()
}

// setParam sets one parameter of an encoded query or form, all else untouched.
func setParam(query, name, value string) string {
	pair := url.QueryEscape(name) + "=" + url.QueryEscape(value)
	var out []string
	done := false
	for part := range strings.SplitSeq(query, "&") {
		key, _, _ := strings.Cut(part, "=")
		if k, err := url.QueryUnescape(key); err == nil {
			key = k
		}
		switch {
		case part == "":
		case !strings.EqualFold(key, name):
			out = append(out, part)
		case !done:
			out = append(out, pair)
			done = true
		}
	}
	if !done {
		out = append(out, pair)
	}
	return strings.Join(out, "&")
}

// Base is what the references of a page resolve against: its final URL or its
// <base href>. root may be nil.
func Base(u *url.URL, root *html.Node) *url.URL {
	base := *u
	base.Fragment, base.RawFragment = "", ""
	for n := range elements(root, "base") {
		if href := attr(n, "href"); href != "" {
			if b := Resolve(&base, href); b != nil {
				return b
			}
			break
		}
	}
	return &base
}

// fileParts splits the last segment of a path: "index_2.html" is "index_2" and
// ".html"; a directory has neither.
func fileParts(p string) (stem, ext string) {
	_, file := path.Split(p)
	ext = path.Ext(file)
	return strings.TrimSuffix(file, ext), ext
}
