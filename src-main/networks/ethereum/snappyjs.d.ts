declare module 'snappyjs' {
  /** @param maxLength bytes of the result; more throws before anything is allocated */
  export function uncompress(compressed: Uint8Array, maxLength?: number): Uint8Array
  export function compress(plain: Uint8Array): Uint8Array
}
