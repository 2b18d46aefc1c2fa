"""Which addresses may be called: a department must not make the hall knock at doors inside its own network."""

import pytest

from services.notify.domain.webhooks import AddressRefused, check_url, may_call
from services.notify.tests import samples
from services.notify.tests.conftest import Messenger
from services.notify.tests.played import Listener
from services.notify.tests.test_webhooks import subscribe

INSIDE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "0.0.0.0",
    "::1",
    "fd00::1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "64:ff9b::10.0.0.1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "192.0.2.1",
    "240.0.0.1",
    "::10.0.0.8",  # IPv4-compatible
    "fec0::1",  # site-local
    "64:ff9b:1::10.0.0.8",  # NAT64 of one's own
    "2001:db8::1",
    "100::1",
    "2400:3200::5efe:10.0.0.8",  # ISATAP
]
NEVER = [
    "169.254.169.254",
    "fe80::1",
    "fe80::1%eth0",
    "224.0.0.1",
    "ff02::1",
    "0.0.0.0",
    "::",
    "::ffff:169.254.169.254",
    "64:ff9b::169.254.169.254",
    "2002:a9fe:a9fe::1",
    "::169.254.169.254",
]


@pytest.mark.parametrize("address", INSIDE + NEVER)
def test_an_address_inside_is_refused(address: str) -> None:
    assert not may_call(address, private=False)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "::1", "fd00::1", "::ffff:10.0.0.1"])
def test_an_address_inside_is_allowed_where_the_hall_is_set_up_inside(address: str) -> None:
    assert may_call(address, private=True)


@pytest.mark.parametrize("address", NEVER)
def test_link_local_and_multicast_are_refused_everywhere(address: str) -> None:
    assert not may_call(address, private=True)


@pytest.mark.parametrize("address", ["8.8.8.8", "223.5.5.5", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"])
def test_a_public_address_may_be_called(address: str) -> None:
    assert may_call(address, private=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://hook.example.com/",
        "ftp://hook.example.com/",
        "https://user:secret@hook.example.com/",
        "https://",
        "https://hook.example.com:99999/",
        "https://hook.example.com:0/",
        "https://hook.example.com/#part",
        "//hook.example.com",
        "not an address",
        "https://[::1",
    ],
)
def test_a_malformed_or_open_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_url(url, private=False)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://10.0.0.8/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:7f00:1]/",
        "https://localhost/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://0/",
        "https://0xa9fea9fe/latest/meta-data",
        "https://[fe80::1%25eth0]/",
        "https://[fec0::1]/",
        "https://127.0.0.1:8443/",
        "https://8.8.8.8\\@127.0.0.1/",
        "https://8.8.8.8@127.0.0.1/",
        "https://127。0。0。1/",
        "https://①②⑦.0.0.1/",
        "http://8.8.8.8/",
        "https://exa mple.com/",
        "https://xn--/",
        "https://-.-/",
        "https://" + "a" * 300 + "/",
        "https://[10.0.0.8]/",
        "https://﷽.example/",
    ],
)
async def test_nobody_subscribes_an_address_inside(guarded: Messenger, url: str) -> None:
    answer = await subscribe(guarded, url)
    assert (answer.status_code, answer.json()["code"]) == (422, "url-refused")
    assert answer.json()["errors"][0]["pointer"] == "/url"


@pytest.mark.parametrize("addresses", [["10.0.0.8"], ["8.8.8.8", "10.0.0.8"], []])
async def test_nobody_subscribes_a_name_that_leads_inside(guarded: Messenger, addresses: list[str]) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        assert (host, port) == ("hook.example.com", 443)
        return addresses

    guarded.harness.service.context.resolve = resolve
    assert (await subscribe(guarded, "https://hook.example.com/")).status_code == 422


async def test_a_name_that_cannot_be_resolved_is_refused(guarded: Messenger) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        raise OSError("no such host")

    guarded.harness.service.context.resolve = resolve
    assert (await subscribe(guarded, "https://hook.example.com/")).status_code == 422


async def test_a_name_that_turns_inside_after_it_was_subscribed_is_not_called(
    guarded: Messenger, listener: Listener
) -> None:
    answers = [["8.8.8.8"], ["127.0.0.1"]]

    async def resolve(host: str, port: int) -> list[str]:
        return answers.pop(0)

    guarded.harness.service.context.resolve = resolve
    assert (await subscribe(guarded, f"https://hook.example.com:{listener.port}/")).status_code == 201
    await guarded.harness.deliver(samples.review_received(), source="/approval/fire")
    await guarded.work()
    assert answers == []
    assert listener.calls == []
    assert [row["state"] for row in await guarded.deliveries()] == ["sending"]


async def test_the_call_goes_to_the_address_that_was_judged_under_the_name_that_was_given(
    messenger: Messenger, listener: Listener
) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    messenger.harness.service.context.resolve = resolve
    await subscribe(messenger, f"http://hook.example.com:{listener.port}/x?y=1")
    await messenger.harness.deliver(samples.review_received(), source="/approval/fire")
    await messenger.work()
    ((headers, _),) = listener.calls
    assert headers["host"] == f"hook.example.com:{listener.port}"


async def test_a_name_in_chinese_is_asked_for_as_it_goes_over_the_wire(guarded: Messenger) -> None:
    asked = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["8.8.8.8"]

    guarded.harness.service.context.resolve = resolve
    assert (await subscribe(guarded, "https://消防.example.com/")).status_code == 201
    assert asked == ["消防.example.com".encode("idna").decode()]


async def test_an_ipv6_address_can_be_called(messenger: Messenger) -> None:
    """Nothing listens there: the call is made, and comes back as unanswered."""
    await subscribe(messenger, "http://[::1]:9/")
    await messenger.harness.deliver(samples.review_received(), source="/approval/fire")
    await messenger.work()
    table = messenger.harness.units.metadata.tables["outgoing_attempts"]
    async with messenger.harness.units.view() as view:
        (error,) = [row.error for row in await view.execute(table.select())]
    assert "ConnectError" in error
