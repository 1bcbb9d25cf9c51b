"""The audit trail: who did what and when, chained so that a change to it shows.

Written by bot.audit alone. Triggers in both databases let entries be added and nothing else; what
about a person may have to be forgotten stands apart, and the chain holds a fingerprint of it.
"""

from datetime import datetime

from sqlalchemy import Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.models.base import Base

# Most entries are about no invoice.
_OF_INVOICE = text("invoice_id IS NOT NULL")


class AuditEntry(Base):
    """One deed; `number` counts from 1 without a gap, in the order of the commits.

    `actor_ref` leads to a PrivateText with the person's Slack id, and is None for Tallyman itself.
    `basis` is the right that they used: a role, and behind "@" the account it was for.
    `details` is canonical JSON, byte for byte what `mac` was made of.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_subject", "subject_kind", "subject_id", "number"),
        Index(
            "ix_audit_entries_invoice",
            "invoice_id",
            "number",
            sqlite_where=_OF_INVOICE,
            postgresql_where=_OF_INVOICE,
        ),
    )

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime]  # By the database's clock.
    actor_ref: Mapped[str | None] = mapped_column(String(64))
    basis: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))  # operation.stage: grant_role.done
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[str] = mapped_column(String(255))
    account_id: Mapped[int | None]
    invoice_id: Mapped[str | None] = mapped_column(String(255))
    request_id: Mapped[str] = mapped_column(String(64))
    details: Mapped[str] = mapped_column(Text)
    # Somebody had changed the head before this entry was added; told for ever, by the chain.
    is_after_break: Mapped[bool]
    key_name: Mapped[str] = mapped_column(String(16))
    mac: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """Where the trail ends. One row, locked by whoever adds an entry, so that numbers have no gaps.

    `seal` is made with the key too: whoever cuts off the end can't make one for what is left.
    """

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)  # Always 1.
    number: Mapped[int] = mapped_column(Integer)
    mac: Mapped[str] = mapped_column(String(64))
    key_name: Mapped[str] = mapped_column(String(16))
    seal: Mapped[str] = mapped_column(String(64))


class PrivateText(Base):
    """Something in the trail that may have to be forgotten; entries hold `ref`, a salted hash.

    `about` is whom it is about: U… in Slack, cus_… at Stripe. Forgetting empties it, its salt and
    its value, and names in `erased_in` the entry that says so.
    """

    __tablename__ = "audit_private_texts"
    __table_args__ = (Index("ix_audit_private_texts_about", "about", "is_name"),)

    ref: Mapped[str] = mapped_column(String(64), primary_key=True)
    about: Mapped[str] = mapped_column(String(255))
    is_name: Mapped[bool]  # Whether the value is that id itself; one such row serves all entries.
    salt: Mapped[str] = mapped_column(String(64))
    value: Mapped[str] = mapped_column(Text)
    erased_in: Mapped[int | None] = mapped_column(Integer, index=True)


class AttestedState(Base):
    """Which of the trail's texts says how a thing is that it tells the states of: the newest one.

    `kind` is price, customer or role. Only to see what has changed: the chain does not rest on it.
    """

    __tablename__ = "attested_states"

    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    object_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    ref: Mapped[str] = mapped_column(String(64))


class RefusalCount(Base):
    """How often somebody was refused or found nothing in one minute, so that a flood is counted."""

    __tablename__ = "refusal_counts"

    user_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    minute_at: Mapped[datetime] = mapped_column(primary_key=True)
    times: Mapped[int]
