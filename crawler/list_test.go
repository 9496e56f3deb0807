package crawler_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"gongkai/configs"
)

// jpageRecord is one row of a Hanweb list.
func jpageRecord(i int) string {
	return fmt.Sprintf("<record><![CDATA[<li><a href='/art/2023/1/%d/art_77_%d.html' title='某县第%d街道办事处2022年政府信息公开工作年度报告'>…</a><span>2023-01-%02d</span></li>]]></record>\n", i, 500+i, i, i)
}

// An endpoint that refuses one way to be asked is asked in another, where the
// family of the site knows one.
func TestEndpointRefusesOneWay(t *testing.T) {
	const rows, inline = 12, 4
	for _, status := range []int{http.StatusMethodNotAllowed, http.StatusInternalServerError, http.StatusForbidden} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			t.Parallel()
			site := serve(t, func(w http.ResponseWriter, r *http.Request) {
				list := func(from, to int) {
					fmt.Fprintf(w, `<datastore><totalrecord>%d</totalrecord><totalpage>3</totalpage><nextgroup><![CDATA[<a href="/module/web/jpage/dataproxy.jsp?page=1&columnid=77&unitid=9&webid=1&path=/&appid=1"></a>]]></nextgroup><recordset>`, rows)
					for i := from; i <= min(to, rows); i++ {
						fmt.Fprint(w, jpageRecord(i))
					}
					fmt.Fprint(w, "</recordset></datastore>")
				}
				switch {
				case r.URL.Path == "/col/col77/index.html":
					w.Header().Set("Content-Type", "text/html; charset=utf-8")
					fmt.Fprint(w, `<html><head><title>年报</title></head><body><div id="9"><script type="text/xml">`)
					list(1, inline)
					fmt.Fprint(w, `</script></div><script>$('#9').jpage({totalRecord:12,perPage:4,groupSize:1,proxyUrl:'/module/web/jpage/dataproxy.jsp',ajaxParam:{col:1,appid:1,webid:1,path:'/',columnid:77,unitid:'9',permissiontype:0}});</script></body></html>`)
				case strings.HasSuffix(r.URL.Path, "/dataproxy.jsp") && r.Method == http.MethodPost:
					from, _ := strconv.Atoi(r.FormValue("startrecord"))
					to, _ := strconv.Atoi(r.FormValue("endrecord"))
					w.Header().Set("Content-Type", "text/xml")
					list(from, to)
				case strings.HasSuffix(r.URL.Path, "/dataproxy.jsp"):
					http.Error(w, "the answer to a GET", status)
				default:
					w.Header().Set("Content-Type", "text/html; charset=utf-8")
					fmt.Fprint(w, frame("年度报告", reportText))
				}
			})
			o := newOffice(t, configs.Site{ID: "own", Name: "某县人民政府", Index: []string{site.URL + "/col/col77/index.html"}})
			c := o.crawl().Columns[0]
			if status == http.StatusForbidden { // who turns us away is not asked in another way
				if !strings.HasPrefix(c.Verdict, "blocked:403") || c.Listed != inline {
					t.Errorf("%+v, want blocked:403 after %d items", c, inline)
				}
				return
			}
			if c.Verdict != "complete" || c.Listed != rows || c.Reports != rows {
				t.Errorf("%+v, want %d reports", c, rows)
			}
		})
	}
}

// Links on a page in GBK say what they ask for in GBK, as browsers send it.
func TestQueriesInTheCharsetOfThePage(t *testing.T) {
	asked := make(chan string, 10)
	site := serve(t, func(w http.ResponseWriter, r *http.Request) {
		text := frame("年度报告", reportText+`<p>附件：<a href="/down.jsp?file=年报.doc">年报.doc</a></p>`)
		if r.URL.Path == "/zfxxgk/" {
			text = strings.ReplaceAll(frame("政府信息公开年报", `<ul>
				<li><a href="show.jsp?unit=公安局&amp;id=7">某县公安局2022年政府信息公开工作年度报告</a><span>2023-01-20</span></li></ul>`), "utf-8", "gbk")
		} else {
			asked <- r.URL.RawQuery
			text = strings.ReplaceAll(text, "utf-8", "gbk")
		}
		body, err := simplifiedchinese.GBK.NewEncoder().String(text)
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "text/html")
		if r.URL.Path == "/down.jsp" {
			w.Header().Set("Content-Type", "application/msword")
			body = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600)
		}
		fmt.Fprint(w, body)
	})
	o := newOffice(t, configs.Site{ID: "own", Name: "某县人民政府", Index: []string{site.URL + "/zfxxgk/"}})
	c := o.crawl().Columns[0]
	close(asked)
	var got []string
	for q := range asked {
		got = append(got, q)
	}
	want := "unit=%B9%AB%B0%B2%BE%D6&id=7 file=%C4%EA%B1%A8.doc"
	if strings.Join(got, " ") != want || c.Reports != 1 {
		t.Errorf("asked for %q, want %q; %+v", got, want, c)
	}
}
