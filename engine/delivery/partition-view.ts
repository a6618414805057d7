/**
 * What targets have to know of the alerts of one partition, as of a committed checkpoint. Pure.
 *
 * 1. An SLO whose evaluation has come to the present is told as it is. One that is behind (history is being caught up
 *    with, or the meters are) stays as it was told last: it neither fires nor ends until it is known how it is now.
 * 2. Right after the partition was taken up nothing was told yet. What the owner before knew a short while ago is then
 *    repeated, so that nothing ends at a target only because its owner changed.
 * 3. An alert that was found by catching up and is over by then is history. It ends only where it was told to fire.
 */
import type { Signal } from '../../schemas/names.ts';
import { ofKind } from '../core/alerts/alert-lanes.ts';
import { toNumber } from '../core/budget/fraction.ts';
import type { AlertBook } from '../core/replica/alert-book.ts';
import type { DefinitionBook, KnownSlo } from '../core/replica/definition-book.ts';
import { sliceMillis } from '../core/slices/slice.ts';
import { ALERT_KINDS } from '../core/types.ts';
import { alertLabels } from './alert-labels.ts';
import { type Episode, latestEpisodes } from './episodes.ts';
import { runbookUrl } from './links.ts';
import { CURRENT_MILLIS, RESOLVED_KEPT_MILLIS, VALID_MILLIS } from './timing.ts';
import type { Notification } from './types.ts';

/** A partition as it stood when a checkpoint of it was committed. */
export interface CommittedPartition {
  readonly partition: number;
  /** Another book tells that the partition was taken up anew. */
  readonly alertBook: AlertBook;
  /** SLOs whose alerts changed since the commit before. */
  readonly changed: readonly string[];
  /** Last slice edge evaluated, by signal. */
  readonly evaluated: ReadonlyMap<Signal, number>;
  readonly definitions: DefinitionBook;
  /** The SLOs in force that belong to the partition. */
  readonly slos: readonly KnownSlo[];
}

/** See above. */
export interface PartitionView {
  /** When the checkpoint was committed. */
  readonly committedMillis: number;
  /** Whether every SLO of the partition was evaluated up to then. */
  readonly isCurrent: boolean;
  /** What is told, by SLO: the very same list as in the view before where nothing changed. */
  readonly slos: ReadonlyMap<string, readonly Notification[]>;
  /** SLOs to look at again once they are up to date. */
  readonly behind: ReadonlySet<string>;
  /** What the view was made from. */
  readonly alertBook: AlertBook;
  readonly definitionsVersion: number;
}

/** The view after a commit; `before` is the one before it by the same owner. */
export function partitionView(
  committed: CommittedPartition,
  { nowMillis, before }: { readonly nowMillis: number; readonly before: PartitionView | undefined },
): PartitionView {
  const { definitions, alertBook } = committed;
  const after = new Date(nowMillis - RESOLVED_KEPT_MILLIS).toISOString();
  const slos = new Map(before?.slos);
  const behind = new Set<string>();
  for (const slo of toLookAt(committed, { before, after })) {
    const known = definitions.get(slo);
    const lag = lagMillis(committed, known, nowMillis);
    if (lag > CURRENT_MILLIS) behind.add(slo);
    if (lag > (before === undefined ? VALID_MILLIS : CURRENT_MILLIS)) continue;
    const told = slos.get(slo) ?? [];
    const objectives = known?.definition.objectives ?? [];
    const alerts = alertBook.ofSlo(slo);
    const episodes = ALERT_KINDS.flatMap((kind) =>
      latestEpisodes(ofKind(alerts, kind), { objectives, after }),
    );
    const news = episodes.filter((episode) => !isHistory(episode, told));
    const notifications = news.map((episode) => notification(episode, known));
    slos.set(slo, notifications);
  }
  dropOld(slos, after);
  return {
    committedMillis: nowMillis,
    isCurrent: committed.slos.every((known) => lagMillis(committed, known, nowMillis) <= CURRENT_MILLIS),
    slos,
    behind,
    alertBook,
    definitionsVersion: definitions.version,
  };
}

/** SLOs of which something else may have to be told than before. */
function toLookAt(
  { alertBook, changed, definitions }: CommittedPartition,
  { before, after }: { readonly before: PartitionView | undefined; readonly after: string },
): ReadonlySet<string> {
  const isSame = before?.alertBook === alertBook && before.definitionsVersion === definitions.version;
  if (isSame) return new Set([...before.behind, ...changed]);
  const slos = new Set(before?.slos.keys());
  for (const { slo, endedAt } of alertBook.all()) if (endedAt === null || endedAt >= after) slos.add(slo);
  return slos;
}

/** Takes out ends that have been told for long enough. */
function dropOld(slos: Map<string, readonly Notification[]>, after: string): void {
  for (const [slo, told] of slos) {
    const kept = told.filter(({ endsAt }) => endsAt === null || endsAt >= after);
    if (kept.length === 0) slos.delete(slo);
    else if (kept.length < told.length) slos.set(slo, kept);
  }
}

/** How far an SLO's evaluation is behind. One without data, or defined no more, has nothing to wait for. */
function lagMillis(
  { evaluated }: CommittedPartition,
  known: KnownSlo | undefined,
  nowMillis: number,
): number {
  if (known === undefined) return 0;
  const slice = evaluated.get(known.definition.indicator.total.signal);
  return slice === undefined ? 0 : nowMillis - sliceMillis(slice);
}

function isHistory({ key, alert, startsAt, endsAt }: Episode, told: readonly Notification[]): boolean {
  if (endsAt === null || !alert.retroactive) return false;
  return !told.some((each) => each.key === key && each.startsAt === startsAt);
}

function notification(episode: Episode, known: KnownSlo | undefined): Notification {
  const { key, alert, inhibited, startsAt, endsAt, incidentStartedAt } = episode;
  const objective = known?.definition.objectives.find(({ name }) => name === alert.objective);
  const runbook = runbookUrl(known?.definition.annotations ?? {});
  return {
    key,
    labels: alertLabels(alert),
    startsAt,
    endsAt,
    revision: [startsAt, endsAt, ...[alert, ...inhibited].map(({ id }) => id)].join('|'),
    burn: {
      alert,
      inhibited,
      displayName: known?.definition.displayName ?? alert.slo,
      target: objective === undefined ? null : toNumber(objective.target),
      ...(runbook === undefined ? {} : { runbookUrl: runbook }),
      incidentStartedAt,
    },
  };
}
