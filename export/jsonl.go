package export

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"

	"gongkai/corpus"
	"gongkai/report"
)

// jsonlFormat writes one JSON object a line: reports whole, as `extract --json`
// prints them, with id and revision; every other table that does not come out of
// them as objects with the columns as keys, missing ones left out.
type jsonlFormat struct {
	tableFiles
	reports *json.Encoder
	counted *outFile
}

func newJSONL(dir string, _ *Options) (writer, error) {
	return &jsonlFormat{tableFiles: tableFiles{dir: dir, format: "jsonl"}}, nil
}

// inReports are the tables whose rows are parts of the reports.
var inReports = []string{"reports", "figures", "sections", "findings"}

func (j *jsonlFormat) table(t *Table) (rowWriter, error) {
	if slices.Contains(inReports, t.Name) && t.Name != "reports" {
		return nil, nil
	}
	f, err := j.create(t.Name)
	if err != nil {
		return nil, err
	}
	if t.Name == "reports" {
		j.reports, j.counted = plainEncoder(f), f
		return nil, nil
	}
	return &jsonRows{f: f, t: t, keys: objectKeys(t)}, nil
}

// plainEncoder writes JSON lines in which nothing is escaped that need not be.
func plainEncoder(w io.Writer) *json.Encoder {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e
}

// entry writes a report.
func (j *jsonlFormat) entry(x *run, e *Entry) error {
	x.judge.read(e)
	line := reportLine{ID: e.ID, Revision: e.Revision, OrganID: e.OrganID}
	line.Report = privateReport(e.Report, func(i int) bool {
		f := &e.Report.Figures[i]
		ruling := e.Ruled[i]
		if !x.metrics.takes(f.Metric) || !x.o.Quality.takes(x.judge.quality(i), ruling) {
			return false
		}
		if ruling != "" {
			line.Decisions = append(line.Decisions, decisionLine{corpus.CellName(f), f.Locator, ruling})
		}
		return true
	})
	j.counted.file.Rows++
	return j.reports.Encode(line)
}

// reportLine is a line of reports.jsonl: the report with what the corpus knows of it.
type reportLine struct {
	ID       string `json:"id"`
	Revision int    `json:"revision"`
	OrganID  string `json:"organ_id,omitempty"`
	*report.Report
	// Decisions are what people found of figures.
	Decisions []decisionLine `json:"decisions,omitempty"`
}

type decisionLine struct {
	Cell    string         `json:"cell"`
	Locator report.Locator `json:"locator"`
	Verdict corpus.Ruling  `json:"verdict"`
}

type jsonRows struct {
	f    *outFile
	t    *Table
	keys [][]byte
	buf  bytes.Buffer
}

// objectKeys are the quoted names of the columns.
func objectKeys(t *Table) [][]byte {
	keys := make([][]byte, len(t.Columns))
	for i, c := range t.Columns {
		keys[i] = quoted(c.Name)
	}
	return keys
}

func quoted(s string) []byte {
	var b bytes.Buffer
	if err := plainEncoder(&b).Encode(s); err != nil {
		return []byte(`""`) // a string always encodes
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

func (w *jsonRows) row(values []string) error {
	w.buf.Reset()
	w.buf.WriteByte('{')
	for i, v := range values {
		if v == "" {
			continue
		}
		if w.buf.Len() > 1 {
			w.buf.WriteByte(',')
		}
		w.buf.Write(w.keys[i])
		w.buf.WriteByte(':')
		switch w.t.Columns[i].Type {
		case Integer, Number, Bool:
			w.buf.WriteString(v)
		default:
			w.buf.Write(quoted(v))
		}
	}
	w.buf.WriteString("}\n")
	w.f.file.Rows++
	_, err := w.f.Write(w.buf.Bytes())
	return err
}
