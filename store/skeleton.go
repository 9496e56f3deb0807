package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A skeleton is the tree of pages of a bbolt file, read without trust: through
// ReadAt, with every number checked before it is used. bbolt itself follows page
// numbers as they stand, so a cycle among them would end the process.
type skeleton struct {
	file io.ReaderAt
	head fileHead
	used bitmap // pages that something refers to
	// branches bounds the inner pages to read; negative is no bound.
	branches int
	// leaves is set to look into every leaf. Otherwise leaves are known by their
	// parents alone, and only those of the root bucket are read.
	leaves bool
}

// errEnough ends a walk whose bound was reached.
var errEnough = errors.New("bound reached")

// quickBranches bounds what Open reads: some milliseconds. It covers the inner
// pages of some 100,000 records; Verify has no bound.
const quickBranches = 512

// checkSkeleton looks for cycles and pages out of range, as far as the bound goes.
func (db *database) checkSkeleton() error {
	sk := skeleton{file: db.file, head: db.head, used: newBitmap(db.head.pages), branches: quickBranches}
	if err := sk.walk(); err != nil && !errors.Is(err, errEnough) {
		return &DamagedError{Path: db.path, Where: "tree of pages", Reason: err.Error()}
	}
	return nil
}

// checkPages looks at every page: each is used once or free.
func (db *database) checkPages() error {
	sk := skeleton{file: db.file, head: db.head, used: newBitmap(db.head.pages), branches: -1, leaves: true}
	err := sk.walk()
	if err == nil {
		err = sk.checkFree()
	}
	if err != nil {
		return &DamagedError{Path: db.path, Where: "tree of pages", Reason: err.Error()}
	}
	return nil
}

func (sk *skeleton) walk() error {
	sk.used.set(0)
	sk.used.set(1)
	free, err := sk.readHead(sk.head.freelist, pageIsFreelist)
	if err != nil {
		return err
	}
	if err := sk.use(free.id, free.overflow); err != nil {
		return err
	}
	return sk.tree(sk.head.root, 0, span{}, sk.buckets)
}

// span is where the keys of a page must lie: low is the first of them, high is
// beyond the last; nil is not known. (bbolt finds a page in its parent by its
// first key, so the two must agree.)
type span struct{ low, high []byte }

// order checks key i of a page; last is the one before.
func (s span) order(i int, key, last []byte) bool {
	if i == 0 {
		return s.low == nil || bytes.Equal(key, s.low)
	}
	return bytes.Compare(key, last) > 0 && (s.high == nil || bytes.Compare(key, s.high) < 0)
}

// tree visits the pages below page id; leaf is called for each leaf, if not nil.
func (sk *skeleton) tree(id uint64, depth int, keys span, leaf func(pageHead, []byte) error) error {
	if depth > 32 {
		return fmt.Errorf("page %d lies %d levels deep", id, depth)
	}
	h, err := sk.readHead(id, pageIsBranch|pageIsLeaf)
	if err != nil {
		return err
	}
	if err := sk.use(id, h.overflow); err != nil {
		return err
	}
	if h.flags == pageIsLeaf {
		return sk.leaf(h, keys, leaf)
	}
	if sk.branches == 0 {
		return errEnough
	}
	sk.branches--
	page, err := sk.readPage(h, sk.size(h))
	if err != nil {
		return err
	}
	children, err := branches(h, page, keys)
	if err != nil {
		return err
	}
	if leaf == nil && !sk.leaves {
		// All leaves of a tree lie at the same depth.
		first, err := sk.readHead(children[0].id, pageIsBranch|pageIsLeaf)
		if err != nil {
			return err
		}
		if first.flags == pageIsLeaf {
			return sk.useAll(children)
		}
	}
	for _, child := range children {
		if err := sk.tree(child.id, depth+1, child.keys, leaf); err != nil {
			return err
		}
	}
	return nil
}

// leaf checks that the records of a leaf lie inside it, and their keys. Of a leaf
// with long values no more than the keys are read.
func (sk *skeleton) leaf(h pageHead, keys span, visit func(pageHead, []byte) error) error {
	size := sk.size(h)
	if visit == nil && h.overflow > 0 {
		size = min(size, pageHeader+16*uint64(h.count))
	}
	page, err := sk.readPage(h, size)
	if err != nil {
		return err
	}
	if err := checkLeaf(h, page, sk.size(h)); err != nil {
		return err
	}
	var last []byte
	for i := range int(h.count) {
		e := leafElement(page, i)
		if e.ksize > maxStoredKey {
			return fmt.Errorf("page %d: key %d has %d bytes", h.id, i, e.ksize)
		}
		key := make([]byte, e.ksize)
		if e.key+e.ksize <= size {
			copy(key, page[e.key:])
		} else if _, err := sk.file.ReadAt(key, int64(h.id)*sk.head.pageSize+int64(e.key)); err != nil {
			return fmt.Errorf("page %d: %w", h.id, err)
		}
		if !keys.order(i, key, last) {
			return fmt.Errorf("page %d: key %d is out of order", h.id, i)
		}
		last = key
	}
	if visit != nil {
		return visit(h, page)
	}
	return nil
}

// maxStoredKey is the longest key that bbolt takes.
const maxStoredKey = 32768

// buckets walks the trees of the buckets that a leaf of the root bucket names.
func (sk *skeleton) buckets(h pageHead, page []byte) error {
	for i := range int(h.count) {
		e := leafElement(page, i)
		if e.flags&1 == 0 {
			return fmt.Errorf("page %d: record %d is no bucket", h.id, i)
		}
		if e.vsize < 16 {
			return fmt.Errorf("page %d: bucket %d has %d bytes", h.id, i, e.vsize)
		}
		value := page[e.value : e.value+e.vsize]
		root := binary.NativeEndian.Uint64(value)
		if root != 0 {
			if err := sk.tree(root, 1, span{}, nil); err != nil {
				return err
			}
			continue
		}
		inline := value[16:]
		if len(inline) < pageHeader {
			return fmt.Errorf("page %d: bucket %d has %d bytes", h.id, i, e.vsize)
		}
		ih := readPageHead(inline)
		if ih.flags != pageIsLeaf {
			return fmt.Errorf("page %d: bucket %d has pages of type %x", h.id, i, ih.flags)
		}
		if err := checkLeaf(ih, inline, uint64(len(inline))); err != nil {
			return err
		}
	}
	return nil
}

// checkFree compares the list of free pages with the pages in use.
func (sk *skeleton) checkFree() error {
	ids, err := sk.freeIDs()
	if err != nil {
		return err
	}
	for _, id := range ids {
		if sk.used.get(id) {
			return fmt.Errorf("page %d is both used and free", id)
		}
		sk.used.set(id)
	}
	for id := range sk.head.pages {
		if !sk.used.get(id) {
			return fmt.Errorf("page %d is neither used nor free", id)
		}
	}
	return nil
}

func (sk *skeleton) freeIDs() ([]uint64, error) {
	h, err := sk.readHead(sk.head.freelist, pageIsFreelist)
	if err != nil {
		return nil, err
	}
	page := make([]byte, sk.size(h))
	if _, err := sk.file.ReadAt(page, int64(h.id)*sk.head.pageSize); err != nil {
		return nil, fmt.Errorf("page %d: %w", h.id, err)
	}
	list, count := page[pageHeader:], uint64(h.count)
	if h.count == 0xFFFF {
		count, list = binary.NativeEndian.Uint64(list), list[8:]
	}
	if count > uint64(len(list))/8 {
		return nil, fmt.Errorf("page %d: %d free pages in %d bytes", h.id, count, len(list))
	}
	ids := make([]uint64, count)
	for i := range ids {
		ids[i] = binary.NativeEndian.Uint64(list[i*8:])
		if ids[i] >= sk.head.pages {
			return nil, fmt.Errorf("page %d of %d is free", ids[i], sk.head.pages)
		}
	}
	return ids, nil
}

func (sk *skeleton) readHead(id uint64, types uint16) (pageHead, error) {
	if id < 2 || id >= sk.head.pages {
		return pageHead{}, fmt.Errorf("page %d of %d is referred to", id, sk.head.pages)
	}
	var b [pageHeader]byte
	if _, err := sk.file.ReadAt(b[:], int64(id)*sk.head.pageSize); err != nil {
		return pageHead{}, fmt.Errorf("page %d: %w", id, err)
	}
	h := readPageHead(b[:])
	switch {
	case h.id != id:
		return h, fmt.Errorf("page %d says it is page %d", id, h.id)
	case h.flags&types == 0 || h.flags&(h.flags-1) != 0:
		return h, fmt.Errorf("page %d has the type %x", id, h.flags)
	case uint64(h.overflow) >= sk.head.pages-id:
		return h, fmt.Errorf("page %d reaches beyond the end", id)
	}
	return h, nil
}

func (sk *skeleton) size(h pageHead) uint64 {
	return (uint64(h.overflow) + 1) * uint64(sk.head.pageSize)
}

func (sk *skeleton) readPage(h pageHead, size uint64) ([]byte, error) {
	page := make([]byte, size)
	if _, err := sk.file.ReadAt(page, int64(h.id)*sk.head.pageSize); err != nil {
		return nil, fmt.Errorf("page %d: %w", h.id, err)
	}
	return page, nil
}

func (sk *skeleton) use(id uint64, overflow uint32) error {
	for p := id; p <= id+uint64(overflow); p++ {
		if sk.used.get(p) {
			return fmt.Errorf("page %d is used twice", p)
		}
		sk.used.set(p)
	}
	return nil
}

func (sk *skeleton) useAll(children []branch) error {
	for _, c := range children {
		if c.id < 2 || c.id >= sk.head.pages {
			return fmt.Errorf("page %d of %d is referred to", c.id, sk.head.pages)
		}
		if err := sk.use(c.id, 0); err != nil {
			return err
		}
	}
	return nil
}

// branch is a child of a page.
type branch struct {
	id   uint64
	keys span
}

func branches(h pageHead, page []byte, keys span) ([]branch, error) {
	if h.count == 0 || pageHeader+16*int(h.count) > len(page) {
		return nil, fmt.Errorf("page %d has %d branches", h.id, h.count)
	}
	e := binary.NativeEndian
	children := make([]branch, h.count)
	for i := range children {
		at := pageHeader + 16*i
		from := uint64(at) + uint64(e.Uint32(page[at:]))
		to := from + uint64(e.Uint32(page[at+4:]))
		if to > uint64(len(page)) {
			return nil, fmt.Errorf("page %d: key %d reaches beyond it", h.id, i)
		}
		low := page[from:to]
		var last []byte
		if i > 0 {
			last = children[i-1].keys.low
		}
		if !keys.order(i, low, last) {
			return nil, fmt.Errorf("page %d: key %d is out of order", h.id, i)
		}
		children[i] = branch{id: e.Uint64(page[at+8:]), keys: span{low, keys.high}}
		if i > 0 {
			children[i-1].keys.high = low
		}
	}
	return children, nil
}

// element is a record of a leaf; value is where in the page its value begins.
type element struct {
	flags        uint32
	key, value   uint64
	ksize, vsize uint64
}

func leafElement(page []byte, i int) element {
	at := pageHeader + 16*i
	e := binary.NativeEndian
	el := element{
		flags: e.Uint32(page[at:]),
		key:   uint64(at) + uint64(e.Uint32(page[at+4:])),
		ksize: uint64(e.Uint32(page[at+8:])),
		vsize: uint64(e.Uint32(page[at+12:])),
	}
	el.value = el.key + el.ksize
	return el
}

// checkLeaf checks that the records of a leaf lie inside it; size is that of the
// page, of which at least the elements are given.
func checkLeaf(h pageHead, page []byte, size uint64) error {
	if pageHeader+16*int(h.count) > len(page) {
		return fmt.Errorf("page %d has %d records", h.id, h.count)
	}
	for i := range int(h.count) {
		if e := leafElement(page, i); e.value+e.vsize > size {
			return fmt.Errorf("page %d: record %d reaches beyond it", h.id, i)
		}
	}
	return nil
}

type bitmap []uint64

func newBitmap(n uint64) bitmap    { return make(bitmap, n/64+1) }
func (b bitmap) get(i uint64) bool { return b[i/64]&(1<<(i%64)) != 0 }
func (b bitmap) set(i uint64)      { b[i/64] |= 1 << (i % 64) }
