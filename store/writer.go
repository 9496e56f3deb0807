package store

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
)

// WriterOptions for NewWriter. The zero value is the default.
type WriterOptions struct {
	// Batch is how many finished URLs share a transaction at most. Default 100.
	Batch int
	// Delay is how long the first of a batch waits for others. Default 5ms.
	Delay time.Duration
	// More tells, when a batch has so many, whether another one is on its way; the
	// batch does not wait when there is none. Default: there always may be.
	More func(have int) bool
	// Memory bounds the bodies that wait, in bytes; a single body may exceed it.
	// Default 64 MiB.
	Memory int64
}

// Writer commits what many goroutines finish in common transactions: hashing and
// compressing happen in the goroutine that calls, and one commit, one fsync and
// one turn at the lock serve a whole batch.
type Writer struct {
	store  *Store
	o      WriterOptions
	memory *semaphore.Weighted
	queue  chan *pending
	done   chan struct{} // closed when the committer has ended

	mu     sync.RWMutex // held shared while sending to queue
	closed bool
}

// pending is a Finish that waits for its transaction.
type pending struct {
	ctx    context.Context
	cost   int64
	finish prepared
	result chan<- finishResult
}

type finishResult struct {
	done Finished
	err  error
}

// NewWriter starts a writer; Close ends it.
func (s *Store) NewWriter(o WriterOptions) *Writer {
	if o.Batch <= 0 {
		o.Batch = 100
	}
	if o.Delay <= 0 {
		o.Delay = 5 * time.Millisecond
	}
	if o.More == nil {
		o.More = func(int) bool { return true }
	}
	if o.Memory <= 0 {
		o.Memory = 64 << 20
	}
	w := &Writer{
		store:  s,
		o:      o,
		memory: semaphore.NewWeighted(o.Memory),
		queue:  make(chan *pending),
		done:   make(chan struct{}),
	}
	go w.commitAll()
	return w
}

// Finish applies one finished URL as [Tx.Finish] does and returns when its
// transaction is on the disk. When ctx ends before, the error is ctx.Err() and
// the URL may or may not have been applied; to apply it for certain, pass a
// context without cancellation.
//
// An *InvalidError concerns this URL alone. Any other error means that nothing of
// the batch was applied.
func (w *Writer) Finish(ctx context.Context, f Finish) (Finished, error) {
	cost := int64(1 << 10)
	cost += int64(len(f.Body))
	if f.Report != nil {
		cost += int64(len(f.Report.Body))
	}
	cost = min(cost, w.o.Memory)
	if err := w.memory.Acquire(ctx, cost); err != nil {
		return Finished{}, err
	}
	p, err := w.store.prepare(storeSource{ctx, w.store}, f)
	if err != nil {
		w.memory.Release(cost)
		return Finished{}, err
	}
	p.Body = nil // its compressed form is in p.body
	result := make(chan finishResult, 1)
	if err := w.send(&pending{ctx: ctx, cost: cost, finish: p, result: result}); err != nil {
		w.memory.Release(cost)
		return Finished{}, err
	}
	select {
	case r := <-result:
		return r.done, r.err
	case <-ctx.Done():
		return Finished{}, ctx.Err()
	}
}

func (w *Writer) send(p *pending) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return ErrClosed
	}
	select {
	case w.queue <- p:
		return nil
	case <-p.ctx.Done():
		return p.ctx.Err()
	}
}

// Close commits what waits and ends the writer. A later Finish is ErrClosed.
func (w *Writer) Close() {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.queue)
	}
	w.mu.Unlock()
	<-w.done
}

func (w *Writer) commitAll() {
	defer close(w.done)
	for first := range w.queue {
		w.commit(w.collect(first))
	}
}

// collect waits a little for others to share the transaction of first.
func (w *Writer) collect(first *pending) []*pending {
	batch := []*pending{first}
	cost := first.cost
	timer := time.NewTimer(w.o.Delay)
	defer timer.Stop()
	for len(batch) < w.o.Batch && cost < w.o.Memory/2 && w.o.More(len(batch)) {
		select {
		case p, ok := <-w.queue:
			if !ok {
				return batch
			}
			batch = append(batch, p)
			cost += p.cost
		case <-timer.C:
			return batch
		}
	}
	return batch
}

// commit applies a batch and tells each caller.
func (w *Writer) commit(batch []*pending) {
	results := make([]finishResult, len(batch))
	err := w.store.Update(context.Background(), func(tx *Tx) error {
		for i, p := range batch {
			if err := p.ctx.Err(); err != nil {
				results[i] = finishResult{err: err}
				continue
			}
			done, err := tx.finish(p.finish)
			if _, invalid := errors.AsType[*InvalidError](err); err != nil && !invalid {
				return err
			}
			results[i] = finishResult{done, err}
		}
		return nil
	})
	for i, p := range batch {
		if err != nil && results[i].err == nil {
			results[i] = finishResult{err: err}
		}
		p.result <- results[i]
		w.memory.Release(p.cost)
	}
}
