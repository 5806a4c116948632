/** Feeds spoilt answers to the reader of Tor's control port: `npx node --expose-gc test/fuzz/tor-control.ts --runs 1000000 --seed 1`. */
import { fuzz, fuzzOptions, printReport } from './harness.ts'
import { torControlTarget } from './tor-control-target.ts'

const { runs, seed } = fuzzOptions({ runs: 1_000_000 })
printReport('tor control', seed, fuzz(torControlTarget, runs, seed))
