import { mkdirSync } from 'node:fs';
import { type Database, open, type RootDatabase } from 'lmdb';

/** The LMDB environment of one handle: one per thread, all on the same file. */
export interface Environment {
  /** Its directory. */
  readonly path: string;
  readonly root: RootDatabase<Uint8Array, Uint8Array>;
  readonly state: Database<Uint8Array, Uint8Array>;
  readonly records: Database<Uint8Array, Uint8Array>;
  readonly latest: Database<Uint8Array, Uint8Array>;
  readonly deletions: Database<Uint8Array, Uint8Array>;
}

/** Address space, not disk: large enough that the map is practically never made anew while readers hold the old one. */
const MAP_BYTES = 256 * 2 ** 30;

const BINARY = { encoding: 'binary', keyEncoding: 'binary' } as const;

/**
 * Opens the environment in a directory, made when missing.
 *
 * Durability. `overlappingSync`, the package's default, makes a transaction visible before it is on the disk
 * (README of the package `lmdb`, "Overlapping Sync Options"). Without it a commit is LMDB's own (`mdb_txn_commit` in
 * lmdb's mdb.c): pages written, `fdatasync`, then the meta page through a descriptor opened with `O_DSYNC`; only then do
 * readers see it and the promise resolves. That is what the port's invariants 1 and 2 ask for. `noMemInit` only leaves
 * the unused rest of a page unzeroed.
 */
export function openEnvironment(path: string): Environment {
  mkdirSync(path, { recursive: true });
  const root = open<Uint8Array, Uint8Array>({
    path,
    ...BINARY,
    noSubdir: false,
    overlappingSync: false,
    noMemInit: true,
    eventTurnBatching: false,
    mapSize: MAP_BYTES,
    maxDbs: 8,
  });
  const named = (name: string) => root.openDB<Uint8Array, Uint8Array>(name, BINARY);
  return {
    path,
    root,
    state: named('state'),
    records: named('records'),
    latest: named('latest'),
    deletions: named('deletions'),
  };
}
