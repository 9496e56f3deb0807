package export

import "strconv"

var sourcesTable = Table{
	Name:        "sources",
	Title:       "来源 sources",
	Description: "one row a capture that stands behind a report, of every address that gave it",
	Key:         []string{"report", "capture"},
	Foreign:     []ForeignKey{{[]string{"report", "revision"}, "reports", []string{"report", "revision"}}},
	Columns: []Column{
		reportColumn,
		{Name: "revision", Type: Integer, Description: "latest revision of the report", Required: true},
		{Name: "capture", Type: Text, Description: "id of the capture", Required: true},
		{Name: "url", Type: Text, Description: "address that was asked", Required: true},
		{Name: "final_url", Type: Text, Description: "address that answered, after redirects"},
		{Name: "page", Type: Text, Description: "address of the page that links to the file url"},
		{Name: "site", Type: Text, Description: "id of the configured site"},
		{Name: "captured", Type: Time, Description: "time of the capture", Required: true},
		{Name: "status", Type: Integer, Description: "HTTP status"},
		{Name: "verdict", Type: Text, Description: "how the fetch ended"},
		{Name: "snapshot", Type: Text, Description: "SHA-256 of the bytes; the same as in reports where the report was read from them"},
		{Name: "bytes", Type: Integer, Description: "size of the body", Required: true},
		{Name: "revisit", Type: Bool, Description: "the server said that nothing changed, or sent the same bytes", Required: true},
		{Name: "run", Type: Text, Description: "run of the crawl or import"},
	},
	each: func(_ *run, e *Entry, out emit) error {
		if !e.Latest {
			return nil
		}
		for i := range e.Captures {
			c := &e.Captures[i]
			if err := out([]string{
				e.ID, strconv.Itoa(e.Revision), c.ID, c.URL, c.FinalURL, c.Page, c.Site, moment(c.Time), number(c.Status), c.Verdict,
				c.Snapshot, strconv.FormatInt(c.Bytes, 10), strconv.FormatBool(c.Revisit), c.Run,
			}); err != nil {
				return err
			}
		}
		return nil
	},
}
