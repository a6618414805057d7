/**
 * From the SLO directory to `valet_definitions`.
 *
 * 1. Every document that loads is published when it differs from what is in force.
 * 2. A definition whose document no longer loads stays in force while its file is there and has problems.
 * 3. A definition whose document is gone from a sound file, or whose file is gone, is retired, once that has lasted
 *    10 s: a file being written anew is empty or half there for a moment, and a new generation begins without history.
 * 4. A directory that cannot be read changes nothing but the problems.
 * 5. The first publication is told even when there is nothing to publish: meters wait for it.
 * One engine publishes at a time: the owner of partition 0 of `valet_sli`.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { NewRecord } from '../../log/types.ts';
import type { Signal } from '../../schemas/names.ts';
import type { DefinitionsPublishedRecord } from '../../schemas/records-definitions.ts';
import { loadDefinitions } from '../core/definitions/load-definitions.ts';
import { keepsGeneration, planDefinition, retireDefinition } from '../core/generations/plan-generations.ts';
import {
  type DefinitionEntry,
  definitionKey,
  PUBLISHED_KEY,
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
  readonly sloDir: string;
  /** Refuses what OpenSLO has otherwise, which is warned about else. */
  readonly isStrict: boolean;
  /** What is published already; must be up to date before `publish`. */
  readonly definitions: DefinitionBook;
  /** Whether any event of a signal has been metered. */
  readonly hasData: (signal: Signal) => Promise<boolean>;
  /** Slices left between now and the beginning of a generation, for clocks that differ. */
  readonly leadSlices: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly logger: Logger;
}

/** How long a definition must be gone before it is retired. */
const GONE_MILLIS = 10_000;

/** What a publication consists of. */
export interface Publication {
  /** To be appended to `valet_definitions`, in one transaction. */
  readonly records: readonly NewRecord[];
  /** To be called once they are. */
  readonly report: () => void;
}

/** Tells what changed in the directory; see above. */
export class DefinitionPublisher {
  readonly #options: DefinitionPublisherOptions;
  /** When each definition that is gone was first missed, by SLO key. */
  #goneSince: ReadonlyMap<string, number> = new Map();
  /** The files and the definitions in force when there was nothing to publish. */
  #settled: { readonly files: readonly SloFile[] | undefined; readonly version: number } | undefined;
  #readable = true;

  constructor(options: DefinitionPublisherOptions) {
    this.#options = options;
  }

  /** Reads the directory; undefined when there is nothing to publish. */
  async plan(): Promise<Publication | undefined> {
    const { sloDir, isStrict, definitions } = this.#options;
    const files = await this.#readFiles();
    if (this.#isSettled(files)) return undefined;
    const loaded = loadDefinitions(files ?? [], { fileInForce: fileInForce(definitions), isStrict });
    const problems = files === undefined ? [unreadable(sloDir)] : loaded.problems;
    const entries = files === undefined ? [] : await this.#changedEntries(loaded.definitions, problems);
    const changed = [...entries.map(entryRecord), ...problemRecords(problems, definitions)];
    if (changed.length === 0 && definitions.published > 0) {
      this.#settled = { files, version: definitions.version };
      return undefined;
    }
    const records = [...changed, publishedRecord(definitions.published + 1)];
    return { records, report: () => this.#report(entries, problems) };
  }

  /** Whether files and definitions are those of the last time, and no definition is being missed. */
  #isSettled(files: readonly SloFile[] | undefined): boolean {
    if (this.#settled === undefined || this.#goneSince.size > 0) return false;
    const isSame = this.#settled.version === this.#options.definitions.version;
    return isSame && isDeepStrictEqual(this.#settled.files, files);
  }

  #report(entries: readonly DefinitionEntry[], problems: readonly DefinitionProblem[]): void {
    const { logger } = this.#options;
    for (const { slo, generations, retiredFrom } of entries) {
      const generation = generations.at(-1)?.generation;
      logger.info({ slo, generation }, retiredFrom === null ? 'SLO definition published' : 'SLO retired');
    }
    for (const problem of problems) logger.warn({ problem }, 'SLO file has a problem');
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
    const { definitions, leadSlices, now } = this.#options;
    const published = new Map(definitions.entries().map((entry) => [entry.slo, entry]));
    const nextSlice = sliceFrom(now()) + leadSlices;
    const metered = new Map<Signal, Promise<boolean>>();
    const changed: DefinitionEntry[] = [];
    for (const definition of loaded) {
      const previous = published.get(sloKey(definition));
      const hasData = keepsGeneration(previous, definition) || (await this.#hasData(definition, metered));
      const entry = planDefinition(previous, definition, { nextSlice, hasData });
      if (!isDeepStrictEqual(entry, previous)) changed.push(entry);
    }
    const retired = this.#goneForLong(loaded, problems);
    return [...changed, ...retired.map((entry) => retireDefinition(entry, nextSlice))];
  }

  /** Whether any event of the definition's signal has been metered, asked once per signal. */
  #hasData({ indicator }: SloDefinition, metered: Map<Signal, Promise<boolean>>): Promise<boolean> {
    const { signal } = indicator.total;
    const asked = metered.get(signal) ?? this.#options.hasData(signal);
    metered.set(signal, asked);
    return asked;
  }

  /** The entries in force that have no document any more, and had none before; also notes those just missed. */
  #goneForLong(
    loaded: readonly SloDefinition[],
    problems: readonly DefinitionProblem[],
  ): readonly DefinitionEntry[] {
    const { definitions, now } = this.#options;
    const nowMillis = now();
    const present = new Set(loaded.map(sloKey));
    const errors = problems.filter(({ severity }) => severity !== 'warning');
    const faulty = new Set(errors.map(({ file }) => file));
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

function publishedRecord(number: number): NewRecord {
  const record: DefinitionsPublishedRecord = { kind: 'published', number };
  return { key: PUBLISHED_KEY, value: encodeJson(record) };
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
