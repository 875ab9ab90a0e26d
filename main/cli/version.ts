import program from '../../package.json' with { type: 'json' }

export const VERSION = program.version
