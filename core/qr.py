"""QR codes as one SVG path: sharp at any size, and small."""

from itertools import groupby
from typing import Final

#: Blank modules around the code that readers need (QR standard).
QUIET: Final = 4


def qr_path(url: str) -> tuple[int, str]:
    """The QR code of `url` as the side of its square and one SVG path with a bar per run of modules."""
    import qrcode
    from qrcode.constants import ERROR_CORRECT_M

    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    code.add_data(url)
    code.make()
    matrix = code.get_matrix()
    bars = []
    for y, row in enumerate(matrix):
        x = 0
        for dark, run in groupby(row):
            width = len(list(run))
            if dark:
                bars.append(f"M{x} {y}h{width}v1h-{width}z")
            x += width
    return len(matrix), "".join(bars)


def qr_square(url: str, margin: int) -> tuple[str, str]:
    """The QR code of `url` as a view box with only `margin` blank modules around it, and its path.

    For papers that are blank around it anyway, up to `QUIET` modules.
    """
    side, path = qr_path(url)
    cut = QUIET - margin
    return f"{cut} {cut} {side - 2 * cut} {side - 2 * cut}", path
