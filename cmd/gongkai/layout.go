package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// sheet is a table laid out for a width: no frame, a line under the heads. Cells
// may carry colours; widths are those of East Asian characters.
type sheet struct {
	heads []string // none, or one for each column; may have several lines
	rows  [][]string
	// right are the columns that are aligned right, flex those that give way when
	// the sheet is too wide: their cells are cut and end in "…".
	right, flex []int
	// least is the width below which no column is cut, default 8.
	least int
	// gap is the number of spaces between columns.
	gap int
}

func (s *sheet) add(cells ...any) {
	row := make([]string, len(cells))
	for i, c := range cells {
		row[i] = fmt.Sprint(c)
	}
	s.rows = append(s.rows, row)
}

// widths are the widths of the columns, those of flex made to fit.
func (s *sheet) widths(width int) []int {
	var widths []int
	for _, row := range append([][]string{s.heads}, s.rows...) {
		for i, c := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], text.LongestLineLen(c))
		}
	}
	excess := len(widths)*s.gap - width // the line under the heads ends in a gap
	for _, w := range widths {
		excess += w
	}
	least := cmp.Or(s.least, 8)
	flex := slices.DeleteFunc(slices.Clone(s.flex), func(i int) bool { return i >= len(widths) || widths[i] <= least })
	for ; excess > 0 && len(flex) > 0; excess-- {
		widest := slices.MaxFunc(flex, func(a, b int) int { return widths[a] - widths[b] })
		if widths[widest]--; widths[widest] == least {
			flex = slices.DeleteFunc(flex, func(i int) bool { return i == widest })
		}
	}
	return widths
}

func (s *sheet) print(w io.Writer, width int) {
	widths := s.widths(width)
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SuppressTrailingSpaces()
	t.SetStyle(table.StyleLight)
	t.Style().Options = table.Options{SeparateHeader: true}
	t.Style().Format.Header = text.FormatDefault
	t.Style().Box.PaddingLeft = ""
	t.Style().Box.PaddingRight = strings.Repeat(" ", s.gap)
	configs := make([]table.ColumnConfig, len(widths))
	for i := range configs {
		configs[i].Number = i + 1
		if slices.Contains(s.right, i) {
			configs[i].Align, configs[i].AlignHeader = text.AlignRight, text.AlignRight
		}
	}
	t.SetColumnConfigs(configs)
	line := func(cells []string) table.Row {
		row := make(table.Row, len(cells))
		for i, c := range cells {
			if slices.Contains(s.flex, i) {
				c = text.Snip(c, widths[i], "…")
			}
			row[i] = c
		}
		return row
	}
	if len(s.heads) > 0 {
		t.AppendHeader(line(s.heads))
	}
	for _, row := range s.rows {
		t.AppendRow(line(row))
	}
	t.Render()
}

// fold breaks a text that begins at a column so that no line goes beyond width:
// at spaces, and between East Asian characters. Every line but the first begins
// with indent. What has no place to break, such as an address, stays whole.
func fold(s string, width, column int, indent string) string {
	var out strings.Builder
	began := column
	start := "" // of the next piece: what stands between it and the one before
	for _, piece := range pieces(s) {
		w := text.StringWidthWithoutEscSequences(piece)
		switch {
		case strings.TrimSpace(piece) == "":
			start = piece
			continue
		case column > began && column+len(start)+w > width:
			out.WriteString("\n" + indent)
			began, column = len(indent), len(indent)
		default:
			out.WriteString(start)
			column += len(start)
		}
		out.WriteString(piece)
		column += w
		start = ""
	}
	return out.String()
}

// Punctuation that does not end a line, and that does not begin one.
const (
	opening = "（《「『【〈“‘"
	closing = "，。；：、！？）》」』】〉”’…"
)

// pieces cuts a text where a line may end: words, spaces between them, single
// East Asian characters with the punctuation that belongs to them.
func pieces(s string) []string {
	var all []string
	word := ""
	end := func() {
		if word != "" {
			all = append(all, word)
			word = ""
		}
	}
	for _, r := range s {
		if unicode.IsSpace(r) != (strings.TrimSpace(word) == "") && word != "" {
			end()
		}
		switch {
		case unicode.IsSpace(r):
			word += " "
		case strings.ContainsRune(closing, r):
			if word == "" && len(all) > 0 && strings.TrimSpace(all[len(all)-1]) != "" {
				all[len(all)-1] += string(r)
			} else {
				word += string(r)
			}
		case strings.ContainsRune(opening, r):
			end()
			word = string(r)
		case text.RuneWidth(r) == 2:
			if strings.Trim(word, opening) != "" {
				end()
			}
			word += string(r)
			end()
		default:
			word += string(r)
		}
	}
	end()
	return all
}
