/** What one peer has told of itself, and the facts made of it. */
import type { SessionFacts } from '../../connections/index.ts'
import { ipAddress } from '../../transport/index.ts'
import type { Address } from '../../transport/index.ts'
import { MAX_FEATURES } from './limits.ts'
import type { VersionMessage } from './messages/version.ts'
import { serviceNames } from './services.ts'

/** Control, format (which turn text around), separator, private and unassigned characters: not shown. */
const UNSHOWABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]/gu

/** The receiver of a version message, when it is an address at all. */
function seenAddress(message: VersionMessage): Address | null {
  const { ip, port } = message.receiver
  return port === 0 || ip.every(byte => byte === 0) ? null : ipAddress(ip, port)
}

type Details = Record<string, string | number | boolean>

export class RemotePeer {
  version: number | null = null
  services = 0n
  agent: string | null = null
  height: number | null = null
  timeOffsetMs: number | null = null
  seenAs: Address | null = null
  /** Does it want transactions announced? */
  #wantsTransactions = false
  wantsAddrV2 = false
  wantsWtxid = false
  wantsHeaders = false
  /** Satoshis per kvB; null until told. */
  feeFilter: bigint | null = null
  /** Version of compact blocks (BIP 152), and whether unasked; null until told. */
  compact: { readonly version: bigint; readonly isHighBandwidth: boolean } | null = null
  #features: string[] | null = null

  /** Copies what is kept: the message is a view of a buffer. @param now milliseconds since the epoch */
  introduce(message: VersionMessage, now: number): void {
    this.version = message.version
    this.services = message.services
    this.agent = message.agent.replace(UNSHOWABLE, '?')
    this.height = message.height
    this.timeOffsetMs = message.time * 1000 - now
    this.seenAs = seenAddress(message)
    this.#wantsTransactions = message.relay
  }

  /** Does it speak that version of the protocol or a later one? */
  speaks(version: number): boolean {
    return this.version !== null && this.version >= version
  }

  addFeature(id: string): void {
    this.#features ??= []
    if (this.#features.length < MAX_FEATURES) this.#features.push(id.replace(UNSHOWABLE, '?'))
  }

  capabilities(): readonly string[] {
    return this.version === null ? [] : serviceNames(this.services)
  }

  /** Label keys and values for the drawer of one peer. */
  details(told: number, taken: number): SessionFacts['details'] {
    if (this.version === null) return {}
    const details: Details = {
      relay: this.#wantsTransactions,
      addrv2: this.wantsAddrV2,
      wtxidrelay: this.wantsWtxid,
      sendheaders: this.wantsHeaders,
      addressesTold: told,
      addressesTaken: taken,
    }
    if (this.feeFilter !== null) details['feeFilter'] = Number(this.feeFilter)
    if (this.compact !== null) {
      details['sendcmpct'] = Number(this.compact.version)
      details['highBandwidth'] = this.compact.isHighBandwidth
    }
    if (this.#features !== null) details['features'] = this.#features.join(', ')
    return details
  }
}
