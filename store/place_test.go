package store

import (
	"context"
	"errors"
	"testing"
)

// A decision on a place is kept until it is taken back, for one host apart from
// that for all.
func TestPlaces(t *testing.T) {
	ctx := context.Background()
	s := newCorpus(t, Options{})
	update(t, s, func(tx *Tx) error {
		for _, p := range []Place{
			{Name: "鼓楼区人民政府", Region: "320106", Note: "by telephone"},
			{Name: "鼓楼区人民政府", Host: "www.example.gov.cn", Region: "410204"},
			{Name: "鼓楼区人民政府", Region: "320302"}, // over the first
		} {
			if err := tx.PutPlace(p); err != nil {
				return err
			}
		}
		return nil
	})
	all := func() (got []string) {
		for p, err := range s.Places(ctx) {
			if err != nil {
				t.Fatal(err)
			}
			if p.Time.IsZero() {
				t.Errorf("%+v has no time", p)
			}
			got = append(got, p.Host+" "+p.Region)
		}
		return got
	}
	if got := all(); len(got) != 2 || got[0] != " 320302" || got[1] != "www.example.gov.cn 410204" {
		t.Errorf("places: %q", got)
	}
	update(t, s, func(tx *Tx) error { return tx.DeletePlace("鼓楼区人民政府", "") })
	if got := all(); len(got) != 1 {
		t.Errorf("after a deletion: %q", got)
	}
	if err := s.Update(ctx, func(tx *Tx) error { return tx.DeletePlace("鼓楼区人民政府", "") }); !errors.Is(err, ErrNotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	if err := s.Update(ctx, func(tx *Tx) error { return tx.PutPlace(Place{Region: "320106"}) }); err == nil {
		t.Error("a place of no name was taken")
	}
}
