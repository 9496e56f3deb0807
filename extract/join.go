package extract

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gongkai/extract/check"
	"gongkai/report"
)

// What a file gave to the report of its page: see report.SourceFile.
const (
	useReport   = "report"
	useTables   = "tables"
	useCompared = "compared"
	useNone     = "none"
)

// RuleFile is the id of the finding that says whether an attachment prints what
// its page prints.
const RuleFile = "X.FILE"

// The notes of a report that was read from a page and its attachments.
const (
	noteFileTables    = "tables_from_attachment"
	noteFileDisagrees = "attachment_disagrees"
)

// Join reads a page together with the files that hang on it. The report is the
// page's. Where the page only points at a file (详见附件) it is the file's; where it
// has prose and a file the tables, these are taken in, with locators that name the
// file; where both print tables they are compared, cell by cell, and the page's
// stay. Every file stands in Source.Files with what it gave.
//
// A file about another year or organ gives nothing, nor does one that can't be
// read: that is no error. The errors are those of [Extract] on the page, unless a
// file has the report.
func Join(ctx context.Context, page Input, files []Input, o Options) (*report.Report, error) {
	main, err := run(ctx, &page, o)
	var no *NotReportError
	if err != nil && !errors.As(err, &no) {
		return nil, err
	}
	j := &join{page: &page}
	if main != nil && main.doc != nil {
		for _, t := range pageTitles(main.doc, &page) {
			if isTitle(t) {
				j.title = t
				break
			}
		}
	}
	if err == nil {
		j.report = main.report
	}
	for i := range files {
		if err := j.read(ctx, files[i], o); err != nil {
			return nil, err
		}
	}
	if j.report == nil {
		if !j.takeReport() {
			return nil, j.refused(no)
		}
	} else {
		j.takeTables(main)
	}
	j.compare()
	j.report.Source.Files = j.files
	return j.report, nil
}

// join is a page on its way to a report with its files.
type join struct {
	page   *Input
	title  string // what the page calls itself
	report *report.Report
	files  []report.SourceFile
	parts  []*extraction // of each file, nil for one that is no report
}

// read reads a file. What the page calls itself and who its site is help it to a
// head of its own.
func (j *join) read(ctx context.Context, in Input, o Options) error {
	in.ListTitle, in.ListDate = cmp.Or(in.ListTitle, j.page.ListTitle, j.title), cmp.Or(in.ListDate, j.page.ListDate)
	if in.Site == (Site{}) {
		in.Site = j.page.Site
	}
	if j.report != nil && in.Site.Organ == "" {
		in.Site.Organ = j.report.Organ.Name
	}
	f := report.SourceFile{Name: firstOf(in.URL, in.Name), Use: useNone}
	x, err := run(ctx, &in, o)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if x != nil && x.doc != nil {
		f.Format = string(x.doc.Format)
	}
	switch {
	case err != nil:
		f.Why, x = err.Error(), nil
	case j.report != nil && x.report.Year != 0 && j.report.Year != 0 && x.report.Year != j.report.Year:
		f.Why, x = fmt.Sprintf("it is about %d", x.report.Year), nil
	case j.report != nil && !sameOrgan(x.report.Organ, j.report.Organ):
		f.Why, x = "it is of "+x.report.Organ.Name, nil
	}
	j.files, j.parts = append(j.files, f), append(j.parts, x)
	return nil
}

// sameOrgan tells whether two names may be of one organ: one is part of the other,
// or one is missing.
func sameOrgan(a, b report.Organ) bool {
	for _, x := range []string{a.Name, a.FullName, a.Printed} {
		for _, y := range []string{b.Name, b.FullName, b.Printed} {
			if x != "" && y != "" && (strings.Contains(x, y) || strings.Contains(y, x)) {
				return true
			}
		}
	}
	return a.Name == "" || b.Name == ""
}

// takeReport makes the file with the most known cells the report.
func (j *join) takeReport() bool {
	best := -1
	for i, x := range j.parts {
		if x != nil && (best < 0 || known(x.report) > known(j.parts[best].report)) {
			best = i
		}
	}
	if best < 0 {
		return false
	}
	j.report = j.parts[best].report
	j.files[best].Use = useReport
	j.report.Source.URL, j.report.Source.File = j.page.URL, ""
	if j.page.URL == "" {
		j.report.Source.File = j.page.Name
	}
	j.report.Source.Attachment = j.files[best].Name
	return true
}

// refused is the error of a page that is no report with files that are none.
func (j *join) refused(no *NotReportError) error {
	if len(j.files) == 0 {
		return no
	}
	why := make([]string, len(j.files))
	for i, f := range j.files {
		why[i] = f.Name + ": " + strings.TrimPrefix(f.Why, "no annual report: ")
	}
	return notReport(no.Reason, "%s; its attachments hold none either: %s", no.Detail, strings.Join(why, "; "))
}

// known counts the cells of tables that have a value.
func known(r *report.Report) (n int) {
	for _, f := range r.Figures {
		if f.Origin != report.OriginText && f.State.HasValue() {
			n++
		}
	}
	return n
}

// takeTables takes the tables that the page does not print out of the file that has
// the most of them.
func (j *join) takeTables(main *extraction) {
	r := j.report
	best, most := -1, 0
	for i, x := range j.parts {
		if x == nil || lacking(r.Template, x.report.Template) == (report.Templates{}) {
			continue
		}
		if n := known(x.report); n > most {
			best, most = i, n
		}
	}
	if best < 0 {
		return
	}
	file := j.parts[best].report
	missing := lacking(r.Template, file.Template)
	var taken []report.Figure
	for _, f := range file.Figures {
		if f.Origin != report.OriginText && f.Metric != report.MetricLocalRow && tableOf(missing, f.Metric) != "" {
			f.Locator.File = best + 1
			taken = append(taken, f)
		}
	}
	r.Template = report.Templates{
		Disclosure: r.Template.Disclosure + missing.Disclosure, Requests: r.Template.Requests + missing.Requests,
		ReviewLitigation: r.Template.ReviewLitigation + missing.ReviewLitigation, Annex: r.Template.Annex + missing.Annex,
	}
	at := slices.IndexFunc(r.Figures, func(f report.Figure) bool { return f.Origin == report.OriginText })
	if at < 0 {
		at = len(r.Figures)
	}
	r.Figures = slices.Insert(r.Figures, at, taken...)
	for _, orphan := range file.Orphans {
		orphan.Locator.File = best + 1
		r.Orphans = append(r.Orphans, orphan)
	}
	r.Findings = append([]report.Finding{}, check.Evaluate(r.Template, r.Figures)...)
	r.Status = statusOf(r)
	r.Source.Attachment = j.files[best].Name
	r.Notes = main.notes(r, slices.DeleteFunc(append(r.Notes, noteFileTables), func(n string) bool {
		return n == NoteTableInAttachment || n == NoteTableInImage
	}))
	j.files[best].Use = useTables
	j.parts[best] = nil
}

// lacking gives the tables of has that have lacks. A report has either the annex or
// the tables of the later forms.
func lacking(have, has report.Templates) report.Templates {
	pick := func(have, has string) string {
		if have != "" {
			return ""
		}
		return has
	}
	return report.Templates{
		Disclosure: pick(have.Disclosure, has.Disclosure), Requests: pick(have.Requests, has.Requests),
		ReviewLitigation: pick(have.ReviewLitigation, has.ReviewLitigation), Annex: pick(have.Annex, has.Annex),
	}
}

// tableOf gives the form in t of the table that a metric stands in.
func tableOf(t report.Templates, metric string) string {
	switch root, _, _ := strings.Cut(metric, "."); root {
	case "disclosure":
		return t.Disclosure
	case "requests":
		return t.Requests
	case "review", "litigation":
		return t.ReviewLitigation
	case "annex", "annex2008":
		return t.Annex
	}
	return ""
}

// compare puts the cells of files beside those of the report. A cell that one of
// them does not print is not compared.
func (j *join) compare() {
	r := j.report
	type cell struct {
		metric    string
		applicant report.Applicant
	}
	printed := map[cell]report.Figure{}
	for _, f := range r.Figures {
		if f.Origin != report.OriginText && f.Metric != report.MetricLocalRow && f.State.HasValue() {
			printed[cell{f.Metric, f.Applicant}] = f
		}
	}
	for i, x := range j.parts {
		if x == nil || j.files[i].Use != useNone {
			continue
		}
		same, differs := 0, false
		for _, f := range x.report.Figures {
			ours, ok := printed[cell{f.Metric, f.Applicant}]
			if !ok || f.Origin == report.OriginText || !f.State.HasValue() || ours.Locator.File == i+1 {
				continue
			}
			if f.Value == ours.Value && cmp.Or(f.Unit, ours.Unit) == cmp.Or(ours.Unit, f.Unit) {
				same++
				continue
			}
			differs = true
			at := f.Metric
			if f.Applicant != "" {
				at += "@" + string(f.Applicant)
			}
			r.Findings = append(r.Findings, report.Finding{
				Rule: RuleFile, Severity: report.Soft, Verdict: report.Fail, At: at, Expected: f.Value, Got: ours.Value,
				Operands: []string{at}, Doubt: report.DoubtPublisher, Note: "the attachment " + j.files[i].Name + " prints " + f.Raw,
			})
		}
		switch {
		case differs:
			r.Notes = append(r.Notes, noteFileDisagrees)
		case same > 0:
			r.Findings = append(r.Findings, report.Finding{
				Rule: RuleFile, Severity: report.Soft, Verdict: report.Pass, At: j.files[i].Name, Note: fmt.Sprintf("%d cells are the same", same),
			})
		default:
			j.files[i].Why = "it prints no cell that the report prints"
			continue
		}
		j.files[i].Use = useCompared
		if r.Source.Attachment == "" {
			r.Source.Attachment = j.files[i].Name
		}
	}
	slices.Sort(r.Notes)
	r.Notes = slices.Compact(r.Notes)
}
