/** One name for an SLO across tenants. */

/**
 * The key of an SLO in records, maps and on the log: `tenant/name`, or just the name for the default tenant `''`.
 * Unique because SLO names hold no slash.
 */
export function sloKey(slo: { readonly tenant: string; readonly name: string }): string {
  return slo.tenant === '' ? slo.name : `${slo.tenant}/${slo.name}`;
}

/** Tenant and name out of a key. */
export function parseSloKey(key: string): { readonly tenant: string; readonly name: string } {
  const slash = key.lastIndexOf('/');
  return { tenant: key.slice(0, Math.max(slash, 0)), name: key.slice(slash + 1) };
}
