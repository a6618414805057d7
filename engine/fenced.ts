/** Work on several partitions in one transaction, of which other members may have taken some over. */
import { LogError } from '../log/errors.ts';
import type { DurableLog, Transaction } from '../log/types.ts';

/** Whether another member owns a partition now. */
export function isFenced(error: unknown): boolean {
  return error instanceof LogError && error.code === 'fenced';
}

/**
 * Commits the parts in one transaction, or each in its own when one of them was taken over. Resolves with the parts
 * that were; the others are committed. Rejects when the log fails: any of them may be committed then.
 */
export async function transactParts<Part>(
  log: DurableLog,
  {
    parts,
    build,
  }: { readonly parts: readonly Part[]; readonly build: (parts: readonly Part[]) => Transaction },
): Promise<ReadonlySet<Part>> {
  try {
    await log.transact(build(parts));
    return new Set();
  } catch (error) {
    if (!isFenced(error)) throw error;
    if (parts.length === 1) return new Set(parts);
  }
  const fenced = new Set<Part>();
  for (const part of parts) {
    for (const each of await transactParts(log, { parts: [part], build })) fenced.add(each);
  }
  return fenced;
}
