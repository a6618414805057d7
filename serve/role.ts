/** The parts of the work a process can take on. */
export const ROLES = ['receiver', 'writer', 'engine', 'query'] as const;
export type Role = (typeof ROLES)[number];

/** The roles of a list such as `receiver,writer`. Throws a `RangeError` that names what is not one. */
export function parseRoles(list: string): ReadonlySet<Role> {
  const names = list.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !ROLES.includes(name as Role));
  if (unknown !== undefined) {
    throw new RangeError(
      `Cannot take on a role other than ${ROLES.join(', ')}: current value is "${unknown}"`,
    );
  }
  return new Set(names as Role[]);
}
