package frontier

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"strings"

	"golang.org/x/net/idna"
)

// Key returns the canonical key of a URL: two URLs with one key are one page.
// It is made for government sites, which serve a page under many names, and it
// drops what does not select another page there:
//
//   - the scheme, a default port, the prefixes www. m. and wap. of the host, the
//     gateway /gate/big5/ of traditional-character mirrors;
//   - session ids in the path (;jsessionid=…) and in the query, and the display
//     switches isMobile and xxgkhide;
//   - _wap and _app before the extension of an article (t20240327_13086081_wap.html);
//   - index and default file names at the end of the path, empty and dot segments;
//   - the fragment, but for the catalogue number of a /gkmlpt/ page, which is part
//     of the address there (/gkmlpt/index#721).
//
// Percent-encoding is brought to one form byte by byte, so that a query encoded
// in GBK stays the bytes it is. A key is for comparing; it is not a URL and is
// never fetched.
func Key(u *url.URL) string {
	if inner := big5(u); inner != nil {
		u = inner
	}
	var b strings.Builder
	b.WriteString(BareHost(Host(u)))
	b.WriteString(keyPath(u.EscapedPath()))
	if q := keyQuery(u.RawQuery); q != "" {
		b.WriteByte('?')
		b.WriteString(q)
	}
	if isCatalogue(u) {
		b.WriteByte('#')
		b.WriteString(u.Fragment)
	}
	return b.String()
}

// RequestKey is [Key] for a request with a method and a form body: the same
// address asked with another form is another page.
func RequestKey(method string, u *url.URL, body string) string {
	key := Key(u)
	if method == "" || method == "GET" {
		return key
	}
	sum := sha256.Sum256([]byte(body))
	return key + " " + method + " " + hex.EncodeToString(sum[:8])
}

// Host returns the name under which the pace of a URL's server is kept: the host
// in lower case and ASCII, without a trailing dot, with the port unless it is the
// default of the scheme. Both schemes of one host share it.
func Host(u *url.URL) string {
	host := strings.ToLower(strings.TrimRight(u.Hostname(), "."))
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && port != defaultPort(u.Scheme) {
		host += ":" + port
	}
	return host
}

func defaultPort(scheme string) string {
	if strings.EqualFold(scheme, "https") {
		return "443"
	}
	return "80"
}

// BareHost drops the prefixes www. m. and wap. of a host name, under which one
// site is served for different screens.
func BareHost(host string) string {
	if _, err := netip.ParseAddr(host); err == nil {
		return host
	}
	for _, prefix := range []string{"www.", "m.", "wap."} {
		if rest, ok := strings.CutPrefix(host, prefix); ok && strings.Contains(rest, ".") {
			return rest
		}
	}
	return host
}

// big5 returns the URL behind a traditional-character gateway
// (big5.example.gov.cn/gate/big5/www.example.gov.cn/path), or nil.
func big5(u *url.URL) *url.URL {
	rest, ok := strings.CutPrefix(u.EscapedPath(), "/gate/big5/")
	if !ok {
		return nil
	}
	inner, err := url.Parse("http://" + rest)
	if err != nil || inner.Host == "" {
		return nil
	}
	inner.RawQuery = u.RawQuery
	inner.Fragment = u.Fragment
	return inner
}

func isCatalogue(u *url.URL) bool {
	if u.Fragment == "" || !strings.Contains(u.Path, "/gkmlpt/") {
		return false
	}
	for _, r := range u.Fragment {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

var (
	sessionParam = regexp.MustCompile(`(?i);(?:jsessionid|sessionid|phpsessid|sid)=[^/;]*`)
	indexName    = regexp.MustCompile(`(?i)^(?:index|default)\.(?:s?html?|jhtml|jsp|php|aspx?)$`)
	screenCopy   = regexp.MustCompile(`(?i)(\d)_(?:wap|app)(\.s?html?)$`)
)

func keyPath(escaped string) string {
	p := sessionParam.ReplaceAllString(foldPercent(escaped), "")
	slash := strings.HasSuffix(p, "/") || strings.HasSuffix(p, "/.") || strings.HasSuffix(p, "/..")
	p = path.Clean("/" + p)
	if dir, file := path.Split(p); indexName.MatchString(file) {
		return dir
	}
	if slash && p != "/" {
		p += "/"
	}
	return screenCopy.ReplaceAllString(p, "$1$2")
}

// idleParams are query parameters that choose a session or a layout, not a page.
var idleParams = map[string]bool{
	"ismobile": true, "xxgkhide": true,
	"jsessionid": true, "phpsessid": true, "aspsessionid": true, "sessionid": true,
	"utm_source": true, "utm_medium": true, "utm_campaign": true, "spm": true,
}

func keyQuery(raw string) string {
	if raw == "" {
		return ""
	}
	kept := make([]string, 0, 8)
	for param := range strings.SplitSeq(raw, "&") {
		name, _, _ := strings.Cut(param, "=")
		if param == "" || idleParams[strings.ToLower(name)] {
			continue
		}
		kept = append(kept, foldPercent(param))
	}
	return strings.Join(kept, "&")
}

// foldPercent writes every byte in one form: unreserved characters as they are,
// escapes with capital digits, bytes beyond ASCII and spaces escaped.
func foldPercent(s string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		escaped := false
		if c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			c = unhex(s[i+1])<<4 | unhex(s[i+2])
			escaped = true
			i += 2
		}
		switch {
		case isUnreserved(c), !escaped && c > ' ' && c < 0x7f:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
		}
	}
	return b.String()
}

func isUnreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '-' || c == '.' || c == '_' || c == '~'
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c >= 'a':
		return c - 'a' + 10
	default:
		return c - 'A' + 10
	}
}
