/** From a path as written to the field it names, or to the reason why it names none. */
import type { Signal } from '../../../schemas/names.ts';
import { suggestion } from '../nearest-name.ts';
import { type CheckContext, errorAt } from './check-context.ts';
import { type PathName, type PathSpec, pathSpec, pathsOf } from './paths.ts';
import type { PathNode } from './syntax.ts';
import type { Field } from './types.ts';

export interface ResolvedPath {
  readonly field: Field;
  readonly spec: PathSpec & { readonly path: PathName };
}

const RECORD_OF: Readonly<Record<Signal, string>> = { traces: 'span', logs: 'log', metrics: 'datapoint' };

/**
 * @throws {PredicateError} `predicate-unknown-path` or `predicate-wrong-signal` with what to write instead,
 * `predicate-unsupported` for keys that are not a single text, `predicate-invalid-literal` for an empty one (which
 * ClickHouse does not find in a map with LowCardinality keys, and OpenTelemetry does not allow).
 */
export function resolvePath(node: PathNode, context: CheckContext): ResolvedPath {
  const spec = pathSpec(node.path);
  if (spec === undefined) throw unknownPath(node, context);
  if (!spec.signals.includes(context.signal)) {
    const reason = `Cannot read ${node.path} in a condition over ${context.signal}: it belongs to ${spec.signals.join(', ')}`;
    throw errorAt(context, node, 'predicate-wrong-signal', reason);
  }
  return { spec, field: fieldOf(node, spec, context) };
}

function fieldOf(node: PathNode, spec: ResolvedPath['spec'], context: CheckContext): Field {
  const [key, ...more] = node.keys;
  if (spec.keyed !== true) {
    if (key === undefined) return { path: spec.path };
    throw errorAt(context, node, 'predicate-unsupported', `Cannot index ${spec.path}: write it without [ ]`);
  }
  if (key === undefined) {
    throw errorAt(
      context,
      node,
      'predicate-unsupported',
      `Cannot compare all of ${spec.path}: name one, write ${spec.path}["key"]`,
    );
  }
  if (typeof key === 'number' || more.length > 0) {
    throw errorAt(
      context,
      node,
      'predicate-unsupported',
      `Cannot look inside an attribute's value: ${spec.path} takes one key in double quotes`,
    );
  }
  if (key === '') {
    throw errorAt(
      context,
      node,
      'predicate-invalid-literal',
      'Cannot look for an empty key: attributes have none',
    );
  }
  return { path: spec.path, key };
}

function unknownPath(node: PathNode, context: CheckContext): Error {
  const paths = pathsOf(context.signal);
  const { path } = node;
  let advice = suggestion(path, paths);
  if (pathSpec(`${path}.string`) !== undefined) advice = `, write ${path}.string`;
  else if (!path.includes('.')) {
    const record = RECORD_OF[context.signal];
    const withContext = paths.find((known) => known === `${record}.${path}` || known === `metric.${path}`);
    if (withContext !== undefined) advice = `, paths begin with their context, write ${withContext}`;
  }
  return errorAt(context, node, 'predicate-unknown-path', `Cannot find the path ${path}${advice}`);
}
