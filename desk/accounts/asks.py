"""What a post asks its readers for, as far as a scam would: a link, money, a message, secrets.

Looked at in posts of accounts that look like own ones only; English, Italian and Spanish at once.
"""

from __future__ import annotations

import re

_ASKS = {
    "link": r"https?://|www\.|\bat the link\b|\blink in bio\b",
    "money": r"\bpay(?:ment|s)?\b|gift card|\brefund|\bbank\b|\bcard\b|\bcredit\b|\biban\b|\bfee\b"
    r"|\bpag(?:a|hi|amento|ar|ue|o)\b|\bcarta\b|rimbors|indennizz|\bsaldo\b|\baccredit"
    r"|\babone|\btarjeta\b|reembols|\bfactura\b|\bdevuelve\b|\bcobro|bizum",
    "message": r"\bdm\b|\bdirect message|\bmessage (?:us|me|@)|\bwhats ?app\b|\btelegram\b"
    r"|\bin privato\b|\bpor privado\b|\bmensaje",
    "secrets": r"account number|password|passcode|\bcode\b|\bverify\b|\bpin\b|\bssn\b"
    r"|full details|personal details|codice|documento|\bpod\b|\bdati\b"
    r"|\bc[oó]digo|contraseñ|\bdni\b|\bdatos\b",
}
_SEARCH = {name: re.compile(pattern, re.IGNORECASE).search for name, pattern in _ASKS.items()}
MOST_CHARS = 2_000


def asks(text: str) -> tuple[str, ...]:
    """What `text` asks for: of link, money, message, secrets."""
    text = text[:MOST_CHARS]
    return tuple(name for name, search in _SEARCH.items() if search(text))
