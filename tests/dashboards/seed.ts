import { TABLES } from '../../schemas/names.ts';
import type { Store } from '../../store/types.ts';

/**
 * An hour before `to` of two SLOs and one service: `pay'ments` of payment counts time slices in millionths, burns, and has
 * an alert of each kind, `logins` of login has no data; one request a second to payment, every tenth of which fails, each with one call to a database.
 */
export async function seed(store: Store, to: Date): Promise<void> {
  const params = { to: Math.floor(to.getTime() / 1000) };
  for (const sql of [SLICES, BUDGETS, BURN_RATES, ALERTS, SPANS, LOGS, ...METRICS]) {
    await store.command(sql, { params, settings: { async_insert: 0 } });
  }
}

const START = 'toDateTime({to:UInt32}) - 3600';

const SLICES = `INSERT INTO ${TABLES.slices} (Slo, Generation, \`Group\`, Slice, Good, Total, UpdatedAt)
SELECT 'pay''ments', generation, '', ${START} + number * 10, 9 * generation - 9, 10, now64(3)
FROM numbers(360) ARRAY JOIN [1, 2] AS generation`;

/** Each row is written twice: an early version that says "ok", and the last one. */
const BUDGETS = `INSERT INTO ${TABLES.budgets}
  (Slo, Objective, Service, Dimension, Time, WindowSeconds, Good, Total, Sli, Target, Allowed, Spent,
   RemainingRatio, ExhaustsInSeconds, Coverage, State, Scale, UpdatedAt)
SELECT slo, 'objective-0', service, 'availability', ${START} + number * 60, 2592000, 90, 100,
  if(slo = 'logins', NULL, 0.9), 0.99, if(slo = 'logins', NULL, 1), if(slo = 'logins', NULL, 10.5e6),
  if(slo = 'logins', NULL, if(version = 1, 1, 0.4)), NULL, 0.5,
  multiIf(slo = 'logins', 'no-data', version = 1, 'ok', 'burning'), if(slo = 'logins', 1, 1000000),
  toDateTime64(${START}, 3) + version
FROM numbers(60)
ARRAY JOIN [('pay''ments', 'payment'), ('logins', 'login')] AS names
ARRAY JOIN [2, 1] AS version
SETTINGS optimize_on_insert = 0`
  .replaceAll(/\bslo\b/g, 'names.1')
  .replaceAll(/\bservice\b/g, 'names.2');

const BURN_RATES = `INSERT INTO ${TABLES.burnRates}
  (Slo, Objective, Time, \`Window\`, Good, Total, Rate, Scale, UpdatedAt)
SELECT 'pay''ments', 'objective-0', ${START} + number * 60, window, 83500000, 100000000, 16, 1000000,
  now64(3)
FROM numbers(60) ARRAY JOIN ['3d', '1d', '6h', '2h', '1h', '30m', '5m'] AS window`;

const ALERTS = `INSERT INTO ${TABLES.alerts}
  (Id, Slo, Objective, Service, Kind, Severity, LongWindow, ShortWindow, Factor, StartedAt, EndedAt, State, Reason,
   UpdatedAt)
SELECT toString(number), 'pay''ments', 'objective-0', 'payment', alert.1, alert.2, alert.3, alert.4, alert.5,
  toDateTime64(${START}, 3) + number * 600, if(number = 0, toDateTime64(${START}, 3) + 300, NULL),
  if(number = 0, 'resolved', 'firing'), 'in words', now64(3)
FROM (
  SELECT number, arrayElement([('burn', 'page', '1h', '5m', 14.4), ('burn', 'page', '1h', '5m', 14.4),
    ('budget', 'ticket', '30d', '30d', 0.29), ('no-data', 'ticket', '10m', '10m', 0)], number + 1) AS alert
  FROM numbers(4)
)`;

const SPANS = `INSERT INTO ${TABLES.traces}
  (Timestamp, TraceId, SpanId, SpanName, SpanKind, ServiceName, SpanAttributes, Duration, StatusCode, StatusMessage)
SELECT toDateTime64(${START}, 9) + number, lower(hex(number)), lower(hex(number)), kind.2, kind.1, 'payment',
  if(kind.1 = 'Client', map('db.system.name', 'postgresql'), map()), 1000000 * (1 + number % 100),
  if(number % 10 = 0, 'Error', 'Unset'), if(number % 10 = 0, 'card refused', '')
FROM numbers(3600) ARRAY JOIN [('Server', 'POST /pay'), ('Client', 'SELECT')] AS kind`;

const LOGS = `INSERT INTO ${TABLES.logs} (Timestamp, TraceId, SeverityText, SeverityNumber, ServiceName, Body)
SELECT toDateTime64(${START}, 9) + number * 10, '', if(number % 5 = 0, 'ERROR', 'INFO'), if(number % 5 = 0, 17, 9),
  'payment', 'took a payment'
FROM numbers(360)`;

const METRICS = [TABLES.gauge, TABLES.sum, TABLES.histogram, TABLES.expHistogram, TABLES.summary].map(
  (table) => `INSERT INTO ${table} (TimeUnix, ServiceName, MetricName, MetricUnit, Attributes)
SELECT toDateTime64(${START}, 9) + number * 60, 'payment', 'queue.length', '1', map('queue', toString(number % 3))
FROM numbers(60)`,
);
