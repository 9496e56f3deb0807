package marked

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"gongkai/extract"
	"gongkai/report"
)

func explain(t testing.TB, name string, b []byte) (*extract.Explanation, []byte) {
	t.Helper()
	e, err := extract.Explain(t.Context(), extract.Input{Bytes: b, Name: name}, extract.Options{Timeout: time.Minute})
	if err != nil {
		t.Fatal(name, err)
	}
	var out bytes.Buffer
	if err := Write(&out, e); err != nil {
		t.Fatal(name, err)
	}
	return e, out.Bytes()
}

// parts are the elements of a page by their ID, with the text before the tip.
func parts(t *testing.T, b []byte) (byID map[string]string, root *html.Node) {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	byID = map[string]string{}
	for n := range root.Descendants() {
		for _, a := range n.Attr {
			if a.Key != "id" {
				continue
			}
			if _, twice := byID[a.Val]; twice {
				t.Errorf("two elements have the ID %s", a.Val)
			}
			byID[a.Val] = ""
			if n.Data == "i" { // another figure of the words around it
				n = n.Parent
			}
			if n.FirstChild != nil && n.FirstChild.Type == html.TextNode {
				byID[a.Val] = n.FirstChild.Data
			}
		}
	}
	return byID, root
}

func reports(t testing.TB) (files []string) {
	all, err := filepath.Glob("../testdata/reports/*.*")
	if err != nil || len(all) == 0 {
		t.Fatal("no reports", err)
	}
	return slices.DeleteFunc(all, func(name string) bool { return filepath.Ext(name) == ".json" })
}

// Every figure with a place is marked there, and its raw text is what is marked.
func TestEveryFigureIsMarked(t *testing.T) {
	for _, name := range reports(t) {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		e, page := explain(t, filepath.Base(name), b)
		byID, _ := parts(t, page)
		for _, f := range e.Report.Figures {
			if f.Metric == report.MetricLocalRow {
				continue
			}
			text, ok := byID[anchor(operand(f.Metric, f.Applicant))]
			if !ok {
				t.Errorf("%s: %s@%s is not on the page", name, f.Metric, f.Applicant)
			}
			if f.State == report.StateNotRecovered || f.Raw == "" {
				continue
			}
			if fold := func(s string) string { return strings.Join(strings.Fields(s), "") }; !strings.Contains(fold(text), fold(f.Raw)) {
				t.Errorf("%s: %s@%s marks %q, raw is %q", name, f.Metric, f.Applicant, text, f.Raw)
			}
		}
		if _, again := explain(t, filepath.Base(name), b); !bytes.Equal(page, again) {
			t.Errorf("%s: another page the second time", name)
		}
	}
}

// Whatever a document holds is shown and not run: no script, no style but our own,
// nothing loaded, no link that leads away.
func TestHostile(t *testing.T) {
	b, err := os.ReadFile("../testdata/reports/page-2021.html")
	if err != nil {
		t.Fatal(err)
	}
	evil := `<p>a&lt;script&gt;alert(1)&lt;/script&gt; "' onclick=x style=y {{.E}} </p><img src="javascript:alert(1)" alt="&quot;&gt;&lt;script&gt;"><table><tr><td>&lt;/td&gt;&lt;script&gt;<td>&lt;img src=x onerror=alert(1)&gt;</table>`
	hostile := bytes.Replace(b, []byte("</h1>"), []byte("&lt;script&gt;alert(2)&lt;/script&gt;</h1>"+evil), 1)
	hostile = bytes.ReplaceAll(hostile, []byte("</body>"), []byte(evil+"</body>"))
	hostile = bytes.ReplaceAll(hostile, []byte("行政许可<"), []byte("行政许可&lt;b onmouseover=alert(3)&gt;<"))
	_, page := explain(t, `<script>.html`, hostile)
	_, root := parts(t, page)
	for n := range root.Descendants() {
		switch n.Data {
		case "script", "iframe", "img", "object", "embed", "link", "form", "base", "svg":
			if n.Type == html.ElementNode {
				t.Errorf("there is a <%s>", n.Data)
			}
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "style" || a.Key == "href" && !strings.HasPrefix(a.Val, "#") {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
		}
	}
	if !bytes.Contains(page, []byte("alert(1)")) {
		t.Error("the hostile text is not shown")
	}
}

// What is no report is shown as far as it was read.
func TestNoReport(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"今天多云，午后有阵雨，最高气温二十六度，山区局部有雷雨。请各单位注意防范。", "No annual report"},
		{"", "(empty)"},
	} {
		if _, page := explain(t, "a.txt", []byte(tt.text)); !strings.Contains(string(page), tt.want) {
			t.Errorf("the page of %q lacks %q", tt.text, tt.want)
		}
	}
}
