import { Gauge, type Registry } from 'prom-client';
import { dictionarySizes } from './columns/dictionary-sizes.ts';
import type { Batch } from './columns/types.ts';

/** Registers the gauge `name`: entries of the dictionaries of each signal's last batch. Returns what notes a batch. */
export function dictionaryGauge(registry: Registry, name: string): (batch: Batch) => void {
  const gauge = new Gauge({
    name,
    help: 'entries of the dictionaries of the last batch decoded',
    labelNames: ['signal', 'dictionary'],
    registers: [registry],
  });
  return (batch) => {
    for (const [dictionary, entries] of Object.entries(dictionarySizes(batch)))
      gauge.set({ signal: batch.signal, dictionary }, entries);
  };
}
