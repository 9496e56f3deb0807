package extract

import (
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"

	"gongkai/report"
)

//go:embed cities.tsv
var citiesTSV string

// cityLevel is the administrative level of a 市 by name.
var cityLevel = sync.OnceValue(func() map[string]string {
	m := make(map[string]string)
	for line := range strings.Lines(citiesTSV) {
		if level, names, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok && line[0] != '#' {
			for _, n := range strings.Fields(names) {
				m[n] = level
			}
		}
	}
	return m
})

// organTail is the end of the name of an organ or a place.
var organTail = compile(`(?:政府|办公室|办公厅|委员会|管委会|办事处|行政公署|局|委|厅|办|院|署|部|社|处|所|站|馆|校|队|中心|公司|集团|联合会|总工会|银行|分行|支行|海关|台|联|红十字会|协会|学会|[省市县区旗镇乡州盟]|街道)$`)

// reportNoun is the noun that ends the title of a report.
const reportNoun = `(?:(?:政府|政务)?信息(?:与政务|和政务)?公开|政务(?:信息)?公开)[^,。;]{0,16}?(?:年度工作报告|年度报告|工作报告|年报|年度工作总结|工作总结|年度总结|情况报告|工作的报告|情况的报告|总结报告)`

var (
	titlePattern = compile(reportNoun)
	// otherTitle is what titles of other things in the same columns say.
	otherTitle   = compile(`政府网站.{0,6}(?:年度|工作)报表|网站年度工作报表|法治政府|年报制度|公布情况|发布情况|格式|半年|季度|[一二三四]季|通报|指南|制度|办法|考核|测评|评估报告|目录|^(?:图解|图说|一图|解读|数说)|(?:解读|图解|读懂|通知)(?:》|\)|$)|工作计划|(?:预决算|决算|预算|财政|环境|环保|企业|信用)信息公开`)
	yearPattern  = compile(`((?:19|20)\d\d)(?:年度|年)?|(二[〇零0oO]?[〇零0oO]?[〇零0oO一二三四五六七八九]{1,2})年`)
	organPattern = compile(`^(.*?)(?:(?:政府|政务)?信息(?:与政务|和政务)?公开|政务(?:信息)?公开)`)
	ourOrgan     = compile(`^(?:我|本)(?:局|镇|办|委|市|县|区|乡|厅|院|街道|单位|机关|中心|省|州)$`)
)

// isTitle tells whether a folded line is the title of an annual report.
func isTitle(s string) bool {
	// Cheaper than the pattern, which wants them too.
	if !strings.Contains(s, "公开") || !strings.Contains(s, "报告") && !strings.Contains(s, "总结") && !strings.Contains(s, "年报") {
		return false
	}
	if n := utf8.RuneCountInString(s); n < 6 || n > 80 {
		return false
	}
	m := titlePattern.FindStringIndex(s)
	if m == nil || strings.Contains(s, "|") || strings.Count(s, "》") > strings.Count(s, "《") || otherTitle.MatchString(s) || strings.HasSuffix(s, "。") || strings.ContainsAny(s[:m[1]], "。;") {
		return false
	}
	tail := strings.TrimLeft(s[m[1]:], "》)")
	return tail == "" || utf8.RuneCountInString(tail) <= 14 && !strings.HasPrefix(tail, "的") && !strings.HasPrefix(tail, ",") && !strings.HasPrefix(tail, "已")
}

// titleFacts is what a title tells.
type titleFacts struct {
	organ string // as printed, folded
	year  int
}

// parseTitle takes organ and year out of a folded title.
func parseTitle(s string) titleFacts {
	var f titleFacts
	m := titlePattern.FindStringIndex(s)
	if m == nil {
		return f
	}
	head := s[:m[1]]
	if i := strings.LastIndexAny(head[:m[0]], "《。;"); i >= 0 {
		head = head[i:]
		head = strings.TrimLeft(head, "《。;")
	}
	for _, lead := range []string{"关于印发", "关于公布", "关于发布", "关于公开", "关于", "特向社会公布", "现公布", "现将", "公布", "发布", "编制", "编写"} {
		head = strings.TrimPrefix(head, lead)
	}
	f.year = yearIn(s)
	organ := ""
	if y := yearPattern.FindStringIndex(head); y != nil {
		before := strings.TrimRight(head[:y[0]], "(")
		after := strings.TrimLeft(head[y[1]:], ")度")
		if before != "" && !titlePattern.MatchString(before) {
			organ = before
			if !organTail.MatchString(organ) {
				// 平凉2018年…: whatever it is, the title says no more.
				if o := organPattern.FindStringSubmatch(before + after); o != nil {
					organ = o[1]
				}
			}
		} else if o := organPattern.FindStringSubmatch(before + after); o != nil {
			organ = o[1]
		}
	} else if o := organPattern.FindStringSubmatch(head); o != nil {
		organ = o[1]
	}
	if strings.HasSuffix(organ, "人民") {
		organ += "政府" // 乌当区人民政府信息公开…: one 政府 for two
	}
	organ = trimOrgan(organ)
	if organ == "" {
		// 2020年政府信息公开工作年度报告(栖云市水务局)
		if tail := trimOrgan(s[m[1]:]); plausibleOrgan(tail) {
			organ = tail
		}
	}
	f.organ = organ
	return f
}

// trimOrgan cuts off what is left of a title around the name of an organ. Names
// begin and end with 于 and 关 (于都县, 海关), and end with a bracket.
func trimOrgan(s string) string {
	const around = ":,-_[]《》 ·|/"
	s = strings.Trim(s, around)
	if !strings.Contains(s, "(") || strings.HasPrefix(s, "(") {
		s = strings.Trim(s, around+"()")
	}
	s = strings.TrimSuffix(strings.TrimPrefix(s, "关于"), "关于")
	s = strings.Trim(strings.TrimSuffix(s, "的"), around)
	return strings.TrimSuffix(s, "年度")
}

// yearIn is the first year that a folded text names, or 0.
func yearIn(s string) int {
	for _, m := range yearPattern.FindAllStringSubmatchIndex(s) {
		if m[2] >= 0 {
			// Part of a longer number is no year.
			if m[2] > 0 && isDigit(rune(s[m[2]-1])) || m[3] < len(s) && isDigit(rune(s[m[3]])) {
				continue
			}
			if y := atoi(s[m[2]:m[3]]); y >= 1990 && y <= 2099 {
				return y
			}
			continue
		}
		y := 0
		digits := 0
		for _, r := range s[m[4]:m[5]] {
			d, ok := hanDigit(r)
			if !ok {
				d = 0
			}
			y = y*10 + int(d)
			digits++
		}
		if digits == 4 && y >= 1990 && y <= 2099 {
			return y
		}
	}
	return 0
}

func atoi(s string) int {
	n := 0
	for _, r := range s {
		if !isDigit(r) {
			return 0
		}
		n = n*10 + int(r-'0')
	}
	return n
}

// plausibleOrgan tells whether a folded string can be the name of an organ.
func plausibleOrgan(s string) bool { return nameLike(s) && organTail.MatchString(s) }

// titleOrgan tells whether what a title names can be an organ: there the place
// tells, so that 残联 and 供销社 pass, and 各部门 does not.
func titleOrgan(s string) bool { return nameLike(s) && !noOrgan.MatchString(s) }

var noOrgan = compile(`^(?:各?部门|各?单位|本级|[省市县区]级|关于.*|年度|工作|政务|附件|附|.*(?:通知|公告|印发|公布|发布|编制|报送|上报))$`)

func nameLike(s string) bool {
	n := 0
	for _, r := range s {
		if !isHan(r) && !strings.ContainsRune("()·、", r) {
			return false
		}
		n++
	}
	return n >= 2 && n <= 40
}

// complete turns a bare place into its government. Zones, new areas and the like
// have none; their names stay as they are.
func complete(name string) string {
	r := []rune(name)
	if len(r) < 2 {
		return name
	}
	switch {
	case strings.HasSuffix(name, "街道"):
		return name + "办事处"
	case strings.HasSuffix(name, "地区"), strings.HasSuffix(name, "盟") && !strings.HasSuffix(name, "联盟"):
		return name + "行政公署"
	case strings.HasSuffix(name, "区"):
		for _, zone := range []string{"开发区", "新区", "高新区", "园区", "保税区", "管理区", "示范区", "风景区", "景区", "度假区", "合作区", "试验区", "保护区", "工业区", "产业区", "集聚区", "港区", "功能区", "社区", "片区", "经开区", "城乡一体化区", "先导区", "库区", "灌区", "校区"} {
			if strings.HasSuffix(name, zone) && name != "浦东新区" && name != "滨海新区" && !strings.HasSuffix(name, "市浦东新区") && !strings.HasSuffix(name, "市滨海新区") {
				return name
			}
		}
		return name + "人民政府"
	case strings.ContainsRune("省市县旗镇乡州", r[len(r)-1]):
		return name + "人民政府"
	}
	return name
}

// levelOf is the administrative level of an organ: from its region code when the
// caller knows it, else from the last place in its name.
func levelOf(name, region string) string {
	if strings.Contains(name, "街道") || townPattern.MatchString(name) {
		return "township"
	}
	if len(region) == 6 && !customs.MatchString(name) {
		switch {
		case strings.HasSuffix(region, "0000"):
			return "province"
		case strings.HasSuffix(region, "00"):
			return "city"
		}
		return "county"
	}
	switch {
	case strings.Contains(name, "自治县"), strings.Contains(name, "自治旗"):
		return "county"
	case strings.Contains(name, "自治区"):
		if i := strings.Index(name, "自治区"); !placeAfter.MatchString(name[i+len("自治区"):]) {
			return "province"
		}
	}
	if customs.MatchString(name) {
		return "central"
	}
	m := placePattern.FindAllStringSubmatchIndex(name)
	if len(m) == 0 {
		if centralName.MatchString(name) {
			return "central"
		}
		return ""
	}
	last := m[len(m)-1]
	place := []rune(name[:last[1]])
	switch place[len(place)-1] {
	case '省':
		return "province"
	case '县', '旗', '区':
		return "county"
	case '州', '盟':
		return "city"
	case '市':
		for n := 2; n <= min(len(place), 10); n++ {
			if l, ok := cityLevel()[string(place[len(place)-n:])]; ok {
				return l
			}
		}
	}
	return ""
}

var (
	centralName = compile(`^(?:国家|国务院|中华人民共和国|中国|教育部|科学技术部|公安部|民政部|司法部|财政部|自然资源部|生态环境部|交通运输部|水利部|农业农村部|商务部|文化和旅游部|应急管理部|审计署)`)
	// customs are of the centre wherever they are.
	customs      = compile(`海关(?:总署|学院)?$`)
	townPattern  = compile(`\p{Han}(?:镇|乡)(?:人民政府|政府)?$`)
	placeAfter   = compile(`\p{Han}{2,8}(?:市|县|区|旗|盟|州)`)
	placePattern = compile(`\p{Han}{1,8}?(?:省|自治州|州|市|盟|县|旗|区)`)
)

// kindOf is the kind of an organ by its name.
func kindOf(name string) string {
	if i := strings.Index(name, "("); i > 0 && strings.HasSuffix(name, ")") {
		name = name[:i] // 文化局(市文物局)
	}
	switch {
	case name == "":
		return ""
	case strings.HasSuffix(name, "政府办公室"), strings.HasSuffix(name, "政府办公厅"), strings.HasSuffix(name, "政府办"):
		return "office"
	case strings.HasSuffix(name, "政府"), strings.HasSuffix(name, "行政公署"):
		return "government"
	case strings.HasSuffix(name, "街道办事处"), strings.HasSuffix(name, "街道"), strings.HasSuffix(name, "街道办"):
		return "subdistrict"
	case strings.HasSuffix(name, "管委会"), strings.HasSuffix(name, "管理委员会") && strings.Contains(name, "区"), strings.HasSuffix(name, "开发区"), strings.HasSuffix(name, "新区"), strings.HasSuffix(name, "园区"), strings.HasSuffix(name, "高新区"):
		return "functional_zone"
	case departmentTail.MatchString(name):
		return "department"
	}
	return "other"
}

var departmentTail = compile(`(?:局|委员会|委|厅|办公室|办|署|部|中心|处|总队|支队|大队|队|科|站|所|院)$`)

// resolveOurs names the organ that 我局 or 本镇 stands for, when the caller knows
// it.
func resolveOurs(name string, site Site) string {
	if ourOrgan.MatchString(name) && site.Organ != "" {
		return site.Organ
	}
	return name
}

// scopeOf weighs the words that tell whose figures a report holds.
func scopeOf(organ report.Organ, text string) (report.Scope, string) {
	if m := aggregateWords.FindString(text); m != "" {
		return report.ScopeAggregate, m
	}
	all := sharedFigures.FindString(text)
	own := ownWords.FindString(othersOrgan.cut(text))
	switch organ.Kind {
	case "government":
		if organ.Level == "township" {
			if own != "" || townWords.MatchString(text) {
				return report.ScopeOwn, firstOf(own, townWords.FindString(text))
			}
			return report.ScopeUnknown, ""
		}
		if all != "" {
			return report.ScopeAggregate, all
		}
		if own != "" {
			return report.ScopeOwn, own
		}
	default:
		if own != "" {
			return report.ScopeOwn, own
		}
		if all != "" && organ.Kind == "" {
			return report.ScopeAggregate, all
		}
		if organ.Kind == "department" || organ.Kind == "office" || organ.Kind == "subdistrict" {
			if !sharedFigures.MatchString(text) {
				return report.ScopeUnknown, ""
			}
		}
	}
	return report.ScopeUnknown, ""
}

func firstOf(s ...string) string {
	for _, v := range s {
		if v != "" {
			return v
		}
	}
	return ""
}

var (
	aggregateWords = compile(`本行政区域(?:内)?(?:的)?(?:汇总|数据)|(?:全[省市县区州旗]|各[县市区镇])[^。]{0,30}(?:汇总|编制而成)|汇总(?:了)?(?:全[省市县区州]|各)|由[^。]{0,30}(?:各[县市区镇乡]|各部门)[^。]{0,20}(?:汇总|编制|组成)`)
	sharedFigures  = compile(`全[省市县区州旗][^。]{0,40}?(?:公开|发布|申请)[^。]{0,24}?\d[\d.,]*[万余多]*(?:条|件|宗|份|篇|项)`)
	ownWords       = compile(`本机关|我局|本局|我办|本办|我委|本委|我厅|本厅|本单位|我中心|本中心|我院|本院|我街道|本街道|我镇|本镇|我乡|本乡|我处|我署|本署`)
	// othersOrgan speaks of this organ only to say what is not its business.
	othersOrgan = compile(`(?:不属于|非|不是|属于)(?:本机关|本单位|我局|本局)|(?:本机关|本单位)(?:不掌握|公开|职责|职权)`)
	townWords   = compile(`我镇|本镇|全镇|我乡|本乡|全乡|镇政府|乡政府`)
)
