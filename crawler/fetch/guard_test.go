package fetch

import (
	"net/netip"
	"testing"
)

func why(e *BlockedAddressError) string {
	if e == nil {
		return ""
	}
	return e.Why
}

func TestRefusedAddresses(t *testing.T) {
	for _, c := range []struct {
		addr         string
		public       string // why it is refused; empty when it is not
		allowPrivate string // the same under AllowPrivate
	}{
		{"61.150.65.235", "", ""},
		{"2408:8719:64::1", "", ""},
		{"127.0.0.1", "loopback", ""},
		{"127.8.9.1", "loopback", ""},
		{"::1", "loopback", ""},
		{"10.1.2.3", "private", ""},
		{"172.16.0.1", "private", ""},
		{"172.32.0.1", "", ""},
		{"192.168.1.1", "private", ""},
		{"100.64.0.1", "shared (CGNAT)", ""},
		{"100.128.0.1", "", ""},
		{"fd00::1", "unique local", ""},
		{"169.254.169.254", "link-local", "link-local"},
		{"fe80::1%eth0", "link-local", "link-local"},
		{"fec0::1", "site-local", "site-local"},
		{"0.0.0.0", "unspecified", "unspecified"},
		{"::", "unspecified or IPv4-compatible", "unspecified or IPv4-compatible"},
		{"::7f00:1", "unspecified or IPv4-compatible", "unspecified or IPv4-compatible"},
		{"224.0.0.1", "multicast", "multicast"},
		{"ff02::1", "multicast", "multicast"},
		{"255.255.255.255", "reserved or broadcast", "reserved or broadcast"},
		{"192.0.2.1", "documentation", "documentation"},
		{"198.18.0.1", "benchmarking", "benchmarking"},
		{"::ffff:10.0.0.1", "private", ""},
		{"::ffff:169.254.169.254", "link-local", "link-local"},
		{"::ffff:61.150.65.235", "", ""},
		{"64:ff9b::a00:1", "private", ""},
		{"64:ff9b::a9fe:a9fe", "link-local", "link-local"},
		{"64:ff9b::3d96:41eb", "", ""}, // a public IPv4 address seen from a network without IPv4
		{"64:ff9b:1::a00:1", "local NAT64", "local NAT64"},
		{"2002:a00:1::1", "6to4", "6to4"},
		{"2001::1", "reserved (Teredo and others)", "reserved (Teredo and others)"},
		{"100::1", "discard-only", "discard-only"},
	} {
		addr := netip.MustParseAddr(c.addr)
		for allow, want := range map[bool]string{false: c.public, true: c.allowPrivate} {
			e := refused(addr, allow)
			if got := why(e); got != want {
				t.Errorf("%s, AllowPrivate %v: %q, want %q", c.addr, allow, got, want)
			}
			// The hint to allow_private is given where it helps.
			if e != nil && e.Private != (c.allowPrivate == "") {
				t.Errorf("%s: private %v", c.addr, e.Private)
			}
		}
	}
	for _, address := range []string{"", "nonsense", "1.2.3.4", "example.org:80"} {
		if guard(true)("tcp4", address, nil) == nil {
			t.Errorf("unreadable address %q passes", address)
		}
	}
}
