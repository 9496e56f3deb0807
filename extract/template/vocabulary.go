package template

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// role is what a label is for.
type role uint8

const (
	rowRole         role = iota // a row with cells
	rowGroupRole                // （三）不予公开
	columnRole                  // a column with cells
	columnGroupRole             // 法人或其他组织
	blockRole                   // 第二十条第（一）项
	ignoreRole                  // 信息内容
	asideRole                   // 序号
	titleRole                   // the heading a table stands under
	sectionRole                 // a heading that ends tables
)

// term is one label of one table. Forms that share row, column or group share
// the term.
type term struct {
	role  role
	table string
	key   string // of a row or column
	block string // core of the label of the block, for rows
	label string // as the newest form prints it
	core  string // of label
	group string // core of the label of the innermost group, for rows and columns
	// number is the numbering of the label: 3, 三.
	number string
	// code is what stands in the column of codes beside a row.
	code string
}

// wording is one way a term is printed.
type wording struct {
	term *term
	text string // the core
	core []rune
	// forms are the forms whose own label this is, as bits by index in Forms.
	forms uint
}

// match is a wording that a printed label may be.
type match struct {
	*wording
	score float64 // 1 is equal
}

// vocabulary is every label of every form.
type vocabulary struct {
	exact   map[string][]match
	byTable map[string][]*wording
	// begins has everything that a label may begin with.
	begins  map[string]bool
	longest int // runes of the longest core
	// titles are the headings of the annex, which stand behind a year or an organ.
	titles []match
	// shortest is the length of the shortest label of a table's rows and columns.
	shortest map[string]int
}

var words = sync.OnceValue(func() *vocabulary {
	v := &vocabulary{exact: make(map[string][]match), begins: make(map[string]bool), byTable: make(map[string][]*wording), shortest: make(map[string]int)}
	terms := make(map[term]*term)
	add := func(form int, t term, label string, own bool) {
		f := fold(label)
		if f.core == "" {
			return
		}
		id := t
		id.label, id.core, id.number, id.code = "", "", "", ""
		p := terms[id]
		if p == nil {
			p = new(term)
			terms[id] = p
		}
		if own {
			t.number, t.core = f.number, f.core
			*p = t
		}
		for _, w := range v.exact[f.core] {
			if w.term == p {
				if own {
					w.forms |= 1 << form
				}
				return
			}
		}
		w := &wording{term: p, text: f.core, core: []rune(f.core)}
		if own {
			w.forms = 1 << form
		}
		v.exact[f.core] = append(v.exact[f.core], match{w, 1})
		if t.role == titleRole && t.table == annexTable {
			v.titles = append(v.titles, match{w, 1})
		}
		v.byTable[t.table] = append(v.byTable[t.table], w)
		for i := range f.core {
			v.begins[f.core[:i]] = true
		}
		v.longest = max(v.longest, len(w.core))
		if t.role == rowRole || t.role == columnRole {
			if n := v.shortest[t.table]; n == 0 || len(w.core) < n {
				v.shortest[t.table] = len(w.core)
			}
		}
	}
	for i, f := range Forms() {
		for _, s := range f.Sections {
			add(i, term{role: sectionRole, label: s}, s, true)
		}
		for _, t := range f.Tables {
			for _, s := range t.Title {
				add(i, term{role: titleRole, table: t.Key, label: s}, s, true)
			}
			for _, s := range t.Ignore {
				add(i, term{role: ignoreRole, table: t.Key, key: s, label: s}, s, true)
			}
			for _, kind := range slices.Sorted(maps.Keys(t.Aside)) {
				for _, s := range t.Aside[kind] {
					add(i, term{role: asideRole, table: t.Key, key: kind, label: s}, s, true)
				}
			}
			for _, b := range t.Blocks {
				if b.core != "" {
					add(i, term{role: blockRole, table: t.Key, block: b.core, label: b.Label}, b.Label, true)
				}
				addItems := func(items []*Item, leaf, group role, block string) {
					seen := make(map[*Item]bool)
					for _, it := range items {
						for _, g := range it.path {
							if g.Key != "" || seen[g] {
								continue
							}
							seen[g] = true
							for n, label := range g.labels() {
								add(i, term{role: group, table: t.Key, key: g.Label, label: g.Label}, label, n == 0)
							}
						}
						within := ""
						if n := len(it.path); n > 0 {
							within = it.path[n-1].core
						}
						for n, label := range it.labels() {
							add(i, term{role: leaf, table: t.Key, key: it.Key, block: block, label: it.Label, group: within, code: it.Code}, label, n == 0)
						}
					}
				}
				addItems(b.columns, columnRole, columnGroupRole, "")
				addItems(b.rows, rowRole, rowGroupRole, b.core)
			}
		}
	}
	return v
})

// find gives what a folded label may be: the terms it equals, or else the terms
// of the given table that it resembles most. Only equal labels are looked for
// when table is empty. The list is shared.
func (v *vocabulary) find(f folded, table string) []match {
	if list := v.exact[f.core]; len(list) > 0 || table == "" {
		return list
	}
	return v.resemble(f, table)
}

// titled gives the heading of an annex that a label ends with: 附表：2012年度
// 政府信息公开情况统计表.
func (v *vocabulary) titled(core string) (match, bool) {
	if !strings.HasSuffix(core, "统计表") || utf8.RuneCountInString(core) > maxTitle {
		return match{}, false
	}
	for _, m := range v.titles {
		if strings.HasSuffix(core, m.text) {
			return m, true
		}
	}
	return match{}, false
}

// maxTitle is the most letters of the heading of an annex.
const maxTitle = 50

// resemble gives the terms of a table that a label resembles most: some letters
// changed, or one contains the other.
func (v *vocabulary) resemble(f folded, table string) []match {
	n := utf8.RuneCountInString(f.core)
	if n < 3 || n > v.longest+8 {
		return nil
	}
	core := []rune(f.core)
	var best []match
	for _, w := range v.byTable[table] {
		score := 0.0
		limit := typos(len(w.core))
		if d := distance(core, w.core, limit); d <= limit {
			score = 1 - float64(d)/float64(max(n, len(w.core)))
		} else if n >= 4 && len(w.core) >= 4 && (strings.Contains(w.text, f.core) || strings.Contains(f.core, w.text)) {
			score = 0.8 * float64(min(n, len(w.core))) / float64(max(n, len(w.core)))
		}
		if score < 0.4 {
			continue
		}
		switch {
		case len(best) == 0 || score > best[0].score:
			best = append(best[:0], match{w, score})
		case score == best[0].score:
			best = append(best, match{w, score})
		}
	}
	// What is a piece of several labels may be any of them.
	for _, w := range v.byTable[table] {
		if len(best) > 0 && n >= 4 && len(w.core) > n && strings.Contains(w.text, f.core) &&
			!slices.ContainsFunc(best, func(m match) bool { return m.term == w.term }) {
			best = append(best, match{w, best[0].score})
		}
	}
	return best
}

// typos is how many letters of a label of n may be wrong.
func typos(n int) int {
	switch {
	case n < 4:
		return 0
	case n < 7:
		return 1
	case n < 12:
		return 2
	}
	return 3
}

// glued reads a label that is several header labels run together, such as
// 信息内容本年处理决定数量, or gives nil.
func (v *vocabulary) glued(core string) [][]match {
	var list [][]match
	for len(core) > 0 {
		// The longest label that the rest begins with, unless it is all of it at first.
		var longest []match
		end, runes := 0, 0
		for i, r := range core {
			if runes++; runes > v.longest {
				break
			}
			at := i + utf8.RuneLen(r)
			if at == len(core) && list == nil {
				break
			}
			if heads := v.heads(core[:at]); heads != nil {
				longest, end = heads, at
			}
		}
		if end == 0 {
			return nil
		}
		list = append(list, longest)
		core = core[end:]
	}
	return list
}

// heads gives the header labels equal to core.
func (v *vocabulary) heads(core string) []match {
	var list []match
	for _, m := range v.exact[core] {
		switch m.term.role {
		case columnRole, columnGroupRole, ignoreRole, asideRole, blockRole:
			list = append(list, m)
		}
	}
	return list
}
