package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"gongkai/extract"
	"gongkai/extract/marked"
	"gongkai/report"
)

// explainFile tells how one document was read. A document that is no report is
// explained as far as it was read, and still is an error.
func explainFile(ctx context.Context, t *terminal, o extractOptions, in extract.Input) error {
	e, err := extract.Explain(ctx, in, o.options())
	if err != nil {
		return err
	}
	switch {
	case o.html && o.output != "":
		err = writeFile(o.output, func(w io.Writer) error { return marked.Write(w, e) })
	case o.html:
		err = marked.Write(t.out, e)
	case o.json:
		err = t.printJSON(e)
	default:
		fmt.Fprint(t.out, o.heading)
		t.printer().explanation(e)
	}
	if err == nil && e.Refused != nil {
		return e.Refused
	}
	return err
}

func (p *printer) explanation(e *extract.Explanation) {
	p.title("bytes")
	p.line("%s, %s by %s%s, %d characters could not be read", e.Source.Format, e.Charset.Name, e.Charset.Method,
		prefixed(", although it declares ", e.Charset.Declared), e.Charset.Replaced)
	p.title("body")
	if e.Body.To > e.Body.From {
		p.line("blocks %d to %d of %d: %s", e.Body.From, e.Body.To-1, e.Blocks, orUnknown(e.Body.Why))
	} else {
		p.line("none was found in %d blocks", e.Blocks)
	}
	if len(e.Body.Furniture) > 0 {
		p.line("furniture of the page: blocks %s", spans(e.Body.Furniture))
	}
	for i, part := range e.Parts {
		what := ""
		if i == e.Kept {
			what = "kept"
		}
		p.line("part %d: blocks %d to %d, weight %d, %s", i+1, part.From, part.To-1, part.Weight,
			joinNonEmpty(", ", part.Organ, yearText(part.Year), what))
	}
	if len(e.Head) > 0 {
		p.title("head")
	}
	for _, ev := range e.Head {
		mark := " "
		if ev.Rank == 1 {
			mark = p.paint(text.FgGreen, "→")
		}
		p.line("%s %-10s %s (%s)", mark, ev.Field, ev.Value, ev.From)
	}
	if len(e.Headings) > 0 {
		p.title("sections")
	}
	for _, h := range e.Headings {
		p.line("block %-4d %-18s %s", h.Block, h.Key, h.Text)
	}
	for _, g := range e.Grids {
		p.grid(g)
	}
	p.matches(e)
	p.candidates(e)
	if e.Report != nil {
		if len(e.States) > 0 {
			p.title("cells")
		}
		for _, state := range slices.Sorted(maps.Keys(e.States)) {
			p.line("%-16s %d", state, e.States[state])
		}
		p.orphans(e.Report)
		p.unmatched(e)
		p.findings(e.Report)
	}
	if e.Refused != nil {
		p.title("no report")
		p.line("%s: %s", e.Refused.Reason, e.Refused.Detail)
	}
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

// grid shows a table as it was reconstructed; ← and ↑ stand for positions that a
// cell to the left or above covers.
func (p *printer) grid(g extract.Grid) {
	p.title(fmt.Sprintf("grid at block %d", g.Block))
	t := sheet{least: 4, gap: 1}
	for i, row := range g.Rows {
		line := []any{i}
		for j, c := range row {
			if len(t.flex) == j {
				t.flex = append(t.flex, j+1)
			}
			line = append(line, gridText(c, i))
		}
		t.add(line...)
	}
	t.print(p.w, p.width)
}

// gridText writes a cell of row i on one line.
func gridText(c string, i int) string {
	var row, col int
	if n, _ := fmt.Sscanf(c, "(%d,%d)", &row, &col); n == 2 {
		if row == i {
			return "←"
		}
		return "↑"
	}
	return strings.ReplaceAll(c, "\n", "⏎")
}

func (p *printer) matches(e *extract.Explanation) {
	if len(e.Matches) == 0 {
		return
	}
	p.title("labels")
	t := sheet{heads: []string{"place", "score", "metric", "printed", "label of the form"}, flex: []int{2, 3, 4}, gap: 1}
	for _, m := range e.Matches {
		label := m.Label
		if label == m.Printed {
			label = "same"
		}
		t.add(place(m.Locator), fmt.Sprintf("%.2f", m.Score), m.Metric, m.Printed, label)
	}
	t.print(p.w, p.width)
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
	p.title("sentences")
	t := sheet{right: []int{2}, flex: []int{1, 4}, gap: 1}
	var figures []report.Figure
	for _, c := range e.Sentences {
		f := c.Figure
		figures = append(figures, f)
		t.add(place(f.Locator), strings.TrimPrefix(f.Metric, "text."), f.Value, f.Unit, prefixed("dropped: ", c.Dropped))
	}
	p.quote(&t, figures)
	t.print(p.w, p.width)
}

// unmatched shows the labels that no form has.
func (p *printer) unmatched(e *extract.Explanation) {
	if len(e.Unmatched) == 0 {
		return
	}
	p.title("labels that no form has")
	t := sheet{right: []int{0}, flex: []int{1}, gap: 1}
	for _, u := range e.Unmatched {
		t.add(u.Count, gridText(u.Printed, 0))
	}
	t.print(p.w, p.width)
}

// writeFile writes a file of that name, or none: what is written becomes visible
// when it is complete.
func writeFile(name string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer func() {
		if err != nil {
			f.Close()
			_ = os.Remove(f.Name()) // what matters went wrong before
			err = fmt.Errorf("write %s: %w", name, err)
		}
	}()
	if err = write(f); err != nil {
		return err
	}
	if err = f.Chmod(0o644); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
