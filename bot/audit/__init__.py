"""The audit trail: record a deed in its own transaction; verify, export and anchor the chain.

Every entry's `mac` is made of the entry and of the mac before it, with a key that is not in the
database, so whoever changes, removes, adds or reorders entries there is found out. Whoever cuts the
end off is found out by the head's seal; or, where they put an older head back, by an anchor: number
and mac of an entry, kept where the database's owner can't change it. This stops nobody; it shows.
"""
