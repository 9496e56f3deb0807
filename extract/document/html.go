package document

import (
	"context"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// ReadHTML reads a web page. Blocks come in document order; inline markup is
// folded away, so that a number cut over several tags is one; scripts, styles,
// comments and choices of forms are left out. Tables that only lay out a page
// become containers, so that every table with data, however deeply nested, is a
// block of its own.
func ReadHTML(ctx context.Context, b []byte, h Hint, l Limits) (*Document, error) {
	l = l.withDefaults()
	if int64(len(b)) > l.Bytes {
		return nil, &LimitError{What: "bytes", Limit: l.Bytes}
	}
	text, cs := Decode(b, h.ContentType)
	root, err := Parse(ctx, text, l)
	if err != nil {
		return nil, err
	}
	// Text with tables of HTML in it, as converters write it, has its lines.
	bare := !strings.HasPrefix(strings.TrimLeft(text, "\ufeff \t\r\n\f"), "<")
	d, err := fromNode(ctx, root, bare, l)
	if err != nil {
		return nil, err
	}
	d.Charset = cs
	return d, nil
}

// FromNode reads a page that was parsed before, by Parse or html.Parse; it does
// not change it. Document.Charset stays empty: a tree does not know what bytes it
// came from.
func FromNode(ctx context.Context, root *html.Node, l Limits) (*Document, error) {
	return fromNode(ctx, root, false, l)
}

func fromNode(ctx context.Context, root *html.Node, bare bool, l Limits) (*Document, error) {
	l = l.withDefaults()
	w := &walker{
		d: &Document{
			Format:     HTML,
			Containers: append(make([]Container, 0, 64), Container{Parent: -1}),
			Blocks:     make([]Block, 0, 128),
		},
		tick:   clock{ctx: ctx},
		limits: l,
		bare:   bare,
		begun:  -1,
		grid:   gridBuilder{left: l.Cells, limit: l.Cells},
	}
	if err := w.walk(root); err != nil {
		return nil, err
	}
	w.d.Containers[0].End = len(w.d.Blocks)
	return w.d, ctx.Err()
}

// walker goes once over a tree and gathers blocks. It keeps its own stack, so
// that the depth of a tree costs no goroutine stack.
type walker struct {
	d      *Document
	tick   clock
	limits Limits
	arena  arena
	frames []frame

	// line is the text of the paragraph, cell or caption being read.
	line folder
	// home is the innermost open container, begun the one that the paragraph
	// being read began in, or -1.
	home, begun int
	level       int // of the heading being read, 0 outside
	pre         int // open elements that keep line ends
	// bare is set for text with markup here and there: outside of it line ends
	// count.
	bare bool
	// images wait for the end of the paragraph or table they stand in.
	images []Block
	// link is the text of the anchor being read.
	link    folder
	linking bool

	// shapes describes the outermost table being read and the tables in it.
	shapes []tableShape
	// table is the data table being read, nil outside.
	table   *Table
	grid    gridBuilder
	rowOpen bool
	inCell  bool
	inTitle bool // inside the caption of the data table
}

// frame is an open element that has something to do when it ends.
type frame struct {
	node *html.Node
	role role
	// from and at are what the role has to remember.
	from, at int
}

type role uint8

const (
	blockRole     role = iota // ends a line
	headingRole               // from: the level around it
	preRole                   // keeps line ends
	containerRole             // from: the container around it
	looseRole                 // an inline element that may hold blocks; from as above
	linkRole                  // from: index in Links
	noteRole                  // <sup>; from: length of the line before, at: number of blocks
	tableRole                 // a data table; from: the container around it
	groupRole                 // its thead, tbody, tfoot
	rowRole
	cellRole
	captionRole
)

func (w *walker) walk(root *html.Node) error {
	depth := 0
	for n := root; ; {
		if err := w.tick.tick(); err != nil {
			return err
		}
		descend, err := w.enter(n)
		if err != nil {
			return err
		}
		if descend && n.FirstChild != nil {
			// Twice: end tags that are missing or crossed may nest a tree deeper
			// than the parser's stack.
			if depth++; depth > 2*w.limits.Depth {
				return &LimitError{What: "nesting depth", Limit: int64(w.limits.Depth)}
			}
			n = n.FirstChild
			continue
		}
		for {
			if err := w.leave(n); err != nil {
				return err
			}
			if n == root {
				w.flush()
				return nil
			}
			if n.NextSibling != nil {
				n = n.NextSibling
				break
			}
			n = n.Parent
			depth--
		}
	}
}

func (w *walker) push(n *html.Node, r role, from int) {
	w.frames = append(w.frames, frame{node: n, role: r, from: from, at: len(w.d.Blocks)})
}

// enter begins a node and tells whether to go into it.
func (w *walker) enter(n *html.Node) (descend bool, err error) {
	switch n.Type {
	case html.TextNode:
		w.text(n.Data, w.pre > 0 || w.bare && n.Parent != nil && n.Parent.DataAtom == atom.Body)
		return false, nil
	case html.DocumentNode:
		return true, nil
	case html.ElementNode:
	default:
		return false, nil
	}
	if n.Namespace != "" { // a drawing or a formula
		return false, nil
	}
	switch n.DataAtom {
	case atom.Span, atom.Font, atom.B, atom.Strong, atom.I, atom.Em, atom.U, atom.Small, atom.Big, atom.Label, atom.Ins:
		return w.inline(n), nil
	case atom.P, atom.Li, atom.Dt, atom.Dd, atom.Figcaption, atom.Legend, atom.Summary, atom.Button, atom.Marquee:
		return w.block(n), nil
	case atom.Br, atom.Hr:
		w.endLine()
		return false, nil
	case atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Select, atom.Datalist, atom.Noembed, atom.Noframes,
		atom.Audio, atom.Video, atom.Canvas, atom.Map, atom.Del, atom.Link, atom.Input, atom.Col, atom.Colgroup, atom.Svg, atom.Math:
		return false, nil
	case atom.Head, atom.Html:
		return true, nil
	case atom.Title:
		w.title(n)
		return false, nil
	case atom.Meta:
		w.meta(n)
		return false, nil
	case atom.Base:
		if w.d.Base == "" {
			w.d.Base = strings.TrimSpace(attr(n, "href"))
		}
		return false, nil
	case atom.A:
		w.anchor(n)
		return true, nil
	case atom.Sup:
		w.push(n, noteRole, len(w.line.buf))
		return true, nil
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.endLine()
		w.push(n, headingRole, w.level)
		w.level = int(n.Data[1] - '0')
		return true, nil
	case atom.Pre, atom.Xmp, atom.Listing, atom.Plaintext:
		w.endLine()
		w.push(n, preRole, 0)
		w.pre++
		return true, nil
	case atom.Textarea:
		if w.table != nil {
			return false, nil
		}
		w.container(n, true)
		w.push(n, preRole, 0)
		w.pre++
		return true, nil
	case atom.Img:
		w.image(n, "src", attr(n, "alt"))
		return false, nil
	case atom.Iframe, atom.Frame, atom.Embed:
		w.embed(n, "src")
		return false, nil
	case atom.Object:
		w.embed(n, "data")
		return false, nil
	case atom.Table:
		return true, w.enterTable(n)
	case atom.Thead, atom.Tbody, atom.Tfoot:
		if w.inGrid() {
			w.push(n, groupRole, 0)
		}
		return true, nil
	case atom.Tr:
		return w.enterRow(n)
	case atom.Td, atom.Th:
		return w.enterCell(n)
	case atom.Caption:
		if !w.inGrid() {
			return w.block(n), nil
		}
		w.line.reset()
		w.inTitle = true
		w.push(n, captionRole, 0)
		return true, nil
	case atom.Div, atom.Section, atom.Article, atom.Main, atom.Header, atom.Footer, atom.Nav, atom.Aside, atom.Form, atom.Fieldset,
		atom.Center, atom.Blockquote, atom.Body, atom.Frameset, atom.Ul, atom.Ol, atom.Dl, atom.Menu, atom.Dir, atom.Details,
		atom.Dialog, atom.Figure, atom.Address:
		if w.table != nil {
			return w.block(n), nil
		}
		w.container(n, false)
		return true, nil
	default:
		return w.inline(n), nil
	}
}

// leave ends a node that was entered.
func (w *walker) leave(n *html.Node) error {
	for len(w.frames) > 0 {
		f := w.frames[len(w.frames)-1]
		if f.node != n {
			return nil
		}
		w.frames = w.frames[:len(w.frames)-1]
		switch f.role {
		case blockRole:
			w.endLine()
		case headingRole:
			w.endLine()
			w.level = f.from
		case preRole:
			w.endLine()
			w.pre--
		case containerRole:
			w.flush()
			w.endContainer(f.from)
		case looseRole:
			w.endLoose(f.from)
		case linkRole:
			w.d.Links[f.from].Text = w.arena.keep(w.link.text())
			w.linking = false
		case noteRole:
			w.endNote(f)
		case tableRole:
			return w.endTable(f)
		case groupRole:
			if err := w.endRow(); err != nil {
				return err
			}
			w.grid.endGroup()
		case rowRole:
			return w.endRow()
		case cellRole:
			w.table.Cells[f.from].Text = w.arena.keep(w.line.text())
			w.line.reset()
			w.inCell = false
		case captionRole:
			w.table.Caption = strings.ReplaceAll(string(w.line.text()), "\n", " ")
			w.line.reset()
			w.inTitle = false
		}
	}
	return nil
}

// text takes in a text node, whose line ends may count.
func (w *walker) text(s string, lines bool) {
	if w.table != nil && !w.inCell && !w.inTitle {
		return // between the cells stands nothing that is seen
	}
	for lines {
		i := strings.IndexAny(s, "\r\n")
		if i < 0 {
			break
		}
		w.write(s[:i])
		w.endLine()
		s = s[i+1:]
	}
	w.write(s)
}

func (w *walker) write(s string) {
	w.line.write(s)
	if w.table == nil && w.begun < 0 && !w.line.empty() {
		w.begun = w.home
	}
	if w.linking {
		w.link.write(s)
	}
}

// endLine ends a line of a cell, or a paragraph.
func (w *walker) endLine() {
	if w.inCell || w.inTitle {
		w.line.newline()
		w.link.gap = true
	} else {
		w.flush()
	}
}

// flush makes a block of the paragraph read so far, and of the images in it.
func (w *walker) flush() {
	if w.table != nil {
		return
	}
	if !w.line.empty() {
		b := Block{Text: w.arena.keep(w.line.text()), Container: w.begun}
		if w.level > 0 {
			b.Kind, b.Level = Heading, w.level
		}
		w.d.Blocks = append(w.d.Blocks, b)
	}
	w.line.reset()
	w.link.gap = true
	w.begun = -1
	w.flushImages()
}

func (w *walker) flushImages() {
	w.d.Blocks = append(w.d.Blocks, w.images...)
	w.images = w.images[:0]
}

// block begins an element that stands on lines of its own.
func (w *walker) block(n *html.Node) bool {
	if len(n.Attr) > 0 && styleOf(n).hidden {
		if w.table != nil {
			return false
		}
		w.container(n, true)
		return true
	}
	w.endLine()
	w.push(n, blockRole, 0)
	return true
}

// inline begins an element that is part of a line, or should be: pages have
// whole articles in a <span id="zoom"> or in an element of their own invention.
func (w *walker) inline(n *html.Node) bool {
	if len(n.Attr) == 0 && n.DataAtom != 0 {
		return true
	}
	s := styleOf(n)
	switch {
	case s.hidden && (w.table != nil || w.begun >= 0):
		return false // a trap for copiers in the middle of a line
	case s.hidden:
		w.container(n, true)
	case s.ownLine:
		w.endLine()
		w.push(n, blockRole, 0)
	case w.table == nil && w.begun < 0 && (s.id || n.DataAtom == 0 && !strings.Contains(n.Data, ":")):
		w.flush()
		w.push(n, looseRole, w.home)
		w.openContainer(n, false)
	}
	return true
}

// container begins an element that holds blocks.
func (w *walker) container(n *html.Node, hidden bool) {
	w.flush()
	w.push(n, containerRole, w.home)
	w.openContainer(n, hidden || len(n.Attr) > 0 && (styleOf(n).hidden || attr(n, "aria-hidden") == "true"))
}

func (w *walker) openContainer(n *html.Node, hidden bool) {
	c := Container{Parent: w.home, Tag: n.Data, First: len(w.d.Blocks), Hidden: hidden || w.d.Containers[w.home].Hidden}
	for _, a := range n.Attr {
		switch a.Key {
		case "id":
			c.ID = a.Val
		case "class":
			c.Class = a.Val
		}
	}
	w.home = len(w.d.Containers)
	w.d.Containers = append(w.d.Containers, c)
}

// endContainer closes the innermost container, and drops it when it is empty.
func (w *walker) endContainer(parent int) {
	c := &w.d.Containers[w.home]
	if c.End = len(w.d.Blocks); c.End == c.First {
		w.d.Containers = w.d.Containers[:w.home]
	}
	w.home = parent
}

// endLoose closes a container that may end in the middle of a line, which then
// belongs to the container around it.
func (w *walker) endLoose(parent int) {
	if w.begun == w.home {
		w.begun = parent
	}
	for i := range w.images {
		if w.images[i].Container == w.home {
			w.images[i].Container = parent
		}
	}
	w.endContainer(parent)
}

func (w *walker) anchor(n *html.Node) {
	href := strings.TrimSpace(attr(n, "href"))
	if href == "" || w.linking {
		return
	}
	w.push(n, linkRole, len(w.d.Links))
	w.d.Links = append(w.d.Links, Link{Block: len(w.d.Blocks), Href: href, Title: attr(n, "title")})
	w.link.reset()
	w.linking = true
}

func (w *walker) image(n *html.Node, source, text string) {
	href := strings.TrimSpace(attr(n, source))
	if text == "" {
		text = attr(n, "title")
	}
	if href == "" && text == "" {
		return
	}
	w.images = append(w.images, Block{Kind: Image, Href: href, Text: foldString(text), Container: w.home})
	if w.table == nil && w.line.empty() {
		w.flushImages()
	}
}

func (w *walker) embed(n *html.Node, source string) {
	href := strings.TrimSpace(attr(n, source))
	if href == "" || strings.HasPrefix(href, "about:") || strings.HasPrefix(href, "javascript:") {
		return
	}
	title := attr(n, "title")
	w.d.Links = append(w.d.Links, Link{Block: len(w.d.Blocks), Href: href, Title: title})
	w.image(n, source, title)
}

// endNote sets a number in <sup> apart from the number before it: 3 with note 1
// must not read as 31.
func (w *walker) endNote(f frame) {
	line := w.line.buf
	if f.at != len(w.d.Blocks) || f.from >= len(line) {
		return
	}
	note := strings.TrimSpace(string(line[f.from:]))
	for i := range len(note) {
		if !isDigit(note[i]) {
			return
		}
	}
	if f.from > 0 && (line[f.from-1]|0x20 >= 'a' && line[f.from-1]|0x20 <= 'z') {
		return // m²
	}
	w.line.buf = append(append(append(line[:f.from], '['), note...), ']')
}

func (w *walker) title(n *html.Node) {
	if w.d.Title == "" && n.FirstChild != nil {
		w.d.Title = foldString(n.FirstChild.Data)
	}
}

func (w *walker) meta(n *html.Node) {
	name := attr(n, "name")
	if name == "" {
		name = attr(n, "property")
	}
	if name != "" {
		w.d.Meta = append(w.d.Meta, MetaTag{Name: name, Content: foldString(attr(n, "content"))})
	}
}

func foldString(s string) string {
	var f folder
	f.write(s)
	return string(f.text())
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// style is what the attributes of an element say about how it stands.
type style struct {
	hidden  bool // not displayed
	ownLine bool // an inline element that is displayed as a block or a cell
	id      bool
}

func styleOf(n *html.Node) (s style) {
	for _, a := range n.Attr {
		switch a.Key {
		case "id":
			s.id = a.Val != ""
		case "hidden":
			s.hidden = true
		case "class":
			for c := range strings.FieldsSeq(a.Val) {
				switch c {
				case "cell", "td", "th", "table-cell":
					s.ownLine = true
				}
			}
		case "style":
			switch display(a.Val) {
			case "none":
				s.hidden = true
			case "block", "table-cell", "table-row", "table", "flex", "grid", "list-item":
				s.ownLine = true
			}
		}
	}
	return s
}

// display gives the value of the display property in a style attribute.
func display(css string) string {
	for {
		i := strings.Index(css, "isplay")
		if i < 0 {
			if i = strings.Index(css, "ISPLAY"); i < 0 {
				return ""
			}
		}
		css = strings.TrimLeft(css[i+len("isplay"):], " \t\r\n")
		if !strings.HasPrefix(css, ":") {
			continue
		}
		value := strings.TrimLeft(css[1:], " \t\r\n")
		if end := strings.IndexAny(value, "; \t\r\n!"); end >= 0 {
			value = value[:end]
		}
		return strings.ToLower(value)
	}
}
