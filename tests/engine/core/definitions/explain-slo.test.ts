import { describe, expect, it } from 'vitest';
import { explainSlo } from '../../../../engine/core/definitions/explain-slo.ts';
import { edited, load, SLO, target } from './support/sound-slo.ts';

/** The explanation of the document. */
function explained(text: string): string {
  const { definitions, problems } = load(text);
  expect(problems).toEqual([]);
  const [definition] = definitions;
  if (!definition) throw new Error('nothing was loaded');
  return explainSlo(definition, Date.parse('2026-11-21T12:00:00Z'));
}

describe('explainSlo()', () => {
  it('says what counts, what is allowed, and when it alerts', () => {
    expect(explained(SLO)).toBe(`checkout-availability · Checkout works
  service checkout · availability · a.yaml
  Checkouts that do not fail

  total   traces where resource.attributes["service.name"] == "checkout"
  good    of those, where span.status.code != STATUS_CODE_ERROR
  window  the last 30d, moving
  alerts  only with at least 5 bad events in the long window

  objective objective-1 (Fine): 99.9 % good
    0.1 % of the events may be bad; a full outage spends that in 43 min 12 s
    page 1h: above 1.44 % errors in 1h and 5m, a burn of 14.4
      fires after 52 s of a full outage or 8 min 38 s of 10 % errors, and ends 4 min 56 s after it
    page 6h: above 0.6 % errors in 6h and 30m, a burn of 6
      fires after 2 min 10 s of a full outage or 21 min 36 s of 10 % errors, and ends 29 min 49 s after it
    ticket 1d: above 0.3 % errors in 1d and 2h, a burn of 3
      fires after 4 min 19 s of a full outage or 43 min 12 s of 10 % errors, and ends 1 h 59 min after it
    ticket 3d: above 0.1 % errors in 3d and 6h, a burn of 1
      fires after 4 min 19 s of a full outage or 43 min 12 s of 10 % errors, and ends 5 h 59 min after it`);
  });

  it('names the tiers that cannot work, and errors that never fire one', () => {
    const text = explained(target('target: 0.9'));
    expect(text).toContain('no page 1h: its factor 14.4 cannot be reached: a full outage burns at 10');
    expect(text).toContain('of a full outage, never at 10 % errors, and ends');
  });

  it('says which other alerts there are, and what holds for tiers of its own', () => {
    const own = ['tiers: page 1h/10m 14.4', 'min-events: "7"', 'alert-hold: 10m', 'budget-alerts: 50 75 100'];
    const lines = [...own, 'no-data-alert: page 90m'].map((text) => `    valet/${text}`).join('\n');
    const text = explained(edited('    valet/min-bad-events: "5"', lines));
    expect(text).toContain(`
  alerts  only with at least 7 events in the long window
  alerts  end after 10 min of calm
  ticket  when 50, 75 and 100 % of the budget are spent
  page    when nothing was counted for 1 h 30 min
`);
    expect(text).toContain('page 1h: above 1.44 % errors in 1h and 10m, a burn of 14.4');
    expect(text).not.toContain('page 6h');
  });

  it('says when a single bad event is enough', () => {
    const text = explained(edited('    valet/min-bad-events: "5"', '    valet/min-coverage: "0"'));
    // 1 of 69 is above 1.44 %, 1 of 70 is not.
    expect(text).toMatch(
      /\n {4}of fewer than 70 events in 1h a single bad one pages: see valet\/min-bad-events$/,
    );
  });

  it('says that there are no tiers', () => {
    expect(explained(edited('valet/min-bad-events: "5"', 'valet/tiers: none'))).toMatch(
      /\n {4}no burn-rate tiers$/,
    );
  });
});
