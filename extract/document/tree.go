package document

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// treeBuilder makes of a page the very tree that html.Parse makes of it, in a
// fraction of its time: the page is scanned in place, names and texts of the tree
// are pieces of it, and nodes are allocated many at a time.
//
// It follows the rules of tree construction of the HTML standard, as package
// html does, for what nearly all pages consist of, missing and stray tags
// included. What is left out is what is rare and intricate: formatting elements
// that end outside of the block they began in, text between the cells of a
// table, templates, frames, formulas, and tags cut off by the end of the page. Where it meets any of that it gives up (lost), and the page is for
// html.Parse.
type treeBuilder struct {
	src      string // with LF as line ends
	pos      int
	tagStart int // of the tag at hand
	lost     bool

	doc, head, form *html.Node
	stack           []openElement
	// formatting is the list of active formatting elements; an element without a
	// node is a marker.
	formatting []openElement
	mode       insertion
	quirks     bool

	attr  []html.Attribute // of the tag at hand
	nodes []html.Node      // to be handed out
	attrs []html.Attribute // likewise
	own   map[string]*tag  // tags that no standard knows
}

type openElement struct {
	node *html.Node
	tag  *tag
}

// insertion is where in a page the builder is.
type insertion uint8

const (
	initial insertion = iota
	beforeHTML
	beforeHead
	inHead
	afterHead
	inBody
	inTable
	inCaption
	inColumnGroup
	inTableBody
	inRow
	inCell
	afterBody
	afterAfterBody
)

// htmlSpace is white space as the HTML standard has it.
const htmlSpace = " \t\r\n\f"

// buildTree gives the tree of a page, or false when it must be left to
// html.Parse. tags is the number of < in the page, or an estimate.
func buildTree(src string, tags int, tick *clock) (root *html.Node, ok bool, err error) {
	if strings.IndexByte(src, 0) >= 0 {
		return nil, false, nil
	}
	if strings.IndexByte(src, '\r') >= 0 {
		src = lineEnds.Replace(src)
	}
	b := &treeBuilder{src: src, stack: make([]openElement, 0, 64), nodes: make([]html.Node, min(tags+16, nodeChunk))}
	b.doc = b.node(html.DocumentNode, "")
	for b.pos < len(b.src) && !b.lost {
		if err := tick.tick(); err != nil {
			return nil, false, err
		}
		b.token()
	}
	for b.mode < inBody && !b.lost {
		b.imply()
	}
	return b.doc, !b.lost, nil
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// nodeChunk is how many nodes are allocated at a time: less than 32 KB of them.
const nodeChunk = 256

func (b *treeBuilder) node(t html.NodeType, data string) *html.Node {
	if len(b.nodes) == 0 {
		b.nodes = make([]html.Node, nodeChunk)
	}
	n := &b.nodes[0]
	b.nodes = b.nodes[1:]
	n.Type, n.Data = t, data
	return n
}

// keepAttr gives the attributes of the tag at hand to a node.
func (b *treeBuilder) keepAttr() []html.Attribute {
	n := len(b.attr)
	if n == 0 {
		return nil
	}
	if n > len(b.attrs) {
		b.attrs = make([]html.Attribute, max(n, nodeChunk))
	}
	list := b.attrs[:n:n]
	b.attrs = b.attrs[n:]
	copy(list, b.attr)
	return list
}

func appendChild(parent, n *html.Node) {
	n.Parent = parent
	if last := parent.LastChild; last != nil {
		last.NextSibling, n.PrevSibling = n, last
	} else {
		parent.FirstChild = n
	}
	parent.LastChild = n
}

func (b *treeBuilder) top() *html.Node {
	if n := len(b.stack); n > 0 {
		return b.stack[n-1].node
	}
	return b.doc
}

func (b *treeBuilder) topAtom() atom.Atom {
	if n := len(b.stack); n > 0 {
		return b.stack[n-1].tag.atom
	}
	return 0
}

// maxOpen is how many elements html.Parse lets be open.
const maxOpen = 512

// element adds the element of the tag at hand.
func (b *treeBuilder) element(t *tag) *html.Node {
	n := b.node(html.ElementNode, t.name)
	n.DataAtom, n.Attr = t.atom, b.keepAttr()
	appendChild(b.top(), n)
	if len(b.stack) >= maxOpen {
		b.lost = true
	}
	return n
}

// open adds the element of the tag at hand, and what follows into it.
func (b *treeBuilder) open(t *tag) *html.Node {
	n := b.element(t)
	b.push(openElement{n, t})
	return n
}

func (b *treeBuilder) push(e openElement) {
	b.stack = append(b.stack, e)
	if len(b.stack) > maxOpen {
		b.lost = true
	}
}

// openImplied opens an element whose tag is not there.
func (b *treeBuilder) openImplied(t *tag) *html.Node {
	saved := b.attr
	b.attr = nil
	n := b.open(t)
	b.attr = saved
	return n
}

func (b *treeBuilder) pop() { b.stack = b.stack[:len(b.stack)-1] }

// remove takes an element out of the stack, or list, it is in.
func remove(list []openElement, n *html.Node) []openElement {
	return slices.DeleteFunc(list, func(e openElement) bool { return e.node == n })
}

func indexOf(list []openElement, n *html.Node) int {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].node == n {
			return i
		}
	}
	return -1
}

// raw adds an element that holds nothing but text, to its end tag.
func (b *treeBuilder) raw(t *tag, parent *html.Node) {
	n := b.node(html.ElementNode, t.name)
	n.DataAtom, n.Attr = t.atom, b.keepAttr()
	appendChild(parent, n)
	if len(b.stack) >= maxOpen {
		b.lost = true
	}
	text, ok := b.rawText(t)
	if !ok {
		b.lost = true
		return
	}
	if t.atom == atom.Textarea {
		text = strings.TrimPrefix(text, "\n")
	}
	if text != "" {
		appendChild(n, b.node(html.TextNode, text))
	}
}

// --- what the elements around allow

// The scopes in which an element is looked for.
const (
	defaultScope  = scopeTag
	listItemScope = scopeTag | listTag
	buttonScope   = scopeTag | buttonTag
	tableScope    = tableScopeTag
)

// find gives the place in the stack of the innermost element of one of the kinds,
// or -1 if there is none within the scope.
func (b *treeBuilder) find(scope tagFlags, kinds ...atom.Atom) int {
	for i := len(b.stack) - 1; i >= 0; i-- {
		t := b.stack[i].tag
		for _, k := range kinds {
			if t.atom == k {
				return i
			}
		}
		if t.flags&scope != 0 {
			return -1
		}
	}
	return -1
}

// closeTo closes the innermost element of one of the kinds, with all in it, if it
// is within the scope.
func (b *treeBuilder) closeTo(scope tagFlags, kinds ...atom.Atom) bool {
	i := b.find(scope, kinds...)
	if i < 0 {
		return false
	}
	b.stack = b.stack[:i]
	return true
}

// closeParagraph closes an open p, as block elements do.
func (b *treeBuilder) closeParagraph() {
	for i := len(b.stack) - 1; i >= 0; i-- {
		t := b.stack[i].tag
		if t.atom == atom.P {
			b.stack = b.stack[:i]
			return
		}
		if t.flags&buttonScope != 0 {
			return
		}
	}
}

// closeImplied closes elements whose end tags may be left out.
func (b *treeBuilder) closeImplied(except atom.Atom) {
	i := len(b.stack)
	for i > 0 && b.stack[i-1].tag.flags&impliedEndTag != 0 && b.stack[i-1].tag.atom != except {
		i--
	}
	b.stack = b.stack[:i]
}

// clearTo closes all that is open in the innermost part of a table.
func (b *treeBuilder) clearTo(parts ...atom.Atom) {
	for i := len(b.stack) - 1; i >= 0; i-- {
		a := b.stack[i].tag.atom
		if a == atom.Html || slices.Contains(parts, a) {
			b.stack = b.stack[:i+1]
			return
		}
	}
}

// resetMode tells from the open elements where the builder is.
func (b *treeBuilder) resetMode() {
	for i := len(b.stack) - 1; i >= 0; i-- {
		switch b.stack[i].tag.atom {
		case atom.Td, atom.Th:
			b.mode = inCell
		case atom.Tr:
			b.mode = inRow
		case atom.Tbody, atom.Thead, atom.Tfoot:
			b.mode = inTableBody
		case atom.Caption:
			b.mode = inCaption
		case atom.Colgroup:
			b.mode = inColumnGroup
		case atom.Table:
			b.mode = inTable
		case atom.Body:
			b.mode = inBody
		case atom.Html:
			b.mode = afterHead
		default:
			continue
		}
		return
	}
	b.lost = true
}

// imply begins the next part of the page without its tag.
func (b *treeBuilder) imply() {
	switch b.mode {
	case initial:
		b.quirks = true
		b.mode = beforeHTML
	case beforeHTML:
		b.openImplied(htmlTag)
		b.mode = beforeHead
	case beforeHead:
		b.head = b.openImplied(headTag)
		b.mode = inHead
	case inHead:
		b.pop()
		b.mode = afterHead
	case afterHead:
		b.openImplied(bodyTag)
		b.mode = inBody
	}
}

// drawing adds a drawing, whose start tag is the tag at hand. html.Parse reads it,
// alone: nothing in it may concern the page around it.
func (b *treeBuilder) drawing() {
	end := strings.Index(b.src[b.pos:], "</svg>")
	if end < 0 || b.src[b.pos-2] == '/' || len(b.stack) > maxOpen/2 || !isDrawing(b.src[b.pos:b.pos+end]) {
		b.lost = true
		return
	}
	end += b.pos + len("</svg>")
	root, err := html.Parse(strings.NewReader("<!DOCTYPE html><body>" + b.src[b.tagStart:end] + "after"))
	if err != nil {
		b.lost = true
		return
	}
	body := root.LastChild.LastChild
	n := body.FirstChild
	if n.Namespace != "svg" || n.NextSibling == nil || n.NextSibling.Type != html.TextNode {
		b.lost = true // it did not end
		return
	}
	body.RemoveChild(n)
	b.reconstruct()
	appendChild(b.top(), n)
	b.pos = end
}

// isDrawing tells whether all tags in s are of plain drawing.
func isDrawing(s string) bool {
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			return true
		}
		s = strings.TrimPrefix(s[i+1:], "/")
		n := 0
		for n < len(s) && isLetter(s[n]) {
			n++
		}
		if n == len(s) || !drawingTags[strings.ToLower(s[:n])] || !endsName[s[n]] {
			return false
		}
		s = s[n:]
	}
}

var drawingTags = map[string]bool{
	"g": true, "path": true, "circle": true, "rect": true, "line": true, "polygon": true, "polyline": true, "ellipse": true, "defs": true,
	"use": true, "symbol": true, "text": true, "tspan": true, "lineargradient": true, "radialgradient": true, "stop": true, "clippath": true,
	"mask": true, "filter": true,
}

// --- formatting elements

// format opens a formatting element.
func (b *treeBuilder) format(t *tag) {
	if len(b.attr) > 1 {
		slices.SortFunc(b.attr, func(x, y html.Attribute) int { return strings.Compare(x.Key, y.Key) })
	}
	n := b.open(t)
	same := 0
	for i := len(b.formatting) - 1; i >= 0 && b.formatting[i].node != nil; i-- {
		if e := b.formatting[i]; e.tag == t && slices.Equal(e.node.Attr, n.Attr) {
			same++
		}
	}
	if same >= 3 || len(b.formatting) > 64 {
		b.lost = true // of equal ones only three count
	}
	b.formatting = append(b.formatting, openElement{n, t})
}

func (b *treeBuilder) mark() { b.formatting = append(b.formatting, openElement{}) }

// clearFormatting forgets the formatting elements of a cell or the like.
func (b *treeBuilder) clearFormatting() {
	for {
		last := len(b.formatting) - 1
		if last < 0 {
			b.lost = true
			return
		}
		marker := b.formatting[last].node == nil
		b.formatting = b.formatting[:last]
		if last == 0 || marker {
			return
		}
	}
}

// reconstruct opens the formatting elements again that a block has closed.
func (b *treeBuilder) reconstruct() {
	i := len(b.formatting)
	for i > 0 && b.formatting[i-1].node != nil && indexOf(b.stack, b.formatting[i-1].node) < 0 {
		i--
	}
	for ; i < len(b.formatting); i++ {
		e := &b.formatting[i]
		n := b.node(html.ElementNode, e.node.Data)
		n.DataAtom, n.Attr = e.node.DataAtom, e.node.Attr
		appendChild(b.top(), n)
		e.node = n
		b.push(*e)
	}
}

// endFormatting closes a formatting element.
func (b *treeBuilder) endFormatting(t *tag) {
	top := b.stack[len(b.stack)-1]
	if top.tag == t && indexOf(b.formatting, top.node) < 0 {
		b.pop()
		return
	}
	k := len(b.formatting) - 1
	for k >= 0 && b.formatting[k].node != nil && b.formatting[k].tag != t {
		k--
	}
	if k < 0 || b.formatting[k].node == nil {
		b.endOther(t)
		return
	}
	at := indexOf(b.stack, b.formatting[k].node)
	switch {
	case at < 0:
	case b.find(defaultScope, t.atom) < 0:
		return
	case slices.ContainsFunc(b.stack[at:], func(e openElement) bool { return e.tag.flags&specialTag != 0 }):
		b.lost = true // a block began in it and goes on
		return
	default:
		b.stack = b.stack[:at]
	}
	b.formatting = slices.Delete(b.formatting, k, k+1)
}

// endOther closes an element that no rule speaks of.
func (b *treeBuilder) endOther(t *tag) {
	for i := len(b.stack) - 1; i >= 0; i-- {
		e := b.stack[i].tag
		if e == t {
			b.stack = b.stack[:i]
			return
		}
		if e.flags&specialTag != 0 {
			return
		}
	}
}

// --- text, comments, document type

// longestPieces is the most bytes of text in pieces, between tags that are ignored, that
// are joined here.
const longestPieces = 16 << 10

func (b *treeBuilder) addText(s string) {
	parent := b.top()
	if last := parent.LastChild; last != nil && last.Type == html.TextNode {
		if len(last.Data)+len(s) > longestPieces {
			b.lost = true
			return
		}
		last.Data += s
		return
	}
	appendChild(parent, b.node(html.TextNode, s))
}

// splitSpace cuts off the white space that s begins with.
func splitSpace(s string) (space, rest string) {
	rest = strings.TrimLeft(s, htmlSpace)
	return s[:len(s)-len(rest)], rest
}

func (b *treeBuilder) text(s string) {
	for !b.lost {
		switch b.mode {
		case initial, beforeHTML, beforeHead:
			if _, s = splitSpace(s); s == "" {
				return
			}
			b.imply()
		case inHead, afterHead, inColumnGroup:
			space, rest := splitSpace(s)
			if space != "" {
				b.addText(space)
			}
			if s = rest; s == "" {
				return
			}
			if b.mode != inColumnGroup {
				b.imply()
				continue
			}
			if b.topAtom() != atom.Colgroup {
				return
			}
			b.pop()
			b.mode = inTable
		case inTable, inTableBody, inRow:
			switch b.topAtom() {
			case atom.Table, atom.Tbody, atom.Tfoot, atom.Thead, atom.Tr:
				if _, rest := splitSpace(s); rest == "" {
					b.addText(s)
					return
				}
			}
			b.lost = true
		case afterBody, afterAfterBody:
			if _, rest := splitSpace(s); rest != "" {
				b.mode = inBody
				continue
			}
			b.bodyText(s)
			return
		default:
			b.bodyText(s)
			return
		}
	}
}

func (b *treeBuilder) bodyText(s string) {
	if top := b.top(); (top.DataAtom == atom.Pre || top.DataAtom == atom.Listing) && top.FirstChild == nil {
		if s = strings.TrimPrefix(s, "\n"); s == "" {
			return
		}
	}
	if len(b.formatting) > 0 {
		b.reconstruct()
	}
	b.addText(s)
}

func (b *treeBuilder) comment(s string) {
	n := b.node(html.CommentNode, s)
	switch b.mode {
	case initial, beforeHTML, afterAfterBody:
		appendChild(b.doc, n)
	case afterBody:
		appendChild(b.stack[0].node, n)
	default:
		appendChild(b.top(), n)
	}
}

// docType takes in <!DOCTYPE …>, given as printed.
func (b *treeBuilder) docType(s string) {
	switch b.mode {
	case initial:
	case afterBody:
		b.lost = true
		return
	default:
		return
	}
	d := docTypeOf(s)
	if d == nil {
		b.lost = true
		return
	}
	n := b.node(html.DoctypeNode, d.node.Data)
	n.Attr = slices.Clone(d.node.Attr)
	appendChild(b.doc, n)
	b.quirks = d.quirks
	b.mode = beforeHTML
}

// docType is what html.Parse makes of a document type.
type docType struct {
	node   *html.Node
	quirks bool // a table does not end the paragraph before it
}

var (
	docTypes     sync.Map // as printed → *docType
	docTypeCount atomic.Int32
)

// docTypeOf asks html.Parse about a document type; there are but a few.
func docTypeOf(s string) *docType {
	if d, ok := docTypes.Load(s); ok {
		return d.(*docType)
	}
	root, err := html.Parse(strings.NewReader(s + "<p><table>"))
	if err != nil || root.FirstChild.Type != html.DoctypeNode {
		return nil
	}
	d := &docType{node: root.FirstChild}
	for n := range root.Descendants() {
		if n.DataAtom == atom.Table {
			d.quirks = n.Parent.DataAtom == atom.P
		}
	}
	if docTypeCount.Add(1) < 256 {
		docTypes.Store(strings.Clone(s), d)
	}
	return d
}
