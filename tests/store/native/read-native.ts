import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { query } from 'chdb';

/** One row as the engine gives it back: 64-bit integers as strings, non-finite floats as text. */
export type EngineRow = Readonly<Record<string, unknown>>;

const SETTINGS = [
  'output_format_json_quote_64bit_integers=1',
  'output_format_json_quote_denormals=1',
  "session_timezone='UTC'",
].join(', ');

/** Reads a Native block with ClickHouse itself. `select` is the query's text before FROM. */
export function readNative(chunks: readonly Uint8Array[], select = 'SELECT *'): EngineRow[] {
  return queryNative(chunks, (file) => `${select} FROM ${file}`);
}

/** Names and types of the block's columns as ClickHouse sees them. */
export function describeNative(chunks: readonly Uint8Array[]): { name: string; type: string }[] {
  return queryNative(chunks, (file) => `DESCRIBE TABLE ${file}`).map((row) => ({
    name: String(row['name']),
    type: String(row['type']),
  }));
}

function queryNative(chunks: readonly Uint8Array[], sql: (file: string) => string): EngineRow[] {
  const directory = mkdtempSync(join(tmpdir(), 'valet-native-'));
  try {
    const path = join(directory, 'block.native');
    writeFileSync(path, Buffer.concat(chunks));
    const text = query(`${sql(`file('${path}', 'Native')`)} SETTINGS ${SETTINGS}`, 'JSONEachRow');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as EngineRow);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
