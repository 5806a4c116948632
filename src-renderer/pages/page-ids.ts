/** Names of the pages, apart from their code so that anything may link to a page without a cycle. */
export const PAGE_IDS = ['overview', 'peers', 'connections', 'addresses', 'bans', 'tor', 'logs', 'settings'] as const
export type PageId = (typeof PAGE_IDS)[number]
