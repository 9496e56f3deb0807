package store

import (
	"context"
	"iter"
	"time"
)

// Place is what a person decided on where the organ of a name is.
type Place struct {
	// Name and Host are the key: the organ's name, and the host of its pages that the
	// decision is for, empty for all.
	Name string `json:"name"`
	Host string `json:"host,omitempty"`
	// Region is a word of the caller's.
	Region string    `json:"region"`
	Note   string    `json:"note,omitempty"`
	Who    string    `json:"who,omitempty"`
	Time   time.Time `json:"time"`
}

func placeKey(name, host string) string { return name + "\x00" + host }

// PutPlace writes a decision over the one before on the same name and host.
func (tx *Tx) PutPlace(p Place) error {
	if err := checkKey("place of", p.Name); err != nil {
		return err
	}
	if p.Host != "" {
		if err := checkKey("place of "+p.Name+" on", p.Host); err != nil {
			return err
		}
	}
	if p.Time.IsZero() {
		p.Time = tx.db.store.o.Now()
	}
	p.Time = p.Time.UTC()
	return tx.put(bucketPlaces, placeKey(p.Name, p.Host), p)
}

// DeletePlace removes a decision; the error is ErrNotFound when there is none.
func (tx *Tx) DeletePlace(name, host string) error {
	key := []byte(placeKey(name, host))
	if tx.bucket(bucketPlaces).Get(key) == nil {
		return notFound("place of", name)
	}
	return tx.bucket(bucketPlaces).Delete(key)
}

// Places iterates over all decisions on places, by name and host.
func (s *Store) Places(ctx context.Context) iter.Seq2[Place, error] {
	return read(ctx, s, bucketPlaces, "", func(tx *Tx, k, v []byte) (p Place, err error) {
		return p, tx.decode(bucketPlaces, string(k), v, &p)
	})
}
