/** Feeds spoilt packets to Ethereum's discovery: `npx node --expose-gc test/fuzz/discovery.ts --runs 1000000 --seed 1`. */
import { discoveryTarget } from './discovery-target.ts'
import { fuzzOptions, fuzzWithPromises, printReport } from './harness.ts'

const { runs, seed } = fuzzOptions({ runs: 1_000_000 })
printReport('discovery', seed, await fuzzWithPromises(discoveryTarget, runs, seed))
