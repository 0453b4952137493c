"""The shape of the policy: what a county may write in its YAML files (design §6, domain §9.2)."""

from config.models.county import (
    CalendarFile,
    ClueRule,
    ClueRulesFile,
    CountyFile,
    IncomeFile,
    IncomeLine,
    Level,
    LevelsFile,
    Policy,
    QuietFile,
    TextsFile,
    Window,
)
from config.models.deadlines import DayKind, Profile, ProfilesFile
from config.models.forms import Choice, Confirm, Form, Mark, OutcomeRule, Question, QuestionType, Suggest
from config.models.part import Expression, Misplaced, Name, Part, PolicyFile
from config.models.people import PostRule, PostsFile, Tier
from config.models.procedures import Effect, Outcome, Procedure, Step, StepKind
from config.models.telling import Anchor, LadderFile, Mode, Relative, RoutingFile, RungRule, RungTo, Told

__all__ = [
    "Anchor",
    "CalendarFile",
    "Choice",
    "ClueRule",
    "ClueRulesFile",
    "Confirm",
    "CountyFile",
    "DayKind",
    "Effect",
    "Expression",
    "Form",
    "IncomeFile",
    "IncomeLine",
    "LadderFile",
    "Level",
    "LevelsFile",
    "Mark",
    "Misplaced",
    "Mode",
    "Name",
    "Outcome",
    "OutcomeRule",
    "Part",
    "Policy",
    "PolicyFile",
    "PostRule",
    "PostsFile",
    "Procedure",
    "Profile",
    "ProfilesFile",
    "Question",
    "QuestionType",
    "QuietFile",
    "Relative",
    "RoutingFile",
    "RungRule",
    "RungTo",
    "Step",
    "StepKind",
    "Suggest",
    "TextsFile",
    "Tier",
    "Told",
    "Window",
]
