"""Four hundred texts that try to be more than text, in eleven classes; an ordinary run takes some of each class."""

from __future__ import annotations

import unicodedata
from itertools import cycle, islice

from tests.trust.figures import SOAK

MARK = "đường hỏng"
XSS = (
    "<script>boom()</script>",
    '"><script>boom()</script>',
    "'><img src=x onerror=boom()>",
    "<img src=x onerror=boom()>",
    "<svg onload=boom()>",
    "<svg><script>boom()</script></svg>",
    "<body onload=boom()>",
    "<iframe srcdoc='<script>boom()</script>'></iframe>",
    '<a href="javascript:boom()">bấm</a>',
    "javascript:boom()",
    "<details open ontoggle=boom()>",
    "<input autofocus onfocus=boom()>",
    "<math><mtext><table><mglyph><style><img src=x onerror=boom()>",
    "</textarea><script>boom()</script>",
    "</title><script>boom()</script>",
    "</style><script>boom()</script>",
    '<!--<img src="--><img src=x onerror=boom()>',
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:boom()'>",
    "<style>@import'//evil.example/x.css'</style>",
    "&lt;script&gt;boom()&lt;/script&gt;",
    "&#60;img src=x onerror=boom()&#62;",
    "<ScRiPt>boom()</sCrIpT>",
    "<img/src=x/onerror=boom()>",
    "<x hx-get='/console' hx-trigger='load' hx-on::load='boom()'>",
    "'-boom()-'",
    '";boom();//',
    "${boom()}",
    "<template><script>boom()</script></template>",
    "<object data='data:text/html,<script>boom()</script>'></object>",
    "<form action=javascript:boom()><button>Gửi</button></form>",
    "<button formaction=javascript:boom()>Gửi</button>",
)
BASES: dict[str, tuple[str, ...]] = {
    "html": XSS,
    "sql": (
        "' OR '1'='1",
        '\'; DROP TABLE "case";--',
        "1); DELETE FROM outbox;--",
        '" OR 1=1 --',
        "%' AND 1=1 --",
        "x' UNION SELECT key FROM chat--",
        "\\'; SELECT pg_sleep(9);--",
        "{{1}}%s %(x)s :name ?",
        "NULL",
        "_%_%",
        "$$; SELECT 1; $$",
        "/**/OR/**/1=1",
        "0x27204f52",
        "\\x27 OR 1",
    ),
    "markdown": (
        "*đậm* _nghiêng_ `mã`",
        "[bấm](http://evil.example)",
        "__x__ ~~y~~ ||z||",
        "*không đóng",
        "`không đóng",
        "[x](tg://user?id=1)",
        "\\*\\_\\[\\]",
        "_*[]()~`>#+-=|{}.!",
        "```js\nboom()\n```",
        "> trích",
        "# tựa",
        "@admin /start",
    ),
    "formula": (
        "=1+1",
        "+84912345678",
        "-2+3",
        "@SUM(A1)",
        '=HYPERLINK("http://evil.example","x")',
        "=cmd|' /C calc'!A0",
        "\t=1+1",
        "\r=1+1",
        "＝1+1",
        "\u200b=1+1",
        " =1+1",
        "{=1+1}",
        "%0A=1+1",
        '"=1+1"',
        'DDE("cmd";"/C calc";"a")',
    ),
    "template": (
        "{{ 7*7 }}",
        "{% for x in y %}",
        "{{ config }}",
        "{# x #}",
        "${7*7}",
        "#{7*7}",
        "<%= 7*7 %>",
        "{case_code}",
        "{{''.__class__.__mro__}}",
        "{0}",
        "%(secret)s",
        "{{r 'x' }}",
        "{%p if x %}",
        "{{p x}}",
        "@{x}",
    ),
    "xml": (
        "</w:t></w:r></w:p><w:p><w:r><w:t>THÊM",
        "<w:br/>",
        "]]>",
        "<![CDATA[x]]>",
        "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
        "&amp;&lt;",
        "&e;",
        "<?xml version='1.0'?>",
        "</entry><entry>",
        "</summary>",
        "</description></request>",
        "a & b < c > d",
    ),
    "lines": (
        "một\r\nhai",
        "một\rhai",
        "một\nhai",
        "x\r\nSet-Cookie: a=b",
        "x\n\n\ny",
        "a\u2028b\u2029c",
        "a\x0bb\x0cc",
        "a\x85b",
        "level=error event=giả",
        'x\n{"event": "giả"}',
        "\r\n\r\nHTTP/1.1 200 OK",
        "From: a@b\nBcc: c@d",
    ),
    "bidi": (
        "\u202eđảo ngược\u202c",
        "a\u2066b\u2069c",
        "\u200fphải",
        "x\u202dép\u202c",
        "\u2067fdp.exe\u2069",
        "\u061cx",
        "\u202a\u202b\u202c",
    ),
    "unseen": (
        "a\u200bb\u200cc\u200dd",
        "\ufeffđầu",
        "x\u2060y",
        "\u00adgạch\u00admềm",
        "a\u00a0b",
        "\u180ex",
        "\u3164x",
        "x\ufe0f",
        "\U000e0041ẩn",
        "👨\u200d👩\u200d👧 nhà",
        "a\u034fb",
    ),
    "vietnamese": tuple(
        unicodedata.normalize(form, text)
        for form in ("NFC", "NFD")
        for text in (
            "Đường Thôn Đoài ngập úng",
            "ế ề ể ễ ệ ứ ừ ử ữ ự",
            "Nguyễn Thị Huyền",
            "quyết định số 5",
            "ơ̛ ê̂ đ̛",
            "ĐẶNG",
        )
    ),
    "control": (
        "a\x00b",
        "a\x01b\x02c",
        "\x07 chuông",
        "\x1b[31mđỏ\x1b[0m",
        "a\x7fb",
        "a\x08b",
        "\ud800",
        "x\udfffy",
        "\ud83d",
        "a\ufffeb",
        "a\uffffb",
        "\x9bx",
    ),
}
ABROAD = ("", f"{MARK} ", f'{MARK}: "', "Số 5, ", "- ")


def payloads() -> list[tuple[str, str]]:
    """(class, text): all 400 in soak, else 44, four of each class."""
    each = 40 if SOAK else 4
    found = []
    for name, bases in BASES.items():
        step = max(len(bases) // each, 1)
        chosen = bases if SOAK else bases[::step][:each]
        ways = islice(zip(cycle(chosen), (way for way in ABROAD for _ in chosen), strict=False), each)
        found += [(name, f"{way}{text}") for text, way in ways]
    return list(dict.fromkeys(found))
