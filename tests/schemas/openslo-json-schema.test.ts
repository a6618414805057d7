import { readdirSync, readFileSync } from 'node:fs';
import { Compile } from 'typebox/schema';
import { describe, expect, it, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { DIMENSIONS } from '../../engine/core/types.ts';
import { EXTENSIONS } from '../../schemas/openslo.ts';
import { openSloJsonSchema } from '../../schemas/openslo-json-schema.ts';
import {
  ALERTING,
  changed,
  DATA_SOURCE,
  INLINE_POLICY,
  POLICIES,
} from '../engine/core/definitions/support/sound-policies.ts';
import { edited, REFERRING, SERVICE, SLI, SLO } from '../engine/core/definitions/support/sound-slo.ts';

const root = new URL('../../', import.meta.url);
const schema = openSloJsonSchema();
// A schema as it is published, which TypeBox does not know as one of its own.
const validator = Compile(schema as never);

/** Whether an editor would accept every document. */
function isAccepted(text: string): boolean {
  return parseAllDocuments(text).every((document) => validator.Check(document.toJS()));
}

test('docs/formats/slo.schema.json is what schemas/openslo.ts says; else: node checks/slo-schema.ts', () => {
  const written = readFileSync(new URL('docs/formats/slo.schema.json', root), 'utf8');
  expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(schema)));
});

describe('openSloJsonSchema()', () => {
  it.each(['docs/examples/', 'slos/', 'demo/slos/'])('accepts the files of %s', (folder) => {
    const files = readdirSync(new URL(folder, root)).filter((path) => path.endsWith('.yaml'));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files)
      expect(isAccepted(readFileSync(new URL(folder + file, root), 'utf8'))).toBe(true);
  });

  it.each(
    Object.entries({
      'an SLO': SLO,
      'an SLI': SLI,
      'an SLO that refers': REFERRING,
      'a service': SERVICE,
      'a data source': DATA_SOURCE,
      'alert policies by reference': `${POLICIES}---\n${ALERTING}`,
      'alert policies written out': `${SLO}  alertPolicies:\n${INLINE_POLICY}`,
      'a list of documents': `- ${SERVICE.trimEnd().replaceAll('\n', '\n  ')}\n`,
      'labels with several values': edited('team: payments', 'team: [a, b]'),
    }),
  )('accepts %s', (_, text) => {
    expect(isAccepted(text)).toBe(true);
  });

  it.each(
    Object.entries({
      'a property of another name': edited('budgetingMethod', 'budgetMethod'),
      'an annotation of ours that there is not': edited('valet/dimension', 'valet/dimenson'),
      'an annotation of another kind': edited('valet/dimension: availability', 'valet/short-window: 5m'),
      'a dimension there is not': edited('dimension: availability', 'dimension: beauty'),
      'a number of events that is none': edited('events: "5"', 'events: "0"'),
      'a signal there is not': edited('signal: traces', 'signal: spans'),
      'both good and bad': edited(
        '        good:',
        '        bad: { metricSource: { spec: { signal: traces, where: x } } }\n        good:',
      ),
      'a policy that is named and written out': `${SLO}  alertPolicies:\n${changed(INLINE_POLICY, 'metadata:', 'alertPolicyRef: x\n      metadata:')}`,
      'an annotation of SLOs on a policy': `${SLO}  alertPolicies:\n${changed(INLINE_POLICY, 'valet/short-window: 4h', 'valet/tiers: none')}`,
      'two targets': edited('target: 0.999', 'target: 0.999\n      targetPercent: 99.9'),
      'no indicator': REFERRING.replace('  indicatorRef: shared\n', ''),
      'a document without a kind': edited('kind: SLO\n', ''),
      'a wrong document in a list': `- ${edited('spec:', 'specs:').trimEnd().replaceAll('\n', '\n  ')}\n`,
    }),
  )('refuses %s', (_, text) => {
    expect(isAccepted(text)).toBe(false);
  });

  it('names every annotation there is, and the dimensions', () => {
    // As readers of the file see it.
    const { definitions } = schema as unknown as {
      definitions: Record<string, { properties: { metadata: { properties: { annotations: Annotations } } } }>;
    };
    for (const [kind, names] of Object.entries(EXTENSIONS)) {
      const { annotations } = definitions[kind]?.properties.metadata.properties ?? {};
      expect(Object.keys(annotations?.properties ?? {})).toEqual(names);
      for (const value of Object.values(annotations?.properties ?? {}))
        expect(value.description).toBeTruthy();
    }
    const slo = definitions['SLO']?.properties.metadata.properties.annotations.properties;
    expect(slo?.['valet/dimension']?.enum).toEqual(DIMENSIONS);
  });
});

interface Annotations {
  readonly properties: Readonly<Record<string, { readonly description?: string; readonly enum?: string[] }>>;
}
