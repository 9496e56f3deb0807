package document

import "strings"

// arenaSize is large enough for the text of most pages.
const arenaSize = 32 << 10

// arena keeps many short texts in few allocations.
type arena struct{ b strings.Builder }

// keep gives a string with the content of s.
func (a *arena) keep(s []byte) string {
	switch {
	case len(s) == 0:
		return ""
	case len(s) == 1 && s[0] < 128:
		return oneByte[s[0] : s[0]+1] // most cells of a form are one digit
	case len(s) > arenaSize/4:
		return string(s)
	case len(s) > a.b.Cap()-a.b.Len():
		a.b = strings.Builder{}
		a.b.Grow(arenaSize)
	}
	from := a.b.Len()
	a.b.Write(s)
	return a.b.String()[from:]
}

// oneByte holds every ASCII character at its own index.
var oneByte = func() string {
	var b [128]byte
	for i := range b {
		b[i] = byte(i)
	}
	return string(b[:])
}()
