package report

import "testing"

func TestDictionary(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range Metrics() {
		if seen[m.Name] {
			t.Errorf("%s stands twice", m.Name)
		}
		seen[m.Name] = true
		switch m.Kind {
		case "count", "signed_count", "decimal":
		default:
			t.Errorf("%s: kind %q", m.Name, m.Kind)
		}
		if len(m.Label) == 0 {
			t.Errorf("%s has no label", m.Name)
		}
	}
	m, ok := LookupMetric("requests.denied.third_party")
	if !ok || m.Short() != "4.保护第三方合法权益" {
		t.Errorf("LookupMetric: %v %q", ok, m.Short())
	}
	// Cells of the forms: 22 + 23 rows × 7 + 15 for 2019, 10 + 25 × 7 + 15 for 2021.
	want := map[string]int{"2019": 198, "2021": 200}
	for form, cells := range want {
		n := 0
		for _, m := range Metrics() {
			if m.Label[form] == "" {
				continue
			}
			if m.Table == "requests" {
				n += len(Applicants())
			} else {
				n++
			}
		}
		if n != cells {
			t.Errorf("form %s has %d cells, want %d", form, n, cells)
		}
	}
}
