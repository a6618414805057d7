import type { DeliveryOptions } from '../engine/delivery/types.ts';
import type { EngineWorkerData } from '../engine/worker-data.ts';
import type { Configuration } from '../schemas/configuration.ts';
import type { StoreEndpoint } from '../store/types.ts';
import type { ProcessContext } from './process-context.ts';
import { RoleWorker } from './role-worker.ts';

/** Starts the engine's worker. */
export function startEngineRole(context: ProcessContext, endpoint: StoreEndpoint): void {
  const { configuration, logAddress, logger, parts, readiness, workers } = context;
  const workerData: EngineWorkerData = {
    log: logAddress,
    endpoint,
    ...(hasTargets(configuration) && { delivery: deliveryOf(configuration) }),
    sloDir: configuration.sloDir,
    sloStrict: configuration.sloStrict,
    latenessSeconds: configuration.latenessSeconds,
    logLevel: configuration.logLevel,
  };
  const entry = new URL('../engine/main.ts', import.meta.url);
  const engine = new RoleWorker({ role: 'engine', entry, workerData, logger });
  parts.add('engine', () => engine.stop());
  readiness.set('engine', () => engine.problem);
  workers.push(engine);
}

function hasTargets({ alertmanagerUrls, alertWebhookUrls }: Configuration): boolean {
  return alertmanagerUrls.trim() !== '' || alertWebhookUrls.trim() !== '';
}

function deliveryOf(configuration: Configuration): DeliveryOptions {
  const { alertmanagerUrls, alertWebhookUrls, watchdogAlert, consoleUrl } = configuration;
  return { alertmanagerUrls, webhookUrls: alertWebhookUrls, watchdogAlert, consoleUrl };
}
