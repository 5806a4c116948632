/** How a peer's ping compares with the others', in quarters: an absolute limit would call every peer of a slow line bad. Pure. */

/** Quartiles of the pings, coarsened so that they change seldom; null with too few to compare. */
export function quartiles(pings: readonly number[]): readonly [number, number, number] | null {
  if (pings.length < 4) return null
  const sorted = [...pings].sort((a, b) => a - b)
  const at = (share: number): number => coarse(sorted[Math.floor(share * (sorted.length - 1))] ?? 0)
  return [at(0.25), at(0.5), at(0.75)]
}

/** Two significant figures. */
function coarse(ms: number): number {
  return Number(ms.toPrecision(2))
}

/** 4 for the quickest quarter, 1 for the slowest. */
export function quality(ping: number, [low, middle, high]: readonly [number, number, number]): 1 | 2 | 3 | 4 {
  return ping <= low ? 4 : ping <= middle ? 3 : ping <= high ? 2 : 1
}
