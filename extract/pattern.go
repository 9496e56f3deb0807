package extract

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"sync"
	"unicode/utf8"
)

// pattern is a regular expression that is tried only where a match can begin:
// package regexp looks for the first letters of a pattern only when there is but
// one way for it to begin, and nearly all patterns here have several. It finds
// what regexp finds.
type pattern struct {
	*regexp.Regexp
	// automaton tells whether there is a match; nil for a pattern that can't have one.
	automaton func() *automaton
	// here is the expression anchored to the beginning, nil if a match may begin
	// with anything, or depends on what is before it.
	here   *regexp.Regexp
	starts gramSet // of first and second runes
	// literals are sets of strings, by their places in a gramSet; every match holds
	// one of each.
	literals [][][]uint16
}

func newPattern(expr string) (*pattern, error) {
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil, err
	}
	// Made when it is needed first: many patterns are not, for one document.
	p := &pattern{Regexp: re, automaton: sync.OnceValue(func() *automaton { return newAutomaton(expr) })}
	p.analyse()
	return p, nil
}

// compile is newPattern for an expression that is part of the program.
func compile(expr string) *pattern {
	p, err := newPattern(expr)
	if err != nil {
		panic(err)
	}
	return p
}

// maybe tells whether the text that a gramSet was made of can have a match.
func (p *pattern) maybe(text *gramSet) bool {
	for _, set := range p.literals {
		if !slices.ContainsFunc(set, text.holds) {
			return false
		}
	}
	return true
}

// gramSet is a set of single runes and pairs of runes; it may hold more than was
// put in.
type gramSet [64]uint64

func (g *gramSet) add(x uint32)      { g[x>>6&63] |= 1 << (x & 63) }
func (g *gramSet) has(x uint32) bool { return g[x>>6&63]&(1<<(x&63)) != 0 }

// single and pair are the places of runes in a gramSet.
func single(r rune) uint32  { return uint32(r) * 0x9E3779B1 >> 20 }
func pair(r, s rune) uint32 { return (uint32(r)*0x9E3779B1 ^ uint32(s)*0x85EBCA6B) >> 20 }

// addText adds the runes and pairs of runes of a text.
func (g *gramSet) addText(s string) {
	prev := rune(0)
	for _, r := range s {
		g.add(single(r))
		if prev != 0 {
			g.add(pair(prev, r))
		}
		prev = r
	}
}

// places are where a literal would be in a gramSet.
func places(literal string) (list []uint16) {
	prev := rune(0)
	for _, r := range literal {
		if prev == 0 {
			list = append(list, uint16(single(r)))
		} else {
			list = append(list, uint16(pair(prev, r)))
		}
		prev = r
	}
	return list
}

// holds tells whether the text of a gramSet may hold a literal.
func (g *gramSet) holds(places []uint16) bool {
	for _, x := range places {
		if !g.has(uint32(x)) {
			return false
		}
	}
	return true
}

// analyse finds out how matches begin and what they hold.
func (p *pattern) analyse() {
	tree, err := syntax.Parse(p.String(), syntax.Perl)
	if err != nil {
		return // regexp has parsed it before
	}
	tree = tree.Simplify()
	for _, set := range requiredLiterals(tree) {
		var list [][]uint16
		for _, literal := range set {
			list = append(list, places(literal))
		}
		p.literals = append(p.literals, list)
	}
	list, ok := beginnings(tree)
	if !ok || len(list) == 0 {
		return
	}
	for _, b := range list {
		if b.text == "" {
			return
		}
		first, n := utf8.DecodeRuneInString(b.text)
		p.starts.add(single(first))
		if second, m := utf8.DecodeRuneInString(b.text[n:]); m > 0 {
			p.starts.add(pair(first, second))
		} else {
			p.starts.add(pair(first, anything))
		}
	}
	p.here = regexp.MustCompile("^(?:" + p.String() + ")")
}

// mostLiterals bounds the literals one of which a match must hold.
const mostLiterals = 24

// requiredLiterals are sets of strings: every match of re holds one string of each.
func requiredLiterals(re *syntax.Regexp) (sets [][]string) {
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase == 0 {
			return [][]string{{string(re.Rune)}}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return requiredLiterals(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return requiredLiterals(re.Sub[0])
		}
	case syntax.OpAlternate:
		// One set, of the most telling of each branch.
		var all []string
		for _, sub := range re.Sub {
			branch := requiredLiterals(sub)
			if branch == nil || len(all)+len(branch[0]) > mostLiterals {
				return nil
			}
			all = append(all, branch[0]...)
		}
		return [][]string{all}
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			sets = append(sets, requiredLiterals(sub)...)
		}
		// The more telling the better: long ones before short, few before many.
		weight := func(set []string) int {
			shortest := len(set[0])
			for _, s := range set {
				shortest = min(shortest, len(s))
			}
			return 100*shortest - len(set)
		}
		slices.SortStableFunc(sets, func(a, b []string) int { return weight(b) - weight(a) })
	}
	return sets
}

// anything stands in a pair for whatever may follow.
const anything = rune(-1)

// beginning is how a match may begin.
type beginning struct {
	text string
	open bool // what follows in the pattern follows text
}

// mostBeginnings bounds the ways to begin that are told apart.
const mostBeginnings = 200

// beginnings lists how matches of re may begin; false when that depends on what
// stands before them.
func beginnings(re *syntax.Regexp) (list []beginning, ok bool) {
	closed := func(list []beginning) []beginning {
		for i := range list {
			list[i].open = false
		}
		return list
	}
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase != 0 {
			return []beginning{{}}, true
		}
		return []beginning{{string(re.Rune), true}}, true
	case syntax.OpCharClass:
		for i := 0; i+1 < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				if list = append(list, beginning{string(r), true}); len(list) > 40 {
					return []beginning{{}}, true
				}
			}
		}
		return list, true
	case syntax.OpEmptyMatch, syntax.OpEndText:
		return []beginning{{"", true}}, true
	case syntax.OpBeginText, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return nil, false
	case syntax.OpCapture:
		return beginnings(re.Sub[0])
	case syntax.OpQuest:
		list, ok = beginnings(re.Sub[0])
		return append(list, beginning{"", true}), ok
	case syntax.OpStar:
		list, ok = beginnings(re.Sub[0])
		return append(closed(list), beginning{"", true}), ok
	case syntax.OpPlus:
		list, ok = beginnings(re.Sub[0])
		return closed(list), ok
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			more, ok := beginnings(sub)
			if !ok {
				return nil, false
			}
			list = append(list, more...)
		}
		return list, true
	case syntax.OpConcat:
		list = []beginning{{"", true}}
		for _, sub := range re.Sub {
			if !slices.ContainsFunc(list, func(b beginning) bool { return b.open && utf8.RuneCountInString(b.text) < 2 }) {
				break
			}
			next, ok := beginnings(sub)
			if !ok {
				return nil, false
			}
			var longer []beginning
			for _, b := range list {
				if !b.open || utf8.RuneCountInString(b.text) >= 2 {
					longer = append(longer, b)
					continue
				}
				for _, n := range next {
					longer = append(longer, beginning{b.text + n.text, n.open})
				}
			}
			if len(longer) > mostBeginnings {
				return closed(list), true
			}
			list = longer
		}
		return list, true
	}
	return []beginning{{}}, true
}

// runeAt is the character that begins at i, and its length; quicker than package
// utf8 for nearly all Chinese ones, which have three bytes.
func runeAt(s string, i int) (rune, int) {
	c := s[i]
	switch {
	case c < utf8.RuneSelf:
		return rune(c), 1
	case 0xe1 <= c && c <= 0xef && c != 0xed && i+2 < len(s) && s[i+1]&0xc0 == 0x80 && s[i+2]&0xc0 == 0x80:
		return rune(c&0x0f)<<12 | rune(s[i+1]&0x3f)<<6 | rune(s[i+2]&0x3f), 3
	}
	return utf8.DecodeRuneInString(s[i:])
}

// next is the first place where a match may begin, not before from, or -1.
func (p *pattern) next(s string, from int) int {
	for i := from; i < len(s); {
		r, n := runeAt(s, i)
		if p.starts.has(single(r)) {
			if p.starts.has(pair(r, anything)) {
				return i
			}
			if second, m := utf8.DecodeRuneInString(s[i+n:]); m > 0 && p.starts.has(pair(r, second)) {
				return i
			}
		}
		i += n
	}
	return -1
}

// find is the first match at or after from, in offsets of s, or nil.
func (p *pattern) find(s string, from int) []int {
	for {
		at := p.next(s, from)
		if at < 0 {
			return nil
		}
		if m := p.findHere(s[at:]); m != nil {
			for i := range m {
				if m[i] >= 0 {
					m[i] += at
				}
			}
			return m
		}
		_, n := utf8.DecodeRuneInString(s[at:])
		from = at + n
	}
}

// findHere is the match that s begins with, or nil.
func (p *pattern) findHere(s string) []int {
	if a := p.automaton(); a != nil {
		found, reach := a.matchesHere(s)
		if found == no {
			return nil
		}
		s = s[:reach] // regexp takes longer the more there is
	}
	return p.here.FindStringSubmatchIndex(s)
}

// search tells whether s has a match, where an automaton can tell.
func (p *pattern) search(s string) answer {
	if a := p.automaton(); a != nil {
		return a.matches(s)
	}
	return unknown
}

// MatchString tells whether s has a match.
func (p *pattern) MatchString(s string) bool {
	if p.here != nil {
		for at := p.next(s, 0); at >= 0; {
			if p.matchesHere(s[at:]) {
				return true
			}
			_, n := utf8.DecodeRuneInString(s[at:])
			at = p.next(s, at+n)
		}
		return false
	}
	if says := p.search(s); says != unknown {
		return says == yes
	}
	return p.Regexp.MatchString(s)
}

// matchesHere tells whether s begins with a match.
func (p *pattern) matchesHere(s string) bool {
	if a := p.automaton(); a != nil {
		if found, _ := a.matchesHere(s); found != unknown {
			return found == yes
		}
	}
	return p.here.MatchString(s)
}

// FindStringSubmatchIndex is the first match in s.
func (p *pattern) FindStringSubmatchIndex(s string) []int {
	switch {
	case p.here != nil:
		return p.find(s, 0)
	case p.search(s) == no:
		return nil
	}
	return p.Regexp.FindStringSubmatchIndex(s)
}

// FindStringIndex is where the first match in s is.
func (p *pattern) FindStringIndex(s string) []int {
	if m := p.FindStringSubmatchIndex(s); m != nil {
		return m[:2]
	}
	return nil
}

// FindString is the text of the first match in s.
func (p *pattern) FindString(s string) string {
	if m := p.FindStringSubmatchIndex(s); m != nil {
		return s[m[0]:m[1]]
	}
	return ""
}

// FindStringSubmatch is the texts of the first match in s and its groups.
func (p *pattern) FindStringSubmatch(s string) []string {
	if m := p.FindStringSubmatchIndex(s); m != nil {
		return texts(s, m)
	}
	return nil
}

func texts(s string, m []int) []string {
	list := make([]string, len(m)/2)
	for i := range list {
		if m[2*i] >= 0 {
			list[i] = s[m[2*i]:m[2*i+1]]
		}
	}
	return list
}

// FindAllStringSubmatchIndex is all matches in s.
func (p *pattern) FindAllStringSubmatchIndex(s string) (all [][]int) {
	if p.here == nil {
		if p.search(s) == no {
			return nil
		}
		return p.Regexp.FindAllStringSubmatchIndex(s, -1)
	}
	for m := p.find(s, 0); m != nil; m = p.find(s, m[1]) {
		all = append(all, m)
	}
	return all
}

// FindAllStringSubmatch is the texts of all matches in s and their groups.
func (p *pattern) FindAllStringSubmatch(s string) (all [][]string) {
	for _, m := range p.FindAllStringSubmatchIndex(s) {
		all = append(all, texts(s, m))
	}
	return all
}

// cut is s without the matches in it.
func (p *pattern) cut(s string) string {
	all := p.FindAllStringSubmatchIndex(s)
	if all == nil {
		return s
	}
	out := make([]byte, 0, len(s))
	last := 0
	for _, m := range all {
		out = append(out, s[last:m[0]]...)
		last = m[1]
	}
	return string(append(out, s[last:]...))
}
