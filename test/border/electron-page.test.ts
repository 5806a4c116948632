/** What the Electron shell serves its window, and where the window opens. */
import { describe, expect, test } from 'vitest'
import { LEAST, decideBounds, fileOf, servePage } from '../../src-main/border/electron-page.ts'

describe('files by our scheme', () => {
  test.each([
    ['app://warren/', '/page/index.html'],
    ['app://warren/index.html', '/page/index.html'],
    ['app://warren/assets/a.js?x#y', '/page/assets/a.js'],
  ])('%s is %s', (url, file) => expect(fileOf('/page', url)).toBe(file))

  test.each([
    'app://other/index.html',
    'https://warren/index.html',
    'app://warren/..%2fsecret.js',
    'app://warren/%2e%2e%2fpage2/a.js',
    'app://warren/a%5c..%5cb.js',
    'app://warren/a%00.js',
    'app://warren/%zz.js',
    'app://warren/warren.db',
    'nonsense',
  ])('%s is no file', url => expect(fileOf('/page', url)).toBeNull())

  test('even a refusal carries the policy', async () => {
    const answer = await servePage('/page', 'app://warren/gone.js')
    expect(answer.status).toBe(404)
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  })
})

describe('where the window opens', () => {
  const display = { x: 0, y: 0, width: 1920, height: 1080 }
  const standard = { width: 1280, height: 800 }
  test.each([
    ['nothing was kept', null, standard],
    ['what was kept is damaged', { width: Number.NaN, height: 700 }, standard],
    ['it is on the display', { x: 5, y: 6, width: 1000, height: 700 }, { x: 5, y: 6, width: 1000, height: 700 }],
    ['its display is gone', { x: 4000, y: 6, width: 1000, height: 700 }, { width: 1000, height: 700 }],
    ['it has no place', { width: 1000, height: 700 }, { width: 1000, height: 700 }],
    ['it is too small', { x: 5, y: 6, width: 1, height: 1 }, { x: 5, y: 6, ...LEAST }],
  ])('when %s', (_name, saved, wanted) => expect(decideBounds(saved, [display])).toEqual(wanted))
})
