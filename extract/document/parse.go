package document

import (
	"context"
	"errors"
	"io"
	"strings"

	"golang.org/x/net/html"
)

// Parse is html.Parse for pages from anywhere: it gives the same tree in less than
// half the time (see treeBuilder; what that leaves out is for html.Parse itself),
// looks at ctx while it reads and bounds time and memory. The texts of the tree
// are parts of text.
//
// html.Parse refuses elements nested deeper than 512, and by the standard opens
// every formatting element (b, font) that was not closed again in each block that
// follows, which makes a gigabyte out of 100 KB. Where such elements run away the
// page is parsed without them; they say nothing about its text.
func Parse(ctx context.Context, text string, l Limits) (*html.Node, error) {
	l = l.withDefaults()
	tags, formatting := countMarkup(text)
	if tags > l.Tags {
		return nil, &LimitError{What: "tags", Limit: int64(l.Tags)}
	}
	stripped := min(formatting, 512)*tags > 2*l.Tags
	if stripped {
		text = withoutFormatting(text)
	}
	if root, ok, err := buildTree(text, tags, &clock{ctx: ctx}); ok || err != nil {
		return root, err
	}
	root, err := html.Parse(&ctxReader{ctx: ctx, r: strings.NewReader(text)})
	if isTooDeep(err) && !stripped {
		root, err = html.Parse(&ctxReader{ctx: ctx, r: strings.NewReader(withoutFormatting(text))})
	}
	if isTooDeep(err) {
		return nil, &LimitError{What: "nesting depth", Limit: 512}
	}
	return root, err
}

// isTooDeep recognises the error of html.Parse, which has no type.
func isTooDeep(err error) bool {
	return err != nil && strings.Contains(err.Error(), "open stack of elements exceeds")
}

// ctxReader fails when its context is done.
type ctxReader struct {
	ctx context.Context
	r   io.Reader
}

func (r *ctxReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p[:min(len(p), 64<<10)])
}

// countMarkup counts the < in text and, among them, those that may begin a
// formatting element.
func countMarkup(text string) (tags, formatting int) {
	for {
		i := strings.IndexByte(text, '<')
		if i < 0 {
			return tags, formatting
		}
		text = text[i+1:]
		tags++
		if isFormatting(text) {
			formatting++
		}
	}
}

// isFormatting tells whether a tag, given from after its <, may be one of a
// formatting element. The anchor is none here: the next one closes it.
func isFormatting(tag string) bool {
	if len(tag) < 2 {
		return false
	}
	n := 0
	for n < len(tag) && n <= 6 && (tag[n]|0x20 >= 'a' && tag[n]|0x20 <= 'z') {
		n++
	}
	switch tag[0] | 0x20 {
	case 'b', 'c', 'e', 'f', 'i', 'n', 's', 't', 'u':
		switch n {
		case 1, 2, 3, 4, 5, 6:
			switch strings.ToLower(tag[:n]) {
			case "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u":
				return true
			}
		}
	}
	return false
}

// withoutFormatting gives the page without the tags of formatting elements and
// spans.
func withoutFormatting(text string) string {
	var out strings.Builder
	out.Grow(len(text))
	z := html.NewTokenizer(strings.NewReader(text))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if errors.Is(z.Err(), io.EOF) {
				return out.String()
			}
			return text
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			raw := z.Raw()
			name := strings.TrimPrefix(string(raw[1:min(len(raw), 12)]), "/")
			if isFormatting(name) || len(name) > 4 && strings.EqualFold(name[:4], "span") {
				continue
			}
			out.Write(raw)
		default:
			out.Write(z.Raw())
		}
	}
}
