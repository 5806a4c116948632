/** The shape of a text, and the languages Warren speaks. A text without one of them does not pass the type check. */

export const LOCALES = ['en', 'zh-CN'] as const
export type Locale = (typeof LOCALES)[number]

/** One text in every language, in ICU message syntax: `{count, plural, one {# peer} other {# peers}}`. */
export type Text = { readonly [L in Locale]: string }

/** Declares the texts of one page. Keys begin with the page's name. */
export function defineTexts<const T extends Record<string, Text>>(texts: T): T {
  return texts
}
