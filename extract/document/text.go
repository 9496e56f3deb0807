package document

import (
	"context"
	"strings"
	"unicode/utf8"
)

// ReadText reads plain text, in whatever way cells were flattened into it: every
// line that is not blank becomes a paragraph, and the lines stay as printed in
// Document.Lines. A form feed begins a new page.
func ReadText(ctx context.Context, b []byte, h Hint, l Limits) (*Document, error) {
	l = l.withDefaults()
	if int64(len(b)) > l.Bytes {
		return nil, &LimitError{What: "bytes", Limit: l.Bytes}
	}
	text, cs := Decode(b, h.ContentType)
	d := &Document{Format: Text, Charset: cs, Containers: []Container{{Parent: -1}}}
	tick := clock{ctx: ctx}
	paged := strings.Contains(text, "\f")
	page := 0
	if paged {
		page = 1
	}
	var (
		fold  folder
		arena arena
	)
	for len(text) > 0 {
		if err := tick.tick(); err != nil {
			return nil, err
		}
		line, rest, feed := cutLine(text)
		text = rest
		if len(line) > l.LineBytes {
			return nil, &LimitError{What: "bytes in a line", Limit: int64(l.LineBytes)}
		}
		if len(d.Lines) == l.Lines {
			return nil, &LimitError{What: "lines", Limit: int64(l.Lines)}
		}
		d.Lines = append(d.Lines, line)
		fold.reset()
		fold.write(line)
		if !fold.empty() {
			d.Blocks = append(d.Blocks, Block{Kind: Paragraph, Text: arena.keep(fold.text()), Line: len(d.Lines) - 1, Page: page})
		}
		if feed {
			page++
		}
	}
	if len(d.Blocks) == 0 {
		return nil, ErrEmpty
	}
	d.Containers[0].End = len(d.Blocks)
	return d, ctx.Err()
}

// cutLine splits text after its first line end: LF, CR LF, CR, VT, FF, NEL, LS or
// PS. It tells whether that was a form feed.
func cutLine(text string) (line, rest string, feed bool) {
	for i := range len(text) {
		switch c := text[i]; {
		case c == '\r' && strings.HasPrefix(text[i+1:], "\n"):
			return text[:i], text[i+2:], false
		case c == '\n' || c == '\r' || c == '\v' || c == '\f':
			return text[:i], text[i+1:], c == '\f'
		case c == 0xc2 || c == 0xe2:
			if r, n := utf8.DecodeRuneInString(text[i:]); r == 0x85 || r == 0x2028 || r == 0x2029 {
				return text[:i], text[i+n:], false
			}
		}
	}
	return text, "", false
}
