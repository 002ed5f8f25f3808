"""What each verb of the audit is called on the page: `tests/audit/test_sentences.py` finds a verb without its words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from records.audit.enums import DeedKind

#: Who did what nobody with an account did.
FAMILY: Final = "家长或学生"


@dataclass(frozen=True, slots=True)
class Deed:
    """What a verb of the audit is called: `words` behind who did it, `more` in brackets with figures of its detail.

    `names`: whom it concerns is told by name. Where who did it has no account it was `nobody`. `is_closed`: even that
    it was done is closed to whoever keeps the school's accounts (docs/roles.md), so that the words say no more than
    that something restricted was read or written, and of nobody.
    """

    kind: DeedKind
    words: str
    more: str = ""
    names: bool = True
    nobody: str = "系统"
    is_closed: bool = False
    # Several of the same on end are one line that says how many.
    is_counted: bool = False


#: The lists that go out by `jobs.lists`, by the names under which the audit has them; all others are figures.
LISTS: Final[Mapping[str, str]] = {
    "announcement_left": "公告还没有看的",
    "audit": "使用记录",
    "families_not_reached": "还没有看到的家庭",
    "letters": "寄语进度",
    "mentors": "导师带学生人数",
    "mentorship": "导师队伍",
    "people": "教师与账号",
    "pupils": "学生完成情况",
    "staff": "人事用表",
    "term_workbook": "学期数据",
    "training": "培训学时",
}
FIGURES: Final = "统计数据"
#: Those of them that hold pupils by name.
LISTS_OF_CHILDREN: Final = frozenset(
    {"announcement_left", "audit", "families_not_reached", "letters", "pupils", "term_workbook"}
)

_CHANGE, _READ, _ACCOUNT = DeedKind.CHANGE, DeedKind.READ, DeedKind.ACCOUNT
_EXPORT, _PRINT, _SLIP = DeedKind.EXPORT, DeedKind.PRINT, DeedKind.SLIP


def _closed(kind: DeedKind, nobody: str = "系统") -> Deed:
    words = "查看了一条受限记录" if kind == _READ else "写了一条受限记录"
    return Deed(kind, words, names=False, nobody=nobody, is_closed=True)


_ACCOUNTS: Final = {
    "act_for": Deed(_ACCOUNT, "安排了代理", "{role}"),
    "change_password": Deed(_ACCOUNT, "改了密码"),
    "close_account": Deed(_ACCOUNT, "停用了账号"),
    "close_accounts": Deed(_ACCOUNT, "停用了一批账号", "{users} 个"),
    "create_user": Deed(_ACCOUNT, "开了账号"),
    "create_users": Deed(_ACCOUNT, "开了一批账号", "{count} 个", names=False),
    "end_role": Deed(_ACCOUNT, "结束了角色", "{role}"),
    "end_roles": Deed(_ACCOUNT, "结束了一批班主任角色", "{homeroom} 个"),
    "grant_role": Deed(_ACCOUNT, "给了角色", "{role}"),
    "grant_roles": Deed(_ACCOUNT, "给了一批角色"),
    "issue_account_slips": Deed(_ACCOUNT, "打印了账号条", "{accounts} 张"),
    "issue_password": Deed(_ACCOUNT, "重设了初始密码"),
    "open_account": Deed(_ACCOUNT, "启用了账号"),
    "open_accounts": Deed(_ACCOUNT, "启用了一批账号", "{users} 个"),
    "print_first_slips": Deed(_ACCOUNT, "打印了各校管理员的账号条", "{accounts} 张"),
    "rename_account": Deed(_ACCOUNT, "改了账号名"),
    "rename_users": Deed(_ACCOUNT, "按名册改了姓名", "{count} 位", names=False),
    "reopen_roles": Deed(_ACCOUNT, "恢复了一批班主任角色", "{homeroom} 个"),
    "send_password_link": Deed(_ACCOUNT, "请求了找回密码的邮件", nobody="有人"),
    "set_email": Deed(_ACCOUNT, "改了邮箱"),
    "set_emails": Deed(_ACCOUNT, "按名册填了邮箱", "{count} 位", names=False),
    "set_mails_on": Deed(_ACCOUNT, "开关了提醒邮件"),
    "sign_in": Deed(_ACCOUNT, "登录", names=False),
    "sign_in_refused": Deed(_ACCOUNT, "登录时输错了密码", nobody="有人", is_counted=True),
    "unlock_accounts": Deed(_ACCOUNT, "解除了登录限制", "{users} 个账号"),
    "use_account_slip": Deed(_ACCOUNT, "用账号条第一次登录", names=False),
    "use_password_link": Deed(_ACCOUNT, "用邮件里的链接设了新密码", names=False),
    "verify_email": Deed(_ACCOUNT, "确认了邮箱", names=False),
}

_PEOPLE: Final = {
    "add_grade": Deed(_CHANGE, "添加了年级"),
    "add_pupil": Deed(_CHANGE, "添加了学生"),
    "ask_for_notes": Deed(_CHANGE, "请人写交接说明"),
    "cancel_roster": Deed(_CHANGE, "放弃了一次名册导入"),
    "change_class": Deed(_CHANGE, "把学生转了班"),
    "edit_pupil": Deed(_CHANGE, "改了学生的信息"),
    "import_roster": Deed(_CHANGE, "导入了名册", "{rows} 行"),
    "merge_pupils": Deed(_CHANGE, "合并了重复的学生"),
    "merge_teachers": Deed(_CHANGE, "合并了重复的教师"),
    "name_grades": Deed(_CHANGE, "改了年级的叫法"),
    "reinstate_pupil": Deed(_CHANGE, "让学生重新在读"),
    "reinstate_teacher": Deed(_CHANGE, "让教师重新在岗"),
    "remove_grade": Deed(_CHANGE, "删除了年级"),
    "retire_teacher": Deed(_CHANGE, "办了教师离任"),
    "roll_over": Deed(_CHANGE, "升了学年"),
    "undo_rollover": Deed(_CHANGE, "撤回了升学年"),
    "undo_roster": Deed(_CHANGE, "撤销了一次名册导入"),
    "upload_roster": Deed(_CHANGE, "上传了名册"),
    "withdraw_pupil": Deed(_CHANGE, "办了学生离校"),
    "write_brief": Deed(_CHANGE, "写了学生情况简述"),
}

_MATCHING: Final = {
    "add_club_members": Deed(_CHANGE, "添加了社团成员", "{count} 人"),
    "add_supporting": Deed(_CHANGE, "加了协同导师"),
    "apply_plan_cap": Deed(_CHANGE, "按方案改了导师名额", "{changed} 位"),
    "assign_pupil": Deed(_CHANGE, "安排了导师"),
    "assign_pupils": Deed(_CHANGE, "安排了一批学生的导师", "{count} 名学生"),
    "cancel_round": Deed(_CHANGE, "取消了意向征询"),
    "change_club": Deed(_CHANGE, "改了社团"),
    "close_round": Deed(_CHANGE, "结束了意向征询"),
    "create_club": Deed(_CHANGE, "建了社团"),
    "create_mentor": Deed(_CHANGE, "添加了导师"),
    "create_round": Deed(_CHANGE, "建了意向征询"),
    "delete_club": Deed(_CHANGE, "删除了社团", "{members} 人"),
    "download_draft": Deed(_EXPORT, "下载了匹配草案", "{rows} 行"),
    "draft_round": Deed(_CHANGE, "生成了匹配草案", "{pupils} 名学生"),
    "end_supporting": Deed(_CHANGE, "结束了协同导师"),
    "grant_exception": Deed(_CHANGE, "批准了超额", "上限 {limit} 人"),
    "open_mentors": Deed(_CHANGE, "开放了更多导师", "{mentors} 位"),
    "open_round": Deed(_CHANGE, "开始了意向征询"),
    "place_pupil": Deed(_CHANGE, "在草案里改了学生的导师"),
    "print_matrix": Deed(_PRINT, "打印了匹配结果", "{pupils} 名学生"),
    "prolong_round": Deed(_CHANGE, "延长了意向征询"),
    "publish_round": Deed(_CHANGE, "公布了匹配结果", "{placed} 名学生"),
    "read_draft": Deed(_READ, "查看了匹配草案"),
    "remind_round": Deed(_CHANGE, "提醒了还没交意向的班级", "{classes} 个班"),
    "remove_choices": Deed(_CHANGE, "删除了学生的志愿"),
    "remove_club_member": Deed(_CHANGE, "移出了一名社团成员"),
    "revoke_exception": Deed(_CHANGE, "撤销了超额"),
    "save_board": Deed(_CHANGE, "保存了班级匹配", "改动 {count} 人"),
    "save_card": Deed(_CHANGE, "写了导师名片"),
    "set_candidates": Deed(_CHANGE, "定了候选导师", "{mentors} 位"),
    "set_team": Deed(_CHANGE, "定了班级导师团", "{mentors} 位"),
    "submit_choices": Deed(_CHANGE, "交了志愿", nobody=FAMILY),
    "unassign_pupil": Deed(_CHANGE, "取消了导师安排"),
    "undo_board_save": Deed(_CHANGE, "撤回了一次班级匹配"),
    "unpin": Deed(_CHANGE, "在草案里放开了学生的导师"),
    "update_round": Deed(_CHANGE, "改了意向征询"),
    # Who named whom, who wants away from whom, and who is not fit yet: 德育室 alone.
    "answer_wish": _closed(_CHANGE),
    "begin_training": _closed(_CHANGE),
    "edit_readiness": _closed(_CHANGE),
    "hand_in_wish": _closed(_CHANGE, FAMILY),
    "mark_ready": _closed(_CHANGE),
    "open_readiness": _closed(_CHANGE),
    "open_readiness_case": _closed(_READ),
    "read_wishes": _closed(_READ),
    "set_marks": _closed(_CHANGE),
}

_RECORDS: Final = {
    "accept_letter": Deed(_CHANGE, "校对通过了寄语"),
    "add_attachment": Deed(_CHANGE, "给记录加了附件"),
    "bring_in_paper": Deed(_CHANGE, "补录了纸上的记录", "家访 {visits} 次，谈心 {talks} 次，寄语 {letters} 份"),
    "cancel_schedule": Deed(_CHANGE, "取消了寄语的定时发布", "{count} 份"),
    "cancel_visit_plan": Deed(_CHANGE, "取消了家访安排"),
    "change_visit_plan": Deed(_CHANGE, "改了家访安排"),
    "correct_letter": Deed(_CHANGE, "更正了已发布的寄语"),
    "delete_letter": Deed(_CHANGE, "删除了寄语"),
    "delete_meeting": Deed(_CHANGE, "删除了研讨记录"),
    "delete_talk": Deed(_CHANGE, "删除了谈心"),
    "delete_visit": Deed(_CHANGE, "删除了家访"),
    "edit_letter": Deed(_CHANGE, "校对时改了寄语"),
    "hand_in_letter": Deed(_CHANGE, "交了寄语"),
    "hand_in_visit_wish": Deed(_CHANGE, "填了家访意愿", nobody=FAMILY),
    "hold_meeting": Deed(_CHANGE, "写了研讨记录"),
    "log_talk": Deed(_CHANGE, "登记了谈心"),
    "log_visit": Deed(_CHANGE, "登记了家访"),
    "open_attachment": Deed(_READ, "打开了记录的附件"),
    "open_history": Deed(_READ, "查看了记录的修改经过"),
    "open_letter": Deed(_READ, "打开了寄语"),
    "open_meeting": Deed(_READ, "打开了研讨记录"),
    "open_pupil": Deed(_READ, "打开了学生的档案"),
    "plan_visits": Deed(_CHANGE, "安排了家访", "{pupils} 名学生"),
    "print_lined_letters": Deed(_PRINT, "打印了手写寄语的空白页", "{letters} 份"),
    "read_reply": Deed(_READ, "看了家长回音"),
    "release_letters": Deed(_CHANGE, "发布了寄语", "{count} 份"),
    "remove_attachment": Deed(_CHANGE, "删除了记录的附件"),
    "reply_to_letter": Deed(_CHANGE, "写了家长回音", nobody=FAMILY),
    "restore_attachment": Deed(_CHANGE, "恢复了记录的附件"),
    "restore_letter": Deed(_CHANGE, "恢复了寄语"),
    "restore_meeting": Deed(_CHANGE, "恢复了研讨记录"),
    "restore_talk": Deed(_CHANGE, "恢复了谈心"),
    "restore_visit": Deed(_CHANGE, "恢复了家访"),
    "restore_visit_plan": Deed(_CHANGE, "恢复了家访安排"),
    "return_letter": Deed(_CHANGE, "退回了寄语"),
    "save_letter": Deed(_CHANGE, "写了寄语"),
    "schedule_letters": Deed(_CHANGE, "定时发布寄语", "{count} 份"),
    "unmark_handwritten": Deed(_CHANGE, "把寄语改回电脑填写"),
    "update_meeting": Deed(_CHANGE, "改了研讨记录"),
    "update_talk": Deed(_CHANGE, "改了谈心"),
    "update_visit": Deed(_CHANGE, "改了家访"),
    "withdraw_letters": Deed(_CHANGE, "撤回了寄语", "{count} 份"),
    "withdraw_visit_wish": Deed(_CHANGE, "收回了家访意愿", nobody=FAMILY),
    "write_handover": Deed(_CHANGE, "写了交接说明"),
    # Referrals and cards: who confides what to whom.
    "acknowledge_referral": _closed(_CHANGE),
    "answer_card": _closed(_CHANGE),
    "answer_referral": _closed(_CHANGE),
    "close_card": _closed(_CHANGE),
    "close_referral": _closed(_CHANGE),
    "decide_card_home": _closed(_CHANGE),
    "enter_card": _closed(_CHANGE),
    "hand_in_card": _closed(_CHANGE, FAMILY),
    "meet_for_card": _closed(_CHANGE),
    "open_card": _closed(_READ),
    "open_referral": _closed(_READ),
    "open_shared_note": _closed(_READ),
    "refer": _closed(_CHANGE),
    "reopen_card": _closed(_CHANGE),
    "reopen_referral": _closed(_CHANGE),
    "write_referral_notes": _closed(_CHANGE),
}

_PAPERS: Final = {
    "book_remark": Deed(_CHANGE, "写了记录本的备注"),
    "cancel_job": Deed(_PRINT, "取消了后台任务", "{kind}"),
    "create_job": Deed(_PRINT, "开始了后台任务", "{kind}，{items} 项"),
    "download_marked_roster": Deed(_EXPORT, "下载了标出问题的名册"),
    "download_result": Deed(_EXPORT, "下载了做好的文件"),
    "export_roster": Deed(_EXPORT, "导出了名册", "{rows} 行"),
    "keep_check_items": Deed(_CHANGE, "改了记录本的检查要点"),
    "mark_books": Deed(_CHANGE, "登记了记录本收发", "{count} 本"),
    "order_term_material": Deed(_PRINT, "生成了期末材料", "{reason}"),
    "print_appointments": Deed(_PRINT, "打印了聘书", "{appointments} 张"),
    "print_awards": Deed(_PRINT, "打印了奖状", "{awards} 张"),
    "print_badges": Deed(_PRINT, "打印了导师证", "{badges} 张"),
    "print_book": Deed(_PRINT, "打印了导师记录本", "{pupils} 名学生"),
    "print_book_list": Deed(_PRINT, "打印了记录本收发登记表", "{books} 本"),
    "print_books": Deed(_PRINT, "打印了导师记录本", "{books} 本"),
    "print_class_summary": Deed(_PRINT, "打印了班级学期小结", "{pupils} 名学生"),
    "print_commendation": Deed(_PRINT, "打印了教育局的奖状"),
    "print_leader_page": Deed(_PRINT, "打印了总览"),
    "print_letters": Deed(_PRINT, "打印了寄语", "{letters} 份"),
    "print_letters_to_parents": Deed(_PRINT, "打印了告家长书", "{pupils} 份"),
    "print_service_certificates": Deed(_PRINT, "打印了导师工作证明", "{certificates} 张"),
    "print_term_report": Deed(_PRINT, "取了学期报告"),
    "print_training": Deed(_PRINT, "打印了培训证明", "{certificates} 张"),
    "return_book": Deed(_CHANGE, "退回了记录本"),
    "save_paper_settings": Deed(_CHANGE, "改了版面设置"),
    "take_out_list": Deed(_EXPORT, "导出或打印了名单", "{list}，{as}，用途：{reason}，{rows} 行"),
    "undo_books": Deed(_CHANGE, "收回了记录本收发的登记", "{count} 本"),
}

_SLIPS: Final = {
    "end_slip_on": Deed(_SLIP, "改了凭条的有效期"),
    "issue_slips": Deed(_SLIP, "打印了家长凭条", "{pupils} 张"),
    "open_slip": Deed(_SLIP, "打开了家长凭条", nobody="家长"),
    "renew_slip": Deed(_SLIP, "换发了家长凭条"),
    "revoke_slip": Deed(_SLIP, "作废了家长凭条"),
    "slip_refused": Deed(_SLIP, "输错了凭条码或手机号", nobody="有人"),
}

_SCHOOL: Final = {
    "add_announcement_file": Deed(_CHANGE, "给公告加了附件"),
    "add_plan_file": Deed(_CHANGE, "给方案加了文件"),
    "add_robot": Deed(_CHANGE, "添加了群机器人"),
    "add_training_file": Deed(_CHANGE, "给培训加了材料"),
    "change_award_round": Deed(_CHANGE, "改了表彰"),
    "change_calendar": Deed(_CHANGE, "改了校历"),
    "change_experience_note": Deed(_CHANGE, "改了经验分享"),
    "change_plan": Deed(_CHANGE, "改了方案", "第 {version} 版"),
    "change_reminders": Deed(_CHANGE, "改了提醒规则"),
    "change_school": Deed(_CHANGE, "改了学校信息"),
    "check_plan": Deed(_CHANGE, "看过了方案"),
    "choose_modules": Deed(_CHANGE, "改了使用的模块"),
    "commend": Deed(_CHANGE, "表彰了学校或教师"),
    "correct_announcement": Deed(_CHANGE, "更正了公告"),
    "create_training": Deed(_CHANGE, "建了培训"),
    "delete_training": Deed(_CHANGE, "删除了培训"),
    "drop_award": Deed(_CHANGE, "从表彰名单里去掉了一位"),
    "end_pause": Deed(_CHANGE, "恢复了提醒"),
    "hand_in_experience_note": Deed(_CHANGE, "交了经验分享"),
    "honour": Deed(_CHANGE, "在表彰名单里加了一位"),
    "keep_rubric_notes": Deed(_CHANGE, "写了评价表", names=False),
    "nominate": Deed(_CHANGE, "推荐了表彰", names=False),
    "open_award_round": Deed(_CHANGE, "开始了表彰"),
    "open_school": Deed(_CHANGE, "开通了学校"),
    "pass_on_experience_note": Deed(_CHANGE, "把经验分享报给了教育局"),
    "pause_reminders": Deed(_CHANGE, "暂停了提醒", names=False),
    "publish_announcement": Deed(_CHANGE, "发布了公告"),
    "publish_awards": Deed(_CHANGE, "公布了表彰", "{awards} 位"),
    "publish_city_plan": Deed(_CHANGE, "发布了全市方案"),
    "publish_experience_note": Deed(_CHANGE, "发布了经验分享"),
    "put_first_weeks_away": Deed(_CHANGE, "收起了第一周"),
    "read_nominations": Deed(_READ, "查看了推荐"),
    "remind_announcement": Deed(_CHANGE, "提醒看公告", "{people} 位"),
    "remind_mentors": Deed(_CHANGE, "提醒了导师", "{people} 位"),
    "remove_announcement_file": Deed(_CHANGE, "去掉了公告的附件"),
    "remove_plan_file": Deed(_CHANGE, "去掉了方案的文件"),
    "remove_robot": Deed(_CHANGE, "移除了群机器人"),
    "remove_training_file": Deed(_CHANGE, "去掉了培训的材料"),
    "restore_plan_file": Deed(_CHANGE, "恢复了方案的文件"),
    "restore_training_file": Deed(_CHANGE, "恢复了培训的材料"),
    "return_experience_note": Deed(_CHANGE, "退回了经验分享"),
    "save_plan_document": Deed(_CHANGE, "改了方案全文", "第 {version} 版"),
    "save_term_comment": Deed(_CHANGE, "写了学期报告里学校的话"),
    "prune_audit": Deed(_CHANGE, "删除了过期的使用记录", "{count} 行"),
    "set_audit_months": Deed(_CHANGE, "改了使用记录的保留时间", "{months} 个月"),
    "send_again": Deed(_CHANGE, "把没有送达的消息再发一次", "{count} 条"),
    "set_attendance": Deed(_CHANGE, "登记了培训签到", "新加 {added} 位，去掉 {removed} 位"),
    "set_push_hours": Deed(_CHANGE, "改了发送时间"),
    "switch_robot": Deed(_CHANGE, "开关了群机器人"),
    "take_back_awards": Deed(_CHANGE, "收回了公布的表彰"),
    "take_back_commendation": Deed(_CHANGE, "收回了教育局的表彰"),
    "take_back_nomination": Deed(_CHANGE, "收回了推荐", names=False),
    "take_city_rules": Deed(_CHANGE, "采用了全市方案的规则"),
    "take_city_texts": Deed(_CHANGE, "采用了全市方案的正文"),
    "take_first_weeks_out": Deed(_CHANGE, "重新打开了第一周"),
    "try_robot": Deed(_CHANGE, "试发了群机器人"),
    "update_training": Deed(_CHANGE, "改了培训"),
    "withdraw_announcement": Deed(_CHANGE, "撤回了公告"),
    "withdraw_award_round": Deed(_CHANGE, "撤回了表彰"),
    "withdraw_city_plan": Deed(_CHANGE, "撤回了全市方案"),
    "withdraw_experience_note": Deed(_CHANGE, "收回了经验分享"),
    "withdraw_plan": Deed(_CHANGE, "撤回了一版方案"),
    "write_experience_note": Deed(_CHANGE, "写了经验分享"),
}

#: Every verb that any service or page writes to the audit.
DEEDS: Final[Mapping[str, Deed]] = (
    _ACCOUNTS | _PEOPLE | _MATCHING | _RECORDS | _PAPERS | _SLIPS | _SCHOOL
)  # fmt: skip
#: What a line says whose verb is of a version that is no longer here.
UNKNOWN: Final = Deed(_CHANGE, "做了一项操作", names=False)


def verbs_of(kind: DeedKind) -> list[str]:
    """The verbs of one kind."""
    return sorted(verb for verb, deed in DEEDS.items() if deed.kind == kind)
