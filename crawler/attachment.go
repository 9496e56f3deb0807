package crawler

import (
	"bytes"
	"context"
	"fmt"
	"mime"
	"net/url"
	"path"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/text/encoding/simplifiedchinese"

	"gongkai/crawler/frontier"
	"gongkai/crawler/listing"
	"gongkai/extract/document"
	"gongkai/store"
)

// maxFiles bounds the attachments of one page.
const maxFiles = 40

// attachment fetches a file that a page links to, or that a listing links to in
// place of a page.
func (v *visit) attachment(ctx context.Context) error {
	if err := v.fetch(listing.Request{URL: v.row.URL}, v.conditional()); err != nil {
		return err
	}
	if v.same() {
		return v.unchanged()
	}
	hop := v.hop()
	contentType := hop.Header.Get("Content-Type")
	name := dispositionName(hop.Header.Get("Content-Disposition"))
	if name == "" {
		name = v.row.Extra[extraName]
	}
	if name == "" {
		name = fileName(hop.URL)
	}
	if document.Detect(hop.Decoded, document.Hint{Name: name}) == document.HTML && !isPageName(name) && !savedByOffice(hop.Decoded) {
		return &answerError{"failed:html-instead-of-file", fmt.Sprintf("%s is a web page of %d bytes%s", name, len(hop.Decoded), v.titled(ctx))}
	}
	digest := v.digest(hop.Decoded)
	if v.row.Extra[extraJudge] != "" {
		title := v.row.Extra[extraTitle]
		if title == "" {
			title = v.row.Title
		}
		if _, err := v.judge(ctx, Page{
			URL: v.row.URL, FinalURL: hop.URL, Body: hop.Decoded, ContentType: contentType, Name: name,
			Title: title, Date: v.row.Date, Attachment: true, Referrer: v.row.Referrer, Digest: digest,
		}); err != nil {
			return err
		}
	}
	setExtra(&v.row, extraName, name)
	v.captured("", "")
	v.keep(digest)
	v.changed()
	v.done(store.Done, "")
	v.commit(v.row.Due)
	return nil
}

// titled quotes the title of a web page that came in place of a file.
func (v *visit) titled(ctx context.Context) string {
	page, err := parsePage(ctx, v.hop().Decoded, "", v.hop().Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	for n := range descend(page.root) {
		if n.Data == "title" {
			if t := textOf(n, 60); t != "" {
				return fmt.Sprintf(", titled %q", t)
			}
		}
	}
	return ""
}

// savedByOffice tells whether a web page is how an office program saved a document:
// many .doc and .xls files are HTML inside.
func savedByOffice(b []byte) bool {
	return bytes.Contains(b[:min(len(b), 4096)], []byte("urn:schemas-microsoft-com:office"))
}

// isPageName tells whether a file is named as a web page: then one is no mistake.
func isPageName(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".htm", ".html", ".mht", ".shtml":
		return true
	}
	return false
}

// files finds the attachments of a page. judge says that the report is to be read
// from them.
func (v *visit) files(p Page, judge bool) {
	final, err := url.Parse(p.FinalURL)
	if err != nil {
		return
	}
	found := attachments(final, p.Root, p.Charset.Name)
	if len(found) == 0 && judge {
		found = scans(final, p.Root)
	}
	for _, f := range found {
		if err := v.site.inScope(f.url); err != nil {
			v.r.log.Info("out of scope", "run", v.r.record.ID, "site", v.site.ID, "url", f.url.String(), "title", f.name)
			v.strangeFile(f.url)
			continue
		}
		row := store.Row{
			Key: rowKey(kindAttachment, v.site.ID, f.url), URL: f.url.String(), Host: v.site.queue(f.url),
			Site: v.row.Site, Index: v.row.Index, Kind: kindAttachment, Referrer: p.FinalURL,
			Title: f.name, Date: v.row.Date, State: store.Queued, Due: v.r.o.Now(),
		}
		if row.Key == v.row.Key {
			continue
		}
		setExtra(&row, extraPage, v.row.Key)
		setExtra(&row, extraTitle, v.row.Title)
		setExtra(&row, extraName, f.name)
		if judge {
			setExtra(&row, extraJudge, "1")
		}
		v.finish.Found = append(v.finish.Found, row)
		v.touches(f.url)
	}
}

// touches notes that the column has rows on the host of a URL.
func (v *visit) touches(u *url.URL) {
	v.column.mu.Lock()
	defer v.column.mu.Unlock()
	if v.column.touches(frontier.BareHost(frontier.Host(u))) {
		v.moved = true
	}
}

func (v *visit) strangeFile(u *url.URL) {
	v.column.mu.Lock()
	defer v.column.mu.Unlock()
	v.column.strange(frontier.Host(u))
	v.moved = true
}

// file is a link to an attachment.
type file struct {
	url  *url.URL
	name string
}

// attachments finds the links of a page to files that belong to its article: those
// in the body, those near the word 附件, those named as a report, and documents
// that the page shows in a frame.
func attachments(final *url.URL, root *html.Node, charset string) []file {
	base := sync.OnceValue(func() *url.URL { return listing.Base(final, root) }) // a walk of its own
	var files []file
	seen := make(map[string]bool)
	for n := range descend(root) {
		var ref string
		embedded := false
		switch n.Data {
		default:
			continue
		case "a", "area":
			ref = attribute(n, "href")
			if !addressed(ref) {
				// The address is in a handler: downFile('/upload/nb.ofd').
				if u := listing.Target(n, base()); u != nil && (listing.IsFile(u) || u.RawQuery != "") {
					ref = u.String()
				}
			}
		case "iframe", "frame", "embed":
			ref, embedded = attribute(n, "src"), true
		case "object":
			ref, embedded = attribute(n, "data"), true
		}
		if !maybeFile(ref) && !strings.Contains(attribute(n, "class"), "attachment") {
			continue
		}
		u := listing.Resolve(base(), encodeQuery(ref, charset))
		if u == nil {
			continue
		}
		u = viewed(u, base())
		name := linkName(n, u)
		if !isAttachment(n, u, name) || !embedded && !belongs(n, name) {
			continue
		}
		u.Fragment = ""
		if key := frontier.Key(u); !seen[key] && len(files) < maxFiles {
			seen[key] = true
			files = append(files, file{u, name})
		}
	}
	return files
}

// addressed tells whether a reference is an address rather than a place on the page
// or a script.
func addressed(ref string) bool {
	return ref != "" && ref[0] != '#' && (len(ref) < 11 || !strings.EqualFold(ref[:11], "javascript:"))
}

// scans are the pictures in the body of an article, for pages that hold nothing
// else: the report was scanned.
func scans(final *url.URL, root *html.Node) []file {
	base := listing.Base(final, root)
	var files []file
	seen := make(map[string]bool)
	for n := range descend(root) {
		if n.Data != "img" {
			continue
		}
		u := listing.Resolve(base, attribute(n, "src"))
		if u == nil || !scanExt.MatchString(u.Path) || !inBody(n) {
			continue
		}
		if key := frontier.Key(u); !seen[key] && len(files) < maxFiles {
			seen[key] = true
			files = append(files, file{u, path.Base(u.Path)})
		}
	}
	return files
}

// scanExt matches the names under which editors store pictures: they have numbers,
// as those of the page's furniture (icon.png) mostly don't.
var scanExt = regexp.MustCompile(`(?i)/[^/]*\d{5,}[^/]*\.(?:jpe?g|png|tiff?|bmp)$`)

// maybeFile is a cheap look at a reference, so that the hundreds of links of a
// page's furniture cost next to nothing: the address of a file has an extension of
// one, or says download or attachment, or leaves its name to a query.
func maybeFile(ref string) bool {
	if !addressed(ref) {
		return false
	}
	end := strings.IndexByte(ref, '?')
	if end >= 0 {
		return true
	}
	switch ext := path.Ext(ref); {
	case ext == "":
		return !strings.HasSuffix(ref, "/")
	case strings.EqualFold(ext, ".html"), strings.EqualFold(ext, ".shtml"), strings.EqualFold(ext, ".htm"), strings.EqualFold(ext, ".jhtml"):
		return false
	}
	return true
}

// viewed is the document behind a viewer page (pdfjs/web/viewer.html?file=…).
func viewed(u, base *url.URL) *url.URL {
	if u.RawQuery == "" || !strings.Contains(strings.ToLower(u.Path), "viewer") {
		return u
	}
	if inner := u.Query().Get("file"); inner != "" {
		if d := listing.Resolve(base, inner); d != nil {
			return d
		}
	}
	return u
}

var (
	fileExt = regexp.MustCompile(`(?i)\.(?:docx?|pdf|xlsx?|wps|et|rtf|ceb|ofd|zip|rar)$`)
	// downloads are the addresses under which CMSs serve attachments: Hanweb,
	// JPaaS, VSB, gkmlpt, Lonsun.
	downloads = regexp.MustCompile(`(?i)/downfile\.jsp\?|/attach/-?\d|/front/document/file-download\?|/_content/download\.jsp\?|/__local/|/attachment/\d|/group\d+/M\d\d/`)
)

// downloadWords and serving are labels and paths of links to files whose name only
// the server knows.
var (
	downloadWords = regexp.MustCompile(`^(?:点击|请点击|附件)?(?:下载|查看)(?:附件)?$|^附件`)
	serving       = regexp.MustCompile(`(?i)down|file|attach`)
)

func isAttachment(n *html.Node, u *url.URL, name string) bool {
	target := u.Path
	if u.RawQuery != "" {
		target += "?" + u.RawQuery
	}
	return listing.IsFile(u) || fileExt.MatchString(u.Path) || downloads.MatchString(target) ||
		downloadWords.MatchString(name) && serving.MatchString(u.Path) && (u.RawQuery != "" || path.Ext(u.Path) == "") ||
		fileExt.MatchString(name) && (u.RawQuery != "" || path.Ext(u.Path) == "") ||
		strings.Contains(attribute(n, "class"), "attachment")
}

// bodies are the ids and classes of the containers that hold an article's body.
var bodies = regexp.MustCompile(`(?i)ucap-?content|trs_?(?:ueditor|editor)|\bzoom|vsb_content|v_news_content|main-?text|article|ivs_content|pages_content|bt_content|artile_zw|con_text|wz_?con|xxgk_content|detail|news_cont|view\b|info_content|conTxt|\bcontent\b`)

func isBody(n *html.Node) bool {
	return bodies.MatchString(attribute(n, "id") + " " + attribute(n, "class"))
}

// inBody tells whether an element lies in the container of the article's body.
func inBody(n *html.Node) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Type == html.ElementNode && (p.Data == "article" || p.Data == "ucapcontent" || isBody(p)) {
			return true
		}
	}
	return false
}

// belongs tells whether a link is part of an article and not of the page's
// furniture.
func belongs(n *html.Node, name string) bool {
	if _, ok := listing.ReportTitle(name); ok || strings.Contains(name, "附件") {
		return true
	}
	for p, level := n.Parent, 0; p != nil; p, level = p.Parent, level+1 {
		if p.Type != html.ElementNode {
			continue
		}
		switch p.Data {
		case "nav", "header", "footer":
			return false
		case "article", "ucapcontent":
			return true
		}
		if isBody(p) {
			return true
		}
		if level < 5 {
			if t := textOf(p, 600); strings.Contains(t, "附件") || strings.Contains(t, "相关文档") {
				return true
			}
		}
	}
	return false
}

// linkName is the file name that a link gives: its text, or what its address or
// attributes say when the text names no file.
func linkName(n *html.Node, u *url.URL) string {
	text := textOf(n, 300)
	q := u.Query()
	candidates := []string{text, attribute(n, "download"), attribute(n, "title"), attribute(n, "alt"),
		decodeName(q.Get("showname")), decodeName(q.Get("filename")), decodeName(q.Get("fileName"))}
	for _, c := range candidates {
		if fileExt.MatchString(strings.TrimSpace(c)) {
			return strings.TrimSpace(c)
		}
	}
	for _, c := range candidates {
		if c = strings.TrimSpace(c); c != "" {
			return c
		}
	}
	return fileName(u.String())
}

// dispositionName is the file name of a Content-Disposition header: by RFC 5987,
// percent-encoded, or in raw GBK bytes as many servers send it.
func dispositionName(header string) string {
	if header == "" {
		return ""
	}
	_, params, err := mime.ParseMediaType(header)
	name := params["filename"]
	if err != nil || name == "" {
		if m := rawFilename.FindStringSubmatch(header); m != nil {
			name = strings.Trim(m[1], `" `)
		}
	}
	if name = decodeName(name); name == "" {
		return ""
	}
	return path.Base(strings.ReplaceAll(name, `\`, "/"))
}

var rawFilename = regexp.MustCompile(`(?i)filename\s*=\s*("[^"]*"|[^;]+)`)

// decodeName undoes percent-encoding and GBK.
func decodeName(name string) string {
	if name == "" {
		return ""
	}
	if plain, err := url.QueryUnescape(name); err == nil && strings.Contains(name, "%") {
		name = plain
	}
	if !utf8.ValidString(name) {
		if text, err := simplifiedchinese.GB18030.NewDecoder().String(name); err == nil {
			name = text
		}
	}
	if strings.HasPrefix(name, "=?") {
		if text, err := new(mime.WordDecoder).DecodeHeader(name); err == nil {
			name = text
		}
	}
	return name
}
