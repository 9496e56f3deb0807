package crawler

import (
	"context"
	"time"

	"gongkai/crawler/fetch"
	"gongkai/store"
)

// robotsCache keeps robots.txt in the corpus between runs.
type robotsCache struct {
	ctx   context.Context
	store *store.Store
}

var _ fetch.RobotsCache = robotsCache{}

func (c robotsCache) Robots(host string) (body []byte, status int, fetched time.Time, ok bool) {
	var r store.Robots
	err := c.store.View(c.ctx, func(tx *store.Tx) (err error) {
		r, err = tx.Robots(host)
		return err
	})
	return r.Body, r.Status, r.Fetched, err == nil
}

func (c robotsCache) PutRobots(host string, body []byte, status int, fetched time.Time) error {
	return c.store.Update(c.ctx, func(tx *store.Tx) error {
		return tx.PutRobots(store.Robots{Host: host, Status: status, Fetched: fetched, Body: body})
	})
}
