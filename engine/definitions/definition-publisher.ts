/**
 * From the SLO directory to `valet_definitions`.
 *
 * 1. Every document that loads is published when it differs from what is in force.
 * 2. A definition whose document no longer loads stays in force while its file is there and has problems.
 * 3. A definition whose document is gone from a sound file, or whose file is gone, is retired, once that has lasted
 *    10 s: a file being written anew is empty or half there for a moment, and a new generation begins without history.
 * 4. A directory that cannot be read changes nothing but the problems.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { DurableLog, NewRecord } from '../../log/types.ts';
import { type Signal, TOPIC_DEFINITIONS } from '../../schemas/names.ts';
import { loadDefinitions } from '../core/definitions/load-definitions.ts';
import { planDefinition, retireDefinition } from '../core/generations/plan-generations.ts';
import {
  type DefinitionEntry,
  definitionKey,
  problemsKey,
  storeDefinition,
} from '../core/records/definition-record.ts';
import { encodeJson } from '../core/records/json-record.ts';
import type { DefinitionBook } from '../core/replica/definition-book.ts';
import { sliceFrom } from '../core/slices/slice.ts';
import { sloKey } from '../core/slo-key.ts';
import type { DefinitionProblem, SloDefinition } from '../core/types.ts';
import type { EngineProblemCode } from '../errors.ts';
import { readSloFiles, type SloFile } from './read-slo-files.ts';

export interface DefinitionPublisherOptions {
  readonly log: DurableLog;
  readonly sloDir: string;
  /** What is published already; must be up to date before `publish`. */
  readonly definitions: DefinitionBook;
  /** Whether any event of a signal has been metered. */
  readonly hasData: (signal: Signal) => Promise<boolean>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly logger: Logger;
}

/** How long a definition must be gone before it is retired. */
const GONE_MILLIS = 10_000;

/** Publishes what changed in the directory; see above. */
export class DefinitionPublisher {
  readonly #options: DefinitionPublisherOptions;
  /** When each definition that is gone was first missed, by SLO key. */
  #goneSince: ReadonlyMap<string, number> = new Map();
  #readable = true;

  constructor(options: DefinitionPublisherOptions) {
    this.#options = options;
  }

  /** Reads the directory and appends what changed; resolves with the number of records. */
  async publish(): Promise<number> {
    const { log, sloDir, definitions, logger } = this.#options;
    const files = await this.#readFiles();
    const loaded = loadDefinitions(files ?? [], fileInForce(definitions));
    const problems = files === undefined ? [unreadable(sloDir)] : loaded.problems;
    const entries = files === undefined ? [] : await this.#changedEntries(loaded.definitions, problems);
    const records = [...entries.map(entryRecord), ...problemRecords(problems, definitions)];
    if (records.length === 0) return 0;
    await log.append(TOPIC_DEFINITIONS, records, 0);
    for (const { slo, generations, retiredFrom } of entries) {
      const generation = generations.at(-1)?.generation;
      logger.info({ slo, generation }, retiredFrom === null ? 'SLO definition published' : 'SLO retired');
    }
    for (const problem of problems) logger.warn({ problem }, 'SLO file has a problem');
    return records.length;
  }

  async #readFiles(): Promise<readonly SloFile[] | undefined> {
    try {
      const files = await readSloFiles(this.#options.sloDir);
      this.#readable = true;
      return files;
    } catch (error) {
      // Read every few seconds, told once.
      if (this.#readable) this.#options.logger.warn({ err: error }, 'SLO directory cannot be read');
      this.#readable = false;
      return undefined;
    }
  }

  async #changedEntries(
    loaded: readonly SloDefinition[],
    problems: readonly DefinitionProblem[],
  ): Promise<readonly DefinitionEntry[]> {
    const { definitions, hasData, now } = this.#options;
    const published = new Map(definitions.entries().map((entry) => [entry.slo, entry]));
    const nextSlice = sliceFrom(now());
    const changed: DefinitionEntry[] = [];
    for (const definition of loaded) {
      const previous = published.get(sloKey(definition));
      const instant = { nextSlice, hasData: await hasData(definition.indicator.total.signal) };
      const entry = planDefinition(previous, definition, instant);
      if (!isDeepStrictEqual(entry, previous)) changed.push(entry);
    }
    const retired = this.#goneForLong(loaded, problems);
    return [...changed, ...retired.map((entry) => retireDefinition(entry, nextSlice))];
  }

  /** The entries in force that have no document any more, and had none before; also notes those just missed. */
  #goneForLong(
    loaded: readonly SloDefinition[],
    problems: readonly DefinitionProblem[],
  ): readonly DefinitionEntry[] {
    const { definitions, now } = this.#options;
    const nowMillis = now();
    const present = new Set(loaded.map(sloKey));
    const faulty = new Set(problems.map(({ file }) => file));
    const gone = definitions
      .entries()
      .filter(({ slo, retiredFrom }) => retiredFrom === null && !present.has(slo))
      .filter(({ definition }) => !faulty.has(definition.file));
    const since = (slo: string) => this.#goneSince.get(slo) ?? nowMillis;
    this.#goneSince = new Map(gone.map(({ slo }) => [slo, since(slo)]));
    return gone.filter(({ slo }) => nowMillis - since(slo) >= GONE_MILLIS);
  }
}

/** Names of the SLOs in force with the files they came from. */
function fileInForce(definitions: DefinitionBook): ReadonlyMap<string, string> {
  return new Map(definitions.inForce().map(({ definition }) => [definition.name, definition.file]));
}

function unreadable(sloDir: string): DefinitionProblem {
  const message = `The SLO directory ${sloDir} cannot be read; the definitions published before stay in force`;
  const code: EngineProblemCode = 'slo-directory-unreadable';
  return { file: '', line: 1, path: '', code, message };
}

function entryRecord(entry: DefinitionEntry): NewRecord {
  const stored = { ...entry, definition: storeDefinition(entry.definition) };
  return { key: definitionKey(entry.slo), value: encodeJson(stored) };
}

/** The files whose problems differ from those published; a file without problems any more is deleted. */
function problemRecords(problems: readonly DefinitionProblem[], published: DefinitionBook): NewRecord[] {
  const byFile = Map.groupBy(problems, ({ file }) => file);
  const records: NewRecord[] = [];
  for (const [file, found] of byFile) {
    if (isDeepStrictEqual(found, published.problemsOf(file))) continue;
    records.push({ key: problemsKey(file), value: encodeJson({ kind: 'problems', file, problems: found }) });
  }
  for (const file of published.filesWithProblems()) {
    if (!byFile.has(file)) records.push({ key: problemsKey(file), value: new Uint8Array(0) });
  }
  return records;
}
