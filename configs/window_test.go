package configs

import (
	"testing"
	"time"
)

func TestSchedule(t *testing.T) {
	at := func(s string) time.Time {
		when, err := time.ParseInLocation("2006-01-02 15:04", s, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	const utc = "+00:00"
	for _, c := range []struct {
		window    Window
		now, next string
	}{
		{Window{}, "2026-01-20 12:00", "2026-01-20 12:00"},
		{Window{Hours: "22:00-06:00", Zone: utc}, "2026-01-20 23:00", "2026-01-20 23:00"},
		{Window{Hours: "22:00-06:00", Zone: utc}, "2026-01-20 05:59", "2026-01-20 05:59"},
		{Window{Hours: "22:00-06:00", Zone: utc}, "2026-01-20 06:00", "2026-01-20 22:00"},
		{Window{Hours: "22:00-06:00", Zone: utc}, "2026-01-20 21:59", "2026-01-20 22:00"},
		{Window{Hours: "01:30-04:00", Zone: utc}, "2026-01-31 04:00", "2026-02-01 01:30"},
		{Window{Hours: "01:30-04:00", Zone: utc}, "2026-01-31 01:29", "2026-01-31 01:30"},
		{Window{Hours: "12:00-13:30, 20:00-24:00", Zone: utc}, "2026-01-20 13:30", "2026-01-20 20:00"},
		{Window{Hours: "12:00-13:30, 20:00-24:00", Zone: utc}, "2026-01-20 23:59", "2026-01-20 23:59"},
		{Window{Hours: "12:00-13:30, 20:00-24:00", Zone: utc}, "2026-01-20 00:00", "2026-01-20 12:00"},
		{Window{Hours: "00:00-24:00", Zone: utc}, "2026-01-20 00:00", "2026-01-20 00:00"},
		// The clock is China's unless another is named.
		{Window{Hours: "22:00-06:00"}, "2026-01-20 12:00", "2026-01-20 14:00"},
		{Window{Hours: "22:00-06:00", Zone: "+06:00"}, "2026-01-20 12:00", "2026-01-20 16:00"},
		{Window{Season: "01-15..04-30", Zone: utc}, "2026-01-15 00:00", "2026-01-15 00:00"},
		{Window{Season: "01-15..04-30", Zone: utc}, "2026-04-30 23:59", "2026-04-30 23:59"},
		{Window{Season: "01-15..04-30", Zone: utc}, "2026-05-01 00:00", "2027-01-15 00:00"},
		{Window{Season: "01-15..04-30"}, "2026-01-14 16:00", "2026-01-14 16:00"},
		{Window{Season: "11-01..02-29", Zone: utc}, "2025-12-31 10:00", "2025-12-31 10:00"},
		{Window{Season: "11-01..02-29", Zone: utc}, "2026-03-01 10:00", "2026-11-01 00:00"},
		{Window{Season: "02-29..02-29", Zone: utc}, "2025-03-01 00:00", "2028-02-29 00:00"},
		{Window{Season: "03-01..03-02, 07-01..07-31", Zone: utc}, "2026-03-03 00:00", "2026-07-01 00:00"},
		{Window{Hours: "22:00-06:00", Season: "01-15..04-30", Zone: utc}, "2026-04-30 12:00", "2026-04-30 22:00"},
		{Window{Hours: "22:00-23:00", Season: "01-15..04-30", Zone: utc}, "2026-04-30 23:00", "2027-01-15 22:00"},
		{Window{Hours: "22:00-06:00", Season: "01-15..04-30", Zone: utc}, "2026-12-01 00:00", "2027-01-15 00:00"},
	} {
		s, err := c.window.Schedule()
		if err != nil {
			t.Errorf("%+v: %v", c.window, err)
			continue
		}
		if got := s.Next(at(c.now)); !got.Equal(at(c.next)) {
			t.Errorf("%+v at %s: %v, want %s", c.window, c.now, got.UTC(), c.next)
		}
	}
	for _, bad := range []string{"22-6", "22:00", "25:00-06:00", "22:00-06:60", "24:00-06:00", "22:00-06:00x", "06:00-06:00", "22:00-24:30", "a,b", "22:00-06:00,"} {
		if _, err := (Window{Hours: bad}).Schedule(); err == nil {
			t.Errorf("%q is taken for hours", bad)
		}
	}
	for _, bad := range []string{"01-15", "01-15..", "13-01..14-01", "02-30..03-01", "01-15-04-30", "x"} {
		if _, err := (Window{Season: bad}).Schedule(); err == nil {
			t.Errorf("%q is taken for a season", bad)
		}
	}
}
