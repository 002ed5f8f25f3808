"""Our own small set of line icons: 24 × 24, drawn with strokes in the colour of the text around them.

Each value is the inside of an `<svg>`; `core.templatetags.ui.icon` wraps it.
"""

from typing import Final

ICONS: Final[dict[str, str]] = {
    "home": '<path d="M4 11 12 4l8 7"/><path d="M6 10v9h12v-9"/><path d="M10 19v-5h4v5"/>',
    "people": (
        '<circle cx="9" cy="8.5" r="3"/><path d="M3.5 19a5.5 5.5 0 0 1 11 0"/>'
        '<path d="M15.5 6a2.7 2.7 0 0 1 0 5.2"/><path d="M17.2 14a5 5 0 0 1 3.3 5"/>'
    ),
    "person": '<circle cx="12" cy="8" r="3.5"/><path d="M5 20a7 7 0 0 1 14 0"/>',
    "book": '<path d="M6 4h12v16H6z"/><path d="M9 4v16"/><path d="M12 8h3"/><path d="M12 11h3"/>',
    "letter": '<path d="M3.5 6h17v12h-17z"/><path d="m3.5 7 8.5 6.5L20.5 7"/>',
    "calendar": '<path d="M4 6h16v14H4z"/><path d="M4 10h16"/><path d="M8 3.5V7"/><path d="M16 3.5V7"/>',
    "bell": '<path d="M6 17v-6a6 6 0 0 1 12 0v6l1.5 1.5h-15z"/><path d="M10.3 21h3.4"/>',
    "check": '<path d="m4.5 12.5 5 5.5L19.5 6"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6"/><path d="m15 15 5.5 5.5"/>',
    "upload": '<path d="M12 16V4.5"/><path d="m7.5 9 4.5-4.5L16.5 9"/><path d="M4 16v4h16v-4"/>',
    "download": '<path d="M12 4v11.5"/><path d="m7.5 11 4.5 4.5 4.5-4.5"/><path d="M4 16v4h16v-4"/>',
    "shield": '<path d="M12 3.5 5 6v6c0 4.2 2.8 7 7 8.5 4.2-1.5 7-4.3 7-8.5V6z"/><path d="m9 12 2.2 2.3L15.2 10"/>',
    "lock": '<path d="M5.5 11h13v9h-13z"/><path d="M8.5 11V8a3.5 3.5 0 0 1 7 0v3"/><path d="M12 14.5v2"/>',
    "chart": '<path d="M4 4v16h16"/><path d="M8.5 16v-4"/><path d="M12.5 16V8"/><path d="M16.5 16v-6"/>',
    "settings": (
        '<path d="M4 7h9"/><path d="M17 7h3"/><circle cx="15" cy="7" r="2"/>'
        '<path d="M4 12h3"/><path d="M11 12h9"/><circle cx="9" cy="12" r="2"/>'
        '<path d="M4 17h8"/><path d="M16 17h4"/><circle cx="14" cy="17" r="2"/>'
    ),
    "phone": '<path d="M7.5 3h9v18h-9z"/><path d="M11 18h2"/>',
    "plus": '<path d="M12 5v14"/><path d="M5 12h14"/>',
    "minus": '<path d="M5 12h14"/>',
    "close": '<path d="m6 6 12 12"/><path d="M18 6 6 18"/>',
    "chevron": '<path d="m9 5 7 7-7 7"/>',
    "chevron-left": '<path d="m15 5-7 7 7 7"/>',
    "chevron-up": '<path d="m5 15 7-7 7 7"/>',
    "chevron-down": '<path d="m5 9 7 7 7-7"/>',
    "print": '<path d="M7 9V4h10v5"/><path d="M7 16H4V9h16v7h-3"/><path d="M7 13.5h10V20H7z"/>',
    "more": '<circle cx="5.5" cy="12" r="1"/><circle cx="12" cy="12" r="1"/><circle cx="18.5" cy="12" r="1"/>',
    "edit": '<path d="m5 15.5-1 4.5 4.5-1L19.5 8 16 4.5z"/><path d="m13.5 7 3.5 3.5"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5.5l3.5 2"/>',
    "warning": '<path d="M12 4 2.8 19.5h18.4z"/><path d="M12 10v4.5"/><path d="M12 16.8v.4"/>',
    "info": '<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5.5"/><path d="M12 7.6v.4"/>',
    "undo": '<path d="M8.5 5 4 9.5 8.5 14"/><path d="M4 9.5h10a5.2 5.2 0 0 1 0 10.5H9"/>',
    "refresh": '<path d="M19 8.5A8 8 0 1 0 20 13"/><path d="M20 4v5h-5"/>',
    "talk": '<path d="M3.5 5h17v11H12l-4.5 4v-4h-4z"/><path d="M8 9h8"/><path d="M8 12h5"/>',
    "visit": '<path d="M6 20V4h12v16"/><path d="M3.5 20h17"/><path d="M14.5 11.5v1.5"/>',
    "class": '<path d="M4 4.5h16v11H4z"/><path d="M12 15.5V20"/><path d="M8 20h8"/><path d="M8 8.5h6"/>',
    "school": '<path d="M4 20V10l8-5 8 5v10z"/><path d="M12 5V2.5h4"/><path d="M10 20v-5h4v5"/><path d="M8 11.5h8"/>',
    "list": (
        '<path d="M9 6h11"/><path d="M9 12h11"/><path d="M9 18h11"/><path d="M4 6h1"/><path d="M4 12h1"/>'
        '<path d="M4 18h1"/>'
    ),
    "table": '<path d="M4 5h16v14H4z"/><path d="M4 10h16"/><path d="M4 14.5h16"/><path d="M10 5v14"/>',
    "grid": (
        '<path d="M4 4h6.5v6.5H4z"/><path d="M13.5 4H20v6.5h-6.5z"/><path d="M4 13.5h6.5V20H4z"/>'
        '<path d="M13.5 13.5H20V20h-6.5z"/>'
    ),
    "filter": '<path d="M4 5h16l-6 7.5V19l-4-2v-4.5z"/>',
    "eye": (
        '<path d="M2.5 12C5 7.7 8.2 6 12 6s7 1.7 9.5 6c-2.5 4.3-5.7 6-9.5 6s-7-1.7-9.5-6z"/>'
        '<circle cx="12" cy="12" r="2.6"/>'
    ),
    "link": (
        '<path d="M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1.5 1.5"/>'
        '<path d="M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1.5-1.5"/>'
    ),
    "qr": (
        '<path d="M4 4h6v6H4z"/><path d="M14 4h6v6h-6z"/><path d="M4 14h6v6H4z"/><path d="M14 14h2.5v2.5"/>'
        '<path d="M20 14v6h-6v-1"/>'
    ),
    "sign-out": '<path d="M13 4H5v16h8"/><path d="M10 12h10"/><path d="m16 8 4 4-4 4"/>',
    "key": '<circle cx="8" cy="14.5" r="4"/><path d="m11 11.5 8-8"/><path d="m15 7.5 3 3"/>',
    "switch": (
        '<path d="M4 8.5h15"/><path d="m15.5 5 3.5 3.5-3.5 3.5"/><path d="M20 15.5H5"/>'
        '<path d="M8.5 12 5 15.5 8.5 19"/>'
    ),
    "star": '<path d="m12 4 2.5 5.3 5.5.8-4 4 1 5.9-5-2.8L7 20l1-5.9-4-4 5.5-.8z"/>',
    "file": '<path d="M6 3.5h8l4.5 4.5v12.5H6z"/><path d="M14 3.5V8h4.5"/>',
    "trash": (
        '<path d="M5 7h14"/><path d="M9.5 7V4h5v3"/><path d="M7 7v13h10V7"/><path d="M10.5 11v5.5"/>'
        '<path d="M13.5 11v5.5"/>'
    ),
    "help": (
        '<circle cx="12" cy="12" r="8.5"/><path d="M9.5 9.5a2.6 2.6 0 1 1 3.6 2.4c-.8.4-1.1 1-1.1 1.9"/>'
        '<path d="M12 16.6v.4"/>'
    ),
    "heart": (
        '<path d="M12 19.5C6.5 15.8 4 12.7 4 9.5A4.2 4.2 0 0 1 12 7.6a4.2 4.2 0 0 1 8 1.9c0 3.2-2.5 6.3-8 10z"/>'
    ),
    "badge": (
        '<path d="M6 7h12v14H6z"/><path d="M9 3h6v4H9z"/><circle cx="12" cy="12.5" r="2"/>'
        '<path d="M9 18a3 3 0 0 1 6 0"/>'
    ),
    "inbox": '<path d="M4 14 6.5 5h11L20 14v5.5H4z"/><path d="M4 14h4.5l1 2.5h5l1-2.5H20"/>',
    "send": '<path d="M3.5 11.5 20.5 4 15 20l-3.5-6.5z"/><path d="m11.5 13.5 4.5-5"/>',
    "tree": (
        '<path d="M12 21v-6"/><path d="M12 15c-4.5 0-6.5-2.3-6.5-5.5S8 3.5 12 3.5s6.5 2.8 6.5 6S16.5 15 12 15z"/>'
        '<path d="m12 12 2.5-2.5"/>'
    ),
    "bamboo": (
        '<path d="M8 21V3"/><path d="M6.5 9h3"/><path d="M6.5 15h3"/>'
        '<path d="M8 9c1-3.5 4.5-4.5 9-4.5C15.5 8 12 9.5 8 9z"/><path d="M8 15c1-3 4-4 8-4-1.3 3-4.5 4.5-8 4z"/>'
    ),
}
