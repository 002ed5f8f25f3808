"""The list of letters going out: the school's own pupils, empty to fill in or with what was brought in from paper."""

from core.workbooks import FormColumn, FormSheet
from core.workbooks.writer import Value
from jobs.exporters import ExportRequest
from records.desk.imports.export import example_pupil, pupil_columns, pupils_with_mentors
from records.models.records import GrowthLetter
from schools.models import SchoolClass


def export_letters(request: ExportRequest) -> FormSheet:
    """Every present pupil in list order with the term that letters are brought in for; `filled` with their texts."""
    calendar = request.actor.calendar.of(request.year)
    labels = tuple(school_class.label for school_class in SchoolClass.objects.of_year(request.year))
    people = pupils_with_mentors(request)
    begun = [term for term in calendar.terms if term.starts_on <= calendar.today] or [calendar.term]
    names = {term.pk: str(term) for term in begun}
    rows: list[tuple[Value, ...]] = []
    letters = GrowthLetter.objects.present().filter(term__year=request.year, from_paper=True).exclude(body="")
    texts: dict[int, list[tuple[str, str, str]]] = {}
    if request.filled:
        for pupil_id, term_id, body, advice in letters.order_by("term__number", "pk").values_list(
            "pupil_id", "term_id", "body", "advice"
        ):
            texts.setdefault(pupil_id, []).append((names.get(term_id, ""), body, advice))
    for pk, cells in people:
        rows += [(*cells, *text) for text in texts.get(pk, [(names[begun[0].pk], "", "")])]
    label = calendar.letter_label
    columns = (
        *pupil_columns(labels, [cells[3] for _pk, cells in people]),
        FormColumn("学期", 18, needed=True, choices=tuple(names.values()), strict=False, note="寄语是哪个学期的。"),
        FormColumn("寄语", 60, needed=True, note=f"纸质{label}的全文，最多 4000 字；没有的空着。"),
        FormColumn("成长建议", 40, note="没有单独写建议的，空着。"),
    )
    example = (*example_pupil(request, labels), names[begun[0].pk], "这个学期你每天最早到校……", "")
    notes = (
        "“示例”一行不会导入，可以留着，也可以删去。",
        "导入后标明“纸质补录”，算已交；家长在手机上看不到，除非德育室再勾选发布。",
    )
    return FormSheet("已发寄语", columns, rows, example=() if request.filled else example, notes=notes)
