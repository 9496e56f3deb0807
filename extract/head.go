package extract

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"gongkai/extract/document"
	"gongkai/report"
)

// head is what stands about a report rather than in it.
type head struct {
	title     string
	organ     report.Organ
	scope     report.Scope
	year      int
	published string
	meta      map[string]string
	evidence  []report.Evidence
	period    int // the year that the report says its figures cover
}

// clue is one reading of one fact, before they are ranked.
type clue struct{ value, from string }

// clues gathers readings of a fact, the more telling ones first.
type clues []clue

func (c *clues) add(value, from string) {
	if value != "" {
		*c = append(*c, clue{value, from})
	}
}

func (c clues) evidence(field string) []report.Evidence {
	var out []report.Evidence
	for _, one := range c {
		out = append(out, report.Evidence{Field: field, Value: one.value, From: one.from, Rank: len(out) + 1})
	}
	return out
}

// readHead reads the head of the report whose body is blocks [from, to), and
// whose first section begins at block first.
func readHead(doc *folio, in *Input, b *body, from, first, to int) head {
	h := head{meta: readMeta(doc, b, from, to)}
	titles := h.titles(doc, in, b, from, first)
	var organs, years clues
	if len(titles) > 0 {
		h.title = titles[0].value
		h.evidence = append(h.evidence, titles.evidence("title")...)
	}
	for _, t := range titles {
		facts := parseTitle(fold(t.value))
		if facts.year != 0 {
			years.add(fmt.Sprint(facts.year), t.from)
		}
		if name := resolveOurs(facts.organ, in.Site); titleOrgan(name) && !ourOrgan.MatchString(name) {
			organs.add(name, t.from)
		}
	}
	wrapped(doc, from, first, &titles, &organs)
	if len(titles) > 0 && titles[0].from == "letter" {
		h.title = titles[0].value
		h.evidence = titles.evidence("title")
		years.add(fmt.Sprint(yearIn(fold(h.title))), "letter")
	}
	h.period = periodOf(doc, b, from, to)
	if h.period != 0 {
		years.add(fmt.Sprint(h.period), "body_period")
	}
	if y := yearOfText(doc, b, from, to); y != 0 {
		years.add(fmt.Sprint(y), "body_text")
	}
	if years == nil {
		if y := yearIn(fold(in.Name)); y != 0 && titlePattern.MatchString(fold(in.Name)) {
			years.add(fmt.Sprint(y), "file_name")
		}
	}
	if len(years) > 0 {
		h.year = atoi(years[0].value)
		h.evidence = append(h.evidence, years.evidence("year")...)
	}
	h.otherOrgans(doc, in, b, from, to, &organs)
	h.setOrgan(organs, in)
	h.evidence = append(h.evidence, organs.evidence("organ")...)
	dates := h.dates(doc, in, b, from, first, to)
	if len(dates) > 0 {
		h.published = dates[0].value
		h.evidence = append(h.evidence, dates.evidence("published")...)
	}
	scope, words := scopeOf(h.organ, scopeText(doc, b, from, to))
	h.scope = scope
	if words != "" {
		h.evidence = append(h.evidence, report.Evidence{Field: "scope", Value: string(scope), From: "body: " + words, Rank: 1})
	}
	return h
}

// lead is how many blocks around the beginning and the end of a body are looked at
// for what stands above and below a report.
const lead = 100

// titles gathers the readings of the title.
func (h *head) titles(doc *folio, in *Input, b *body, from, first int) clues {
	var c clues
	add := func(text, from string) {
		if t := cleanTitle(text); isTitle(fold(t)) {
			c.add(t, from)
		}
	}
	for _, m := range doc.Meta {
		if strings.EqualFold(m.Name, "ArticleTitle") {
			add(m.Content, "meta:ArticleTitle")
		}
	}
	for i := range min(first, from+lead) {
		if t := &doc.Blocks[i]; t.Kind == document.Heading && t.Level <= 3 {
			text := t.Text
			if i > 0 && doc.Blocks[i-1].Kind == document.Heading && doc.Blocks[i-1].Level == t.Level {
				if joined, ok := joinedTitle(doc, i); ok {
					text = joined // a heading of two lines
				}
			}
			add(text, fmt.Sprintf("h%d", t.Level))
		}
	}
	// Lines before the first section, a title of up to three lines among them.
	// The ones nearest to the body come first.
	for i := min(first, from+lead, len(doc.Blocks)) - 1; i >= max(0, from-lead); i-- {
		t := &doc.Blocks[i]
		if t.Kind == document.TableBlock || t.Kind == document.Image || len(t.Text) > 300 || t.Text == "" {
			continue
		}
		if joined, ok := joinedTitle(doc, i); ok {
			add(joined, "first_line")
		} else if strings.Contains(doc.fold(i), "公开") { // as every title does
			add(t.Text, "first_line")
		}
	}
	for _, label := range []string{"名称", "信息名称", "标题"} {
		add(h.meta[label], "meta_block:"+label)
	}
	add(in.ListTitle, "listing")
	add(siteless(doc.Title), "title_tag")
	for i := from; i < min(first+1, from+lead, len(doc.Blocks)); i++ {
		if t := titleInText(doc.Blocks[i].Text); t != "" && !b.skip(i) {
			add(t, "first_sentence")
			break
		}
	}
	add(strings.TrimSuffix(in.Name, extension(in.Name)), "file_name")
	// A title cut short by the listing or the page says less than a whole one.
	slices.SortStableFunc(c, func(x, y clue) int {
		return boolInt(strings.HasSuffix(x.value, "…") || strings.HasSuffix(x.value, "...")) - boolInt(strings.HasSuffix(y.value, "…") || strings.HasSuffix(y.value, "..."))
	})
	return c
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func extension(name string) string {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return name[i:]
	}
	return ""
}

// siteless is a <title> without the name of the site.
func siteless(s string) string {
	if !strings.Contains(fold(s), "公开") {
		return s // no part of it is a title
	}
	for _, sep := range []string{"_", "|", " - ", "-", "—", "–", ">"} {
		for part := range strings.SplitSeq(s, sep) {
			if part != s && isTitle(fold(part)) {
				return part
			}
		}
	}
	return s
}

// joinedTitle joins the lines of a title that was broken in two or three; i is
// its last line.
func joinedTitle(doc *folio, i int) (string, bool) {
	s := doc.Blocks[i].Text
	if doc.isTitle(i) && parseTitle(doc.fold(i)).organ != "" {
		return "", false
	}
	// Most lines have nothing of 公开 in them, which a title must have.
	public := strings.Contains(doc.fold(i), "公")
	for n := 1; n <= 2 && i-n >= 0; n++ {
		prev := &doc.Blocks[i-n]
		if prev.Kind == document.TableBlock || prev.Text == "" || utf8.RuneCountInString(prev.Text) > 40 || strings.HasSuffix(prev.Text, "。") {
			return "", false
		}
		s = prev.Text + s
		if public = public || strings.Contains(doc.fold(i-n), "公"); !public {
			continue
		}
		if f := fold(s); isTitle(f) {
			facts := parseTitle(f)
			if plausibleOrgan(facts.organ) && facts.year != 0 {
				return s, !slices.ContainsFunc([]int{i - 1, i - n}, func(line int) bool {
					f := doc.fold(line)
					return metaLine.MatchString(f) || anyMatch(page().line, f)
				})
			}
		}
	}
	return "", false
}

// cleanTitle drops the spaces that titles are padded with.
func cleanTitle(s string) string {
	s = strings.TrimSpace(s)
	r := []rune(s)
	var b strings.Builder
	for i, c := range r {
		if foldRune(c) == 0 && !strings.ContainsRune("“”‘’「」『』\"'", c) {
			if i > 0 && i+1 < len(r) && isAlnum(r[i-1]) && isAlnum(r[i+1]) && (!isDigit(r[i-1]) || !isDigit(r[i+1])) {
				b.WriteByte(' ')
			}
			continue
		}
		b.WriteRune(c)
	}
	title := strings.Trim(b.String(), "《》")
	if m := aroundTitle.FindStringSubmatch(title); m != nil {
		title = strings.Trim(m[1], "《》")
	}
	return title
}

// aroundTitle is what pages print against a title: the word 附件 and a date.
var aroundTitle = regexp.MustCompile(`^(?:附件[0-9一二三四五]?[:：])?(.*?)(?:[（(]20\d\d年\d{1,2}月\d{1,2}日[）)])?$`)

// wrapper is the letter with which an organ sends its report to another one; it is
// the title where the report itself has none.
var wrapper = compile(`^(\p{Han}{3,30})关于(?:报送|上报|呈报)(?:我局|本局|本单位)?(?:20\d\d)年度?` + reportNoun + `的(?:函|报告)$`)

// wrapped adds the title and the organ that such a letter above the report names.
func wrapped(doc *folio, from, first int, titles, organs *clues) {
	if len(*organs) > 0 {
		return
	}
	for i := max(0, from-lead); i < min(first, len(doc.Blocks)); i++ {
		t := &doc.Blocks[i]
		if t.Kind == document.TableBlock || len(t.Text) > 300 || !strings.HasSuffix(t.Text, "函") && !strings.HasSuffix(t.Text, "报告") {
			continue
		}
		if m := wrapper.FindStringSubmatch(doc.fold(i)); m != nil && plausibleOrgan(m[1]) {
			*titles = append(clues{{cleanTitle(t.Text), "letter"}}, *titles...)
			organs.add(m[1], "letter")
			return
		}
	}
}

var namedInText = compile(`(?:公布|发布|编制|撰写|形成|制作|编写|公开|现将|向社会)(?:了|的|如下|本)?((?:(?:20\d\d)年度?)?\p{Han}{2,30}?(?:(?:20\d\d)年度?)?` + reportNoun + `)`)

// titleInText is the title that a sentence of the introduction names.
func titleInText(text string) string {
	if len(text) > 6000 {
		text = firstRunes(text, 2000)
	}
	for _, m := range namedInText.FindAllStringSubmatch(fold(text)) {
		t := strings.TrimPrefix(m[1], "的")
		if facts := parseTitle(t); facts.year != 0 && plausibleOrgan(facts.organ) && !strings.Contains(t, "通知") {
			return t
		}
	}
	return ""
}

// setOrgan decides on the organ.
func (h *head) setOrgan(organs clues, in *Input) {
	if len(organs) == 0 {
		return
	}
	printed := organs[0].value
	h.organ.Name = complete(printed)
	if h.organ.Name != printed {
		h.organ.Printed = printed
	}
	core := strings.TrimPrefix(h.organ.Name, "中共")
	for _, o := range append(slices.Clone(organs), clue{in.Site.Organ, "caller"}, clue{in.Site.Name, "caller"}) {
		full := complete(fold(o.value))
		if len(full) > len(core) && strings.HasSuffix(full, core) && plausibleOrgan(full) {
			h.organ.FullName = full
			break
		}
	}
	h.organ.Region = in.Site.Region
	h.organ.Level = levelOf(firstOf(h.organ.FullName, h.organ.Name), in.Site.Region)
	h.organ.Kind = kindOf(h.organ.Name)
}

// otherOrgans gathers the organs that are named elsewhere than in a title.
func (h *head) otherOrgans(doc *folio, in *Input, b *body, from, to int, organs *clues) {
	add := func(name, from string) {
		name = resolveOurs(fold(name), in.Site)
		if plausibleOrgan(name) && !ourOrgan.MatchString(name) && !strings.HasSuffix(name, "网站") {
			organs.add(name, from)
		}
	}
	for i := from; i < min(from+4, to); i++ {
		if m := compilerPattern.FindStringSubmatch(firstRunes(doc.fold(i), 80)); m != nil && !b.skip(i) {
			add(m[1], "introduction")
		}
	}
	seen := 0
	for i := to - 1; i >= from && seen < 5; i-- {
		t := &doc.Blocks[i]
		if b.skip(i) || t.Kind == document.TableBlock || t.Text == "" {
			continue
		}
		seen++
		if len([]rune(t.Text)) <= 30 {
			add(signOffDate.cut(doc.fold(i)), "sign_off")
		}
	}
	for _, label := range []string{"发布机构", "发文机关", "发布单位", "公开主体", "制发机关", "所属机构"} {
		add(h.meta[label], "meta_block:"+label)
	}
	for _, m := range doc.Meta {
		if strings.EqualFold(m.Name, "ContentSource") {
			add(m.Content, "meta:ContentSource")
		}
	}
	for i := max(0, from-40); i < from; i++ {
		if m := sourceLine.FindStringSubmatch(firstRunes(doc.fold(i), 120)); m != nil {
			add(m[1], "source_line")
		}
	}
	add(in.Site.Organ, "caller")
}

var (
	compilerPattern = compile(`^(?:本(?:年度)?报告)?(?:系|是)?由?(\p{Han}{3,24}?)(?:按照|根据|依照|依据|严格按照|编制|编写|认真)`)
	sourceLine      = compile(`(?:信息来源|文章来源|来源|发布机构):(\p{Han}{3,30})`)
	signOffDate     = compile(`(?:(?:19|20)\d\d|二[〇零]..)年.{1,3}月.{1,3}日$`)
)

// metaLabels are the labels of the block above a document, without inner spaces.
var metaLabels = []string{
	"索引号", "信息索引号", "主题分类", "组配分类", "体裁分类", "发布机构", "发文机关", "所属机构", "发布单位", "公开主体", "发文日期", "成文日期", "生成日期",
	"公文生成日期", "发布日期", "发布时间", "公开日期", "公开方式", "公开范围", "公开类别", "公开时限", "公开程序", "文号", "发文字号", "发布文号", "文件编号",
	"名称", "信息名称", "主题词", "关键字", "关键词", "有效性", "来源", "信息来源", "主题导航", "内容概述", "统一登记号", "信息类别", "信息分类", "制发机关",
	"服务对象", "时效性", "生效日期", "废止日期", "载体类型", "标题",
}

var isMetaLabel = func() map[string]bool {
	m := make(map[string]bool)
	for _, l := range metaLabels {
		m[l] = true
	}
	return m
}()

// labelInLine finds label: in a folded line.
var labelInLine = func() *pattern {
	sorted := slices.Clone(metaLabels)
	slices.SortFunc(sorted, func(a, b string) int { return len(b) - len(a) })
	return compile(`(` + strings.Join(sorted, "|") + `):`)
}()

// isMetaTable tells whether a table is the block of labels above a document.
func isMetaTable(t *document.Table) bool {
	n := 0
	for i := range t.Cells[:min(len(t.Cells), 24)] {
		if isMetaLabel[strings.TrimRight(fold(t.Cells[i].Text), ":")] {
			n++
		}
	}
	return n >= 2
}

// readMeta reads the block of labels above a report. It looks at everything that
// is not the body, and not far below it.
func readMeta(doc *folio, b *body, from, to int) map[string]string {
	meta := make(map[string]string)
	set := func(label, value string) {
		value = strings.Trim(strings.TrimSpace(value), "|｜ ")
		if value != "" && meta[label] == "" {
			meta[label] = value
		}
	}
	for i := max(0, from-lead); i < min(len(doc.Blocks), to+lead); i++ {
		if i >= from && i < to && !b.skip(i) {
			continue
		}
		t := &doc.Blocks[i]
		if t.Kind == document.TableBlock {
			if !isMetaTable(t.Table) {
				continue
			}
			for row := range t.Table.Rows {
				readMetaRow(t.Table, row, set)
			}
			continue
		}
		if len(t.Text) > 600 || t.Text == "" {
			continue
		}
		readMetaLine(t.Text, set)
		if strings.Contains(t.Text, "|") || i+1 < len(doc.Blocks) && isMetaLabel[strings.TrimRight(doc.fold(i), ":")] {
			cells := strings.FieldsFunc(t.Text, func(r rune) bool { return r == '|' || r == '｜' })
			if len(cells) == 1 && i+1 < len(doc.Blocks) && (i+1 < from || i+1 >= to) && doc.Blocks[i+1].Kind == document.Paragraph && len(doc.Blocks[i+1].Text) < 200 {
				cells = append(cells, doc.Blocks[i+1].Text)
			}
			for k := 0; k+1 < len(cells); k++ {
				label := strings.TrimRight(fold(cells[k]), ":")
				if isMetaLabel[label] && !isMetaLabel[strings.TrimRight(fold(cells[k+1]), ":")] && !strings.Contains(cells[k+1], "：") {
					set(label, cells[k+1])
				}
			}
		}
	}
	for _, m := range doc.Meta {
		if strings.EqualFold(m.Name, siteCodeTag) && len(m.Content) <= 32 {
			set(siteCodeTag, m.Content)
		}
	}
	return meta
}

// siteCodeTag is the meta tag with the 网站标识码, which every government site must
// carry: its first six digits say where the site is.
const siteCodeTag = "SiteIDCode"

// readMetaRow reads label, value, label, value …
func readMetaRow(t *document.Table, row int, set func(label, value string)) {
	for col := range t.Cols {
		c := t.At(row, col)
		if c == nil || c.Row != row || c.Col != col {
			continue
		}
		text := strings.ReplaceAll(c.Text, "\n", " ")
		label := strings.TrimRight(fold(text), ":")
		if !isMetaLabel[label] {
			readMetaLine(text, set)
			continue
		}
		if v := t.At(row, col+c.ColSpan); v != nil {
			value := strings.ReplaceAll(v.Text, "\n", " ")
			if !isMetaLabel[strings.TrimRight(fold(value), ":")] {
				set(label, value)
			}
		}
	}
}

// readMetaLine reads "label: value label: value" on one line.
func readMetaLine(text string, set func(label, value string)) {
	// Most lines have no label, and need no passage to show where their values stand.
	if !strings.Contains(text, ":") && !strings.Contains(text, "：") && !strings.ContainsAny(text, "︰∶") {
		return
	}
	s := fold(text)
	found := labelInLine.FindAllStringSubmatchIndex(s)
	if found == nil {
		return
	}
	var p passage
	p.add(0, text)
	runes := []rune(text)
	for k, m := range found {
		start := len([]rune(s[:m[1]]))
		end := len(p.runes)
		if k+1 < len(found) {
			end = len([]rune(s[:found[k+1][2]]))
		}
		if start >= end {
			continue
		}
		value := strings.TrimSpace(string(runes[p.at[start].off : p.at[end-1].off+1]))
		label := s[m[2]:m[3]]
		if strings.HasSuffix(label, "日期") || strings.HasSuffix(label, "时间") {
			if d := dateIn(value); d != "" {
				value = d
			} else {
				continue
			}
		} else if i := afterValue.FindStringIndex(value); i != nil {
			value = value[:i[0]]
		}
		set(label, value)
	}
}

// afterValue is what stands behind the last label of a line without a colon of
// its own that is known: counters and buttons.
var afterValue = compile(`\s*(?:访问次数|浏览次数|浏览量|点击数|点击率|阅读|字号|字体|大小|打印|分享|收藏|下载|作者|责任编辑|编辑|发布日期|发布时间|时间|日期|【|\[)`)

var datePattern = compile(`((?:19|20)\d\d)(?:年|-|/|\.)\s*(\d{1,2})(?:月|-|/|\.)\s*(\d{1,2})`)

// dateIn is the first date in s as YYYY-MM-DD, or "".
func dateIn(s string) string {
	for _, m := range datePattern.FindAllStringSubmatch(fold(s)) {
		month, day := atoi(m[2]), atoi(m[3])
		if len(m[3]) == 2 && day > 31 {
			day = atoi(m[3][:1])
		}
		if month >= 1 && month <= 12 && day >= 1 && day <= 31 {
			return fmt.Sprintf("%s-%02d-%02d", m[1], month, day)
		}
	}
	return ""
}

var (
	publishedLine = compile(`(?:发布日期|发布时间|发文日期|成文日期|生成日期|公开日期|更新时间|录入时间|时间|日期):`)
	hanDate       = compile(`(二[〇零0][〇零一二三四五六七八九]{2})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日`)
)

// dates gathers the readings of the date of publication.
func (h *head) dates(doc *folio, in *Input, b *body, from, first, to int) clues {
	var c clues
	for _, m := range doc.Meta {
		if strings.EqualFold(m.Name, "PubDate") || strings.EqualFold(m.Name, "publishdate") {
			c.add(dateIn(m.Content), "meta:"+m.Name)
		}
	}
	for i := max(0, from-lead); i < to; i++ {
		t := &doc.Blocks[i]
		if i >= from && !b.skip(i) || len(t.Text) > 400 || t.Text == "" {
			continue
		}
		f := doc.fold(i)
		if m := publishedLine.FindStringIndex(f); m != nil && !strings.Contains(f, "统计") {
			c.add(dateIn(f[m[1]:]), "page_line")
		}
	}
	for i := from; i < min(from+3, first); i++ {
		// （县政府办公室 2017年3月22日) under the title.
		if f := doc.fold(i); len([]rune(f)) <= 40 && (signOffDate.MatchString(strings.TrimRight(f, ")")) || hanDate.MatchString(f) || bareDate.MatchString(f)) && !isTitle(f) {
			c.add(dateIn(f), "under_title")
		}
	}
	for _, label := range []string{"发布日期", "发布时间", "公开日期", "发文日期", "成文日期", "生成日期", "公文生成日期"} {
		c.add(dateIn(h.meta[label]), "meta_block:"+label)
	}
	seen := 0
	for i := to - 1; i >= from && seen < 4; i-- {
		t := &doc.Blocks[i]
		if b.skip(i) || t.Kind == document.TableBlock || t.Text == "" {
			continue
		}
		seen++
		if f := doc.fold(i); len([]rune(f)) <= 40 {
			if m := hanDate.FindStringSubmatch(f); m != nil {
				c.add(fmt.Sprintf("%04d-%02d-%02d", yearIn(m[1]+"年"), hanNumber(m[2]), hanNumber(m[3])), "sign_off")
			} else if signOffDate.MatchString(f) || datePattern.MatchString(f) && len([]rune(f)) <= 12 {
				c.add(dateIn(f), "sign_off")
			}
		}
	}
	c.add(dateIn(in.ListDate), "listing")
	return c
}

// hanNumber reads 一 to 三十一.
func hanNumber(s string) int {
	n, _, _ := readOrdinal(s)
	return n
}

// bareDate is a line with a date, and perhaps a time, and nothing else.
var bareDate = compile(`^[\[(]?20\d\d[-/.]\d{1,2}[-/.]\d{1,2}(?:\d\d:\d\d(?::\d\d)?)?[\])]?$`)

var (
	periodPattern = compile(`((?:19|20)\d\d)年?(?:0?1月0?1日|1月)(?:起|开始)?(?:,)?(?:至|到|-|~)(?:((?:19|20)\d\d)年)?(?:12月31日|12月|年底)`)
	yearLead      = compile(`((?:19|20)\d\d)(?:年度|年|我[局镇县市区乡办委])`)
)

// periodOf is the year that the report says its figures cover, or 0.
func periodOf(doc *folio, b *body, from, to int) int {
	for i, n := from, 0; i < to && n < 12; i++ {
		t := &doc.Blocks[i]
		if b.skip(i) || t.Kind == document.TableBlock {
			continue
		}
		n++
		text := t.Text
		for k := i + 1; k < min(to, i+3); k++ {
			text += doc.Blocks[k].Text // a period may run over the end of a line
		}
		if m := periodPattern.FindStringSubmatch(fold(firstRunes(text, 3000))); m != nil {
			if m[2] == "" || m[2] == m[1] {
				return atoi(m[1])
			}
		}
	}
	return 0
}

// yearOfText is the year that the prose speaks of most, the earlier mention
// winning a tie, or 0. Titles of documents and problems don't count.
func yearOfText(doc *folio, b *body, from, to int) int {
	count := make(map[int]int)
	first := make(map[int]int)
	runes := 0
	for i := from; i < to && runes < 4000; i++ {
		t := &doc.Blocks[i]
		if b.skip(i) || t.Kind == document.TableBlock || t.Text == "" {
			continue
		}
		f := titleMarks.cut(firstRunes(doc.fold(i), 2000))
		runes += len([]rune(f))
		for _, m := range yearLead.FindAllStringSubmatchIndex(f) {
			y := atoi(f[m[2]:m[3]])
			rest := f[m[1]:]
			if strings.HasPrefix(rest, "以来") || strings.HasPrefix(rest, "起") || m[2] > 0 && isDigit(rune(f[m[2]-1])) || strings.HasPrefix(rest, "同期") {
				continue
			}
			if count[y]++; count[y] == 1 {
				first[y] = len(first)
			}
		}
	}
	best := 0
	for y, n := range count {
		if best == 0 || n > count[best] || n == count[best] && first[y] < first[best] {
			best = y
		}
	}
	return best
}

var titleMarks = compile(`《[^》]{0,100}》|[(\[][^)\]]{0,40}[)\]]`)

// scopeText is the folded prose of the first sections, where the words stand that
// tell whose figures a report holds.
func scopeText(doc *folio, b *body, from, to int) string {
	var s strings.Builder
	for i := from; i < to && s.Len() < 12000; i++ {
		if t := &doc.Blocks[i]; !b.skip(i) && t.Kind != document.TableBlock && t.Text != "" {
			s.WriteString(firstRunes(doc.fold(i), 3000))
			s.WriteString("。")
		}
	}
	return s.String()
}
