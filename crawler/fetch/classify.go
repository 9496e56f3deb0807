package fetch

import (
	"net/http"
	"strconv"
)

// Classify tells what kind of answer a fetch got: verdict is empty for one that
// can be used (2xx with content, 304), else a verdict word with its reason, and
// evidence says what gave it away.
func Classify(ex *Exchange) (verdict, evidence string) {
	h := ex.Last()
	if h == nil || h.Status == 0 {
		return "", ""
	}
	return classify(h)
}

func classify(h *Hop) (verdict, evidence string) {
	switch {
	case h.Status/100 == 2, h.Status == http.StatusNotModified:
		return "", ""
	case h.Status == http.StatusForbidden, h.Status == http.StatusTooManyRequests:
		return "blocked:" + strconv.Itoa(h.Status), "status " + strconv.Itoa(h.Status)
	}
	return "failed:" + strconv.Itoa(h.Status), "status " + strconv.Itoa(h.Status)
}

// Err is nil when the fetch ended in an answer that can be used; else it is the
// error of the last hop, or an *AnswerError with the verdict of Classify.
func (ex *Exchange) Err() error {
	h := ex.Last()
	if h == nil {
		return nil
	}
	if h.Err != nil {
		return h.Err
	}
	verdict, evidence := Classify(ex)
	if verdict == "" {
		return nil
	}
	return &AnswerError{URL: h.URL, Status: h.Status, Verdict: verdict, Evidence: evidence,
		RetryAfter: retryAfter(h.Header, h.Start.Add(h.Took))}
}
