/** Feeds spoilt answers to the readers of SOCKS and RESOLVE: `npx node --expose-gc test/fuzz/socks.ts --runs 1000000 --seed 1`. */
import { fuzz, fuzzOptions, printReport } from './harness.ts'
import { socksTarget } from './socks-target.ts'

const { runs, seed } = fuzzOptions({ runs: 1_000_000 })
printReport('socks', seed, fuzz(socksTarget, runs, seed))
