package listing

import (
	"html"
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	// wording is how annual reports on open government information are titled.
	wording = regexp.MustCompile(`信息公开.{0,16}(?:年度?报告|年报|年度.{0,4}报告|工作报告|情况报告|工作总结|报告)|年度.{0,12}信息公开.{0,8}(?:报告|总结)|信息公开(?:20\d\d|[二２][０〇○零Ｏ].{2})年.{0,8}(?:报告|总结)`)
	// bare is a title that says no more than year and report.
	bare = regexp.MustCompile(`^(?:20\d\d)年?度?(?:政务公开|政务信息)?(?:工作)?(?:年度?报告|年报|报告|信息公开)(?:全文)?$`)
	// otherwise is what also stands in such columns and isn't a report.
	otherwise   = regexp.MustCompile(`法治政府|政府网站.{0,10}(?:报表|年报|年度报告|年度)|(?:年报|报告).{0,4}(?:公布|发布|报送|编制|审核)情况|(?:年报|报告).{0,4}制度|一图(?:读懂|看懂|了解)|^图[解说]|半年|季度?报|月报|第.季度|(?:编制|做好|报送|填报|撰写|开展|提交|上报).{0,40}(?:通知|函|方案)|(?:格式|模板|范本|样式|模版)$|(?:指南|办法|规定|细则|条例|解读|图解|一图读懂|问答|目录|规划|要点|一览表)$|统计表$`)
	chineseYear = regexp.MustCompile(`二[〇○零ＯO0Ο]([〇○零ＯO0Ο一二三四五六七八九])([〇○零ＯO0Ο一二三四五六七八九])年`)
)

// ReportTitle tells whether a title names an annual report on open government
// information, and of which year; 0 where it doesn't say. The other papers of the
// same columns (法治政府…年度报告, 政府网站工作年度报表, 年报公布情况, 半年报, notices on
// how to write one) aren't reports.
func ReportTitle(title string) (year int, ok bool) {
	folded := fold(title)
	if !strings.Contains(folded, "报") && !strings.Contains(folded, "总结") && (!strings.HasPrefix(folded, "20") || !strings.Contains(folded, "公开")) {
		return 0, false // spares most links of a page the rest
	}
	if (!strings.Contains(folded, "信息公开") || !wording.MatchString(folded)) && (!strings.HasPrefix(folded, "20") || !bare.MatchString(folded)) || isOther(folded) {
		return 0, false
	}
	return yearIn(folded), true
}

// OtherPaper tells whether a title names one of the other papers that stand in
// columns of annual reports: 法治政府…年度报告, 政府网站工作年度报表, 年报制度 and the like.
func OtherPaper(title string) bool { return isOther(fold(title)) }

// isOther asks the pattern for other papers only where one of its words stands.
func isOther(folded string) bool {
	for _, word := range otherWords {
		if strings.Contains(folded, word) {
			return otherwise.MatchString(folded)
		}
	}
	return false
}

var otherWords = strings.Fields("法治 网站 情况 制度 半年 季 月报 通知 函 方案 格式 模板 范本 样式 模版 指南 办法 规定 细则 条例 解读 图解 图说 一图 问答 目录 规划 要点 一览 统计表")

// fold drops white space and brackets of titles and maps full-width digits.
func fold(title string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= '０' && c <= '９':
			return c - '０' + '0'
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\u00a0' || c == '\u3000' || c == '\u200b' || c == '\ufeff',
			c == '《', c == '》', c == '〔', c == '〕':
			return -1
		}
		return c
	}, title)
}

// yearIn is the year a folded title speaks of, 0 without one.
func yearIn(folded string) int {
	year, best := 0, 0
	for i := 0; i+4 <= len(folded); i++ {
		if folded[i] != '2' || folded[i+1] != '0' || digitsIn(folded[i:]) != 4 || i > 0 && digitsIn(folded[i-1:]) > 0 {
			continue
		}
		// 2019年度 is surer than 2019年, and that than a bare number.
		sure := 1
		if rest := folded[i+4:]; strings.HasPrefix(rest, "年度") {
			sure = 3
		} else if strings.HasPrefix(rest, "年") {
			sure = 2
		}
		if sure > best {
			best, year = sure, 2000+10*int(folded[i+2]-'0')+int(folded[i+3]-'0')
		}
	}
	if year > 0 {
		return year
	}
	if m := chineseYear.FindStringSubmatch(folded); m != nil {
		return 2000 + 10*numeral(m[1]) + numeral(m[2])
	}
	return 0
}

func numeral(s string) int {
	if i := strings.Index("一二三四五六七八九", s); i >= 0 {
		return i/3 + 1
	}
	return 0
}

// cleanTitle makes one line of a title as a page printed it.
func cleanTitle(s string) string {
	if strings.Contains(s, "&") {
		s = html.UnescapeString(s)
	}
	s = strings.Join(strings.Fields(strings.Map(func(c rune) rune {
		switch c {
		case '\u00a0', '\u3000', '\u200b', '\ufeff':
			return ' '
		case utf8.RuneError, '\x00':
			return -1
		}
		return c
	}, percentU(s))), " ")
	s = strings.TrimLeft(s, "·•●▪■◆▶►>»-–—*＊◇○※ ")
	if len(s) > maxTitle {
		s = strings.ToValidUTF8(s[:maxTitle], "")
	}
	return strings.TrimSpace(s)
}

// maxTitle bounds a title in bytes.
const maxTitle = 600

// cut tells whether a title was cut for display.
func cut(s string) bool {
	return strings.HasSuffix(s, "…") || strings.HasSuffix(s, "...") || strings.HasSuffix(s, "..") || strings.HasSuffix(s, "．．．")
}

// better picks of two titles of one link: the uncut one, the one that names a
// report, the attribute before the text.
func better(attribute, text string) string {
	attribute, text = cleanTitle(attribute), cleanTitle(text)
	switch {
	case attribute == "":
		return text
	case text == "" || cut(text):
		return attribute
	case cut(attribute):
		return text
	}
	_, a := ReportTitle(attribute)
	_, t := ReportTitle(text)
	if t && !a {
		return text // the attribute says 点击查看 or names the column
	}
	return attribute
}
