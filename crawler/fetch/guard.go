package fetch

import (
	"net/netip"
	"net/url"
	"syscall"
)

// special are the address blocks that are not on the public internet, after the
// IANA special-purpose registries. The first that contains an address names it.
var special = []struct {
	prefix  netip.Prefix
	why     string
	private bool // may be allowed by Policy.AllowPrivate
}{
	{netip.MustParsePrefix("0.0.0.0/8"), "unspecified", false},
	{netip.MustParsePrefix("10.0.0.0/8"), "private", true},
	{netip.MustParsePrefix("100.64.0.0/10"), "shared (CGNAT)", true},
	{netip.MustParsePrefix("127.0.0.0/8"), "loopback", true},
	{netip.MustParsePrefix("169.254.0.0/16"), "link-local", false},
	{netip.MustParsePrefix("172.16.0.0/12"), "private", true},
	{netip.MustParsePrefix("192.0.0.0/24"), "reserved", false},
	{netip.MustParsePrefix("192.0.2.0/24"), "documentation", false},
	{netip.MustParsePrefix("192.88.99.0/24"), "reserved (6to4 relay)", false},
	{netip.MustParsePrefix("192.168.0.0/16"), "private", true},
	{netip.MustParsePrefix("198.18.0.0/15"), "benchmarking", false},
	{netip.MustParsePrefix("198.51.100.0/24"), "documentation", false},
	{netip.MustParsePrefix("203.0.113.0/24"), "documentation", false},
	{netip.MustParsePrefix("224.0.0.0/4"), "multicast", false},
	{netip.MustParsePrefix("240.0.0.0/4"), "reserved or broadcast", false},
	{netip.MustParsePrefix("::1/128"), "loopback", true},
	{netip.MustParsePrefix("::/96"), "unspecified or IPv4-compatible", false},
	{netip.MustParsePrefix("::ffff:0:0:0/96"), "IPv4-translated", false},
	{netip.MustParsePrefix("64:ff9b:1::/48"), "local NAT64", false},
	{netip.MustParsePrefix("100::/64"), "discard-only", false},
	{netip.MustParsePrefix("2001::/23"), "reserved (Teredo and others)", false},
	{netip.MustParsePrefix("2001:db8::/32"), "documentation", false},
	{netip.MustParsePrefix("2002::/16"), "6to4", false},
	{netip.MustParsePrefix("3fff::/20"), "documentation", false},
	{netip.MustParsePrefix("5f00::/16"), "segment routing", false},
	{netip.MustParsePrefix("fc00::/7"), "unique local", true},
	{netip.MustParsePrefix("fe80::/10"), "link-local", false},
	{netip.MustParsePrefix("fec0::/10"), "site-local", false},
	{netip.MustParsePrefix("ff00::/8"), "multicast", false},
}

// nat64 is the well-known prefix behind which a network without IPv4 shows the
// IPv4 internet: such an address is as good as the IPv4 address inside it.
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// refused is why addr may not be asked; nil when it may.
func refused(addr netip.Addr, allowPrivate bool) *BlockedAddressError {
	addr = addr.Unmap().WithZone("")
	if nat64.Contains(addr) {
		b := addr.As16()
		addr = netip.AddrFrom4([4]byte(b[12:]))
	}
	for _, s := range special {
		if s.prefix.Contains(addr) {
			if s.private && allowPrivate {
				return nil
			}
			return &BlockedAddressError{Why: s.why, Private: s.private}
		}
	}
	return nil
}

// guard is a net.Dialer.Control: it sees every address after name resolution and
// right before the connection is made, so neither a redirect nor a name that
// changes its address between check and use gets around it.
func guard(allowPrivate bool) func(network, address string, _ syscall.RawConn) error {
	return func(network, address string, _ syscall.RawConn) error {
		ap, err := netip.ParseAddrPort(address)
		if err != nil {
			return &BlockedAddressError{Addr: address, Why: "unreadable"}
		}
		if e := refused(ap.Addr(), allowPrivate); e != nil {
			e.Addr = address
			return e
		}
		return nil
	}
}

// checkLiteral refuses a URL whose host is written as a refused address, before
// anything is asked. It only makes the message better: guard is the check.
func checkLiteral(u *url.URL, allowPrivate bool) error {
	if addr, err := netip.ParseAddr(u.Hostname()); err == nil {
		if e := refused(addr, allowPrivate); e != nil {
			e.URL, e.Addr = u.String(), HostKey(u)
			return e
		}
	}
	return nil
}
