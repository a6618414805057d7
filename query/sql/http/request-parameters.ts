/** What a request says beside the statement, in its parameters and headers. */
import type { IncomingHttpHeaders } from 'node:http';
import { checkedFormat } from '../guard/formats.ts';
import { SqlRefusal } from '../guard/refusal.ts';
import { takeSetting } from '../guard/settings.ts';

export interface RequestParameters {
  /** `?query=`; the body follows it. */
  readonly query: string;
  /** '' when none is named. */
  readonly database: string;
  readonly defaultFormat: string | undefined;
  /** The reader's own, or undefined. */
  readonly queryId: string | undefined;
  /** `param_<name>` by name. */
  readonly params: ReadonlyMap<string, string>;
  /** `additional_table_filters`, as text. */
  readonly filters: string | undefined;
  /** Checked, not clamped. */
  readonly settings: ReadonlyMap<string, string>;
}

/** Read elsewhere, or nothing to us: any user may read in single-tenant mode. */
const TAKEN_APART = new Set([
  'query',
  'database',
  'default_format',
  'query_id',
  'additional_table_filters',
  'decompress',
]);
const WITHOUT_MEANING = new Set(['user', 'password', 'quota_key', 'add_http_cors_header']);
/** Most parameters of one request. */
const MAX_PARAMETERS = 200;
const PARAMETER_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
const QUERY_ID = /^[\x21-\x7e]{1,128}$/;

/** Throws {@link SqlRefusal} for a parameter that is not taken. */
export function requestParameters(search: URLSearchParams, headers: IncomingHttpHeaders): RequestParameters {
  const settings = new Map<string, string>();
  const params = new Map<string, string>();
  if (search.size > MAX_PARAMETERS) {
    throw new SqlRefusal('BAD_ARGUMENTS', `a request may have ${MAX_PARAMETERS} parameters at most`);
  }
  for (const [name, value] of search) {
    if (TAKEN_APART.has(name) || WITHOUT_MEANING.has(name)) continue;
    if (name.startsWith('param_')) params.set(checkedName(name.slice('param_'.length)), value);
    else takeSetting(settings, name, value);
  }
  refuseCompressedBody(search.get('decompress'));
  const format = search.get('default_format') ?? header(headers, 'x-clickhouse-format');
  return {
    query: search.getAll('query').join(''),
    database: search.get('database') ?? header(headers, 'x-clickhouse-database') ?? '',
    defaultFormat: format === undefined || format === '' ? undefined : checkedFormat(format),
    queryId: checkedQueryId(search.get('query_id')),
    params,
    filters: search.get('additional_table_filters') ?? undefined,
    settings,
  };
}

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function checkedName(name: string): string {
  if (PARAMETER_NAME.test(name)) return name;
  throw new SqlRefusal('BAD_ARGUMENTS', `param_${name.slice(0, 60)} is no parameter's name`);
}

function checkedQueryId(id: string | null): string | undefined {
  if (id === null || id === '') return undefined;
  if (QUERY_ID.test(id)) return id;
  throw new SqlRefusal('BAD_ARGUMENTS', 'query_id takes up to 128 printable ASCII characters');
}

function refuseCompressedBody(decompress: string | null): void {
  if (decompress === null || decompress === '0' || decompress === '') return;
  throw new SqlRefusal(
    'BAD_ARGUMENTS',
    "a body in ClickHouse's own compression is not taken; use Content-Encoding",
  );
}
