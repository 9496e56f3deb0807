package extract

import (
	"fmt"
	"strings"
	"testing"
)

func TestNumbering(t *testing.T) {
	for _, tt := range []struct {
		text string
		want string
	}{
		{"一、概述", "一 1 概述"}, {"十二、其他", "一 12 其他"}, {"(三)培训", "(一) 3 培训"}, {"3、其他", "1 3 其他"}, {"3.其他", "1 3 其他"},
		{"(2)说明", "(1) 2 说明"}, {"2)说明", "(1) 2 说明"}, {"第三部分:问题", "第一部分 3 问题"}, {"3.14", "- 0 3.14"}, {"2,100条", "- 0 2,100条"},
		{"一是加强", "- 0 一是加强"}, {"2019年", "- 0 2019年"}, {"两、", "- 0 两、"}, {"", "- 0 "}, {"一", "- 0 一"}, {"第三方", "- 0 第三方"},
	} {
		l, n, size := numbering(tt.text)
		name := []string{"-", "第一部分", "一", "1", "(一)", "(1)", "h"}[l]
		if got := fmt.Sprintf("%s %d %s", name, n, tt.text[size:]); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestSections(t *testing.T) {
	for _, tt := range []struct {
		name string
		text string
		want string // keys
	}{
		{"the form", "一、总体情况\n二、主动公开政府信息情况\n三、收到和处理政府信息公开申请情况\n四、政府信息公开行政复议、行政诉讼情况\n五、存在的主要问题及改进情况\n六、其他需要报告的事项",
			"overview disclosure requests review_litigation problems other"},
		{"automatic numbers", "1、 总体情况\n（一）主动公开。\n二、主动公开政府信息情况\n三、收到和处理政府信息公开申请情况\n4、 政府信息公开行政复议、行政诉讼情况\n五、存在的主要问题及改进情况",
			"overview disclosure requests review_litigation problems"},
		{"some are missing", "一、总体情况\n二、主动公开政府信息情况\n五、政府信息公开工作存在的主要问题及改进情况\n六、其他需要报告的事项", "overview disclosure problems other"},
		{"rows of a table are none", "三、收到和处理政府信息公开申请情况\n一、本年新收政府信息公开申请数量\n3\n二、上年度接转政府信息公开申请数量\n0\n三、本年度办理结果\n（一）予以公开\n四、结转下年度继续办理\n五、存在的主要问题及改进情况",
			"requests problems"},
		{"digits inside", "一、总体情况\n1、主动公开信息的情况。全年公开18条。\n2、依申请公开的情况。没有人申请。\n3、收费情况。没有收费。\n二、主动公开政府信息情况\n三、收到和处理政府信息公开申请情况",
			"overview disclosure requests"},
		{"digits on top", "1、概述\n2、主动公开情况\n3、依申请公开情况\n4、收费及减免情况\n5、行政复议和诉讼情况\n6、存在的问题", "overview disclosure requests fees review_litigation problems"},
		{"glued to text", "一、概述。2012年工作平稳。\n二、主动公开政府信息情况：全年公开18条，大家满意。\n三、依申请公开情况。没有收到申请，也没有人咨询，窗口全年正常开放。\n四、存在的问题。人手不足，下一步请示增加编制，争取早日到位，保证栏目更新。",
			"overview disclosure requests problems"},
		{"narrative", "一、概述\n二、主动公开政府信息的情况\n三、回应解读情况\n四、政府信息依申请公开办理情况\n五、政府信息公开的收费及减免情况\n六、因政府信息公开申请行政复议、提起行政诉讼的情况\n七、政府信息公开工作机构、人员、经费情况\n八、会议和培训情况\n九、主要问题和改进措施",
			"overview disclosure interpretation requests fees review_litigation organisation training problems"},
		{"parts", "第一部分 概述\n第二部分 主动公开政府信息情况\n第三部分 依申请公开情况\n一、收件情况\n第四部分 存在的问题", "overview disclosure requests problems"},
		{"a list inside a section", "一、总体情况\n二、主动公开政府信息情况\n五、存在的主要问题及改进情况\n一、意识不强\n二、更新不快\n六、其他需要报告的事项", "overview disclosure problems other"},
		{"a section no form has", "一、总体情况\n二、主动公开政府信息情况\n三、便民服务亮点\n四、依申请公开情况", "overview disclosure local requests"},
		{"traditional", "一、總體情況\n二、主動公開政府信息情況\n三、收到和處理政府信息公開申請情況", "overview disclosure requests"},
		{"two numberings", "一、总体情况\n二、工作机制保障\n三、主动公开工作情况\n四、政府信息公开申请情况\n一、主动公开政府信息情况\n二、收到和处理政府信息公开申请情况\n五、其他需要报告的事项",
			"overview supervision disclosure requests disclosure requests other"},
	} {
		doc := textDoc(strings.Split(tt.text, "\n")...)
		var got []string
		for _, h := range findHeadings(doc, 0, len(doc.Blocks), func(int) bool { return false }) {
			got = append(got, h.key)
		}
		if g := strings.Join(got, " "); g != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, g, tt.want)
		}
	}
}

func TestGluedHeading(t *testing.T) {
	doc := textDoc("一、总体情况 2021年，我局公开信息30条。", "二、主动公开政府信息情况", "五、存在的主要问题及改进情况")
	none := func(int) bool { return false }
	sections, prose := cutSections(doc, findHeadings(doc, 0, 3, none), 0, 3, none)
	if len(sections) != 3 || sections[0].Heading != "一、总体情况" || sections[0].Text != "2021年，我局公开信息30条。" {
		t.Fatalf("got %+v", sections)
	}
	cands, _ := figuresInSentences(t.Context(), doc, prose, 2021, "栖云市水务局")
	if len(cands) != 0 {
		t.Fatalf("got %+v, and 公开信息 alone is not enough", cands)
	}
}

// Lines of a text that was broken at one width are paragraphs again.
func TestHardWrappedText(t *testing.T) {
	lines := []string{
		"　　（一）主动公开。2023年，我局围绕群众关心的事项做好公开工作，全年向社会主动公",
		"开政府信息 855 条，其中门户网站公开 640 条，微信公众号公开 215 条，数量比上一年有",
		"所增加，主要是新增了项目申报、补助发放和行政许可三个专栏，栏目由专人负责更新维护，",
		"做到当天形成、当天发布，群众来信说这三个专栏查起来最方便，希望继续保持下去。",
		"　　（二）依申请公开。全年收到政府信息公开申请 12 件，都在规定的期限内作了答复，没",
		"有延期，也没有因为答复不当引起争议，经办人员都参加了培训，熟悉答复的格式和要求。",
		"　　（三）信息管理。对历年形成的文件逐件核对，已经失效的加注说明，方便群众分辨使用。",
	}
	doc := textDoc(lines...)
	none := func(int) bool { return false }
	paras := paragraphs(doc, 0, len(lines), wrapWidth(doc, 0, len(lines), none), none)
	if len(paras) != 3 {
		t.Fatalf("%d paragraphs", len(paras))
	}
	cands, _ := figuresInSentences(t.Context(), doc, []sectionProse{{"overview", paras}}, 2023, "")
	var got []string
	for _, c := range cands {
		got = append(got, fmt.Sprintf("%s=%s@%d", c.Figure.Metric, c.Figure.Value, c.Figure.Locator.Block))
	}
	want := "text.disclosed_via_wechat=215@1 text.disclosed_via_website=640@1 text.disclosed_total=855@1 text.requests_new=12@4"
	if g := strings.Join(got, " "); g != want {
		t.Errorf("got %s\nwant %s", g, want)
	}
	if q := cands[0].Figure.Quote; !strings.HasPrefix(q, "2023年，我局围绕群众关心的事项") || !strings.HasSuffix(q, "希望继续保持下去。") {
		t.Errorf("quote %q", q)
	}
}
