package corpus

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gongkai/extract"
	"gongkai/internal/fakegov"
	"gongkai/report"
	"gongkai/report/simhash"
	"gongkai/store"
)

// copyOf changes a page as another site does that publishes the report, too: a
// frame of its own, white space and width of characters.
func copyOf(body []byte) []byte {
	body = bytes.Replace(body, []byte("</body>"), []byte("<div class=foot>某某门户网站 版权所有 网站地图 联系我们</div></body>"), 1)
	return bytes.ReplaceAll(body, []byte("，"), []byte(", "))
}

// Captures of one report on several sites are one report, whatever part of the
// organ's name each prints; neighbouring years and other organs with the same
// prose are not.
func TestUnite(t *testing.T) {
	ctx := context.Background()
	a := newArchive(t, fakegov.Options{Seed: 11, Sites: []fakegov.SiteSpec{{ID: "s", Family: fakegov.TRS, Reports: 24}}})
	site := a.gov.Sites[0]
	copies, reports := 0, 0
	for _, r := range site.Reports() {
		a.keep(site, r.URL, noon)
		reports++
		at := strings.IndexAny(r.Truth.Organ, "县市")
		if at < 0 || strings.Contains(r.Truth.Organ, "人民政府") || r.Truth.Year < 2019 {
			continue
		}
		body, contentType := a.fetch(r.URL)
		body = bytes.ReplaceAll(copyOf(body), []byte(r.Truth.Organ), []byte(r.Truth.Organ[at:]))
		a.keepBytes("portal", fmt.Sprintf("https://portal.example.gov.cn/%d.html", copies), body, contentType, noon.Add(time.Hour))
		copies++
	}
	if copies < 4 {
		t.Fatalf("only %d copies", copies)
	}
	before := len(a.said(ReportQuery{}))
	u, err := a.Unite(ctx)
	if err != nil || u.United != before-reports || u.United == 0 {
		t.Errorf("%+v of %d entries for %d reports, %v", u, before, reports, err)
	}
	if n := len(a.said(ReportQuery{})); n != reports {
		t.Errorf("%d reports, want %d", n, reports)
	}
	if u, err := a.Unite(ctx); err != nil || u.Compared != 0 {
		t.Errorf("again: %+v, %v", u, err)
	}
	if v, err := a.store.Verify(ctx, nil); err != nil || !v.OK() {
		t.Errorf("%+v, %v", v, err)
	}
}

// Reports with the same prose are the same only when year, organ, region, scope
// and figures say so.
func TestSameReport(t *testing.T) {
	base := func(change func(*report.Report)) *report.Report {
		r := &report.Report{Organ: report.Organ{Name: "甲市教育局", Region: "990100"}, Year: 2021, Scope: report.ScopeOwn}
		for i, m := range report.Metrics()[:10] {
			r.Figures = append(r.Figures, report.Figure{Metric: m.Name, Origin: report.OriginTable, State: report.StateOK, Value: fmt.Sprint(i + 3)})
		}
		change(r)
		return r
	}
	one := base(func(*report.Report) {})
	for name, tt := range map[string]struct {
		change func(*report.Report)
		same   bool
	}{
		"itself":                  {func(*report.Report) {}, true},
		"name without the city":   {func(r *report.Report) { r.Organ = report.Organ{Name: "市教育局"} }, true},
		"one cell edited":         {func(r *report.Report) { r.Figures[2].Value = "77" }, true},
		"scope not told":          {func(r *report.Report) { r.Scope = report.ScopeUnknown }, true},
		"last year":               {func(r *report.Report) { r.Year = 2020 }, false},
		"no year":                 {func(r *report.Report) { r.Year = 0 }, false},
		"another organ":           {func(r *report.Report) { r.Organ.Name = "甲市财政局" }, false},
		"no organ":                {func(r *report.Report) { r.Organ.Name = "" }, false},
		"another region":          {func(r *report.Report) { r.Organ = report.Organ{Name: "市教育局", Region: "990200"} }, false},
		"another scope":           {func(r *report.Report) { r.Scope = report.ScopeAggregate }, false},
		"other figures":           {func(r *report.Report) { r.Figures[2].Value, r.Figures[5].Value = "77", "78" }, false},
		"too few figures to tell": {func(r *report.Report) { r.Organ = report.Organ{Name: "市教育局"}; r.Figures = r.Figures[:3] }, false},
		"all zero": {func(r *report.Report) {
			for i := range r.Figures {
				r.Figures[i].State, r.Figures[i].Value = report.StateZero, "0"
			}
		}, false},
	} {
		why, same := sameReport(one, base(tt.change))
		if back, _ := sameReport(base(tt.change), one); same != tt.same || (back != "") != tt.same {
			t.Errorf("%s: %t (%s), want %t", name, same, why, tt.same)
		}
	}
}

// A report whose organ could not be read is the same as one whose figures are all
// its own, when there are more than organs share by chance.
func TestSameReportUnnamed(t *testing.T) {
	made := func(organ string, figures int) *report.Report {
		r := &report.Report{Organ: report.Organ{Name: organ}, Year: 2021}
		for i, m := range report.Metrics()[:figures] {
			r.Figures = append(r.Figures, report.Figure{Metric: m.Name, Origin: report.OriginTable, State: report.StateOK, Value: fmt.Sprint(i + 3)})
		}
		return r
	}
	for name, tt := range map[string]struct {
		organ   string
		figures int
		change  func(*report.Report)
		same    bool
	}{
		"many figures":         {"甲市教育局", unnamedAgreement, func(*report.Report) {}, true},
		"neither is named":     {"", unnamedAgreement, func(*report.Report) {}, true},
		"figures of any organ": {"甲市教育局", unnamedAgreement - 1, func(*report.Report) {}, false},
		"one figure differs":   {"甲市教育局", unnamedAgreement + 1, func(r *report.Report) { r.Figures[0].Value = "99" }, false},
		"last year":            {"甲市教育局", unnamedAgreement, func(r *report.Report) { r.Year = 2020 }, false},
	} {
		other := made("", tt.figures)
		tt.change(other)
		why, same := sameReport(made(tt.organ, tt.figures), other)
		if _, back := sameReport(other, made(tt.organ, tt.figures)); same != tt.same || back != tt.same {
			t.Errorf("%s: %t (%s), want %t", name, same, why, tt.same)
		}
	}
}

// How well fingerprints and figures find copies: all reports of a folder of real
// and made ones, each with a copy as another site would print it.
func TestFingerprintsOfCorpus(t *testing.T) {
	paths, err := filepath.Glob("../../shared/corpus/*/doc.[ht]*")
	if err != nil || len(paths) == 0 {
		t.Skip("no reports at ../../shared/corpus")
	}
	type known struct {
		path  string
		r     *report.Report
		print uint64
	}
	read := func(body []byte, name string) *known {
		reading, err := Read(context.Background(), Page{Body: body, Digest: store.DigestOf(body), Given: Given{URL: "https://x.example.cn/" + name, Name: name}}, extract.Options{Timeout: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		if reading.Report == nil || reading.Report.Print == "" {
			return nil
		}
		k := &known{path: name, r: &report.Report{}}
		if err := json.Unmarshal(reading.Report.Body, k.r); err != nil {
			t.Fatal(err)
		}
		_, err = fmt.Sscanf(reading.Report.Print, "%x", &k.print)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	var all, copies []*known
	for _, p := range paths {
		body, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		if k := read(body, filepath.Base(filepath.Dir(p))+"/"+filepath.Base(p)); k != nil {
			all = append(all, k)
			copies = append(copies, read(copyOf(body), k.path))
		}
	}
	found, near, wrong := 0, 0, 0
	for i, k := range all {
		for j, c := range copies {
			d := 64
			if c != nil {
				d = simhash.Distance(k.print, c.print)
			}
			if d > store.MaxPrintDistance {
				if i == j {
					t.Logf("%s: its copy is %d bits away", k.path, d)
				}
				continue
			}
			_, same := sameReport(k.r, c.r)
			sameIdentity := Identity(k.r, "") == Identity(c.r, "") && k.r.Year != 0 && k.r.Organ.Name != ""
			switch {
			case i == j && (same || sameIdentity):
				found++
			case i == j:
				t.Logf("%s: not known to be its copy: organ %q, year %d, %d figures", k.path, k.r.Organ.Name, k.r.Year, len(k.r.Figures))
			case i != j:
				near++
				if same && !sameIdentity {
					wrong++
					t.Errorf("%s and %s are taken for the same", k.path, c.path)
				}
			}
		}
	}
	t.Logf("%d reports: %d of their copies found (%.2f); of %d pairs of others with nearly equal prose, %d united", len(all), found, float64(found)/float64(len(all)), near, wrong)
}
