package export

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gongkai/report"
)

func TestPrivate(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"the block below a form", "单位负责人：钱多多　审核人：孙 立　填报人：李四光 联系电话：0999-8765432 填报日期：2016年2月1日",
			"单位负责人：〔略〕　审核人：〔略〕　填报人：〔略〕 联系电话：〔略〕 填报日期：2016年2月1日"},
		{"nothing between the labels", "审核人：赵一钱填报人：周五王", "审核人：〔略〕填报人：〔略〕"},
		{"without colons", "单位负责人 欧阳长河 审核人 郑九", "单位负责人 〔略〕 审核人 〔略〕"},
		{"the value in the next line", "填报人：\n冯陈\n以上。", "填报人：\n〔略〕\n以上。"},
		{"a mobile number", "可致电13900001111咨询", "可致电〔略〕咨询"},
		{"area code in brackets", "窗口（0999）8765432。", "窗口〔略〕。"},
		{"several numbers", "咨询电话：8765432、8765433，欢迎来电", "咨询电话：〔略〕，欢迎来电"},
		{"extension and fax", "传真：0999-87654321转808", "传真：〔略〕"},
		{"a count of eleven digits stays", "累计访问13900001111次", "累计访问13900001111次"},
		{"amounts and dates stay", "2019年1月1日至2019年12月31日，采购178050000元，占12.5%", "2019年1月1日至2019年12月31日，采购178050000元，占12.5%"},
		{"the government's hotline stays", "通过12345热线受理3456件", "通过12345热线受理3456件"},
		{"a heading about those in charge stays", "主要负责人参加新闻发布会2次，分管负责人在线访谈1次", "主要负责人参加新闻发布会2次，分管负责人在线访谈1次"},
		{"an organ is no person", "联系人：县政府办公室", "联系人：县政府办公室"},
		{"a count by telephone stays", "电话咨询1234567人次，传真申请3件", "电话咨询1234567人次，传真申请3件"},
		{"wide digits", "联系电话：０９９９－８７６５４３２，手机 １３９００００１１１１", "联系电话：〔略〕，手机 〔略〕"},
		{"wide digits that are no telephone stay", "受理１２件，答复１２３４５６７件", "受理１２件，答复１２３４５６７件"},
		{"labels set apart", "填 表 人 ： 周五　联 系 人：郑 九\n电 话：8765432", "填 表 人 ： 〔略〕　联 系 人：〔略〕\n电 话：〔略〕"},
		{"alone with its value", "填报人　　冯小陈", "填报人　　〔略〕"},
		{"before a label of another kind", "统计负责人：赵一  填表人：钱二  报出日期：2018年1月20日", "统计负责人：〔略〕  填表人：〔略〕  报出日期：2018年1月20日"},
		{"numbers in groups", "139-0000-1111、0999 8765 4321、+86 999 8765432", "〔略〕、〔略〕、〔略〕"},
		{"a number of an identity card", "证件号99010219800101123X", "证件号〔略〕"},
		{"numbers in a row stay", "分别为 150 1200 3000 件", "分别为 150 1200 3000 件"},
		{"document numbers stay", "国办公开办函〔2021〕30号 000014349/2020-00001", "国办公开办函〔2021〕30号 000014349/2020-00001"},
	} {
		if got := private(tt.in); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
		if got := private(private(tt.in)); got != tt.want {
			t.Errorf("%s, twice:\n got %s", tt.name, got)
		}
	}
}

// No name and no number of the sign-off block is in any file, in any format.
func TestNoPersonInAnyFile(t *testing.T) {
	e := sample()
	e.Report.Meta = map[string]string{"索引号": "1/2", "责任编辑": "吴小编"}
	e.Report.Sections = []report.Section{{Key: "statistics", Heading: "附表 填报人：卫十二", Text: "全年无变化。\n单位负责人：蒋十三 联系电话：0999-8765432"}}
	e.Report.Figures = append(e.Report.Figures,
		report.Figure{Metric: report.MetricLocalRow, Label: "填报人", Origin: report.OriginAnnex, State: report.StateText, Raw: "沈十四"},
		report.Figure{Metric: report.MetricLocalRow, Label: "联系电话", Origin: report.OriginAnnex, State: report.StateOK, Value: "8765432", Raw: "8765432"},
		report.Figure{Metric: report.MetricLocalRow, Label: "备注", Origin: report.OriginAnnex, State: report.StateText, Raw: "审核人：韩十五", Quote: "审核人：韩十五"})
	e.Report.Orphans = []report.Orphan{{Raw: "13900001111", Under: "联系电话"}, {Raw: "13900001111"}}
	dir := filepath.Join(t.TempDir(), "o")
	if _, err := Write(context.Background(), reports(e), Options{Dir: dir, Formats: []string{"csv", "jsonl", "sqlite", "text"}, Wide: true, Since: "v0"}); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, person := range []string{"吴小编", "卫十二", "蒋十三", "沈十四", "韩十五", "8765432", "13900001111"} {
			if strings.Contains(string(b), person) {
				t.Errorf("%s has %s", f.Name(), person)
			}
		}
	}
	if e.Report.Figures[3].Raw != "沈十四" {
		t.Error("the report itself was changed")
	}
}
