package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Pages of one site share most of their bytes. The first page of a site and kind
// is kept as it is and becomes a reference: the following ones are compressed
// against it, which takes less room and less time. A page that is like none of
// the references of its group becomes another one. A page that was captured
// before is compressed against what it was then.
const (
	// maxReferences bounds the references of a group, and maxTries how many of
	// them a body is compressed against, the one that served last first.
	maxReferences = 4
	maxTries      = 2
	// A group in which no reference served for so many bodies in a row is asked
	// only every so many bodies.
	maxMisses = 8
	// maxDepth is how many references lie behind a blob at most.
	maxDepth = 2
	// goodRatio is how small, compared with what a body of the group takes by
	// itself, it is when no better reference is looked for; fairRatio when it is
	// worth having a reference at all.
	goodRatio, fairRatio = 0.5, 0.85
	// Bodies out of these bounds are compressed by themselves.
	minReferred, maxReferred = 1 << 10, 8 << 20
	// unknownAlone is the part of its size that a page of an unknown group is
	// expected to take by itself.
	unknownAlone = 0.15
	// maxEncoderMemory bounds the encoders that are kept, each with the reference
	// that it used last, and maxCached the bodies of references.
	maxEncoderMemory = 24 << 20
	maxCached        = 16 << 20
	// maxGroups bounds the groups that are remembered.
	maxGroups = 20_000
)

type blobKey struct {
	kind byte
	sum  [sha256.Size]byte
}

// references is what a handle remembers of the references of its corpus. All of
// it can be forgotten.
type references struct {
	mu       sync.Mutex
	groups   map[string]*group
	encoders []*encoder // that nobody uses
	memory   int        // that they take

	cache    map[blobKey]int // where in cached
	cached   []cachedBody
	cacheLen int // of all bodies
}

func newReferences() *references {
	return &references{groups: map[string]*group{}, cache: map[blobKey]int{}}
}

// group is a set of bodies that are alike: one kind of page of one site.
type group struct {
	refs []blobKey // the one that served last first
	// alone is the part of its size that the last body took by itself, 0 when not
	// yet known.
	alone  float64
	misses int // bodies in a row that no reference served
}

// encoder compresses against one reference. Its window, and with it its memory,
// is no larger than a reference and a page need.
type encoder struct {
	ref    blobKey
	window int
	enc    *zstd.Encoder
	out    []byte
}

// Write takes what enc makes.
func (e *encoder) Write(p []byte) (int, error) {
	e.out = append(e.out, p...)
	return len(p), nil
}

// encode compresses a body. It is done as a stream, because an Encoder keeps its
// tables twice, once for streams and once for what is done at once, and fills both
// when it is given another reference; those of the second are never made here.
func (e *encoder) encode(body []byte) ([]byte, error) {
	e.out = make([]byte, 0, len(body)/8+64)
	_, err := e.enc.Write(body)
	if err == nil {
		err = e.enc.Close()
	}
	out := e.out
	e.out = nil
	return out, err
}

// memory is about what an encoder takes: two tables of 256 KB, a history as long
// as its window and a block, and blocks on their way.
func (e *encoder) memory() int { return e.window + 700<<10 }

// windowFor is the window with which a body reaches all of its reference: a power
// of two.
func windowFor(body, ref int) int {
	const smallest, largest = 128 << 10, 8 << 20
	window := smallest
	for window < min(body+ref, largest) {
		window *= 2
	}
	return window
}

type cachedBody struct {
	key  blobKey
	body []byte
}

// refSource is where references are read from: a transaction, or the store.
type refSource interface {
	references(kind byte, group string) ([]Digest, error)
	readBlob(kind byte, d Digest) ([]byte, error)
	// basis returns a body against which one that is like d may be compressed: d
	// itself, or what it was compressed against, so that no chain gets too long.
	basis(kind byte, d Digest) (blobKey, []byte, error)
}

// storeSource reads references in transactions of its own.
type storeSource struct {
	ctx context.Context
	s   *Store
}

func (r storeSource) references(kind byte, group string) (refs []Digest, err error) {
	err = r.s.View(r.ctx, func(tx *Tx) error {
		refs, err = tx.references(kind, group)
		return err
	})
	return refs, err
}

func (r storeSource) readBlob(kind byte, d Digest) ([]byte, error) {
	return r.s.readBlob(r.ctx, kind, d)
}

func (r storeSource) basis(kind byte, d Digest) (blobKey, []byte, error) {
	var chain []blob
	err := r.s.View(r.ctx, func(tx *Tx) (err error) {
		chain, err = tx.chain(kind, d)
		chain = copyChain(chain)
		return err
	})
	if err != nil {
		return blobKey{}, nil, err
	}
	return r.s.basisOf(chain)
}

func (tx *Tx) basis(kind byte, d Digest) (blobKey, []byte, error) {
	chain, err := tx.chain(kind, d)
	if err != nil {
		return blobKey{}, nil, err
	}
	return tx.db.store.basisOf(chain)
}

func (s *Store) basisOf(chain []blob) (blobKey, []byte, error) {
	chain = chain[max(0, len(chain)-maxDepth):]
	body, err := s.restore(chain)
	return blobKey{chain[0].kind, chain[0].sum}, body, err
}

func groupKey(kind byte, group string) string { return string(kind) + group }

// references returns the references of a group.
func (tx *Tx) references(kind byte, group string) ([]Digest, error) {
	var refs []Digest
	err := tx.get(bucketReferences, groupKey(kind, group), &refs)
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return refs, err
}

// addReference makes a blob a reference of a group.
func (tx *Tx) addReference(kind byte, group string, d Digest) error {
	refs, err := tx.references(kind, group)
	if err != nil || len(refs) >= maxReferences || slices.Contains(refs, d) {
		return err
	}
	return tx.put(bucketReferences, groupKey(kind, group), append(refs, d))
}

// groups names the groups that a body belongs to.
type groups struct {
	pages string // of one host and kind: the first of them are kept as they are
	alike string // those of them that are about the same: compressed against the first
}

// pageGroups names the groups of what was captured.
func (f Finish) pageGroups() groups {
	g := groups{pages: f.pageGroup()}
	about := f.About
	if about == "" && f.Report != nil {
		about = f.Report.Organ
	}
	if name := g.pages + " " + about; g.pages != "" && about != "" && checkKey("group", name) == nil {
		g.alike = name
	}
	return g
}

// pageGroup names the group of pages of one host and kind.
func (f Finish) pageGroup() string {
	host := f.Row.Host
	if host == "" {
		if u, err := url.Parse(f.Capture.URL); err == nil {
			host = u.Host
		}
	}
	group := host + " " + f.Row.Kind
	if host == "" || checkKey("group", group) != nil {
		return ""
	}
	return group
}

// reportGroup is the group of all reports.
const reportGroup = "report"

// squeeze hashes a body and compresses it, against what it was before or against a
// reference of its group where that helps.
func (s *Store) squeeze(src refSource, kind byte, in groups, before Digest, body []byte) (blob, error) {
	name := in.pages
	b := blob{kind: kind, sum: sha256.Sum256(body), size: len(body)}
	if len(body) > MaxBody {
		return b, &InvalidError{What: "body " + string(b.digest()), Reason: fmt.Sprintf("it has %d bytes, more than %d", len(body), MaxBody)}
	}
	if name == "" || !isText(body) || len(body) < minReferred || len(body) > maxReferred {
		return b.plain(body), nil
	}
	refs, alone, err := s.refs.of(src, kind, name)
	if err != nil {
		return b, err
	}
	expected := alone * float64(len(body))
	var best blob
	if before != "" && before != b.digest() {
		if best, err = s.squeezeAgainst(src, before, b, body); err != nil {
			return b, err
		}
		if best.payload != nil && float64(len(best.payload)) <= goodRatio*max(expected, unknownAlone*float64(len(body))) {
			return best, nil
		}
		best = blob{}
	}
	first := false // of those that are alike
	if in.alike != "" {
		if best, first, err = s.squeezeAlike(src, in.alike, b, body); err != nil {
			return b, err
		}
		if best.payload != nil && float64(len(best.payload)) <= goodRatio*max(expected, unknownAlone*float64(len(body))) {
			return best, nil
		}
	}
	b, err = s.squeezePage(src, name, refs, expected, best, b, body)
	if err == nil && first && s.refs.add(kind, in.alike, blobKey{kind, b.sum}, body) {
		b.alike = in.alike
	}
	return b, err
}

// squeezeAlike compresses a body against the first one that it is alike; the
// payload is nil when it is itself that one, first.
func (s *Store) squeezeAlike(src refSource, name string, b blob, body []byte) (try blob, first bool, err error) {
	refs, _, err := s.refs.of(src, b.kind, name)
	if err != nil || len(refs) == 0 {
		return blob{}, err == nil, err
	}
	refBody, err := s.refs.body(src, refs[0])
	if errors.Is(err, ErrNotFound) || err == nil && refs[0].sum == b.sum {
		return blob{}, false, nil
	}
	if err != nil {
		return blob{}, false, err
	}
	try, err = s.refs.compress(b, body, refs[0], refBody)
	return try, false, err
}

// squeezePage compresses a body against the references of its group, if that is
// better than best, or by itself; then it may become a reference.
func (s *Store) squeezePage(src refSource, name string, refs []blobKey, expected float64, best, b blob, body []byte) (blob, error) {
	kind := b.kind
	for _, ref := range refs {
		if ref.sum == b.sum {
			return b.plain(body), nil
		}
		refBody, err := s.refs.body(src, ref)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return b, err
		}
		try, err := s.refs.compress(b, body, ref, refBody)
		if err != nil {
			return b, err
		}
		if best.payload == nil || len(try.payload) < len(best.payload) {
			best = try
		}
		if float64(len(best.payload)) <= goodRatio*expected {
			break
		}
	}
	if best.payload != nil && float64(len(best.payload)) <= fairRatio*expected {
		s.refs.served(kind, name, blobKey{kind, best.ref})
		return best, nil
	}
	b = b.plain(body)
	s.refs.missed(kind, name, float64(len(b.payload))/float64(len(body)))
	if best.payload != nil && float64(len(best.payload)) <= fairRatio*float64(len(b.payload)) {
		s.refs.served(kind, name, blobKey{kind, best.ref})
		return best, nil
	}
	if s.refs.add(kind, name, blobKey{kind, b.sum}, body) {
		b.group = name
	}
	return b, nil
}

// squeezeAgainst compresses a body against an earlier one that is probably like
// it; the payload is nil when that one is not there.
func (s *Store) squeezeAgainst(src refSource, before Digest, b blob, body []byte) (blob, error) {
	ref, refBody, err := src.basis(b.kind, before)
	if errors.Is(err, ErrNotFound) || err == nil && (ref.sum == b.sum || len(refBody) < minReferred || len(refBody) > maxReferred) {
		return blob{}, nil
	}
	if err != nil {
		return b, err
	}
	return s.refs.compress(b, body, ref, refBody)
}

// isText tells whether a body looks like text: what is compressed in itself
// shares nothing.
func isText(body []byte) bool {
	return bytes.IndexByte(body[:min(len(body), 512)], 0) < 0 && !bytes.HasPrefix(body, []byte("%PDF"))
}

// of returns the references of a group to try, and what part of its size a body
// of the group takes by itself. It reads a group that is met first.
func (r *references) of(src refSource, kind byte, name string) ([]blobKey, float64, error) {
	key := groupKey(kind, name)
	r.mu.Lock()
	g := r.groups[key]
	r.mu.Unlock()
	if g == nil {
		digests, err := src.references(kind, name)
		if err != nil {
			return nil, 0, err
		}
		g = &group{}
		for _, d := range digests {
			if sum, err := d.sum(); err == nil {
				g.refs = append(g.refs, blobKey{kind, sum})
			}
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.groups[key] == nil {
		if len(r.groups) >= maxGroups {
			clear(r.groups) // they are read again
		}
		r.groups[key] = g
	}
	g = r.groups[key]
	if g.misses >= maxMisses && g.misses%maxMisses != 0 {
		return nil, g.alone, nil
	}
	return slices.Clone(g.refs[:min(len(g.refs), maxTries)]), g.alone, nil
}

// served moves a reference to the front of its group.
func (r *references) served(kind byte, name string, ref blobKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if g := r.groups[groupKey(kind, name)]; g != nil {
		g.misses = 0
		if i := slices.Index(g.refs, ref); i > 0 {
			copy(g.refs[1:i+1], g.refs[:i])
			g.refs[0] = ref
		}
	}
}

// missed notes that no reference served, and what part of its size the body took
// by itself.
func (r *references) missed(kind byte, name string, alone float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if g := r.groups[groupKey(kind, name)]; g != nil {
		g.alone = alone
		g.misses++
	}
}

// add makes a body a reference of its group if there is room.
func (r *references) add(kind byte, name string, ref blobKey, body []byte) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	g := r.groups[groupKey(kind, name)]
	if g == nil || len(g.refs) >= maxReferences || slices.Contains(g.refs, ref) {
		return false
	}
	g.refs = slices.Insert(g.refs, 0, ref)
	r.remember(ref, body)
	return true
}

// body returns the body of a reference.
func (r *references) body(src refSource, ref blobKey) ([]byte, error) {
	if body, ok := r.recall(ref); ok {
		return body, nil
	}
	body, err := src.readBlob(ref.kind, digestOf(ref.sum))
	if err == nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.remember(ref, body)
	}
	return body, err
}

// recall returns a body that is kept in memory.
func (r *references) recall(ref blobKey) ([]byte, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, ok := r.cache[ref]
	if !ok {
		return nil, false
	}
	return r.cached[at].body, true
}

// remember keeps a body in memory; mu is held. When there is no room, some go,
// whichever: organs that take turns would otherwise each find that theirs just went.
func (r *references) remember(ref blobKey, body []byte) {
	if _, ok := r.cache[ref]; ok || len(body) > maxReferred {
		return
	}
	r.cacheLen += len(body)
	for r.cacheLen > maxCached && len(r.cached) > 0 {
		at, last := rand.IntN(len(r.cached)), len(r.cached)-1
		r.cacheLen -= len(r.cached[at].body)
		delete(r.cache, r.cached[at].key)
		if at != last {
			r.cached[at] = r.cached[last]
			r.cache[r.cached[at].key] = at
		}
		r.cached[last] = cachedBody{}
		r.cached = r.cached[:last]
	}
	r.cache[ref] = len(r.cached)
	r.cached = append(r.cached, cachedBody{ref, body})
}

// compress compresses a body against a reference, and makes sure that a snapshot can
// be restored.
func (r *references) compress(b blob, body []byte, ref blobKey, refBody []byte) (blob, error) {
	e, err := r.encoder(ref, refBody, windowFor(len(body), len(refBody)))
	if err != nil {
		return b, err
	}
	b.encoding, b.ref, b.refBody = encodingReference, ref.sum, refBody
	if b.payload, err = e.encode(body); err != nil {
		return b, fmt.Errorf("compress against %s: %w", digestOf(ref.sum), err)
	}
	r.giveBack(e)
	if b.kind == blobReport {
		return b, nil // it can be made again; a snapshot can't
	}
	if err := b.checkRestores(refBody, body); err != nil {
		return b, fmt.Errorf("compress against %s: %w", digestOf(ref.sum), err)
	}
	return b, nil
}

// dictID is the name of the reference within a frame; there is only one.
const dictID = 1

// encoder takes an encoder with a reference, ready for one body; giving one another
// reference takes longer than using it.
func (r *references) encoder(ref blobKey, refBody []byte, window int) (*encoder, error) {
	e := r.take(ref, window)
	with := zstd.WithEncoderDictRaw(dictID, refBody)
	switch {
	case e == nil:
		e = &encoder{ref: ref, window: window}
		var err error
		e.enc, err = zstd.NewWriter(e, with, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(window),
			zstd.WithEncoderCRC(false), zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))
		if err != nil {
			return nil, fmt.Errorf("zstd: %w", err)
		}
	case e.ref != ref:
		if err := e.enc.ResetWithOptions(e, with); err != nil {
			return nil, fmt.Errorf("zstd: %w", err)
		}
		e.ref = ref
	default:
		e.enc.Reset(e)
	}
	return e, nil
}

// take returns an encoder of that window which nobody uses: the one that has the
// reference, else, when there is no room for another one, any.
func (r *references) take(ref blobKey, window int) *encoder {
	r.mu.Lock()
	defer r.mu.Unlock()
	fits := func(e *encoder) bool { return e.window == window }
	at := slices.IndexFunc(r.encoders, func(e *encoder) bool { return fits(e) && e.ref == ref })
	if at < 0 && r.memory+window+700<<10 > maxEncoderMemory {
		at = slices.IndexFunc(r.encoders, fits)
	}
	if at < 0 {
		return nil
	}
	e := r.encoders[at]
	r.encoders = slices.Delete(r.encoders, at, at+1)
	r.memory -= e.memory()
	return e
}

// giveBack keeps an encoder for the next one. When there is no room, some go,
// whichever: sites that take turns would otherwise each find that theirs just
// went.
func (r *references) giveBack(e *encoder) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.memory+e.memory() > maxEncoderMemory && len(r.encoders) > 0 {
		at := rand.IntN(len(r.encoders))
		r.memory -= r.encoders[at].memory()
		r.encoders = slices.Delete(r.encoders, at, at+1)
	}
	r.encoders = append(r.encoders, e)
	r.memory += e.memory()
}
