/** The windows of an SLO: the one of OpenSLO, and a second one of our own. */
import { EXTENSION_SECOND_WINDOW, type OpenSloDocument } from '../../../schemas/openslo.ts';
import type { TimeWindow } from '../types.ts';
import type { PropertyPath } from './property-path.ts';
import type { SourceDocument } from './source-document.ts';
import { calendarWindow, rollingWindow, type WindowFault } from './time-window.ts';

type Windows = OpenSloDocument['spec']['timeWindow'];

const START_OF_YEARS = '2024-01-01 00:00:00';
/** `1M Europe/Berlin from 2026-01-15 00:00`: of a calendar; `7d`: rolling. */
const COMPACT = /^(\S+)(?: +(\S+))?(?: +from +(.+))?$/;

/** The SLO's window; undefined when something in it was reported. */
export function readTimeWindow(document: SourceDocument, windows: Windows): TimeWindow | undefined {
  const path = ['spec', 'timeWindow'];
  const [window, ...more] = windows;
  if (window === undefined || more.length > 0) {
    const message = `Found ${windows.length} time windows: write exactly one; a second one goes into the annotation ${EXTENSION_SECOND_WINDOW}`;
    document.problem(path, 'time-window-count', message);
    return undefined;
  }
  const { duration, isRolling = false, calendar } = window;
  if (isRolling === (calendar !== undefined)) {
    const message = calendar
      ? 'A window that follows a calendar does not roll: write isRolling: false, or leave calendar out'
      : 'Write isRolling: true, or a calendar with startTime and timeZone';
    document.problem([...path, 0, 'isRolling'], 'rolling-or-calendar', message);
    return undefined;
  }
  const read = calendar
    ? calendarWindow({ duration: calendarDuration(document, duration), ...calendar })
    : rollingWindow(duration);
  return settle(document, read, (fault) => [
    ...path,
    0,
    ...(fault.code === 'invalid-calendar' ? ['calendar'] : ['duration']),
  ]);
}

/** Minutes are no period of a calendar, so that `1m` can only mean a month, as OpenSLO's own examples have it. */
function calendarDuration(document: SourceDocument, duration: string): string {
  if (!/^(?:[1-9]|1[0-2])m$/.test(duration)) return duration;
  const months = `${duration.slice(0, -1)}M`;
  const message = `${duration} is minutes in OpenSLO, and is read as months: write ${months}`;
  document.deviation(['spec', 'timeWindow', 0, 'duration'], 'deviation-duration', message);
  return months;
}

/** The second window as its label or annotation says; undefined when something in it was reported. */
export function readSecondWindow(
  document: SourceDocument,
  { value, path }: { readonly value: string; readonly path: PropertyPath },
): TimeWindow | undefined {
  const [, duration = '', timeZone, startTime = START_OF_YEARS] = COMPACT.exec(value.trim()) ?? [];
  const read =
    timeZone === undefined ? rollingWindow(duration) : calendarWindow({ duration, timeZone, startTime });
  return settle(document, read, () => path);
}

function settle(
  document: SourceDocument,
  read: TimeWindow | WindowFault,
  pathOf: (fault: WindowFault) => PropertyPath,
): TimeWindow | undefined {
  if ('kind' in read) return read;
  document.problem(pathOf(read), read.code, read.message);
  return undefined;
}
