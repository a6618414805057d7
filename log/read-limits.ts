/** `ReadOptions.maxBytes` when absent. */
export const DEFAULT_MAX_BYTES = 8 * 2 ** 20;
/** `ReadOptions.maxRecords` when absent. */
export const DEFAULT_MAX_RECORDS = 10_000;
