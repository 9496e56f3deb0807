package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/jedib0t/go-pretty/v6/text"
)

func TestFold(t *testing.T) {
	for _, tc := range []struct {
		text  string
		width int
		want  string
	}{
		{"", 10, ""},
		{"short", 10, "short"},
		{"some words that do not fit", 12, "some words\n  that do\n  not fit"},
		{"a-word-that-has-no-place-to-break here", 12, "a-word-that-has-no-place-to-break\n  here"},
		{"全年收到政府信息公开申请，均已答复", 12, "全年收到政府\n  信息公开申\n  请，均已答\n  复"},
		{"（一）予以公开", 6, "（一）\n  予以\n  公开"},
		{"见《办法》。好", 8, "见《办\n  法》。\n  好"},
		{"columns  keep  gaps", 40, "columns  keep  gaps"},
		{"line\nbreaks are spaces", 40, "line breaks are spaces"},
	} {
		got := fold(tc.text, tc.width, 0, "  ")
		if got != tc.want {
			t.Errorf("fold(%q, %d) = %q, want %q", tc.text, tc.width, got, tc.want)
		}
		for i, line := range strings.Split(got, "\n") {
			if i > 0 && strings.ContainsRune(closing, []rune(strings.TrimSpace(line))[0]) {
				t.Errorf("fold(%q): a line begins with punctuation: %q", tc.text, line)
			}
		}
	}
}

func TestAround(t *testing.T) {
	const sentence = "全年共收到政府信息公开申请12件，其中予以公开7件，部分公开2件，无法提供3件。"
	for _, tc := range []struct {
		part  string
		width int
		want  string
	}{
		{"12件", 100, sentence},
		{"12件", 40, "…共收到政府信息公开申请12件，其中予以公…"},
		{"3件", 24, "…件，无法提供3件。"},
		{"全年", 16, "全年共收到政府…"},
		{"not there", 16, "全年共收到政府…"},
		{"", 16, "全年共收到政府…"},
	} {
		got := around(sentence, tc.part, tc.width)
		if got != tc.want {
			t.Errorf("around(%q, %d) = %q, want %q", tc.part, tc.width, got, tc.want)
		}
		if w := text.StringWidthWithoutEscSequences(got); w > tc.width {
			t.Errorf("around(%q, %d) takes %d columns", tc.part, tc.width, w)
		}
	}
}

// A sheet gives way in its flexible columns, the widest first, and aligns East
// Asian characters.
func TestSheet(t *testing.T) {
	s := sheet{heads: []string{"id", "organ", "n", "title"}, right: []int{2}, flex: []int{1, 3}, gap: 2}
	s.add("3f2a", "慈溪市人民政府", 7, "慈溪市人民政府2019年政府信息公开工作年度报告")
	s.add("91bc", "海安市", 1234, "海安市2020年政府信息公开工作年度报告")
	for width, want := range map[int]string{
		100: `id    organ              n  title
──────────────────────────────────────────────────────────────────────────
3f2a  慈溪市人民政府     7  慈溪市人民政府2019年政府信息公开工作年度报告
91bc  海安市          1234  海安市2020年政府信息公开工作年度报告
`,
		50: `id    organ              n  title
─────────────────────────────────────────────────
3f2a  慈溪市人民政府     7  慈溪市人民政府2019…
91bc  海安市          1234  海安市2020年政府信…
`,
		30: `id    organ       n  title
───────────────────────────────
3f2a  慈溪市…     7  慈溪市…
91bc  海安市   1234  海安市2…
`, // can't be narrower
	} {
		var out bytes.Buffer
		s.print(&out, width)
		if out.String() != want {
			t.Errorf("width %d:\n%swant:\n%s", width, out.String(), want)
		}
	}
}
