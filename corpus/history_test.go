package corpus

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"gongkai/internal/fakegov"
	"gongkai/store"
)

// What happened to the page of a report is told: that it was edited, framed anew,
// vanished and came back. A source that disagrees is named with its cells.
func TestHistory(t *testing.T) {
	ctx := context.Background()
	a := newArchive(t, fakegov.Demo())
	site := a.gov.Sites[0]
	r := plain(site)
	day := func(n int) time.Time { return noon.AddDate(0, 0, n) }
	page, contentType := a.fetch(r.URL)
	a.keepBytes(site.ID, r.URL, page, contentType, day(0))
	a.keepBytes(site.ID, r.URL, page, contentType, day(1))
	a.keepBytes(site.ID, r.URL, bytes.Replace(page, []byte("</body>"), []byte("<p>访问 123</p></body>"), 1), contentType, day(2))
	answered := func(status int, verdict string, n int) {
		a.update(func(tx *store.Tx) error {
			_, err := tx.Finish(store.Finish{Capture: &store.Capture{Key: plainAddress(r.URL), URL: r.URL, Status: status, Time: day(n), Verdict: verdict}})
			return err
		})
	}
	answered(503, "failed:503", 3)
	answered(404, "failed:404", 4)
	answered(404, "failed:404", 5)
	a.keepBytes("portal", "https://portal.example.gov.cn/copy.html", page, contentType, day(5))
	if err := site.Edit(r.URL, "requests.new@natural_person", "4321"); err != nil {
		t.Fatal(err)
	}
	edited, _ := a.fetch(r.URL)
	a.keepBytes(site.ID, r.URL, edited, contentType, day(6))
	a.keepBytes(site.ID, r.URL, bytes.ReplaceAll(edited, []byte("。<"), []byte("，特此补充说明。<")), contentType, day(7))

	items, err := a.List(ctx, Filter{})
	if err != nil || len(items) != 1 {
		t.Fatalf("%+v, %v", items, err)
	}
	events, err := a.History(ctx, items[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range events {
		text := fmt.Sprintf("%s %s", e.Time.Format("2"), e.Kind)
		if e.Captures > 0 {
			text += fmt.Sprintf(" +%d", e.Captures)
		}
		for _, c := range e.Cells {
			if c.Cell == "requests.new@natural_person" && c.New.Origin == "table" {
				text += fmt.Sprintf(", %s is %s", c.Cell, c.New.Value)
			}
		}
		if len(e.Text) > 0 {
			text += ", text"
		}
		got = append(got, text)
	}
	check(t, "history", got, "20 first +1", "22 reframed", "24 vanished +1",
		"26 returned, requests.new@natural_person is 4321", "27 changed, text", "25 first")

	conflicts, err := a.ConflictsOf(ctx, items[0].ID)
	if err != nil || len(conflicts) != 1 || conflicts[0].Other != "https://portal.example.gov.cn/copy.html" || len(conflicts[0].Changes) != 1 {
		t.Fatalf("%+v, %v", conflicts, err)
	}
	if c := conflicts[0].Changes[0]; c.Cell != "requests.new@natural_person" || c.Old.Value != "4321" {
		t.Errorf("%+v", c)
	}
	n := 0
	for _, err := range a.Conflicts(ctx, Filter{}) {
		if n++; err != nil {
			t.Fatal(err)
		}
	}
	if n != 1 {
		t.Errorf("%d conflicts are listed", n)
	}
}
