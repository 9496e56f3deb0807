package fetch

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"sync"

	"golang.org/x/net/publicsuffix"
)

// jar holds the cookies that redirects of one fetch set. They go back to the
// server on the hops that follow, and nowhere else.
type jar struct {
	set []setCookie
}

type setCookie struct {
	url     *url.URL
	cookies []*http.Cookie
}

// learn takes in the cookies of an answer and says whether any was new.
func (j *jar) learn(u *url.URL, h http.Header) bool {
	got := (&http.Response{Header: h}).Cookies()
	fresh := slices.ContainsFunc(got, func(c *http.Cookie) bool {
		for _, s := range j.set {
			for _, old := range s.cookies {
				if old.Name == c.Name && old.Value == c.Value {
					return false
				}
			}
		}
		return c.MaxAge >= 0
	})
	if len(got) > 0 {
		j.set = append(j.set, setCookie{u, got})
	}
	return fresh
}

// handshakes remembers, for the life of the transport, the cookies of hosts that
// answer nobody before a plain handshake (a redirect to the same URL that sets a
// cookie), so that not every page costs two requests. No other cookie is kept.
type handshakes struct {
	mu  sync.Mutex
	jar *cookiejar.Jar // nil until the first handshake
}

func newJar() *cookiejar.Jar {
	j, err := cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List})
	if err != nil {
		panic(err) // documented never to fail
	}
	return j
}

func (k *handshakes) keep(j *jar) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.jar == nil {
		k.jar = newJar()
	}
	for _, s := range j.set {
		k.jar.SetCookies(s.url, s.cookies)
	}
}

// add sets the Cookie header of a request from the redirects of its own fetch
// and from the handshakes of its host.
func (k *handshakes) add(req *http.Request, own *jar) {
	k.mu.Lock()
	kept := k.jar
	k.mu.Unlock()
	var cookies []*http.Cookie
	if own != nil && len(own.set) > 0 {
		j := newJar()
		for _, s := range own.set {
			j.SetCookies(s.url, s.cookies)
		}
		cookies = j.Cookies(req.URL)
	}
	if kept != nil {
		for _, c := range kept.Cookies(req.URL) {
			if !slices.ContainsFunc(cookies, func(o *http.Cookie) bool { return o.Name == c.Name }) {
				cookies = append(cookies, c)
			}
		}
	}
	for _, c := range cookies {
		req.AddCookie(c)
	}
}
