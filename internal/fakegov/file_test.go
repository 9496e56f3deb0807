package fakegov

import (
	"archive/zip"
	"bytes"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

func sample(t *testing.T) written {
	t.Helper()
	return compose(9, ReportSpec{Organ: NewOrgan(4, 0), Year: 2023}, "2024-01-20", nil)
}

// numbers lists the figures of a report in the order of its tables.
func numbers(w written) (out []string) {
	order := printedOrder(w.truth)
	return append(append(append(out, order["disclosure"]...), order["requests"]...), order["review"]...)
}

func TestDOCX(t *testing.T) {
	w := sample(t)
	file := docx(w)
	if !bytes.Equal(file, docx(w)) {
		t.Error("the same report makes another file")
	}
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	part, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	defer part.Close()
	type cell struct {
		Span struct {
			Val int `xml:"val,attr"`
		} `xml:"tcPr>gridSpan"`
		Merge *struct {
			Val string `xml:"val,attr"`
		} `xml:"tcPr>vMerge"`
		Text []string `xml:"p>r>t"`
	}
	var doc struct {
		Body struct {
			Paragraphs []struct {
				Text []string `xml:"r>t"`
			} `xml:"p"`
			Tables []struct {
				Rows []struct {
					Cells []cell `xml:"tc"`
				} `xml:"tr"`
			} `xml:"tbl"`
		} `xml:"body"`
	}
	raw, err := io.ReadAll(part)
	if err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(doc.Body.Paragraphs[0].Text, ""); got != w.truth.Title {
		t.Errorf("first paragraph %q, want the title", got)
	}
	var got []string
	for _, table := range doc.Body.Tables {
		width := 0
		for i, row := range table.Rows {
			n := 0
			for _, c := range row.Cells {
				n += max(c.Span.Val, 1)
				text := strings.Join(c.Text, "")
				if c.Merge != nil && c.Merge.Val == "" && text != "" {
					t.Errorf("a merged cell says %q", text)
				}
				if _, err := strconv.ParseFloat(text, 64); err == nil {
					got = append(got, text)
				}
			}
			if i == 0 {
				width = n
			} else if n != width {
				t.Errorf("row %d is %d columns wide, want %d", i, n, width)
			}
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(numbers(w)) {
		t.Errorf("tables\n got %v\nwant %v", got, numbers(w))
	}
}

func TestPDF(t *testing.T) {
	w := sample(t)
	file := pdf(w)
	start := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindSubmatch(file)
	if start == nil {
		t.Fatal("no startxref at the end")
	}
	at, _ := strconv.Atoi(string(start[1]))
	entries := regexp.MustCompile(`(\d{10}) 00000 n `).FindAllSubmatch(file[at:], -1)
	if len(entries) < 8 {
		t.Fatalf("%d objects", len(entries))
	}
	for i, e := range entries {
		offset, _ := strconv.Atoi(string(e[1]))
		if want := fmt.Sprintf("%d 0 obj\n", i+1); !bytes.HasPrefix(file[offset:], []byte(want)) {
			t.Errorf("object %d is not at %d", i+1, offset)
		}
	}
	for _, m := range regexp.MustCompile(`(?s)/Length (\d+) >>\nstream\n(.*?)\nendstream`).FindAllSubmatch(file, -1) {
		if n, _ := strconv.Atoi(string(m[1])); n != len(m[2]) {
			t.Errorf("a stream of %d bytes says %d", len(m[2]), n)
		}
	}
	var text []string
	for _, m := range regexp.MustCompile(`Tm <([0-9A-F]*)> Tj`).FindAllSubmatch(file, -1) {
		b, err := hex.DecodeString(string(m[1]))
		if err != nil {
			t.Fatal(err)
		}
		var units []uint16
		for i := 0; i < len(b); i += 2 {
			units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
		}
		text = append(text, string(utf16.Decode(units)))
	}
	if text[0] != w.truth.Title {
		t.Errorf("first line %q", text[0])
	}
	var got []string
	for _, line := range text {
		if _, err := strconv.ParseFloat(line, 64); err == nil {
			got = append(got, line)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(numbers(w)) {
		t.Errorf("tables\n got %v\nwant %v", got, numbers(w))
	}
	if !strings.Contains(strings.Join(text, ""), "结转下年度继续办理") {
		t.Error("labels are lost")
	}
}
