package fakegov

import "strings"

// The prose of the reports of 2008 to 2018, which have no tables: seven parts
// whose sentences carry the figures.
var (
	narrativeOpenings = []string{
		"根据《中华人民共和国政府信息公开条例》要求，{organ}编制{year}年政府信息公开工作年度报告。报告分为概述、主动公开、依申请公开、收费及减免、复议诉讼、机构人员经费、问题与改进七个部分，数据统计期限为{year}年1月1日至12月31日。",
		"为让社会各界了解{we}{year}年政府信息公开工作开展情况，依据《中华人民共和国政府信息公开条例》和上级文件精神，特编制本报告。统计时间从{year}年1月1日起，到{year}年12月31日止。",
	}
	narrativeOverviews = []string{
		"{year}年，{we}把政府信息公开同转变作风、优化服务结合起来，健全领导机构，明确责任分工，公开的范围逐步扩大，程序日益规范。年初召开动员部署会，年中组织专项检查，年末对照目标逐项验收。",
		"{year}年，{we}继续推行阳光政务，修订公开指南和目录，完善保密审查、责任追究、社会评议等制度，工作步入经常化轨道。",
		"{year}年，{we}立足实际，按照先易后难、循序渐进的思路推进公开工作，制度建设、载体建设、队伍建设都有新的进展。",
	}
	narrativeChannels = []string{
		"{year}年主动公开政府信息{disclosed_total}条，其中政府网站公开{disclosed_via_website}条，政府公报公开{disclosed_via_gazette}条，其他方式公开{disclosed_via_other}条。公开内容涵盖机构职能、规划计划、财政预决算、惠民政策、人事招录等方面。",
		"全年共向社会主动公开政府信息{disclosed_total}条。通过政府网站公开政府信息{disclosed_via_website}条，通过政府公报公开政府信息{disclosed_via_gazette}条，通过广播、公示栏等其他方式公开政府信息{disclosed_via_other}条。",
	}
	narrativeSocialChannels = []string{
		"{year}年主动公开政府信息{disclosed_total}条，其中政府网站公开{disclosed_via_website}条，政府公报公开{disclosed_via_gazette}条，政务微博公开{disclosed_via_weibo}条，政务微信公开{disclosed_via_wechat}条，其他方式公开{disclosed_via_other}条。",
		"从渠道看，通过政府网站公开政府信息{disclosed_via_website}条、政府公报{disclosed_via_gazette}条、政务微博{disclosed_via_weibo}条、政务微信{disclosed_via_wechat}条、其他方式{disclosed_via_other}条，全年合计主动公开政府信息{disclosed_total}条。",
	}
	narrativeInterpretations = []string{
		"全年发布政策解读稿件{policy_interpretations}篇，举办新闻发布会{press_conferences}次，对群众集中反映的问题作出说明。",
		"对涉及面广的政策同步编写解读材料，年内发布政策解读稿件{policy_interpretations}篇，召开新闻发布会{press_conferences}次。",
	}
	narrativeRequests = []string{
		"{year}年共收到政府信息公开申请{requests_new}件。从申请方式看，当面申请{requests_via_in_person}件，传真申请{requests_via_fax}件，网络申请{requests_via_online}件，信函申请{requests_via_letter}件。",
		"全年共收到政府信息公开申请{requests_new}件，其中当面申请{requests_via_in_person}件、传真申请{requests_via_fax}件、网络申请{requests_via_online}件、信函申请{requests_via_letter}件，内容主要涉及征地补偿、工程建设和社会保障。",
	}
	narrativeReplies = []string{
		"所有申请均已办结。其中，属于已主动公开范围{reply_already_public}件，同意公开{result_granted}件，同意部分公开{result_partial}件，不同意公开{result_denied}件，不属于本机关公开{reply_not_this_organ}件，申请信息不存在{reply_not_exist}件。",
		"对上述申请全部依法作出答复，按答复类型分：属于已主动公开范围{reply_already_public}件，同意公开{result_granted}件，同意部分公开{result_partial}件，不同意公开{result_denied}件，不属于本机关公开{reply_not_this_organ}件，申请信息不存在{reply_not_exist}件。",
	}
	narrativeNoRequests = []string{
		"{year}年未收到政府信息公开申请。",
		"全年没有收到公民、法人或者其他组织提出的政府信息公开申请。",
	}
	narrativeFees = []string{
		"{year}年，{we}向申请人提供政府信息没有收取检索、复制、邮寄等费用。",
		"全年依申请提供政府信息均未收费，也不存在减免情形。",
	}
	narrativeDisputes = []string{
		"{year}年，因政府信息公开申请行政复议{review_total}件，其中维持{review_upheld}件，纠正{review_corrected}件，其他情形{review_other}件；提起行政诉讼{litigation_total}件。",
		"全年发生涉及政府信息公开的行政复议{review_total}件（维持{review_upheld}件、纠正{review_corrected}件、其他结果{review_other}件），行政诉讼{litigation_total}件。",
	}
	narrativeNoDisputes = []string{
		"{year}年没有发生因政府信息公开申请行政复议、提起行政诉讼的情况。",
		"全年未发生涉及政府信息公开的行政复议和行政诉讼案件。",
	}
	narrativeStaff = []string{
		"{we}设有政府信息公开工作专门机构{dedicated_offices}个，从事政府信息公开工作人员{staff_total}人，其中专职人员{staff_full_time}人，兼职人员{staff_part_time}人。",
		"截至{year}年底，政府信息公开工作专门机构{dedicated_offices}个，设置政府信息公开查阅点{reading_points}个，从事政府信息公开工作人员{staff_total}人（专职人员{staff_full_time}人、兼职人员{staff_part_time}人）。",
	}
)

// narrate composes a report of the kind that has no tables in its text. year are
// the figures of the year, which the annex repeats if there is one.
func (a *author) narrate(year figures, annex bool) {
	var numbers []any
	for key, value := range year {
		numbers = append(numbers, key, value)
	}
	say := func(pool []string) { a.say(a.pick(pool), numbers...) }
	say(narrativeOpenings)

	a.head("一、概述")
	say(narrativeOverviews)

	a.head("二、主动公开政府信息情况")
	if a.year < 2014 {
		say(narrativeChannels)
	} else {
		say(narrativeSocialChannels)
		say(narrativeInterpretations)
	}

	a.head("三、政府信息依申请公开办理情况")
	if year.int("requests_new") == 0 {
		say(narrativeNoRequests)
		a.none("requests_new")
	} else {
		say(narrativeRequests)
		say(narrativeReplies)
		if strings.Contains(a.out[len(a.out)-1].text, "均已办结") {
			a.none("requests_carried_out")
		}
	}

	a.head("四、政府信息公开的收费及减免情况")
	say(narrativeFees)
	a.none("fee_collected_amount")

	a.head("五、因政府信息公开申请行政复议、提起行政诉讼的情况")
	if year.int("review_total")+year.int("litigation_total") == 0 {
		say(narrativeNoDisputes)
		a.none("review_total")
		a.none("litigation_total")
	} else {
		say(narrativeDisputes)
	}

	a.head("六、政府信息公开工作机构、人员和经费情况")
	say(narrativeStaff)

	a.head("七、政府信息公开工作存在的主要问题及改进措施")
	say(problems)
	say(remedies)
	if annex {
		a.head("附件：政府信息公开情况统计表")
		a.table(annexGrid())
	}
}
