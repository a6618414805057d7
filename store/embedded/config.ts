/** What the engine's configuration file says. */
export interface EngineConfig {
  /** Clients have to send it as `X-Valet-Key`. */
  readonly secret: string;
  /** All the engine may hold, MiB. */
  readonly memoryMib: number;
  /** Its own log: warnings and errors, rotated at 10 MiB, one old file kept. */
  readonly logFile: string;
}

/** Name of the header with the secret. */
export const SECRET_HEADER = 'X-Valet-Key';

const MIB = 2 ** 20;

/**
 * The engine's configuration. Its one HTTP rule matches only requests with the secret header: anybody else gets 404,
 * on every path. Caches take a share of the memory limit; the defaults are made for a server of its own.
 */
export function engineConfig(config: EngineConfig): string {
  const total = config.memoryMib * MIB;
  const share = (part: number) => Math.floor(total * part);
  return `<clickhouse>
  <log-level>warning</log-level>
  <logger><log>${escaped(config.logFile)}</log><size>10M</size><count>1</count></logger>
  <listen_host>127.0.0.1</listen_host>
  <max_server_memory_usage>${total}</max_server_memory_usage>
  <merges_mutations_memory_usage_soft_limit>${share(0.4)}</merges_mutations_memory_usage_soft_limit>
  <mark_cache_size>${share(0.05)}</mark_cache_size>
  <primary_index_cache_size>${share(0.05)}</primary_index_cache_size>
  <index_mark_cache_size>${share(0.02)}</index_mark_cache_size>
  <max_concurrent_queries>100</max_concurrent_queries>
  <background_schedule_pool_size>4</background_schedule_pool_size>
  <http_handlers>
    <rule>
      <headers><${SECRET_HEADER}>${escaped(config.secret)}</${SECRET_HEADER}></headers>
      <handler><type>dynamic_query_handler</type><query_param_name>query</query_param_name></handler>
    </rule>
  </http_handlers>
</clickhouse>
`;
}

function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
