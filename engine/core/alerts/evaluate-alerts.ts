/** All alerts of one SLO at one instant. Instants must come in ascending order. */
import type { AlertKind, AlertRecord } from '../types.ts';
import { ofKind } from './alert-lanes.ts';
import { evaluateBudget } from './evaluate-budget.ts';
import { evaluateSilence } from './evaluate-silence.ts';
import { type EvaluateInput, evaluateTiers } from './evaluate-tiers.ts';

const EVALUATIONS: Readonly<Record<AlertKind, (input: EvaluateInput) => readonly AlertRecord[]>> = {
  burn: evaluateTiers,
  budget: evaluateBudget,
  'no-data': evaluateSilence,
};

/** The alerts that began, ended or changed hands at the instant, each with its new state. */
export function evaluateAlerts(input: EvaluateInput): readonly AlertRecord[] {
  return Object.entries(EVALUATIONS).flatMap(([kind, evaluate]) =>
    evaluate({ ...input, open: ofKind(input.open, kind as AlertKind) }),
  );
}
