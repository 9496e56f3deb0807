package corpus

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net/url"
	"os"
	"path"
	"strings"

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
	// revisits refer to pages that were not met yet.
	revisits []revisit
}

// bookmarkOf names an archive by what tells it from others: its name, size and
// time, and by what was taken from it.
func (i *importer) bookmarkOf(info os.FileInfo) *bookmark {
	what := fnv.New64a()
	fmt.Fprint(what, i.o.Match, i.o.All, i.o.MaxBody, i.o.BadDigests, i.o.Site, i.o.Place, extract.Version, i.o.Extract.Hash())
	return &bookmark{key: fmt.Sprintf("%s %d %d %s", info.Name(), info.Size(), info.ModTime().UnixNano(), hex.EncodeToString(what.Sum(nil)))}
}

func (b *bookmark) load(ctx context.Context, s *store.Store) error {
	err := s.View(ctx, func(tx *store.Tx) (err error) {
		b.Import, err = tx.Import(b.key)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil || b.Rest == nil {
		return err
	}
	if err := json.Unmarshal(b.Rest, &b.revisits); err != nil {
		return fmt.Errorf("what is left of an import: %w", err)
	}
	return nil
}

func (b *bookmark) save(ctx context.Context, s *store.Store) error {
	b.Rest = nil
	if len(b.revisits) > 0 {
		rest, err := encode(b.revisits)
		if err != nil {
			return err
		}
		b.Rest = rest
	}
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
	if !i.o.DryRun {
		if err := mark.load(ctx, i.store); err != nil {
			return err
		}
		defer func() { i.marks = append(i.marks, mark) }() // with what it waits for
	}
	if mark.Done {
		i.count(func(s *ImportSummary) { s.Known++ })
		return nil
	}
	records, err := warc.NewReader(f)
	if err != nil {
		return &sourceError{err}
	}
	defer records.Close()
	records.IgnoreDigests = i.o.BadDigests
	if mark.File > 0 {
		if err := records.Resume(mark.File, mark.Offset-1); err != nil {
			return &sourceError{err}
		}
	}
	a := &archiveImport{importer: i, name: name, size: info.Size(), records: records, mark: mark}
	for !mark.Done {
		end, err := a.segment(ctx)
		if err != nil {
			return err
		}
		if end != nil && !errors.Is(end, io.EOF) {
			return &sourceError{end}
		}
		// An archive that ends within a record may grow, or come again, whole.
		mark.Done = end != nil && !a.cut
		if !i.o.DryRun {
			if err := mark.save(ctx, i.store); err != nil {
				return err
			}
		}
		if end != nil {
			return nil
		}
	}
	return nil
}

// archiveImport is an archive that is being imported.
type archiveImport struct {
	*importer
	name    string
	size    int64
	records *warc.Reader
	mark    *bookmark
	cut     bool // it ends within a record
}

// segment imports the next pages of an archive and moves the mark behind them.
// Revisits wait until the pages they may refer to are stored. The first result is
// the error that ends the archive, the second one of the corpus.
func (a *archiveImport) segment(ctx context.Context) (end, err error) {
	send, wait := a.work(ctx)
	next := a.mark.Import
	for pages := 0; pages < segment; {
		var r *warc.Record
		if r, end = a.records.Next(); end != nil {
			if a.damaged(end) {
				end = nil
				continue
			}
			break
		}
		if r.Offset < a.mark.Offset {
			continue
		}
		p, ok, err := a.record(r)
		if a.damaged(err) {
			if !a.cut {
				next.Offset = r.Offset + 1
			}
			continue
		}
		if err != nil {
			end = err
			break
		}
		next.Offset, next.File = r.Offset+1, 0
		if r.Start {
			next.File = r.File
		}
		a.tell(ImportStatus{File: a.name, Offset: r.File, Size: a.size})
		if r.Type == warc.Revisit && r.URL != "" {
			pages++
			continue
		}
		if ok {
			pages++
			if !send(p) {
				break
			}
		}
	}
	if err := errors.Join(wait(), ctx.Err()); err != nil {
		return end, err
	}
	a.mark.Offset, a.mark.File = next.Offset, next.File
	return end, a.resolve(ctx, a.mark)
}

// damaged notes damage to one record, which does not keep from reading on.
func (a *archiveImport) damaged(err error) bool {
	d, ok := errors.AsType[*warc.DamageError](err)
	if !ok {
		return false
	}
	remedy := "it was left out, what is behind it was read"
	switch {
	case errors.Is(d, io.ErrUnexpectedEOF):
		a.cut = true
		remedy = "get the archive again, or import it again when it has grown"
	case errors.Is(d, warc.ErrDigest):
		remedy = "it was left out; --bad-digests takes such records"
	}
	a.skip(skippedDamaged)
	a.failed(fmt.Sprintf("%s: %v; %s", a.name, d, remedy))
	return true
}

// record turns a record into a page; ok is false when it holds none that is
// wanted. The error is a *warc.DamageError, or the end of the archive.
func (a *archiveImport) record(r *warc.Record) (p page, ok bool, err error) {
	u, err := url.Parse(r.URL)
	web := err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
	file := err == nil && u.Scheme == "file" && r.Type == warc.Resource // of an imported folder
	if !web && !file {
		return p, false, nil
	}
	p = page{status: 200, peer: r.Header.Get("WARC-IP-Address"), payload: r.Header.Get("WARC-Payload-Digest"), Page: Page{
		Captured: r.Time,
		Given:    Given{URL: r.URL, Name: path.Base(u.Path), Site: a.o.Site, Place: a.o.Place},
	}}
	if reason := r.Header.Get("WARC-Truncated"); reason != "" {
		p.evidence = "truncated: " + reason
	}
	if r.Header.Get("WARC-Segment-Number") != "" {
		a.skip(skippedSegment)
		return p, false, nil
	}
	switch r.Type {
	case warc.Response:
		if kind := r.Header.Get("Content-Type"); kind != "" && !strings.HasPrefix(strings.ToLower(kind), "application/http") {
			return p, false, nil
		}
		h, err := warc.ReadHTTP(r.Content, a.o.MaxBody)
		if skipped, err := a.unreadable(err); skipped || err != nil {
			return p, false, err
		}
		p.status, p.Body, p.ContentType, p.header = h.Status, h.Body, h.Header.Get("Content-Type"), h.Fields
		if h.Partial && p.evidence == "" {
			p.evidence = "truncated: the body is not whole"
		}
	case warc.Resource, warc.Conversion:
		if r.Length > a.o.MaxBody {
			a.skip(skippedLarge)
			return p, false, nil
		}
		p.Body, err = io.ReadAll(r.Content)
		if skipped, err := a.unreadable(err); skipped || err != nil {
			return p, false, err
		}
		p.ContentType = r.Header.Get("Content-Type")
		if r.Type == warc.Conversion {
			p.Name = "" // the text was made from a file of that name
		}
	case warc.Revisit:
		return p, false, a.revisit(r)
	default:
		return p, false, nil
	}
	if a.o.All {
		return p, true, nil
	}
	if p.status != 200 {
		a.skip(skippedStatus)
		return p, false, nil
	}
	if kind, _, _ := strings.Cut(p.ContentType, "/"); kind == "image" || kind == "video" || kind == "audio" || kind == "font" ||
		strings.Contains(p.ContentType, "javascript") || strings.Contains(p.ContentType, "css") {
		a.skip(skippedType)
		return p, false, nil
	}
	return p, true, nil
}

// unreadable decides what becomes of a record whose content was read with an
// error: it is left out and counted, or it is damage.
func (a *archiveImport) unreadable(err error) (skipped bool, damage error) {
	switch {
	case err == nil:
		return false, nil
	case errors.Is(err, warc.ErrTooLarge):
		a.skip(skippedLarge)
		return true, nil
	}
	if _, ok := errors.AsType[*warc.DamageError](err); ok {
		return false, err
	}
	a.skip(skippedRecord)
	return true, nil
}
