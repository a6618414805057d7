/**
 * When which alert of an SLO fired, told from its alerts alone: whoever has the state has the same answer.
 *
 * 1. At each instant the highest of the open alerts fires; the others are inhibited (engine/core/alerts).
 * 2. Segments that touch and have the same labels are one episode: of the tiers that take over from each other within
 *    a severity, the target sees one alert, which begins with the first of them.
 * 3. Of each set of labels only the latest episode counts: an end that is told late must not end what fires since.
 */
import { rankAlerts } from '../core/alerts/tier-order.ts';
import type { AlertRecord, Objective } from '../core/types.ts';
import { alertLabels, labelsKey } from './alert-labels.ts';

/** See above. */
export interface Episode {
  readonly key: string;
  /** The last alert that fired in it. */
  readonly alert: AlertRecord;
  /** What the alert holds back, highest first; empty once it is over. */
  readonly inhibited: readonly AlertRecord[];
  readonly startsAt: string;
  readonly endsAt: string | null;
  /** The first start of the alerts that overlap without a break. */
  readonly incidentStartedAt: string;
}

/** Alerts sorted by start that reach back, without a break, from those that end after an instant. */
function chain(alerts: readonly AlertRecord[], after: string): readonly AlertRecord[] {
  const latestEndFirst = alerts.toSorted((a, b) => compareEnds(b, a));
  let reach = after;
  const linked: AlertRecord[] = [];
  for (const alert of latestEndFirst) {
    if (alert.endedAt !== null && alert.endedAt < reach) break;
    linked.push(alert);
    if (alert.startedAt < reach) reach = alert.startedAt;
  }
  return linked.sort((a, b) => compareTexts(a.startedAt, b.startedAt));
}

/** The latest episode of each set of labels, of those still going on or that ended at or after an instant. */
export function latestEpisodes(
  alerts: readonly AlertRecord[],
  { objectives, after }: { readonly objectives: readonly Pick<Objective, 'name'>[]; readonly after: string },
): readonly Episode[] {
  const episodes = new Map<string, Episode>();
  const linked = chain(alerts, after);
  let open: readonly AlertRecord[] = [];
  let incidentStartedAt = '';
  for (const at of edges(linked)) {
    const stillOpen = open.filter(({ endedAt }) => endedAt === null || endedAt > at);
    const begun = linked.filter(({ startedAt, endedAt }) => startedAt === at && endedAt !== at);
    if (stillOpen.length === 0 && open.every(({ endedAt }) => endedAt !== at)) incidentStartedAt = at;
    open = rankAlerts([...stillOpen, ...begun], objectives);
    advanceTo(at, { open, episodes, incidentStartedAt });
  }
  return [...episodes.values()].filter(({ endsAt }) => endsAt === null || endsAt >= after);
}

/** Ends what no longer fires at the instant and begins, or goes on with, what does. */
function advanceTo(
  at: string,
  {
    open: [firing, ...inhibited],
    episodes,
    incidentStartedAt,
  }: {
    readonly open: readonly AlertRecord[];
    readonly episodes: Map<string, Episode>;
    readonly incidentStartedAt: string;
  },
): void {
  const key = firing && labelsKey(alertLabels(firing));
  for (const [other, episode] of episodes) {
    if (other !== key && episode.endsAt === null)
      episodes.set(other, { ...episode, endsAt: at, inhibited: [] });
  }
  if (firing === undefined || key === undefined) return;
  const before = episodes.get(key);
  const goesOn = before !== undefined && before.endsAt === null;
  const startsAt = goesOn ? before.startsAt : at;
  episodes.set(key, { key, alert: firing, inhibited, startsAt, endsAt: null, incidentStartedAt });
}

/** Instants at which an alert begins or ends, ascending. */
function edges(alerts: readonly AlertRecord[]): readonly string[] {
  const all = alerts.flatMap(({ startedAt, endedAt }) =>
    endedAt === null ? [startedAt] : [startedAt, endedAt],
  );
  return [...new Set(all)].sort();
}

function compareEnds(a: AlertRecord, b: AlertRecord): number {
  if (a.endedAt === null || b.endedAt === null) {
    return Number(a.endedAt === null) - Number(b.endedAt === null);
  }
  return compareTexts(a.endedAt, b.endedAt);
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
