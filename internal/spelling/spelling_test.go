package spelling

import "testing"

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "year", 4},
		{"year", "year", 0},
		{"yar", "year", 1},
		{"regoin", "region", 2},
		{"parqet", "parquet", 1},
		{"kitten", "sitting", 3},
	} {
		if got, back := Distance(tt.a, tt.b), Distance(tt.b, tt.a); got != tt.want || back != tt.want {
			t.Errorf("Distance(%q, %q) = %d, the other way %d, want %d", tt.a, tt.b, got, back, tt.want)
		}
	}
}
