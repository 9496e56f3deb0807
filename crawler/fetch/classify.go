package fetch

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

const (
	// signBytes is the greatest body that is searched for signs: what blocks and
	// error pages are made of is short, even within the frame of a site.
	signBytes = 64 << 10
	// charsetBytes is how much of a body decides whether it is in UTF-8.
	charsetBytes = 16 << 10
	// jsonBytes is the greatest message of an interface that can be a sign.
	jsonBytes = 1 << 10
	// stubBytes is the greatest markup that can be a stub.
	stubBytes = 600
	// stubText is the most visible text of a stub, in characters.
	stubText = 4
	// longText is more visible text, in bytes, than any sign has in characters of
	// up to 4 bytes: no need to read on.
	longText = 2401
)

// Classify tells what kind of answer a fetch got: verdict is empty for one that
// can be used (2xx with content, 304), else a verdict word with its reason, and
// evidence says what gave it away. Blocks are recognised to be reported, never to
// be got around.
func Classify(ex *Exchange) (verdict, evidence string) {
	h := ex.Last()
	if h == nil || h.Status == 0 {
		return "", ""
	}
	if h.Verdict == "" && len(ex.Hops) > 1 && h.Status == http.StatusOK {
		if why := misled(ex.Hops[0].URL, h.URL); why != "" {
			return "soft404:redirected", why
		}
	}
	return h.Verdict, h.Evidence
}

// misled says how a redirect from the page asked for to the final URL shows that
// the page is gone; empty when it doesn't.
func misled(asked, final string) string {
	from, err := url.Parse(asked)
	if err != nil {
		return ""
	}
	to, err := url.Parse(final)
	if err != nil {
		return ""
	}
	p := strings.ToLower(to.Path)
	if base := path.Base(p); strings.HasPrefix(base, "404") || strings.HasPrefix(base, "error.") || strings.HasPrefix(base, "err404") || strings.HasPrefix(base, "notfound") {
		return "redirected to the error page " + final
	}
	if isRoot(to) && !isRoot(from) {
		return "redirected to the site root " + final
	}
	return ""
}

func isRoot(u *url.URL) bool {
	switch strings.ToLower(u.Path) {
	case "", "/", "/index.html", "/index.htm", "/index.shtml", "/index.jsp", "/index.php", "/index.aspx", "/index.asp", "/default.html", "/default.htm", "/default.aspx":
		return u.RawQuery == ""
	}
	return false
}

// Err is nil when the fetch ended in an answer that can be used; else it is the
// error of the last hop, or an *AnswerError with the verdict of Classify.
func (ex *Exchange) Err() error {
	h := ex.Last()
	if h == nil {
		return nil
	}
	if h.Err != nil {
		return h.Err
	}
	verdict, evidence := Classify(ex)
	if verdict == "" {
		return nil
	}
	return answerError(h, verdict, evidence)
}

func answerError(h *Hop, verdict, evidence string) *AnswerError {
	return &AnswerError{URL: h.URL, Status: h.Status, Verdict: verdict, Evidence: evidence,
		RetryAfter: retryAfter(h.Header, h.Start.Add(h.Took))}
}

// judge notes what the answer is by itself, whatever it was meant to be.
func (h *Hop) judge() { h.Verdict, h.Evidence, h.stops = classify(h) }

// classify judges one answer by itself; stops says that the host is to be left
// alone for the run.
func classify(h *Hop) (verdict, evidence string, stops bool) {
	if h.Status == http.StatusNotModified || h.leadsOn() {
		return "", "", false
	}
	if page := readPage(h); page != nil {
		for i := range signs {
			if what := signs[i].fits(h, page); what != "" {
				return signs[i].verdict, fmt.Sprintf("status %d, %s, %d characters of text", h.Status, what, page.chars), signs[i].stops
			}
		}
		if h.Status == http.StatusOK && page.stub() {
			return "soft404:stub", fmt.Sprintf("%d bytes of markup with %d characters of text", len(h.Decoded), page.chars), false
		}
	}
	status := strconv.Itoa(h.Status)
	switch {
	case h.Status/100 == 3:
		return "failed:" + status, "status " + status + " that leads nowhere", false
	case h.Status == http.StatusPartialContent:
		return "failed:" + status, "status 206: a part, of a page that was asked for whole", false
	case h.Status/100 == 2 && len(h.Decoded) == 0 && h.Method != http.MethodHead:
		return "soft404:empty", "status " + status + " with an empty body", false
	case h.Status/100 == 2:
		return "", "", false
	case h.Status == http.StatusForbidden, h.Status == http.StatusTooManyRequests:
		return "blocked:" + status, "status " + status, false
	case h.Status == http.StatusPreconditionFailed, h.Status == 521:
		// Nothing that was asked could fail so: it is a shield's.
		return "blocked:" + status, "status " + status, true
	}
	return "failed:" + status, "status " + status, false
}

// page is what the signs look at.
type page struct {
	raw    []byte
	text   []byte // visible text without white space, in lower case where ASCII
	title  []byte
	chars  int
	markup bool
	gb     bool // the text is in a double-byte charset
}

// report says whether the page names itself an annual report.
func (p *page) report() bool {
	text := p.text
	if p.gb {
		text, _ = simplifiedchinese.GB18030.NewDecoder().Bytes(text) // what is none is replaced
	}
	return ownName.Match(text)
}

// readPage reads a body that may be one of the pages meant; nil for others.
func readPage(h *Hop) *page {
	b := h.Decoded
	success := h.Status/100 == 2 && h.Status != http.StatusAccepted
	switch t := strings.ToLower(h.Header.Get("Content-Type")); {
	case len(b) == 0:
		return nil
	case !success:
		b = b[:min(len(b), signBytes)] // the status tells already
	case len(b) > signBytes:
		return nil
	case t != "" && !strings.Contains(t, "html") && !strings.HasPrefix(t, "text/plain") && len(b) > jsonBytes:
		return nil
	}
	p := &page{raw: b}
	utf8Text := isUTF8(b[:min(len(b), charsetBytes)])
	p.text, p.title, p.markup = visible(b, utf8Text)
	if utf8Text {
		p.chars = utf8.RuneCount(p.text)
	} else {
		p.chars, p.gb = countGB(p.text), true
	}
	return p
}

// isUTF8 says whether b, which may be cut within a character, is UTF-8.
func isUTF8(b []byte) bool {
	for range utf8.UTFMax - 1 {
		if r, n := utf8.DecodeLastRune(b); r != utf8.RuneError || n != 1 {
			break
		}
		b = b[:len(b)-1]
	}
	return utf8.Valid(b)
}

// stub says whether the page is markup around nothing.
func (p *page) stub() bool {
	if !p.markup || len(p.raw) > stubBytes || p.chars > stubText {
		return false
	}
	low := bytes.ToLower(p.raw)
	return !slices.ContainsFunc(shell, func(s string) bool { return bytes.Contains(low, []byte(s)) })
}

// fits says what of the sign was found; empty when it does not fit.
func (s *sign) fits(h *Hop, p *page) string {
	switch {
	case s.any:
	case s.status == nil && h.Status != http.StatusOK,
		s.status != nil && !slices.Contains(s.status, h.Status):
		return ""
	}
	if s.size > 0 && len(p.raw) > s.size {
		return ""
	}
	short := s.within == 0 || p.chars <= s.within
	if !short && !s.title {
		return ""
	}
	if what := s.found(h, p, short); what != "" && !(s.unless && p.report()) {
		return what
	}
	return ""
}

// found is what of the sign's words the page has.
func (s *sign) found(h *Hop, p *page, short bool) string {
	if s.body != nil {
		if found := firstIn(p.raw, s.body); found != "" && (s.also == nil || firstIn(p.raw, s.also) != "") {
			return fmt.Sprintf("%q in the body", found)
		}
	}
	for _, c := range h.Header.Values("Set-Cookie") {
		for _, prefix := range s.cookie {
			if strings.HasPrefix(c, prefix) {
				return fmt.Sprintf("cookie %q", prefix)
			}
		}
	}
	if s.begins != "" && bytes.HasPrefix(p.text, []byte(s.begins)) {
		return fmt.Sprintf("text that begins with %q", s.begins)
	}
	for _, text := range s.text {
		in, where := p.text, "text"
		if !short {
			in, where = p.title, "title"
		}
		if bytes.Contains(in, []byte(text)) || bytes.Contains(in, gbSigns[text]) {
			return fmt.Sprintf("%q in the %s", text, where)
		}
	}
	return ""
}

func firstIn(b []byte, words []string) string {
	for _, w := range words {
		if bytes.Contains(b, []byte(w)) {
			return w
		}
	}
	return ""
}

// gbSigns are the texts of the signs in GB18030: the pages are searched as they
// came, whatever their charset.
var gbSigns = func() map[string][]byte {
	m := map[string][]byte{}
	enc := simplifiedchinese.GB18030.NewEncoder()
	for _, s := range signs {
		for _, t := range s.text {
			b, err := enc.Bytes([]byte(t))
			if err != nil {
				panic("fetch: sign " + t + ": " + err.Error())
			}
			m[t] = b
		}
	}
	return m
}()

// visible takes the text out of markup: no tags, scripts, styles or comments, no
// white space. It needs no DOM: the pages it is for are a few lines, and whatever
// is not one of them only has to come out long, and is cut short. Bytes that are not UTF-8 are taken
// for a double-byte charset.
func visible(b []byte, utf8Text bool) (text, title []byte, markup bool) {
	text = make([]byte, 0, min(len(b), longText+64))
	for i := 0; i < len(b) && len(text) < longText; {
		c, rest := b[i], b[i:]
		switch {
		case c <= ' ':
			i++
		case c >= 0x81 && !utf8Text && len(rest) > 1:
			text = append(text, c, rest[1])
			i += 2
		case c == '&' && space(rest) > 0:
			i += space(rest)
		case bytes.HasPrefix(rest, []byte("<!--")):
			markup = true
			i += past(rest, "-->")
		case c == '<' && len(rest) > 1 && isTag(rest[1]):
			markup = true
			i += past(rest, ">")
			switch name := element(rest[1:]); {
			case name == "":
			case name != "title":
				i += past(b[i:], "</"+name)
				i += past(b[i:], ">")
			case title == nil:
				end := past(b[i:], "</title")
				inner, _, _ := visible(bytes.TrimSuffix(b[i:i+end], []byte("</title")), utf8Text)
				title = append([]byte{}, inner...)
				text = append(text, title...)
				i += end
				i += past(b[i:], ">")
			}
		default:
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			text = append(text, c)
			i++
		}
	}
	return text, title, markup
}

func isTag(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '/' || c == '!' || c == '?'
}

// hidden are the elements whose content is not shown, and title.
var hidden = []string{"script", "style", "noscript", "template", "textarea", "title"}

// element is the one of those whose tag's inside b is; empty for others.
func element(b []byte) string {
	for _, name := range hidden {
		if !hasFold(b, name) {
			continue
		}
		if rest := b[len(name):]; len(rest) == 0 || rest[0] == '/' || !isTag(rest[0]) {
			return name
		}
	}
	return ""
}

// past is how many bytes of b lead past the first word, which is in lower case;
// all of them when it does not come.
func past(b []byte, word string) int {
	for i := 0; i+len(word) <= len(b); i++ {
		j := bytes.IndexByte(b[i:], word[0])
		if j < 0 {
			break
		}
		if i += j; hasFold(b[i:], word) {
			return i + len(word)
		}
	}
	return len(b)
}

// hasFold says whether b begins with the lower-case word, in any ASCII case.
func hasFold(b []byte, word string) bool {
	if len(b) < len(word) {
		return false
	}
	for i := range len(word) {
		c := b[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != word[i] {
			return false
		}
	}
	return true
}

// space is the length of the character reference for white space that b begins
// with, or 0.
func space(b []byte) int {
	for _, e := range []string{"&nbsp;", "&#160;", "&ensp;", "&emsp;", "&#xa0;", "&#12288;"} {
		if hasFold(b, e) {
			return len(e)
		}
	}
	return 0
}

// countGB counts the characters of a text in a double-byte charset.
func countGB(b []byte) int {
	n := 0
	for i := 0; i < len(b); i++ {
		if b[i] >= 0x81 {
			i++
		}
		n++
	}
	return n
}
