package listing

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
)

// xmlItems are the rows of an answer in XML that is no datastore: every element
// whose attributes or leaves hold an address and a title.
//
//	<list><item><title><![CDATA[…]]></title><url>/nb/1.html</url><pubdate>2024-01-20</pubdate></item>…</list>
//	<row title="…" href="/nb/1.html" time="2024-01-20"/>
func (r *reader) xmlItems(list *JSONList) []Item {
	dec := xml.NewDecoder(bytes.NewReader(r.Body))
	dec.Strict = false
	dec.AutoClose = xml.HTMLAutoClose
	dec.Entity = xml.HTMLEntity
	dec.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // decoded before
	type element struct {
		fields map[string]any
		text   strings.Builder
	}
	var items []Item
	var open []*element
	for len(items) < maxRows && len(open) < maxNesting {
		token, err := dec.Token()
		if err != nil {
			break
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{fields: map[string]any{}}
			for _, a := range token.Attr {
				e.fields[a.Name.Local] = a.Value
			}
			open = append(open, e)
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].text.Write(token)
			}
		case xml.EndElement:
			if len(open) == 0 {
				continue
			}
			e := open[len(open)-1]
			open = open[:len(open)-1]
			if it, ok := r.jsonItem(e.fields, list); ok {
				items = append(items, it)
			}
			if len(open) > 0 {
				open[len(open)-1].fields[token.Name.Local] = strings.TrimSpace(e.text.String())
			}
		}
	}
	return merge(nil, items)
}
