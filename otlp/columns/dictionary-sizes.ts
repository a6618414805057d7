import type { AttributesColumn, Batch, DictionaryColumn } from './types.ts';

/** What a batch's dictionaries hold the distinct texts of. */
export type DictionaryName =
  | 'service-names'
  | 'resource-keys'
  | 'scope-keys'
  | 'names'
  | 'attribute-keys'
  | 'event-names'
  | 'event-keys'
  | 'link-keys'
  | 'exemplar-keys'
  | 'severity-texts';

/** How many entries each dictionary of a batch has, the empty one included; those of all kinds of points together. */
export function dictionarySizes(batch: Batch): Readonly<Partial<Record<DictionaryName, number>>> {
  const { resources, scopes } = batch;
  return {
    'service-names': sizeOf(resources.serviceName),
    'resource-keys': keysOf(resources.attributes),
    'scope-keys': keysOf(scopes.attributes),
    ...ownSizes(batch),
  };
}

function ownSizes(batch: Batch): ReturnType<typeof dictionarySizes> {
  switch (batch.signal) {
    case 'traces':
      return {
        names: sizeOf(batch.name),
        'attribute-keys': keysOf(batch.attributes),
        'event-names': sizeOf(batch.events.name),
        'event-keys': keysOf(batch.events.attributes),
        'link-keys': keysOf(batch.links.attributes),
      };
    case 'logs':
      return {
        'attribute-keys': keysOf(batch.attributes),
        'event-names': sizeOf(batch.eventName),
        'severity-texts': sizeOf(batch.severityText),
      };
    case 'metrics': {
      const { metrics, gauge, sum, histogram, expHistogram, summary } = batch;
      const withExemplars = [gauge, sum, histogram, expHistogram];
      return {
        names: sizeOf(metrics.name),
        'attribute-keys': keysOf(...[...withExemplars, summary].map(({ attributes }) => attributes)),
        'exemplar-keys': keysOf(...withExemplars.map(({ exemplars }) => exemplars.attributes)),
      };
    }
  }
}

function sizeOf({ dictionary }: DictionaryColumn): number {
  return dictionary.size;
}

function keysOf(...lists: readonly AttributesColumn[]): number {
  return lists.reduce((sum, { keys }) => sum + sizeOf(keys), 0);
}
