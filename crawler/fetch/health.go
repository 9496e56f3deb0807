package fetch

import (
	"net/url"
	"time"
)

// Health tells how the host of a URL stands.
func (t *Transport) Health(u *url.URL) Health {
	h := t.hosts.get(HostKey(u))
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.health(time.Now())
}
