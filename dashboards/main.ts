/** Writes the dashboards' JSON to `generated/`. */
import { writeFile } from 'node:fs/promises';
import { allDashboards, dashboardText } from './all.ts';

for (const [file, dashboard] of allDashboards()) {
  await writeFile(new URL(`./generated/${file}`, import.meta.url), dashboardText(dashboard));
}
