"""DNS through dnspython. Importing this module imports dnspython (0.1 s): only look-up threads do."""

from __future__ import annotations

import socket

import dns.exception
import dns.resolver
import dns.reversename

from tcpview_tui.lookup.settings import DNS_PORT, server

_NAMELESS = (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer)


class NoServerError(Exception):
    """There is no DNS server to ask. The text is a sentence without its full stop that says why and what to do."""


def make_resolver(configured: str, lifetime: float) -> dns.resolver.Resolver:
    """Return a resolver that gives up after `lifetime` seconds and asks `configured`, or the system's DNS if empty.

    NoServerError when the system has none or the configured one has no address.
    """
    resolver = _configured(configured) if configured else _system()
    resolver.lifetime = lifetime
    resolver.timeout = lifetime / 2  # a lost datagram is asked for once more
    return resolver


def reverse_name(resolver: dns.resolver.Resolver, address: str) -> str | None:
    """Return the name that a PTR record (RFC 1035 section 3.5) gives `address`, without the final dot, not yet safe.

    `None` when it has none; of several, always the same one. TimeoutError when no server answered, ConnectionError
    when they answered with errors only or refused.
    """
    try:
        answer = resolver.resolve(dns.reversename.from_address(address), "PTR")
    except _NAMELESS:
        return None
    except dns.exception.Timeout:
        raise TimeoutError from None
    except (dns.exception.DNSException, OSError, ValueError):
        raise ConnectionError from None
    names = sorted(record.target.to_text(omit_final_dot=True) for record in answer)
    return next((name for name in names if name not in {"", ".", "@"}), None)


def _system() -> dns.resolver.Resolver:
    try:
        return dns.resolver.Resolver()
    except (dns.exception.DNSException, OSError, ValueError):
        raise NoServerError("this machine has no DNS server configured; lookup.dns_server can name one") from None


def _configured(text: str) -> dns.resolver.Resolver:
    host, port = server(text, DNS_PORT)
    try:
        # dnspython takes addresses only. The name of the server itself can but be resolved by the system.
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except OSError:
        raise NoServerError(f"the name of the DNS server {host} could not be resolved") from None
    resolver = dns.resolver.Resolver(configure=False)
    resolver.port = port
    resolver.nameservers = [str(address[0]) for *_, address in found][:3]
    return resolver
