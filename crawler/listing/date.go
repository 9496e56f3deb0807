package listing

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// printedDate matches the forms of dates beside links: 2021-3-29, 2021/03/29,
// 2026.01.14, 2021年3月29日, [2026-09-12], glued to a time (2021-03-2918:26) and
// broken over lines (2026-\n01-\n23).
var printedDate = regexp.MustCompile(`((?:19|20)\d\d)\s*[-/.年－—]\s*([01]?\d)\s*[-/.月－—]\s*([0-3]\d|\d)`)

// compactDate is 20200225 standing alone.
var compactDate = regexp.MustCompile(`(?:^|\D)((?:19|20)\d\d)([01]\d)([0-3]\d)(?:\D|$)`)

// partedDates are dates whose day is printed apart, as a calendar leaf: 09 over
// 2022-01, 01-09 over 2022, or below them.
var partedDates = []struct {
	form             *regexp.Regexp
	year, month, day int
}{
	{regexp.MustCompile(`(?:^|\D)((?:19|20)\d\d)\s*[-/.年]\s*([01]?\d)月?\s+([0-3]?\d)(?:\D|$)`), 1, 2, 3},
	{regexp.MustCompile(`(?:^|\D)([0-3]?\d)日?\s*((?:19|20)\d\d)\s*[-/.年]\s*([01]?\d)(?:\D|$)`), 2, 3, 1},
	{regexp.MustCompile(`(?:^|\D)([01]?\d)\s*[-/.月]\s*([0-3]\d)日?\s*((?:19|20)\d\d)(?:\D|$)`), 3, 1, 2},
	{regexp.MustCompile(`(?:^|\D)((?:19|20)\d\d)年?\s+([01]?\d)\s*[-/.月]\s*([0-3]\d)(?:\D|$)`), 1, 2, 3},
}

// urlDate matches the dates inside paths: t20200225_1, /art/2020/2/25/,
// /202308/21/, /20230331/, /2013-01-25/, P0202007215….
var urlDate = []*regexp.Regexp{
	regexp.MustCompile(`/t(20\d\d)([01]\d)([0-3]\d)_\d`),
	regexp.MustCompile(`/(20\d\d)/([01]?\d)/([0-3]?\d)/`),
	regexp.MustCompile(`/(20\d\d)([01]\d)/([0-3]\d)/`),
	regexp.MustCompile(`/(20\d\d)-?([01]\d)-?([0-3]\d)/`),
	regexp.MustCompile(`/[PW]0(20\d\d)([01]\d)([0-3]\d)\d+\.`),
}

// findDate is the first date printed in text as YYYY-MM-DD, "" without one.
func findDate(text string) string {
	if !strings.ContainsAny(text, "0123456789") {
		return ""
	}
	if len(text) > 4096 {
		text = text[:4096]
	}
	for _, form := range []*regexp.Regexp{printedDate, compactDate} {
		for _, m := range form.FindAllStringSubmatch(text, 8) {
			if d := day(m[1], m[2], m[3]); d != "" {
				return d
			}
		}
	}
	for _, p := range partedDates {
		if m := p.form.FindStringSubmatch(text); m != nil && len(text) < 200 {
			if d := day(m[p.year], m[p.month], m[p.day]); d != "" {
				return d
			}
		}
	}
	return ""
}

// dateInURL is the date a CMS wrote into the path of an article.
func dateInURL(u *url.URL) string {
	for _, form := range urlDate {
		if m := form.FindStringSubmatch(u.Path); m != nil {
			if d := day(m[1], m[2], m[3]); d != "" {
				return d
			}
		}
	}
	return ""
}

// dateOf reads the date value of a JSON record: text, or seconds or milliseconds
// since 1970 in Chinese time.
func dateOf(value string) string {
	value = strings.TrimSpace(value)
	if n, err := strconv.ParseInt(value, 10, 64); err == nil {
		switch {
		case len(value) == 13:
			n /= 1000
		case len(value) != 10:
			return findDate(value)
		}
		return time.Unix(n, 0).In(china).Format(time.DateOnly)
	}
	return findDate(value)
}

var china = time.FixedZone("CST", 8*60*60)

func day(y, m, d string) string {
	year, _ := strconv.Atoi(y)
	month, _ := strconv.Atoi(m)
	date, _ := strconv.Atoi(d)
	if t := time.Date(year, time.Month(month), date, 0, 0, 0, 0, time.UTC); t.Year() != year || int(t.Month()) != month || t.Day() != date {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", year, month, date)
}
