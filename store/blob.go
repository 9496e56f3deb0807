package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Digest addresses a snapshot: "sha256:" and 64 hex digits.
type Digest string

const digestPrefix = "sha256:"

// DigestOf is the digest of a body.
func DigestOf(body []byte) Digest {
	sum := sha256.Sum256(body)
	return digestOf(sum)
}

func digestOf(sum [sha256.Size]byte) Digest {
	return Digest(digestPrefix + hex.EncodeToString(sum[:]))
}

// sum reads a digest.
func (d Digest) sum() (sum [sha256.Size]byte, err error) {
	text, ok := strings.CutPrefix(string(d), digestPrefix)
	if b, err := hex.DecodeString(text); ok && err == nil && len(b) == len(sum) && strings.ToLower(text) == text {
		return [sha256.Size]byte(b), nil
	}
	return sum, &InvalidError{What: fmt.Sprintf("digest %q", d), Reason: "it is not sha256: and 64 hex digits"}
}

// A blob is a body with its address, in the form in which it is stored.
//
// A stored blob describes itself, so that the index can be rebuilt and more
// encodings can be added:
//
//	kind      1 byte   snapshot or report
//	encoding  1 byte   raw, zstd, or zstd against a reference
//	sum       32 bytes SHA-256 of the body
//	ref       32 bytes SHA-256 of the reference, a blob of the same kind; if any
//	size      uvarint  of the body
//	length    uvarint  of the payload
//	the payload
type blob struct {
	kind     byte
	encoding byte
	sum      [sha256.Size]byte
	ref      [sha256.Size]byte
	size     int
	payload  []byte

	// What is not stored: the body of the reference, and the group whose
	// reference this blob becomes.
	refBody []byte
	group   string
	alike   string // another such group
}

const (
	blobSnapshot byte = 1
	blobReport   byte = 2
)

const (
	encodingRaw       byte = 0
	encodingZstd      byte = 1
	encodingReference byte = 2
)

// MaxBody is the size of the largest body that is stored.
const MaxBody = 256 << 20

// coders compress and restore whole bodies; both are safe for concurrent use.
var coders = sync.OnceValue(func() (c struct {
	enc *zstd.Encoder
	dec *zstd.Decoder
}) {
	var err error
	// The digest is the checksum, so zstd need not add one.
	if c.enc, err = zstd.NewWriter(nil, zstd.WithEncoderCRC(false), zstd.WithLowerEncoderMem(true)); err == nil {
		c.dec, err = zstd.NewReader(nil, zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderLowmem(true))
	}
	if err != nil {
		panic(fmt.Sprintf("store: zstd: %v", err)) // options of ours: a broken build
	}
	return c
})

// decoders restore bodies that were compressed against a reference.
var decoders = sync.Pool{New: func() any {
	dec, err := zstd.NewReader(nil, zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderLowmem(true), zstd.WithDecoderConcurrency(1))
	if err != nil {
		panic(fmt.Sprintf("store: zstd: %v", err)) // options of ours: a broken build
	}
	return dec
}}

// plain is the blob of a body that is compressed by itself, if that helps.
func (b blob) plain(body []byte) blob {
	b.encoding, b.payload, b.ref, b.refBody = encodingRaw, body, [sha256.Size]byte{}, nil
	if packed := coders().enc.EncodeAll(body, make([]byte, 0, len(body)/4+64)); len(packed) < len(body) {
		b.encoding, b.payload = encodingZstd, packed
	}
	return b
}

func (b blob) digest() Digest { return digestOf(b.sum) }

// key is the key of the blob in the index.
func (b blob) key() []byte { return append([]byte{b.kind}, b.sum[:]...) }

// append writes the stored form.
func (b blob) append(dst []byte) []byte {
	dst = append(dst, b.kind, b.encoding)
	dst = append(dst, b.sum[:]...)
	if b.encoding == encodingReference {
		dst = append(dst, b.ref[:]...)
	}
	dst = binary.AppendUvarint(dst, uint64(b.size))
	dst = binary.AppendUvarint(dst, uint64(len(b.payload)))
	return append(dst, b.payload...)
}

// parseBlob reads the stored form at the start of src and returns what follows.
// The payload is part of src.
func parseBlob(src []byte) (b blob, rest []byte, err error) {
	if len(src) < 2+sha256.Size {
		return b, nil, fmt.Errorf("%d bytes are no blob", len(src))
	}
	b.kind, b.encoding = src[0], src[1]
	b.sum = [sha256.Size]byte(src[2 : 2+sha256.Size])
	src = src[2+sha256.Size:]
	if b.encoding == encodingReference {
		if len(src) < sha256.Size {
			return b, nil, fmt.Errorf("reference of blob %s can't be read", b.digest())
		}
		b.ref, src = [sha256.Size]byte(src), src[sha256.Size:]
	}
	size, n := binary.Uvarint(src)
	if n <= 0 || size > MaxBody {
		return b, nil, fmt.Errorf("size of blob %s can't be read", b.digest())
	}
	src = src[n:]
	length, n := binary.Uvarint(src)
	if n <= 0 || length > uint64(len(src)-n) {
		return b, nil, fmt.Errorf("length of blob %s can't be read", b.digest())
	}
	b.size, b.payload = int(size), src[n:n+int(length)]
	return b, src[n+int(length):], nil
}

// body restores the body and checks it against the address; ref is the body of
// the reference, if the blob has one.
func (b blob) body(ref []byte) (body []byte, err error) {
	if body, err = b.restore(ref, make([]byte, 0, b.size)); err != nil {
		return nil, err
	}
	if len(body) != b.size || sha256.Sum256(body) != b.sum {
		return nil, fmt.Errorf("the bytes are not those of blob %s", b.digest())
	}
	return body, nil
}

// restore appends the body to dst, unchecked.
func (b blob) restore(ref, dst []byte) (body []byte, err error) {
	switch b.encoding {
	case encodingRaw:
		body = append(dst, b.payload...)
	case encodingZstd:
		body, err = coders().dec.DecodeAll(b.payload, dst)
	case encodingReference:
		dec := decoders.Get().(*zstd.Decoder)
		defer decoders.Put(dec)
		if err = dec.ResetWithOptions(nil, zstd.WithDecoderDictDelete(), zstd.WithDecoderDictRaw(dictID, ref)); err == nil {
			body, err = dec.DecodeAll(b.payload, dst)
		}
	default:
		return nil, fmt.Errorf("blob %s has the unknown encoding %d", b.digest(), b.encoding)
	}
	if err != nil {
		return nil, fmt.Errorf("blob %s: %w", b.digest(), err)
	}
	return body, nil
}

// restores are buffers for bodies that are restored to be compared; no greater ones
// than maxRestore are kept.
var restores = sync.Pool{New: func() any { return new([]byte) }}

const maxRestore = 1 << 20

// checkRestores tells whether the payload gives the body back, byte by byte.
func (b blob) checkRestores(ref, body []byte) error {
	buf := restores.Get().(*[]byte)
	if cap(*buf) < len(body) {
		*buf = make([]byte, 0, len(body))
	}
	restored, err := b.restore(ref, (*buf)[:0:len(body)]) // no more room than a reader gives it
	if err == nil && !bytes.Equal(restored, body) {
		err = fmt.Errorf("blob %s: other bytes come back", b.digest())
	}
	if cap(*buf) <= maxRestore {
		restores.Put(buf)
	}
	return err
}
