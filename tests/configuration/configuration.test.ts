import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import {
  ConfigurationError,
  describeConfiguration,
  loadConfiguration,
  variableOf,
} from '../../configuration.ts';

const folders: string[] = [];

function yamlFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'valet-configuration-'));
  folders.push(folder);
  const path = join(folder, 'valet.yaml');
  writeFileSync(path, text);
  return path;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe('loadConfiguration()', () => {
  test('gives the documented defaults for an empty environment', () => {
    const { values, sources } = loadConfiguration({});
    expect(values.otlpGrpcPort).toBe(4317);
    expect(values.host).toBe('127.0.0.1');
    expect(sources.host).toBe('default');
  });

  test('refuses an empty host, which would mean every address', () => {
    expect(() => loadConfiguration({ VALET_HOST: '' })).toThrow(
      'VALET_HOST: expected text that is not empty, current value is ""',
    );
  });

  test('refuses less room for all requests than for one', () => {
    expect(() => loadConfiguration({ VALET_MAX_IN_FLIGHT_MIB: '63' })).toThrow(
      'maxInFlightMib: expected at least maxRequestMib, which is 64, current value is 63',
    );
  });

  test.each([
    [{ VALET_MODE: 'server' }, 'kafkaBrokers: expected host:port of a broker, as mode is server'],
    [{ VALET_MODE: 'server' }, 'clickhouseUrl: expected the address of a server, as mode is server'],
    [{ VALET_KAFKA_BROKERS: 'a:9092' }, 'kafkaBrokers: expected mode to be server, which is embedded'],
    [{ VALET_MODE: 'cluster' }, 'VALET_MODE: expected one of embedded, server, current value is "cluster"'],
    [{ VALET_KAFKA_TLS: 'maybe' }, 'VALET_KAFKA_TLS: expected true or false, current value is "maybe"'],
    [{ VALET_KAFKA_CA_FILE: 'ca.pem' }, 'kafkaTls: expected true, as certificates are given'],
    [
      { VALET_KAFKA_TLS: 'true', VALET_KAFKA_KEY_FILE: 'k' },
      'kafkaCertFile, kafkaKeyFile: expected both or none',
    ],
    [{ VALET_KAFKA_SASL_USER: 'u' }, 'kafkaSaslMechanism, kafkaSaslUser: expected both or none'],
    [{ VALET_CLICKHOUSE_URL: 'a1:8123' }, 'clickhouseUrl: Cannot read a ClickHouse address'],
    [
      { VALET_CLICKHOUSE_URL: 'http://a1;http://b1' },
      'clickhouseCluster: expected the name of the cluster, as clickhouseUrl names 2 shards',
    ],
    [{ VALET_CLICKHOUSE_CLUSTER: 'c' }, 'clickhouseCluster: expected clickhouseUrl to name its servers'],
    [
      { VALET_CLICKHOUSE_INSERT_QUORUM: 'most' },
      'clickhouseInsertQuorum: expected auto or a number, current value is "most"',
    ],
  ])('refuses %j and says what was expected', (environment, problem) => {
    expect(() => loadConfiguration(environment)).toThrow(problem);
  });

  test('lets the environment win over the file and says where each value came from', () => {
    const path = yamlFile('apiPort: 9000\nsqlPort: 9001\n');
    const { values, sources } = loadConfiguration({ VALET_CONFIG: path, VALET_SQL_PORT: '9002' });
    expect(values.apiPort).toBe(9000);
    expect(values.sqlPort).toBe(9002);
    expect(sources.apiPort).toBe(`file ${path}`);
    expect(sources.sqlPort).toBe('environment VALET_SQL_PORT');
  });

  test.each([
    [
      'an unknown variable',
      { VALET_API_PROT: '1' },
      /unknown environment variable VALET_API_PROT; did you mean VALET_API_PORT\?/,
    ],
    [
      'a variable with a letter missing',
      { VALET_OTLP_GRP_PORT: '1' },
      /VALET_OTLP_GRP_PORT; did you mean VALET_OTLP_GRPC_PORT\?/,
    ],
    ['a variable that only begins like all', { VALET_XYZZY: '1' }, /VALET_XYZZY; see: valet config --help/],
    [
      'a port out of range',
      { VALET_API_PORT: '70000' },
      /VALET_API_PORT: expected an integer of at least 0 and at most 65535, current value is "70000"/,
    ],
    ['text where a number belongs', { VALET_API_PORT: 'eighty' }, /VALET_API_PORT: expected an integer/],
    [
      'a value that is not in the list',
      { VALET_LOG_LEVEL: 'loud' },
      /expected one of debug, info, warn, error/,
    ],
    ['a named file that is missing', { VALET_CONFIG: '/nonexistent/valet.yaml' }, /nonexistent/],
  ])('refuses %s and says what to write', (_, environment, message) => {
    expect(() => loadConfiguration(environment)).toThrow(message);
  });

  test('refuses unknown keys in the file', () => {
    const path = yamlFile('apiport: 1\n');
    expect(() => loadConfiguration({ VALET_CONFIG: path })).toThrow(
      /unknown key apiport; did you mean apiPort/,
    );
  });

  test('reports every problem at once', () => {
    const load = () => loadConfiguration({ VALET_API_PORT: 'x', VALET_SQL_PORT: 'y' });
    expect(load).toThrow(ConfigurationError);
    expect(load).toThrow(/VALET_API_PORT[\s\S]*VALET_SQL_PORT/);
  });
});

describe('describeConfiguration()', () => {
  test('masks secrets', () => {
    const text = describeConfiguration(loadConfiguration({ VALET_CLICKHOUSE_PASSWORD: 'hunter2' }));
    expect(text).not.toContain('hunter2');
    expect(text).toContain('********');
  });
});

describe('variableOf()', () => {
  test('writes camel case as upper snake case', () => {
    expect(variableOf('otlpGrpcPort')).toBe('VALET_OTLP_GRPC_PORT');
  });
});
