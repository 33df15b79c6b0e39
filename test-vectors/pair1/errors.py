"""How this implementation refuses."""


class Refused(Exception):
    """An input that the protocol tells us to refuse. `code` is the name that the vectors use."""

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(f"{code}: {why}" if why else code)
        self.code = code


def require(condition: bool, code: str, why: str = "") -> None:
    """Refuses with `code` unless `condition` holds."""
    if not condition:
        raise Refused(code, why)
