"""The words of the page 使用记录."""

from django.db import models


class DeedKind(models.TextChoices):
    """What kind of deed a line tells, as the page's filter offers them."""

    CHANGE = "change", "修改"
    READ = "read", "查阅"
    ACCOUNT = "account", "登录和账号"
    EXPORT = "export", "导出"
    PRINT = "print", "打印"
    SLIP = "slip", "家长凭条"
