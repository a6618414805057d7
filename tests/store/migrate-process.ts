/** Run as a process of its own by migrate-concurrent.test.ts: migrates the database at the endpoint and says what it did. */
import { createStore } from '../../store/client/clickhouse-store.ts';
import { migrate } from '../../store/migrate/migrate.ts';

const { endpoint, settings } = JSON.parse(process.argv[2] ?? '{}');
const store = createStore(endpoint);
process.stdout.write(JSON.stringify(await migrate(store, settings)));
await store.close();
