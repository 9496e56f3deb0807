package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"
)

// A source of a report may have been read several times from the same bytes, by
// one extractor after the other. One of these readings stands, the others are its
// past or wait as candidates. The first stands from the moment it is stored; a
// [Move] lets another take its place. Nothing is ever overwritten: which revisions
// stood at any time can be told from the revisions and the moves.

// Promotion is one decision to let candidates stand.
type Promotion struct {
	Number uint64    `json:"number"` // given by the store, from 1
	Time   time.Time `json:"time"`
	Who    string    `json:"who,omitempty"`
	// What was chosen, in words; Why it was accepted that something gets worse.
	What string `json:"what,omitempty"`
	Why  string `json:"why,omitempty"`
	// Undoes is the promotion that this one takes back, UndoneBy the one that took
	// this one back.
	Undoes   uint64 `json:"undoes,omitempty"`
	UndoneBy uint64 `json:"undone_by,omitempty"`
	// Moves counts the revisions that changed places. Closed is when the last of
	// them had; a promotion without it was killed half-way or goes on.
	Moves  int       `json:"moves"`
	Closed time.Time `json:"closed,omitzero"`
	// Summary is what the promotion changed, as JSON.
	Summary json.RawMessage `json:"summary,omitempty"`
}

// Move is what one promotion did to one report.
type Move struct {
	Promotion uint64    `json:"-"`
	Report    string    `json:"-"`
	Time      time.Time `json:"time"`
	Steps     []Step    `json:"steps"`
}

// Step lets revision To stand in place of revision From. From is 0 for a reading
// of what did not stand for this report before, To is 0 when what stood now
// belongs to another report, or to none.
type Step struct {
	From int `json:"from"`
	To   int `json:"to"`
}

func moveKey(id string, promotion uint64) string { return id + "\x00" + bigEndian(promotion) }

// PutPromotion writes a promotion; one without a number gets the next.
func (tx *Tx) PutPromotion(p Promotion) (Promotion, error) {
	if p.Number == 0 {
		p.Number = 1
		if k, _ := tx.bucket(bucketPromotions).Cursor().Last(); len(k) == 8 {
			p.Number = binary.BigEndian.Uint64(k) + 1
		}
	}
	if p.Time.IsZero() {
		p.Time = tx.db.store.o.Now()
	}
	p.Time, p.Closed = p.Time.UTC(), p.Closed.UTC()
	return p, tx.put(bucketPromotions, bigEndian(p.Number), p)
}

// Promotion returns a promotion, or an error that is ErrNotFound.
func (tx *Tx) Promotion(number uint64) (Promotion, error) {
	var p Promotion
	err := tx.get(bucketPromotions, bigEndian(number), &p)
	if errors.Is(err, ErrNotFound) {
		err = fmt.Errorf("promotion %d: %w", number, ErrNotFound)
	}
	return p, err
}

// Promotions iterates over the promotions, the first one first.
func (tx *Tx) Promotions() iter.Seq2[Promotion, error] {
	return func(yield func(Promotion, error) bool) {
		for k, v := range tx.keys(bucketPromotions, "", "") {
			var p Promotion
			err := tx.decode(bucketPromotions, string(k), v, &p)
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// PutMove adds steps to what a promotion did to a report. The revisions must be
// there.
func (tx *Tx) PutMove(m Move) error {
	for _, s := range m.Steps {
		for _, n := range []int{s.From, s.To} {
			if n != 0 && tx.bucket(bucketReports).Get([]byte(reportKey(m.Report, n))) == nil {
				return &InvalidError{What: "promotion of " + m.Report, Reason: fmt.Sprintf("it has no revision %d", n)}
			}
		}
	}
	if _, err := tx.Promotion(m.Promotion); err != nil {
		return err
	}
	var old Move
	key := moveKey(m.Report, m.Promotion)
	if err := tx.get(bucketMoves, key, &old); err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	m.Steps = append(old.Steps, m.Steps...)
	if m.Time = m.Time.UTC(); m.Time.IsZero() {
		m.Time = tx.db.store.o.Now().UTC()
	}
	return tx.indexMove(m)
}

// indexMove writes a move and its entry in the index.
func (tx *Tx) indexMove(m Move) error {
	if err := tx.bucket(bucketPromoted).Put([]byte(bigEndian(m.Promotion)+m.Report), nil); err != nil {
		return err
	}
	return tx.put(bucketMoves, moveKey(m.Report, m.Promotion), m)
}

// move decodes a move from its record.
func (tx *Tx) move(k, v []byte) (m Move, err error) {
	i := bytes.IndexByte(k, 0)
	if i < 0 || len(k) != i+9 {
		return m, tx.damaged(bucketMoves, string(k), "the key is no report and number")
	}
	m.Report, m.Promotion = string(k[:i]), binary.BigEndian.Uint64(k[i+1:])
	return m, tx.decode(bucketMoves, string(k), v, &m)
}

// Promoted iterates over what a promotion did, by report, in chunks.
func (s *Store) Promoted(ctx context.Context, number uint64) iter.Seq2[Move, error] {
	return read(ctx, s, bucketPromoted, bigEndian(number), func(tx *Tx, k, _ []byte) (m Move, err error) {
		id := string(k[8:])
		m.Report, m.Promotion = id, number
		return m, tx.mustBeThere(tx.get(bucketMoves, moveKey(id, number), &m))
	})
}

// ReportHistory is all that is known of one report ID.
type ReportHistory struct {
	ID string
	// Revisions are all of them, oldest first, without bodies; Moves likewise.
	Revisions []Report
	Moves     []Move
	// Waiting are the candidates among the revisions that wait for a promotion.
	Waiting []Report
	// Union says that the report is the same as another; Members are those that
	// are the same as this one, by ID, with their own revisions.
	Union   *Union
	Members []ReportHistory
}

// ReportHistory returns what is known of a report ID; one that is unknown has no
// revisions. Members are loaded, but not theirs.
func (tx *Tx) ReportHistory(id string) (ReportHistory, error) {
	h, err := tx.ownHistory(id)
	if err != nil {
		return h, err
	}
	for k := range tx.keys(bucketMembers, id+"\x00", "") {
		m, err := tx.ownHistory(string(k[len(id)+1:]))
		if err != nil {
			return h, err
		}
		h.Members = append(h.Members, m)
	}
	return h, nil
}

func (tx *Tx) ownHistory(id string) (ReportHistory, error) {
	h := ReportHistory{ID: id}
	for r, err := range tx.revisionsBackwards(id) {
		if err != nil {
			return h, err
		}
		h.Revisions = append(h.Revisions, r)
	}
	slices.Reverse(h.Revisions)
	for k, v := range tx.keys(bucketMoves, id+"\x00", "") {
		m, err := tx.move(k, v)
		if err != nil {
			return h, err
		}
		h.Moves = append(h.Moves, m)
	}
	var err error
	if h.Waiting, err = tx.waiting(h); err != nil {
		return h, err
	}
	var u Union
	switch err := tx.get(bucketUnions, id, &u); {
	case err == nil:
		h.Union = &u
	case !errors.Is(err, ErrNotFound):
		return h, err
	}
	return h, nil
}

// Histories iterates over the histories of the reports whose IDs begin with
// prefix, by ID, in chunks.
func (s *Store) Histories(ctx context.Context, prefix string) iter.Seq2[ReportHistory, error] {
	return func(yield func(ReportHistory, error) bool) {
		from := prefix
		for more := true; more; {
			var chunk []ReportHistory
			more = false
			err := s.View(ctx, func(tx *Tx) error {
				start := time.Now()
				c := tx.bucket(bucketReports).Cursor()
				for k, _ := c.Seek([]byte(from)); k != nil && bytes.HasPrefix(k, []byte(prefix)); k, _ = c.Seek([]byte(from)) {
					if len(chunk) == chunkRecords || len(chunk) > 0 && time.Since(start) > chunkTime {
						more = true
						return nil
					}
					i := bytes.IndexByte(k, 0)
					if i < 0 {
						return tx.damaged(bucketReports, string(k), "the key is no report and revision")
					}
					h, err := tx.ReportHistory(string(k[:i]))
					if err != nil {
						return err
					}
					chunk = append(chunk, h)
					from = h.ID + "\x01"
				}
				return nil
			})
			for _, h := range chunk {
				if !yield(h, nil) {
					return
				}
			}
			if err != nil {
				yield(ReportHistory{}, err)
				return
			}
		}
	}
}

// At returns the history as it was at a time, without what waited then; the zero
// time is now. Members that had no revision then are left out.
func (h ReportHistory) At(at time.Time) ReportHistory {
	if at.IsZero() {
		return h
	}
	then := ReportHistory{ID: h.ID}
	for _, r := range h.Revisions {
		if !r.Time.After(at) {
			then.Revisions = append(then.Revisions, r)
		}
	}
	for _, m := range h.Moves {
		if !m.Time.After(at) {
			then.Moves = append(then.Moves, m)
		}
	}
	if h.Union != nil && !h.Union.Time.After(at) {
		then.Union = h.Union
	}
	for _, m := range h.Members {
		if m = m.At(at); len(m.Revisions) > 0 && m.Union != nil {
			then.Members = append(then.Members, m)
		}
	}
	return then
}

// Standing returns the revisions that stand at a time (the zero time is now), one
// for each snapshot of each source, oldest first: the latest that did not come as
// a candidate, or what was moved into its place. Members are not asked.
func (h ReportHistory) Standing(at time.Time) []Report {
	h = h.At(at)
	type unit struct {
		url    string
		digest Digest
	}
	standing := map[unit]int{}
	for _, r := range h.Revisions {
		if !r.Candidate {
			standing[unit{r.URL, r.Digest}] = r.Revision
		}
	}
	unitOf := func(n int) (unit, bool) {
		if i := slices.IndexFunc(h.Revisions, func(r Report) bool { return r.Revision == n }); i >= 0 {
			return unit{h.Revisions[i].URL, h.Revisions[i].Digest}, true
		}
		return unit{}, false
	}
	for _, m := range h.Moves {
		for _, s := range m.Steps {
			if u, ok := unitOf(s.From); ok && standing[u] == s.From {
				delete(standing, u)
			}
			if u, ok := unitOf(s.To); ok {
				standing[u] = s.To
			}
		}
	}
	var all []Report
	for _, r := range h.Revisions {
		if standing[unit{r.URL, r.Digest}] == r.Revision {
			all = append(all, r)
		}
	}
	return all
}

// waiting finds the candidates that wait: of each snapshot of each source the
// latest reading, under whatever report ID, when it came as a candidate and does
// not stand.
func (tx *Tx) waiting(h ReportHistory) (all []Report, err error) {
	standing := map[int]bool{}
	for _, r := range h.Standing(time.Time{}) {
		standing[r.Revision] = true
	}
	for i, r := range h.Revisions {
		later := func(o Report) bool { return o.URL == r.URL && o.Digest == r.Digest }
		if !r.Candidate || standing[r.Revision] || slices.ContainsFunc(h.Revisions[i+1:], later) {
			continue
		}
		last := true
		for _, id := range tx.ReportsOf(r.URL) {
			if id == h.ID || !last {
				continue
			}
			for o, err := range tx.revisionsBackwards(id) {
				if err != nil {
					return nil, err
				}
				if later(o) {
					last = last && !r.before(o)
					break
				}
			}
		}
		if last {
			all = append(all, r)
		}
	}
	return all, nil
}

// before orders readings of one snapshot under several report IDs.
func (r Report) before(o Report) bool {
	return cmp.Or(cmp.Compare(r.Extractor, o.Extractor), r.Time.Compare(o.Time), cmp.Compare(r.ID, o.ID)) < 0
}

// ReportBodies fills in the bodies of revisions.
func (s *Store) ReportBodies(ctx context.Context, revisions []Report) error {
	chains := make([][]blob, len(revisions))
	err := s.View(ctx, func(tx *Tx) error {
		for i, r := range revisions {
			chain, err := tx.chain(blobReport, r.BodyDigest)
			if err != nil {
				return tx.mustBeThere(err)
			}
			chains[i] = copyChain(chain)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i := range revisions {
		if revisions[i].Body, err = s.restore(chains[i]); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) move(tx *Tx, k, b []byte) {
	m, err := tx.move(k, b)
	if err != nil {
		v.problem(ProblemRecord, bucketMoves, string(k), "%v", err)
		return
	}
	for _, s := range m.Steps {
		for _, n := range []int{s.From, s.To} {
			key := reportKey(m.Report, n)
			if n != 0 && tx.bucket(bucketReports).Get([]byte(key)) == nil && tx.bucket(bucketQuarantine).Get(quarantineKey(bucketReports, key)) == nil {
				v.problem(ProblemReference, bucketMoves, string(k), "revision %d is gone", n)
			}
		}
	}
	if _, err := tx.Promotion(m.Promotion); err != nil {
		v.problem(ProblemReference, bucketMoves, string(k), "%v", err)
	}
	v.need(tx, bucketPromoted, bigEndian(m.Promotion)+m.Report)
}

func (v *verifier) promotion(tx *Tx, k, b []byte) {
	var p Promotion
	if v.readable(tx, bucketPromotions, k, b, &p) && bigEndian(p.Number) != string(k) {
		v.problem(ProblemRecord, bucketPromotions, string(k), "it says it is number %d", p.Number)
	}
}

func (v *verifier) promoted(tx *Tx, k, _ []byte) {
	ok := len(k) > 8 && tx.bucket(bucketMoves).Get([]byte(string(k[8:])+"\x00"+string(k[:8]))) != nil
	v.stray(bucketPromoted, k, ok)
}

// move salvages a move: its promotion must be there.
func (r *repair) move(dst *Tx, key string, v []byte) error {
	m, err := dst.move([]byte(key), v)
	if err != nil {
		return &unsoundError{ProblemRecord, err}
	}
	if _, err := dst.Promotion(m.Promotion); err != nil {
		return &unsoundError{ProblemReference, err}
	}
	return dst.indexMove(m)
}
