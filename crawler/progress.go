package crawler

// Progress is told how far a run is, after each URL. It is called from several
// goroutines and must not block.
type Progress interface {
	Update(Status)
}

// Status is how far a run is.
type Status struct {
	Listed  int   // items found on index pages
	Fetched int   // URLs finished
	Reports int   // reports among them
	Failed  int   // URLs given up
	Bytes   int64 // received
	Queue   int   // URLs waiting, as far as is known
}

type nobody struct{}

func (nobody) Update(Status) {}
