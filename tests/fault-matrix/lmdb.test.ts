import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdbLog } from '../../log/lmdb/open-lmdb-log.ts';
import type { DurableLog } from '../../log/types.ts';
import { TOPIC_DEAD_LETTERS } from '../../schemas/names.ts';
import { faultMatrix } from './matrix.ts';
import type { LogOfScenario } from './site.ts';

/** A log in a directory; made anew it is in another one, as when the data directory was deleted. */
class LmdbOfScenario implements LogOfScenario {
  readonly prefix = '';
  readonly #folder: string;
  #run = 0;
  log: DurableLog;

  private constructor(folder: string, log: DurableLog) {
    this.#folder = folder;
    this.log = log;
  }

  static async open(): Promise<LmdbOfScenario> {
    const folder = await mkdtemp(join(tmpdir(), 'valet-matrix-'));
    return new LmdbOfScenario(folder, await openLmdbLog({ path: join(folder, '0') }));
  }

  get address() {
    return { kind: 'lmdb', path: join(this.#folder, String(this.#run)) } as const;
  }

  another(): Promise<DurableLog> {
    return openLmdbLog({ path: this.address.path });
  }

  async buryMembers(): Promise<void> {}

  async recreate(topic: string): Promise<void> {
    await this.log.close();
    this.#run++;
    this.log = await openLmdbLog({ path: this.address.path });
    await this.log.ensureTopic(topic);
    await this.log.ensureTopic(TOPIC_DEAD_LETTERS);
  }

  async dispose(): Promise<void> {
    await this.log.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

faultMatrix('lmdb', async () => ({
  kind: 'lmdb',
  open: () => LmdbOfScenario.open(),
  close: async () => {},
}));
