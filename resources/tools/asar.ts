/** Reads asar archives: which files there are, which lie unpacked beside it, and what they hold. */
import { closeSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

interface Entry {
  readonly files?: Readonly<Record<string, Entry>>
  readonly size?: number
  readonly offset?: string
  readonly unpacked?: boolean
  readonly link?: string
  readonly integrity?: { readonly algorithm: string; readonly hash: string }
}

export interface AsarFile {
  readonly size: number
  /** Lies in `app.asar.unpacked`, as a file that the system can load. */
  readonly isUnpacked: boolean
  /** SHA-256 in hex, as the archive has it. */
  readonly hash: string | null
  read(): Buffer
}

/** Every file of an archive by its path with forward slashes. @throws when it is no asar, or holds a link */
export function readAsar(path: string): Map<string, AsarFile> {
  const handle = openSync(path, 'r')
  const at = (offset: number, length: number): Buffer => {
    const bytes = Buffer.alloc(length)
    if (readSync(handle, bytes, 0, length, offset) !== length) throw new Error(`${path} is cut off`)
    return bytes
  }
  try {
    // Two Chromium pickles: the header's size, then the header, whose text has its own length.
    const sizes = at(0, 16)
    const headerSize = sizes.readUInt32LE(4)
    const header = JSON.parse(at(16, sizes.readUInt32LE(12)).toString('utf8')) as Entry
    const found = new Map<string, AsarFile>()
    const visit = (entry: Entry, name: string): void => {
      if (entry.link !== undefined) throw new Error(`${name} is a link`)
      if (entry.files !== undefined) {
        for (const [child, inner] of Object.entries(entry.files)) visit(inner, name === '' ? child : `${name}/${child}`)
        return
      }
      const { size = 0, offset = '0', unpacked = false } = entry
      found.set(name, {
        size,
        isUnpacked: unpacked,
        hash: entry.integrity?.hash ?? null,
        read: () => {
          const bytes = unpacked
            ? readFileSync(join(`${path}.unpacked`, name))
            : contentOf(path, headerSize, offset, size)
          if (bytes.length !== size) throw new Error(`${name} has ${bytes.length} bytes, not ${size}`)
          return bytes
        },
      })
    }
    visit(header, '')
    return found
  } finally {
    closeSync(handle)
  }
}

function contentOf(path: string, headerSize: number, offset: string, size: number): Buffer {
  const handle = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(size)
    const got = readSync(handle, bytes, 0, size, 8 + headerSize + Number(offset))
    return bytes.subarray(0, got)
  } finally {
    closeSync(handle)
  }
}

/** Writes every file of an archive, the unpacked ones too, below a folder. */
export function extractAsar(path: string, folder: string): void {
  for (const [name, file] of readAsar(path)) {
    const target = join(folder, name)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, file.read())
  }
}
