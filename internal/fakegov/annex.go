package fakegov

import "sync"

// annexLine is a line of the 《政府信息公开情况统计表》 of 2014 to 2018: its label
// and, unless it is a heading, its unit and the name of its figure.
type annexLine struct{ label, unit, key string }

var annexLines = []annexLine{
	{"一、主动公开情况", "", ""},
	{"（一）主动公开政府信息数（不同渠道和方式公开相同信息计1条）", "条", "disclosed_total"},
	{"其中：主动公开规范性文件数", "条", "disclosed_normative_docs"},
	{"制发规范性文件总数", "件", "normative_docs_issued"},
	{"（二）通过不同渠道和方式公开政府信息的情况", "", ""},
	{"1.政府公报公开政府信息数", "条", "disclosed_via_gazette"},
	{"2.政府网站公开政府信息数", "条", "disclosed_via_website"},
	{"3.政务微博公开政府信息数", "条", "disclosed_via_weibo"},
	{"4.政务微信公开政府信息数", "条", "disclosed_via_wechat"},
	{"5.其他方式公开政府信息数", "条", "disclosed_via_other"},
	{"二、回应解读情况", "", ""},
	{"（一）回应公众关注热点或重大舆情数（不同方式回应同一热点或舆情计1次）", "次", "responses_total"},
	{"（二）通过不同渠道和方式回应解读的情况", "", ""},
	{"1.参加或举办新闻发布会总次数", "次", "press_conferences"},
	{"其中：主要负责同志参加新闻发布会次数", "次", "press_conferences_principal"},
	{"2.政府网站在线访谈次数", "次", "online_interviews"},
	{"其中：主要负责同志参加政府网站在线访谈次数", "次", "online_interviews_principal"},
	{"3.政策解读稿件发布数", "篇", "policy_interpretations"},
	{"4.微博微信回应事件数", "次", "responses_via_social"},
	{"5.其他方式回应事件数", "次", "responses_via_other"},
	{"三、依申请公开情况", "", ""},
	{"（一）收到申请数", "件", "requests_new"},
	{"1.当面申请数", "件", "requests_via_in_person"},
	{"2.传真申请数", "件", "requests_via_fax"},
	{"3.网络申请数", "件", "requests_via_online"},
	{"4.信函申请数", "件", "requests_via_letter"},
	{"（二）申请办结数", "件", "requests_closed"},
	{"1.按时办结数", "件", "requests_closed_on_time"},
	{"2.延期办结数", "件", "requests_closed_extended"},
	{"（三）申请答复数", "件", "replies_total"},
	{"1.属于已主动公开范围数", "件", "reply_already_public"},
	{"2.同意公开答复数", "件", "result_granted"},
	{"3.同意部分公开答复数", "件", "result_partial"},
	{"4.不同意公开答复数", "件", "result_denied"},
	{"其中：1.涉及国家秘密", "件", "denied_state_secret"},
	{"2.涉及商业秘密", "件", "denied_trade_secret"},
	{"3.涉及个人隐私", "件", "denied_privacy"},
	{"4.危及国家安全、公共安全、经济安全和社会稳定", "件", "denied_three_security_one_stability"},
	{"5.不是《条例》所指政府信息", "件", "denied_not_gov_info"},
	{"6.法律法规规定的其他情形", "件", "denied_other_law"},
	{"5.不属于本行政机关公开数", "件", "reply_not_this_organ"},
	{"6.申请信息不存在数", "件", "reply_not_exist"},
	{"7.告知作出更改补充数", "件", "reply_asked_to_amend"},
	{"8.告知通过其他途径办理数", "件", "reply_other_route"},
	{"四、行政复议数量", "件", "review_total"},
	{"（一）维持具体行政行为数", "件", "review_upheld"},
	{"（二）被依法纠错数", "件", "review_corrected"},
	{"（三）其他情形数", "件", "review_other"},
	{"五、行政诉讼数量", "件", "litigation_total"},
	{"（一）维持具体行政行为或者驳回原告诉讼请求数", "件", "litigation_upheld"},
	{"（二）被依法纠错数", "件", "litigation_corrected"},
	{"（三）其他情形数", "件", "litigation_other"},
	{"六、举报投诉数量", "件", "complaints_total"},
	{"七、依申请公开信息收取的费用", "万元", "request_fees_collected"},
	{"八、机构建设和保障经费情况", "", ""},
	{"（一）政府信息公开工作专门机构数", "个", "dedicated_offices"},
	{"（二）设置政府信息公开查阅点数", "个", "reading_points"},
	{"（三）从事政府信息公开工作人员数", "人", "staff_total"},
	{"1.专职人员数（不包括政府公报及政府网站工作人员数）", "人", "staff_full_time"},
	{"2.兼职人员数", "人", "staff_part_time"},
	{"（四）政府信息公开专项经费（不包括用于政府公报编辑管理及政府网站建设维护等方面的经费）", "万元", "special_budget"},
	{"九、政府信息公开会议和培训情况", "", ""},
	{"（一）召开政府信息公开工作会议或专题会议数", "次", "meetings_held"},
	{"（二）举办各类培训班数", "次", "trainings_held"},
	{"（三）接受培训人员数", "人次", "training_attendances"},
}

// annexGrid is the annex as a table.
var annexGrid = sync.OnceValue(func() grid {
	g := grid{labels("统计指标", "单位", "统计数")}
	for _, l := range annexLines {
		row := labels(l.label, l.unit)
		if l.key == "" {
			row = append(row, label(""))
		} else {
			row = append(row, figure("annex."+l.key))
		}
		g = append(g, row)
	}
	return g
})

// annual invents the figures of a year before 2019, under the names of the annex
// without annex. in front. The relations of the annex hold.
func (s source) annual(year int) figures {
	out := make(figures, len(annexLines))
	size := scale[s.organ.Rank]
	d := s.dice("annual", itoa(year))
	sum := func(total string, parts map[string]int) int {
		n := 0
		for key, part := range parts {
			out.set(key, part)
			n += part
		}
		out.set(total, n)
		return n
	}
	social := 0 // 微博 and 微信 came with the form of 2014
	if year >= 2014 {
		social = 1
	}
	disclosed := sum("disclosed_total", map[string]int{
		"disclosed_via_gazette": d.IntN(size/4 + 4), "disclosed_via_website": d.IntN(12*size) + 30,
		"disclosed_via_weibo": social * d.IntN(3*size), "disclosed_via_wechat": social * d.IntN(3*size),
		"disclosed_via_other": d.IntN(2*size) + 5,
	})
	out.set("disclosed_normative_docs", min(s.between("normative issued", year, 0, s.size(30)+2), disclosed))
	out.set("normative_docs_issued", out.int("disclosed_normative_docs")+d.IntN(3))
	press, interviews := d.IntN(size/20+2)+1, d.IntN(size/30+2)
	out.set("press_conferences", press)
	out.set("press_conferences_principal", d.IntN(press+1))
	out.set("online_interviews", interviews)
	out.set("online_interviews_principal", d.IntN(interviews+1))
	out.set("policy_interpretations", d.IntN(size/2+5)+1)
	out.set("responses_via_social", d.IntN(size/8+2))
	out.set("responses_via_other", d.IntN(size/8+2))
	out.set("responses_total", press+interviews+out.int("responses_via_social")+out.int("responses_via_other"))

	requests := sum("requests_new", map[string]int{
		"requests_via_in_person": d.IntN(size/4 + 1), "requests_via_fax": d.IntN(size/40 + 1),
		"requests_via_online": d.IntN(size/2 + 1), "requests_via_letter": d.IntN(size/6 + 1),
	})
	extended := d.IntN(requests/12 + 1)
	sum("requests_closed", map[string]int{"requests_closed_on_time": requests - extended, "requests_closed_extended": extended})
	denied := sum("result_denied", map[string]int{
		"denied_state_secret": 0, "denied_trade_secret": requests / 60, "denied_privacy": requests / 50,
		"denied_three_security_one_stability": 0, "denied_not_gov_info": requests / 40, "denied_other_law": requests / 45,
	})
	public, partial, elsewhere, missing, amended, other := requests/7, requests/12, requests/9, requests/10, 0, 0
	sum("replies_total", map[string]int{
		"reply_already_public": public, "result_partial": partial, "result_denied": denied,
		"reply_not_this_organ": elsewhere, "reply_not_exist": missing, "reply_asked_to_amend": amended, "reply_other_route": other,
		"result_granted": requests - public - partial - denied - elsewhere - missing - amended - other,
	})
	sum("review_total", map[string]int{"review_upheld": d.IntN(size/20 + 1), "review_corrected": d.IntN(size/60 + 1), "review_other": d.IntN(size/60 + 1)})
	sum("litigation_total", map[string]int{"litigation_upheld": d.IntN(size/40 + 1), "litigation_corrected": d.IntN(size/160 + 1), "litigation_other": d.IntN(size/80 + 1)})
	out.set("complaints_total", d.IntN(size/100+1))
	out.set("request_fees_collected", 0)
	sum("staff_total", map[string]int{"staff_full_time": d.IntN(size/20+1) + 1, "staff_part_time": d.IntN(size/8+1) + 1})
	out.set("dedicated_offices", d.IntN(size/30+1)+1)
	out.set("reading_points", d.IntN(size/20+1)+1)
	out["special_budget"] = trimDecimal(float64(d.IntN(size*4+10)) / 10)
	out.set("meetings_held", d.IntN(size/40+3)+1)
	out.set("trainings_held", d.IntN(size/40+3)+1)
	out.set("training_attendances", out.int("trainings_held")*(20+d.IntN(60)))
	return out
}
