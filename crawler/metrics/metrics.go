// Package metrics tells Prometheus how a crawl goes: while it runs, for a scrape,
// and at its end, as a file for the textfile collector of the node exporter.
//
// Names begin with gongkai_, counters end in _total and count since the program
// began, which for a nightly crawl is the run. Labels are bounded: site are the
// sites of the configuration; host the hosts that were asked, up to [MaxHosts],
// and other; template, outcome, result, state, verdict and stage are small sets.
// docs/crawling.md lists them all with the alerts they are for.
package metrics

import (
	"context"
	"math"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"gongkai/crawler"
	"gongkai/crawler/fetch"
	"gongkai/store"
)

// MaxHosts is how many hosts get a label of their own.
const MaxHosts = 5000

// Metrics are those of one run. It is the observer of the crawler and of its
// transport.
type Metrics struct {
	registry *prometheus.Registry
	corpus   *corpusCollector
	now      func() time.Time
	began    time.Time

	requests    *prometheus.CounterVec // host, outcome
	received    prometheus.Counter
	durations   *prometheus.HistogramVec // stage
	urls        *prometheus.CounterVec   // site, outcome
	reports     *prometheus.CounterVec   // template
	unread      *prometheus.CounterVec   // reason
	checks      *prometheus.CounterVec   // template, result
	passRatio   prometheus.Gauge
	unrecovered *prometheus.CounterVec // template
	hosts       *prometheus.GaugeVec   // state
	success     *prometheus.GaugeVec   // site
	columns     *prometheus.GaugeVec   // verdict
	drifted     prometheus.Gauge
	start, end  prometheus.Gauge
	took, exit  prometheus.Gauge

	mu           sync.Mutex
	known        map[string]bool   // hosts that have a label
	states       map[string]string // of hosts
	held, tested int               // hard checks
}

var (
	_ crawler.Observer = (*Metrics)(nil)
	_ fetch.Observer   = (*Metrics)(nil)
)

// New makes the metrics of a run on a corpus. now is the clock, by default
// time.Now.
func New(st *store.Store, now func() time.Time) *Metrics {
	if now == nil {
		now = time.Now
	}
	m := &Metrics{registry: prometheus.NewRegistry(), now: now, began: now(), known: map[string]bool{}, states: map[string]string{}}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "gongkai", Name: name, Help: help}, labels)
		m.registry.MustRegister(c)
		return c
	}
	gauges := func(name, help string, labels ...string) *prometheus.GaugeVec {
		g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "gongkai", Name: name, Help: help}, labels)
		m.registry.MustRegister(g)
		return g
	}
	gauge := func(name, help string) prometheus.Gauge {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "gongkai", Name: name, Help: help})
		m.registry.MustRegister(g)
		return g
	}
	m.requests = counter("requests_total", "Requests sent, those for robots.txt and redirects among them.", "host", "outcome")
	m.received = prometheus.NewCounter(prometheus.CounterOpts{Namespace: "gongkai", Name: "received_bytes_total", Help: "Bytes of bodies received."})
	m.durations = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: "gongkai", Name: "stage_duration_seconds", Help: "Time that one URL took in a stage: fetch (from the wire to the last byte), judge (reading it as a report), commit (to the disk).",
		Buckets: []float64{.005, .02, .1, .5, 1, 2, 5, 10, 30, 60},
	}, []string{"stage"})
	m.registry.MustRegister(m.received, m.durations)
	m.urls = counter("urls_total", "URLs finished, by what came of them: listed, new, changed, unchanged, other, gone, blocked, failed.", "site", "outcome")
	m.reports = counter("reports_read_total", "Pages and files read as reports, by the form of their tables.", "template")
	m.unread = counter("pages_refused_total", "Pages and files that are no report or could not be read, by reason.", "reason")
	m.checks = counter("hard_checks_total", "Hard accounting relations evaluated on the reports read.", "template", "result")
	m.passRatio = gauge("hard_check_pass_ratio", "Share of the hard relations that hold, of those evaluated in this run; NaN when there were none.")
	m.unrecovered = counter("tables_not_recovered_total", "Official tables from which cells could not be recovered.", "template")
	m.hosts = gauges("hosts", "Hosts asked in this run, by how they stand now.", "state")
	m.success = gauges("source_last_success_timestamp_seconds", "When all columns of the site were complete last; the column that was so longest ago counts.", "site")
	m.columns = gauges("columns", "Columns at the end of the run, by the first word of their verdict.", "verdict")
	m.drifted = gauge("columns_drifted", "Columns that fell behind their own history in this run.")
	m.start = gauge("run_start_timestamp_seconds", "When the program began this run, or went on with it.")
	m.end = gauge("run_end_timestamp_seconds", "When the run ended; 0 while it goes on.")
	m.took = gauge("run_duration_seconds", "How long the run has taken, as of its end.")
	m.exit = gauge("run_exit_code", "Exit code of the run; -1 while it goes on.")
	m.exit.Set(-1)
	m.start.Set(seconds(m.began))
	m.passRatio.Set(math.NaN())
	m.corpus = &corpusCollector{store: st, now: now}
	m.registry.MustRegister(m.corpus)
	return m
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// Requested implements [fetch.Observer].
func (m *Metrics) Requested(host string, hop *fetch.Hop, outcome string) {
	word, _, _ := strings.Cut(outcome, ":")
	m.requests.WithLabelValues(m.host(host), word).Inc()
	m.received.Add(float64(hop.Bytes))
	m.durations.WithLabelValues("fetch").Observe(hop.Took.Seconds())
	m.stand(host, "")
}

// HostChanged implements [fetch.Observer].
func (m *Metrics) HostChanged(h fetch.Health) { m.stand(h.Host, h.State) }

// host is the label of a host.
func (m *Metrics) host(name string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.known[name] {
		if len(m.known) >= MaxHosts {
			return "other"
		}
		m.known[name] = true
	}
	return name
}

// stand counts a host under its state; an empty state is the one it has, or ok.
func (m *Metrics) stand(host, state string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, known := m.states[host]
	if state == "" {
		if known {
			return
		}
		state = "ok"
	}
	if known {
		m.hosts.WithLabelValues(old).Dec()
	}
	m.states[host] = state
	m.hosts.WithLabelValues(state).Inc()
}

// Began implements [crawler.Observer].
func (m *Metrics) Began(_ string, success map[string]time.Time) { m.succeeded(success) }

func (m *Metrics) succeeded(success map[string]time.Time) {
	for site, at := range success {
		m.success.WithLabelValues(site).Set(seconds(at))
	}
}

// Judged implements [crawler.Observer].
func (m *Metrics) Judged(j crawler.Judgement, took time.Duration) {
	m.durations.WithLabelValues("judge").Observe(took.Seconds())
	if j.Report == nil {
		if j.Reason != "" {
			m.unread.WithLabelValues(j.Reason).Inc()
		}
		return
	}
	f := j.Facts
	m.reports.WithLabelValues(f.Template).Inc()
	m.unrecovered.WithLabelValues(f.Template).Add(float64(f.Unrecovered))
	m.checks.WithLabelValues(f.Template, "pass").Add(float64(f.HardPass))
	m.checks.WithLabelValues(f.Template, "fail").Add(float64(f.HardFail))
	m.mu.Lock()
	defer m.mu.Unlock()
	m.held += f.HardPass
	m.tested += f.HardPass + f.HardFail
	if m.tested > 0 {
		m.passRatio.Set(float64(m.held) / float64(m.tested))
	}
}

// Visited implements [crawler.Observer].
func (m *Metrics) Visited(site, _, outcome string) { m.urls.WithLabelValues(site, outcome).Inc() }

// Committed implements [crawler.Observer].
func (m *Metrics) Committed(took time.Duration) {
	m.durations.WithLabelValues("commit").Observe(took.Seconds())
}

// Ended implements [crawler.Observer].
func (m *Metrics) Ended(s *crawler.Summary, success map[string]time.Time) {
	m.succeeded(success)
	drifted := 0
	for _, c := range s.Columns {
		word, _, _ := strings.Cut(c.Verdict, ":")
		m.columns.WithLabelValues(word).Inc()
		if c.Drift != "" {
			drifted++
		}
	}
	m.drifted.Set(float64(drifted))
	m.Exit(s.Exit)
}

// Exit notes how the run ended, for a run that has no summary.
func (m *Metrics) Exit(code int) {
	m.corpus.forget()
	now := m.now()
	m.end.Set(seconds(now))
	m.took.Set(now.Sub(m.began).Seconds())
	m.exit.Set(float64(code))
}

// Handler serves the metrics, with those of the Go runtime and the process.
func (m *Metrics) Handler() http.Handler {
	runtime := prometheus.NewRegistry()
	runtime.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(prometheus.Gatherers{m.registry, runtime}, promhttp.HandlerOpts{})
}

// WriteFile writes the metrics for the textfile collector; a reader sees the old
// file or the new one, never part of one. The metrics of the process are left out:
// the node exporter has its own of the same names.
func (m *Metrics) WriteFile(path string) error { return prometheus.WriteToTextfile(path, m.registry) }

// corpusCollector tells what the corpus holds and how long URLs wait. It reads the
// corpus at most every fresh.
type corpusCollector struct {
	store *store.Store
	now   func() time.Time

	mu   sync.Mutex
	at   time.Time
	last []prometheus.Metric
}

const (
	fresh       = 30 * time.Second
	readTimeout = 5 * time.Second
)

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("gongkai_"+name, help, labels, nil)
}

var (
	descBytes     = desc("corpus_bytes", "Size of the corpus file.")
	descSnapshots = desc("corpus_snapshots", "Distinct bodies kept.")
	descStored    = desc("corpus_snapshot_stored_bytes", "What the bodies take in the corpus, compressed.")
	descReports   = desc("corpus_reports", "Reports in the corpus.")
	descRows      = desc("corpus_urls", "URLs known, by state: queued, done, failed, gone.", "state")
	descQueued    = desc("queue_urls", "URLs that wait to be fetched.")
	descWaiting   = desc("queue_hosts", "Hosts with URLs that wait.")
	descAge       = desc("queue_age_seconds", "How long the URL that is due longest has been waiting.")
)

// Describe implements prometheus.Collector.
func (c *corpusCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descBytes, descSnapshots, descStored, descReports, descRows, descQueued, descWaiting, descAge} {
		ch <- d
	}
}

// Collect implements prometheus.Collector. A corpus that can't be read now gives
// what it gave last.
func (c *corpusCollector) Collect(ch chan<- prometheus.Metric) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); c.last == nil || now.Sub(c.at) >= fresh {
		if metrics, err := c.read(now); err == nil {
			c.at, c.last = now, metrics
		}
	}
	for _, m := range c.last {
		ch <- m
	}
}

// forget lets the next Collect read the corpus.
func (c *corpusCollector) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = time.Time{}
}

// read reads the corpus.
func (c *corpusCollector) read(now time.Time) (out []prometheus.Metric, err error) {
	ctx, stop := context.WithTimeout(context.Background(), readTimeout)
	defer stop()
	counts, err := c.store.Counts(ctx)
	if err != nil {
		return nil, err
	}
	queued, hosts, oldest := 0, 0, now
	err = c.store.Hosts(ctx, func(_ string, due time.Time, rows int) {
		queued += rows
		hosts++
		if due.Before(oldest) {
			oldest = due
		}
	})
	if err != nil {
		return nil, err
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out = append(out, prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...))
	}
	if info, err := os.Stat(c.store.Path()); err == nil {
		gauge(descBytes, float64(info.Size()))
	}
	gauge(descSnapshots, float64(counts.Snapshots))
	gauge(descStored, float64(counts.SnapshotStored))
	gauge(descReports, float64(counts.Reports))
	for state, n := range counts.Rows {
		gauge(descRows, float64(n), state)
	}
	gauge(descQueued, float64(queued))
	gauge(descWaiting, float64(hosts))
	gauge(descAge, now.Sub(oldest).Seconds())
	return out, nil
}
