package crawler

import "strings"

// Summary is the result of a run: the object `crawl --json` prints last.
type Summary struct {
	Run      string          `json:"run"` // start of the run, RFC 3339, UTC
	Exit     int             `json:"exit"`
	Requests int             `json:"requests"`
	Bytes    int64           `json:"bytes"`
	Columns  []ColumnSummary `json:"columns"`
	// HostsByHealth counts the hosts asked in the run by how they stood at its end:
	// ok, slow (asked more slowly than its pace), resting (it wanted to be left
	// alone for a while), or the first word of the verdict for which it was not asked
	// further. Hosts are those that are not ok.
	HostsByHealth map[string]int `json:"hosts_by_health,omitempty"`
	Hosts         []HostSummary  `json:"hosts,omitempty"`
}

// HostSummary tells how a host stood at the end of a run.
type HostSummary struct {
	Host     string `json:"host"`
	Health   string `json:"health"`
	Verdict  string `json:"verdict,omitempty"`
	Evidence string `json:"evidence,omitempty"`
}

// ColumnSummary tells how one column ended.
type ColumnSummary struct {
	Site  string `json:"site"`
	Index string `json:"index"`
	// Verdict is complete, or begins with partial, needs_js, blocked, robots,
	// soft404, empty_drift, unreachable or failed; a reason may follow a colon.
	Verdict string `json:"verdict"`
	// Declared is how many items the site says there are, 0 if it does not say;
	// Listed how many were found.
	Declared int `json:"declared"`
	Listed   int `json:"listed"`
	// Reports is how many reports of the column the corpus holds. Of those asked
	// for in this run, New had not been there, Changed say something else than
	// before, Unchanged do not.
	Reports   int `json:"reports"`
	New       int `json:"new"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	// Failed is how many pages and attachments could not be fetched.
	Failed   int    `json:"failed"`
	Evidence string `json:"evidence"`
	// Drift says by how much the column fell behind its own history: what it
	// lists, the reports, those with tables, the share of pages that are reports.
	Drift string `json:"drift,omitempty"`
}

// The exit codes that a summary can carry.
const (
	exitDone        = 0
	exitFailed      = 1   // the corpus or the judge failed
	exitSources     = 3   // some sources failed or were blocked
	exitDrift       = 4   // a column fell behind its own history
	exitInterrupted = 130 // the run stopped before its end; the next one goes on
)

// exit is 0 when every column is complete and none fell behind. Of the two that
// can be wrong the drift counts more: a source that fails says so by itself.
func (s *Summary) exit() int {
	exit := exitDone
	for _, c := range s.Columns {
		if c.Drift != "" {
			return exitDrift
		}
		if c.Verdict != verdictComplete {
			exit = exitSources
		}
	}
	return exit
}

const (
	verdictComplete   = "complete"
	verdictEmptyDrift = "empty_drift"
)

// gravity orders verdicts from the one that says most about why a column is not
// complete to the one that says least.
var gravity = []string{"blocked", "robots", "unreachable", "failed", "soft404", "needs_js", "empty_drift", "partial", "complete"}

// graver tells whether verdict a says more than b.
func graver(a, b string) bool { return rank(a) < rank(b) }

func rank(verdict string) int {
	word, _, _ := strings.Cut(verdict, ":")
	for i, g := range gravity {
		if g == word {
			return i
		}
	}
	return len(gravity)
}
