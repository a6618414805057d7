import { LogError } from '../../errors.ts';

/** Resolves when all have; rejects only when none is under way any more, with a definite failure if there is one. */
export async function allOver(promises: readonly Promise<unknown>[]): Promise<void> {
  const reasons = (await Promise.allSettled(promises)).flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  if (reasons.length > 0) throw reasons.find((reason) => reason instanceof LogError) ?? reasons[0];
}
