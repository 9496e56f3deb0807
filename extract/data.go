package extract

import (
	"fmt"
	"io"
	"sync"

	"github.com/cespare/xxhash/v2"

	"gongkai/extract/check"
	"gongkai/extract/template"
	"gongkai/report"
)

// DataHash names the data files that the extractor works by: the forms and their
// labels, the relations, the wordings of headings and sentences, the dictionary of
// metrics, the names of cities. When one of them changes, the same bytes may give
// another report though [Version] is the same.
var DataHash = sync.OnceValue(func() string {
	h := xxhash.New()
	for _, part := range []struct {
		name  string
		write func(io.Writer) error
	}{
		{"page", text(pageTSV)},
		{"headings", text(headingsTSV)},
		{"sentences", text(sentencesTSV)},
		{"cities", text(citiesTSV)},
		{"forms", template.WriteData},
		{"relations", check.WriteData},
		{"metrics", report.WriteData},
	} {
		if err := part.write(h); err != nil {
			panic(fmt.Sprintf("extract: data files of %s: %v", part.name, err)) // embedded: a broken build
		}
	}
	return fmt.Sprintf("%016x", h.Sum64())
})

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}
