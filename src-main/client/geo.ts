/** Which tables of countries and autonomous systems are used: those that ship with Warren, or the user's in the data directory. */
import { NO_GEO, loadGeoTables } from '../addressbook/index.ts'
import type { Geo } from '../addressbook/index.ts'
import type { Log } from '../log/index.ts'

/** Without a folder of tables nothing is named. What cannot be used is said in the log. */
export async function loadGeo(tablesDir: string | undefined, dataDir: string, log: Log): Promise<Geo> {
  if (tablesDir === undefined) return NO_GEO
  const geo = await loadGeoTables(tablesDir, {
    userFiles: {
      country: [`${dataDir}/country.mmdb`, `${dataDir}/country.csv`],
      asn: [`${dataDir}/asn.mmdb`, `${dataDir}/asn.csv`],
    },
  })
  for (const problem of geo.problems) log.warn(problem)
  return geo
}
