"""Whatever is understood can be asked again by its canonical text, as buttons do."""

from hypothesis import example, given
from hypothesis import strategies as st

from bot.clock import Month
from bot.errors import BadRequest
from bot.queries.cards import Status
from handlers.slack.filters import STATUSES, DaysLate, Minimum
from handlers.slack.grammar import (
    ListInvoices,
    Query,
    ShowHistory,
    ShowInvoice,
    canonical,
    parse_invoice,
)

# Whatever a person may get into the box of a command, and more.
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=200)
# Pieces that mean something here, so that odd mixtures of them come up often.
PIECES = st.lists(
    st.sampled_from(
        [
            *("list", "help", "history", "share"),
            *("entity:", "status:", "from:", "to:", "min:", "text:"),
            *("currency:", "late:", "31-60", "91+", "0"),
            *("open", "past due", "2026-10-01", "2026-10", "100", "eur", "Acme", "1234", "foo:"),
            *(
                '"',
                "“",
                "”",
                "'",
                "’",
                "\\",
                "&amp;",
                "&lt;",
                "<https://a.example|b>",
                " ",
                "\u00a0",
            ),
        ]
    ),
    max_size=15,
).map(" ".join)
NAMES = st.text(min_size=1, max_size=80).map(lambda text: " ".join(text.split())).filter(bool)


@given(ANYTHING | PIECES)
@example('"')
@example("list entity:")
@example("<https://|>")
def test_whatever_is_written_is_understood_or_refused(text: str) -> None:
    try:
        query = parse_invoice(text)
    except BadRequest:
        return

    assert parse_invoice(canonical(query)) == query


@st.composite
def queries(draw: st.DrawFn) -> Query:
    """Every query that somebody could ask for, with names as odd as they come."""
    names = NAMES.filter(_can_be_typed)
    if draw(st.booleans()):
        return ShowHistory(draw(names), is_shared=draw(st.booleans()))
    if draw(st.booleans()):
        months = st.builds(Month, st.integers(1, 9999), st.integers(1, 12))
        return ShowInvoice(draw(names), draw(st.none() | months), is_shared=draw(st.booleans()))
    days = st.none() | st.dates()
    first, last = draw(days), draw(days)
    if first and last:
        first, last = min(first, last), max(first, last)
    amounts = st.decimals(0, 10**12, places=2, allow_nan=False)
    first_late, last_late = sorted(draw(st.lists(st.integers(0, 9999), min_size=2, max_size=2)))
    late = draw(
        st.sampled_from([None, DaysLate(first_late, last_late), DaysLate(first_late, None)])
    )
    # Only what is open is late.
    statuses = [Status.OPEN, Status.PAST_DUE] if late else list(STATUSES.values())
    currency = draw(st.none() | st.sampled_from(["eur", "kwd"]))
    return ListInvoices(
        entity=draw(st.none() | names),
        status=draw(st.none() | st.sampled_from(statuses)),
        currency=currency,
        late=late,
        from_day=first,
        to_day=last,
        minimum=draw(
            st.none()
            | st.builds(
                Minimum, amounts, st.sampled_from([None, currency] if currency else [None, "kwd"])
            )
        ),
        text=draw(st.none() | names),
        is_shared=draw(st.booleans()),
    )


def _can_be_typed(name: str) -> bool:
    try:
        query = parse_invoice(canonical(ShowInvoice(name)))
    except BadRequest:
        return False
    return query == ShowInvoice(name)


@given(queries())
def test_a_query_is_asked_again_by_its_canonical_text(query: Query) -> None:
    assert parse_invoice(canonical(query)) == query


def test_names_with_signs_of_our_own_survive_the_round_trip() -> None:
    for name in ('say "hi"', "back\\slash", "&lt;", "<!channel>", "status: open", "share", "“x”"):
        assert _can_be_typed(name)
