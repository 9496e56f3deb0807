package corpus

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"gongkai/report"
)

// idLength is the number of hex digits of an ID. Any beginning of it that is
// unique names the report, too; see [Corpus.Show].
const idLength = 12

// Identity is the ID of a report that was read at an address: twelve hex digits.
func Identity(r *report.Report, address string) string {
	parts := []string{"url", address}
	if name := foldName(r.Organ); name != "" && r.Year != 0 {
		parts = []string{"organ", name, whereabouts(name, r.Organ.Region, address), string(r.Scope), strconv.Itoa(r.Year)}
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])[:idLength]
}

// OrganID is the ID of the organ of a report, the same in all its reports: what
// Identity tells organs apart by. It is empty for a report that names no organ.
func OrganID(r *report.Report, address string) string {
	name := foldName(r.Organ)
	if name == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(name + "\x00" + whereabouts(name, r.Organ.Region, address)))
	return "o" + hex.EncodeToString(sum[:])[:idLength]
}

// foldName is the fullest name of an organ without what varies in print.
func foldName(o report.Organ) string {
	name := o.FullName
	if name == "" {
		name = o.Name
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, norm.NFKC.String(name))
}

// placed matches names that begin with a place whose name is unique in the
// country: the names of provinces, cities and counties are, by regulation; those of
// districts (区), towns and subdistricts are not.
var placed = regexp.MustCompile(`^(?:中国|中华人民共和国|国家|国务院)|^\p{Han}{2,}?(?:省|自治区|特别行政区|市|自治州|州|地区|盟|自治县|县|旗)`)

// whereabouts tells organs of one name apart: nothing for a name that says where
// its organ is, else the region, else the host.
func whereabouts(name, region, address string) string {
	if placed.MatchString(name) {
		return ""
	}
	if region != "" {
		return region
	}
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return strings.TrimPrefix(u.Hostname(), "www.")
	}
	return address
}
