package extract

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gongkai/extract/document"
)

// everyPattern is every pattern of the package with a name to show.
func everyPattern() map[string]*pattern {
	all := map[string]*pattern{
		"titlePattern": titlePattern, "otherTitle": otherTitle, "yearPattern": yearPattern, "organPattern": organPattern, "ourOrgan": ourOrgan,
		"organTail": organTail, "noOrgan": noOrgan, "centralName": centralName, "townPattern": townPattern, "placeAfter": placeAfter,
		"placePattern": placePattern, "departmentTail": departmentTail, "aggregateWords": aggregateWords, "sharedFigures": sharedFigures,
		"ownWords": ownWords, "othersOrgan": othersOrgan, "townWords": townWords, "namedInText": namedInText, "compilerPattern": compilerPattern,
		"sourceLine": sourceLine, "signOffDate": signOffDate, "labelInLine": labelInLine, "afterValue": afterValue, "datePattern": datePattern,
		"publishedLine": publishedLine, "hanDate": hanDate, "periodPattern": periodPattern, "yearLead": yearLead, "titleMarks": titleMarks,
		"metaLine": metaLine, "formMarks": formMarks, "officialPattern": officialPattern, "formLabel": formLabel,
		"halfYearTitle": halfYearTitle, "websiteTitle": websiteTitle, "lawTitle": lawTitle, "formTitle": formTitle, "noticeTitle": noticeTitle,
		"soft404Text": soft404Text, "guideTitle": guideTitle, "inSentence": inSentence, "seeAttachment": seeAttachment, "fileName": fileName,
		"subjectWords": subjectWords, "foreignApplication": foreignApplication, "historyWords": historyWords, "otherOrgan": otherOrgan,
		"documentClasses": documentClasses, "caseContext": caseContext, "joiner": joiner, "spanWords": spanWords, "upTo": upTo, "otherRemedy": otherRemedy,
	}
	for i, p := range slices.Concat(page().line, page().end) {
		all[fmt.Sprintf("page.tsv %d", i)] = p
	}
	for _, r := range headingRules() {
		all["headings.tsv "+r.pattern.String()] = r.pattern
	}
	for _, r := range sentenceRules() {
		all[fmt.Sprintf("sentences.tsv %d", r.line)] = r.pattern
		if r.unless != nil {
			all[fmt.Sprintf("sentences.tsv %d unless", r.line)] = r.unless
		}
	}
	return all
}

// A pattern finds what package regexp finds, in the lines of whole reports, in
// their masked sentences, and in ends of those, where matches begin at odd places.
func TestPatternsFindWhatRegexpFinds(t *testing.T) {
	files, err := filepath.Glob("testdata/reports/*")
	if err != nil || len(files) == 0 {
		t.Fatal("no reports", err)
	}
	var lines []string
	seen := make(map[string]bool)
	add := func(s string) {
		if !seen[s] {
			seen[s] = true
			lines = append(lines, s)
		}
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := document.Read(t.Context(), b, document.Hint{Name: f}, document.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for i := range doc.Blocks {
			text := doc.Blocks[i].Text
			if len(text) > 600 {
				continue // its sentences will do
			}
			add(fold(text))
			var p passage
			p.add(i, text)
			for _, s := range sentences(p, "", aboutAnything) {
				add(s.text)
				for k := range s.text {
					if k%72 == 0 {
						add(s.text[k:])
					}
				}
			}
		}
	}
	for name, p := range everyPattern() {
		plain := regexp.MustCompile(p.String())
		for _, s := range lines {
			var grams gramSet
			grams.addText(s)
			want := plain.FindAllStringSubmatchIndex(s, -1)
			switch {
			case !reflect.DeepEqual(p.FindAllStringSubmatchIndex(s), want),
				p.MatchString(s) != (want != nil),
				want != nil && (!p.maybe(&grams) || !slices.Equal(p.FindStringSubmatchIndex(s), want[0]) || p.cut(s) != plain.ReplaceAllString(s, "")):
				t.Errorf("%s in %q: %v, want %v", name, s, p.FindAllStringSubmatchIndex(s), want)
			}
		}
	}
}

// How a match may begin is known for patterns of all shapes.
func TestPatternShapes(t *testing.T) {
	texts := strings.Fields("甲 乙 甲乙 乙甲丙 丙丙甲乙 2024年 二〇二四年 1 a年 年 甲丙乙乙 (甲) 甲乙丙丁戊")
	texts = append(texts, "")
	for _, expr := range []string{
		"甲", "甲乙", "甲?乙", "甲*乙", "甲+乙", "(?:甲|乙丙)?丁", "[甲乙]丙", "^甲", "甲$", "^(?:甲|乙)+$", "甲|^乙", `\d\d`, "(甲)|(乙)", "", "甲*",
		".乙", "[^甲]乙", "(?i)A年", "(?:二|2)[〇0-9]", `\p{Han}{2}`, "(?:甲|甲乙)丙", "(?:|甲)乙", "甲{0,2}丙", "[丁乙丙-丟]{2}", `\(甲|乙`,
	} {
		p, plain := compile(expr), regexp.MustCompile(expr)
		for _, s := range texts {
			if got, want := p.FindStringSubmatchIndex(s), plain.FindStringSubmatchIndex(s); !slices.Equal(got, want) {
				t.Errorf("%s in %q: %v, want %v", expr, s, got, want)
			}
			if got, want := p.FindAllStringSubmatchIndex(s), plain.FindAllStringSubmatchIndex(s, -1); !reflect.DeepEqual(got, want) {
				t.Errorf("all %s in %q: %v, want %v", expr, s, got, want)
			}
		}
	}
}
