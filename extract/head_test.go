package extract

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongkai/extract/document"
	"gongkai/report"
)

func TestTitles(t *testing.T) {
	for _, tt := range []struct {
		title string
		is    bool
		organ string
		year  int
	}{
		{"慈溪市人民政府2019年政府信息公开工作年度报告", true, "慈溪市人民政府", 2019},
		{"2020年乌当区人民政府信息公开工作年度报告", true, "乌当区人民政府", 2020}, // one 政府 for two
		{"2020年度海安市政府信息公开工作年度报告", true, "海安市", 2020},
		{"2024 年上海市科委政府信息公开工作年度报告", true, "上海市科委", 2024},
		{"栖云市水务局政府信息公开年报（2017年度）", true, "栖云市水务局", 2017},
		{"关于印发栖云市水务局2017年政府信息公开工作年度报告的", false, "栖云市水务局", 2017},
		{"栖云市水务局二〇一二年政府信息公开工作总结", true, "栖云市水务局", 2012},
		{"栖云市水务局二0二0年政府信息公开工作年度报告", true, "栖云市水务局", 2020},
		{"栖云市水务局二O二O年政府信息公开工作年度报告", true, "栖云市水务局", 2020},
		{"于溪县2020年政府信息公开工作年度报告", true, "于溪县", 2020},
		{"中华人民共和国栖云海关2020年政府信息公开工作年度报告", true, "中华人民共和国栖云海关", 2020},
		{"栖云市文化局（市文物局）2020年政府信息公开工作年度报告", true, "栖云市文化局(市文物局)", 2020},
		{"2020年政府信息公开工作年度报告（栖云市水务局）", true, "栖云市水务局", 2020},
		{"2020年政府信息公开工作年度报告-栖云市水务局", true, "栖云市水务局", 2020},
		{"二○○九年度鹤坪镇信息公开年度报告", true, "鹤坪镇", 2009},
		{"栖云市水务局2021年政务公开工作年度报告", true, "栖云市水务局", 2021},
		{"栖云市2016年度政府信息公开工作报告", true, "栖云市", 2016},
		{"政府信息公开工作年度报告", true, "", 0},
		{"国务院办公厅关于印发政府信息公开工作年度报告格式的通知", false, "", 0},
		{"2022年上半年栖云市政府信息公开工作报告", false, "", 2022},
		{"栖云市2021年政府网站工作年度报表", false, "", 0},
		{"2019年度栖云市法治政府建设年度报告", false, "", 0},
		{"首页 > 政府信息公开年报 > 2019年", false, "", 0},
		{"现公布栖云市水务局2022年政府信息公开工作年度报告，请予监督。", false, "栖云市水务局", 2022},
	} {
		f := fold(tt.title)
		if got := isTitle(f); got != tt.is {
			t.Errorf("isTitle(%s) = %v", tt.title, got)
		}
		if !tt.is {
			continue
		}
		if got := parseTitle(f); got.organ != tt.organ || got.year != tt.year {
			t.Errorf("parseTitle(%s) = %+v", tt.title, got)
		}
	}
}

func TestOrgans(t *testing.T) {
	for _, tt := range []struct{ printed, region, name, level, kind string }{
		{"平凉市", "", "平凉市人民政府", "city", "government"},
		{"慈溪市", "", "慈溪市人民政府", "county", "government"},
		{"澄湖区", "", "澄湖区人民政府", "county", "government"},
		{"鹤坪镇", "", "鹤坪镇人民政府", "township", "government"},
		{"城关街道", "", "城关街道办事处", "township", "subdistrict"},
		{"甘南藏族自治州", "", "甘南藏族自治州人民政府", "city", "government"},
		{"内蒙古自治区", "", "内蒙古自治区人民政府", "province", "government"},
		{"阿拉善盟", "", "阿拉善盟行政公署", "city", "government"},
		{"栖云经济技术开发区", "", "栖云经济技术开发区", "county", "functional_zone"},
		{"栖云高新区管委会", "", "栖云高新区管委会", "county", "functional_zone"},
		{"上海市人民政府办公厅", "", "上海市人民政府办公厅", "province", "office"},
		{"贵阳市乌当区教育局", "", "贵阳市乌当区教育局", "county", "department"},
		{"慈溪市政府", "", "慈溪市政府", "county", "government"},
		{"栖云市文化局(市文物局)", "330902", "栖云市文化局(市文物局)", "county", "department"},
		{"栖云市", "330900", "栖云市人民政府", "city", "government"},
		{"中华人民共和国栖云海关", "", "中华人民共和国栖云海关", "central", "other"},
		{"栖云海关", "330900", "栖云海关", "central", "other"},
		{"栖云市", "330902", "栖云市人民政府", "county", "government"},
	} {
		name := complete(tt.printed)
		if name != tt.name {
			t.Errorf("complete(%s) = %s", tt.printed, name)
		}
		if got := levelOf(name, tt.region); got != tt.level {
			t.Errorf("levelOf(%s, %s) = %s, want %s", name, tt.region, got, tt.level)
		}
		if got := kindOf(name); got != tt.kind {
			t.Errorf("kindOf(%s) = %s, want %s", name, got, tt.kind)
		}
	}
}

func TestScope(t *testing.T) {
	government := report.Organ{Name: "栖云市人民政府", Kind: "government", Level: "city"}
	bureau := report.Organ{Name: "栖云市水务局", Kind: "department", Level: "city"}
	town := report.Organ{Name: "鹤坪镇人民政府", Kind: "government", Level: "township"}
	for _, tt := range []struct {
		organ report.Organ
		text  string
		want  report.Scope
	}{
		{government, "2019年，全市共主动公开政府信息8000条。", report.ScopeAggregate},
		{government, "本报告由各县区和市直部门的年度报告汇总编制而成。", report.ScopeAggregate},
		{government, "2019年，本机关收到申请3件。", report.ScopeOwn},
		{government, "公开工作稳步推进。", report.ScopeUnknown},
		{government, "答复不属于本机关公开5件，本机关不掌握2件。", report.ScopeUnknown},
		{bureau, "2019年，我局收到申请3件。", report.ScopeOwn},
		{bureau, "召开全市公开工作会议，本局发言。", report.ScopeOwn},
		{town, "全镇主动公开信息30条。", report.ScopeOwn},
	} {
		if got, words := scopeOf(tt.organ, fold(tt.text)); got != tt.want {
			t.Errorf("%s: %s: got %s (%s), want %s", tt.organ.Name, tt.text, got, words, tt.want)
		}
	}
}

func textDoc(lines ...string) *folio {
	doc := &document.Document{Format: document.Text, Containers: []document.Container{{Parent: -1}}}
	for _, l := range lines {
		doc.Blocks = append(doc.Blocks, document.Block{Text: l})
	}
	doc.Containers[0].End = len(doc.Blocks)
	return newFolio(doc)
}

func TestMetaBlock(t *testing.T) {
	doc := textDoc(
		"索 引 号: 000014349/2020-00093 主题分类: 综合政务",
		"发布机构：栖云市水务局　发文日期：2020年3月5日　　文　　号：栖水〔2020〕7号",
		"信息来源：栖云市水务局 浏览次数：17 字号：[大 中 小]",
		"组配分类 | 年度报告 | 公开方式 | 主动公开 |",
		"生成日期：2020-03-0518:26",
		"名称：",
		"一、总体情况",
	)
	b := &body{furniture: make([]bool, 7)}
	want := map[string]string{
		"索引号": "000014349/2020-00093", "主题分类": "综合政务", "发布机构": "栖云市水务局", "发文日期": "2020-03-05", "文号": "栖水〔2020〕7号",
		"信息来源": "栖云市水务局", "组配分类": "年度报告", "公开方式": "主动公开", "生成日期": "2020-03-05",
	}
	if diff := cmp.Diff(want, readMeta(doc, b, 6, 7)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestDates(t *testing.T) {
	for s, want := range map[string]string{
		"2021-03-2918:26": "2021-03-29", "2026.01.14": "2026-01-14", "2020年3月5日": "2020-03-05", "2026/9/11 08:00": "2026-09-11",
		"[2026-09-12]": "2026-09-12", "2020-13-01": "", "电话 0851-86402295": "",
	} {
		if got := dateIn(s); got != want {
			t.Errorf("dateIn(%s) = %s, want %s", s, got, want)
		}
	}
}

// The year of a report comes from what it says of itself, never from where or
// when it was posted.
func TestYear(t *testing.T) {
	const sections = "\n一、总体情况\n公开工作稳步推进。\n二、主动公开政府信息情况\n三、收到和处理政府信息公开申请情况\n未收到政府信息公开申请。\n六、其他需要报告的事项\n"
	for _, tt := range []struct {
		name, text string
		in         Input
		want       int
	}{
		{"title before all", "栖云市2018年政府信息公开工作年度报告\n发布日期：2020-11-10\n", Input{ListDate: "2020-11-10"}, 2018},
		{"period", "政府信息公开工作年度报告\n数据统计期限自2017年1月1日起至2017年12月31日止。\n", Input{ListTitle: "栖云市年报"}, 2017},
		{"listing", "政府信息公开工作年度报告\n发布日期：2022-02-10\n", Input{ListTitle: "栖云市2020年政府信息公开工作年度报告"}, 2020},
		{"characters", "二〇一一年栖云市政府信息公开工作年度报告\n", Input{}, 2011},
		{"prose", "2016年，栖云市各部门认真落实条例。\n", Input{}, 2016},
		{"file name", "政府信息公开工作年度报告\n", Input{Name: "栖云市2019年政府信息公开工作年度报告.txt"}, 2019},
		{"posting date is none", "政府信息公开工作年度报告\n发布日期：2020-11-10\n", Input{URL: "http://a.example/2019/11/t20201110_1.html", ListDate: "2020-11-10"}, 0},
	} {
		in := tt.in
		in.Bytes = []byte(tt.text + sections)
		r, err := Extract(t.Context(), in, patient)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if r.Year != tt.want {
			t.Errorf("%s: got %d, want %d, from %+v", tt.name, r.Year, tt.want, r.Head)
		}
	}
}

func TestTitleOverLines(t *testing.T) {
	const sections = "一、总体情况\n二、主动公开政府信息情况\n三、收到和处理政府信息公开申请情况\n我办未收到政府信息公开申请。\n六、其他需要报告的事项\n"
	for _, tt := range []struct{ text, title, organ string }{
		{"澧湖区人民政府办公室\n2023年政府信息公开工作年度报告\n", "澧湖区人民政府办公室2023年政府信息公开工作年度报告", "澧湖区人民政府办公室"},
		{"2023 年澧湖区科技局政府信息公开工作\n年度报告\n", "2023年澧湖区科技局政府信息公开工作年度报告", "澧湖区科技局"},
		{"　　　　　　　　澧湖区　　　2023年　　政府信息公开工作　年度报告　　　\n", "澧湖区2023年政府信息公开工作年度报告", "澧湖区人民政府"},
		{"附件：澧湖区科技局2023年政府信息公开工作年度报告\n", "澧湖区科技局2023年政府信息公开工作年度报告", "澧湖区科技局"},
		{"澧湖区科技局2023年\n政府信息公开工作年度报告\n（2024年1月15日）\n", "澧湖区科技局2023年政府信息公开工作年度报告", "澧湖区科技局"},
		{"澧湖区科技局关于报送2023年政府信息公开工作年度报告的函\n澧湖区政府办公室：\n现将我局2023年政府信息公开工作年度报告送上。\n", "澧湖区科技局关于报送2023年政府信息公开工作年度报告的函", "澧湖区科技局"},
		{"依照条例，特向社会公布2023年度澧湖市政府信息公开工作年度报告。\n", "2023年度澧湖市政府信息公开工作年度报告", "澧湖市人民政府"},
	} {
		r, err := Extract(t.Context(), Input{Bytes: []byte(tt.text + sections)}, patient)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if r.Title != tt.title || r.Organ.Name != tt.organ || r.Year != 2023 {
			t.Errorf("%s: got %s, %s, %d", tt.text, r.Title, r.Organ.Name, r.Year)
		}
	}
}

func TestFullName(t *testing.T) {
	text := "2020年乌木区人民政府信息公开工作年度报告\n一、总体情况\n二、主动公开政府信息情况\n三、收到和处理政府信息公开申请情况\n全区未收到政府信息公开申请。\n六、其他需要报告的事项\n贵岭市乌木区人民政府\n2021年1月30日\n"
	r, err := Extract(t.Context(), Input{Bytes: []byte(text)}, patient)
	if err != nil {
		t.Fatal(err)
	}
	if r.Organ.Name != "乌木区人民政府" || r.Organ.FullName != "贵岭市乌木区人民政府" || r.Published != "2021-01-30" {
		t.Errorf("got %+v, %s", r.Organ, r.Published)
	}
}

// Who compiled the report is an organ; that the report is compiled by it is no
// part of its name.
func TestCompilerIsNoFullerName(t *testing.T) {
	text := "岚溪县水务局2023年政府信息公开工作年度报告\n本报告由岚溪县水务局编制。\n一、总体情况\n二、主动公开政府信息情况\n三、收到和处理政府信息公开申请情况\n未收到政府信息公开申请。\n六、其他需要报告的事项\n"
	r, err := Extract(t.Context(), Input{Bytes: []byte(text)}, patient)
	if err != nil {
		t.Fatal(err)
	}
	if r.Organ.Name != "岚溪县水务局" || r.Organ.FullName != "" {
		t.Errorf("got %+v", r.Organ)
	}
}
