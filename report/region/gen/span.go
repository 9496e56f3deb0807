package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// spansOf writes one line for each name that a code had without interruption:
// code, name, first list, last list. An empty first or last list means that it
// reaches to the edge of what is known.
func spansOf(lists []list, prefix string) string {
	var b strings.Builder
	dates := make([]string, len(lists))
	for i, l := range lists {
		dates[i] = l.date
	}
	fmt.Fprintf(&b, "# Written by gen; see SOURCES.md. code, name, first list, last list.\n# lists\t%s\n", strings.Join(dates, " "))
	var lines []string
	for i, l := range lists {
		for _, c := range l.codes() {
			if i > 0 && lists[i-1].names[c] == l.names[c] {
				continue
			}
			last := i
			for last+1 < len(lists) && lists[last+1].names[c] == l.names[c] {
				last++
			}
			since, until := l.date, lists[last].date
			if i == 0 {
				since = ""
			}
			if last == len(lists)-1 {
				until = ""
			}
			lines = append(lines, prefix+c+"\t"+l.names[c]+"\t"+since+"\t"+until)
		}
	}
	slices.Sort(lines)
	b.WriteString(strings.Join(lines, "\n") + "\n")
	return b.String()
}

// readSuccessors reads successors by the code and the name that ended.
func readSuccessors(name string) (map[[2]string][]string, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	known := map[[2]string][]string{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 3 {
			return nil, fmt.Errorf("%s: %q is no line of code, name, successors", name, line)
		}
		known[[2]string{f[0], f[1]}] = strings.Fields(f[2])
	}
	return known, nil
}
