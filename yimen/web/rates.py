"""How often: each address and each person has a bucket of tokens, which fills up steadily; who has emptied it waits.

Guarantees: an empty bucket is answered 429 with the seconds until it holds enough (`Retry-After`). What opens to anyone is
counted by address, what a person signed in for by person. Wrong guesses have a bucket of their own: an address that asks
again and again for what is not there (case numbers, payment codes, tickets, links) is not answered any more at what opens to
anyone, however many different things it tries; whoever is signed in goes on. Memory stays bounded. Does not: count across
processes (so many processes, so many times as often), nor what comes from this machine itself: its address is nobody's.
Trusts the address that the server found, which believes `X-Forwarded-For` of configured proxies only (yimen.running).
"""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Depends, Request
from prometheus_client import Counter

from yimen.web.problems import Problem

MOST_KEYS = 50_000
MINUTE, HOUR = 60.0, 3600.0
WRITING: Final = 5
"""Tokens of a request that writes; one that reads takes one, a heavy one `HEAVY`."""

HEAVY: Final = 20
WRONG: Final = {401, 403, 404}
V6_NEIGHBOURS: Final = 64
"""A household has as many IPv6 addresses as it likes; by their first bits they are one."""


@dataclass(frozen=True, slots=True)
class Rates:
    """How many tokens come back: a minute's worth fits in the bucket, of wrong guesses an hour's."""

    anonymous_per_minute: int = 600
    person_per_minute: int = 1200
    wrong_per_hour: int = 100


class Buckets:
    """Token buckets by key. Those touched longest ago are forgotten first, when there are too many."""

    def __init__(self, most: int, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        """`most` tokens fit in, and come back within `seconds`."""
        self._most, self._rate, self._now = float(most), most / seconds, now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str, tokens: float = 1) -> float:
        """0 if they were there; else the seconds until they are, and nothing is taken."""
        wait = self.wait(key, tokens)
        if wait == 0:
            self._left[key] = (self._tokens(key) - min(tokens, self._most), self._now())
            self._left.move_to_end(key)
            if len(self._left) > MOST_KEYS:
                self._left.popitem(last=False)
        return wait

    def wait(self, key: str, tokens: float = 1) -> float:
        return max(0.0, (min(tokens, self._most) - self._tokens(key)) / self._rate)

    def _tokens(self, key: str) -> float:
        left, at = self._left.get(key, (self._most, 0.0))
        return min(self._most, left + (self._now() - at) * self._rate)


async def heavy() -> None:
    """The marks that UnitRoute looks for."""


async def signed() -> None: ...


def is_heavy() -> Any:
    """An entry of `dependencies=`: a request that costs as much as many."""
    return Depends(heavy)


def is_signed() -> Any:
    """An entry of `dependencies=`: machines that are known by a signature on each message; how often is their affair."""
    return Depends(signed)


class Brakes:
    """One process's."""

    def __init__(self, rates: Rates, shed: Counter) -> None:
        self._anonymous = Buckets(rates.anonymous_per_minute, MINUTE)
        self._persons = Buckets(rates.person_per_minute, MINUTE)
        self._wrong = Buckets(rates.wrong_per_hour, HOUR)
        self._shed = shed

    def brake(self, request: Request, tokens: int) -> None:
        """Raises the 429 problem for whoever comes too often."""
        address = address_of(request)
        if address is None:
            return
        principal = getattr(request.state, "principal", None)
        if principal is not None:
            self._refuse_until(self._persons.take(principal.id, tokens), "person", _TOO_OFTEN)
        else:
            self._refuse_until(self._wrong.wait(address), "guesses", _TOO_MANY_GUESSES)
            self._refuse_until(self._anonymous.take(address, tokens), "address", _TOO_OFTEN)

    def saw(self, request: Request, status: int) -> None:
        """What became of a request that nobody signed in for."""
        if status in WRONG and (address := address_of(request)) is not None:
            self._wrong.take(address)

    def _refuse_until(self, seconds: float, reason: str, words: tuple[str, str, str]) -> None:
        if seconds > 0:
            self._shed.labels(reason).inc()
            raise Problem(429, *words, headers={"Retry-After": str(math.ceil(seconds))})


_TOO_OFTEN = ("too-many-requests", "操作过于频繁", "请稍候片刻再试。")
_TOO_MANY_GUESSES = (
    "too-many-guesses",
    "查询次数过多",
    "您所在的网络多次查询了不存在的内容，请稍后再试；已登录的用户不受影响，也可以携带身份证件到窗口查询。",
)


def address_of(request: Request) -> str | None:
    """None for this machine itself, and where there is none."""
    if request.client is None:
        return None
    try:
        address = ipaddress.ip_address(request.client.host)
    except ValueError:
        return request.client.host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return None if address.is_loopback else str(ipaddress.ip_network((address, V6_NEIGHBOURS), strict=False))
        address = address.ipv4_mapped
    return None if address.is_loopback else str(address)
