import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { generatePayload } from '../../bench/payload/generate.ts';
import { createDecoder, decodeMetrics } from '../../otlp/columns/decode.ts';
import { dictionaryGauge } from '../../otlp/dictionary-gauge.ts';
import { SIGNALS, type Signal } from '../../schemas/names.ts';
import { METRICS, metricsRequest } from './columns/metric-messages.ts';

const FRAME = { offset: 0, appendedMillis: 0, tenant: '' };

function build() {
  const registry = new Registry();
  const note = dictionaryGauge(registry, 'test_dictionary_entries');
  const shown = async (signal: Signal) => {
    const { values } = (await registry.getSingleMetric('test_dictionary_entries')?.get()) ?? { values: [] };
    return Object.fromEntries(
      values
        .filter(({ labels }) => (labels as { signal?: string }).signal === signal)
        .map(({ labels, value }) => [(labels as { dictionary?: string }).dictionary ?? '', value]),
    );
  };
  return { note, shown };
}

test('dictionaryGauge() shows the dictionaries of each signal\u2019s last batch', async () => {
  const { note, shown } = build();
  for (const signal of SIGNALS) {
    const decoder = createDecoder(signal);
    const [bytes = new Uint8Array()] = generatePayload(signal, { requests: 1, records: 200 });
    note(decoder.decode([{ ...FRAME, bytes }]));
    // Five resources, and the empty text.
    expect(await shown(signal)).toMatchObject({ 'service-names': 6 });
    note(decoder.decode([]));
    const kinds = signal === 'metrics' ? { 'attribute-keys': 5, 'exemplar-keys': 4 } : {};
    const empty = Object.keys(await shown(signal)).map((dictionary) => [dictionary, 1]);
    expect(await shown(signal)).toEqual({ ...Object.fromEntries(empty), ...kinds });
  }
});

test('dictionaryGauge() adds up the kinds of points', async () => {
  const { note, shown } = build();
  const batch = decodeMetrics([{ ...FRAME, bytes: metricsRequest(METRICS) }]);
  note(batch);
  const { gauge, sum, histogram, expHistogram, summary } = batch;
  const keys = [gauge, sum, histogram, expHistogram, summary].map(
    ({ attributes }) => attributes.keys.dictionary.size,
  );
  expect(await shown('metrics')).toMatchObject({
    'attribute-keys': keys.reduce((total, size) => total + size),
    names: batch.metrics.name.dictionary.size,
  });
});
