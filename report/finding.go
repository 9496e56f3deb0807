package report

// Finding is one accounting relation evaluated on the figures of a report.
type Finding struct {
	// Rule is the relation's id, such as T3.COL.
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	Verdict  Verdict  `json:"verdict"`
	// At names what the relation was evaluated on: an applicant, a metric, a
	// group of metrics.
	At string `json:"at,omitempty"`
	// Expected and Got are decimal strings, absent when not evaluated. Expected
	// is the side computed from parts, Got the printed total.
	Expected string `json:"expected,omitempty"`
	Got      string `json:"got,omitempty"`
	// Operands are the figures the relation read, as metric or metric@applicant.
	Operands []string `json:"operands,omitempty"`
	// Suspect is the cell or row that most likely carries the error.
	Suspect *Suspect `json:"suspect,omitempty"`
	// Doubt says, on a fail, whether the publisher printed it so or our reading
	// of it is uncertain.
	Doubt Doubt  `json:"doubt,omitempty"`
	Note  string `json:"note,omitempty"`
}

// Suspect names a cell, or a whole row when Applicant is empty, and the value
// that would satisfy every relation through it, when there is one.
type Suspect struct {
	Metric    string    `json:"metric"`
	Applicant Applicant `json:"applicant,omitempty"`
	Implied   string    `json:"implied,omitempty"`
}

// Severity tells whether a relation must hold (hard) or should (soft).
type Severity string

// The severities.
const (
	Hard Severity = "hard"
	Soft Severity = "soft"
)

// Verdict is the outcome of a relation.
type Verdict string

// The verdicts. A relation is evaluated only when every operand is a known
// number; blank is never read as 0.
const (
	Pass         Verdict = "pass"
	Fail         Verdict = "fail"
	NotEvaluated Verdict = "not_evaluated"
)

// Doubt tells whose error a failed relation looks like.
type Doubt string

// The doubts: the publisher printed it so, or the extraction is uncertain.
const (
	DoubtPublisher  Doubt = "publisher"
	DoubtExtraction Doubt = "extraction"
)
