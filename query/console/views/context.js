/** What a view is given. */

/** @import {SloState} from '../../../engine/core/types.ts' */
/** @import {Resource} from '../data/resources.js' */
/** @import {Route} from '../data/routes.js' */
/** @import {LiveState} from '../data/live.js' */
/** @import {Ports} from '../domain/send-samples.js' */

/**
 * @template T
 * @typedef {{ readonly items: readonly T[] }} Items
 */
/** @typedef {{ readonly name: string, readonly signals: Readonly<Record<'traces' | 'metrics' | 'logs', string | null>>, readonly worstState: SloState | null, readonly slos: number }} SeenService */
/** @typedef {{ readonly name: string, readonly description: string, readonly active: boolean }} Fault */
/** @typedef {{ readonly version?: string, readonly mode?: string, readonly ports?: Partial<Ports>, readonly demo?: boolean }} Info */

/**
 * @typedef {object} ViewContext
 * @property {number} now epoch ms
 * @property {Route} route
 * @property {{ readonly state: LiveState }} live
 * @property {number} newest when the newest data was asked for, epoch ms; 0 before the first
 * @property {boolean} away nobody answered the last requests
 * @property {Info} info empty when the API does not tell
 * @property {(key: string) => Resource<any>} get
 * @property {(query: Readonly<Record<string, string>>) => void} refine changes the address's query in place
 * @property {(key: string, path: string) => void} reload
 * @property {() => void} render
 */

export {};
