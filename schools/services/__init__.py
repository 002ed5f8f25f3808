"""The only writers of schools, years, classes, plans and paper settings. They know no user: callers log the actor."""

from schools.contexts import TermDates
from schools.services.calendars import MOST_DATES, NAME_LENGTH, clean_dates, dates_of_year, make_year, set_dates
from schools.services.describing import describe_school, keep_audit_for, show_first_weeks, use_modules
from schools.services.grades import GradeProblem, add_grade, name_grades, naming_problems, remove_grade
from schools.services.papers import PLACEHOLDERS, PaperProblem, clean_words, paper_problems, save_paper_settings
from schools.services.plans import FARTHEST, MOST_TIMES, check_rules, copy_plan, create_plan, revise_plan, withdraw_plan
from schools.services.years import (
    NewSchool,
    create_class,
    create_classes,
    create_school,
    create_schools,
    open_year,
    promote_classes,
)

__all__ = [
    "FARTHEST",
    "MOST_DATES",
    "MOST_TIMES",
    "NAME_LENGTH",
    "PLACEHOLDERS",
    "GradeProblem",
    "NewSchool",
    "PaperProblem",
    "TermDates",
    "add_grade",
    "check_rules",
    "clean_dates",
    "clean_words",
    "copy_plan",
    "create_class",
    "create_classes",
    "create_plan",
    "create_school",
    "create_schools",
    "dates_of_year",
    "describe_school",
    "keep_audit_for",
    "make_year",
    "name_grades",
    "naming_problems",
    "open_year",
    "paper_problems",
    "promote_classes",
    "remove_grade",
    "revise_plan",
    "save_paper_settings",
    "set_dates",
    "show_first_weeks",
    "use_modules",
    "withdraw_plan",
]
