package extract

import (
	"regexp/syntax"
	"slices"
	"sync"
	"sync/atomic"
	"unicode"
)

// automaton tells whether a text has a match of a pattern: a deterministic
// automaton whose states are made when a text first leads to them, as in RE2.
// Package regexp follows every way to match by itself, which takes some fifty
// times as long a character; but it tells where a match and its groups lie, which
// an automaton doesn't.
//
// It knows characters by class: those that no part of the pattern tells apart are
// one. It may be used by many goroutines at once.
type automaton struct {
	prog *syntax.Prog
	// blocks holds classes of 64 characters at a time, page tells which of them a
	// character below U+10000 is in.
	page   [0x10000 / 64]uint16
	blocks []uint8
	// froms are the first characters of the ranges of characters of one class,
	// classOf their classes; samples has one character of each class.
	froms   []rune
	classOf []uint8
	samples []rune
	// anchored is set when a match can begin nowhere but at the beginning of a text.
	anchored bool
	states   atomic.Pointer[stateSet]
}

// stateSet is the states made so far; a full one is given up for an empty one.
type stateSet struct {
	mu    sync.Mutex
	known map[string]*state
	begin [2]atomic.Pointer[state] // where a text is searched, and tried from its start
}

// mostEntries bounds the transitions that an automaton keeps.
const mostEntries = 1 << 14

// state is what may still become a match after some part of a text: the
// instructions of the program that wait for a character.
type state struct {
	next  []atomic.Pointer[state] // by class
	waits []uint32
	// searching is set when a match may begin anywhere.
	searching bool
	// match is set when one has ended here, atEnd when one ends here if the text
	// does, dead when nothing that follows counts; special for match or dead.
	match, atEnd, dead, special bool
}

// newAutomaton gives nil for a pattern with more than an automaton knows of:
// words, lines, or too many classes of characters.
func newAutomaton(expr string) *automaton {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil
	}
	a := &automaton{prog: prog}
	if !a.classify() {
		return nil
	}
	later := newClosure(prog)
	later.follow(uint32(prog.Start), 0)
	a.anchored = !later.match && len(later.waits) == 0
	a.states.Store(&stateSet{known: make(map[string]*state)})
	return a
}

// classify finds the classes of characters.
func (a *automaton) classify() bool {
	a.froms = append(a.froms, 0)
	var tests []*syntax.Inst // of characters, each kind once
	for i := range a.prog.Inst {
		in := &a.prog.Inst[i]
		switch in.Op {
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(in.Arg)&^(syntax.EmptyBeginText|syntax.EmptyEndText) != 0 {
				return false
			}
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			if slices.ContainsFunc(tests, func(o *syntax.Inst) bool { return o.Arg == in.Arg && slices.Equal(o.Rune, in.Rune) }) {
				continue
			}
			for k, r := range in.Rune {
				if len(in.Rune) > 1 && k%2 == 1 {
					a.froms = append(a.froms, r+1) // the end of a range
					continue
				}
				a.froms = append(a.froms, r)
				if len(in.Rune) == 1 {
					a.froms = append(a.froms, r+1)
					for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
						a.froms = append(a.froms, f, f+1)
					}
				}
			}
			tests = append(tests, in)
		}
	}
	slices.Sort(a.froms)
	a.froms = slices.Compact(a.froms)
	byTests := make(map[string]uint8)
	signature := make([]byte, len(tests))
	for _, r := range a.froms {
		for i, in := range tests {
			signature[i] = 0
			if in.MatchRunePos(r) >= 0 {
				signature[i] = 1
			}
		}
		class, ok := byTests[string(signature)]
		if !ok {
			if len(a.samples) == 255 {
				return false
			}
			class = uint8(len(a.samples))
			byTests[string(signature)] = class
			a.samples = append(a.samples, r)
		}
		a.classOf = append(a.classOf, class)
	}
	var uniform [256]uint16 // the block of a page of one class, plus one
	at := 0                 // the range that a page begins in
	for n := range a.page {
		from := rune(n) * 64
		for at+1 < len(a.froms) && a.froms[at+1] <= from {
			at++
		}
		class := a.classOf[at]
		one := at+1 == len(a.froms) || a.froms[at+1] >= from+64
		block := uniform[class] - 1
		if !one || uniform[class] == 0 {
			block = uint16(len(a.blocks) / 64)
			for i, r := at, from; r < from+64; r++ {
				for i+1 < len(a.froms) && a.froms[i+1] <= r {
					i++
				}
				a.blocks = append(a.blocks, a.classOf[i])
			}
			if one {
				uniform[class] = block + 1
			}
		}
		a.page[n] = block
	}
	return true
}

// class is the class of a character.
func (a *automaton) class(r rune) uint8 {
	if r < 0x10000 {
		return a.blocks[uint(a.page[r>>6])<<6|uint(r&63)]
	}
	return a.lookUp(r)
}

// lookUp is the class of any character, by search.
func (a *automaton) lookUp(r rune) uint8 {
	i, ok := slices.BinarySearch(a.froms, r)
	if !ok {
		i--
	}
	return a.classOf[i]
}

// mostSteps bounds the transitions that one text may add. A text that needs more,
// over and over because they don't find room, is better left to regexp.
const mostSteps = 400

// answer is what an automaton says about a text.
type answer uint8

const (
	unknown answer = iota // it gave up
	no
	yes
)

func answerOf(yesOrNo bool) answer {
	if yesOrNo {
		return yes
	}
	return no
}

// matches tells whether s has a match.
func (a *automaton) matches(s string) answer {
	found, _ := a.run(s, true)
	return found
}

// matchesHere tells whether s begins with a match, and how much of it a match at
// its beginning can depend on.
func (a *automaton) matchesHere(s string) (found answer, reach int) {
	return a.run(s, false)
}

// run goes over s. A search ends with the first match; else reach is where nothing
// that follows counts any more.
func (a *automaton) run(s string, searching bool) (says answer, reach int) {
	found, steps := false, 0
	set := a.states.Load()
	st := a.beginning(set, searching && !a.anchored)
	for i := 0; i < len(s); {
		if st.special {
			found = found || st.match
			if searching && found || st.dead {
				return answerOf(found), i
			}
		}
		r, n := runeAt(s, i)
		i += n
		class := a.class(r)
		next := st.next[class].Load()
		if next == nil {
			if steps++; steps > mostSteps {
				return unknown, len(s)
			}
			next, set = a.step(set, st, class)
		}
		st = next
	}
	return answerOf(found || st.match || st.atEnd), len(s)
}

// beginning is the state before the first character.
func (a *automaton) beginning(set *stateSet, searching bool) *state {
	kind := 0
	if searching {
		kind = 1
	}
	if st := set.begin[kind].Load(); st != nil {
		return st
	}
	set.mu.Lock()
	defer set.mu.Unlock()
	c := newClosure(a.prog)
	c.follow(uint32(a.prog.Start), syntax.EmptyBeginText)
	st := a.state(set, c, searching, syntax.EmptyBeginText)
	set.begin[kind].Store(st)
	return st
}

// step makes a transition that is not known yet. The set may be another one
// afterwards.
func (a *automaton) step(set *stateSet, from *state, class uint8) (*state, *stateSet) {
	c := newClosure(a.prog)
	for _, pc := range from.waits {
		if in := &a.prog.Inst[pc]; in.Op != syntax.InstEmptyWidth && in.MatchRunePos(a.samples[class]) >= 0 {
			c.follow(in.Out, 0)
		}
	}
	if from.searching {
		c.follow(uint32(a.prog.Start), 0)
	}
	set.mu.Lock()
	defer func() { set.mu.Unlock() }()
	if (len(set.known)+1)*len(a.samples) <= mostEntries {
		st := a.state(set, c, from.searching, 0)
		from.next[class].Store(st)
		return st, set
	}
	fresh := &stateSet{known: make(map[string]*state)}
	if !a.states.CompareAndSwap(set, fresh) {
		fresh = a.states.Load() // another goroutine was first
	}
	set.mu.Unlock()
	set = fresh
	set.mu.Lock()
	return a.state(set, c, from.searching, 0), set // from is given up with its set
}

// state is the state of what was followed, a new one or one that is known. flags
// holds at it.
func (a *automaton) state(set *stateSet, c *closure, searching bool, flags syntax.EmptyOp) *state {
	slices.Sort(c.waits)
	key := make([]byte, 0, 3*len(c.waits)+3)
	for _, pc := range c.waits {
		key = append(key, byte(pc), byte(pc>>8), byte(pc>>16))
	}
	key = append(key, byte(flags))
	if c.match {
		key = append(key, 'm')
	}
	if searching {
		key = append(key, 's')
	}
	if st := set.known[string(key)]; st != nil {
		return st
	}
	st := &state{
		next: make([]atomic.Pointer[state], len(a.samples)), waits: c.waits, searching: searching,
		match: c.match, dead: len(c.waits) == 0 && !searching,
	}
	st.special = st.match || st.dead
	end := newClosure(a.prog)
	for _, pc := range c.waits {
		end.follow(pc, flags|syntax.EmptyEndText)
	}
	st.atEnd = end.match
	set.known[string(key)] = st
	return st
}

// closure gathers the instructions that are reached without a character.
type closure struct {
	prog  *syntax.Prog
	seen  []bool
	waits []uint32 // for a character, or for the end
	match bool
}

func newClosure(p *syntax.Prog) *closure {
	return &closure{prog: p, seen: make([]bool, len(p.Inst))}
}

// follow gathers what is reached from an instruction where flags hold.
func (c *closure) follow(pc uint32, flags syntax.EmptyOp) {
	if c.seen[pc] {
		return
	}
	c.seen[pc] = true
	switch in := &c.prog.Inst[pc]; in.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		c.follow(in.Out, flags)
		c.follow(in.Arg, flags)
	case syntax.InstCapture, syntax.InstNop:
		c.follow(in.Out, flags)
	case syntax.InstEmptyWidth:
		switch need := syntax.EmptyOp(in.Arg); {
		case need&^flags == 0:
			c.follow(in.Out, flags)
		case need&^flags == syntax.EmptyEndText:
			c.waits = append(c.waits, pc)
		}
	case syntax.InstMatch:
		c.match = true
	case syntax.InstFail:
	default:
		c.waits = append(c.waits, pc)
	}
}
