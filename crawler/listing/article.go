package listing

import (
	"path"
	"strings"
)

// articlePath tells whether a path is one that CMSs give to articles, as opposed to
// columns. It reads by hand what would be a score of patterns, since it is asked
// for every link of every page.
func articlePath(p string) bool {
	p = lower(p)
	slash := strings.LastIndexByte(p, '/')
	dir, file := p[:slash+1], p[slash+1:]
	if file == "" {
		return false
	}
	ext := path.Ext(file)
	stem := file[:len(file)-len(ext)]
	page := ext == ".html" || ext == ".htm" || ext == ".shtml" || ext == ".shtm"
	plain := ext == ".html" || ext == ".htm"
	if page && pageStem(stem, plain) || (page || ext == ".jhtml" || ext == ".asp" || ext == ".aspx") && numbered4(stem) {
		return true
	}
	switch {
	case len(file) > 10 && file[0] == 't' && digitsIn(file[1:]) == 8 && file[9] == '_' && digitsIn(file[10:]) > 0: // TRS: t20240120_1….html
		return true
	case plain && strings.Contains(dir, "/info/") && !strings.HasSuffix(dir, "/info/") && isName(stem): // VSB: info/1025/6.htm
		return true
	case plain && strings.HasSuffix(dir, "/annual_report/") && isName(stem): // Ma'anshan
		return true
	case strings.HasSuffix(dir, "/xxgkannualreport/show/") && digitsIn(file) > 0: // Xuancheng
		return true
	case ext == ".html" && digitsIn(stem) == len(stem) && strings.Contains(dir, "/public/"): // Lonsun: public/<organ>/<id>.html
		organ := strings.TrimSuffix(dir[strings.LastIndex(dir, "/public/")+len("/public/"):], "/")
		return organ != "" && digitsIn(organ) == len(organ)
	}
	return datedFolder(dir, page)
}

// columnPath tells whether a path is a number that CMSs give to a column:
// column/123.html.
func columnPath(p string) bool {
	slash := strings.LastIndexByte(p, '/')
	if slash < 1 {
		return false
	}
	file := p[slash+1:]
	n := digitsIn(file)
	if n == 0 || n >= len(file) || file[n] != '.' {
		return false
	}
	return columnDirs[strings.ToLower(p[strings.LastIndexByte(p[:slash], '/')+1:slash])]
}

var columnDirs = wordSet("channel channels column columns list lists col lm node nodes category class")

// pageStem tells whether the name of a page, without its extension, is an article's.
func pageStem(stem string, plain bool) bool {
	n := digitsIn(stem)
	switch {
	case len(stem) == 24 || len(stem) == 32: // Xi'an, Chaoyang; UCAP, Shanghai
		if hexIn(stem) == len(stem) {
			return true
		}
	case len(stem) == 36 && stem[8] == '-' && stem[13] == '-' && stem[18] == '-' && stem[23] == '-': // TrueCMS, Hebei
		return hexIn(stem) == 8
	case (n == 4 || n == 5) && len(stem) > n+1 && stem[n] == '-': // Shanghai, VSB: 0001-12344_64595
		rest := stem[n+1:]
		m := digitsIn(rest)
		if m > 0 && (m == len(rest) || rest[m] == '_' && m+1 < len(rest) && digitsIn(rest[m+1:]) == len(rest)-m-1) {
			return true
		}
	}
	switch {
	case strings.HasPrefix(stem, "art_"): // Hanweb, JPaaS
		return plain && len(stem) > 4 && isName(stem)
	case strings.HasPrefix(stem, "post_"), strings.HasPrefix(stem, "mpost_"): // gkmlpt, NFCMS
		id := stem[strings.IndexByte(stem, '_')+1:]
		return plain && id != "" && digitsIn(id) == len(id)
	case stem != "" && stem[0] == 't': // TRS without a date
		return len(stem) > 5 && digitsIn(stem[1:]) == len(stem)-1
	case stem != "" && stem[0] == 'c': // UCAP: c01_868731
		col, id, ok := strings.Cut(stem[1:], "_")
		return ok && col != "" && id != "" && digitsIn(col) == len(col) && digitsIn(id) == len(id)
	}
	return false
}

// numbered4 tells whether a name is letters, if any, and at least four digits: many
// small CMSs.
func numbered4(stem string) bool {
	i := 0
	for i < len(stem) && 'a' <= stem[i] && stem[i] <= 'z' {
		i++
	}
	return len(stem)-i >= 4 && digitsIn(stem[i:]) == len(stem)-i
}

// datedFolder tells whether a directory ends with a date: 202401/, 20240120/,
// 2013-01-25/, 2020/2/25/. A month or a compact day makes only pages articles.
func datedFolder(dir string, page bool) bool {
	parts := strings.Split(strings.Trim(dir, "/"), "/")
	last := parts[len(parts)-1]
	if strings.HasPrefix(last, "20") {
		switch n := digitsIn(last); {
		case n == len(last) && (n == 6 || n == 8):
			return page
		case n == 4 && len(last) == 10 && last[4] == '-' && last[7] == '-' && digitsIn(last[5:]) == 2 && digitsIn(last[8:]) == 2:
			return true
		}
	}
	if len(parts) < 3 {
		return false
	}
	year, month := parts[len(parts)-3], parts[len(parts)-2]
	return len(year) == 4 && strings.HasPrefix(year, "20") && digitsIn(year) == 4 &&
		len(month) <= 2 && digitsIn(month) == len(month) && len(last) <= 2 && month != "" && last != "" && digitsIn(last) == len(last)
}

// digitsIn counts the digits that s begins with, hexIn the hexadecimal ones.
func digitsIn(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

func hexIn(s string) int {
	n := 0
	for n < len(s) && ('0' <= s[n] && s[n] <= '9' || 'a' <= s[n] && s[n] <= 'f') {
		n++
	}
	return n
}

// isName tells whether s is letters, digits, - and _ only.
func isName(s string) bool {
	for i := range len(s) {
		if c := s[i]; !identifier(c) && c != '-' {
			return false
		}
	}
	return s != ""
}
