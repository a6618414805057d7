/**
 * Scroll positions across views. The views are drawn after the browser would restore a position, so the console does:
 * a new view starts at its top with the focus on its heading, going back returns to where it was, and a link marked
 * `data-keep-scroll` changes the view's content in place.
 */

/** @type {Map<number, number>} */
const positions = new Map();
let entry = 0;
let lastEntry = 0;

/** Gives the present entry of the history a number, unless it has one. Returns whether it is new. */
function stamp() {
  const known = history.state?.entry;
  const isNew = typeof known !== 'number';
  entry = isNew ? Date.now() : known;
  if (isNew) {
    if (entry <= lastEntry) entry = lastEntry + 1;
    lastEntry = entry;
    history.replaceState({ entry }, '');
  }
  return isNew;
}

/** Starts following the address. @param {() => boolean} navigated draws the new view; true when it is another one */
export function keepScroll(navigated) {
  let keep = false;
  history.scrollRestoration = 'manual';
  stamp();
  addEventListener('scroll', () => positions.set(entry, scrollY), { passive: true });
  document.addEventListener('click', (event) => {
    keep = /** @type {HTMLElement} */ (event.target).closest('a[data-keep-scroll]') !== null;
  });
  addEventListener('hashchange', () => {
    const isNew = stamp();
    const other = navigated();
    if (!isNew) scrollTo(0, positions.get(entry) ?? 0);
    else if (other || !keep) arrive();
    keep = false;
  });
}

function arrive() {
  scrollTo(0, 0);
  const heading = document.querySelector('main h1');
  if (heading === null) return;
  heading.setAttribute('tabindex', '-1');
  /** @type {HTMLElement} */ (heading).focus({ preventScroll: true });
}
