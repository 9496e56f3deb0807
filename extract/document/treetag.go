package document

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// tag is the name of an element and what the rules of tree construction say of
// it.
type tag struct {
	atom  atom.Atom
	name  string
	flags tagFlags
}

type tagFlags uint16

const (
	specialTag    tagFlags = 1 << iota // what no stray end tag reaches through
	impliedEndTag                      // its end tag may be left out
	scopeTag                           // hides what is open around it
	listTag                            // hides li
	buttonTag                          // hides p
	tableScopeTag                      // hides parts of a table
	formattingTag
	voidTag // never holds anything
	rawTag  // holds only text
	blockTag
	headingTag
	tablePartTag // has no place outside of tables
	headOnlyTag  // belongs into the head, wherever it stands
)

// tags is every tag that the standard treats in a way of its own, by name.
var tags = func() map[string]*tag {
	m := make(map[string]*tag)
	add := func(f tagFlags, list ...atom.Atom) {
		for _, a := range list {
			t := m[a.String()]
			if t == nil {
				t = &tag{atom: a, name: a.String()}
				m[t.name] = t
			}
			t.flags |= f
		}
	}
	add(specialTag, atom.Address, atom.Applet, atom.Area, atom.Article, atom.Aside, atom.Base, atom.Basefont, atom.Bgsound,
		atom.Blockquote, atom.Body, atom.Br, atom.Button, atom.Caption, atom.Center, atom.Col, atom.Colgroup, atom.Dd, atom.Details,
		atom.Dir, atom.Div, atom.Dl, atom.Dt, atom.Embed, atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer, atom.Form,
		atom.Frame, atom.Frameset, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Head, atom.Header, atom.Hgroup, atom.Hr,
		atom.Html, atom.Iframe, atom.Img, atom.Input, atom.Keygen, atom.Li, atom.Link, atom.Listing, atom.Main, atom.Marquee, atom.Menu,
		atom.Meta, atom.Nav, atom.Noembed, atom.Noframes, atom.Noscript, atom.Object, atom.Ol, atom.P, atom.Param, atom.Plaintext,
		atom.Pre, atom.Script, atom.Section, atom.Select, atom.Source, atom.Style, atom.Summary, atom.Table, atom.Tbody, atom.Td,
		atom.Template, atom.Textarea, atom.Tfoot, atom.Th, atom.Thead, atom.Title, atom.Tr, atom.Track, atom.Ul, atom.Wbr, atom.Xmp)
	add(impliedEndTag, atom.Dd, atom.Dt, atom.Li, atom.Optgroup, atom.Option, atom.P, atom.Rb, atom.Rp, atom.Rt, atom.Rtc)
	add(scopeTag, atom.Applet, atom.Caption, atom.Html, atom.Table, atom.Td, atom.Th, atom.Marquee, atom.Object, atom.Template, atom.Select)
	add(listTag, atom.Ol, atom.Ul)
	add(buttonTag, atom.Button)
	add(tableScopeTag, atom.Html, atom.Table, atom.Template)
	add(formattingTag, atom.A, atom.B, atom.Big, atom.Code, atom.Em, atom.Font, atom.I, atom.Nobr, atom.S, atom.Small, atom.Strike,
		atom.Strong, atom.Tt, atom.U)
	add(voidTag, atom.Area, atom.Br, atom.Embed, atom.Img, atom.Keygen, atom.Wbr, atom.Input, atom.Param, atom.Source, atom.Track, atom.Hr)
	add(rawTag, atom.Script, atom.Style, atom.Title, atom.Textarea, atom.Xmp, atom.Iframe, atom.Noembed, atom.Noframes, atom.Noscript)
	add(blockTag, atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Center, atom.Details, atom.Dialog, atom.Dir, atom.Div,
		atom.Dl, atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer, atom.Header, atom.Hgroup, atom.Main, atom.Menu, atom.Nav,
		atom.Ol, atom.Search, atom.Section, atom.Summary, atom.Ul, atom.Pre, atom.Listing)
	add(headingTag, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6)
	add(tablePartTag, atom.Caption, atom.Col, atom.Colgroup, atom.Tbody, atom.Td, atom.Tfoot, atom.Th, atom.Thead, atom.Tr)
	add(headOnlyTag, atom.Base, atom.Basefont, atom.Bgsound, atom.Link, atom.Meta, atom.Noframes, atom.Script, atom.Style, atom.Title)
	add(0, atom.Span, atom.Label, atom.Ins, atom.Del, atom.Sup, atom.Sub, atom.Ruby, atom.Image, atom.Svg, atom.Math, atom.Video,
		atom.Audio, atom.Canvas, atom.Abbr, atom.Cite, atom.Dfn, atom.Q, atom.Var, atom.Time, atom.Map)
	return m
}()

var (
	htmlTag     = tags["html"]
	headTag     = tags["head"]
	bodyTag     = tags["body"]
	pTag        = tags["p"]
	brTag       = tags["br"]
	imgTag      = tags["img"]
	tbodyTag    = tags["tbody"]
	trTag       = tags["tr"]
	colgroupTag = tags["colgroup"]
)

// tag gives the tag of a name in lower case.
func (b *treeBuilder) tag(name string) *tag {
	if t := tags[name]; t != nil {
		return t
	}
	if t := b.own[name]; t != nil {
		return t
	}
	if b.own == nil {
		b.own = make(map[string]*tag)
	}
	t := &tag{name: name}
	if a := atom.Lookup([]byte(name)); a != 0 {
		t.atom, t.name = a, a.String()
	}
	b.own[name] = t
	return t
}

// startTag takes in a start tag.
func (b *treeBuilder) startTag(t *tag) {
	for !b.lost {
		switch b.mode {
		case initial:
			b.imply()
		case beforeHTML:
			if t != htmlTag {
				b.imply()
				continue
			}
			b.open(t)
			b.mode = beforeHead
			return
		case beforeHead:
			if t != headTag {
				if t == htmlTag {
					b.lost = true // its attributes go to the first
				}
				b.imply()
				continue
			}
			b.head = b.open(t)
			b.mode = inHead
			return
		case inHead, afterHead:
			if b.headTag(t) {
				return
			}
			b.imply()
		case inTable, inTableBody, inRow:
			if b.tableTag(t) {
				return
			}
		case inCaption:
			if t.flags&tablePartTag != 0 && t.atom != atom.Th {
				if !b.closeTo(tableScope, atom.Caption) {
					return
				}
				b.clearFormatting()
				b.mode = inTable
				continue
			}
			b.bodyTag(t)
			return
		case inColumnGroup:
			switch {
			case t == htmlTag || t.atom == atom.Template:
				b.lost = true
				return
			case t.atom == atom.Col:
				b.element(t)
				return
			case b.topAtom() != atom.Colgroup:
				return
			}
			b.pop()
			b.mode = inTable
		case inCell:
			if t.flags&tablePartTag == 0 {
				b.bodyTag(t)
				return
			}
			if !b.closeTo(tableScope, atom.Td, atom.Th) {
				return
			}
			b.clearFormatting()
			b.mode = inRow
		case afterBody, afterAfterBody:
			if t == htmlTag {
				b.lost = true
			}
			b.mode = inBody
		default:
			b.bodyTag(t)
			return
		}
	}
}

// headTag takes in a start tag in or after the head, if it may stand there.
func (b *treeBuilder) headTag(t *tag) bool {
	parent := b.top()
	if b.mode == afterHead {
		parent = b.head
	}
	switch t.atom {
	case atom.Html, atom.Template, atom.Frameset:
		b.lost = true
		return true
	case atom.Head:
		return true
	case atom.Body:
		if b.mode == inHead {
			return false
		}
		b.open(t)
		b.mode = inBody
		return true
	case atom.Noscript:
		if b.mode == afterHead {
			return false
		}
		b.raw(t, parent)
		return true
	}
	switch {
	case t.flags&headOnlyTag == 0:
		return false
	case t.flags&rawTag != 0:
		b.raw(t, parent)
	default:
		n := b.node(html.ElementNode, t.name)
		n.DataAtom, n.Attr = t.atom, b.keepAttr()
		appendChild(parent, n)
		if len(b.stack) >= maxOpen {
			b.lost = true
		}
	}
	return true
}

// tableTag takes in a start tag between the cells of a table, and tells whether
// that was all.
func (b *treeBuilder) tableTag(t *tag) bool {
	switch b.mode {
	case inRow:
		switch t.atom {
		case atom.Td, atom.Th:
			b.clearTo(atom.Tr)
			b.open(t)
			b.mark()
			b.mode = inCell
			return true
		case atom.Caption, atom.Col, atom.Colgroup, atom.Tbody, atom.Tfoot, atom.Thead, atom.Tr:
			return !b.endRow()
		}
	case inTableBody:
		switch t.atom {
		case atom.Tr:
			b.clearTo(atom.Tbody, atom.Tfoot, atom.Thead)
			b.open(t)
			b.mode = inRow
			return true
		case atom.Td, atom.Th:
			b.clearTo(atom.Tbody, atom.Tfoot, atom.Thead)
			b.openImplied(trTag)
			b.mode = inRow
			return false
		case atom.Caption, atom.Col, atom.Colgroup, atom.Tbody, atom.Tfoot, atom.Thead:
			if !b.closeTo(tableScope, atom.Tbody, atom.Thead, atom.Tfoot) {
				return true
			}
			b.mode = inTable
			return false
		}
	}
	switch t.atom {
	case atom.Caption:
		b.clearTo(atom.Table)
		b.mark()
		b.open(t)
		b.mode = inCaption
	case atom.Colgroup:
		b.clearTo(atom.Table)
		b.open(t)
		b.mode = inColumnGroup
	case atom.Col:
		b.clearTo(atom.Table)
		b.openImplied(colgroupTag)
		b.mode = inColumnGroup
		return false
	case atom.Tbody, atom.Tfoot, atom.Thead:
		b.clearTo(atom.Table)
		b.open(t)
		b.mode = inTableBody
	case atom.Td, atom.Th, atom.Tr:
		b.clearTo(atom.Table)
		b.openImplied(tbodyTag)
		b.mode = inTableBody
		return false
	case atom.Table:
		if !b.closeTo(tableScope, atom.Table) {
			return true
		}
		b.resetMode()
		return false
	case atom.Style, atom.Script:
		b.raw(t, b.top())
	case atom.Form:
		if b.form == nil {
			b.form = b.element(t)
		}
	case atom.Input:
		for _, a := range b.attr {
			if a.Key == "type" && strings.EqualFold(a.Val, "hidden") {
				b.element(t)
				return true
			}
		}
		b.lost = true
	default:
		b.lost = true // stands before the table
	}
	return true
}

// endRow ends the row that is open, if one is.
func (b *treeBuilder) endRow() bool {
	if b.find(tableScope, atom.Tr) < 0 {
		return false
	}
	b.clearTo(atom.Tr)
	b.pop()
	b.mode = inTableBody
	return true
}

// bodyTag takes in a start tag of the body.
func (b *treeBuilder) bodyTag(t *tag) {
	switch {
	case t.flags&blockTag != 0 || t == pTag:
		b.closeParagraph()
		b.open(t)
		return
	case t.flags&formattingTag != 0:
		b.formatTag(t)
		return
	case t.flags&tablePartTag != 0:
		return // stray
	case t.flags&headOnlyTag != 0:
		if t.flags&rawTag != 0 {
			b.raw(t, b.top())
		} else {
			b.element(t)
		}
		return
	case t.flags&headingTag != 0:
		b.closeParagraph()
		if b.stack[len(b.stack)-1].tag.flags&headingTag != 0 {
			b.pop()
		}
		b.open(t)
		return
	}
	switch t.atom {
	case atom.Html, atom.Body, atom.Frameset, atom.Template, atom.Plaintext, atom.Math:
		b.lost = true
	case atom.Svg:
		b.drawing()
	case atom.Frame, atom.Head:
	case atom.Form:
		if b.form != nil {
			return
		}
		b.closeParagraph()
		b.form = b.open(t)
	case atom.Li, atom.Dd, atom.Dt:
		b.item(t)
	case atom.Button:
		if b.find(defaultScope, atom.Button) >= 0 {
			b.closeImplied(0)
			b.closeTo(defaultScope, atom.Button)
		}
		b.reconstruct()
		b.open(t)
	case atom.Applet, atom.Marquee, atom.Object:
		b.reconstruct()
		b.open(t)
		b.mark()
	case atom.Table:
		if !b.quirks {
			b.closeParagraph()
		}
		b.open(t)
		b.mode = inTable
	case atom.Area, atom.Br, atom.Embed, atom.Img, atom.Keygen, atom.Wbr:
		b.reconstruct()
		b.element(t)
	case atom.Input:
		b.closeTo(defaultScope, atom.Select)
		b.reconstruct()
		b.element(t)
	case atom.Param, atom.Source, atom.Track:
		b.element(t)
	case atom.Hr:
		if b.find(buttonScope, atom.P) >= 0 {
			b.closeImplied(atom.P)
			b.closeTo(defaultScope, atom.P)
		}
		if b.find(defaultScope, atom.Select) >= 0 {
			b.closeImplied(0)
		}
		b.element(t)
	case atom.Image:
		b.bodyTag(imgTag)
	case atom.Textarea, atom.Iframe, atom.Noembed, atom.Noscript:
		b.raw(t, b.top())
	case atom.Xmp:
		b.closeParagraph()
		b.reconstruct()
		b.raw(t, b.top())
	case atom.Select:
		if b.closeTo(defaultScope, atom.Select) {
			return
		}
		b.reconstruct()
		b.open(t)
	case atom.Option, atom.Optgroup:
		if b.find(defaultScope, atom.Select) >= 0 {
			except := atom.Atom(0)
			if t.atom == atom.Option {
				except = atom.Optgroup
			}
			b.closeImplied(except)
		} else if b.topAtom() == atom.Option {
			b.pop()
		}
		b.reconstruct()
		b.open(t)
	case atom.Rb, atom.Rtc, atom.Rp, atom.Rt:
		if b.find(defaultScope, atom.Ruby) >= 0 {
			except := atom.Atom(0)
			if t.atom == atom.Rp || t.atom == atom.Rt {
				except = atom.Rtc
			}
			b.closeImplied(except)
		}
		b.open(t)
	default:
		b.reconstruct()
		b.open(t)
	}
}

// item opens an item of a list, which closes the one before.
func (b *treeBuilder) item(t *tag) {
scan:
	for i := len(b.stack) - 1; i >= 0; i-- {
		e := b.stack[i].tag
		switch {
		case e == t, t.atom != atom.Li && (e.atom == atom.Dd || e.atom == atom.Dt):
			b.stack = b.stack[:i]
			break scan
		case e.atom == atom.Address, e.atom == atom.Div, e == pTag:
		case e.flags&specialTag != 0:
			break scan
		}
	}
	b.closeParagraph()
	b.open(t)
}

// formatTag opens a formatting element; an anchor ends the one before.
func (b *treeBuilder) formatTag(t *tag) {
	switch t.atom {
	case atom.A:
		for i := len(b.formatting) - 1; i >= 0 && b.formatting[i].node != nil; i-- {
			if e := b.formatting[i]; e.tag == t {
				b.endFormatting(t)
				b.stack = remove(b.stack, e.node)
				b.formatting = remove(b.formatting, e.node)
				break
			}
		}
	case atom.Nobr:
		b.reconstruct()
		if b.find(defaultScope, atom.Nobr) >= 0 {
			b.endFormatting(t)
		}
	}
	b.reconstruct()
	b.format(t)
}

// endTag takes in an end tag.
func (b *treeBuilder) endTag(t *tag) {
	for !b.lost {
		switch b.mode {
		case initial:
			b.imply()
		case beforeHTML, beforeHead, afterHead:
			switch {
			case t == bodyTag, t == htmlTag, t == brTag, t == headTag && b.mode != afterHead:
				b.imply()
			default:
				return
			}
		case inHead:
			switch t {
			case headTag:
				b.imply()
				return
			case bodyTag, htmlTag, brTag:
				b.imply()
			default:
				return
			}
		case inTable, inTableBody, inRow:
			if b.tableEndTag(t) {
				return
			}
		case inCaption:
			switch {
			case t.atom == atom.Caption, t.atom == atom.Table:
				if !b.closeTo(tableScope, atom.Caption) {
					return
				}
				b.clearFormatting()
				b.mode = inTable
				if t.atom == atom.Caption {
					return
				}
			case t == bodyTag, t == htmlTag, t.flags&tablePartTag != 0:
				return
			default:
				b.bodyEndTag(t)
				return
			}
		case inColumnGroup:
			switch {
			case t.atom == atom.Col, t.atom == atom.Template:
				return
			case b.topAtom() != atom.Colgroup:
				return
			}
			b.pop()
			b.mode = inTable
			if t.atom == atom.Colgroup {
				return
			}
		case inCell:
			switch t.atom {
			case atom.Td, atom.Th:
				if b.closeTo(tableScope, t.atom) {
					b.clearFormatting()
					b.mode = inRow
				}
				return
			case atom.Body, atom.Caption, atom.Col, atom.Colgroup, atom.Html:
				return
			case atom.Table, atom.Tbody, atom.Tfoot, atom.Thead, atom.Tr:
				if b.find(tableScope, t.atom) < 0 {
					return
				}
				if b.closeTo(tableScope, atom.Td, atom.Th) {
					b.clearFormatting()
				}
				b.mode = inRow
			default:
				b.bodyEndTag(t)
				return
			}
		case afterBody:
			if t == htmlTag {
				b.mode = afterAfterBody
				return
			}
			b.mode = inBody
		case afterAfterBody:
			b.mode = inBody
		default:
			b.bodyEndTag(t)
			return
		}
	}
}

// tableEndTag takes in an end tag between the cells of a table, and tells whether
// that was all.
func (b *treeBuilder) tableEndTag(t *tag) bool {
	switch b.mode {
	case inRow:
		switch t.atom {
		case atom.Tr:
			b.endRow()
			return true
		case atom.Table:
			return !b.endRow()
		case atom.Tbody, atom.Tfoot, atom.Thead:
			return b.find(tableScope, t.atom) < 0 || !b.endRow()
		}
	case inTableBody:
		switch t.atom {
		case atom.Tbody, atom.Tfoot, atom.Thead:
			if b.find(tableScope, t.atom) >= 0 {
				b.clearTo(atom.Tbody, atom.Tfoot, atom.Thead)
				b.pop()
				b.mode = inTable
			}
			return true
		case atom.Table:
			if !b.closeTo(tableScope, atom.Tbody, atom.Thead, atom.Tfoot) {
				return true
			}
			b.mode = inTable
			return false
		}
	}
	switch {
	case t.atom == atom.Table:
		if b.closeTo(tableScope, atom.Table) {
			b.resetMode()
		}
	case t == bodyTag, t == htmlTag, t.flags&tablePartTag != 0, t.atom == atom.Template:
	case t == pTag, t == brTag:
		b.lost = true // makes an element that stands before the table
	default:
		b.bodyEndTag(t)
	}
	return true
}

// bodyEndTag takes in an end tag of the body.
func (b *treeBuilder) bodyEndTag(t *tag) {
	switch {
	case t.flags&formattingTag != 0:
		b.endFormatting(t)
		return
	case t.flags&blockTag != 0, t.atom == atom.Button, t.atom == atom.Select:
		if b.find(defaultScope, t.atom) >= 0 {
			b.closeImplied(0)
			b.closeTo(defaultScope, t.atom)
		}
		return
	case t.flags&headingTag != 0:
		b.closeTo(defaultScope, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6)
		return
	}
	switch t.atom {
	case atom.Body:
		if b.find(defaultScope, atom.Body) >= 0 {
			b.mode = afterBody
		}
	case atom.Html:
		if b.find(defaultScope, atom.Body) >= 0 {
			b.mode = afterBody
			b.endTag(t)
		}
	case atom.Form:
		node := b.form
		b.form = nil
		i := b.find(defaultScope, atom.Form)
		if node == nil || i < 0 || b.stack[i].node != node {
			return
		}
		b.closeImplied(0)
		b.stack = remove(b.stack, node)
	case atom.P:
		if b.find(buttonScope, atom.P) < 0 {
			b.openImplied(pTag)
		}
		b.closeTo(buttonScope, atom.P)
	case atom.Li:
		b.closeTo(listItemScope, atom.Li)
	case atom.Dd, atom.Dt:
		b.closeTo(defaultScope, t.atom)
	case atom.Applet, atom.Marquee, atom.Object:
		if b.closeTo(defaultScope, t.atom) {
			b.clearFormatting()
		}
	case atom.Br:
		b.attr = b.attr[:0]
		b.bodyTag(t)
	case atom.Template:
	default:
		b.endOther(t)
	}
}
