package crawler

import (
	"iter"
	"strings"

	"golang.org/x/net/html"
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
