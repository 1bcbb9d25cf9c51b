"""What the page makes of Slack's texts: mrkdwn, plain_text, Markdown, links."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from bot.sandbox.server import serving
from bot.sandbox.slack import StandIn, open_workspace
from tests.bot.sandbox.slack_desk import make_manifest

pytestmark = pytest.mark.browser

SCENE = """{
  me: "U1", openChannel() {},
  users: new Map([["U1", {id: "U1", real_name: "Ann <b>"}], ["U2", {id: "U2", name: "bo"}]]),
  channels: new Map([["C1", {id: "C1", name: "billing"}]]),
}"""
DRAW = f"""async ([file, name, text, options]) => {{
  const module = await import(`/static/js/text/${{file}}.js`);
  const holder = document.createElement("div");
  holder.append(...module[name](text, {SCENE}, options ?? {{}}));
  for (const node of holder.querySelectorAll("*"))
    for (const attribute of [...node.attributes])
      if (attribute.name !== "href") node.removeAttribute(attribute.name);
  return holder.innerHTML;
}}"""

MRKDWN = [
    ("*bold* _it_ ~gone~", "<strong>bold</strong> <em>it</em> <s>gone</s>"),
    ("*a _b_ c*", "<strong>a <em>b</em> c</strong>"),
    ("(*bold*), *bold*.", "(<strong>bold</strong>), <strong>bold</strong>."),
    ("2*3*4 snake_case_name a~b~c", "2*3*4 snake_case_name a~b~c"),
    ("* not bold* and *not bold *", "* not bold* and *not bold *"),
    ("*two\nlines*", "*two<br>lines*"),
    ("**", "**"),
    ("`a *b* &lt;c&gt;`", "<code>a *b* &lt;c&gt;</code>"),
    ("before```x\n *y*```after", "before<pre>x\n *y*</pre>after"),
    ("```never closed", "```never closed"),
    ("&amp;lt; &lt;b&gt; &quot; &#60;", "&amp;lt; &lt;b&gt; &amp;quot; &amp;#60;"),
    ("<b>raw</b>", "&lt;b&gt;raw&lt;/b&gt;"),
    ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
    (
        "<https://a.example/?x&amp;y|A &amp; B>",
        '<a href="https://a.example/?x&amp;y">A &amp; B</a>',
    ),
    ("*<https://a.example|A>*", '<strong><a href="https://a.example/">A</a></strong>'),
    ("<mailto:a@b.example|a@b.example>", '<a href="mailto:a@b.example">a@b.example</a>'),
    (
        "see https://a.example/x_y_z.",
        'see <a href="https://a.example/x_y_z">https://a.example/x_y_z</a>.',
    ),
    ("<javascript:alert(1)|x>", "&lt;javascript:alert(1)|x&gt;"),
    ("<data:text/html,x>", "&lt;data:text/html,x&gt;"),
    ("<JavaScript&#58;alert(1)>", "&lt;JavaScript&amp;#58;alert(1)&gt;"),
    ("<@U1> <@U2> <@U9|zoe>", "<span>@Ann &lt;b&gt;</span> <span>@bo</span> <span>@zoe</span>"),
    ("<#C1> <#C9>", "<button>#billing</button> <span>private channel</span>"),
    ("<!here> <!subteam^S1|@desk>", "<span>@here</span> <span>@desk</span>"),
    ("&lt;!channel&gt; &lt;@U1&gt;", "&lt;!channel&gt; &lt;@U1&gt;"),
    ("&gt; quoted\n&gt; more\nplain", "<blockquote>quoted<br>more</blockquote>plain"),
    ("a\n&gt;&gt;&gt;b\nc", "a<blockquote>b<br>c</blockquote>"),
    ("<!date^1795341600^{date_num}|then>", "<time>2026-11-22</time>"),
    ("<!date^soon^{date}|then>", "<span>then</span>"),
    (":constructor: :red_constructor:", ":constructor: :red_constructor:"),
    (":no_such_emoji: 10:30:45", ":no_such_emoji: 10:30:45"),
    ("one\n\nthree", "one<br><br>three"),
]
MARKDOWN = [
    ("# Head\n**bold** *it*", "<p>Head</p><p><strong>bold</strong> <em>it</em></p>"),
    ("- a\n- b\n\n1. c", "<ul><li>a</li><li>b</li></ul><ol><li>c</li></ol>"),
    ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
    ("<b>no</b> &lt;i&gt;", "<p>&lt;b&gt;no&lt;/b&gt; &lt;i&gt;</p>"),
    (
        "|a|\n|-|\n|1|",
        "<div><table><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table></div>",
    ),
]


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    standin = open_workspace(StandIn(make_manifest()))
    with serving(standin.app) as server:
        context = browser.new_context(timezone_id="UTC", locale="en-GB")
        opened = context.new_page()
        opened.goto(server.url)
        yield opened
        context.close()


@pytest.mark.parametrize(("text", "drawn"), MRKDWN)
def test_mrkdwn_is_drawn_as_slack_draws_it(page: Page, text: str, drawn: str) -> None:
    assert page.evaluate(DRAW, ["mrkdwn", "mrkdwn", text]) == drawn


@pytest.mark.parametrize(("text", "drawn"), MARKDOWN)
def test_markdown_is_drawn(page: Page, text: str, drawn: str) -> None:
    assert page.evaluate(DRAW, ["markdown", "markdown", text]) == drawn


def test_verbatim_text_keeps_addresses_as_text(page: Page) -> None:
    asked = ["mrkdwn", "mrkdwn", "https://a.example", {"verbatim": True}]
    assert page.evaluate(DRAW, asked) == "https://a.example"


def test_every_emoji_of_the_table_is_drawn(page: Page) -> None:
    names = [
        "white_check_mark",
        "x",
        "warning",
        "red_circle",
        "large_green_circle",
        "receipt",
        "tada",
    ]
    text = "".join(f":{name}:" for name in names)
    drawn = page.evaluate(DRAW, ["mrkdwn", "mrkdwn", text])
    assert ":" not in drawn
    assert drawn.count("<svg>") == 5
