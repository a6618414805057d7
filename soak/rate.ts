/** Spans a second, asked of the senders and acknowledged to them while they sent. */
export interface Rate {
  readonly asked: number;
  readonly acknowledged: number;
}

/** Less than this of what was asked is another test than the one that was wanted. */
const LEAST_SHARE = 0.9;

/** Whether the pipeline kept up, deaths and all. */
export function isReached({ asked, acknowledged }: Rate): boolean {
  return acknowledged >= asked * LEAST_SHARE;
}

/** `asked for 20000 spans/s, 19950 acknowledged`, and that it is too few when it is. */
export function rateLine(rate: Rate): string {
  const { asked, acknowledged } = rate;
  const told = `asked for ${Math.round(asked)} spans/s, ${Math.round(acknowledged)} acknowledged`;
  return isReached(rate) ? told : `${told}: less than ${LEAST_SHARE * 100} % of it`;
}
