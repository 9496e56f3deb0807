package listing

import (
	"encoding/json"
	"html"
	"regexp"
	"strconv"
	"strings"
)

// A store is one <datastore>: rows as markup in <record> elements, and how many
// there are. Pages embed it in a script element (whose text goquery and browsers
// leave alone), in a string of a script, or escaped in a hidden element; endpoints
// answer with it, bare or inside JSON.
type store struct {
	records []string
	next    string // the link of <nextgroup>
	total   int    // items, 0 unknown
	pages   int    // pages, 0 unknown
}

// stores finds the datastores of a text. Records outside any make up one more.
func stores(src string) []store {
	if !strings.Contains(src, "ecord") && !strings.Contains(src, "ECORD") {
		return nil
	}
	src = unwrap(src)
	low := lower(src)
	var found []store
	var rest strings.Builder
	for at := 0; at < len(src); {
		open := strings.Index(low[at:], "<datastore")
		if open < 0 {
			rest.WriteString(src[at:])
			break
		}
		open += at
		rest.WriteString(src[at:open])
		end := len(src)
		for _, mark := range []string{"<datastore", "</datastore", `<\/datastore`} {
			if i := strings.Index(low[open+10:end], mark); i >= 0 {
				end = open + 10 + i
			}
		}
		found = append(found, newStore(src[open:end]))
		if at = end; !strings.HasPrefix(low[end:], "<datastore") {
			at = min(len(src), end+len("</datastore"))
		}
		if len(found) >= 20 {
			break
		}
	}
	if len(found) == 0 {
		if bare := newStore(rest.String()); len(bare.records) > 0 {
			found = append(found, bare)
		}
	}
	return found
}

// unwrap resolves what a datastore was escaped with: JSON or JSONP around it, a
// script's string, entities.
func unwrap(src string) string {
	if strings.Contains(src, "<record") || strings.Contains(src, "<datastore") {
		return src
	}
	if object, ok := jsonOf([]byte(src)).(map[string]any); ok {
		for _, key := range []string{"result", "data", "html", "xml"} {
			if s, ok := object[key].(string); ok {
				return unwrapOnce(s)
			}
		}
	}
	return unwrapOnce(src)
}

func unwrapOnce(s string) string {
	switch low := lower(s); {
	case strings.Contains(low, `\u003crecord`), strings.Contains(low, `\u003cdatastore`), strings.Contains(low, `\x3crecord`), strings.Contains(low, `\x3cdatastore`):
		return unquote(s)
	case strings.Contains(low, "&lt;record"), strings.Contains(low, "&lt;datastore"):
		return html.UnescapeString(s)
	}
	return s
}

// newStore reads the inside of one datastore. Records that aren't closed end
// where the next one starts.
func newStore(src string) store {
	low := lower(src)
	s := store{total: tagNumber(src, totalRecord), pages: tagNumber(src, totalPage)}
	if i := strings.Index(low, "<nextgroup"); i >= 0 {
		end := strings.Index(low[i:], "</nextgroup")
		if end < 0 {
			end = min(len(low)-i, 4096)
		}
		if m := hrefValue.FindStringSubmatch(unslash(src[i : i+end])); m != nil {
			s.next = html.UnescapeString(strings.TrimSpace(m[1] + m[2] + m[3]))
		}
	}
	for at := 0; len(s.records) < maxRows; {
		i := strings.Index(low[at:], "<record")
		if i < 0 {
			break
		}
		i += at
		open := strings.IndexByte(low[i:], '>')
		if open < 0 {
			break
		}
		if at = i + open + 1; low[i+7] != '>' && low[i+7] != ' ' {
			continue // <recordset>
		}
		end := len(low)
		for _, mark := range []string{"<record", "</record", `<\/record`} {
			if j := strings.Index(low[at:end], mark); j >= 0 {
				end = at + j
			}
		}
		s.records = append(s.records, record(src[at:end]))
		at = end
	}
	return s
}

// record takes the markup out of a record: CDATA, whole, split or broken;
// entities; the escapes of a script's string.
func record(s string) string {
	s = unslash(strings.TrimSpace(s))
	if strings.Contains(s, "<![CDATA[") {
		s = strings.ReplaceAll(s, "]]]]><![CDATA[>", "]]>")
		s = strings.ReplaceAll(strings.ReplaceAll(s, "<![CDATA[", ""), "]]>", "")
	} else if !strings.Contains(s, "<") && strings.Contains(s, "&lt;") {
		s = html.UnescapeString(s)
	}
	return brokenRow.ReplaceAllString(s, "<li>")
}

// unslash resolves the escapes of markup that stands in a script's string.
func unslash(s string) string {
	if strings.Contains(s, `\"`) || strings.Contains(s, `\/`) || strings.Contains(s, `\'`) {
		return unquote(s)
	}
	return s
}

var (
	totalRecord = regexp.MustCompile(`(?i)<totalrecord>\s*(?:<!\[CDATA\[)?\s*(\d{1,7})`)
	totalPage   = regexp.MustCompile(`(?i)<totalpage>\s*(?:<!\[CDATA\[)?\s*(\d{1,6})`)
	hrefValue   = regexp.MustCompile(`(?i)href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))`)
	brokenRow   = regexp.MustCompile(`(?i)<li\s+style=\s*<br\s*/?>`)
)

func tagNumber(src string, form *regexp.Regexp) int {
	if m := form.FindStringSubmatch(src); m != nil {
		n, _ := strconv.Atoi(m[1])
		return n
	}
	return 0
}

// recordItems are the entries of records; each is read by itself, so that broken
// markup spoils one row only.
func (r *reader) recordItems(records []string) []Item {
	var items []Item
	for _, rec := range records {
		items = append(items, r.fragment(rec, r.base)...)
		if len(items) >= maxRows {
			break
		}
	}
	return merge(nil, items)
}

// lower maps ASCII letters only, so that offsets stay the same.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// jsonOf reads a JSON or JSONP answer; nil where it is neither. Numbers stay as
// they are printed.
func jsonOf(body []byte) any {
	s := strings.Trim(string(body), "\ufeff \t\r\n;")
	if m := padding.FindString(s); m != "" && strings.HasSuffix(s, ")") {
		s = s[len(m) : len(s)-1]
	}
	if s == "" || s[0] != '{' && s[0] != '[' && s[0] != '"' {
		return nil
	}
	dec := json.NewDecoder(strings.NewReader(s))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return nil
	}
	if inner, ok := v.(string); ok && strings.HasPrefix(strings.TrimSpace(inner), "{") && json.Unmarshal([]byte(inner), &v) != nil {
		return nil
	}
	return v
}

var padding = regexp.MustCompile(`^(?:/\*\*/)?\s*[\w$.]{1,80}\s*\(`)
