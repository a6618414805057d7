/** Problems the engine itself reports beside those of SLO files; listed in docs/errors.md. */
export const ENGINE_PROBLEM_CODES = ['slo-directory-unreadable'] as const;

export type EngineProblemCode = (typeof ENGINE_PROBLEM_CODES)[number];
