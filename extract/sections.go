package extract

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"gongkai/extract/document"
	"gongkai/report"
)

// Keys of sections beside the six of the forms that package report names.
// Narrative reports have them as headings of their own.
const (
	SectionFees           = "fees"           // 收费及减免
	SectionOrganisation   = "organisation"   // 机构、人员、经费
	SectionInterpretation = "interpretation" // 解读、回应
	SectionProposals      = "proposals"      // 建议提案办理结果公开
	SectionConsultation   = "consultation"   // 咨询、查阅
	SectionTraining       = "training"       // 会议、培训
	SectionKeyPoints      = "key_points"     // 要点落实
	SectionManagement     = "management"     // 政府信息管理
	SectionPlatform       = "platform"       // 平台建设
	SectionSupervision    = "supervision"    // 监督保障
	SectionStatistics     = "statistics"     // 统计表
	SectionLocal          = "local"          // a heading that no form has
)

//go:embed headings.tsv
var headingsTSV string

type headingRule struct {
	key     string
	pattern *pattern
}

var headingRules = sync.OnceValue(func() []headingRule {
	var rules []headingRule
	for i, line := range strings.Split(headingsTSV, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		key, pattern, ok := strings.Cut(line, "\t")
		if !ok {
			panic(fmt.Sprintf("extract: headings.tsv: line %d has no tab", i+1)) // embedded: a broken build
		}
		if whole, ok := strings.CutPrefix(pattern, "="); ok {
			pattern = "^(?:" + whole + ")$"
		}
		rules = append(rules, headingRule{key, compile(pattern)})
	}
	return rules
})

// headingKey is the key of a heading, folded and without numbering, or "".
func headingKey(s string) string {
	for _, r := range headingRules() {
		if r.pattern.MatchString(s) {
			return r.key
		}
	}
	return ""
}

// official are the titles that the forms of 2019 and 2021 give their sections,
// in order.
var official = []struct{ key, title string }{
	{report.SectionOverview, "总体情况"},
	{report.SectionDisclosure, "主动公开政府信息情况"},
	{report.SectionRequests, "收到和处理政府信息公开申请情况"},
	{report.SectionReviewLitigation, "政府信息公开行政复议、行政诉讼情况"},
	{report.SectionProblems, "存在的主要问题及改进情况"},
	{report.SectionOther, "其他需要报告的事项"},
}

// officialPattern matches a section title of the forms, with the liberties that
// organs take, at the start of a folded text without numbering.
var officialPattern = compile(`^(?:(政府信息公开工作)?总体情况` +
	`|(?:行政机关)?主动公开政府信息(?:工作)?(?:的)?情况` +
	`|(?:行政机关)?收到和处理政府信息公开申请(?:的)?情况` +
	`|(?:因)?(?:政府信息公开)?(?:工作)?(?:被申请|申请|引起的)?行政复议(?:、|和|及|与)?(?:被)?(?:提起|引起的)?(?:行政)?诉讼(?:的)?情况` +
	`|(?:政府信息公开)?(?:工作)?(?:中)?存在的?(?:主要)?问题(?:及|和|与)(?:下一步)?改进(?:情况|措施)` +
	`|其[他它]需要(?:报告|说明)的(?:其他)?(?:事项|情况))`)

// formLabel matches lines of flattened tables that look like headings.
var formLabel = compile(`^(?:本年度?新收|上年度?(?:结转|接转|转结)|本年度?办理结果|(?:结转|转结|接转)(?:至|到)?下一?年)`)

// level is a style of numbering.
type level uint8

const (
	levelNone       level = iota
	levelPart             // 第一部分
	levelHan              // 一、
	levelDigit            // 1、
	levelHanParen         // （一）
	levelDigitParen       // （1）
	levelMarkup           // no number, but <h2>
	levels
)

// numbering tells how a folded line is numbered, which number that is, and how
// many bytes it takes.
func numbering(s string) (level, int, int) {
	rest, part := strings.CutPrefix(s, "第")
	rest, bracket := strings.CutPrefix(rest, "(")
	start := len(s) - len(rest)
	n, size, han := readOrdinal(rest)
	if size == 0 {
		return levelNone, 0, 0
	}
	end := start + size
	after := rest[size:]
	cut := func(marks ...string) bool {
		for _, m := range marks {
			if strings.HasPrefix(after, m) {
				end += len(m)
				after = after[len(m):]
				return true
			}
		}
		return false
	}
	switch {
	case part:
		if bracket || !han || !cut("部分", "章", "节") {
			return levelNone, 0, 0
		}
		for cut("、", ",", ":", ".") {
		}
		return levelPart, n, end
	case cut(")"):
		cut("、", ",", ".")
		if han && !bracket {
			return levelNone, 0, 0
		}
		if han {
			return levelHanParen, n, end
		}
		return levelDigitParen, n, end
	case bracket:
		return levelNone, 0, 0
	case han:
		if !cut("、", ",", ".", ":") {
			return levelNone, 0, 0
		}
		for cut("、", ",", ".", ":") {
		}
		return levelHan, n, end
	case !cut("、", ".", ","), after != "" && isDigit(rune(after[0])): // 3.14, 2,100
		return levelNone, 0, 0
	}
	return levelDigit, n, end
}

// readOrdinal reads 1 to 99 at the start of s, in digits or in characters.
func readOrdinal(s string) (n, size int, han bool) {
	for i, r := range s {
		switch {
		case isDigit(r) && !han && i < 2:
			n = n*10 + int(r-'0')
		case isDigit(r):
			return 0, 0, false
		case r == '十' && (i == 0 || han):
			n, han = max(n, 1)*10, true
		default:
			d, ok := hanDigit(r)
			if !ok || r == '两' || d == 0 || i > 0 && !han {
				return n, size, han
			}
			n, han = n+int(d), true
		}
		size = i + len(string(r))
		if size > 9 {
			return 0, 0, false
		}
	}
	return n, size, han
}

// heading is a block that begins a section.
type heading struct {
	block   int
	key     string
	title   string // folded, without numbering
	text    string // as printed
	length  int    // code points of the block that are the heading
	level   level
	ordinal int
}

// heading is a block as the heading of a top-level section, or nil.
func (d *folio) heading(block int) *heading {
	h := d.headings[block]
	if h == nil {
		h = noHeading
		if found, ok := headingAt(d, block); ok {
			h = &found
		}
		d.headings[block] = h
	}
	if h == noHeading {
		return nil
	}
	return h
}

var noHeading = new(heading)

// headingAt looks at a block as the heading of a top-level section.
func headingAt(doc *folio, i int) (heading, bool) {
	b := &doc.Blocks[i]
	if b.Kind == document.TableBlock || b.Kind == document.Image || b.Text == "" {
		return heading{}, false
	}
	h := heading{block: i}
	if b.Kind != document.Heading {
		// Most paragraphs are seen to be none by how they begin.
		begin := doc.beginning(i)
		if l, _, _ := numbering(begin); l == levelNone && !officialPattern.MatchString(begin) {
			return heading{}, false
		}
	}
	s := doc.fold(i)
	var n int
	h.level, h.ordinal, n = numbering(s)
	if h.level == levelNone && b.Kind == document.Heading && len(s) <= 90 && !titlePattern.MatchString(s) {
		h.level = levelMarkup
	}
	if h.level == levelNone && !officialPattern.MatchString(firstRunes(s, 40)) {
		return heading{}, false // no number: only what the forms themselves print
	}
	rest := s[n:]
	if formLabel.MatchString(firstRunes(rest, 8)) {
		return heading{}, false
	}
	title, glued := headingTitle(rest)
	if title == "" || h.level == levelNone && (glued || !wholeOfficial(title)) {
		return heading{}, false
	}
	h.key = headingKey(strings.TrimRight(title, "。:;,."))
	if glued && !officialPattern.MatchString(title) && (h.key == "" || !strings.HasSuffix(title, "。")) {
		return heading{}, false
	}
	h.title = title
	if !glued {
		h.text = strings.TrimRight(b.Text, "。：:")
		h.length = len([]rune(b.Text))
		return h, true
	}
	var p passage
	p.add(i, b.Text)
	h.length = p.at[len([]rune(s[:n]))+len([]rune(title))-1].off + 1
	h.text = strings.TrimRight(strings.TrimSpace(string([]rune(b.Text)[:h.length])), "。：:")
	return h, true
}

func wholeOfficial(title string) bool {
	title = strings.TrimRight(title, "。:;,.")
	m := officialPattern.FindStringIndex(title)
	return m != nil && m[1] == len(title)
}

// headingTitle cuts the title off a line: the whole line when it is short, what
// stands before the first full stop, or an official title that text is glued to.
func headingTitle(s string) (title string, glued bool) {
	if s == "" {
		return "", false
	}
	m := officialPattern.FindStringIndex(s)
	if m != nil && m[1] < len(s) && strings.ContainsAny(s[m[1]:m[1]+1], "0123456789:") && len(strings.Trim(s[m[1]:], ":")) > 0 {
		return s[:m[1]], true
	}
	stop := strings.IndexAny(s, "。;")
	if utf8.RuneCountInString(s) <= 45 && (stop < 0 || stop == len(s)-len("。")) {
		return s, false
	}
	if m != nil {
		return s[:m[1]], true
	}
	if stop > 0 && len([]rune(s[:stop])) <= 30 && !strings.ContainsAny(s[:stop], ",") {
		return s[:stop+len("。")], true
	}
	return "", true
}

// findHeadings finds the headings of the top-level sections among the blocks
// that are body.
func findHeadings(doc *folio, from, to int, skip func(int) bool) []heading {
	var all []heading
	annex := false
	for i := from; i < to; i++ {
		if skip(i) {
			continue
		}
		if doc.Format != document.HTML && strings.Contains(firstRunes(doc.fold(i), 40), "统计指标") {
			annex = true // what follows are lines of the annex, numbered like sections
		}
		if h := doc.heading(i); h != nil && (!annex || h.key == SectionStatistics || h.key == report.SectionProblems || h.key == report.SectionOther) {
			all = append(all, *h)
		}
	}
	top := topLevel(doc, all)
	var out []heading
	last := 0
	taken := make(map[string]bool)
	for i, h := range all {
		switch {
		case h.level == top:
			if h.key == "" && (glued(doc, h) || h.level == levelMarkup || h.ordinal <= last || len([]rune(h.text)) > 30) {
				continue // an item of a list inside a section
			}
			last = h.ordinal
		case wholeOfficial(h.title) && !glued(doc, h) && (h.level == levelNone || h.ordinal == officialOrdinal(h.key) && !laterAtTop(all[i+1:], top, h.key)) && !taken[h.key]:
			// Automatic numbering: 1、 and 4、 among 二、 and 三、.
			last = max(last, h.ordinal)
		default:
			continue
		}
		if h.key == "" {
			h.key = SectionLocal
		}
		taken[h.key] = true
		out = append(out, h)
	}
	return out
}

// glued tells whether text follows a heading in its block.
func glued(doc *folio, h heading) bool {
	return h.length < len([]rune(doc.Blocks[h.block].Text))
}

func officialOrdinal(key string) int {
	for i, o := range official {
		if o.key == key {
			return i + 1
		}
	}
	return 0
}

func laterAtTop(rest []heading, top level, key string) bool {
	for _, h := range rest {
		if h.level == top && h.key == key {
			return true
		}
	}
	return false
}

// topLevel is the numbering of the top-level sections: the one that numbers most
// titles of the forms; in reports of another kind, most sections that are known
// by name, with nothing glued to them if there are such.
func topLevel(doc *folio, all []heading) level {
	for _, counts := range []func(h heading, glued bool) bool{
		func(h heading, glued bool) bool { return !glued && wholeOfficial(h.title) },
		func(h heading, glued bool) bool { return !glued && h.key != "" },
		func(h heading, glued bool) bool { return h.key != "" },
	} {
		var keys [levels]map[string]bool
		for _, h := range all {
			if h.level != levelNone && counts(h, glued(doc, h)) {
				if keys[h.level] == nil {
					keys[h.level] = make(map[string]bool)
				}
				keys[h.level][h.key] = true
			}
		}
		best := levelHan
		for _, l := range []level{levelPart, levelHan, levelDigit, levelHanParen, levelMarkup} {
			if len(keys[l]) > len(keys[best]) {
				best = l
			}
		}
		if len(keys[best]) >= 2 {
			return best
		}
	}
	return levelHan
}

func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// sectionProse is the prose of one section.
type sectionProse struct {
	key        string
	paragraphs []passage
}

// cutSections makes sections of the body. What stands before the first heading is
// prose without a key.
func cutSections(doc *folio, heads []heading, from, to int, skip func(int) bool) ([]report.Section, []sectionProse) {
	sections := make([]report.Section, 0, len(heads))
	prose := make([]sectionProse, 0, len(heads)+1)
	first := to
	if len(heads) > 0 {
		first = heads[0].block
	}
	wrap := wrapWidth(doc, from, to, skip)
	prose = append(prose, sectionProse{paragraphs: paragraphs(doc, from, first, wrap, skip)})
	for i, h := range heads {
		end := to
		if i+1 < len(heads) {
			end = heads[i+1].block
		}
		var paras []passage
		if text := []rune(doc.Blocks[h.block].Text); h.length < len(text) {
			var p passage // text that the heading is glued to
			p.add(h.block, doc.Blocks[h.block].Text)
			k := 0
			for k < len(p.at) && p.at[k].off < h.length {
				k++
			}
			if k < len(p.at) {
				paras = append(paras, p.slice(k, len(p.at)))
			}
		}
		paras = append(paras, paragraphs(doc, h.block+1, max(end, h.block+1), wrap, skip)...)
		lines := make([]string, len(paras))
		for j, p := range paras {
			lines[j] = p.quoted(doc)
		}
		sections = append(sections, report.Section{
			Key: h.key, Heading: h.text, Text: strings.Join(lines, "\n"), From: h.block, To: end,
		})
		prose = append(prose, sectionProse{h.key, paras})
	}
	return sections, prose
}
