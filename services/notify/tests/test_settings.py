"""What is set wrongly is refused at the start, by the name of the setting and never by its value."""

import traceback

import pytest

from services.notify.settings import NotifySettings

KEY = "key-that-nobody-may-read"
RIGHT = f'{{"name": "a", "url": "http://sms.test", "key": "{KEY}", "receipt_secret": "{KEY}"}}'


@pytest.mark.parametrize(
    "gateways",
    [
        *("[]", f"[{RIGHT}, {RIGHT}]", f'["{KEY}"', f'{{"key": "{KEY}"}}'),
        "[" + RIGHT.replace('"a"', '"no name"') + "]",
        "[" + RIGHT.replace("http:", "ftp:") + "]",
        "[" + RIGHT.replace("}", ', "weight": 0}') + "]",
    ],
)
def test_wrong_gateways_are_refused_without_a_word_of_their_keys(
    gateways: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YIMEN_NOTIFY_DATABASE_URL", "sqlite+aiosqlite://")
    monkeypatch.setenv("YIMEN_NOTIFY_SMS_GATEWAYS", gateways)
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - pydantic's and pydantic-settings' are both
        NotifySettings()
    assert KEY not in "".join(traceback.format_exception(refused.value))
    assert KEY not in repr(NotifySettings.model_fields)


def test_what_is_set_shows_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIMEN_NOTIFY_DATABASE_URL", "sqlite+aiosqlite://")
    monkeypatch.setenv("YIMEN_NOTIFY_SMS_GATEWAYS", f"[{RIGHT}]")
    assert KEY not in repr(NotifySettings())
