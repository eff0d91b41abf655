"""Web pages that know more about an address or a file: only their URLs are made here, and nothing is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from tcpview_tui.lookup.addresses import bare, classify

TEMPLATES: Mapping[str, str] = {
    "VirusTotal": "https://www.virustotal.com/gui/ip-address/{address}",
    "VirusTotal, file": "https://www.virustotal.com/gui/file/{sha256}",
    "AbuseIPDB": "https://www.abuseipdb.com/check/{address}",
    "Shodan": "https://www.shodan.io/host/{address}",
    "GreyNoise": "https://viz.greynoise.io/ip/{address}",
    "bgp.he.net": "https://bgp.he.net/ip/{address}",
}
"""Name and URL. ``{address}`` or ``{sha256}`` stands for what it is about: the sum of a file, never the file."""

_PLACE = re.compile(r"\{(address|sha256)\}")


class Reference(NamedTuple):
    """A page: who has it, and its URL, which is printable ASCII."""

    name: str
    url: str


def references(
    address: str | None, sha256: str | None, templates: Mapping[str, str] = TEMPLATES
) -> tuple[Reference, ...]:
    """Return the pages about an address and a file (its SHA-256 in hexadecimal digits), in the order of `templates`.

    There are none about an address that `classify` gives a reason not to ask about, nor of what is no SHA-256.
    """
    facts = _facts(address, sha256)
    filled = ((name, _PLACE.sub(lambda place: facts.get(place[1], ""), url), url) for name, url in templates.items())
    return tuple(
        Reference(name, page) for name, page, url in filled if set(_PLACE.findall(url)) <= facts.keys() and url
    )


def _facts(address: str | None, sha256: str | None) -> dict[str, str]:
    facts: dict[str, str] = {}
    if address is not None and classify(address) is None:
        facts["address"] = quote(bare(address), safe=":")
    if sha256 is not None and re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        facts["sha256"] = sha256.lower()
    return facts


def unasked(address: str | None, sha256: str | None, *, offline: bool) -> str:
    """Return why no service would be asked about an address and a file, as the end of a sentence.

    It is for where there is none: what can be asked about is then without a key.
    """
    if offline:
        return "--offline forbids it"
    facts = _facts(address, sha256)
    if not facts:
        return "neither an address of somebody else nor the SHA-256 of the program is known"
    known = {"address": "the address", "sha256": "the SHA-256"}
    return f"there is no usable key of a service that knows {' or '.join(known[fact] for fact in facts)}"


def merged(own: Mapping[str, str]) -> dict[str, str]:
    """Return the templates with the user's `own` added; one of a known name replaces it, an empty one removes it.

    ValueError names the first that cannot be used, and what was expected.
    """
    for name, template in own.items():
        if template and not _is_template(template):
            raise ValueError(
                f'references."{name}" is "{template}": expected a URL with {{address}} or {{sha256}}, '
                "like https://example.net/{address}"
            )
    return {name: template for name, template in {**TEMPLATES, **own}.items() if template}


def _is_template(template: str) -> bool:
    """True for a web address in plain ASCII whose host is fixed: what is looked up must not choose who learns of it."""
    try:
        parts = urlsplit(template)
        fixed = parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"[{}@]", parts.netloc)
    except ValueError:  # an unclosed bracket
        return False
    without, places = _PLACE.subn("", template)
    return fixed and places == 1 and not re.search(r"[^!-~]|[{}\"<>\\^`|]", without)
