"""What may be uploaded is told by its content, and by nothing else."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.intake.domain.files import EXTENSIONS, examine, is_file_id, new_file_id
from services.intake.tests.papers import DOCX, JPEG, KINDS, PDF, PNG, REFUSED
from yimen.errors import Unfit


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_known_by_its_content(kind: str) -> None:
    assert examine(KINDS[kind]).media_type == kind
    assert kind in EXTENSIONS


@pytest.mark.parametrize("start", [b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00", b"\xff\xd8\xff\xdb\x00\x43"])
def test_a_photograph_of_any_camera_is_a_jpeg(start: bytes) -> None:
    assert examine(start + bytes(100) + b"\xff\xd9" + b"SEFT").media_type == "image/jpeg"


@pytest.mark.parametrize("what", REFUSED)
def test_nothing_else_is_let_in(what: str) -> None:
    with pytest.raises(Unfit) as refused:
        examine(REFUSED[what])
    assert refused.value.code in {"file-kind", "file-with-macros"}


def test_nothing_at_all_is_no_file() -> None:
    with pytest.raises(Unfit, match="file-empty"):
        examine(b"")


@given(st.binary(max_size=300), st.sampled_from([b"", PDF, PNG, JPEG, DOCX, DOCX[:-40]]), st.integers(0, 400))
@example(b"PK\x05\x06", DOCX, 400)
def test_whatever_comes_is_judged(noise: bytes, known: bytes, place: int) -> None:
    """Never anything but an answer or a refusal."""
    try:
        assert examine(known[:place] + noise + known[place:]).media_type in EXTENSIONS
    except Unfit as refused:
        assert refused.detail  # noqa: PT017 most of it is refused, and some is not


def test_a_files_name_is_no_documents_number() -> None:
    assert is_file_id(new_file_id())
    assert not any(map(is_file_id, ("授权委托书2026-3", "file-1", "F" * 64, new_file_id() + "\n")))
