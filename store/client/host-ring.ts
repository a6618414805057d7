/**
 * Which of several servers to ask. A server's states:
 *
 * 1. Working: asked in turn.
 * 2. Aside: it failed. Nobody asks it while others work, for 1 s at first, then twice as long each time it fails
 *    again, up to 30 s.
 * 3. Due: its time aside is over. It is probed once, in the background, and works again when it answers; else it is
 *    aside again. Statements do not wait for it.
 *
 * When no server works, those aside are asked all the same, the one that is due first before the others.
 */

export interface HostRingOptions {
  /** Whether the server answers; never rejects. */
  readonly probe: (host: string) => Promise<boolean>;
  /** The first time aside. @default 1000 */
  readonly asideMillis?: number;
  /** The longest. @default 30_000 */
  readonly maxAsideMillis?: number;
  /** Monotonic milliseconds. @default performance.now */
  readonly now?: () => number;
}

interface Aside {
  readonly untilMillis: number;
  readonly forMillis: number;
  readonly probing: boolean;
}

export class HostRing {
  readonly #aside = new Map<string, Aside>();
  readonly #options: HostRingOptions;
  readonly #now: () => number;

  constructor(options: HostRingOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Servers put aside, for those who watch. */
  get aside(): readonly string[] {
    return [...this.#aside.keys()];
  }

  /** The hosts in the order to ask them: those that work, beginning with the one at `start`, then the others. */
  order(hosts: readonly string[], start: number): readonly string[] {
    const turned = hosts.map((_, index) => hosts[(start + index) % hosts.length] as string);
    const working = turned.filter((host) => !this.#aside.has(host));
    if (working.length === hosts.length) return working;
    for (const host of hosts) if (working.length > 0) this.#probeWhenDue(host);
    const others = turned.filter((host) => this.#aside.has(host));
    return [...working, ...others.sort((one, other) => this.#dueAt(one) - this.#dueAt(other))];
  }

  worked(host: string): void {
    this.#aside.delete(host);
  }

  failed(host: string): void {
    const { asideMillis = 1_000, maxAsideMillis = 30_000 } = this.#options;
    const before = this.#aside.get(host)?.forMillis;
    const forMillis = before === undefined ? asideMillis : Math.min(before * 2, maxAsideMillis);
    this.#aside.set(host, { untilMillis: this.#now() + forMillis, forMillis, probing: false });
  }

  #probeWhenDue(host: string): void {
    const aside = this.#aside.get(host);
    if (!aside || aside.probing || this.#now() < aside.untilMillis) return;
    this.#aside.set(host, { ...aside, probing: true });
    void this.#options.probe(host).then((answers) => (answers ? this.worked(host) : this.failed(host)));
  }

  #dueAt(host: string): number {
    return this.#aside.get(host)?.untilMillis ?? 0;
  }
}
