/** What an SLO says of its alerts beside their tiers: minima, hold, alerts on the budget and on silence. */
import {
  EXTENSION_ALERT_HOLD,
  EXTENSION_BUDGET_ALERTS,
  EXTENSION_MIN_BAD_EVENTS,
  EXTENSION_MIN_EVENTS,
  EXTENSION_NO_DATA_ALERT,
} from '../../../schemas/openslo.ts';
import type { NoDataAlert, Severity, SloDefinition } from '../types.ts';
import { durationSeconds } from './duration-seconds.ts';
import type { Extension } from './read-metadata.ts';
import type { SourceDocument } from './source-document.ts';

export type AlertSettings = Pick<
  SloDefinition,
  'minBadEvents' | 'minEvents' | 'alertHoldSeconds' | 'budgetAlerts' | 'noDataAlert'
>;

const WHOLE = /^[1-9]\d{0,8}$/;
const NO_DATA = /^(?:(page|ticket) +)?(\w+)$/;
const DAY = 86_400;
/** An alert that is held for longer tells nobody anything. */
const MAX_HOLD_SECONDS = DAY;
/** Heartbeats and exporters come once a minute: less than that is no silence. */
export const SILENCE_SECONDS = { least: 60, most: 7 * DAY };
const MAX_PERCENT = 1000;

/** Reports wrong values. */
export function readAlertSettings(
  document: SourceDocument,
  found: ReadonlyMap<string, Extension>,
): AlertSettings {
  const read = <Value>(
    name: string,
    parse: (text: string) => Value | undefined,
    advice: string,
  ): Value | undefined => {
    const extension = found.get(name);
    if (extension === undefined) return undefined;
    const value = parse(extension.value.trim());
    if (value !== undefined) return value;
    const message = `Cannot use ${JSON.stringify(extension.value.slice(0, 60))}: write ${advice}`;
    document.problem(extension.path, 'invalid-extension', message);
    return undefined;
  };
  const events = 'a number of events, "1" to "999999999"';
  const minEvents = read(EXTENSION_MIN_EVENTS, parseWhole, events);
  const alertHoldSeconds = read(EXTENSION_ALERT_HOLD, parseHold, 'a time up to 1d, as 10m');
  const budgetAlerts = read(
    EXTENSION_BUDGET_ALERTS,
    parsePercents,
    'percents of the budget, as "50 75 90 100"',
  );
  const noDataAlert = read(EXTENSION_NO_DATA_ALERT, parseNoData, 'a time from 1m to 7d, as 10m, or page 10m');
  return {
    minBadEvents: read(EXTENSION_MIN_BAD_EVENTS, parseWhole, events) ?? 1,
    ...(minEvents !== undefined && { minEvents }),
    ...(alertHoldSeconds !== undefined && { alertHoldSeconds }),
    ...(budgetAlerts !== undefined && { budgetAlerts }),
    ...(noDataAlert !== undefined && { noDataAlert }),
  };
}

function parseWhole(text: string): number | undefined {
  return WHOLE.test(text) ? Number(text) : undefined;
}

function parseHold(text: string): number | undefined {
  const seconds = durationSeconds(text);
  return seconds !== undefined && seconds <= MAX_HOLD_SECONDS ? seconds : undefined;
}

/** Ascending, each once. */
function parsePercents(text: string): readonly number[] | undefined {
  const percents = text.split(/[\s,%]+/).filter((each) => each !== '');
  const isSound = percents.every((each) => WHOLE.test(each) && Number(each) <= MAX_PERCENT);
  if (percents.length === 0 || !isSound) return undefined;
  return [...new Set(percents.map(Number))].sort((a, b) => a - b);
}

function parseNoData(text: string): NoDataAlert | undefined {
  const [, severity = 'ticket', duration = ''] = NO_DATA.exec(text) ?? [];
  const seconds = durationSeconds(duration);
  if (seconds === undefined || seconds < SILENCE_SECONDS.least || seconds > SILENCE_SECONDS.most)
    return undefined;
  return { severity: severity as Severity, seconds };
}
