"""mrkdwn and Markdown as the page draws them: cases by hand, and any text at all."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

import bot.workspace

on_the_page = pytest.mark.asyncio(loop_scope="session")
pytestmark = pytest.mark.browser

PAGE = Path(bot.workspace.__file__).parent / "page"
LINK = '<a href="https://e.com/" target="_blank" rel="noopener noreferrer">'

MRKDWN = {
    "*bold* _it_ ~no~": "<strong>bold</strong> <em>it</em> <s>no</s>",
    "*bold _both_*": "<strong>bold <em>both</em></strong>",
    "snake_case_name 2*3*4 a~b~c": "snake_case_name 2*3*4 a~b~c",
    "* not bold* and ** nor _ this_": "* not bold* and ** nor _ this_",
    "(*edge*), _edge_!": "(<strong>edge</strong>), <em>edge</em>!",
    "`*code* &lt;b&gt;`": "<code>*code* &lt;b&gt;</code>",
    "&lt;b&gt; &amp;amp; &quot;": "&lt;b&gt; &amp;amp; &amp;quot;",
    "<https://e.com|site>": f"{LINK}site</a>",
    "<https://e.com/>": f"{LINK}https://e.com/</a>",
    "<javascript:alert(1)|click>": "<span>click</span>",
    "<@U0PAULMEYER> <@UNOBODY|someone>": (
        '<span class="mention">@Paul Meyer</span> <span class="mention">@someone</span>'
    ),
    "<@U0ANASILVA>": '<span class="mention mine">@Ana Silva</span>',
    "<!subteam^S0OPS|@x> <!here>": '<span class="mention">@trading-ops</span> <span class="mention">@here</span>',
    "<!date^0^{unknown}|then>": '<time title="then">{unknown}</time>',
    "<!date^nonsense^{date}|then>": '<time title="then">then</time>',
    "a\nb": "a<br>b",
    ":not_an_emoji: 10:30:45": ":not_an_emoji: 10:30:45",
}
MRKDWN_BLOCKS = {
    "• one\n• two": "<ul><li>one</li><li>two</li></ul>",
    "3. c\n4. d": '<ol start="3"><li>c</li><li>d</li></ol>',
    "&gt; said\n> more\nafter": (
        '<blockquote><span class="lines">said<br>more</span></blockquote><span class="lines">after</span>'
    ),
    "&gt;&gt;&gt; all\nof it": '<blockquote><span class="lines">all<br>of it</span></blockquote>',
    "```\n*raw* <https://e.com|x>\n```": '<pre tabindex="0"><code>*raw* &lt;https://e.com|x&gt;</code></pre>',
}
MARKDOWN = {
    "**b** __b__ *i* _i_ ~~s~~": ("<p><strong>b</strong> <strong>b</strong> <em>i</em> <em>i</em> <s>s</s></p>"),
    "***both*** and 2 * 3 * 4, snake_case_name": "<p><strong><em>both</em></strong> and 2 * 3 * 4, snake_case_name</p>",
    "# One\n### Three": '<h3 class="md-h1">One</h3><h5 class="md-h3">Three</h5>',
    "[t](https://e.com) ![alt](https://e.com)": f"<p>{LINK}t</a> {LINK}alt</a></p>",
    "[t](javascript:alert(1))": "<p><span>t</span></p>",
    "``a ` b`` \\*no\\*": "<p><code>a ` b</code> *no*</p>",
    "<b>html</b> &lt; &amp;": "<p>&lt;b&gt;html&lt;/b&gt; &lt; &amp;</p>",
    "- a\n- b\n  - c\n\n1. x\n2. y": '<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul><ol start="1"><li>x</li><li>y</li></ol>',
    "> q\n> - i": "<blockquote><p>q</p><ul><li>i</li></ul></blockquote>",
    "---": "<hr>",
    "```py\nx | y\n```": '<pre tabindex="0"><code data-language="py">x | y</code></pre>',
    "```\nstill streaming": '<pre tabindex="0"><code data-language="">still streaming</code></pre>',
    "| a | b |\n|:--|--:|\n| `x|y` | 1\\|2 |": (
        '<div class="table-scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr>'
        '<th class="align-left" scope="col">a</th><th class="align-right" scope="col">b</th></tr></thead>'
        '<tbody><tr><td class="align-left"><code>x|y</code></td><td class="align-right">1|2</td></tr></tbody></table></div>'
    ),
}


async def rendered(page: Page, module: str, function: str, texts: list[str]) -> list[str]:
    return await page.evaluate(
        """async ([module, name, texts]) => {
          const render = (await import(`/page/static/${module}.js`))[name];
          return texts.map((text) => {
            const box = document.createElement('div');
            box.append(...render(text));
            return box.innerHTML;
          });
        }""",
        [module, function, texts],
    )


@on_the_page
async def test_cases(visit: Callable[..., Any]) -> None:
    page = await visit("ana")
    for module, function, cases in (
        ("mrkdwn", "inline", MRKDWN),
        ("mrkdwn", "mrkdwn", MRKDWN_BLOCKS),
        ("markdown", "markdown", MARKDOWN),
    ):
        assert dict(zip(cases, await rendered(page, module, function, list(cases)), strict=True)) == cases


PIECES = [
    *(
        "*",
        "**",
        "_",
        "__",
        "~",
        "~~",
        "`",
        "```",
        "\n",
        "\n\n",
        " ",
        ">",
        "&gt;",
        "- ",
        "1. ",
        "#",
        "# ",
        "|",
        "|-|",
        "\\",
    ),
    *(
        "<",
        ">",
        "<@U0PAULMEYER>",
        "<https://e.com|x>",
        "<javascript:x|y>",
        "<!date^1^{time}|z>",
        "[a](b)",
        "[",
        "](",
        ")",
        ":eyes:",
        ":",
    ),
    *(
        "&amp;",
        "&",
        "word",
        "é",
        "😀",
        "<img src=x onerror=1>",
        "<script>",
        "https://e.com/a_b",
        "    ",
        "\t",
        "[x] ",
    ),
]
UNSAFE = """async ([module, texts]) => {
  const render = (await import(`/page/static/${module}.js`))[module];
  const tags = /^(P|H[3-6]|UL|OL|LI|PRE|CODE|BLOCKQUOTE|SPAN|STRONG|EM|S|BR|HR|A|TIME|DIV|TABLE|THEAD|TBODY|TR|TH|TD|INPUT|svg|path|circle|ellipse|rect)$/;
  const harmless = (node) => tags.test(node.tagName)
    && [...node.attributes].every((one) => !one.name.startsWith('on'))
    && (!node.hasAttribute('href') || /^https?:/.test(node.getAttribute('href')));
  return texts.flatMap((text) => {
    const box = document.createElement('div');
    const started = performance.now();
    box.append(...render(text));
    const slow = performance.now() - started > 2000;
    return slow || ![...box.querySelectorAll('*')].every(harmless) ? [[slow, text.slice(0, 99), box.innerHTML.slice(0, 999)]] : [];
  });
}"""


@on_the_page
async def test_any_text_is_drawn_safely_and_in_time(visit: Callable[..., Any]) -> None:
    page = await visit("ana")
    chance = random.Random(20261124)
    texts = ["".join(chance.choices(PIECES, k=chance.randint(1, 40))) for _ in range(1500)]
    endless = ("*", "_", "`", "[", "<", "> ", "&gt;", "**a", "|-", "(", "- ", "_a ", "[a](", "~~", "a|b\n|-|-|\n")
    texts += [piece * (10_000 // len(piece)) for piece in endless]
    for module in ("mrkdwn", "markdown"):
        assert await page.evaluate(UNSAFE, [module, texts]) == []


def test_every_module_is_preloaded() -> None:
    index = (PAGE / "index.html").read_text()
    modules = {path.name for path in PAGE.glob("*.js")}
    assert {name for name in modules if f"/page/static/{name}" in index} == modules
    assert "<script>" not in index
    assert "style=" not in index


def test_nothing_untrusted_can_become_markup() -> None:
    for path in PAGE.glob("*.js"):
        source = path.read_text()
        assert not any(
            word in source for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(")
        ), path
