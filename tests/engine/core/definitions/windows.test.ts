import { describe, expect, test } from 'vitest';
import { fraction } from '../../../../engine/core/budget/fraction.ts';
import { generationHash } from '../../../../engine/core/generations/generation-hash.ts';
import { restoreDefinition, storeDefinition } from '../../../../engine/core/records/definition-record.ts';
import type { SloDefinition } from '../../../../engine/core/types.ts';
import { edited, load, SLO, target, window } from './support/sound-slo.ts';

function loaded(text: string): SloDefinition {
  const { definitions, problems } = load(text);
  expect(problems).toEqual([]);
  return definitions[0] as SloDefinition;
}

const calendar = (properties: string) =>
  window(`duration: 1M\n      calendar: { ${properties} }`).replace('      isRolling: true\n', '');
const sliced = (method: string, properties: string) =>
  target(`target: 0.999\n      ${properties}`).replace('Occurrences', method);

describe('loadDefinitions()', () => {
  test.each([
    ['a date', 'startTime: 2026-01-15, timeZone: America/New_York', '2026-01-15T00:00'],
    ['a date and time', 'startTime: 2026-01-15 12:30:00, timeZone: America/New_York', '2026-01-15T12:30'],
    ['ISO 8601', 'startTime: "2026-01-15T12:30:00.000", timeZone: America/New_York', '2026-01-15T12:30'],
  ])('reads a calendar that begins at %s', (_, properties, start) => {
    expect(loaded(calendar(properties)).window).toEqual({
      kind: 'calendar',
      unit: 'M',
      count: 1,
      start,
      timeZone: 'America/New_York',
      text: '1M America/New_York',
    });
  });

  test.each([
    ['7d', { kind: 'rolling', seconds: 604_800, text: '7d' }],
    [
      '1w Europe/Berlin',
      {
        kind: 'calendar',
        unit: 'w',
        count: 1,
        start: '2024-01-01T00:00',
        timeZone: 'Europe/Berlin',
        text: '1w Europe/Berlin',
      },
    ],
    [
      '1Q UTC from 2026-02-01 06:00',
      { kind: 'calendar', unit: 'Q', count: 1, start: '2026-02-01T06:00', timeZone: 'UTC', text: '1Q UTC' },
    ],
  ])('reads %s as a second window', (text, expected) => {
    const slo = edited('valet/min-bad-events', `valet/second-window: ${text}\n    valet/min-bad-events`);
    expect(loaded(slo).secondWindow).toEqual(expected);
  });

  test('reads time slices with what makes them good, exactly', () => {
    const [objective] = loaded(
      sliced('Timeslices', 'timeSliceTarget: 0.95\n      timeSliceWindow: 5m'),
    ).objectives;
    expect(objective?.slices).toEqual({ seconds: 300, target: fraction(19, 20) });
    const [whole] = loaded(sliced('Timeslices', 'timeSliceTarget: 1\n      timeSliceWindow: 1h')).objectives;
    expect(whole?.slices).toEqual({ seconds: 3600, target: fraction(1, 1) });
  });

  test('reads time slices that count by their ratio', () => {
    expect(loaded(sliced('RatioTimeslices', 'timeSliceWindow: 1m')).objectives[0]?.slices).toEqual({
      seconds: 60,
    });
  });
});

test('restoreDefinition() gives back windows and slices as they were', () => {
  const slo = sliced('Timeslices', 'timeSliceTarget: 0.95\n      timeSliceWindow: 5m');
  for (const text of [slo, calendar('startTime: 2026-01-15, timeZone: UTC')]) {
    const definition = loaded(text);
    const written = JSON.parse(JSON.stringify(storeDefinition(definition)));
    expect(restoreDefinition(written)).toEqual(definition);
  }
});

test('generationHash() changes with the rule that judges slices, not with targets or windows', () => {
  const hash = (text: string) => generationHash(loaded(text));
  const five = sliced('Timeslices', 'timeSliceTarget: 0.95\n      timeSliceWindow: 5m');
  expect(hash(target('target: 0.9'))).toBe(hash(SLO));
  expect(hash(calendar('startTime: 2026-01-15, timeZone: UTC'))).toBe(hash(SLO));
  expect(hash(five.replace('target: 0.999', 'target: 0.9'))).toBe(hash(five));
  const others = [SLO, five.replace('5m', '15m'), five.replace('0.95', '0.9')];
  for (const other of others) expect(hash(other)).not.toBe(hash(five));
});
