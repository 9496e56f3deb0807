package extract

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"gongkai/extract/document"
	"gongkai/report"
)

// prose reads the figures of one paragraph of a report of 2016.
func prose(section, organ, text string) []Candidate {
	doc := newFolio(&document.Document{Format: document.HTML, Blocks: []document.Block{{Text: text}}})
	paras := paragraphs(doc, 0, 1, 0, func(int) bool { return false })
	cands, _ := figuresInSentences(context.Background(), doc, []sectionProse{{section, paras}}, 2016, organ)
	return cands
}

// Each case is a paragraph of a report of 2016 and everything that is to be read
// from it: a metric without text., its value and unit, ~ before an approximate
// one.
func TestSentences(t *testing.T) {
	const government, bureau = "泽阳县人民政府", "泽阳县水务局"
	for _, tt := range []struct{ section, organ, text, want string }{
		// Disclosure and its channels.
		{"overview", bureau, "2016年，我局主动公开各类政府信息1,256条。", "disclosed_total 1256条"},
		{"overview", bureau, "全年主动公开政府信息约３００余条", "disclosed_total ~300条"},
		{"disclosure", government, "2016年全县主动公开政府信息2.1万条（2015年为1.9万条），占比不详。", "disclosed_total 21000条"},
		{"disclosure", government, "全县主动公开信息五百二十六条。", "disclosed_total 526条"},
		{"disclosure", government, "主动公开政府信息3亿条。", "disclosed_total 300000000条"},
		{"disclosure", government, "全县共公开政府信息9020条，其中：通过政府网站公开7000条，政府公报公开120条，政务微博公开900条，政务微信公开800条，其他方式公开200条。",
			"disclosed_via_weibo 900条|disclosed_via_wechat 800条|disclosed_via_gazette 120条|disclosed_via_other 200条|disclosed_via_website 7000条|disclosed_total 9020条"},
		{"disclosure", government, "“泽阳发布”微博、微信分别公开信息31条和42条。", "disclosed_via_weibo 31条|disclosed_via_wechat 42条"},
		{"disclosure", government, "通过网站、微信、公开栏等渠道主动公开政府信息88条。", "disclosed_total 88条"},
		{"disclosure", government, "2016年通过网站公开信息60条，通过公示栏等其他渠道公开5条，合计65条。", "disclosed_via_other 5条|disclosed_via_website 60条|disclosed_total 65条"},
		{"overview", bureau, "我局通过县政府网站公开专栏主动公开政府信息44条。", "disclosed_via_website 44条"},
		{"overview", bureau, "门户网站全年访问量达12万余人次，发布政府信息500条。", "disclosed_via_website 500条|visits ~120000人次"},
		// Sums of several years, other years, parts, plans.
		{"disclosure", government, "2008年以来，全县累计主动公开政府信息11.2万余条。", "disclosed_cumulative ~112000条"},
		{"disclosure", government, "自条例施行以来累计主动公开3100条。", "disclosed_cumulative 3100条"},
		{"disclosure", government, "截至年底，累计公开政府信息9100条。", ""},
		{"disclosure", government, "2016年累计主动公开政府信息910条。", "disclosed_total 910条"},
		{"disclosure", government, "2015年主动公开政府信息810条，2016年主动公开政府信息910条。", "disclosed_total 910条"},
		{"disclosure", government, "2015年，我县网站公开信息94条。通过微信公开25条。", ""},
		{"disclosure", government, "主动公开政府信息910条，同比增加98条，增长12.1%。", "disclosed_total 910条"},
		{"disclosure", government, "全县主动公开政府信息910条，其中县级主动公开政府信息400条，乡镇主动公开政府信息510条。", "disclosed_total 910条"},
		{"disclosure", government, "2017年计划主动公开政府信息1000条。", ""},
		{"problems", government, "主动公开政府信息仅910条，数量偏少。", ""},
		{"disclosure", government, "截至2016年底，累计主动公开政府信息5万条。", ""},
		{"disclosure", government, "全年制发公文300件，其中主动公开200件，依申请公开60件，不予公开40件。", ""},
		// Parts of the year, means and least numbers are not the year's figure.
		{"disclosure", government, "平均每月主动公开政府信息120条。", ""},
		{"disclosure", government, "每年主动公开政府信息不少于200条。", ""},
		{"disclosure", government, "第三季度主动公开政府信息310条。", ""},
		{"disclosure", government, "1至6月主动公开政府信息310条。", ""},
		{"requests", government, "单日最多收到政府信息公开申请12件。", ""},
		{"disclosure", government, "2016年1月1日至12月31日主动公开政府信息910条。", "disclosed_total 910条"},
		// Requests.
		{"requests", government, "（一）2016年全县共收到政府信息公开申请126件（2008年以来累计收到申请803件），其中县林业局收到申请48件。", "requests_new 126件|requests_cumulative 803件"},
		{"requests", government, "全年受理91人次政府信息公开申请99件，其中现场当面受理32件，邮政特快专递受理53件，网上受理14件。",
			"requests_via_in_person 32件|requests_via_letter 53件|requests_via_online 14件|requests_new 99件"},
		{"requests", government, "收办政府信息公开申请3646件，其中新收3525件，上年结转121件，3521件办结，结转下年度125件。",
			"requests_carried_in 121件|requests_carried_out 125件|requests_total 3646件|requests_new 3525件"},
		{"requests", bureau, "收到申请十二件，其中网络申请九件、信函申请三件，均已办结。", "requests_via_letter 3件|requests_via_online 9件|requests_new 12件|requests_carried_out 0件"},
		{"requests", bureau, "收到申请143件，全部办结，其中按时办结134件。", "requests_closed_on_time 134件|requests_new 143件|requests_carried_out 0件"},
		{"requests", bureau, "去年收到申请33件，今年收到申请45宗，较2015年增加12宗。", "requests_new 45宗"},
		{"requests", bureau, "同意公开20件，同意部分公开5件，不同意公开2件，不属于本机关公开10件，信息不存在7件，无法提供1件，不予处理3件，其他处理0件。",
			"reply_not_this_organ 10件|reply_not_exist 7件|result_partial 5件|result_denied 2件|result_unable 1件|result_refused 3件|result_other 0件|result_granted 20件"},
		{"review_litigation", bureau, "全年办理行政复议12件，其中维持5件、信息公开类2件。", "review_total 2件"},
		{"review_litigation", bureau, "行政诉讼8件，其中维持5件，涉及政府信息公开的案件1件。", "litigation_total 1件"},
		{"requests", bureau, "收到申请9件，答复“已主动公开”2件、“信息不存在”3件。", "reply_already_public 2件|reply_not_exist 3件|requests_new 9件"},
		{"overview", bureau, "截至年底，已主动公开信息120条。", "disclosed_total 120条"},
		{"requests", bureau, "予以公开和部分公开合计258件，不予公开35件。", "result_denied 35件"},
		{"requests", bureau, "已答复805件，其中18件是上年度结转来的，另有72件依照《条例》转到下年度答复。", "requests_carried_in 18件|requests_carried_out 72件|replies_total 805件"},
		{"requests", bureau, "2015年结转3件，2016年收到申请9件，结转到2017年继续办理2件。", "requests_carried_in 3件|requests_carried_out 2件|requests_new 9件"},
		{"requests", bureau, "收到申请9件，除1件尚在补正外，其余全部办结。", "requests_new 9件"},
		{"overview", bureau, "2016年没有公民向我局提出公开申请。", "requests_new 0件"},
		{"overview", bureau, "全年未收到依申请公开事项。", "requests_new 0件"},
		{"overview", bureau, "受理行政许可申请1234件，办结1230件；12345热线投诉23件全部办结。", ""},
		{"overview", bureau, "人大建议12件、政协提案8件全部办结。", ""},
		// Review and litigation.
		{"review_litigation", government, "因信息公开引发行政复议5件，其中维持3件，纠错1件，其他1件；行政诉讼案件2起，均无败诉。",
			"review_upheld 3件|review_corrected 1件|review_other 1件|review_total 5件|litigation_total 2起"},
		{"review_litigation", government, "行政复议7件，7件行政复议中，维持具体行政行为的1件，被依法纠错的6件，无行政诉讼。", "review_upheld 1件|review_corrected 6件|review_total 7件|litigation_total 0件"},
		{"review_litigation", government, "行政复议、行政诉讼均为0件。", "review_total 0件|litigation_total 0件"},
		{"review_litigation", bureau, "2016年未发生因政府信息公开引起的行政复议和行政诉讼。", "review_total 0件|litigation_total 0件"},
		{"review_litigation", bureau, "全年未发生因政府信息公开被申请行政复议的情况，行政诉讼1件。", "litigation_total 1件|review_total 0件"},
		{"review_litigation", bureau, "行政诉讼3件，其中驳回原告诉讼请求2件，尚未审结1件。", "litigation_upheld 2件|litigation_pending 1件|litigation_total 3件"},
		{"review_litigation", bureau, "答复不及时引发行政复议2件，未经复议直接起诉的没有统计。", "review_total 2件"},
		{"review_litigation", bureau, "无一件被行政诉讼或行政复议纠错。", "review_corrected 0件|litigation_corrected 0件"},
		{"overview", bureau, "全年办理行政复议案件120件、行政诉讼案件30件，法律顾问参与论证。", ""},
		// Fees.
		{"fees", bureau, "全年没有收取检索、复制、邮寄费用。", "fee_collected_amount 0元"},
		{"other", bureau, "信息处理费收取金额为0元。", "fee_collected_amount 0元"},
		{"other", bureau, "发出收费通知2件，总金额120元，实际收取80元。", "fee_notices_issued 2件|fee_notified_amount 120元|fee_collected_amount 80元"},
		{"fees", bureau, "检索费、复制费、邮寄费合计1,230.50元。", "fee_collected_amount 1230.5元"},
		{"fees", bureau, "收取检索费200元、复制费100元、邮寄费50元，合计350元。", "fee_collected_amount 350元"},
		{"fees", bureau, "收取检索费200元、复制费100元。", ""},
		{"fees", bureau, "减免检索费20元，复制费30元，合计50元。", ""},
		{"fees", bureau, "减免费用35元，未收取其他费用。", ""},
		{"fees", bureau, "2016年，我局未收取任何依申请公开费用。", "fee_collected_amount 0元"},
		{"fees", bureau, "依申请公开收取检索费、复制费共120元，减免邮寄费20元。", "fee_collected_amount 120元"},
		{"fees", bureau, "信息处理费按每件10元、每页1元收取。", ""},
		// Numbers in characters, and ones that say between which two.
		{"requests", bureau, "全年受理申请一百零五宗，上年同期九十八宗。", "requests_new 105宗"},
		{"requests", bureau, "本年新收政府信息公开申请两件，上年结转零件。", "requests_carried_in 0件|requests_new 2件"},
		{"disclosure", bureau, "主动公开政府信息三四百条。", ""},
		{"disclosure", bureau, "主动公开政府信息300～400条。", ""},
		{"disclosure", bureau, "主动公开政府信息几百条。", ""},
		// Several years, several organs, several kinds.
		{"requests", bureau, "2014至2016年共收到政府信息公开申请210件。", ""},
		{"requests", bureau, "近三年收到政府信息公开申请210件。", ""},
		{"requests", bureau, "三年来共收到政府信息公开申请210件。", ""},
		{"requests", bureau, "一年来收到申请14件。", "requests_new 14件"},
		{"requests", bureau, "自2016年1月1日至2016年12月31日收到申请14件。", "requests_new 14件"},
		{"requests", bureau, "2014年、2015年、2016年分别收到申请10件、12件、14件。", ""},
		{"overview", bureau, "网站自开通以来访问量1200万人次。", ""},
		{"requests", government, "各镇（街道）共收到申请120件，各部门共收到申请30件。", ""},
		{"requests", government, "自然资源、住建、公安等部门收到申请60件。", ""},
		{"requests", government, "全年收到申请60件，占全县的26%。", ""},
		{"disclosure", government, "全县乡镇主动公开政府信息510条。", ""},
		{"disclosure", government, "全县79个单位主动公开政府信息8000条。", "disclosed_total 8000条"},
		{"overview", government, "县领导在线访谈1期，各部门在线访谈12期。", ""},
		{"review_litigation", bureau, "收到行政复议案件12件，其中涉及政府信息公开2件。", "review_total 2件"},
		// What "none" is said of.
		{"requests", bureau, "2016年，我局未收到公民、法人和其他组织提出的政府信息公开申请。", "requests_new 0件"},
		{"requests", bureau, "本年度没有公民、法人或者其他组织向我局申请公开政府信息。", "requests_new 0件"},
		{"requests", bureau, "除2件外，未收到其他申请。", ""},
		{"requests", bureau, "未收到当面申请，未收到传真申请。", ""},
		{"requests", bureau, "未收到政府信息公开申请方面的投诉。", ""},
		{"requests", bureau, "未收到不予公开的申请。", ""},
		{"review_litigation", bureau, "我局无行政复议被纠正情况。", ""},
		{"review_litigation", bureau, "无被申请行政复议和提起行政诉讼的情况。", "review_total 0件|litigation_total 0件"},
		// People, money, activities.
		{"organisation", government, "专门机构46个，查阅点12个，从事政府信息公开工作人员78人，其中专职人员8人，兼职人员70人，政府信息公开专项经费约为10万元。",
			"staff_full_time 8人|staff_part_time 70人|staff_total 78人|dedicated_offices 46个|reading_points 12个|special_budget ~10万元"},
		{"overview", government, "举办新闻发布会12场次，公报出版2期，发布政策解读信息800多条，开展政策解读30多次。", "interpretation_events ~30次|policy_interpretations ~800条|press_conferences 12场次|gazette_issues 2期"},
		{"overview", government, "制定行政规范性文件8件，废止3件，现行有效的行政规范性文件45件。", "normative_docs_issued 8件|normative_docs_abolished 3件|normative_docs_in_force 45件"},
		{"overview", bureau, "组织培训两次，400余人参加培训。", "training_attendances ~400人|trainings_held 2次"},
		{"overview", bureau, "接待群众咨询4600余人次。", "consult_total ~4600人次"},
		// Nothing here is a figure.
		{"overview", bureau, "根据条例第二十条第（一）项，印发《方案》（泽政办发〔2016〕33号），一次性告知，电话0999-5556677，12月31日前完成28项任务，一是统一受理。", ""},
	} {
		var got []string
		for _, c := range prose(tt.section, tt.organ, tt.text) {
			if c.Dropped != "" {
				continue
			}
			approx := ""
			if c.Figure.State == report.StateApproximate {
				approx = "~"
			}
			got = append(got, fmt.Sprintf("%s %s%s%s", strings.TrimPrefix(c.Figure.Metric, "text."), approx, c.Figure.Value, c.Figure.Unit))
		}
		if g := strings.Join(got, "|"); g != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.text, g, tt.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"共96000条", "96000条"},
		{"共1,234,567条", "1234567条"},
		{"12,345,6件", "12345|6件"}, // no thousands: two numbers
		{"62.35万余条", "~623500条"},
		{"约为10万元", "~10万元"},
		{"10余万人次", "~100000人次"},
		{"近64000人", "~64000人"},
		{"最近3次", "3次"},
		{"4000件左右", "~4000件"},
		{"一百零八条", "108条"},
		{"二十六篇", "26篇"},
		{"两千三百份", "2300份"},
		{"三万五千余条", "~35000条"},
		{"十余件", "~10件"},
		{"数十件", "other"},
		{"一次性", ""},
		{"统一受理", ""},
		{"2018年10月8日", "year 2018|other|other"},
		{"二〇一八年", "year 2018"},
		{"1.2018年", "other|year 2018"},
		{"71.74%", "71.74%"},
		{"5个百分点", "other"},
		{"3个月", "other"},
		{"第3条", "other"},
		{"[2018]78号", "other|other"},
		{"0851-86402295", "other|other"},
		{"H5动画8+4体系", "other|other|other"},
		{"09:30", "other|other"},
	} {
		var got []string
		for _, n := range numbers([]rune(fold(tt.text))) {
			switch n.kind {
			case numOther:
				got = append(got, "other")
			case numYear:
				got = append(got, "year "+n.value.String())
			case numPercent:
				got = append(got, n.value.String()+"%")
			default:
				s := n.value.String() + n.unit
				if n.approx {
					s = "~" + s
				}
				got = append(got, s)
			}
		}
		if g := strings.Join(got, "|"); g != tt.want {
			t.Errorf("%s: got %s, want %s", tt.text, g, tt.want)
		}
	}
}

// A rule that can't be reached, or that names what does not exist, is a mistake.
func TestSentenceRules(t *testing.T) {
	for _, bad := range []string{
		"text.no_such_metric\tcase\t-\t#\t-",
		"text.requests_new\tnone\t-\t#\t-",
		"text.requests_new\tzero\t-\t(",
		"text.requests_new\tzero\t-\t(\t-",
	} {
		if _, err := parseSentenceRules(bad); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
	for _, r := range sentenceRules() {
		if r.pattern.literals == nil {
			t.Errorf("line %d: every sentence is tried with it", r.line)
		}
	}
}
