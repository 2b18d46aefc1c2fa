"""Webhooks: which events a department's own system may follow, what is sent to it, and which addresses may be called.

Guarantees: nothing but `*.review.*.d`, `fees.list.*.d` and `monitor.*.*.d` of a subscription's own departments; only
addresses of the public internet, unless the hall is set up inside a private network.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

from yimen.contracts.envelope import HEADER_PREFIX, Event, Meta, event_types

LADDER = (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
"""Seconds between attempts; the first is at once. About three days in all (Standard Webhooks' schedule)."""

PING = "notify.subscription.ping.v1"


PUBLIC = (IPv6Network("2000::/3"), IPv6Network("64:ff9b::/96"))
"""Where addresses of the IPv6 internet lie, and IPv4's as seen from it. Nothing else is called."""

ISATAP = (bytes.fromhex("00005efe"), bytes.fromhex("02005efe"))


class AddressRefused(ValueError):
    """Its message is a sentence for the one who subscribes."""


def open_to_departments(event: type[Event]) -> bool:
    """What design.md's reader table lets a department's own system follow."""
    return event.scope_field is not None and (
        event.entity == "review" or (event.speaker == "fees" and event.entity == "list") or event.speaker == "monitor"
    )


def followable() -> frozenset[str]:
    """Entities that a subscription may name."""
    return frozenset(event.entity for event in event_types().values() if open_to_departments(event))


def attributes(meta: Meta) -> dict[str, str]:
    """The CloudEvents attributes, without the binding's prefix; absent ones left out."""
    return {name.removeprefix(HEADER_PREFIX): value for name, value in meta.to_headers().items()}


def structured(meta: Meta, event: Event) -> dict[str, Any]:
    """CloudEvents JSON, structured mode (`application/cloudevents+json`)."""
    return {**attributes(meta), "datacontenttype": "application/json", "data": event.model_dump(mode="json")}


def check_url(url: str, *, private: bool) -> None:
    """Raises `AddressRefused` for what no webhook address may be. Looks at the text alone and resolves nothing."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as wrong:
        raise AddressRefused("地址格式不正确，请填写完整的网址。") from wrong
    if parts.scheme not in ({"https", "http"} if private else {"https"}):
        raise AddressRefused("推送地址必须以 https:// 开头。")
    if not parts.hostname or parts.username is not None or parts.password is not None or port == 0:
        raise AddressRefused("推送地址必须含有主机名，且不得含有用户名和密码。")
    if parts.fragment:
        raise AddressRefused("推送地址不得含有 # 之后的部分。")


def may_call(address: str, *, private: bool) -> bool:
    """Whether a resolved address may be called. Link-local ones, where clouds answer with credentials, never."""
    return all(_open(one, private=private) for one in _faces(ip_address(address.partition("%")[0])))


def _faces(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """The address, and the IPv4 address that an IPv6 one stands for (mapped, 6to4, Teredo, NAT64, ISATAP)."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    found: list[IPv4Address | IPv6Address] = [address]
    if address.sixtofour is not None:
        found.append(address.sixtofour)
    if address.teredo is not None:
        found.extend(address.teredo)
    if address.packed.startswith(bytes.fromhex("0064ff9b")) or address.packed[8:12] in ISATAP:
        found.append(IPv4Address(address.packed[-4:]))
    return found


def _open(address: IPv4Address | IPv6Address, *, private: bool) -> bool:
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    public = address.is_global and (isinstance(address, IPv4Address) or any(address in net for net in PUBLIC))
    return public or (private and (address.is_private or address.is_loopback))
