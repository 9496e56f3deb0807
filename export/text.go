package export

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"

	"gongkai/report"
	"gongkai/report/simhash"
)

// Dedupe says which texts the format text leaves out.
type Dedupe string

// The ways to leave texts out.
const (
	DedupeNone  Dedupe = "none"  // none
	DedupeExact Dedupe = "exact" // those that say the same; the default
	DedupeNear  Dedupe = "near"  // those that say nearly the same, too
)

// Dedupes are the values of Dedupe.
func Dedupes() []string { return []string{string(DedupeNone), string(DedupeExact), string(DedupeNear)} }

// TextTables says what becomes of tables in the format text.
type TextTables string

// The ways to print tables.
const (
	TablesMarkdown TextTables = "markdown" // as Markdown, in their sections; the default
	TablesNone     TextTables = "none"     // left out
)

// TextTableWays are the values of TextTables.
func TextTableWays() []string { return []string{string(TablesMarkdown), string(TablesNone)} }

// textFormat writes text.jsonl, one report a line, for work on language: latest
// revisions, without those that say what one before them says.
type textFormat struct {
	out    *outFile
	enc    *json.Encoder
	dedupe Dedupe
	tables bool
	exact  map[uint64]bool
	near   simhash.Index
}

const textName = "text.jsonl"

func newText(dir string, o *Options) (writer, error) {
	out, err := newOutFile(dir, textName, File{Table: "text", Format: "text"})
	if err != nil {
		return nil, err
	}
	t := &textFormat{out: out, enc: plainEncoder(out), dedupe: o.Dedupe, tables: o.Tables != TablesNone, exact: make(map[uint64]bool)}
	if t.dedupe == "" {
		t.dedupe = DedupeExact
	}
	return t, nil
}

func (t *textFormat) table(*Table) (rowWriter, error) { return nil, nil }

func (t *textFormat) close() ([]File, error) {
	f, err := t.out.close()
	return []File{f}, err
}

func (t *textFormat) abort() {
	t.out.abort()
	t.out.f.Close()
}

// textLine is a line of text.jsonl.
type textLine struct {
	ID       string `json:"id"`
	URL      string `json:"url,omitempty"`
	Organ    string `json:"organ,omitempty"`
	Region   string `json:"region,omitempty"`
	Year     int    `json:"year,omitempty"`
	Title    string `json:"title"`
	Text     string `json:"text"`
	Language string `json:"language"`
	Chars    int    `json:"n_chars"`
	// Cluster is the id of the first report whose prose is nearly the same, the
	// report's own when there is none before it.
	Cluster  string `json:"cluster"`
	Snapshot string `json:"snapshot,omitempty"`
}

func (t *textFormat) entry(_ *run, e *Entry) error {
	if !e.Latest {
		return nil
	}
	prose := proseOf(e.Report)
	if prose == "" {
		return nil
	}
	if t.dedupe != DedupeNone {
		sum := xxhash.Sum64String(prose)
		if t.exact[sum] {
			return nil
		}
		t.exact[sum] = true
	}
	mark := simhash.Of(prose)
	cluster := t.near.Near(mark)
	if cluster != "" && t.dedupe == DedupeNear {
		return nil
	}
	if cluster == "" {
		cluster = e.ID
		t.near.Add(e.ID, mark)
	}
	text := private(textOf(e.Report, t.tables))
	r := e.Report
	t.out.file.Rows++
	return t.enc.Encode(textLine{
		ID: e.ID, URL: r.Source.URL, Organ: r.Organ.Name, Region: e.region(), Year: r.Year, Title: r.Title, Text: text,
		Language: language(text), Chars: utf8.RuneCountInString(text), Cluster: cluster, Snapshot: r.Source.Snapshot,
	})
}

// proseOf is what the report says in prose, as it is compared: without spaces.
func proseOf(r *report.Report) string {
	var b strings.Builder
	for _, s := range r.Sections {
		for _, part := range strings.Fields(s.Text) {
			b.WriteString(part)
		}
	}
	return b.String()
}

// textOf is the text of a report: headings, prose, and tables if asked for.
func textOf(r *report.Report, tables bool) string {
	var b strings.Builder
	for _, s := range r.Sections {
		if b.Len() > 0 {
			b.WriteString("\n\n")
		}
		if s.Heading != "" {
			b.WriteString("## " + s.Heading + "\n\n")
		}
		b.WriteString(strings.TrimSpace(s.Text))
		if tables {
			writeMarkdown(&b, r, s.Key)
		}
	}
	if tables && r.Template.Annex != "" {
		writeAnnex(&b, r)
	}
	return strings.TrimSpace(b.String())
}

// writeMarkdown appends the table of a section, laid out as its form has it.
func writeMarkdown(b *strings.Builder, r *report.Report, table string) {
	form := map[string]string{
		report.SectionDisclosure: r.Template.Disclosure, report.SectionRequests: r.Template.Requests,
		report.SectionReviewLitigation: r.Template.ReviewLitigation,
	}[table]
	if form == "" {
		return
	}
	at := make(map[cell]string)
	for i := range r.Figures {
		if f := &r.Figures[i]; f.Origin == report.OriginTable {
			at[cell{f.Metric, f.Applicant}] = f.Raw
		}
	}
	line := func(cells ...string) {
		b.WriteString("\n|")
		for _, c := range cells {
			b.WriteString(" " + strings.NewReplacer("|", `\|`, "\n", " ").Replace(c) + " |")
		}
	}
	rule := func(n int) { b.WriteString("\n|" + strings.Repeat(" --- |", n)) }
	for i, block := range report.Layout(table, form) {
		if table == report.SectionRequests {
			if i == 0 {
				b.WriteString("\n")
				heads := []string{""}
				for _, a := range report.Applicants() {
					heads = append(heads, applicantName(a))
				}
				line(heads...)
				rule(len(heads))
			}
			for _, row := range block.Rows {
				cells := []string{strings.TrimSpace(block.Label + " " + row.Label)}
				for _, a := range report.Applicants() {
					cells = append(cells, at[cell{row.Metrics[0], a}])
				}
				line(cells...)
			}
			continue
		}
		b.WriteString("\n")
		line(append([]string{block.Label}, block.Heads...)...)
		rule(1 + len(block.Heads))
		for _, row := range block.Rows {
			cells := []string{row.Label}
			for _, m := range row.Metrics {
				cells = append(cells, at[cell{metric: m}])
			}
			line(cells...)
		}
	}
}

func applicantName(a report.Applicant) string {
	for _, c := range applicants {
		if c.Value == string(a) {
			name, _, _ := strings.Cut(c.Label, " ")
			return name
		}
	}
	return string(a)
}

// writeAnnex appends the lines of the statistics annex.
func writeAnnex(b *strings.Builder, r *report.Report) {
	first := true
	for i := range r.Figures {
		f := &r.Figures[i]
		if f.Origin != report.OriginAnnex || isSignOff(f.Label) {
			continue
		}
		if first {
			b.WriteString("\n\n| 统计指标 | 单位 | 统计数 |\n| --- | --- | --- |")
			first = false
		}
		name := f.Label
		if m, ok := report.LookupMetric(f.Metric); ok && name == "" {
			name = m.Short()
		}
		b.WriteString("\n| " + name + " | " + f.Unit + " | " + f.Raw + " |")
	}
}

// scripts are those in which official reports are written, with the language that
// each stands for here.
var scripts = []struct {
	table    *unicode.RangeTable
	language string
}{
	{unicode.Han, "zh"}, {unicode.Tibetan, "bo"}, {unicode.Arabic, "ug"}, {unicode.Mongolian, "mn"}, {unicode.Latin, "en"},
}

// language is that of the script of most letters, as BCP 47 names it.
func language(text string) string {
	counts := make([]int, len(scripts))
	for _, r := range text {
		for i := range scripts {
			if unicode.Is(scripts[i].table, r) {
				counts[i]++
				break
			}
		}
	}
	best, most := "und", 0
	for i, n := range counts {
		if n > most {
			best, most = scripts[i].language, n
		}
	}
	return best
}
