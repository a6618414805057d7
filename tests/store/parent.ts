/** Run as a process of its own by embedded.test.ts: starts the engine, says where, and waits to be killed. */
import { startEmbedded } from '../../store/embedded/start-embedded.ts';

const engine = await startEmbedded({ dataDir: process.argv[2] ?? '', memoryMib: 1024 });
process.stdout.write(`${JSON.stringify({ pid: engine.pid, endpoint: engine.endpoint })}\n`);
