/**
 * In a cluster every table is two: `<name>_local` holds a server's own rows and is what INSERTs go to; the usual name
 * is a Distributed table over all of them, for readers.
 */
export function localTable(name: string): string {
  return `${name}_local`;
}
