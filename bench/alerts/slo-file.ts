/** The SLO every run has, as its owner would write it. */

/** An SLO file of 30 days with this target; `minBadEvents` only when it is given. */
export function sloFile(target: string, minBadEvents?: number): string {
  const minimum =
    minBadEvents === undefined ? '' : `  annotations:\n    valet/min-bad-events: "${minBadEvents}"\n`;
  return `apiVersion: openslo/v1
kind: SLO
metadata:
  name: bench
${minimum}spec:
  service: bench
  indicator:
    metadata:
      name: bench
    spec:
      ratioMetric:
        counter: true
        good:
          metricSource:
            type: otlp
            spec:
              signal: traces
              where: span.status.code != STATUS_CODE_ERROR
        total:
          metricSource:
            type: otlp
            spec:
              signal: traces
              where: resource.attributes["service.name"] == "bench"
  timeWindow:
    - duration: 30d
      isRolling: true
  budgetingMethod: Occurrences
  objectives:
    - target: ${target}
`;
}
