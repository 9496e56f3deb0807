package listing

import (
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// A survey is what the mechanisms look for in a page, found on one walk over it.
type survey struct {
	leads   []*html.Node // a and area, and other elements with a handler
	scripts []*html.Node
	heads   []*html.Node // meta, h1, title
	options []*html.Node
	inputs  []*html.Node
	frames  []*html.Node
	units   []*html.Node // elements with an attribute url, of JPaaS
	counts  []*html.Node // elements with an attribute count or queryData, of JPaaS
	pageDec []*html.Node // elements with an attribute pagecount
	plain   int          // bytes of text that isn't right in a link, a script or a style
}

// survey is made once for the page read.
func (r *reader) survey() *survey {
	if r.surveyed == nil {
		r.surveyed = newSurvey(r.dom())
	}
	return r.surveyed
}

func newSurvey(root *html.Node) *survey {
	s := &survey{}
	for n := range nodes(root) {
		if n.Type == html.TextNode && n.Parent != nil && n.Parent.DataAtom != atom.A && n.Parent.DataAtom != atom.Script && n.Parent.DataAtom != atom.Style {
			s.plain += len(n.Data)
		}
		if n.Type != html.ElementNode {
			continue
		}
		lead := false
		switch n.DataAtom {
		case atom.A, atom.Area:
			lead = true
		case atom.Script:
			s.scripts = append(s.scripts, n)
		case atom.Meta, atom.H1, atom.Title:
			s.heads = append(s.heads, n)
		case atom.Option:
			s.options = append(s.options, n)
		case atom.Input:
			s.inputs = append(s.inputs, n)
		case atom.Iframe, atom.Frame:
			s.frames = append(s.frames, n)
		}
		counted := false
		for i := range n.Attr {
			switch n.Attr[i].Key {
			case "onclick":
				lead = true
			case "url":
				s.units = append(s.units, n)
			case "count", "querydata":
				if !counted {
					s.counts = append(s.counts, n)
				}
				counted = true
			case "pagecount":
				s.pageDec = append(s.pageDec, n)
			}
		}
		if lead {
			s.leads = append(s.leads, n)
		}
	}
	return s
}
