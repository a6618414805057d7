/** Evaluates every SLO of a signal at one instant. */
import type { Signal } from '../../../schemas/names.ts';
import { evaluateTiers } from '../alerts/evaluate-tiers.ts';
import type { KnownSlo } from '../replica/definition-book.ts';
import type { EngineReplica } from '../replica.ts';
import { sliceFrom } from '../slices/slice.ts';
import type { AlertRecord } from '../types.ts';

export interface InstantInput {
  readonly signal: Signal;
  readonly atMillis: number;
  /** The present; an alert found long after its instant is marked retroactive. */
  readonly nowMillis: number;
}

/** Moves the alerts of the signal's SLOs to an instant; changed alerts are put into the replica and returned. */
export function evaluateInstant(replica: EngineReplica, input: InstantInput): readonly AlertRecord[] {
  const slos = replica.definitions.inForce();
  const own = slos.filter(({ definition }) => definition.indicator.total.signal === input.signal);
  return own.flatMap((known) => evaluateSlo(replica, known, input));
}

function evaluateSlo(replica: EngineReplica, known: KnownSlo, input: InstantInput): readonly AlertRecord[] {
  const { atMillis, nowMillis } = input;
  const at = replica.generationAt(known, sliceFrom(atMillis) - 1);
  const { slo } = known.entry;
  const changes = evaluateTiers({
    slo,
    definition: known.definition,
    objectives: known.objectives,
    instant: replica.instantOf(known, at, atMillis),
    samples: at.counts.samples,
    open: replica.alertBook.open(slo),
    nowMillis,
  });
  for (const alert of changes) replica.alertBook.put(alert);
  return changes;
}

/** Ends the open alerts of SLOs that are no longer defined; returns them. */
export function endOrphans(replica: EngineReplica, atMillis: number): readonly AlertRecord[] {
  const orphans = replica.alertBook.allOpen().filter(({ slo }) => replica.definitions.get(slo) === undefined);
  const endedAt = new Date(atMillis).toISOString();
  const ended = orphans.map((alert) => ({ ...alert, endedAt, state: 'resolved' as const }));
  for (const alert of ended) replica.alertBook.put(alert);
  return ended;
}
