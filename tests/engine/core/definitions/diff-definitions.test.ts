import { describe, expect, it } from 'vitest';
import { diffDefinitions } from '../../../../engine/core/definitions/diff-definitions.ts';
import { changed, DATA_SOURCE } from './support/sound-policies.ts';
import { edited, load, SLO } from './support/sound-slo.ts';

const AT = Date.UTC(2026, 0, 15);

/** What the edit of one file changes. */
function diff(before: string, after: string) {
  const [old, present] = [before, after].map((text) => {
    const { definitions, problems } = load(text);
    expect(problems).toEqual([]);
    return definitions;
  });
  return diffDefinitions({ before: old ?? [], after: present ?? [] }, AT);
}

/** The lines about the one SLO that changed. */
function lines(before: string, after: string): readonly string[] {
  const [change, ...others] = diff(before, after);
  expect([change?.kind, others]).toEqual(['changed', []]);
  return change?.lines ?? [];
}

const tiers = (text: string) => edited('valet/min-bad-events: "5"', `valet/tiers: ${text}`);
const noExtension = edited('    valet/min-bad-events: "5"\n', '');

describe('diffDefinitions()', () => {
  it('names what was added, removed and changed, in the order of names', () => {
    const named = (name: string) => changed(SLO, 'name: checkout-availability', `name: ${name}`);
    const before = [named('b'), named('c'), named('d')].join('---\n');
    const after = [changed(named('d'), '0.999', '0.99'), named('a'), named('c')].join('---\n');
    expect(diff(before, after)).toMatchObject([
      {
        kind: 'added',
        name: 'a',
        file: 'a.yaml',
        lines: ['service checkout, the last 30d, moving', 'objective objective-1: 99.9 % good'],
      },
      { kind: 'removed', name: 'b', file: 'a.yaml', lines: [expect.stringContaining('ends')] },
      { kind: 'changed', name: 'd' },
    ]);
  });

  it('finds nothing in layout, comments, order, other kinds, and the file it stands in', () => {
    const messy = `# a comment\n${changed(SLO, '  labels:\n    team: payments\n', '')}`.replace(
      '  annotations:',
      '  labels: { team: "payments" }\n  annotations:',
    );
    expect(diff(SLO, `${messy}---\n${DATA_SOURCE}`)).toEqual([]);
    const moved = load('', SLO).definitions;
    expect(diffDefinitions({ before: load(SLO).definitions, after: moved }, AT)).toEqual([]);
  });

  it('finds nothing in a target written otherwise', () => {
    expect(diff(SLO, edited('target: 0.999', 'targetPercent: 99.90'))).toEqual([]);
  });

  it('shows a condition that changes, line below line, and says that a generation begins', () => {
    const after = edited(
      /where: resource.*/,
      'where: |\n                true and\n                span.kind == 2',
    );
    expect(lines(SLO, after)).toEqual([
      'what is counted changes: a new generation begins, without history',
      '  - total: traces where resource.attributes["service.name"] == "checkout"',
      '  + total: traces where true and',
      '           span.kind == 2',
    ]);
  });

  it('shows good becoming bad', () => {
    expect(lines(SLO, edited('        good:', '        bad:'))).toEqual([
      'what is counted changes: a new generation begins, without history',
      '  - good: traces where span.status.code != STATUS_CODE_ERROR',
      '  + bad: traces where span.status.code != STATUS_CODE_ERROR',
    ]);
  });

  it('says that time slices begin a new generation, too', () => {
    const after = edited('Occurrences', 'Timeslices').replace(
      'target: 0.999',
      'target: 0.999\n      timeSliceTarget: 0.95\n      timeSliceWindow: 1m',
    );
    expect(lines(SLO, after)).toEqual([
      'what is counted changes: a new generation begins, without history',
      'objective objective-1: events count → a slice of 1m is good when at least 95 % of its events are',
    ]);
  });

  it('shows a target with what it allows', () => {
    expect(lines(SLO, edited('0.999', '0.9995'))).toContain(
      'objective objective-1: 99.9 % → 99.95 % good; 0.1 % → 0.05 % may be bad',
    );
  });

  it('shows a window with the tiers that change by it', () => {
    expect(lines(SLO, edited('30d', '28d'))).toEqual([
      'window: the last 30d, moving → the last 28d, moving',
      'tiers:',
      '  ~ page 1h: burn 14.4 → 13.44',
      '  ~ page 6h: burn 6 → 5.6',
      '  ~ ticket 1d: burn 3 → 2.8',
      '  - ticket 3d: burn 1, short window 6h',
    ]);
  });

  it('shows tiers of its own', () => {
    const own = tiers('page 1h/10m 14.4, page 6h 6, ticket 3d 2, ticket 5d 1');
    expect(lines(noExtension, own)).toEqual([
      'tiers:',
      '  ~ page 1h: short window 5m → 10m',
      '  ~ ticket 3d: burn 1 → 2',
      '  + ticket 5d: burn 1, short window 10h',
      '  - ticket 1d: burn 3, short window 2h',
    ]);
    expect(lines(own, tiers('none'))).toHaveLength(5);
    expect(diff(noExtension, tiers('page 1h 2%, page 6h 5%, ticket 1d 10%, ticket 3d 10%'))).toEqual([]);
  });

  it('shows objectives that come and go, and whose tiers change', () => {
    const two = changed(SLO, 'target: 0.999', 'target: 0.999\n    - { displayName: loose, target: 0.99 }');
    expect(lines(SLO, two)).toEqual(['objective loose: added, 99 % good']);
    expect(lines(two, SLO)).toEqual(['objective loose: removed']);
    expect(lines(two, changed(two, 'target: 0.99 ', 'target: 0.9 '))).toEqual([
      'objective loose: 99 % → 90 % good; 1 % → 10 % may be bad',
      'tiers of loose:',
      '  - page 1h: burn 14.4, short window 5m',
    ]);
  });

  it('shows exclusions that come and go', () => {
    const weekly = '2026-01-04T02:00Z/2h RRULE:FREQ=WEEKLY upgrade';
    const with1 = edited('valet/min-bad-events: "5"', `valet/exclusions: ${weekly}`);
    const with2 = changed(with1, weekly, '2026-01-04T02:00Z/90m');
    expect(lines(noExtension, with1)).toEqual([
      'exclusions:',
      '  + 2 h from 2026-01-04T02:00 UTC, FREQ=WEEKLY: upgrade',
    ]);
    expect(lines(with1, with2)).toEqual([
      'exclusions:',
      '  - 2 h from 2026-01-04T02:00 UTC, FREQ=WEEKLY: upgrade',
      '  + 1 h 30 min from 2026-01-04T02:00 UTC',
    ]);
  });

  it('shows guards, service and dimension, and of texts only that they changed', () => {
    const own = ['min-events: "7"', 'min-coverage: "0.9"', 'alert-hold: 10m', 'budget-alerts: 50 100'];
    const annotations = [...own, 'no-data-alert: page 10m'].map((text) => `    valet/${text}`);
    const after = edited('events: "5"', `events: "6"\n${annotations.join('\n')}`)
      .replace('service: checkout', 'service: till')
      .replace('dimension: availability', 'dimension: errors')
      .replace('team: payments', 'team: till')
      .replace('description: Checkouts', 'description: Tills')
      .replace('displayName: Checkout', 'displayName: Till');
    expect(lines(SLO, after)).toEqual([
      'service: checkout → till',
      'dimension: availability → errors',
      'least bad events: 5 → 6',
      'least events: 0 → 7',
      'alert hold: 0s → 10m',
      'budget alerts: none → 50 %, 100 %',
      'alert without data: none → page after 10m',
      'least coverage: 0 % → 90 %',
      'texts: displayName, description, labels',
    ]);
  });
});
