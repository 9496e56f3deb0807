package corpus

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"gongkai/corpus/warc"
	"gongkai/extract"
	"gongkai/store"
)

// segment is how many pages of an archive are stored before the place is noted
// from which a later import goes on.
const segment = 500

// bookmark is how far an archive was read, with the same options.
type bookmark struct {
	key string
	store.Import
}

// bookmarkOf names an archive by what tells it from others: its name, size and
// time, and by what was taken from it.
func (i *importer) bookmarkOf(info os.FileInfo) bookmark {
	what := fnv.New64a()
	fmt.Fprint(what, i.o.Match, i.o.All, i.o.MaxBody, i.o.Site, i.o.Place, extract.Version, i.o.Extract.Hash())
	return bookmark{key: fmt.Sprintf("%s %d %d %s", info.Name(), info.Size(), info.ModTime().UnixNano(), hex.EncodeToString(what.Sum(nil)))}
}

func (b *bookmark) load(ctx context.Context, s *store.Store) error {
	return s.View(ctx, func(tx *store.Tx) (err error) {
		b.Import, err = tx.Import(b.key)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	})
}

func (b *bookmark) save(ctx context.Context, s *store.Store) error {
	return s.Update(ctx, func(tx *store.Tx) error { return tx.PutImport(b.key, b.Import) })
}

// archive imports the pages of an archive from where its reading stopped.
func (i *importer) archive(ctx context.Context, name string) error {
	i.count(func(s *ImportSummary) { s.Files++ })
	f, err := os.Open(name)
	if err != nil {
		return &sourceError{err}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return &sourceError{err}
	}
	mark := i.bookmarkOf(info)
	if err := mark.load(ctx, i.store); err != nil || mark.Done {
		return err
	}
	records, err := warc.NewReader(f)
	if err != nil {
		return &sourceError{err}
	}
	for !mark.Done {
		end, err := i.segment(ctx, records, &mark)
		if err != nil {
			return err
		}
		if end != nil && !errors.Is(end, io.EOF) {
			return &sourceError{end} // what came before is stored; it may grow
		}
		mark.Done = end != nil
		if err := mark.save(ctx, i.store); err != nil {
			return err
		}
		i.tell()
	}
	return nil
}

// segment imports the next pages of an archive and moves the mark behind them.
// Revisits wait until the pages they may refer to are stored. The first result is
// the error that ends the archive, the second one of the corpus.
func (i *importer) segment(ctx context.Context, records *warc.Reader, mark *bookmark) (end, err error) {
	var revisits []*warc.Record
	next := mark.Offset
	send, wait := i.work(ctx)
	pages := 0
	for pages < segment {
		var r *warc.Record
		if r, end = records.Next(); end != nil {
			break
		}
		if r.Offset < mark.Offset {
			continue
		}
		next = r.Offset + 1
		if r.Type == warc.Revisit {
			r.Content = nil
			revisits = append(revisits, r)
			pages++
			continue
		}
		if p, ok := i.record(r); ok {
			pages++
			if !send(p) {
				break
			}
		}
	}
	if err := errors.Join(wait(), ctx.Err()); err != nil {
		return end, err
	}
	for _, r := range revisits {
		if err := i.revisit(ctx, r); err != nil {
			return end, err
		}
	}
	mark.Offset = next
	return end, nil
}

// record turns a record into a page; ok is false when it holds none that is
// wanted.
func (i *importer) record(r *warc.Record) (p page, ok bool) {
	u, err := url.Parse(r.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return p, false
	}
	p = page{status: 200, peer: r.Header.Get("WARC-IP-Address"), Page: Page{
		Captured: r.Time,
		Given:    Given{URL: r.URL, Name: path.Base(u.Path), Site: i.o.Site, Place: i.o.Place},
	}}
	switch r.Type {
	case warc.Response:
		if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/http") {
			return p, false
		}
		h, err := warc.ReadHTTP(r.Content, i.o.MaxBody)
		if errors.Is(err, warc.ErrTooLarge) {
			i.skip(skippedLarge)
			return p, false
		}
		if err != nil {
			i.skip(skippedRecord)
			return p, false
		}
		p.status, p.Body, p.ContentType = h.Status, h.Body, h.Header.Get("Content-Type")
		for _, name := range slices.Sorted(maps.Keys(h.Header)) {
			for _, value := range h.Header[name] {
				p.header = append(p.header, [2]string{name, value})
			}
		}
	case warc.Resource, warc.Conversion:
		if r.Length > i.o.MaxBody {
			i.skip(skippedLarge)
			return p, false
		}
		if p.Body, err = io.ReadAll(r.Content); err != nil {
			i.skip(skippedRecord)
			return p, false
		}
		p.ContentType = r.Header.Get("Content-Type")
		if r.Type == warc.Conversion {
			p.Name = "" // the text was made from a file of that name
		}
	default:
		return p, false
	}
	if i.o.All {
		return p, true
	}
	if p.status != 200 {
		i.skip(skippedStatus)
		return p, false
	}
	if kind, _, _ := strings.Cut(p.ContentType, "/"); kind == "image" || kind == "video" || kind == "audio" || kind == "font" ||
		strings.Contains(p.ContentType, "javascript") || strings.Contains(p.ContentType, "css") {
		i.skip(skippedType)
		return p, false
	}
	return p, true
}

// revisit stores a capture of bytes that an earlier capture brought.
func (i *importer) revisit(ctx context.Context, r *warc.Record) error {
	i.count(func(s *ImportSummary) { s.Records++ })
	target := r.Header.Get("WARC-Refers-To-Target-URI")
	if target == "" {
		target = r.URL
	}
	date, err := time.Parse(time.RFC3339, r.Header.Get("WARC-Refers-To-Date"))
	if err != nil {
		date = r.Time
	}
	var found *store.Capture
	for c, err := range i.store.History(ctx, i.key(strings.Trim(target, "<>"))) {
		if err != nil {
			return err
		}
		if c.Digest != "" && !c.Time.After(date) {
			found = &c
		}
	}
	if found == nil {
		i.skip(skippedRevisit)
		return nil
	}
	return i.put(ctx, page{
		status: found.Status, header: found.Header, peer: r.Header.Get("WARC-IP-Address"), revisit: true,
		Page: Page{Digest: found.Digest, Captured: r.Time, Given: Given{URL: r.URL}},
	}, Reading{})
}
