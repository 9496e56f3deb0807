package store

import "fmt"

// Finish is everything that one finished URL changes; [Tx.Finish] applies it
// whole.
type Finish struct {
	// Row is the new state of the URL. Its Digest defaults to that of the
	// capture. An import that has no frontier leaves Row.Key empty.
	Row     Row
	Capture *Capture // nil when nothing arrived
	// Body is the bytes of Capture, nil for a revisit. Digest and Bytes of the
	// capture are taken from it.
	Body []byte
	// Before addresses a snapshot that Body is probably like, the one that the
	// same address had before: it takes less room then. Empty: none is known.
	Before Digest
	// About names what Body is about, among the pages of its host: those that are
	// about the same are stored against the first of them. Default: the organ of
	// Report.
	About  string
	Found  []Row   // links found: rows that exist already stay as they are
	Report *Report // the report read from Body, if it is one
	// Refused is why Body, or what a revisit stands for, is no report, when it was
	// read and gave none.
	Refused *Reading
	Column  *Column // the state of a column's listing, when the URL moved it
}

// Finished says what a Finish changed.
type Finished struct {
	Capture     string // ID of the capture
	NewCapture  bool   // the same capture was not there before
	NewSnapshot bool   // the bytes were not there before
	Added       int    // links of Found that were new
	Revision    int    // revision of the report, 0 when there was none
	NewRevision bool   // the report is new or says something else than before
}

// prepared is a Finish that was checked, hashed and compressed: what is left
// needs the transaction.
type prepared struct {
	Finish
	capture Capture
	body    *blob
	report  *Report
	blob    blob // of report
}

// prepare checks, hashes and compresses; src is where references are read from.
func (s *Store) prepare(src refSource, f Finish) (prepared, error) {
	p := prepared{Finish: f}
	var err error
	if f.Row.Key != "" {
		if p.Row, err = f.Row.normal(); err != nil {
			return p, err
		}
	}
	if f.Capture != nil {
		c := *f.Capture
		if f.Body != nil {
			b, err := s.squeeze(src, blobSnapshot, f.pageGroups(), f.Before, f.Body)
			if err != nil {
				return p, err
			}
			if c.Digest != "" && c.Digest != b.digest() {
				return p, &InvalidError{What: "capture of " + c.Key, Reason: fmt.Sprintf("it names %s, its body is %s", c.Digest, b.digest())}
			}
			c.Digest, c.Bytes, p.body = b.digest(), int64(b.size), &b
		}
		if p.capture, err = c.normal(); err != nil {
			return p, err
		}
		if p.Row.Digest == "" {
			p.Row.Digest = c.Digest
		}
	} else if f.Body != nil {
		return p, &InvalidError{What: "row " + f.Row.Key, Reason: "it has a body without a capture"}
	}
	p.Found = make([]Row, len(f.Found))
	for i, r := range f.Found {
		if p.Found[i], err = r.normal(); err != nil {
			return p, err
		}
	}
	if f.Report != nil {
		r := *f.Report
		if r.Digest == "" {
			r.Digest = p.capture.Digest
		}
		if r, err = r.normal(); err != nil {
			return p, err
		}
		p.report = &r
		if p.blob, err = s.squeeze(src, blobReport, groups{pages: reportGroup}, "", r.Body); err != nil {
			return p, err
		}
	}
	if f.Column != nil {
		if err := checkKey("column", f.Column.Key); err != nil {
			return p, err
		}
	}
	return p, nil
}

// Finish applies one finished URL: snapshot, capture, row, links found, report
// and column. An *InvalidError says that it can't be stored as it is, before
// anything was written; after any other error the transaction must fail.
func (tx *Tx) Finish(f Finish) (Finished, error) {
	p, err := tx.db.store.prepare(tx, f)
	if err != nil {
		return Finished{}, err
	}
	return tx.finish(p)
}

// finish checks what refers to the corpus before it writes.
func (tx *Tx) finish(p prepared) (done Finished, err error) {
	if p.body == nil && p.capture.Digest != "" {
		if err := tx.needSnapshot("capture of "+p.capture.Key, p.capture.Digest); err != nil {
			return done, err
		}
	}
	if p.report != nil && (p.body == nil || p.report.Digest != p.body.digest()) {
		if err := tx.needSnapshot("report "+p.report.ID, p.report.Digest); err != nil {
			return done, err
		}
	}
	if p.report != nil && (p.Capture == nil || p.report.Digest != p.capture.Digest) {
		if err := tx.needCapture(*p.report); err != nil {
			return done, err
		}
	}
	if p.body != nil {
		if done.NewSnapshot, err = tx.putBlob(*p.body); err != nil {
			return done, err
		}
	}
	if p.Capture != nil {
		c, isNew, err := tx.putCapture(p.capture)
		if err != nil {
			return done, err
		}
		done.Capture, done.NewCapture = c.ID, isNew
		if p.report != nil && p.report.Digest == c.Digest {
			p.report.Capture = c.ID
		}
	}
	if p.Row.Key != "" {
		if err := tx.putRow(p.Row); err != nil {
			return done, err
		}
	}
	for _, r := range p.Found {
		added, err := tx.addRow(r)
		if err != nil {
			return done, err
		}
		if added {
			done.Added++
		}
	}
	if p.report != nil {
		r, isNew, err := tx.putReport(*p.report, p.blob)
		if err != nil {
			return done, err
		}
		done.Revision, done.NewRevision = r.Revision, isNew
	}
	if p.Refused != nil && p.capture.Digest != "" {
		if err := tx.PutReading(p.capture.Digest, p.capture.URL, *p.Refused); err != nil {
			return done, err
		}
	}
	if p.Column != nil {
		return done, tx.PutColumn(*p.Column)
	}
	return done, nil
}

func (tx *Tx) needSnapshot(what string, d Digest) error {
	if tx.HasSnapshot(d) {
		return nil
	}
	return &InvalidError{What: what, Reason: fmt.Sprintf("the snapshot %s is %v", d, ErrNotFound)}
}

// needCapture refuses a report of a capture that the corpus does not have.
func (tx *Tx) needCapture(r Report) error {
	if r.Capture == "" || tx.bucket(bucketCaptures).Get([]byte(r.Capture)) != nil {
		return nil
	}
	return &InvalidError{What: "report " + r.ID, Reason: fmt.Sprintf("the capture %s is %v", r.Capture, ErrNotFound)}
}
