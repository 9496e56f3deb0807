package listing

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// was5 reads columns that TRS WAS5 serves: a POST by channel id answers with XML.
// Search boxes name the same address, so a page that lists by itself is left alone.
//
//	$.post("/was5/web/search", {channelid: "234", searchword: "", page: 1, prepage: 15})
//	POST /was5/web/search   channelid=234&searchword=&extrasql=&page=2&prepage=15
//	<RECORDCOUNT>31</RECORDCOUNT><REC><TITLE><![CDATA[…]]></TITLE><URL>…</URL><DOCRELTIME>2024-01-20</DOCRELTIME></REC>…
var was5 = mechanism{name: "was5", start: startWas5, follow: followWas5}

var (
	wasSearch  = regexp.MustCompile(`['"]?([^'"\s=]*/was5/web/search)\b`)
	wasChannel = regexp.MustCompile(`(?i)channelid['"]?\s*(?:[:=]|value=)\s*['"]?(\d{2,12})`)
	wasSize    = regexp.MustCompile(`(?i)(?:prepage|perpage)['"]?\s*[:=]\s*['"]?(\d{1,3})`)
	wasTotal   = regexp.MustCompile(`(?i)<RECORDCOUNT>\s*(?:<!\[CDATA\[)?\s*(\d{1,7})`)
	wasRecord  = regexp.MustCompile(`(?is)<REC(?:\s[^>]*)?>(.*?)</REC>`)
	wasField   = regexp.MustCompile(`(?is)<(TITLE|DOCTITLE|URL|DOCPUBURL|DOCRELTIME|DOCPUBTIME|PUBDATE)>(.*?)</(?:TITLE|DOCTITLE|URL|DOCPUBURL|DOCRELTIME|DOCPUBTIME|PUBDATE)>`)
)

func startWas5(r *reader) *answer {
	if !bytes.Contains(r.Body, []byte("/was5/web/search")) {
		return nil
	}
	m := wasSearch.FindSubmatch(r.Body)
	if m == nil || len(r.pageItems()) > 0 {
		return nil
	}
	to := Resolve(r.base, string(m[1]))
	channel := ""
	if c := wasChannel.FindSubmatch(r.Body); c != nil {
		channel = string(c[1])
	}
	for _, n := range r.survey().inputs {
		if strings.EqualFold(attr(n, "name"), "channelid") && digits.MatchString(attr(n, "value")) && channel == "" {
			channel = attr(n, "value")
		}
	}
	if to == nil || !sameHost(to, r.URL) || channel == "" {
		return nil
	}
	size := strconv.Itoa(defaultPer)
	if s := wasSize.FindSubmatch(r.Body); s != nil {
		size = string(s[1])
	}
	r.set("search", withQuery(to), "channel", channel, "size", size, "page", "1")
	return &answer{shell: true, tentative: true, next: r.wasPage(1)}
}

func (r *reader) wasPage(n int) *Request {
	form := fmt.Sprintf("channelid=%s&searchword=&extrasql=&page=%d&prepage=%s", r.get("channel"), n, r.get("size"))
	if r.get("get") != "" {
		return &Request{URL: r.get("search") + "?" + form}
	}
	return &Request{Method: "POST", URL: r.get("search"), ContentType: formType, Body: form}
}

func followWas5(r *reader) *answer {
	n, _ := strconv.Atoi(r.get("page"))
	have, _ := strconv.Atoi(r.get("have"))
	a := &answer{evidence: r.refused()}
	if a.evidence == "" {
		a.items, a.rows = r.wasRows(string(r.Body))
		if m := wasTotal.FindSubmatch(r.Body); m != nil {
			a.declared, _ = strconv.Atoi(string(m[1]))
		}
		if len(a.items) == 0 {
			a.evidence = fmt.Sprintf("%d bytes without records", len(r.Body))
		}
	}
	have += a.rows
	if a.evidence != "" && n == 1 && r.get("get") == "" {
		r.set("get", "1")
		return &answer{retry: r.wasPage(n), evidence: a.evidence}
	}
	switch {
	case a.evidence != "" && (n == 1 || r.Status >= 400):
		a.problem, a.evidence = "search service", fmt.Sprintf("%s answers %s", r.URL.Path, a.evidence)
	case a.evidence != "":
	case a.declared > 0 && have >= a.declared:
		a.evidence = fmt.Sprintf("%d records came", have)
	default:
		r.set("page", strconv.Itoa(n+1), "have", strconv.Itoa(have))
		a.next = r.wasPage(n + 1)
	}
	return a
}

// wasRows reads the records of an answer.
func (r *reader) wasRows(src string) (items []Item, rows int) {
	for _, m := range wasRecord.FindAllStringSubmatch(src, maxRows) {
		if rec := m[1]; rec != "" {
			rows++
			o := map[string]any{}
			for _, m := range wasField.FindAllStringSubmatch(rec, 16) {
				key := "docreltime"
				switch strings.ToUpper(m[1]) {
				case "TITLE", "DOCTITLE":
					key = "title"
				case "URL", "DOCPUBURL":
					key = "url"
				}
				o[key] = record(m[2])
			}
			if it, ok := r.jsonItem(o, &JSONList{}); ok {
				items = append(items, it)
			}
		}
	}
	return items, rows
}
