// Names come from outside: `constructor` must not find what every object inherits.

/** What a table itself holds under a name, or undefined. */
export const own = (table, name) => (Object.hasOwn(table, name) ? table[name] : undefined);
