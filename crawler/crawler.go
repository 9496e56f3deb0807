// Package crawler walks the index pages of configured sites and captures the
// reports and attachments they list. Colly is the page engine, driven one page
// at a time by the frontier; politeness, safety and recording sit in the
// transport under it (package fetch).
package crawler

import "gongkai/report"

// Summary is the result of a run: the object `crawl --json` prints last.
type Summary struct {
	Run      string          `json:"run"` // start of the run, RFC 3339, UTC
	Exit     int             `json:"exit"`
	Requests int             `json:"requests"`
	Bytes    int64           `json:"bytes"`
	Columns  []ColumnSummary `json:"columns"`
}

// ColumnSummary tells how one column ended.
type ColumnSummary struct {
	Site      string `json:"site"`
	Index     string `json:"index"`
	Verdict   string `json:"verdict"`
	Declared  int    `json:"declared"`
	Listed    int    `json:"listed"`
	Reports   int    `json:"reports"`
	New       int    `json:"new"`
	Changed   int    `json:"changed"`
	Unchanged int    `json:"unchanged"`
	Failed    int    `json:"failed"`
	Evidence  string `json:"evidence"`
}

var _ report.Report
