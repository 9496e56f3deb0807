// Package extract turns bytes into a report: no network, no clock, no
// randomness; the same input with the same options gives the same report, byte
// for byte.
//
// [Extract] goes through these stages, one file each:
//
//   - read: package document makes blocks of the bytes; a block is folded once
//     (prose.go)
//   - refuse: what is no annual report is told from one before any table is
//     looked at (notreport.go); a [NotReportError] gives the reason
//   - body: the blocks that are report, not the page's furniture (body.go, its
//     words in page.tsv)
//   - copies: a body printed again is set aside, last year's report below this
//     year's is another report (copies.go)
//   - head: title, organ, year, scope, dates, each with its evidence (head.go,
//     organ.go)
//   - sections: the top-level headings and their keys (sections.go, headings.tsv)
//   - tables: package template aligns them to the official forms
//   - sentences: the figures of the prose (sentence.go, number.go, sentences.tsv)
//   - relations: package check evaluates them
//
// A new wording is a line in one of the .tsv files. [Explain] shows how each
// stage decided. [Version] grows with whatever changes a report.
package extract

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"golang.org/x/net/html"

	"gongkai/extract/check"
	"gongkai/extract/document"
	"gongkai/extract/template"
	"gongkai/report"
)

// Input is one page or attachment with what the caller knows about it.
type Input struct {
	Bytes []byte
	// Name is a file name or the last element of a URL path; its extension is a
	// hint for the format, never more.
	Name string
	// ContentType is the HTTP header of that name, if any.
	ContentType string
	// Root is the parsed page when the caller parsed it already; it must come
	// from Bytes. The tree is not changed.
	Root *html.Node
	// Charset is what document.Decode said of Bytes, when the caller decoded them to
	// parse them; else it is found out again.
	Charset document.Charset
	// URL, ListTitle, ListDate: where the page was found and what the listing
	// said of it. All optional and only used as evidence.
	URL, ListTitle, ListDate string
	// Site is what the configuration knows: it resolves 我局 and 本镇.
	Site Site
}

// Site is what the caller knows of the site or column a page was listed in.
type Site struct {
	Name   string // 慈溪市人民政府
	Organ  string // the organ of the column, if it has just one
	Region string // GB/T 2260
}

// Options change what Extract gives. The zero value is the default.
type Options struct {
	// MaxBytes bounds the input (default 64 MiB), MaxCells the cells of all
	// tables (default 1,000,000). Limits do not enter the options hash.
	MaxBytes int64
	MaxCells int
	// Recognise has scans and pictures read by Tesseract, where there is one. Of what
	// it reads only the cells are kept that the relations confirm; each is marked.
	Recognise bool
	// Timeout bounds the time one document may take; on a busy machine, where the
	// process has not had that much CPU time yet, up to twelve times as long. Default
	// 5 s; the start of an engine for its format comes on top (document.Prepare). It
	// turns a report into an error, never into another report.
	Timeout time.Duration
}

// InternalError says that the extractor itself failed on a document. Others are
// not affected.
type InternalError struct {
	// Name is the input's: its URL, else its file name.
	Name  string
	Value any // what was recovered
	Stack []byte
}

func (e *InternalError) Error() string {
	return fmt.Sprintf("internal error while reading %s: %v; please report it with the file", e.Name, e.Value)
}

// Extract reads one report. Errors: *NotReportError when the bytes hold no
// annual report, *document.LimitError when a limit was hit (time is one),
// *document.FormatError when no reader takes the format, *InternalError when the
// extractor is at fault, ctx.Err().
func Extract(ctx context.Context, in Input, o Options) (*report.Report, error) {
	x, err := run(ctx, &in, o)
	if err != nil {
		return nil, err
	}
	return x.report, nil
}

// extraction is everything that is known about one document when it has been
// read: what Explain shows.
type extraction struct {
	in *Input
	o  Options

	doc      *folio
	titles   []string // pageTitles
	anchors  []anchor
	body     body
	parts    []part
	kept     part
	copies   []report.Copy
	remarks  []string // on the document as a whole
	head     head
	headings []heading
	align    *template.Alignment
	sections []report.Section
	prose    []sectionProse
	cands    []Candidate
	report   *report.Report
}

// steps are the stages in their order; each uses what the ones before found.
var steps = []struct {
	name string
	do   func(*extraction, context.Context) error
}{
	{"read", (*extraction).readDocument},
	{"refuse", (*extraction).refuseOthers},
	{"body", (*extraction).chooseBody},
	{"head", (*extraction).readHead},
	{"tables", (*extraction).alignTables},
	{"sections", (*extraction).cutSections},
	{"sentences", (*extraction).readSentences},
	{"relations", (*extraction).checkRelations},
}

// run reads one document, stage by stage.
func run(ctx context.Context, in *Input, o Options) (x *extraction, err error) {
	defer func() {
		if v := recover(); v != nil {
			x, err = nil, &InternalError{Name: firstOf(in.URL, in.Name, "the document"), Value: v, Stack: debug.Stack()}
		}
	}()
	if o.Timeout <= 0 {
		o.Timeout = 5 * time.Second
	}
	limit := withBudget
	if in.Root == nil {
		extra, err := document.Prepare(document.Detect(in.Bytes, document.Hint{Name: in.Name, ContentType: in.ContentType}))
		if err != nil {
			return nil, err
		}
		if o.Recognise {
			extra += recogniseTime
		}
		if o.Timeout += extra; extra > 0 {
			limit = context.WithTimeout // another program does the work
		}
	}
	limited, cancel := limit(ctx, o.Timeout)
	defer cancel()
	x = &extraction{in: in, o: o}
	for _, s := range steps {
		if err = s.do(x, limited); err == nil {
			err = limited.Err()
		}
		if err != nil {
			break
		}
	}
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = &document.LimitError{What: "milliseconds", Limit: o.Timeout.Milliseconds()}
	}
	return x, err
}

func (x *extraction) readDocument(ctx context.Context) (err error) {
	x.doc, err = read(ctx, x.in, x.o)
	return err
}

func (x *extraction) refuseOthers(ctx context.Context) (err error) {
	if x.anchors, err = findAnchors(ctx, x.doc); err != nil {
		return err
	}
	x.titles = pageTitles(x.doc, x.in)
	if no := refuse(x.doc, x.in, x.titles, x.anchors); no != nil {
		return no
	}
	return nil
}

// chooseBody finds the report on the page, and of several prints of it the
// fullest.
func (x *extraction) chooseBody(ctx context.Context) (err error) {
	if x.body, err = findBody(ctx, x.doc, x.anchors); err != nil {
		return err
	}
	parts, all, err := findParts(ctx, x.doc, &x.body)
	if err != nil {
		return err
	}
	x.parts = parts
	x.kept, x.copies, x.remarks = choosePart(parts, all, pageTitle(x.titles))
	return nil
}

func (x *extraction) readHead(context.Context) error {
	x.headings = findHeadings(x.doc, x.kept.from, x.kept.to, x.body.skip)
	first := x.kept.to
	if len(x.headings) > 0 {
		first = x.headings[0].block
	}
	x.head = readHead(x.doc, x.in, &x.body, x.kept.from, first, x.kept.to)
	return nil
}

func (x *extraction) alignTables(ctx context.Context) (err error) {
	known := make(map[int]string, len(x.headings))
	for _, h := range x.headings {
		known[h.block] = h.key
	}
	x.align, err = template.Align(ctx, x.doc.Document, x.kept.from, x.kept.to, known)
	return err
}

// cutSections cuts what is no table into sections and their paragraphs.
func (x *extraction) cutSections(context.Context) error {
	table := make(map[int]bool, len(x.align.Blocks))
	for _, b := range x.align.Blocks {
		table[b] = true
	}
	x.headings = slices.DeleteFunc(x.headings, func(h heading) bool { return table[h.block] && !wholeOfficial(h.title) })
	skip := func(block int) bool { return x.body.skip(block) || table[block] }
	x.sections, x.prose = cutSections(x.doc, x.headings, x.kept.from, x.kept.to, skip)
	return nil
}

func (x *extraction) readSentences(ctx context.Context) (err error) {
	if x.cands, err = figuresInSentences(ctx, x.doc, x.prose, x.head.year, x.head.organ.Name); err != nil {
		return err
	}
	if no := x.blank(); no != nil {
		return no
	}
	return nil
}

// checkRelations evaluates the relations, which completes the report.
func (x *extraction) checkRelations(context.Context) error {
	h := &x.head
	figures := append(make([]report.Figure, 0, len(x.align.Figures)+len(x.cands)), x.align.Figures...)
	for _, c := range x.cands {
		if c.Dropped == "" {
			figures = append(figures, c.Figure)
		}
	}
	r := &report.Report{
		Schema: report.Schema, Title: h.title, Organ: h.organ, Scope: h.scope, Year: h.year, Published: h.published, Meta: h.meta,
		Template: x.align.Templates, Sections: x.sections, Figures: figures, Orphans: x.align.Orphans, Copies: x.copies, Head: h.evidence,
		Findings:  orEmpty(check.Evaluate(x.align.Templates, figures)),
		Source:    source(x.in, x.doc, x.charset(x.in)),
		Extractor: report.Extractor{Version: Version, Options: x.o.Hash()},
	}
	if x.doc.recognised {
		var orphans []report.Orphan
		r.Figures, orphans = confirm(r.Figures, r.Findings)
		r.Orphans = append(r.Orphans, orphans...)
		r.Findings = append([]report.Finding{}, check.Evaluate(r.Template, r.Figures)...)
	}
	r.Status = statusOf(r)
	r.Notes = x.notes(r, append(x.remarks, x.align.Notes...))
	x.report = r
	return nil
}

// orEmpty makes an empty list of none: JSON tells them apart.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// read makes a document of the input.
func read(ctx context.Context, in *Input, o Options) (*folio, error) {
	limits := document.Limits{Bytes: o.MaxBytes, Cells: o.MaxCells}
	var doc *document.Document
	var err error
	if in.Root != nil {
		doc, err = document.FromNode(ctx, in.Root, limits)
	} else {
		doc, err = document.Read(ctx, in.Bytes, document.Hint{Name: in.Name, ContentType: in.ContentType}, limits)
	}
	var format *document.FormatError
	picture := errors.As(err, &format) && format.Format.Picture()
	if o.Recognise && (picture || err == nil && isScan(doc)) {
		if doc, err = recognise(ctx, in, limits); err == nil {
			f := newFolio(doc)
			f.recognised = true
			return f, nil
		}
	}
	switch {
	case errors.Is(err, document.ErrEmpty):
		return nil, notReport(ReasonEmpty, "the document is empty")
	case picture && !o.Recognise:
		return nil, notReport(ReasonTableInImage, "it is a picture, which would have to be recognised first")
	case err != nil:
		return nil, err
	case len(doc.Blocks) == 0:
		return nil, notReport(ReasonEmpty, "the document has no text")
	}
	return newFolio(doc), nil
}

// charset says how the bytes became characters. A tree that the caller parsed
// does not tell.
func (x *extraction) charset(in *Input) document.Charset {
	switch {
	case in.Root == nil || x.doc.Charset.Name != "":
	case in.Charset.Name != "":
		x.doc.Charset = in.Charset
	default:
		_, x.doc.Charset = document.Decode(in.Bytes, in.ContentType)
	}
	return x.doc.Charset
}

func source(in *Input, doc *folio, cs document.Charset) report.Source {
	s := report.Source{URL: in.URL, Format: string(doc.Format), Charset: cs.Name, Method: cs.Method}
	if in.URL == "" {
		s.File = in.Name
	}
	return s
}

// pageTitle is what the page itself says whose report it is, as against the
// bodies in it.
func pageTitle(titles []string) titleFacts {
	for _, t := range titles {
		if isTitle(t) {
			return parseTitle(t)
		}
	}
	return titleFacts{}
}

// blank tells a form that nobody filled in from a report: it names no organ or no
// year, and says nothing.
func (x *extraction) blank() *NotReportError {
	h := &x.head
	if h.organ.Name != "" && h.year != 0 && h.title != "" {
		return nil
	}
	for _, f := range x.align.Figures {
		if f.State.HasValue() {
			return nil
		}
	}
	for _, c := range x.cands {
		if c.Dropped == "" {
			return nil
		}
	}
	if len(x.align.Figures) > 0 {
		return notReport(ReasonBlankForm, "it is the form of the report, not filled in")
	}
	return notReport(ReasonNoReport, "it has no title of a report and no figure, and lacks organ or year")
}

// statusOf sums up how much of the forms is known.
func statusOf(r *report.Report) report.Status {
	t := r.Template
	if t == (report.Templates{}) {
		return report.StatusNarrative
	}
	if t.Annex == "" && (t.Disclosure == "" || t.Requests == "" || t.ReviewLitigation == "") {
		return report.StatusPartial
	}
	for _, f := range r.Figures {
		if f.Origin != report.OriginText && f.Metric != report.MetricLocalRow &&
			(f.State == report.StateEmpty || f.State == report.StateNotRecovered || f.State == report.StateText) {
			return report.StatusPartial
		}
	}
	return report.StatusComplete
}

// The notes on a report whose tables are not in it.
const (
	NoteTableInImage      = "table_in_image"
	NoteTableInAttachment = "table_in_attachment"
)

// NoteRecognised marks a report that was read from text which a recognition program
// put under the picture of a scanned page: it may be wrong.
const NoteRecognised = "recognised_text"

// annexFile matches what a file with the annex of 2014 is called.
var annexFile = compile(`统计表|情况表|附表|统计指标`)

// notes gathers the remarks on a document as a whole.
func (x *extraction) notes(r *report.Report, notes []string) []string {
	h := &x.head
	if h.period != 0 && h.year != 0 && h.period != h.year {
		notes = append(notes, "year_mismatch")
	}
	for _, form := range []string{r.Template.Disclosure, r.Template.Requests} {
		if form == "2019" && r.Year > 2020 || form == "2021" && r.Year != 0 && r.Year < 2021 {
			notes = append(notes, "template_year_mismatch")
		}
	}
	if x.doc.Scanned {
		notes = append(notes, NoteRecognised)
	}
	switch {
	case r.Template == (report.Templates{}):
		pictures := 0
		for i := x.kept.from; i < x.kept.to; i++ {
			if t := &x.doc.Blocks[i]; t.Kind == document.Image && !x.body.skip(i) {
				pictures++
			}
		}
		file, _ := attachments(x.doc)
		switch formed := r.Year >= 2019; { // earlier reports have no tables but the annex
		case formed && pictures > 0:
			notes = append(notes, NoteTableInImage)
		case formed && file != "", annexFile.MatchString(file):
			notes = append(notes, NoteTableInAttachment)
		}
	case r.Template.Annex == "" && x.pictureForTable(r):
		notes = append(notes, NoteTableInImage)
	}
	if x.doc.Charset.Replaced > 0 {
		notes = append(notes, "undecodable_characters")
	}
	slices.Sort(notes)
	return slices.Compact(notes)
}

// pictureForTable tells whether a section shows a picture in place of its table.
func (x *extraction) pictureForTable(r *report.Report) bool {
	for _, s := range r.Sections {
		if !missingTable(r.Template, s.Key) {
			continue
		}
		for i := s.From; i < s.To; i++ {
			if b := &x.doc.Blocks[i]; b.Kind == document.Image && !x.body.skip(i) {
				return true
			}
		}
	}
	return false
}

// missingTable tells whether the table of a section is in no form.
func missingTable(t report.Templates, section string) bool {
	switch section {
	case report.SectionDisclosure:
		return t.Disclosure == ""
	case report.SectionRequests:
		return t.Requests == ""
	case report.SectionReviewLitigation:
		return t.ReviewLitigation == ""
	}
	return false
}
