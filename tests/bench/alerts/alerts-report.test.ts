/** A small measurement, from traffic to table. */
import { expect, test } from 'vitest';
import { alertsReport } from '../../../bench/alerts/alerts-report.ts';
import { measureIncident } from '../../../bench/alerts/incidents/measure-incident.ts';
import { measureQuiet } from '../../../bench/alerts/quiet/measure-quiet.ts';
import { defaultSystems, valetWithMinimums } from '../../../bench/alerts/systems.ts';
import { OUTAGE } from '../../../bench/alerts/traffic/faults.ts';

const load = { name: '60 an hour', requestsPerSecond: 1 / 60, hasQuietNights: false };
const background = { name: 'half', budgetShare: 0.5, burst: 1 };
const systems = (seed: number) => [...defaultSystems(seed), ...valetWithMinimums()];

test('measureIncident() gives the same scores for the same seed', () => {
  const options = { load, fault: OUTAGE, runs: 2, systems };
  const scores = measureIncident({ ...options, seed: 1 });
  expect(measureIncident({ ...options, seed: 1 })).toEqual(scores);
  expect(measureIncident({ ...options, seed: 2 })).not.toEqual(scores);
});

test('alertsReport() has a row for each fault and load, and a column for each system', () => {
  const few = { name: 'ten an hour', requestsPerSecond: 10 / 3600, hasQuietNights: false };
  const incident = {
    load,
    fault: OUTAGE,
    scores: measureIncident({ load, fault: OUTAGE, runs: 3, seed: 1, systems }),
  };
  const quiet = {
    load: few,
    background,
    services: 1,
    scores: measureQuiet({ load: few, background, services: 1, seed: 1, systems }),
  };
  const lines = alertsReport({ faults: [incident], loads: [incident], quiet: [quiet] });
  const cells = lines
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
  const tables = cells.filter((_, index) => index % 3 === 0);
  expect(tables[0]).toEqual(['fault', 'closed form', 'Valet', 'Sloth', 'Pyrra']);
  expect(tables.at(-1)).toEqual([
    'requests',
    'errors',
    'Valet',
    'Valet, ≥ 2 bad',
    'Valet, ≥ 3 bad',
    'Valet, ≥ 6 bad',
  ]);
  const [fault, closed, ...told] = cells[2] ?? [];
  expect([fault, closed]).toEqual([OUTAGE.name, '52 s']);
  // Median and longest of three runs.
  for (const cell of told) expect(cell).toMatch(/^\d+ (s|min)/);
  const falseAlerts = (cells.at(-1) ?? []).slice(2);
  for (const cell of falseAlerts) expect(cell).toMatch(/^\d+(\.\d)?, \d+(\.\d)?$/);
  // At ten requests an hour the first error is enough, unless more are asked for.
  expect(Number.parseInt(falseAlerts[0] ?? '0', 10)).toBeGreaterThan(
    Number.parseInt(falseAlerts[3] ?? '9', 10),
  );
});
