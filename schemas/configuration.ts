/** The configuration's one schema: `valet.yaml` keys, their environment names, defaults and meaning. */
import { type Static, Type } from 'typebox';

const port = (value: number, description: string) =>
  Type.Integer({ minimum: 0, maximum: 65_535, default: value, description });

/** `VALET_<KEY>` for a key in camel case: `otlpGrpcPort` → `VALET_OTLP_GRPC_PORT`. */
export const ConfigurationSchema = Type.Object(
  {
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
    clickhouseUrl: Type.String({
      default: '',
      description: 'a ClickHouse server to use instead of the embedded engine',
    }),
    clickhouseUser: Type.String({ default: '', description: 'user at that server' }),
    clickhousePassword: Type.String({
      default: '',
      description: 'password at that server',
      secret: true,
    }),
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
