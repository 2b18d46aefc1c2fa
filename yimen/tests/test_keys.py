"""What seals personal data: which key wrote it, which keys read it, and what happens where one is missing."""

from base64 import b64encode

import pytest

from yimen.keys import PREFIX, Altered, Keys, NoKeys, UnknownKey, new_key

OLD, NEW = new_key(), new_key()
NUMBER = "360702198001010016"


def test_what_is_sealed_is_opened_and_never_looks_the_same_twice() -> None:
    keys = Keys.told(OLD)
    once, again = keys.seal(NUMBER), keys.seal(NUMBER)
    assert once != again
    assert NUMBER not in once + again
    assert [keys.open(once), keys.open(again), keys.open_bytes(keys.seal_bytes(b"\x00{}"))] == [
        NUMBER,
        NUMBER,
        b"\x00{}",
    ]


def test_the_first_key_writes_and_all_of_them_read() -> None:
    before, turning, after = Keys.told(OLD), Keys.told(f"{NEW},{OLD}"), Keys.told(NEW)
    assert (
        turning.open(before.seal(NUMBER)) == turning.open_bytes(before.seal_bytes(NUMBER.encode())).decode() == NUMBER
    )
    assert after.open(turning.seal(NUMBER)) == NUMBER
    with pytest.raises(UnknownKey, match=before.writer.name if before.writer else "-"):
        after.open(before.seal(NUMBER))


def test_what_was_never_sealed_is_read_as_it_is() -> None:
    assert Keys.told(OLD).open(NUMBER) == NUMBER
    assert Keys.told(OLD).open_bytes(b"{}") == b"{}"
    opened = Keys.told(f"plain {OLD}")
    assert opened.seal(NUMBER) == opened.mark(NUMBER) == NUMBER
    assert opened.open(Keys.told(OLD).seal(NUMBER)) == NUMBER


@pytest.mark.parametrize("place", [len(PREFIX) + 9, -1])
def test_what_was_altered_is_refused(place: int) -> None:
    keys = Keys.told(OLD)
    sealed = bytearray(keys.seal_bytes(b"13900001234"))
    sealed[place] ^= 1
    with pytest.raises(Altered):
        keys.open_bytes(bytes(sealed))
    with pytest.raises(Altered):
        keys.open_bytes(keys.seal_bytes(b"")[:-20])


def test_a_value_is_found_by_its_mark_under_whichever_key_it_was_written() -> None:
    before, turning, after = Keys.told(OLD), Keys.told(f"{NEW},{OLD}"), Keys.told(NEW)
    assert before.mark(NUMBER) == Keys.told(OLD).mark(NUMBER)
    assert NUMBER not in before.mark(NUMBER)
    assert {before.mark(NUMBER), after.mark(NUMBER), NUMBER} == set(turning.marks(NUMBER))
    assert before.mark(NUMBER) not in after.marks(NUMBER)
    assert turning.mark(NUMBER) == after.mark(NUMBER)
    assert before.mark(NUMBER) not in turning.marks(NUMBER[:-1] + "7")


def test_keys_are_told_as_openssl_writes_them() -> None:
    secret = b"\xff\xfe" * 16
    assert Keys.told(b64encode(secret).decode() + "\n").known[0].secret == secret


@pytest.mark.parametrize(
    ("words", "said"),
    [("", "no key"), (" ,\n", "no key"), ("abc", "base64"), ("QUJD", "3 bytes"), (f"{OLD},plain", "first")],
    ids=["none", "separators", "short", "three bytes", "plain second"],
)
def test_what_is_no_list_of_keys_is_refused_without_repeating_it(words: str, said: str) -> None:
    with pytest.raises(NoKeys, match=said) as refused:
        Keys.told(words)
    assert not words.strip(" ,\n") or words not in str(refused.value)


def test_a_key_never_shows_itself() -> None:
    assert OLD not in repr(Keys.told(OLD))
    assert repr(Keys.told(OLD).known[0].secret) not in repr(Keys.told(OLD))
    assert len({new_key() for _ in range(10)}) == 10
