/** What is measured: every fault at one load, two faults at every load, quiet quarters of every kind. */
import { type IncidentScores, measureIncident } from './incidents/measure-incident.ts';
import { measureQuiet, type QuietScore } from './quiet/measure-quiet.ts';
import { defaultSystems, valetWithMinimums } from './systems.ts';
import { FAULTS, type Fault, NIGHT_OUTAGE, OUTAGE, TENTH } from './traffic/faults.ts';
import type { Background, Load } from './traffic/load.ts';
import {
  BACKGROUNDS,
  FEW_REQUESTS,
  NIGHTLY,
  SMALL_NIGHTLY,
  STEADY_LOADS,
  USUAL_LOAD,
} from './traffic/loads.ts';
import type { AlertingSystem } from './types.ts';

/** Runs of an incident for each service-quarter of a kind: one costs a fraction of the other. */
export const RUNS_PER_SERVICE = 4;

export interface AlertsOptions {
  readonly seed: number;
  /** Service-quarters of each kind; incidents are run more often, see {@link RUNS_PER_SERVICE}. */
  readonly services: number;
  /** Told before each kind. */
  readonly onProgress: (done: number, all: number, what: string) => void;
}

export interface IncidentResult {
  readonly fault: Fault;
  readonly load: Load;
  readonly scores: IncidentScores;
}

export interface QuietResult {
  readonly load: Load;
  readonly background: Background;
  readonly services: number;
  readonly scores: ReadonlyMap<string, QuietScore>;
}

export interface AlertsResult {
  readonly faults: readonly IncidentResult[];
  readonly loads: readonly IncidentResult[];
  readonly quiet: readonly QuietResult[];
}

/** Measures all of it; the same seed and number give the same result. */
export function benchAlerts({ seed, services, onProgress }: AlertsOptions): AlertsResult {
  const { faults, loads, quiet } = plan();
  const all = faults.length + loads.length + quiet.length;
  let done = 0;
  const tell = (what: string) => {
    onProgress(done, all, what);
    done += 1;
  };
  const incident = ({ fault, load }: IncidentStep) => {
    tell(`${load.name}: ${fault.name}`);
    const runs = services * RUNS_PER_SERVICE;
    return { fault, load, scores: measureIncident({ load, fault, runs, seed, systems: systemsAt(load) }) };
  };
  return {
    faults: faults.map(incident),
    loads: loads.map(incident),
    quiet: quiet.map(({ load, background }) => {
      tell(`${load.name}: no fault, ${background.name}`);
      const scores = measureQuiet({ load, background, services, seed, systems: systemsAt(load) });
      return { load, background, services, scores };
    }),
  };
}

function systemsAt(load: Load): (seed: number) => readonly AlertingSystem[] {
  if (!FEW_REQUESTS.includes(load)) return defaultSystems;
  return (seed) => [...defaultSystems(seed), ...valetWithMinimums()];
}

interface IncidentStep {
  readonly fault: Fault;
  readonly load: Load;
}

function plan() {
  const loads = [OUTAGE, TENTH].flatMap((fault) =>
    STEADY_LOADS.map((load): IncidentStep => ({ fault, load })),
  );
  const faults = FAULTS.map((fault): IncidentStep => ({ fault, load: USUAL_LOAD }));
  const quiet = [...STEADY_LOADS, SMALL_NIGHTLY].flatMap((load) =>
    BACKGROUNDS.map((background) => ({ load, background })),
  );
  return { faults: [...faults, { fault: NIGHT_OUTAGE, load: NIGHTLY }], loads, quiet };
}
