"""Keyword sets whose tests fail until rules are mended: what a wrong label means to their author.

A rule that has fired wrongly is copied as a draft under a name of its own, with all that it needs
(words of vocabularies written out, contexts under new names), a test of its own that must go on to
hold, and the test that it must not fire on the post. For a label that lacks there is a draft that
has no phrases yet, and the test that it must fire. So a set loads alone and beside any other, and
gives no label to anything.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from desk.post import LabelledPost
from rules.loader import Loaded
from rules.pack import FACTS, LANGUAGES, Context, Rule
from rules.phrase import Phrase

TO_BE_WRITTEN = "phrases are to be written here"
"""Stands for phrases in a rule that has none yet; as a phrase it is found in hardly any post."""
LIST_LETTERS = 80
_REFERENCE = re.compile(r"\$([A-Za-z][A-Za-z0-9_-]*)")
_LISTS = ("any", "all", "none", "near", "not_near")
_PLAIN = ("languages", "channels", "gap", "reach", "tolerance", "limit", "priority")
_CUES = ("before", "after", "around", "anywhere", "stop")
_UNNAMED = re.compile(r"[^A-Za-z0-9]+")


class Lacking(msgspec.Struct, frozen=True):
    """The labels that a post should have, and the language of its words."""

    right: tuple[str, ...]
    lang: str


def keyword_sets(post: LabelledPost, wanted: Lacking, told: str, loaded: Loaded) -> dict[str, str]:
    """The sets for `post`, as TOML by language; `told` is by whom and why it is labelled wrong."""
    wrong = [match.rule for match in post.matches if match.label not in wanted.right]
    rules = {rule.id: rule for pack in loaded.packs for rule in pack.rules}
    fired = [rules[id_] for id_ in dict.fromkeys(wrong) if id_ in rules]
    spoken = wanted.lang if wanted.lang in LANGUAGES else LANGUAGES[0]
    lacking = [label for label in wanted.right if label not in post.labels]
    parts: dict[str, list[str]] = {}
    number = 0
    for rule in fired:
        number += 1
        parts.setdefault(rule.language, []).append(_copy(rule, post, number, loaded))
    for label in lacking:
        number += 1
        parts.setdefault(spoken, []).append(_draft(label, spoken, post, number))
    right = ", ".join(wanted.right) or "none"
    given = ", ".join(post.labels) or "nothing"
    head = [
        f"Post {post.id} ({post.channel}) is labelled {given}; it should be: {right}. By {told}.",
        "Mend the rule here until `stormdesk rules test` holds, carry it over, delete this file.",
    ]
    if post.exercise:
        head.insert(0, "EXERCISE: the post is simulated.")
    comment = "".join(f"# {_one_line(line)}\n" for line in head)
    return {
        language: f'{comment}language = "{language}"\n\n' + "\n".join(tables)
        for language, tables in parts.items()
    }


def _copy(rule: Rule, post: LabelledPost, number: int, loaded: Loaded) -> str:
    """A rule that fired, as a draft that needs nothing of other sets."""
    words = _vocabulary(rule.language, loaded)
    known = {
        context.name: context
        for pack in loaded.packs
        if pack.language == rule.language
        for context in pack.contexts
    }
    new = {
        name: f"{name}-{_tag(post)}-{number}"
        for name in (*rule.when, *rule.unless)
        if name not in FACTS
    }
    lines = [f"# A copy of {rule.id}.", "[[rule]]", f'id = "wrong-{_tag(post)}-{number}"']
    lines += [f'label = "{rule.label}"', 'status = "draft"']
    lines += [
        f"{key} = {_phrases(getattr(rule, key), words)}" for key in _LISTS if getattr(rule, key)
    ]
    for key in ("when", "unless"):
        names = [new.get(name, name) for name in getattr(rule, key)]
        lines += [f"{key} = {_texts(names)}"] if names else []
    empty = Rule(id="", label="", language="")
    for key in _PLAIN:
        value = getattr(rule, key)
        if value != getattr(empty, key):
            lines.append(f"{key} = {_texts(value) if isinstance(value, tuple) else value}")
    if rule.evidence:
        lines += [f"need = {rule.need}", "", "[rule.points]"]
        lines += [f'"{each.points}" = {_phrases(each.phrases, words)}' for each in rule.evidence]
    contexts = [_context(known[name], as_, words) for name, as_ in new.items() if name in known]
    lines += ["", *_own_test(rule), *_test(post, match=False), ""]
    return "\n".join([*contexts, *lines])


def _draft(label: str, language: str, post: LabelledPost, number: int) -> str:
    """A rule for a label that lacks, still without its phrases."""
    lines = [
        f"# A new rule for {label}, in {language}: write what people say in `any`.",
        "[[rule]]",
        f'id = "missing-{_tag(post)}-{number}"',
        f'label = "{label}"',
        'status = "draft"',
        f"any = {_texts([TO_BE_WRITTEN])}",
        "",
        *_test(post, match=True),
    ]
    return "\n".join([*lines, ""])


def _own_test(rule: Rule) -> list[str]:
    """What a rule is for: whoever mends it sees when that is lost."""
    own = next((test for test in rule.tests if test.match), None)
    if own is None:
        return []
    return [*_test_of(own.text, own.channel, own.lang, own.facts, match=True), ""]


def _test(post: LabelledPost, *, match: bool) -> list[str]:
    facts = {
        "media": bool(post.media),
        "own_account": post.account is not None,
        "reply": post.reply_to is not None,
        "repost": post.repost_of is not None,
    }
    told = [fact for fact, holds in facts.items() if holds]
    return _test_of(post.text, post.channel, post.lang or "", told, match=match)


def _test_of(text: str, channel: str, lang: str, facts: Sequence[str], *, match: bool) -> list[str]:
    lines = ["[[rule.test]]", f"text = {_text(text)}", f"match = {str(match).lower()}"]
    lines += [f"channel = {_text(channel)}"] if channel else []
    lines += [f"lang = {_text(lang)}"] if lang else []
    return lines + ([f"facts = {_texts(facts)}"] if facts else [])


def _context(context: Context, name: str, words: Mapping[str, str]) -> str:
    lines = [f"[context.{name}]"]
    lines += [
        f"{cue} = {_phrases(getattr(context, cue), words)}"
        for cue in _CUES
        if getattr(context, cue)
    ]
    lines += [f"reach = {context.reach}", f"gap = {context.gap}", ""]
    return "\n".join(lines)


def _vocabulary(language: str, loaded: Loaded) -> dict[str, str]:
    """The vocabularies of a language, each as the alternatives that it stands for."""
    entries = {
        one.name: [entry.strip() for entry, _ in one.entries]
        for one in loaded.vocabularies
        if one.language == language
    }

    def written(name: str) -> Iterable[str]:
        for entry in entries.get(name, ()):
            if entry.startswith("$"):
                yield from written(entry[1:])
            else:
                yield f"({entry})" if " " in entry else entry

    return {name: "|".join(dict.fromkeys(written(name))) for name in entries}


def _phrases(phrases: Sequence[Phrase], words: Mapping[str, str]) -> str:
    return _texts([_REFERENCE.sub(lambda name: words[name[1]], one.text) for one in phrases])


def _texts(texts: Iterable[str]) -> str:
    """Texts as a TOML list, one a line where they are long."""
    written = list(map(_text, texts))
    if sum(map(len, written)) < LIST_LETTERS:
        return f"[{', '.join(written)}]"
    return "[\n" + "".join(f"  {one},\n" for one in written) + "]"


def _text(text: str) -> str:
    """`text` as a TOML string: JSON's escapes are TOML's, but for the one sign that JSON leaves."""
    return msgspec.json.encode(text).decode().replace("\x7f", "\\u007F")


def _one_line(text: str) -> str:
    """`text` as it may stand in a comment of TOML."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _tag(post: LabelledPost) -> str:
    """What of a post makes names its own."""
    short = _UNNAMED.sub("-", post.id)[:24].strip("-") or "post"
    told = f"{post.channel}\0{post.id}\0{post.text}".encode("utf-8", "replace")
    return f"{short}-{hashlib.sha256(told).hexdigest()[:8]}"
