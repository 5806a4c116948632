/** What the sandbox of the leak proof tells. */
export interface LeakReport {
  /** Lines of tcpdump: packets on the interface that nothing may use. */
  readonly packets: readonly string[]
  /** Packets to the world that were not for the SOCKS port. */
  readonly besideSocks: number
  readonly ready: readonly { readonly address: string; readonly route: string }[]
  readonly reached: { readonly ipv4: boolean; readonly host: boolean; readonly onion: boolean }
  readonly known: number
  readonly lookupsByTor: number
  readonly contradictions: readonly string[]
  /** What became of asking for a UDP socket. */
  readonly udp: string
  /** Why the job was not done, or null. */
  readonly failure: string | null
}

/** What the sealed client is told. */
export interface SealedOptions {
  readonly mode: 'sealed' | 'broken'
  /** `host:port` of Tor's SOCKS port, the one thing that can be reached. */
  readonly socks: string
  readonly onion: string
}

/** Addresses of the sandbox. The public ones lie on interfaces without a cable. */
export const NET = {
  /** The world's end of the cable to the sealed client, and the client's. */
  worldEnd: '10.99.0.1',
  sealedEnd: '10.99.0.2',
  /** Where Bitcoin peers listen, in the world. */
  peers: Array.from({ length: 12 }, (_, index) => `45.45.45.${index + 1}`),
  /** What the sealed client could send from, if it did. */
  trap: '198.51.100.2',
  nameServer: '198.51.100.53',
} as const
