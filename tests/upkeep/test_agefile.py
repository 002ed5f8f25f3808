"""What is encrypted opens with the passphrase alone, whole or not at all, here and by the program `age`."""

import base64
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upkeep import agefile
from upkeep.agefile import PIECE, AgeReader, AgeWriter
from upkeep.archive import DoesNotOpen

PASSPHRASE = "墨 horse battery"
# Made by `age -p` 1.1.1 of Debian with this passphrase.
BY_AGE = (
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCA0L2RqaHh5N2lqbC9vWUI5ei92anl3IDE4ClNFa1IwSDVGQzh6cEJLVW5s"
    "amF6MnVaLy82ZmVFellFNHBtQndGQkFYN1UKLS0tIGw2eWpVbTJ5cFhBcWtoNnJ4SktNQjBiMUFQem5icHVnbU9lZkdldUdZVWMK"
    "9XUVXT6jvAgCOT2ySRbZi7gisftNEkO0fcYzttIUuT/PxL3R/jHvW8eoBFIbRNW7hNRKrFTfOyzKbtfsbXQv/W8="
)


def _encrypted(data: bytes, passphrase: str = PASSPHRASE) -> bytes:
    sink = io.BytesIO()
    writer = AgeWriter(sink, passphrase, work=1)
    writer.write(data)
    writer.finish()
    return sink.getvalue()


def _opened(data: bytes, passphrase: str = PASSPHRASE) -> bytes:
    return io.BufferedReader(AgeReader(io.BytesIO(data), passphrase)).read()


def test_what_the_program_age_encrypted_opens_here() -> None:
    assert _opened(base64.b64decode(BY_AGE)).decode() == "一份用 age 加密的文件。\n"


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_every_length_comes_back_and_nothing_of_it_can_be_read(size: int) -> None:
    data = b"names of children " * (size // 18 + 1)
    sealed = _encrypted(data[:size])
    assert (_opened(sealed), b"children" in sealed) == (data[:size], False)


@given(pieces=st.lists(st.binary(max_size=200_000), max_size=4))
@settings(max_examples=20, deadline=None)
def test_it_does_not_matter_in_which_portions_it_is_written(pieces: list[bytes]) -> None:
    sink = io.BytesIO()
    writer = AgeWriter(sink, PASSPHRASE, work=1)
    for piece in pieces:
        writer.write(piece)
    writer.finish()
    assert _opened(sink.getvalue()) == b"".join(pieces)


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_one_changed_byte_anywhere_and_it_does_not_open(data: st.DataObject) -> None:
    sealed = bytearray(_encrypted(bytes(2 * PIECE + 100)))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(DoesNotOpen):
        _opened(bytes(sealed))


@given(cut=st.integers(0, 2 * PIECE + 300))
@settings(max_examples=40, deadline=None)
def test_cut_off_anywhere_and_it_does_not_open(cut: int) -> None:
    with pytest.raises(DoesNotOpen):
        _opened(_encrypted(bytes(2 * PIECE + 200))[:cut])


def test_pieces_that_changed_places_do_not_open() -> None:
    sealed = _encrypted(bytes(3 * PIECE))
    start, piece = len(sealed) - 3 * (PIECE + 16), PIECE + 16
    first, second, third = (sealed[start + n * piece : start + (n + 1) * piece] for n in range(3))
    with pytest.raises(DoesNotOpen):
        _opened(sealed[:start] + second + first + third)


def test_another_passphrase_is_told_as_such() -> None:
    with pytest.raises(DoesNotOpen, match="口令不对"):
        _opened(_encrypted(b"x"), "墨 horse batterie")


def test_a_file_cannot_ask_for_all_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agefile, "_wrapping", lambda *_: pytest.fail("it was tried"))
    with pytest.raises(DoesNotOpen, match="计算量"):
        _opened(base64.b64decode(BY_AGE).replace(b" 18\n", b" 40\n"))
