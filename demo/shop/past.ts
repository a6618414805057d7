/** The incidents of the shop's past day, so that its charts and alerts have something to tell. */
import type { FaultLevels, FaultName } from './faults.ts';

interface Incident {
  readonly fault: FaultName;
  readonly hoursAgo: number;
  readonly minutes: number;
  readonly level: number;
}

const INCIDENTS: readonly Incident[] = [
  { fault: 'payment-errors', hoursAgo: 19.4, minutes: 2, level: 0.25 },
  { fault: 'slow-login', hoursAgo: 14.7, minutes: 7, level: 1 },
  { fault: 'traffic-drop', hoursAgo: 11.1, minutes: 14, level: 1 },
  { fault: 'database-errors', hoursAgo: 6.2, minutes: 7, level: 0.3 },
  { fault: 'ticket-flood', hoursAgo: 3.1, minutes: 25, level: 0.1 },
];

/** The fault levels that held at an instant of the past, seen from `nowMillis`. */
export function pastFaults(nowMillis: number, atMillis: number): FaultLevels {
  const hoursAgo = (nowMillis - atMillis) / 3_600_000;
  const active = INCIDENTS.filter(
    (incident) => hoursAgo <= incident.hoursAgo && hoursAgo > incident.hoursAgo - incident.minutes / 60,
  );
  return (fault) => active.find((incident) => incident.fault === fault)?.level ?? 0;
}
