/**
 * The alert on a service that has fallen silent, where the SLO asks for it (`valet/no-data-alert`).
 *
 * 1. It begins when there was no event for as long as the SLO says, after there were some, and ends with the next one,
 *    excluded or not. Excluded time is not part of that length.
 * 2. It does not begin while the pipeline itself was not alive for half of that time: then nobody knows.
 */
import { formatSeconds } from '../budget/format-seconds.ts';
import { coverageOf } from '../slices/coverage.ts';
import { eventMeasure } from '../slices/measure.ts';
import { SLICE_SECONDS, sliceFrom } from '../slices/slice.ts';
import type { WindowEdges } from '../slices/window-edges.ts';
import { burnReading } from '../status/read-window.ts';
import type { AlertRecord, NoDataAlert } from '../types.ts';
import { endAlert, isRetroactive } from './alert-lanes.ts';
import type { EvaluateInput } from './evaluate-tiers.ts';
import { isBelow, type SloInstant } from './judge-tier.ts';

const LEAST_COVERAGE = 0.5;

/** The alerts that began or ended at the instant; `open` holds those of silence only. */
export function evaluateSilence(input: EvaluateInput): readonly AlertRecord[] {
  const { definition, open, instant } = input;
  const wanted = definition.noDataAlert;
  if (wanted === undefined) return open.map((alert) => endAlert(alert, instant.atMillis));
  const edges = silentEdges(instant, wanted);
  const isSilent = edges !== undefined;
  const kept = isSilent ? open.filter((alert) => isOf(alert, input, wanted)) : [];
  const ended = open
    .filter((alert) => !kept.includes(alert))
    .map((alert) => endAlert(alert, instant.atMillis));
  if (!isSilent || kept.length > 0) return ended;
  const first = instant.events.firstSlice();
  const measure = eventMeasure(instant.events);
  const isUnknown = isBelow(coverageOf(edges, { ...instant, measure }), LEAST_COVERAGE);
  if (isUnknown || first === undefined || first >= edges.from) return ended;
  return [...ended, ...begin(input, wanted, edges)];
}

/** The slices up to now without an event, excluded time apart as long as wanted; undefined when there was one. */
function silentEdges({ events, atMillis }: SloInstant, { seconds }: NoDataAlert): WindowEdges | undefined {
  const to = sliceFrom(atMillis);
  const wanted = Math.ceil(seconds / SLICE_SECONDS);
  // Each turn reaches back over what the one before found excluded.
  for (let from = to - wanted; ; ) {
    if (events.all.sum(from, to).total > 0) return undefined;
    const excluded = events.excludedRanges(from, to).reduce((sum, range) => sum + range.to - range.from, 0);
    const next = to - wanted - excluded;
    if (next === from || next < events.floors()[0]) return { from, to };
    from = next;
  }
}

/** An edit may have left an open alert with another name or length. */
function isOf(
  alert: AlertRecord,
  { definition }: EvaluateInput,
  { severity, seconds }: NoDataAlert,
): boolean {
  return (
    alert.objective === definition.objectives[0]?.name &&
    alert.severity === severity &&
    alert.longWindow === formatSeconds(seconds)
  );
}

function begin(
  { slo, definition, samples, instant, nowMillis }: EvaluateInput,
  { severity, seconds }: NoDataAlert,
  edges: WindowEdges,
): readonly AlertRecord[] {
  const [objective] = definition.objectives;
  if (objective === undefined) return [];
  const { atMillis } = instant;
  const { target } = objective;
  const text = formatSeconds(seconds);
  const startedAt = new Date(atMillis).toISOString();
  const counted = { seconds, edges, good: 0, total: 0 };
  const reading = burnReading(counted, { target, measure: eventMeasure(instant.events) });
  return [
    {
      id: `${slo}:${objective.name}:no-data:${startedAt}`,
      slo,
      objective: objective.name,
      service: definition.service,
      kind: 'no-data',
      severity,
      longWindow: text,
      shortWindow: text,
      factor: 0,
      startedAt,
      endedAt: null,
      state: 'firing',
      retroactive: isRetroactive(atMillis, nowMillis),
      reason: `there was no event for ${text}, while the pipeline was alive`,
      details: {
        long: reading,
        short: reading,
        remainingRatio: null,
        exhaustsInSeconds: null,
        sampleTraceIds: samples.within(edges),
      },
    },
  ];
}
