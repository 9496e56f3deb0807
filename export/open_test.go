package export

import "testing"

// Stored reports that are one can have revisions of one number; the export keeps
// them apart, as report and revision are a key.
func TestRevisionNumbers(t *testing.T) {
	var n revisionNumbers
	for _, c := range []struct {
		id           string
		number, want int
	}{
		{"a", 1, 1}, {"a", 2, 2}, {"a", 1, 3}, {"a", 3, 4}, {"b", 1, 1}, {"b", 1, 2},
	} {
		if got := n.next(c.id, c.number); got != c.want {
			t.Errorf("%s:%d is %d, want %d", c.id, c.number, got, c.want)
		}
	}
}
