package fetch

import (
	"bytes"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// maxRobots is how much of a robots.txt is read, as RFC 9309 section 2.5 has it.
const maxRobots = 500 << 10

// robotsRules is what one robots.txt says to one product: a reading of RFC 9309.
//
// It is written out here because the parsers at hand reject a whole file for one
// bad line, prefer Disallow on a tie, match agents by prefix and compare paths
// without undoing percent-encoding.
type robotsRules struct {
	rules []robotsRule
	delay time.Duration // Crawl-delay, 0 if none
}

type robotsRule struct {
	pattern string // normalised; * and $ are special
	allow   bool
	line    string // as it stands in the file
}

// parseRobots reads the groups that are meant for product, or for everybody when
// none is.
func parseRobots(body []byte, product string) *robotsRules {
	if len(body) > maxRobots {
		body = body[:maxRobots]
		if i := bytes.LastIndexAny(body, "\r\n"); i >= 0 {
			body = body[:i]
		}
	}
	// UTF-8 with a mark, and UTF-16, as some editors save it.
	if plain, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), body); err == nil {
		body = plain
	}

	product = productToken(product)
	var own, all robotsRules
	var named bool            // a group names the product
	var forOwn, forAll bool   // the group being read is meant for …
	var inRules, grouped bool // rules of the group have begun; there is a group
	each := func(f func(*robotsRules)) {
		if forOwn {
			f(&own)
		}
		if forAll {
			f(&all)
		}
	}
	for line := range bytes.FieldsFuncSeq(body, func(r rune) bool { return r == '\r' || r == '\n' }) {
		key, value, ok := robotsLine(line)
		if !ok {
			continue
		}
		switch key {
		case "user-agent", "useragent", "user agent":
			if inRules || !grouped {
				forOwn, forAll, inRules = false, false, false
			}
			grouped = true
			switch agent := productToken(value); {
			case value == "*" || strings.HasPrefix(value, "* "):
				forAll = true
			case agent != "" && strings.EqualFold(agent, product):
				forOwn, named = true, true
			}
		case "allow", "disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw":
			inRules = true
			if value == "" || !grouped {
				continue
			}
			for _, p := range robotsPatterns(value) {
				each(func(r *robotsRules) {
					r.rules = append(r.rules, robotsRule{p, key == "allow", string(bytes.ToValidUTF8(line, []byte("\uFFFD")))})
				})
			}
		case "crawl-delay", "crawldelay":
			inRules = true // who asks for a pause has no more agents to name
			if s, err := strconv.ParseFloat(value, 64); err == nil && s > 0 && s < 1e6 {
				each(func(r *robotsRules) { r.delay = max(r.delay, time.Duration(s*float64(time.Second))) })
			}
		}
	}
	if named {
		return &own
	}
	return &all
}

// robotsLine splits a line into its key, lower case, and its value without
// comment. A missing colon is forgiven.
func robotsLine(line []byte) (key, value string, ok bool) {
	line, _, _ = bytes.Cut(line, []byte("#"))
	line = bytes.TrimSpace(line)
	k, v, ok := bytes.Cut(line, []byte(":"))
	if !ok {
		i := bytes.IndexAny(line, " \t")
		if i < 0 {
			return "", "", false
		}
		k, v = line[:i], line[i:]
	}
	return strings.ToLower(string(bytes.TrimSpace(k))), string(bytes.TrimSpace(v)), true
}

// productToken is the product token that s begins with: letters, - and _.
func productToken(s string) string {
	for i, c := range []byte(s) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && c != '-' && c != '_' {
			return s[:i]
		}
	}
	return s
}

// robotsPatterns makes the patterns of a rule: one, or two where the file is not
// in UTF-8 and the site may percent-encode its paths either way.
func robotsPatterns(value string) []string {
	if !strings.HasPrefix(value, "/") && !strings.HasPrefix(value, "*") {
		value = "/" + value
	}
	patterns := []string{normalPath(value, true)}
	if !utf8.ValidString(value) {
		if s, err := simplifiedchinese.GB18030.NewDecoder().String(value); err == nil {
			patterns = append(patterns, normalPath(s, true))
		}
	}
	return patterns
}

// normalPath brings a path, with its query, into the form that RFC 9309 compares:
// unreserved octets plain, all others that are not ASCII percent-encoded in upper
// case. In a pattern * and a $ at the end stay special; elsewhere they are octets
// like others.
func normalPath(s string, pattern bool) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	b.Grow(len(s) + 8)
	for i := 0; i < len(s); i++ {
		c := s[i]
		escaped := false
		if c == '%' && i+2 < len(s) {
			hi, lo := unhex(s[i+1]), unhex(s[i+2])
			if hi >= 0 && lo >= 0 {
				c, escaped = byte(hi<<4|lo), true
				i += 2
			}
		}
		plain := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0
		switch {
		case plain:
			b.WriteByte(c)
		case escaped, c <= ' ', c >= 0x7f, c == '%',
			c == '*' && !pattern, c == '$' && (!pattern || i < len(s)-1):
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// test says whether the path, with its query, may be asked, and which line
// decided: the one with the longest pattern, and among equals an Allow.
func (r *robotsRules) test(path string) (allowed bool, line string) {
	path = normalPath(path, false)
	longest := -1
	allowed = true
	for _, rule := range r.rules {
		if n := len(rule.pattern); n < longest || n == longest && !rule.allow || !robotsMatch(rule.pattern, path) {
			continue
		}
		longest, allowed, line = len(rule.pattern), rule.allow, rule.line
	}
	return allowed, line
}

// robotsMatch matches pattern at the beginning of path: * is any run of octets, $
// at the end of the pattern is the end of the path.
func robotsMatch(pattern, path string) bool {
	pattern, anchored := strings.CutSuffix(pattern, "$")
	first, rest, stars := strings.Cut(pattern, "*")
	if !strings.HasPrefix(path, first) {
		return false
	}
	path = path[len(first):]
	for stars {
		var part string
		part, rest, stars = strings.Cut(rest, "*")
		if !stars && anchored {
			return strings.HasSuffix(path, part)
		}
		i := strings.Index(path, part)
		if i < 0 {
			return false
		}
		path = path[i+len(part):]
	}
	return !anchored || path == ""
}
