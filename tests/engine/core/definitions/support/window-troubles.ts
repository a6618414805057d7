/** What can be wrong with windows and time slices. */
import { edited, target, window } from './sound-slo.ts';
import type { Trouble } from './troubles.ts';

const ANNOTATION = 'metadata.annotations["valet/second-window"]';
const calendar = (duration: string, startTime: string, timeZone: string) =>
  window(`duration: ${duration}\n      calendar: { startTime: ${startTime}, timeZone: ${timeZone} }`).replace(
    '      isRolling: true\n',
    '',
  );
const second = (text: string) =>
  edited('valet/min-bad-events', `valet/second-window: ${text}\n    valet/min-bad-events`);
const EXCLUSIONS = 'metadata.annotations["valet/exclusions"]';
const annotated = (line: string) => edited('valet/min-bad-events', `${line}\n    valet/min-bad-events`);
const excluded = (text: string) => annotated(`valet/exclusions: ${text}`);
const slices = (method: string, properties: string) =>
  target(`target: 0.9\n${properties}`).replace('Occurrences', method);

export const WINDOW_TROUBLES: Readonly<Record<string, Trouble>> = {
  'a window that neither rolls nor has a calendar': {
    texts: [edited('      isRolling: true\n', '')],
    line: 33,
    path: 'spec.timeWindow[0].isRolling',
    code: 'rolling-or-calendar',
    says: /isRolling: true, or a calendar/,
  },
  'a window that rolls by a calendar': {
    texts: [
      edited('isRolling: true', 'isRolling: true\n      calendar: { startTime: 2026-01-01, timeZone: UTC }'),
    ],
    line: 34,
    path: 'spec.timeWindow[0].isRolling',
    code: 'rolling-or-calendar',
    says: /isRolling: false/,
  },
  'a calendar of minutes': {
    texts: [calendar('15m', '2026-01-01', 'UTC')],
    line: 33,
    path: 'spec.timeWindow[0].duration',
    code: 'invalid-duration',
    says: /a month is 1M/,
  },
  'periods of years': {
    texts: [calendar('2Y', '2026-01-01', 'UTC')],
    line: 33,
    path: 'spec.timeWindow[0].duration',
    code: 'window-out-of-range',
    says: /at most 1Y/,
  },
  'a zone there is not': {
    texts: [calendar('1M', '2026-01-01', 'Europe/Bärlin')],
    line: 34,
    path: 'spec.timeWindow[0].calendar',
    code: 'invalid-calendar',
    says: /IANA name, as Europe\/Berlin/,
  },
  'an offset for a zone': {
    texts: [calendar('1M', '2026-01-01', '"+02:00"')],
    line: 34,
    path: 'spec.timeWindow[0].calendar',
    code: 'invalid-calendar',
    says: /IANA name/,
  },
  'a start that is no day': {
    texts: [calendar('1M', '2026-02-30', 'UTC')],
    line: 34,
    path: 'spec.timeWindow[0].calendar',
    code: 'invalid-calendar',
    says: /2026-01-01 00:00:00/,
  },
  'a start between the quarters of an hour': {
    texts: [calendar('1M', '2026-02-01 12:20:00', 'UTC')],
    line: 34,
    path: 'spec.timeWindow[0].calendar',
    code: 'invalid-calendar',
    says: /quarter of an hour/,
  },
  'a second window of a month without a zone': {
    texts: [second('1M')],
    line: 10,
    path: ANNOTATION,
    code: 'invalid-duration',
    says: /no fixed length/,
  },
  'a second window in a zone there is not': {
    texts: [second('1M Mars/Olympus')],
    line: 10,
    path: ANNOTATION,
    code: 'invalid-calendar',
    says: /Mars\/Olympus/,
  },
  'time slices without their length': {
    texts: [slices('RatioTimeslices', '')],
    line: 37,
    path: 'spec.objectives[0].timeSliceWindow',
    code: 'invalid-time-slices',
    says: /1m, 3m, 5m, 15m, 30m, 1h/,
  },
  'time slices that do not fit into a quarter of an hour': {
    texts: [slices('RatioTimeslices', '      timeSliceWindow: 10m')],
    line: 39,
    path: 'spec.objectives[0].timeSliceWindow',
    code: 'invalid-time-slices',
    says: /5m, 15m/,
  },
  'time slices without what makes them good': {
    texts: [slices('Timeslices', '      timeSliceWindow: 5m')],
    line: 37,
    path: 'spec.objectives[0].timeSliceTarget',
    code: 'invalid-time-slices',
    says: /above 0, at most 1/,
  },
  'time slices that are always good': {
    texts: [slices('Timeslices', '      timeSliceWindow: 5m\n      timeSliceTarget: 0')],
    line: 40,
    path: 'spec.objectives[0].timeSliceTarget',
    code: 'invalid-time-slices',
    says: /above 0/,
  },
  'a slice target where slices count by their ratio': {
    texts: [slices('RatioTimeslices', '      timeSliceWindow: 5m\n      timeSliceTarget: 0.9')],
    line: 40,
    path: 'spec.objectives[0].timeSliceTarget',
    code: 'invalid-time-slices',
    says: /budgetingMethod: Timeslices/,
  },
  'time slices where events are counted': {
    texts: [target('target: 0.9\n      timeSliceWindow: 5m')],
    line: 39,
    path: 'spec.objectives[0].timeSliceWindow',
    code: 'invalid-time-slices',
    says: /budgetingMethod: Timeslices/,
  },
  'an exclusion without an end': {
    texts: [excluded('2026-11-20T22:00Z')],
    line: 10,
    path: EXCLUSIONS,
    code: 'invalid-exclusion',
    says: /start, \/ and end or length/,
  },
  'an exclusion that ends before it begins': {
    texts: [excluded('2026-11-20T22:00Z/2026-11-20T21:00Z')],
    line: 10,
    path: EXCLUSIONS,
    code: 'invalid-exclusion',
    says: /a later time/,
  },
  'an exclusion in a zone there is not, on its own line': {
    texts: [excluded('|\n      2026-11-20T22:00Z/2h\n      2026-11-20T22:00[Mars/Olympus]/2h')],
    line: 12,
    path: EXCLUSIONS,
    code: 'invalid-exclusion',
    says: /Mars/,
  },
  'an exclusion by the second': {
    texts: [excluded('2026-11-20T22:00Z/2h RRULE:FREQ=SECONDLY')],
    line: 10,
    path: EXCLUSIONS,
    code: 'invalid-exclusion',
    says: /DAILY, WEEKLY/,
  },
  'an exclusion with a time of day in its rule': {
    texts: [excluded('2026-11-20T22:00Z/2h RRULE:FREQ=DAILY;BYHOUR=3')],
    line: 10,
    path: EXCLUSIONS,
    code: 'invalid-exclusion',
    says: /BYHOUR/,
  },
  'an exclusion with two frequencies': {
    texts: [excluded('2026-01-01T00:30Z/60m RRULE:FREQ=DAILY;FREQ=MINUTELY')],
    line: 10,
    path: EXCLUSIONS,
    code: 'invalid-exclusion',
    says: /each part once/,
  },
  'an exclusion that recurs too often to be counted': {
    texts: [excluded('2026-01-01T00:30Z/60m RRULE:FREQ=DAILY;COUNT=99999')],
    line: 10,
    path: EXCLUSIONS,
    code: 'invalid-exclusion',
    says: /at most 10000/,
  },
  'an exclusion of antiquity': {
    texts: [excluded('0100-01-01T02:00Z/1h RRULE:FREQ=MONTHLY')],
    line: 10,
    path: EXCLUSIONS,
    code: 'invalid-exclusion',
    says: /start, \/ and end/,
  },
  'an exclusion with a rule that is none': {
    texts: [excluded('2026-11-20T22:00Z/2h RRULE:FREQ=WEEKLY;BYDAY=XX')],
    line: 10,
    path: EXCLUSIONS,
    code: 'invalid-exclusion',
    says: /BYDAY/,
  },
  'an alert hold of days': {
    texts: [annotated('valet/alert-hold: 2d')],
    line: 10,
    path: 'metadata.annotations["valet/alert-hold"]',
    code: 'invalid-extension',
    says: /up to 1d/,
  },
  'budget alerts that are no percents': {
    texts: [annotated('valet/budget-alerts: half')],
    line: 10,
    path: 'metadata.annotations["valet/budget-alerts"]',
    code: 'invalid-extension',
    says: /50 75 90 100/,
  },
  'a no-data alert of seconds': {
    texts: [annotated('valet/no-data-alert: page 10s')],
    line: 10,
    path: 'metadata.annotations["valet/no-data-alert"]',
    code: 'invalid-extension',
    says: /1m to 7d/,
  },
  'a minimum of no events': {
    texts: [annotated('valet/min-events: "0"')],
    line: 10,
    path: 'metadata.annotations["valet/min-events"]',
    code: 'invalid-extension',
    says: /number of events/,
  },
};
