package fakegov

import (
	"math/rand/v2"
	"strings"

	"gongkai/report"
)

// paragraph is a paragraph of a report, before it becomes HTML or Word.
type paragraph struct {
	text    string
	heading bool
	// table is the table that stands here, nil for text.
	table grid
}

// author writes the prose of one report and notes the figures that its
// sentences state.
type author struct {
	*rand.Rand
	organ Organ
	year  int
	out   []paragraph
	text  figures
}

func (a *author) pick(pool []string) string { return pool[a.IntN(len(pool))] }

// say appends a paragraph. {organ}, {we}, {place}, {year} and {next} are filled
// in, and any {metric} by the figure of that name; the figures used so become
// part of the report's truth.
func (a *author) say(text string, numbers ...any) {
	a.out = append(a.out, paragraph{text: a.fill(text, numbers...)})
}

func (a *author) head(text string) {
	a.out = append(a.out, paragraph{text: text, heading: true})
}

func (a *author) table(g grid) { a.out = append(a.out, paragraph{table: g}) }

// fill replaces the names in braces. numbers are pairs of a metric and an int or
// a decimal string.
func (a *author) fill(text string, numbers ...any) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		b.WriteString(a.value(name, numbers))
		text = after
	}
}

func (a *author) value(name string, numbers []any) string {
	switch name {
	case "organ":
		return a.organ.Name
	case "we":
		return a.organ.We
	case "place":
		return a.organ.Place
	case "year":
		return itoa(a.year)
	case "next":
		return itoa(a.year + 1)
	}
	for i := 0; i < len(numbers); i += 2 {
		if numbers[i] == name {
			value, ok := numbers[i+1].(string)
			if !ok {
				value = itoa(numbers[i+1].(int))
			}
			a.text["text."+name] = value
			return value
		}
	}
	panic("fakegov: no figure for {" + name + "}") // a sentence that nobody tested
}

// none records a figure that the sentence states in words, such as 未收到.
func (a *author) none(metric string) { a.text["text."+metric] = "0" }

var (
	openings = []string{
		"根据《中华人民共和国政府信息公开条例》（以下简称《条例》）第五十条的规定，{organ}编写了{year}年度政府信息公开工作年度报告，现予公布。报告由总体情况、主动公开、申请办理、复议诉讼、问题与改进、其他事项六个部分构成，数据统计时间自{year}年1月1日起至{year}年12月31日止。",
		"按照《中华人民共和国政府信息公开条例》要求，{organ}现向社会公布{year}年政府信息公开工作年度报告。报告中的数据统计期限为{year}年1月1日至{year}年12月31日。社会公众对报告内容有疑问的，可通过门户网站留言咨询。",
		"本报告依照《中华人民共和国政府信息公开条例》和上级有关编写要求，由{organ}汇总整理形成，反映{year}年全年的工作情况，所列数据截至{year}年12月31日。",
	}
	overviews = []string{
		"{year}年，{we}把公开透明作为依法履职的基本要求，从群众最想知道、最常打听的事情入手，逐项梳理公开清单，边查边补、边用边改，公开的内容更实、查找更便、回应更快。",
		"{year}年，{we}紧扣年度中心任务安排公开工作，年初排任务，季度看进度，年底比效果，一批与生产生活密切相关的信息实现了出台即公开、更新即提示。",
		"{year}年，{we}以方便办事为出发点推进政府信息公开，着力解决内容零散、更新不及时、表述不易懂等老问题，工作基础进一步夯实。",
		"{year}年，{we}持续完善公开机制，明确专人负责，坚持先审后发，做到重要事项不漏项、敏感内容不误发，公开工作平稳有序。",
	}
	channels = []string{
		"（一）主动公开。全年通过政府网站公开政府信息{disclosed_via_website}条，通过政务新媒体公开政府信息{disclosed_via_new_media}条，通过公示栏、便民手册等其他方式公开政府信息{disclosed_via_other}条，合计主动公开政府信息{disclosed_total}条。财政资金使用、民生保障、工程建设等内容单独成栏，便于查阅。",
		"（一）主动公开情况。{year}年共主动公开政府信息{disclosed_total}条，其中通过政府网站公开{disclosed_via_website}条，通过政务新媒体公开{disclosed_via_new_media}条，通过其他方式公开{disclosed_via_other}条。对涉企政策、招生入学、救助标准等关注度高的信息，统一了发布口径和更新周期。",
		"（一）关于主动公开。围绕年度重点任务及时发布权威信息，全年主动公开政府信息{disclosed_total}条。从渠道看，政府网站{disclosed_via_website}条，政务新媒体{disclosed_via_new_media}条，其他方式{disclosed_via_other}条。",
	}
	normativeDocs = []string{
		"全年制发行政规范性文件{normative_docs_issued}件，废止{normative_docs_abolished}件，现行有效{normative_docs_in_force}件。",
		"对行政规范性文件开展了集中清理，{year}年制发行政规范性文件{normative_docs_issued}件、废止{normative_docs_abolished}件，目前现行有效的行政规范性文件共{normative_docs_in_force}件。",
	}
	requestSentences = []string{
		"（二）依申请公开。全年新收政府信息公开申请{requests_new}件，上年结转{requests_carried_in}件，办结{requests_closed}件，结转下年度继续办理{requests_carried_out}件。答复前主动与申请人核对诉求，尽量做到一次讲清。",
		"（二）依申请公开情况。{year}年新收到政府信息公开申请{requests_new}件，另有上年结转{requests_carried_in}件；年内办结{requests_closed}件，结转下年度{requests_carried_out}件。经办人员对疑难件实行会商，答复文书由专人复核。",
		"（二）关于依申请公开。{year}年共新收政府信息公开申请{requests_new}件，上年结转{requests_carried_in}件，已办结{requests_closed}件，结转下年度{requests_carried_out}件，全部在法定期限内处理。",
	}
	noRequests = []string{
		"（二）依申请公开。{year}年未收到政府信息公开申请，也没有上年结转的申请。申请渠道保持畅通，值班电话有人接听。",
		"（二）依申请公开情况。全年未收到政府信息公开申请，无上年结转件。受理点和网上申请入口均正常开放。",
	}
	management = []string{
		"（三）政府信息管理。落实发布前三级审核，严把政治关、法律关、文字关，对涉及个人隐私的内容作去标识化处理；定期清理失效链接和过期内容，历史文件逐步补录上网。",
		"（三）政府信息管理情况。制定信息发布流程图，明确起草、审核、发布、归档各环节责任人，新出台文件在印发的同时确定公开属性，未经审查的信息一律不得上网。",
		"（三）关于政府信息管理。对存量文件分批清理，标注有效性，做到底数清、状态明；公开目录随机构职能变化及时调整。",
	}
	platform = []string{
		"（四）平台建设。优化公开专栏检索功能，将常用栏目前置，新增办事指引图解；政务新媒体坚持专人值守，留言按时回复。",
		"（四）公开平台建设情况。完成网站适老化改造，专栏支持按年份和主题查找；在政务服务大厅设置公开查阅点，配备查询终端和纸质目录。",
		"（四）关于平台建设。整合分散账号，规范网站与新媒体的信息同步，杜绝一稿多样；公开查阅场所保持常年开放。",
	}
	supervision = []string{
		"（五）监督保障。将政府信息公开纳入年度综合考核，邀请群众代表参与评议，对更新不及时的栏目点名提醒；全年没有发生因公开工作失职而被追究责任的情形。",
		"（五）监督保障情况。组织业务培训，结合实例讲解答复文书的写法；每季度开展自查，发现问题列单整改；未发生需要追究责任的情况。",
		"（五）关于监督保障。主要负责人定期听取公开工作汇报，业务骨干参加上级轮训；畅通监督投诉电话，社会评议结果总体良好，无责任追究情形。",
	}
	disputes = []string{
		"因政府信息公开引发的行政复议{review_total}件、行政诉讼{litigation_total}件，具体结果见下表。",
		"{year}年，涉及政府信息公开的行政复议{review_total}件，行政诉讼{litigation_total}件。",
	}
	noDisputes = []string{
		"全年未发生因政府信息公开引起的行政复议和行政诉讼。",
		"{year}年没有因政府信息公开被申请行政复议、提起行政诉讼的情况。",
	}
	problems = []string{
		"工作中还存在一些不足：一是个别栏目内容偏旧，更新节奏跟不上业务变化；二是政策解读形式比较单一，图文、视频等方式用得不多；三是基层经办人员流动较快，业务衔接不够顺畅。",
		"对照群众期盼，主要问题有：公开内容与办事需求结合还不够紧；部分信息专业术语较多，通俗化程度不高；答复文书的说理部分有待充实。",
		"存在的问题主要是：公开的主动性还有差距，习惯于等通知、跟要求；专栏检索不够便捷，历史资料查找费时；线下查阅点利用率偏低。",
	}
	remedies = []string{
		"{next}年将重点做好三项工作：一是逐栏核对更新责任，建立到期提醒；二是多用问答、图表解读政策，让群众看得懂、用得上；三是开展新任人员岗前培训，编印常见情形答复参考。",
		"下一步，{we}将细化公开目录，把办事高频事项优先纳入；完善解读与文件同步起草、同步审签的做法；加强文书质量抽查，以案例促规范。",
		"针对上述问题，{we}将改进专栏导航，补齐历史资料，健全线上线下联动的查阅服务，并把群众评价作为检验公开成效的重要依据。",
	}
	noFee = []string{
		"本年度未收取信息处理费。除上述内容外，没有其他需要报告的事项。",
		"{year}年未收取政府信息公开信息处理费，无其他需要报告的事项。",
	}
	noMore = []string{
		"无其他需要报告的事项。",
		"除以上内容外，{we}没有其他需要报告的事项。",
	}
)

// write composes a report in one of the two official forms. tables are the
// printed cells, which the sentences repeat unless disagree is set.
func (a *author) write(f Form, tables figures, disagree bool) {
	total := func(metric string) int { return tables.int(at(metric, report.Total)) }
	a.say(a.pick(openings))

	a.head("一、总体情况")
	a.say(a.pick(overviews))
	site, media, other := a.IntN(9*scale[a.organ.Rank])+20, a.IntN(4*scale[a.organ.Rank])+6, a.IntN(30)+1
	disclosed := a.pick(channels)
	if f == Form2021 {
		disclosed += a.pick(normativeDocs)
	}
	a.say(disclosed, "disclosed_total", site+media+other, "disclosed_via_website", site,
		"disclosed_via_new_media", media, "disclosed_via_other", other,
		"normative_docs_issued", tables["disclosure.normative_docs.issued"],
		"normative_docs_abolished", tables["disclosure.normative_docs.abolished"],
		"normative_docs_in_force", tables["disclosure.normative_docs.in_force"])
	fresh := total("requests.new")
	if disagree {
		fresh += 7
	}
	if in := total("requests.carried_in"); fresh+in == 0 {
		a.say(a.pick(noRequests))
		a.none("requests_new")
	} else {
		a.say(a.pick(requestSentences), "requests_new", fresh, "requests_carried_in", in,
			"requests_closed", total("requests.handled"), "requests_carried_out", total("requests.carried_out"))
	}
	a.say(a.pick(management))
	a.say(a.pick(platform))
	a.say(a.pick(supervision))

	form := f.tables()
	a.head("二、主动公开政府信息情况")
	a.table(form.disclosure)
	a.head("三、收到和处理政府信息公开申请情况")
	a.table(form.requests)
	a.head("四、政府信息公开行政复议、行政诉讼情况")
	reviews := tables.int("review.total")
	lawsuits := tables.int("litigation.direct.total") + tables.int("litigation.after_review.total")
	if reviews+lawsuits == 0 {
		a.say(a.pick(noDisputes))
		a.none("review_total")
		a.none("litigation_total")
	} else {
		a.say(a.pick(disputes), "review_total", reviews, "litigation_total", lawsuits)
	}
	a.table(form.review)
	a.head("五、存在的主要问题及改进情况")
	a.say(a.pick(problems))
	a.say(a.pick(remedies))
	a.head("六、其他需要报告的事项")
	if f == Form2021 {
		a.say(a.pick(noFee))
		a.none("fee_collected_amount")
	} else {
		a.say(a.pick(noMore))
	}
}
