package listing_test

import (
	"strings"
	"testing"

	"gongkai/crawler/listing"

	"github.com/google/go-cmp/cmp"
)

// Datastores as pages embed them, each of two rows.
func TestDatastores(t *testing.T) {
	const index = "http://www.shiqiao.gov.cn/col/col12/index.html"
	want := []string{
		"http://www.shiqiao.gov.cn/art/2021/1/5/art_12_1.html | 甲局2020年政府信息公开年报 | 2021-01-05",
		"http://www.shiqiao.gov.cn/art/2021/1/6/art_12_2.html | 乙局2020年政府信息公开年报 | 2021-01-06",
	}
	one := `<li><a href="/art/2021/1/5/art_12_1.html" title="甲局2020年政府信息公开年报">甲局…</a><span>2021-01-05</span></li>`
	two := `<li><a title='乙局2020年政府信息公开年报' href='/art/2021/1/6/art_12_2.html'>乙局…</a><b>[2021-01-06]</b></li>`
	plain := `<datastore><recordset><record><![CDATA[` + one + `]]></record><record><![CDATA[` + two + `]]></record></recordset></datastore>`
	for _, c := range []struct{ name, page string }{
		{"script of type text/xml", `<script type="text/xml">` + plain + `</script>`},
		{"upper case", `<script type="text/xml">` + strings.NewReplacer("datastore", "DATASTORE", "record", "RECORD").Replace(plain) + `</script>`},
		{"with an XML head and spaces", `<script type='text/xml'><?xml version='1.0' encoding='utf-8'?>` + strings.ReplaceAll(plain, "><", ">\n <") + `</script>`},
		{"string of a script, slashes escaped", `<script>var xml = '` + strings.NewReplacer("'", `\'`, "</", `<\/`).Replace(plain) + `';</script>`},
		{"string of a script, quotes escaped", `<script>var xml = "` + strings.NewReplacer(`"`, `\"`, "</", `<\/`).Replace(plain) + `";</script>`},
		{"string of a script, all escaped", `<script>var xml = "` + strings.NewReplacer(`"`, `\"`, "<", `\u003c`, ">", `\u003e`).Replace(plain) + `";</script>`},
		{"entities in a hidden element", `<div id="initData" style="display:none">` + strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(plain) + `</div>`},
		{"a text area", `<textarea style="display:none">` + plain + `</textarea>`},
		{"records without a datastore", `<script>var rows = "<record><![CDATA[` + strings.ReplaceAll(one, `"`, `'`) + `]]></record><record><![CDATA[` + two + `]]></record>";</script>`},
		{"records escaped as text", `<script type="text/xml"><datastore><recordset><record>` + strings.NewReplacer("<", "&lt;", ">", "&gt;").Replace(one) + `</record><record><![CDATA[` + two + `]]></record></recordset></datastore></script>`},
		{"CDATA that isn't closed", `<script type="text/xml"><datastore><recordset><record><![CDATA[` + one + `</record><record><![CDATA[` + two + `]]></record></datastore></script>`},
		{"records that aren't closed", `<script type="text/xml"><datastore><recordset><record><![CDATA[` + one + `]]><record><![CDATA[` + two + `]]></script>`},
		{"split CDATA", `<script type="text/xml"><datastore><record><![CDATA[` + strings.Replace(one, "甲局…", "甲局]]]]><![CDATA[>", 1) + `]]></record><record><![CDATA[` + two + `]]></record></datastore></script>`},
		{"broken rows between", `<script type="text/xml"><datastore><record><![CDATA[<li style=<br/>]]></record><record><![CDATA[<li style=<br/>` + one + `]]></record><record></record><record><![CDATA[</ul></td>` + two + `<script>x</scr]]></record></datastore></script>`},
		{"both rows in one record", `<script type="text/xml"><datastore><record><![CDATA[` + one + two + `]]></record></datastore></script>`},
		{"table rows", `<script type="text/xml"><datastore><record><![CDATA[<tr><td>1</td><td><a href=/art/2021/1/5/art_12_1.html>甲局2020年政府信息公开年报</a></td><td>2021-01-05</td></tr>]]></record><record><![CDATA[<tr><td>2</td><td><a href=/art/2021/1/6/art_12_2.html>乙局2020年政府信息公开年报</a></td><td>2021-01-06</td></tr>]]></record></datastore></script>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := first(t, index, `<html><head><title>年报</title></head><body><ul></ul>`+c.page+`</body></html>`, listing.Hint{})
			if diff := cmp.Diff(want, lines(r.Items)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if r.State.Mechanism != "jpage" || r.Verdict != "complete" {
				t.Errorf("%s by %s (%s)", r.Verdict, r.State.Mechanism, r.Evidence)
			}
		})
	}
}
