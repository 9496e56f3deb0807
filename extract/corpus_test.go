package extract

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"gongkai/extract/document"
	"gongkai/report"
)

// gold is what a careful reader transcribed from a report of the shared corpus.
type gold struct {
	Title      *string                `json:"title"`
	Organ      *string                `json:"organ"`
	OrganFull  string                 `json:"organ_full"`
	Year       *int                   `json:"year"`
	Published  string                 `json:"published"`
	Figures    map[string]json.Number `json:"figures"`
	Annex      map[string]json.Number `json:"annex"`
	Violations []json.RawMessage      `json:"violations"`
	Negative   bool                   `json:"negative"`
	Scan       bool                   `json:"scan"`
	Facts      []struct {
		Fact  string      `json:"fact"`
		Value json.Number `json:"value"`
	} `json:"facts"`
}

// factMetrics names what the transcribers called the figures of sentences. A fact
// that is not listed has no metric, or is a part of another.
var factMetrics = map[string][]string{
	"主动公开": {"disclosed_total", "disclosed_via_website"}, "主动公开政府信息总数": {"disclosed_total"}, "全市主动公开政府信息": {"disclosed_total"},
	"2008年以来累计主动公开": {"disclosed_cumulative"}, "累计主动公开": {"disclosed_cumulative"}, "主动公开政务文件": {"documents_published"},
	"政府网站公开": {"disclosed_via_website"}, "网站公开": {"disclosed_via_website"}, "网站发布": {"disclosed_via_website"}, "政府公报公开": {"disclosed_via_gazette"},
	"微博": {"disclosed_via_weibo"}, "微信": {"disclosed_via_wechat"}, "其他方式": {"disclosed_via_other"}, "政务新媒体发布": {"disclosed_via_new_media"},
	"收到申请": {"requests_new"}, "受理申请": {"requests_new"}, "累计申请(2008-)": {"requests_cumulative"}, "上年结转": {"requests_carried_in"},
	"结转下年度": {"requests_carried_out"}, "结转下年": {"requests_carried_out"}, "答复": {"replies_total"},
	"予以公开": {"result_granted"}, "同意公开": {"result_granted"}, "提供全文(同意公开)": {"result_granted"}, "部分公开": {"result_partial"},
	"不予公开": {"result_denied"}, "无法提供": {"result_unable"}, "不予处理": {"result_refused"}, "其他处理": {"result_other"}, "信息不存在": {"reply_not_exist"},
	"行政复议": {"review_total"}, "行政复议-维持": {"review_upheld"}, "行政复议-纠错": {"review_corrected"}, "累计行政复议(2008-)": {"review_cumulative"}, "行政诉讼": {"litigation_total"},
	"收费": {"fee_collected_amount"}, "信息处理费": {"fee_collected_amount"}, "新闻发布会": {"press_conferences"}, "政策解读(重大)": {"interpretation_events"}, "政策解读活动": {"interpretation_events"},
	"政策解读信息": {"policy_interpretations"}, "公报": {"gazette_issues"}, "培训": {"trainings_held"}, "培训期数": {"trainings_held"}, "培训人次": {"training_attendances"},
	"建议提案复文公开": {"proposals_published"}, "网站发布政府文件": {"documents_published"}, "专门机构": {"dedicated_offices"}, "工作人员": {"staff_total"},
	"当面咨询": {"consult_onsite"}, "热线咨询": {"consult_hotline"}, "电话咨询": {"consult_phone"}, "网络问政": {"online_replies"}, "公众号关注": {"followers"},
	"网站浏览": {"visits"}, "咨询": {"consult_total"},
}

// sharedCorpus finds the corpus of transcribed reports beside the repository.
func sharedCorpus(t *testing.T) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for range 6 {
		if p := filepath.Join(dir, "shared", "corpus"); isDir(p) {
			return p
		}
		dir = filepath.Dir(dir)
	}
	t.Skip("no corpus of transcribed reports beside the repository")
	return ""
}

func isDir(p string) bool {
	s, err := os.Stat(p)
	return err == nil && s.IsDir()
}

// The corpus must be read without one wrong or invented figure, and nearly whole.
func TestCorpus(t *testing.T) {
	dirs, _ := filepath.Glob(filepath.Join(sharedCorpus(t), "*"))
	var cells, correct, facts, found, unread int
	for _, dir := range dirs {
		docs, _ := filepath.Glob(filepath.Join(dir, "doc.*"))
		if len(docs) != 1 {
			continue
		}
		var g gold
		if err := json.Unmarshal(readFile(t, filepath.Join(dir, "gold.json")), &g); err != nil {
			t.Fatal(dir, err)
		}
		t.Run(filepath.Base(dir), func(t *testing.T) {
			r, err := Extract(t.Context(), Input{Bytes: readFile(t, docs[0]), Name: filepath.Base(docs[0])}, patient)
			var no *NotReportError
			var format *document.FormatError
			switch {
			case (g.Negative || g.Scan) && errors.As(err, &no):
				return
			case errors.As(err, &format):
				unread++
				t.Skip(err)
			case err != nil:
				t.Fatal(err)
			}
			c, ok := scoreCells(t, &g, r)
			cells, correct = cells+c, correct+ok
			f, hit := scoreFacts(t, &g, r)
			facts, found = facts+f, found+hit
			if g.Negative || g.Scan {
				return
			}
			if g.Title != nil && r.Title != *g.Title {
				t.Errorf("title %q, is %q", r.Title, *g.Title)
			}
			if g.Organ != nil && r.Organ.Name != *g.Organ && r.Organ.Name != g.OrganFull {
				t.Errorf("organ %q, is %q", r.Organ.Name, *g.Organ)
			}
			if g.Year != nil && r.Year != *g.Year {
				t.Errorf("year %d, is %d", r.Year, *g.Year)
			}
			if g.Published != "" && r.Published != g.Published {
				t.Errorf("published %s, is %s", r.Published, g.Published)
			}
			failed := 0
			for _, f := range r.Findings {
				if f.Severity == report.Hard && f.Verdict == report.Fail {
					failed++
				}
			}
			if failed != len(g.Violations) {
				t.Errorf("%d hard relations fail, %d do", failed, len(g.Violations))
			}
		})
	}
	if cells > 0 && correct*1000 < cells*995 {
		t.Errorf("recall of cells is %d/%d", correct, cells)
	}
	if facts > 0 && found*100 < facts*97 {
		t.Errorf("recall of facts in sentences is %d/%d", found, facts)
	}
	t.Logf("cells %d/%d, facts in sentences %d/%d, %d documents of a format without a reader", correct, cells, found, facts, unread)
}

// scoreCells compares the figures of tables and annexes.
func scoreCells(t *testing.T, g *gold, r *report.Report) (cells, correct int) {
	got := make(map[string]decimal.Decimal)
	for _, f := range r.Figures {
		if f.Origin == report.OriginText || f.Metric == report.MetricLocalRow || f.Applicant == report.OrgSubtotal {
			continue
		}
		if f.State != report.StateOK && f.State != report.StateZero {
			continue
		}
		key := f.Metric
		if f.Applicant != "" {
			key += "@" + string(f.Applicant)
		}
		got[key] = decimal.RequireFromString(f.Value)
	}
	want := make(map[string]string)
	for k, v := range g.Figures {
		want[k] = v.String()
	}
	for k, v := range g.Annex {
		if v != "" {
			want["annex."+k] = v.String()
		}
	}
	for k, v := range want {
		cells++
		have, ok := got[k]
		switch {
		case !ok:
			t.Logf("missed %s (is %s)", k, v)
		case !have.Equal(decimal.RequireFromString(v)):
			t.Errorf("wrong %s: %s, is %s", k, have, v)
		default:
			correct++
		}
	}
	for k, v := range got {
		if _, ok := want[k]; !ok {
			t.Errorf("invented %s: %s", k, v)
		}
	}
	return cells, correct
}

// scoreFacts compares the figures of sentences with the facts that have a metric.
func scoreFacts(t *testing.T, g *gold, r *report.Report) (facts, found int) {
	got := textFigures(r)
	for _, f := range g.Facts {
		metrics := factMetrics[f.Fact]
		if len(metrics) == 0 {
			continue
		}
		facts++
		hit, other := false, ""
		for _, m := range metrics {
			switch v := got["text."+m]; {
			case v == "":
			case decimal.RequireFromString(v).Equal(decimal.RequireFromString(f.Value.String())):
				hit = true
			default:
				other = v
			}
		}
		switch {
		case hit:
			found++
		case other != "":
			t.Errorf("wrong in a sentence: %s is %s, got %s", f.Fact, f.Value, other)
		default:
			t.Logf("missed in a sentence: %s %s %s", f.Fact, f.Value, strings.Join(metrics, " "))
		}
	}
	return facts, found
}
