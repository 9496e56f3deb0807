package check

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
	"github.com/shopspring/decimal"

	"gongkai/report"
)

// The thresholds of Y.SAME.
const (
	// sameShare is the share of equal figures, or of equal pieces of prose, from
	// which reports look copied.
	sameShare = 0.9
	// telling is how many different numbers of two digits or more must be among
	// the figures: small numbers are alike everywhere.
	telling = 3
	// fewest is the fewest figures other than 0.
	fewest = 5
	// fewestPieces is the fewest characters of prose.
	fewestPieces = 300
	// maxLeaders is how many reports of a bucket others are compared with.
	maxLeaders = 16
)

// sketch stands for a text: for each of a fixed number of classes of its pieces
// the one with the smallest hash, 0 when there is none. The share of classes in
// which two sketches agree is about the share of pieces that the texts have in
// common.
type sketch []uint32

const (
	sketchClasses = 64
	// piece is how many characters a piece has.
	pieceLength = 8
	// band is how many classes make a bucket.
	band = 4
)

// sketchOf makes the sketch of the prose of a report, nil when there is too little.
// Digits, the name of the organ and what is no letter don't count: two organs that
// print one text with other names and numbers have equal sketches.
func sketchOf(r *report.Report) sketch {
	var own []string
	for _, name := range []string{r.Organ.FullName, r.Organ.Name, r.Organ.Printed, strings.TrimSuffix(r.Organ.Name, "人民政府")} {
		if utf8.RuneCountInString(name) > 1 {
			own = append(own, name, "")
		}
	}
	names := strings.NewReplacer(own...)
	var text []rune
	for _, s := range r.Sections {
		for _, c := range names.Replace(s.Text) {
			if unicode.IsLetter(c) {
				text = append(text, c)
			}
		}
	}
	if len(text) < fewestPieces {
		return nil
	}
	s := make(sketch, sketchClasses)
	var buf [4 * pieceLength]byte
	for i := 0; i+pieceLength <= len(text); i++ {
		for k, c := range text[i : i+pieceLength] {
			binary.LittleEndian.PutUint32(buf[4*k:], uint32(c))
		}
		h := xxhash.Sum64(buf[:])
		class, v := h%sketchClasses, max(uint32(h>>32), 1)
		if s[class] == 0 || v < s[class] {
			s[class] = v
		}
	}
	return s
}

// share is the share of pieces that two texts have in common.
func (s sketch) share(t sketch) float64 {
	if s == nil || t == nil {
		return 0
	}
	equal, all := 0, 0
	for i := range s {
		if s[i] == 0 && t[i] == 0 {
			continue
		}
		all++
		if s[i] == t[i] {
			equal++
		}
	}
	return float64(equal) / float64(max(all, 1))
}

// repeated evaluates Y.SAME on two reports of consecutive years.
func (a *across) repeated(before, after *Member, yield func(CrossFinding) bool) bool {
	if !a.wants("Y.SAME") {
		return true
	}
	for _, f := range []CrossFinding{sameFigures(after, before), sameProse(after, before)} {
		if !yield(f) {
			return false
		}
	}
	return true
}

// sameFigures compares the figures other than 0 of two reports: those that either
// has. Between years of one organ those that last don't count, and nowhere those
// that follow from others.
func sameFigures(m, other *Member) CrossFinding {
	f := same(m, other, "figures")
	years := m.Organ == other.Organ
	equal, all := 0, 0
	var told []decimal.Decimal
	counts := func(o uint16) bool {
		x := operands().list[o]
		return !x.derived && x.table != "text" && !(years && x.lasting)
	}
	x, y := m.numbers, other.numbers
	for len(x) > 0 || len(y) > 0 {
		switch {
		case len(y) == 0 || len(x) > 0 && x[0].operand < y[0].operand:
			if counts(x[0].operand) && other.has(x[0].operand) {
				all++
			}
			x = x[1:]
		case len(x) == 0 || y[0].operand < x[0].operand:
			if counts(y[0].operand) && m.has(y[0].operand) {
				all++
			}
			y = y[1:]
		default:
			if counts(x[0].operand) {
				all++
				if n := x[0].decimal(); n.Equal(y[0].decimal()) {
					equal++
					if n.Abs().GreaterThanOrEqual(ten) && !slices.ContainsFunc(told, n.Equal) {
						told = append(told, n)
					}
					f.Operands = append(f.Operands, m.operand(x[0].operand))
				}
			}
			x, y = x[1:], y[1:]
		}
	}
	if all < fewest {
		f.Operands = nil
		return f
	}
	share := float64(equal) / float64(all)
	f.Verdict, f.Got = verdict(share < sameShare || len(told) < telling), fmt.Sprintf("%.2f", share)
	f.Note = fmt.Sprintf("%d of %d figures are equal", equal, all)
	if f.Verdict == report.Pass {
		f.Operands = nil
	}
	f.doubt()
	return f
}

var ten = decimal.NewFromInt(10)

// sameProse compares the prose of two reports.
func sameProse(m, other *Member) CrossFinding {
	f := same(m, other, "text")
	if m.prose == nil || other.prose == nil {
		return f
	}
	share := m.prose.share(other.prose)
	f.Verdict, f.Got = verdict(share < sameShare), fmt.Sprintf("%.2f", share)
	f.doubt()
	return f
}

func same(m, other *Member, at string) CrossFinding {
	return CrossFinding{
		Rule: "Y.SAME", Severity: report.Soft, Verdict: report.NotEvaluated, Organ: m.Organ, Year: m.year, At: at,
		Reports: []string{m.ID, other.ID},
	}
}

// bucket is a report under a key that it shares with those it may be a copy of.
type bucket struct {
	key    uint64
	member int32
}

// copies finds the reports that look copied from one of another organ, or of
// another year that does not come next: only fails are given.
func (a *across) copies(yield func(CrossFinding) bool) {
	if !a.wants("Y.SAME") {
		return
	}
	members := slices.Clone(a.members)
	// The first report of a bucket is the one that others may have copied.
	slices.SortStableFunc(members, func(x, y *Member) int {
		return cmp.Or(x.year-y.year, cmp.Compare(x.published, y.published), cmp.Compare(x.Organ, y.Organ), cmp.Compare(x.ID, y.ID))
	})
	if copied(members, figureKeys, sameFigures, yield) {
		copied(members, proseKeys, sameProse, yield)
	}
}

// copied compares each report with the leaders of its buckets: those before it
// that were themselves copies of none.
func copied(members []*Member, keys func(*Member) []uint64, compare func(m, other *Member) CrossFinding, yield func(CrossFinding) bool) bool {
	var buckets []bucket
	for i, m := range members {
		for _, key := range keys(m) {
			buckets = append(buckets, bucket{key, int32(i)})
		}
	}
	slices.SortFunc(buckets, func(x, y bucket) int { return cmp.Or(cmp.Compare(x.key, y.key), cmp.Compare(x.member, y.member)) })
	copyOf := make(map[int32]CrossFinding)
	var leaders []int32
	for i, b := range buckets {
		if i == 0 || buckets[i-1].key != b.key {
			leaders = leaders[:0]
		}
		if _, ok := copyOf[b.member]; ok {
			continue
		}
		m := members[b.member]
		found := false
		for _, l := range leaders {
			other := members[l]
			if !mayCopy(m, other) {
				continue
			}
			if f := compare(m, other); f.Verdict == report.Fail {
				copyOf[b.member], found = f, true
				break
			}
		}
		if !found && len(leaders) < maxLeaders {
			leaders = append(leaders, b.member)
		}
	}
	for i := range members {
		if f, ok := copyOf[int32(i)]; ok && !yield(f) {
			return false
		}
	}
	return true
}

// mayCopy leaves out what is alike for other reasons: the reports of one organ for
// one year, those of consecutive years, which are compared elsewhere, and an
// aggregate with what it adds up.
func mayCopy(m, other *Member) bool {
	switch {
	case m.ID == other.ID:
		return false
	case m.Organ == other.Organ:
		return m.year-other.year > 1 && m.scope == other.scope
	}
	return m.Parent != other.Organ && other.Parent != m.Organ
}

// figureKeys are the three largest figures of a report.
func figureKeys(m *Member) []uint64 {
	var largest []number
	for _, n := range m.numbers {
		if x := operands().list[n.operand]; !x.derived && x.table != "text" {
			largest = append(largest, n)
		}
	}
	if len(largest) < fewest {
		return nil
	}
	size := func(n number) float64 { return math.Abs(float64(n.coefficient)) * math.Pow10(int(n.exponent)) }
	slices.SortStableFunc(largest, func(x, y number) int { return cmp.Compare(size(y), size(x)) })
	var keys []uint64
	for _, n := range largest[:3] {
		if size(n) >= 10 {
			keys = append(keys, xxhash.Sum64String(operands().list[n.operand].String()+"="+n.decimal().String()))
		}
	}
	return keys
}

// proseKeys are the bands of a sketch.
func proseKeys(m *Member) []uint64 {
	if m.prose == nil {
		return nil
	}
	var keys []uint64
	var buf [4*band + 1]byte
	for i := 0; i < sketchClasses; i += band {
		buf[4*band] = byte(i)
		for k, v := range m.prose[i : i+band] {
			binary.LittleEndian.PutUint32(buf[4*k:], v)
		}
		keys = append(keys, xxhash.Sum64(buf[:]))
	}
	return keys
}
