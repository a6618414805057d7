/** Evaluates SLOs at one instant. */
import { endAlert } from '../alerts/alert-lanes.ts';
import { evaluateAlerts } from '../alerts/evaluate-alerts.ts';
import type { DefinitionBook, KnownSlo } from '../replica/definition-book.ts';
import type { PartitionReplica } from '../replica/partition-replica.ts';
import type { EngineReplica } from '../replica.ts';
import { sliceFrom } from '../slices/slice.ts';
import type { AlertRecord } from '../types.ts';

export interface InstantInput {
  readonly slos: readonly KnownSlo[];
  readonly atMillis: number;
  /** The present; an alert found long after its instant is marked retroactive. */
  readonly nowMillis: number;
}

/** Moves the SLOs' alerts to an instant; changed alerts are put into the replica and returned. */
export function evaluateInstant(replica: EngineReplica, input: InstantInput): readonly AlertRecord[] {
  return input.slos.flatMap((known) => evaluateSlo(replica, known, input));
}

function evaluateSlo(replica: EngineReplica, known: KnownSlo, input: InstantInput): readonly AlertRecord[] {
  const { atMillis, nowMillis } = input;
  const at = replica.generationAt(known, sliceFrom(atMillis) - 1);
  const { slo } = known.entry;
  const { alertBook } = replica.home(slo);
  const changes = evaluateAlerts({
    slo,
    definition: known.definition,
    objectives: known.objectivesAt(atMillis),
    instant: replica.instantOf(known, at, atMillis),
    samples: at.counts.samples,
    open: alertBook.open(slo),
    nowMillis,
  });
  for (const alert of changes) alertBook.put(alert);
  return changes;
}

/** Ends the open alerts of a partition's SLOs that are no longer defined; returns them. */
export function endOrphans(
  { alertBook }: PartitionReplica,
  { definitions, atMillis }: { readonly definitions: DefinitionBook; readonly atMillis: number },
): readonly AlertRecord[] {
  const orphans = alertBook.allOpen().filter(({ slo }) => definitions.get(slo) === undefined);
  const ended = orphans.map((alert) => endAlert(alert, atMillis));
  for (const alert of ended) alertBook.put(alert);
  return ended;
}
