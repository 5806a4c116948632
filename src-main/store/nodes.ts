/** Nodes of a DHT that have answered, by identity and IP: seeds for the next start. They come again by themselves. */
import type { Engine } from './engine.ts'
import { ADDRESS_CHUNK, MAX_LOADED_NODES } from './limits.ts'
import type { NodeRow } from './rows.ts'

export interface NodesTable {
  /** The ones heard last, at most 10,000. */
  load(network: string): NodeRow[]
  /** Inserts or replaces; a transaction for each thousand. */
  save(network: string, rows: readonly NodeRow[]): void
  remove(network: string, keys: readonly { readonly id: string; readonly ip: string }[]): void
}

export function nodesTable(engine: Engine): NodesTable {
  return {
    load: network =>
      engine.all<NodeRow>(
        `SELECT id, ip, node, lastPingAt, lastPongAt, findFailures, findFailuresV5
         FROM nodes WHERE network = ? ORDER BY lastPongAt DESC LIMIT ${MAX_LOADED_NODES}`,
        network,
      ),
    save: (network, rows) => {
      for (let at = 0; at < rows.length; at += ADDRESS_CHUNK)
        engine.write('nodes.save', run => {
          for (const row of rows.slice(at, at + ADDRESS_CHUNK))
            run(
              `INSERT OR REPLACE INTO nodes
               (network, id, ip, node, lastPingAt, lastPongAt, findFailures, findFailuresV5)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
              network,
              row.id,
              row.ip,
              row.node,
              row.lastPingAt,
              row.lastPongAt,
              row.findFailures,
              row.findFailuresV5,
            )
        })
    },
    remove: (network, keys) =>
      engine.write('nodes.remove', run => {
        for (const { id, ip } of keys) run('DELETE FROM nodes WHERE network = ? AND id = ? AND ip = ?', network, id, ip)
      }),
  }
}
