import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfiguration } from '../../configuration.ts';
import { LABEL_NAMES } from '../../engine/delivery/types.ts';
import { read } from './compose-file.ts';

test('alertmanager.yml routes to a receiver it has, and groups by labels of Valet’s alerts', () => {
  const config = parse(read('deploy/alertmanager/alertmanager.yml')) as {
    route: { receiver: string; group_by: string[]; routes: { receiver: string; matchers: string[] }[] };
    receivers: { name: string }[];
    inhibit_rules: { equal: string[] }[];
  };
  const receivers = config.receivers.map(({ name }) => name);
  for (const { receiver } of [config.route, ...config.route.routes]) expect(receivers).toContain(receiver);
  const { watchdogAlert } = loadConfiguration({}).values;
  expect(config.route.routes.map(({ matchers }) => matchers)).toEqual([[`alertname = "${watchdogAlert}"`]]);
  const labels: readonly string[] = LABEL_NAMES;
  for (const label of [...config.route.group_by, ...config.inhibit_rules.flatMap(({ equal }) => equal)]) {
    expect(labels).toContain(label);
  }
});
