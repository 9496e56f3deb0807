package document

import (
	"archive/zip"
	"bytes"
	"errors"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// archive makes an archive of members, by name and content in turn; stored says that
// they aren't compressed.
func archive(t *testing.T, stored bool, members ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i := 0; i < len(members); i += 2 {
		h := &zip.FileHeader{Name: members[i], Method: zip.Deflate}
		if stored {
			h.Method = zip.Store
		}
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(members[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// An archive is read if it holds one document, whatever lies beside it.
func TestReadZip(t *testing.T) {
	const page = "<html><body><p>一、总体情况</p><p>全年公开信息三十条。</p></body></html>"
	gbk, err := simplifiedchinese.GBK.NewEncoder().String("年报/县教育局.html")
	if err != nil {
		t.Fatal(err)
	}
	docx := string(archive(t, true, "[Content_Types].xml", "<Types/>", "word/document.xml",
		`<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>一、总体情况</w:t></w:r></w:p></w:body></w:document>`))
	for _, c := range []struct {
		name    string
		members []string
		want    string // text, or the error
	}{
		{"one page", []string{"县教育局.html", page}, "总体情况"},
		{"a name in GBK", []string{gbk, page}, "总体情况"},
		{"a Word file, stored as it is", []string{"年报.docx", docx}, "总体情况"},
		{"things beside it", []string{"nb/", "", "nb/年报.html", page, "nb/logo.png", "x", "__MACOSX/nb/._年报.html", "x", "nb/~$年报.docx", "x"}, "总体情况"},
		{"the same in two formats", []string{"年报.pdf", "%PDF-1.4", "年报.html", page}, "总体情况"},
		{"two documents", []string{"a.html", page, "b.html", page}, "archive of 2 documents"},
		{"none", []string{"a.png", "x"}, "without a document"},
		{"an archive in it", []string{"a.doc", string(archive(t, false, "a.html", page))}, "archive in an archive"},
		{"a bad member", []string{"a.docx", "no such thing"}, ""},
	} {
		for _, stored := range []bool{false, true} {
			doc, err := Read(t.Context(), archive(t, stored, c.members...), Hint{Name: "x.zip"}, Limits{})
			said := ""
			if err == nil {
				for _, b := range doc.Blocks {
					said += b.Text
				}
			} else {
				said = err.Error()
				if f, ok := errors.AsType[*FormatError](err); !ok || strings.Contains(c.want, "archive") && f.Format != Zip {
					t.Errorf("%s: %v", c.name, err)
				}
			}
			if !strings.Contains(said, c.want) {
				t.Errorf("%s, stored %v: %q, want %q", c.name, stored, said, c.want)
			}
		}
	}
	if _, err := Read(t.Context(), archive(t, false, "a.html", strings.Repeat(page, 1000)), Hint{}, Limits{Unpacked: 1000}); err == nil || !strings.Contains(err.Error(), "unpacked bytes") {
		t.Errorf("a bomb: %v", err)
	}
}
