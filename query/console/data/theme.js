/** Light or dark: the system's choice unless the reader made one, which is kept in this browser. */

/** @typedef {'system' | 'light' | 'dark'} Theme */

const KEY = 'valet-theme';
/** @type {readonly Theme[]} */
const THEMES = ['system', 'light', 'dark'];

/** The reader's choice. A browser that keeps nothing answers `system`. @returns {Theme} */
export function chosenTheme() {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'system';
  } catch {
    return 'system';
  }
}

/** Shows a theme and tells the charts, whose colours are not CSS. @param {Theme} theme */
export function applyTheme(theme) {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  document.dispatchEvent(new Event('themechange'));
}

/** Turns to the next theme, keeps and applies it. @returns {Theme} */
export function nextTheme() {
  const theme = THEMES[(THEMES.indexOf(chosenTheme()) + 1) % THEMES.length] ?? 'system';
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
  applyTheme(theme);
  return theme;
}

/** Applies the kept choice and follows the system's. */
export function startTheme() {
  applyTheme(chosenTheme());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => applyTheme(chosenTheme()));
}
