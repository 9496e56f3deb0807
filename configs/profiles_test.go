package configs

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The profiles of real sites load as they are and together, and say of every site
// that nobody has looked at it.
func TestProfiles(t *testing.T) {
	files, err := filepath.Glob("profiles/*.yaml")
	if err != nil || len(files) < 4 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	indexes := map[string]string{}
	for _, file := range files {
		c, err := Load(file)
		if err != nil {
			t.Fatal(err)
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(src, []byte("  # unverified until probed; ")); n != len(c.Sites) {
			t.Errorf("%s: %d sites, %d of them marked as unverified", file, len(c.Sites), n)
		}
		for _, s := range c.Sites {
			if s.Name == "" || s.Region == "" || len(s.Index) != 1 {
				t.Errorf("%s: %+v", file, s)
			}
			if other := indexes[s.Index[0]]; other != "" {
				t.Errorf("%s and %s have one index", s.ID, other)
			}
			indexes[s.Index[0]] = s.ID
			level := levels[strings.TrimSuffix(filepath.Base(file), ".yaml")]
			if level != nil && !level.MatchString(s.Region) {
				t.Errorf("%s: %s is no code of its level", s.ID, s.Region)
			}
		}
	}
	if len(indexes) < 25 {
		t.Errorf("%d columns", len(indexes))
	}
	main := filepath.Join(t.TempDir(), "gongkai.yaml")
	here, err := filepath.Abs("profiles")
	if err != nil {
		t.Fatal(err)
	}
	src := "pace: {every: 7s}\nsites_from:\n"
	for _, file := range files {
		src += "  - " + filepath.Join(here, filepath.Base(file)) + "\n"
	}
	if err := os.WriteFile(main, []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(main)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Sites) != len(indexes) || c.Sites[0].Pace.Every == nil || *c.Sites[0].Pace.Every != 7e9 {
		t.Errorf("%d of %d sites, pace %v", len(c.Sites), len(indexes), c.Sites[0].Pace.Every)
	}
}

// levels are the codes of each level: provinces end in 0000, prefectures in 00.
var levels = map[string]*regexp.Regexp{
	"provinces":   regexp.MustCompile(`^[1-6]\d0000$`),
	"prefectures": regexp.MustCompile(`^[1-6]\d(?:[1-9]\d|0[1-9])00$`),
	"counties":    regexp.MustCompile(`^[1-6]\d\d\d(?:[1-9]\d|0[1-9])$`),
}

// A file of sites_from is checked like any, holds sites only, and repeats none.
func TestSitesFrom(t *testing.T) {
	dir := t.TempDir()
	for name, src := range map[string]string{
		"more.yaml":   "sites:\n  - {id: b, index: [\"http://b.example/\"]}\n",
		"main.yaml":   "sites_from: [more.yaml]\nsites:\n  - {id: a, index: [\"http://a.example/\"]}\n",
		"twice.yaml":  "sites_from: [more.yaml, more.yaml]\n",
		"keys.yaml":   "corpus: x.db\nsites: []\n",
		"other.yaml":  "sites_from: [keys.yaml]\n",
		"chain.yaml":  "sites_from: [main.yaml]\n",
		"bad.yaml":    "sites:\n  - id: b\n",
		"broken.yaml": "sites_from: [bad.yaml]\n",
		"none.yaml":   "sites_from: [nowhere.yaml]\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := Load(filepath.Join(dir, "main.yaml"))
	if err != nil || len(c.Sites) != 2 || c.Sites[1].ID != "b" || *c.Sites[1].Depth != DefaultDepth {
		t.Errorf("%+v, %v", c, err)
	}
	for name, want := range map[string]string{"twice": "the id \"b\"", "other": "holds other keys", "chain": "holds other keys", "broken": "bad.yaml:2:", "none": "nowhere.yaml"} {
		if _, err := Load(filepath.Join(dir, name+".yaml")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}
