import type { Store } from '../../store/types.ts';

/** A store whose every query has this `session_timezone`. */
export function withSessionZone(store: Store, zone: string): Store {
  return {
    insert: (block) => store.insert(block),
    command: (sql, options) => store.command(sql, options),
    stream: (sql, options) => store.stream(sql, options),
    ping: () => store.ping(),
    close: async () => {},
    query: (sql, options = {}) =>
      store.query(sql, { ...options, settings: { ...options.settings, session_timezone: zone } }),
  };
}
