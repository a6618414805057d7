import { expect, test } from 'vitest';
import { read } from './compose-file.ts';

/** Utilisation the page plans with. */
const BUSY = 0.6;
/** Compressed bytes of a span on the log, bytes of a stored one. */
const LOG_BYTES = 61;
const STORED_BYTES = 46;

const page = read('docs/deploy.md');

/** The cells of the table whose header begins so, by first cell. */
function table(header: string): ReadonlyMap<string, readonly string[]> {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${header} `));
  expect(start, header).toBeGreaterThan(0);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  const rows = lines.slice(start, end).map((line) => line.split('|').map((cell) => cell.trim()));
  return new Map(rows.map(([, first = '', ...rest]) => [first, rest]));
}

test('docs/deploy.md sizes by the costs it names', () => {
  const costs = table('what  ');
  const cost = (what: string) => Number(costs.get(what)?.[0]);
  const plan = table('for     ');
  const rates = (plan.get('for') ?? [])
    .slice(0, 3)
    .map((cell) => Number(cell.replaceAll(/[,/s]/g, '')) / 1e6);
  expect(rates).toEqual([0.02, 0.1, 1.16]);
  const wanted = (of: (rate: number) => number) => rates.map((rate) => String(of(rate)));
  const processes = (what: string) => wanted((rate) => Math.max(2, Math.ceil((rate * cost(what)) / BUSY)));
  const cores = (what: string) => wanted((rate) => Math.ceil(((rate * cost(what)) / BUSY) * 10 - 1e-9) / 10);
  const row = (name: string) => plan.get(name)?.slice(0, 3);
  expect(row('receivers')).toEqual(processes('receiver'));
  expect(row('writers')).toEqual(processes('writer'));
  expect(row('engines')).toEqual(processes('engine, 10 SLOs'));
  expect(row('Kafka, cores')).toEqual(cores('Kafka, three copies'));
  expect(row('ClickHouse, cores')).toEqual(cores('ClickHouse, of each replica'));
  expect(row('into Kafka, MB/s')).toEqual(wanted((rate) => Math.round(rate * LOG_BYTES)));
  expect(row('ClickHouse, GB/day')).toEqual(wanted((rate) => Math.round(rate * STORED_BYTES * 86.4)));
  expect(page).toContain(`about ${LOG_BYTES} bytes`);
  expect(page).toContain(`about ${STORED_BYTES} bytes`);
});
