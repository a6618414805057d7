import type { Query } from './stored.ts';

/** Statements at a ClickHouse server's HTTP port, in Valet's database. */
export function rowsAt(url: string): Query {
  return async (statement) => {
    const response = await fetch(`${url}/?database=valet&default_format=JSON`, {
      method: 'POST',
      body: statement,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${statement}: ${response.status} ${text}`);
    return (JSON.parse(text) as { data: readonly Record<string, unknown>[] }).data;
  };
}
