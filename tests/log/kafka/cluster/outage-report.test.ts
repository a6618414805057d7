import pino from 'pino';
import { expect, test } from 'vitest';
import { OutageReport } from '../../../../log/kafka/cluster/outage-report.ts';

test('OutageReport writes one line when a broker is gone and one when it is back', () => {
  const lines: { broker: string; msg: string }[] = [];
  const report = new OutageReport(pino({}, { write: (line) => void lines.push(JSON.parse(line)) }));
  report.answered('a');
  for (let i = 0; i < 5; i++) report.failed('a', 'refused');
  report.failed('b', 'refused');
  report.answered('a');
  report.answered('a');
  report.failed('a', 'refused');
  expect(lines.map(({ broker, msg }) => `${broker}: ${msg}`)).toEqual([
    'a: Kafka broker does not answer',
    'b: Kafka broker does not answer',
    'a: Kafka broker answers again',
    'a: Kafka broker does not answer',
  ]);
});
