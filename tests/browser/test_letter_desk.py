"""A letter from its first word to the family's answer, at a phone and at a desk, with every check shown."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, House, OpenVisit, through_navigation

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 640}
#: What each check is to find, and words that make it find something.
SAID = {
    "分数、等级或名次": "你这次考了全班第三名。",
    "与别人比较": "你要是像同桌那样认真就好了。",
    "可能伤到孩子的话": "你真是太笨了。",
    "家庭情况": "爸爸妈妈离婚以后你更懂事了。",
    "疾病与诊断": "你有多动症也没关系。",
    "没有填完的空位": "我最喜欢你的【优点】。",
    "印不出来的字": "你真棒🫠。",
    "称呼不像是写给这位学生的": "您总是很安静。",
}


def open_blank(page: Page) -> str:
    """From the list to the last pupil without a letter (the walk of the README takes the first one); the name."""
    page.get_by_role("link", name="寄语台").first.click()
    blank = page.locator(".letter-list a").filter(has_text="未写").last
    name = blank.locator(".letter-list-name").inner_text()
    blank.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"给{name}的成长寄语")
    return name


def write(page: Page, text: str) -> None:
    """Type a text and wait until the checks have seen it."""
    with page.expect_response(re.compile(r"/check/$")):
        page.get_by_label("正文").fill(text)


def letter_of_another(page: Page) -> str:
    """The text of a letter that was handed in before."""
    page.get_by_role("link", name="寄语台").first.click()
    page.locator(".letter-list a").filter(has_text="已交").last.click()
    return page.get_by_label("正文").input_value()


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["390", "1280"])
def test_a_letter_is_written_and_handed_in_with_each_check_shown(
    house: House, visit: OpenVisit, viewport: dict[str, int]
) -> None:
    house.manage("sign_letters")
    mentor = visit(viewport)
    page = mentor.sign_in("demo-mentor")
    handed_in = letter_of_another(page)
    name = open_blank(page)
    mentor.fits()
    classmate = next(
        other for other in page.locator(".letter-list-name").all_inner_texts() if other != name and len(other) == 3
    )
    for title, words in ({"写到了其他学生的名字": f"{classmate}也很喜欢你。"} | SAID).items():
        write(page, f"你总是第一个到教室。{words}")
        expect(page.locator("#findings")).to_contain_text(title)
    write(page, "图书角的书总是整整齐齐。")
    expect(page.locator("#findings")).to_contain_text("没有称呼“你”")
    write(page, handed_in)
    expect(page.locator("#findings")).to_contain_text("和另一封寄语几乎相同")
    write(page, "你走得很慢，但一直在走，我都看在眼里。\n" * 60)
    expect(page.locator("#findings")).to_contain_text("一页纸写不下")
    expect(page.locator("[data-preview-fit]")).to_have_text("超出一页")

    # A finding leads to its words, and goes when it is waved aside.
    write(page, "你总是第一个到教室。这次你考了98分。")
    expect(page.locator(".finding")).to_have_count(1)
    page.get_by_role("button", name="到这一处").click()
    marked = page.get_by_label("正文").evaluate("e => e.value.slice(e.selectionStart, e.selectionEnd)")
    assert marked == "98分"
    page.get_by_role("button", name="我知道了").click()
    expect(page.locator(".finding")).to_have_count(0)

    # Not the same to two children: that would be asked about.
    words = {
        390: "春游那天你一路扶着走得慢的同伴，到山顶时你们最后，也最开心。",
        1280: "那天值日只剩你一个人，你把每张凳子都摆好才背起书包。",
    }[viewport["width"]]
    write(page, words)
    if viewport is PHONE:
        page.locator("[data-preview-box] > summary").click()
    # Playwright looks into the shadow tree, where the paper's own style sheet holds.
    expect(page.locator(".paper .text:not(.closing)")).to_have_text(words)
    expect(page.locator("[data-preview-fit]")).to_have_text("一页")
    mentor.fits()
    page.get_by_role("button", name="交稿").click()
    expect(page.locator("#messages")).to_contain_text(f"已交稿：{name}的成长寄语")
    done = page.locator(".letter-list a").filter(has_text=name)
    expect(done).to_contain_text("已交")


@pytest.mark.parametrize("viewport", [NARROW, PHONE], ids=["320", "390"])
def test_a_quick_press_on_a_phone_is_asked_and_no_bar_lies_over_what_was_found(
    visit: OpenVisit, viewport: dict[str, int]
) -> None:
    """Seen: the press beat the check's delay, and the findings lay under the sticky bar."""
    mentor = visit(viewport)
    page = mentor.sign_in("demo-mentor")
    name = open_blank(page)
    page.get_by_label("正文").fill("你总是第一个到教室。这次你考了98分，你真是太笨了。")
    page.get_by_role("button", name="交稿").click()
    question = page.locator("#findings")
    expect(question).to_contain_text("就这样交")
    expect(question).to_be_focused()
    mentor.fits()
    for finding in question.locator(".finding").all():
        finding.scroll_into_view_if_needed()
        middle = finding.evaluate(
            "e => { const r = e.getBoundingClientRect();"
            " return e.contains(document.elementFromPoint(r.left + r.width / 2, r.bottom - 4)) }"
        )
        assert middle is True
    page.get_by_role("button", name="就这样交").click()
    expect(page.locator("#messages")).to_contain_text(f"已交稿：{name}的成长寄语")


def test_what_is_waved_aside_is_known_on_another_device(visit: OpenVisit) -> None:
    mentor = visit(DESK)
    page = mentor.sign_in("demo-mentor")
    name = open_blank(page)
    write(page, "你总是第一个到教室。这次你考了97分。")
    expect(page.locator("[data-draft-state]")).to_contain_text("草稿已保存")
    with page.expect_response(re.compile(r"/know/$")) as answer:
        page.get_by_role("button", name="我知道了").click()
    assert answer.value.status == 204
    elsewhere = visit(PHONE).sign_in("demo-mentor")
    with elsewhere.expect_response(re.compile(r"/check/$")):
        elsewhere.goto(page.url)
    expect(elsewhere.locator("#findings")).to_contain_text("再读一遍")
    elsewhere.get_by_role("button", name="交稿").click()
    expect(elsewhere.locator("#messages")).to_contain_text(f"已交稿：{name}的成长寄语")


def test_the_office_ticks_a_page_is_asked_and_takes_one_back(visit: OpenVisit) -> None:
    office = visit(PHONE)
    page = office.sign_in("demo-office")
    page.goto(f"{office.house.address}/office/letters/")
    boxes = page.locator("input[name=letters]")
    page.get_by_role("button", name="全选本页").click()
    assert all(box.is_checked() for box in boxes.all())
    page.get_by_role("button", name="发布勾选的寄语").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"发布 {boxes.count() or ''}".strip())
    expect(page.locator("main")).to_contain_text("封还没有校对")
    office.fits()
    page.get_by_role("link", name="先不发布").click()
    boxes.first.check()
    page.get_by_role("button", name="发布勾选的寄语").click()
    expect(page.locator("#messages")).to_contain_text("已发布 1 封寄语")
    page.get_by_role("link", name=re.compile("^已发布")).click()
    boxes.first.check()
    office.fits()
    page.get_by_role("button", name="勾选的撤回").click()
    expect(page.locator("#messages")).to_contain_text("已撤回 1 封寄语")


def test_the_keyboard_goes_through_the_letters(visit: OpenVisit) -> None:
    mentor = visit(DESK)
    page = mentor.sign_in("demo-mentor")
    name = open_blank(page)
    body = page.get_by_label("正文")
    expect(body).to_be_focused()
    body.press_sequentially("你把伞让给了同学。")
    body.press("Alt+ArrowDown")
    expect(page.locator("#messages")).to_contain_text(f"已存草稿：{name}")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text(name)
    page.keyboard.press("Alt+ArrowUp")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    expect(page.get_by_label("正文")).to_have_value("你把伞让给了同学。")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="预览 PDF").click()
    assert opened.value is not None


def test_the_office_proofs_with_the_keyboard_and_the_family_answers(house: House, visit: OpenVisit) -> None:
    office = visit(DESK)
    page = office.sign_in("demo-office")
    through_navigation(page, "寄语发布")
    page.get_by_role("link", name="逐封校对").click()
    first = page.get_by_role("heading", level=1).inner_text()
    page.keyboard.press("Alt+Enter")
    expect(page.locator("#messages")).to_contain_text(f"{first}的寄语校对通过")
    second = page.get_by_role("heading", level=1).inner_text()
    assert second != first
    page.get_by_text("直接改几个字").click()
    page.get_by_label("正文").press("Control+End")
    page.get_by_label("正文").press_sequentially("我为你高兴。")
    page.get_by_role("button", name="保存修改并通过").click()
    expect(page.locator("#messages")).to_contain_text(f"已改好{second}的寄语")

    parent = visit(PHONE)
    reader = parent.go(house.slip_path)
    reader.get_by_label("凭条码").fill(house.slip_code)
    reader.get_by_role("textbox", name="手机").fill(house.phone_tail)
    reader.get_by_role("button", name="打开").click()
    expect(reader.locator("main")).to_contain_text("成长寄语")
    while not re.search(r"/letters/\d+/$", reader.url):
        # From the door to the list, or straight to the only letter.
        with reader.expect_navigation():
            reader.locator("main a[href*='/letters/']").first.click()
    reader.get_by_role("textbox", name="想说的话").fill("谢谢老师，孩子读了好几遍。")
    reader.get_by_role("button", name="发送给老师").click()
    expect(reader.locator("#messages")).to_contain_text("回音已送到老师那里")
    parent.fits()
