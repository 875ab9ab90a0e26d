import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { isVerb, parseArguments, USAGE, UsageError, VERBS } from './arguments.ts'

describe('arguments', () => {
  test('each verb takes its own options and no others', () => {
    expect(
      parseArguments(['backup', '--out', 'x', '--recipient', 'age1a', '--recipient', 'age1b', '--json']),
    ).toMatchObject({
      verb: 'backup',
      out: 'x',
      recipients: ['age1a', 'age1b'],
      json: true,
      dataDirectory: undefined,
    })
    expect(parseArguments(['--data-dir', 'd', 'restore', 'f.sql.gz', '--mode', 'merge', '--yes'])).toMatchObject({
      verb: 'restore',
      file: 'f.sql.gz',
      mode: 'merge',
      yes: true,
      dataDirectory: 'd',
    })
    expect(parseArguments([])).toMatchObject({ verb: 'help' })
    expect(parseArguments(['-v'])).toMatchObject({ verb: 'version' })
    expect(parseArguments(['backup', '--help'])).toMatchObject({ verb: 'help' })
  })

  test.each([
    [['frobnicate'], 'There is no command "frobnicate".'],
    [['serve', '--fix'], 'The command serve knows no option --fix.'],
    [['restore'], 'The command restore needs a file.'],
    [['verify', 'a', 'b'], '"b" is one word too many for the command verify.'],
    [['backup', '--frob'], "Unknown option '--frob'."],
    [['backup', '--out'], "Option '--out <value>' argument missing."],
    [['backup', '--out', ''], 'The value of --out is empty.'],
    [['backup', '--data-dir='], 'The value of --data-dir is empty.'],
    [['export', '--chat', ' '], 'The value of --chat is empty.'],
    [['restore', ''], 'The name of the file is empty.'],
  ])('%j is wrong use', (argv, message) => {
    expect(() => parseArguments(argv)).toThrow(new UsageError(message))
  })

  test.each(VERBS.filter((verb) => verb !== 'help' && verb !== 'version'))(
    '%s: the guide and the help name exactly its options',
    (verb) => {
      const guide = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')
      const row = guide.split('\n').find((line) => line.startsWith(`| \`${verb}`) && line.includes('|', 4)) ?? ''
      const options = (text: string) => [...new Set(text.match(/--[a-z-]+/g))].sort()
      const usage = USAGE.slice(USAGE.indexOf(`  whatslang ${verb}`)).split(/\n {2}whatslang |\n\n/)[0] ?? ''
      const known = options(guide + USAGE).filter((option) => {
        if (['--data-dir', '--config', '--json', '--help'].includes(option)) return false
        const file = ['restore', 'verify'].includes(verb) ? ['file'] : []
        return [[option], [option, 'value']].some((words) => {
          try {
            return parseArguments([verb, ...file, ...words]).verb === verb
          } catch {
            return false
          }
        })
      })
      expect(options(row)).toEqual(known)
      expect(options(usage)).toEqual(known)
    },
  )

  test('the desktop program knows a verb from a file or a flag', () => {
    for (const verb of VERBS) expect(isVerb(verb)).toBe(true)
    for (const word of ['--hidden', 'whatslang://x', '', undefined]) expect(isVerb(word)).toBe(false)
  })
})
