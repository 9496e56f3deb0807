package crawler

import (
	"fmt"
	"iter"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
)

// descend iterates over the elements of a tree, root included, in document order.
func descend(root *html.Node) iter.Seq[*html.Node] {
	return func(yield func(*html.Node) bool) {
		if root == nil {
			return
		}
		for n := range root.Descendants() {
			if n.Type == html.ElementNode && !yield(n) {
				return
			}
		}
	}
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

// textOf is the text below a node, white space folded, up to about limit bytes.
func textOf(n *html.Node, limit int) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if b.Len() >= limit {
			break
		}
		if d.Type == html.TextNode && d.Parent.Data != "script" && d.Parent.Data != "style" {
			for _, word := range strings.Fields(d.Data) {
				if b.Len() > 0 {
					b.WriteByte(' ')
				}
				b.WriteString(word)
			}
		}
	}
	return b.String()
}

// encodeQueries brings the queries of a page's links into the form in which a
// browser sends them (see encodeQuery), and tells whether it changed any.
func encodeQueries(root *html.Node, charset string) (changed bool) {
	if isUTF(charset) {
		return false
	}
	for n := range descend(root) {
		for i, a := range n.Attr {
			switch a.Key {
			case "href", "src", "action", "data-url":
				if to := encodeQuery(a.Val, charset); to != a.Val {
					n.Attr[i].Val, changed = to, true
				}
			}
		}
	}
	return changed
}

// encodeQuery writes what is not ASCII in the query of a reference as bytes of the
// document's charset, percent-encoded: that is what a browser sends, and what a
// server that speaks GBK understands. The path is always UTF-8.
func encodeQuery(ref, charset string) string {
	path, query, ok := strings.Cut(ref, "?")
	if !ok || isUTF(charset) || !strings.ContainsFunc(query, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return ref
	}
	enc, err := htmlindex.Get(charset)
	if err != nil {
		return ref
	}
	encoder := encoding.HTMLEscapeUnsupported(enc.NewEncoder())
	var b strings.Builder
	b.WriteString(path + "?")
	for _, r := range query {
		if r < utf8.RuneSelf {
			b.WriteRune(r)
			continue
		}
		raw, err := encoder.String(string(r))
		if err != nil {
			return ref
		}
		for _, c := range []byte(raw) {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// isUTF tells whether the links of a document in charset are sent in UTF-8.
func isUTF(charset string) bool { return charset == "" || strings.HasPrefix(charset, "utf-") }
