package document

import (
	"context"
	"errors"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// expected tells the errors that a reader may give for foreign bytes.
func expected(err error) bool {
	var limit *LimitError
	var format *FormatError
	return errors.As(err, &limit) || errors.As(err, &format) || errors.Is(err, ErrEmpty)
}

// What tells formats apart sees the bytes first, and must name the same format
// whenever it is asked.
func FuzzDetect(f *testing.F) {
	for _, seed := range []string{
		"", "\ufeff \x00", "%PDF-1.4", "junk%PDF-", "PK\x03\x04word/document.xml", "PK\x05\x06xl/workbook.xml", "PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.text",
		string(doc), ole + "W\x00o\x00r\x00k\x00b\x00o\x00o\x00k\x00", "{\\rtf1\\ansi", "\x1f\x8b\x08", "\xff\xd8\xff\xe0", "BM\x00\x00", "BM报告",
		"RIFF\x00\x00\x00\x00WEBPVP8 ", "<?xml version=\"1.0\"?><?mso-application progid=\"Word.Document\"?>", "<?xml version='1.0'?><a/>", "<!-- x --><!DOCTYPE html>",
		"MIME-Version: 1.0\nContent-Type: multipart/related", "\xff\xfe<\x00p\x00>\x00", "<\x00p\x00>\x00", "| 项目 | 0 |\n|---|---|", "1 < 2",
	} {
		f.Add([]byte(seed), "report.doc", "text/html")
	}
	f.Fuzz(func(t *testing.T, b []byte, name, contentType string) {
		h := Hint{Name: name, ContentType: contentType}
		format := Detect(b, h)
		if again := Detect(b, h); again != format {
			t.Fatalf("%q, then %q", format, again)
		}
		if _, ok := legacy[format]; ok || format == PDF {
			return // programs of their own, which are not fuzzed here
		}
		d, err := Read(context.Background(), b, h, Limits{Tags: 10_000, Cells: 10_000, Unpacked: 1 << 20})
		if err != nil {
			if !expected(err) {
				t.Fatal(err)
			}
			return
		}
		if format == "" {
			t.Fatal("a document without a format")
		}
		verify(t, d)
	})
}

func FuzzReadXLSX(f *testing.F) {
	f.Add(`<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="C1" t="inlineStr"><is><t>规章</t></is></c></row><row r="3"><c r="B3" s="1"><v>0.5</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells>`)
	f.Add(`<sheetData><row r="2"><c r="A2" t="s"><v>7</v></c><c r="XFD2"/></row></sheetData><mergeCells><mergeCell ref="A2"/><mergeCell ref="Z9:A1"/></mergeCells>`)
	f.Add(`<sheetData><row r="1" hidden="1"><c r="A1" t="b"><v>1</v></c><c r="B1" t="e"><v>#DIV/0!</v></c><c t="str"><f>SUM(A1)</f><v>3</v></c></row>`)
	f.Fuzz(func(t *testing.T, content string) {
		d, err := ReadXLSX(context.Background(), sheet(t, content), Hint{}, Limits{Cells: 10_000, Unpacked: 1 << 20})
		if err != nil {
			if !expected(err) {
				t.Fatal(err)
			}
			return
		}
		verify(t, d)
	})
}

func FuzzReadMHTML(f *testing.F) {
	f.Add("Content-Type: multipart/related; boundary=\"b\"", "Content-Type: text/html; charset=gb2312\r\nContent-Transfer-Encoding: quoted-printable", "<p>=B9=AB=BF=AA12=\r\n3</p>")
	f.Add("Content-Type: multipart/mixed; boundary=b", "Content-Type: text/html\r\nContent-Transfer-Encoding: base64", "PHA+uau/qjEyMzwvcD4=")
	f.Add("Content-Type: multipart/alternative; boundary=b", "Content-Type: multipart/related; boundary=c", "--c\r\nContent-Type: text/html\r\n\r\n<p>x</p>\r\n--c--")
	f.Add("Content-Type: multipart/", "Content-Type: image/png", "x")
	gbk, err := simplifiedchinese.GBK.NewEncoder().String("<table><tr><td>规章<td>0</table>")
	if err != nil {
		f.Fatal(err)
	}
	f.Add("Content-Type: multipart/related; boundary=b", "Content-Type: TEXT/HTML ; charset=gbk", gbk)
	f.Fuzz(func(t *testing.T, head, part, body string) {
		var b strings.Builder
		b.WriteString("MIME-Version: 1.0\r\n" + head + "\r\n\r\n--b\r\n" + part + "\r\n\r\n" + body + "\r\n--b--\r\n")
		d, err := ReadMHTML(context.Background(), []byte(b.String()), Hint{}, Limits{Tags: 10_000, Cells: 10_000})
		if err != nil {
			if !expected(err) {
				t.Fatal(err)
			}
			return
		}
		verify(t, d)
	})
}
