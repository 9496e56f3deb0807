package simhash

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// paragraph invents prose: no two seeds share much of it.
func paragraph(seed, sentences int) string {
	var b strings.Builder
	subjects := []string{"办公室", "各科室", "街道窗口", "档案部门", "宣传小组", "法制机构", "信息专员"}
	verbs := []string{"梳理", "核对", "更新", "汇编", "归档", "解读", "回访"}
	objects := []string{"目录清单", "办事指南", "答复文书", "会议纪要", "培训材料", "查阅场所", "群众来信"}
	for i := range sentences {
		n := seed*31 + i*i*7 + i
		fmt.Fprintf(&b, "%s在第%d周%s了%s。", subjects[n%7], n%53, verbs[n/7%7], objects[(n/49+i)%7])
	}
	return b.String()
}

func TestOf(t *testing.T) {
	long := paragraph(1, 60)
	for _, tt := range []struct {
		name      string
		a, b      string
		near, far int // the distance is at least near and at most far
	}{
		{"equal", long, long, 0, 0},
		{"spaces, punctuation, width", long, strings.ReplaceAll(strings.ReplaceAll(long, "。", " ."), "1", "１"), 0, 0},
		{"one word", long, strings.Replace(long, "办公室", "本机关", 1), 0, Near},
		{"another text", long, paragraph(999, 60), Near + 1, 64},
		{"too short", "公开", "年报", 0, 0},
	} {
		if d := Distance(Of(tt.a), Of(tt.b)); d < tt.near || d > tt.far {
			t.Errorf("%s: distance %d, want %d to %d", tt.name, d, tt.near, tt.far)
		}
	}
	if Of("") != 0 || Of("公开") != 0 || Of("信息公开") == 0 {
		t.Error("texts of fewer than four characters have the fingerprint 0, others have not")
	}
}

// What is folded piece by piece is what folding the whole text gives.
func TestCounting(t *testing.T) {
	for _, text := range []string{
		"", "，", "abc", "公开", "公开，申请", "公開（２０２４）年①②Ａｂ", "か\u3099公\u3099\u0301开e\u0301", "한국 각 \u1100\u1161公",
		"公\xff开\xe4\xb8", "一\u9fff\ua000\u3400𠀀", "ﬁ公㍿开㎡", "公  开", "公" + strings.Repeat("\u0301", 40) + "开",
		paragraph(3, 40),
	} {
		var want, got []rune
		for _, r := range norm.NFKC.String(text) {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				want = append(want, unicode.ToLower(r))
			}
		}
		for r := range counting(text) {
			got = append(got, r)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, string(got), string(want))
		}
	}
}

func TestIndex(t *testing.T) {
	var x Index
	a, far := Of(paragraph(1, 60)), ^Of(paragraph(1, 60))
	if got := x.Near(a); got != "" {
		t.Errorf("an empty index knows %q", got)
	}
	x.Add("first", a)
	x.Add("second", a^1)
	for flips, changed := range map[string]uint64{"none": a, "three bits in three bands": a ^ 1<<3 ^ 1<<20 ^ 1<<40} {
		if got := x.Near(changed); got != "first" {
			t.Errorf("%s flipped: near %q, want the first", flips, got)
		}
	}
	if got := x.Near(far); got != "" {
		t.Errorf("the complement is near %q", got)
	}
}

func BenchmarkOf(b *testing.B) {
	text := paragraph(3, 200)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Of(text)
	}
}
