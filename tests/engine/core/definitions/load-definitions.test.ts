import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadDefinitions } from '../../../../engine/core/definitions/load-definitions.ts';
import { edited, load, REFERRING, SERVICE, SLI, SLO, target, WHERE, window } from './support/sound-slo.ts';

describe('loadDefinitions()', () => {
  it('reads an SLO with an inline indicator', () => {
    const { definitions, problems } = load(SLO);
    expect(problems).toEqual([]);
    expect(definitions).toEqual([
      {
        tenant: '',
        name: 'checkout-availability',
        displayName: 'Checkout works',
        service: 'checkout',
        description: 'Checkouts that do not fail',
        dimension: 'availability',
        labels: { team: 'payments' },
        annotations: { 'valet/dimension': 'availability', 'valet/min-bad-events': '5' },
        indicator: {
          total: { signal: 'traces', where: 'resource.attributes["service.name"] == "checkout"' },
          good: { signal: 'traces', where: 'span.status.code != STATUS_CODE_ERROR' },
        },
        window: { kind: 'rolling', seconds: 2_592_000, text: '30d' },
        objectives: [
          { name: 'objective-1', displayName: 'Fine', target: { numerator: 999n, denominator: 1000n } },
        ],
        minBadEvents: 5,
        file: 'a.yaml',
      },
    ]);
  });

  it('reads a referenced indicator from another file, whatever the order of files', () => {
    for (const texts of [[SLI, REFERRING], [REFERRING, SLI], [`${REFERRING}---\n${SLI}`]]) {
      const { definitions, problems } = load(...texts);
      expect(problems).toEqual([]);
      expect(definitions[0]?.indicator).toEqual({
        total: { signal: 'logs', where: 'true' },
        bad: { signal: 'logs', where: 'log.severity_number >= SEVERITY_NUMBER_ERROR' },
      });
    }
  });

  it('fills in what may be left out', () => {
    const bare = edited(
      / {2}displayName: Checkout works\n(?:.|\n)*spec:\n {2}description.*/,
      'spec:',
    ).replace(/.*Fine\n.*target/, '    - target');
    const { definitions, problems } = load(bare);
    expect(problems).toEqual([]);
    expect(definitions[0]).toMatchObject({
      displayName: 'checkout-availability',
      description: '',
      labels: {},
      annotations: {},
      minBadEvents: 1,
    });
    expect(definitions[0]).not.toHaveProperty('dimension');
    expect(definitions[0]?.objectives[0]).not.toHaveProperty('displayName');
  });

  it.each([
    ['target: 0.9985', 1997n, 2000n],
    ['target: 0.9990', 999n, 1000n],
    ['target: .95', 19n, 20n],
    ['target: 0', 0n, 1n],
    ['target: 0.999999999999999', 999_999_999_999_999n, 1_000_000_000_000_000n],
    ['targetPercent: 99.9', 999n, 1000n],
    ['targetPercent: 99', 99n, 100n],
    ['targetPercent: 99.99 # four nines', 9999n, 10_000n],
    ['targetPercent: 0.1', 1n, 1000n],
  ])('reads %s as an exact fraction', (line, numerator, denominator) => {
    const { definitions, problems } = load(target(line));
    expect(problems).toEqual([]);
    expect(definitions[0]?.objectives[0]?.target).toEqual({ numerator, denominator });
  });

  it('reads the least number of events', () => {
    const text = edited('valet/min-bad-events: "5"', 'valet/min-events: "100"');
    expect(load(text).definitions[0]).toMatchObject({ minEvents: 100, minBadEvents: 1 });
    expect(load(SLO).definitions[0]).not.toHaveProperty('minEvents');
  });

  it('reads the least coverage', () => {
    const text = edited('valet/min-bad-events: "5"', 'valet/min-coverage: "0.9"');
    expect(load(text).definitions[0]).toMatchObject({ minCoverage: 0.9, minBadEvents: 1 });
  });

  it.each([
    ['1h', 3600],
    ['90m', 5400],
    ['7d', 604_800],
    ['4w', 2_419_200],
    ['366d', 31_622_400],
  ])('reads a window of %s', (text, seconds) => {
    expect(load(window(`duration: ${text}`)).definitions[0]?.window).toEqual({
      kind: 'rolling',
      seconds,
      text,
    });
  });

  it.each([
    ['their place', 'target: 0.999\n    - targetPercent: 95', ['objective-1', 'objective-2']],
    [
      'a display name that is a name',
      'target: 0.999\n    - { displayName: loose, target: 0.9 }',
      ['objective-1', 'loose'],
    ],
    [
      'their place, not a display name in words',
      'target: 0.999\n    - { displayName: Too loose, target: 0.9 }',
      ['objective-1', 'objective-2'],
    ],
  ])('names objectives by %s', (_, lines, names) => {
    expect(load(target(lines)).definitions[0]?.objectives.map(({ name }) => name)).toEqual(names);
  });

  it('keeps the good documents beside bad ones, in one file and in others', () => {
    const other = SLO.replace('name: checkout-availability', 'name: other');
    const bad = SLO.replace('name: checkout-availability', 'name: bad').replace('30d', '1M');
    const { definitions, problems } = load(`${bad}---\n${other}---\n[\n`, SLO);
    expect(definitions.map(({ name }) => name)).toEqual(['other', 'checkout-availability']);
    expect(problems.map(({ file, line, code }) => [file, line, code])).toEqual([
      ['a.yaml', 33, 'invalid-duration'],
      ['a.yaml', 80, 'yaml-syntax'],
    ]);
  });

  it('does not doubt a service while some file cannot be read', () => {
    const text = edited('service: checkout', 'service: cart');
    expect(load(SERVICE, text).problems.map(({ code }) => code)).toEqual(['unknown-service']);
    expect(load(SERVICE, text, '[').definitions.map(({ service }) => service)).toEqual(['cart']);
  });

  it('reports all that is wrong with a document at once', () => {
    const text = edited('30d', '1M')
      .replace('0.999', '99.9')
      .replace(WHERE, 'span.kid == 2')
      .replace('availability\n    valet', 'beauty\n    valet');
    expect(load(text).problems.map(({ line, code }) => [line, code])).toEqual([
      [9, 'invalid-extension'],
      [25, 'predicate-unknown-path'],
      [33, 'invalid-duration'],
      [38, 'invalid-target'],
    ]);
  });

  it('reads empty files and documents as nothing', () => {
    expect(load('', '---\n---\n', '# only a remark\n', 'null')).toEqual({ definitions: [], problems: [] });
  });

  it.each([
    ['__proto__: { x: 1 }', 'unknown-property'],
    ['? [a]\n: b', 'yaml-syntax'],
    ['kind: !!binary x', 'yaml-syntax'],
    ['<<: { kind: SLO }', 'unknown-property'],
  ])('does not stumble over %s', (line, code) => {
    const { problems } = load(`${SLO}${line}\n`);
    expect(problems.map((problem) => problem.code)).toContain(code);
  });

  it('reads every example of the documentation', () => {
    const folder = new URL('../../../../docs/examples/', import.meta.url);
    const files = readdirSync(folder)
      .filter((path) => path.endsWith('.yaml'))
      .map((path) => ({ path, text: readFileSync(new URL(path, folder), 'utf8') }));
    const { definitions, problems } = loadDefinitions(files);
    expect(problems).toEqual([]);
    expect(definitions.length).toBeGreaterThanOrEqual(4);
  });
});
