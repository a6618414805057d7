import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  parseDocument,
  Scalar,
  stringify,
  visit,
} from 'yaml';
import { formatSloFile } from '../../../../engine/core/definitions/format-slo-file.ts';
import { ALERTING, POLICIES } from './support/sound-policies.ts';
import { load, SERVICE, SLI, SLO } from './support/sound-slo.ts';

const MESSY = `# Of the till
kind: SLO
spec:
  # why
  objectives: # a list
    # the first one
    - target: 0.9990 # four places
      displayName: "yes"
  budgetingMethod: "Occurrences"

  timeWindow: [{isRolling: true, duration: '30d'}]
  # who
  service: checkout
  indicatorRef: "x"
  alertPolicies: []
metadata: {annotations: {valet/min-bad-events: "5", b: 'it''s', c: "two\\nlines"}, name: checkout}
apiVersion: openslo/v1
---
apiVersion: openslo/v1
kind: Service
strange: { z: 1, a: 2 }
metadata: { displayName: |
    On two
    lines, name: web }
`.replace(
  '{ displayName: |\n    On two\n    lines, name: web }',
  '\n    displayName: |\n        On two\n        lines\n    name: web',
);

const TIDY = `# Of the till
apiVersion: openslo/v1
kind: SLO
metadata:
  name: checkout
  annotations:
    valet/min-bad-events: "5"
    b: it's
    c: "two\\nlines"
spec:
  # who
  service: checkout
  indicatorRef: x

  timeWindow:
    - duration: 30d
      isRolling: true
  budgetingMethod: Occurrences
  # why
  objectives:
    # a list
    # the first one
    - displayName: "yes"
      target: 0.9990 # four places
  alertPolicies: []
---
apiVersion: openslo/v1
kind: Service
metadata:
  name: web
  displayName: |
    On two
    lines
strange:
  z: 1
  a: 2
`;

function formatted(text: string): string {
  const result = formatSloFile({ path: 'a.yaml', text });
  if (typeof result !== 'string') throw new Error(JSON.stringify(result));
  return result;
}

const contents = (text: string) => parseAllDocuments(text).map((document) => document.toJS());
const comments = (text: string) => [...text.matchAll(/#c\d+/g)].map(([comment]) => comment).sort();

/** Documents as others write them: order, style, quotes, indentation and comments by the numbers given. */
function mess(text: string, numbers: readonly number[]): string {
  const document = parseDocument(text);
  let taken = 0;
  let written = 0;
  const choose = (choices: number) => (numbers[taken++ % numbers.length] ?? 0) % choices;
  const remark = (node: Node, place: 'comment' | 'commentBefore') => {
    node[place] = `c${written++}`;
    if (place === 'commentBefore' && choose(3) === 0) node.spaceBefore = true;
  };
  visit(document, (_, node) => {
    if (isMap(node)) node.items.sort(() => choose(3) - 1);
    if (isMap(node) || isSeq(node)) node.flow = choose(6) === 0;
    if (isScalar(node) && typeof node.value === 'string') {
      node.type =
        ([Scalar.PLAIN, Scalar.QUOTE_DOUBLE, Scalar.QUOTE_SINGLE, Scalar.BLOCK_LITERAL] as const)[
          choose(4)
        ] ?? Scalar.PLAIN;
    }
    if (isScalar(node) && choose(5) === 0) remark(node, choose(2) === 0 ? 'comment' : 'commentBefore');
  });
  const indent = 2 + choose(3);
  return (document as Document).toString({ indent, indentSeq: choose(2) === 0, lineWidth: 40 + choose(200) });
}

describe('formatSloFile()', () => {
  it('orders properties, writes blocks, leaves out quotes nobody needs, and keeps comments and digits', () => {
    expect(formatted(MESSY)).toBe(TIDY);
  });

  it('changes nothing the second time, loses no comment, and says the same', () => {
    const texts = fc.constantFrom(
      SLO,
      SLI,
      SERVICE,
      ALERTING,
      MESSY.split('---')[0] ?? '',
      ...POLICIES.split('---\n'),
    );
    fc.assert(
      fc.property(texts, fc.array(fc.nat(1000), { minLength: 20, maxLength: 60 }), (text, numbers) => {
        const messy = mess(text, numbers);
        fc.pre(parseAllDocuments(messy).every(({ errors }) => errors.length === 0));
        const tidy = formatted(messy);
        expect(contents(tidy)).toEqual(contents(messy));
        expect(comments(tidy)).toEqual(comments(messy));
        expect(formatted(tidy)).toBe(tidy);
      }),
      { numRuns: 100 },
    );
  });

  it('keeps any text, number and name, whatever other readers of YAML take it for', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'yes',
        'off',
        '1:30',
        '0x1f',
        '~',
        'null',
        '2026-01-01',
        '- a',
        '# b',
        'a: b',
        ' ',
        'a\nb\n',
      ),
      fc
        .array(fc.constantFrom('word', '"x"', "it's", '# no', 'a: b', '\n'), { minLength: 20, maxLength: 60 })
        .map((words) => words.join(' ')),
    );
    const value = fc.oneof(
      text,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    );
    const names = fc.string({ minLength: 1 }).filter((name) => name !== '<<' && name !== '__proto__');
    const file = fc.dictionary(names, fc.oneof(value, fc.array(value), fc.dictionary(names, value)), {
      minKeys: 1,
    });
    fc.assert(
      fc.property(
        file,
        fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE'),
        (metadata, defaultStringType) => {
          const written = stringify({ kind: 'SLO', metadata }, { defaultStringType });
          const tidy = formatted(written);
          expect(contents(tidy)).toEqual(contents(written));
          expect(formatted(tidy)).toBe(tidy);
          if (defaultStringType === 'PLAIN') return;
          const elsewhere = parseAllDocuments(tidy, { version: '1.1' });
          expect(contents(tidy)).toEqual(elsewhere.map((document) => document.toJS()));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('leaves the definitions as they are', () => {
    const texts = [MESSY, SLO, ALERTING, POLICIES];
    const without = ({ definitions }: ReturnType<typeof load>) => definitions;
    expect(without(load(...texts.map(formatted)))).toEqual(without(load(...texts)));
  });

  it('agrees with the files of the project', () => {
    for (const folder of ['docs/examples/', 'slos/', 'demo/slos/']) {
      const url = new URL(`../../../../${folder}`, import.meta.url);
      for (const path of readdirSync(url).filter((name) => name.endsWith('.yaml'))) {
        const text = readFileSync(new URL(path, url), 'utf8');
        expect(formatted(text)).toBe(text);
      }
    }
  });

  it.each([
    ['', ''],
    ['---\n---\n', ''],
    ['# only a remark\n', '# only a remark\n'],
    ['- kind: Service\n  apiVersion: openslo/v1\n', '- apiVersion: openslo/v1\n  kind: Service\n'],
    ['spec: {}\nkind: Nobody\n', 'kind: Nobody\nspec: {}\n'],
    ['just text\n', 'just text\n'],
  ])('reads %j as %j', (text, tidy) => {
    expect(formatted(text)).toBe(tidy);
  });

  it.each([
    ['a: [', 'yaml-syntax'],
    ['a: *b', 'yaml-alias'],
    ['['.repeat(1000), 'yaml-too-deep'],
    ['a: &b c\nd: *b', 'yaml-alias'],
  ])('does not touch %j', (text, code) => {
    expect(formatSloFile({ path: 'a.yaml', text })).toMatchObject([
      { file: 'a.yaml', line: expect.any(Number), code },
    ]);
  });
});
