package extract

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// shapes are patterns of every kind of instruction, with gaps that need many states.
var shapes = []string{
	"甲", "甲乙", "甲?乙", "甲*乙$", "^甲+乙", "(?:甲|乙丙)?丁$", "[丁-甲]丙", "^$", "$", "", "(?:^|丙)甲(?:$|乙)", `\d\d`, "(?i)ab年", "[^甲]乙",
	`\p{Han}{2}\d`, ".{3}乙", "甲[^乙]{0,60}丙{2}", "[甲乙].{0,9}丁.{0,9}[丙丁]", `\p{Co}年`, "[\U0001F600-\U0001F64F]甲", "甲(?:.{2}$|乙)",
}

// randomText is a text that the patterns above match now and then, with broken
// UTF-8 in it.
func randomText(r *rand.Rand, n int) string {
	letters := []string{"甲", "乙", "丙", "丁", "年", "1", "2", "a", "B", "\uE000", "\U0001F600", "\n", "\xff", "\xe7\x94", ",", "é"}
	var b strings.Builder
	for range n {
		b.WriteString(letters[int(float64(len(letters))*r.Float64()*r.Float64())])
	}
	return b.String()
}

// An automaton finds a match where package regexp does, and tells how much of a
// text a match at its beginning can depend on.
func TestAutomaton(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, expr := range shapes {
		a, plain, here := newAutomaton(expr), regexp.MustCompile(expr), regexp.MustCompile("^(?:"+expr+")")
		if a == nil {
			t.Fatalf("%s has no automaton", expr)
		}
		for range 400 {
			s := randomText(r, r.IntN(40))
			if got, want := a.matches(s), answerOf(plain.MatchString(s)); got != want {
				t.Errorf("%s in %q: %v, want %v", expr, s, got, want)
			}
			found, reach := a.matchesHere(s)
			got, want := here.FindStringSubmatchIndex(s[:reach]), here.FindStringSubmatchIndex(s)
			if found != answerOf(want != nil) || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s at the start of %q: %v, %v in the first %d bytes, want %v", expr, s, found, got, reach, want)
			}
		}
	}
}

// What depends on words or lines has no automaton, and is left to regexp.
func TestNoAutomaton(t *testing.T) {
	for _, expr := range []string{`\b甲`, `(?m)^甲`} {
		if newAutomaton(expr) != nil {
			t.Errorf("%s has an automaton", expr)
		}
		if p := compile(expr); !p.MatchString("乙\n甲") && expr != `\b甲` {
			t.Errorf("%s does not match", expr)
		}
	}
}

// A pattern that needs more states than are kept stays within bounds and is right
// or says that it doesn't know, also when several goroutines use it at once.
func TestAutomatonGivesUpStates(t *testing.T) {
	const expr = "甲[^丙]{0,30}乙.{0,30}丁丁"
	a, plain := newAutomaton(expr), regexp.MustCompile(expr)
	first := a.states.Load()
	var wg sync.WaitGroup
	var gaveUp atomic.Int64
	for k := range 4 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(3, uint64(k)))
			for n := range 60 {
				s := strings.ReplaceAll(randomText(r, 60+10*n), "丁丁", "丁")
				if r.IntN(2) == 0 {
					s += "丁丁"
				}
				switch a.matches(s) {
				case unknown:
					gaveUp.Add(1)
				case answerOf(plain.MatchString(s)):
				default:
					t.Errorf("wrong in %q", s)
				}
				if p := compile(expr); n%20 == 0 && p.MatchString(s) != plain.MatchString(s) {
					t.Errorf("pattern is wrong in %q", s)
				}
			}
		})
	}
	wg.Wait()
	now := a.states.Load()
	if now == first || gaveUp.Load() == 0 {
		t.Errorf("the pattern needs too few states for this test: %d texts were given up", gaveUp.Load())
	}
	if n := len(now.known) * len(a.samples); n > mostEntries {
		t.Errorf("%d transitions are kept", n)
	}
}
