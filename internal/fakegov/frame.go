package fakegov

import (
	"bytes"
	"fmt"
	"html"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// frame is the furniture around every page of a site: navigation, search, links
// to friends, footer. It is some 30 KB with about 195 links and made once.
type frame struct {
	style, top, crumb, bottom string
}

// navigation is what government sites have in their menu: the column's slug and
// name, then the columns below it.
var navigation = []struct {
	slug, name string
	columns    []string
}{
	{"zjgk", "走进{place}", []string{"概况", "历史沿革", "行政区划", "人口民族", "自然资源", "风景名胜", "城市建设", "影像资料", "年鉴", "名优特产", "交通出行", "气候水文"}},
	{"xwzx", "新闻中心", []string{"要闻", "部门动态", "乡镇动态", "通知公告", "图片新闻", "视频新闻", "媒体聚焦", "专题报道", "会议信息", "人事任免", "招考录用", "发布会"}},
	{"zwgk", "政务公开", []string{"机构职能", "领导信息", "政策文件", "规划计划", "统计信息", "财政信息", "政府采购", "行政许可", "行政处罚", "重大项目", "应急管理", "建议提案"}},
	{"zcjd", "政策解读", []string{"文字解读", "图解", "视频解读", "部门解读", "专家解读", "媒体解读", "问答", "简明版", "负责人解读", "上级解读", "解读方案", "回应关切"}},
	{"bsfw", "办事服务", []string{"个人办事", "法人办事", "社保", "就业", "教育", "医疗", "住房", "婚育", "户籍", "出入境", "纳税", "企业开办"}},
	{"hdjl", "互动交流", []string{"领导信箱", "在线咨询", "意见征集", "网上调查", "在线访谈", "投诉举报", "常见问题", "热点回应", "结果公示", "建言献策", "新闻发布", "民意反馈"}},
	{"sjfb", "数据发布", []string{"统计公报", "月度数据", "季度数据", "年度数据", "数据解读", "普查公报", "价格信息", "开放数据", "图表", "指标解释", "统计制度", "数据查询"}},
	{"zdly", "重点领域", []string{"社会救助", "教育公开", "医疗卫生", "环境保护", "安全生产", "食品药品", "征地信息", "保障住房", "扶贫", "公共资源", "国企", "减税降费"}},
	{"jczw", "基层政务", []string{"标准目录", "试点领域", "村务公开", "财务公开", "便民服务", "惠农补贴", "村级组织", "工作动态", "集体资产", "移民搬迁", "公共文化", "农田水利"}},
	{"ztzl", "专题专栏", []string{"优化环境", "乡村振兴", "文明创建", "法治建设", "双公示", "防灾减灾", "禁毒", "消费维权", "质量提升", "反诈", "普法", "绿色发展"}},
}

var friends = []string{"省政府", "发展改革", "教育", "科技", "工业", "公安", "民政", "司法", "财政", "人社", "自然资源", "生态环境", "住建", "交通", "水利", "农业农村", "商务", "文旅", "卫健", "统计", "审计", "应急", "信访", "税务", "气象", "市场监管", "体育", "医保"}

// newFrame makes the frame of a site. With closed, every link leads to one of
// the addresses given, else into columns that are no part of a crawl and off the
// host.
func newFrame(place, siteName, column string, closed []string) frame {
	f := frame{style: stylesheet()}
	n := 0
	href := func(open string) string {
		if len(closed) == 0 {
			return open
		}
		n++
		return closed[n%len(closed)]
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<div class="top"><div class="wrap"><span class="today" id="today"></span><a href="%s">设为首页</a><a href="%s">无障碍浏览</a><a href="%s">手机版</a><a href="javascript:;" onclick="StranBody()">繁體</a></div></div>
<div class="header"><div class="wrap"><a class="logo" href="/" title="%s"><img src="/images/logo.png" alt="%s"></a>
<form class="search" action="/search" method="get"><input type="text" name="q" placeholder="请输入关键字"><button type="submit">搜索</button></form></div></div>
<div class="nav"><div class="wrap"><ul class="nav-list"><li class="nav-item"><a class="nav-a" href="/">首页</a></li>
`, href("/sethome/"), href("/wza/"), href("/mobile/"), html.EscapeString(siteName), html.EscapeString(siteName))
	for _, section := range navigation {
		name := strings.ReplaceAll(section.name, "{place}", place)
		fmt.Fprintf(&b, `<li class="nav-item"><a class="nav-a" href="%s">%s</a><div class="nav-sub">`, href("/"+section.slug+"/"), name)
		for i, c := range section.columns {
			fmt.Fprintf(&b, `<a href="%s" target="_blank" title="%s">%s</a>`, href(fmt.Sprintf("/%s/l%02d/", section.slug, i+1)), c, c)
		}
		b.WriteString("</div></li>\n")
	}
	b.WriteString("</ul></div></div>\n")
	f.top = b.String()
	f.crumb = fmt.Sprintf(`<div class="position">当前位置：<a href="/">首页</a> &gt; <a href="%s">政务公开</a> &gt; <a href="%s">政府信息公开</a> &gt; <a href="%s">政府信息公开年报</a></div>`+"\n",
		href("/zwgk/"), href("/zwgk/l01/"), column)

	b.Reset()
	b.WriteString(`<div class="links"><div class="wrap"><h3>友情链接</h3><ul>`)
	for i, name := range friends {
		fmt.Fprintf(&b, `<li><a href="%s" target="_blank">%s网站</a></li>`, href(fmt.Sprintf("http://www.bumen%02d.example/", i+1)), name)
	}
	fmt.Fprintf(&b, `</ul></div></div>
<div class="footer"><div class="wrap"><p><a href="%s">网站地图</a> | <a href="%s">联系我们</a> | <a href="%s">关于本站</a> | <a href="%s">隐私声明</a></p>
<p>主办：%s　承办：%s政务服务中心　网站标识码：99%08d</p><p>备案序号：第%08d号　公安备案：第%014d号</p></div></div>
`, href("/map/"), href("/contact/"), href("/about/"), href("/privacy/"), html.EscapeString(siteName), place,
		hash(0, siteName)%1e8, hash(1, siteName)%1e8, hash(2, siteName)%1e14)
	b.WriteString(pageScript)
	f.bottom = b.String()
	return f
}

// stylesheet is the kind of inline style that fills the head of a CMS page.
func stylesheet() string {
	var b strings.Builder
	b.WriteString("<style type=\"text/css\">\nbody,div,ul,li,p,h1,h2,h3,form,input,table,td{margin:0;padding:0}body{font:14px/1.8 \"Microsoft YaHei\",SimSun,Arial,sans-serif;color:#333;background:#f5f7fa}a{color:#333;text-decoration:none}a:hover{color:#c00}img{border:0}.wrap{width:1200px;margin:0 auto;overflow:hidden}\n")
	for i := range 90 {
		fmt.Fprintf(&b, ".mod-%02d{float:left;width:%dpx;height:auto;line-height:%dpx;padding:%dpx %dpx;border-bottom:1px dashed #ddd;background:url(/images/bg%02d.png) no-repeat 0 %dpx}\n",
			i, 180+i*12, 24+i%9, i%7, i%11, i, -i*32)
	}
	b.WriteString("@media print{.top,.header,.nav,.links,.footer,.share{display:none}}\n</style>\n")
	return b.String()
}

const pageScript = `<script type="text/javascript">
function StranBody(){var s=document.cookie.indexOf('lang=tw')<0;document.cookie='lang='+(s?'tw':'cn')+';path=/';}
function doZoom(size){var z=document.getElementById('zoom');if(z){z.style.fontSize=size+'px';}}
function setTab(name,cursel,n){for(var i=1;i<=n;i++){var menu=document.getElementById(name+i);var con=document.getElementById('con_'+name+'_'+i);if(!menu||!con)continue;menu.className=i==cursel?'hover':'';con.style.display=i==cursel?'block':'none';}}
(function(){var d=new Date();var w=['日','一','二','三','四','五','六'];var t=document.getElementById('today');if(t){t.innerHTML=d.getFullYear()+'年'+(d.getMonth()+1)+'月'+d.getDate()+'日 星期'+w[d.getDay()];}})();
$(function(){$('a').each(function(){var h=$(this).attr('href')||'';if(/^https?:/.test(h)&&h.indexOf(location.host)<0){$(this).click(function(){return confirm('您访问的链接即将离开本网站，是否继续？');});}});});
</script>
<div class="layer" id="leave" style="display:none"><p>您访问的链接即将离开本网站，是否继续？</p><button>继续</button><button>取消</button></div>
`

// look is how the CMS dresses an article page.
type look struct {
	// open and close stand around the body of the article.
	open, close string
	// block is the kind of list that holds 索引号 and the like: table, ul, dl or
	// empty.
	block string
	// noMeta leaves out the mandated meta tags.
	noMeta bool
	// titleClass is the class of the h1, empty for pages without one.
	titleClass string
}

// head writes the page down to <body>.
func (s *Site) head(b *bytes.Buffer, title string, cs Charset, meta [][2]string) {
	b.WriteString("<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n")
	switch cs {
	case GBKMeta, UTF8Lie:
		b.WriteString(`<meta http-equiv="Content-Type" content="text/html; charset=gb2312">` + "\n")
	case GBKBare:
	default:
		b.WriteString("<meta charset=\"utf-8\">\n")
	}
	b.WriteString(`<meta http-equiv="X-UA-Compatible" content="IE=edge"><meta name="viewport" content="width=device-width">` + "\n<title>")
	b.WriteString(html.EscapeString(title))
	b.WriteString("</title>\n")
	for _, m := range meta {
		b.WriteString(`<meta name="`)
		b.WriteString(m[0])
		b.WriteString(`" content="`)
		b.WriteString(html.EscapeString(m[1]))
		b.WriteString("\">\n")
	}
	b.WriteString(`<link rel="stylesheet" href="/css/style.css"><script src="/js/jquery.min.js"></script>` + "\n")
	b.WriteString(s.frame.style)
	b.WriteString("</head>\n<body>\n")
}

// encode turns a page into bytes and names its Content-Type.
func encode(page []byte, cs Charset) (body []byte, contentType string) {
	switch cs {
	case GBKMeta, GBKBare, GBKHeader, GBKLie:
		gbk, err := simplifiedchinese.GB18030.NewEncoder().Bytes(page)
		if err != nil {
			panic("fakegov: a page that GB18030 can't hold: " + err.Error()) // it holds all of Unicode
		}
		page = gbk
	}
	switch cs {
	case GBKMeta, GBKBare:
		return page, "text/html"
	case GBKHeader:
		return page, "text/html; charset=GBK"
	case UTF8Lie:
		return page, "text/html; charset=gb2312"
	}
	return page, "text/html; charset=utf-8"
}

// columnPage dresses what a family lists: its rows and its pager.
func (s *Site) columnPage(title, main string) response {
	var b bytes.Buffer
	s.head(&b, title+"_"+s.Name, s.spec.Charset, [][2]string{{"SiteName", s.Name}, {"ColumnName", title}})
	b.WriteString(s.frame.top)
	b.WriteString(s.frame.crumb)
	b.WriteString(`<div class="main wrap"><div class="right"><h2 class="column">`)
	b.WriteString(title)
	b.WriteString("</h2>\n")
	b.WriteString(main)
	b.WriteString("</div></div>\n")
	b.WriteString(s.frame.bottom)
	b.WriteString("</body>\n</html>\n")
	body, contentType := encode(b.Bytes(), s.spec.Charset)
	return response{contentType: contentType, body: body, modified: s.modified()}
}
