package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// changesOf writes what happened between each list and the next: list before,
// list after, kind, code and name before, codes after, how it is known.
//
//	renamed    the code stays, the name is another
//	recoded    a division of the same name (海安县 → 海安市) has another code
//	succeeded  others took over the area, by successors.tsv
//	created    a code without a predecessor
//	ended      a code without a known successor
func changesOf(lists []list, known map[[2]string][]string) (string, error) {
	var b strings.Builder
	b.WriteString("# Written by gen; see SOURCES.md. list before, list after, kind, code, name, codes after, names after.\n")
	var errs []error
	for i := 1; i < len(lists); i++ {
		before, after := lists[i-1], lists[i]
		taken := map[string]bool{}
		write := func(kind, code string, to []string) {
			names := make([]string, len(to))
			for k, c := range to {
				names[k] = after.names[c]
				taken[c] = true
				if names[k] == "" {
					errs = append(errs, fmt.Errorf("successors.tsv: %s %s: %s is not in the list of %s", code, before.names[code], c, after.date))
				}
			}
			fmt.Fprintf(&b, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", before.date, after.date, kind, code, before.names[code], strings.Join(to, " "), strings.Join(names, " "))
		}
		for _, c := range before.codes() {
			name, now := before.names[c], after.names[c]
			switch {
			case now == name:
			case now != "":
				write("renamed", c, []string{c})
			case known[[2]string{c, name}] != nil:
				write("succeeded", c, known[[2]string{c, name}])
			default:
				var same []string
				for _, d := range after.codes() {
					if before.names[d] == "" && d[:2] == c[:2] && level(d) == level(c) && stem(after.names[d]) == stem(name) {
						same = append(same, d)
					}
				}
				if len(same) > 1 { // 鼓楼区 of one city is not that of another
					near := slices.DeleteFunc(slices.Clone(same), func(d string) bool { return d[:4] != c[:4] })
					if len(near) == 1 {
						same = near
					}
				}
				if len(same) == 1 {
					write("recoded", c, same)
				} else {
					write("ended", c, nil)
				}
			}
		}
		for _, d := range after.codes() {
			if before.names[d] == "" && !taken[d] {
				fmt.Fprintf(&b, "%s\t%s\tcreated\t\t\t%s\t%s\n", before.date, after.date, d, after.names[d])
			}
		}
	}
	return b.String(), errors.Join(errs...)
}

// level tells provinces, prefectures and counties apart.
func level(code string) int {
	switch {
	case strings.HasSuffix(code, "0000"):
		return 0
	case strings.HasSuffix(code, "00"):
		return 1
	}
	return 2
}

var (
	rank   = regexp.MustCompile(`(?:自治县|自治州|自治旗|林区|特区|地区|县|市|区|旗|盟|州)$`)
	people = regexp.MustCompile(`(?:各族|(?:回|满|蒙古|苗|土家|侗|彝|藏|壮|瑶|畲|黎|傣|白|哈尼|拉祜|佤|羌|达斡尔|朝鲜|维吾尔|哈萨克)族)+(?:自治[县州旗])$`)
)

// stem is the name of a division without what tells its rank.
func stem(name string) string {
	s := people.ReplaceAllString(name, "")
	s = rank.ReplaceAllString(s, "")
	if len([]rune(s)) < 2 {
		return name
	}
	return s
}
