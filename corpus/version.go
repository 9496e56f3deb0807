package corpus

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// versionTime is how a version writes its time: UTC, trailing zeros left out.
const versionTime = "20060102T150405.999999999Z"

// VersionError says that a corpus never was in the version that was named.
type VersionError struct {
	Version string
	// Was is the version that it was in at that time; empty when the name is none
	// of a version.
	Was string
}

func (e *VersionError) Error() string {
	if e.Was == "" {
		return fmt.Sprintf("%q is no version of a corpus: one is a time and a hash, such as 20260120T020000Z-3f2a91c0d4; datapackage.json of an export names its own", e.Version)
	}
	return fmt.Sprintf("the corpus never was version %s; at that time it was %s", e.Version, e.Was)
}

// Version names what the corpus says, now or at a time: which revision each report
// is read as, and what people decided. The name consists of the time of the last
// change and a hash of it all, then a hash of the decisions on places and cells, if
// there are any. Equal names mean equal reports; copies of a corpus have the name of
// the original.
func (c *Corpus) Version(ctx context.Context, asOf time.Time) (string, error) {
	sum := sha256.New()
	var last time.Time
	touch := func(t time.Time) {
		if t.After(last) && (asOf.IsZero() || !t.After(asOf)) {
			last = t
		}
	}
	for h, err := range c.store.Histories(ctx, "") {
		if err != nil {
			return "", err
		}
		if h = h.At(asOf); h.Union != nil {
			touch(h.Union.Time)
			continue
		}
		l := newLife(h, asOf)
		for _, r := range l.stood {
			touch(r.Time)
		}
		for _, m := range h.Moves {
			touch(m.Time)
		}
		for _, member := range h.Members {
			for _, m := range member.Moves {
				touch(m.Time)
			}
			if member.Union != nil {
				touch(member.Union.Time)
			}
		}
		if r := l.chosen; r != nil {
			fmt.Fprintf(sum, "%s %s %d %s\n", l.id, r.ID, r.Revision, r.BodyDigest)
		}
	}
	decided, some := sha256.New(), false
	for p, err := range c.store.Places(ctx) {
		if err != nil {
			return "", err
		}
		if !after(p.Time, asOf) {
			some = true
			touch(p.Time)
			fmt.Fprintf(decided, "%s\x00%s\x00%s\n", p.Name, p.Host, p.Region)
		}
	}
	for d, err := range c.store.Decisions(ctx) {
		if err != nil {
			return "", err
		}
		if !after(d.Time, asOf) {
			some = true
			touch(d.Time)
			fmt.Fprintf(decided, "%s %s %s %s %s %s\n", d.Digest, d.Locator, d.Cell, d.Verdict, d.State, d.Value)
		}
	}
	name := last.UTC().Format(versionTime) + "-" + hex.EncodeToString(sum.Sum(nil))[:10]
	if some {
		name += "." + hex.EncodeToString(decided.Sum(nil))[:6]
	}
	return name, nil
}

// after tells whether something was later than a time that is asked about.
func after(t, asOf time.Time) bool { return !asOf.IsZero() && t.After(asOf) }

// AtVersion gives the time at which the corpus was in a version: what
// [Filter.AsOf] takes. The hash of decisions is not looked at: of those that were
// changed since, only what they are now is known. The error is a
// *VersionError when it never was.
func (c *Corpus) AtVersion(ctx context.Context, version string) (time.Time, error) {
	stamp, _, ok := strings.Cut(version, "-")
	at, err := time.Parse(versionTime, stamp)
	if !ok || err != nil {
		return at, &VersionError{Version: version}
	}
	was, err := c.Version(ctx, at)
	if err != nil {
		return at, err
	}
	plain := func(v string) string {
		before, hash, _ := strings.Cut(v, "-")
		hash, _, _ = strings.Cut(hash, ".")
		return before + "-" + hash
	}
	if plain(was) != plain(version) {
		return at, &VersionError{Version: version, Was: was}
	}
	return at, nil
}
