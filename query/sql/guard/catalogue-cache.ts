import type { EngineClient } from '../http/engine-client.ts';
import { type Catalogue, type CatalogueOptions, loadCatalogue } from './catalogue.ts';

/** How long a catalogue is believed, milliseconds. Tables come with migrations, so seldom. */
const FRESH_MILLIS = 10_000;
/** A statement that names an unknown table may ask again this soon. */
const RETRY_MILLIS = 1_000;

/** Keeps the catalogue at hand; one load at a time. */
export class CatalogueCache {
  readonly #engine: EngineClient;
  readonly #now: () => number;
  readonly #options: CatalogueOptions;
  #current: Catalogue | undefined;
  #text = '';
  #loadedMillis = 0;
  #loading: Promise<Catalogue> | undefined;

  constructor(engine: EngineClient, { now, ...options }: CatalogueOptions & { readonly now: () => number }) {
    this.#engine = engine;
    this.#now = now;
    this.#options = options;
  }

  /** The catalogue; the same object as before when nothing changed. */
  async get(): Promise<Catalogue> {
    const age = this.#now() - this.#loadedMillis;
    return this.#current !== undefined && age < FRESH_MILLIS ? this.#current : this.#load();
  }

  /** A newer catalogue, when the one at hand is older than a second. */
  async newer(): Promise<Catalogue> {
    return this.#now() - this.#loadedMillis < RETRY_MILLIS ? this.get() : this.#load();
  }

  #load(): Promise<Catalogue> {
    this.#loading ??= loadCatalogue(this.#engine, this.#options)
      .then((catalogue) => this.#keep(catalogue))
      .finally(() => {
        this.#loading = undefined;
      });
    return this.#loading;
  }

  #keep(catalogue: Catalogue): Catalogue {
    const text = JSON.stringify([...catalogue.tables, ...catalogue.existing, ...catalogue.systemColumns]);
    this.#loadedMillis = this.#now();
    if (this.#current === undefined || text !== this.#text) this.#current = catalogue;
    this.#text = text;
    return this.#current;
  }
}
