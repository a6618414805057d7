/** Addresses of the views. They live in the fragment, so any static server can serve the console. */

/** @typedef {'overview' | 'slo' | 'alerts' | 'send' | 'demo' | 'missing'} ViewName */
/** @typedef {{ readonly view: ViewName, readonly name?: string, readonly query: Readonly<Record<string, string>> }} Route */

/** @type {Readonly<Record<string, ViewName>>} */
const VIEWS = { '': 'overview', slo: 'slo', alerts: 'alerts', send: 'send', demo: 'demo' };

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Reads `#/slo/<name>?range=6h`. An unknown address is the view `missing`. @param {string} hash @returns {Route} */
export function parseRoute(hash) {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [head = '', ...rest] = path.split('/');
  const query = Object.fromEntries(new URLSearchParams(search));
  const view = (Object.hasOwn(VIEWS, head) && VIEWS[head]) || 'missing';
  if (view === 'slo')
    return rest.length > 0 ? { view, name: decode(rest.join('/')), query } : { view: 'missing', query };
  return rest.length === 0 ? { view, query } : { view: 'missing', query };
}

/** The address of a route; empty values of the query are left out. @param {Partial<Route>} route */
export function hrefOf({ view = 'overview', name, query = {} }) {
  const path = view === 'overview' ? '' : name === undefined ? view : `${view}/${encodeURIComponent(name)}`;
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString();
  return `#/${path}${search === '' ? '' : `?${search}`}`;
}
