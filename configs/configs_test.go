package configs

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestExampleLoads(t *testing.T) {
	c, err := Parse("gongkai.yaml", Example)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Sites) != 2 || c.Sites[0].Name != "示例县人民政府" {
		t.Errorf("sites: %+v", c.Sites)
	}
}

func TestDefaults(t *testing.T) {
	c, err := Parse("x.yaml", []byte(`
pace: {every: 500ms, retries: 0}
limits: {body: 10MB}
sites:
  - {id: a, index: ["http://a.example/"]}
  - {id: b, index: ["http://b.example/"], pace: {every: 0s, timeout: 5s}}
`))
	if err != nil {
		t.Fatal(err)
	}
	a, b := c.Sites[0], c.Sites[1]
	if got := time.Duration(*a.Pace.Every); got != 500*time.Millisecond {
		t.Errorf("a.every = %v, want the file's 500ms", got)
	}
	if got := time.Duration(*b.Pace.Every); got != 0 {
		t.Errorf("b.every = %v, want its own 0s", got)
	}
	if a.Pace.Burst != 1 || time.Duration(a.Pace.Timeout) != time.Minute || *a.Pace.Retries != 0 || *a.Depth != 3 {
		t.Errorf("a: %+v", a)
	}
	if c.Corpus != "corpus.db" || c.Limits.Body != 10_000_000 || c.Limits.Hosts != 16 {
		t.Errorf("config: %+v", c)
	}
}

// What the file says holds for every site that does not say otherwise.
func TestSitesInherit(t *testing.T) {
	c, err := Parse("x.yaml", []byte(`
pace: {window: 22:00-06:00}
limits: {pages: 50, body: 8MiB}
budget: {run: {requests: 5000, bytes: 2GiB, time: 6h}, site: {requests: 300, time: 2h}}
revisit: seasonal
insecure_tls: true
sites:
  - {id: a, index: ["http://a.example/"]}
  - id: b
    index: ["http://b.example/"]
    server: county-7
    pace: {window: {hours: "01:00-05:00", season: 01-15..04-30}}
    limits: {pages: 3}
    budget: {requests: 20}
    revisit: {old: 60d}
    insecure_tls: false
  - {id: c, index: ["http://c.example/"], revisit: every-run, pace: {window: ["12:00-13:00", "22:00-23:00"]}}
`))
	if err != nil {
		t.Fatal(err)
	}
	a, b := c.Sites[0], c.Sites[1]
	if a.Pace.Window.Hours != "22:00-06:00" || a.Limits != (SiteLimits{8 << 20, 50}) || !*a.InsecureTLS ||
		a.Budget != (Budget{Requests: 300, Time: Duration(2 * time.Hour)}) || a.Revisit.Policy != Seasonal {
		t.Errorf("a: %+v", a)
	}
	if *b.Pace.Window != (Window{Hours: "01:00-05:00", Season: "01-15..04-30"}) || b.Limits != (SiteLimits{8 << 20, 3}) || *b.InsecureTLS || b.Server != "county-7" ||
		b.Budget != (Budget{Requests: 20, Time: Duration(2 * time.Hour)}) || b.Revisit.Policy != Seasonal || b.Revisit.Old != 60*day || b.Revisit.Season != "01-15..04-30" {
		t.Errorf("b: %+v", b)
	}
	if c.Sites[2].Revisit.Policy != EveryRun || c.Sites[2].Pace.Window.Hours != "12:00-13:00, 22:00-23:00" || c.Budget.Run.Bytes != 2<<30 {
		t.Errorf("c: %+v", c.Sites[2])
	}
}

func TestEmptyFileIsAllDefaults(t *testing.T) {
	for _, src := range []string{"", "# nothing\n", "---\n"} {
		c, err := Parse("x.yaml", []byte(src))
		if err != nil || c.Corpus != "corpus.db" {
			t.Errorf("%q: %v %v", src, c, err)
		}
	}
}

// Every mistake shows its line and column and how to mend it.
func TestMistakes(t *testing.T) {
	site := "sites:\n  - id: a\n    index: [\"http://a.example/\"]\n"
	for _, tt := range []struct {
		name, src string
		line, col int
		want      []string
	}{
		{"unknown key", "corpus: x.db\nuser_agnt: me\n", 2, 1, []string{`unknown key "user_agnt"`, `did you mean "user_agent"?`}},
		{"unknown key of a site", site + "    alow_hosts: [b]\n", 4, 5, []string{"sites[0]", `did you mean "allow_hosts"?`}},
		{"nothing near", site + "    colour: red\n", 4, 5, []string{"known here: allow_hosts, allow_private"}},
		{"wrong type", "pace: fast\n", 1, 7, nil},
		{"sites is no list", "sites: {id: a}\n", 1, 0, nil},
		{"bad duration", "pace:\n  every: 2\n", 2, 10, []string{`"2" is no duration`, "2s"}},
		{"negative duration", "pace:\n  every: -2s\n", 2, 10, []string{"is no duration"}},
		{"bad size", "limits:\n  body: huge\n", 2, 9, []string{`"huge" is no size`}},
		{"not YAML", "sites: [\n", 1, 0, nil},
		{"tab", "sites:\n\t- id: a\n", 2, 0, nil},
		{"a key twice", "corpus: a\ncorpus: b\n", 2, 1, nil},
		{"no id", "sites:\n  - index: [\"http://a.example/\"]\n", 2, 0, []string{"needs an id"}},
		{"same id", site + "  - id: a\n    index: [\"http://b.example/\"]\n", 4, 9, []string{"sites[1].id", "sites[0] too"}},
		{"no index", "sites:\n  - id: a\n", 2, 0, []string{"sites[0].index", "at least one index"}},
		{"bad address", "sites:\n  - id: a\n    index: [\"ftp://a.example/\"]\n", 3, 13, []string{"http://"}},
		{"password", "sites:\n  - id: a\n    index: [\"http://u:p@a.example/\"]\n", 3, 13, []string{"password"}},
		{"region unquoted", site + "    region: 33028\n", 4, 13, []string{"six digits"}},
		{"bad pattern", site + "    include: [\"(\"]\n", 4, 15, []string{"regular expression"}},
		{"own header", site + "    headers: {User-Agent: x}\n", 4, 0, []string{"set by the crawler"}},
		{"bad host", site + "    allow_hosts: [\"http://b.example/\"]\n", 4, 19, []string{"is no host"}},
		{"year", site + "    years: [1999]\n", 4, 13, []string{"begin with 2008"}},
		{"retries", "pace: {retries: 99}\n", 1, 17, []string{"between 0 and 20"}},
		{"hours", "pace:\n  window: 22-6\n", 2, 11, []string{"pace.window", "22:00-06:00"}},
		{"season", site + "    pace: {window: {season: 1月}}\n", 4, 0, []string{"sites[0].pace.window", "01-15..04-30"}},
		{"key of a window", "pace:\n  window: {hour: 22:00-06:00}\n", 2, 12, []string{`did you mean "hours"?`}},
		{"key of a listing", site + "    listing: {mechanism: jpage, row: li}\n", 4, 0, []string{"sites[0].listing", `unknown key "row"`}},
		{"key of an endpoint", site + "    listing: {endpoint: {uri: /a}}\n", 4, 0, []string{`did you mean "url"?`}},
		{"page without a number", site + "    listing: {page: index.html}\n", 4, 0, []string{"sites[0].listing.page", "{page}"}},
		{"endpoint without a number", site + "    listing: {endpoint: {url: /api}}\n", 4, 0, []string{"sites[0].listing.endpoint.url", "{page}"}},
		{"zone", "pace:\n  window: {zone: Peking}\n", 2, 0, []string{"+08:00"}},
		{"policy", "revisit: weekly\n", 1, 10, []string{`"weekly" is no policy`, "every-run or seasonal"}},
		{"pause of a policy", "revisit: {recent: often}\n", 1, 19, []string{`"often" is no duration`}},
		{"policy with keys that it has not", "revisit: {policy: every-run, old: 30d}\n", 1, 19, []string{"write policy: seasonal"}},
		{"budget", "budget: {run: {requests: -1}}\n", 1, 26, []string{"less than 1"}},
		{"bytes of a budget", site + "    budget: {bytes: many}\n", 4, 21, []string{`"many" is no size`}},
		{"server", site + "    server: my server\n", 4, 13, []string{"is no name of a server"}},
		{"one host on two servers", site + "    server: x\n  - {id: b, index: [\"http://a.example/b/\"], server: y}\n", 5, 0, []string{"sites[1].server", "same server"}},
		{"two documents", "corpus: a\n---\ncorpus: b\n", 3, 0, []string{"second document"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("gk.yaml", []byte(tt.src))
			e, ok := errors.AsType[*Error](err)
			if !ok {
				t.Fatalf("no *Error: %v", err)
			}
			if e.Line != tt.line || tt.col != 0 && e.Col != tt.col {
				t.Errorf("at %d:%d, want %d:%d: %v", e.Line, e.Col, tt.line, tt.col, err)
			}
			if !strings.HasPrefix(err.Error(), "gk.yaml:") {
				t.Errorf("does not name the file: %v", err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("lacks %q: %v", want, err)
				}
			}
		})
	}
}

// A byte order mark is no mistake; bytes of another encoding are, and are named
// rather than printed.
func TestEncoding(t *testing.T) {
	if _, err := Parse("x.yaml", []byte("\ufeffpace: {every: 1s}\n")); err != nil {
		t.Errorf("with a byte order mark: %v", err)
	}
	for name, src := range map[string]string{
		"GBK":    "pace: {every: 1s}\nsites:\n  - name: \xc4\xfe\xb2\xa8\n",
		"binary": "pace: {every: 1s}\nsites:\n  - name: \x1b[2J\n",
	} {
		_, err := Parse("x.yaml", []byte(src))
		var e *Error
		if !errors.As(err, &e) || e.Line != 3 || e.Col != 11 || e.Excerpt != "" {
			t.Errorf("%s: %#v, want an error at 3:11 without an excerpt", name, err)
			continue
		}
		if !strings.Contains(err.Error(), "save the file as UTF-8") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLoadNamesTheFile(t *testing.T) {
	dir := t.TempDir()
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("a directory: %v", err)
	}
	if _, err := Load(filepath.Join(dir, "none.yaml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(string(Example))
	f.Add("sites: [{id: a, index: [x]}]")
	f.Fuzz(func(t *testing.T, src string) {
		c, err := Parse("x", []byte(src))
		if (c == nil) == (err == nil) {
			t.Fatalf("config %v, error %v", c, err)
		}
	})
}

// The lines that pin a listing read back as what they pin, whatever stands in it.
func TestListingLine(t *testing.T) {
	zero, three := 0, 3
	for _, l := range []Listing{
		{},
		{Mechanism: "jpage", Items: 45},
		{Item: `div.rows > p, li[class="a b"]`, Title: "b", Date: "i:nth-child(2)", Next: "a.fwd, a#next"},
		{Page: "index_{page}.html", Second: &zero},
		{Mechanism: "json", Endpoint: &Endpoint{URL: "/api/list?cid=7&p={page}", Method: "POST", Body: `{"page": {page}, "s": "it's # 'x'"}`,
			ContentType: "application/json; charset=utf-8", First: &three, Results: "data.rows", Total: "123", Pages: "yes", Link: "null", Title: "标题: 名", Date: "2020-01-01"}},
	} {
		line, err := l.Line()
		if err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(line, "\n") {
			t.Errorf("%q has several lines", line)
		}
		c, err := Parse("x.yaml", []byte("sites:\n  - id: a\n    index: [\"http://a.example/\"]\n    listing: "+line+"\n"))
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if diff := cmp.Diff(l, c.Sites[0].Listing); diff != "" {
			t.Errorf("%s (-written +read):\n%s", line, diff)
		}
	}
}
