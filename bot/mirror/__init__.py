"""What Stripe says, copied: reading it, translating it, storing it, and knowing that it is right.

Three rules hold everywhere. An event is a hint, never the truth. A row is only written from a read,
and an older read never replaces a newer one: each draws a ticket before it begins. Nothing that
Stripe adds to its answers may stop the mirror.
"""
