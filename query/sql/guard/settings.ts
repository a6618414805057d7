/**
 * The settings a reader may give, in a SETTINGS clause or as request parameters, and the ones every statement runs
 * with. Whatever is not listed is refused by name: a setting can read files (format_schema), reach the network or
 * lift a limit.
 */
import { SqlRefusal } from './refusal.ts';
import type { SettingValue } from './statement.ts';

/** Ceilings of one statement. */
export interface SqlLimits {
  /** Longest run, seconds. */
  readonly maxSeconds: number;
  /** Most memory, bytes. */
  readonly maxMemoryBytes: number;
  /** Most rows of a result; more is an error, never a silent cut. */
  readonly maxResultRows: number;
  /** Most bytes of a result before formatting. @default 1 GiB */
  readonly maxResultBytes?: number;
  /** Most rows read from tables. @default 10^10 */
  readonly maxRowsToRead?: number;
  /** Threads of one statement. @default 2 */
  readonly maxThreads?: number;
}

const BOOLEAN = /^[01]$/;
const NUMBER = /^\d{1,19}(\.\d{1,9})?$/;
const WORDS = /^[A-Za-z0-9_,+\-/ ]{1,100}$/;
const SHORT_TEXT = /^[\t\x20-\x7e]{0,20}$/;

/** What a value must look like, by the setting's name. */
const PATTERNS = new Map<string, RegExp>([
  ...entries(BOOLEAN, [
    ...'output_format_decimal_trailing_zeros output_format_write_statistics extremes final transform_null_in'.split(
      ' ',
    ),
    ...'join_use_nulls group_by_use_nulls cast_keep_nullable any_join_distinct_right_table_keys'.split(' '),
    ...'aggregate_functions_null_for_empty enable_positional_arguments prefer_column_name_to_alias'.split(
      ' ',
    ),
    ...'function_json_value_return_type_allow_nullable function_json_value_return_type_allow_complex'.split(
      ' ',
    ),
    ...'query_plan_optimize_lazy_materialization use_skip_indexes use_skip_indexes_if_final'.split(' '),
    ...'use_skip_indexes_for_top_k use_skip_indexes_on_data_read use_skip_indexes_for_disjunctions'.split(
      ' ',
    ),
    ...'enable_full_text_index optimize_read_in_order optimize_aggregation_in_order force_primary_key'.split(
      ' ',
    ),
    ...'low_cardinality_allow_in_native_format describe_compact_output describe_include_subcolumns'.split(
      ' ',
    ),
    ...'http_write_exception_in_output_format enable_http_compression wait_end_of_query compress'.split(' '),
  ]),
  ...entries(NUMBER, [
    ...'limit offset max_execution_time max_estimated_execution_time max_memory_usage max_result_rows'.split(
      ' ',
    ),
    ...'max_result_bytes max_rows_to_read max_bytes_to_read max_rows_to_group_by max_rows_to_sort'.split(' '),
    ...'max_rows_in_join max_bytes_in_join max_rows_in_set max_bytes_in_set max_rows_in_distinct'.split(' '),
    ...'max_block_size max_threads totals_auto_threshold client_protocol_version'.split(' '),
    ...output('parquet', 'row_group_size'),
    ...output('pretty', 'max_rows max_column_pad_width max_value_width'),
  ]),
  ...entries(WORDS, [
    ...'date_time_output_format totals_mode join_default_strictness join_algorithm session_timezone'.split(
      ' ',
    ),
    ...'union_default_mode except_default_mode intersect_default_mode'.split(' '),
    ...'read_overflow_mode timeout_overflow_mode group_by_overflow_mode sort_overflow_mode'.split(' '),
    ...'result_overflow_mode join_overflow_mode set_overflow_mode distinct_overflow_mode'.split(' '),
    ...output('arrow', 'compression_method'),
    ...output('parquet', 'compression_method version'),
    ...output('orc', 'compression_method'),
    ...output('pretty', 'grid_charset'),
    ...'bool_true_representation bool_false_representation'.split(' '),
  ]),
  ...entries(SHORT_TEXT, [
    'format_csv_delimiter',
    'format_csv_null_representation',
    'format_tsv_null_representation',
  ]),
]);

/** Switches of how a format writes its rows; none of these families reads or writes anything else. */
const FORMAT_SWITCH =
  /^output_format_(arrow|avro|binary|csv|json|native|orc|parquet|pretty|tsv|values)_[a-z0-9_]{1,80}$/;

/** Taken without an effect: what clients send by habit, and what is so already. */
const IGNORED = new Set([
  'allow_experimental_analyzer',
  'enable_analyzer',
  'allow_experimental_json_type',
  'allow_experimental_dynamic_type',
  'allow_experimental_variant_type',
  'allow_experimental_object_type',
  'allow_suspicious_low_cardinality_types',
  'cancel_http_readonly_queries_on_client_close',
  'http_zlib_compression_level',
  'network_compression_method',
  'log_comment',
  'log_queries',
  'priority',
  'quota_key',
]);

function patternOf(name: string): RegExp | undefined {
  return PATTERNS.get(name) ?? (FORMAT_SWITCH.test(name) ? BOOLEAN : undefined);
}

function entries(pattern: RegExp, names: readonly string[]): [string, RegExp][] {
  return names.map((name) => [name, pattern]);
}

function output(format: string, names: string): string[] {
  return names.split(' ').map((name) => `output_format_${format}_${name}`);
}

/** True when the reader may give, and so may also read, the setting. */
export function isKnownSetting(name: string): boolean {
  return patternOf(name) !== undefined || IGNORED.has(name) || name === 'readonly';
}

/** Checks one setting and puts it into `target`. Throws {@link SqlRefusal} for one that is not taken. */
export function takeSetting(target: Map<string, string>, name: string, value: SettingValue): void {
  if (name === 'readonly') checkReadonly(value);
  if (name === 'readonly' || IGNORED.has(name)) return;
  const pattern = patternOf(name);
  if (pattern === undefined || typeof value !== 'string') {
    throw new SqlRefusal(
      'UNKNOWN_SETTING',
      `the setting or parameter ${name.slice(0, 80)} is not taken here`,
    );
  }
  if (!pattern.test(value)) {
    throw new SqlRefusal(
      'BAD_ARGUMENTS',
      `the setting ${name} cannot be ${JSON.stringify(value.slice(0, 80))}`,
    );
  }
  target.set(name, value);
}

function checkReadonly(value: SettingValue): void {
  if (value === '1' || value === '2') return;
  throw new SqlRefusal('READONLY', 'this endpoint is read-only; readonly cannot be changed');
}

/** The settings a statement runs with: the reader's, under the ceilings, and the fixed ones. */
export function effectiveSettings(
  given: ReadonlyMap<string, string>,
  limits: SqlLimits,
): Map<string, string> {
  const settings = new Map(given);
  const ceilings: Readonly<Record<string, number>> = {
    max_execution_time: limits.maxSeconds,
    max_memory_usage: limits.maxMemoryBytes,
    max_result_rows: limits.maxResultRows,
    max_result_bytes: limits.maxResultBytes ?? 2 ** 30,
    max_rows_to_read: limits.maxRowsToRead ?? 1e10,
    max_threads: limits.maxThreads ?? 2,
    max_block_size: 65_409,
  };
  for (const [name, ceiling] of Object.entries(ceilings))
    settings.set(name, clamped(settings.get(name), ceiling));
  // Cutting a result short is the reader's wish only when the reader named the number of rows.
  if (!given.has('max_result_rows')) settings.set('result_overflow_mode', 'throw');
  if (!given.has('max_rows_to_read')) settings.set('read_overflow_mode', 'throw');
  if (!given.has('max_execution_time')) settings.set('timeout_overflow_mode', 'throw');
  for (const [name, value] of FIXED) settings.set(name, value);
  return settings;
}

/** 0 means no limit to ClickHouse, so it becomes the ceiling. */
function clamped(given: string | undefined, ceiling: number): string {
  const value = Number(given ?? 0);
  return String(value > 0 ? Math.min(value, ceiling) : ceiling);
}

/** Most bytes of the statement the engine sees: longer than the reader's, since subqueries stand for its tables. */
export const MAX_ENGINE_QUERY_BYTES = 4 * 2 ** 20;

/** Bounds on parsing, for the statement and for EXPLAIN AST of it. */
export const PARSER_LIMITS: readonly (readonly [string, string])[] = [
  ['max_query_size', String(MAX_ENGINE_QUERY_BYTES)],
  ['max_parser_depth', '500'],
  ['max_parser_backtracks', '200000'],
  ['max_ast_depth', '500'],
  ['max_ast_elements', '50000'],
  ['max_expanded_ast_elements', '200000'],
];

const FIXED: readonly (readonly [string, string])[] = [
  ...PARSER_LIMITS,
  ['readonly', '1'],
  ['allow_ddl', '0'],
  ['allow_introspection_functions', '0'],
  ['allow_get_client_http_header', '0'],
  ['enable_analyzer', '1'],
  ['cancel_http_readonly_queries_on_client_close', '1'],
  ['max_hyperscan_regexp_length', '1000'],
  ['max_hyperscan_regexp_total_length', '10000'],
  ['max_temporary_data_on_disk_size_for_query', String(4 * 2 ** 30)],
  ['log_comment', 'valet-sql'],
];
