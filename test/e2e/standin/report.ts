/** What the stand-in tells the test: one JSON line on standard output for each call of the shell's that shows. */

export type Report =
  | { readonly kind: 'page'; readonly cdp: string }
  | { readonly kind: 'tray'; readonly toolTip?: string; readonly menu?: readonly string[] }
  | { readonly kind: 'menu'; readonly labels: readonly string[] }
  | { readonly kind: 'notification'; readonly title: string; readonly body: string }
  | { readonly kind: 'dialog'; readonly title: string; readonly text: string }
  | { readonly kind: 'window'; readonly event: 'made' | 'shown' | 'focused' | 'closed'; readonly options?: unknown }
  | { readonly kind: 'denied'; readonly what: 'navigation' | 'popup' | 'request'; readonly url: string }
  | { readonly kind: 'permission'; readonly asked: 'request' | 'check'; readonly isGranted: boolean }
  | { readonly kind: 'proxy'; readonly rules: string }
  | { readonly kind: 'path'; readonly path: string }

export const PREFIX = 'STANDIN '

export function report(what: Report): void {
  process.stdout.write(`${PREFIX}${JSON.stringify(what)}\n`)
}

/** What the test tells the stand-in, one word a line on standard input. */
export const COMMANDS = ['quit', 'close-window', 'tray-click', 'second-instance'] as const
export type Command = (typeof COMMANDS)[number]
