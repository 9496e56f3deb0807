package corpus

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"gongkai/corpus/warc"
	"gongkai/store"
)

// revisit is a record that says that an address had, at a time, the bytes of an
// earlier capture. It may come before that capture, in its archive or in others.
type revisit struct {
	URL    string      `json:"url"`
	Time   time.Time   `json:"time"`
	Peer   string      `json:"peer,omitempty"`
	Status int         `json:"status,omitempty"` // 0: that of the earlier capture
	Header [][2]string `json:"header,omitempty"`
	// Target and Date say which capture it was, Payload is the digest of its body
	// as the archive has it.
	Target  string    `json:"target"`
	Date    time.Time `json:"date"`
	Payload string    `json:"payload,omitempty"`
}

// maxRevisits bounds what waits for other pages, and maxPayloads the digests that
// are remembered to resolve it.
const (
	maxRevisits = 50_000
	maxPayloads = 200_000
)

// revisit notes a revisit record, to be resolved when the pages that it may refer
// to are stored.
func (a *archiveImport) revisit(r *warc.Record) error {
	v := revisit{
		URL: r.URL, Time: r.Time, Peer: r.Header.Get("WARC-IP-Address"), Payload: r.Header.Get("WARC-Payload-Digest"),
		Target: strings.Trim(r.Header.Get("WARC-Refers-To-Target-URI"), "<>"), Date: r.Time,
	}
	if v.Target == "" {
		v.Target = r.URL
	}
	if date, err := time.Parse(time.RFC3339, r.Header.Get("WARC-Refers-To-Date")); err == nil {
		v.Date = date.UTC()
	}
	// Most hold the header of the answer; one that has none is as good.
	h, err := warc.ReadHTTP(r.Content, a.o.MaxBody)
	if _, damage := errors.AsType[*warc.DamageError](err); damage {
		return err
	}
	if err == nil {
		v.Status, v.Header = h.Status, h.Fields
	}
	a.count(func(s *ImportSummary) { s.Records++ })
	if a.o.DryRun || len(a.mark.revisits) >= maxRevisits {
		a.skip(skippedRevisit)
		return nil
	}
	a.mark.revisits = append(a.mark.revisits, v)
	return nil
}

// resolve stores the revisits whose earlier capture is there by now.
func (i *importer) resolve(ctx context.Context, mark *bookmark) error {
	var left []revisit
	for n, v := range mark.revisits {
		found, err := i.revisited(ctx, v)
		if err != nil {
			mark.revisits = append(left, mark.revisits[n:]...)
			return err
		}
		if found == nil {
			left = append(left, v)
			continue
		}
		p := page{
			status: v.Status, header: v.Header, peer: v.Peer, revisit: true,
			Page: Page{Digest: found.Digest, Captured: v.Time, Given: Given{URL: v.URL}},
		}
		if p.status == 0 {
			p.status, p.header = found.Status, found.Header
		}
		if err := i.put(ctx, p, Reading{}); err != nil {
			return err
		}
	}
	mark.revisits = left
	return nil
}

// revisited finds the capture that a revisit refers to: of the address it names,
// the last one up to the date, else any that had the same payload.
func (i *importer) revisited(ctx context.Context, v revisit) (found *store.Capture, err error) {
	for c, err := range i.store.History(ctx, i.key(v.Target)) {
		if err != nil {
			return nil, err
		}
		if c.Digest != "" && !c.Time.After(v.Date) {
			found = &c
		}
	}
	if found != nil {
		return found, nil
	}
	i.mu.Lock()
	digest, ok := i.payloads[v.Payload]
	i.mu.Unlock()
	if ok && v.Payload != "" {
		return &store.Capture{Digest: digest, Status: 200}, nil
	}
	return nil, nil
}

// resolveAll tries once more, when all archives were read, and counts the revisits
// of pages that nobody knows. They stay with their archive for a later import.
func (i *importer) resolveAll(ctx context.Context) error {
	for _, mark := range i.marks {
		if len(mark.revisits) == 0 {
			continue
		}
		before := len(mark.revisits)
		if err := i.resolve(ctx, mark); err != nil {
			return err
		}
		i.count(func(s *ImportSummary) { s.Skipped[skippedRevisit] += len(mark.revisits) })
		if len(mark.revisits) == before {
			continue
		}
		if err := mark.save(ctx, i.store); err != nil {
			return err
		}
	}
	return nil
}

// remember notes which snapshot has a payload, for revisits that say no more of
// what they refer to.
func (i *importer) remember(payload string, d store.Digest) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if payload != "" && len(i.payloads) < maxPayloads {
		i.payloads[payload] = d
	}
}

// failed notes what is wrong with a source; of very many, the first.
func (i *importer) failed(what string) {
	const most = 1000
	i.count(func(s *ImportSummary) {
		s.Failures++
		if len(s.Failed) < most && !slices.Contains(s.Failed, what) {
			s.Failed = append(s.Failed, what)
		}
	})
}
