package fakegov

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
)

// Organ is an invented government body.
type Organ struct {
	// Name is the full name a title prints, such as 砚渚县财政局.
	Name string
	// Place is the city, district or county it belongs to, such as 砚渚县.
	Place string
	// We is how the organ speaks of itself in a report: 我县, 我局, 我镇.
	We string
	// Rank sets the size of its figures.
	Rank Rank
}

// Rank is the size of an organ.
type Rank uint8

// The ranks, from the one with the most requests down.
const (
	City Rank = iota
	County
	Office
	Department
	Town
)

// Aggregate tells whether the organ's report adds up the figures of the bodies
// below it.
func (o Organ) Aggregate() bool { return o.Rank <= County }

// The syllables of invented places: no city, district or county of China has a
// name made of one of each.
var (
	firstSyllables = []rune("澜砚榕霁沐枫桐鹤棠漱苇菱梨荻槐筠岚芷雁萤")
	lastSyllables  = []rune("渚屿漪汀墟阙堤浦隐泾塘原溪洲坞")
	placeRanks     = []string{"县", "市", "区"}
	townRanks      = []string{"镇", "乡", "街道"}
)

var departments = []struct{ name, we string }{
	{"发展和改革局", "我局"}, {"教育局", "我局"}, {"财政局", "我局"}, {"市场监督管理局", "我局"},
	{"住房和城乡建设局", "我局"}, {"自然资源和规划局", "我局"}, {"卫生健康局", "我局"}, {"民政局", "我局"},
	{"人力资源和社会保障局", "我局"}, {"农业农村局", "我局"}, {"交通运输局", "我局"}, {"水利局", "我局"},
	{"生态环境分局", "我局"}, {"应急管理局", "我局"}, {"审计局", "我局"}, {"统计局", "我局"},
	{"司法局", "我局"}, {"文化和旅游局", "我局"}, {"综合行政执法局", "我局"}, {"医疗保障局", "我局"},
	{"退役军人事务局", "我局"}, {"数据资源管理局", "我局"}, {"信访局", "我局"}, {"林业局", "我局"},
}

// placeName is the n-th invented place. Places repeat after 900.
func placeName(n int) string {
	syllables := syllablePair(n)
	return syllables + placeRanks[n%len(placeRanks)]
}

func syllablePair(n int) string {
	// The strides have no factor in common with the lengths, so that neighbours
	// in number differ in both syllables.
	first := firstSyllables[(n*7)%len(firstSyllables)]
	last := lastSyllables[(n*4+n/len(firstSyllables))%len(lastSyllables)]
	return string([]rune{first, last})
}

// organOf is the i-th organ of the n-th place: its government, the government's
// office, its departments, then as many towns as are asked for.
func organOf(n, i int) Organ {
	place := placeName(n)
	rank := string([]rune(place)[2:])
	switch {
	case i == 0 && rank == "市":
		return Organ{Name: place + "人民政府", Place: place, We: "我市", Rank: City}
	case i == 0:
		return Organ{Name: place + "人民政府", Place: place, We: "我" + rank, Rank: County}
	case i == 1:
		return Organ{Name: place + "人民政府办公室", Place: place, We: "我办", Rank: Office}
	case i-2 < len(departments):
		d := departments[i-2]
		return Organ{Name: place + d.name, Place: place, We: d.we, Rank: Department}
	}
	t := i - 2 - len(departments)
	rank = townRanks[t%len(townRanks)]
	name := place + syllablePair(n+17+t) + rank
	if t >= 300 { // the syllables are used up
		name = fmt.Sprintf("%s%s%d%s", place, syllablePair(n+17+t), t/300, rank)
	}
	if rank == "街道" {
		return Organ{Name: name + "办事处", Place: place, We: "我街道", Rank: Town}
	}
	return Organ{Name: name + "人民政府", Place: place, We: "我" + rank, Rank: Town}
}

// NewOrgan names the i-th organ of the n-th invented place: 0 is the government,
// 1 its office, the departments and the towns follow.
func NewOrgan(n, i int) Organ { return organOf(n, i) }

// hash mixes the seed with words into a number that is the same on every run.
func hash(seed uint64, words ...string) uint64 {
	h := fnv.New64a()
	var b [8]byte
	for i := range b {
		b[i] = byte(seed >> (8 * i))
	}
	h.Write(b[:])
	for _, w := range words {
		h.Write([]byte(w))
		h.Write([]byte{0})
	}
	x := h.Sum64() // fnv's high bits are weak: stir them
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return x
}

// dice are random numbers that depend on the seed and the words alone.
func dice(seed uint64, words ...string) *rand.Rand {
	x := hash(seed, words...)
	return rand.New(rand.NewPCG(x, x^0x9e3779b97f4a7c15))
}
