import { Counter, type Registry } from 'prom-client';

/** Tries to append a batch that ended without a definite answer, by topic and the broker's reason. */
export type RepeatCounter = Counter<'topic' | 'reason'>;

const NAME = 'valet_log_append_repeats_total';

/** The registry's counter; without one it counts for nobody. A log that is opened again in one process counts on. */
export function repeatCounter(registry: Registry | undefined): RepeatCounter {
  const existing = registry?.getSingleMetric(NAME);
  if (existing) return existing as RepeatCounter;
  return new Counter({
    name: NAME,
    help: 'tries to append a batch to Kafka that ended without a definite answer, and are repeated',
    labelNames: ['topic', 'reason'],
    registers: registry ? [registry] : [],
  });
}
