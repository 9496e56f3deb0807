package fetch

import "regexp"

// sign is how one kind of block, error page or stub gives itself away. Every
// condition that is set must hold; the first sign that fits decides.
type sign struct {
	verdict string
	// stops says that the host sends this to everybody like us: asking on is
	// useless and rude, so that the host is left alone for the run.
	stops bool

	status []int    // any of these; none means 200
	any    bool     // any status will do, status is not looked at
	body   []string // one of these in the bytes of the body
	also   []string // and one of these
	cookie []string // or (with body) a cookie that is set and begins with one of these
	title  bool     // a text in the title counts, however long the page
	text   []string // one of these in the visible text, in lower case
	begins string   // or the visible text begins with this
	// within is the most visible text, in characters, that such a page has, and
	// size the most bytes; 0 is no limit.
	within, size int
	// unless says that a page that names itself an annual report has only such
	// words in its text: 增加了安全验证.
	unless bool
}

// ownName is how an annual report names itself.
var ownName = regexp.MustCompile(`20\d\d年?(?:度|年度)?[^0-9，。；]{0,30}信息公开[^0-9，。；]{0,12}(?:年度报告|年报|工作报告)|信息公开[^0-9，。；]{0,12}(?:年度报告|年报|工作报告)[(（]?20\d\d年`)

// signs are in order of how telling they are. Texts are matched in UTF-8 and in
// GB18030 with all white space taken out.
var signs = []sign{
	// Script challenges: nothing but a browser gets past, and we are none.
	{verdict: "blocked:js-challenge(ruishu)", stops: true, status: []int{412, 202},
		body: []string{"$_ts", "9DhefwqGPrzGxEp9hPaoag"}, cookie: []string{"FSSBBIl1UgzbN7N"}},
	{verdict: "blocked:js-challenge(ruishu)", stops: true, any: true, within: 80,
		body: []string{"$_ts=window", "$_ts.", "$_ts=", "9DhefwqGPrzGxEp9hPaoag"}},
	{verdict: "blocked:js-challenge(jiasule)", stops: true, status: []int{521},
		body: []string{"__jsl", "document.cookie"}, cookie: []string{"__jsl"}},
	{verdict: "blocked:js-challenge(jiasule)", stops: true, any: true, within: 80, size: 8 << 10,
		body: []string{"__jsl_clearance"}},
	{verdict: "blocked:js-challenge(c3vk)", stops: true, any: true, within: 80, size: 2 << 10,
		body: []string{"C3VK="}, also: []string{"document.cookie"}},
	{verdict: "blocked:js-challenge(yunsuo)", stops: true, any: true, within: 80, size: 16 << 10,
		body: []string{"YunSuoAutoJump", "security_verify_data", "yunsuo_session"}},
	{verdict: "blocked:js-challenge(wzws)", stops: true, any: true, within: 80, size: 64 << 10,
		body: []string{"WZWS-RAY", "wzwschallenge", "wzws_cid"}},
	{verdict: "blocked:js-challenge(acw)", stops: true, any: true, within: 80, size: 64 << 10,
		body: []string{"acw_sc__v2", "acw_sc__v3"}},
	{verdict: "blocked:js-challenge(cookie)", any: true, within: 40, size: 4 << 10,
		body: []string{"document.cookie="}, also: []string{"location.reload", "location.href=", "location.replace("}},
	{verdict: "blocked:js-challenge(cloudflare)", stops: true, status: []int{403, 503, 429},
		body: []string{"/cdn-cgi/challenge-platform/", "cf-chl-", "_cf_chl_opt"}},

	// Pages for people only, and requests to slow down.
	{verdict: "blocked:rate", any: true, within: 500, unless: true, text: []string{
		"访问过于频繁", "访问太频繁", "访问频率过高", "访问频率过快", "访问次数过多", "请求过于频繁", "请求太频繁",
		"操作过于频繁", "操作太频繁", "您的访问频率", "toomanyrequests"}},
	{verdict: "blocked:captcha", any: true, within: 300, unless: true, text: []string{
		"安全验证", "人机验证", "滑动验证", "访问验证", "访问认证", "按住滑块", "点击验证", "验证后继续访问", "请输入验证码", "请完成验证", "完成下方验证", "拖动滑块", "向右滑动",
		"checkingyourbrowser", "verifyyouarehuman", "justamoment..."}},
	{verdict: "blocked:waf", any: true, within: 600, unless: true, text: []string{
		"网站防火墙", "web应用防火墙", "应用防火墙", "您的访问被阻断", "访问被阻断", "您的访问已被拦截", "访问被拦截", "您的请求已被拦截",
		"请求被拦截", "疑似黑客攻击", "不合法的参数", "不合法参数", "访问行为存在威胁", "威胁到网站安全", "您的ip已被", "您的ip被",
		"禁止访问该网站", "访问已被禁止", "requestblocked", "webapplicationfirewall"}},
	{verdict: "blocked:waf", any: true, within: 200, unless: true, text: []string{
		"安全狗", "云锁", "创宇盾", "知道创宇", "网站卫士", "d盾_", "d盾拦截", "安全宝", "云防护", "护卫神",
		"已被拦截", "拦截提示", "已拦截", "攻击请求", "恶意代码", "恶意行为", "非法请求", "访问受限"}},
	{verdict: "blocked:login", within: 200, unless: true, body: []string{`type="password"`, `type='password'`, "type=password"}},

	// Back tomorrow.
	{verdict: "failed:maintenance", within: 100, unless: true, text: []string{
		"系统维护", "网站维护", "正在维护", "维护升级", "系统升级", "网站升级", "网站改版中", "暂停服务"}},

	// An error page that calls itself a success.
	{verdict: "soft404", title: true, within: 400, unless: true, text: []string{
		"页面不存在", "网页不存在", "页面未找到", "网页未找到", "页面没有找到", "页面没找到", "页面找不到", "网页找不到",
		"找不到页面", "找不到该页", "找不到此页", "找不到网页", "无法找到该页", "无法找到页面", "无法找到网页", "未找到页面",
		"没有找到页面", "没有找到您", "找不到您访问的", "找不到您要访问的", "页面走丢", "页面飞走", "页面丢失", "页面已删除", "页面已被删除",
		"页面已失效", "页面已过期", "页面可能已", "您访问的页面已", "您访问的页面不", "您查看的页面不", "您要访问的页面不", "您要查看的页面不",
		"文章不存在", "文章已删除", "文章已被删除", "该信息不存在", "访问的信息不存在", "信息不存在或", "信息已删除", "信息已被删除",
		"内容不存在", "内容已删除", "内容已被删除", "访问的文件不存在", "访问的栏目不存在", "该栏目不存在",
		"404notfound", "pagenotfound", "404错误", "错误404", "404页面", "404-找不到", "404-文件或目录", "404error", "error404"}},
	{verdict: "soft404", within: 60, begins: "404"},
}

// shell marks answers that hold next to no text and yet are no stubs: what they
// show lies elsewhere, and saying so is the business of whoever reads them.
var shell = []string{"http-equiv", "location", "<frame", "<iframe", "<script", "<embed", "<object", "<img", "<record", "<datastore"}
