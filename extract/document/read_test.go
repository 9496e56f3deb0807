package document

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

func TestDetect(t *testing.T) {
	wide := func(s string) string {
		return "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600) + strings.Join(strings.Split(s, ""), "\x00") + "\x00"
	}
	noise := make([]byte, 5000)
	for i := range noise {
		noise[i] = byte(i * i >> 3 * 7)
	}
	tests := []struct {
		name string
		in   string
		hint Hint
		want Format
	}{
		{name: "nothing", in: "", want: ""},
		{name: "only white space", in: "\ufeff \r\n\x00\n", want: ""},
		{name: "a page", in: "<!DOCTYPE html><p>x", want: HTML},
		{name: "a page after a mark and a comment", in: "\ufeff\n<!-- x --><HTML>", want: HTML},
		{name: "xhtml", in: `<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html>`, want: HTML},
		{name: "a fragment pasted from a word processor", in: `<?xml:namespace prefix = o ns = "urn" /><P>x</P>`, want: HTML},
		{name: "an element of a CMS", in: `<UCAPCONTENT><p>x</p>`, want: HTML},
		{name: "text first, then markup", in: "年度报告\n<p>x</p><p>y</p>", want: HTML},
		{name: "a page in UTF-16", in: string(encode(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "<html><p>年报")), want: HTML},
		{name: "plain text", in: "年度报告\n一、总体情况 a<b", want: Text},
		{name: "plain text in GBK", in: string(encode(t, simplifiedchinese.GBK, simplified)), want: Text},
		{name: "plain text in UTF-16", in: string(encode(t, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "a 1 年报\n2 3\n")), want: Text},
		{name: "a Markdown table", in: "# 年报\n\n| 商业<br>企业 | 1 |\n|---|---|\n| <br> | <br> |\n", want: Text},
		{name: "text that begins with the mark of a bitmap", in: "BMI 指标 12\n", want: Text},
		{name: "a page with one tag and a name", in: "年度报告<br>一</p>", hint: Hint{Name: "a.HTML"}, want: HTML},
		{name: "a page with one tag and a header", in: "年度报告<br>一</p>", hint: Hint{ContentType: "text/html; charset=utf-8"}, want: HTML},
		{name: "text with an HTML name", in: "年度报告\n一、总体情况", hint: Hint{Name: "a.html"}, want: Text},
		{name: "a page with a PDF name", in: "<html><body>404</body></html>", hint: Hint{Name: "a.pdf", ContentType: "application/pdf"}, want: HTML},
		{name: "pdf", in: "%PDF-1.7\n%\xe2\xe3", want: PDF},
		{name: "pdf after junk", in: "\r\njunk\n%PDF-1.4\n", want: PDF},
		{name: "a page about pdf", in: "<p>%PDF-1.4</p>", want: HTML},
		{name: "docx", in: "PK\x03\x04xxxx[Content_Types].xmlPK\x03\x04word/document.xml", want: DOCX},
		{name: "xlsx", in: "PK\x03\x04xxxxxl/workbook.xml", want: XLSX},
		{name: "ofd", in: "PK\x03\x04xxxxOFD.xml", want: OFD},
		{name: "zip", in: "PK\x03\x04xxxxa.txt", want: Zip},
		{name: "doc", in: wide("WordDocument"), want: DOC},
		{name: "xls", in: wide("Workbook"), want: XLS},
		{name: "wps", in: wide("WpsCustomData") + wide("WordDocument"), want: WPS},
		{name: "a document under a password", in: wide("EncryptedPackage"), want: Locked},
		{name: "odt", in: "PK\x03\x04xxxxmimetypeapplication/vnd.oasis.opendocument.text", want: ODT},
		{name: "another compound file", in: wide("Contents"), want: OLE},
		{name: "rtf", in: `{\rtf1\ansi`, want: RTF},
		{name: "gzip", in: "\x1f\x8b\x08\x00", want: Gzip},
		{name: "rar", in: "Rar!\x1a\x07\x00", want: RAR},
		{name: "jpeg", in: "\xff\xd8\xff\xe0\x00\x10JFIF", want: JPEG},
		{name: "png", in: "\x89PNG\r\n\x1a\n\x00", want: PNG},
		{name: "webp", in: "RIFF\x10\x00\x00\x00WEBPVP8 ", want: WebP},
		{name: "tiff", in: "II*\x00\x08\x00", want: TIFF},
		{name: "bmp", in: "BM\x36\x00\x00\x00\x00\x00\x00\x00\x36\x00", want: BMP},
		{name: "a document of a word processor in XML", in: `<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument>`, want: WordML},
		{name: "xml", in: `<?xml version="1.0"?><rss><channel></channel></rss>`, want: XML},
		{name: "a web archive", in: "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n", want: MHTML},
		{name: "noise", in: string(noise), want: Binary},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Detect([]byte(tt.in), tt.hint); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestReadErrors(t *testing.T) {
	ctx := context.Background()
	if _, err := Read(ctx, []byte(" \n"), Hint{}, Limits{}); !errors.Is(err, ErrEmpty) {
		t.Errorf("white space gives %v", err)
	}
	var format *FormatError
	if _, err := Read(ctx, []byte("\x89PNG\r\n\x1a\n"), Hint{Name: "a.html"}, Limits{}); !errors.As(err, &format) || format.Format != PNG {
		t.Errorf("a picture gives %v", err)
	}
	if got, want := fmt.Sprint(format), "can't read png: it is a picture; what it shows would have to be recognised first"; got != want {
		t.Errorf("message %q, want %q", got, want)
	}
	var limit *LimitError
	huge := bytes.Repeat([]byte("年"), 100<<20/3)
	if _, err := Read(ctx, huge, Hint{}, Limits{}); !errors.As(err, &limit) || limit.What != "bytes" || limit.Limit != 64<<20 {
		t.Errorf("100 MB gives %v", err)
	}
}

func readText(t testing.TB, text string) *Document {
	t.Helper()
	d, err := Read(context.Background(), []byte(text), Hint{Name: "a.txt"}, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if d.Format != Text {
		t.Fatalf("format %s", d.Format)
	}
	verify(t, d)
	return d
}

func TestReadText(t *testing.T) {
	d := readText(t, "\ufeff  年度报告\r\n\r\n\t规章 \t0\t1 \r| 文件 | 2 |\v三\u2028四\u2029\u3000五　\u200b5\f六\n\n七")
	type block struct {
		Text       string
		Line, Page int
	}
	var blocks []block
	for _, b := range d.Blocks {
		blocks = append(blocks, block{b.Text, b.Line, b.Page})
	}
	if diff := cmp.Diff([]block{
		{"年度报告", 0, 1}, {"规章 0 1", 2, 1}, {"| 文件 | 2 |", 3, 1}, {"三", 4, 1}, {"四", 5, 1}, {"五 5", 6, 1}, {"六", 7, 2}, {"七", 9, 2},
	}, blocks); diff != "" {
		t.Errorf("blocks (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"  年度报告", "", "\t规章 \t0\t1 ", "| 文件 | 2 |", "三", "四", "\u3000五　\u200b5", "六", "", "七"}, d.Lines); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestReadTextLimits(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		limits     Limits
		want       string
	}{
		{"too many lines", strings.Repeat("1\n", 1001), Limits{Lines: 1000}, "lines"},
		{"too long a line", strings.Repeat("1", 1001), Limits{LineBytes: 1000}, "bytes in a line"},
		{"as many and as long as may be", strings.Repeat("12\n", 1000), Limits{Lines: 1000, LineBytes: 2}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ReadText(context.Background(), []byte(tt.text), Hint{}, tt.limits)
			var limit *LimitError
			if tt.want == "" && err != nil || tt.want != "" && (!errors.As(err, &limit) || limit.What != tt.want) {
				t.Errorf("error %v, want the limit on %q", err, tt.want)
			}
		})
	}
}

func FuzzReadText(f *testing.F) {
	f.Add([]byte("年度报告\r\n 规章\t0\f\n\u2028x\u00a0y"))
	f.Add([]byte("\xff\xfe1\x00\n\x00"))
	f.Add(encode(f, simplifiedchinese.GBK, simplified))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := ReadText(context.Background(), b, Hint{}, Limits{})
		if errors.Is(err, ErrEmpty) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		verify(t, d)
		again, err := ReadText(context.Background(), b, Hint{}, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(d, again); diff != "" {
			t.Fatalf("read twice:\n%s", diff)
		}
	})
}
