package document

import (
	"archive/zip"
	"bytes"
	"mime"
	"path"
	"regexp"
	"strings"
)

// Format names the kind of bytes a document was read from.
type Format string

// The formats.
const (
	HTML  Format = "html"
	MHTML Format = "mhtml" // a web archive
	Text  Format = "text"
	PDF   Format = "pdf"
	DOCX  Format = "docx"
	XLSX  Format = "xlsx"

	// Read by way of LibreOffice, where there is one.
	DOC    Format = "doc"
	XLS    Format = "xls"
	WPS    Format = "wps"
	RTF    Format = "rtf"
	ODT    Format = "odt"
	ODS    Format = "ods"
	WordML Format = "wordml" // Word 2003 XML

	// Not read; they exist to be named in a FormatError.
	PPT    Format = "ppt"
	PPTX   Format = "pptx"
	OFD    Format = "ofd"
	OLE    Format = "ole"    // a compound file of something else
	Locked Format = "locked" // an office document under a password
	XML    Format = "xml"
	Zip    Format = "zip"
	Gzip   Format = "gzip"
	RAR    Format = "rar"
	SevenZ Format = "7z"
	JPEG   Format = "jpeg"
	PNG    Format = "png"
	GIF    Format = "gif"
	BMP    Format = "bmp"
	TIFF   Format = "tiff"
	WebP   Format = "webp"
	Binary Format = "binary" // none of the above, and no text
)

// Picture tells whether the format is a picture.
func (f Format) Picture() bool {
	switch f {
	case JPEG, PNG, GIF, BMP, TIFF, WebP:
		return true
	}
	return false
}

// Hint is what the caller knows of bytes beside them. It never outweighs them.
type Hint struct {
	// Name is a file name or the last element of a URL path.
	Name string
	// ContentType is the HTTP header of that name.
	ContentType string
}

// html tells whether the hint speaks of a web page.
func (h Hint) html() bool {
	if t, _, _ := mime.ParseMediaType(h.ContentType); strings.Contains(t, "html") {
		return true
	}
	switch strings.ToLower(path.Ext(h.Name)) {
	case ".htm", ".html", ".shtml", ".xhtml", ".jhtml", ".mht":
		return true
	}
	return false
}

// magics are the first bytes of the formats that have some.
var magics = []struct {
	prefix string
	format Format
}{
	{"PK\x03\x04", Zip},
	{"PK\x05\x06", Zip},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE},
	{"{\\rtf", RTF},
	{"\x1f\x8b", Gzip},
	{"Rar!\x1a\x07", RAR},
	{"7z\xbc\xaf\x27\x1c", SevenZ},
	{"\xff\xd8\xff", JPEG},
	{"\x89PNG\r\n\x1a\n", PNG},
	{"GIF87a", GIF},
	{"GIF89a", GIF},
	{"BM", BMP},
	{"II*\x00", TIFF},
	{"MM\x00*", TIFF},
}

// Detect names the format of b by its bytes; the hint only helps to tell a page
// with hardly any markup from plain text. It gives "" for bytes without content.
func Detect(b []byte, h Hint) Format {
	head := b[:min(len(b), prescan)]
	trimmed := bytes.TrimLeft(head, "\ufeff \t\r\n\f")
	if len(bytes.Trim(b, "\ufeff\x00 \t\r\n\f")) == 0 {
		return ""
	}
	// Junk may stand before %PDF-, readers look for it in the first KiB; in an
	// archive it is that of a member.
	if i := bytes.Index(head[:min(len(head), 1024+5)], []byte("%PDF-")); i >= 0 && !bytes.ContainsAny(head[:i], "<") && !bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return PDF
	}
	for _, m := range magics {
		if !bytes.HasPrefix(trimmed, []byte(m.prefix)) {
			continue
		}
		switch {
		case m.format == Zip:
			return zipFormat(b)
		case m.format == OLE:
			return oleFormat(b)
		case m.format == BMP && !looksBinary(head):
			continue // a text may begin with BM
		}
		return m.format
	}
	if bytes.HasPrefix(trimmed, []byte("RIFF")) && len(trimmed) > 12 && string(trimmed[8:12]) == "WEBP" {
		return WebP
	}
	if name, size := byteOrderMark(head); size > 0 && name != utf8Name {
		text, _ := decodeAs(name, head[size:])
		head = []byte(text)
	} else if name := zeroPattern(head); name != "" {
		text, _ := decodeAs(name, head)
		head = []byte(text)
	}
	if looksBinary(head) {
		return Binary
	}
	return markupFormat(head, h)
}

// zipFormat tells what a zip archive holds by the names in it: those of its
// directory, or where that is damaged those before each member. A document that is
// only one of the members names nothing there.
func zipFormat(b []byte) Format {
	const around = 64 << 10
	head, names := b[:min(len(b), around)], b[max(0, len(b)-around):]
	if r, err := zip.NewReader(bytes.NewReader(b), int64(len(b))); err == nil {
		var listed []byte
		for _, file := range r.File[:min(len(r.File), around)] {
			listed = append(append(listed, strings.ReplaceAll(file.Name, `\`, "/")...), '\n')
		}
		names = listed
		if !bytes.HasPrefix(head[min(len(head), 30):], []byte("mimetype")) {
			head = nil
		}
	}
	has := func(name string) bool {
		return bytes.Contains(head, []byte(name)) || bytes.Contains(names, []byte(name))
	}
	switch {
	case has("word/document"):
		return DOCX
	case has("xl/workbook"):
		return XLSX
	case has("ppt/presentation"):
		return PPTX
	case has("OFD.xml"):
		return OFD
	case has("mimetypeapplication/vnd.oasis.opendocument.text"):
		return ODT
	case has("mimetypeapplication/vnd.oasis.opendocument.spreadsheet"):
		return ODS
	}
	return Zip
}

// oleFormat tells what a compound file holds by the names of its streams, which
// stand in it as UTF-16.
func oleFormat(b []byte) Format {
	for _, s := range []struct {
		name   string
		format Format
	}{
		{"EncryptedPackage", Locked},
		{"WpsCustomData", WPS},
		{"WordDocument", DOC},
		{"Workbook", XLS},
		{"Book", XLS},
		{"PowerPoint Document", PPT},
	} {
		wide := make([]byte, 0, 2*len(s.name))
		for i := range len(s.name) {
			wide = append(wide, s.name[i], 0)
		}
		if bytes.Contains(b, wide) {
			return s.format
		}
	}
	return OLE
}

// looksBinary tells whether one byte in twenty is a control character that no
// text has.
func looksBinary(b []byte) bool {
	b = b[:min(len(b), 4<<10)]
	control := 0
	for _, c := range b {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\v' && c != 0x1b || c == 0x7f {
			control++
		}
	}
	return control*20 > len(b)
}

// mailHeader matches the first line of a web archive: browsers say who saved it
// before they say that it is one.
var mailHeader = regexp.MustCompile(`^[a-z][a-z-]{1,40}: ?`)

// markupFormat tells HTML, XML and plain text apart.
func markupFormat(head []byte, h Hint) Format {
	rest := bytes.TrimLeft(head, "\ufeff \t\r\n\f")
	if start := bytes.ToLower(rest[:min(len(rest), 2<<10)]); mailHeader.Match(start) && bytes.Contains(start, []byte("mime-version:")) && bytes.Contains(start, []byte("multipart/")) {
		return MHTML
	}
	declared := false
	for {
		switch {
		case bytes.HasPrefix(rest, []byte("<?")):
			declared = declared || bytes.HasPrefix(rest, []byte("<?xml "))
			if bytes.HasPrefix(rest, []byte("<?mso-application")) {
				return WordML
			}
			rest = after(rest, ">")
			continue
		case bytes.HasPrefix(rest, []byte("<!--")):
			rest = after(rest, "-->")
			continue
		case bytes.HasPrefix(rest, []byte("<!")):
			if len(rest) > 9 && bytes.EqualFold(rest[:9], []byte("<!doctype")) && bytes.Contains(bytes.ToLower(rest[:min(len(rest), 40)]), []byte("html")) {
				return HTML
			}
			rest = after(rest, ">")
			continue
		}
		break
	}
	if name := tagName(rest); htmlNames[name] {
		return HTML
	} else if declared && name != "" && countTags(head, 2) < 2 {
		return XML
	}
	need := 2
	if h.html() {
		need = 1
	}
	if countTags(head, need) >= need {
		return HTML
	}
	return Text
}

func after(b []byte, mark string) []byte {
	_, rest, _ := bytes.Cut(b, []byte(mark))
	return bytes.TrimLeft(rest, " \t\r\n\f")
}

// tagName gives the name of the tag that b begins with, in lower case.
func tagName(b []byte) string {
	if len(b) < 2 || b[0] != '<' {
		return ""
	}
	b = b[1:]
	if b[0] == '/' {
		b = b[1:]
	}
	n := 0
	for n < len(b) && n < 12 && (b[n]|0x20 >= 'a' && b[n]|0x20 <= 'z' || isDigit(b[n])) {
		n++
	}
	return string(bytes.ToLower(b[:n]))
}

// htmlNames are the elements that tell HTML from a text with a stray <.
var htmlNames = func() map[string]bool {
	names := map[string]bool{}
	for name := range strings.FieldsSeq("html head body title meta link script style div p span table tbody thead tr td th " +
		"ul ol li a br img h1 h2 h3 h4 h5 h6 font strong center form section article iframe ucaptitle ucapcontent") {
		names[name] = true
	}
	return names
}()

// countTags counts the tags in b that only HTML has, up to enough: all end tags,
// and the start tags that close nothing. A Markdown table may have <br>.
func countTags(b []byte, enough int) (n int) {
	for n < enough {
		i := bytes.IndexByte(b, '<')
		if i < 0 || i+2 >= len(b) {
			break
		}
		b = b[i:]
		if name := tagName(b); htmlNames[name] && (b[1] == '/' || name == "td" || name == "tr" || name == "table" || name == "p" || name == "div") {
			n++
		}
		b = b[1:]
	}
	return n
}
