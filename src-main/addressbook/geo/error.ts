/** A file of countries or autonomous systems that cannot be used. */
export class GeoError extends Error {
  override readonly name = 'GeoError'
  readonly code = 'bad-geo-file'
}
