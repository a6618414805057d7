import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadConfiguration, variableOf } from '../../configuration.ts';
import { ConfigurationSchema } from '../../schemas/configuration.ts';
import { parseRoles, ROLES } from '../../serve/role.ts';
import { mountsOf, ROOT, read, readCompose, withDefaults } from './compose-file.ts';

const { services, volumes } = readCompose();
const named = Object.entries(services);
const valets = named.filter(([, { build }]) => build?.target === 'server');
const known = Object.keys(ConfigurationSchema.properties).map(variableOf);

/** The environment as the container gets it when `.env` has just the passwords. */
function environmentOf(service: string): Record<string, string> {
  const entries = Object.entries(services[service]?.environment ?? {});
  return Object.fromEntries(
    entries.map(([name, value]) => [name, withDefaults(String(value)).replaceAll(/\$\{[^}]+\}/g, 'secret')]),
  );
}

describe('docker-compose.yml', () => {
  test('has every role as a service of one image, and all that is around them', () => {
    expect(valets.map(([name]) => name)).toEqual([...ROLES]);
    for (const [name, { command = [], image }] of valets) {
      expect(command.slice(0, 2)).toEqual(['serve', '--role']);
      expect([...parseRoles(command[2] ?? '')]).toEqual([name]);
      expect(image).toBe(services['receiver']?.image);
    }
    const others = ['alertmanager', 'clickhouse', 'demo', 'grafana', 'kafka', 'keeper'];
    expect(Object.keys(services).toSorted()).toEqual([...ROLES, ...others].toSorted());
  });

  test.each(named)(
    '%s is pinned, checked, limited, not root, and writes only where it must',
    (_, service) => {
      expect(service.image).toMatch(/^[\w./-]+:v?\d+\.\d+\.[\w.-]+$/);
      expect(service.user).toMatch(/^[1-9]\d*:\d+$/);
      expect(service.healthcheck.test[0]).toBe('CMD');
      expect(service.read_only).toBe(true);
      expect(service.cap_drop).toEqual(['ALL']);
      expect(service.security_opt).toEqual(['no-new-privileges:true']);
      const { cpus, memory, pids } = service.deploy.resources.limits;
      // Docker refuses more processors than the machine has.
      expect(Number(cpus)).toBeLessThanOrEqual(2);
      expect(memory).toMatch(/^\d+[mg]$/);
      expect(pids).toBeGreaterThan(0);
    },
  );

  test('publishes on loopback only, no port twice', () => {
    const published = named.flatMap(([, { ports = [] }]) => ports.map(withDefaults));
    for (const port of published) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    const numbers = published.map((port) => port.split(':')[1]);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test('publishes and checks the ports Valet listens on', () => {
    const { values } = loadConfiguration({});
    const inside = (name: string) => services[name]?.ports?.map((port) => Number(port.split(':').at(-1)));
    expect(inside('receiver')).toEqual([values.otlpGrpcPort, values.otlpHttpPort]);
    expect(inside('query')).toEqual([values.apiPort, values.sqlPort]);
    for (const [, { healthcheck }] of valets) {
      expect(healthcheck.test).toEqual([
        'CMD',
        'bash',
        'deploy/healthcheck.sh',
        String(values.apiPort),
        '/readyz',
      ]);
    }
  });

  test('uses every volume it declares, and mounts only files that exist', () => {
    const mounts = named.flatMap(([, service]) => mountsOf(service));
    const sources = mounts.map(([source = '']) => source).filter((source) => !source.startsWith('.'));
    expect(sources.toSorted()).toEqual(Object.keys(volumes).toSorted());
    for (const [source = '', , mode] of mounts) {
      if (!source.startsWith('.')) continue;
      expect(mode, source).toBe('ro');
      expect(existsSync(new URL(source, ROOT)), source).toBe(true);
    }
  });

  test('waits only for services it has, each checked, and for none that is left out unless asked for', () => {
    for (const [name, { depends_on = {}, profiles }] of named) {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        expect(Object.keys(services), `${name} waits for ${other}`).toContain(other);
        expect(condition).toBe('service_healthy');
        if (profiles === undefined) expect(services[other]?.profiles).toBeUndefined();
      }
    }
    // Acknowledging and evaluating go on without ClickHouse.
    for (const role of ['receiver', 'engine'])
      expect(Object.keys(services[role]?.depends_on ?? {})).toEqual(['kafka']);
  });

  test.each(valets)('gives %s a configuration it starts with, in server mode', (name) => {
    const dockerfile = [...read('Dockerfile').matchAll(/\b(VALET_\w+)=(\S+)/g)];
    const image = Object.fromEntries(dockerfile.map(([, variable = '', value = '']) => [variable, value]));
    expect(Object.keys(image)).not.toEqual([]);
    const { values } = loadConfiguration({ ...image, ...environmentOf(name), VALET_MODE: 'server' });
    expect(values).toMatchObject({ kafkaBrokers: 'kafka:9092', clickhouseUrl: 'http://clickhouse:8123' });
    expect(services['clickhouse']?.environment?.['CLICKHOUSE_PASSWORD']).toBe(
      services[name]?.environment?.['VALET_CLICKHOUSE_PASSWORD'],
    );
  });

  test('has no password in it: compose refuses to start without those of .env', () => {
    const secrets = named.flatMap(([, { environment = {} }]) =>
      Object.entries(environment).filter(([variable]) => /PASSWORD|SECRET|TOKEN/.test(variable)),
    );
    expect(secrets.length).toBeGreaterThanOrEqual(6);
    for (const [, value] of secrets) expect(value).toMatch(/^\$\{\w+:\?put \w+ into \.env\}$/);
  });

  test('scales each role without a name or a port in the way', () => {
    for (const [name, service] of valets) {
      expect(service).not.toHaveProperty('container_name');
      // Query is one per host; receivers get a range of ports by OTLP_GRPC_PORTS and OTLP_HTTP_PORTS.
      if (name === 'receiver')
        for (const port of service.ports ?? []) expect(port).toMatch(/:\$\{OTLP_\w+_PORTS:-/);
      else if (name !== 'query') expect(service.ports).toBeUndefined();
    }
  });
});

describe('deploy/demo.env', () => {
  const lines = read('deploy/demo.env')
    .split('\n')
    .filter((line) => /^\w+=/.test(line));
  const settings = Object.fromEntries(lines.map((line) => line.split('=') as [string, string]));

  test('sets what the compose file reads, and Valet knows', () => {
    const text = read('docker-compose.yml');
    for (const name of Object.keys(settings)) {
      if (name === 'COMPOSE_PROFILES') continue;
      expect(text, name).toContain(`\${${name}:-`);
      if (name.startsWith('VALET_')) expect(known).toContain(name);
    }
    expect(services['demo']?.profiles).toEqual([settings['COMPOSE_PROFILES']]);
    expect(existsSync(new URL(settings['SLO_DIR'] ?? '', ROOT))).toBe(true);
  });

  test('names the demo’s switches and ports as the services have them', () => {
    const { command = [], healthcheck } = services['demo'] ?? { healthcheck: { test: [] } };
    const control = new URL(settings['VALET_DEMO_CONTROL_URL'] ?? '');
    expect(command).toContain(`--control=0.0.0.0:${control.port}`);
    expect([control.hostname, healthcheck.test.slice(-2)]).toEqual(['demo', [control.port, '/faults']]);
    expect(command).toContain('--grpc-url=http://receiver:4317');
    expect(command).toContain('--http-url=http://receiver:4318');
    expect(command).toContain('--sql-url=http://query:8123');
  });
});
