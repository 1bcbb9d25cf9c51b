"""Who is in the story: about 40 accounts, what they use, and how they pay."""

from dataclasses import dataclass
from enum import StrEnum


class Habit(StrEnum):
    """How an account deals with its invoices."""

    PROMPT = "prompt"  # Pays by transfer some days before the due day.
    LATE = "late"  # Pays a fortnight after it.
    SLOW = "slow"  # Pays seven weeks after it.
    STOPPED = "stopped"  # Paid promptly until four months ago, and nothing since.
    CARD = "card"  # A saved card that works.
    CARD_FAILING = "card_failing"  # A saved card that is declined since this month.
    CARD_DEAD = "card_dead"  # A saved card that is declined for three months.


@dataclass(frozen=True, slots=True)
class Cast:
    """One customer at Stripe.

    `minutes` and `numbers` are what it uses in a month at the start; `growth` is how many percent
    more with each month. `months` is since when it is a customer. `renewed_days_ago` in place of
    `anchor_day` is for one whose card is being tried again, whatever day of the month it is.
    """

    name: str
    currency: str = "usd"
    organisation: str | None = None
    company: str | None = None
    zone: str | None = None
    plan: str = "team"
    minutes: int = 4_000
    numbers: int = 6
    growth: int = 2
    habit: Habit = Habit.PROMPT
    terms: int = 30
    anchor_day: int = 1
    renewed_days_ago: int | None = None
    months: int = 18
    tax: str | None = None
    coupon: str | None = None
    credit: int = 0  # Minor units of credit balance, given two months ago.


NEW_YORK, DENVER, LOS_ANGELES = "America/New_York", "America/Denver", "America/Los_Angeles"
LONDON, BERLIN, PARIS = "Europe/London", "Europe/Berlin", "Europe/Paris"
TOKYO, KUWAIT, KATHMANDU, SYDNEY = "Asia/Tokyo", "Asia/Kuwait", "Asia/Kathmandu", "Australia/Sydney"

# A name at the length that forms allow, as somebody will have one.
LONG_NAME = (
    "The Honourable and Ancient Society of Telephone Exchange Operators, Switchboard Engineers and "
    "Friends of the Rotary Dial in the Northern Counties (Incorporated by Guarantee, 1911)"
)

CAST: tuple[Cast, ...] = (
    # Organisations with companies of their own.
    Cast("Acme East Inc.", organisation="Acme", company="Acme East", zone=NEW_YORK, minutes=21_000,
         numbers=40, plan="scale", habit=Habit.LATE),
    Cast("Acme West LLC", organisation="Acme", company="Acme West", zone=LOS_ANGELES, minutes=9_500,
         numbers=18, habit=Habit.PROMPT),
    Cast("Acme Labs", organisation="Acme", company="Acme Labs", zone=NEW_YORK, minutes=800,
         numbers=2, months=7, habit=Habit.STOPPED),
    Cast("Borealis Deutschland GmbH", "eur", organisation="Borealis", company="Borealis Berlin",
         zone=BERLIN, tax="de", minutes=15_000, numbers=25, plan="scale"),
    Cast("Borealis France SARL", "eur", organisation="Borealis", company="Borealis Paris",
         zone=PARIS, tax="fr", minutes=6_400, numbers=11, habit=Habit.SLOW),
    Cast("Borealis UK Ltd", "gbp", organisation="Borealis", company="Borealis London", zone=LONDON,
         tax="gb", minutes=7_700, numbers=14, habit=Habit.LATE),
    Cast("Halcyon Motors (Retail)", organisation="Halcyon Motors", company="Halcyon Retail",
         zone=DENVER, minutes=5_200, habit=Habit.CARD, anchor_day=15),
    Cast("Halcyon Motors (Fleet)", organisation="Halcyon Motors", company="Halcyon Fleet",
         zone=DENVER, minutes=3_100, habit=Habit.CARD_FAILING, renewed_days_ago=2),
    Cast("Northwind Clinics – Front Desk", organisation="Northwind Clinics",
         company="Northwind Front Desk", zone=NEW_YORK, minutes=12_800, numbers=33, plan="scale"),
    Cast("Northwind Clinics – Hotline", organisation="Northwind Clinics",
         company="Northwind Hotline", zone=NEW_YORK, minutes=30_500, numbers=5, plan="scale",
         habit=Habit.LATE, credit=25_000),
    # Companies by their own name.
    Cast("Bluebird Dental", company="Bluebird Dental", zone=NEW_YORK, minutes=900, numbers=2,
         plan="solo", habit=Habit.CARD),
    Cast("Cedar & Sons Plumbing", company="Cedar & Sons Plumbing", zone=DENVER, minutes=1_200,
         numbers=3, plan="solo", habit=Habit.CARD_DEAD),
    Cast("Delta Towing", company="Delta Towing", zone=LOS_ANGELES, minutes=2_600, terms=14,
         habit=Habit.STOPPED),
    Cast("Evergreen Estates", company="Evergreen Estates", zone=LOS_ANGELES, minutes=3_900),
    Cast("Foxglove Florists", "gbp", company="Foxglove Florists", zone=LONDON, tax="gb",
         minutes=700, plan="solo", numbers=1, habit=Habit.CARD),
    Cast("Gable Roofing", company="Gable Roofing", zone=NEW_YORK, minutes=1_900, terms=14,
         habit=Habit.SLOW),
    Cast("Harbour Legal LLP", "gbp", company="Harbour Legal", zone=LONDON, tax="gb", minutes=8_800,
         numbers=20, coupon="loyal"),
    Cast("Ibis Travel", "eur", company="Ibis Travel", zone=PARIS, tax="fr", minutes=5_600,
         anchor_day=31, habit=Habit.LATE),
    Cast("Juniper Insurance", company="Juniper Insurance", zone=NEW_YORK, minutes=26_000,
         numbers=60, plan="scale", coupon="loyal"),
    Cast("Kestrel Couriers", "gbp", company="Kestrel Couriers", zone=LONDON, minutes=4_300,
         habit=Habit.CARD, anchor_day=15),
    Cast("Lumen Energy", "eur", company="Lumen Energy", zone=BERLIN, tax="de", minutes=11_200,
         numbers=16, plan="scale", habit=Habit.STOPPED),
    Cast("Marigold Care Homes", "gbp", company="Marigold Care Homes", zone=LONDON, minutes=6_900),
    Cast("Nimbus Cloud Kitchens", company="Nimbus Cloud Kitchens", zone=LOS_ANGELES, minutes=1_500,
         growth=9, months=10, habit=Habit.CARD),
    Cast("Orchard Pediatrics", company="Orchard Pediatrics", zone=DENVER, minutes=2_200),
    Cast("Pioneer Pest Control", company="Pioneer Pest Control", zone=DENVER, minutes=3_300,
         terms=14, habit=Habit.LATE),
    Cast("Quartz Property Group", company="Quartz Property Group", zone="Australia/Sydney",
         minutes=9_900, numbers=21),
    Cast("Riverside HVAC", company="Riverside HVAC", zone=NEW_YORK, minutes=2_800, terms=14,
         habit=Habit.CARD),
    Cast("Summit Ski School", "eur", company="Summit Ski School", zone=BERLIN, tax="de",
         minutes=600, plan="solo", numbers=2, growth=5),
    Cast("Tamarind Restaurants", company="Tamarind Restaurants", zone=LOS_ANGELES, minutes=4_700,
         habit=Habit.SLOW),
    Cast("Umbra Lighting", "eur", company="Umbra Lighting", zone=PARIS, tax="fr", minutes=1_100),
    # Names as they come.
    Cast("日本コール株式会社", "jpy", company="日本コール株式会社", zone=TOKYO, minutes=8_400,
         numbers=12),
    Cast("شركة الخليج للاتصالات", "kwd", company="شركة الخليج للاتصالات", zone=KUWAIT,
         minutes=6_100, numbers=9, habit=Habit.LATE),
    Cast("Himalaya Heli Tours", company="Himalaya Heli Tours", zone=KATHMANDU, minutes=500,
         plan="solo", numbers=1),
    Cast("<!channel> Alerts & Alarms", company="<!channel> Alerts & Alarms", zone=NEW_YORK,
         minutes=1_400, habit=Habit.LATE),
    Cast("*Bold* _Moves_ ~Removals~ `Ltd`", "gbp", company="*Bold* _Moves_ ~Removals~ `Ltd`",
         zone=LONDON, minutes=1_000),
    Cast("O'Brien \"The Voice\" Media", company="O'Brien \"The Voice\" Media", zone=NEW_YORK,
         minutes=2_000, habit=Habit.CARD),
    Cast(LONG_NAME, "gbp", company=LONG_NAME, zone=LONDON, minutes=300, plan="solo", numbers=1),
    # Two that look alike: the second begins with a Greek letter.
    Cast("Zenith Telecom", company="Zenith Telecom", zone=NEW_YORK, minutes=3_000),
    Cast("\N{GREEK CAPITAL LETTER ZETA}enith Telecom",
         company="\N{GREEK CAPITAL LETTER ZETA}enith Telecom", zone=NEW_YORK, minutes=450, months=3,
         plan="solo", habit=Habit.STOPPED),
    # A customer without any metadata is its own account, in the default zone.
    Cast("Walk-in Customer 1042", minutes=200, plan="solo", numbers=1, months=6),
)  # fmt: skip
