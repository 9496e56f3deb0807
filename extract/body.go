package extract

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"gongkai/extract/document"
)

//go:embed page.tsv
var pageTSV string

// pageRules is page.tsv.
type pageRules struct {
	body      map[string]bool
	furniture map[string]bool
	prefixes  []string // of furniture
	line, end []*pattern
}

var page = sync.OnceValue(func() pageRules {
	p := pageRules{body: make(map[string]bool), furniture: make(map[string]bool)}
	for i, l := range strings.Split(pageTSV, "\n") {
		if l == "" || l[0] == '#' {
			continue
		}
		kind, value, _ := strings.Cut(l, "\t")
		switch kind {
		case "body":
			p.body[value] = true
		case "furniture":
			if prefix, ok := strings.CutSuffix(value, "*"); ok {
				p.prefixes = append(p.prefixes, prefix)
			} else {
				p.furniture[value] = true
			}
		case "line":
			p.line = append(p.line, compile(value))
		case "end":
			p.end = append(p.end, compile(value))
		default:
			panic(fmt.Sprintf("extract: page.tsv: line %d: %q", i+1, kind)) // embedded: a broken build
		}
	}
	return p
})

func anyMatch(list []*pattern, s string) bool {
	return slices.ContainsFunc(list, func(p *pattern) bool { return p.MatchString(s) })
}

// names are the id and the classes of a container.
func names(c *document.Container) []string {
	list := strings.Fields(strings.ToLower(c.Class))
	if c.ID != "" {
		list = append(list, strings.ToLower(c.ID))
	}
	return list
}

func isBodyContainer(c *document.Container) bool {
	for _, n := range names(c) {
		if page().body[n] {
			return true
		}
	}
	return c.Tag == "ucapcontent"
}

func isFurnitureContainer(c *document.Container) bool {
	switch c.Tag {
	case "nav", "footer", "aside":
		return true
	}
	for _, n := range names(c) {
		if page().furniture[n] {
			return true
		}
		for _, p := range page().prefixes {
			if strings.HasPrefix(n, p) {
				return true
			}
		}
	}
	return false
}

// body is the part of a document that is report.
type body struct {
	from, to  int
	container int
	why       string
	// furniture tells for each block of the document whether it is none of the
	// report, wherever it stands.
	furniture []bool
	// anchors tells which blocks only a report has: section titles and tables of
	// the forms.
	anchors []anchor
}

func (b *body) skip(block int) bool { return b.furniture[block] }

// anchor is what a block tells about whether this is a report.
type anchor uint8

const (
	anchorNone    anchor = iota
	anchorHeading        // a section title
	anchorForm           // a table, or a line of a flattened one
	anchorReport         // a table that holds a whole report
)

// formMarks is what tables of the forms, and their lines when flattened, say and
// nothing else does.
var formMarks = compile(`勾稽关系|本年新收到?政府信息公开申请|上年结转政府信息公开申请|结转下年度继续办理` +
	`|统计指标|主动公开政府信息数|全文电子化的主动公开|依申请公开信息目录数|否决公开答复总?数|[免不]予公开范围[1-8一二三四五六七八]|未经复议直接起诉|三安全一稳定|第二十条第\(?[一五六八九]\)?项`)

// anchorOf looks at one block.
func anchorOf(doc *folio, i int) anchor {
	b := &doc.Blocks[i]
	if b.Kind == document.TableBlock {
		for k := range b.Table.Cells[:min(len(b.Table.Cells), 16)] {
			if formMarks.MatchString(fold(b.Table.Cells[k].Text)) {
				return anchorForm
			}
		}
		return anchorNone
	}
	if len(b.Text) < 200 && formMarks.MatchString(doc.fold(i)) {
		return anchorForm
	}
	if h := doc.heading(i); h != nil && h.key != "" && (h.level != levelMarkup || wholeOfficial(h.title)) {
		return anchorHeading
	}
	return anchorNone
}

// findAnchors looks at every block.
func findAnchors(ctx context.Context, doc *folio) ([]anchor, error) {
	marks := make([]anchor, len(doc.Blocks))
	found := 0
	for i := range doc.Blocks {
		if every(i) && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if marks[i] = anchorOf(doc, i); marks[i] != anchorNone {
			found++
		}
	}
	if found < 2 {
		for i := range doc.Blocks {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if t := doc.Blocks[i].Table; t != nil && holdsReport(t) {
				marks[i] = anchorReport
			}
		}
	}
	return marks, nil
}

// holdsReport tells of a table that it holds so much of the forms that all of a
// report may stand in it.
func holdsReport(t *document.Table) bool {
	marks := 0
	for i := range t.Cells[:min(len(t.Cells), mostCells)] {
		if text := t.Cells[i].Text; len(text) >= shortestMark && len(text) < 200 && formMarks.MatchString(fold(text)) {
			marks++
		}
	}
	return marks >= 4
}

// mostCells is the most cells of a report, shortestMark the bytes of the shortest of
// its formMarks.
const (
	mostCells    = 1000
	shortestMark = 12
)

// findBody chooses the container that carries the report and marks what in it is
// furniture. anchors must hold at least one.
func findBody(ctx context.Context, doc *folio, anchors []anchor) (body, error) {
	b := body{anchors: anchors}
	sums := make([]int, len(anchors)+1) // anchors before each block
	for i, a := range anchors {
		sums[i+1] = sums[i]
		if a != anchorNone {
			sums[i+1]++
		}
	}
	count := func(c *document.Container) int { return sums[c.End] - sums[c.First] }
	total := sums[len(anchors)]
	best := 0
	for i := range doc.Containers {
		c := &doc.Containers[i]
		if count(c)*10 >= total*9 && c.End-c.First <= doc.Containers[best].End-doc.Containers[best].First {
			best = i
		}
	}
	b.container, b.why = best, fmt.Sprintf("innermost container with %d of %d marks of a report", count(&doc.Containers[best]), total)
	for i := best; i >= 0; i = doc.Containers[i].Parent {
		if isBodyContainer(&doc.Containers[i]) {
			b.container, b.why = i, "container that content management systems put articles in: "+describe(&doc.Containers[i])
			break
		}
	}
	c := &doc.Containers[b.container]
	b.from, b.to = c.First, c.End
	if err := b.markFurniture(ctx, doc, sums); err != nil {
		return b, err
	}
	return b, b.trim(ctx, doc)
}

// every tells whether to look at the context again, in the i-th step of a loop.
func every(i int) bool { return i%1024 == 0 }

// describe names a container as a style sheet would.
func describe(c *document.Container) string {
	s := c.Tag
	if c.ID != "" {
		s += "#" + c.ID
	}
	for _, class := range strings.Fields(c.Class) {
		s += "." + class
	}
	return s
}

// markFurniture marks containers and lines that are no report.
func (b *body) markFurniture(ctx context.Context, doc *folio, sums []int) error {
	b.furniture = make([]bool, len(doc.Blocks))
	links := make([]int, len(doc.Blocks)+1) // bytes of link text before each block
	for _, l := range doc.Links {
		if l.Block < len(doc.Blocks) {
			links[l.Block+1] += len(l.Text)
		}
	}
	for i := range doc.Blocks {
		links[i+1] += links[i]
	}
	for i := range doc.Containers {
		c := &doc.Containers[i]
		if i == 0 || sums[c.End] > sums[c.First] {
			continue // holds something that only a report has
		}
		drop := isFurnitureContainer(c) || c.Hidden
		if !drop && links[c.End]-links[c.First] > 0 {
			text := 0
			for k := c.First; k < c.End; k++ {
				text += len(doc.Blocks[k].Text)
			}
			drop = (links[c.End]-links[c.First])*10 > text*7 && c.End-c.First > 1
		}
		if drop {
			for k := c.First; k < c.End; k++ {
				b.furniture[k] = true
			}
		}
	}
	for i := b.from; i < b.to; i++ {
		if every(i) && ctx.Err() != nil {
			return ctx.Err()
		}
		t := &doc.Blocks[i]
		if t.Kind == document.TableBlock || b.anchors[i] != anchorNone || len(t.Text) > 300 || t.Text == "" || strings.HasSuffix(t.Text, "。") {
			continue
		}
		if s := doc.fold(i); anyMatch(page().line, s) || strings.Contains(s, ":") && metaLine.MatchString(s) {
			b.furniture[i] = true
		}
	}
	return nil
}

// metaLine is a line under the title: when, from where, how often read.
var metaLine = compile(`^(?:[·•*]|.{2,12})?(?:发布日期|发布时间|发文日期|成文日期|生成日期|公开日期|更新时间|录入时间|日期|时间|来源|信息来源|索引号|作者|文章来源|发布机构|发文机关|主题分类|公开方式|组配分类|名称|文号|有效性):`)

// trim cuts furniture and metadata off both ends of the body.
func (b *body) trim(ctx context.Context, doc *folio) error {
	first, last := -1, -1
	for i := b.from; i < b.to; i++ {
		if b.anchors[i] != anchorNone {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first < 0 {
		return nil
	}
	// The title, or else the last line of metadata, stands before the report.
	start := b.from
	for i := first - 1; i >= max(b.from, first-lead); i-- {
		t := &doc.Blocks[i]
		if t.Kind == document.TableBlock && isMetaTable(t.Table) {
			start = i + 1
			break
		}
		if t.Text != "" && len(t.Text) < 400 && doc.isTitle(i) {
			start = i
			if i > b.from && isTitleHead(doc, i) {
				start = i - 1
			}
			break
		}
		if b.furniture[i] && t.Text != "" && len(t.Text) < 400 && metaLine.MatchString(doc.fold(i)) {
			start = i + 1
			// A title may still stand above the metadata; it needs no place in the
			// body then.
			break
		}
	}
	b.from = start
	for i := last + 1; i < b.to; i++ {
		if every(i) && ctx.Err() != nil {
			return ctx.Err()
		}
		t := &doc.Blocks[i]
		if t.Kind != document.TableBlock && len(t.Text) < 300 && t.Text != "" && anyMatch(page().end, doc.fold(i)) {
			b.to = i
			break
		}
	}
	for b.to > last+1 && (b.furniture[b.to-1] || doc.Blocks[b.to-1].Kind == document.Image) {
		b.to--
	}
	for b.from < first && b.furniture[b.from] {
		b.from++
	}
	return nil
}

// isTitleHead tells whether the line before block i is the first line of a title
// that was broken in two: 慈溪市人民政府办公室 / 2023年政府信息公开工作年度报告.
func isTitleHead(doc *folio, i int) bool {
	prev, cur := doc.fold(i-1), doc.fold(i)
	if doc.Blocks[i-1].Kind == document.TableBlock || prev == "" || len([]rune(prev)) > 30 {
		return false
	}
	return organTail.MatchString(prev) && !metaLine.MatchString(prev) && parseTitle(cur).organ == ""
}
