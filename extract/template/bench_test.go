package template

import (
	"context"
	"math/rand/v2"
	"testing"
)

func BenchmarkAlign(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	s := newSheet("2021", r)
	tables := s.asTables()
	b.Run("tables", func(b *testing.B) {
		for b.Loop() {
			Align(context.Background(), tables, 0, len(tables.Blocks), nil)
		}
	})
	for _, f := range flattenings()[:1] {
		text := s.asText(f, r)
		b.Run(f.name, func(b *testing.B) {
			for b.Loop() {
				Align(context.Background(), text, 0, len(text.Blocks), nil)
			}
		})
	}
}
