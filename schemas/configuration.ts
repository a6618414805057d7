/** The configuration's one schema: `valet.yaml` keys, their environment names, defaults and meaning. */
import { type Static, Type } from 'typebox';

const port = (value: number, description: string) =>
  Type.Integer({ minimum: 0, maximum: 65_535, default: value, description });

const text = (description: string, value = '') => Type.String({ default: value, description });

const choice = <const Value extends string>(values: readonly Value[], description: string) =>
  // A list of unknown length has no type of its own.
  Type.Unsafe<Value>(
    Type.Union(
      values.map((value) => Type.Literal(value)),
      { default: values[0], description },
    ),
  );

/** `VALET_<KEY>` for a key in camel case: `otlpGrpcPort` → `VALET_OTLP_GRPC_PORT`. */
export const ConfigurationSchema = Type.Object(
  {
    mode: choice(
      ['embedded', 'server'],
      'embedded: log and ClickHouse in this process; server: Kafka and a ClickHouse server',
    ),
    host: Type.String({ minLength: 1, default: '127.0.0.1', description: 'address every port binds to' }),
    otlpGrpcPort: port(4317, 'OTLP over gRPC'),
    otlpHttpPort: port(4318, 'OTLP over HTTP'),
    apiPort: port(8080, 'API and console'),
    sqlPort: port(8123, "SQL in ClickHouse's HTTP dialect"),
    allowedHosts: Type.String({
      default: '',
      description: 'further names the API and SQL answer to (Host header), separated by commas',
    }),
    dataDir: Type.String({ minLength: 1, default: './data', description: 'log, tables and state' }),
    sloDir: Type.String({ minLength: 1, default: './slos', description: 'OpenSLO files' }),
    sloStrict: Type.Boolean({
      default: false,
      description: 'refuse SLO files that deviate from OpenSLO instead of warning',
    }),
    kafkaBrokers: text('brokers to begin with, host:port separated by commas (server mode)'),
    kafkaTls: Type.Boolean({ default: false, description: 'encrypt connections to Kafka' }),
    kafkaCaFile: text("certificates that vouch for the brokers, PEM; empty: the system's"),
    kafkaCertFile: text('certificate this process shows to Kafka, PEM'),
    kafkaKeyFile: text('key of that certificate, PEM'),
    kafkaSaslMechanism: choice(
      ['', 'plain', 'scram-sha-256', 'scram-sha-512'],
      'how to log in to Kafka; empty: not at all',
    ),
    kafkaSaslUser: text('user at Kafka'),
    kafkaSaslPassword: Type.String({ default: '', description: 'password at Kafka', secret: true }),
    kafkaPartitions: Type.Integer({
      minimum: 1,
      maximum: 10_000,
      default: 6,
      description: 'partitions of each OTLP topic at least',
    }),
    kafkaReplication: Type.Integer({
      minimum: 1,
      maximum: 100,
      default: 1,
      description: 'copies of each topic that is made; 3 with three brokers or more',
    }),
    kafkaMessageMaxKib: Type.Integer({
      minimum: 64,
      maximum: 1_048_576,
      default: 4096,
      description: 'largest message of the topics that are made, KiB',
    }),
    clickhouseUrl: text(
      'a ClickHouse server in place of the embedded engine; replicas separated by commas, shards by semicolons',
    ),
    clickhouseUser: text('user at that server'),
    clickhousePassword: Type.String({
      default: '',
      description: 'password at that server',
      secret: true,
    }),
    clickhouseCluster: text('cluster to make the tables on; empty: no cluster'),
    clickhouseInsertQuorum: text('replicas that confirm an INSERT in a cluster; auto: most of them', 'auto'),
    clickhouseCompression: choice(
      ['auto', 'none', 'zstd'],
      'of INSERTs on their way to ClickHouse; auto: zstd unless it is on this machine',
    ),
    foreignTables: choice(
      ['refuse', 'alter', 'accept'],
      "tables of the Collector's exporter: refuse them, alter them to fit, or use them as they are",
    ),
    clickhouseMemoryMib: Type.Integer({
      minimum: 256,
      default: 3072,
      description: 'memory limit of the embedded engine, MiB',
    }),
    retentionTracesDays: Type.Integer({
      minimum: 1,
      maximum: 20_000,
      default: 14,
      description: 'days spans are kept',
    }),
    retentionLogsDays: Type.Integer({
      minimum: 1,
      maximum: 20_000,
      default: 14,
      description: 'days log records are kept',
    }),
    retentionMetricsDays: Type.Integer({
      minimum: 1,
      maximum: 20_000,
      default: 14,
      description: 'days metric points are kept',
    }),
    retentionResultsDays: Type.Integer({
      minimum: 1,
      maximum: 20_000,
      default: 400,
      description: 'days slices, budgets and alerts are kept',
    }),
    retentionDeadLettersDays: Type.Integer({
      minimum: 1,
      maximum: 20_000,
      default: 30,
      description: 'days dead letters are kept',
    }),
    logRetentionHours: Type.Integer({
      minimum: 1,
      default: 24,
      description: 'hours the durable log keeps a record',
    }),
    logRetentionMib: Type.Integer({
      minimum: 64,
      default: 10_240,
      description: 'MiB the durable log keeps per topic',
    }),
    maxRequestMib: Type.Integer({
      minimum: 1,
      maximum: 256,
      default: 64,
      description: 'largest OTLP request, decompressed, MiB',
    }),
    maxInFlightMib: Type.Integer({
      minimum: 1,
      default: 128,
      description: 'request bytes in flight before senders are told to wait, MiB',
    }),
    diskMinFreeMib: Type.Integer({
      minimum: 0,
      default: 1024,
      description: 'free space on the disk of the log below which senders are told to wait, MiB',
    }),
    tenantHeader: text('HTTP header and gRPC metadata name that carries the tenant; empty: one tenant'),
    tenantMaxMibPerSecond: Type.Integer({
      minimum: 0,
      default: 0,
      description: 'OTLP bytes a second of one tenant, MiB; 0: no limit',
    }),
    tenantMaxRecordsPerSecond: Type.Integer({
      minimum: 0,
      default: 0,
      description: 'spans, points and log records a second of one tenant; 0: no limit',
    }),
    maxAttributes: Type.Integer({
      minimum: 0,
      default: 1024,
      description: 'attributes in one list; 0: no limit',
    }),
    excessAttributes: choice(['reject', 'truncate'], 'what happens to the attributes beyond'),
    maxValueKib: Type.Integer({
      minimum: 0,
      default: 256,
      description: 'length of a text or bytes in an attribute or a log body, KiB; 0: no limit',
    }),
    overLongValues: choice(['truncate', 'reject'], 'what happens to longer ones'),
    outOfRangeTimes: choice(
      ['reject', 'clamp'],
      'records older than the retention or more than a day ahead: refuse them, or store them at the bound',
    ),
    alertmanagerUrls: Type.String({
      default: '',
      description: 'Alertmanagers that get the alerts, base addresses separated by commas',
      hidesCredentials: true,
    }),
    alertWebhookUrls: Type.String({
      default: '',
      description: 'webhooks that get the alerts, addresses separated by commas',
      secret: true,
    }),
    watchdogAlert: Type.String({
      default: 'ValetWatchdog',
      description: "name of the alert that always fires, for a dead man's switch; empty: none",
    }),
    consoleUrl: text('where people reach the console, for links in alerts'),
    latenessSeconds: Type.Integer({
      minimum: 10,
      default: 600,
      description: 'how late an event may come and still be counted',
    }),
    sqlMaxSeconds: Type.Integer({ minimum: 1, default: 60, description: 'longest SQL query' }),
    sqlMaxMemoryMib: Type.Integer({
      minimum: 16,
      default: 1024,
      description: 'memory of one SQL query, MiB',
    }),
    sqlMaxResultRows: Type.Integer({ minimum: 1, default: 1_000_000, description: 'rows of one SQL result' }),
    selfTelemetrySeconds: Type.Integer({
      minimum: 0,
      maximum: 3600,
      default: 60,
      description: 'how often a process sends its own metrics through the pipeline, seconds; 0: never',
    }),
    demoControlUrl: Type.String({
      default: '',
      description: "the demo shop's control address, for its fault switches",
    }),
    logLevel: Type.Union(
      [Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error')],
      { default: 'info', description: 'how much the process says of itself' },
    ),
  },
  { additionalProperties: false },
);

export type Configuration = Static<typeof ConfigurationSchema>;
