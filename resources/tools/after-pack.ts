/** What happens to every packed app before it is signed: its fuses are set, and its archive is checked. */
import { join } from 'node:path'
import { FuseState, FuseV1Options, FuseVersion, flipFuses, getCurrentFuseWire } from '@electron/fuses'
import { Arch, type AfterPackContext } from 'electron-builder'
import { checkPackage } from './check-package.ts'

/** What the program may do. It runs our archive as it was packed, as a desktop program, and as nothing else. */
export const FUSES: Readonly<Record<FuseV1Options, boolean>> = {
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  // The page has a scheme of its own.
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  // As Electron has it: without them WebAssembly is slow.
  [FuseV1Options.WasmTrapHandlers]: true,
}

/** Sets every fuse that this Electron has. @throws when it has one that we have not decided on */
export async function setFuses(program: string): Promise<void> {
  const { version: _version, ...wire } = await getCurrentFuseWire(program)
  const there = Object.entries(wire)
    .filter(([, state]) => state !== FuseState.REMOVED)
    .map(([index]) => Number(index))
  const chosen = new Map(there.map(index => [index, Object.entries(FUSES)[index]?.[1]] as const))
  const undecided = [...chosen].find(([, value]) => value === undefined)
  if (undecided !== undefined) throw new Error(`Electron has a new fuse, number ${undecided[0]}: decide on it in FUSES`)
  await flipFuses(program, {
    version: FuseVersion.V1,
    resetAdHocDarwinSignature: true,
    ...(Object.fromEntries(chosen) as Partial<Record<FuseV1Options, boolean>>),
  })
}

/** electron-builder calls this by its name. @throws with everything that is wrong with the archive */
export async function afterPack(context: AfterPackContext): Promise<void> {
  const { appOutDir, packager, electronPlatformName, arch } = context
  const product = packager.appInfo.productFilename
  const isMac = electronPlatformName === 'darwin'
  const program = isMac
    ? `${product}.app`
    : electronPlatformName === 'win32'
      ? `${product}.exe`
      : packager.platformSpecificBuildOptions.executableName
  await setFuses(join(appOutDir, program ?? product))
  const resourcesDir = isMac ? join(appOutDir, program ?? '', 'Contents', 'Resources') : join(appOutDir, 'resources')
  const problems = checkPackage(resourcesDir, electronPlatformName, Arch[arch] ?? '')
  if (problems.length > 0) throw new Error(`The archive is not as it must be:\n  ${problems.join('\n  ')}`)
}
