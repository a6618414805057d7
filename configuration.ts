/** Reads the configuration: environment over `valet.yaml` over defaults, checked against one schema. */
import { readFileSync } from 'node:fs';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { parse } from 'yaml';
import { nearestName } from './engine/core/nearest-name.ts';
import { hideCredentials, parseAlertmanagerUrls, parseWebhookUrls } from './engine/delivery/parse-targets.ts';
import { type Configuration, ConfigurationSchema } from './schemas/configuration.ts';
import { parseClickhouseUrls } from './store/client/parse-clickhouse-urls.ts';

type Key = keyof Configuration;

/** Where a value came from: the default, the file, or an environment variable. */
export type ConfigurationSource = 'default' | `file ${string}` | `environment ${string}`;

/** The effective values with where each came from. */
export interface LoadedConfiguration {
  readonly values: Configuration;
  readonly sources: Readonly<Record<Key, ConfigurationSource>>;
}

/** Names the file to read; without it `valet.yaml` is read when it exists. */
export const CONFIG_FILE_VARIABLE = 'VALET_CONFIG';

const PREFIX = 'VALET_';

/** The settings that name a port. */
export const PORT_SETTINGS = ['otlpGrpcPort', 'otlpHttpPort', 'apiPort', 'sqlPort'] as const;
const KEYS = Object.keys(ConfigurationSchema.properties) as Key[];

/** A mistake in the configuration: every problem found, one a line. */
export class ConfigurationError extends Error {
  readonly code = 'configuration-invalid';

  constructor(problems: readonly string[]) {
    super(`Cannot start with this configuration:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigurationError';
  }
}

/** The environment variable of a key: `otlpGrpcPort` → `VALET_OTLP_GRPC_PORT`. */
export function variableOf(key: string): string {
  return `${PREFIX}${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/**
 * Loads the configuration from an environment and, when present, a YAML file.
 * @throws ConfigurationError naming every unknown key and every value out of range.
 */
export function loadConfiguration(
  environment: Readonly<Record<string, string | undefined>>,
): LoadedConfiguration {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  const sources: Record<string, ConfigurationSource> = {};
  for (const key of KEYS) {
    values[key] = schemaOf(key).default;
    sources[key] = 'default';
  }
  const apply = (key: string, raw: unknown, name: string, source: ConfigurationSource) => {
    const schema = schemaOf(key as Key);
    const value = Value.Convert(schema, raw);
    if (!Value.Check(schema, value)) {
      problems.push(`${name}: ${expectation(schema)}, current value is ${JSON.stringify(raw)}`);
      return;
    }
    values[key] = value;
    sources[key] = source;
  };

  const file = readFile(environment[CONFIG_FILE_VARIABLE], problems);
  for (const [key, raw] of Object.entries(file.entries)) {
    if (KEYS.includes(key as Key)) apply(key, raw, `${file.path}: ${key}`, `file ${file.path}`);
    else problems.push(`${file.path}: unknown key ${key}${hint(key, KEYS)}`);
  }
  const keyOfVariable = new Map(KEYS.map((key) => [variableOf(key), key]));
  for (const [name, raw] of Object.entries(environment)) {
    if (!name.startsWith(PREFIX) || name === CONFIG_FILE_VARIABLE || raw === undefined) continue;
    const key = keyOfVariable.get(name);
    if (key) apply(key, raw, name, `environment ${name}`);
    else problems.push(`unknown environment variable ${name}${hint(name, keyOfVariable.keys(), PREFIX)}`);
  }
  if (problems.length === 0) problems.push(...contradictions(values as Configuration));
  if (problems.length > 0) throw new ConfigurationError(problems);
  return { values: values as Configuration, sources: sources as Record<Key, ConfigurationSource> };
}

/** What is wrong though every value by itself is right. */
function contradictions(values: Configuration): readonly string[] {
  const { maxRequestMib, maxInFlightMib } = values;
  const problems: string[] = [];
  if (maxRequestMib > maxInFlightMib) {
    problems.push(
      `maxInFlightMib: expected at least maxRequestMib, which is ${maxRequestMib}, current value is ${maxInFlightMib}`,
    );
  }
  problems.push(...modeContradictions(values), ...clickhouseContradictions(values));
  problems.push(...deliveryContradictions(values));
  for (const [index, key] of PORT_SETTINGS.entries()) {
    const twin = PORT_SETTINGS.slice(0, index).find(
      (other) => values[other] === values[key] && values[key] !== 0,
    );
    if (twin) problems.push(`${key}: expected another port than ${twin}, current value is ${values[key]}`);
  }
  return problems;
}

function modeContradictions({
  mode,
  kafkaBrokers,
  clickhouseUrl,
  ...values
}: Configuration): readonly string[] {
  const problems: string[] = [];
  if (mode === 'server') {
    if (kafkaBrokers === '') problems.push('kafkaBrokers: expected host:port of a broker, as mode is server');
    if (clickhouseUrl === '')
      problems.push('clickhouseUrl: expected the address of a server, as mode is server');
  } else if (kafkaBrokers !== '') {
    problems.push('kafkaBrokers: expected mode to be server, which is embedded: set VALET_MODE=server');
  }
  if (!values.kafkaTls && values.kafkaCaFile + values.kafkaCertFile + values.kafkaKeyFile !== '')
    problems.push('kafkaTls: expected true, as certificates are given, current value is false');
  if ((values.kafkaCertFile === '') !== (values.kafkaKeyFile === ''))
    problems.push('kafkaCertFile, kafkaKeyFile: expected both or none');
  if ((values.kafkaSaslMechanism === '') !== (values.kafkaSaslUser === ''))
    problems.push('kafkaSaslMechanism, kafkaSaslUser: expected both or none');
  return problems;
}

function clickhouseContradictions(values: Configuration): readonly string[] {
  const { clickhouseUrl, clickhouseCluster, clickhouseInsertQuorum } = values;
  const problems: string[] = [];
  if (!/^(auto|\d+)$/.test(clickhouseInsertQuorum))
    problems.push(
      `clickhouseInsertQuorum: expected auto or a number, current value is ${JSON.stringify(clickhouseInsertQuorum)}`,
    );
  if (clickhouseUrl === '') {
    if (clickhouseCluster !== '')
      problems.push(
        'clickhouseCluster: expected clickhouseUrl to name its servers, current value is nothing',
      );
    return problems;
  }
  try {
    const shards = parseClickhouseUrls(clickhouseUrl);
    if (shards.length > 1 && clickhouseCluster === '')
      problems.push(
        `clickhouseCluster: expected the name of the cluster, as clickhouseUrl names ${shards.length} shards`,
      );
  } catch (error) {
    problems.push(`clickhouseUrl: ${(error as Error).message}`);
  }
  return problems;
}

function deliveryContradictions(values: Configuration): readonly string[] {
  const { alertmanagerUrls, alertWebhookUrls, consoleUrl } = values;
  const problems: string[] = [];
  const check = (key: Key, act: () => unknown) => {
    try {
      act();
    } catch (error) {
      problems.push(`${key}: ${(error as Error).message}`);
    }
  };
  check('alertmanagerUrls', () => parseAlertmanagerUrls(alertmanagerUrls));
  check('alertWebhookUrls', () => parseWebhookUrls(alertWebhookUrls));
  if (consoleUrl !== '' && !/^https?:$/.test(URL.parse(consoleUrl)?.protocol ?? ''))
    problems.push(
      `consoleUrl: expected an address like http://host:8080, current value is ${JSON.stringify(consoleUrl)}`,
    );
  return problems;
}

/** The effective values as aligned lines, with environment names and sources; secrets masked. */
export function describeConfiguration({ values, sources }: LoadedConfiguration): string {
  const rows = KEYS.map((key) => {
    return [key, shown(key, values[key]), variableOf(key), sources[key]] as const;
  });
  const width = (column: 0 | 1 | 2) => Math.max(...rows.map((row) => row[column].length));
  return rows
    .map(
      ([key, shown, variable, source]) =>
        `${key.padEnd(width(0))}  ${shown.padEnd(width(1))}  ${variable.padEnd(width(2))}  ${source}`,
    )
    .join('\n');
}

/** A value as it may be read over a shoulder. */
function shown(key: Key, value: unknown): string {
  const { secret = false, hidesCredentials = false } = schemaOf(key) as {
    secret?: boolean;
    hidesCredentials?: boolean;
  };
  if (secret && value !== '') return '********';
  return JSON.stringify(hidesCredentials ? hideCredentials(String(value)) : value);
}

function schemaOf(key: Key): TSchema & { default: unknown } {
  return ConfigurationSchema.properties[key] as unknown as TSchema & { default: unknown };
}

function readFile(named: string | undefined, problems: string[]): { path: string; entries: object } {
  const path = named ?? 'valet.yaml';
  try {
    const content: unknown = parse(readFileSync(path, 'utf8'));
    if (content === null) return { path, entries: {} };
    if (typeof content === 'object' && !Array.isArray(content)) return { path, entries: content };
    problems.push(`${path}: expected a mapping of keys to values`);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!missing) problems.push(`${path}: ${(error as Error).message}`);
    else if (named !== undefined) problems.push(`${CONFIG_FILE_VARIABLE}: there is no file ${path}`);
  }
  return { path, entries: {} };
}

function expectation(schema: TSchema): string {
  const { type, minimum, maximum, minLength, anyOf } = schema as {
    type?: string;
    minLength?: number;
    minimum?: number;
    maximum?: number;
    anyOf?: readonly { const: unknown }[];
  };
  if (anyOf) return `expected one of ${anyOf.map((option) => String(option.const) || 'nothing').join(', ')}`;
  if (type === 'boolean') return 'expected true or false';
  const bounds = [
    minimum === undefined ? '' : ` of at least ${minimum}`,
    maximum === undefined ? '' : ` and at most ${maximum}`,
  ].join('');
  return `expected ${type === 'integer' ? 'an integer' : minLength === 1 ? 'text that is not empty' : 'text'}${bounds}`;
}

/** What all names begin with makes none of them alike. */
function hint(unknown: string, known: Iterable<string>, prefix = ''): string {
  const rest = (name: string) => name.slice(prefix.length);
  const nearest = nearestName(rest(unknown), Array.from(known, rest));
  return nearest === undefined ? '; see: valet config --help' : `; did you mean ${prefix}${nearest}?`;
}
