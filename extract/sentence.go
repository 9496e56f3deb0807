package extract

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"gongkai/report"
)

//go:embed sentences.tsv
var sentencesTSV string

// subject is what a sentence, or the part of it before a number, is about.
type subject string

const (
	aboutAnything   subject = ""
	aboutDisclosure subject = "disclosure"
	aboutRequests   subject = "requests"
	aboutReview     subject = "review"
	aboutLitigation subject = "litigation"
	aboutOther      subject = "other" // applications for something else
)

// sentenceRule is one line of sentences.tsv.
type sentenceRule struct {
	line    int
	metrics []string
	units   map[string]bool // nil for a rule that reads "none"
	subject subject
	part    bool
	pattern *pattern
	unless  *pattern
}

// Numbers stand in masked sentences as single characters of the private use
// area: counts and years by their index, everything else as one.
const (
	maskCount = 0xE000
	maskYear  = 0xF000
	maskOther = 0xF8FF
	maskSpan  = 0x0800 // most numbers of one kind in a sentence
)

var patternSyntax = strings.NewReplacer(
	"#", `([\x{E000}-\x{EFFF}])`,
	"@", `[\x{E000}-\x{EFFF}]`,
	"Y", `[\x{F000}-\x{F7FF}]`,
	"~", `(?:[^,;:。《\x{E000}-\x{EFFF}]{0,16}?)`,
	"…", `(?:[^。]{0,60}?)`,
)

var sentenceRules = sync.OnceValue(func() []sentenceRule {
	rules, err := parseSentenceRules(sentencesTSV)
	if err != nil {
		panic("extract: sentences.tsv: " + err.Error()) // embedded: a broken build
	}
	return rules
})

func parseSentenceRules(tsv string) ([]sentenceRule, error) {
	var rules []sentenceRule
	groups := make(map[string]map[string]bool)
	var macros []string
	for i, line := range strings.Split(tsv, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "\t")
		fail := func(err error) error { return fmt.Errorf("line %d: %w", i+1, err) }
		switch {
		case f[0] == "let" && len(f) == 3:
			macros = append(macros, "{"+f[1]+"}", strings.NewReplacer(macros...).Replace(f[2]))
			continue
		case f[0] == "units" && len(f) == 3:
			g := make(map[string]bool)
			for _, u := range strings.Fields(f[2]) {
				g[u] = true
			}
			groups[f[1]] = g
			continue
		case len(f) != 5:
			return nil, fail(fmt.Errorf("%d fields, want 5", len(f)))
		}
		r := sentenceRule{line: i + 1, metrics: strings.Fields(f[0])}
		for _, m := range r.metrics {
			if _, ok := report.LookupMetric(m); !ok && m != noMetric {
				return nil, fail(fmt.Errorf("no metric %q", m))
			}
		}
		if f[1] != "zero" {
			if r.units = groups[f[1]]; r.units == nil {
				return nil, fail(fmt.Errorf("no group of units %q", f[1]))
			}
		}
		s, part := strings.CutPrefix(f[2], "+")
		r.part = part
		if s != "-" {
			r.subject = subject(s)
		}
		expand := func(p string) string { return patternSyntax.Replace(strings.NewReplacer(macros...).Replace(p)) }
		var err error
		if r.pattern, err = newPattern(expand(f[3])); err != nil {
			return nil, fail(err)
		}
		if f[4] != "-" {
			if r.unless, err = newPattern(expand(f[4])); err != nil {
				return nil, fail(err)
			}
		}
		rules = append(rules, r)
	}
	return rules, nil
}

// noMetric stands in a rule for a number that is none of the metrics: the rule keeps
// it from those that follow.
const noMetric = "-"

// sentence is a sentence, or what stood in brackets inside one, ready for the
// rules: brackets and titles taken out, numbers masked.
type sentence struct {
	whole   passage // the printed sentence
	quote   string  // the same as printed, once it was asked for
	text    string  // masked
	src     []int   // character of text → rune of whole
	nums    []number
	section string // key of the section
	order   int
	about   subject // what the text before is about
	topics  []topic // where the text turns to something else
	year    int     // the year the text before speaks of, 0 for none
}

// quoted is the sentence as printed.
func (s *sentence) quoted(doc *folio) string {
	if s.quote == "" {
		s.quote = s.whole.quoted(doc)
	}
	return s.quote
}

// source is the rune of whole that stands at a byte offset in text.
func (s *sentence) source(offset int) int { return s.src[utf8.RuneCountInString(s.text[:offset])] }

// topic is a place where a sentence names what it is about from there on.
type topic struct {
	end   int // byte offset in text
	about subject
}

// Candidate is a figure that a sentence seems to print. Explain shows the ones
// that were not taken, with the reason.
type Candidate struct {
	Figure report.Figure `json:"figure"`
	Rule   int           `json:"rule"` // line of sentences.tsv
	// Dropped says why the candidate is no figure of the report, empty for one
	// that is.
	Dropped string `json:"dropped,omitempty"`

	order  int  // of the sentence
	from   int  // rune in the sentence
	weak   bool // speaks of several parts
	marked bool // speaks of the whole: 全市, 共
	rank   int  // of the rule
}

// reading is what the sentences of one report are read with.
type reading struct {
	doc   *folio
	year  int
	organ string // folded, without 人民
	cands []Candidate
}

// figuresInSentences reads the figures in the prose of a report.
func figuresInSentences(ctx context.Context, doc *folio, prose []sectionProse, year int, organ string) ([]Candidate, error) {
	rd := &reading{doc: doc, year: year, organ: strings.ReplaceAll(fold(organ), "人民", "")}
	order := 0
	for _, sec := range prose {
		if sec.key == report.SectionProblems {
			continue // plans and complaints, not facts
		}
		about := aboutSection(sec.key)
		for _, para := range sec.paragraphs {
			year := 0
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			for _, s := range sentences(para, sec.key, about) {
				s.order = order
				order++
				if s.year == 0 && !currentYear.MatchString(s.text) {
					s.year = year // 2019年…。通过微信公开25条。
				}
				rd.read(&s)
				if y, since := lastYear(s.text, s.nums); y != 0 {
					if year = y; since {
						year = 0
					}
				} else if currentYear.MatchString(s.text) {
					year = 0
				}
				about = s.subjectAt(len(s.text))
			}
		}
	}
	rd.resolve()
	return rd.cands, nil
}

// longestSentence is how many runes a sentence may have to be read.
const longestSentence = 2000

func aboutSection(key string) subject {
	switch key {
	case report.SectionDisclosure:
		return aboutDisclosure
	case report.SectionRequests:
		return aboutRequests
	}
	return aboutAnything
}

// sentences splits a paragraph. What stands in longer brackets comes as a
// sentence of its own after the one it stood in.
func sentences(p passage, section string, about subject) []sentence {
	var out []sentence
	start := 0
	for i, r := range p.runes {
		if r == '。' || r == '!' || r == '?' || i == len(p.runes)-1 {
			part := p.slice(start, i+1)
			start = i + 1
			n := len(out)
			out = append(out, newSentences(part, section, about)...)
			about = out[n].subjectAt(len(out[n].text))
		}
	}
	return out
}

// newSentences masks one sentence and the brackets in it.
func newSentences(p passage, section string, about subject) []sentence {
	if len(p.runes) > longestSentence {
		return []sentence{{whole: p, section: section, about: about}} // nothing a person wrote
	}
	var inner [][2]int
	var drop []bool // runes of brackets and titles; nil when there are none
	cut := func(from, to int) {
		if drop == nil {
			drop = make([]bool, len(p.runes))
		}
		for k := from; k <= to; k++ {
			drop[k] = true
		}
	}
	for i := 0; i < len(p.runes); i++ {
		switch p.runes[i] {
		case '(', '[':
			end := closing(p.runes, i)
			if end < 0 {
				continue
			}
			if end-i > 7 {
				inner = append(inner, [2]int{i + 1, end})
			}
			cut(i, end)
			i = end
		case '《':
			end := closing(p.runes, i)
			if end < 0 {
				continue
			}
			cut(i+1, end)
			i = end
		}
	}
	s := mask(p, p, 0, drop)
	s.section, s.about = section, about
	out := []sentence{s}
	for _, in := range inner {
		part := p.slice(in[0], in[1])
		if len(numbers(part.runes)) == 0 {
			continue
		}
		b := mask(p, part, in[0], nil)
		b.section, b.about = section, about
		before := mask(p, p.slice(0, in[0]-1), 0, drop[:in[0]-1])
		before.about = about
		b.about = before.subjectAt(len(before.text))
		b.year, _ = lastYear(before.text, before.nums)
		out = append(out, b)
	}
	return out
}

// closing finds the bracket that closes the one at i, or -1.
func closing(s []rune, i int) int {
	open := s[i]
	end := map[rune]rune{'(': ')', '[': ']', '《': '》'}[open]
	depth := 0
	for k := i; k < len(s) && k < i+200; k++ {
		switch s[k] {
		case open:
			depth++
		case end:
			if depth--; depth == 0 {
				return k
			}
		}
	}
	return -1
}

// mask makes a sentence of part, which begins at rune offset of whole.
func mask(whole, part passage, offset int, drop []bool) sentence {
	s := sentence{whole: whole, src: make([]int, 0, len(part.runes)+1)}
	text := make([]byte, 0, len("汉")*len(part.runes))
	put := func(r rune, at int) {
		text = utf8.AppendRune(text, r)
		s.src = append(s.src, at)
	}
	// Numbers are read after brackets are gone: 12(件) and 县(区)3 alike.
	kept := make([]rune, 0, len(part.runes))
	from := make([]int, 0, len(part.runes)+1)
	for i, r := range part.runes {
		if drop == nil || !drop[i] {
			if maskCount <= r && r <= maskOther {
				r = '\uFFFD' // printed, and no number of ours
			}
			kept = append(kept, r)
			from = append(from, offset+i)
		}
	}
	from = append(from, offset+len(part.runes))
	i := 0
	for _, n := range numbers(kept) {
		for ; i < n.from; i++ {
			put(kept[i], from[i])
		}
		k := len(s.nums)
		at := from[n.from]
		i = n.to
		// What a number spans is kept in runes of whole from here on.
		n.from, n.to = from[n.from], from[n.to-1]+1
		if n.unitEnd > i {
			n.unitEnd = from[n.unitEnd-1] + 1
		} else {
			n.unitEnd = n.to
		}
		switch {
		case k >= maskSpan || n.kind == numPercent || n.kind == numOther:
			put(maskOther, at)
			continue
		case n.kind == numYear:
			put(maskYear+rune(k), at)
		default:
			put(maskCount+rune(k), at)
		}
		s.nums = append(s.nums, n)
	}
	for ; i < len(kept); i++ {
		put(kept[i], from[i])
	}
	s.src = append(s.src, offset+len(part.runes))
	s.text = string(text)
	s.topics = topicsOf(s.text)
	return s
}

var subjectWords = compile(`依申请公开(?:政府|政务)?(?:信息)?|行政复议|复议|诉讼|起诉|(?:公开|信息|依|收到|受理|的)申请|申请人|申请(?:公开|数|量|的|\p{Co})|主动公开|公开(?:各类)?(?:政府|政务)?信息|发布(?:各类)?(?:政府|政务)?信息`)

// topicsOf finds the words that tell what a text is about.
func topicsOf(text string) []topic {
	var topics []topic
	for _, m := range subjectWords.FindAllStringSubmatchIndex(text) {
		about := aboutDisclosure
		switch w := text[m[0]:m[1]]; {
		case strings.Contains(w, "复议"):
			about = aboutReview
		case strings.Contains(w, "诉"):
			about = aboutLitigation
		case strings.Contains(w, "申请"):
			if strings.HasPrefix(text[m[1]:], "复议") || strings.HasPrefix(text[m[1]:], "行政复议") {
				continue
			}
			about = aboutRequests
			if foreignApplication.MatchString(text[:m[1]]) {
				about = aboutOther
			}
		case strings.HasPrefix(text[m[1]:], "申请"):
			about = aboutRequests
		}
		topics = append(topics, topic{m[1], about})
	}
	return topics
}

// subjectAt is what a sentence is about before byte offset end.
func (s *sentence) subjectAt(end int) subject {
	i, _ := slices.BinarySearchFunc(s.topics, end+1, func(t topic, end int) int { return t.end - end })
	if i == 0 {
		return s.about
	}
	return s.topics[i-1].about
}

// foreignApplication is an application for something else than information.
var foreignApplication = compile(`(?:许可|审批|登记|救助|补贴|补助|仲裁|执行|鉴定|复核|援助|调解|住房|保障|低保|入学|资格|认定|证照|专利|商标|工伤|变更|贷款|项目|延期)(?:事项|类|的)?申请\p{Co}?$`)

// lastYear is the year that text speaks of at its end, and whether it is one
// since which figures are summed up (2008年以来).
func lastYear(text string, nums []number) (year int, since bool) {
	if !slices.ContainsFunc(nums, func(n number) bool { return n.kind == numYear }) {
		return 0, false
	}
	for i, r := range text {
		if r < maskYear || r >= maskYear+maskSpan {
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		if strings.ContainsRune("比较与同", before) {
			continue // 比2019年增加
		}
		n := nums[r-maskYear]
		year = int(n.value.IntPart())
		after := text[i+utf8.RuneLen(r):]
		since = sincePattern.MatchString(after)
	}
	for _, w := range []string{"今年", "本年", "全年", "当年", "年内"} {
		if i := strings.LastIndex(text, w); i >= 0 && !strings.ContainsFunc(text[i:], isMaskedYear) {
			if w == "全年" && year != 0 && !since {
				return year, false // 2017年全年
			}
			return 0, false
		}
	}
	return year, since
}

var sincePattern = compile(`^年(?:\x{F8FF}[月日])*(?:以来|起)`)

func isMaskedYear(r rune) bool  { return r >= maskYear && r < maskYear+maskSpan }
func isMaskedCount(r rune) bool { return r >= maskCount && r < maskCount+0x1000 }

var (
	historyWords = compile(`历年|(?:条例|办法|规定|《)(?:施行|实施|颁布)?(?:以来|起)|(?:施行|实施|开通|成立|建站|上线|开设|运行)以来`)
	sumWords     = compile(`累计|历年`)
	priorWords   = compile(`去年|上年|上一年|往年|前年|同期|以前年度`)
	spanWords    = compile(`每(?:年|月|日|天|周|季|人)|[年月日]均|平均|单[日月]|[上下]半年|季度|至\x{F8FF}月(?:[^\x{F8FF}]|$)`)
	severalYears = compile(`(?:\x{F8FF}|[两二三四五六七八九十几多数])(?:个)?年(?:来|间|里|以来|共|累计|合计)|近(?:\x{F8FF}|[两二三四五六七八九十几])年|[\x{E000}-\x{F8FF}]年?(?:至|到|-|~|—)[\x{F000}-\x{F7FF}]年|\x{F8FF}[-~—]\x{F8FF}年`)
	planWords    = compile(`计划|拟|力争|目标|下一步|明年|不少于|不低于|确保|要求各`)
	strongPart   = compile(`[省市县区镇乡州旗](?:本)?级|本级|[省市县区]直`)
	weakPart     = compile(`各[省市县区镇乡]|各街道|各部门|各单位|各科室|各地`)
	wholeMark    = compile(`全[省市县区镇乡州旗]|各级|共计|合计|总计|总共|共|我[省市县区局镇乡委办厅]|本[省市县区局镇乡委办厅机]`)
	otherOrgan   = compile(`(\p{Han}{1,12}(?:局|委员会|委|办公室|办公厅|厅|办|镇|乡|街道|中心|县|区|市|政府|院|大队|支队|所))(?:共|累计|合计|全年|年内|先后|分别|已|在|门户|官方)*$`)
)

var (
	// someOrgans are some of the organs of a place: 自然资源、住建等部门, 全县乡镇.
	someOrgans = compile(`等\p{Han}{0,4}(?:部门|单位|乡镇|街道|镇|局)|^全[市县区](?:乡镇|镇街)(?:共|累计|合计)*$`)
	wholePlace = compile(`全[省市县区镇乡州旗](?:各|范围|共|所有|上下)|各级`)
	// shareOf is what follows a number that is a share of another.
	shareOf = compile(`^[\x{E000}-\x{EFFF}].{0,3}?,?占(?:全[省市县区镇乡州旗]|总|申请|收到|受理)`)
	// nextShare is what follows the first of several numbers: 10件、12件和14件.
	nextShare = compile(`^[\x{E000}-\x{EFFF}].{0,2}?[、和及与,][\x{E000}-\x{EFFF}]`)
	// feePart is one kind of fee with its amount.
	feePart = compile(`(?:检索|复制|复印|邮寄|工本|打印|快递)费?(?:用)?[^,;。、\x{E000}-\x{EFFF}]{0,6}[\x{E000}-\x{EFFF}]`)
	// casesAmong names the cases about open information among all the cases.
	casesAmong = compile(`^[^。;]{0,6}其中[^。;,]{0,8}(?:信息公开|依申请公开)[^。;,]{0,12}[\x{E000}-\x{EFFF}]`)
)

var caseTotal = map[string]bool{"text.review_total": true, "text.litigation_total": true}

// cumulative names the metric that sums up several years.
var cumulative = map[string]string{
	"text.disclosed_total": "text.disclosed_cumulative",
	"text.requests_new":    "text.requests_cumulative",
	"text.review_total":    "text.review_cumulative",
}

// read applies every rule to a sentence.
func (rd *reading) read(s *sentence) {
	if len(s.text) < 6 {
		return
	}
	classes := documentClasses.MatchString(s.text)
	hasCount := slices.ContainsFunc(s.nums, func(n number) bool { return n.kind == numCount })
	claimed := make([]bool, len(s.nums))
	var grams gramSet
	grams.addText(s.text)
	rules := sentenceRules()
	for rank := range rules {
		r := &rules[rank]
		if classes && !strings.HasPrefix(r.metrics[0], "text.normative_") && !strings.HasPrefix(r.metrics[0], "text.rules_") {
			continue
		}
		if r.units != nil && !hasCount || !r.pattern.maybe(&grams) || !r.inContext(s) {
			continue
		}
		for _, m := range r.pattern.FindAllStringSubmatchIndex(s.text) {
			rd.match(s, r, rank, m, claimed)
		}
	}
}

// documentClasses is a sentence that sorts the documents of a year by whether they
// are public: 制发公文300件，其中主动公开200件，依申请公开60件，不予公开40件.
var documentClasses = compile(`(?:公文|制发|发文|文件|属性)[^。]{0,40}依申请公开(?:类|的|文件|公文)*\p{Co}`)

// inContext tells whether a rule may speak in a sentence: cases of review and
// litigation count when they are about open information.
func (r *sentenceRule) inContext(s *sentence) bool {
	m := r.metrics[0]
	if r.units == nil || !strings.HasPrefix(m, "text.review_") && !strings.HasPrefix(m, "text.litigation_") {
		return true
	}
	return s.section == report.SectionReviewLitigation || s.section == report.SectionRequests || caseContext.MatchString(s.text)
}

var caseContext = compile(`公开|申请|由此|引发|引起`)

// match looks at one match of a rule and keeps it as a candidate, unless the
// words around it say that it is none.
func (rd *reading) match(s *sentence, r *sentenceRule, rank int, m []int, claimed []bool) {
	text := s.text
	left := text[:m[0]]
	clause := left[clauseStart(left):]
	if r.units != nil {
		// What stands before the number inside the match belongs to its clause.
		last := m[len(m)-2]
		clause = text[clauseStart(left):last]
		if r.unless != nil && r.unless.MatchString(clause) {
			return
		}
		if joined(left) {
			return // 微平台和网站公开…: several things share the number
		}
	} else if r.unless != nil && (r.unless.MatchString(clause) || r.unless.MatchString(text[m[0]:m[1]])) {
		return
	}
	about := s.subjectAt(m[1])
	if r.units != nil {
		about = s.subjectAt(m[2])
	}
	if r.subject != aboutAnything && r.subject != about {
		return
	}
	if r.units == nil {
		rd.none(s, r, rank, m)
		return
	}
	for i := 0; 2*i+2 < len(m); i++ {
		c, _ := utf8.DecodeRuneInString(text[m[2*i+2]:])
		k := int(c) - maskCount
		if claimed[k] {
			return
		}
		n := s.nums[k]
		if !r.units[n.unit] {
			return
		}
		claimed[k] = true
		metrics := r.metrics
		if captures := len(m)/2 - 1; captures > 1 {
			metrics = r.metrics[i : i+1]
		}
		for _, metric := range metrics {
			if metric == noMetric {
				continue
			}
			rd.count(s, r, rank, metric, n, left, clause, text[m[0]:m[1]], text[m[2*i+2]:])
		}
	}
}

// clauseStart is where the last clause of text begins.
func clauseStart(text string) int {
	i := strings.LastIndexAny(text, ",;:。")
	if i < 0 {
		return 0
	}
	_, n := utf8.DecodeRuneInString(text[i:])
	return i + n
}

var joiner = compile(`(?:、|和|及|与|或|以及)$`)

// joined tells whether the words of a match share their number with words
// before it: 予以公开和部分公开合计258件.
func joined(left string) bool {
	j := joiner.FindStringIndex(left)
	if j == nil {
		return false
	}
	if strings.HasSuffix(left, "其中、") {
		return false
	}
	head := []rune(left[:j[0]])
	// A number with its unit before the joint closes the item before: 规章13件、…
	for i := len(head) - 1; i >= 0 && i >= len(head)-4; i-- {
		if isMaskedCount(head[i]) || head[i] == maskOther {
			return false
		}
	}
	return true
}

// count keeps a number as a candidate, or as a dropped one with the reason.
// left is what stands before the match, after begins with the number.
func (rd *reading) count(s *sentence, r *sentenceRule, rank int, metric string, n number, left, clause, match, after string) {
	c := Candidate{Rule: r.line, order: s.order, from: n.from, rank: rank}
	unitEnd := n.unitEnd
	raw := s.whole.slice(n.from, unitEnd)
	loc, ok := raw.locator(rd.doc)
	if !ok {
		raw = s.whole.slice(n.from, n.to)
		if loc, ok = raw.locator(rd.doc); !ok {
			return
		}
	}
	state := report.StateOK
	switch {
	case n.approx:
		state = report.StateApproximate
	case n.value.IsZero():
		state = report.StateZero
	}
	before := left[max(0, clauseStart(left)):]
	year, since := lastYear(left, s.nums)
	if year == 0 {
		year = s.year
	}
	history := since && year != rd.year || historyWords.MatchString(left) || historyWords.MatchString(clause)
	carried := metric == "text.requests_carried_in" || metric == "text.requests_carried_out"
	switch {
	case history:
		twin, ok := cumulative[metric]
		if !ok {
			c.Dropped = "sums up several years"
			break
		}
		metric = twin
	case year != 0 && rd.year != 0 && year != rd.year && !carried:
		c.Dropped = fmt.Sprintf("speaks of %d", year)
	case carried && !rd.carries(metric, s, match):
		c.Dropped = "carried between other years"
	case sumWords.MatchString(clause) && (year != rd.year || upTo.MatchString(left)) && !currentYear.MatchString(left):
		c.Dropped = "may sum up several years"
	case priorWords.MatchString(before) && !carried:
		c.Dropped = "speaks of an earlier year"
	case severalYears.MatchString(left) || severalYears.MatchString(clause):
		c.Dropped = "speaks of several years"
	case spanWords.MatchString(clause):
		c.Dropped = "speaks of a part of the year, or of a mean"
	case planWords.MatchString(before) || strings.HasPrefix(string(raw.runes), "不少于"):
		c.Dropped = "speaks of a plan"
	}
	strong := strongPart.MatchString(before) || !r.part && strings.Contains(clause, "其中")
	if m := otherOrgan.FindStringSubmatch(before); m != nil && !rd.own(m[1], metric) && !strings.HasPrefix(clause[len(before):], "等") {
		strong = true
	}
	c.marked = wholeMark.MatchString(clause)
	c.weak = weakPart.MatchString(before)
	switch {
	case c.weak && (weakPart.MatchString(left[:clauseStart(left)]) || weakPart.MatchString(after)), // 各镇…，各部门…
		someOrgans.MatchString(before) && !wholePlace.MatchString(before),
		!r.part && shareOf.MatchString(after),
		!r.part && metric == "text.fee_collected_amount" && len(feePart.FindAllStringSubmatchIndex(s.text)) > 1:
		strong = true
	}
	if len(r.metrics) == 1 && strings.Contains(clause, "分别") && nextShare.MatchString(after) && c.Dropped == "" {
		c.Dropped = "one of several numbers"
	}
	if caseTotal[metric] && !r.part && casesAmong.MatchString(after) && c.Dropped == "" {
		c.Dropped = "counts cases of other kinds, too"
	}
	if strong && c.Dropped == "" {
		c.Dropped = "a part of the whole"
	}
	c.Figure = report.Figure{
		Metric: metric, Origin: report.OriginText, State: state, Value: n.value.String(), Unit: n.unit,
		Raw: raw.printed(rd.doc), Quote: s.quoted(rd.doc), Locator: loc,
	}
	rd.cands = append(rd.cands, c)
}

// carries tells whether the year that a match names, if it names one, is the one
// that requests are carried over from, or to.
func (rd *reading) carries(metric string, s *sentence, match string) bool {
	for _, c := range match {
		if isMaskedYear(c) && rd.year != 0 {
			year := int(s.nums[c-maskYear].value.IntPart())
			if metric == "text.requests_carried_in" {
				return year == rd.year-1
			}
			return year == rd.year+1
		}
	}
	return true
}

// upTo is a date up to which figures are summed up, from when nobody says.
var upTo = compile(`(?:截至|截止|至|到)(?:目前|\p{Co}年(?:底|末|\x{F8FF}月))`)

var currentYear = compile(`今年|本年|全年|当年|年内|一年来`)

// own tells whether the organ named in a sentence is the one that reports, as
// far as can be told. A department may use the web site of its government.
func (rd *reading) own(name, metric string) bool {
	switch {
	case rd.organ == "", verbOffice.MatchString(name), strings.ContainsAny(name, "全我本"), strings.Contains(name, "各级"):
		return true
	case strings.HasPrefix(metric, "text.disclosed_via_") && strings.HasSuffix(name, "政府"):
		return true
	}
	r := []rune(strings.ReplaceAll(name, "人民", ""))
	if len(r) > 1 && strings.ContainsRune("及和与", r[len(r)-2]) {
		return true // 政府网站及局官网
	}
	return strings.Contains(rd.organ, string(r[max(0, len(r)-2):]))
}

var otherRemedy = compile(`^(?:行政)?(?:复议|诉讼|仲裁)|^(?:人|书|表|材料)`)

var (
	// aboutIt makes what stands before it the object of something else.
	aboutIt = compile(`^\p{Han}{0,8}的(?:投诉|举报|异议|意见|争议|纠纷|反映)`)
	// onlyOutcome makes cases before it cases of one outcome.
	onlyOutcome = compile(`^\p{Han}{0,6}(?:被(?:依法)?(?:纠|撤|改变|确认|责令)|纠错|纠正|撤销|败诉|维持|超期|逾期)`)
)

// verbOffice is a verb that ends like an office.
var verbOffice = compile(`[举承主开协申经筹]办$`)

// none keeps words that say "none" as zeros.
func (rd *reading) none(s *sentence, r *sentenceRule, rank int, m []int) {
	rest := s.text[m[1]:]
	if i := strings.IndexAny(rest, ",;。且"); i >= 0 {
		rest = rest[:i]
	}
	if strings.ContainsFunc(rest, isMaskedCount) || strings.ContainsFunc(s.text[m[0]:m[1]], isMaskedCount) && !strings.HasPrefix(s.text[m[0]:], "无") {
		return
	}
	if strings.HasSuffix(s.text[:m[1]], "申请") && otherRemedy.MatchString(s.text[m[1]:]) || aboutIt.MatchString(rest) {
		return // 未申请行政复议, 未收到申请方面的投诉
	}
	if caseTotal[r.metrics[0]] && onlyOutcome.MatchString(rest) {
		return // 无行政复议被纠正
	}
	left := s.text[:m[0]]
	if year, _ := lastYear(left, s.nums); year != 0 && rd.year != 0 && year != rd.year {
		return
	}
	if priorWords.MatchString(left[clauseStart(left):]) || planWords.MatchString(left[clauseStart(left):]) {
		return
	}
	_, last := utf8.DecodeLastRuneInString(s.text[:m[1]])
	from, to := s.source(m[0]), s.source(m[1]-last)+1
	raw := s.whole.slice(from, to)
	loc, ok := raw.locator(rd.doc)
	if !ok {
		return
	}
	for _, metric := range r.metrics {
		unit := ""
		if d, ok := report.LookupMetric(metric); ok {
			unit = d.Unit
		}
		rd.cands = append(rd.cands, Candidate{
			Rule: r.line, order: s.order, from: from, rank: rank,
			Figure: report.Figure{
				Metric: metric, Origin: report.OriginText, State: report.StateZero, Value: "0", Unit: unit,
				Raw: raw.printed(rd.doc), Quote: s.quoted(rd.doc), Locator: loc,
			},
		})
	}
}

// resolve leaves one figure a metric. Where sentences disagree, a number counts
// more than "none", the whole more than its parts, a special rule more than a
// general one; if that settles nothing, none is taken.
func (rd *reading) resolve() {
	best := make(map[string][]*Candidate)
	for i := range rd.cands {
		c := &rd.cands[i]
		if c.Dropped == "" {
			best[c.Figure.Metric] = append(best[c.Figure.Metric], c)
		}
	}
	for _, all := range best {
		pick := choose(all)
		for _, c := range all {
			switch {
			case c == pick:
			case pick == nil:
				c.Dropped = "sentences disagree"
			case c.Figure.Value == pick.Figure.Value:
				c.Dropped = "said before"
			default:
				c.Dropped = "a part of the whole, or a weaker saying"
			}
		}
	}
}

func choose(all []*Candidate) *Candidate {
	level := func(c *Candidate) int {
		n := 0
		if c.Figure.Raw != "" && c.Figure.State == report.StateZero && !strings.ContainsAny(c.Figure.Raw, "0123456789０零") {
			n += 8 // none, in words
		}
		if c.weak && !c.marked {
			n += 4
		}
		if !c.marked {
			n++
		}
		return n
	}
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b *Candidate) int {
		if d := level(a)/4 - level(b)/4; d != 0 {
			return d
		}
		if d := a.rank - b.rank; d != 0 {
			return d
		}
		if d := level(a) - level(b); d != 0 {
			return d
		}
		if d := a.order - b.order; d != 0 {
			return d
		}
		return a.from - b.from
	})
	first := sorted[0]
	v := decimal.RequireFromString(first.Figure.Value)
	for _, c := range sorted[1:] {
		if c.order == first.order && !first.marked && c.weak && decimal.RequireFromString(c.Figure.Value).GreaterThan(v) {
			return nil // 县领导…1期，各部门…12期: neither is the whole
		}
	}
	for _, c := range sorted[1:] {
		if level(c) != level(first) || c.rank != first.rank {
			break
		}
		if decimal.RequireFromString(c.Figure.Value).GreaterThan(v) {
			return nil
		}
	}
	return first
}
