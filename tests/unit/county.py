"""What the unit tests share: a county's policy, its hours, its areas and the moments of its days."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from config.calendar import Calendar
from config.loader import load_policy
from config.models import Tier
from notifications.quiet import Hours

ZONE = ZoneInfo("Asia/Shanghai")
POLICY = load_policy("hebei")
CALENDAR = Calendar(POLICY.calendar.announced)
HOURS = Hours(POLICY.quiet, CALENDAR, ZONE)

CITY, COUNTY, TOWN = "130800000000", "130828000000", "130828107000"
VILLAGE, GROUP = "130828107206", "130828107206-01"
OTHER_TOWN, OTHER_VILLAGE, OTHER_GROUP = "130828108000", "130828107207", "130828107206-02"

ABOVE_VILLAGE = [(Tier.township, TOWN), (Tier.county, COUNTY), (Tier.city, CITY)]
LINEAGE = {
    GROUP: [(Tier.grid, GROUP), (Tier.village, VILLAGE), *ABOVE_VILLAGE],
    OTHER_GROUP: [(Tier.grid, OTHER_GROUP), (Tier.village, VILLAGE), *ABOVE_VILLAGE],
    VILLAGE: [(Tier.village, VILLAGE), *ABOVE_VILLAGE],
    OTHER_VILLAGE: [(Tier.village, OTHER_VILLAGE), *ABOVE_VILLAGE],
    TOWN: ABOVE_VILLAGE,
    OTHER_TOWN: [(Tier.township, OTHER_TOWN), *ABOVE_VILLAGE[1:]],
    COUNTY: ABOVE_VILLAGE[1:],
    CITY: ABOVE_VILLAGE[2:],
}


def moment(text: str) -> datetime:
    """2026-03-12 09:00, in the county."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def short(moment: datetime) -> str:
    """03-12 09:00."""
    return f"{moment:%m-%d %H:%M}"


def midnight_after(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), ZONE)
