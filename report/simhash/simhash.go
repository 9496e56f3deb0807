// Package simhash gives texts fingerprints of 64 bits that differ in few bits when
// the texts differ little (Charikar 2002), for Chinese prose: the shingles are four
// characters long, and spaces, punctuation, digits' widths and letters' case do not
// count. Texts that share nothing differ in some 32 bits.
package simhash

import (
	"encoding/binary"
	"iter"
	"math/bits"
	"strings"
	"unicode"

	"github.com/cespare/xxhash/v2"
	"golang.org/x/text/unicode/norm"
)

// shingle is how many characters are hashed together.
const shingle = 4

// Near is the distance up to which two reports say nearly the same: a few words
// in a page of prose.
const Near = 3

// Of is the fingerprint of a text; 0 for one with fewer than four characters that
// count.
func Of(text string) uint64 {
	// planes count the ones of each bit of the hashes, written binary: bit i of
	// planes[p] is digit p of the count for bit i.
	var planes [32]uint64
	var window [4 * shingle]byte
	n := 0
	for r := range counting(text) {
		copy(window[:], window[4:])
		binary.LittleEndian.PutUint32(window[4*(shingle-1):], uint32(r))
		if n++; n < shingle {
			continue
		}
		carry := xxhash.Sum64(window[:])
		for p := 0; carry != 0; p++ {
			planes[p], carry = planes[p]^carry, planes[p]&carry
		}
	}
	hashes := max(0, n-shingle+1)
	var mark uint64
	for i := range 64 {
		ones := 0
		for p, plane := range planes {
			ones |= int(plane>>i&1) << p
		}
		if 2*ones > hashes {
			mark |= 1 << i
		}
	}
	return mark
}

// counting iterates over the characters of a text that count, in their NFKC form.
// What stands between Chinese characters is folded by itself: those are in that form
// already and join with nothing, and folding the whole text would copy it.
func counting(text string) iter.Seq[rune] {
	return func(yield func(rune) bool) {
		between := func(s string) bool {
			if s == "" || len(s) == len("，") && strings.Contains(marks, s) {
				return true
			}
			for _, r := range norm.NFKC.String(s) {
				if (unicode.IsLetter(r) || unicode.IsDigit(r)) && !yield(unicode.ToLower(r)) {
					return false
				}
			}
			return true
		}
		from := 0
		for i, r := range text {
			if r < '一' || r > '\u9fff' {
				continue
			}
			if !between(text[from:i]) || !yield(r) {
				return
			}
			from = i + len("一")
		}
		between(text[from:])
	}
}

// marks are the punctuation marks of Chinese prose, none of which counts.
const marks = "，。、；：？！（）《》“”"

// Distance is the number of bits in which two fingerprints differ.
func Distance(a, b uint64) int { return bits.OnesCount64(a ^ b) }

// Index finds the first of the texts it was given that is near another one. Its
// zero value is empty. It takes some 100 bytes a text.
type Index struct {
	bands [Near + 1]map[uint16][]int32
	texts []uint64
	names []string
}

// Near returns the name of the first text at most [Near] bits away, empty when
// there is none.
func (x *Index) Near(mark uint64) string {
	best := int32(-1)
	for band, m := range x.bands {
		for _, i := range m[part(mark, band)] {
			if Distance(x.texts[i], mark) <= Near && (best < 0 || i < best) {
				best = i
				break // those behind it came later
			}
		}
	}
	if best < 0 {
		return ""
	}
	return x.names[best]
}

// Add takes a text.
func (x *Index) Add(name string, mark uint64) {
	for band := range x.bands {
		if x.bands[band] == nil {
			x.bands[band] = make(map[uint16][]int32)
		}
		key := part(mark, band)
		x.bands[band][key] = append(x.bands[band][key], int32(len(x.texts)))
	}
	x.texts, x.names = append(x.texts, mark), append(x.names, name)
}

// part is one of the four bands of 16 bits: two fingerprints that differ in at
// most three bits have one in common.
func part(mark uint64, band int) uint16 { return uint16(mark >> (16 * band)) }
