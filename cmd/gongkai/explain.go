package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"gongkai/extract"
	"gongkai/report"
)

// explainFile tells how one document was read. A document that is no report is
// explained as far as it was read, and still is an error.
func explainFile(ctx context.Context, t *terminal, o extractOptions, in extract.Input) error {
	e, err := extract.Explain(ctx, in, extract.Options{MaxBytes: o.maxSize})
	if err != nil {
		return err
	}
	if o.json {
		err = t.printJSON(e)
	} else {
		p := &printer{w: t.out, width: t.width(), color: t.color()}
		p.explanation(e)
	}
	if err == nil && e.Refused != nil {
		return e.Refused
	}
	return err
}

func (p *printer) explanation(e *extract.Explanation) {
	p.stage("bytes")
	fmt.Fprintf(p.w, "  %s, %s by %s%s, %d characters could not be read\n", e.Source.Format, e.Charset.Name, e.Charset.Method,
		prefixed(", although it declares ", e.Charset.Declared), e.Charset.Replaced)
	p.stage("body")
	fmt.Fprintf(p.w, "  blocks %d to %d of %d: %s\n", e.Body.From, e.Body.To-1, e.Blocks, orUnknown(e.Body.Why))
	if len(e.Body.Furniture) > 0 {
		fmt.Fprintf(p.w, "  furniture of the page: blocks %s\n", spans(e.Body.Furniture))
	}
	for i, part := range e.Parts {
		kept := ""
		if i == e.Kept {
			kept = "  kept"
		}
		fmt.Fprintf(p.w, "  part %d: blocks %d to %d, weight %d %s%s\n", i+1, part.From, part.To-1, part.Weight, joinNonEmpty(" ", part.Organ, yearText(part.Year)), kept)
	}
	p.stage("head")
	for _, ev := range e.Head {
		mark := "  "
		if ev.Rank == 1 {
			mark = p.paint(text.FgGreen, "→ ")
		}
		fmt.Fprintf(p.w, "  %s%-10s %s  (%s)\n", mark, ev.Field, ev.Value, ev.From)
	}
	p.stage("sections")
	for _, h := range e.Headings {
		fmt.Fprintf(p.w, "  block %-4d %-18s %s\n", h.Block, h.Key, h.Text)
	}
	for _, g := range e.Grids {
		p.grid(g)
	}
	p.matches(e)
	p.candidates(e)
	if e.Report != nil {
		p.stage("cells")
		for _, state := range slices.Sorted(maps.Keys(e.States)) {
			fmt.Fprintf(p.w, "  %-16s %d\n", state, e.States[state])
		}
		p.orphans(e.Report)
		p.findings(e.Report)
	}
	if e.Refused != nil {
		p.stage("no report")
		fmt.Fprintf(p.w, "  %s: %s\n", e.Refused.Reason, e.Refused.Detail)
	}
}

func (p *printer) stage(name string) {
	fmt.Fprintf(p.w, "\n%s\n", p.paint(text.Bold, name))
}

func yearText(year int) string {
	if year == 0 {
		return ""
	}
	return fmt.Sprint(year)
}

// spans writes sorted numbers as ranges: 1–4, 7.
func spans(numbers []int) string {
	var parts []string
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		if i == j {
			parts = append(parts, fmt.Sprint(numbers[i]))
		} else {
			parts = append(parts, fmt.Sprintf("%d–%d", numbers[i], numbers[j]))
		}
		i = j + 1
	}
	return strings.Join(parts, ", ")
}

// grid shows a table as it was reconstructed; a position that a span covers
// names the cell it belongs to.
func (p *printer) grid(g extract.Grid) {
	t := p.table(fmt.Sprintf("grid at block %d", g.Block))
	columns := 0
	for i, row := range g.Rows {
		line := table.Row{i}
		for _, c := range row {
			line = append(line, strings.ReplaceAll(c, "\n", "⏎"))
		}
		columns = max(columns, len(row))
		t.AppendRow(line)
	}
	var configs []table.ColumnConfig
	for n := range columns {
		configs = append(configs, table.ColumnConfig{Number: n + 2, WidthMax: max(6, (p.width-4)/max(1, columns)-1), WidthMaxEnforcer: trimTo})
	}
	t.SetColumnConfigs(configs)
	t.Render()
}

func (p *printer) matches(e *extract.Explanation) {
	if len(e.Matches) == 0 {
		return
	}
	t := p.table("labels")
	t.AppendHeader(table.Row{"place", "printed", "label of the form", "metric", "score"})
	for _, m := range e.Matches {
		t.AppendRow(table.Row{place(m.Locator), m.Printed, m.Label, m.Metric, fmt.Sprintf("%.2f", m.Score)})
	}
	w := max(16, (p.width-40)/2)
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 2, WidthMax: w, WidthMaxEnforcer: trimTo}, {Number: 3, WidthMax: w, WidthMaxEnforcer: trimTo}})
	t.Render()
}

// place writes a locator: block, and cell or span.
func place(l report.Locator) string {
	switch {
	case l.Row != nil && l.Col != nil:
		return fmt.Sprintf("%d r%d c%d", l.Block, *l.Row, *l.Col)
	case l.Start != nil && l.End != nil:
		return fmt.Sprintf("%d %d–%d", l.Block, *l.Start, *l.End)
	}
	return fmt.Sprint(l.Block)
}

// candidates shows the figures that sentences seem to print, and why some were
// dropped.
func (p *printer) candidates(e *extract.Explanation) {
	if len(e.Sentences) == 0 {
		return
	}
	t := p.table("sentences")
	for _, c := range e.Sentences {
		f := c.Figure
		note := ""
		if c.Dropped != "" {
			note = "dropped: " + c.Dropped
		}
		t.AppendRow(table.Row{place(f.Locator), f.Metric, f.Value + " " + f.Unit, note, f.Quote})
	}
	w := max(16, p.width-72)
	t.SetColumnConfigs([]table.ColumnConfig{
		{Number: 4, WidthMax: 24, WidthMaxEnforcer: trimTo}, {Number: 5, WidthMax: w, WidthMaxEnforcer: trimTo},
	})
	t.Render()
}
