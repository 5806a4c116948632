// The laws of ARCHITECTURE.md as rules: floors, the one door to the street, and the border.
/** Rooms by floor, lowest first; a room may import only rooms on lower floors (and itself). */
const floors = [
  ['time'],
  ['log'],
  ['store'],
  ['transport'],
  ['reputation', 'addressbook', 'nat', 'tor'],
  ['connections', 'discovery'],
  ['networks'],
  ['tunnel'],
  ['client'],
]

const floorRules = floors.flatMap((rooms, floor) =>
  rooms.map(room => ({
    name: `floor-${floor}-${room}`,
    comment: `${room}/ may import only rooms below floor ${floor}`,
    severity: 'error',
    from: { path: `^src-main/${room}/` },
    to: {
      path: `^src-(main|preload|renderer)/`,
      pathNot: [
        `^src-main/${room}/`,
        ...floors.slice(0, floor).flatMap(lower => lower.map(name => `^src-main/${name}/`)),
        ...(room === 'client' ? ['^src-preload/contract'] : []),
      ],
    },
  })),
)

module.exports = {
  forbidden: [
    ...floorRules,
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'one-door-to-the-street',
      comment:
        'Law 1: only transport/ opens sockets; the border serves its own web and IPC servers, tor/process its child',
      severity: 'error',
      from: { pathNot: ['^src-main/transport/', '^src-main/border/door', '^src-main/tor/process', '^src-main/ctl'] },
      to: { path: '^(node:)?(net|dgram|tls|dns|http|https|http2)(/promises)?$' },
    },
    {
      name: 'only-transport-wraps-socket-packages',
      severity: 'error',
      from: { pathNot: ['^src-main/transport/', '^src-main/border/door', '^src-main/ctl'] },
      to: { path: 'node_modules/(socks|ws)/' },
    },
    {
      name: 'only-shell-and-preload-import-electron',
      severity: 'error',
      from: { path: '^src-', pathNot: ['^src-main/main\\.ts$', '^src-preload/index\\.ts$'] },
      to: { path: '(^electron$|node_modules/electron/)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-store-holds-sql',
      severity: 'error',
      from: { path: '^src-', pathNot: '^src-main/store/' },
      to: { path: 'better-sqlite3' },
    },
    {
      name: 'networks-are-strangers',
      comment: 'Law 3: networks do not import each other',
      severity: 'error',
      from: { path: '^src-main/networks/([^/]+)/' },
      to: { path: '^src-main/networks/[^/]+/', pathNot: '^src-main/networks/$1/' },
    },
    {
      name: 'renderer-sees-the-contract-only',
      comment: 'Law 4',
      severity: 'error',
      from: { path: '^src-renderer/' },
      to: { path: '^src-(main|preload)/', pathNot: '^src-preload/contract' },
    },
    {
      name: 'contract-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^src-preload/contract' },
      to: { path: '^src-', pathNot: '^src-preload/contract' },
    },
    {
      name: 'preload-stays-thin',
      severity: 'error',
      from: { path: '^src-preload/' },
      to: { path: '^src-(main|renderer)/' },
    },
    {
      name: 'rooms-have-faces',
      comment: 'Law 6: a room with an index.ts is entered through it',
      severity: 'error',
      from: { path: '^src-main/([^/]+)/' },
      to: {
        path: '^src-main/(store|log|time|transport|reputation|addressbook|connections|discovery|nat|tor|tunnel)/[^/]+',
        pathNot: ['^src-main/$1/', '^src-main/[^/]+/index\\.ts$'],
      },
    },
    { name: 'not-to-test', severity: 'error', from: { path: '^src-' }, to: { path: '^test/' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
