"""Markdown that people wrote (notes, descriptions, comments) as HTML that cannot do harm."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from apps.notices.rules import MENTION

_TAGS = set("p br hr a b strong em del code pre blockquote ul ol li h1 h2 h3 h4 h5 h6 table thead tbody tr th td".split())
_OPTIONS = {"html": False, "linkify": False, "breaks": True}
_parser = MarkdownIt("commonmark", _OPTIONS).enable(["table", "strikethrough"])


def html(text: str) -> SafeString:
    """Safe HTML of a text; links open without a referrer and are not followed by robots. Raw HTML in it is shown as text."""
    return _clean(_parser.render(text))


def comment(text: str) -> SafeString:
    """The same for comments, where `@name` stands out."""
    return _clean(_talker.render(text))


def _mark_mentions(state: StateCore) -> None:
    """Words only, not code and not the addresses of links; a rule of the parser, so that nothing is looked for in HTML."""
    for block in state.tokens:
        if block.type == "inline" and "@" in block.content:
            block.children = [part for child in block.children or [] for part in _parts(child)]


def _parts(token: Token) -> list[Token]:
    if token.type != "text":
        return [token]
    made, end = [], 0
    for found in MENTION.finditer(token.content):
        before, mention = (Token("text", "", 0, content=text) for text in (token.content[end : found.start()], found[0]))
        opening = Token("mention_open", "b", 1, attrs={"class": "mention"})
        made += [before, opening, mention, Token("mention_close", "b", -1)]
        end = found.end()
    return [*made, Token("text", "", 0, content=token.content[end:])]


_talker = MarkdownIt("commonmark", _OPTIONS).enable(["table", "strikethrough"])
_talker.core.ruler.push("mention", _mark_mentions)


def _clean(text: str) -> SafeString:
    clean = nh3.clean(
        text,
        tags=_TAGS,
        attributes={"a": {"href", "title"}, "th": {"align"}, "td": {"align"}, "code": {"class"}, "b": {"class"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
    )
    return mark_safe(clean)
