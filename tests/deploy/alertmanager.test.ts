import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { read } from './compose-file.ts';

test('alertmanager.yml routes to a receiver it has, and groups by labels of Valet’s alerts', () => {
  const config = parse(read('deploy/alertmanager/alertmanager.yml')) as {
    route: { receiver: string; group_by: string[] };
    receivers: { name: string }[];
    inhibit_rules: { equal: string[] }[];
  };
  expect(config.receivers.map(({ name }) => name)).toContain(config.route.receiver);
  const labels = ['alertname', 'slo', 'objective', 'service', 'tenant', 'severity', 'group'];
  for (const label of [...config.route.group_by, ...config.inhibit_rules.flatMap(({ equal }) => equal)]) {
    expect(labels).toContain(label);
  }
});
