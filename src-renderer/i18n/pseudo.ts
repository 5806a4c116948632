/** A pseudo language for tests: accented and a third longer, so that untranslated or cut texts show at once. */

const ACCENTED: Readonly<Record<string, string>> = { a: 'á', e: 'ë', i: 'ï', o: 'ö', u: 'ü', c: 'ç', n: 'ñ', y: 'ý' }

/** Changes the literal parts of an ICU message; arguments, plural selectors and `#` stay. */
export function pseudo(message: string): string {
  let depth = 0
  let isLiteral = true
  let out = ''
  // In `{n, plural, one {# peer}}` odd depths are syntax and even depths are text.
  for (const char of message) {
    if (char === '{') depth++
    else if (char === '}') depth--
    isLiteral = depth % 2 === 0
    out += isLiteral && char !== '}' ? (ACCENTED[char] ?? char) : char
  }
  return `[${out}${'·'.repeat(Math.ceil(message.length / 3))}]`
}
