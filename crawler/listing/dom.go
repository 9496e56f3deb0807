package listing

import (
	"iter"
	"strings"

	"golang.org/x/net/html"
)

// nodes walks a tree in page order without recursion. Returning false from enter
// skips what is below.
func nodes(root *html.Node) iter.Seq[*html.Node] {
	return func(yield func(*html.Node) bool) {
		for n := root; n != nil; {
			if !yield(n) {
				return
			}
			if n.FirstChild != nil {
				n = n.FirstChild
				continue
			}
			for n != root && n.NextSibling == nil {
				n = n.Parent
			}
			if n == root {
				return
			}
			n = n.NextSibling
		}
	}
}

// elements walks the elements of a tree with one of the names; all without names.
func elements(root *html.Node, names ...string) iter.Seq[*html.Node] {
	return func(yield func(*html.Node) bool) {
		for n := range nodes(root) {
			if n.Type != html.ElementNode {
				continue
			}
			ok := len(names) == 0
			for _, name := range names {
				ok = ok || n.Data == name
			}
			if ok && !yield(n) {
				return
			}
		}
	}
}

// attr is an attribute by its name in lower case, "" without it; lookup tells the
// two apart.
func attr(n *html.Node, name string) string {
	v, _ := lookup(n, name)
	return v
}

func lookup(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// text is the visible text below n, at most limit bytes of it; elements are
// parted by a space and what skip holds is left out.
func text(n *html.Node, limit int, skip func(*html.Node) bool) string {
	var b strings.Builder
	writeText(&b, n, limit, skip)
	return b.String()
}

func writeText(b *strings.Builder, root *html.Node, limit int, skip func(*html.Node) bool) {
	if skip != nil && skip(root) {
		return
	}
	for n := root; n != nil; {
		hidden := n.Type == html.CommentNode || n.Type == html.ElementNode && silent[n.Data]
		descend := !hidden && (n == root || skip == nil || !skip(n))
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		} else if n.Type == html.ElementNode && !inline[n.Data] {
			b.WriteByte(' ')
		}
		if b.Len() > limit {
			return
		}
		if descend && n.FirstChild != nil {
			n = n.FirstChild
			continue
		}
		for n != root && n.NextSibling == nil {
			n = n.Parent
		}
		if n == root {
			return
		}
		n = n.NextSibling
	}
}

// silent elements hold no visible text; inline ones don't part words.
var (
	silent = map[string]bool{"script": true, "style": true, "noscript": true, "template": true, "textarea": true, "select": true, "head": true}
	inline = map[string]bool{"b": true, "font": true, "strong": true, "u": true, "s": true, "big": true, "small": true, "sup": true, "sub": true}
)

// parse reads a fragment or a page; nil where it can't be read (nested too deep).
func parse(src string) *html.Node {
	lead := strings.ToLower(strings.TrimSpace(src[:min(len(src), 64)]))
	for _, row := range []string{"<tr", "<td", "<tbody", "<th"} {
		if strings.HasPrefix(lead, row) {
			src = "<table>" + src
			break
		}
	}
	root, err := html.Parse(strings.NewReader(src))
	if err != nil {
		return nil
	}
	return root
}

// within tells whether n lies below an ancestor for which f holds.
func within(n *html.Node, f func(*html.Node) bool) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if f(p) {
			return true
		}
	}
	return false
}
