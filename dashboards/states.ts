import {
  type DynamicConfigValue,
  MappingType,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';

const GREEN = 'green';
const YELLOW = 'yellow';
const ORANGE = 'orange';
const RED = 'red';
const GREY = 'text';

/** Colours of SLO states, alert states and severities. */
const COLOUR_OF_STATE = {
  ok: GREEN,
  burning: ORANGE,
  exhausted: RED,
  'no-data': GREY,
  'insufficient-data': GREY,
  firing: RED,
  inhibited: YELLOW,
  resolved: GREEN,
  page: RED,
  ticket: ORANGE,
} as const;

/** Texts that get their state's colour. */
export const STATE_MAPPINGS: ValueMapping[] = [
  {
    type: MappingType.ValueToText,
    options: Object.fromEntries(
      Object.entries(COLOUR_OF_STATE).map(([text, color], index) => [text, { text, color, index }]),
    ),
  },
];

/** Green from the base on, then the steps' colours from their values on. */
function steps(...more: readonly [number, string][]): ThresholdsConfigBuilder {
  return stepsFrom(GREEN, ...more);
}

function stepsFrom(base: string, ...more: readonly [number, string][]): ThresholdsConfigBuilder {
  const list: Threshold[] = [
    { value: null, color: base },
    ...more.map(([value, color]) => ({ value, color })),
  ];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(list);
}

/** Remaining budget, 1 = untouched: red when spent, yellow under a quarter. */
export const BUDGET_STEPS = () => stepsFrom(RED, [0, ORANGE], [0.25, YELLOW], [0.5, GREEN]);

/** Burn rate: the factors of the four default tiers. */
export const BURN_STEPS = () => steps([1, YELLOW], [3, ORANGE], [6, ORANGE], [14.4, RED]);

/** A count that should be 0. */
export const NONE_STEPS = () => steps([1, RED]);

/** A count without judgement. */
export const PLAIN_STEPS = () => stepsFrom('blue');

/** A table column of states: coloured text. */
export const STATE_COLUMN: DynamicConfigValue[] = [
  { id: 'mappings', value: STATE_MAPPINGS },
  { id: 'custom.cellOptions', value: { type: 'color-text' } },
];

/** A table column of remaining budget: a bar. */
export const BUDGET_COLUMN: DynamicConfigValue[] = [
  { id: 'unit', value: 'percentunit' },
  { id: 'decimals', value: 1 },
  { id: 'min', value: 0 },
  { id: 'max', value: 1 },
  { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic' } },
  { id: 'thresholds', value: BUDGET_STEPS().build() },
];

/** A table column of ratios with enough digits for targets. */
export const RATIO_COLUMN: DynamicConfigValue[] = [
  { id: 'unit', value: 'percentunit' },
  { id: 'decimals', value: 3 },
];

/** A table column of burn rates, coloured by the tiers. */
export const BURN_COLUMN: DynamicConfigValue[] = [
  { id: 'decimals', value: 2 },
  { id: 'thresholds', value: BURN_STEPS().build() },
  { id: 'custom.cellOptions', value: { type: 'color-text' } },
];
