package extract

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"gongkai/extract/document"
	"gongkai/report"
)

// patient are the options of tests: machines that run them are busy.
var patient = Options{Timeout: time.Minute}

var update = flag.Bool("update", false, "rewrite the golden files")

// golden is what the golden files hold of a report: everything that this package
// reads, and of the tables the values alone.
type golden struct {
	Title     string
	Organ     report.Organ
	Scope     report.Scope
	Year      int
	Published string
	Meta      map[string]string
	Template  report.Templates
	Status    report.Status
	Notes     []string
	Sections  []report.Section
	Copies    []report.Copy
	Text      []report.Figure
	Cells     map[string]string // value, or the state of a cell without one
	Failed    []string
	Source    report.Source
}

func goldenOf(r *report.Report) golden {
	g := golden{
		Title: r.Title, Organ: r.Organ, Scope: r.Scope, Year: r.Year, Published: r.Published, Meta: r.Meta, Template: r.Template,
		Status: r.Status, Notes: r.Notes, Sections: r.Sections, Copies: r.Copies, Cells: map[string]string{}, Source: r.Source,
	}
	for _, f := range r.Figures {
		if f.Origin == report.OriginText {
			g.Text = append(g.Text, f)
			continue
		}
		key := f.Metric
		if f.Applicant != "" {
			key += "@" + string(f.Applicant)
		}
		if g.Cells[key] = string(f.State); f.State.HasValue() {
			g.Cells[key] = f.Value
		}
	}
	for _, f := range r.Findings {
		if f.Verdict == report.Fail {
			g.Failed = append(g.Failed, f.Rule+" "+f.At)
		}
	}
	return g
}

func reportFiles(t testing.TB) []string {
	files, err := filepath.Glob("testdata/reports/*.*")
	if err != nil || len(files) == 0 {
		t.Fatal("no test reports", err)
	}
	var out []string
	for _, f := range files {
		if !strings.HasSuffix(f, ".json") {
			out = append(out, f)
		}
	}
	return out
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestGolden(t *testing.T) {
	for _, file := range reportFiles(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			r, err := Extract(t.Context(), Input{Bytes: readFile(t, file), Name: filepath.Base(file)}, patient)
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			e.SetIndent("", " ")
			if err := e.Encode(goldenOf(r)); err != nil {
				t.Fatal(err)
			}
			name := file + ".json"
			if *update {
				if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(readFile(t, name)), b.String()); diff != "" {
				t.Errorf("-want +got (go test ./extract -update rewrites the file):\n%s", diff)
			}
		})
	}
}

// Every text figure must lead back to what it was read from.
func TestLocatorsLeadToRawText(t *testing.T) {
	for _, file := range reportFiles(t) {
		in := Input{Bytes: readFile(t, file), Name: filepath.Base(file)}
		x, err := run(t.Context(), &in, patient)
		if err != nil {
			t.Fatal(file, err)
		}
		for _, f := range x.report.Figures {
			if f.Origin != report.OriginText {
				continue
			}
			text := []rune(x.doc.Blocks[f.Locator.Block].Text)
			if got := string(text[*f.Locator.Start:*f.Locator.End]); got != f.Raw {
				t.Errorf("%s: %s: locator leads to %q, raw is %q", file, f.Metric, got, f.Raw)
			}
			if !strings.Contains(strings.ReplaceAll(f.Quote, " ", ""), strings.ReplaceAll(f.Raw, " ", "")) {
				t.Errorf("%s: %s: quote %q lacks %q", file, f.Metric, f.Quote, f.Raw)
			}
		}
	}
}

func encode(t *testing.T, r *report.Report) string {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestSameInputSameReport(t *testing.T) {
	for _, file := range reportFiles(t) {
		in := Input{Bytes: readFile(t, file), Name: filepath.Base(file), URL: "http://www.example.gov.cn/t1.html"}
		first, err := Extract(t.Context(), in, patient)
		if err != nil {
			t.Fatal(err)
		}
		want := encode(t, first)
		for range 2 {
			again, err := Extract(t.Context(), in, Options{Timeout: time.Minute, MaxCells: 5000})
			if err != nil {
				t.Fatal(err)
			}
			if got := encode(t, again); got != want {
				t.Fatalf("%s: another report the second time:\n%s", file, cmp.Diff(want, got))
			}
		}
		if filepath.Ext(file) != ".html" {
			continue
		}
		text, _ := document.Decode(in.Bytes, "")
		if in.Root, err = html.Parse(strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		tree, err := Extract(t.Context(), in, patient)
		if err != nil {
			t.Fatal(err)
		}
		if got := encode(t, tree); got != want {
			t.Errorf("%s: another report from the parsed page:\n%s", file, cmp.Diff(want, got))
		}
	}
}

func TestErrors(t *testing.T) {
	page := readFile(t, "testdata/reports/page-2021.html")
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := Extract(ctx, Input{Bytes: page}, Options{}); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("time", func(t *testing.T) {
		var limit *document.LimitError
		if _, err := Extract(t.Context(), Input{Bytes: page}, Options{Timeout: time.Nanosecond}); !errors.As(err, &limit) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("bytes", func(t *testing.T) {
		var limit *document.LimitError
		if _, err := Extract(t.Context(), Input{Bytes: page}, Options{MaxBytes: 1000}); !errors.As(err, &limit) || limit.Limit != 1000 {
			t.Errorf("got %v", err)
		}
	})
	t.Run("cells", func(t *testing.T) {
		var limit *document.LimitError
		if _, err := Extract(t.Context(), Input{Bytes: page}, Options{MaxCells: 10}); !errors.As(err, &limit) || limit.What != "cells" {
			t.Errorf("got %v", err)
		}
	})
	t.Run("format", func(t *testing.T) {
		var format *document.FormatError
		if _, err := Extract(t.Context(), Input{Bytes: []byte("Rar!\x1a\x07\x01\x00 and so on"), Name: "nb.rar"}, patient); !errors.As(err, &format) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a fault of ours", func(t *testing.T) {
		// A tree that no parser makes: the reader may stumble, the caller must not.
		root := &html.Node{Type: html.DocumentNode}
		root.FirstChild = &html.Node{Type: html.ElementNode, Data: "p", FirstChild: &html.Node{Type: html.TextNode, Data: "总体情况"}}
		var own *InternalError
		_, err := Extract(t.Context(), Input{Bytes: page, Root: root, URL: "http://a.example/x"}, patient)
		if err == nil {
			t.Fatal("no error")
		}
		if errors.As(err, &own) && (own.Name != "http://a.example/x" || len(own.Stack) == 0) {
			t.Errorf("got %+v", own)
		}
	})
}

// Hostile text costs bounded time, and never an error of ours.
func TestHostile(t *testing.T) {
	const head = "栖云市水务局2021年政府信息公开工作年度报告\n一、总体情况\n二、主动公开政府信息情况\n三、收到和处理政府信息公开申请情况\n"
	for name, text := range map[string]string{
		"a heading again and again": head + strings.Repeat("一、总体情况\n", 20_000),
		"bodies without end":        strings.Repeat(head+"文件起草时就定好能不能公开，印发以后二十天之内上网。\n没有收到申请，群众都说网上查得到，不用再写申请书。\n", 400),
		"a sentence without end":    head + strings.Repeat("收到申请3件，", 20_000),
		"brackets that never close": head + strings.Repeat("（", 50_000) + strings.Repeat("《（[", 5_000),
		"digits without end":        head + strings.Repeat("1", 200_000) + "件",
		"han digits without end":    head + strings.Repeat("九千万", 50_000) + "件",
		"commas without end":        head + strings.Repeat("1,111", 40_000) + "条",
	} {
		_, err := Extract(t.Context(), Input{Bytes: []byte(text), Name: "a.txt"}, patient)
		var own *InternalError
		if errors.As(err, &own) {
			t.Errorf("%s: %v\n%s", name, own, own.Stack)
		}
	}
	var limit *document.LimitError
	endless := head + strings.Repeat("全年收到政府信息公开申请3件，办结2件。\n", 300_000)
	if _, err := Extract(t.Context(), Input{Bytes: []byte(endless), Name: "a.txt"}, Options{Timeout: 50 * time.Millisecond}); !errors.As(err, &limit) {
		t.Errorf("got %v, want a limit", err)
	}
}

// What the caller knows of the site fills in what the text leaves out, and no
// more.
func TestSite(t *testing.T) {
	text := "我局2021年政府信息公开工作年度报告\n一、总体情况\n2021年，我局主动公开政府信息30条。\n二、主动公开政府信息情况\n三、收到和处理政府信息公开申请情况\n本年度没有收到政府信息公开申请。\n六、其他需要报告的事项\n没有。\n"
	for _, tt := range []struct {
		site Site
		want report.Organ
	}{
		{Site{}, report.Organ{}},
		{Site{Name: "栖云市人民政府", Organ: "栖云市审计局", Region: "330900"}, report.Organ{Name: "栖云市审计局", Region: "330900", Level: "city", Kind: "department"}},
	} {
		r, err := Extract(t.Context(), Input{Bytes: []byte(text), Name: "a.txt", Site: tt.site}, patient)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, r.Organ); diff != "" {
			t.Errorf("%+v: -want +got\n%s", tt.site, diff)
		}
	}
}

func TestExplain(t *testing.T) {
	for _, file := range reportFiles(t) {
		e, err := Explain(t.Context(), Input{Bytes: readFile(t, file), Name: filepath.Base(file)}, patient)
		if err != nil {
			t.Fatal(err)
		}
		if e.Report == nil || e.Body.Why == "" || len(e.Parts) == 0 || len(e.Head) == 0 || len(e.Headings) == 0 || e.Charset.Name == "" {
			t.Errorf("%s: %+v", file, e)
		}
		if kept := e.Parts[e.Kept]; kept.From > e.Headings[0].Block || kept.To < e.Headings[0].Block {
			t.Errorf("%s: first heading %+v is outside the part kept, %+v", file, e.Headings[0], kept)
		}
	}
	e, err := Explain(t.Context(), Input{Bytes: []byte("页面不存在或已删除"), Name: "a.txt"}, patient)
	if err != nil || e.Refused == nil || e.Refused.Reason != ReasonSoft404 || e.Blocks != 1 {
		t.Errorf("got %+v, %v", e, err)
	}
}

func TestHash(t *testing.T) {
	if a, b := (Options{}).Hash(), (Options{Timeout: time.Hour, MaxBytes: 1, MaxCells: 1}).Hash(); a != b || a == "" {
		t.Errorf("limits change the hash: %q, %q", a, b)
	}
}

func FuzzExtract(f *testing.F) {
	for _, file := range reportFiles(f) {
		f.Add(readFile(f, file))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 64<<10 {
			t.Skip()
		}
		in := Input{Bytes: b, Name: "a.html"}
		x, err := run(t.Context(), &in, patient)
		var own *InternalError
		if errors.As(err, &own) {
			t.Fatalf("%v\n%s", own, own.Stack)
		}
		if err != nil {
			return
		}
		for _, fig := range x.report.Figures {
			if fig.State.HasValue() != (fig.Value != "") {
				t.Errorf("%s: state %s, value %q", fig.Metric, fig.State, fig.Value)
			}
			if fig.Origin != report.OriginText {
				continue
			}
			text := []rune(x.doc.Blocks[fig.Locator.Block].Text)
			if got := string(text[*fig.Locator.Start:*fig.Locator.End]); got != fig.Raw {
				t.Errorf("%s: locator leads to %q, raw is %q", fig.Metric, got, fig.Raw)
			}
		}
		for _, s := range x.report.Sections {
			if s.From < 0 || s.To > len(x.doc.Blocks) || s.From > s.To {
				t.Errorf("section %+v of %d blocks", s, len(x.doc.Blocks))
			}
		}
	})
}

func BenchmarkExtract(b *testing.B) {
	for _, name := range []string{"page-2021.html", "lines-2019.txt", "narrative-2016.txt"} {
		page := readFile(b, filepath.Join("testdata/reports", name))
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(page)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Extract(b.Context(), Input{Bytes: page, Name: name}, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	// What the crawler pays for a page that is none.
	ordinary := []byte("<html><body>" + strings.Repeat("<div><p>市领导调研重点项目建设。</p><ul><li><a href='/a.html'>通知公告</a></li></ul></div>", 600) + "</body></html>")
	b.Run("no report", func(b *testing.B) {
		b.SetBytes(int64(len(ordinary)))
		for b.Loop() {
			if _, err := Extract(b.Context(), Input{Bytes: ordinary, Name: "a.html"}, Options{}); err == nil {
				b.Fatal("a report")
			}
		}
	})
}

func ExampleExtract() {
	page := []byte(`<h1>栖云市民政局2022年政府信息公开工作年度报告</h1>
<p>一、总体情况</p><p>2022年，我局收到政府信息公开申请三件，均已办结。</p>
<p>二、主动公开政府信息情况</p><p>三、收到和处理政府信息公开申请情况</p><p>六、其他需要报告的事项</p><p>没有。</p>`)
	r, err := Extract(context.Background(), Input{Bytes: page}, Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Organ.Name, r.Year)
	for _, f := range r.Figures {
		fmt.Println(f.Metric, f.Value, f.Unit, f.Raw)
	}
	// Output:
	// 栖云市民政局 2022
	// text.requests_new 3 件 三件
	// text.requests_carried_out 0 件 均已办结
}
